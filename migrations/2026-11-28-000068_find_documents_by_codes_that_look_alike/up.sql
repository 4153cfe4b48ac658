CREATE INDEX CONCURRENTLY document_code_folded_idx ON document (fold(code));
