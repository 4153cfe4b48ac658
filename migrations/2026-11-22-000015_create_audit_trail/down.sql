DROP FUNCTION audit_hash(audit_entry);
DROP TABLE audit_entry;
DROP FUNCTION audit_entry_chain();
DROP TABLE audit_head;
