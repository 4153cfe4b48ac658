-- What is read of a file is settled when it is whole; nothing has one that is on its way. Without a version of
-- its own, an answer that names a file or a `contentHash` could never be kept in memory.
CREATE TRIGGER data_version AFTER UPDATE OF received_at OR DELETE OR TRUNCATE ON attachment
    FOR EACH STATEMENT EXECUTE FUNCTION data_version_raise('attachment');
ALTER TABLE attachment ENABLE ALWAYS TRIGGER data_version;
