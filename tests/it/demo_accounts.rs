//! The accounts of the demo: one for each role, and only in a demo.

use api::server::{Server, ServerError};
use db::demo::accounts::{self, ACCOUNTS, PASSWORD};
use schema::clock::Clock;
use serde_json::Value;
use tests::{TestDb, demo, door::Door, server::config};

#[tokio::test]
async fn each_signs_in_and_can_use_its_role_at_once() {
    let db = TestDb::demo_with_accounts().await;
    let door = Door::of_demo(&db).await;
    for demo in ACCOUNTS {
        let tokens = door.sign_in(demo.login, PASSWORD).await.unwrap();
        let query = "{ viewer { account { fullName } roles rolesWaitingForSecondFactor } }";
        let viewer = door.ask_as(&tokens.access, query, Value::Null).await.whole()["viewer"].take();
        assert_eq!(viewer["account"]["fullName"], demo.full_name);
        assert_eq!(viewer["roles"][0], demo.role.as_str());
        assert_eq!(viewer["rolesWaitingForSecondFactor"].as_array().map(Vec::len), Some(0));
    }
}

#[tokio::test]
async fn loading_them_again_changes_nothing() {
    let db = TestDb::demo_with_accounts().await;
    let owner = db.settings();
    assert!(!accounts::are_missing(owner).await.unwrap());
    db.execute("UPDATE account SET status = 'DISABLED' WHERE login = 'quan.tri'").await;
    let state = "SELECT concat((SELECT string_agg(a::text, '') FROM account a), (SELECT string_agg(p::text, '') FROM password p),
        (SELECT string_agg(g::text, '') FROM role_grant g), (SELECT count(*) FROM change))";
    let before = db.text(state).await;
    let other_hash =
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    accounts::load(owner, other_hash, demo::today(), demo::now()).await.unwrap();
    assert_eq!(db.text(state).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn outside_a_demo_they_are_not_let_in_and_nothing_is_served_while_they_could_be() {
    let db = TestDb::demo_with_accounts().await;
    let in_demo = Door::of_demo(&db).await.sign_in("bao.cao", PASSWORD).await.unwrap();
    let door = Door::open(&db).await;
    assert_eq!(door.sign_in("bao.cao", PASSWORD).await.unwrap_err(), "WRONG_CREDENTIALS");
    assert!(!door.knows(&in_demo.access).await, "a token from a demo on the same database");

    let config = config(&db.url().await, &[]);
    let refused = Server::start(config.clone(), Clock::System).await.unwrap_err();
    assert!(matches!(refused, ServerError::DemoAccounts), "{refused}");
    assert!(refused.to_string().contains("cotmoc user disable"), "{refused}");
    db.execute("UPDATE account SET status = 'DISABLED'").await;
    Server::start(config, Clock::System).await.unwrap().stop().await.unwrap();
}
