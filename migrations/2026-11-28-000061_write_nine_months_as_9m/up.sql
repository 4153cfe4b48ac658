-- Nine months are 2025-9M: 2025-M09 is September elsewhere. What is stored so far is renamed by the next migration, for which the extensions, else
-- never changed, may be; the one after it forbids that again.
CREATE OR REPLACE FUNCTION reporting_due(schedule reporting_schedule, from_day date, until_day date)
    RETURNS TABLE (period text, starts_on date, ends_on date, opens_on date, due_on date, closes_on date, extended boolean)
    LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 12
    AS $$
    DECLARE
        months integer := CASE schedule.period_kind WHEN 'MONTH' THEN 1 WHEN 'QUARTER' THEN 3 WHEN 'HALF_YEAR' THEN 6 WHEN 'NINE_MONTHS' THEN 9 ELSE 12 END;
        step integer := CASE schedule.period_kind WHEN 'NINE_MONTHS' THEN 12 ELSE months END;
        first date := make_date(extract(year FROM from_day)::integer - 1, 1, 1);
        next date;
    BEGIN
        WHILE first <= until_day + 31 LOOP
            next := first + make_interval(months => months);
            period := to_char(first, 'YYYY') || CASE schedule.period_kind
                WHEN 'MONTH' THEN to_char(first, '-MM')
                WHEN 'QUARTER' THEN to_char(first, '-"Q"Q')
                WHEN 'HALF_YEAR' THEN '-S' || CASE WHEN extract(month FROM first) < 7 THEN 1 ELSE 2 END
                WHEN 'NINE_MONTHS' THEN '-9M'
                ELSE '' END;
            IF schedule.regime = 'ADMINISTRATIVE' THEN
                -- Its months run from the 15th of the month before.
                starts_on := (first - interval '1 month')::date + 14;
                ends_on := (next - interval '1 month')::date + 14;
            ELSE
                starts_on := first;
                ends_on := next;
            END IF;
            IF ends_on - 1 BETWEEN from_day AND until_day AND schedule.valid @> ends_on - 1 THEN
                opens_on := ends_on - schedule.cut_off_days;
                due_on := nth_working_day(ends_on, schedule.due_working_days);
                closes_on := nth_working_day(due_on + 1, schedule.grace_working_days);
                extended := EXISTS (SELECT FROM reporting_extension e WHERE e.period = reporting_due.period AND e.regime = schedule.regime);
                RETURN NEXT;
            END IF;
            first := first + make_interval(months => step);
        END LOOP;
    END
    $$;

-- What was endorsed before stays what was endorsed: the hash keeps the code that nine months had then.
CREATE OR REPLACE FUNCTION measurement_content_hash(of_measurement uuid, of_revision integer) RETURNS bytea
    LANGUAGE sql STABLE
    RETURN (
        SELECT sha256(convert_to(jsonb_build_array(m.indicator_id, m.definition_id, m.subject_id, m.regime, replace(m.period, '-9M', '-M9'), trim_scale(r.stated_value)::text,
            trim_scale(r.numerator)::text, trim_scale(r.denominator)::text, trim_scale(r.factor)::text, r.narrative, r.observation, r.note, r.comment)::text, 'UTF8'))
        FROM measurement_revision r JOIN measurement m ON m.id = r.measurement_id
        WHERE r.measurement_id = of_measurement AND r.revision = of_revision);

COMMENT ON COLUMN measurement.period IS 'Canonical code: 2025-07, 2025-Q3, 2025-S1, 2025-9M, 2025';
ALTER TABLE reporting_extension DROP CONSTRAINT reporting_extension_period_check;
CREATE OR REPLACE TRIGGER reporting_extension_append_only BEFORE DELETE ON reporting_extension FOR EACH ROW EXECUTE FUNCTION refuse_change();
