-- What has changed since a moment begins somewhere in the outbox.
CREATE INDEX CONCURRENTLY change_recorded_at_idx ON change (recorded_at);
