-- Answers are kept in memory for as long as nothing changes that they were read from. Each noun has a version that rises in
-- the transaction that changes it, whoever does so. Nobody waits for another: whoever finds all rows of a noun taken by
-- transactions that are still open adds one, so there are never more rows than there were writers at once. The version is
-- their sum: it rises exactly when a change can be seen.
CREATE TABLE data_version (
    slot bigint GENERATED ALWAYS AS IDENTITY,
    noun text NOT NULL,
    version bigint NOT NULL,
    CONSTRAINT data_version_pkey PRIMARY KEY (slot),
    CONSTRAINT data_version_version_check CHECK (version > 0)
) WITH (fillfactor = 50);
COMMENT ON TABLE data_version IS 'How often each noun was changed: what was read before and has the same version now is the same now';
COMMENT ON COLUMN data_version.slot IS 'Orders the rows of a noun; a transaction counts in the first that no other has taken';
COMMENT ON COLUMN data_version.noun IS 'What is counted: the argument of the triggers data_version, each of which stands on a table of the noun';
COMMENT ON COLUMN data_version.version IS 'Transactions that have counted here; the noun''s version is the sum of its rows';

CREATE FUNCTION data_version_raise() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    DECLARE
        changed text := TG_ARGV[0];
        -- The transaction, and what it has counted already: undone with it, or with the part of it that is undone.
        transaction text := pg_current_xact_id()::text;
        counted text := coalesce(current_setting('cotmoc.counted', true), '');
        free bigint;
    BEGIN
        IF split_part(counted, ' ', 1) <> transaction THEN
            counted := transaction;
        ELSIF position(' ' || changed || ' ' IN counted || ' ') > 0 THEN
            RETURN NULL;
        END IF;
        SELECT slot INTO free FROM data_version WHERE noun = changed ORDER BY slot LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
        IF FOUND THEN
            UPDATE data_version SET version = version + 1 WHERE slot = free;
        ELSE
            INSERT INTO data_version (noun, version) VALUES (changed, 1);
        END IF;
        PERFORM set_config('cotmoc.counted', counted || ' ' || changed, true);
        RETURN NULL;
    END
    $$;
COMMENT ON FUNCTION data_version_raise() IS 'Trigger that counts a change of the noun that it is given, once a transaction';

DO $$
DECLARE
    noun text;
    name text;
    nouns jsonb := '{
        "agency": ["agency", "agency_existence", "agency_member", "agency_placement", "agency_succession", "agency_succession_party"],
        "calendar": ["holiday", "reporting_schedule"],
        "digital_system": ["digital_system", "digital_system_clause", "digital_system_document", "digital_system_indicator"],
        "directive": ["directive", "directive_coordinator", "directive_deadline", "directive_dependency", "directive_document",
            "directive_event", "directive_extension", "directive_indicator", "directive_input", "directive_lead",
            "directive_named_agency", "progress_update"],
        "document": ["document", "document_meeting", "document_office", "document_relation"],
        "goal": ["goal", "goal_agency", "goal_document", "goal_indicator"],
        "indicator": ["indicator", "indicator_definition", "indicator_group", "indicator_rule"],
        "measure": ["measure", "measure_agency", "measure_document", "measure_indicator", "measure_system"],
        "measurement": ["measurement", "measurement_revision", "measurement_decision"],
        "period_report": ["period_report", "period_report_output", "period_report_result"],
        "programme": ["programme", "programme_document", "programme_indicator"],
        "recommendation": ["recommendation", "recommendation_answer", "recommendation_document", "recommendation_recipient"],
        "reporting": ["nil_answer", "reporting_assignment", "reporting_extension", "unlock_request"],
        "reporting_rule": ["reporting_rule", "reporting_rule_cadence", "reporting_rule_party"],
        "schema": ["__diesel_schema_migrations"],
        "target": ["target", "target_revision"]
    }';
BEGIN
    -- The tables of this schema, whatever the caller has on its own path or among its temporary tables.
    EXECUTE format('ALTER FUNCTION data_version_raise() SET search_path = %I, pg_temp', current_schema());
    FOR noun, name IN SELECT key, jsonb_array_elements_text(value) FROM jsonb_each(nouns) LOOP
        EXECUTE format('CREATE TRIGGER data_version AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %I '
            'FOR EACH STATEMENT EXECUTE FUNCTION data_version_raise(%L)', name, noun);
        -- Also for what comes by replication.
        EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER data_version', name);
    END LOOP;
END
$$;
