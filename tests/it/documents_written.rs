//! Documents that are registered, amended, related and revoked by whoever keeps the catalogue of a programme.

use auth::Role;
use schema::language::Language;
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::Viewer,
    mutation::{broken, key, seen, with},
    sql,
};

const SHOWN: &str = "document { id code symbol symbolComplete kind title issuedOn issuedPrecision status visibility version issuer { code }
    registeredFor { code } relations { kind clause effectiveOn document { code status } agency { code } } }";

async fn office(db: &TestDb) -> Viewer {
    Viewer::person(db, 12, &[(Role::StandingOffice, "qng.ubnd", true)]).await.who_reads(Language::En)
}

/// A plan of the province, to be registered.
fn plan(more: Value) -> Value {
    let input = json!({ "programme": "nq57-quang-ngai", "role": "PLAN", "symbol": "12/KH-UBND", "kind": "PLAN",
        "title": "Kế hoạch chuyển đổi số năm 2026", "issuer": "qng.ubnd", "issuedOn": "2026-01-12", "visibility": "PUBLIC",
        "province": "Quảng Ngãi" });
    with(input, more)
}

/// A document of a code, as an input names it.
async fn named(viewer: &Viewer, code: &str) -> Value {
    let asked = format!("{{ document(code: \"{code}\") {{ id version }} }}");
    seen("document", &viewer.ask(&asked).await.whole()["document"])
}

#[tokio::test]
async fn a_document_is_registered_with_what_it_does_to_others() {
    let db = TestDb::demo().await;
    let office = office(&db).await;
    let before = db.text("SELECT max(id) FROM change").await;
    let relations = json!([{ "kind": "IMPLEMENTS", "document": "57-NQ/TW", "clause": "I" }, { "kind": "REPLACES", "document": "51/KH-UBND" },
        { "kind": "SUBMITTED_TO", "agency": "qng.skhcn", "clause": "Nơi nhận" }]);
    let done = office.act("registerDocument", plan(json!({ "relations": relations })), SHOWN).await;
    let document = &done["document"];
    assert_eq!(
        (&document["code"], &document["status"], &document["issuedPrecision"], &document["registeredFor"]["code"]),
        (&json!("12/KH-UBND"), &json!("ISSUED"), &json!("DAY"), &json!("nq57-quang-ngai"))
    );
    assert_eq!(
        document["relations"],
        json!([
            { "kind": "IMPLEMENTS", "clause": "I", "effectiveOn": null, "document": { "code": "57-NQ/TW", "status": "ISSUED" }, "agency": null },
            { "kind": "REPLACES", "clause": null, "effectiveOn": "2026-01-12", "document": { "code": "51/KH-UBND", "status": "REPLACED" }, "agency": null },
            { "kind": "SUBMITTED_TO", "clause": "Nơi nhận", "effectiveOn": null, "document": null, "agency": { "code": "qng.skhcn" } },
        ])
    );
    // The programme rests on it, everybody sees it, and who follows is told.
    let asked = "{ documents(filter: { programme: \"nq57-quang-ngai\", symbol: \"12/KH-UBND\" }) { nodes { title } } }";
    assert_eq!(
        Viewer::public(&db).ask(asked).await.whole()["documents"]["nodes"][0]["title"],
        "Kế hoạch chuyển đổi số năm 2026"
    );
    let told =
        format!("SELECT string_agg(noun || ' ' || kind, ', ' ORDER BY noun, kind) FROM change WHERE id > {before}");
    assert_eq!(db.text(&told).await, "document CREATED, document UPDATED, document UPDATED, programme UPDATED");
    let trail = "SELECT string_agg(concat_ws(' ', action, after->>'code', after->>'status'), ', ' ORDER BY id) FROM audit_entry WHERE noun = 'document'";
    assert_eq!(db.text(trail).await, "KEEP_CATALOGUE 51/KH-UBND REPLACED, KEEP_CATALOGUE 12/KH-UBND ISSUED");
    // Issuer, symbol and date are its identity.
    let second = plan(json!({ "code": "ke-hoach-cds-2026", "title": "Kế hoạch khác" }));
    let refused = office.act("registerDocument", second, "current { code title }").await;
    assert_eq!(broken(&refused), ["TAKEN symbol"]);
    assert_eq!(refused["current"], json!({ "code": "12/KH-UBND", "title": "Kế hoạch chuyển đổi số năm 2026" }));
    // Another province's of the same symbol is another document, under another code.
    let other =
        plan(json!({ "code": "12/KH-UBND Quảng Nam", "issuer": "qna.ubnd", "province": "Quảng Nam", "role": null }));
    assert_eq!(office.act("registerDocument", other, SHOWN).await["document"]["version"], 1);
}

