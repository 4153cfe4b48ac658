//! A relation that fails blanks one field: the rest of the answer arrives, with the error's whole path.

use serde_json::json;
use tests::{
    TestDb,
    graphql::{Viewer, all},
};

/// A table to lose, a question that needs it, the path of the field that must come back null, and one that must arrive.
const LOSSES: &[(&str, &str, &str, &str)] = &[
    (
        "agency_succession_party",
        "{ agencies(first: 3) { nodes { code predecessors { kind } } } }",
        "predecessors",
        "code",
    ),
    ("agency_placement", "{ agencies(first: 3) { nodes { code children { totalCount } } } }", "children", "code"),
    ("document_relation", "{ documents(first: 3) { nodes { code relations { kind } } } }", "relations", "code"),
    ("programme_document", "{ programmes(first: 3) { nodes { code documents { role } } } }", "documents", "code"),
    (
        "programme_indicator",
        "{ indicatorGroups(first: 3) { nodes { code indicators { totalCount nodes { code } } } } }",
        "indicators",
        "code",
    ),
    (
        "measurement_revision",
        "{ indicators(first: 3) { nodes { code latestMeasurement(subject: \"qng.ubnd\") { value } } } }",
        "latestMeasurement",
        "code",
    ),
    (
        "indicator_definition",
        "{ indicators(first: 3) { nodes { code definitions { version } } } }",
        "definitions",
        "code",
    ),
    ("target_revision", "{ targets(first: 3) { nodes { code revisions { revision } } } }", "revisions", "code"),
    ("directive_lead", "{ directives(first: 3) { nodes { title leads { name } } } }", "leads", "title"),
    (
        "directive_coordinator",
        "{ directives(first: 3) { nodes { title coordinators { words } } } }",
        "coordinators",
        "title",
    ),
    ("directive_deadline", "{ directives(first: 3) { nodes { title deadlines { words } } } }", "deadlines", "title"),
    (
        "progress_update",
        "{ directives(first: 3) { nodes { title progressUpdates { nodes { percent } } } } }",
        "progressUpdates",
        "title",
    ),
    (
        "directive_event",
        "{ directives(first: 3) { nodes { title timeline { nodes { kind } } } } }",
        "timeline",
        "title",
    ),
    (
        "directive_extension",
        "{ directives(first: 3) { nodes { title extensionRequests { state } } } }",
        "extensionRequests",
        "title",
    ),
    ("directive_input", "{ directives(first: 3) { nodes { title waitedDays } } }", "waitedDays", "title"),
    ("recommendation_recipient", "{ recommendations(first: 3) { nodes { topic to { name } } } }", "to", "topic"),
    (
        "reporting_rule_cadence",
        "{ reportingRules(first: 3) { nodes { clause cadences { words } } } }",
        "cadences",
        "clause",
    ),
];

#[tokio::test]
async fn one_failure_blanks_one_field() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    for (table, query, lost, kept) in LOSSES {
        db.execute(&format!("ALTER TABLE {table} RENAME TO {table}_lost")).await;
        let asked = viewer.ask(query).await;
        db.execute(&format!("ALTER TABLE {table}_lost RENAME TO {table}")).await;

        let list = asked.data.as_object().unwrap().keys().next().unwrap().clone();
        let nodes = all(&asked.data, &format!("{list}/nodes/*"));
        assert_eq!(nodes.len(), 3, "{table}: {asked:#?}");
        for (place, node) in nodes.iter().enumerate() {
            assert!(node[*lost].is_null() && node[*kept].is_string(), "{table}: {node}");
            let path = json!([list, "nodes", place, lost]);
            assert!(
                asked.errors.iter().any(|error| error["path"] == path),
                "{table}: no error at {path}: {:#?}",
                asked.errors
            );
        }
    }
}
