//! Lists as files: what stands in them is what the API answers, at one instant, for the same eyes.

mod access;
mod same;
mod snapshot;
mod text;

use std::io::Cursor;

use api::files::exports::lists::{List, Lists};
use calamine::{Data, Reader as _, Xlsx};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tests::server::Node;

/// Whatever lists there are.
fn lists() -> Lists {
    Lists::read(&schema::sdl()).unwrap()
}

/// Arguments of lists that cannot be without, and filters for those that would be long, as parameters.
fn parameters(list: &List) -> Vec<(&'static str, &'static str)> {
    match list.name.as_str() {
        "measurements" => vec![("filter", r#"{"indicator":"coverage_5g_share"}"#)],
        "assessments" | "obligations" | "reportingAssignments" => {
            vec![("filter", r#"{"indicator":"coverage_5g_share"}"#)]
        }
        "differences" => vec![("programme", "nq57-quang-ngai"), ("from", "2025-12-31T17:00:00Z")],
        "statusCounts" => vec![("by", "GROUP")],
        "completeness" => vec![("by", "REPORTER"), ("filter", r#"{"indicator":"coverage_5g_share"}"#)],
        "reportingMatrix" | "scorecards" => vec![("period", "2025-Q4")],
        _ => Vec::new(),
    }
}

/// The answer to a request for a file.
async fn sent(node: &Node, token: Option<&str>, file: &str, given: &[(&str, &str)]) -> Response {
    let mut request = Client::new().get(node.url(&format!("/files/exports/{file}"))).query(given);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    request.send().await.unwrap()
}

/// A file.
async fn file(node: &Node, token: Option<&str>, file: &str, given: &[(&str, &str)]) -> Vec<u8> {
    let response = sent(node, token, file, given).await;
    let (status, bytes) = (response.status(), response.bytes().await.unwrap());
    assert_eq!(status, 200, "{file} {given:?}: {}", String::from_utf8_lossy(&bytes));
    bytes.to_vec()
}

/// The code of the error that a request for a file is refused with, and its status.
async fn refused(node: &Node, token: Option<&str>, name: &str, given: &[(&str, &str)]) -> (u16, String) {
    let response = sent(node, token, name, given).await;
    let status = response.status().as_u16();
    let told: Value = response.json().await.unwrap();
    (status, told["errors"][0]["extensions"]["code"].as_str().unwrap().to_owned())
}

/// The heading and the rows of a CSV.
fn csv_rows(bytes: &[u8]) -> (Vec<String>, Vec<Vec<String>>) {
    let mut reader = csv::Reader::from_reader(bytes);
    let owned = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect::<Vec<_>>();
    let headings = owned(reader.headers().unwrap());
    (headings, reader.records().map(|record| owned(&record.unwrap())).collect())
}

/// The sheets of a workbook, row by row.
fn sheets(bytes: &[u8]) -> Vec<(String, Vec<Vec<Data>>)> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let names = book.sheet_names();
    let rows = |range: calamine::Range<Data>| range.rows().map(<[Data]>::to_vec).collect();
    names.into_iter().map(|name| (name.clone(), rows(book.worksheet_range(&name).unwrap()))).collect()
}

/// The objects of lines of JSON.
fn lines(bytes: &[u8]) -> Vec<Value> {
    str::from_utf8(bytes).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What the API answers for these columns of a list, on all pages.
async fn answered(
    node: &Node,
    token: Option<&str>,
    list: &List,
    columns: &[String],
    given: &[(&str, &str)],
) -> Vec<Value> {
    let variables = given.iter().map(|(name, value)| {
        let argument = list.arguments.iter().find(|argument| argument.name == *name).unwrap();
        let value = if argument.is_json { serde_json::from_str(value).unwrap() } else { json!(value) };
        ((*name).to_owned(), value)
    });
    let mut variables: serde_json::Map<String, Value> = variables.collect();
    let declared = given.iter().map(|(name, _)| {
        let argument = list.arguments.iter().find(|argument| argument.name == *name).unwrap();
        format!(", ${name}: {}", argument.ty)
    });
    let passed = given.iter().map(|(name, _)| format!(", {name}: ${name}"));
    let selection = columns.iter().map(|column| {
        let steps: Vec<_> = column.split('.').collect();
        format!("{}{}", steps.join(" { "), " }".repeat(steps.len() - 1))
    });
    let query = format!(
        "query($after: String{}) {{ it: {}(first: 50, after: $after{}) {{ nodes {{ {} }} pageInfo {{ hasNextPage endCursor }} }} }}",
        declared.collect::<String>(),
        list.name,
        passed.collect::<String>(),
        selection.collect::<Vec<_>>().join(" ")
    );
    let mut found = Vec::new();
    loop {
        let mut request = node.question(&query, &Value::Object(variables.clone()));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let page: Value = request.send().await.unwrap().json().await.unwrap();
        assert!(page["errors"].is_null(), "{}: {}", list.name, page["errors"]);
        let page = &page["data"]["it"];
        found.extend(page["nodes"].as_array().unwrap().iter().cloned());
        if page["pageInfo"]["hasNextPage"] != json!(true) {
            return found;
        }
        variables.insert("after".to_owned(), page["pageInfo"]["endCursor"].clone());
    }
}
