-- What the server's role may do: all of it, in one place. Executed as a whole whenever migrations were applied, so that a
-- table is decided on here, and what is taken out of here is taken back. It reads everything and owns nothing; it deletes
-- only what is spent; columns that a rule keeps still are left out. A test prints the outcome, table by table.

DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM cotmoc_server', current_schema());
    EXECUTE format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC, cotmoc_server', current_schema());
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO cotmoc_server', current_schema());
    EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO cotmoc_server', current_schema());
    -- What was known earlier is read by views alone. Whatever writes has its transaction noted.
    GRANT USAGE ON SCHEMA as_of, history TO cotmoc_server;
    GRANT SELECT ON ALL TABLES IN SCHEMA as_of TO cotmoc_server;
    GRANT EXECUTE ON FUNCTION history.known_from_now, history.versions TO cotmoc_server;
    -- A temporary table could stand in the place of a real one for the rest of the session.
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC, cotmoc_server', current_database());
END
$$;

-- The catalogue (agencies, documents, programmes, indicators, targets …) is read, but for what a mutation writes.

-- Documents are registered and amended; they end by others. Programmes are defined, and follow indicators.
GRANT INSERT, UPDATE (symbol, symbol_complete, kind, title, issued_on, issued_precision, issued_words, status, note, version) ON document TO cotmoc_server;
GRANT INSERT ON document_relation, programme_document TO cotmoc_server;
GRANT INSERT, UPDATE (name_vi, name_en, starts_on, ends_on, version) ON programme TO cotmoc_server;
GRANT INSERT, UPDATE (name_vi, name_en, position), DELETE ON indicator_group TO cotmoc_server;
GRANT INSERT, UPDATE (group_id) ON programme_indicator TO cotmoc_server;
-- What a document says is read out of it, and mended where it stands: what stands in which document stays.
GRANT INSERT, UPDATE (heading_clause, heading_vi, heading_en, title_vi, title_en, summary_vi, summary_en, topics, assigner_id, recurrence, horizon,
    expected_output, note, version) ON measure TO cotmoc_server;
GRANT INSERT, UPDATE (kind, title_vi, title_en, summary_vi, summary_en, topics, period, assessed_by_id, rating, note, version) ON goal TO cotmoc_server;
GRANT INSERT, UPDATE (name_vi, name_en, kind, proper_name, province, owner_id, responsible_id, agency_id, wanted_vi, wanted_en, gives_figures, takes_figures,
    note, version) ON digital_system TO cotmoc_server;
GRANT INSERT, UPDATE (kind, ad_hoc, on_request, in_force, also, note, version) ON reporting_rule TO cotmoc_server;
GRANT INSERT, UPDATE (title_vi, title_en, period_words, year_inferred, note, version) ON period_report TO cotmoc_server;
GRANT INSERT, DELETE ON measure_agency, measure_document, measure_indicator, measure_system, goal_agency, goal_document, goal_indicator,
    digital_system_clause, digital_system_document, digital_system_indicator, reporting_rule_cadence, reporting_rule_party,
    period_report_output, period_report_result, document_meeting, document_office TO cotmoc_server;
-- Indicators are defined and worded; who answers for one may change, and it may be retired.
GRANT INSERT, UPDATE (lead_agency_id, retired_on, version) ON indicator TO cotmoc_server;
GRANT INSERT ON indicator_definition, definition_input, definition_dimension TO cotmoc_server;
GRANT INSERT (definition_id, code, position, name_vi, name_en, weight, indicator_id, minimum, maximum) ON index_component TO cotmoc_server;
-- Dimensions are defined with their items.
GRANT INSERT ON dimension, dimension_item TO cotmoc_server;
-- Targets come with their plan. What one demands changes by a revision; it may be withdrawn.
GRANT INSERT, UPDATE (value, withdrawn_on, withdrawal_document_id, withdrawal_clause, version) ON target TO cotmoc_server;
GRANT INSERT, UPDATE (value, simulated, document_id, clause, note, version) ON baseline TO cotmoc_server;

-- Agencies are opened, renamed, moved and closed; what they were before stays. A place that held for no day is taken away.
-- What documents call them and say of them is mended; who belongs to a group is said as a whole.
GRANT INSERT, UPDATE (name_vi, name_en, aliases, level, province, block, block_stated, official_code, latitude, longitude, planned_parent_id, note, closed_on,
    version) ON agency TO cotmoc_server;
