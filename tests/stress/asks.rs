//! What ordinary users ask for.

use serde_json::{Value, json};

/// A question of a screen.
pub enum Ask {
    /// The same each time.
    Read(String),
    /// A figure is drafted, or its draft written anew.
    Draft,
}

/// What somebody asks for, in turn: everybody begins elsewhere.
pub fn of(number: usize, signed_in: bool, today: &str) -> Vec<Ask> {
    let commune = commune(number);
    let dashboard = with(
        include_str!("../bench/graphql/dashboard.graphql"),
        &json!({ "programme": "nq57-quang-ngai", "subject": "qng.ubnd" }),
    );
    let series = with(
        include_str!("../bench/graphql/series.graphql"),
        &json!({ "indicator": "tthc_dossiers_online_share", "subject": commune }),
    );
    let overdue = with(include_str!("../bench/graphql/overdue.graphql"), &json!({ "day": today }));
    let indicator = with(INDICATOR, &json!({ "code": "coverage_5g_share" }));
    let words = ["chuyển đổi số", "Sở Khoa học và Công nghệ", "5G", "dịch vụ công", "đô thị thông minh"];
    let search = with(SEARCH, &json!({ "text": words.get(number % words.len()) }));
    let reads = [dashboard, series.clone(), indicator.clone(), overdue, search, indicator, series];
    let mut asks: Vec<Ask> = reads.into_iter().map(Ask::Read).collect();
    if signed_in {
        asks.push(Ask::Read(with(OBLIGATIONS, &json!({ "reporter": commune }))));
        if reports(number) {
            asks.push(Ask::Draft);
        }
    }
    let places = asks.len();
    asks.rotate_left(number % places);
    asks
}

/// Whether somebody who is signed in is a reporter; as people.sql has it.
pub const fn reports(number: usize) -> bool {
    number.is_multiple_of(4)
}

/// A commune of the demo for each of them.
fn commune(number: usize) -> String {
    let units =
        include_str!("../../db/demo/units/communes.csv").lines().filter(|line| line.split(',').nth(2) == Some("51"));
    let mut codes: Vec<&str> = units.filter_map(|line| line.split(',').next()).collect();
    codes.sort_unstable();
    format!("ubnd.{}", codes.iter().cycle().nth(number).copied().unwrap_or_default())
}

const INDICATOR: &str = "query ($code: String!) { indicator(code: $code) { code name unit direction
    latestMeasurement(subject: \"qng.ubnd\") { period value observation source } } }";

const SEARCH: &str = "query ($text: String!) { search(text: $text, first: 10) { edges { rank node { __typename
    ... on Indicator { code name } ... on Agency { code name } ... on Directive { code title } } } } }";

const OBLIGATIONS: &str = "query ($reporter: String!) { obligations(filter: { reporter: $reporter }, first: 20) {
    nodes { period dueOn state indicator { code name } subject { code name } } } }";

const DRAFT: &str = "mutation ($input: DraftMeasurementInput!, $key: UUID!) {
    draftMeasurement(input: $input, idempotencyKey: $key) { measurement { version } userErrors { code } } }";

/// A draft of this quarter's figure, after the one of that version.
pub fn draft(number: usize, quarter: &str, version: Option<u32>) -> String {
    let input = json!({
        "indicator": "coverage_5g_share", "subject": commune(number), "period": quarter, "observation": "PROVISIONAL",
        "numerator": (60 + version.unwrap_or_default() % 2).to_string(), "denominator": "100", "expectedVersion": version,
        "comment": "Đo lại sau khi bổ sung trạm phát sóng",
    });
    with(DRAFT, &json!({ "input": input, "key": uuid::Uuid::now_v7() }))
}

/// The body of a POST.
pub fn body(query: &str) -> String {
    with(query, &Value::Null)
}

fn with(query: &str, variables: &Value) -> String {
    json!({ "query": query, "variables": variables }).to_string()
}
