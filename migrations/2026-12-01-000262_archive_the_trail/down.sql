CREATE OR REPLACE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION refuse_change();
DROP FUNCTION audit_entry_stay();
DROP TABLE audit_archive;
DROP FUNCTION audit_archive_follows();
