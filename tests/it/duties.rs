//! Pages and sums of obligations are put together from what is counted already. They say the same as the rule, SQL function
//! `obligation_shown`, says of each obligation by itself, whatever happened before.

use std::sync::Arc;

use auth::{Holding, Principal, Reached, Role};
use serde_json::Value;
use tests::{
    TestDb,
    graphql::{Viewer, all},
    process::command,
};
use uuid::Uuid;

/// Four communes and a department, which reports of three of them; by months, quarters, half-years and years, in both regimes.
const FIXTURE: &str = "
    INSERT INTO agency (id, code, name_vi, kind) SELECT md5(code)::uuid, code, code, 'PEOPLES_COMMITTEE'
        FROM unnest('{tinh,tinh.so,tinh.xa1,tinh.xa2,tinh.xa3,tinh.xa4}'::text[]) AS code;
    INSERT INTO agency_placement (id, agency_id, parent_id, stated)
        SELECT gen_random_uuid(), id, md5('tinh')::uuid, true FROM agency WHERE code LIKE 'tinh.%';
    INSERT INTO indicator (id, code, name_vi, name_en, position, unit, value_kind, direction, nature, aggregation, frequency)
        SELECT md5(code)::uuid, code, code, code, n, 'PERCENT', 'NUMBER', 'HIGHER_IS_BETTER', 'STOCK', 'MEAN', kind
        FROM (VALUES (1, 'a', 'MONTH'), (2, 'b', 'MONTH'), (3, 'c', 'QUARTER'), (4, 'd', 'HALF_YEAR'), (5, 'e', 'YEAR')) AS named (n, code, kind);
    INSERT INTO indicator_definition (id, indicator_id, version, text_vi, text_en) SELECT md5(code || '1')::uuid, id, 1, code, code FROM indicator;
    INSERT INTO programme (id, code, name_vi, name_en, jurisdiction_id) VALUES (md5('ct')::uuid, 'ct', 'Chương trình', 'Programme', md5('tinh')::uuid);
    INSERT INTO indicator_group (id, programme_id, code, name_vi, name_en, position) VALUES (md5('n')::uuid, md5('ct')::uuid, 'n', 'Nhóm', 'Group', 1);
    INSERT INTO programme_indicator (programme_id, indicator_id, group_id) SELECT md5('ct')::uuid, id, md5('n')::uuid FROM indicator WHERE code IN ('a', 'c');
    INSERT INTO reporting_assignment (id, indicator_id, subject_id, reporter_id, regime, period_kind, valid)
        SELECT md5(i.code || a.code || of.regime)::uuid, i.id, a.id, CASE WHEN i.code = 'b' AND a.code <> 'tinh.xa4' THEN md5('tinh.so')::uuid ELSE a.id END,
            of.regime, i.frequency, '[2025-04-01,)'
        FROM indicator i, agency a, unnest('{CALENDAR,ADMINISTRATIVE}'::text[]) AS of (regime)
        WHERE a.code LIKE 'tinh.xa%' AND (of.regime = 'CALENDAR' OR i.code IN ('a', 'c'));";

