//! What differs in a programme between two instants is what two answers as of them say.

use std::collections::BTreeMap;

use auth::Role;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::{Viewer, all},
};

use crate::{
    as_of::instant,
    visibility::hidden::{self, ALL, GIVES},
};

const PROGRAMME: &str = "nq57-quang-ngai";
const STATE: &str = "value upperValue unit comparator cadence dueOn statement";

fn at(instant: DateTime<Utc>) -> String {
    format!("\"{}\"", instant.to_rfc3339_opts(chrono::SecondsFormat::Micros, true))
}

fn number(value: &Value) -> Option<f64> {
    value.as_str().map(|text| text.parse().unwrap())
}

/// What is compared of something, in the order of [`STATE`].
fn state(of: &Value, unit: &Value) -> Value {
    json!([
        number(&of["value"]),
        number(&of["upperValue"]),
        unit,
        of["comparator"],
        of["cadence"],
        of["dueOn"],
        of["statement"]
    ])
}

/// All pages of a list as of an instant.
async fn whole(who: &Viewer, instant: DateTime<Utc>, list: impl Fn(&str) -> String) -> Vec<Value> {
    let (mut nodes, mut after) = (Vec::new(), String::new());
    loop {
        let question = format!("{{ asOf(instant: {}) {{ {} }} }}", at(instant), list(&after));
        let mut answer = who.ask(&question).await.whole()["asOf"].take();
        while answer.get("pageInfo").is_none() {
            answer = answer.as_object().unwrap().values().next().unwrap().clone();
        }
        nodes.extend(answer["nodes"].as_array().unwrap().iter().cloned());
        if answer["pageInfo"]["hasNextPage"] != true {
            return nodes;
        }
        after = format!(", after: {}", answer["pageInfo"]["endCursor"]);
    }
}

/// What stands as of an instant, by kind and id, read through the lists that clients know.
async fn known(who: &Viewer, instant: DateTime<Utc>) -> BTreeMap<String, Value> {
    let of_programme = |list: &'static str, nodes: &'static str| {
        move |after: &str| {
            format!(
                "programme(code: \"{PROGRAMME}\") {{ {list}(first: 100{after}) {{ nodes {{ {nodes} }} pageInfo {{ hasNextPage endCursor }} }} }}"
            )
        }
    };
    let mut known = BTreeMap::new();
    let fields = "id value upperValue comparator cadence dueOn statement document { status } indicator { unit }";
    for target in whole(who, instant, of_programme("targets", fields)).await {
        if !["PLANNED", "DRAFT", "REVOKED", "REPLACED"].iter().any(|status| target["document"]["status"] == *status) {
            known.insert(format!("TARGET {}", target["id"]), state(&target, &target["indicator"]["unit"]));
        }
    }
    for directive in whole(who, instant, of_programme("directives", "id deadlines { dueOn words }")).await {
        if let Some(deadline) = directive["deadlines"].as_array().unwrap().last() {
            let state = json!([null, null, null, null, null, deadline["dueOn"], deadline["words"]]);
            known.insert(format!("DEADLINE {}", directive["id"]), state);
        }
    }
    let figures = |after: &str| {
        format!(
            "measurements(first: 100, filter: {{ subject: \"qng.ubnd\" }}{after}) {{ nodes {{ id indicator {{ unit programmes(first: 5) {{ nodes {{ code }} }} }}
                revisions {{ value narrative state }} }} pageInfo {{ hasNextPage endCursor }} }}"
        )
    };
    for figure in whole(who, instant, figures).await {
        let published = figure["revisions"].as_array().unwrap().iter().rfind(|one| one["state"] == "PUBLISHED");
        let followed = all(&figure, "indicator/programmes/nodes/*/code").iter().any(|code| **code == PROGRAMME);
        if let Some(published) = published.filter(|_| followed) {
            let of = json!({ "value": published["value"], "statement": published["narrative"] });
            known.insert(format!("FIGURE {}", figure["id"]), state(&of, &figure["indicator"]["unit"]));
        }
    }
    known
}

/// The differences, as the field tells them.
async fn differences(who: &Viewer, from: DateTime<Utc>, to: Option<DateTime<Utc>>, more: &str) -> Value {
    let to = to.map(|to| format!(", to: {}", at(to))).unwrap_or_default();
    let question = format!(
        "{{ differences(programme: \"{PROGRAMME}\", from: {}{to}, {more}) {{ totalCount
            nodes {{ kind change code period before {{ {STATE} }} after {{ {STATE} }} }} pageInfo {{ startCursor endCursor hasNextPage hasPreviousPage }} }} }}",
        at(from)
    );
    who.ask(&question).await.whole()["differences"].take()
}

