DROP FUNCTION report_obligation;
