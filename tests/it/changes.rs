//! The change feed: in the order of commits, with nothing left out and nothing that its reader may not see.

use std::time::Duration;

use auth::{
    Principal, Role,
    seal::{SECRET_LEN, Sealer},
};
use db::change::WINDOW;
use schema::changes::Cursors;
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::{Asked, Viewer, cursors, texts},
    sql,
};
use tokio::time::timeout;

/// Longer than anything here may take: a test that would wait for ever fails instead.
const PATIENCE: Duration = Duration::from_secs(20);

const CHANGES: &str = "query ($after: String, $types: [ChangeType!], $first: Int) {
    it: changes(after: $after, types: $types, first: $first) {
        events { cursor kind type id recordedAt object { id ... on Agency { code } ... on Directive { code } ... on Account { login } } }
        endCursor hasMore } }";

/// A row of the outbox for an object of that code.
fn updated(noun: &str, code: &str) -> String {
    format!(
        "INSERT INTO change (noun, object_id, kind, recorded_at)
         SELECT '{noun}', id, 'UPDATED', '2026-01-20T02:00:00Z' FROM {noun} WHERE code = '{code}'"
    )
}

/// A tombstone for an object that is, perhaps, not there at all.
fn deleted(noun: &str, id: &str, audience: &str, agency: Option<&str>) -> String {
    let agency =
        agency.map_or_else(|| "NULL".to_owned(), |code| format!("(SELECT id FROM agency WHERE code = '{code}')"));
    format!(
        "INSERT INTO change (noun, object_id, kind, recorded_at, audience, audience_agency_id)
         VALUES ('{noun}', {id}, 'DELETED', '2026-01-20T02:00:00Z', '{audience}', {agency});"
    )
}

async fn asked(viewer: &Viewer, after: Option<&str>, types: Value, first: i32) -> Asked {
    viewer.ask_with(CHANGES, json!({ "after": after, "types": types, "first": first })).await
}

async fn head(viewer: &Viewer) -> String {
    viewer.ask("{ changeCursor }").await.whole()["changeCursor"].as_str().unwrap().to_owned()
}

/// All that a viewer is told after a place: kinds, types and codes in order.
async fn told(viewer: &Viewer, after: &str) -> Vec<String> {
    let page = asked(viewer, Some(after), Value::Null, 100).await.whole();
    let events = page["it"]["events"].as_array().unwrap();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let name = |event: &Value| word(&event["object"]["code"]) + &word(&event["object"]["login"]);
    events
        .iter()
        .map(|event| format!("{} {} {}", word(&event["kind"]), word(&event["type"]), name(event)).trim().to_owned())
        .collect()
}

