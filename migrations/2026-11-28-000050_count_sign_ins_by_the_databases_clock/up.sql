-- A wait is written down only where one is due. Before, each try wrote its own instant, and whoever had begun a moment earlier, or on a node whose
-- clock was behind, found a wait in the future although nobody had failed.
ALTER TABLE sign_in_throttle ALTER COLUMN blocked_until DROP NOT NULL;
COMMENT ON COLUMN sign_in_throttle.failures IS 'Tries that have failed or are under way; forgotten a day after the last';
COMMENT ON COLUMN sign_in_throttle.last_failed_at IS 'When the last of them was counted';
COMMENT ON COLUMN sign_in_throttle.blocked_until IS 'Until when tries are refused; null while no wait is due';

-- The instant is taken under the locks, so that no two tries have seen one another in the wrong order: from the database's clock, which is one for all
-- nodes. A fixed clock (tests, demonstrations) gives its own.
CREATE OR REPLACE FUNCTION sign_in_count(keys bytea[], free integer[], longest integer[], at timestamptz) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
    DECLARE
        instant timestamptz;
        is_free boolean;
    BEGIN
        INSERT INTO sign_in_throttle (key, failures, last_failed_at)
            SELECT key, 0, coalesce(at, clock_timestamp()) FROM unnest(keys) asked(key) ORDER BY key
            ON CONFLICT (key) DO NOTHING;
        PERFORM FROM sign_in_throttle WHERE key = ANY (keys) ORDER BY key FOR UPDATE;
        instant := coalesce(at, clock_timestamp());
        -- Longer than the longest wait nobody waits: a clock that was wrong, and is right again, shuts nobody out.
        is_free := NOT EXISTS (
            SELECT FROM sign_in_throttle JOIN unnest(keys, longest) given(key, longest) USING (key)
            WHERE blocked_until > instant AND blocked_until <= instant + interval '1 second' * given.longest);
        IF is_free THEN
            UPDATE sign_in_throttle counted SET
                failures = asked.failures + 1,
                last_failed_at = instant,
                blocked_until = CASE WHEN asked.failures >= asked.free THEN
                    -- 2^20 seconds are longer than any longest wait; more would overflow.
                    instant + interval '1 second' * least(asked.longest, 2 ^ least(asked.failures - asked.free, 20)) END
            FROM (SELECT key, given.free, given.longest, CASE WHEN last_failed_at < instant - interval '1 day' THEN 0 ELSE failures END AS failures
                FROM sign_in_throttle JOIN unnest(keys, free, longest) given(key, free, longest) USING (key)) asked
            WHERE counted.key = asked.key;
        END IF;
        -- Last, and passing over what others hold: whoever waits for a lock holds none but those of its own keys, in their order.
        DELETE FROM sign_in_throttle WHERE key IN (
            SELECT key FROM sign_in_throttle WHERE last_failed_at < instant - interval '1 day' AND key <> ALL (keys)
            ORDER BY last_failed_at LIMIT 20 FOR UPDATE SKIP LOCKED);
        RETURN is_free;
    END
    $$;
COMMENT ON FUNCTION sign_in_count(bytea[], integer[], integer[], timestamptz) IS
    'Counts a try under all keys, or under none and answers false if one of them is blocked. After as many as are free, each makes the next wait: 1 s, 2 s, 4 s, up to the longest (in seconds). Forgotten a day after the last. By the database''s clock where at is null';

-- Rows stay when somebody has proved who they are: one that was taken away and made anew between two statements would be locked out of turn.
CREATE FUNCTION sign_in_take_back(keys bytea[], proved bytea) RETURNS void
    LANGUAGE plpgsql
    AS $$
    BEGIN
        PERFORM FROM sign_in_throttle WHERE key = ANY (keys) ORDER BY key FOR UPDATE;
        UPDATE sign_in_throttle SET
            failures = CASE WHEN key = proved THEN 0 ELSE greatest(failures - 1, 0) END,
            -- What this try made others wait for, it makes them wait for no longer.
            blocked_until = NULL
        WHERE key = ANY (keys);
    END
    $$;
COMMENT ON FUNCTION sign_in_take_back(bytea[], bytea) IS
    'Takes a try back that did not fail: under all its keys; under the key that was proved, if one was, all failures before it are forgotten';
