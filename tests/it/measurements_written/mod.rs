//! Figures as they are written: drafted, submitted, endorsed, published, and what stands against it.

mod bulk;
mod entry;
mod no_way_around;
mod ruled;

use std::sync::Arc;

use auth::{Principal, Reached, Role, ServiceScope};
use schema::language::Language;
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::{self, Asked, Viewer, texts},
    mutation::{self, broken, key, with},
};
use uuid::Uuid;

/// The agency whose figures they are, and which reports them.
const AGENCY: &str = "qng.skhcn";

/// Every indicator is assigned to the agency, by the length of its periods.
const ASSIGNED: &str = "INSERT INTO reporting_assignment (id, indicator_id, subject_id, reporter_id, regime, period_kind, valid)
    SELECT gen_random_uuid(), i.id, a.id, a.id, regime.regime, i.frequency, '[2024-01-01,)'
    FROM indicator i, agency a, unnest('{CALENDAR,ADMINISTRATIVE}'::text[]) AS regime WHERE a.code = 'qng.skhcn' ON CONFLICT DO NOTHING";

/// The people of an agency, and of the office above it.
struct Office {
    db: TestDb,
    reporter: Viewer,
    head: Viewer,
    standing: Viewer,
}

impl Office {
    async fn open() -> Self {
        let db = TestDb::demo().await;
        db.execute(ASSIGNED).await;
        let reporter = person(&db, 11, &[(Role::Reporter, AGENCY)]).await;
        let head = person(&db, 12, &[(Role::Head, AGENCY)]).await;
        let standing = person(&db, 13, &[(Role::StandingOffice, AGENCY)]).await;
        Self { db, reporter, head, standing }
    }

    /// A draft of a figure, and what of it is seen.
    async fn drafted(&self, value: &str) -> Value {
        done(&self.reporter, "draftMeasurement", count(value)).await
    }

    /// A figure that is submitted.
    async fn submitted(&self, value: &str) -> Value {
        let mut input = count(value);
        input["submit"] = json!(true);
        done(&self.reporter, "draftMeasurement", input).await
    }

    /// A figure that everybody reads.
    async fn published(&self, value: &str) -> Value {
        let figure = self.submitted(value).await;
        let figure = done(&self.head, "endorseMeasurement", seen(&figure)).await;
        done(&self.standing, "publishMeasurement", seen(&figure)).await
    }
}

/// The principal of an account of that number, who holds these roles.
async fn holder(db: &TestDb, number: u128, roles: &[(Role, &str)]) -> Principal {
    let roles: Vec<_> = roles.iter().map(|(role, at)| (*role, *at, false)).collect();
    graphql::holder(db, number, &roles).await
}

async fn person(db: &TestDb, number: u128, roles: &[(Role, &str)]) -> Viewer {
    Viewer::with(db, holder(db, number, roles).await)
}

/// 5G base stations: a monthly count.
fn count(value: &str) -> Value {
    json!({ "indicator": "bts_5g_count", "subject": AGENCY, "period": "2025-12", "value": value, "observation": "FINAL" })
}

/// What is done to a figure in the version in which it was seen.
fn version(figure: &Value) -> Value {
    mutation::seen("measurement", figure)
}

/// The same with what was seen in it: what a decision is made on.
fn seen(figure: &Value) -> Value {
    with(version(figure), json!({ "contentHash": figure["contentHash"] }))
}

/// The same with a reason, where the content does not matter.
fn because(figure: &Value, reason: &str) -> Value {
    with(version(figure), json!({ "reason": reason }))
}

async fn asked(who: &Viewer, name: &str, input: Value, key: Uuid) -> Asked {
    let figure = "id version contentHash state revision value reason comment";
    let selection = if name.ends_with('s') {
        format!(
            "measurements {{ {figure} }} conflicts {{ row current {{ version }} differences {{ field before after }} }}"
        )
    } else {
        format!("measurement {{ {figure} }} current {{ {figure} }} differences {{ field before after }}")
    };
    who.send(name, &input, key, &selection).await
}

/// What a mutation answers.
async fn told(who: &Viewer, name: &str, input: Value) -> Value {
    asked(who, name, input, key()).await.whole()["it"].take()
}

/// The figure that a mutation writes.
async fn done(who: &Viewer, name: &str, input: Value) -> Value {
    let mut told = told(who, name, input).await;
    assert_eq!(told["userErrors"], json!([]), "{name}: {told}");
    assert!(told["measurement"].is_object() && told["current"].is_null(), "{told}");
    told["measurement"].take()
}