#[tokio::test]
async fn what_commits_later_is_never_passed_over() {
    let db = TestDb::demo().await;
    let public = Viewer::public(&db);
    let start = head(&public).await;
    let (mut slow, mut quick) = (db.connect().await, db.connect().await);

    // It began first and has written, but nothing in the outbox yet: nobody waits for it.
    sql::execute(&mut slow, "BEGIN; UPDATE agency SET code = code WHERE code = 'qng.stc'").await.unwrap();
    sql::execute(&mut quick, &updated("agency", "qng.skhcn")).await.unwrap();
    assert_eq!(told(&public, &start).await, ["UPSERT AGENCY qng.skhcn"]);
    let middle = head(&public).await;

    // Its row of the outbox is written and not committed: the next one waits, and nobody comes past it.
    sql::execute(&mut slow, &updated("agency", "qng.stc")).await.unwrap();
    let next = tokio::spawn(async move { sql::execute(&mut quick, &updated("agency", "qng.ubnd")).await.unwrap() });
    let waits = "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database \
                 WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()";
    timeout(PATIENCE, async { while db.text(waits).await != "1" {} }).await.expect("the next writer waits");
    assert!(told(&public, &middle).await.is_empty());
    assert_eq!(head(&public).await, middle);
    sql::execute(&mut slow, "COMMIT").await.unwrap();
    next.await.unwrap();
    assert_eq!(told(&public, &middle).await, ["UPSERT AGENCY qng.stc", "UPSERT AGENCY qng.ubnd"]);
    assert_eq!(told(&public, &start).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn under_many_writers_a_follower_misses_nothing() {
    let db = TestDb::demo().await;
    let public = Viewer::public(&db);
    let mut place = head(&public).await;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8 {
        let mut connection = db.connect().await;
        writers.spawn(async move {
            for number in 0..25 {
                let rows = format!(
                    "BEGIN; INSERT INTO change (noun, object_id, kind, recorded_at)
                     SELECT 'measurement', id, 'UPDATED', timestamptz '2026-01-20' + interval '{writer} hours {number} seconds'
                     FROM measurement WHERE published_revision IS NOT NULL ORDER BY id OFFSET {} LIMIT 2;
                     SELECT pg_sleep(0.001 * {}); COMMIT",
                    2 * (writer * 25 + number),
                    (writer * 7 + number) % 5
                );
                sql::execute(&mut connection, &rows).await.unwrap();
            }
        });
    }
    let mut seen = Vec::new();
    let follow = async {
        loop {
            while writers.try_join_next().map(Result::unwrap).is_some() {}
            let done = writers.is_empty();
            let page = asked(&public, Some(&place), Value::Null, 100).await.whole();
            seen.extend(texts(&page, "it/events/*/recordedAt").into_iter().map(str::to_owned));
            place = page["it"]["endCursor"].as_str().unwrap().to_owned();
            if done && page["it"]["events"] == json!([]) {
                break;
            }
        }
    };
    timeout(PATIENCE, follow).await.expect("the writers come to an end");
    assert_eq!(seen.len(), 8 * 25 * 2);
    for writer in 0..8 {
        let hour = format!("2026-01-{:02}T{:02}", if writer < 7 { 19 } else { 20 }, (17 + writer) % 24);
        let own: Vec<_> = seen.iter().filter(|moment| moment.starts_with(&hour)).collect();
        assert!(own.len() == 50 && own.is_sorted(), "{hour}: {own:?}");
    }
}

#[tokio::test]
async fn what_is_hidden_does_not_show_whatever_happens_to_it() {
    let db = TestDb::demo().await;
    let party = "FROM directive_party JOIN agency ON agency.id = agency_id JOIN directive ON directive.id = directive_id \
                 ORDER BY directive.code, agency.code LIMIT 1";
    let directive = db.text(&format!("SELECT directive.code {party}")).await;
    let agency = db.text(&format!("SELECT agency.code {party}")).await;
    db.execute(&format!("UPDATE directive SET visibility = 'RESTRICTED' WHERE code = '{directive}'")).await;
    let insider = Viewer::who_holds(&db, &[(Role::Head, &agency, false)]).await;
    let stranger = Viewer::who_holds(&db, &[(Role::Head, "qng.stc", false)]).await;
    let (public, operator) = (Viewer::public(&db), Viewer::with(&db, Principal::operator()));
    let start = head(&public).await;
    db.execute(&updated("directive", &directive)).await;
    db.execute(
        "INSERT INTO account (id, login, full_name, created_at) VALUES ('00000000-0000-0000-0000-000000000007', 'hue', 'Lê Thị Huế', now());
         INSERT INTO change (noun, object_id, kind, recorded_at) VALUES ('account', '00000000-0000-0000-0000-000000000007', 'CREATED', now())",
    )
    .await;
    db.execute(&updated("agency", "qng.stc")).await;
    let shown = format!("UPSERT DIRECTIVE {directive}");
    assert_eq!(told(&public, &start).await, ["UPSERT AGENCY qng.stc"]);
    assert_eq!(told(&stranger, &start).await, ["UPSERT AGENCY qng.stc"]);
    assert_eq!(told(&insider, &start).await, [&shown, "UPSERT AGENCY qng.stc"]);
    assert_eq!(told(&operator, &start).await, ["UPSERT ACCOUNT hue", "UPSERT AGENCY qng.stc"]);
    // It reaches as far as what is told.
    let last = asked(&public, Some(&start), Value::Null, 100).await.whole();
    assert_eq!(last["it"]["endCursor"], head(&public).await);
    assert_eq!(last["it"]["hasMore"], false);
}

#[tokio::test]
async fn hidden_work_leaves_no_trace_in_places() {
    let db = TestDb::demo().await;
    let (public, operator) = (Viewer::public(&db), Viewer::with(&db, Principal::operator()));
    db.execute(&updated("agency", "qng.stc")).await;
    let (start, of_all) = (head(&public).await, head(&operator).await);
    assert_eq!(start, of_all, "one place is one cursor, whoever is given it");
    db.execute(
        "INSERT INTO account (id, login, full_name, created_at) VALUES ('00000000-0000-0000-0000-000000000007', 'hue', 'Lê Thị Huế', now());
         INSERT INTO change (noun, object_id, kind, recorded_at)
         SELECT 'account', '00000000-0000-0000-0000-000000000007', 'UPDATED', now() FROM generate_series(1, 30)",
    )
    .await;
    assert_eq!(head(&public).await, start);
    assert_ne!(head(&operator).await, start);
    let page = asked(&public, Some(&start), Value::Null, 100).await.whole()["it"].clone();
    assert_eq!((&page["endCursor"], &page["hasMore"]), (&json!(start), &json!(false)));
    // What lies between two places does not show in them either.
    db.execute(&updated("agency", "qng.skhcn")).await;
    let (next, page) = (head(&public).await, asked(&public, Some(&start), Value::Null, 100).await.whole());
    assert_eq!((&page["it"]["endCursor"], &page["it"]["events"][0]["cursor"]), (&json!(next), &json!(next)));
    let alike = start.chars().zip(next.chars()).filter(|(a, b)| a == b).count();
    assert!(start.len() == 32 && next.len() == 32 && alike < 8, "{start} {next}");
    assert_eq!(told(&public, &start).await, ["UPSERT AGENCY qng.skhcn"]);
}

/// Where so much is hidden that whoever goes on would read for ever, the place moves, in great steps.
#[tokio::test]
async fn very_much_hidden_work_is_passed_over_in_great_steps() {
    let db = TestDb::demo().await;
    let public = Viewer::public(&db);
    db.execute(&updated("agency", "qng.stc")).await;
    let hidden = |rows: i64| {
        format!(
            "INSERT INTO change (noun, object_id, kind, recorded_at)
             SELECT 'account', gen_random_uuid(), 'UPDATED', now() FROM generate_series(1, {rows})"
        )
    };
    let start = head(&public).await;
    db.execute(&hidden(2 * WINDOW)).await;
    let far = head(&public).await;
    assert_ne!(far, start);
    db.execute(&hidden(1)).await;
    let steps = head(&public).await;
    db.execute(&hidden(1)).await;
    assert!(far == steps || steps == head(&public).await);
    db.execute(&updated("agency", "qng.skhcn")).await;
    for mut place in [start, far] {
        loop {
            let page = asked(&public, Some(&place), Value::Null, 100).await.whole()["it"].clone();
            place = page["endCursor"].as_str().unwrap().to_owned();
            if page["hasMore"] == false {
                assert_eq!(page["events"].as_array().unwrap().len(), 1);
                break;
            }
        }
        assert_eq!(place, head(&public).await);
    }
}

#[tokio::test]
async fn a_tombstone_is_for_those_who_could_see_and_no_longer_can() {
    let db = TestDb::demo().await;
    let own = Viewer::who_holds(&db, &[(Role::Reporter, "qng.skhcn", false)]).await;
    let other = Viewer::who_holds(&db, &[(Role::Reporter, "qng.stc", false)]).await;
    let public = Viewer::public(&db);
    let start = head(&public).await;
    let nobody_sees = "gen_random_uuid()";
    db.execute(&deleted("measurement", nobody_sees, "SUBMITTED", Some("qng.skhcn"))).await;
    db.execute(&deleted("measurement", nobody_sees, "DRAFTS", Some("qng.stc"))).await;
    db.execute(&deleted("directive", nobody_sees, "PARTY", Some("qng.skhcn"))).await;
    db.execute(&deleted("directive", nobody_sees, "PUBLIC", None)).await;
    db.execute(&deleted("document", nobody_sees, "INTERNAL", None)).await;
    db.execute(&deleted("account", nobody_sees, "ACCOUNTS", Some("qng.skhcn"))).await;
    // Still there for everybody: something of it has changed.
    db.execute(&deleted("agency", "(SELECT id FROM agency WHERE code = 'qng.stc')", "PUBLIC", None)).await;
    db.execute("INSERT INTO change (noun, kind, recorded_at) VALUES ('measurement', 'LOADED', now())").await;
    let everybody = ["DELETED DIRECTIVE", "UPSERT AGENCY qng.stc", "RELOAD MEASUREMENT"];
    assert_eq!(told(&public, &start).await, everybody);
    assert_eq!(
        told(&own, &start).await,
        [
            "DELETED MEASUREMENT",
            "DELETED DIRECTIVE",
            "DELETED DIRECTIVE",
            "DELETED DOCUMENT",
            "UPSERT AGENCY qng.stc",
            "RELOAD MEASUREMENT"
        ]
    );
    assert_eq!(
        told(&other, &start).await,
        ["DELETED MEASUREMENT", "DELETED DIRECTIVE", "DELETED DOCUMENT", "UPSERT AGENCY qng.stc", "RELOAD MEASUREMENT"]
    );
    let events = asked(&public, Some(&start), Value::Null, 100).await.whole()["it"]["events"].clone();
    assert!(events[0]["id"].is_string() && events[0]["object"].is_null() && events[2]["id"].is_null(), "{events}");
}

#[tokio::test]
async fn work_on_a_published_figure_is_nobodys_business_yet() {
    let db = TestDb::demo().await;
    let of = |code| [(Role::Reporter, code, false)];
    let own = Viewer::who_holds(&db, &of("ubnd.21028")).await;
    let other = Viewer::who_holds(&db, &of("qng.stc")).await;
    let public = Viewer::public(&db);
    let start = head(&public).await;
    let published = "(SELECT min(m.id::text)::uuid FROM measurement m JOIN agency a ON a.id = reporter_id
                      WHERE published_revision IS NOT NULL AND a.code = 'ubnd.21028')";
    db.execute(&deleted("measurement", published, "DRAFTS", Some("ubnd.21028"))).await;
    assert_eq!(told(&own, &start).await, ["UPSERT MEASUREMENT"]);
    assert!(told(&other, &start).await.is_empty() && told(&public, &start).await.is_empty());
    db.execute(&format!(
        "INSERT INTO change (noun, object_id, kind, recorded_at) VALUES ('measurement', {published}, 'UPDATED', now())"
    ))
    .await;
    assert_eq!(told(&public, &start).await, ["UPSERT MEASUREMENT"]);
}

#[tokio::test]
async fn an_account_that_moves_leaves_the_sight_of_those_it_leaves() {
    let db = TestDb::demo().await;
    db.execute(
        "INSERT INTO account (id, login, full_name, agency_id, created_at)
         SELECT '00000000-0000-0000-0000-000000000007', 'hue', 'Lê Thị Huế', id, now() FROM agency WHERE code = 'qng.skhcn'",
    )
    .await;
    let left = Viewer::who_holds(&db, &[(Role::Administrator, "qng.skhcn", false)]).await;
    let entered = Viewer::who_holds(&db, &[(Role::Administrator, "qng.stc", false)]).await;
    let both =
        Viewer::who_holds(&db, &[(Role::Administrator, "qng.skhcn", false), (Role::Administrator, "qng.stc", false)])
            .await;
    let start = head(&left).await;
    let found = both.ask("{ accounts { nodes { id version } } }").await.whole()["accounts"]["nodes"][0].clone();
    let change = "mutation ($id: ID!, $version: Int!, $key: UUID!) { updateAccount(
        input: { account: $id, expectedVersion: $version, agency: \"qng.stc\" }, idempotencyKey: $key) { userErrors { code } } }";
    let key = "0193c0de-0000-4000-8000-000000000001";
    let variables = json!({ "id": found["id"], "version": found["version"], "key": key });
    let changed = both.ask_with(change, variables).await.whole();
    assert_eq!(changed["updateAccount"]["userErrors"], json!([]), "{changed}");
    assert_eq!(told(&left, &start).await, ["DELETED ACCOUNT"]);
    assert_eq!(told(&entered, &start).await, ["UPSERT ACCOUNT hue"]);
    // Of either audience: told once.
    assert_eq!(told(&both, &start).await, ["UPSERT ACCOUNT hue"]);
    assert!(told(&Viewer::public(&db), &start).await.is_empty());
}

#[tokio::test]
async fn pages_are_whole_and_cost_the_same_however_many_events_they_hold() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    let start = head(&viewer).await;
    db.execute(
        "INSERT INTO change (noun, object_id, kind, recorded_at)
        (SELECT 'agency', id, 'UPDATED', now() FROM agency ORDER BY code LIMIT 60)
        UNION ALL (SELECT 'directive', id, 'UPDATED', now() FROM directive ORDER BY code LIMIT 60)",
    )
    .await;
    let mut statements = Vec::new();
    for size in [1, 10, 100] {
        let (mut place, mut ids) = (start.clone(), Vec::new());
        loop {
            let page = asked(&viewer, Some(&place), Value::Null, size).await;
            statements.push(page.statements);
            let page = page.whole();
            ids.extend(texts(&page, "it/events/*/object/id").into_iter().map(str::to_owned));
            place = page["it"]["endCursor"].as_str().unwrap().to_owned();
            if page["it"]["hasMore"] == false {
                break;
            }
        }
        let expected = db.text("SELECT count(*) FROM change WHERE recorded_at > '2026-02-01'").await;
        assert_eq!(ids.len().to_string(), expected, "pages of {size}");
    }
    // The feed, and the objects of both types.
    assert!(statements.iter().all(|statements| (2..=3).contains(statements)), "{statements:?}");
    let some = asked(&viewer, Some(&start), json!(["DIRECTIVE"]), 100).await.whole();
    assert!(texts(&some, "it/events/*/type").iter().all(|ty| *ty == "DIRECTIVE"));
}

#[tokio::test]
async fn whoever_may_see_little_comes_forward_all_the_same() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    let start = head(&viewer).await;
    db.execute(
        "INSERT INTO change (noun, object_id, kind, recorded_at)
        SELECT 'account', gen_random_uuid(), 'UPDATED', now() FROM generate_series(1, 10001)",
    )
    .await;
    db.execute(&updated("agency", "qng.stc")).await;
    let first = asked(&viewer, Some(&start), Value::Null, 20).await.whole()["it"].clone();
    assert_eq!((&first["events"], &first["hasMore"]), (&json!([]), &json!(true)));
    let second = asked(&viewer, first["endCursor"].as_str(), Value::Null, 20).await.whole()["it"].clone();
    assert_eq!((second["events"].as_array().unwrap().len(), &second["hasMore"]), (1, &json!(false)));
}

