DROP FUNCTION obligation(date, date, date);
DROP FUNCTION reporting_due(reporting_schedule, date, date);
ALTER FUNCTION nth_working_day(date, integer) PARALLEL UNSAFE;
