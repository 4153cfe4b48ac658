-- Figures that were returned within a period, of all agencies: scorecards count them.
CREATE INDEX CONCURRENTLY measurement_decision_returned_idx ON measurement_decision (decided_at) WHERE state = 'RETURNED';
