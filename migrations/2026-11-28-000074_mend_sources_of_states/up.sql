-- Directives that are there: what people did to them here was recorded; of what was only given, nobody has said anything.
DO $$
DECLARE
    mended integer;
BEGIN
    LOOP
        UPDATE directive SET state_source = CASE WHEN told.by_people THEN 'RECORDED' ELSE 'UNKNOWN' END
        FROM (
            SELECT d.id, EXISTS (SELECT FROM directive_event e WHERE e.directive_id = d.id AND e.account_id IS NOT NULL) AS by_people FROM directive d
            WHERE d.state_source = 'REPORTED'
                AND (d.state = 'ASSIGNED' AND d.kind NOT IN ('REPORTED_TASK', 'PLANNED_TASK') OR EXISTS (SELECT FROM directive_event e WHERE e.directive_id = d.id AND e.account_id IS NOT NULL))
            LIMIT 1000
        ) AS told WHERE told.id = directive.id;
        GET DIAGNOSTICS mended = ROW_COUNT;
        COMMIT;
        EXIT WHEN mended = 0;
    END LOOP;
END
$$;