/// What may happen, of what hash says; the number stands for its turn.
const HAPPENS: &[&str] = &[
    // Drafts of some cells that have none, of their first or a later revision.
    "INSERT INTO measurement (id, indicator_id, definition_id, subject_id, reporter_id, regime, period_kind, period, starts_on, ends_on)
        SELECT md5('m' || o.assignment_id || o.period)::uuid, o.indicator_id, (SELECT id FROM indicator_definition d WHERE d.indicator_id = o.indicator_id),
            o.subject_id, o.reporter_id, o.regime, o.period_kind, o.period, o.starts_on, o.ends_on
        FROM obligation_shown('2025-04-01', '2026-03-31', '2026-01-20', NULL) AS o
        WHERE o.measurement_id IS NULL AND abs(hashtext(o.assignment_id || o.period || '#')) % 3 = 0
        ON CONFLICT DO NOTHING",
    "INSERT INTO measurement_revision (measurement_id, revision, state, observation, stated_value, source, reason, recorded_at)
        SELECT m.id, 1 + coalesce(last.revision, 0), 'DRAFT', 'FINAL', 80, 'REPORTED', 'Sửa', m.ends_on + interval '1 day'
        FROM measurement m LEFT JOIN LATERAL (SELECT r.revision, r.state FROM measurement_revision r WHERE r.measurement_id = m.id ORDER BY 1 DESC LIMIT 1) AS last ON true
        WHERE (last.state IS NULL OR last.state IN ('RETURNED', 'PUBLISHED', 'WITHDRAWN')) AND (last.state IS NULL OR abs(hashtext(m.id::text || '#')) % 4 = 0)",
    "DECIDE DRAFT SUBMITTED 2",
    "DECIDE SUBMITTED ENDORSED 2",
    "DECIDE SUBMITTED RETURNED 3",
    "DECIDE ENDORSED PUBLISHED 2",
    "DECIDE DRAFT WITHDRAWN 5",
    "DECIDE SUBMITTED WITHDRAWN 5",
    "INSERT INTO nil_answer (id, assignment_id, reporter_id, period, note, answered_on, answered_at)
        SELECT gen_random_uuid(), o.assignment_id, o.reporter_id, o.period, 'Không phát sinh', o.ends_on + abs(hashtext(o.period || o.assignment_id || '#')) % 20, '2026-01-10'
        FROM obligation_shown('2025-04-01', '2026-01-31', '2026-01-20', NULL) AS o WHERE o.nil_answer_id IS NULL AND abs(hashtext(o.assignment_id || o.period || '#')) % 7 = 1",
    "UPDATE nil_answer SET withdrawn_at = answered_at WHERE withdrawn_at IS NULL AND abs(hashtext(id::text || '#')) % 4 = 0",
    "INSERT INTO reporting_extension (id, regime, period, reporter_id, due_on, reason, extended_at)
        SELECT gen_random_uuid(), o.regime, o.period, CASE WHEN abs(hashtext(o.period || '#')) % 3 > 0 THEN o.reporter_id END, o.due_on + 3 + abs(hashtext(o.period || '#')) % 9, 'Bão', '2026-01-10'
        FROM obligation_shown('2025-09-01', '2026-01-31', '2026-01-20', NULL) AS o WHERE abs(hashtext(o.assignment_id || o.period || '#')) % 23 = 1",
    "INSERT INTO unlock_request (id, assignment_id, reporter_id, period, state, reason, requested_at, decided_at, opened_on, expires_on)
        SELECT gen_random_uuid(), o.assignment_id, o.reporter_id, o.period, 'APPROVED', 'Sót', '2026-01-10', '2026-01-11', '2026-01-11', '2026-01-30'
        FROM obligation_shown('2025-04-01', '2026-01-31', '2026-01-20', NULL) AS o WHERE abs(hashtext(o.assignment_id || o.period || '#')) % 29 = 1",
    "UPDATE reporting_assignment SET valid = daterange(lower(valid), lower(valid) + 100 + abs(hashtext(id::text || '#')) % 200), version = version + 1
        WHERE upper_inf(valid) AND abs(hashtext(id::text || '#')) % 9 = 2",
    "INSERT INTO reporting_assignment (id, indicator_id, subject_id, reporter_id, regime, period_kind, valid)
        SELECT md5(id::text || '#')::uuid, indicator_id, subject_id, md5('tinh.so')::uuid, regime, period_kind, daterange(upper(valid), NULL)
        FROM reporting_assignment a WHERE NOT upper_inf(valid)
            AND NOT EXISTS (SELECT FROM reporting_assignment b WHERE (b.indicator_id, b.subject_id, b.regime, b.period_kind) = (a.indicator_id, a.subject_id, a.regime, a.period_kind) AND (upper_inf(b.valid) OR b.valid >> a.valid))
            AND abs(hashtext(id::text || '#')) % 2 = 0",
    "INSERT INTO holiday (day, kind, name_vi, name_en, source) SELECT '2026-01-05'::date + abs(hashtext('#')) % 12, 'SOLAR', 'Nghỉ bão', 'Storm', 'Công điện' ON CONFLICT DO NOTHING",
    "UPDATE agency SET closed_on = '2025-11-15'::date + abs(hashtext('#')) % 90 WHERE code = 'tinh.xa' || 1 + abs(hashtext('#')) % 9",
    "UPDATE agency SET opened_on = '2025-09-15', closed_on = NULL WHERE code = 'tinh.xa' || 1 + abs(hashtext('#')) % 7",
];

