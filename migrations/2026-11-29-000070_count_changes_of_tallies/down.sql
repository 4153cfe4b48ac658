DROP TRIGGER data_version ON answer_tally;
DROP TRIGGER data_version ON assignment_tally;
