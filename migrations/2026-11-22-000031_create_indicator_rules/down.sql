DROP TABLE indicator_rule;
