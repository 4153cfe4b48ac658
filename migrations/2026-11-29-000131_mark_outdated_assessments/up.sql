-- Whatever an assessment is made of marks it when it changes, by whatever path, in that change's transaction.
CREATE FUNCTION outdate_assessments() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    BEGIN
        INSERT INTO outdated_assessment DEFAULT VALUES;
        RETURN NULL;
    END
    $$;
COMMENT ON FUNCTION outdate_assessments() IS 'Trigger: no kept assessment holds any longer';

CREATE FUNCTION outdate_assessments_of_pairs() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    BEGIN
        IF TG_OP <> 'DELETE' THEN
            INSERT INTO outdated_assessment (indicator_id, subject_id) SELECT DISTINCT indicator_id, subject_id FROM written;
        END IF;
        IF TG_OP <> 'INSERT' THEN
            INSERT INTO outdated_assessment (indicator_id, subject_id) SELECT DISTINCT indicator_id, subject_id FROM replaced;
        END IF;
        RETURN NULL;
    END
    $$;
COMMENT ON FUNCTION outdate_assessments_of_pairs() IS 'Trigger: those of the indicators and subjects in the rows no longer hold';

CREATE FUNCTION outdate_assessments_of_targets() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    BEGIN
        IF TG_OP <> 'DELETE' THEN
            INSERT INTO outdated_assessment (indicator_id, subject_id)
            SELECT DISTINCT t.indicator_id, t.subject_id FROM target t WHERE t.id IN (SELECT target_id FROM written);
        END IF;
        IF TG_OP <> 'INSERT' THEN
            INSERT INTO outdated_assessment (indicator_id, subject_id)
            SELECT DISTINCT t.indicator_id, t.subject_id FROM target t WHERE t.id IN (SELECT target_id FROM replaced);
        END IF;
        RETURN NULL;
    END
    $$;
COMMENT ON FUNCTION outdate_assessments_of_targets() IS 'Trigger: those of the targets in the rows no longer hold';

CREATE FUNCTION outdate_assessments_of_figures() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    BEGIN
        INSERT INTO outdated_assessment (indicator_id, subject_id) SELECT DISTINCT indicator_id, subject_id FROM written WHERE published_revision IS NOT NULL;
        RETURN NULL;
    END
    $$;
COMMENT ON FUNCTION outdate_assessments_of_figures() IS 'Trigger: those of the published figures in the rows no longer hold';

CREATE FUNCTION outdate_assessments_of_figure() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    BEGIN
        IF TG_OP <> 'DELETE' THEN
            INSERT INTO outdated_assessment (indicator_id, subject_id) VALUES (NEW.indicator_id, NEW.subject_id);
        END IF;
        IF TG_OP = 'DELETE' OR (OLD.indicator_id, OLD.subject_id) IS DISTINCT FROM (NEW.indicator_id, NEW.subject_id) THEN
            INSERT INTO outdated_assessment (indicator_id, subject_id) VALUES (OLD.indicator_id, OLD.subject_id);
        END IF;
        RETURN NULL;
    END
    $$;
COMMENT ON FUNCTION outdate_assessments_of_figure() IS 'Trigger: that of the figure no longer holds';

CREATE FUNCTION outdate_assessments_of_revision() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    BEGIN
        INSERT INTO outdated_assessment (indicator_id, subject_id) SELECT m.indicator_id, m.subject_id FROM measurement m WHERE m.id = NEW.measurement_id;
        RETURN NULL;
    END
    $$;
COMMENT ON FUNCTION outdate_assessments_of_revision() IS 'Trigger: that of the figure no longer holds';

CREATE FUNCTION outdate_assessments_of_indicator() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    BEGIN
        INSERT INTO outdated_assessment (indicator_id) VALUES (NEW.id);
        RETURN NULL;
    END
    $$;
COMMENT ON FUNCTION outdate_assessments_of_indicator() IS 'Trigger: those of the indicator no longer hold';

CREATE FUNCTION outdate_assessments_of_document() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    BEGIN
        INSERT INTO outdated_assessment (indicator_id, subject_id)
        SELECT DISTINCT t.indicator_id, t.subject_id FROM target t
        WHERE t.document_id = NEW.id
            OR t.document_id IN (SELECT r.to_document_id FROM document_relation r WHERE r.from_document_id = NEW.id AND r.kind = 'REPLACES');
        RETURN NULL;
    END
    $$;
COMMENT ON FUNCTION outdate_assessments_of_document() IS 'Trigger: those of the document''s targets, and of the targets of what it replaces, no longer hold';

CREATE FUNCTION outdate_assessments_of_replaced() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    BEGIN
        INSERT INTO outdated_assessment (indicator_id, subject_id)
        SELECT DISTINCT t.indicator_id, t.subject_id FROM target t
        WHERE TG_OP <> 'DELETE' AND NEW.kind = 'REPLACES' AND t.document_id = NEW.to_document_id
            OR TG_OP <> 'INSERT' AND OLD.kind = 'REPLACES' AND t.document_id = OLD.to_document_id;
        RETURN NULL;
    END
    $$;
COMMENT ON FUNCTION outdate_assessments_of_replaced() IS 'Trigger: those of the targets of a document that is replaced, or no longer is, no longer hold';

