-- What "the latest figure" of an indicator is must not depend on who happened to report last: figures by calendar months and by
-- administrative months are two series. Each indicator says which one is meant where nobody asks for the other.
ALTER TABLE indicator
    ADD COLUMN regime text NOT NULL DEFAULT 'CALENDAR',
    ADD CONSTRAINT indicator_regime_check CHECK (regime IN ('CALENDAR', 'ADMINISTRATIVE')) NOT VALID;
COMMENT ON COLUMN indicator.regime IS 'In which periods its figures are read unless a question names the others: CALENDAR or ADMINISTRATIVE';
