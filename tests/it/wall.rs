//! The second wall: what PostgreSQL refuses the server, whatever this program asks of it.

use db::{
    connection::{ConnectionSettings, SessionLimits},
    migrate,
};
use tests::{TestDb, sql};

/// Migrated in place: the privileges of a database itself are not cloned with it.
async fn migrated() -> TestDb {
    let db = TestDb::empty().await;
    migrate::run(db.settings()).await.unwrap();
    db
}

/// What the server may do with each table beside reading it. A table that is missing here has not been decided on: see
/// db/src/grants.sql.
const MATRIX: &str = "\
__diesel_schema_migrations:
account: INSERT, UPDATE (agency_id, email, full_name, language, status, version)
account_mail: INSERT, UPDATE (attempts, doubts, ended_at, error, lease_until, mail_id, send_after, state)
agency: INSERT, UPDATE (aliases, block, block_stated, closed_on, latitude, level, longitude, name_en, name_vi, note, official_code, planned_parent_id, province, version)
agency_existence: INSERT, DELETE
agency_life:
agency_member: INSERT, DELETE
agency_name: INSERT
agency_placement: INSERT, DELETE, UPDATE (basis, clause, document_id, stated, valid_until)
agency_succession: INSERT
agency_succession_party: INSERT
answer_tally:
assessed:
assessment_rule: INSERT, UPDATE (at_risk_from, document_id, on_track_from, source, valid, version)
assignment_tally:
attachment: INSERT, DELETE, UPDATE (content_hash, expires_at, media_type, received_at)
attachment_part: INSERT, DELETE
audit_archive:
audit_entry: INSERT
audit_head:
baseline: INSERT, UPDATE (clause, document_id, note, simulated, value, version)
change: INSERT
chase: INSERT
computation:
computed_input:
data_version:
definition_dimension: INSERT
definition_input: INSERT
digital_system: INSERT, UPDATE (agency_id, gives_figures, kind, name_en, name_vi, note, owner_id, proper_name, province, responsible_id, takes_figures, version, wanted_en, wanted_vi)
digital_system_clause: INSERT, DELETE
digital_system_document: INSERT, DELETE
digital_system_indicator: INSERT, DELETE
dimension: INSERT
dimension_item: INSERT
directive: INSERT, UPDATE (completed_on, confirmed_by, done_reported_by, state, state_source, version)
directive_coordinator: INSERT, DELETE, UPDATE (agency_id)
directive_coordinator_reach:
directive_deadline: INSERT
directive_dependency: INSERT
directive_document: INSERT
directive_event: INSERT
directive_extension: INSERT, UPDATE (agency_id, answered_at, answered_by, counter_on, decided_at, decided_by, decision_reason, state)
directive_indicator: INSERT
directive_input: INSERT, UPDATE (agency_id, answer, coordinator_id, ended_on, given_at, given_by)
directive_lead: INSERT, DELETE, UPDATE (agency_id)
directive_lead_reach:
directive_named_agency: INSERT
directive_party:
document: INSERT, UPDATE (issued_on, issued_precision, issued_words, kind, note, status, symbol, symbol_complete, title, version)
document_attachment: DELETE, INSERT (attachment_id, document_id)
document_meeting: INSERT, DELETE
document_office: INSERT, DELETE
document_party:
document_relation: INSERT
file_import: INSERT, UPDATE (attempts, finished_at, lease_owner, lease_until, reached_row, reached_sheet, rows_accepted, rows_read, rows_refused, rows_total, started_at, state)
file_import_content: INSERT, DELETE
file_import_error: INSERT
goal: INSERT, UPDATE (assessed_by_id, kind, note, period, rating, summary_en, summary_vi, title_en, title_vi, topics, version)
goal_agency: INSERT, DELETE
goal_document: INSERT, DELETE
goal_indicator: INSERT, DELETE
holding_assessment:
holiday: INSERT, DELETE
idempotency_record: INSERT, DELETE, UPDATE (answer)
import_mapping: INSERT, DELETE, UPDATE (changed_at, headings, version)
index_component: INSERT (code, definition_id, indicator_id, maximum, minimum, name_en, name_vi, position, weight)
indicator: INSERT, UPDATE (lead_agency_id, retired_on, version)
indicator_definition: INSERT
indicator_group: INSERT, DELETE, UPDATE (name_en, name_vi, position)
indicator_rule: INSERT, UPDATE (valid, version)
judgement: INSERT, UPDATE (decided_at, decided_by, decision_reason, state, version)
kept_assessment:
measure: INSERT, UPDATE (assigner_id, expected_output, heading_clause, heading_en, heading_vi, horizon, note, recurrence, summary_en, summary_vi, title_en, title_vi, topics, version)
measure_agency: INSERT, DELETE
measure_document: INSERT, DELETE
measure_indicator: INSERT, DELETE
measure_system: INSERT, DELETE
measurement: INSERT (definition_id, ends_on, id, indicator_id, period, period_kind, regime, reporter_id, starts_on, subject_id)
measurement_attachment: INSERT (attachment_id, measurement_id, revision)
measurement_breakdown: INSERT (denominator, factor, item_id, measurement_id, numerator, revision, stated_value)
measurement_decision: INSERT
measurement_revision: INSERT (comment, denominator, factor, measurement_id, narrative, note, numerator, observation, reason, recorded_at, recorded_by, revision, source, state, stated_value)
nil_answer: INSERT, UPDATE (version, withdrawn_at, withdrawn_by)
notification: INSERT, UPDATE (read_at)
notification_agency: INSERT
notification_choice: INSERT, UPDATE (mail, push)
notification_day: INSERT
notification_event: INSERT, DELETE
notification_mail: INSERT, UPDATE (attempts, doubts, ended_at, error, lease_until, mail_id, send_after, state)
notification_push: INSERT, UPDATE (attempts, ended_at, error, lease_until, send_after)
notification_rule: INSERT, DELETE
outdated_assessment:
password: INSERT, UPDATE (changed_at, hash)
password_reset: INSERT, DELETE, UPDATE (used_at)
period_report: INSERT, UPDATE (note, period_words, title_en, title_vi, version, year_inferred)
period_report_output: INSERT, DELETE
period_report_result: INSERT, DELETE
programme: INSERT, UPDATE (ends_on, name_en, name_vi, starts_on, version)
programme_document: INSERT
programme_indicator: INSERT, UPDATE (group_id)
progress_update: INSERT
progress_update_attachment: INSERT (attachment_id, progress_update_id)
push_subscription: INSERT, DELETE, UPDATE (session_id)
ranking_scheme:
ranking_weight:
recommendation: INSERT, UPDATE (decision_maker_id, state, version)
recommendation_answer: INSERT
recommendation_document: INSERT
recommendation_party:
recommendation_reach:
recommendation_recipient: INSERT, DELETE, UPDATE (agency_id)
recommendation_step: INSERT
recovery_code: INSERT, DELETE, UPDATE (used_at)
refresh_token: INSERT, UPDATE (used_at)
reporting_assignment: INSERT, UPDATE (valid, version)
reporting_extension: INSERT
reporting_rule: INSERT, UPDATE (ad_hoc, also, in_force, kind, note, on_request, version)
reporting_rule_cadence: INSERT, DELETE
reporting_rule_party: INSERT, DELETE
reporting_rule_reach:
reporting_schedule: INSERT, UPDATE (cut_off_days, document_id, due_working_days, grace_working_days, source, valid, version)
role_grant: INSERT, UPDATE (valid_until)
second_factor: INSERT, DELETE, UPDATE (confirmed_at, created_at, last_step, sealed_secret)
service_account: INSERT, UPDATE (agency_id, name, scopes, status, version, with_below)
service_secret: INSERT, UPDATE (ended_at, last_used_at)
session: INSERT, UPDATE (end_reason, ended_at, last_used_at, second_factor)
sign_in_throttle: INSERT, UPDATE, DELETE
signing_key: INSERT, UPDATE (revoked_at)
succession_weight: INSERT, DELETE
target: INSERT, UPDATE (value, version, withdrawal_clause, withdrawal_document_id, withdrawn_on)
target_revision: INSERT
target_warning:
trusted_document: INSERT, UPDATE (published_at, retired_at)
unlock_request: INSERT, UPDATE (decided_at, decided_by, decision_reason, expires_on, opened_on, state, version)
webhook: INSERT, UPDATE (deleted_at, disabled_at, failing_since, failures, lease, lease_until, place, replays, rotated_at, secret_number, send_after, test_wanted)
webhook_delivery: INSERT, DELETE";

