DROP TABLE assessment_rule, judgement, baseline;
DROP FUNCTION judgement_keep();
ALTER TABLE indicator DROP COLUMN interpolation;
