//! The audit trail: who reads it, and whether it notices what somebody did to it behind the program's back.

mod archive;

use auth::Role;
use db::audit::{self, Fault, Head, Verdict};
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::{Viewer, all, texts},
    process::command,
    sql,
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_cotmoc_process");

/// After all entries here.
const CLOCK: &str = "2026-02-10T09:00:00+07:00";

/// Nine in the morning of the demo's day, and a minute more for each entry.
const ENTRIES: &str = "INSERT INTO audit_entry (id, recorded_at, actor_kind, actor_id, action, succeeded, noun, object_id, before, after,
        address, client_name, request_id, previous_hash, hash)
    SELECT 0, timestamptz '2026-01-20 09:00:00+07' + n * interval '1 minute',
        CASE WHEN n % 3 = 0 THEN 'NOBODY' ELSE 'USER' END, CASE WHEN n % 3 > 0 THEN md5('lan')::uuid END,
        CASE WHEN n % 3 = 0 THEN 'SIGN_IN' ELSE 'CREATE_ACCOUNT' END, n % 3 > 0, 'account', md5(n::text)::uuid,
        NULL, jsonb_build_object('fullName', 'Nguyễn Văn Ân', 'so', 1.50, 'trống', NULL, 'n', n), '10.0.0.' || n % 4, 'cotmoc-ios', 'req-' || n, '', ''
    FROM generate_series(1, $n) AS n";

async fn with_entries(count: u32) -> TestDb {
    let db = TestDb::new().await;
    add(&db, count).await;
    db
}

/// As the server does.
async fn add(db: &TestDb, count: u32) {
    let mut server = db.pool.get().await.unwrap();
    sql::execute(&mut server, &ENTRIES.replace("$n", &count.to_string())).await.unwrap();
}

async fn verify(db: &TestDb, noted: Option<&Head>) -> Verdict {
    audit::verify(&mut db.pool.get().await.unwrap(), noted, |_| {}).await.unwrap()
}

async fn head(db: &TestDb) -> Head {
    audit::head(&mut db.pool.get().await.unwrap()).await.unwrap()
}

/// What somebody with all rights does, past the triggers.
async fn tamper(db: &TestDb, statements: &str) {
    db.execute(&format!("SET session_replication_role = replica; {statements}")).await;
}

/// Chains the trail anew from an entry to the end, as somebody would who has read the migration.
const CHAIN_ANEW: &str = "DO $$
    DECLARE entry audit_entry; before bytea;
    BEGIN
        FOR entry IN SELECT * FROM audit_entry WHERE id >= $from ORDER BY id LOOP
            SELECT hash INTO before FROM audit_entry WHERE id = entry.id - 1;
            entry.previous_hash := coalesce(before, decode(repeat('00', 32), 'hex'));
            UPDATE audit_entry SET previous_hash = entry.previous_hash, hash = audit_hash(entry) WHERE id = entry.id;
        END LOOP;
        UPDATE audit_head SET (id, hash) = (SELECT e.id, e.hash FROM audit_entry e ORDER BY e.id DESC LIMIT 1);
    END $$";

/// Runs `cotmoc audit …` on the database, and answers the exit code and all that was said.
async fn run(db: &TestDb, arguments: &[&str]) -> (Option<i32>, String) {
    let url = db.url().await;
    let arguments = [&["audit"], arguments].concat();
    let output = command(PROGRAM, &arguments, &[("DATABASE_URL", &url), ("HOME", "/"), ("COTMOC_CLOCK", CLOCK)])
        .output()
        .await
        .unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap())
}

#[tokio::test]
async fn an_untouched_trail_is_sound() {
    let db = with_entries(0).await;
    assert_eq!(verify(&db, None).await, Verdict { sound: 0, last: head(&db).await, fault: None });
    add(&db, 7).await;
    let noted = head(&db).await;
    // More than one batch.
    add(&db, 5_100).await;
    let verdict = verify(&db, Some(&noted)).await;
    assert_eq!(verdict, Verdict { sound: 5_107, last: head(&db).await, fault: None });
}