const PRIVILEGES: &str = "SELECT string_agg(concat(relname, ':', ' ' || nullif(concat_ws(', ', whole, parts), '')), E'\\n' ORDER BY relname COLLATE \"C\")
    FROM pg_class,
        LATERAL (SELECT string_agg(privilege, ', ' ORDER BY place) AS whole
            FROM unnest('{INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) WITH ORDINALITY AS known (privilege, place)
            WHERE has_table_privilege('cotmoc_server', pg_class.oid, privilege)) AS tables,
        LATERAL (SELECT string_agg(format('%s (%s)', privilege, columns), ', ' ORDER BY privilege) AS parts
            FROM (SELECT privilege, string_agg(attname, ', ' ORDER BY attname) AS columns
                FROM unnest('{INSERT,UPDATE,REFERENCES}'::text[]) AS privilege, pg_attribute
                WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
                    AND has_column_privilege('cotmoc_server', pg_class.oid, attnum, privilege)
                    AND NOT has_table_privilege('cotmoc_server', pg_class.oid, privilege)
                GROUP BY privilege) AS of_columns) AS columns
    WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND relnamespace = 'public'::regnamespace";

#[tokio::test]
async fn the_server_may_do_with_each_table_what_was_decided() {
    let db = TestDb::new().await;
    assert_eq!(db.text(PRIVILEGES).await, MATRIX);
    let unreadable = "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f') \
        AND relnamespace = 'public'::regnamespace AND NOT has_table_privilege('cotmoc_server', oid, 'SELECT')";
    assert_eq!(db.text(unreadable).await, "0");
    let owned = "SELECT count(*) FROM pg_shdepend WHERE deptype = 'o' AND refobjid = 'cotmoc_server'::regrole";
    assert_eq!(db.text(owned).await, "0");
    let mighty = "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls FROM pg_roles \
        WHERE rolname = 'cotmoc_server'";
    assert_eq!(db.text(mighty).await, "false");
}

/// Statements of the owner's, for each table; and an update of each column that is not to move.
const FORBIDDEN: &str = "SELECT string_agg(statement, E'\\n') FROM (
    SELECT format(pattern, relname) FROM pg_class, unnest(ARRAY[
        'DROP TABLE %I CASCADE', 'TRUNCATE %I CASCADE', 'ALTER TABLE %I ADD COLUMN thừa text', 'ALTER TABLE %I RENAME TO khác',
        'ALTER TABLE %I DISABLE TRIGGER ALL', 'ALTER TABLE %I OWNER TO cotmoc_server', 'CREATE RULE nuốt AS ON INSERT TO %I DO INSTEAD NOTHING',
        'CREATE TRIGGER lách BEFORE INSERT ON %I FOR EACH ROW EXECUTE FUNCTION refuse_change()']) AS pattern
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    UNION ALL
    SELECT format('DELETE FROM %I', relname) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND NOT has_table_privilege('cotmoc_server', oid, 'DELETE')
    UNION ALL
    SELECT format('INSERT INTO %I DEFAULT VALUES', relname) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND NOT has_any_column_privilege('cotmoc_server', oid, 'INSERT')
    UNION ALL
    SELECT format('UPDATE %I SET %2$I = %2$I', relname, attname) FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
        AND attidentity = '' AND NOT has_column_privilege('cotmoc_server', attrelid, attnum, 'UPDATE')
    ) AS forbidden (statement)";

