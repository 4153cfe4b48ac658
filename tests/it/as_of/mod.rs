//! What was known at an instant is answered as it would have been then, whatever has happened since.

mod history;
mod known;
mod same;
mod versions;

use chrono::{DateTime, Utc};
use tests::TestDb;

/// The present instant by the database's clock, which history goes by.
pub(crate) async fn instant(db: &TestDb) -> DateTime<Utc> {
    let text = "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";
    db.text(text).await.parse().unwrap()
}

/// A question, as of an instant.
fn as_of(instant: DateTime<Utc>, question: &str) -> String {
    format!("{{ {} }}", part_as_of(instant, question))
}

/// The same without its braces, to stand beside others.
fn part_as_of(instant: DateTime<Utc>, question: &str) -> String {
    let instant = instant.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    format!("asOf(instant: \"{instant}\") {question}")
}
