-- What was known at an instant is what was committed by then. A version of a row stands in its table, with the transaction that
-- wrote it (`known`), until another takes its place; from then on it stands in the table of the same name in this schema, with
-- the transaction that replaced or deleted it (`gone`). So a row that is only added costs a column, and a plan that reads a
-- table now reads nothing else.
CREATE SCHEMA history;
COMMENT ON SCHEMA history IS 'Earlier versions of rows: added by triggers, never changed';

-- A transaction is called by the moment at which it first wrote. It counts from the moment at which it ended: that is taken last
-- of all, under the lock that orders commits, so moments of ends have the order of commits.
CREATE TABLE history.transaction (
    begun timestamptz NOT NULL,
    ended timestamptz,
    CONSTRAINT transaction_pkey PRIMARY KEY (begun),
    CONSTRAINT transaction_ended_check CHECK (ended >= begun)
) WITH (fillfactor = 70);
COMMENT ON TABLE history.transaction IS 'Every transaction that wrote what has history';
COMMENT ON COLUMN history.transaction.begun IS 'Its name: no other has the same';
COMMENT ON COLUMN history.transaction.ended IS 'From here on others see what it wrote; null is seen by itself alone, until it ends';
-- Finds those that were under way at an instant: what they had begun to write was not known yet.
CREATE INDEX transaction_under_way_idx ON history.transaction USING gist (tstzrange(begun, ended)) WHERE ended IS NOT NULL;
-- The last end there was, in microseconds: the next comes after it, also where the machine's clock was set back.
CREATE SEQUENCE history.last_end;

CREATE FUNCTION history.end_transaction() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    DECLARE
        at bigint;
    BEGIN
        PERFORM pg_advisory_xact_lock(TG_ARGV[0]::regclass::bigint);
        -- As numbers that are exact to the microsecond for three hundred years: decimals take ten times as long.
        SELECT greatest((date_part('epoch', greatest(clock_timestamp(), NEW.begun)) * 1000000)::bigint, last_value + 1) INTO at FROM history.last_end;
        PERFORM setval('history.last_end', at);
        UPDATE history.transaction SET ended = to_timestamp(at / 1000000::float8) WHERE begun = NEW.begun;
        RETURN NULL;
    END
    $$;
COMMENT ON FUNCTION history.end_transaction() IS 'Deferred trigger that takes the moment at which a transaction ends, under the lock of the outbox that it is given';
DO $$
BEGIN
    EXECUTE format('CREATE CONSTRAINT TRIGGER end_transaction AFTER INSERT ON history.transaction DEFERRABLE INITIALLY DEFERRED '
        'FOR EACH ROW EXECUTE FUNCTION history.end_transaction(%L)', format('%I.change', current_schema()));
END
$$;
ALTER TABLE history.transaction ENABLE ALWAYS TRIGGER end_transaction;

CREATE FUNCTION history.this_transaction() RETURNS timestamptz
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    DECLARE
        this timestamptz := nullif(current_setting('cotmoc.transaction', true), '');
    BEGIN
        -- What somebody made up can name no time before this transaction.
        IF this BETWEEN now() AND greatest(now(), clock_timestamp()) THEN
            RETURN this;
        END IF;
        this := greatest(now(), clock_timestamp());
        LOOP
            INSERT INTO history.transaction (begun) VALUES (this) ON CONFLICT DO NOTHING;
            EXIT WHEN FOUND;
            this := this + interval '1 microsecond';
        END LOOP;
        PERFORM set_config('cotmoc.transaction', this::text, true);
        RETURN this;
    END
    $$;
COMMENT ON FUNCTION history.this_transaction() IS 'The name of the transaction that calls it, in history.transaction; its first call begins it';

