DROP FUNCTION programme_known_at(uuid, text[], timestamptz, timestamptz);
