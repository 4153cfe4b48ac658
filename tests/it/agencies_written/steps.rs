//! Many changes at once: all of them, or none.

use serde_json::{Value, json};
use tests::mutation::{broken, key, with};

use super::{Room, decided};

const SHOWN: &str = "reorganisations { dryRun agency { code } passed { kind count from { code } to { code } } }";

/// A department is made of two others, on one day.
fn steps() -> Value {
    json!([
        { "open": { "code": "qng.scds", "nameVi": "Sở Chuyển đổi số", "kind": "DEPARTMENT", "parent": "qng.ubnd" } },
        { "move": { "agency": "qng.ioc", "parent": "qng.skhcn" } },
        { "rename": { "agency": "qng.ioc", "nameVi": "Trung tâm Điều hành số" } },
        { "merge": { "agencies": ["qng.skhcn", "qng.stc"], "successor": "qng.scds" } },
        { "split": { "agency": "qng.scds", "successors": [{ "agency": "qng.scds" }, { "agency": "qng.snv", "below": ["qng.ioc"] }], "defaultSuccessor": "qng.scds" } },
    ])
}

#[tokio::test]
async fn steps_follow_one_another_and_a_dry_run_tells_them() {
    let room = Room::new().await;
    // Whoever administers the province reaches what a step before has opened.
    room.db
        .execute(
            "INSERT INTO account (id, login, full_name, created_at) VALUES ('00000000-0000-0000-0000-00000000001f', 'quantri', 'Nguyễn Quản Trị', now());
             INSERT INTO role_grant (id, account_id, role, agency_id, with_below, valid_from, granted_at)
                SELECT '00000000-0000-7000-8000-0000000000a1', '00000000-0000-0000-0000-00000000001f', 'ADMINISTRATOR', id, true, '2026-01-01', now()
                FROM agency WHERE code = 'qng.ubnd'",
        )
        .await;
    let (input, once) = (decided(json!({ "steps": steps() })), key());
    let admin = room.admin().await;
    // Whoever was opened is split on the day on which it was opened: that is refused, and nothing is done.
    let told = admin.act("reorganise", input.clone(), SHOWN).await;
    assert_eq!((broken(&told), &told["reorganisations"]), (vec!["OUT_OF_BOUNDS on 4".to_owned()], &Value::Null));
    assert_eq!(room.db.text("SELECT count(*) FROM agency WHERE code = 'qng.scds'").await, "0");

    let four: Vec<Value> = steps().as_array().unwrap()[..4].to_vec();
    let input = with(input, json!({ "steps": four }));
    let dry =
        admin.send("reorganise", &with(input.clone(), json!({ "dryRun": true })), once, SHOWN).await.whole()["it"]
            .take();
    assert_eq!(broken(&dry), Vec::<String>::new(), "{dry}");
    assert_eq!(room.db.text("SELECT count(*) FROM agency WHERE code = 'qng.scds' OR version > 1").await, "0");
    let done = admin.send("reorganise", &input, once, SHOWN).await.whole()["it"].take();
    assert_eq!(broken(&done), Vec::<String>::new(), "{done}");
    let (dry, done) = (dry["reorganisations"].as_array().unwrap(), done["reorganisations"].as_array().unwrap());
    let codes: Vec<_> = done.iter().map(|it| it["agency"]["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["qng.scds", "qng.ioc", "qng.ioc", "qng.scds"]);
    for (dry, done) in dry.iter().zip(done) {
        assert_eq!((&dry["dryRun"], &done["dryRun"]), (&json!(true), &json!(false)));
        let counts = |of: &Value| {
            of["passed"]
                .as_array()
                .unwrap()
                .iter()
                .map(|it| format!("{} {}", it["kind"], it["count"]))
                .collect::<Vec<_>>()
        };
        assert_eq!(counts(dry), counts(done));
    }
    // What was moved on the day moves on with the one above it.
    let shown = room.public(r#"{ agency(code: "qng.ioc") { name before: parent(on: "2026-01-09") { code } parent(on: "2026-01-10") { code } placements { validUntil } } }"#).await;
    assert_eq!(
        shown["agency"],
        json!({ "name": "Trung tâm Điều hành số", "before": { "code": "qng.ubnd" }, "parent": { "code": "qng.scds" },
            "placements": [{ "validUntil": "2026-01-09" }, { "validUntil": null }] })
    );
    assert_eq!(
        room.db
            .text("SELECT count(*) FROM agency, agency_open(id, closed_on, '2026-01-20') WHERE closed_on IS NOT NULL")
            .await,
        "0"
    );
}

#[tokio::test]
async fn what_is_refused_says_in_which_step() {
    let room = Room::new().await;
    let opens = steps()[0].clone();
    for (step, refused) in [
        (json!({}), "INCOMPATIBLE steps.1"),
        (
            json!({ "close": { "agency": "qng.stc" }, "move": { "agency": "qng.stc", "parent": "qng.snv" } }),
            "INCOMPATIBLE steps.1",
        ),
        (json!({ "move": { "agency": "khong.co", "parent": "qng.snv" } }), "NOT_FOUND steps.1.move.agency"),
        (json!({ "move": { "agency": "qng.tinh_uy", "parent": "qng.snv" } }), "OUT_OF_REACH steps.1.move.agency"),
        (json!({ "move": { "agency": "qng.stc", "parent": "khong.co" } }), "NOT_FOUND steps.1.move.parent"),
        (json!({ "rename": { "agency": "qng.stc", "nameVi": " " } }), "REQUIRED steps.1.rename.nameVi"),
        (
            json!({ "merge": { "agencies": ["qng.stc", "qng.stc"], "successor": "qng.snv" } }),
            "DUPLICATE steps.1.merge.agencies",
        ),
        (json!({ "close": { "agency": "qng.stc" } }), "REQUIRED steps.1.close.successor"),
        (opens.clone(), "TAKEN steps.1.open.code"),
    ] {
        let told = room.admin().await.act("reorganise", decided(json!({ "steps": [opens, step] })), SHOWN).await;
        assert_eq!(broken(&told), [refused], "{step}");
    }
    let told = room.admin().await.act("reorganise", decided(json!({ "steps": [] })), SHOWN).await;
    assert_eq!(broken(&told), ["REQUIRED steps"]);
    assert_eq!(room.db.text("SELECT count(*) FROM agency WHERE code = 'qng.scds' OR version > 1").await, "0");
}
