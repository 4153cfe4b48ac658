//! What is out of a reader's reach looks like what is not there: in every field, count, cursor, and in the work it takes.
//!
//! The heart is a comparison of twins: a database with hidden objects, tied to all that a reader sees, must answer every
//! question as does one that never had them.

mod cached;
pub(crate) mod hidden;
mod messages;

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

use self::hidden::{
    ALL, COORDINATES, ELSEWHERE, GIVES,
    Hidden::{self, Drafted, Restricted, Submitted},
    LEADS, RECEIVES, ids, neighbours, with,
};

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

/// What lies deeper than that: of a noun, the way, and what stands at its end.
const DEEPER: &[(&str, &str, &str)] = &[
    ("Agency", "predecessors { weights", "SuccessionWeight"),
    ("Indicator", "definitions { components", "IndexComponent"),
    ("Indicator", "definitions { dimensions", "DefinitionDimension"),
    ("Measurement", "computation { inputs", "ComputedInput"),
    ("Measurement", "computation { scores", "ComponentScore"),
];

/// What is asked: with what everybody sees and hidden objects are tied to, every field of the schema, relations followed.
pub(crate) fn deep(survey: &Survey, neighbours: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let each = neighbours.iter().flat_map(|(of, ids)| {
        let ids = ids.iter().map(|id| format!("\"{id}\"")).collect::<Vec<_>>().join(", ");
        // A period report has its tasks, and they have their documents.
        let below = survey.each(of, if of == "PeriodReport" { 3 } else { 2 }).into_iter();
        below.map(move |below| format!("{{ nodes(ids: [{ids}]) {{ __typename ... on {of} {{ {below} }} }} }}"))
    });
    let deeper = DEEPER.iter().flat_map(|(of, way, end)| {
        let ids =
            neighbours.get(*of).into_iter().flatten().map(|id| format!("\"{id}\"")).collect::<Vec<_>>().join(", ");
        let below = survey.each(end, 1).into_iter();
        below.map(move |below| format!("{{ nodes(ids: [{ids}]) {{ ... on {of} {{ {way} {{ {below} }} }} }} }} }}"))
    });
    each.chain(deeper).chain(wide(survey)).collect()
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
            "completeness" | "statusCounts" => {
                let by = if called == "completeness" { "REPORTER" } else { "GROUP" };
                ask(&format!("(by: {by}, first: 20)"), 2);
                continue;
            }
            "assessments" => {
                ask("(first: 20)", 3);
                continue;
            }
            "standings" => {
                ask("(indicator: \"coverage_5g_share\", period: \"2025-Q3\")", 3);
                continue;
            }
            "differences" => {
                for programme in ["nq57-ba-ria-vung-tau", "nq57-quang-nam", "nq57-quang-ngai"] {
                    ask(&format!("(programme: \"{programme}\", from: \"2020-01-01T00:00:00Z\", last: 20)"), 2);
                }
                continue;
            }
            "scorecards" => {
                ask("(period: \"2025\", first: 20)", 3);
                continue;
            }
            "rankings" => {
                ask("(period: \"2025\")", 3);
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
            | "unlockRequests"
            | "imports"
            | "importMappings" => ask("(first: 20)", 2),
            "notifications" => ask("(first: 20)", 3),
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

pub(crate) fn survey() -> Survey {
    Survey::new(&[
        ("indicator", "\"coverage_5g_share\""),
        ("subject", "\"ubnd.21028\""),
        ("text", "\"canary\""),
        ("period", "\"2025\""),
    ])
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
    "FormerName.clause",
    "Goal.clause",
    "Goal.code",
    "Goal.id",
    "Goal.summary",
    "Goal.title",
    "IndicatorDefinition.clause",
    "IndicatorRule.clause",
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
    "RecommendationStep.text",
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
