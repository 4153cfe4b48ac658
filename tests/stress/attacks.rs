//! The attacks, each of an address of its own by nobody unless it says so.

use std::{
    fmt::Write as _,
    sync::{Arc, LazyLock},
    time::Duration,
};

use crate::attackers::{Attacker, Way};

/// One of them.
pub struct Attack {
    /// Short name, of tables and of `--only`.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    by: fn(&Attacker) -> Vec<(usize, Way)>,
}

/// Nineteen searches in one question.
static SEARCHES: LazyLock<String> = LazyLock::new(|| {
    let mut query = String::from("{");
    for number in 0..19 {
        // Writing to a text never fails.
        let _ = write!(query, " a{number}: search(text: \"chuyển đổi số {number}\") {{ edges {{ rank }} }}");
    }
    query + " }"
});

/// Types of fields of types, as far as the depth of a document goes.
const BOMB: &str = "{__schema{types{fields{type{fields{type{fields{type{fields{type{fields{type{name}}}}}}}}}}}}}";

const COMPLETENESS: &str = "{ completeness(by: REPORTER, filter: { dueFrom: \"2024-01-01\", dueTo: \"2026-12-31\" }, first: 100) { totalCount } }";

const OBLIGATIONS: &str = "{ obligations(first: 62) { totalCount } }";

/// A list with what it takes to be large.
const LARGE: &str = "{ measurements(first: 100) { nodes { id period value state observation source
    indicator { code name unit } subject { code name } reporter { code name } } } }";

const SOON: Duration = Duration::from_millis(20);

/// All of them.
pub const ATTACKS: [Attack; 13] = [
    Attack {
        name: "S1 hang-ups",
        about: "150 at once ask for 19 searches each and hang up after 20 ms, again and again",
        by: |attacker| vec![(150, Way::HangUp(attacker.question(&SEARCHES), SOON))],
    },
    Attack {
        name: "S1 completed",
        about: "15 WebSockets begin ten times 19 searches each and complete them after 20 ms, again and again",
        by: |_| vec![(15, Way::Complete(&SEARCHES, SOON))],
    },
    Attack {
        name: "S1 events",
        about: "150 at once ask for 19 searches each as events and hang up after 20 ms, again and again",
        by: |attacker| vec![(150, Way::HangUp(attacker.question_of_events(&SEARCHES), SOON))],
    },
    Attack {
        name: "S3 bombs",
        about: "120 at once ask for the types of fields of types, 93 bytes for 3.6 MB, again and again",
        by: |attacker| vec![(120, Way::Ask(attacker.question(BOMB)))],
    },
    Attack {
        name: "S4 address",
        about: "60 loops ask for 19 searches each",
        by: |attacker| vec![(60, Way::Ask(attacker.question(&SEARCHES)))],
    },
    Attack {
        name: "S4 account",
        about: "60 loops of one account ask for 19 searches each",
        by: |attacker| vec![(60, Way::Ask(attacker.question_of_account(&SEARCHES)))],
    },
    Attack {
        name: "S5 live",
        about: "1,000 follow changes, half over WebSockets, half as events",
        by: |_| vec![(500, Way::FollowBySocket), (500, Way::FollowByEvents)],
    },
    Attack {
        name: "S5 bodies",
        about: "1,100 send a body of 99 kB, four bytes a second",
        by: |_| vec![(1100, Way::Trickle(99_000))],
    },
    Attack {
        name: "S5 readers",
        about: "100 ask for large answers ten times a second and read nothing",
        by: |attacker| vec![(100, Way::NeverRead(attacker.question(LARGE)))],
    },
    Attack { name: "S5 idle", about: "500 connect and say nothing", by: |_| vec![(500, Way::Idle)] },
    Attack {
        name: "S6 completeness",
        about: "twelve loops of one account ask for the completeness of all reporters over three years",
        by: |attacker| vec![(12, Way::Ask(attacker.question_of_account(COMPLETENESS)))],
    },
    Attack {
        name: "S6 obligations",
        about: "twelve loops of one account ask how many obligations there are",
        by: |attacker| vec![(12, Way::Ask(attacker.question_of_account(OBLIGATIONS)))],
    },
    Attack {
        name: "flood",
        about: "64 loops ask for next to nothing",
        by: |attacker| vec![(64, Way::Ask(attacker.question("{ __typename }")))],
    },
];

/// Attacks until it is dropped.
pub async fn run(attack: &Attack, attacker: Arc<Attacker>) {
    let by = (attack.by)(&attacker);
    attacker.attack(by).await;
}
