//! What is out of a reader's reach looks like what is not there: in every field, count, cursor, and in the work it takes.
//!
//! The heart is a comparison of twins: a database with hidden objects, tied to all that a reader sees, must answer every
//! question as does one that never had them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use auth::{Principal, Reached, Role, ServiceScope};
use serde_json::Value;
use tests::{
    TestDb,
    graphql::{Asked, Viewer, principal},
    survey::{Survey, name},
};
use uuid::Uuid;

/// What somebody may be kept from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hidden {
    Internal,
    Restricted,
    Submitted,
    Drafted,
}
use Hidden::{Drafted, Internal, Restricted, Submitted};

const ALL: [Hidden; 4] = [Internal, Restricted, Submitted, Drafted];

/// The parties of what is restricted, and who reports what is not published.
const GIVES: &str = "qng.mo_phong.001";
const LEADS: &str = "qng.mo_phong.002";
const COORDINATES: &str = "qng.mo_phong.003";
const RECEIVES: &str = "qng.mo_phong.004";
/// Has to do with none of it.
const ELSEWHERE: &str = "qng.skhcn";

/// An id that follows from its name.
fn id(name: &str) -> String {
    let mut bytes = [0; 16];
    for (place, byte) in format!("CANARY {name}").bytes().enumerate() {
        bytes[place % 16] ^= byte.rotate_left(u32::try_from(place / 16).unwrap());
    }
    Uuid::from_bytes(bytes).to_string()
}