#[tokio::test]
async fn what_is_no_place_in_the_feed_is_told() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    let of_a_list = viewer.ask("{ agencies(first: 1) { pageInfo { endCursor } } }").await.whole();
    let of_a_list = of_a_list["agencies"]["pageInfo"]["endCursor"].as_str().unwrap().to_owned();
    // Further than this database has come: it was restored since.
    let ahead = cursors().write(i64::MAX);
    // As places were written before they were sealed; and one of another installation.
    let (plain, foreign) = ("fgAAAAAAAAAB", Cursors::new(&Sealer::new(&[8; SECRET_LEN])).write(1));
    for (after, types, first) in [
        (Some("bịa"), Value::Null, 20),
        (Some(of_a_list.as_str()), Value::Null, 20),
        (Some(ahead.as_str()), Value::Null, 20),
        (Some(plain), Value::Null, 20),
        (Some(foreign.as_str()), Value::Null, 20),
        (None, json!([]), 20),
        (None, Value::Null, 0),
        (None, Value::Null, 101),
        (None, Value::Null, -1),
    ] {
        let answer = asked(&viewer, after, types.clone(), first).await;
        assert_eq!(answer.errors.len(), 1, "{after:?} {types} {first}: {}", answer.data);
        assert!(answer.data["it"].is_null());
    }
    assert_eq!(asked(&viewer, None, Value::Null, 1).await.whole()["it"]["hasMore"], true, "from the beginning");
}

