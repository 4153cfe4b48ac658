-- What is kept counted changes with what it counts, so its changes are counted with that noun: a figure raises one version, not two.
DO $$
DECLARE
    name text;
    noun text;
BEGIN
    FOR name, noun IN VALUES ('answer_tally', 'measurement'), ('assignment_tally', 'reporting') LOOP
        EXECUTE format('CREATE TRIGGER data_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I '
            'FOR EACH STATEMENT EXECUTE FUNCTION data_version_raise(%L)', name, noun);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER data_version', name);
    END LOOP;
END
$$;
