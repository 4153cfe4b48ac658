-- What nothing arose in, period by period: sums of obligations look at each of them.
CREATE INDEX CONCURRENTLY nil_answer_period_idx ON nil_answer (period) WHERE withdrawn_at IS NULL;