/// Objects of that visibility, before all others in the usual order of lists, tied to whatever can be tied to them; and
/// what points to them, which stays without pointing anywhere where they are not `present`.
#[allow(clippy::too_many_lines, reason = "one statement")]
fn objects(of: Hidden, present: bool) -> String {
    let (word, place) = match of {
        Internal => ("INTERNAL", 0),
        Restricted => ("RESTRICTED", 1),
        Submitted | Drafted => unreachable!("figures have no visibility"),
    };
    let document = id(&format!("document {word}"));
    let directive = id(&format!("directive {word}"));
    let recommendation = id(&format!("recommendation {word}"));
    let agency = |code: &str| format!("(SELECT id FROM agency WHERE code = '{code}')");
    let (gives, leads, coordinates, receives) = (agency(GIVES), agency(LEADS), agency(COORDINATES), agency(RECEIVES));
    // Something of each noun that everybody sees, another one for each visibility.
    let nth = |table: &str| {
        format!("(SELECT id FROM {table} WHERE code NOT LIKE '!canary%' ORDER BY code LIMIT 1 OFFSET {place})")
    };
    let (a_document, a_directive, a_recommendation) = (nth("document"), nth("directive"), nth("recommendation"));
    let (a_measure, a_goal, a_system) = (nth("measure"), nth("goal"), nth("digital_system"));
    let (an_indicator, a_target, a_programme) = (nth("indicator"), nth("target"), nth("programme"));
    let another_directive =
        format!("(SELECT id FROM directive WHERE code NOT LIKE '!canary%' ORDER BY code DESC LIMIT 1 OFFSET {place})");
    let hidden = if present {
        format!(
            "INSERT INTO document (id, code, symbol, kind, title, issuer_id, issuer_name, issued_on, issued_precision, status, visibility, province, note)
                VALUES ('{document}', '!canary-{word}', 'canary/{word}', 'PLAN', 'canary kế hoạch', {gives}, 'canary', '1900-01-01', 'DAY', 'ISSUED', '{word}', 'canary', 'canary');
            INSERT INTO document_relation (id, from_document_id, kind, to_document_id, to_agency_id, clause) VALUES
                ('{relation}1', '{document}', 'REPLACES', {a_document}, NULL, 'canary'), ('{relation}2', {a_document}, 'AMENDS', '{document}', NULL, 'canary'),
                ('{relation}3', '{document}', 'SUBMITTED_TO', NULL, {receives}, 'canary');
            INSERT INTO programme_document SELECT id, '{document}', 'PLAN' FROM programme;
            INSERT INTO directive (id, code, programme_id, kind, title, summary_en, document_id, clause, position, parent_id, assigner_id, lead_basis,
                    expected_output, visibility, note) VALUES
                ('{directive}', '!canary-{word}', {a_programme}, 'DIRECTIVE', 'canary chỉ đạo', 'canary', {a_document}, 'canary', 9000 + {place}, {another_directive},
                    {gives}, 'EXPLICIT', 'canary', '{word}', 'canary'),
                ('{directive_within}', '!canary-{word}-2', {a_programme}, 'DIRECTIVE', 'canary chỉ đạo', 'canary', '{document}', 'canary', 1, NULL, {gives}, 'EXPLICIT',
                    'canary', '{word}', 'canary');
            INSERT INTO directive_lead SELECT id, {leads}, 1 FROM directive WHERE code LIKE '!canary-{word}%';
            INSERT INTO directive_coordinator SELECT id, 1, {coordinates}, NULL FROM directive WHERE code LIKE '!canary-{word}%';
            INSERT INTO directive_deadline (directive_id, revision, words, stated_on, precision, operator, due_on, document_id, note)
                SELECT id, 1, 'canary', '1900-01-01', 'DAY', 'BY', '1900-01-01', '{document}', 'canary' FROM directive WHERE code LIKE '!canary-{word}%';
            INSERT INTO directive_dependency (id, directive_id, on_directive_id, on_document_id, note) VALUES
                ('{dependency}1', {another_directive}, '{directive}', NULL, 'canary'), ('{dependency}2', {a_directive}, NULL, '{document}', 'canary'),
                ('{dependency}3', '{directive_within}', {a_directive}, NULL, 'canary');
            INSERT INTO directive_document VALUES ({a_directive}, '{document}'), ('{directive}', {a_document});
            INSERT INTO directive_indicator VALUES ('{directive}', {an_indicator}, true);
            INSERT INTO progress_update (id, directive_id, reporter_id, reported_on, percent, narrative, obstacles, source, document_id, recorded_at)
                VALUES ('{progress}1', '{directive}', {leads}, '2030-01-01', 50, 'canary', 'canary', 'REPORTED', '{document}', '2026-01-01T00:00:00Z');
            INSERT INTO directive_extension (id, directive_id, agency_id, proposed_on, reason, requested_at, requested_by)
                VALUES ('{progress}2', '{directive}', {leads}, '2030-01-01', 'canary', '2026-01-01T00:00:00Z', '{progress}2');
            INSERT INTO directive_input (id, directive_id, agency_id, coordinator_id, question, asked_on, asked_at, asked_by)
                VALUES ('{progress}3', '{directive}', {leads}, {coordinates}, 'canary', '2026-01-01', '2026-01-01T00:00:00Z', '{progress}3');
            INSERT INTO directive_event (id, directive_id, kind, occurred_on, recorded_at, agency_id, text, progress_id, extension_id, input_id, other_directive_id) VALUES
                ('{progress}4', '{directive}', 'PROGRESS_REPORTED', '2026-01-01', '2026-01-01T00:00:00Z', {leads}, 'canary', '{progress}1', NULL, NULL, NULL),
                ('{progress}5', '{directive}', 'EXTENSION_REQUESTED', '2026-01-01', '2026-01-01T00:00:00Z', {leads}, 'canary', NULL, '{progress}2', NULL, NULL),
                ('{progress}6', {a_directive}, 'UNBLOCKED', '2026-01-01', '2026-01-01T00:00:00Z', {leads}, 'canary', NULL, NULL, NULL, '{directive}');
            INSERT INTO recommendation (id, code, kind, from_agency_id, to_words, topic, text, document_id, clause, visibility, note) VALUES
                ('{recommendation}', '!canary-{word}', 'RECOMMENDATION', {gives}, 'canary', 'canary', 'canary kiến nghị', {a_document}, 'canary', '{word}', 'canary'),
                ('{recommendation_within}', '!canary-{word}-2', 'RECOMMENDATION', {gives}, 'canary', 'canary', 'canary', '{document}', 'canary', '{word}', 'canary');
            INSERT INTO recommendation_recipient SELECT id, {receives}, 1 FROM recommendation WHERE code LIKE '!canary-{word}%';
            INSERT INTO recommendation_answer VALUES ('{recommendation}', {a_directive}), ({a_recommendation}, '{directive}');
            INSERT INTO recommendation_document VALUES ({a_recommendation}, '{document}'), ('{recommendation}', {a_document});
            INSERT INTO measure (id, code, programme_id, document_id, clause, position, title_vi, title_en, summary_vi, summary_en)
                VALUES ('{measure}', '!canary-{word}', {a_programme}, '{document}', 'canary', 1, 'canary', 'canary', 'canary kế hoạch', 'canary');
            INSERT INTO measure_document VALUES ({a_measure}, '{document}');
            INSERT INTO measure_indicator VALUES ('{measure}', {an_indicator}, true);
            INSERT INTO goal (id, code, kind, programme_id, document_id, clause, position, title_vi, title_en, summary_vi, summary_en)
                VALUES ('{goal}', '!canary-{word}', 'PURPOSE', {a_programme}, '{document}', 'canary', 1, 'canary', 'canary', 'canary kế hoạch', 'canary');
            INSERT INTO goal_document VALUES ({a_goal}, '{document}');
            INSERT INTO digital_system (id, code, name_vi, name_en, kind, proper_name, owner_id)
                VALUES ('{system}', '!canary-{word}', 'canary', 'canary', 'PORTAL', true, {gives});
            INSERT INTO digital_system_clause VALUES ('{system}', 1, '{document}', 'canary'), ({a_system}, 100 + {place}, '{document}', 'canary');
            INSERT INTO digital_system_document VALUES ({a_system}, '{document}');
            INSERT INTO digital_system_indicator VALUES ('{system}', {an_indicator});
            INSERT INTO measure_system VALUES ('{measure}', {a_system}), ({a_measure}, '{system}');
            INSERT INTO period_report (id, code, programme_id, document_id, reporter_id, title_vi, title_en, regime, period_kind, period, starts_on, ends_on, period_words)
                VALUES ('{report}', '!canary-{word}', {a_programme}, '{document}', {gives}, 'canary', 'canary', 'CALENDAR', 'YEAR', '1900', '1900-01-01', '1901-01-01', 'canary');
            INSERT INTO period_report_result (id, report_id, position, section, clause, title_vi, title_en, state, directive_id)
                VALUES ('{report}', '{report}', 1, 'RESULTS', 'canary', 'canary', 'canary', 'DONE', {a_directive});
            INSERT INTO period_report_output SELECT id, 100 + {place}, '{document}', 'REFERENCE' FROM period_report_result WHERE title_vi <> 'canary' AND position = 1;",
            relation = &id(&format!("relation {word}"))[..35],
            dependency = &id(&format!("dependency {word}"))[..35],
            progress = &id(&format!("progress {word}"))[..35],
            directive_within = id(&format!("directive within {word}")),
            recommendation_within = id(&format!("recommendation within {word}")),
            measure = id(&format!("measure {word}")),
            goal = id(&format!("goal {word}")),
            system = id(&format!("digital system {word}")),
            report = id(&format!("period report {word}")),
        )
    } else {
        String::new()
    };
    let to = |value: &str| if present { format!("'{value}'") } else { "NULL".to_owned() };
    let (pointer, clause, parent) = (to(&document), to("canary"), to(&directive));
    format!(
        "{hidden}
        UPDATE agency_placement SET document_id = {pointer}, clause = {clause}, stated = true, basis = NULL WHERE agency_id = {placed};
        UPDATE agency_succession SET document_id = {pointer}, clause = {clause}
            WHERE id = (SELECT id FROM agency_succession ORDER BY id LIMIT 1 OFFSET {place});
        UPDATE indicator_definition SET document_id = {pointer}, clause = {clause} WHERE indicator_id = {an_indicator};
        INSERT INTO target_revision (id, target_id, revision, previous_known, document_id, clause)
            VALUES ('{revision}2', {a_target}, 100 + {place}, false, {pointer}, {clause});
        INSERT INTO directive_deadline (directive_id, revision, precision, document_id)
            VALUES ({a_directive}, 100 + {place}, 'NONE', {pointer});
        INSERT INTO progress_update (id, directive_id, reported_on, narrative, source, document_id, recorded_at)
            VALUES ('{revision}3', {a_directive}, '2029-01-01', 'Đã làm', 'REPORTED', {pointer}, '2026-01-01T00:00:00Z');
        UPDATE directive SET parent_id = {parent} WHERE id = {a_directive};",
        placed = agency(GIVES),
        revision = &id(&format!("revision {word}"))[..35],
    )
}

