//! There is no way around an endorsement by somebody else: not by SQL with the server's role, not by any sequence of actions.

use std::collections::BTreeSet;

use auth::{Action, Acts, Principal, Role, action};
use db::{
    Acting, Id, Once, Writer,
    calendar::Regime,
    measurement::{
        self, Correction, Decides, Draft, Figures, Measurement, MeasurementState, Observation, Rows, Seen, Written,
    },
};
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use tests::{TestDb, demo, sql};
use uuid::Uuid;

use super::{AGENCY, ASSIGNED, Office, holder};

/// What the server's role is told when it tries.
async fn told(db: &TestDb, statement: &str) -> String {
    let mut server = db.pool.get().await.unwrap();
    match sql::execute(&mut server, statement).await {
        Ok(()) => "done".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn the_database_itself_refuses() {
    let office = Office::open().await;
    office.submitted("820").await;
    let db = &office.db;
    let decide = |state: &str, by: &str, hash: &str| {
        format!(
            "INSERT INTO measurement_decision (measurement_id, revision, state, content_hash, reason, decided_at, decided_by)
             SELECT measurement_id, revision, '{state}', {hash}, 'Vì sao', now(), {by} FROM measurement_revision WHERE source = 'REPORTED'"
        )
    };
    let (own, other) = ("recorded_by", "'00000000-0000-0000-0000-00000000000c'");
    let right = "measurement_content_hash(measurement_id, revision)";
    let copy = |state: &str, source: &str| {
        format!(
            "INSERT INTO measurement_revision (measurement_id, revision, state, observation, stated_value, source, recorded_at)
             SELECT measurement_id, revision + 1, '{state}', 'FINAL', 1, '{source}', now() FROM measurement_revision WHERE source = 'REPORTED'"
        )
    };
    for (statement, refusal) in [
        (
            "UPDATE measurement_revision SET state = 'PUBLISHED'".to_owned(),
            "permission denied for table measurement_revision",
        ),
        (
            "UPDATE measurement_revision SET submitted_by = NULL".to_owned(),
            "permission denied for table measurement_revision",
        ),
        // Neither changed nor given with a revision: who may not publish is what the trigger of the decisions says.
        (
            "UPDATE measurement_revision SET not_published_by = NULL".to_owned(),
            "permission denied for table measurement_revision",
        ),
        (
            "INSERT INTO measurement_revision (measurement_id, revision, state, observation, stated_value, source, recorded_at, not_published_by)
             SELECT measurement_id, revision + 1, 'DRAFT', 'FINAL', 1, 'REPORTED', now(), recorded_by FROM measurement_revision WHERE source = 'REPORTED'".to_owned(),
            "permission denied for table measurement_revision",
        ),
        ("UPDATE programme SET four_eyes = false".to_owned(), "permission denied for table programme"),
        ("UPDATE measurement SET published_revision = 1".to_owned(), "permission denied for table measurement"),
        (
            "UPDATE measurement_decision SET decided_by = NULL".to_owned(),
            "permission denied for table measurement_decision",
        ),
        ("DELETE FROM measurement_decision".to_owned(), "permission denied for table measurement_decision"),
        (copy("PUBLISHED", "REPORTED"), "a revision begins as a draft"),
        (copy("PUBLISHED", "SIMULATED"), "a revision begins as a draft"),
        (copy("ENDORSED", "REPORTED"), "a revision begins as a draft"),
        // While one is submitted, no other one begins.
        (copy("DRAFT", "REPORTED"), "a revision begins as a draft"),
        (decide("PUBLISHED", other, right), "the latest revision moves from state to state in order"),
        (decide("SUBMITTED", other, right), "duplicate key"),
        (decide("ENDORSED", own, right), "nobody endorses or publishes their own figure"),
        (decide("ENDORSED", "NULL", right), "nobody endorses or publishes their own figure"),
        (decide("ENDORSED", other, "sha256('')"), "it was decided on other figures"),
        (decide("RETURNED", other, "sha256('')"), "it was decided on other figures"),
        (decide("ENDORSED", other, right), "done"),
        (decide("PUBLISHED", own, right), "nobody endorses or publishes their own figure"),
        (decide("PUBLISHED", other, "sha256('')"), "it was decided on other figures"),
        (decide("PUBLISHED", other, right), "whoever endorsed a figure does not publish it"),
    ] {
        let said = told(db, &statement).await;
        assert!(said.starts_with(refusal), "{statement}: {said}");
    }
    // Not even the owner publishes what is not endorsed.
    let mut owner = db.connect().await;
    let back = "UPDATE measurement_revision SET state = 'SUBMITTED' WHERE source = 'REPORTED';";
    let without = format!(
        "BEGIN; {back} ALTER TABLE measurement_decision DISABLE TRIGGER USER; DELETE FROM measurement_decision WHERE state = 'ENDORSED';
         UPDATE measurement_revision SET state = 'PUBLISHED', published_at = now() WHERE source = 'REPORTED'"
    );
    let said = sql::execute(&mut owner, &without).await.unwrap_err().to_string();
    assert_eq!(said, "only what somebody else has endorsed is published");
    sql::execute(&mut owner, "ROLLBACK").await.unwrap();
    for (figures, value) in [("stated_value", "1"), ("note", "'khác'"), ("comment", "'khác'"), ("recorded_by", "NULL")]
    {
        let changed = format!("UPDATE measurement_revision SET {figures} = {value} WHERE source = 'REPORTED'");
        let said = sql::execute(&mut owner, &changed).await.unwrap_err().to_string();
        assert_eq!(said, "a recorded figure is changed by a new revision", "{figures}");
    }
}

/// Something that somebody tries.
#[derive(Debug, Clone, Copy)]
enum Try {
    Draft { value: u8, submit: bool },
    Correct { value: u8, submit: bool },
    Submit,
    Withdraw,
    Endorse,
    Return,
    Publish,
}

/// Who tries it, whether with an old version, whether with the hash of an earlier revision.
#[derive(Debug, Clone, Copy)]
struct Step {
    who: usize,
    what: Try,
    stale: bool,
    old_hash: bool,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let what = prop_oneof![
        2 => (0..4_u8, prop::bool::weighted(0.7)).prop_map(|(value, submit)| Try::Draft { value, submit }),
        2 => (0..4_u8, prop::bool::weighted(0.7)).prop_map(|(value, submit)| Try::Correct { value, submit }),
        2 => Just(Try::Submit),
        1 => Just(Try::Withdraw),
        5 => Just(Try::Endorse),
        1 => Just(Try::Return),
        5 => Just(Try::Publish),
    ];
    let step = (0..5_usize, what, prop::bool::weighted(0.1), prop::bool::weighted(0.1))
        .prop_map(|(who, what, stale, old_hash)| Step { who, what, stale, old_hash });
    prop::collection::vec(step, 12..30)
}

/// Five people with more and fewer roles, who write one figure.
struct Company {
    db: TestDb,
    people: Vec<Principal>,
}

/// What has been seen of a figure.
#[derive(Debug, Default)]
struct Known {
    now: Option<Measurement>,
    hashes: Vec<String>,
}

impl Company {
    async fn meet() -> Self {
        let db = TestDb::demo().await;
        db.execute(ASSIGNED).await;
        let roles: [&[Role]; 5] = [
            &[Role::Reporter],
            &[Role::Reporter, Role::Head],
            &[Role::Head, Role::StandingOffice],
            &[Role::Reporter, Role::Head, Role::StandingOffice],
            &[Role::StandingOffice],
        ];
        let mut people = Vec::new();
        for (number, roles) in (71..).zip(roles) {
            let roles: Vec<_> = roles.iter().map(|role| (*role, AGENCY)).collect();
            people.push(holder(&db, number, &roles).await);
        }
        Self { db, people }
    }

    fn once(&self) -> Once {
        Once::without_key(Writer::new(
            self.db.pool.clone(),
            demo::now(),
            db::Date(demo::today()),
            db::Origin::default(),
        ))
    }

    /// Tries something; the measurement if it was done.
    async fn attempt(&self, step: Step, indicator: &str, known: &Known) -> Option<Measurement> {
        let who = &self.people[step.who];
        let version = known.now.as_ref().map(|row| row.version() - i32::from(step.stale));
        let figures = |value: u8| Figures {
            value: Some(value.into()),
            numerator: None,
            denominator: None,
            narrative: None,
            observation: Observation::Final,
            note: None,
            comment: Some("Kiểm thử".to_owned()),
            breakdown: Vec::new(),
            attachments: None,
        };
        let submits = |submit: bool| submit.then(|| who.permit::<action::SubmitMeasurement>().ok()).flatten();
        let written = match step.what {
            Try::Draft { value, submit } => {
                let draft = Draft {
                    indicator: indicator.to_owned(),
                    subject: AGENCY.to_owned(),
                    reporter: None,
                    regime: Regime::Calendar,
                    period: "2025-Q4".parse().unwrap(),
                    figures: figures(value),
                    expected_version: version,
                };
                let is_open =
                    known.now.as_ref().is_none_or(|row| row.is_open(who, Action::DraftMeasurement) && !step.stale);
                let acting = Acting::new(self.once(), who).ok()?;
                let done = measurement::draft(&acting, submits(submit), Rows::one(draft)).await;
                assert_eq!(done.is_ok(), is_open, "{step:?}: {known:?}: {done:?}");
                done.ok()
            }
            Try::Correct { value, submit } => {
                let correction = Correction {
                    measurement: Id::of(known.now.as_ref()?.id),
                    expected_version: version?,
                    reason: "Tính lại".to_owned(),
                    figures: figures(value),
                };
                let is_open = known.now.as_ref()?.is_open(who, Action::CorrectMeasurement) && !step.stale;
                let acting = Acting::new(self.once(), who).ok()?;
                let done = measurement::correct(&acting, submits(submit), Rows::one(correction)).await;
                assert_eq!(done.is_ok(), is_open, "{step:?}: {known:?}: {done:?}");
                done.ok()
            }
            Try::Submit => self.decide::<action::SubmitMeasurement>(who, step, known).await,
            Try::Withdraw => self.decide::<action::WithdrawMeasurement>(who, step, known).await,
            Try::Endorse => self.decide::<action::EndorseMeasurement>(who, step, known).await,
            Try::Return => self.decide::<action::ReturnMeasurement>(who, step, known).await,
            Try::Publish => self.decide::<action::PublishMeasurement>(who, step, known).await,
        };
        written?.measurements.remove(0)
    }

    async fn decide<A: Decides>(&self, who: &Principal, step: Step, known: &Known) -> Option<Written> {
        let row = known.now.as_ref()?;
        let hash = if step.old_hash { known.hashes.first() } else { known.hashes.last() };
        let bound = ["ENDORSE_MEASUREMENT", "PUBLISH_MEASUREMENT"].contains(&<A as Acts>::ACTION.as_str());
        let seen = Seen {
            measurement: Id::of(row.id),
            expected_version: row.version() - i32::from(step.stale),
            content_hash: hash.filter(|_| bound).cloned(),
            reason: Some("Kiểm thử".to_owned()),
        };
        // What somebody is told they can do, they can, unless they saw something else; what not, they cannot.
        let is_open = row.is_open(who, A::ACTION);
        let saw_it = !step.stale && (!bound || hash == known.hashes.last());
        let acting = Acting::<A>::new(self.once(), who).ok()?;
        let done = measurement::decide(&acting, Rows::one(seen)).await;
        assert_eq!(done.is_ok(), is_open && saw_it, "{step:?}: {row:?}: {done:?}");
        done.ok()
    }

    async fn hash(&self, id: Uuid) -> String {
        self.db.text(&format!("SELECT encode(measurement_content_hash('{id}', max(revision)), 'hex') FROM measurement_revision WHERE measurement_id = '{id}'")).await
    }
}

/// What must never be found in the database, whatever happened.
const NEVER: &str = "SELECT concat_ws(', ',
    (SELECT 'published without an endorsement by somebody else' FROM measurement_revision r WHERE source = 'REPORTED' AND state = 'PUBLISHED' AND NOT EXISTS (
        SELECT FROM measurement_decision e WHERE (e.measurement_id, e.revision, e.state) = (r.measurement_id, r.revision, 'ENDORSED')
            AND e.content_hash = measurement_content_hash(r.measurement_id, r.revision) AND e.decided_by NOT IN (r.recorded_by, r.submitted_by)) LIMIT 1),
    (SELECT 'published by its author' FROM measurement_revision r JOIN measurement_decision p USING (measurement_id, revision)
        WHERE p.state = 'PUBLISHED' AND p.decided_by IN (r.recorded_by, r.submitted_by) LIMIT 1),
    (SELECT 'published, and not submitted' FROM measurement_revision r WHERE source = 'REPORTED' AND state IN ('ENDORSED', 'PUBLISHED')
        AND (submitted_by IS NULL OR submitted_at IS NULL) LIMIT 1),
    (SELECT 'everybody reads what is not published' FROM measurement m JOIN measurement_revision r ON r.measurement_id = m.id AND r.revision = m.published_revision
        WHERE r.state <> 'PUBLISHED' LIMIT 1),
    (SELECT 'everybody reads an older figure' FROM measurement m JOIN measurement_revision r ON r.measurement_id = m.id
        WHERE r.state = 'PUBLISHED' AND r.revision > m.published_revision LIMIT 1),
    (SELECT 'a correction without a reason' FROM measurement_revision r WHERE r.source = 'REPORTED' AND r.reason IS NULL AND EXISTS (
        SELECT FROM measurement_revision p WHERE p.measurement_id = r.measurement_id AND p.state = 'PUBLISHED' AND p.revision < r.revision) LIMIT 1),
    (SELECT 'two on their way' FROM measurement_revision WHERE state IN ('SUBMITTED', 'ENDORSED') GROUP BY measurement_id HAVING count(*) > 1 LIMIT 1),
    (SELECT 'one on its way below the latest' FROM measurement_revision r WHERE state IN ('SUBMITTED', 'ENDORSED') AND EXISTS (
        SELECT FROM measurement_revision l WHERE l.measurement_id = r.measurement_id AND l.revision > r.revision) LIMIT 1))";

/// Every revision with its figures, a line each.
const FIGURES: &str = "SELECT coalesce(string_agg(concat_ws(' ', measurement_id, revision, stated_value, observation, reason, recorded_by), E'\\n'), '')
    FROM measurement_revision WHERE source = 'REPORTED'";

/// Random people try random things: what is never to be, never is; figures never change; and what the rules in Rust say, the
/// database says too.
#[tokio::test]
async fn whatever_is_tried_nobody_publishes_what_nobody_else_endorsed() {
    let company = Company::meet().await;
    let indicators = "SELECT string_agg(code, ' ' ORDER BY code) FROM (SELECT code FROM indicator WHERE value_kind = 'NUMBER' AND frequency = 'QUARTER'
        AND NOT EXISTS (SELECT FROM indicator_rule WHERE indicator.id IN (left_indicator_id, right_indicator_id)) ORDER BY code LIMIT 10) i";
    let indicators = company.db.text(indicators).await;
    let mut known: Vec<(&str, Known)> = indicators.split(' ').map(|code| (code, Known::default())).collect();
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut published = 0;
    let mut figures: BTreeSet<String> = BTreeSet::new();
    for case in 0..60 {
        let (indicator, known) = &mut known[case % 10];
        let steps = steps().new_tree(&mut runner).unwrap().current();
        for step in &steps {
            let Some(row) = company.attempt(*step, indicator, known).await else { continue };
            let hash = company.hash(row.id).await;
            if known.hashes.last() != Some(&hash) {
                known.hashes.push(hash);
            }
            published += u32::from(row.current.state == MeasurementState::Published);
            known.now = Some(row);
        }
        assert_eq!(company.db.text(NEVER).await, "", "{steps:#?}");
        let now: BTreeSet<String> = company.db.text(FIGURES).await.lines().map(str::to_owned).collect();
        assert!(figures.is_subset(&now), "a figure has changed: {steps:#?}");
        figures = now;
    }
    assert!(published > 10, "{published}: too little comes to its end to say much");
}
