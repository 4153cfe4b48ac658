-- Rows are numbered in the order of commits, and their times are those at which transactions began: one that began a little
-- later may have a smaller number, but none by as much as an hour.
CREATE FUNCTION change_place(since timestamptz) RETURNS bigint
    LANGUAGE sql STABLE
    AS $$
        SELECT coalesce(
            (SELECT min(c.id) - 1 FROM change c, (SELECT min(recorded_at) AS at FROM change WHERE recorded_at >= since) AS first
            WHERE c.recorded_at BETWEEN first.at AND first.at + interval '1 hour'),
            (SELECT max(id) FROM change), 0)
    $$;
COMMENT ON FUNCTION change_place(timestamptz) IS 'The place in the outbox after which everything stands that was recorded since';
