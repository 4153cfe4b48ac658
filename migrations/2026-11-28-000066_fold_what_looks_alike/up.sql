ALTER TABLE directive_deadline VALIDATE CONSTRAINT directive_deadline_precision_check;
ALTER TABLE directive_deadline VALIDATE CONSTRAINT directive_deadline_cadence_check;
ALTER TABLE reporting_extension VALIDATE CONSTRAINT reporting_extension_period_check;

-- The same rule as db::text::fold, in its order: lower case; tone marks and what cannot be seen removed; đ and the letters that look like it as d, all
-- dashes as hyphens; white space collapsed; y as i where both are right. A test holds the two together. What is stored is folded anew by the next migration.
CREATE OR REPLACE FUNCTION fold(words text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
        SELECT regexp_replace(
            btrim(regexp_replace(
                translate(
                    regexp_replace(normalize(lower(words COLLATE "und-x-icu"), NFD), '[\u0300-\u036f\u00ad\u061c\u180e\u200b-\u200f\u2060\ufeff]', '', 'g'),
                    U&'\0111\00f0\0256\2010\2011\2012\2013\2014\2015\2212\fe58\fe63\ff0d', 'ddd----------'),
                '[\u0009-\u000d\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+', ' ', 'g')),
            '(?<![a-z0-9_])(h|k|l|m|s|t|qu)y(?![a-z0-9_])', '\1i', 'g')
    $$;
COMMENT ON FUNCTION fold(text) IS 'Text as it is searched: lower case, without tone marks, đ as d, dashes as hyphens, y as i where both are right, one space between words';

-- What parts words for db::text::words is a space here: so a whole word stands between two, and "% so %" is the pattern of one.
CREATE FUNCTION search_spaced(folded text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN ' ' || translate(folded, U&'!"#$%&''()*+,-./:;<=>?@[\\]^_`{|}~\00ab\00bb\00b7\2018\2019\201c\201d\201e\2026\2022\f0b7', repeat(' ', 43)) || ' ';
COMMENT ON FUNCTION search_spaced(text) IS 'A folded text with a space before and after each word, and for all punctuation';

CREATE FUNCTION search_holds(folded text, every text[], any_one text[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN search_spaced(folded) LIKE ALL (every) AND (cardinality(any_one) = 0 OR search_spaced(folded) LIKE ANY (any_one));
COMMENT ON FUNCTION search_holds(text, text[], text[]) IS 'Whether search_spaced of a text fits all patterns of the one list, and one of the other if it has any';
