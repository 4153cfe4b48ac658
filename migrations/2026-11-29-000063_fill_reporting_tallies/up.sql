-- From here on they are whole: what was written since their triggers are there is counted once.
DO $$
BEGIN
    CALL recount_reporting();
    COMMIT;
END
$$;
