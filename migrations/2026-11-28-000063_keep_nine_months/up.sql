CREATE OR REPLACE TRIGGER reporting_extension_append_only BEFORE UPDATE OR DELETE ON reporting_extension FOR EACH ROW EXECUTE FUNCTION refuse_change();
ALTER TABLE reporting_extension ADD CONSTRAINT reporting_extension_period_check CHECK (period ~ '^\d{4}(-(\d{2}|Q[1-4]|S[12]|9M))?$') NOT VALID;