/// A figure that is not published, and a correction of one that is.
fn figures(of: Hidden) -> String {
    let (state, place) = if of == Submitted { ("SUBMITTED", 0) } else { ("DRAFT", 1) };
    let decision = if of == Submitted { "ENDORSED" } else { "WITHDRAWN" };
    let measurement = id(&format!("measurement {state}"));
    format!(
        "INSERT INTO measurement (id, indicator_id, definition_id, subject_id, reporter_id, regime, period_kind, period, starts_on, ends_on)
            SELECT '{measurement}', i.id, d.id, a.id, a.id, 'CALENDAR', i.frequency,
                CASE i.frequency WHEN 'MONTH' THEN '2030-01' WHEN 'QUARTER' THEN '2030-Q1' WHEN 'HALF_YEAR' THEN '2030-S1' ELSE '2030' END, '2030-01-01', '2031-01-01'
            FROM indicator i JOIN indicator_definition d ON d.indicator_id = i.id, agency a
            WHERE a.code = '{GIVES}' AND d.version = 1 ORDER BY i.code LIMIT 1 OFFSET {place};
        INSERT INTO measurement_revision (measurement_id, revision, state, observation, stated_value, source, note, recorded_at)
            VALUES ('{measurement}', 1, '{state}', 'FINAL', 1900, 'REPORTED', 'canary', '2026-01-01T00:00:00Z');
        INSERT INTO measurement_revision (measurement_id, revision, state, observation, stated_value, source, note, reason, recorded_at)
            SELECT m.id, m.published_revision + 1, '{state}', 'REVISED', 1900, 'REPORTED', 'canary', 'canary', '2026-01-01T00:00:00Z'
            FROM measurement m JOIN agency a ON a.id = m.reporter_id WHERE a.code = '{GIVES}' AND m.published_revision IS NOT NULL
            ORDER BY m.ends_on DESC, m.id LIMIT 1 OFFSET {place};
        INSERT INTO measurement_decision (measurement_id, revision, state, content_hash, reason, decided_at, decided_by)
            SELECT measurement_id, revision, '{decision}', measurement_content_hash(measurement_id, revision), 'canary', '2026-01-02T00:00:00Z', '{measurement}'
            FROM measurement_revision WHERE state = '{state}' AND reason = 'canary';"
    )
}

