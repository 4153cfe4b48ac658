DROP TABLE reporting_rule_cadence;
DROP TABLE reporting_rule_party;
DROP TABLE reporting_rule;
