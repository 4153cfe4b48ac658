-- A figure may come with its parts: by sex, by age, by area. Dimensions and their items are data; a version of a definition says which it
-- takes, and whether their items add up to the figure. Parts belong to a revision: they are endorsed and published with it.
CREATE TABLE dimension (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    code text COLLATE "C" NOT NULL,
    name_vi text NOT NULL,
    name_en text NOT NULL,
    position integer NOT NULL,
    CONSTRAINT dimension_code_key UNIQUE (code),
    CONSTRAINT dimension_code_check CHECK (code ~ '^[a-z0-9]+(_[a-z0-9]+)*$'),
    CONSTRAINT dimension_position_key UNIQUE (position),
    CONSTRAINT dimension_position_check CHECK (position >= 1),
    CONSTRAINT dimension_name_check CHECK (name_vi ~ '\S' AND name_vi IS NFC NORMALIZED AND name_en ~ '\S' AND name_en IS NFC NORMALIZED)
);
COMMENT ON TABLE dimension IS 'By what figures are broken down (chiều phân tổ): sex, age, area';
COMMENT ON COLUMN dimension.position IS 'Order of the dimensions, from 1';

CREATE TABLE dimension_item (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    dimension_id uuid NOT NULL CONSTRAINT dimension_item_dimension_id_fkey REFERENCES dimension,
    code text COLLATE "C" NOT NULL,
    name_vi text NOT NULL,
    name_en text NOT NULL,
    position integer NOT NULL,
    CONSTRAINT dimension_item_code_key UNIQUE (dimension_id, code),
    CONSTRAINT dimension_item_code_check CHECK (code ~ '^[a-z0-9]+(_[a-z0-9]+)*$'),
    CONSTRAINT dimension_item_position_key UNIQUE (dimension_id, position),
    CONSTRAINT dimension_item_position_check CHECK (position >= 1),
    CONSTRAINT dimension_item_name_check CHECK (name_vi ~ '\S' AND name_vi IS NFC NORMALIZED AND name_en ~ '\S' AND name_en IS NFC NORMALIZED)
);
COMMENT ON TABLE dimension_item IS 'What a dimension tells apart: women and men, town and country';
COMMENT ON COLUMN dimension_item.position IS 'Order in the dimension, from 1';

-- Before their triggers are there: whatever else is counted meanwhile waits for nobody.
INSERT INTO dimension (position, code, name_vi, name_en) VALUES
    (1, 'sex', 'Giới tính', 'Sex'),
    (2, 'age_band', 'Nhóm tuổi', 'Age band'),
    (3, 'area', 'Thành thị, nông thôn', 'Urban and rural'),
    (4, 'sector', 'Khu vực kinh tế', 'Sector'),
    (5, 'enterprise_kind', 'Loại hình doanh nghiệp', 'Kind of enterprise');
INSERT INTO dimension_item (dimension_id, position, code, name_vi, name_en)
SELECT dimension.id, item.position, item.code, item.name_vi, item.name_en
FROM (VALUES
    ('sex', 1, 'female', 'Nữ', 'Female'), ('sex', 2, 'male', 'Nam', 'Male'),
    ('age_band', 1, 'under_15', 'Dưới 15 tuổi', 'Under 15'), ('age_band', 2, '15_24', '15 đến 24 tuổi', '15 to 24'),
    ('age_band', 3, '25_59', '25 đến 59 tuổi', '25 to 59'), ('age_band', 4, '60_up', 'Từ 60 tuổi', '60 and over'),
    ('area', 1, 'urban', 'Thành thị', 'Urban'), ('area', 2, 'rural', 'Nông thôn', 'Rural'),
    ('sector', 1, 'agriculture', 'Nông, lâm nghiệp và thủy sản', 'Agriculture, forestry and fishery'),
    ('sector', 2, 'industry', 'Công nghiệp và xây dựng', 'Industry and construction'), ('sector', 3, 'services', 'Dịch vụ', 'Services'),
    ('enterprise_kind', 1, 'state', 'Doanh nghiệp nhà nước', 'State enterprises'),
    ('enterprise_kind', 2, 'private', 'Doanh nghiệp ngoài nhà nước', 'Private enterprises'),
    ('enterprise_kind', 3, 'foreign', 'Doanh nghiệp có vốn đầu tư nước ngoài', 'Foreign invested enterprises')
) AS item (dimension, position, code, name_vi, name_en) JOIN dimension ON dimension.code = item.dimension;

