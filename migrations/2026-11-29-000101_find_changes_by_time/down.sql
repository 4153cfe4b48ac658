DROP INDEX CONCURRENTLY change_recorded_at_idx;
