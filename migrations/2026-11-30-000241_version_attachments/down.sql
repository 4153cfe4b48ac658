DROP TRIGGER data_version ON attachment;
