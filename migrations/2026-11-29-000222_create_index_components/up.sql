-- A composite index is the weighted mean of a tree: its pillars, their parts, and at the leaves the figures of other indicators, each scaled to
-- what lies between two bounds. The tree belongs to a version of the definition, so that earlier figures keep theirs.
CREATE TABLE index_component (
    definition_id uuid NOT NULL CONSTRAINT index_component_definition_id_fkey REFERENCES indicator_definition,
    code text COLLATE "C" NOT NULL,
    parent text COLLATE "C" GENERATED ALWAYS AS (nullif(regexp_replace(code, '\.?[^.]*$', ''), '')) STORED,
    position integer NOT NULL,
    name_vi text NOT NULL,
    name_en text NOT NULL,
    weight numeric NOT NULL,
    indicator_id uuid CONSTRAINT index_component_indicator_id_fkey REFERENCES indicator,
    minimum numeric,
    maximum numeric,
    CONSTRAINT index_component_pkey PRIMARY KEY (definition_id, code),
    CONSTRAINT index_component_position_key UNIQUE (definition_id, position),
    CONSTRAINT index_component_parent_fkey FOREIGN KEY (definition_id, parent) REFERENCES index_component (definition_id, code) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT index_component_code_check CHECK (code ~ '^[0-9A-Za-z]{1,8}(\.[0-9A-Za-z]{1,8}){0,5}$'),
    CONSTRAINT index_component_position_check CHECK (position >= 1),
    CONSTRAINT index_component_name_check CHECK (name_vi ~ '\S' AND name_vi IS NFC NORMALIZED AND name_en ~ '\S' AND name_en IS NFC NORMALIZED),
    CONSTRAINT index_component_weight_check CHECK (weight > 0 AND weight < 1e6),
    CONSTRAINT index_component_leaf_check CHECK (num_nonnulls(indicator_id, minimum, maximum) IN (0, 3)),
    CONSTRAINT index_component_scale_check CHECK (coalesce(minimum <> maximum AND abs(minimum) < 1e15 AND abs(maximum) < 1e15, true))
);
COMMENT ON TABLE index_component IS 'A component of a composite index: a pillar, a part of one, or at the leaves the figure of another indicator';
COMMENT ON COLUMN index_component.code IS 'Its number in the tree: 3, 3.2, 3.2.1';
COMMENT ON COLUMN index_component.parent IS 'The component that it is part of; null for the parts of the index itself';
COMMENT ON COLUMN index_component.position IS 'Order in the index, from 1';
COMMENT ON COLUMN index_component.weight IS 'How much it counts beside those of the same parent; they need not be 1 or 100 together';
COMMENT ON COLUMN index_component.indicator_id IS 'The indicator whose figure it is; null for what has parts';
COMMENT ON COLUMN index_component.minimum IS 'The figure that scores 0; what is beyond scores no less';
COMMENT ON COLUMN index_component.maximum IS 'The figure that scores 1; what is beyond scores no more. Less than the minimum where less is better';
CREATE TRIGGER index_component_append_only BEFORE UPDATE OR DELETE ON index_component FOR EACH ROW EXECUTE FUNCTION refuse_change();

-- Looked at when all has been written: what has parts has no figure of its own, what has none has one, and each figure is an input.
CREATE FUNCTION index_component_tree() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF EXISTS (SELECT FROM index_component c WHERE c.definition_id = NEW.definition_id AND c.code IN (NEW.code, NEW.parent)
                AND (c.indicator_id IS NULL) <> EXISTS (SELECT FROM index_component part WHERE part.definition_id = c.definition_id AND part.parent = c.code))
            OR NOT EXISTS (SELECT FROM indicator_definition d WHERE d.id = NEW.definition_id AND d.method = 'COMPOSITE')
            OR NEW.indicator_id IS NOT NULL AND NOT EXISTS (SELECT FROM definition_input i
                WHERE i.definition_id = NEW.definition_id AND i.indicator_id = NEW.indicator_id) THEN
            RAISE EXCEPTION 'what has parts has no figure, and what has none has one'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'index_component_tree', TABLE = 'index_component';
        END IF;
        RETURN NULL;
    END
    $$;
CREATE CONSTRAINT TRIGGER index_component_tree AFTER INSERT ON index_component
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION index_component_tree();
CREATE TRIGGER data_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON index_component FOR EACH STATEMENT EXECUTE FUNCTION data_version_raise('indicator');
ALTER TABLE index_component ENABLE ALWAYS TRIGGER data_version;
SELECT history.attach('index_component');
