-- Who was asked for missing figures, when and by whom: what a standing office looks at before it asks again.

CREATE TABLE chase (
    id uuid PRIMARY KEY,
    agency_id uuid NOT NULL CONSTRAINT chase_agency_id_fkey REFERENCES agency,
    regime text NOT NULL,
    period text NOT NULL,
    figures integer NOT NULL,
    asked_at timestamptz NOT NULL,
    asked_by uuid CONSTRAINT chase_asked_by_fkey REFERENCES account,
    CONSTRAINT chase_regime_check CHECK (regime IN ('CALENDAR', 'ADMINISTRATIVE')),
    CONSTRAINT chase_period_check CHECK (period ~ '^\d{4}(-(\d{2}|Q[1-4]|S[12]|9M))?$'),
    CONSTRAINT chase_figures_check CHECK (figures > 0)
);
COMMENT ON TABLE chase IS 'An agency that was asked for figures of a period that were missing (đôn đốc)';
COMMENT ON COLUMN chase.period IS 'The period, as in obligations';
COMMENT ON COLUMN chase.figures IS 'How many of its figures were missing then';
COMMENT ON COLUMN chase.asked_by IS 'The account that asked';
CREATE INDEX chase_agency_id_idx ON chase (agency_id, id DESC);
SELECT history.attach('chase');
