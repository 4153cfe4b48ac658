//! Byte for byte: all that can be asked, asked at an instant, and as of it after everything has changed.

use std::collections::BTreeMap;

use async_graphql::Request;
use auth::{Principal, Role};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::{Viewer, admit_any, principal},
    mutation::{key, next, seen, with},
};

use super::{as_of, instant};
use crate::visibility::{
    deep,
    hidden::{self, ALL, GIVES, neighbours},
    survey,
};

/// The answer to a question in one text, with the number of its errors.
fn whole((fields, errors): (Vec<(String, String)>, usize)) -> (String, usize) {
    let fields: Vec<_> = fields.into_iter().map(|(key, text)| format!("\"{key}\":{text}")).collect();
    (format!("{{{}}}", fields.join(",")), errors)
}

/// So many random documents are asked.
const RANDOM: usize = 50;

/// Every field of the schema and every root field, each as a question; then the random documents of several, always the same.
async fn questions(db: &TestDb) -> Vec<String> {
    let readable = |question: &String| admit_any(&mut Request::new(question)).is_ok();
    let mut questions: Vec<_> = deep(&survey(), &neighbours(db).await).into_iter().filter(readable).collect();
    // Lures in filters are many, and ask the same of each list.
    questions.retain(|question| !question.contains("filter:") || question.contains("!canary-INTERNAL"));
    let within = |question: &str| question.trim().strip_prefix('{').unwrap().strip_suffix('}').unwrap().to_owned();
    let mut number = 12_345_u64;
    let single = questions.len();
    for _ in 0..RANDOM {
        let mut parts = Vec::new();
        for place in 0..4 {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let drawn = &questions[usize::try_from(number >> 33).unwrap() % single];
            parts.push(format!("a{place}: {}", within(drawn)));
        }
        questions.push(format!("{{ {} }}", parts.join(" ")));
    }
    questions
}

/// Somebody who asks, and what they were answered.
struct Asked {
    name: &'static str,
    viewer: Viewer,
    answers: Vec<(String, String)>,
}

impl Asked {
    /// Asks everything, or one of so many questions; the random documents always.
    async fn everything(
        db: &TestDb,
        name: &'static str,
        who: Principal,
        at: DateTime<Utc>,
        questions: &[String],
        one_of: usize,
    ) -> Self {
        let viewer = Viewer::at(db, who, at);
        let mut answers = Vec::new();
        let drawn = questions.len() - RANDOM;
        for (_, question) in questions.iter().enumerate().filter(|(place, _)| *place >= drawn || place % one_of == 0) {
            let (answer, errors) = whole(viewer.bytes(question).await);
            // What somebody may not ask they may not ask as of an instant either.
            if errors == 0 {
                answers.push((question.clone(), answer));
            }
        }
        Self { name, viewer, answers }
    }

    /// Asks everything again, or one of so many questions.
    async fn is_answered_the_same(&self, at: DateTime<Utc>, after: &str, one_of: usize) {
        for (question, answer) in self.answers.iter().step_by(one_of) {
            let (mut fields, errors) = self.viewer.bytes(&as_of(at, question)).await;
            let (key, now) = fields.pop().unwrap();
            let same = errors == 0 && key == "asOf" && now == *answer;
            assert!(same, "{} after {after}, {errors} errors: {question}\n{answer}\n\n{now}", self.name);
        }
    }
}

/// The object that a mutation writes.
async fn done(who: &Viewer, mutation: &str, input: Value, noun: &str, fields: &str) -> Value {
    let mut told = who.send(mutation, &input, key(), &format!("{noun} {{ {fields} }}")).await.whole()["it"].take();
    assert_eq!(told["userErrors"], json!([]), "{mutation}: {told}");
    told[noun].take()
}