#[tokio::test]
async fn a_document_is_amended_until_it_is_issued_and_later_mended() {
    let db = TestDb::demo().await;
    let office = office(&db).await;
    let draft = plan(
        json!({ "code": "du-thao-2026", "symbol": "/KH-UBND", "symbolComplete": false, "issuedOn": "2026-02-20", "issuedPrecision": "MONTH",
        "issuedWords": "tháng 02 năm 2026", "status": "DRAFT" }),
    );
    let document = office.act("registerDocument", draft, SHOWN).await["document"].clone();
    assert_eq!((&document["issuedOn"], &document["issuedPrecision"]), (&json!("2026-02-01"), &json!("MONTH")));
    let amended = with(
        seen("document", &document),
        json!({ "symbol": "12/KH-UBND", "symbolComplete": true, "status": "ISSUED",
        "issuedOn": "2026-01-19", "issuedWords": null, "title": "Kế hoạch chuyển đổi số năm 2026" }),
    );
    let once = key();
    for _ in 0..2 {
        let document = office.send("amendDocument", &amended, once, SHOWN).await.whole()["it"]["document"].clone();
        assert_eq!(
            (&document["code"], &document["symbol"], &document["status"], &document["issuedOn"], &document["version"]),
            (&json!("du-thao-2026"), &json!("12/KH-UBND"), &json!("ISSUED"), &json!("2026-01-19"), &json!(2))
        );
    }
    let now = named(&office, "du-thao-2026").await;
    for (more, refused) in [
        (json!({}), "UNCHANGED document"),
        (json!({ "status": "DRAFT" }), "NOT_IN_STATE status"),
        (json!({ "status": "REVOKED" }), "NOT_IN_STATE status"),
        (json!({ "expectedVersion": 1, "title": "Khác" }), "STALE expectedVersion"),
        (json!({ "issuedOn": "2026-01-21" }), "TOO_EARLY issuedOn"),
        (json!({ "issuedOn": null, "issuedPrecision": "DAY" }), "REQUIRED issuedOn"),
        (json!({ "issuedPrecision": "QUARTER" }), "INCOMPATIBLE issuedPrecision"),
        (json!({ "title": " " }), "REQUIRED title"),
        (json!({ "symbol": "359-KH/TU", "issuedOn": null }), ""),
    ] {
        let answer = office.act("amendDocument", with(now.clone(), more.clone()), SHOWN).await;
        if refused.is_empty() {
            // The same symbol of another issuer is no other identity.
            assert_eq!(answer["document"]["symbol"], "359-KH/TU", "{answer}");
        } else {
            assert_eq!((broken(&answer), &answer["document"]), (vec![refused.to_owned()], &Value::Null), "{more}");
        }
    }
    let was = "{ asOf(instant: \"2026-01-20T01:00:01Z\") { document(code: \"du-thao-2026\") { symbol } } }";
    assert!(Viewer::public(&db).ask(was).await.errors.is_empty());
}

