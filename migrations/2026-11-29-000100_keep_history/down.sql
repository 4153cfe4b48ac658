SELECT history.drop_views();
DO $$
DECLARE
    original regclass;
BEGIN
    FOR original IN SELECT tgrelid FROM pg_trigger WHERE tgname = 'history_known' LOOP
        PERFORM history.detach(original);
    END LOOP;
END
$$;
DROP TABLE history.transaction;
DROP SEQUENCE history.last_end;
DROP FUNCTION history.end_transaction, history.this_transaction, history.known_from_now, history.know, history.refuse_change,
    history.attach, history.detach, history.drop_views, history.make_views;
DROP SCHEMA history;
