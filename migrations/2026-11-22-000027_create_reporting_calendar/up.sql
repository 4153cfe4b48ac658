CREATE TABLE holiday (
    day date PRIMARY KEY,
    kind text NOT NULL,
    name_vi text NOT NULL,
    name_en text NOT NULL,
    source text NOT NULL,
    provisional boolean NOT NULL DEFAULT false,
    works boolean NOT NULL GENERATED ALWAYS AS (kind = 'WORKING') STORED,
    CONSTRAINT holiday_kind_check CHECK (kind IN ('SOLAR', 'LUNAR', 'IN_LIEU', 'SWAPPED', 'WORKING')),
    CONSTRAINT holiday_name_vi_check CHECK (name_vi ~ '\S' AND name_vi IS NFC NORMALIZED),
    CONSTRAINT holiday_name_en_check CHECK (name_en ~ '\S' AND name_en IS NFC NORMALIZED),
    CONSTRAINT holiday_source_check CHECK (source ~ '\S' AND source IS NFC NORMALIZED),
    CONSTRAINT holiday_working_check CHECK (kind <> 'WORKING' OR extract(isodow FROM day) >= 6)
);
COMMENT ON TABLE holiday IS 'The days that are not as their weekday says: public holidays (ngày nghỉ lễ, tết), and weekends that are worked';
COMMENT ON COLUMN holiday.kind IS 'SOLAR and LUNAR: a public holiday by the solar or the lunar calendar. IN_LIEU (nghỉ bù): for one that falls on a weekend. SWAPPED (nghỉ hoán đổi): for a weekend that is worked. WORKING (làm bù): a weekend day that is worked';
COMMENT ON COLUMN holiday.source IS 'What sets it: law, decision or announcement';
COMMENT ON COLUMN holiday.provisional IS 'True while the plan of the year is not announced: the day follows the law and custom, and may be another';
COMMENT ON COLUMN holiday.works IS 'True if the day is worked';