GRANT INSERT, DELETE, UPDATE (valid_until, stated, basis, document_id, clause) ON agency_placement TO cotmoc_server;
GRANT INSERT, DELETE ON agency_existence, agency_member TO cotmoc_server;
GRANT INSERT ON agency_name, agency_succession, agency_succession_party TO cotmoc_server;
GRANT INSERT, DELETE ON succession_weight TO cotmoc_server;
-- Their part in what is not done passes to who takes over.
GRANT UPDATE (agency_id), DELETE ON directive_lead, directive_coordinator, recommendation_recipient TO cotmoc_server;
GRANT UPDATE (agency_id) ON directive_extension TO cotmoc_server;
GRANT UPDATE (agency_id, coordinator_id) ON directive_input TO cotmoc_server;
GRANT UPDATE (decision_maker_id) ON recommendation TO cotmoc_server;
-- Rules between indicators, and the bounds between the statuses: added, and ended by their last day.
GRANT INSERT, UPDATE (valid, version) ON indicator_rule TO cotmoc_server;
GRANT INSERT, UPDATE (on_track_from, at_risk_from, valid, source, document_id, version) ON assessment_rule TO cotmoc_server;

-- History is added.
GRANT INSERT ON change, audit_entry, directive_deadline, directive_event, progress_update, target_revision, measurement_decision TO cotmoc_server;
-- A directive is issued whole, and moves on; requests on its way are made, and settled.
GRANT INSERT, UPDATE (state, state_source, completed_on, done_reported_by, confirmed_by, version) ON directive TO cotmoc_server;
GRANT INSERT ON directive_lead, directive_coordinator, directive_dependency, directive_document, directive_indicator, directive_named_agency TO cotmoc_server;
GRANT INSERT, UPDATE (state, counter_on, decision_reason, decided_at, decided_by, answered_at, answered_by) ON directive_extension TO cotmoc_server;
GRANT INSERT, UPDATE (answer, ended_on, given_at, given_by) ON directive_input TO cotmoc_server;
-- A recommendation is made whole, and moves on by its steps.
GRANT INSERT, UPDATE (state, version) ON recommendation TO cotmoc_server;
GRANT INSERT ON recommendation_answer, recommendation_document, recommendation_recipient, recommendation_step TO cotmoc_server;
-- A figure's life-cycle moves on by decisions alone, and what is published follows them: triggers see to both. What is computed from
-- figures is written by record_computations.
GRANT INSERT (id, indicator_id, definition_id, subject_id, reporter_id, regime, period_kind, period, starts_on, ends_on) ON measurement TO cotmoc_server;
GRANT INSERT (measurement_id, revision, state, observation, stated_value, numerator, denominator, factor, narrative, source, note, comment,
    reason, recorded_at, recorded_by) ON measurement_revision TO cotmoc_server;
GRANT INSERT (measurement_id, revision, item_id, stated_value, numerator, denominator, factor) ON measurement_breakdown TO cotmoc_server;

-- The answers to changes that may come again; taken away when their time is over. To lock a row of a table, as whoever
-- takes one away does, needs the right to update it.
GRANT INSERT, UPDATE (answer), DELETE ON idempotency_record TO cotmoc_server;

-- Who reports what, and until when. A day that is not yet past may turn out to be no holiday.
GRANT INSERT, DELETE ON holiday TO cotmoc_server;
GRANT INSERT, UPDATE (cut_off_days, due_working_days, grace_working_days, valid, source, document_id, version) ON reporting_schedule TO cotmoc_server;
GRANT INSERT, UPDATE (valid, version) ON reporting_assignment TO cotmoc_server;
GRANT INSERT ON reporting_extension TO cotmoc_server;
GRANT INSERT ON chase TO cotmoc_server;
GRANT INSERT, UPDATE (state, decided_at, decided_by, decision_reason, version) ON judgement TO cotmoc_server;
GRANT INSERT, UPDATE (state, decided_at, decided_by, decision_reason, opened_on, expires_on, version) ON unlock_request TO cotmoc_server;
GRANT INSERT, UPDATE (withdrawn_at, withdrawn_by, version) ON nil_answer TO cotmoc_server;

