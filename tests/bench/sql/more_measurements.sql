-- Communes from {first} to {last}, each with a copy of all figures of the model.
INSERT INTO agency (id, code, name_vi, kind, level, simulated)
SELECT md5('size/' || n)::uuid, 'qng.rat_nhieu.' || n, 'Xã mô phỏng ' || n, kind, level, true
FROM generate_series({first}, {last}) AS n, agency WHERE agency.id = (SELECT id FROM bench.model);
SET session_replication_role = replica;
INSERT INTO measurement (id, indicator_id, definition_id, subject_id, reporter_id, regime, period_kind, period, starts_on, ends_on,
    published_revision, submitted_revision, drafted_revision, answered_on)
SELECT md5(n || '/' || id)::uuid, indicator_id, definition_id, subject, subject, regime, period_kind, period, starts_on, ends_on,
    published_revision, submitted_revision, drafted_revision, answered_on
FROM (SELECT n, md5('size/' || n)::uuid AS subject FROM generate_series({first}, {last}) AS n OFFSET 0) AS subjects,
    bench.model_measurement;
INSERT INTO measurement_revision (measurement_id, revision, state, observation, stated_value, numerator, denominator, factor, narrative,
    source, reason, recorded_at, published_at, submitted_at)
SELECT md5(n || '/' || measurement_id)::uuid, revision, state, observation, stated_value, numerator, denominator, factor, narrative,
    source, reason, recorded_at, published_at, submitted_at
FROM generate_series({first}, {last}) AS n, bench.model_revision;