/// A step in its turn; `DECIDE from to n` moves one in n of the revisions that stand so.
fn step(what: &str, turn: u32) -> String {
    let Some(decision) = what.strip_prefix("DECIDE ") else { return what.replace('#', &turn.to_string()) };
    let words: Vec<&str> = decision.split(' ').collect();
    let (from, to, one_in) = (words[0], words[1], words[2]);
    format!(
        "INSERT INTO measurement_decision (measurement_id, revision, state, content_hash, reason, decided_at, decided_by)
        SELECT r.measurement_id, r.revision, '{to}', measurement_content_hash(r.measurement_id, r.revision), 'Lý do',
            m.ends_on + make_interval(days => 1 + abs(hashtext(m.id::text)) % 25), md5('{to}')::uuid
        FROM measurement_revision r JOIN measurement m ON m.id = r.measurement_id
        WHERE r.state = '{from}' AND abs(hashtext(r.measurement_id::text || '{turn}{to}')) % {one_in} = 0
            AND NOT EXISTS (SELECT FROM measurement_revision later WHERE later.measurement_id = r.measurement_id AND later.revision > r.revision)"
    )
}

/// Both tables of counts, without what is spelled in two ways.
const COUNTED: &str = "SELECT coalesce(string_agg(line, E'\\n' ORDER BY line), '') FROM (
    SELECT concat_ws(' ', reporter_id, subject_id, regime, period_kind, valid, assignments) AS line FROM assignment_tally
    UNION ALL SELECT concat_ws(' ', reporter_id, subject_id, regime, period_kind, period, answers,
        (SELECT string_agg(coalesce(answered_by[least(day, cardinality(answered_by))], 0)::text, ',' ORDER BY day) FROM generate_series(1, 60) AS day))
    FROM answer_tally WHERE answers > 0) AS counted";

async fn assert_counted(db: &TestDb, after: &str) {
    let kept = db.text(COUNTED).await;
    db.execute("CALL recount_reporting()").await;
    pretty_assert(&kept, &db.text(COUNTED).await, after);
}

fn pretty_assert(found: &str, expected: &str, about: &str) {
    let (found, expected): (Vec<_>, Vec<_>) = (found.lines().collect(), expected.lines().collect());
    let missing: Vec<_> = expected.iter().filter(|line| !found.contains(line)).take(5).collect();
    let extra: Vec<_> = found.iter().filter(|line| !expected.contains(line)).take(5).collect();
    assert_eq!(found, expected, "{about}: missing {missing:#?}, too many {extra:#?}");
}

