DROP FUNCTION obligation_sum(date, date, date, date, date, uuid[], uuid[]);
DROP FUNCTION obligation_of_duty(uuid, uuid, text, text, text, date, date, date, date, boolean, date, date, date, uuid[]);
DROP FUNCTION reporting_duty(date, date, date, date, uuid[]);
