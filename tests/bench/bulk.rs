//! A thousand figures in one request.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::{
    load::Client,
    program::{Result, Server},
};

use crate::submitting::{Places, figure};

/// How many rows it has: the most that one request may have.
pub const ROWS: usize = 1000;

/// How often it is sent.
const TIMES: usize = 5;

/// How many figures it writes.
pub const FIGURES: u64 = 5000;

/// How long each answer took.
pub async fn run(server: &Server, places: &Places) -> Result<Vec<Duration>> {
    let mut client = Client::connect(server.address).await?;
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let (taken, number) = places.take(ROWS)?;
        let rows: Vec<Value> = taken.iter().map(|place| figure(place, number)).collect();
        let input = json!({ "mode": "ALL_OR_NOTHING", "rows": rows, "submit": true });
        let document = include_str!("graphql/submit_many.graphql");
        let request = places.request(server.address, "", document, &input, number)?;
        let begin = Instant::now();
        let answer = client.ask(&request).await?.body;
        times.push(begin.elapsed());
        let told: Value = serde_json::from_slice(answer)?;
        let submitted = told.pointer("/data/draftMeasurements/measurements").and_then(Value::as_array);
        if submitted.is_none_or(|submitted| submitted.len() != ROWS) {
            return Err(format!("{ROWS} figures cannot be submitted at once: {told:.2000}").into());
        }
    }
    Ok(times)
}
