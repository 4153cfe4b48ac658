//! The app in a real browser, as those use it for whom it is made: each story is a program in `tests/browser/app`.

use std::process::Command;

use api::config::settings;
use schema::clock::Clock;
use serde_json::Value;
use tests::{
    TestDb, demo,
    npm::{browser, installed},
    server::Node,
};

/// Lets a program go through its story, against the demo with its accounts; what it says that it saw.
async fn story(program: &'static str) -> Option<Value> {
    let browser = browser()?;
    let db = TestDb::demo_with_accounts().await;
    // People sign in more often here than anybody does from one address.
    let given = [(settings::SIGN_INS_PER_MINUTE, "10000")];
    let node = Node::of_demo(&db, Clock::Fixed(demo::now()), &given).await;
    let url = node.url("");
    let tell = move || {
        let folder = installed(env!("CARGO_TARGET_TMPDIR"), "tests/browser").join("app");
        Command::new("node").args([program, &url, &browser]).current_dir(folder).output().unwrap()
    };
    let output = tokio::task::spawn_blocking(tell).await.unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    node.stop().await;
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// Each story, and what it has to have seen besides going well.
macro_rules! stories {
    ($($(#[$meta:meta])* $name:ident: $program:literal;)*) => {$(
        $(#[$meta])*
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
