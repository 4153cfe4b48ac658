DROP FUNCTION sign_in_count(bytea[], integer[], integer[], timestamptz);
DROP INDEX sign_in_throttle_last_failed_at_idx;
