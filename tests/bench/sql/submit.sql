\set value random(1, 1000000)
BEGIN;
SELECT indicator_id, definition_id, subject_id, account_id, session_id, gen_random_uuid() AS id, gen_random_uuid() AS key,
    gen_random_uuid()::text AS request
FROM bench.place WHERE number = (SELECT nextval('bench.drawn')) \gset
INSERT INTO measurement (id, indicator_id, definition_id, subject_id, reporter_id, regime, period_kind, period, starts_on, ends_on)
VALUES (:id, :indicator_id, :definition_id, :subject_id, :subject_id, 'CALENDAR', 'MONTH', '2026-06', '2026-06-01', '2026-07-01');
INSERT INTO measurement_revision (measurement_id, revision, state, observation, stated_value, factor, source, recorded_at, recorded_by)
VALUES (:id, 1, 'DRAFT', 'FINAL', :value::numeric, 1, 'REPORTED', '2026-07-01T02:00:00Z', :account_id);
INSERT INTO measurement_decision (measurement_id, revision, state, content_hash, decided_at, decided_by)
VALUES (:id, 1, 'SUBMITTED', measurement_content_hash(:id, 1), '2026-07-01T02:00:00Z', :account_id);
INSERT INTO idempotency_record (account_id, key, body_hash, recorded_at, answer)
VALUES (:account_id, :key, sha256('figure'), '2026-07-01T02:00:00Z', jsonb_build_object('refused', '[]'::jsonb, 'measurements', jsonb_build_array(
    jsonb_build_object('id', :id::uuid, 'indicator_id', :indicator_id::uuid, 'definition_id', :definition_id::uuid, 'subject_id', :subject_id::uuid,
        'reporter_id', :subject_id::uuid, 'regime', 'CALENDAR', 'period_kind', 'MONTH', 'period', '2026-06', 'starts_on', '2026-06-01',
        'ends_on', '2026-07-01', 'drafted_revision', NULL, 'published_revision', NULL, 'submitted_revision', 1, 'current', jsonb_build_object(
            'measurement_id', :id::uuid, 'revision', 1, 'state', 'SUBMITTED', 'value', :value::text, 'numerator', NULL, 'denominator', NULL,
            'narrative', NULL, 'observation', 'FINAL', 'source', 'REPORTED', 'note', NULL, 'comment', NULL, 'reason', NULL,
            'recorded_at', '2026-07-01T02:00:00Z', 'recorded_by', :account_id::uuid, 'submitted_by', :account_id::uuid,
            'published_at', NULL, 'not_published_by', NULL)))));
INSERT INTO change (noun, object_id, kind, recorded_at, audience, audience_agency_id)
VALUES ('measurement', :id, 'UPDATED', '2026-07-01T02:00:00Z', 'SUBMITTED', :subject_id);
INSERT INTO audit_entry (id, recorded_at, actor_kind, actor_id, session_id, action, succeeded, noun, object_id, after, address, request_id,
    previous_hash, hash)
VALUES (0, '2026-07-01T02:00:00Z', 'USER', :account_id, :session_id, 'DRAFT_MEASUREMENT', true, 'measurement', :id,
    jsonb_build_object('version', 2, 'revision', 1, 'state', 'SUBMITTED', 'value', :value::text, 'numerator', NULL, 'denominator', NULL,
        'narrative', NULL, 'observation', 'FINAL', 'note', NULL, 'comment', NULL, 'reason', NULL), '127.0.0.1', :request, '', ''),
    (0, '2026-07-01T02:00:00Z', 'USER', :account_id, :session_id, 'SUBMIT_MEASUREMENT', true, NULL, NULL,
    jsonb_build_object('count', 1, 'ids', jsonb_build_array(:id::uuid)), '127.0.0.1', :request, '', '');
COMMIT;