/// The same of all pages, as kind, change and states, sorted.
async fn told(who: &Viewer, from: DateTime<Utc>, to: Option<DateTime<Utc>>) -> Vec<Value> {
    let (mut told, mut after) = (Vec::new(), String::new());
    loop {
        let page = differences(who, from, to, &format!("first: 7{after}")).await;
        for node in page["nodes"].as_array().unwrap() {
            let of = |side: &str| node[side].is_object().then(|| state(&node[side], &node[side]["unit"]));
            told.push(json!([node["kind"], node["change"], of("before"), of("after")]));
        }
        if page["pageInfo"]["hasNextPage"] != true {
            assert_eq!(page["totalCount"], told.len());
            told.sort_by_key(Value::to_string);
            return told;
        }
        after = format!(", after: {}", page["pageInfo"]["endCursor"]);
    }
}

fn held_against(before: &BTreeMap<String, Value>, after: &BTreeMap<String, Value>) -> Vec<Value> {
    let keys: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let mut expected: Vec<_> = keys
        .into_iter()
        .filter(|key| before.get(*key) != after.get(*key))
        .map(|key| {
            let change = match (before.get(key), after.get(key)) {
                (None, _) => "ADDED",
                (_, None) => "REMOVED",
                _ => "CHANGED",
            };
            json!([key.split(' ').next(), change, before.get(key), after.get(key)])
        })
        .collect();
    expected.sort_by_key(Value::to_string);
    expected
}

/// Targets are changed, deleted and added, a document is replaced, figures corrected and withdrawn, deadlines moved, directives
/// hidden and opened.
const CHANGES: [&str; 2] = [
    "UPDATE target SET value = value + 1 WHERE value IS NOT NULL AND hashtext(code) % 11 = 0;
    DELETE FROM target WHERE hashtext(code) % 13 = 0;
    UPDATE indicator SET unit = 'COUNT' WHERE code = 'coverage_6g_share';
    UPDATE measurement_revision SET stated_value = stated_value + 1 WHERE state = 'PUBLISHED' AND stated_value IS NOT NULL AND hashtext(measurement_id::text) % 5 = 0;
    DELETE FROM measurement WHERE hashtext(id::text) % 17 = 0;
    INSERT INTO directive_deadline (directive_id, revision, stated_on, precision, operator, due_on, words)
        SELECT directive_id, max(revision) + 1, '2026-03-01', 'DAY', 'BY', '2026-03-01', 'trước 02/3/2026' FROM directive_deadline
        WHERE hashtext(directive_id::text) % 3 = 0 GROUP BY directive_id;
    UPDATE directive SET visibility = 'RESTRICTED' WHERE visibility = 'PUBLIC' AND hashtext(code) % 7 = 0",
    "UPDATE document SET status = 'REPLACED' WHERE code = 'tb-ubnd-qng-2025-04';
    UPDATE target SET statement = statement || ' (sửa)' WHERE statement IS NOT NULL AND hashtext(code) % 2 = 0;
    UPDATE directive SET visibility = 'PUBLIC' WHERE visibility = 'INTERNAL';
    UPDATE measurement_revision SET state = 'WITHDRAWN' WHERE state = 'PUBLISHED' AND hashtext(measurement_id::text) % 19 = 0;
    DELETE FROM directive WHERE hashtext(code) % 23 = 0",
];

