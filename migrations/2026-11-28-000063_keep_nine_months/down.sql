ALTER TABLE reporting_extension DROP CONSTRAINT reporting_extension_period_check;
CREATE OR REPLACE TRIGGER reporting_extension_append_only BEFORE DELETE ON reporting_extension FOR EACH ROW EXECUTE FUNCTION refuse_change();