#[tokio::test]
async fn what_cannot_be_registered_is_refused_and_changes_nothing() {
    let db = TestDb::demo().await;
    let office = office(&db).await;
    let changes = db.text("SELECT count(*) FROM change").await;
    let relate = |relation: Value| plan(json!({ "relations": [relation] }));
    for (input, refused) in [
        (plan(json!({ "programme": "khong-co" })), "NOT_FOUND programme"),
        (plan(json!({ "issuer": "khong.co" })), "NOT_FOUND issuer"),
        (plan(json!({ "title": "Tiêu đề\u{202e}" })), "MALFORMED title"),
        (plan(json!({ "symbol": null })), "REQUIRED code"),
        (plan(json!({ "symbolComplete": false })), "REQUIRED code"),
        (plan(json!({ "issuedOn": "2026-01-21" })), "TOO_EARLY issuedOn"),
        (plan(json!({ "issuedOn": null, "issuedPrecision": "YEAR" })), "REQUIRED issuedOn"),
        (plan(json!({ "status": "REPLACED" })), "INCOMPATIBLE status"),
        (plan(json!({ "code": "57-NQ/TW" })), "TAKEN code"),
        (plan(json!({ "code": "57–nq/tw" })), "TAKEN code"),
        (relate(json!({ "kind": "AMENDS" })), "REQUIRED relations.document 0"),
        (relate(json!({ "kind": "AMENDS", "document": "khong-co" })), "NOT_FOUND relations"),
        (relate(json!({ "kind": "AMENDS", "agency": "qng.skhcn" })), "INCOMPATIBLE relations.agency 0"),
        (relate(json!({ "kind": "REVOKES", "document": "57-NQ/TW" })), "INCOMPATIBLE relations.kind 0"),
        (relate(json!({ "kind": "REPLACES", "document": "359-KH/TU" })), "NOT_IN_STATE relations.document 0"),
    ] {
        let answer = office.act("registerDocument", input.clone(), SHOWN).await;
        assert_eq!((broken(&answer), &answer["document"]), (vec![refused.to_owned()], &Value::Null), "{input}");
    }
    assert_eq!(db.text("SELECT count(*) FROM document WHERE programme_id IS NOT NULL").await, "0");
    assert_eq!(db.text("SELECT count(*) FROM change").await, changes);
    let reporter = Viewer::person(&db, 13, &[(Role::Reporter, "qng.ubnd", true)]).await.who_reads(Language::En);
    assert!(reporter.denied("registerDocument", plan(json!({}))).await.contains("None of your roles"));
    let elsewhere = Viewer::person(&db, 14, &[(Role::StandingOffice, "qna.ubnd", true)]).await.who_reads(Language::En);
    assert_eq!(broken(&elsewhere.act("registerDocument", plan(json!({})), SHOWN).await), ["OUT_OF_REACH programme"]);
    let foreign = with(named(&elsewhere, "359-KH/TU").await, json!({ "title": "Của người khác" }));
    assert_eq!(elsewhere.denied("amendDocument", foreign).await, "Not found");
    let can = "{ document(code: \"359-KH/TU\") { viewerCan { amend relate end } } }";
    for (viewer, may) in [(&office, true), (&reporter, false), (&elsewhere, false)] {
        let can = viewer.ask(can).await.whole()["document"]["viewerCan"].clone();
        assert_eq!(can, json!({ "amend": may, "relate": may, "end": may }));
    }
}

#[tokio::test]
async fn what_is_hidden_takes_no_code_and_is_not_there_for_others() {
    let db = TestDb::demo().await;
    let office = office(&db).await;
    let hidden = office.act("registerDocument", plan(json!({ "visibility": "INTERNAL" })), SHOWN).await;
    let code = hidden["document"]["code"].as_str().unwrap();
    assert!(code.starts_with("12/KH-UBND~"), "{code}");
    let asked = format!("{{ document(code: \"{code}\") {{ title }} }}");
    assert_eq!(Viewer::public(&db).ask(&asked).await.whole()["document"], Value::Null);
    // The same code is free for what everybody may read, of another day.
    let open = office.act("registerDocument", plan(json!({ "issuedOn": "2026-01-13" })), SHOWN).await;
    assert_eq!(open["document"]["code"], "12/KH-UBND");
}

