-- By what agencies are ranked is data, dated, and with the document that sets it: whoever reads a rank can see what it rests on.
CREATE TABLE ranking_scheme (
    version integer,
    valid daterange NOT NULL,
    least integer NOT NULL,
    source text NOT NULL,
    CONSTRAINT ranking_scheme_pkey PRIMARY KEY (version),
    CONSTRAINT ranking_scheme_version_check CHECK (version >= 1),
    CONSTRAINT ranking_scheme_valid_check CHECK (NOT isempty(valid)),
    CONSTRAINT ranking_scheme_no_overlap EXCLUDE USING gist (valid WITH &&),
    CONSTRAINT ranking_scheme_least_check CHECK (least >= 1),
    CONSTRAINT ranking_scheme_source_check CHECK (source ~ '\S' AND source IS NFC NORMALIZED)
);
COMMENT ON TABLE ranking_scheme IS 'A version of the rules by which agencies are ranked: those of a period are the ones that hold on its last day';
COMMENT ON COLUMN ranking_scheme.valid IS 'The days on which it holds; no two versions hold on one day';
COMMENT ON COLUMN ranking_scheme.least IS 'Whoever has fewer obligations and directives that are judged is shown, but not ranked';
COMMENT ON COLUMN ranking_scheme.source IS 'The document that sets it, or why it is so';

CREATE TABLE ranking_weight (
    version integer NOT NULL CONSTRAINT ranking_weight_version_fkey REFERENCES ranking_scheme,
    part text NOT NULL,
    weight numeric NOT NULL,
    CONSTRAINT ranking_weight_pkey PRIMARY KEY (version, part),
    CONSTRAINT ranking_weight_part_check CHECK (part IN ('REPORTS_ANSWERED', 'REPORTS_ON_TIME', 'DIRECTIVES_ON_TIME')),
    CONSTRAINT ranking_weight_weight_check CHECK (weight > 0 AND weight <= 1 AND scale(weight) <= 4)
);
COMMENT ON TABLE ranking_weight IS 'How much each part counts in a version of the rules; together 1';
COMMENT ON COLUMN ranking_weight.weight IS 'Its share of the score, if all parts can be judged';

-- Looked at when all has been written.
CREATE FUNCTION ranking_weight_sum() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF EXISTS (SELECT FROM ranking_scheme scheme
            WHERE (SELECT sum(w.weight) FROM ranking_weight w WHERE w.version = scheme.version) IS DISTINCT FROM 1) THEN
            RAISE EXCEPTION 'the weights of a version are 1 together'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ranking_weight_sum', TABLE = 'ranking_weight';
        END IF;
        RETURN NULL;
    END
    $$;
CREATE CONSTRAINT TRIGGER ranking_weight_sum AFTER INSERT OR UPDATE OR DELETE ON ranking_weight
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ranking_weight_sum();
CREATE CONSTRAINT TRIGGER ranking_weight_sum AFTER INSERT OR UPDATE ON ranking_scheme
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ranking_weight_sum();

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['ranking_scheme', 'ranking_weight'] LOOP
        EXECUTE format('CREATE TRIGGER data_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I '
            'FOR EACH STATEMENT EXECUTE FUNCTION data_version_raise(%L)', name, 'ranking');
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER data_version', name);
    END LOOP;
END
$$;

INSERT INTO ranking_scheme (version, valid, least, source) VALUES
    (1, '(,)', 5, 'Mặc định của phần mềm: chưa có văn bản nào quy định trọng số');
INSERT INTO ranking_weight (version, part, weight) VALUES
    (1, 'REPORTS_ANSWERED', 0.3), (1, 'REPORTS_ON_TIME', 0.3), (1, 'DIRECTIVES_ON_TIME', 0.4);
