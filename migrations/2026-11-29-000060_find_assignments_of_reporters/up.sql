-- What one agency reports of another, in one order: a page of obligations is read from it.
CREATE INDEX CONCURRENTLY reporting_assignment_duty_idx ON reporting_assignment (reporter_id, subject_id, regime, period_kind, id);
