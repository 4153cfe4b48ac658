-- Whoever changes an indicator says which version of it they have seen, as with everything that is changed in place.
ALTER TABLE indicator ADD COLUMN version integer NOT NULL DEFAULT 1;
COMMENT ON COLUMN indicator.version IS 'Raised by each change, so that nobody overwrites what they have not seen';
SELECT history.attach('indicator');