/// What has to be mended in something that was refused.
async fn refused(who: &Viewer, name: &str, input: Value) -> Vec<String> {
    let told = told(who, name, input).await;
    assert!(told["measurement"].is_null() && told["measurements"].is_null(), "{name} was done: {told}");
    broken(&told)
}

/// What the outbox tells of the figure.
const OUTBOX: &str = "SELECT string_agg(concat_ws(' of ', kind, audience), ' ' ORDER BY id) FROM change
    WHERE object_id = (SELECT measurement_id FROM measurement_decision LIMIT 1)";

#[tokio::test]
async fn a_figure_goes_its_way_from_a_draft_to_everybody() {
    let office = Office::open().await;
    let first = office.drafted("820").await;
    assert_eq!((&first["state"], &first["revision"], &first["version"]), (&json!("DRAFT"), &json!(1), &json!(1)));

    // An edited draft is a new revision; a reason is not asked for.
    let mut again = count("824");
    again["expectedVersion"] = json!(1);
    let second = done(&office.reporter, "draftMeasurement", again).await;
    assert_eq!((&second["revision"], &second["version"], &second["reason"]), (&json!(2), &json!(5), &json!(null)));
    assert_ne!(first["contentHash"], second["contentHash"]);

    let submitted = done(&office.reporter, "submitMeasurement", version(&second)).await;
    assert_eq!((&submitted["state"], &submitted["version"]), (&json!("SUBMITTED"), &json!(6)));
    assert_eq!(submitted["contentHash"], second["contentHash"]);
    let endorsed = done(&office.head, "endorseMeasurement", seen(&submitted)).await;
    assert_eq!(endorsed["state"], "ENDORSED");
    let everybody = Viewer::public(&office.db);
    let question = r#"{ measurement(indicator: "bts_5g_count", subject: "qng.skhcn", period: "2025-12") {
        value state publishedAt version contentHash revisions { revision state } decisions { state reason decidedBy { id } contentHash } } }"#;
    assert_eq!(everybody.ask(question).await.whole(), json!({ "measurement": null }));
    let published = done(&office.standing, "publishMeasurement", seen(&endorsed)).await;
    assert_eq!((&published["state"], &published["version"]), (&json!("PUBLISHED"), &json!(8)));

    let read = everybody.ask(question).await.whole();
    let read = &read["measurement"];
    assert_eq!((&read["value"], &read["publishedAt"]), (&json!("824"), &json!("2026-01-20T02:00:00+00:00")));
    assert_eq!(read["revisions"], json!([{ "revision": 2, "state": "PUBLISHED" }]));
    // That it was published is shown to all, what came before to whom it was open before.
    assert_eq!(texts(read, "decisions/*/state"), ["PUBLISHED"]);
    let asked = office.head.ask(question).await;
    assert!(asked.statements <= 5, "{}", asked.statements);
    let read = asked.whole();
    assert_eq!(texts(&read["measurement"], "decisions/*/state"), ["SUBMITTED", "ENDORSED", "PUBLISHED"]);
    assert_eq!(texts(&read["measurement"], "revisions/*/state"), ["DRAFT", "PUBLISHED"]);
    let hashes = texts(&read["measurement"], "decisions/*/contentHash");
    assert!(hashes.iter().all(|hash| *hash == second["contentHash"]), "{hashes:?}");

    let trail = "SELECT string_agg(action || coalesce(after ->> 'value', ''), ' ' ORDER BY id) FROM audit_entry";
    assert_eq!(
        office.db.text(trail).await,
        "DRAFT_MEASUREMENT820 DRAFT_MEASUREMENT824 SUBMIT_MEASUREMENT824 ENDORSE_MEASUREMENT824 PUBLISH_MEASUREMENT824"
    );
    // Until it is published, those alone are told who see it.
    assert_eq!(
        office.db.text(OUTBOX).await,
        "UPDATED of DRAFTS UPDATED of DRAFTS UPDATED of SUBMITTED HIDDEN of DRAFTS UPDATED of SUBMITTED UPDATED"
    );
}

#[tokio::test]
async fn a_correction_that_is_not_seen_changes_no_answer() {
    let office = Office::open().await;
    let figure = office.published("824").await;
    let (seen, mut other) = (because(&figure, "Xem lại"), because(&figure, "Xem lại"));
    other["expectedVersion"] = json!(1);
    let answers = async || {
        let mut answers = Vec::new();
        for input in [&seen, &other] {
            answers.push(told(&office.standing, "returnMeasurement", input.clone()).await);
        }
        answers
    };
    let before = answers().await;
    assert_eq!(
        before.iter().flat_map(broken).collect::<Vec<_>>(),
        ["NOT_IN_STATE measurement", "STALE expectedVersion"]
    );
    let mut correction = because(&figure, "Cộng sót 6 trạm tại Lý Sơn");
    correction["value"] = json!("830");
    correction["observation"] = json!("REVISED");
    assert_eq!(done(&office.reporter, "correctMeasurement", correction).await["state"], "DRAFT");
    assert_eq!(answers().await, before);
}

