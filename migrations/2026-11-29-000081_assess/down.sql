DROP FUNCTION assessment(uuid, date, integer, uuid[], uuid[], boolean);
DROP VIEW assessed;
DROP FUNCTION assessment_severity(text);
DROP FUNCTION milestone(date, integer);
DROP FUNCTION meets(text, numeric, numeric, numeric);
DROP FUNCTION effective_comparator(text, text, text);
