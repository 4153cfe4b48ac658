//! Rows as CSV: commas, CRLF, quotes where they are needed (RFC 4180), UTF-8.

use std::io;

use bytes::Bytes;
use chrono::SecondsFormat;
use csv::{Terminator, Writer, WriterBuilder};
use serde_json::{Value, value::RawValue};

use super::{
    cell::{Cell, cell, is_formula},
    sheet::About,
};

/// The mark by which Excel knows UTF-8.
const BOM: &[u8] = "\u{feff}".as_bytes();

/// CSV that grows.
#[derive(Debug)]
pub struct Comma(About);

impl Comma {
    /// Without rows, and its first line.
    pub fn begin(about: About) -> io::Result<(Self, Bytes)> {
        let mut begin = if about.asked.bom { BOM.to_vec() } else { Vec::new() };
        let mut writer = writer();
        writer.write_record(about.columns.iter().map(|column| about.heading(column)))?;
        begin.extend(written(writer)?);
        Ok((Self(about), begin.into()))
    }

    /// The lines of these rows.
    pub fn rows(&self, rows: &[Box<RawValue>]) -> io::Result<Bytes> {
        let words = self.0.words();
        let mut writer = writer();
        for row in rows {
            let row: Value = serde_json::from_str(row.get())?;
            writer.write_record(self.0.columns.iter().map(|column| text(cell(column, &row, words))))?;
        }
        Ok(written(writer)?.into())
    }
}

fn writer() -> Writer<Vec<u8>> {
    WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new())
}

fn written(writer: Writer<Vec<u8>>) -> io::Result<Vec<u8>> {
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
}

/// A cell as CSV has it. What could be taken for a formula has an apostrophe before it, as people type it in a sheet.
fn text(cell: Cell) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) if is_formula(&text) => format!("'{text}"),
        Cell::Text(text) | Cell::Number(text) => text,
        Cell::Boolean(value) => value.to_string(),
        Cell::Day(day) => day.to_string(),
        Cell::Instant(instant) => instant.to_rfc3339_opts(SecondsFormat::AutoSi, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_a_formula_is_disarmed_and_numbers_are_not() {
        assert_eq!(text(Cell::Text("=HYPERLINK(\"http://a.vn\")".to_owned())), "'=HYPERLINK(\"http://a.vn\")");
        assert_eq!(text(Cell::Text("Sở Y tế".to_owned())), "Sở Y tế");
        assert_eq!(text(Cell::Number("-8.50".to_owned())), "-8.50");
        assert_eq!(text(Cell::Day("2025-12-31".parse().unwrap())), "2025-12-31");
        assert_eq!(text(Cell::Instant("2025-04-15T01:30:00+00:00".parse().unwrap())), "2025-04-15T01:30:00Z");
    }
}
