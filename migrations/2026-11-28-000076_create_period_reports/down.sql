DROP TABLE period_report_output;
DROP TABLE period_report_result;
DROP TABLE period_report;
