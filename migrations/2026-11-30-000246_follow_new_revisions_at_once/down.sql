DROP TRIGGER measurement_begin ON measurement;
DROP FUNCTION measurement_begin();
DROP TRIGGER measurement_follow_new_revisions ON measurement_revision;
DROP FUNCTION measurement_follow_new_revisions();
CREATE TRIGGER measurement_follow_new_revision AFTER INSERT ON measurement_revision
    FOR EACH ROW WHEN (NEW.state <> 'PUBLISHED') EXECUTE FUNCTION measurement_follow_revisions();

CREATE OR REPLACE FUNCTION measurement_lock(ids uuid[]) RETURNS SETOF uuid
    LANGUAGE sql SECURITY DEFINER
    AS $$ SELECT id FROM measurement WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE $$;

CREATE OR REPLACE FUNCTION nth_working_day(from_day date, n integer) RETURNS date
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    AS $$
    DECLARE
        -- Two short lists once, instead of a look-up for each day.
        free date[] := ARRAY(SELECT h.day FROM holiday h WHERE h.day >= from_day AND NOT h.works);
        worked date[] := ARRAY(SELECT h.day FROM holiday h WHERE h.day >= from_day AND h.works);
        reached date := from_day - 1;
        remaining integer := n;
    BEGIN
        WHILE remaining > 0 LOOP
            reached := reached + 1;
            IF reached = ANY (worked) OR (extract(isodow FROM reached) < 6 AND reached <> ALL (free)) THEN
                remaining := remaining - 1;
            END IF;
        END LOOP;
        RETURN reached;
    END
    $$;
CREATE OR REPLACE FUNCTION measurement_revision_begin() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    DECLARE
        published integer;
    BEGIN
        -- Before looking: whoever writes another revision of it at this moment is then waited for, and seen.
        PERFORM measurement_lock(ARRAY[NEW.measurement_id]);
        SELECT published_revision INTO published FROM measurement WHERE id = NEW.measurement_id;
        IF published IS NOT NULL AND NEW.revision > published AND NEW.reason IS NULL THEN
            RAISE EXCEPTION 'a published figure is corrected with a reason'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'measurement_revision_correction_check', TABLE = 'measurement_revision';
        END IF;
        IF current_user = 'cotmoc_server' AND (NEW.state <> 'DRAFT' OR EXISTS (
            SELECT FROM measurement_revision WHERE measurement_id = NEW.measurement_id AND (revision >= NEW.revision OR state IN ('SUBMITTED', 'ENDORSED'))
        )) THEN
            RAISE EXCEPTION 'a revision begins as a draft, while no other one is submitted'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'measurement_revision_begin_check', TABLE = 'measurement_revision';
        END IF;
        RETURN NEW;
    END
    $$;

CREATE OR REPLACE FUNCTION answer_tally_follow_figures() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            IF NOT EXISTS (
                SELECT FROM written JOIN replaced USING (id)
                WHERE (coalesce(written.published_revision, written.submitted_revision) IS NULL) <> (coalesce(replaced.published_revision, replaced.submitted_revision) IS NULL)
                    OR (written.answered_on, written.indicator_id, written.subject_id, written.regime, written.period)
                        IS DISTINCT FROM (replaced.answered_on, replaced.indicator_id, replaced.subject_id, replaced.regime, replaced.period)) THEN
                RETURN NULL;
            END IF;
        END IF;
        PERFORM pg_advisory_xact_lock_shared(hashtext('reporting tally'));
        IF TG_OP <> 'DELETE' THEN
            INSERT INTO answer_tally AS tally (reporter_id, subject_id, regime, period_kind, period, answers, answered_by)
            SELECT a.reporter_id, a.subject_id, a.regime, a.period_kind, m.period, count(*), tallies_sum(tally_of_answer(m.answered_on, m.ends_on, 1))
            FROM written m
            JOIN reporting_assignment a ON a.indicator_id = m.indicator_id AND a.subject_id = m.subject_id AND a.regime = m.regime AND a.period_kind = m.period_kind
                AND m.ends_on > lower(a.valid) AND m.ends_on <= coalesce(upper(a.valid), 'infinity')
            WHERE coalesce(m.published_revision, m.submitted_revision) IS NOT NULL
            GROUP BY a.reporter_id, a.subject_id, a.regime, a.period_kind, m.period
            ORDER BY a.reporter_id, a.subject_id, a.regime, a.period_kind, m.period
            ON CONFLICT ON CONSTRAINT answer_tally_pkey DO UPDATE
                SET answers = tally.answers + excluded.answers, answered_by = tallies_added(tally.answered_by, excluded.answered_by);
        END IF;
        IF TG_OP <> 'INSERT' THEN
            UPDATE answer_tally AS tally SET answers = tally.answers + gone.answers, answered_by = tallies_added(tally.answered_by, gone.answered_by)
            FROM (SELECT a.reporter_id, a.subject_id, a.regime, a.period_kind, m.period, -count(*) AS answers, tallies_sum(tally_of_answer(m.answered_on, m.ends_on, -1)) AS answered_by
                FROM replaced m
                JOIN reporting_assignment a ON a.indicator_id = m.indicator_id AND a.subject_id = m.subject_id AND a.regime = m.regime AND a.period_kind = m.period_kind
                    AND m.ends_on > lower(a.valid) AND m.ends_on <= coalesce(upper(a.valid), 'infinity')
                WHERE coalesce(m.published_revision, m.submitted_revision) IS NOT NULL
                GROUP BY a.reporter_id, a.subject_id, a.regime, a.period_kind, m.period) AS gone
            WHERE (tally.reporter_id, tally.subject_id, tally.regime, tally.period_kind, tally.period)
                = (gone.reporter_id, gone.subject_id, gone.regime, gone.period_kind, gone.period);
        END IF;
        RETURN NULL;
    END
    $$;

DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION measurement_lock(uuid[]) SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION answer_tally_follow_figures() SET search_path = %I, pg_temp', current_schema());
END
$$;
