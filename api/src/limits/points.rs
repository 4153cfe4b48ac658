//! What a request really took, in the points in which documents are priced: about one for a field that is written.

use std::time::Duration;

use db::loan::Work;
use schema::error::Code;

/// A statement's time in PostgreSQL: a second of it is as much as the dearest request that is let in.
const STATEMENT: Duration = Duration::from_micros(10);

/// Bytes of an answer: what a field takes.
const BYTES: usize = 100;

/// The price of a request for which nothing was found out: its text was no document of this schema.
const UNREAD: u64 = 500;

/// The least that a request costs, however little it asks for.
pub const LEAST: u64 = 10;

/// Bytes of a body, which are many more in memory until the request has its turn.
const BODY_BYTES: u64 = 20;

/// The price of what was sent, beside that of what is asked for.
#[must_use]
pub const fn sent(bytes: u64) -> u64 {
    bytes / BODY_BYTES
}

/// The price of a request that was not admitted. That the database was away is nobody's doing.
#[must_use]
pub const fn unread(code: Code) -> u64 {
    if matches!(code, Code::Unavailable) { LEAST } else { UNREAD }
}

/// The points for what PostgreSQL did and for the bytes of the answer.
#[must_use]
pub fn taken(work: Work, bytes: usize) -> u64 {
    let time = work.time.as_micros() / STATEMENT.as_micros();
    let parts = [u64::try_from(time).unwrap_or(u64::MAX), work.rows, u64::try_from(bytes / BYTES).unwrap_or(u64::MAX)];
    parts.into_iter().fold(LEAST, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_of_statements_is_as_much_as_the_dearest_request() {
        let work = Work { statements: 3, rows: 40, time: Duration::from_secs(1) };
        assert_eq!(taken(work, 16_000), 100_000 + 40 + 160 + LEAST);
    }
}