/// The demo with some of the hidden objects.
async fn with(present: &[Hidden]) -> TestDb {
    let db = TestDb::demo().await;
    for of in [Internal, Restricted] {
        db.execute(&objects(of, present.contains(&of))).await;
    }
    for of in present.iter().filter(|of| matches!(of, Submitted | Drafted)) {
        db.execute(&figures(*of)).await;
    }
    db
}

/// The global ids of all hidden objects, whether they are there or not.
fn ids() -> Vec<String> {
    let of_words = ["INTERNAL", "RESTRICTED"].into_iter().flat_map(|word| {
        [
            (b'd', "document"),
            (b'v', "directive"),
            (b'v', "directive within"),
            (b'r', "recommendation"),
            (b'r', "recommendation within"),
            (b'f', "measure"),
            (b'b', "goal"),
            (b'S', "digital system"),
            (b'B', "period report"),
        ]
        .map(|(tag, noun)| (tag, id(&format!("{noun} {word}"))))
    });
    let updates = ["INTERNAL", "RESTRICTED"].map(|word| (b'u', format!("{}1", &id(&format!("progress {word}"))[..35])));
    let events = ["INTERNAL", "RESTRICTED"].map(|word| (b'q', format!("{}6", &id(&format!("progress {word}"))[..35])));
    let figures = ["SUBMITTED", "DRAFT"].map(|state| (b'm', id(&format!("measurement {state}"))));
    let all = of_words.chain(updates).chain(events).chain(figures);
    all.map(|(tag, id)| schema::id::encode(tag, id.parse().unwrap()).to_string()).collect()
}

