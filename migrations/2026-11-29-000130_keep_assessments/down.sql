SELECT history.drop_views();
DROP FUNCTION keep_assessments(date, integer);
DROP FUNCTION next_day_of_assessments(date);
DROP FUNCTION outdated_assessments(date);
DROP VIEW holding_assessment;
DROP TABLE outdated_assessment;
DROP TABLE kept_assessment;
