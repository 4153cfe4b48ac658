//! What is refused, by the program and by PostgreSQL.

use auth::Role;
use schema::language::Language;
use serde_json::{Value, json};
use tests::{
    graphql::Viewer,
    mutation::{broken, with},
    sql,
};

use super::{Room, SHOWN, decided, opened};

#[tokio::test]
async fn each_refusal_names_the_field() {
    let room = Room::new().await;
    let (ioc, stc) = (room.seen("qng.ioc").await, room.seen("qng.stc").await);
    let renamed = |more: Value| decided(with(with(ioc.clone(), json!({ "nameVi": "Tên mới" })), more));
    let moved = |more: Value| decided(with(with(ioc.clone(), json!({ "parent": "qng.stc" })), more));
    let merged = |more: Value| decided(with(json!({ "agencies": [stc.clone()], "successor": "qng.snv" }), more));
    let closed = |more: Value| decided(with(with(stc.clone(), json!({ "successor": "qng.snv" })), more));
    let name = async |of: &str| room.db.text(&format!("SELECT {of} FROM agency WHERE code = 'qng.ioc'")).await;
    let (name_vi, name_en) = (name("name_vi").await, name("name_en").await);
    for (mutation, input, refused) in [
        ("openAgency", opened(json!({ "code": "Sở Mới" })), "MALFORMED code"),
        ("openAgency", opened(json!({ "code": "qng.stc" })), "TAKEN code"),
        ("openAgency", opened(json!({ "nameVi": " " })), "REQUIRED nameVi"),
        ("openAgency", opened(json!({ "nameVi": "x".repeat(301) })), "TOO_LONG nameVi"),
        ("openAgency", opened(json!({ "parent": null })), "REQUIRED parent"),
        ("openAgency", opened(json!({ "parent": "khong.co" })), "NOT_FOUND parent"),
        ("openAgency", opened(json!({ "parent": "qng.tinh_uy" })), "OUT_OF_REACH parent"),
        ("openAgency", opened(json!({ "officialCode": "năm mốt" })), "MALFORMED officialCode"),
        ("openAgency", opened(json!({ "document": "khong-co" })), "NOT_FOUND document"),
        ("openAgency", opened(json!({ "document": "336-KH/TU" })), "NOT_IN_STATE document"),
        ("openAgency", opened(json!({ "clause": "x".repeat(41) })), "TOO_LONG clause"),
        ("renameAgency", renamed(json!({ "nameVi": name_vi, "nameEn": name_en })), "UNCHANGED nameVi"),
        ("renameAgency", renamed(json!({ "expectedVersion": 9 })), "STALE expectedVersion"),
        ("renameAgency", renamed(json!({ "on": "2026-01-21" })), "TOO_EARLY on"),
        ("moveAgency", moved(json!({ "parent": "qng.ubnd" })), "UNCHANGED parent"),
        ("moveAgency", moved(json!({ "parent": "khong.co" })), "NOT_FOUND parent"),
        ("moveAgency", moved(json!({ "expectedVersion": 9 })), "STALE expectedVersion"),
        ("mergeAgencies", merged(json!({ "agencies": [] })), "REQUIRED agencies"),
        ("mergeAgencies", merged(json!({ "agencies": [stc, stc] })), "DUPLICATE agencies"),
        ("mergeAgencies", merged(json!({ "successor": "qng.stc" })), "INCOMPATIBLE successor"),
        ("mergeAgencies", merged(json!({ "successor": "khong.co" })), "NOT_FOUND successor"),
        ("mergeAgencies", merged(json!({ "successor": "qng.tinh_uy" })), "OUT_OF_REACH successor"),
        ("mergeAgencies", merged(json!({ "successor": "qng.so_nganh_dia_phuong" })), "INCOMPATIBLE successor"),
        ("mergeAgencies", merged(json!({ "on": "2026-01-21" })), "TOO_EARLY on"),
        ("closeAgency", closed(json!({ "successor": null })), "REQUIRED successor"),
        ("closeAgency", closed(json!({ "successor": "qng.stc" })), "INCOMPATIBLE successor"),
        ("closeAgency", closed(json!({ "expectedVersion": 9 })), "STALE expectedVersion"),
    ] {
        assert_eq!(room.refused(mutation, input.clone()).await, [refused], "{mutation} {input}");
    }
    let taken = room.admin().await.act("openAgency", opened(json!({ "code": "qng.stc" })), SHOWN).await;
    assert_eq!(taken["current"], json!({ "code": "qng.stc", "version": 1 }));
    let stale = merged(json!({ "agencies": [with(stc.clone(), json!({ "expectedVersion": 3 }))] }));
    let stale = room.admin().await.act("mergeAgencies", stale, SHOWN).await;
    assert_eq!(
        (broken(&stale), &stale["current"]["code"]),
        (vec!["STALE expectedVersion".to_owned()], &json!("qng.stc"))
    );
    assert_eq!(room.db.text("SELECT count(*) FROM agency WHERE version > 1").await, "0");
}