/// What everybody sees and hidden objects are tied to.
async fn neighbours(db: &TestDb) -> BTreeMap<String, Vec<String>> {
    let firsts = [
        ("d", "document", 2),
        ("v", "directive", 2),
        ("r", "recommendation", 2),
        ("i", "indicator", 2),
        ("t", "target", 2),
        ("p", "programme", 1),
        ("f", "measure", 2),
        ("b", "goal", 2),
        ("S", "digital_system", 2),
        ("B", "period_report", 1),
    ];
    let firsts = firsts.map(|(tag, table, count)| {
        format!("(SELECT '{tag}' AS tag, id FROM {table} WHERE code NOT LIKE '!canary%' ORDER BY code LIMIT {count})")
    });
    let query = format!(
        "SELECT string_agg(tag || id, ' ') FROM ({}
            UNION ALL (SELECT 'v', id FROM directive WHERE code NOT LIKE '!canary%' ORDER BY code DESC LIMIT 2)
            UNION ALL SELECT 'a', id FROM agency WHERE code IN ('{GIVES}', '{RECEIVES}')
            UNION ALL SELECT 'a', min(agency_id::text)::uuid FROM agency_succession_party GROUP BY succession_id
            UNION ALL SELECT 'u', id FROM progress_update WHERE reported_on = '2029-01-01'
            UNION ALL (SELECT 'q', e.id FROM directive_event e JOIN directive d ON d.id = e.directive_id WHERE d.code NOT LIKE '!canary%'
                AND e.text IS DISTINCT FROM 'canary' ORDER BY d.code, e.number LIMIT 2)
            UNION ALL (SELECT 'm', m.id FROM measurement m JOIN agency a ON a.id = m.reporter_id WHERE a.code = '{GIVES}'
                AND m.published_revision IS NOT NULL ORDER BY m.ends_on DESC, m.id LIMIT 2)) AS found",
        firsts.join(" UNION ALL ")
    );
    let found = db.text(&query).await;
    let mut neighbours = BTreeMap::<String, Vec<String>>::new();
    for found in found.split(' ') {
        let of = TYPES.iter().find(|(tag, _)| found.starts_with(tag)).unwrap().1;
        let id = schema::id::encode(found.as_bytes()[0], found[1..].parse().unwrap()).to_string();
        neighbours.entry(of.to_owned()).or_default().push(id);
    }
    neighbours
}

/// What the ids of neighbours begin with.
const TYPES: [(&str, &str); 14] = [
    ("a", "Agency"),
    ("b", "Goal"),
    ("B", "PeriodReport"),
    ("d", "Document"),
    ("f", "Measure"),
    ("i", "Indicator"),
    ("m", "Measurement"),
    ("p", "Programme"),
    ("r", "Recommendation"),
    ("S", "DigitalSystem"),
    ("t", "Target"),
    ("q", "DirectiveEvent"),
    ("u", "ProgressUpdate"),
    ("v", "Directive"),
];

/// Texts that a hidden object could be found by, and one that nobody could.
const LURES: [&str; 7] = [
    "!canary-INTERNAL",
    "!canary-RESTRICTED",
    "canary/INTERNAL",
    "canary/RESTRICTED",
    "canary",
    "canary kế hoạch chỉ đạo kiến nghị",
    "không có gì như thế",
];

/// What is asked: with what everybody sees and hidden objects are tied to, every field of the schema, relations followed.
fn deep(survey: &Survey, neighbours: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let each = neighbours.iter().flat_map(|(of, ids)| {
        let ids = ids.iter().map(|id| format!("\"{id}\"")).collect::<Vec<_>>().join(", ");
        // A period report has its tasks, and they have their documents.
        let below = survey.each(of, if of == "PeriodReport" { 3 } else { 2 }).into_iter();
        below.map(move |below| format!("{{ nodes(ids: [{ids}]) {{ __typename ... on {of} {{ {below} }} }} }}"))
    });
    each.chain(wide(survey)).collect()
}

