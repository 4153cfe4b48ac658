CREATE INDEX CONCURRENTLY agency_official_code_idx ON agency (official_code, kind) WHERE closed_on IS NULL;