/// A figure is drafted, submitted, endorsed and published, and a directive is issued and accepted.
async fn change_by_mutations(db: &TestDb) {
    let person = async |number, role| Viewer::person(db, number, &[(role, "qng.skhcn", false)]).await;
    let fields = "id version contentHash state";
    let figure = json!({ "indicator": "bts_5g_count", "subject": "qng.skhcn", "period": "2025-12", "value": "77",
        "observation": "FINAL", "submit": true });
    let reporter = person(21, Role::Reporter).await;
    let mut figure = done(&reporter, "draftMeasurement", figure, "measurement", fields).await;
    for (number, role, mutation) in
        [(22, Role::Head, "endorseMeasurement"), (23, Role::StandingOffice, "publishMeasurement")]
    {
        let input = with(seen("measurement", &figure), json!({ "contentHash": figure["contentHash"] }));
        figure = done(&person(number, role).await, mutation, input, "measurement", fields).await;
    }
    assert_eq!(figure["state"], "PUBLISHED");
    let leader = Viewer::person(db, 24, &[(Role::Leader, "qng.ubnd", true)]).await;
    let directive = json!({
        "document": "tb-ubnd-qng-2025-04", "clause": format!("99.{}", next()), "programme": "nq57-quang-ngai",
        "assigner": "qng.ubnd", "visibility": "PUBLIC", "title": "Xây dựng kế hoạch", "leads": ["qng.skhcn"],
        "coordinators": [], "deadline": { "words": "đến ngày 28/02/2026" }, "indicators": [],
    });
    let issued = done(&leader, "issueDirective", directive, "directive", "id version").await;
    let head = person(25, Role::Head).await;
    done(&head, "acceptDirective", seen("directive", &issued), "directive", "id version").await;
}

/// Whoever owns the tables: no rule stands in their way but those that hold always.
const OWNER: &str = "SET session_replication_role = replica;";

/// Each text that no rule of the table speaks of becomes another one in half of the rows.
const REWRITE: &str = "SELECT string_agg(format('UPDATE %I SET %s WHERE hashtext(%I::text) %% 2 = 0;', relname, sets, relname), ' ') FROM (
    SELECT relname, string_agg(format('%1$I = %1$I || '' (sửa)''', attname), ', ') AS sets
    FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
        AND atttypid = 'text'::regtype AND attgenerated = ''
        AND EXISTS (SELECT FROM pg_trigger WHERE tgrelid = pg_class.oid AND tgname = 'history_known')
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = pg_class.oid AND attnum = ANY (conkey))
    GROUP BY relname) AS of_tables";

/// What has history, in that pattern.
fn each_table(pattern: &str) -> String {
    format!(
        "SELECT string_agg(format('{pattern}', tgrelid::regclass), ' ') FROM pg_trigger WHERE tgname = 'history_known'"
    )
}

#[tokio::test]
async fn whatever_changes_an_answer_as_of_an_instant_stays_the_same() {
    let db = hidden::with(&ALL).await;
    db.execute(
        "INSERT INTO reporting_assignment (id, indicator_id, subject_id, reporter_id, regime, period_kind, valid)
        SELECT gen_random_uuid(), i.id, a.id, a.id, 'CALENDAR', i.frequency, '[2024-01-01,)' FROM indicator i, agency a
        WHERE a.code = 'qng.skhcn' ON CONFLICT DO NOTHING",
    )
    .await;
    let questions = questions(&db).await;
    assert!(questions.len() > 300, "{}", questions.len());
    let at = instant(&db).await;
    let party = principal(&db, &[(Role::Reporter, GIVES, false)]).await;
    let inspector = principal(&db, &[(Role::Inspector, "qng.skhcn", false)]).await;
    let mut asked = Vec::new();
    for (name, who, one_of) in [("public", Principal::nobody(), 1), ("inspector", inspector, 4), ("party", party, 8)] {
        asked.push(Asked::everything(&db, name, who, at, &questions, one_of).await);
    }

    // One change comes upon the other, so that all of them are behind the last: some questions on the way tell which one it was.
    let some = |who: &Asked| if who.name == "party" { 1 } else { 8 };
    change_by_mutations(&db).await;
    for who in &asked {
        who.is_answered_the_same(at, "mutations", some(who)).await;
    }
    db.execute(&format!("{OWNER} {}", db.text(REWRITE).await)).await;
    for who in &asked {
        who.is_answered_the_same(at, "rewriting half of all texts", some(who)).await;
    }
    let half = db.text(&each_table("DELETE FROM %1$s WHERE hashtext(%1$s::text) %% 2 = 0;")).await;
    let everything = db.text(&each_table("TRUNCATE %s CASCADE;")).await;
    for (change, after, one_of) in [(half, "deleting half of all rows", 8), (everything, "emptying all tables", 1)] {
        db.execute(&format!("{OWNER} {change}")).await;
        // Whoever saw something as a party to it loses it with what says so.
        for who in asked.iter().filter(|who| who.name != "party") {
            who.is_answered_the_same(at, after, one_of).await;
        }
    }
    // And it is asked about something: the answers of now are others.
    let mut others = BTreeMap::new();
    for who in &asked {
        for (question, answer) in &who.answers {
            let (now, _) = whole(who.viewer.bytes(question).await);
            *others.entry(who.name).or_insert(0) += usize::from(now != *answer);
        }
    }
    assert!(others.values().all(|count| *count > 50), "{others:?}");
}
