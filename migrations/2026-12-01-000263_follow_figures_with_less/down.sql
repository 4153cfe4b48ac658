CREATE OR REPLACE FUNCTION measurement_lock(ids uuid[]) RETURNS SETOF uuid
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$ BEGIN RETURN QUERY SELECT id FROM measurement WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE; END $$;

CREATE OR REPLACE FUNCTION measurement_follow_new_revisions() RETURNS trigger
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

CREATE OR REPLACE FUNCTION tallies_added(one integer[], other integer[]) RETURNS integer[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT coalesce(array_agg(coalesce(one[least(day, cardinality(one))], 0) + coalesce(other[least(day, cardinality(other))], 0) ORDER BY day), '{}')
        FROM generate_series(1, greatest(cardinality(one), cardinality(other))) AS day
    $$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION measurement_lock(uuid[]) SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION measurement_follow_new_revisions() SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION answer_tally_follow_figures() SET search_path = %I, pg_temp', current_schema());
END
$$;