#[tokio::test]
async fn it_tells_what_two_answers_as_of_the_instants_say() {
    let db = hidden::with(&ALL).await;
    let mut instants = vec![instant(&db).await];
    for change in CHANGES {
        db.execute(&format!("SET session_replication_role = replica; {change}")).await;
        instants.push(instant(&db).await);
    }
    let viewers = [
        ("public", Viewer::public(&db)),
        ("inspector", Viewer::who_holds(&db, &[(Role::Inspector, "qng.skhcn", false)]).await),
        ("party", Viewer::who_holds(&db, &[(Role::Reporter, GIVES, false)]).await),
    ];
    for (name, who) in &viewers {
        let mut states = Vec::new();
        for instant in &instants {
            states.push(known(who, *instant).await);
        }
        for (from, to) in [(0, 1), (1, 2), (0, 2), (1, 1)] {
            let expected = held_against(&states[from], &states[to]);
            assert_eq!(expected.is_empty(), from == to, "{name}");
            assert_eq!(told(who, instants[from], Some(instants[to])).await, expected, "{name}: {from} to {to}");
        }
        assert_eq!(told(who, instants[1], None).await, held_against(&states[1], &states[2]), "{name}: to now");
        // Below an answer as of an instant that is the present.
        let count =
            format!("{{ differences(programme: \"{PROGRAMME}\", from: {}) {{ totalCount }} }}", at(instants[0]));
        let question = format!("{{ asOf(instant: {}) {count} }}", at(instants[1]));
        let counted = who.ask(&question).await.whole()["asOf"]["differences"]["totalCount"].take();
        assert_eq!(counted, held_against(&states[0], &states[1]).len(), "{name}");
    }
}

#[tokio::test]
async fn pages_go_both_ways_and_are_narrowed() {
    let db = TestDb::demo().await;
    let from = instant(&db).await;
    db.execute(&format!("SET session_replication_role = replica; {}", CHANGES[0])).await;
    let who = Viewer::public(&db);
    let all = differences(&who, from, None, "first: 100").await;
    let nodes = all["nodes"].as_array().unwrap();
    assert!(nodes.len() > 20 && all["pageInfo"]["hasNextPage"] == false, "{}", nodes.len());
    assert!(
        nodes.is_sorted_by_key(|node| ["TARGET", "FIGURE", "DEADLINE"].iter().position(|kind| node["kind"] == *kind))
    );
    let (mut backward, mut before) = (Vec::new(), String::new());
    loop {
        let page = differences(&who, from, None, &format!("last: 6{before}")).await;
        backward.splice(0..0, page["nodes"].as_array().unwrap().iter().cloned());
        if page["pageInfo"]["hasPreviousPage"] != true {
            break;
        }
        before = format!(", before: {}", page["pageInfo"]["startCursor"]);
    }
    assert_eq!(&backward, nodes);
    for (filter, wanted) in [("kinds: [DEADLINE]", ("kind", "DEADLINE")), ("changes: [REMOVED]", ("change", "REMOVED"))]
    {
        let narrowed = differences(&who, from, None, &format!("first: 100, filter: {{ {filter} }}")).await;
        let expected: Vec<_> = nodes.iter().filter(|node| node[wanted.0] == wanted.1).cloned().collect();
        assert!(!expected.is_empty() && narrowed["nodes"] == json!(expected), "{filter}");
    }
    // However long the page is, and with all that is linked.
    for size in [1, 10, 100] {
        let question = format!(
            "{{ differences(programme: \"{PROGRAMME}\", from: {}, first: {size}) {{ totalCount nodes {{ kind
                target {{ code }} measurement {{ period }} directive {{ code }} indicator {{ code }} subject {{ code }} }} }} }}",
            at(from)
        );
        let statements = who.metered(&question).await;
        // The programme, the page, the count, five kinds of objects, and what begins and ends the reading twice.
        assert!(statements <= 14, "{size}: {statements}");
    }
}

#[tokio::test]
async fn what_cannot_be_compared_is_refused() {
    let db = TestDb::demo().await;
    let now = instant(&db).await;
    let day = TimeDelta::days(1);
    let question = |from, to: Option<DateTime<Utc>>| {
        let to = to.map(|to| format!(", to: {}", at(to))).unwrap_or_default();
        format!("{{ differences(programme: \"{PROGRAMME}\", from: {}{to}) {{ nodes {{ kind }} }} }}", at(from))
    };
    let below = format!("{{ asOf(instant: {}) {} }}", at(now - day), question(now - day * 2, Some(now)));
    let to_come = "Bad request: the instant is still to come";
    let reversed = "Bad request: from is later than to";
    for (question, words) in [
        (question(now, Some(now - day)), reversed),
        (question(now - day, Some(now + day)), to_come),
        (question(now + day, None), to_come),
        (below, to_come),
    ] {
        let asked = Viewer::public(&db).ask(&question).await;
        assert_eq!(asked.errors[0]["message"], words, "{question}");
    }
    let asked = Viewer::public(&db).ask(&question(now, None).replace(PROGRAMME, "khong-co")).await;
    assert!(asked.errors[0]["message"].as_str().unwrap().contains("khong-co"), "{:?}", asked.errors);
}