CREATE TABLE definition_dimension (
    definition_id uuid NOT NULL CONSTRAINT definition_dimension_definition_id_fkey REFERENCES indicator_definition,
    dimension_id uuid NOT NULL CONSTRAINT definition_dimension_dimension_id_fkey REFERENCES dimension,
    adds_up boolean NOT NULL,
    CONSTRAINT definition_dimension_pkey PRIMARY KEY (definition_id, dimension_id)
);
COMMENT ON TABLE definition_dimension IS 'By what the figures of a definition may be broken down';
COMMENT ON COLUMN definition_dimension.adds_up IS 'Whether the items together are the figure: their values, or the parts of a ratio';
CREATE TRIGGER definition_dimension_append_only BEFORE UPDATE OR DELETE ON definition_dimension FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE measurement_breakdown (
    measurement_id uuid NOT NULL,
    revision integer NOT NULL,
    item_id uuid NOT NULL CONSTRAINT measurement_breakdown_item_id_fkey REFERENCES dimension_item,
    stated_value numeric,
    numerator numeric,
    denominator numeric,
    factor numeric NOT NULL DEFAULT 1,
    value numeric GENERATED ALWAYS AS (coalesce(stated_value, round(numerator * factor / denominator, 6))) STORED,
    CONSTRAINT measurement_breakdown_pkey PRIMARY KEY (measurement_id, revision, item_id),
    CONSTRAINT measurement_breakdown_revision_fkey FOREIGN KEY (measurement_id, revision) REFERENCES measurement_revision,
    CONSTRAINT measurement_breakdown_ratio_check CHECK ((numerator IS NULL) = (denominator IS NULL)),
    CONSTRAINT measurement_breakdown_denominator_check CHECK (coalesce(denominator, 1) > 0),
    CONSTRAINT measurement_breakdown_figure_check CHECK (num_nonnulls(stated_value, numerator) = 1),
    CONSTRAINT measurement_breakdown_factor_check CHECK (factor > 0),
    CONSTRAINT measurement_breakdown_magnitude_check CHECK (coalesce(abs(coalesce(stated_value, numerator)) < 1e15 AND coalesce(denominator, 1) < 1e15, false))
);
COMMENT ON TABLE measurement_breakdown IS 'What of a revision of a measurement falls to an item of a dimension';
COMMENT ON COLUMN measurement_breakdown.stated_value IS 'The figure of the item, where the whole was reported as one number';
COMMENT ON COLUMN measurement_breakdown.denominator IS 'What the ratio is taken over; never zero';
COMMENT ON COLUMN measurement_breakdown.factor IS 'What the ratio is multiplied by, as in the revision';
COMMENT ON COLUMN measurement_breakdown.value IS 'The figure of the item in the indicator''s unit';
CREATE TRIGGER measurement_breakdown_append_only BEFORE UPDATE OR DELETE ON measurement_breakdown FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- The parts of a revision come with it, in one statement: as its definition takes them, and together the whole where they add up.
CREATE FUNCTION measurement_breakdown_whole() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF EXISTS (SELECT FROM written JOIN measurement m ON m.id = written.measurement_id JOIN dimension_item item ON item.id = written.item_id
            WHERE NOT EXISTS (SELECT FROM definition_dimension taken WHERE taken.definition_id = m.definition_id AND taken.dimension_id = item.dimension_id)) THEN
            RAISE EXCEPTION 'figures are broken down as their definition says'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'measurement_breakdown_taken', TABLE = 'measurement_breakdown';
        END IF;
        IF EXISTS (SELECT FROM measurement_breakdown part JOIN measurement_revision whole USING (measurement_id, revision) JOIN measurement m ON m.id = measurement_id
                JOIN dimension_item item ON item.id = part.item_id
                JOIN definition_dimension taken ON taken.definition_id = m.definition_id AND taken.dimension_id = item.dimension_id AND taken.adds_up
            WHERE (measurement_id, revision) IN (SELECT written.measurement_id, written.revision FROM written)
            GROUP BY measurement_id, revision, item.dimension_id, whole.stated_value, whole.numerator, whole.denominator
            HAVING (sum(part.stated_value), sum(part.numerator), sum(part.denominator))
                IS DISTINCT FROM (whole.stated_value, whole.numerator, whole.denominator)) THEN
            RAISE EXCEPTION 'the items of a dimension are the figure together'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'measurement_breakdown_adds_up', TABLE = 'measurement_breakdown';
        END IF;
        -- What was submitted stays as it was submitted. The owner loads what was decided elsewhere.
        IF current_user = 'cotmoc_server' AND EXISTS (SELECT FROM written JOIN measurement_revision r USING (measurement_id, revision)
            WHERE r.state <> 'DRAFT' OR r.source = 'COMPUTED') THEN
            RAISE EXCEPTION 'only a draft is broken down'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'measurement_breakdown_of_draft', TABLE = 'measurement_breakdown';
        END IF;
        RETURN NULL;
    END
    $$;
CREATE TRIGGER measurement_breakdown_whole AFTER INSERT ON measurement_breakdown
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION measurement_breakdown_whole();

-- As before, and the parts of what is broken down: what was decided on before keeps its hash.
CREATE OR REPLACE FUNCTION measurement_content_hash(of_measurement uuid, of_revision integer) RETURNS bytea
    LANGUAGE sql STABLE
    RETURN (
        SELECT sha256(convert_to((jsonb_build_array(m.indicator_id, m.definition_id, m.subject_id, m.regime, m.period, trim_scale(r.stated_value)::text,
            trim_scale(r.numerator)::text, trim_scale(r.denominator)::text, trim_scale(r.factor)::text, r.narrative, r.observation, r.note, r.comment)
            || coalesce((SELECT jsonb_build_array(jsonb_agg(jsonb_build_array(part.item_id, trim_scale(part.stated_value)::text, trim_scale(part.numerator)::text,
                    trim_scale(part.denominator)::text, trim_scale(part.factor)::text) ORDER BY part.item_id))
                FROM measurement_breakdown part WHERE part.measurement_id = r.measurement_id AND part.revision = r.revision HAVING count(*) > 0), '[]'))::text, 'UTF8'))
        FROM measurement_revision r JOIN measurement m ON m.id = r.measurement_id
        WHERE r.measurement_id = of_measurement AND r.revision = of_revision);

DO $$
DECLARE
    title text;
BEGIN
    FOREACH title IN ARRAY ARRAY['dimension', 'dimension_item', 'definition_dimension', 'measurement_breakdown'] LOOP
        EXECUTE format('CREATE TRIGGER data_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I '
            'FOR EACH STATEMENT EXECUTE FUNCTION data_version_raise(%L)', title, CASE title WHEN 'measurement_breakdown' THEN 'measurement' ELSE 'indicator' END);
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER data_version', title);
        EXECUTE format('SELECT history.attach(%L)', title);
    END LOOP;
END
$$;
