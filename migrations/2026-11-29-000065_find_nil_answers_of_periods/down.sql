DROP INDEX CONCURRENTLY nil_answer_period_idx;
