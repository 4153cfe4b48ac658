DO $$
BEGIN
    LOOP
        UPDATE measurement SET period = replace(period, '-M9', '-9M')
        WHERE id IN (SELECT id FROM measurement WHERE period LIKE '%-M9' LIMIT 1000);
        EXIT WHEN NOT FOUND;
        COMMIT;
    END LOOP;
    LOOP
        UPDATE nil_answer SET period = replace(period, '-M9', '-9M')
        WHERE id IN (SELECT id FROM nil_answer WHERE period LIKE '%-M9' LIMIT 1000);
        EXIT WHEN NOT FOUND;
        COMMIT;
    END LOOP;
    LOOP
        UPDATE unlock_request SET period = replace(period, '-M9', '-9M')
        WHERE id IN (SELECT id FROM unlock_request WHERE period LIKE '%-M9' LIMIT 1000);
        EXIT WHEN NOT FOUND;
        COMMIT;
    END LOOP;
    LOOP
        UPDATE reporting_extension SET period = replace(period, '-M9', '-9M')
        WHERE id IN (SELECT id FROM reporting_extension WHERE period LIKE '%-M9' LIMIT 1000);
        EXIT WHEN NOT FOUND;
        COMMIT;
    END LOOP;
END
$$;