-- Labour Code 2019: New Year 1 day, Tết 5 days, 10th of the 3rd lunar month, 30 April, 1 May, National Day 2 days (Article 112); a holiday on a
-- weekend moves to the next working day (Article 111). The lunar days are computed for UTC+7; a test computes them anew. Where the year's plan is not
-- announced, Tết begins on the last day of the old year, and National Day on 1 September.
INSERT INTO holiday (day, kind, name_vi, name_en, source, provisional) VALUES
    ('2025-01-01', 'SOLAR', 'Tết Dương lịch', 'New Year''s Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2025-01-27', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2025-01-28', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2025-01-29', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2025-01-30', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2025-01-31', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2025-04-07', 'LUNAR', 'Giỗ Tổ Hùng Vương', 'Hùng Kings'' Commemoration Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2025-04-26', 'WORKING', 'Làm bù', 'Working Saturday', 'Phương án nghỉ năm 2025 được Thủ tướng Chính phủ đồng ý', false),
    ('2025-04-30', 'SOLAR', 'Ngày Chiến thắng', 'Reunification Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2025-05-01', 'SOLAR', 'Ngày Quốc tế lao động', 'International Labour Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2025-05-02', 'SWAPPED', 'Nghỉ hoán đổi', 'Day off, swapped', 'Phương án nghỉ năm 2025 được Thủ tướng Chính phủ đồng ý', false),
    ('2025-09-01', 'SOLAR', 'Quốc khánh', 'National Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2025-09-02', 'SOLAR', 'Quốc khánh', 'National Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2026-01-01', 'SOLAR', 'Tết Dương lịch', 'New Year''s Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2026-02-16', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2026-02-17', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2026-02-18', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2026-02-19', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2026-02-20', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2026-04-26', 'LUNAR', 'Giỗ Tổ Hùng Vương', 'Hùng Kings'' Commemoration Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2026-04-27', 'IN_LIEU', 'Nghỉ bù Giỗ Tổ Hùng Vương', 'Hùng Kings'' Commemoration Day (in lieu)', 'Bộ luật Lao động 2019, Điều 111 khoản 3', false),
    ('2026-04-30', 'SOLAR', 'Ngày Chiến thắng', 'Reunification Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2026-05-01', 'SOLAR', 'Ngày Quốc tế lao động', 'International Labour Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2026-09-01', 'SOLAR', 'Quốc khánh', 'National Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2026-09-02', 'SOLAR', 'Quốc khánh', 'National Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2027-01-01', 'SOLAR', 'Tết Dương lịch', 'New Year''s Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2027-02-05', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', true),
    ('2027-02-06', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2027-02-07', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', true),
    ('2027-02-08', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', true),
    ('2027-02-09', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', true),
    ('2027-02-10', 'IN_LIEU', 'Nghỉ bù Tết Nguyên đán', 'Lunar New Year (in lieu)', 'Bộ luật Lao động 2019, Điều 111 khoản 3', true),
    ('2027-02-11', 'IN_LIEU', 'Nghỉ bù Tết Nguyên đán', 'Lunar New Year (in lieu)', 'Bộ luật Lao động 2019, Điều 111 khoản 3', true),
    ('2027-04-16', 'LUNAR', 'Giỗ Tổ Hùng Vương', 'Hùng Kings'' Commemoration Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2027-04-30', 'SOLAR', 'Ngày Chiến thắng', 'Reunification Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2027-05-01', 'SOLAR', 'Ngày Quốc tế lao động', 'International Labour Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2027-05-03', 'IN_LIEU', 'Nghỉ bù Ngày Quốc tế lao động', 'International Labour Day (in lieu)', 'Bộ luật Lao động 2019, Điều 111 khoản 3', false),
    ('2027-09-01', 'SOLAR', 'Quốc khánh', 'National Day', 'Bộ luật Lao động 2019, Điều 112', true),
    ('2027-09-02', 'SOLAR', 'Quốc khánh', 'National Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2028-01-01', 'SOLAR', 'Tết Dương lịch', 'New Year''s Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2028-01-03', 'IN_LIEU', 'Nghỉ bù Tết Dương lịch', 'New Year''s Day (in lieu)', 'Bộ luật Lao động 2019, Điều 111 khoản 3', false),
    ('2028-01-25', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', true),
    ('2028-01-26', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2028-01-27', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', true),
    ('2028-01-28', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', true),
    ('2028-01-29', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', true),
    ('2028-01-31', 'IN_LIEU', 'Nghỉ bù Tết Nguyên đán', 'Lunar New Year (in lieu)', 'Bộ luật Lao động 2019, Điều 111 khoản 3', true),
    ('2028-04-04', 'LUNAR', 'Giỗ Tổ Hùng Vương', 'Hùng Kings'' Commemoration Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2028-04-30', 'SOLAR', 'Ngày Chiến thắng', 'Reunification Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2028-05-01', 'SOLAR', 'Ngày Quốc tế lao động', 'International Labour Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2028-05-02', 'IN_LIEU', 'Nghỉ bù Ngày Chiến thắng', 'Reunification Day (in lieu)', 'Bộ luật Lao động 2019, Điều 111 khoản 3', false),
    ('2028-09-01', 'SOLAR', 'Quốc khánh', 'National Day', 'Bộ luật Lao động 2019, Điều 112', true),
    ('2028-09-02', 'SOLAR', 'Quốc khánh', 'National Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2028-09-04', 'IN_LIEU', 'Nghỉ bù Quốc khánh', 'National Day (in lieu)', 'Bộ luật Lao động 2019, Điều 111 khoản 3', false),
    ('2029-01-01', 'SOLAR', 'Tết Dương lịch', 'New Year''s Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2029-02-12', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', true),
    ('2029-02-13', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2029-02-14', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', true),
    ('2029-02-15', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', true),
    ('2029-02-16', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', true),
    ('2029-04-23', 'LUNAR', 'Giỗ Tổ Hùng Vương', 'Hùng Kings'' Commemoration Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2029-04-30', 'SOLAR', 'Ngày Chiến thắng', 'Reunification Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2029-05-01', 'SOLAR', 'Ngày Quốc tế lao động', 'International Labour Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2029-09-01', 'SOLAR', 'Quốc khánh', 'National Day', 'Bộ luật Lao động 2019, Điều 112', true),
    ('2029-09-02', 'SOLAR', 'Quốc khánh', 'National Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2029-09-03', 'IN_LIEU', 'Nghỉ bù Quốc khánh', 'National Day (in lieu)', 'Bộ luật Lao động 2019, Điều 111 khoản 3', true),
    ('2029-09-04', 'IN_LIEU', 'Nghỉ bù Quốc khánh', 'National Day (in lieu)', 'Bộ luật Lao động 2019, Điều 111 khoản 3', false),
    ('2030-01-01', 'SOLAR', 'Tết Dương lịch', 'New Year''s Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2030-02-01', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', true),
    ('2030-02-02', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2030-02-03', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', true),
    ('2030-02-04', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', true),
    ('2030-02-05', 'LUNAR', 'Tết Nguyên đán', 'Lunar New Year', 'Bộ luật Lao động 2019, Điều 112', true),
    ('2030-02-06', 'IN_LIEU', 'Nghỉ bù Tết Nguyên đán', 'Lunar New Year (in lieu)', 'Bộ luật Lao động 2019, Điều 111 khoản 3', true),
    ('2030-02-07', 'IN_LIEU', 'Nghỉ bù Tết Nguyên đán', 'Lunar New Year (in lieu)', 'Bộ luật Lao động 2019, Điều 111 khoản 3', true),
    ('2030-04-12', 'LUNAR', 'Giỗ Tổ Hùng Vương', 'Hùng Kings'' Commemoration Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2030-04-30', 'SOLAR', 'Ngày Chiến thắng', 'Reunification Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2030-05-01', 'SOLAR', 'Ngày Quốc tế lao động', 'International Labour Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2030-09-01', 'SOLAR', 'Quốc khánh', 'National Day', 'Bộ luật Lao động 2019, Điều 112', true),
    ('2030-09-02', 'SOLAR', 'Quốc khánh', 'National Day', 'Bộ luật Lao động 2019, Điều 112', false),
    ('2030-09-03', 'IN_LIEU', 'Nghỉ bù Quốc khánh', 'National Day (in lieu)', 'Bộ luật Lao động 2019, Điều 111 khoản 3', true);

CREATE FUNCTION nth_working_day(from_day date, n integer) RETURNS date
    LANGUAGE plpgsql STABLE STRICT
    AS $$
    DECLARE
        -- Two short lists once, instead of a look-up for each day.
        free date[] := ARRAY(SELECT h.day FROM holiday h WHERE h.day >= from_day AND NOT h.works);
        worked date[] := ARRAY(SELECT h.day FROM holiday h WHERE h.day >= from_day AND h.works);
        reached date := from_day - 1;
        remaining integer := n;
    BEGIN
        WHILE remaining > 0 LOOP
            reached := reached + 1;
            IF reached = ANY (worked) OR (extract(isodow FROM reached) < 6 AND reached <> ALL (free)) THEN
                remaining := remaining - 1;
            END IF;
        END LOOP;
        RETURN reached;
    END
    $$;
COMMENT ON FUNCTION nth_working_day(date, integer) IS
    'The n-th working day (ngày làm việc) counted from a day, which is the first if it is one; the day before it for n = 0. Weekends and holidays are free, weekends that make up for a day off are worked';

CREATE TABLE reporting_schedule (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    regime text NOT NULL,
    period_kind text NOT NULL,
    cut_off_days integer NOT NULL DEFAULT 0,
    due_working_days integer NOT NULL,
    grace_working_days integer NOT NULL,
    valid daterange NOT NULL DEFAULT daterange(NULL, NULL),
    source text NOT NULL,
    CONSTRAINT reporting_schedule_regime_check CHECK (regime IN ('CALENDAR', 'ADMINISTRATIVE')),
    CONSTRAINT reporting_schedule_period_kind_check CHECK (period_kind IN ('MONTH', 'QUARTER', 'HALF_YEAR', 'NINE_MONTHS', 'YEAR')),
    CONSTRAINT reporting_schedule_cut_off_check CHECK (cut_off_days BETWEEN 0 AND 27),
    CONSTRAINT reporting_schedule_due_check CHECK (due_working_days BETWEEN 1 AND 120),
    CONSTRAINT reporting_schedule_grace_check CHECK (grace_working_days BETWEEN 0 AND 250),
    CONSTRAINT reporting_schedule_valid_check CHECK (NOT isempty(valid)),
    CONSTRAINT reporting_schedule_source_check CHECK (source ~ '\S' AND source IS NFC NORMALIZED),
    CONSTRAINT reporting_schedule_no_overlap EXCLUDE USING gist (regime WITH =, period_kind WITH =, valid WITH &&)
);
COMMENT ON TABLE reporting_schedule IS 'When reports of a kind are taken, due and closed (chế độ báo cáo): one row for each regime and length of period, at a time';
COMMENT ON COLUMN reporting_schedule.cut_off_days IS 'How many days before the last day of the period figures are taken (chốt số liệu); 0: on the last day. Reporting opens on the day after';
COMMENT ON COLUMN reporting_schedule.due_working_days IS 'The report is due on this working day after the end of the period, the first being 1';
COMMENT ON COLUMN reporting_schedule.grace_working_days IS 'So many working days after the due date figures are still taken, as late; then the period is closed, and opened by an unlock only';
COMMENT ON COLUMN reporting_schedule.valid IS 'Holds for periods whose last day is one of these';
COMMENT ON COLUMN reporting_schedule.source IS 'The document that sets it, or words';

INSERT INTO reporting_schedule (regime, period_kind, due_working_days, grace_working_days, source)
SELECT regime, period_kind, due, grace, source
FROM (VALUES ('CALENDAR', 'Thời hạn mặc định của hệ thống, khi chưa có văn bản quy định'),
        ('ADMINISTRATIVE', 'Chốt số liệu: Nghị định 09/2019/NĐ-CP, Điều 12. Thời hạn mặc định của hệ thống, khi chưa có văn bản quy định')) AS regimes (regime, source),
    (VALUES ('MONTH', 5, 10), ('QUARTER', 5, 15), ('HALF_YEAR', 10, 15), ('NINE_MONTHS', 10, 15), ('YEAR', 15, 30)) AS kinds (period_kind, due, grace);

CREATE TABLE reporting_assignment (
    id uuid PRIMARY KEY,
    indicator_id uuid NOT NULL CONSTRAINT reporting_assignment_indicator_id_fkey REFERENCES indicator,
    subject_id uuid NOT NULL CONSTRAINT reporting_assignment_subject_id_fkey REFERENCES agency,
    reporter_id uuid NOT NULL CONSTRAINT reporting_assignment_reporter_id_fkey REFERENCES agency,
    regime text NOT NULL,
    period_kind text NOT NULL,
    valid daterange NOT NULL,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT reporting_assignment_reporter_key UNIQUE (id, reporter_id),
    CONSTRAINT reporting_assignment_regime_check CHECK (regime IN ('CALENDAR', 'ADMINISTRATIVE')),
    CONSTRAINT reporting_assignment_period_kind_check CHECK (period_kind IN ('MONTH', 'QUARTER', 'HALF_YEAR', 'NINE_MONTHS', 'YEAR')),
    CONSTRAINT reporting_assignment_valid_check CHECK (NOT isempty(valid) AND NOT lower_inf(valid)),
    CONSTRAINT reporting_assignment_no_overlap EXCLUDE USING gist (indicator_id WITH =, subject_id WITH =, regime WITH =, period_kind WITH =, valid WITH &&)
);
COMMENT ON TABLE reporting_assignment IS 'Who reports an indicator of a subject, how often and in which regime (giao báo cáo). Both regimes may hold for one indicator';
COMMENT ON COLUMN reporting_assignment.subject_id IS 'Whose figure it is';
COMMENT ON COLUMN reporting_assignment.reporter_id IS 'Who reports it';
COMMENT ON COLUMN reporting_assignment.valid IS 'Periods whose last day is one of these are to be reported';
COMMENT ON COLUMN reporting_assignment.version IS 'Raised by each change';
CREATE INDEX reporting_assignment_reporter_id_idx ON reporting_assignment (reporter_id);
CREATE INDEX reporting_assignment_subject_id_idx ON reporting_assignment (subject_id);
CREATE INDEX reporting_assignment_key_idx ON reporting_assignment (indicator_id, subject_id, regime, period_kind);

CREATE TABLE reporting_extension (
    id uuid PRIMARY KEY,
    regime text NOT NULL,
    period text NOT NULL,
    reporter_id uuid CONSTRAINT reporting_extension_reporter_id_fkey REFERENCES agency,
    due_on date NOT NULL,
    reason text NOT NULL,
    extended_at timestamptz NOT NULL,
    extended_by uuid,
    CONSTRAINT reporting_extension_regime_check CHECK (regime IN ('CALENDAR', 'ADMINISTRATIVE')),
    CONSTRAINT reporting_extension_period_check CHECK (period ~ '^\d{4}(-(\d{2}|Q[1-4]|S[12]|M9))?$'),
    CONSTRAINT reporting_extension_reason_check CHECK (reason ~ '\S' AND reason IS NFC NORMALIZED)
);
COMMENT ON TABLE reporting_extension IS 'A later due date (gia hạn) of one period, for everybody or for one agency. Added, never changed: of several the latest day holds';
COMMENT ON COLUMN reporting_extension.period IS 'Canonical code; it also says how long the period is';
COMMENT ON COLUMN reporting_extension.reporter_id IS 'For the reports of this agency; null: for all';
COMMENT ON COLUMN reporting_extension.extended_by IS 'The account that extended it; null for whoever runs the server';
CREATE INDEX reporting_extension_period_idx ON reporting_extension (period, regime);
CREATE TRIGGER reporting_extension_append_only BEFORE UPDATE OR DELETE ON reporting_extension FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE unlock_request (
    id uuid PRIMARY KEY,
    assignment_id uuid NOT NULL,
    reporter_id uuid NOT NULL,
    period text NOT NULL,
    state text NOT NULL DEFAULT 'REQUESTED',
    reason text NOT NULL,
    requested_at timestamptz NOT NULL,
    requested_by uuid,
    decided_at timestamptz,
    decided_by uuid,
    decision_reason text,
    opened_on date,
    expires_on date,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT unlock_request_assignment_fkey FOREIGN KEY (assignment_id, reporter_id) REFERENCES reporting_assignment (id, reporter_id),
    CONSTRAINT unlock_request_state_check CHECK (state IN ('REQUESTED', 'APPROVED', 'REFUSED')),
    CONSTRAINT unlock_request_reason_check CHECK (reason ~ '\S' AND reason IS NFC NORMALIZED),
    CONSTRAINT unlock_request_decided_check CHECK ((state = 'REQUESTED') = (decided_at IS NULL)),
    CONSTRAINT unlock_request_approved_check CHECK ((state = 'APPROVED') = (opened_on IS NOT NULL AND expires_on IS NOT NULL)),
    CONSTRAINT unlock_request_refused_check CHECK (state <> 'REFUSED' OR decision_reason ~ '\S'),
    CONSTRAINT unlock_request_expiry_check CHECK (expires_on BETWEEN opened_on AND opened_on + 60),
    CONSTRAINT unlock_request_own_check CHECK (decided_by <> requested_by)
);
COMMENT ON TABLE unlock_request IS 'A request to open a closed period for one assignment (đề nghị mở khóa kỳ báo cáo), and the decision on it';
COMMENT ON COLUMN unlock_request.reporter_id IS 'The agency that reports, as in the assignment';
COMMENT ON COLUMN unlock_request.requested_by IS 'The account that asked';
COMMENT ON COLUMN unlock_request.decided_by IS 'The account that decided: never the one that asked';
COMMENT ON COLUMN unlock_request.opened_on IS 'First day on which the period is open again';
COMMENT ON COLUMN unlock_request.expires_on IS 'Last day on which it is, at most 60 days later';
CREATE UNIQUE INDEX unlock_request_open_key ON unlock_request (assignment_id, period) WHERE state = 'REQUESTED';
CREATE INDEX unlock_request_approved_idx ON unlock_request (assignment_id, period) WHERE state = 'APPROVED';
CREATE INDEX unlock_request_reporter_id_idx ON unlock_request (reporter_id, requested_at DESC);

CREATE TABLE nil_answer (
    id uuid PRIMARY KEY,
    assignment_id uuid NOT NULL,
    reporter_id uuid NOT NULL,
    period text NOT NULL,
    note text NOT NULL,
    answered_on date NOT NULL,
    answered_at timestamptz NOT NULL,
    answered_by uuid,
    withdrawn_at timestamptz,
    withdrawn_by uuid,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT nil_answer_assignment_fkey FOREIGN KEY (assignment_id, reporter_id) REFERENCES reporting_assignment (id, reporter_id),
    CONSTRAINT nil_answer_note_check CHECK (note ~ '\S' AND note IS NFC NORMALIZED),
    CONSTRAINT nil_answer_withdrawn_check CHECK (withdrawn_at >= answered_at)
);
COMMENT ON TABLE nil_answer IS 'The answer that nothing arose in a period (không phát sinh). A figure that is handed in stands before it';
COMMENT ON COLUMN nil_answer.reporter_id IS 'The agency that reports, as in the assignment';
COMMENT ON COLUMN nil_answer.answered_on IS 'The day of the answer in Asia/Ho_Chi_Minh';
COMMENT ON COLUMN nil_answer.answered_by IS 'The account, of a person or a machine';
COMMENT ON COLUMN nil_answer.withdrawn_at IS 'When it was taken back; null while it stands';
CREATE UNIQUE INDEX nil_answer_standing_key ON nil_answer (assignment_id, period) WHERE withdrawn_at IS NULL;
CREATE INDEX nil_answer_reporter_id_idx ON nil_answer (reporter_id);

CREATE FUNCTION reporting_window(indicator uuid, subject uuid, regime text, period_kind text, period text, starts_on date, ends_on date, on_day date)
    RETURNS TABLE (assignment_id uuid, reporter_id uuid, opens_on date, due_on date, closes_on date, unlocked boolean)
    LANGUAGE sql STABLE
    AS $$
        SELECT a.id, a.reporter_id, $7 - coalesce(s.cut_off_days, 0), due.day, nth_working_day(due.day + 1, s.grace_working_days),
            EXISTS (SELECT FROM unlock_request u
                WHERE u.assignment_id = a.id AND u.period = $5 AND u.state = 'APPROVED' AND $8 BETWEEN u.opened_on AND u.expires_on)
        FROM reporting_assignment a
        LEFT JOIN reporting_schedule s ON s.regime = a.regime AND s.period_kind = a.period_kind AND s.valid @> $7 - 1
        CROSS JOIN LATERAL (
            -- Worked out once a row, although it is asked for twice.
            SELECT greatest(nth_working_day($7, s.due_working_days),
                (SELECT max(e.due_on) FROM reporting_extension e
                 WHERE e.period = $5 AND e.regime = a.regime AND (e.reporter_id IS NULL OR e.reporter_id = a.reporter_id))) AS day
            OFFSET 0) AS due
        WHERE a.indicator_id = $1 AND a.subject_id = $2 AND a.regime = $3 AND a.period_kind = $4 AND a.valid @> $7 - 1
    $$;
COMMENT ON FUNCTION reporting_window(uuid, uuid, text, text, text, date, date, date) IS
    'Who is to report an indicator of a subject in a period, and until when: no row if nobody is. The period is closed if the day asked about is after closes_on and it is not unlocked. starts_on and ends_on are the period''s first day and the day after its last';

ALTER TABLE measurement ADD COLUMN answered_on date;
COMMENT ON COLUMN measurement.answered_on IS 'The day (Asia/Ho_Chi_Minh) on which a figure was first handed in that has not been withdrawn since; null if there is none. Kept by the revisions'' trigger';
ALTER TABLE measurement_revision ADD COLUMN submitted_at timestamptz;
COMMENT ON COLUMN measurement_revision.submitted_at IS 'When it was handed in; null if it never was, or at once when it was recorded';
UPDATE measurement m SET answered_on = r.answered_on
FROM (SELECT measurement_id, min((recorded_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date) AS answered_on
    FROM measurement_revision WHERE state IN ('SUBMITTED', 'ENDORSED', 'PUBLISHED', 'RETURNED') GROUP BY measurement_id) r
WHERE r.measurement_id = m.id;

CREATE OR REPLACE FUNCTION measurement_follow_revisions() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    AS $$
    BEGIN
        -- Before counting: whoever writes another revision of it at this moment is then waited for, and seen.
        PERFORM FROM measurement WHERE id = NEW.measurement_id FOR NO KEY UPDATE;
        UPDATE measurement SET (submitted_revision, drafted_revision, answered_on) = (
            SELECT max(revision) FILTER (WHERE state IN ('SUBMITTED', 'ENDORSED')), max(revision) FILTER (WHERE state IN ('DRAFT', 'RETURNED', 'WITHDRAWN')),
                min((coalesce(submitted_at, recorded_at) AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)
                    FILTER (WHERE state IN ('SUBMITTED', 'ENDORSED', 'PUBLISHED', 'RETURNED'))
            FROM measurement_revision WHERE measurement_id = NEW.measurement_id)
        WHERE id = NEW.measurement_id;
        RETURN NULL;
    END
    $$;
DO $$
BEGIN
    EXECUTE format('ALTER FUNCTION measurement_follow_revisions() SET search_path = %I, pg_temp', current_schema());
END
$$;