-- Accounts, and the roles they hold: ended, never deleted.
GRANT INSERT, UPDATE (full_name, email, agency_id, language, status, version) ON account TO cotmoc_server;
GRANT INSERT, UPDATE (valid_until) ON role_grant TO cotmoc_server;

-- Signing in.
GRANT INSERT, UPDATE (hash, changed_at) ON password TO cotmoc_server;
GRANT INSERT, UPDATE (used_at), DELETE ON password_reset TO cotmoc_server;
GRANT INSERT, UPDATE (state, send_after, mail_id, attempts, doubts, lease_until, ended_at, error) ON account_mail TO cotmoc_server;
GRANT INSERT, UPDATE (sealed_secret, created_at, confirmed_at, last_step), DELETE ON second_factor TO cotmoc_server;
GRANT INSERT, UPDATE (used_at), DELETE ON recovery_code TO cotmoc_server;
GRANT INSERT, UPDATE (second_factor, last_used_at, ended_at, end_reason) ON session TO cotmoc_server;
GRANT INSERT, UPDATE (used_at) ON refresh_token TO cotmoc_server;
GRANT INSERT, UPDATE, DELETE ON sign_in_throttle TO cotmoc_server;

-- Machines, and the keys that sign.
GRANT INSERT, UPDATE (name, agency_id, with_below, scopes, status, version) ON service_account TO cotmoc_server;
GRANT INSERT, UPDATE (last_used_at, ended_at) ON service_secret TO cotmoc_server;
GRANT INSERT, UPDATE (place, replays, secret_number, rotated_at, test_wanted, failures, failing_since, send_after, lease, lease_until, disabled_at, deleted_at)
    ON webhook TO cotmoc_server;
GRANT INSERT, DELETE ON webhook_delivery TO cotmoc_server;
GRANT INSERT, UPDATE (revoked_at) ON signing_key TO cotmoc_server;

-- Documents that clients name by ids: published and retired by whoever runs the server, never given another text.
GRANT INSERT, UPDATE (published_at, retired_at) ON trusted_document TO cotmoc_server;
-- Files that were sent, how far they have come, and what is wrong in them. The bytes go when they are no longer needed.
GRANT INSERT, UPDATE (state, rows_total, rows_read, rows_accepted, rows_refused, reached_sheet, reached_row, started_at, finished_at, lease_owner, lease_until, attempts)
    ON file_import TO cotmoc_server;
GRANT INSERT ON file_import_error TO cotmoc_server;
GRANT INSERT, DELETE ON file_import_content TO cotmoc_server;
-- How the headings of an agency's own sheets are read: for as long as it wants.
GRANT INSERT, UPDATE (headings, version, changed_at), DELETE ON import_mapping TO cotmoc_server;
-- Files that come in parts, until they are whole or are let go; and what they belong to, for ever.
GRANT INSERT, UPDATE (expires_at, media_type, content_hash, received_at), DELETE ON attachment TO cotmoc_server;
GRANT INSERT, DELETE ON attachment_part TO cotmoc_server;
GRANT INSERT (measurement_id, revision, attachment_id) ON measurement_attachment TO cotmoc_server;
GRANT INSERT (progress_update_id, attachment_id) ON progress_update_attachment TO cotmoc_server;
GRANT INSERT (document_id, attachment_id), DELETE ON document_attachment TO cotmoc_server;
-- Who is told of what, and when they have read it. What was noted goes as it is told.
GRANT INSERT, UPDATE (read_at) ON notification TO cotmoc_server;
GRANT INSERT ON notification_agency, notification_day TO cotmoc_server;
GRANT INSERT, DELETE ON notification_event TO cotmoc_server;
GRANT INSERT, DELETE ON notification_rule TO cotmoc_server;
GRANT INSERT, UPDATE (mail, push) ON notification_choice TO cotmoc_server;
GRANT INSERT, UPDATE (session_id), DELETE ON push_subscription TO cotmoc_server;
GRANT INSERT, UPDATE (send_after, attempts, lease_until, ended_at, error) ON notification_push TO cotmoc_server;
GRANT INSERT, UPDATE (state, send_after, mail_id, attempts, doubts, lease_until, ended_at, error) ON notification_mail TO cotmoc_server;
