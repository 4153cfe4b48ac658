//! How far an administrator reaches: which accounts they change, which roles they give.

use auth::{Holding, Principal, Reached, Role};
use serde_json::json;
use tests::graphql::{Viewer, texts};
use uuid::Uuid;

use super::{LAN, TUAN, administrator, done, grant_of, id_of, operator, trail, with_keeper};
#[tokio::test]
async fn roles_are_granted_within_reach_and_ended_not_deleted() {
    let db = with_keeper().await;
    let admin = administrator(&db, "qng.ubnd").await;
    let tuan = id_of(&db, "tuan").await;
    let (granted, errors) =
        done(&admin, "grantRole", json!({ "account": tuan, "role": "HEAD", "agency": "qng.ubnd", "withBelow": true }))
            .await;
    assert_eq!(errors, [""; 0]);
    assert_eq!(
        (&granted["validFrom"], &granted["validUntil"], &granted["withBelow"]),
        (&json!("2026-01-20"), &json!(null), &json!(true))
    );
    for (input, error) in [
        (json!({ "role": "HEAD", "agency": "qng.ubnd" }), "OVERLAPS validFrom"),
        (json!({ "role": "ADMINISTRATOR", "agency": "qng.ubnd" }), "INCOMPATIBLE role"),
        (json!({ "role": "REPORTER", "agency": "tw.bo_chinh_tri" }), "OUT_OF_REACH agency"),
        (json!({ "role": "ADMINISTRATOR" }), "OUT_OF_REACH agency"),
        // It would open everything, wherever it is held.
        (json!({ "role": "INSPECTOR", "agency": "qng.stc" }), "OUT_OF_REACH role"),
        (
            json!({ "role": "LEADER", "agency": "qng.ubnd", "validFrom": "2026-02-01", "validUntil": "2026-01-01" }),
            "MALFORMED validUntil",
        ),
    ] {
        let mut input = input;
        input["account"] = json!(tuan);
        assert_eq!(done(&admin, "grantRole", input.clone()).await.1, [error], "{input}");
    }
    let everywhere = json!({ "account": tuan, "role": "REPORTER" });
    assert_eq!(done(&operator(&db), "grantRole", everywhere).await.1, ["REQUIRED agency"]);

    // The last day counts.
    let today = json!({ "account": tuan, "role": "REPORTER", "agency": "qng.ubnd", "validUntil": "2026-01-20" });
    assert_eq!(done(&admin, "grantRole", today).await.0["validUntil"], "2026-01-20");
    let held = "SELECT count(*) FROM role_grant WHERE role = 'REPORTER' AND valid_until = '2026-01-21'";
    assert_eq!(db.text(held).await, "1");

    let grant = &granted["id"];
    let past = json!({ "grant": grant, "validUntil": "2026-01-19" });
    assert_eq!(done(&admin, "endRole", past).await.1, ["MALFORMED validUntil"]);
    let (ended, _) = done(&admin, "endRole", json!({ "grant": grant, "validUntil": "2026-03-01" })).await;
    assert_eq!(ended["validUntil"], "2026-03-01");
    let longer = json!({ "grant": grant, "validUntil": "2026-04-01" });
    assert_eq!(done(&admin, "endRole", longer).await.1, ["MALFORMED validUntil"]);
    let (ended, _) = done(&admin, "endRole", json!({ "grant": grant })).await;
    assert_eq!(ended["validUntil"], "2026-01-19", "at once");
    assert_eq!(done(&admin, "endRole", json!({ "grant": grant })).await.1, ["UNCHANGED grant"]);
    let granted = ["USER GRANT_ROLE role_grant"; 4].join(", ");
    assert_eq!(trail(&db).await, granted);
}

#[tokio::test]
async fn an_agency_below_that_is_not_reached_is_not_given_away() {
    let db = with_keeper().await;
    // Held at the committee itself only: its departments are not reached.
    let admin =
        Viewer::who_holds(&db, &[(Role::Administrator, "qng.ubnd", false), (Role::Administrator, "qng.stc", true)])
            .await;
    let tuan = id_of(&db, "tuan").await;
    let with_below = json!({ "account": tuan, "role": "HEAD", "agency": "qng.ubnd", "withBelow": true });
    assert_eq!(done(&admin, "grantRole", with_below).await.1, ["OUT_OF_REACH withBelow"]);
    assert_eq!(
        done(&admin, "grantRole", json!({ "account": tuan, "role": "HEAD", "agency": "qng.ubnd" })).await.1,
        [""; 0]
    );
}