#[tokio::test]
async fn whoever_is_gone_neither_changes_nor_takes_over() {
    let room = Room::new().await;
    room.ok("closeAgency", decided(with(room.seen("qng.stc").await, json!({ "successor": "qng.snv" })))).await;
    let gone = room.seen("qng.stc").await;
    for (mutation, input, refused) in [
        ("renameAgency", with(gone.clone(), json!({ "nameVi": "Tên mới" })), "NOT_IN_STATE agency"),
        ("moveAgency", with(gone.clone(), json!({ "parent": "qng.skhcn" })), "NOT_IN_STATE agency"),
        ("closeAgency", with(gone.clone(), json!({ "successor": "qng.snv" })), "NOT_IN_STATE agency"),
        ("mergeAgencies", json!({ "agencies": [gone], "successor": "qng.snv" }), "NOT_IN_STATE agency"),
        ("closeAgency", with(room.seen("qng.sxd").await, json!({ "successor": "qng.stc" })), "NOT_IN_STATE successor"),
        ("openAgency", opened(json!({ "parent": "qng.stc", "on": "2026-01-12" })), "NOT_IN_STATE parent"),
        (
            "moveAgency",
            with(room.seen("qng.ioc").await, json!({ "parent": "qng.stc", "on": "2026-01-12" })),
            "NOT_IN_STATE parent",
        ),
    ] {
        assert_eq!(
            room.refused(mutation, with(decided(json!({})), input.clone())).await,
            [refused],
            "{mutation} {input}"
        );
    }
}

#[tokio::test]
async fn only_administrators_do_it_and_only_where_they_reach() {
    let room = Room::new().await;
    let merged = decided(json!({ "agencies": [room.seen("qng.skhcn").await], "successor": "qng.stc" }));
    let person = async |number, role, agency: &str, below| {
        Viewer::person(&room.db, number, &[(role, agency, below)]).await.who_reads(Language::En)
    };
    // Another role; another province; the agencies that end, and not the one that takes over; both.
    let office = person(41, Role::StandingOffice, "qng.ubnd", true).await;
    assert_eq!(office.denied("mergeAgencies", merged.clone()).await, "None of your roles may do this");
    let elsewhere = person(42, Role::Administrator, "qna.ubnd", true).await;
    assert_eq!(elsewhere.denied("mergeAgencies", merged.clone()).await, "Not found");
    let half = person(43, Role::Administrator, "qng.skhcn", true).await;
    assert_eq!(broken(&half.act("mergeAgencies", merged.clone(), SHOWN).await), ["OUT_OF_REACH successor"]);
    let moved = decided(with(room.seen("qng.tt_ung_dung").await, json!({ "parent": "qng.stc" })));
    assert_eq!(broken(&half.act("moveAgency", moved, SHOWN).await), ["OUT_OF_REACH parent"]);
    let nobody = Viewer::public(&room.db).who_reads(Language::En);
    assert_eq!(nobody.denied("mergeAgencies", merged.clone()).await, "Sign in first");
    let whole = person(44, Role::Administrator, "qng.ubnd", true).await;
    assert_eq!(broken(&whole.act("mergeAgencies", merged, SHOWN).await), Vec::<String>::new());
}

/// What extends to those below passes only to where the administrator reaches all of them.
#[tokio::test]
async fn nobody_gains_reach_by_a_merger() {
    let room = Room::new().await;
    room.db
        .execute(
            "INSERT INTO account (id, login, full_name, agency_id, created_at) SELECT '00000000-0000-7000-8000-00000000000a', 'lan', 'Nguyễn Thị Lan', id, now()
                FROM agency WHERE code = 'qng.tt_ung_dung';
             INSERT INTO role_grant (id, account_id, role, agency_id, with_below, valid_from, granted_at) SELECT '00000000-0000-7000-8000-0000000000a1',
                '00000000-0000-7000-8000-00000000000a', 'HEAD', id, true, '2025-07-01', now() FROM agency WHERE code = 'qng.tt_ung_dung'",
        )
        .await;
    let merged = decided(json!({ "agencies": [room.seen("qng.tt_ung_dung").await], "successor": "qng.skhcn" }));
    let roles = [(Role::Administrator, "qng.tt_ung_dung", true), (Role::Administrator, "qng.skhcn", false)];
    let narrow = Viewer::person(&room.db, 51, &roles).await.who_reads(Language::En);
    room.ok("moveAgency", decided(with(room.seen("qng.ioc").await, json!({ "parent": "qng.skhcn" })))).await;
    assert_eq!(broken(&narrow.act("mergeAgencies", merged.clone(), SHOWN).await), ["OUT_OF_REACH successor"]);
    room.ok("mergeAgencies", merged).await;
}

// Past the program, as the role it works as.
#[tokio::test]
async fn postgresql_refuses_what_the_rules_refuse() {
    let room = Room::new().await;
    room.ok("closeAgency", decided(with(room.seen("qng.sxd").await, json!({ "successor": "qng.snv" })))).await;
    let agency = |code: &str| format!("(SELECT id FROM agency WHERE code = '{code}')");
    let placed = |child: &str, parent: &str| {
        format!(
            "INSERT INTO agency_placement (id, agency_id, parent_id, valid_from, stated) VALUES (gen_random_uuid(), {}, {}, '2026-02-01', true)",
            agency(child),
            agency(parent)
        )
    };
    let mut server = room.db.pool.get().await.unwrap();
    for (statement, why) in [
        ("UPDATE agency SET closed_on = '2026-01-10' WHERE code = 'qng.stc'".to_owned(), "leaves nothing open"),
        (placed("qng.skhcn", "qng.sxd"), "not there on that day"),
        (placed("qng.ubnd", "qng.skhcn"), "under itself"),
        (
            "UPDATE directive_lead SET agency_id = (SELECT id FROM agency WHERE code = 'qng.ioc')".to_owned(),
            "who took over",
        ),
        ("DELETE FROM directive_coordinator".to_owned(), "who took over"),
        ("UPDATE agency_name SET name_vi = 'khác'".to_owned(), "permission denied"),
        ("UPDATE agency SET code = 'khac'".to_owned(), "permission denied"),
        ("DELETE FROM agency_succession".to_owned(), "permission denied"),
    ] {
        let told = sql::execute(&mut server, &statement).await.unwrap_err().to_string();
        assert!(told.contains(why), "{statement}: {told}");
    }
}
