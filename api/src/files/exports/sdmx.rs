//! Figures as SDMX-CSV 2.0, by the structure that `files::open_data::sdmx` describes.
//!
//! What is published, and nothing else: it is read as the public reads it, whoever asks.

use std::io;

use bytes::Bytes;
use chrono::NaiveDate;
use csv::{Terminator, Writer, WriterBuilder};
use serde_json::{Value, value::RawValue};

/// Who maintains the structure.
pub const AGENCY: &str = "COTMOC";

/// The dataflow, and its version.
pub const DATAFLOW: (&str, &str) = ("DF_MEASUREMENT", "1.0");

/// What tells one figure from another, in order; the time comes after them.
pub const DIMENSIONS: [&str; 3] = ["INDICATOR", "SUBJECT", "REGIME"];

/// What is said of a figure beside its value, and whether it is a number.
pub const ATTRIBUTES: [(&str, bool); 6] = [
    ("OBS_STATUS", false),
    ("NUMERATOR", true),
    ("DENOMINATOR", true),
    ("REPORTER", false),
    ("SOURCE", false),
    ("PUBLISHED_AT", false),
];

/// The first line.
pub fn begin() -> io::Result<Bytes> {
    let dimensions = ["STRUCTURE", "STRUCTURE_ID", "ACTION"].into_iter().chain(DIMENSIONS);
    let names = dimensions.chain(["TIME_PERIOD", "OBS_VALUE"]).chain(ATTRIBUTES.map(|(name, _)| name));
    lines([names.map(str::to_owned).collect()])
}

/// The lines of these rows; an answer in words has none.
pub fn rows(rows: &[Box<RawValue>]) -> io::Result<Bytes> {
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        found.extend(line(&serde_json::from_str(row.get())?));
    }
    lines(found)
}

/// A code as SDMX writes it, which knows no dots.
#[must_use]
pub fn code(code: &str) -> String {
    code.replace('.', "@")
}

fn line(row: &Value) -> Option<Vec<String>> {
    let text = |pointer: &str| row.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let value = row.get("value").and_then(Value::as_str)?;
    let period = time(&text("/period"), &text("/periodKind"), &text("/startsOn"), &text("/endsOn"))?;
    let status = match text("/observation").as_str() {
        "PROVISIONAL" => "P",
        "ESTIMATED" => "E",
        _ => "A",
    };
    let dataflow = format!("{AGENCY}:{}({})", DATAFLOW.0, DATAFLOW.1);
    Some(vec![
        "dataflow".to_owned(),
        dataflow,
        "R".to_owned(),
        code(&text("/indicator/code")),
        code(&text("/subject/code")),
        text("/regime"),
        period,
        value.to_owned(),
        status.to_owned(),
        text("/numerator"),
        text("/denominator"),
        code(&text("/reporter/code")),
        text("/source"),
        text("/publishedAt"),
    ])
}

/// A period as SDMX writes it: what it has no word for begins on a day and lasts.
fn time(period: &str, kind: &str, from: &str, until: &str) -> Option<String> {
    match kind {
        "NINE_MONTHS" => Some(format!("{from}/P9M")),
        "RANGE" => {
            let (from, until): (NaiveDate, NaiveDate) = (from.parse().ok()?, until.parse().ok()?);
            Some(format!("{from}/P{}D", (until - from).num_days() + 1))
        }
        _ => Some(period.to_owned()),
    }
}

fn lines(lines: impl IntoIterator<Item = Vec<String>>) -> io::Result<Bytes> {
    let mut writer: Writer<Vec<u8>> = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    for line in lines {
        writer.write_record(line)?;
    }
    writer.into_inner().map(Bytes::from).map_err(|error| io::Error::other(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_written_as_sdmx_knows_them() {
        for (period, kind, from, until, time_period) in [
            ("2025-07", "MONTH", "2025-07-01", "2025-07-31", "2025-07"),
            ("2025-Q3", "QUARTER", "2025-07-01", "2025-09-30", "2025-Q3"),
            ("2025-S1", "HALF_YEAR", "2025-01-01", "2025-06-30", "2025-S1"),
            ("2025-9M", "NINE_MONTHS", "2025-01-01", "2025-09-30", "2025-01-01/P9M"),
            ("2025", "YEAR", "2025-01-01", "2025-12-31", "2025"),
            ("2025-01-15/2025-03-01", "RANGE", "2025-01-15", "2025-03-01", "2025-01-15/P46D"),
        ] {
            assert_eq!(time(period, kind, from, until).as_deref(), Some(time_period));
        }
    }

    #[test]
    fn a_figure_is_a_line_and_words_are_none() {
        let row = |value: &str| {
            let text = format!(
                r#"{{"indicator":{{"code":"dvc"}},"subject":{{"code":"qng.ubnd"}},"reporter":{{"code":"qng.skhcn"}},"regime":"CALENDAR","period":"2025-Q3",
                "periodKind":"QUARTER","startsOn":"2025-07-01","endsOn":"2025-09-30","value":{value},"numerator":null,"denominator":null,
                "observation":"PROVISIONAL","source":"REPORTED","publishedAt":"2025-10-12T01:00:00Z"}}"#
            );
            RawValue::from_string(text).unwrap()
        };
        assert_eq!(
            rows(&[row("\"12.50\""), row("null")]).unwrap(),
            "dataflow,COTMOC:DF_MEASUREMENT(1.0),R,dvc,qng@ubnd,CALENDAR,2025-Q3,12.50,P,,,qng@skhcn,REPORTED,2025-10-12T01:00:00Z\r\n"
        );
    }
}