#[tokio::test]
async fn what_changes_several_times_comes_once_at_its_last_place() {
    let db = TestDb::demo().await;
    let public = Viewer::public(&db);
    let start = head(&public).await;
    for code in ["qng.stc", "qng.skhcn", "qng.stc", "qng.ubnd", "qng.stc", "qng.skhcn"] {
        db.execute(&updated("agency", code)).await;
    }
    assert_eq!(
        told(&public, &start).await,
        ["UPSERT AGENCY qng.ubnd", "UPSERT AGENCY qng.stc", "UPSERT AGENCY qng.skhcn"]
    );
    // Whoever goes on between the changes of an object is told of those that follow.
    let page = asked(&public, Some(&start), Value::Null, 1).await.whole();
    let place = page["it"]["endCursor"].as_str().unwrap();
    assert_eq!(page["it"]["hasMore"], true);
    assert_eq!(told(&public, place).await, ["UPSERT AGENCY qng.stc", "UPSERT AGENCY qng.skhcn"]);
}

#[tokio::test]
async fn the_feed_is_narrowed_to_what_a_screen_shows() {
    let db = TestDb::demo().await;
    let public = Viewer::public(&db);
    let start = head(&public).await;
    let first = |table: &str, condition: &str| {
        format!(
            "INSERT INTO change (noun, object_id, kind, recorded_at)
             SELECT '{table}', {table}.id, 'UPDATED', '2026-01-20T02:00:00Z' FROM {table} {condition} LIMIT 1;"
        )
    };
    let indicator = "JOIN indicator ON indicator.id = indicator_id WHERE indicator.code";
    let plan = "JOIN programme ON programme.id = programme_id WHERE programme.code = 'nq57-quang-ngai'";
    for row in [
        updated("agency", "qng.stc"),
        updated("indicator", "coverage_5g_share"),
        first("target", &format!("{indicator} = 'coverage_5g_share' ORDER BY target.code")),
        first("target", &format!("{indicator} = 'tthc_dossiers_online_share' ORDER BY target.code")),
        first(
            "measurement",
            &format!(
                "{indicator} = 'tthc_dossiers_online_share' AND published_revision IS NOT NULL ORDER BY measurement.id"
            ),
        ),
        first("directive", &format!("{plan} ORDER BY directive.code")),
        first("document", "ORDER BY code DESC"),
        updated("programme", "nq57-quang-ngai"),
    ] {
        db.execute(&row).await;
    }
    let narrowed = async |by: &str| {
        let query = format!("{{ changes(after: \"{start}\", {by}) {{ events {{ type object {{ id }} }} }} }}");
        let data = public.ask(&query).await.whole();
        texts(&data, "changes/events/*/type").join(" ")
    };
    assert_eq!(narrowed("first: 100").await, "AGENCY INDICATOR TARGET TARGET MEASUREMENT DIRECTIVE DOCUMENT PROGRAMME");
    assert_eq!(narrowed("code: \"coverage_5g_share\"").await, "INDICATOR TARGET");
    assert_eq!(narrowed("code: \"tthc_dossiers_online_share\", types: [MEASUREMENT]").await, "MEASUREMENT");
    assert_eq!(narrowed("agency: \"qng.stc\"").await, "AGENCY");
    assert_eq!(
        narrowed("programme: \"nq57-quang-ngai\"").await,
        "INDICATOR TARGET TARGET MEASUREMENT DIRECTIVE PROGRAMME"
    );
    assert_eq!(narrowed("programme: \"nq57-quang-ngai\", agency: \"qng.stc\"").await, "");
    for by in ["programme: \"nq57\"", "agency: \"qng.skhcnn\""] {
        let asked = public.ask(&format!("{{ changes({by}) {{ endCursor }} }}")).await;
        assert!(asked.errors[0]["message"].as_str().unwrap().ends_with('"'), "{asked:?}");
    }
}

/// Every noun of the feed says what it is about, or a follower of one screen would never hear of it.
#[tokio::test]
async fn every_noun_says_what_it_is_about() {
    let db = TestDb::demo_with_accounts().await;
    let nouns: Vec<_> = db::change::ChangeType::ALL.iter().map(|noun| noun.noun()).collect();
    for noun in nouns {
        let counted = format!(
            "SELECT count(*) || ' ' || count(about.codes) FROM (SELECT id FROM {noun} LIMIT 5) AS object LEFT JOIN LATERAL change_about('{noun}', object.id) AS about ON TRUE"
        );
        let (there, about) =
            db.text(&counted).await.split_once(' ').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        assert_eq!(there, about, "{noun}");
    }
}