#[tokio::test]
async fn nobody_becomes_more_by_resetting_somebody_else() {
    let db = with_keeper().await;
    let admin = administrator(&db, "qng.stc").await;
    let tuan = json!({ "account": id_of(&db, "tuan").await });
    let reset = async || done(&admin, "resetSecondFactor", tuan.clone()).await.1;
    assert_eq!(reset().await, ["UNCHANGED account"], "he has none, but the administrator may");
    for (role, agency, below) in [("HEAD", "'qng.skhcn'", false), ("LEADER", "'qng.ubnd'", true)] {
        db.execute(&format!(
            "INSERT INTO role_grant (id, account_id, role, agency_id, with_below, valid_from, granted_at)
             SELECT gen_random_uuid(), '{TUAN}', '{role}', id, {below}, '2026-06-01', now() FROM agency WHERE code = {agency}"
        ))
        .await;
        assert_eq!(reset().await, ["OUT_OF_REACH account"], "he will hold {role} elsewhere");
        db.execute(&format!(
            "UPDATE role_grant SET valid_until = valid_from WHERE account_id = '{TUAN}' AND role = '{role}'"
        ))
        .await;
        assert_eq!(reset().await, ["UNCHANGED account"]);
    }
}

#[tokio::test]
async fn an_account_with_a_role_out_of_reach_is_not_changed() {
    let db = with_keeper().await;
    db.execute(&format!(
        "INSERT INTO role_grant (id, account_id, role, agency_id, with_below, valid_from, granted_at)
         SELECT gen_random_uuid(), '{TUAN}', 'LEADER', id, true, '2026-01-01', now() FROM agency WHERE code = 'qng.ubnd'"
    ))
    .await;
    let (small, large) = (administrator(&db, "qng.stc").await, administrator(&db, "qng.ubnd").await);
    let tuan = id_of(&db, "tuan").await;
    let grant = texts(
        &operator(&db)
            .ask(r#"{ account(login: "tuan") { grants(filter: { roles: [REPORTER] }) { nodes { id } } } }"#)
            .await
            .whole(),
        "account/grants/nodes/*/id",
    )[0]
    .to_owned();
    for (mutation, input) in [
        ("updateAccount", json!({ "account": tuan, "expectedVersion": 1, "fullName": "Người khác" })),
        ("disableAccount", json!({ "account": tuan })),
        ("enableAccount", json!({ "account": tuan })),
        ("mailPasswordReset", json!({ "account": tuan })),
        ("resetSecondFactor", json!({ "account": tuan })),
        ("endSessionsOf", json!({ "account": tuan })),
        ("grantRole", json!({ "account": tuan, "role": "HEAD", "agency": "qng.stc" })),
        ("endRole", json!({ "grant": grant })),
    ] {
        assert_eq!(done(&small, mutation, input).await.1, ["OUT_OF_REACH account"], "{mutation}");
    }
    assert_eq!(trail(&db).await, "", "nothing was written");
    // No button is shown that would refuse.
    let can = "{ account(login: \"tuan\") { viewerCan { update disable grantRole resetPassword endSessions } } }";
    for (viewer, may) in [(&small, false), (&large, true)] {
        let told = viewer.ask(can).await.whole()["account"]["viewerCan"].clone();
        assert!(told.as_object().unwrap().values().all(|can| *can == may), "{told}");
    }
    assert_eq!(done(&large, "disableAccount", json!({ "account": tuan })).await.0["status"], "DISABLED");
}

#[tokio::test]
async fn granting_a_role_ends_links_whose_makers_do_not_reach_it() {
    let db = with_keeper().await;
    // Made by somebody who administers the same department, and by somebody who administers everything.
    db.execute(&format!(
        "INSERT INTO role_grant (id, account_id, role, agency_id, with_below, valid_from, granted_at)
         SELECT gen_random_uuid(), '00000000-0000-0000-0000-000000000001', 'ADMINISTRATOR', id, true, '2026-01-01', now() FROM agency WHERE code = 'qng.stc';
         INSERT INTO password_reset (token_hash, account_id, created_at, created_by, expires_at) VALUES
            (sha256('small'), '{TUAN}', '2026-01-20T02:00:00Z', '00000000-0000-0000-0000-000000000001', '2026-01-20T02:30:00Z'),
            (sha256('large'), '{TUAN}', '2026-01-20T02:00:00Z', '00000000-0000-7000-8000-00000000000c', '2026-01-20T02:30:00Z')"
    ))
    .await;
    let open = "SELECT count(*) FILTER (WHERE token_hash = sha256('small')) || ' ' || count(*) FILTER (WHERE token_hash = sha256('large'))
        FROM password_reset WHERE used_at IS NULL";
    let admin = administrator(&db, "qng.ubnd").await;
    let tuan = id_of(&db, "tuan").await;
    let grant = |agency: &str| json!({ "account": tuan, "role": "HEAD", "agency": agency });
    assert_eq!(done(&admin, "grantRole", grant("qng.stc")).await.1, [""; 0]);
    assert_eq!(db.text(open).await, "1 1");
    assert_eq!(done(&admin, "grantRole", grant("qng.skhcn")).await.1, [""; 0]);
    assert_eq!(db.text(open).await, "0 1");
}

#[tokio::test]
async fn ids_of_another_agency_look_like_none() {
    let db = with_keeper().await;
    let admin = administrator(&db, "qng.skhcn").await;
    let (tuan, grant) = (id_of(&db, "tuan").await, grant_of(&db, "tuan").await);
    let nobodys = schema::id::encode(b'k', Uuid::from_u128(77)).to_string();
    for account in [tuan.as_str(), nobodys.as_str(), grant.as_str(), "khong-phai-id"] {
        for (mutation, more) in [
            ("disableAccount", json!({})),
            ("enableAccount", json!({})),
            ("endSessionsOf", json!({})),
            ("mailPasswordReset", json!({})),
            ("resetSecondFactor", json!({})),
            ("createPasswordReset", json!({})),
            ("updateAccount", json!({ "expectedVersion": 1, "fullName": "Ai đó" })),
            ("grantRole", json!({ "role": "REPORTER", "agency": "qng.skhcn" })),
        ] {
            let mut input = more;
            input["account"] = json!(account);
            assert_eq!(admin.denied(mutation, input).await, "Not found", "{mutation} {account}");
        }
    }
    for grant in [grant.as_str(), tuan.as_str(), nobodys.as_str()] {
        assert_eq!(admin.denied("endRole", json!({ "grant": grant })).await, "Not found");
    }
    // A role of theirs that somebody of another agency holds is seen by neither of the two.
    db.execute(&format!(
        "INSERT INTO role_grant (id, account_id, role, agency_id, valid_from, granted_at)
         SELECT gen_random_uuid(), '{TUAN}', 'REPORTER', id, '2027-01-01', now() FROM agency WHERE code = 'qng.skhcn'"
    ))
    .await;
    let grant = grant_of(&db, "tuan").await;
    assert_eq!(admin.denied("endRole", json!({ "grant": grant })).await, "Not found");
    assert_eq!(trail(&db).await, "");
}

#[tokio::test]
async fn nobody_keeps_their_own_account() {
    let db = with_keeper().await;
    let holdings = vec![Holding { role: Role::Administrator, at: Reached::All }];
    let lan = Viewer::with(&db, Principal::user(LAN, Uuid::from_u128(1), holdings, &[], true));
    let id = id_of(&db, "lan@quangngai.gov.vn").await;
    for (mutation, more) in [
        ("disableAccount", json!({})),
        ("enableAccount", json!({})),
        ("endSessionsOf", json!({})),
        ("mailPasswordReset", json!({})),
        ("resetSecondFactor", json!({})),
        ("updateAccount", json!({ "expectedVersion": 1, "fullName": "Ai đó" })),
        ("grantRole", json!({ "role": "ADMINISTRATOR" })),
    ] {
        let mut input = more;
        input["account"] = json!(id);
        assert_eq!(done(&lan, mutation, input).await.1, ["OWN_ACCOUNT account"], "{mutation}");
    }
    let grant = json!({ "grant": grant_of(&db, "lan@quangngai.gov.vn").await });
    assert_eq!(done(&lan, "endRole", grant).await.1, ["OWN_ACCOUNT account"]);
    assert_eq!(trail(&db).await, "");
}

#[tokio::test]
async fn only_administrators_keep_accounts() {
    let db = with_keeper().await;
    let input = json!({ "login": "hue", "fullName": "Lê Thị Huế", "agency": "qng.skhcn" });
    for role in Role::ALL.iter().filter(|role| **role != Role::Administrator) {
        let viewer = Viewer::who_holds(&db, &[(*role, "qng.ubnd", true)]).await;
        assert_eq!(viewer.denied("createAccount", input.clone()).await, "None of your roles may do this", "{role}");
    }
    assert_eq!(Viewer::public(&db).denied("createAccount", input).await, "Sign in first");
}

#[tokio::test]
async fn two_who_grant_at_once_do_not_mix_roles() {
    let db = with_keeper().await;
    let admin = operator(&db);
    let (hue, _) = done(&admin, "createAccount", json!({ "login": "hue", "fullName": "Lê Thị Huế" })).await;
    let grant = |role: &str| json!({ "account": hue["id"], "role": role, "agency": "qng.stc" });
    let (one, other) =
        tokio::join!(done(&admin, "grantRole", grant("REPORTER")), done(&admin, "grantRole", grant("INSPECTOR")));
    let errors = [one.1, other.1].concat();
    assert_eq!(errors, ["INCOMPATIBLE role"]);
}
