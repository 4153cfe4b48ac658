DROP FUNCTION sign_in_take_back(bytea[], bytea);
CREATE OR REPLACE FUNCTION sign_in_count(keys bytea[], free integer[], longest integer[], at timestamptz) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
    BEGIN
        DELETE FROM sign_in_throttle WHERE key IN (
            SELECT key FROM sign_in_throttle WHERE last_failed_at < at - interval '1 day'
            ORDER BY last_failed_at LIMIT 20 FOR UPDATE SKIP LOCKED);
        INSERT INTO sign_in_throttle (key, failures, last_failed_at, blocked_until)
            SELECT key, 0, at, at FROM unnest(keys) asked(key) ORDER BY key
            ON CONFLICT (key) DO NOTHING;
        PERFORM FROM sign_in_throttle WHERE key = ANY (keys) ORDER BY key FOR UPDATE;
        IF EXISTS (SELECT FROM sign_in_throttle WHERE key = ANY (keys) AND blocked_until > at) THEN
            RETURN false;
        END IF;
        UPDATE sign_in_throttle counted SET
            failures = counted.failures + 1,
            last_failed_at = at,
            blocked_until = at + CASE WHEN counted.failures < asked.free THEN interval '0'
                -- 2^20 seconds are longer than any longest wait; more would overflow.
                ELSE interval '1 second' * least(asked.longest, 2 ^ least(counted.failures - asked.free, 20)) END
        FROM unnest(keys, free, longest) asked(key, free, longest) WHERE counted.key = asked.key;
        RETURN true;
    END
    $$;
COMMENT ON FUNCTION sign_in_count(bytea[], integer[], integer[], timestamptz) IS
    'Counts a try under all keys, or under none and answers false if one of them is blocked. After as many as are free, each makes the next wait: 1 s, 2 s, 4 s, up to the longest (in seconds). Forgotten a day after the last';
UPDATE sign_in_throttle SET blocked_until = last_failed_at WHERE blocked_until IS NULL;
ALTER TABLE sign_in_throttle ALTER COLUMN blocked_until SET NOT NULL;
