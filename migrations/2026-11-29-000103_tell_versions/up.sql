-- The versions of objects as clients may read them: columns by the names that the schema gives fields, references by the codes of
-- what may be named. What refers to anything else, whoever wrote it, and what is worked out are left out: some of it is hidden
-- from some.
CREATE FUNCTION history.versions(title name, ids uuid[], named name[])
    RETURNS TABLE (id uuid, at timestamptz, actor_id uuid, visibility text, shown jsonb)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = history, pg_temp
    AS $$
    DECLARE
        product name;
        of_table oid;
        columns text;
        known_from text;
        shown text;
    BEGIN
        SELECT nspname, tgrelid, coalesce(quote_ident(nullif(rtrim(encode(tgargs, 'escape'), '\0'), '')), 'NULL') INTO STRICT product, of_table, known_from
        FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE tgname = 'history_known' AND relname = title;
        SELECT string_agg(format('%I', attname), ', ' ORDER BY attnum) INTO columns
        FROM pg_attribute WHERE attrelid = of_table AND attnum > 0 AND NOT attisdropped;
        SELECT string_agg(format('%L, ', left(camel, 1) || right(replace(initcap(replace(regexp_replace(attname, '_id$', ''), '_', ' ')), ' ', ''), -1))
            || CASE WHEN refers_to IS NULL THEN format('v.%I', attname)
                ELSE format('(SELECT code FROM %I.%I AS other WHERE other.id = v.%I)', product, refers_to, attname) END, ', ' ORDER BY attnum) INTO shown
        FROM (SELECT attname, attnum, attname::text AS camel, (SELECT r.relname FROM pg_constraint JOIN pg_class r ON r.oid = confrelid
                    WHERE conrelid = of_table AND contype = 'f' AND conkey = ARRAY[attnum] LIMIT 1) AS refers_to
            FROM pg_attribute WHERE attrelid = of_table AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
                AND attname <> ALL ('{id, known, version, search_text, position, submitted_revision, drafted_revision, answered_on}') AND attname !~ '_by$') AS columns_shown
        WHERE coalesce(refers_to = ANY (named), attname !~ '_id$');
        RETURN QUERY EXECUTE format($query$
            SELECT v.id, coalesce(t.ended, v.known, %5$s), (SELECT e.actor_id FROM %1$I.audit_entry e WHERE e.object_id = v.id AND e.known = v.known
                AND e.actor_kind = 'USER' ORDER BY e.id LIMIT 1), to_jsonb(v) ->> 'visibility', jsonb_build_object(%4$s)
            FROM (SELECT %3$s FROM %1$I.%2$I WHERE id = ANY ($1) UNION ALL SELECT %3$s FROM history.%2$I WHERE id = ANY ($1)) AS v
            LEFT JOIN history.transaction t ON t.begun = v.known
            WHERE $2 IS NULL OR coalesce(v.known, %5$s, '-infinity') <= $2 AND v.known = ANY ($3) IS NOT TRUE
            ORDER BY v.id, coalesce(t.ended, v.known, '-infinity')
            $query$, product, title, columns, shown, known_from)
        USING ids, nullif(current_setting('cotmoc.as_of', true), '')::timestamptz, nullif(current_setting('cotmoc.under_way', true), '')::timestamptz[];
    END
    $$;
COMMENT ON FUNCTION history.versions(name, uuid[], name[]) IS 'The versions of objects of a table, the first first, as far as they are known at the instant of the setting cotmoc.as_of, if there is one; references to tables that are named come as codes';
REVOKE EXECUTE ON FUNCTION history.versions FROM PUBLIC;
