-- The next entries of the trail, each with the hash that it must have. The same as audit_hash in the migration, which is
-- not trusted here: whoever can change entries could change it as well. {schema} is filled in by the program; everything
-- else is found in pg_catalog.
SELECT id, previous_hash, hash, content, sha256(previous_hash || convert_to(content, 'UTF8')) AS computed
FROM (
    SELECT id, previous_hash, hash, jsonb_build_object(
        'id', id, 'recorded_at', extract(epoch FROM recorded_at),
        'actor_kind', actor_kind, 'actor_id', actor_id, 'session_id', session_id,
        'action', action, 'succeeded', succeeded, 'noun', noun, 'object_id', object_id,
        'before', before, 'after', after, 'address', address, 'client_name', client_name,
        'client_version', client_version, 'request_id', request_id)::text AS content
    FROM {schema}.audit_entry
    WHERE id > $1
    ORDER BY id
    LIMIT $2
) AS entry
ORDER BY id