CREATE FUNCTION outdate_assessments_of_followed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    BEGIN
        IF TG_OP <> 'DELETE' THEN
            INSERT INTO outdated_assessment (indicator_id) VALUES (NEW.indicator_id);
        END IF;
        IF TG_OP <> 'INSERT' THEN
            INSERT INTO outdated_assessment (indicator_id) VALUES (OLD.indicator_id);
        END IF;
        RETURN NULL;
    END
    $$;
COMMENT ON FUNCTION outdate_assessments_of_followed() IS 'Trigger: those of the indicator that a programme follows no longer hold';

DO $$
DECLARE
    title name;
    function_name name;
BEGIN
    FOR title, function_name IN VALUES ('target', 'outdate_assessments_of_pairs'), ('baseline', 'outdate_assessments_of_pairs'),
        ('target_revision', 'outdate_assessments_of_targets'), ('judgement', 'outdate_assessments_of_targets')
    LOOP
        EXECUTE format('CREATE TRIGGER assessments_new AFTER INSERT ON %I REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION %I()', title, function_name);
        EXECUTE format('CREATE TRIGGER assessments_changed AFTER UPDATE ON %I REFERENCING NEW TABLE AS written OLD TABLE AS replaced '
            'FOR EACH STATEMENT EXECUTE FUNCTION %I()', title, function_name);
        EXECUTE format('CREATE TRIGGER assessments_deleted AFTER DELETE ON %I REFERENCING OLD TABLE AS replaced FOR EACH STATEMENT EXECUTE FUNCTION %I()', title, function_name);
    END LOOP;
    FOREACH title IN ARRAY ARRAY['target', 'baseline', 'target_revision', 'judgement', 'measurement', 'measurement_revision', 'indicator', 'programme',
        'programme_indicator', 'document', 'document_relation', 'agency']
    LOOP
        EXECUTE format('CREATE TRIGGER assessments_emptied AFTER TRUNCATE ON %I FOR EACH STATEMENT EXECUTE FUNCTION outdate_assessments()', title);
    END LOOP;
    FOR title IN SELECT proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace AND proname LIKE 'outdate\_assessments%' LOOP
        EXECUTE format('ALTER FUNCTION %I() SET search_path = %I, pg_temp', title, current_schema());
    END LOOP;
END
$$;

CREATE TRIGGER assessments_new AFTER INSERT ON measurement
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION outdate_assessments_of_figures();
CREATE TRIGGER assessments_changed AFTER UPDATE ON measurement FOR EACH ROW
    WHEN ((OLD.published_revision IS NOT NULL OR NEW.published_revision IS NOT NULL)
        AND (OLD.published_revision, OLD.indicator_id, OLD.subject_id, OLD.regime, OLD.period_kind, OLD.ends_on)
            IS DISTINCT FROM (NEW.published_revision, NEW.indicator_id, NEW.subject_id, NEW.regime, NEW.period_kind, NEW.ends_on))
    EXECUTE FUNCTION outdate_assessments_of_figure();
CREATE TRIGGER assessments_deleted AFTER DELETE ON measurement FOR EACH ROW
    WHEN (OLD.published_revision IS NOT NULL) EXECUTE FUNCTION outdate_assessments_of_figure();
CREATE TRIGGER assessments_changed AFTER UPDATE ON measurement_revision FOR EACH ROW
    WHEN ((OLD.value, OLD.numerator, OLD.denominator, OLD.factor) IS DISTINCT FROM (NEW.value, NEW.numerator, NEW.denominator, NEW.factor))
    EXECUTE FUNCTION outdate_assessments_of_revision();
CREATE TRIGGER assessments_changed AFTER UPDATE ON indicator FOR EACH ROW
    WHEN ((OLD.code, OLD.position, OLD.direction, OLD.regime, OLD.frequency, OLD.aggregation, OLD.nature, OLD.value_kind, OLD.interpolation)
        IS DISTINCT FROM (NEW.code, NEW.position, NEW.direction, NEW.regime, NEW.frequency, NEW.aggregation, NEW.nature, NEW.value_kind, NEW.interpolation))
    EXECUTE FUNCTION outdate_assessments_of_indicator();
CREATE TRIGGER assessments_changed AFTER INSERT OR UPDATE OR DELETE ON programme_indicator FOR EACH ROW EXECUTE FUNCTION outdate_assessments_of_followed();
CREATE TRIGGER assessments_changed AFTER UPDATE ON document FOR EACH ROW
    WHEN ((OLD.status, OLD.issued_on) IS DISTINCT FROM (NEW.status, NEW.issued_on)) EXECUTE FUNCTION outdate_assessments_of_document();
CREATE TRIGGER assessments_changed AFTER INSERT OR UPDATE OR DELETE ON document_relation FOR EACH ROW EXECUTE FUNCTION outdate_assessments_of_replaced();
CREATE TRIGGER assessments_changed AFTER UPDATE ON agency FOR EACH ROW
    WHEN (OLD.code IS DISTINCT FROM NEW.code) EXECUTE FUNCTION outdate_assessments();
CREATE TRIGGER assessments_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON assessment_rule
    FOR EACH STATEMENT EXECUTE FUNCTION outdate_assessments();
CREATE TRIGGER assessments_changed AFTER UPDATE ON programme FOR EACH ROW
    WHEN ((OLD.code, OLD.jurisdiction_id) IS DISTINCT FROM (NEW.code, NEW.jurisdiction_id)) EXECUTE FUNCTION outdate_assessments();