/// Filters, and the same in words of SQL about `o`; the days are those of a question without any.
const FILTERS: &[(&str, &str)] = &[
    ("", "true"),
    (r#"reporter: "tinh.so""#, "o.reporter_id = md5('tinh.so')::uuid"),
    (r#"subject: "tinh.xa2""#, "o.subject_id = md5('tinh.xa2')::uuid"),
    (r#"indicator: "b""#, "o.indicator_id = md5('b')::uuid"),
    (r#"programme: "ct""#, "o.indicator_id IN (md5('a')::uuid, md5('c')::uuid)"),
    (r#"group: "n", regime: CALENDAR"#, "o.indicator_id IN (md5('a')::uuid, md5('c')::uuid) AND o.regime = 'CALENDAR'"),
    ("regime: ADMINISTRATIVE", "o.regime = 'ADMINISTRATIVE'"),
    ("overdue: true", "NOT o.answered AND o.due_on < '2026-01-20'"),
    ("overdue: false", "NOT (NOT o.answered AND o.due_on < '2026-01-20')"),
    (
        r#"overdue: true, indicator: "a""#,
        "NOT o.answered AND o.due_on < '2026-01-20' AND o.indicator_id = md5('a')::uuid",
    ),
    ("states: [DUE, RETURNED]", "o.state IN ('DUE', 'RETURNED')"),
    ("states: [DRAFT, NOT_DUE]", "o.state IN ('DRAFT', 'NOT_DUE')"),
    ("states: [NIL, SUBMITTED, DUE]", "o.state IN ('NIL', 'SUBMITTED', 'DUE')"),
    ("states: [APPROVED]", "o.state = 'APPROVED'"),
    (r#"dueFrom: "2026-01-05", dueTo: "2026-01-19""#, "o.due_on BETWEEN '2026-01-05' AND '2026-01-19'"),
];

const ROW: &str = "period regime dueOn scheduledOn closesOn state onTime answeredOn unlocked reporter { code } subject { code } indicator { code }";

fn line(row: &Value) -> String {
    let words = ["dueOn", "regime", "period", "scheduledOn", "closesOn", "state", "answeredOn"]
        .map(|name| row[name].as_str().unwrap_or("-"));
    let codes = ["reporter", "subject", "indicator"].map(|name| row[name]["code"].as_str().unwrap_or("-"));
    format!("{} {} {} {}", words.join(" "), codes.join(" "), row["onTime"], row["unlocked"])
}

/// Who asks, whose obligations that shows, and whose drafts, in words of SQL.
async fn viewers(db: &TestDb) -> Vec<(Viewer, &'static str, &'static str)> {
    let (account, session) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let agency = async |code: &str| -> Uuid { db.text(&format!("SELECT md5('{code}')::uuid")).await.parse().unwrap() };
    let own = Reached::Agencies(Arc::new([agency("tinh.so").await, agency("tinh.xa1").await].into()));
    let with = |holding| Viewer::with(db, Principal::user(account, session, vec![holding], &[], true));
    vec![
        (with(Holding { role: Role::StandingOffice, at: Reached::All }), "true", "'{}'"),
        (
            with(Holding { role: Role::Reporter, at: own }),
            "o.reporter_id IN (md5('tinh.so')::uuid, md5('tinh.xa1')::uuid)",
            "ARRAY[md5('tinh.so')::uuid, md5('tinh.xa1')::uuid]",
        ),
    ]
}

const SHOWN: &str = "(SELECT o.*, reporter.code AS reporter, subject.code AS subject, i.code AS indicator
    FROM obligation_shown('2024-10-19', '2026-02-20', '2026-01-20', DRAFTS) AS o
    JOIN agency reporter ON reporter.id = o.reporter_id JOIN agency subject ON subject.id = o.subject_id JOIN indicator i ON i.id = o.indicator_id
    WHERE o.due_on BETWEEN '2025-10-20' AND '2026-02-20' AND (SEEN) AND (CONDITION)) AS o";

fn shown(seen: &str, drafts: &str, condition: &str) -> String {
    SHOWN.replace("DRAFTS", drafts).replace("SEEN", seen).replace("CONDITION", condition)
}

/// All pages of a list, forward and backward.
async fn paged(viewer: &Viewer, filter: &str, size: usize) -> [Vec<String>; 2] {
    let mut lists = [Vec::new(), Vec::new()];
    for (list, (first, after, cursor, more)) in lists
        .iter_mut()
        .zip([("first", "after", "endCursor", "hasNextPage"), ("last", "before", "startCursor", "hasPreviousPage")])
    {
        let mut at = String::new();
        loop {
            let page = viewer
                .ask(&format!("{{ obligations(filter: {{ {filter} }}, {first}: {size}{at}) {{ nodes {{ {ROW} }} pageInfo {{ {cursor} {more} }} }} }}"))
                .await
                .whole();
            let rows: Vec<String> = all(&page, "obligations/nodes/*").into_iter().map(line).collect();
            *list = if first == "first" {
                [std::mem::take(list), rows].concat()
            } else {
                [rows, std::mem::take(list)].concat()
            };
            if page["obligations"]["pageInfo"][more] != true {
                break;
            }
            at = format!(", {after}: {}", page["obligations"]["pageInfo"][cursor]);
        }
    }
    lists
}

async fn assert_listed(db: &TestDb, about: &str) {
    for (viewer, seen, drafts) in &viewers(db).await {
        for (filter, condition) in FILTERS {
            let about = format!("{about}; {seen}; {filter}");
            let shown = shown(seen, drafts, condition);
            let expected = format!(
                "SELECT coalesce(string_agg(concat_ws(' ', due_on, regime, period, scheduled_on, closes_on, state, coalesce(answered_on::text, '-'),
                    reporter, subject, indicator, CASE on_time WHEN true THEN 'true' WHEN false THEN 'false' ELSE 'null' END, CASE WHEN unlocked THEN 'true' ELSE 'false' END),
                    E'\\n' ORDER BY due_on, reporter_id, subject_id, regime, period, assignment_id), '') FROM {shown}"
            );
            let expected = db.text(&expected).await;
            for list in paged(viewer, filter, 37).await {
                pretty_assert(&list.join("\n"), &expected, &about);
            }
            let counted =
                viewer.ask(&format!("{{ obligations(filter: {{ {filter} }}) {{ totalCount }} }}")).await.whole();
            assert_eq!(counted["obligations"]["totalCount"], expected.lines().count(), "{about}");
            if filter.contains("states") || filter.contains("overdue") {
                continue;
            }
            for (by, key, name) in [
                ("REPORTER", "reporter", "reporter { code }"),
                ("PERIOD", "ends_on, regime, period", "period"),
                ("INDICATOR", "indicator", "indicator { code }"),
            ] {
                let asked = viewer
                    .ask(&format!(
                        "{{ completeness(by: {by}, filter: {{ {filter} }}, first: 100) {{ nodes {{ expected answered answeredOnTime overdue {name} }} }} }}"
                    ))
                    .await
                    .whole();
                let told: Vec<String> = all(&asked, "completeness/nodes/*")
                    .into_iter()
                    .filter(|row| row["expected"] != 0)
                    .map(|row| {
                        let name = row["period"]
                            .as_str()
                            .or(row["reporter"]["code"].as_str())
                            .or(row["indicator"]["code"].as_str());
                        format!(
                            "{} {} {} {} {}",
                            name.unwrap(),
                            row["expected"],
                            row["answered"],
                            row["answeredOnTime"],
                            row["overdue"]
                        )
                    })
                    .collect();
                let expected = format!(
                    "SELECT coalesce(string_agg(line, E'\\n' ORDER BY place), '') FROM (SELECT row_number() OVER (ORDER BY {key}) AS place,
                        concat_ws(' ', {last}, count(*), count(*) FILTER (WHERE answered), count(*) FILTER (WHERE answered AND on_time), count(*) FILTER (WHERE NOT answered AND NOT on_time)) AS line
                     FROM {shown} WHERE o.state <> 'NOT_DUE' GROUP BY {key}) AS counted",
                    last = key.rsplit(", ").next().unwrap()
                );
                pretty_assert(&told.join("\n"), &db.text(&expected).await, &format!("{about}; {by}"));
            }
        }
    }
}

/// Whatever was written past the triggers is counted by the command.
#[tokio::test]
async fn the_command_counts_anew() {
    let db = TestDb::new().await;
    db.execute(FIXTURE).await;
    db.execute("UPDATE assignment_tally SET assignments = 7; INSERT INTO answer_tally VALUES (md5('tinh.xa1')::uuid, md5('tinh.xa1')::uuid, 'CALENDAR', 'MONTH', '2025-12', 3, '{3}')").await;
    let url = db.url().await;
    let run = command(
        env!("CARGO_BIN_EXE_cotmoc_process"),
        &["recount"],
        &[("DATABASE_URL", url.as_str()), ("COTMOC_DATA_DIR", "/nowhere")],
    )
    .output();
    let output = run.await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told = "assignments and answers are counted\nassessments are worked out\n";
    assert_eq!(String::from_utf8_lossy(&output.stdout), told);
    assert_counted(&db, "after the command").await;
}

#[tokio::test]
async fn pages_and_sums_say_what_the_rule_says_whatever_happened() {
    let db = TestDb::new().await;
    db.execute(FIXTURE).await;
    let mut turn = 0;
    for round in 0..3 {
        for what in HAPPENS {
            turn += 1;
            db.execute(&step(what, turn)).await;
            // Each change is counted in its own transaction.
            assert_counted(&db, &format!("turn {turn}: {what}")).await;
        }
        assert_listed(&db, &format!("round {round}")).await;
    }
    let stands = "SELECT string_agg(DISTINCT state, ' ' ORDER BY state) FROM obligation_shown('2025-04-01', '2026-03-31', '2026-01-20', NULL)";
    assert_eq!(db.text(stands).await, "APPROVED DRAFT DUE NIL NOT_DUE RETURNED SUBMITTED", "too little has happened");
}
