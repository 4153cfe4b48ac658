-- The trigger writes the two columns as the owner of the table, so that nobody else needs to be allowed to: a directive's
-- deadline moves by a new deadline alone.
ALTER FUNCTION directive_follow_deadline() SECURITY DEFINER;
DO $$
BEGIN
    -- The tables of this schema, whatever the caller has on its own path or among its temporary tables.
    EXECUTE format('ALTER FUNCTION directive_follow_deadline() SET search_path = %I, pg_temp', current_schema());
END
$$;