const ALSO_FORBIDDEN: &[&str] = &[
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION postgres",
    "SET session_replication_role = replica",
    "ALTER SYSTEM SET archive_command = 'true'",
    "CREATE TABLE thừa (x int)",
    "CREATE TEMPORARY TABLE audit_head (singleton boolean, id bigint, hash bytea)",
    "CREATE SCHEMA thừa",
    "CREATE FUNCTION thừa() RETURNS int LANGUAGE sql RETURN 1",
    "CREATE EXTENSION dblink",
    "CREATE ROLE thừa",
    "ALTER ROLE cotmoc_server SUPERUSER",
    "CREATE DATABASE thừa",
    "ALTER FUNCTION audit_hash(audit_entry) RENAME TO khác",
    "ALTER FUNCTION audit_entry_chain() SECURITY INVOKER",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT lo_import('/etc/passwd')",
];

#[tokio::test]
async fn whatever_only_an_owner_may_do_is_refused() {
    let db = migrated().await;
    let generated = db.text(FORBIDDEN).await;
    assert!(generated.lines().count() > 500, "{}", generated.lines().count());
    let mut server = db.pool.get().await.unwrap();
    let mut done = Vec::new();
    for statement in generated.lines().chain(ALSO_FORBIDDEN.iter().copied()) {
        match sql::execute(&mut server, statement).await {
            Ok(()) => done.push(statement.to_owned()),
            Err(error) => {
                let said = error.to_string();
                let refused = said.starts_with("permission denied") || said.starts_with("must be");
                if !refused {
                    done.push(format!("{statement}: {said}"));
                }
            }
        }
    }
    assert!(done.is_empty(), "{done:#?}");
}

