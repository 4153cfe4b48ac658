-- Of the deadlines that were there: the first and the one in force.
DO $$
BEGIN
    LOOP
        UPDATE directive d SET due_expected = now.expected, original_due_expected = first.expected
        FROM (SELECT directive_id, operator IS NOT DISTINCT FROM 'EXPECTED' AND due_on IS NOT NULL AS expected FROM directive_deadline x
                WHERE revision = (SELECT max(revision) FROM directive_deadline WHERE directive_id = x.directive_id)) AS now,
            (SELECT directive_id, operator IS NOT DISTINCT FROM 'EXPECTED' AND due_on IS NOT NULL AS expected FROM directive_deadline WHERE revision = 1) AS first
        WHERE now.directive_id = d.id AND first.directive_id = d.id AND d.id IN (
            SELECT o.id FROM directive o JOIN directive_deadline l ON l.directive_id = o.id AND l.operator = 'EXPECTED' AND l.due_on IS NOT NULL
            WHERE (l.revision = 1 AND NOT o.original_due_expected)
                OR (NOT o.due_expected AND l.revision = (SELECT max(revision) FROM directive_deadline WHERE directive_id = o.id))
            LIMIT 1000);
        EXIT WHEN NOT FOUND;
        COMMIT;
    END LOOP;
END
$$;