#[tokio::test]
async fn a_published_figure_is_corrected_by_a_new_revision() {
    let office = Office::open().await;
    let published = office.published("824").await;
    let mut again = count("830");
    again["expectedVersion"] = published["version"].clone();
    assert_eq!(refused(&office.reporter, "draftMeasurement", again).await, ["NOT_IN_STATE period"]);

    let correction = |figure: &Value, value: &str, reason: &str| {
        let mut input = because(figure, reason);
        (input["value"], input["observation"]) = (json!(value), json!("REVISED"));
        input
    };
    assert_eq!(
        refused(&office.reporter, "correctMeasurement", correction(&published, "830", " ")).await,
        ["REQUIRED reason"]
    );
    let draft = correction(&published, "830", "Cộng sót 6 trạm tại Lý Sơn");
    let draft = done(&office.reporter, "correctMeasurement", draft).await;
    assert_eq!((&draft["state"], &draft["revision"]), (&json!("DRAFT"), &json!(2)));
    // A correction that is still a draft is written anew.
    let draft = correction(&draft, "831", "Cộng sót 7 trạm tại Lý Sơn");
    let draft = done(&office.reporter, "correctMeasurement", draft).await;
    let submitted = done(&office.reporter, "submitMeasurement", version(&draft)).await;
    let public = "{ measurements(filter: { indicator: \"bts_5g_count\", subject: \"qng.skhcn\" }) { nodes { value revision reason revisions { value state } } } }";
    let read = Viewer::public(&office.db).ask(public).await.whole();
    assert_eq!(
        read["measurements"]["nodes"],
        json!([{ "value": "824", "revision": 1, "reason": null, "revisions": [{ "value": "824", "state": "PUBLISHED" }] }])
    );

    let endorsed = done(&office.head, "endorseMeasurement", seen(&submitted)).await;
    done(&office.standing, "publishMeasurement", seen(&endorsed)).await;
    let read = Viewer::public(&office.db).ask(public).await.whole();
    let now = &read["measurements"]["nodes"][0];
    assert_eq!((&now["value"], &now["reason"]), (&json!("831"), &json!("Cộng sót 7 trạm tại Lý Sơn")));
    assert_eq!(texts(now, "revisions/*/value"), ["824", "831"], "both stay");
}

#[tokio::test]
async fn what_is_endorsed_is_what_was_seen() {
    let office = Office::open().await;
    let before = office.submitted("820").await;
    let withdrawn = done(&office.reporter, "withdrawMeasurement", version(&before)).await;
    let mut again = count("280");
    (again["expectedVersion"], again["submit"], again["note"]) =
        (withdrawn["version"].clone(), json!(true), json!("Tính lại"));
    let now = done(&office.reporter, "draftMeasurement", again).await;

    let by_head = told(&office.head, "endorseMeasurement", seen(&before)).await;
    assert_eq!(broken(&by_head), ["CHANGED contentHash"]);
    let differences = json!([
        { "field": "value", "before": "820", "after": "280" },
        { "field": "note", "before": null, "after": "Tính lại" },
    ]);
    assert_eq!((&by_head["differences"], &by_head["current"]["value"]), (&differences, &json!("280")));
    done(&office.head, "endorseMeasurement", seen(&now)).await;
    let by_office = told(&office.standing, "publishMeasurement", seen(&before)).await;
    assert_eq!(broken(&by_office), ["CHANGED contentHash"]);
    // What was taken back is its agency's own again: its figures are not told.
    assert_eq!((&by_office["differences"], &by_office["current"]["value"]), (&json!([]), &json!("280")));

    // The same figures, but somebody was there in between.
    let mut stale = seen(&now);
    stale["expectedVersion"] = json!(1);
    assert_eq!(refused(&office.head, "endorseMeasurement", stale.clone()).await, ["STALE expectedVersion"]);
    assert_eq!(refused(&office.standing, "publishMeasurement", stale).await, ["STALE expectedVersion"]);
    let made_up = json!({ "measurement": now["id"], "expectedVersion": 5, "contentHash": "0".repeat(64) });
    assert_eq!(refused(&office.standing, "publishMeasurement", made_up).await, ["CHANGED contentHash"]);
}

