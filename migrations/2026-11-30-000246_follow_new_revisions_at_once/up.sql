-- A file of a thousand figures makes a thousand revisions by one statement. What follows from them was written figure by figure, and every one of
-- these writes counted the tallies and the versions of answers again: a fifth of the time of an import. It is written once now.
CREATE FUNCTION measurement_follow_new_revisions() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    DECLARE
        ids uuid[] := ARRAY(SELECT DISTINCT measurement_id FROM written WHERE state <> 'PUBLISHED');
    BEGIN
        IF cardinality(ids) = 0 THEN
            RETURN NULL;
        END IF;
        -- Before counting: whoever writes another revision of them at this moment is then waited for, and seen.
        PERFORM measurement_lock(ids);
        UPDATE measurement m SET (submitted_revision, drafted_revision, answered_on) = (now.submitted, now.drafted, now.answered_on)
        FROM (
            SELECT measurement_id, max(revision) FILTER (WHERE state IN ('SUBMITTED', 'ENDORSED')) AS submitted,
                max(revision) FILTER (WHERE state IN ('DRAFT', 'RETURNED', 'WITHDRAWN')) AS drafted,
                min((coalesce(submitted_at, recorded_at) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)
                    FILTER (WHERE state IN ('SUBMITTED', 'ENDORSED', 'PUBLISHED', 'RETURNED')) AS answered_on
            FROM measurement_revision WHERE measurement_id = ANY (ids) GROUP BY measurement_id
        ) now
        WHERE m.id = now.measurement_id AND m.id = ANY (ids) AND (m.submitted_revision, m.drafted_revision, m.answered_on) IS DISTINCT FROM (now.submitted, now.drafted, now.answered_on);
        RETURN NULL;
    END
    $$;
DROP TRIGGER measurement_follow_new_revision ON measurement_revision;
CREATE TRIGGER measurement_follow_new_revisions AFTER INSERT ON measurement_revision
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION measurement_follow_new_revisions();

-- Whoever enters a figure enters its first draft with it, and a row that is right as it comes is not written twice, with its keys checked twice.
CREATE FUNCTION measurement_begin() RETURNS trigger
    LANGUAGE plpgsql
    AS $$ BEGIN NEW.drafted_revision := 1; RETURN NEW; END $$;
CREATE TRIGGER measurement_begin BEFORE INSERT ON measurement
    FOR EACH ROW WHEN (current_user = 'cotmoc_server') EXECUTE FUNCTION measurement_begin();

-- A function in SQL was planned at each call.
CREATE OR REPLACE FUNCTION measurement_lock(ids uuid[]) RETURNS SETOF uuid
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$ BEGIN RETURN QUERY SELECT id FROM measurement WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE; END $$;

CREATE OR REPLACE FUNCTION measurement_revision_begin() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    DECLARE
        published integer;
    BEGIN
        -- Before looking: whoever writes another revision of it at this moment is then waited for, and seen. Of two first ones the key stops one.
        IF NEW.revision > 1 THEN
            PERFORM measurement_lock(ARRAY[NEW.measurement_id]);
        END IF;
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
            -- Sorted and compared: the plan of a join was made for one row, and went on to hold each row of a thousand against each.
            IF NOT EXISTS (
                SELECT id, coalesce(published_revision, submitted_revision) IS NULL, answered_on, indicator_id, subject_id, regime, period FROM written
                EXCEPT
                SELECT id, coalesce(published_revision, submitted_revision) IS NULL, answered_on, indicator_id, subject_id, regime, period FROM replaced) THEN
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

-- Two lists of all holidays to come were made at each call. Now one of those days that are not as their weekday says, and no further than needed.
CREATE OR REPLACE FUNCTION nth_working_day(from_day date, n integer) RETURNS date
    LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
    AS $$
    DECLARE
        reached date := from_day - 1;
        looked_to date := reached;
        otherwise date[];
        remaining integer := n;
    BEGIN
        WHILE remaining > 0 LOOP
            reached := reached + 1;
            IF reached > looked_to THEN
                looked_to := reached + 2 * remaining + 14;
                otherwise := ARRAY(SELECT h.day FROM holiday h WHERE h.day BETWEEN reached AND looked_to AND h.works <> (extract(isodow FROM h.day) < 6));
            END IF;
            IF (extract(isodow FROM reached) < 6) <> (reached = ANY (otherwise)) THEN
                remaining := remaining - 1;
            END IF;
        END LOOP;
        RETURN reached;
    END
    $$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION measurement_lock(uuid[]) SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION measurement_follow_new_revisions() SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION answer_tally_follow_figures() SET search_path = %I, pg_temp', current_schema());
END
$$;