#[tokio::test]
async fn documents_are_related_without_circles() {
    let db = TestDb::demo().await;
    let office = office(&db).await;
    let mut codes = Vec::new();
    for number in 1..=3 {
        let symbol = format!("{number}0/KH-UBND");
        office.act("registerDocument", plan(json!({ "symbol": symbol })), SHOWN).await;
        codes.push(symbol);
    }
    let relate = async |from: usize, relation: Value| {
        let input = with(named(&office, &codes[from]).await, json!({ "relations": [relation] }));
        office.act("relateDocuments", input, SHOWN).await
    };
    let done = relate(1, json!({ "kind": "REPLACES", "document": codes[0] })).await;
    assert_eq!(
        (&done["document"]["version"], &done["document"]["relations"][0]["document"]["status"]),
        (&json!(2), &json!("REPLACED"))
    );
    relate(2, json!({ "kind": "REPLACES", "document": codes[1] })).await;
    // What was replaced replaces nothing, and nothing is replaced twice.
    assert_eq!(
        broken(&relate(0, json!({ "kind": "REPLACES", "document": codes[2] })).await),
        ["NOT_IN_STATE relations.kind 0"]
    );
    assert_eq!(
        broken(&relate(2, json!({ "kind": "REPLACES", "document": codes[0] })).await),
        ["NOT_IN_STATE document"]
    );
    assert_eq!(
        broken(&relate(2, json!({ "kind": "AMENDS", "document": codes[2] })).await),
        ["INCOMPATIBLE relations.document 0"]
    );
    relate(2, json!({ "kind": "AMENDS", "document": "57-NQ/TW" })).await;
    assert_eq!(broken(&relate(2, json!({ "kind": "AMENDS", "document": "57-NQ/TW" })).await), ["TAKEN relations"]);
    // Not by SQL either.
    let mut owner = db.connect().await;
    let circle = "INSERT INTO document_relation (id, from_document_id, to_document_id, kind)
        SELECT gen_random_uuid(), one.id, other.id, 'REPLACES' FROM document one, document other WHERE one.code = '10/KH-UBND' AND other.code = '30/KH-UBND'";
    let told = sql::execute(&mut owner, circle).await.unwrap_err();
    assert!(told.to_string().contains("not replaced by one that it has replaced"), "{told}");
    let mut server = db.settings().as_server().connect().await.unwrap();
    for (status, told) in [("DRAFT", "does not go from"), ("REVOKED", "ended by another")] {
        let moved = format!("UPDATE document SET status = '{status}' WHERE code = '30/KH-UBND'");
        let error = sql::execute(&mut server, &moved).await.unwrap_err();
        assert!(error.to_string().contains(told), "{error}");
    }
}

#[tokio::test]
async fn what_is_revoked_is_demanded_no_longer_from_its_day_on() {
    let db = TestDb::demo().await;
    let office = office(&db).await;
    office.act("registerDocument", plan(json!({ "kind": "DECISION", "symbol": "15/QĐ-UBND" })), SHOWN).await;
    let revocation = with(
        named(&office, "359-KH/TU").await,
        json!({ "by": "15/QĐ-UBND", "clause": "Điều 2", "effectiveOn": "2026-01-15" }),
    );
    for (more, refused) in [
        (json!({ "effectiveOn": "2026-01-21" }), "TOO_EARLY effectiveOn"),
        (json!({ "by": "336-KH/TU" }), "NOT_IN_STATE by"),
        (json!({ "by": "359-KH/TU" }), "INCOMPATIBLE by"),
        (json!({ "expectedVersion": 9 }), "STALE expectedVersion"),
    ] {
        assert_eq!(broken(&office.act("revokeDocument", with(revocation.clone(), more), SHOWN).await), [refused]);
    }
    let before =
        office.ask("{ targets(filter: { document: \"359-KH/TU\", inForce: true }) { totalCount } }").await.whole();
    let done = office.act("revokeDocument", revocation, SHOWN).await;
    assert_eq!(done["document"]["status"], "REVOKED");
    let public = Viewer::public(&db);
    for (on, demanded) in [("2026-01-14", json!("50")), ("2026-01-15", Value::Null)] {
        let asked = format!(
            "{{ indicator(code: \"coverage_5g_share\") {{ assessment(subject: \"qng.ubnd\", milestone: 2025, on: \"{on}\") {{ demanded }} }} }}"
        );
        assert_eq!(public.ask(&asked).await.whole()["indicator"]["assessment"]["demanded"], demanded, "{on}");
    }
    // All of it stays readable.
    let counted = "{ all: targets(filter: { document: \"359-KH/TU\" }) { totalCount } held: targets(filter: { document: \"359-KH/TU\", inForce: true }) { totalCount } }";
    let after = public.ask(counted).await.whole();
    assert_eq!(
        (&after["all"]["totalCount"], &after["held"]["totalCount"]),
        (&before["targets"]["totalCount"], &json!(0))
    );
}