/// What is asked: every root field, with every text that it takes for a hidden object's.
fn wide(survey: &Survey) -> Vec<String> {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let listed = |ids: &[String]| ids.iter().map(|id| quoted(id)).collect::<Vec<_>>().join(", ");
    let mut questions = Vec::new();
    for field in survey.roots() {
        let called = field.name.node.as_str();
        let argument = |wanted: &str| field.arguments.iter().find(|argument| argument.node.name.node == wanted);
        let mut ask = |arguments: &str, depth| {
            questions.push(format!("{{ {called}{arguments} {} }}", survey.below(field, depth)));
        };
        match called {
            "nodes" => {
                ask(&format!("(ids: [{}])", listed(&ids())), 1);
                continue;
            }
            "node" => {
                for id in ids() {
                    ask(&format!("(id: {})", quoted(&id)), 0);
                }
                continue;
            }
            "completeness" => {
                ask("(by: REPORTER, first: 20)", 2);
                continue;
            }
            "reportingMatrix" => {
                ask("(period: \"2025-12\", first: 20)", 3);
                continue;
            }
            "obligations"
            | "myObligations"
            | "reportObligations"
            | "reportingAssignments"
            | "reportingExtensions"
            | "nilAnswers"
            | "unlockRequests" => ask("(first: 20)", 2),
            "changes" => {
                ask("(first: 20)", 2);
                continue;
            }
            "search" => {
                for text in LURES {
                    ask(&format!("(first: 10, text: {})", quoted(text)), 1);
                }
                continue;
            }
            _ => {}
        }
        let keys = field.arguments.iter().map(|argument| &argument.node).filter(|argument| {
            ["String", "ID"].contains(&name(&argument.ty.node))
                && !["after", "before"].contains(&argument.name.node.as_str())
        });
        for key in keys {
            for lure in LURES {
                ask(&format!("({}: {})", key.name.node, quoted(lure)), 0);
            }
        }
        let needed = field.arguments.iter().any(|argument| !argument.node.ty.node.nullable);
        if !needed && called != "document" {
            let first = if argument("first").is_some() { "(first: 20)" } else { "" };
            ask(first, 1);
        }
        if let Some(filter) = argument("filter") {
            for text in survey.texts_of(&filter.node.ty.node) {
                for lure in LURES {
                    let list = survey.takes_list(&filter.node.ty.node, text);
                    let value = if list { format!("[{}]", quoted(lure)) } else { quoted(lure) };
                    questions.push(format!(
                        "{{ {called}(filter: {{ {text}: {value} }}) {{ totalCount pageInfo {{ endCursor }} }} }}"
                    ));
                }
            }
        }
    }
    questions
}

/// The fields whose answer holds something of a hidden object.
fn sightings(answer: &Value, ids: &BTreeSet<String>, field: &str, found: &mut BTreeSet<String>) {
    match answer {
        Value::String(text) if text.contains("canary") || ids.contains(text) => {
            found.insert(field.to_owned());
        }
        Value::Array(values) => values.iter().for_each(|value| sightings(value, ids, field, found)),
        Value::Object(fields) => {
            let of = fields.get("__typename").and_then(Value::as_str).unwrap_or_default();
            for (name, value) in fields {
                let name = name.rsplit('_').next().unwrap_or_default();
                sightings(value, ids, &format!("{of}.{name}"), found);
            }
        }
        _ => {}
    }
}

/// The errors of an answer, in one order: fields that are done at the same time fail in any.
fn errors(asked: &Asked) -> Vec<String> {
    let mut errors: Vec<_> = asked.errors.iter().map(Value::to_string).collect();
    errors.sort_unstable();
    errors
}

fn survey() -> Survey {
    Survey::new(&[("subject", "\"qng.mo_phong.001\""), ("text", "\"canary\""), ("period", "\"2025\"")])
}

/// Everybody who is kept from something, and from what.
async fn strangers(db: &TestDb) -> Vec<(&'static str, Principal, Vec<Hidden>)> {
    let held = async |role| principal(db, &[(role, ELSEWHERE, true)]).await;
    let figures = Reached::Agencies(Arc::new([Uuid::from_u128(7)].into()));
    let machine =
        Principal::service(Uuid::from_u128(3), vec![ServiceScope::ReadFigures, ServiceScope::WriteFigures], figures);
    let all_but_internal = vec![Restricted, Submitted, Drafted];
    vec![
        ("public", Principal::nobody(), ALL.to_vec()),
        ("administrator", held(Role::Administrator).await, ALL.to_vec()),
        ("machine", machine, ALL.to_vec()),
        ("reporter", held(Role::Reporter).await, all_but_internal.clone()),
        ("head", held(Role::Head).await, all_but_internal.clone()),
        ("standing office", held(Role::StandingOffice).await, all_but_internal.clone()),
        ("leader", held(Role::Leader).await, all_but_internal),
        ("inspector", held(Role::Inspector).await, vec![Drafted]),
    ]
}

