DO $$
BEGIN
    LOOP
        UPDATE measurement SET period = replace(period, '-9M', '-M9')
        WHERE id IN (SELECT id FROM measurement WHERE period LIKE '%-9M' LIMIT 1000);
        EXIT WHEN NOT FOUND;
        COMMIT;
    END LOOP;
    LOOP
        UPDATE nil_answer SET period = replace(period, '-9M', '-M9')
        WHERE id IN (SELECT id FROM nil_answer WHERE period LIKE '%-9M' LIMIT 1000);
        EXIT WHEN NOT FOUND;
        COMMIT;
    END LOOP;
    LOOP
        UPDATE unlock_request SET period = replace(period, '-9M', '-M9')
        WHERE id IN (SELECT id FROM unlock_request WHERE period LIKE '%-9M' LIMIT 1000);
        EXIT WHEN NOT FOUND;
        COMMIT;
    END LOOP;
    LOOP
        UPDATE reporting_extension SET period = replace(period, '-9M', '-M9')
        WHERE id IN (SELECT id FROM reporting_extension WHERE period LIKE '%-9M' LIMIT 1000);
        EXIT WHEN NOT FOUND;
        COMMIT;
    END LOOP;
END
$$;
