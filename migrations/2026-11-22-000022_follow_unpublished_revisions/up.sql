-- Which revision a reader sees is then said by three numbers of one row, and found like the published one, by its key.
ALTER TABLE measurement ADD COLUMN submitted_revision integer, ADD COLUMN drafted_revision integer;
COMMENT ON COLUMN measurement.submitted_revision IS 'The latest revision that is submitted or endorsed; null if there is none. Kept by the revisions'' trigger';
COMMENT ON COLUMN measurement.drafted_revision IS 'The latest revision that is a draft, was returned or withdrawn; null if there is none. Kept by the revisions'' trigger';

UPDATE measurement m SET submitted_revision = r.submitted, drafted_revision = r.drafted
FROM (
    SELECT measurement_id, max(revision) FILTER (WHERE state IN ('SUBMITTED', 'ENDORSED')) AS submitted,
        max(revision) FILTER (WHERE state IN ('DRAFT', 'RETURNED', 'WITHDRAWN')) AS drafted
    FROM measurement_revision WHERE state <> 'PUBLISHED' GROUP BY measurement_id
) r
WHERE r.measurement_id = m.id;

-- As the owner of the table, so that nobody else needs to be allowed to write the two columns.
CREATE FUNCTION measurement_follow_revisions() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    BEGIN
        -- Before counting: whoever writes another revision of it at this moment is then waited for, and seen.
        PERFORM FROM measurement WHERE id = NEW.measurement_id FOR NO KEY UPDATE;
        UPDATE measurement SET (submitted_revision, drafted_revision) = (
            SELECT max(revision) FILTER (WHERE state IN ('SUBMITTED', 'ENDORSED')), max(revision) FILTER (WHERE state IN ('DRAFT', 'RETURNED', 'WITHDRAWN'))
            FROM measurement_revision WHERE measurement_id = NEW.measurement_id)
        WHERE id = NEW.measurement_id;
        RETURN NULL;
    END
    $$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION measurement_follow_revisions() SET search_path = %I, pg_temp', current_schema());
END
$$;
CREATE TRIGGER measurement_follow_new_revision AFTER INSERT ON measurement_revision
    FOR EACH ROW WHEN (NEW.state <> 'PUBLISHED') EXECUTE FUNCTION measurement_follow_revisions();
CREATE TRIGGER measurement_follow_moved_revision AFTER UPDATE ON measurement_revision
    FOR EACH ROW WHEN (NEW.state <> OLD.state) EXECUTE FUNCTION measurement_follow_revisions();

-- The lists of those who see more than what is published; the public's have partial indexes.
CREATE INDEX measurement_every_ends_on_idx ON measurement (ends_on DESC, id DESC);
CREATE INDEX measurement_every_indicator_id_idx ON measurement (indicator_id, ends_on DESC, id DESC);
