DROP TRIGGER document_refuse_unissuing ON document;
DROP FUNCTION document_refuse_unissuing;
DROP TRIGGER directive_dependency_completed ON directive_dependency;
DROP FUNCTION directive_dependency_refuse_completed;
DROP TRIGGER directive_completed_unblocked ON directive;
DROP FUNCTION directive_refuse_blocked;
DROP TABLE directive_named_agency;
COMMENT ON COLUMN directive.state_source IS 'Where state and completed_on come from. SIMULATED: invented for the demo, no real progress';
ALTER TABLE directive
    DROP CONSTRAINT directive_unknown_check,
    DROP CONSTRAINT directive_state_source_check,
    DROP COLUMN summary_vi,
    DROP COLUMN achieved_output,
    DROP COLUMN lead_words;
UPDATE directive SET state_source = 'REPORTED' WHERE state_source IN ('RECORDED', 'UNKNOWN');
ALTER TABLE directive ADD CONSTRAINT directive_state_source_check CHECK (state_source IN ('REPORTED', 'IMPORTED', 'COMPUTED', 'SIMULATED'));
