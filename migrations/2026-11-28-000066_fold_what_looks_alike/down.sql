DROP FUNCTION search_holds(text, text[], text[]);
DROP FUNCTION search_spaced(text);

CREATE OR REPLACE FUNCTION fold(words text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
        SELECT btrim(regexp_replace(
            translate(regexp_replace(normalize(lower(words COLLATE "und-x-icu"), NFD), '[\u0300-\u036f]', '', 'g'), 'đ', 'd'),
            '\s+', ' ', 'g'))
    $$;
COMMENT ON FUNCTION fold(text) IS 'Text as it is searched: lower case, without tone marks, đ as d, one space between words';