#[tokio::test]
async fn a_reader_cannot_tell_a_hidden_object_from_none() {
    let full = with(&ALL).await;
    let (survey, hidden_ids) = (survey(), ids().into_iter().collect());
    let (deep, wide) = (deep(&survey, &neighbours(&full).await), wide(&survey));
    let (mut twins, mut seen) = (Vec::<(Vec<Hidden>, TestDb)>::new(), BTreeSet::new());
    for (who, viewer, hidden) in strangers(&full).await {
        if !twins.iter().any(|(without, _)| *without == hidden) {
            let rest: Vec<_> = ALL.into_iter().filter(|of| !hidden.contains(of)).collect();
            twins.push((hidden.clone(), with(&rest).await));
        }
        let (_, twin) = twins.iter().find(|(without, _)| *without == hidden).unwrap();
        let (one, other) = (Viewer::with(&full, viewer.clone()), Viewer::with(twin, viewer));
        // One of each three kinds of strangers is asked everything.
        for question in if ["public", "reporter", "inspector"].contains(&who) { &deep } else { &wide } {
            let (one, other) = (one.ask(question).await, other.ask(question).await);
            let same = (&one.data, errors(&one)) == (&other.data, errors(&other));
            assert!(same, "{who} is answered otherwise:\n{question}\n{}\n\n{}", one.data, other.data);
            if hidden == ALL {
                sightings(&one.data, &hidden_ids, "Query", &mut seen);
            }
        }
    }
    assert_eq!(seen, BTreeSet::new());
}

/// Answers of large documents arrive in parts, and then it is chance which fields are loaded together; so one way at a time.
#[tokio::test]
async fn a_hidden_object_costs_what_none_costs() {
    let (full, twin) = (with(&ALL).await, with(&[]).await);
    let (one, other) = (Viewer::public(&full), Viewer::public(&twin));
    let survey = survey();
    for (of, ids) in neighbours(&full).await {
        let ids = ids.iter().map(|id| format!("\"{id}\"")).collect::<Vec<_>>().join(", ");
        for way in survey.ways(&of, 2) {
            let question = format!("{{ nodes(ids: [{ids}]) {{ ... on {of} {{ {way} }} }} }}");
            let (one, other) = (one.ask(&question).await, other.ask(&question).await);
            assert_eq!((one.statements, one.data), (other.statements, other.data), "{question}");
        }
    }
}

/// Where the survey meets hidden objects once they are not hidden: what is compared above is worth something only if
/// they would show there.
const PLACES: &[&str] = &[
    "AgencyPlacement.clause",
    "AgencySuccession.clause",
    "DigitalSystem.code",
    "DigitalSystem.id",
    "DigitalSystem.name",
    "DigitalSystemClause.clause",
    "Directive.clause",
    "Directive.code",
    "Directive.expectedOutput",
    "Directive.id",
    "Directive.note",
    "Directive.summary",
    "Directive.title",
    "DirectiveDeadline.note",
    "DirectiveDeadline.words",
    "DirectiveDependency.note",
    "DirectiveEvent.id",
    "DirectiveEvent.text",
    "Document.code",
    "Document.id",
    "Document.issuerName",
    "Document.note",
    "Document.province",
    "Document.symbol",
    "Document.title",
    "DocumentRelation.clause",
    "ExtensionRequest.reason",
    "Goal.clause",
    "Goal.code",
    "Goal.id",
    "Goal.summary",
    "Goal.title",
    "IndicatorDefinition.clause",
    "InputRequest.question",
    "Measure.clause",
    "Measure.code",
    "Measure.id",
    "Measure.summary",
    "Measure.title",
    "Measurement.id",
    "Measurement.note",
    "Measurement.reason",
    "MeasurementDecision.reason",
    "MeasurementRevision.note",
    "MeasurementRevision.reason",
    "PeriodReport.code",
    "PeriodReport.id",
    "PeriodReport.periodWords",
    "PeriodReport.title",
    "PeriodReportResult.clause",
    "PeriodReportResult.title",
    "ProgressUpdate.id",
    "ProgressUpdate.narrative",
    "ProgressUpdate.obstacles",
    "Recommendation.clause",
    "Recommendation.code",
    "Recommendation.id",
    "Recommendation.note",
    "Recommendation.text",
    "Recommendation.toWords",
    "Recommendation.topic",
    "TargetRevision.clause",
];

#[tokio::test]
async fn the_survey_goes_wherever_a_hidden_object_could_show() {
    let full = with(&ALL).await;
    let (survey, hidden_ids) = (survey(), ids().into_iter().collect());
    let questions = deep(&survey, &neighbours(&full).await);
    assert_eq!(survey.unasked(), Vec::<String>::new());
    let viewer = principal(&full, &[(Role::Reporter, GIVES, false)]).await;
    let viewer = Viewer::with(&full, viewer);
    let mut seen = BTreeSet::new();
    for question in &questions {
        sightings(&viewer.ask(question).await.data, &hidden_ids, "Query", &mut seen);
    }
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>(), PLACES);
}

