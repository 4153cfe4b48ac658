DROP PROCEDURE recount_reporting();
DROP FUNCTION tally_of_answer(date, date, integer);
DROP AGGREGATE tallies_sum(integer[]);
DROP FUNCTION tallies_added(integer[], integer[]);
DROP TABLE answer_tally;
DROP TABLE assignment_tally;
