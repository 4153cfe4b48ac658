CREATE TABLE indicator (
    id uuid PRIMARY KEY,
    code text COLLATE "C" NOT NULL,
    name_vi text COLLATE vietnamese NOT NULL,
    name_en text NOT NULL,
    position integer NOT NULL,
    unit text NOT NULL,
    value_kind text NOT NULL,
    direction text NOT NULL,
    nature text NOT NULL,
    aggregation text NOT NULL,
    frequency text NOT NULL,
    decimals smallint NOT NULL DEFAULT 0,
    lower_bound numeric,
    upper_bound numeric,
    lead_agency_id uuid CONSTRAINT indicator_lead_agency_id_fkey REFERENCES agency,
    note text,
    search_text text NOT NULL GENERATED ALWAYS AS (fold(ARRAY[name_vi, name_en, code])) STORED,
    CONSTRAINT indicator_code_key UNIQUE (code),
    CONSTRAINT indicator_code_check CHECK (code ~ '^[a-z0-9]+(_[a-z0-9]+)*$'),
    CONSTRAINT indicator_name_vi_check CHECK (name_vi ~ '\S' AND name_vi IS NFC NORMALIZED),
    CONSTRAINT indicator_position_key UNIQUE (position) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT indicator_position_check CHECK (position >= 1),
    CONSTRAINT indicator_unit_check CHECK (unit IN ('PERCENT', 'PERCENT_GRDP', 'PERCENT_LOCAL_BUDGET', 'COUNT', 'INDEX', 'PER_10000_PEOPLE', 'RANK', 'NONE')),
    CONSTRAINT indicator_value_kind_check CHECK (value_kind IN ('NUMBER', 'RATIO', 'INDEX', 'RANK', 'YES_NO', 'NARRATIVE')),
    CONSTRAINT indicator_unit_of_kind_check CHECK ((unit = 'NONE') = (value_kind IN ('YES_NO', 'NARRATIVE'))),
    CONSTRAINT indicator_direction_check CHECK (direction IN ('HIGHER_IS_BETTER', 'LOWER_IS_BETTER', 'NEUTRAL')),
    CONSTRAINT indicator_nature_check CHECK (nature IN ('STOCK', 'FLOW')),
    CONSTRAINT indicator_aggregation_check CHECK (aggregation IN ('SUM', 'MEAN', 'RATIO_OF_SUMS', 'MAX', 'MIN', 'NONE')),
    CONSTRAINT indicator_frequency_check CHECK (frequency IN ('MONTH', 'QUARTER', 'HALF_YEAR', 'YEAR')),
    CONSTRAINT indicator_decimals_check CHECK (decimals BETWEEN 0 AND 6),
    CONSTRAINT indicator_bounds_check CHECK (upper_bound >= lower_bound)
);
COMMENT ON TABLE indicator IS 'An indicator (chỉ tiêu): what is measured. Its key stays when a plan moves or rewords it';
COMMENT ON COLUMN indicator.code IS 'Stable key, the same in every programme and province, so that provinces can be compared';
COMMENT ON COLUMN indicator.position IS 'Order in the catalogue, from 1: a programme lists its indicators in this order, pillar by pillar';
COMMENT ON COLUMN indicator.unit IS 'Unit of the value; NONE for yes/no and narrative';
COMMENT ON COLUMN indicator.nature IS 'STOCK: a level, never summed over periods. FLOW: what came about within the period';
COMMENT ON COLUMN indicator.aggregation IS 'How the values of several subjects make one';
COMMENT ON COLUMN indicator.frequency IS 'Length of the periods in which it is reported';
COMMENT ON COLUMN indicator.decimals IS 'Decimal places people read it with';
COMMENT ON COLUMN indicator.lower_bound IS 'Smallest plausible value; null if there is none';
COMMENT ON COLUMN indicator.upper_bound IS 'Largest plausible value; null if there is none';
COMMENT ON COLUMN indicator.lead_agency_id IS 'The agency that answers for it; null while nobody is named';
CREATE INDEX indicator_search_text_idx ON indicator USING gin (search_text gin_trgm_ops);
CREATE INDEX indicator_name_vi_idx ON indicator (name_vi, code);
CREATE INDEX indicator_lead_agency_id_idx ON indicator (lead_agency_id);

CREATE TABLE indicator_definition (
    id uuid PRIMARY KEY,
    indicator_id uuid NOT NULL CONSTRAINT indicator_definition_indicator_id_fkey REFERENCES indicator,
    version integer NOT NULL,
    valid_from date,
    text_vi text NOT NULL,
    text_en text NOT NULL,
    denominator text,
    parameters jsonb NOT NULL DEFAULT '{}',
    document_id uuid CONSTRAINT indicator_definition_document_id_fkey REFERENCES document,
    clause text,
    CONSTRAINT indicator_definition_version_key UNIQUE (indicator_id, version),
    CONSTRAINT indicator_definition_whole_key UNIQUE (id, indicator_id),
    CONSTRAINT indicator_definition_version_check CHECK (version >= 1),
    CONSTRAINT indicator_definition_text_vi_check CHECK (text_vi ~ '\S' AND text_vi IS NFC NORMALIZED),
    CONSTRAINT indicator_definition_parameters_check CHECK (jsonb_typeof(parameters) = 'object')
);
COMMENT ON TABLE indicator_definition IS 'A dated wording of what an indicator measures: another denominator or window is another version';
COMMENT ON COLUMN indicator_definition.valid_from IS 'First day it is used; null if it was used from the beginning';
COMMENT ON COLUMN indicator_definition.denominator IS 'What the figure is measured over, as the document says; null if it names nothing';
COMMENT ON COLUMN indicator_definition.parameters IS 'Figures inside the definition that are no targets: a speed, a window in months, a number of people';

CREATE TABLE programme_indicator (
    programme_id uuid NOT NULL CONSTRAINT programme_indicator_programme_id_fkey REFERENCES programme,
    indicator_id uuid NOT NULL CONSTRAINT programme_indicator_indicator_id_fkey REFERENCES indicator,
    group_id uuid,
    PRIMARY KEY (programme_id, indicator_id),
    CONSTRAINT programme_indicator_group_fkey FOREIGN KEY (group_id, programme_id) REFERENCES indicator_group (id, programme_id)
);
COMMENT ON TABLE programme_indicator IS 'Which indicators a programme follows, and in which pillar';
COMMENT ON COLUMN programme_indicator.group_id IS 'The pillar; null if the programme names the indicator outside its pillars';
CREATE INDEX programme_indicator_indicator_id_idx ON programme_indicator (indicator_id);
CREATE INDEX programme_indicator_group_id_idx ON programme_indicator (group_id);