/// Of what is hidden from most, the codes and states that a viewer finds by their ids.
async fn found(db: &TestDb, viewer: Principal) -> Vec<String> {
    let ids = ids().iter().map(|id| format!("\"{id}\"")).collect::<Vec<_>>().join(", ");
    let query = format!(
        "{{ nodes(ids: [{ids}]) {{ __typename ... on Document {{ visibility }} ... on Directive {{ visibility document {{ code }} }}
            ... on Recommendation {{ visibility }} ... on Measurement {{ state }} }} }}"
    );
    let answer = Viewer::with(db, viewer).ask(&query).await.whole();
    let mut found: Vec<_> = answer["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|node| !node.is_null())
        .map(|node| {
            let kind = node["__typename"].as_str().unwrap();
            let word = node["visibility"].as_str().or(node["state"].as_str()).unwrap_or_default();
            format!("{kind} {word}").trim_end().to_owned()
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Who sees what: each role where it is a party or reports, and the same role elsewhere.
#[tokio::test]
async fn each_role_sees_what_the_table_gives_it_and_nothing_else() {
    let db = with(&ALL).await;
    let nouns = |word: &str| ["Directive", "Document", "Recommendation"].map(|noun| format!("{noun} {word}"));
    // What is seen with the document in which it stands, or with what it was done to.
    let followers = ["DigitalSystem", "DirectiveEvent", "Goal", "Measure", "PeriodReport", "ProgressUpdate"];
    let updates = followers.map(str::to_owned);
    let internal = [nouns("INTERNAL").to_vec(), updates.to_vec()].concat();
    let sees = |parts: &[&[String]]| {
        let mut all = parts.concat();
        all.sort();
        all.dedup();
        all
    };
    let figure = |state: &str| [format!("Measurement {state}")];
    let restricted = nouns("RESTRICTED");
    let (drafted, submitted) = (figure("DRAFT"), figure("SUBMITTED"));
    // The agency that gives them all reports the figures too.
    for (role, at_home) in [
        (Role::Reporter, sees(&[&internal, &restricted, &drafted, &submitted])),
        (Role::Head, sees(&[&internal, &restricted, &drafted, &submitted])),
        (Role::StandingOffice, sees(&[&internal, &restricted, &submitted])),
        (Role::Leader, sees(&[&internal, &restricted])),
    ] {
        assert_eq!(found(&db, principal(&db, &[(role, GIVES, false)]).await).await, at_home, "{role} at home");
        assert_eq!(
            found(&db, principal(&db, &[(role, ELSEWHERE, true)]).await).await,
            sees(&[&internal]),
            "{role} elsewhere"
        );
        // Reach from above: the parent's role with those below it.
        assert_eq!(found(&db, principal(&db, &[(role, "qng.ubnd", true)]).await).await, at_home, "{role} above");
        let alone = found(&db, principal(&db, &[(role, "qng.ubnd", false)]).await).await;
        assert_eq!(alone, sees(&[&internal]), "{role} above, without those below");
    }
    let inspector = found(&db, principal(&db, &[(Role::Inspector, ELSEWHERE, false)]).await).await;
    assert_eq!(inspector, sees(&[&internal, &restricted, &submitted]));
    let administrator = principal(&db, &[(Role::Administrator, "qng.ubnd", true)]).await;
    assert_eq!(found(&db, administrator).await, Vec::<String>::new());
    assert_eq!(found(&db, Principal::nobody()).await, Vec::<String>::new());
    // Parties one by one: who leads and who coordinates see the directive and its document, who receives the other two.
    for (agency, own) in [
        (LEADS, vec!["Directive RESTRICTED", "Document RESTRICTED"]),
        (COORDINATES, vec!["Directive RESTRICTED", "Document RESTRICTED"]),
        (RECEIVES, vec!["Document RESTRICTED", "Recommendation RESTRICTED"]),
    ] {
        let own: Vec<_> = own.into_iter().map(str::to_owned).collect();
        let head = principal(&db, &[(Role::Head, agency, false)]).await;
        assert_eq!(found(&db, head).await, sees(&[&internal, &own]), "{agency}");
    }
}