#[tokio::test]
async fn nobody_endorses_or_publishes_their_own() {
    let office = Office::open().await;
    let all = [(Role::Reporter, AGENCY), (Role::Head, AGENCY), (Role::StandingOffice, AGENCY)];
    let (one, other) = (person(&office.db, 21, &all).await, person(&office.db, 22, &all).await);
    let draft = done(&one, "draftMeasurement", count("820")).await;
    let submitted = done(&other, "submitMeasurement", version(&draft)).await;
    // Neither whoever recorded it nor whoever handed it in.
    for author in [&one, &other] {
        assert_eq!(refused(author, "endorseMeasurement", seen(&submitted)).await, ["OWN_WORK measurement"]);
        let can = "{ measurement(indicator: \"bts_5g_count\", subject: \"qng.skhcn\", period: \"2025-12\") { viewerCan { endorse return withdraw } } }";
        let can = author.ask(can).await.whole();
        assert_eq!(can["measurement"]["viewerCan"], json!({ "endorse": false, "return": true, "withdraw": true }));
    }
    let endorsed = done(&office.head, "endorseMeasurement", seen(&submitted)).await;
    for author in [&one, &other] {
        assert_eq!(refused(author, "publishMeasurement", seen(&endorsed)).await, ["OWN_WORK measurement"]);
    }
    done(&office.standing, "publishMeasurement", seen(&endorsed)).await;
}

#[tokio::test]
async fn whoever_endorsed_does_not_publish_where_a_programme_asks_for_four_eyes() {
    const CAN: &str = "{ measurement(indicator: \"bts_5g_count\", subject: \"qng.skhcn\", period: \"2025-12\") { viewerCan { publish } } }";
    for four_eyes in [true, false] {
        let office = Office::open().await;
        if !four_eyes {
            office.db.execute("UPDATE programme SET four_eyes = false").await;
        }
        let both = person(&office.db, 31, &[(Role::Head, AGENCY), (Role::StandingOffice, AGENCY)]).await;
        let submitted = office.submitted("820").await;
        let endorsed = done(&both, "endorseMeasurement", seen(&submitted)).await;
        let can = both.ask(CAN).await.whole();
        assert_eq!(can["measurement"]["viewerCan"]["publish"], !four_eyes);
        if four_eyes {
            assert_eq!(refused(&both, "publishMeasurement", seen(&endorsed)).await, ["OWN_WORK measurement"]);
            done(&office.standing, "publishMeasurement", seen(&endorsed)).await;
        } else {
            done(&both, "publishMeasurement", seen(&endorsed)).await;
        }
    }
}

#[tokio::test]
async fn a_returned_figure_comes_back_with_its_reason() {
    let office = Office::open().await;
    let submitted = office.submitted("820").await;
    assert_eq!(refused(&office.head, "returnMeasurement", because(&submitted, "  ")).await, ["REQUIRED reason"]);
    let reason = "Chưa trừ 12 trạm đã ngừng phát sóng";
    let returned = done(&office.head, "returnMeasurement", because(&submitted, reason)).await;
    assert_eq!(returned["state"], "RETURNED");
    let question = "{ measurements(filter: { states: [RETURNED], sources: [REPORTED] }) { totalCount nodes { decisions { state reason } viewerCan { draft submit withdraw } } } }";
    let read = office.reporter.ask(question).await.whole();
    assert_eq!(
        read["measurements"]["nodes"],
        json!([{
            "decisions": [{ "state": "SUBMITTED", "reason": null }, { "state": "RETURNED", "reason": reason }],
            "viewerCan": { "draft": true, "submit": false, "withdraw": false },
        }])
    );
    // Whoever saw it while it was submitted sees it no more.
    let gone = office.standing.ask(question).await.whole();
    assert_eq!(gone["measurements"]["totalCount"], 0);
    assert_eq!(office.db.text(OUTBOX).await, "UPDATED of SUBMITTED HIDDEN of SUBMITTED UPDATED of DRAFTS");
    assert_eq!(refused(&office.reporter, "submitMeasurement", version(&returned)).await, ["NOT_IN_STATE measurement"]);

    let mut again = count("808");
    (again["expectedVersion"], again["submit"]) = (returned["version"].clone(), json!(true));
    let again = done(&office.reporter, "draftMeasurement", again).await;
    let endorsed = done(&office.head, "endorseMeasurement", seen(&again)).await;
    // The standing office returns what a head has endorsed.
    let returned = done(&office.standing, "returnMeasurement", because(&endorsed, "Thiếu số liệu của VNPT")).await;
    assert_eq!((&returned["state"], &returned["revision"]), (&json!("RETURNED"), &json!(2)));
}

