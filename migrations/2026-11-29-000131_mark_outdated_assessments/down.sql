DO $$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'outdate\_assessments%' LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', name);
    END LOOP;
END
$$;
