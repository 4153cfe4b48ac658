DROP FUNCTION obligation_shown(date, date, date, uuid[]);
