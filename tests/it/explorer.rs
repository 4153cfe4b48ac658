//! The explorer in a real browser: on a phone, in the reader's language, and for those who do not look at it.

use schema::clock::Clock;
use serde_json::{Value, json};
use tests::{
    TestDb, demo,
    npm::{browser, run},
    server::Node,
};

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_for_phones_readers_and_screen_readers() {
    let Some(browser) = browser() else { return };
    let db = TestDb::demo().await;
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[]).await;
    let arguments = vec!["explorer.mjs".to_owned(), node.url("/explorer"), browser];
    let seen = run(env!("CARGO_TARGET_TMPDIR"), "tests/browser", "node", arguments, Vec::new()).await;
    let seen: Value = serde_json::from_str(&seen).unwrap();
    let (phone, answer) = (&seen["phone"], &seen["phone"]["answer"]);
    assert_eq!(
        json!([phone["language"], phone["signIn"], phone["examples"]]),
        json!(["vi", "Đăng nhập", "Ví dụ"]),
        "{seen:#}"
    );
    let number = |value: &Value| value.as_f64().unwrap();
    let (right, bottom) =
        (number(&answer["x"]) + number(&answer["width"]), number(&answer["y"]) + number(&answer["height"]));
    assert!(number(&answer["height"]) > 300.0 && right <= 390.0 && bottom <= 844.0, "{answer}");
    assert_eq!((phone["width"].as_u64(), phone["paneIsClosed"].as_bool()), (Some(390), Some(true)));
    assert_eq!(json!([seen["tablet"]["language"], seen["desk"]["language"]]), json!(["vi", "en"]));
    assert_eq!(seen["desk"]["signIn"], "Sign in");
    for reader in ["phone", "tablet", "desk"] {
        assert_eq!(seen[reader]["serious"], json!([]), "{reader}");
    }
    node.stop().await;
}
