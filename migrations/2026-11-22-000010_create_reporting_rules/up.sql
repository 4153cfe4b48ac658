CREATE TABLE reporting_rule (
    id uuid PRIMARY KEY,
    code text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    document_id uuid NOT NULL CONSTRAINT reporting_rule_document_id_fkey REFERENCES document,
    clause text NOT NULL,
    ad_hoc boolean NOT NULL DEFAULT false,
    on_request boolean NOT NULL DEFAULT false,
    in_force boolean NOT NULL DEFAULT true,
    also text,
    note text,
    CONSTRAINT reporting_rule_code_key UNIQUE (code),
    CONSTRAINT reporting_rule_kind_check CHECK (kind IN ('REPORT', 'REVIEW', 'INSPECTION', 'EVALUATION', 'HEARING', 'DATA_SUPPLY', 'PLANNING', 'TRAINING',
        'DRILL', 'FORUM', 'REFLECTION'))
);
COMMENT ON TABLE reporting_rule IS 'A clause that says who reports what to whom, and how often. Rules that contradict one another coexist';
COMMENT ON COLUMN reporting_rule.ad_hoc IS 'True if it is also owed when something happens';
COMMENT ON COLUMN reporting_rule.on_request IS 'True if it is also owed whenever somebody asks';
COMMENT ON COLUMN reporting_rule.in_force IS 'False if it was only asked for';
COMMENT ON COLUMN reporting_rule.also IS 'What else has to be done with the report';
CREATE INDEX reporting_rule_document_id_idx ON reporting_rule (document_id);

CREATE TABLE reporting_rule_party (
    rule_id uuid NOT NULL CONSTRAINT reporting_rule_party_rule_id_fkey REFERENCES reporting_rule,
    agency_id uuid NOT NULL CONSTRAINT reporting_rule_party_agency_id_fkey REFERENCES agency,
    role text NOT NULL,
    position integer NOT NULL,
    PRIMARY KEY (rule_id, role, agency_id),
    CONSTRAINT reporting_rule_party_position_key UNIQUE (rule_id, role, position),
    CONSTRAINT reporting_rule_party_role_check CHECK (role IN ('REPORTER', 'RECIPIENT'))
);
COMMENT ON TABLE reporting_rule_party IS 'Who reports and who receives';
CREATE INDEX reporting_rule_party_agency_id_idx ON reporting_rule_party (agency_id);

CREATE TABLE reporting_rule_cadence (
    rule_id uuid NOT NULL CONSTRAINT reporting_rule_cadence_rule_id_fkey REFERENCES reporting_rule,
    position integer NOT NULL,
    cadence text NOT NULL,
    words text NOT NULL,
    PRIMARY KEY (rule_id, position),
    CONSTRAINT reporting_rule_cadence_key UNIQUE (rule_id, cadence),
    CONSTRAINT reporting_rule_cadence_check CHECK (cadence IN ('MONTHLY', 'QUARTERLY', 'HALF_YEARLY', 'YEARLY', 'EVERY_30_MONTHS', 'EVERY_5_YEARS', 'MID_TERM',
        'END_OF_TERM', 'BY_STAGE', 'PERIODIC', 'REGULAR', 'BY_REGULATION'))
);
COMMENT ON TABLE reporting_rule_cadence IS 'How often: a rule may name several cadences, or alternatives';
COMMENT ON COLUMN reporting_rule_cadence.words IS 'The cadence as written';
