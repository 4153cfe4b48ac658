-- Vietnamese text: found without tone marks, sorted as Vietnamese readers expect, stored NFC.

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE COLLATION vietnamese (provider = icu, locale = 'vi-VN');
COMMENT ON COLLATION vietnamese IS 'The order of Vietnamese dictionaries: a ă â b c d đ e ê …';

-- The same rule as db::text::fold: lower case, tone marks and đ removed, white space collapsed. A test holds the two together.
CREATE FUNCTION fold(words text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
        SELECT btrim(regexp_replace(
            translate(regexp_replace(normalize(lower(words COLLATE "und-x-icu"), NFD), '[\u0300-\u036f]', '', 'g'), 'đ', 'd'),
            '\s+', ' ', 'g'))
    $$;
COMMENT ON FUNCTION fold(text) IS 'Text as it is searched: lower case, without tone marks, đ as d, one space between words';

-- array_to_string is only STABLE in general; for text it depends on nothing. A body that is parsed here, not at each call, finds
-- the other fold under any search_path: pg_restore, for one, empties it before it fills generated columns.
CREATE FUNCTION fold(words text[]) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (SELECT coalesce(string_agg(fold(word), ' ' ORDER BY place), '') FROM unnest(words) WITH ORDINALITY AS w (word, place));
COMMENT ON FUNCTION fold(text[]) IS 'Several texts folded into one, in order; null elements are left out';

-- Refuses to change or delete a row: for tables that are history. TRUNCATE stays possible for the owner (cotmoc demo reset).
CREATE FUNCTION refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        RAISE EXCEPTION 'rows of % are history: they are added, never %d', TG_TABLE_NAME, lower(TG_OP)
            USING ERRCODE = 'restrict_violation', CONSTRAINT = TG_TABLE_NAME || '_append_only', TABLE = TG_TABLE_NAME;
    END
    $$;
COMMENT ON FUNCTION refuse_change() IS 'Trigger of append-only tables';
