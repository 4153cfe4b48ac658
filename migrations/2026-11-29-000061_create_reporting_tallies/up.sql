-- What is counted over a whole country is kept counted: how many assignments an agency has, and how many of them it has answered by a figure.
-- What depends on a day, on holidays, extensions or the life of agencies is not in it, so none of these changes it.
CREATE TABLE assignment_tally (
    reporter_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    regime text NOT NULL,
    period_kind text NOT NULL,
    valid daterange NOT NULL,
    assignments integer NOT NULL,
    CONSTRAINT assignment_tally_pkey PRIMARY KEY (reporter_id, subject_id, regime, period_kind, valid),
    CONSTRAINT assignment_tally_assignments_check CHECK (assignments >= 0)
);
COMMENT ON TABLE assignment_tally IS 'The reporting assignments, counted. Kept by their triggers; recount_reporting computes it anew';
COMMENT ON COLUMN assignment_tally.assignments IS 'So many assignments: one for each indicator';

CREATE TABLE answer_tally (
    reporter_id uuid NOT NULL,
    subject_id uuid NOT NULL,
    regime text NOT NULL,
    period_kind text NOT NULL,
    period text NOT NULL,
    answers integer NOT NULL,
    answered_by integer[] NOT NULL,
    CONSTRAINT answer_tally_pkey PRIMARY KEY (period, regime, period_kind, reporter_id, subject_id),
    CONSTRAINT answer_tally_answers_check CHECK (answers >= 0)
);
COMMENT ON TABLE answer_tally IS 'The assignments that are answered by a figure, submitted, endorsed or published, counted by period. Kept by triggers of figures and assignments; recount_reporting computes it anew';
COMMENT ON COLUMN answer_tally.answers IS 'So many assignments are answered';
COMMENT ON COLUMN answer_tally.answered_by IS 'Of those, answered on the first day after the period or earlier, by the second day after it, and so on, for 400 days at most; after its end nothing is added';

CREATE FUNCTION tallies_added(one integer[], other integer[]) RETURNS integer[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT coalesce(array_agg(coalesce(one[least(day, cardinality(one))], 0) + coalesce(other[least(day, cardinality(other))], 0) ORDER BY day), '{}')
        FROM generate_series(1, greatest(cardinality(one), cardinality(other))) AS day
    $$;
COMMENT ON FUNCTION tallies_added(integer[], integer[]) IS 'Two answer_tally.answered_by together';
CREATE AGGREGATE tallies_sum(integer[]) (SFUNC = tallies_added, STYPE = integer[], INITCOND = '{}');

CREATE FUNCTION tally_of_answer(answered_on date, ends_on date, answers integer) RETURNS integer[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
        SELECT CASE WHEN $1 - $2 < 400 THEN array_fill(0, ARRAY[greatest($1 - $2, 0)]) || $3 ELSE '{}' END
    $$;
COMMENT ON FUNCTION tally_of_answer(date, date, integer) IS 'answer_tally.answered_by of so many answers that were given on a day, of a period that ends before another';

-- In pieces, each of which keeps writers of figures waiting for a moment.
CREATE PROCEDURE recount_reporting()
    LANGUAGE plpgsql
    AS $$
    DECLARE
        piece uuid[];
        last uuid := '00000000-0000-0000-0000-000000000000';
    BEGIN
        LOOP
            piece := ARRAY(SELECT id FROM agency WHERE id > last ORDER BY id LIMIT 50);
            EXIT WHEN cardinality(piece) = 0;
            last := piece[cardinality(piece)];
            PERFORM pg_advisory_xact_lock(hashtext('reporting tally'));
            DELETE FROM assignment_tally WHERE reporter_id = ANY (piece);
            DELETE FROM answer_tally WHERE reporter_id = ANY (piece);
            INSERT INTO assignment_tally (reporter_id, subject_id, regime, period_kind, valid, assignments)
            SELECT reporter_id, subject_id, regime, period_kind, valid, count(*) FROM reporting_assignment WHERE reporter_id = ANY (piece)
            GROUP BY reporter_id, subject_id, regime, period_kind, valid;
            INSERT INTO answer_tally (reporter_id, subject_id, regime, period_kind, period, answers, answered_by)
            SELECT reporter_id, subject_id, regime, period_kind, period, sum(answers), tallies_sum(tally_of_answer(answered_on, ends_on, answers))
            FROM (SELECT a.reporter_id, a.subject_id, a.regime, a.period_kind, m.period, m.answered_on, m.ends_on, count(*)::integer AS answers
                FROM reporting_assignment a
                JOIN measurement m ON m.indicator_id = a.indicator_id AND m.subject_id = a.subject_id AND m.regime = a.regime AND m.period_kind = a.period_kind
                    AND m.ends_on > lower(a.valid) AND m.ends_on <= coalesce(upper(a.valid), 'infinity')
                WHERE a.reporter_id = ANY (piece) AND coalesce(m.published_revision, m.submitted_revision) IS NOT NULL
                GROUP BY a.reporter_id, a.subject_id, a.regime, a.period_kind, m.period, m.answered_on, m.ends_on) AS counted
            GROUP BY reporter_id, subject_id, regime, period_kind, period;
            COMMIT;
        END LOOP;
        ANALYZE assignment_tally, answer_tally;
    END
    $$;
COMMENT ON PROCEDURE recount_reporting() IS 'Computes assignment_tally and answer_tally anew, agency by agency';
