//! The app in a real browser, as those use it for whom it is made: each story is a program in `tests/browser/app`.

use serde_json::Value;
use tests::{
    TestDb,
    npm::{browser, run},
    server::Node,
};

/// Lets a program go through its story, against the demo with its accounts. It says what it saw, as JSON.
async fn story(program: &'static str) {
    let Some(browser) = browser() else { return };
    let db = TestDb::demo_with_accounts().await;
    let node = Node::of_demo(&db).await;
    let arguments = vec![format!("app/{program}"), node.url(""), browser];
    let seen = run(env!("CARGO_TARGET_TMPDIR"), "tests/browser", "node", arguments, Vec::new()).await;
    assert!(serde_json::from_str::<Value>(&seen).is_ok(), "{program}: {seen}");
    node.stop().await;
}

/// A test for each story.
macro_rules! stories {
    ($($name:ident: $program:literal;)*) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            story($program).await;
        }
    )*};
}

stories! {
    seven_questions_are_answered_by_clicking: "read-questions.mjs";
    all_of_it_is_shown_as_of_a_day: "read-asof.mjs";
    communes_stand_on_a_map: "read-map.mjs";
    it_is_read_by_keyboard_alone: "read-keyboard.mjs";
    screens_that_show_are_for_everybody: "read-axe.mjs";
    a_tile_moves_when_a_figure_is_published: "read-live.mjs";
    a_figure_goes_through_three_people_and_two_languages: "work-figure.mjs";
    a_directive_is_issued_extended_and_done: "work-directive.mjs";
    figures_are_handed_in_without_a_network: "work-offline.mjs";
    figures_are_handed_in_by_keyboard_alone: "work-keyboard.mjs";
    an_account_is_kept: "work-account.mjs";
    a_link_in_a_mail_leads_to_what_it_tells_of: "work-link.mjs";
    the_first_view_is_light: "read-weight.mjs";
    screens_that_work_are_for_everybody: "work-axe.mjs";
}