#[tokio::test]
async fn what_waits_for_somebody_is_found() {
    let office = Office::open().await;
    let submitted = office.submitted("820").await;
    let waiting = |states: &str| {
        format!(
            "{{ measurements(filter: {{ states: [{states}], sources: [REPORTED] }}) {{ nodes {{ value viewerCan {{ endorse publish }} }} }} }}"
        )
    };
    let for_head = office.head.ask(&waiting("SUBMITTED")).await.whole();
    assert_eq!(
        for_head["measurements"]["nodes"],
        json!([{ "value": "820", "viewerCan": { "endorse": true, "publish": false } }])
    );
    assert_eq!(office.standing.ask(&waiting("ENDORSED")).await.whole()["measurements"]["nodes"], json!([]));
    done(&office.head, "endorseMeasurement", seen(&submitted)).await;
    assert_eq!(office.head.ask(&waiting("SUBMITTED")).await.whole()["measurements"]["nodes"], json!([]));
    let for_office = office.standing.ask(&waiting("ENDORSED, SUBMITTED")).await.whole();
    assert_eq!(
        for_office["measurements"]["nodes"],
        json!([{ "value": "820", "viewerCan": { "endorse": false, "publish": true } }])
    );
}

#[tokio::test]
async fn what_is_out_of_sight_is_not_there() {
    let office = Office::open().await;
    let draft = office.drafted("820").await;
    let elsewhere = person(&office.db, 31, &[(Role::Reporter, "qng.stc"), (Role::Head, "qng.stc")]).await;
    let nowhere = json!({ "measurement": schema::id::encode(b'm', Uuid::nil()).to_string(), "expectedVersion": 1 });
    for (who, name, input) in [
        (&elsewhere, "submitMeasurement", version(&draft)),
        (&elsewhere, "endorseMeasurement", seen(&draft)),
        (&elsewhere, "withdrawMeasurement", version(&draft)),
        (&office.reporter, "submitMeasurement", nowhere),
        // A draft is its agency's own.
        (&office.standing, "publishMeasurement", seen(&draft)),
        (&office.standing, "returnMeasurement", because(&draft, "Không rõ")),
    ] {
        assert_eq!(who.denied(name, input).await, "Not found", "{name}");
    }
    assert_eq!(refused(&office.head, "endorseMeasurement", seen(&draft)).await, ["NOT_IN_STATE measurement"]);
    assert_eq!(refused(&elsewhere, "draftMeasurement", count("1")).await, ["NOT_ASSIGNED indicator"]);
}

#[tokio::test]
async fn a_machine_drafts_and_submits_in_one_go() {
    let office = Office::open().await;
    let agency: Uuid = office.db.text("SELECT id::text FROM agency WHERE code = 'qng.skhcn'").await.parse().unwrap();
    let scopes = vec![ServiceScope::WriteFigures, ServiceScope::ReadFigures];
    let at = Reached::Agencies(Arc::new([agency].into()));
    let machine = Viewer::with(&office.db, Principal::service(Uuid::from_u128(41), scopes, at));
    let mut input = count("820");
    input["submit"] = json!(true);
    let key = key();
    let first = asked(&machine, "draftMeasurement", input.clone(), key).await.whole();
    assert_eq!(first["it"]["measurement"]["state"], "SUBMITTED", "{first}");
    // The same again, as after a lost answer.
    let again = asked(&machine, "draftMeasurement", input, key).await.whole();
    assert_eq!(again, first);
    assert_eq!(office.db.text("SELECT count(*) FROM measurement_revision WHERE source = 'REPORTED'").await, "1");
    assert_eq!(
        office.db.text("SELECT string_agg(action, ' ' ORDER BY id) FROM audit_entry").await,
        "DRAFT_MEASUREMENT SUBMIT_MEASUREMENT"
    );
    let denied = machine.denied("endorseMeasurement", seen(&first["it"]["measurement"])).await;
    assert!(denied.contains("None of your roles"), "{denied}");
}

#[tokio::test]
async fn messages_come_in_the_language_of_the_reader() {
    let office = Office::open().await;
    let mut words = Vec::new();
    for language in [Language::Vi, Language::En] {
        let reporter = person(&office.db, 11, &[(Role::Reporter, AGENCY)]).await.who_reads(language);
        let told = told(&reporter, "draftMeasurement", count("8.5")).await;
        words.push(told["userErrors"][0]["message"].as_str().unwrap().to_owned());
    }
    assert_eq!(words, ["Tối đa 0 chữ số thập phân", "At most 0 decimal places"]);
}