#[tokio::test]
async fn whatever_was_done_to_it_is_found() {
    let cases: &[(&str, Fault)] = &[
        ("UPDATE audit_entry SET succeeded = true WHERE id = 6", Fault::Changed { id: 6 }),
        ("UPDATE audit_entry SET actor_id = NULL, actor_kind = 'NOBODY' WHERE id = 7", Fault::Changed { id: 7 }),
        (
            "UPDATE audit_entry SET recorded_at = recorded_at + interval '1 microsecond' WHERE id = 3",
            Fault::Changed { id: 3 },
        ),
        ("UPDATE audit_entry SET after = jsonb_strip_nulls(after) WHERE id = 4", Fault::Changed { id: 4 }),
        ("UPDATE audit_entry SET address = NULL WHERE id = 1", Fault::Changed { id: 1 }),
        (
            "UPDATE audit_entry SET succeeded = true WHERE id = 6; UPDATE audit_entry e SET hash = audit_hash(e) WHERE id = 6",
            Fault::Unlinked { id: 7 },
        ),
        ("DELETE FROM audit_entry WHERE id BETWEEN 5 AND 6", Fault::Removed { from: 5, until: 6 }),
        ("DELETE FROM audit_entry WHERE id = 1", Fault::Removed { from: 1, until: 1 }),
        ("DELETE FROM audit_entry WHERE id > 8", Fault::CutOff { from: 9, until: 10 }),
        ("DELETE FROM audit_entry", Fault::CutOff { from: 1, until: 10 }),
        (
            "DELETE FROM audit_entry WHERE id = 5; UPDATE audit_entry SET id = id - 1 WHERE id > 5; UPDATE audit_head SET id = 9",
            Fault::Changed { id: 5 },
        ),
        (
            "UPDATE audit_entry SET id = -1 WHERE id = 4; UPDATE audit_entry SET id = 4 WHERE id = 5; UPDATE audit_entry SET id = 5 WHERE id = -1",
            Fault::Changed { id: 4 },
        ),
        (
            "INSERT INTO audit_entry SELECT (jsonb_populate_record(e, '{\"id\": 11}')).* FROM audit_entry e WHERE id = 10",
            Fault::Changed { id: 11 },
        ),
        (
            "INSERT INTO audit_entry SELECT (jsonb_populate_record(e, '{\"id\": 0}')).* FROM audit_entry e WHERE id = 1",
            Fault::Inserted { id: 0 },
        ),
        (
            "ALTER TABLE audit_entry DROP CONSTRAINT audit_entry_pkey; INSERT INTO audit_entry SELECT * FROM audit_entry WHERE id = 4",
            Fault::Inserted { id: 4 },
        ),
        ("UPDATE audit_head SET hash = sha256('khác')", Fault::Head { id: 10 }),
        ("UPDATE audit_head SET id = 9", Fault::Added { from: 10 }),
        // A function of the same name that answers what is wanted is not asked.
        (
            "UPDATE audit_entry SET succeeded = true WHERE id = 6; CREATE OR REPLACE FUNCTION audit_hash(entry audit_entry) \
             RETURNS bytea LANGUAGE sql STABLE RETURN entry.hash",
            Fault::Changed { id: 6 },
        ),
        (
            "UPDATE audit_entry SET succeeded = true WHERE id = 6; CREATE FUNCTION convert_to(text, text) RETURNS bytea LANGUAGE sql \
             RETURN pg_catalog.convert_to(CASE WHEN $1 LIKE '%\"req-6\"%' THEN replace($1, '\"succeeded\": true', '\"succeeded\": false') \
             ELSE $1 END, 'UTF8'::name)",
            Fault::Changed { id: 6 },
        ),
    ];
    for (statements, fault) in cases {
        let db = with_entries(10).await;
        tamper(&db, &format!("ALTER TABLE audit_entry DROP CONSTRAINT audit_entry_id_check; {statements}")).await;
        let verdict = verify(&db, None).await;
        assert_eq!(verdict.fault.as_ref(), Some(fault), "{statements}");
        assert!(verdict.sound < 11, "{statements}: {verdict:?}");
    }
}

