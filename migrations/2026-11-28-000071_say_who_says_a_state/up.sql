-- A state is worth what its source is worth. REPORTED: a document reports it; RECORDED: people recorded it here; SIMULATED: invented for
-- the demo; UNKNOWN: nobody has said anything since it was given.
ALTER TABLE directive
    DROP CONSTRAINT directive_state_source_check,
    ADD CONSTRAINT directive_state_source_check CHECK (state_source IN ('REPORTED', 'RECORDED', 'SIMULATED', 'UNKNOWN')) NOT VALID,
    ADD COLUMN summary_vi text,
    ADD COLUMN achieved_output text,
    ADD COLUMN lead_words text,
    ADD CONSTRAINT directive_unknown_check CHECK (state_source <> 'UNKNOWN' OR state = 'ASSIGNED') NOT VALID,
    ADD CONSTRAINT directive_summary_vi_check CHECK (summary_vi ~ '\S' AND summary_vi IS NFC NORMALIZED) NOT VALID;
COMMENT ON COLUMN directive.state_source IS 'Who says state and completed_on. REPORTED: a document; RECORDED: people, here; SIMULATED: invented for the demo; UNKNOWN: nobody has said anything';
COMMENT ON COLUMN directive.summary_vi IS 'What is to be done, in a sentence of ours, in Vietnamese';
COMMENT ON COLUMN directive.achieved_output IS 'What has come out of it, as a report says; null if none does';
COMMENT ON COLUMN directive.lead_words IS 'Who leads in the document''s words, where it names a post and no agency';

CREATE TABLE directive_named_agency (
    directive_id uuid NOT NULL CONSTRAINT directive_named_agency_directive_id_fkey REFERENCES directive,
    position integer NOT NULL,
    agency_id uuid NOT NULL CONSTRAINT directive_named_agency_agency_id_fkey REFERENCES agency,
    role text NOT NULL,
    PRIMARY KEY (directive_id, position),
    CONSTRAINT directive_named_agency_role_check CHECK (role IN ('SUPPORTED', 'GUIDED', 'CONSULTED', 'DATA_OWNER', 'BENEFICIARY', 'ISSUING', 'LED', 'DIRECTED'))
);
COMMENT ON TABLE directive_named_agency IS 'Agencies that a directive names without making them lead or coordinate: they owe nothing for it';
COMMENT ON COLUMN directive_named_agency.position IS 'Order in which the document names them, from 1';
COMMENT ON COLUMN directive_named_agency.role IS 'As what it names them';
CREATE INDEX directive_named_agency_agency_id_idx ON directive_named_agency (agency_id);

-- Nothing is done before what it waits for.
CREATE FUNCTION directive_refuse_blocked() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF EXISTS (SELECT FROM directive d JOIN directive_dependency w ON w.directive_id = d.id
            WHERE d.id = NEW.id AND d.state = 'COMPLETED' AND is_awaited(w.on_directive_id, w.on_document_id))
        THEN
            RAISE EXCEPTION 'a directive is not completed while it waits for something'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'directive_completed_unblocked', TABLE = 'directive';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER directive_completed_unblocked AFTER INSERT OR UPDATE OF state ON directive
    FOR EACH ROW WHEN (NEW.state = 'COMPLETED') EXECUTE FUNCTION directive_refuse_blocked();

CREATE FUNCTION directive_dependency_refuse_completed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF is_awaited(NEW.on_directive_id, NEW.on_document_id) AND EXISTS (SELECT FROM directive WHERE id = NEW.directive_id AND state = 'COMPLETED') THEN
            RAISE EXCEPTION 'a directive is not completed while it waits for something'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'directive_completed_unblocked', TABLE = 'directive_dependency';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER directive_dependency_completed AFTER INSERT OR UPDATE ON directive_dependency
    FOR EACH ROW EXECUTE FUNCTION directive_dependency_refuse_completed();

-- A document that has been issued stays so for those who waited for it.
CREATE FUNCTION document_refuse_unissuing() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
    BEGIN
        IF EXISTS (SELECT FROM directive_dependency w JOIN directive d ON d.id = w.directive_id WHERE w.on_document_id = NEW.id AND d.state = 'COMPLETED') THEN
            RAISE EXCEPTION 'a completed directive has waited for this document'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'directive_completed_unblocked', TABLE = 'document';
        END IF;
        RETURN NEW;
    END
    $$;
CREATE TRIGGER document_refuse_unissuing AFTER UPDATE OF status ON document
    FOR EACH ROW WHEN (NEW.status IN ('PLANNED', 'DRAFT')) EXECUTE FUNCTION document_refuse_unissuing();
