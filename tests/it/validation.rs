//! What a document may say, and which values its variables may have: as graphql-js has it, and before anything runs.

use std::{collections::BTreeMap, process::Command};

use api::guard::{Guard, RequestLimits};
use async_graphql::{Request, Variables};
use serde_json::{Value, json};
use tests::{TestDb, graphql::Viewer, npm::installed};

/// What the documents of [`the_answer_is_that_of_graphql_js`] are held against, with room for each of them.
fn guard() -> Guard {
    let limits = RequestLimits { root_fields: 1_000, cost: u64::MAX, ..RequestLimits::default() };
    Guard::new(&schema::sdl(), limits, true).unwrap()
}

/// Whether a document or its variables are refused, and with which words.
fn refusal(guard: &Guard, document: &str, variables: &Value) -> Option<(String, String)> {
    let request = Request::new(document).variables(Variables::from_json(variables.clone()));
    let error = guard.admit(&request, &mut guard.budget()).err()?;
    Some((error.reason().unwrap_or(error.code().as_str()).to_owned(), error.to_string()))
}

/// Documents made out of the schema, valid ones and some that break each rule, and variables of each input type. Needs node and
/// npm; the package is fetched once, into the target folder.
#[test]
fn the_answer_is_that_of_graphql_js() {
    let folder = installed(env!("CARGO_TARGET_TMPDIR"), "tests/validation");
    let sdl = folder.join("schema.graphql");
    std::fs::write(&sdl, schema::sdl()).unwrap();
    let output = Command::new("node").arg(folder.join("corpus.mjs")).arg(&sdl).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let guard = guard();
    let (mut rules, mut valid, mut variables, mut others) = (BTreeMap::new(), 0, 0, Vec::new());
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let refused = refusal(&guard, case["document"].as_str().unwrap(), &case["variables"]);
        let is_right = if let Some(broken) = case["rules"].as_array() {
            valid += usize::from(broken.is_empty());
            for rule in broken {
                *rules.entry(rule.as_str().unwrap().to_owned()).or_insert(0) += 1;
            }
            let reason = refused.as_ref().map(|(reason, _)| reason.as_str());
            match broken.first().and_then(Value::as_str) {
                // The document is valid; its variables, which it is sent without, are another question.
                None => reason.is_none_or(|reason| reason == "VARIABLES"),
                Some("Syntax") => reason == Some("SYNTAX"),
                Some(_) => reason == Some("VALIDATION"),
            }
        } else {
            variables += 1;
            refused.as_ref().map(|(reason, _)| reason.as_str())
                == (!case["coerces"].as_bool().unwrap()).then_some("VARIABLES")
        };
        if !is_right {
            others.push(format!("{case}\n    {refused:?}"));
        }
    }
    assert!(others.is_empty(), "{} are answered otherwise:\n{}", others.len(), others.join("\n"));
    // Each rule of the specification is broken by some, so that the comparison says something.
    assert!(valid >= 300 && variables >= 300 && rules.len() >= 24, "{valid} {variables} {rules:#?}");
}

#[tokio::test]
async fn fields_of_one_name_are_merged_with_one_meaning_or_refused() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    let tiles = "{ indicators(first: 1, filter: { codes: [\"tthc_dossiers_online_share\"] }) { ...ProvinceTile ...CommuneTile } }
        fragment ProvinceTile on IndicatorConnection { nodes { latestMeasurement(subject: \"qng.ubnd\", by: \"2025-12-31\") { value } } }
        fragment CommuneTile on IndicatorConnection { nodes { latestMeasurement(subject: \"ubnd.21028\", by: \"2025-12-31\") { value } } }";
    let asked = viewer.ask(tiles).await;
    assert_eq!(asked.data, Value::Null);
    let message = asked.errors[0]["message"].as_str().unwrap();
    assert!(message.contains("\"latestMeasurement\" conflict because they have differing arguments"), "{message}");
    // The same figure in both is one figure.
    let one = viewer.ask(&tiles.replace("ubnd.21028", "qng.ubnd")).await;
    assert_eq!(one.errors, [Value::Null; 0]);
}

#[tokio::test]
async fn escapes_beyond_the_first_plane_are_read() {
    let db = TestDb::demo().await;
    for escaped in ["\\uD83D\\uDE00", "\\u{1F600}"] {
        let query = format!("{{ search(text: \"Sở Khoa học {escaped}\") {{ edges {{ rank }} }} }}");
        assert_eq!(Viewer::public(&db).ask(&query).await.errors, [Value::Null; 0], "{query}");
    }
}

#[test]
fn a_field_that_there_is_not_is_told_and_not_that_its_parent_asks_for_nothing() {
    let guard = guard();
    for (document, words) in [
        ("{ indicators { total } }", "Cannot query field \"total\""),
        ("{ indicators { nodes { targets { goal } } } }", "Cannot query field \"goal\""),
        ("{ indicators }", "must have a selection of subfields"),
        ("{ indicators(number: 3) }", "must have a selection of subfields"),
    ] {
        let (reason, told) = refusal(&guard, document, &Value::Null).unwrap();
        assert!(reason == "VALIDATION" && told.contains(words), "{document}: {told}");
    }
}

#[test]
fn a_value_that_cannot_be_read_names_its_place_and_what_was_meant() {
    let guard = guard();
    let draft = "mutation ($i: DraftMeasurementInput!, $k: UUID!) {
        draftMeasurement(input: $i, idempotencyKey: $k) { userErrors { code } } }";
    let figure = json!({ "indicator": "economic_growth_rate", "subject": "qng.ubnd", "period": "2025-12", "observation": "FINAL", "value": "8.5" });
    let with = |field: &str, value: Value| {
        let mut figure = figure.clone();
        figure[field] = value;
        refusal(&guard, draft, &json!({ "i": figure, "k": "0193cb7e-5a00-7000-8000-000000000001" }))
    };
    assert_eq!(with("value", json!("8.5")), None);
    for (field, value, words) in [
        ("period", json!("2025/12"), "$i.period: a period is written"),
        ("value", json!("8,5"), "$i.value: Write 8.5"),
        ("observation", json!("LAST"), "$i.observation: \"LAST\" is none of Observation: "),
        ("expectedVersion", json!("1"), "$i.expectedVersion: \"1\" is no Int"),
        ("unit", json!("%"), "$i.unit: DraftMeasurementInput has no such field"),
        ("subject", Value::Null, "$i.subject: must not be null"),
    ] {
        let (reason, told) = with(field, value).unwrap();
        assert!(reason == "VARIABLES" && told.contains(words), "{told}");
    }
    let rows = "mutation ($i: DraftMeasurementsInput!, $k: UUID!) {
        draftMeasurements(input: $i, idempotencyKey: $k) { userErrors { code } } }";
    let rows = refusal(&guard, rows, &json!({ "i": { "mode": "ROW_BY_ROW", "rows": [figure, { "value": 8.5 }] } }));
    assert!(rows.unwrap().1.contains("$i.rows.1.indicator: a required field is missing"));
    let literal = "{ obligations(filter: { dueFrom: \"15/4/2025\" }) { totalCount } }";
    let (reason, told) = refusal(&guard, literal, &Value::Null).unwrap();
    assert!(reason == "VALIDATION" && told.contains("\"15/4/2025\": a day is written YYYY-MM-DD"), "{told}");
}