#[tokio::test]
async fn a_trail_written_anew_is_found_by_a_head_that_was_noted() {
    let db = with_entries(10).await;
    let noted = head(&db).await;
    add(&db, 5).await;
    tamper(&db, &format!("UPDATE audit_entry SET succeeded = true WHERE id = 6; {}", CHAIN_ANEW.replace("$from", "6")))
        .await;
    assert_eq!(verify(&db, None).await.fault, None, "nothing in the database itself gives it away");
    assert_eq!(verify(&db, Some(&noted)).await.fault, Some(Fault::Rewritten { id: 10 }));

    let db = with_entries(10).await;
    let noted = head(&db).await;
    tamper(&db, &format!("DELETE FROM audit_entry WHERE id > 8; {}", CHAIN_ANEW.replace("$from", "8"))).await;
    assert_eq!(verify(&db, None).await.fault, None);
    assert_eq!(verify(&db, Some(&noted)).await.fault, Some(Fault::Shortened { last: 8 }));
}

#[tokio::test]
async fn the_program_tells_and_its_exit_code_too() {
    let db = with_entries(3).await;
    let noted = head(&db).await.to_string();
    let (code, said) = run(&db, &["head"]).await;
    assert!(code == Some(0) && said.starts_with(&noted), "{said}");
    let (code, said) = run(&db, &["verify", "--expect", &noted]).await;
    assert!(code == Some(0) && said.starts_with("3 entries") && said.contains(&noted), "{said}");
    assert_eq!(run(&db, &["verify", "--expect", "3"]).await.0, Some(2));

    tamper(&db, "UPDATE audit_entry SET succeeded = NOT succeeded WHERE id = 2").await;
    let (code, said) = run(&db, &["verify"]).await;
    assert!(code == Some(1) && said.contains("after 1 sound entries: entry 2 was changed"), "{said}");
}

