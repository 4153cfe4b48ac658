-- A figure and its assignment are written in two tables. Whoever writes figures goes on beside others who do; whoever writes assignments waits for
-- them, and they for it, so that each sees what the other has counted. Rows are taken in one order.
CREATE FUNCTION answer_tally_follow_figures() RETURNS trigger
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

CREATE FUNCTION tallies_follow_assignments() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock(hashtext('reporting tally'));
        IF TG_OP <> 'INSERT' THEN
            UPDATE assignment_tally AS tally SET assignments = tally.assignments - gone.assignments
            FROM (SELECT reporter_id, subject_id, regime, period_kind, valid, count(*) AS assignments FROM replaced
                GROUP BY reporter_id, subject_id, regime, period_kind, valid) AS gone
            WHERE (tally.reporter_id, tally.subject_id, tally.regime, tally.period_kind, tally.valid)
                = (gone.reporter_id, gone.subject_id, gone.regime, gone.period_kind, gone.valid);
            DELETE FROM assignment_tally WHERE assignments = 0 AND reporter_id IN (SELECT reporter_id FROM replaced);
            UPDATE answer_tally AS tally SET answers = tally.answers + gone.answers, answered_by = tallies_added(tally.answered_by, gone.answered_by)
            FROM (SELECT a.reporter_id, a.subject_id, a.regime, a.period_kind, m.period, -count(*) AS answers, tallies_sum(tally_of_answer(m.answered_on, m.ends_on, -1)) AS answered_by
                FROM replaced a
                JOIN measurement m ON m.indicator_id = a.indicator_id AND m.subject_id = a.subject_id AND m.regime = a.regime AND m.period_kind = a.period_kind
                    AND m.ends_on > lower(a.valid) AND m.ends_on <= coalesce(upper(a.valid), 'infinity')
                WHERE coalesce(m.published_revision, m.submitted_revision) IS NOT NULL
                GROUP BY a.reporter_id, a.subject_id, a.regime, a.period_kind, m.period) AS gone
            WHERE (tally.reporter_id, tally.subject_id, tally.regime, tally.period_kind, tally.period)
                = (gone.reporter_id, gone.subject_id, gone.regime, gone.period_kind, gone.period);
        END IF;
        IF TG_OP <> 'DELETE' THEN
            INSERT INTO assignment_tally AS tally (reporter_id, subject_id, regime, period_kind, valid, assignments)
            SELECT reporter_id, subject_id, regime, period_kind, valid, count(*) FROM written GROUP BY reporter_id, subject_id, regime, period_kind, valid
            ON CONFLICT ON CONSTRAINT assignment_tally_pkey DO UPDATE SET assignments = tally.assignments + excluded.assignments;
            INSERT INTO answer_tally AS tally (reporter_id, subject_id, regime, period_kind, period, answers, answered_by)
            SELECT a.reporter_id, a.subject_id, a.regime, a.period_kind, m.period, count(*), tallies_sum(tally_of_answer(m.answered_on, m.ends_on, 1))
            FROM written a
            JOIN measurement m ON m.indicator_id = a.indicator_id AND m.subject_id = a.subject_id AND m.regime = a.regime AND m.period_kind = a.period_kind
                AND m.ends_on > lower(a.valid) AND m.ends_on <= coalesce(upper(a.valid), 'infinity')
            WHERE coalesce(m.published_revision, m.submitted_revision) IS NOT NULL
            GROUP BY a.reporter_id, a.subject_id, a.regime, a.period_kind, m.period
            ON CONFLICT ON CONSTRAINT answer_tally_pkey DO UPDATE
                SET answers = tally.answers + excluded.answers, answered_by = tallies_added(tally.answered_by, excluded.answered_by);
        END IF;
        RETURN NULL;
    END
    $$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION answer_tally_follow_figures() SET search_path = %I, pg_temp', current_schema());
    EXECUTE format('ALTER FUNCTION tallies_follow_assignments() SET search_path = %I, pg_temp', current_schema());
END
$$;

CREATE TRIGGER measurement_tally_new AFTER INSERT ON measurement
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION answer_tally_follow_figures();
CREATE TRIGGER measurement_tally_changed AFTER UPDATE ON measurement
    REFERENCING NEW TABLE AS written OLD TABLE AS replaced FOR EACH STATEMENT EXECUTE FUNCTION answer_tally_follow_figures();
CREATE TRIGGER measurement_tally_deleted AFTER DELETE ON measurement
    REFERENCING OLD TABLE AS replaced FOR EACH STATEMENT EXECUTE FUNCTION answer_tally_follow_figures();
CREATE TRIGGER reporting_assignment_tally_new AFTER INSERT ON reporting_assignment
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION tallies_follow_assignments();
CREATE TRIGGER reporting_assignment_tally_changed AFTER UPDATE ON reporting_assignment
    REFERENCING NEW TABLE AS written OLD TABLE AS replaced FOR EACH STATEMENT EXECUTE FUNCTION tallies_follow_assignments();
CREATE TRIGGER reporting_assignment_tally_deleted AFTER DELETE ON reporting_assignment
    REFERENCING OLD TABLE AS replaced FOR EACH STATEMENT EXECUTE FUNCTION tallies_follow_assignments();