-- The owner loads what was known earlier (the demo's story): `SET cotmoc.known_at = '2025-06-30T08:00:00Z'` says when what is
-- written was known, 'recorded' that it was known since the time in the row itself, or since before history began.
CREATE FUNCTION history.known_from_now(of_table oid) RETURNS timestamptz
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    DECLARE
        chosen text := current_setting('cotmoc.known_at', true);
    BEGIN
        -- The role that statements are executed as, also within what the owner does for it.
        IF chosen <> '' AND pg_has_role(coalesce(nullif(current_setting('role'), 'none'), session_user)::name,
            (SELECT relowner FROM pg_class WHERE oid = of_table), 'MEMBER') THEN
            RETURN nullif(chosen, 'recorded')::timestamptz;
        END IF;
        RETURN history.this_transaction();
    END
    $$;
COMMENT ON FUNCTION history.known_from_now(oid) IS 'What is noted of a version that is written now; null for what the owner writes as known since ever';

CREATE FUNCTION history.know() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    DECLARE
        -- The way of nearly all rows calls nothing: it is gone with each.
        this timestamptz := nullif(current_setting('cotmoc.transaction', true), '');
    BEGIN
        IF this BETWEEN now() AND clock_timestamp() AND coalesce(current_setting('cotmoc.known_at', true), '') = '' THEN
            NEW.known := this;
        ELSE
            NEW.known := history.known_from_now(TG_RELID);
        END IF;
        RETURN NEW;
    END
    $$;
COMMENT ON FUNCTION history.know() IS 'Trigger that notes which transaction writes a version of a row';

CREATE FUNCTION history.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        RAISE EXCEPTION 'rows of % are history: they are added, never %d', TG_TABLE_NAME, lower(TG_OP)
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only', TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
    END
    $$;
COMMENT ON FUNCTION history.refuse_change() IS 'Trigger that refuses to change or delete a version. TRUNCATE stays possible for the owner (cotmoc demo reset)';

CREATE FUNCTION history.attach(of_table regclass, known_from name DEFAULT NULL) RETURNS void
    LANGUAGE plpgsql
    AS $$
    DECLARE
        original text;
        title name;
        columns text;
        old_columns text;
        added record;
        line text;
    BEGIN
        SELECT format('%I.%I', nspname, relname), relname INTO STRICT original, title
        FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE pg_class.oid = of_table;
        EXECUTE format('ALTER TABLE %s ADD COLUMN IF NOT EXISTS known timestamptz', original);
        EXECUTE format('COMMENT ON COLUMN %s.known IS %L', original, 'Name of the transaction that wrote this version of the row, in history.transaction; null for what was there before history was kept');
        IF to_regclass(format('history.%I', title)) IS NULL THEN
            EXECUTE format('CREATE TABLE history.%I (LIKE %s, gone timestamptz NOT NULL)', title, original);
            EXECUTE format('COMMENT ON TABLE history.%I IS %L', title, 'Versions of the rows of ' || title || ' that were replaced or deleted');
            EXECUTE format('COMMENT ON COLUMN history.%I.gone IS %L', title, 'Name of the transaction that replaced or deleted it, in history.transaction');
            EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON history.%I FOR EACH ROW EXECUTE FUNCTION history.refuse_change()', title);
            EXECUTE format('ALTER TABLE history.%I ENABLE ALWAYS TRIGGER append_only', title);
            -- Whatever finds a row in its table finds its versions here; words are looked for in all versions.
            FOR line IN SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_am ON pg_am.oid = relam
                WHERE indrelid = of_table AND indisvalid AND amname IN ('btree', 'gist') ORDER BY relname
            LOOP
                EXECUTE regexp_replace(line, '^CREATE (UNIQUE )?INDEX \S+ ON \S+ ', format('CREATE INDEX ON history.%I ', title));
            END LOOP;
        END IF;
        -- Columns that the table has been given since; of earlier versions they say what its rows were filled with.
        FOR added IN SELECT attname, format_type(atttypid, atttypmod) AS type, pg_get_expr(adbin, adrelid) AS filled
            FROM pg_attribute a LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum AND attgenerated = ''
            WHERE attrelid = of_table AND attnum > 0 AND NOT attisdropped
                AND NOT EXISTS (SELECT FROM pg_attribute b WHERE b.attrelid = format('history.%I', title)::regclass AND b.attname = a.attname AND NOT b.attisdropped)
            ORDER BY attnum
        LOOP
            EXECUTE format('ALTER TABLE history.%I ADD COLUMN %I %s %s', title, added.attname, added.type, 'DEFAULT ' || added.filled);
            EXECUTE format('ALTER TABLE history.%I ALTER COLUMN %I DROP DEFAULT', title, added.attname);
        END LOOP;
        SELECT string_agg(format('%I', attname), ', ' ORDER BY attnum), string_agg(format('OLD.%I', attname), ', ' ORDER BY attnum) INTO columns, old_columns
        FROM pg_attribute WHERE attrelid = of_table AND attnum > 0 AND NOT attisdropped;
        -- One for each table: a plan that is kept costs a tenth of one that is made each time.
        EXECUTE format($keep$
            CREATE OR REPLACE FUNCTION history.%1$I() RETURNS trigger
                LANGUAGE plpgsql SECURITY DEFINER
                AS $body$
                DECLARE
                    this timestamptz;
                BEGIN
                    IF TG_OP = 'UPDATE' THEN
                        this := NEW.known;
                    ELSE
                        this := history.known_from_now(TG_RELID);
                    END IF;
                    IF this IS NULL THEN
                        RETURN NULL;
                    ELSIF TG_OP = 'TRUNCATE' THEN
                        INSERT INTO history.%2$I (%3$s, gone) SELECT %3$s, this FROM %5$s WHERE known IS DISTINCT FROM this;
                    -- What this same transaction wrote nobody has ever seen.
                    ELSIF OLD.known IS DISTINCT FROM this THEN
                        INSERT INTO history.%2$I (%3$s, gone) VALUES (%4$s, this);
                    END IF;
                    RETURN NULL;
                END
                $body$
            $keep$, 'keep_' || title, title, columns, old_columns, original);
        EXECUTE format('REVOKE EXECUTE ON FUNCTION history.%I() FROM PUBLIC', 'keep_' || title);
        FOR line IN VALUES
            (format('CREATE OR REPLACE TRIGGER history_known BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION history.know(%s)', original, coalesce(quote_literal(known_from), ''))),
            -- But where this same transaction has written the row before: nothing older has its name.
            (format('CREATE OR REPLACE TRIGGER history_known_anew BEFORE UPDATE ON %s FOR EACH ROW WHEN ((OLD.known >= now() AND NEW.known = OLD.known '
                'AND OLD.known = nullif(current_setting(''cotmoc.transaction'', true), '''')::timestamptz) IS NOT TRUE) EXECUTE FUNCTION history.know()', original)),
            (format('CREATE OR REPLACE TRIGGER history_replaced AFTER UPDATE ON %s FOR EACH ROW WHEN (OLD.known IS DISTINCT FROM NEW.known) EXECUTE FUNCTION history.%I()', original, 'keep_' || title)),
            (format('CREATE OR REPLACE TRIGGER history_deleted AFTER DELETE ON %s FOR EACH ROW EXECUTE FUNCTION history.%I()', original, 'keep_' || title)),
            (format('CREATE OR REPLACE TRIGGER history_emptied BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION history.%I()', original, 'keep_' || title))
        LOOP
            EXECUTE line;
        END LOOP;
        EXECUTE format('ALTER TABLE %1$s ENABLE ALWAYS TRIGGER history_known, ENABLE ALWAYS TRIGGER history_known_anew, ENABLE ALWAYS TRIGGER history_replaced, '
            'ENABLE ALWAYS TRIGGER history_deleted, ENABLE ALWAYS TRIGGER history_emptied', original);
    END
    $$;
COMMENT ON FUNCTION history.attach(regclass, name) IS 'Gives a table history, and again when it has got another column. known_from names the column that says since when a row was known that was there before';

CREATE FUNCTION history.detach(of_table regclass) RETURNS void
    LANGUAGE plpgsql
    AS $$
    DECLARE
        original text;
        title name;
    BEGIN
        SELECT format('%I.%I', nspname, relname), relname INTO STRICT original, title
        FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE pg_class.oid = of_table;
        PERFORM history.drop_views();
        EXECUTE format('DROP TRIGGER history_known ON %1$s; DROP TRIGGER history_known_anew ON %1$s; DROP TRIGGER history_replaced ON %1$s; DROP TRIGGER history_deleted ON %1$s; DROP TRIGGER history_emptied ON %1$s', original);
        EXECUTE format('DROP FUNCTION history.%I(); DROP TABLE history.%I; ALTER TABLE %s DROP COLUMN known', 'keep_' || title, title, original);
    END
    $$;
COMMENT ON FUNCTION history.detach(regclass) IS 'Takes the history of a table away, with all its versions: for taking a migration back';

-- The views stand on all tables, so no table is altered below them: they are dropped before migrations and made after them.
CREATE FUNCTION history.drop_views() RETURNS void
    LANGUAGE plpgsql
    AS $$
    BEGIN
        -- Whoever reads as of an instant holds it shared until the answer is there.
        PERFORM pg_advisory_xact_lock(hashtext('cotmoc as_of'));
        SET LOCAL client_min_messages = warning;
        DROP SCHEMA IF EXISTS as_of CASCADE;
    END
    $$;
COMMENT ON FUNCTION history.drop_views() IS 'Drops the schema as_of, when nobody reads from it';

CREATE FUNCTION history.make_views() RETURNS void
    LANGUAGE plpgsql SET check_function_bodies = off
    AS $$
    DECLARE
        product name;
        original record;
        copies text[];
        waiting text[];
        still text[];
        line text;
    BEGIN
        PERFORM history.drop_views();
        CREATE SCHEMA as_of;
        COMMENT ON SCHEMA as_of IS 'The tables, views and functions of the product as they were at the instant of the setting cotmoc.as_of. Made by history.make_views()';
        SELECT nspname INTO STRICT product FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE tgname = 'history_known' LIMIT 1;
        FOR original IN
            SELECT relname AS title, coalesce(quote_ident(nullif(rtrim(encode(tgargs, 'escape'), '\0'), '')) || ',', '') AS known_from,
                (SELECT string_agg(format('%I', attname), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = tgrelid AND attnum > 0 AND NOT attisdropped) AS columns
            FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid WHERE tgname = 'history_known' ORDER BY relname
        LOOP
            EXECUTE format($view$
                CREATE VIEW as_of.%1$I AS
                SELECT %2$s FROM %4$I.%1$I
                WHERE coalesce(known, %3$s '-infinity') <= (SELECT current_setting('cotmoc.as_of')::timestamptz)
                    AND known = ANY ((SELECT current_setting('cotmoc.under_way')::timestamptz[])::timestamptz[]) IS NOT TRUE
                UNION ALL
                SELECT %2$s FROM history.%1$I
                WHERE coalesce(known, %3$s '-infinity') <= (SELECT current_setting('cotmoc.as_of')::timestamptz)
                    AND known = ANY ((SELECT current_setting('cotmoc.under_way')::timestamptz[])::timestamptz[]) IS NOT TRUE
                    AND (gone > (SELECT current_setting('cotmoc.as_of')::timestamptz)
                        OR gone = ANY ((SELECT current_setting('cotmoc.under_way')::timestamptz[])::timestamptz[]))
                $view$, original.title, original.columns, original.known_from, product);
            EXECUTE format('COMMENT ON VIEW as_of.%1$I IS %2$L', original.title, 'The rows of ' || original.title || ' as they were at an instant');
        END LOOP;
        -- Who may see an object is judged as it stands now, or stood last.
        FOR original IN SELECT relname AS title FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
            WHERE relnamespace = product::regnamespace AND relkind = 'r' AND attname = 'visibility'
        LOOP
            EXECUTE format($view$
                CREATE VIEW as_of.%1$I AS
                SELECT id, visibility FROM %2$I.%3$I
                UNION ALL
                (SELECT DISTINCT ON (id) id, visibility FROM history.%3$I AS version
                WHERE NOT EXISTS (SELECT FROM %2$I.%3$I AS present WHERE present.id = version.id) ORDER BY id, gone DESC)
                $view$, original.title || '_now', product, original.title);
            EXECUTE format('CREATE VIEW as_of.%I AS SELECT * FROM %I.%I', original.title || '_party_now', product, original.title || '_party');
        END LOOP;
        EXECUTE format('CREATE VIEW as_of.measurement_revision_now AS SELECT measurement_id, revision, state FROM %I.measurement_revision', product);
        -- Copies of the product's own views and functions find the names of this schema before those of the product.
        PERFORM set_config('search_path', quote_ident(product), true);
        copies := ARRAY(
            SELECT format('CREATE OR REPLACE VIEW as_of.%I AS %s', relname, pg_get_viewdef(oid)) FROM pg_class WHERE relnamespace = product::regnamespace AND relkind = 'v'
            UNION ALL
            SELECT replace(regexp_replace(pg_get_functiondef(p.oid), '^CREATE OR REPLACE FUNCTION \S+?\.', 'CREATE OR REPLACE FUNCTION as_of.'),
                format('SET search_path TO %L, ', product), format('SET search_path TO as_of, %L, ', product))
            FROM pg_proc p JOIN pg_language l ON l.oid = prolang
            WHERE pronamespace = product::regnamespace AND prokind = 'f' AND provolatile = 's' AND lanname IN ('sql', 'plpgsql'));
        PERFORM set_config('search_path', format('as_of, %I', product), true);
        -- What another stands on comes before it, whatever their order.
        waiting := copies;
        LOOP
            still := '{}';
            FOREACH line IN ARRAY waiting LOOP
                BEGIN
                    EXECUTE line;
                EXCEPTION WHEN undefined_table OR undefined_function OR undefined_object OR invalid_function_definition OR datatype_mismatch THEN
                    still := still || line;
                END;
            END LOOP;
            EXIT WHEN cardinality(still) = 0;
            IF cardinality(still) = cardinality(waiting) THEN
                EXECUTE still[1];
            END IF;
            waiting := still;
        END LOOP;
        -- Some were made before what they name was here, and have found the product's: now it is.
        FOREACH line IN ARRAY copies LOOP
            EXECUTE line;
        END LOOP;

        CREATE FUNCTION as_of.is_over(instant timestamptz) RETURNS boolean
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = history, pg_temp
            AS $body$
            BEGIN
                IF instant > clock_timestamp() THEN
                    RETURN false;
                END IF;
                -- Whoever took the moment of their end before the instant, and has not ended, holds the lock.
                IF instant >= (SELECT to_timestamp(last_value / 1000000::float8) FROM history.last_end) THEN
                    PERFORM pg_advisory_xact_lock_shared((SELECT rtrim(encode(tgargs, 'escape'), '\0') FROM pg_trigger WHERE tgname = 'end_transaction')::regclass::bigint);
                END IF;
                RETURN true;
            END
            $body$;
        COMMENT ON FUNCTION as_of.is_over(timestamptz) IS 'Waits for those who are ending at the instant; false if it is still to come. To be asked in a transaction of its own, before as_of.open';
        CREATE FUNCTION as_of.open(instant timestamptz) RETURNS void
            LANGUAGE plpgsql SECURITY DEFINER SET search_path = history, pg_temp
            AS $body$
            BEGIN
                PERFORM pg_advisory_xact_lock_shared(hashtext('cotmoc as_of'));
                PERFORM set_config('cotmoc.under_way', (SELECT coalesce(array_agg(begun), '{}') FROM history.transaction
                    WHERE ended IS NOT NULL AND tstzrange(begun, ended) @> instant)::text, true);
                PERFORM set_config('cotmoc.as_of', instant::text, true);
            END
            $body$;
        COMMENT ON FUNCTION as_of.open(timestamptz) IS 'What the transaction reads from this schema from now on is as it was at the instant. The transaction is one of REPEATABLE READ: who ends meanwhile stays unseen';
    END
    $$;
COMMENT ON FUNCTION history.make_views() IS 'Makes the schema as_of anew out of the tables that have history and the product''s own views and functions. Called after migrations';

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA history FROM PUBLIC;
DO $$
DECLARE
    title name;
    known_from name;
BEGIN
    FOR title, known_from IN
        SELECT relname, times.column_name FROM pg_class
        LEFT JOIN (VALUES ('audit_entry', 'recorded_at'), ('change', 'recorded_at'), ('directive_event', 'recorded_at'), ('directive_extension', 'requested_at'),
            ('directive_input', 'asked_at'), ('measurement_decision', 'decided_at'), ('measurement_revision', 'recorded_at'), ('nil_answer', 'answered_at'),
            ('progress_update', 'recorded_at'), ('reporting_extension', 'extended_at'), ('unlock_request', 'requested_at')) AS times (table_name, column_name)
            ON table_name = relname
        WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relname <> ALL ('{__diesel_schema_migrations, account, audit_head, data_version,
            idempotency_record, password, password_reset, recovery_code, refresh_token, role_grant, second_factor, service_account, service_secret, session,
            sign_in_throttle, signing_key, trusted_document}')
        ORDER BY relname
    LOOP
        PERFORM history.attach(format('%I', title)::regclass, known_from);
    END LOOP;
END
$$;