#[tokio::test]
async fn a_deadline_is_set_by_a_deadline_alone() {
    let db = TestDb::demo().await;
    let mut server = db.pool.get().await.unwrap();
    let add = "INSERT INTO directive_deadline (directive_id, revision, stated_on, precision, operator, due_on)
        SELECT directive_id, max(revision) + 1, '2026-03-01', 'DAY', 'BY', '2026-03-01' FROM directive_deadline
        GROUP BY directive_id ORDER BY directive_id LIMIT 1";
    sql::execute(&mut server, add).await.unwrap();
    assert_eq!(db.text("SELECT count(*) FROM directive WHERE due_on = '2026-03-01'").await, "1");
    sql::execute(&mut server, "UPDATE directive SET due_on = '2027-01-01'").await.unwrap_err();
}

/// The owner itself is told, should it try by mistake.
#[tokio::test]
async fn the_trail_is_not_emptied_even_by_its_owner() {
    let db = TestDb::new().await;
    for statement in ["TRUNCATE audit_entry", "TRUNCATE audit_head", "DELETE FROM audit_head"] {
        let refused = sql::execute(&mut db.connect().await, statement).await.unwrap_err().to_string();
        assert!(refused.contains("are history"), "{statement}: {refused}");
    }
}

/// As the operator's guide sets them up. Whoever migrates needs nothing but the database; where nothing is pending, not even that.
#[tokio::test]
async fn two_logins_do_of_which_neither_may_make_roles() {
    let db = TestDb::empty().await;
    let name = db.text("SELECT current_database()").await;
    db.execute(&format!(
        "DO $$ BEGIN CREATE ROLE cotmoc_keeper LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
         DO $$ BEGIN CREATE ROLE cotmoc_web LOGIN IN ROLE cotmoc_server; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
         ALTER DATABASE {name} OWNER TO cotmoc_keeper"
    ))
    .await;
    let url = db.url().await;
    let login = |name: &str| {
        let url = url.replacen("//postgres@", &format!("//{name}@"), 1);
        ConnectionSettings::new(&url, SessionLimits::default()).unwrap()
    };
    assert_eq!(migrate::run(&login("cotmoc_keeper")).await.unwrap(), migrate::known().unwrap());
    assert!(migrate::run(&login("cotmoc_web")).await.unwrap().is_empty());
}
