//! A value of a row as a sheet holds it.

use chrono::{DateTime, NaiveDate, Utc};
use schema::{labels, language::Language};
use serde_json::Value;

use super::lists::{Column, Form};

/// What stands between several values in one cell.
const BETWEEN: &str = "; ";

/// The content of a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// A text.
    Text(String),
    /// A number, as exact as it is written here.
    Number(String),
    /// True or false.
    Boolean(bool),
    /// A day.
    Day(NaiveDate),
    /// An instant.
    Instant(DateTime<Utc>),
}

/// The cell of a column in a row; values of enums in words, if a language is given.
#[must_use]
pub fn cell(column: &Column, row: &Value, words: Option<Language>) -> Cell {
    let mut found = Vec::new();
    collect(row, &column.path, &mut found);
    match found.as_slice() {
        [] => Cell::Empty,
        [value] if !column.many => single(&column.form, value, words),
        values => {
            let texts: Vec<_> = values.iter().map(|value| text(&column.form, value, words)).collect();
            Cell::Text(texts.join(BETWEEN))
        }
    }
}

/// What is there at the end of a path, through all lists on the way.
fn collect<'v>(value: &'v Value, path: &[String], found: &mut Vec<&'v Value>) {
    match (value, path) {
        (Value::Null, _) => {}
        (Value::Array(items), _) => items.iter().for_each(|item| collect(item, path, found)),
        (Value::Object(fields), [step, rest @ ..]) => {
            if let Some(value) = fields.get(step) {
                collect(value, rest, found);
            }
        }
        (value, _) => found.push(value),
    }
}

fn single(form: &Form, value: &Value, words: Option<Language>) -> Cell {
    let read = match (form, value) {
        (Form::Boolean, Value::Bool(value)) => Some(Cell::Boolean(*value)),
        (Form::Integer | Form::Float, Value::Number(number)) => Some(Cell::Number(number.to_string())),
        (Form::Decimal, Value::String(text)) => Some(Cell::Number(text.clone())),
        (Form::Day, Value::String(text)) => text.parse().ok().map(Cell::Day),
        (Form::Instant, Value::String(text)) => text.parse().ok().map(Cell::Instant),
        _ => None,
    };
    read.unwrap_or_else(|| Cell::Text(text(form, value, words)))
}

fn text(form: &Form, value: &Value, words: Option<Language>) -> String {
    match (form, value) {
        (Form::Enum(of), Value::String(value)) => {
            let label = words.and_then(|language| labels::label(of, value, language));
            label.map_or_else(|| value.clone(), str::to_owned)
        }
        (_, Value::String(text)) => text.clone(),
        (_, other) => other.to_string(),
    }
}

/// Whether a program for sheets could take a text for a formula, or for the beginning of one.
#[must_use]
pub fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn column(path: &[&str], form: Form, many: bool) -> Column {
        let path = path.iter().map(|step| (*step).to_owned()).collect();
        let mut column = Column::default();
        (column.path, column.form, column.many) = (path, form, many);
        column
    }

    #[test]
    fn a_cell_holds_what_the_row_says() {
        let row = json!({
            "name": "Sở Khoa học và Công nghệ", "value": "-8.50", "dueOn": "2025-12-31", "open": true, "state": "PUBLISHED",
            "parent": { "code": "qng.ubnd" }, "none": null, "leads": [{ "code": "qng.skhcn" }, { "code": "qng.sct" }],
        });
        let read = |path: &[&str], form, many| cell(&column(path, form, many), &row, Some(Language::Vi));
        assert_eq!(read(&["name"], Form::Text, false), Cell::Text("Sở Khoa học và Công nghệ".to_owned()));
        assert_eq!(read(&["value"], Form::Decimal, false), Cell::Number("-8.50".to_owned()));
        assert_eq!(read(&["dueOn"], Form::Day, false), Cell::Day("2025-12-31".parse().unwrap()));
        assert_eq!(read(&["open"], Form::Boolean, false), Cell::Boolean(true));
        assert_eq!(
            read(&["state"], Form::Enum("MeasurementState".to_owned()), false),
            Cell::Text("Đã công bố".to_owned())
        );
        assert_eq!(read(&["parent", "code"], Form::Text, false), Cell::Text("qng.ubnd".to_owned()));
        assert_eq!(read(&["none", "code"], Form::Text, false), Cell::Empty);
        assert_eq!(read(&["leads", "code"], Form::Text, true), Cell::Text("qng.skhcn; qng.sct".to_owned()));
    }

    #[test]
    fn what_could_be_a_formula_is_known() {
        for text in ["=1+1", "+84", "-cmd", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"] {
            assert!(is_formula(text), "{text:?}");
        }
        for text in ["", "Sở Y tế", " =1", "1-2", "ơ=1"] {
            assert!(!is_formula(text), "{text:?}");
        }
    }
}