#[tokio::test]
async fn many_writers_at_once_make_one_chain() {
    let db = TestDb::new().await;
    let writers = (0..32).map(|writer| {
        let settings = db.pool.settings().clone();
        tokio::spawn(async move {
            let mut connection = settings.connect().await.unwrap();
            for _ in 0..10 {
                let two = ENTRIES.replace("$n", "2");
                // Every fourth changes its mind: what was taken back leaves no gap.
                let end = if writer % 4 == 0 { "ROLLBACK" } else { "COMMIT" };
                sql::execute(&mut connection, &format!("BEGIN; {two}; {end}")).await.unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let verdict = verify(&db, None).await;
    assert_eq!((verdict.sound, verdict.fault), (24 * 10 * 2, None));
}

const TRAIL: &str = "query ($filter: AuditTrailFilter, $first: Int, $after: String) {
    auditTrail(filter: $filter, first: $first, after: $after) {
        totalCount pageInfo { hasNextPage endCursor }
        nodes { id number action actorKind actorId objectId noun succeeded recordedAt after address requestId hash
            actor { login } object { __typename } }
    } }";

async fn inspector(db: &TestDb) -> Viewer {
    Viewer::who_holds(db, &[(Role::Inspector, "qng.ubnd", true)]).await
}

async fn demo_with_entries() -> TestDb {
    let db = TestDb::demo().await;
    add(&db, 30).await;
    db
}

#[tokio::test]
async fn an_inspector_reads_it_from_its_end() {
    let db = demo_with_entries().await;
    let viewer = inspector(&db).await;
    let first = viewer.ask_with(TRAIL, json!({ "first": 12 })).await.whole();
    let after = first["auditTrail"]["pageInfo"]["endCursor"].clone();
    let second = viewer.ask_with(TRAIL, json!({ "first": 12, "after": after })).await.whole();
    let numbers = [texts(&first, "auditTrail/nodes/*/number"), texts(&second, "auditTrail/nodes/*/number")].concat();
    let expected: Vec<String> = (7..=30).rev().map(|number| number.to_string()).collect();
    assert_eq!(numbers, expected);
    assert_eq!(first["auditTrail"]["totalCount"], 30);
    let newest = &first["auditTrail"]["nodes"][0];
    assert_eq!(newest["hash"], head(&db).await.to_string().split(':').nth(1).unwrap());
    assert_eq!(newest["after"]["fullName"], "Nguyễn Văn Ân");
    assert_eq!(newest["recordedAt"], "2026-01-20T02:30:00+00:00");
    // It is an object as any other.
    let node = viewer
        .ask_with("query ($id: ID!) { node(id: $id) { ... on AuditEntry { number } } }", json!({ "id": newest["id"] }));
    assert_eq!(node.await.whole()["node"]["number"], "30");
}

#[tokio::test]
async fn each_filter_narrows() {
    let db = demo_with_entries().await;
    let viewer = inspector(&db).await;
    let count = async |filter: Value| {
        viewer.ask_with(TRAIL, json!({ "filter": filter })).await.whole()["auditTrail"]["totalCount"].as_i64().unwrap()
    };
    let some = viewer.ask_with(TRAIL, json!({ "filter": { "requestId": "req-29" } })).await.whole();
    let some = all(&some, "auditTrail/nodes/*")[0].clone();
    assert_eq!(count(json!({ "actor": some["actorId"] })).await, 20);
    assert_eq!(count(json!({ "object": some["objectId"] })).await, 1);
    assert_eq!(
        count(json!({ "actorKinds": ["NOBODY"], "actions": ["SIGN_IN", "SIGN_OUT"], "succeeded": false })).await,
        10
    );
    assert_eq!(count(json!({ "actorKinds": [] })).await, 0);
    assert_eq!(count(json!({ "nouns": ["role_grant"] })).await, 0);
    assert_eq!(
        count(json!({ "from": "2026-01-20T02:05:00Z", "until": "2026-01-20T02:10:00Z" })).await,
        6,
        "the last one too"
    );
    assert_eq!(count(json!({ "address": "10.0.0.3" })).await, 7);
    assert_eq!(count(json!({ "session": some["actorId"] })).await, 0);
    let refused = viewer.ask_with(TRAIL, json!({ "filter": { "object": "Quảng Ngãi" } })).await;
    assert_eq!(refused.errors.len(), 1);
}

#[tokio::test]
async fn nobody_else_reads_a_word_of_it() {
    let db = demo_with_entries().await;
    let entry = inspector(&db).await.ask("{ auditTrail(first: 1) { nodes { id } } }").await.whole();
    let id = entry["auditTrail"]["nodes"][0]["id"].clone();
    for role in [None, Some(Role::Reporter), Some(Role::Leader), Some(Role::StandingOffice), Some(Role::Administrator)]
    {
        let viewer = match role {
            None => Viewer::public(&db),
            Some(role) => Viewer::who_holds(&db, &[(role, "qng.ubnd", true)]).await,
        };
        let asked = viewer.ask_with(TRAIL, json!({})).await;
        assert_eq!(asked.data, json!({ "auditTrail": null }), "{role:?}");
        let told = if role.is_none() { "Sign in first" } else { "None of your roles may do this" };
        assert_eq!((asked.errors[0]["message"].as_str(), asked.statements), (Some(told), 0), "{role:?}");
        let node = viewer.ask_with("query ($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
        assert_eq!(node.whole(), json!({ "node": null }), "{role:?}");
    }
}

/// A sign-in writes what has history, and an entry, but no row of the outbox.
#[tokio::test]
async fn whoever_writes_an_entry_alone_does_not_stand_in_the_way_of_changes() {
    const ENTRY: &str = "INSERT INTO audit_entry (id, recorded_at, actor_kind, action, succeeded, previous_hash, hash)
        VALUES (0, '2026-01-20 09:00:00+07', 'NOBODY', 'SIGN_IN', true, '', '')";
    let db = TestDb::demo().await;
    let mut changing = db.connect().await;
    let change = "INSERT INTO change (noun, kind, recorded_at) VALUES ('agency', 'LOADED', now())";
    sql::execute(&mut changing, &format!("BEGIN; {change}")).await.unwrap();
    let mut entering = db.connect().await;
    let entered = tokio::spawn(async move {
        let known = "UPDATE agency SET name_vi = name_vi WHERE code = 'qng.skhcn'";
        sql::execute(&mut entering, &format!("BEGIN; {known}; {ENTRY}; COMMIT")).await
    });
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    db.until(waiting, "1").await;
    sql::execute(&mut changing, &format!("{ENTRY}; COMMIT")).await.unwrap();
    entered.await.unwrap().unwrap();
}
