//! The data package (Frictionless): tables with a schema, each an export as CSV.

use schema::language::Language;
use serde_json::{Value, json};

use super::Described;
use crate::files::exports::{
    headings::heading,
    lists::{Column, Form, Lists},
};

/// The tables: the list of the API, its title in both languages.
const TABLES: [(&str, &str, &str); 6] = [
    ("agencies", "Cơ quan", "Agencies"),
    ("programmes", "Chương trình", "Programmes"),
    ("documents", "Văn bản", "Documents"),
    ("indicators", "Chỉ tiêu", "Indicators"),
    ("targets", "Mục tiêu", "Targets"),
    ("measurements", "Số liệu đã công bố", "Published figures"),
];

/// The package.
pub fn package(of: &Described, lists: &Lists) -> Value {
    let nobody = auth::Principal::nobody();
    let resources = TABLES.iter().filter_map(|(name, vi, en)| {
        let columns = lists.get(name)?.columns_for(&nobody);
        let key: &[&str] = match *name {
            "measurements" => &["indicator.code", "subject.code", "regime", "period"],
            _ => &["code"],
        };
        Some(json!({
            "name": name, "title": format!("{vi} / {en}"),
            "path": of.export(&format!("{name}.csv"), &[("headings", "names"), ("lang", "vi")]),
            "format": "csv", "mediatype": "text/csv", "encoding": "utf-8", "profile": "tabular-data-resource",
            "schema": { "fields": columns.iter().map(field).collect::<Vec<_>>(), "primaryKey": key, "missingValues": [""] },
        }))
    });
    let sources: Vec<_> =
        of.programmes.iter().map(|programme| json!({ "title": super::text(programme, "/vi") })).collect();
    json!({
        "profile": "data-package",
        "name": "open-data",
        "title": "Dữ liệu mở về chỉ tiêu và số liệu / Open data: indicators and their figures",
        "homepage": of.base,
        "licenses": [{ "path": of.licence }],
        "sources": sources,
        "resources": resources.collect::<Vec<_>>(),
    })
}

fn field(column: &Column) -> Value {
    let kind = match (&column.form, column.many) {
        (_, true) => "string",
        (Form::Integer, _) => "integer",
        (Form::Float | Form::Decimal, _) => "number",
        (Form::Boolean, _) => "boolean",
        (Form::Day, _) => "date",
        (Form::Instant, _) => "datetime",
        _ => "string",
    };
    let title = format!("{} / {}", heading(column, Language::Vi), heading(column, Language::En));
    let mut field = json!({ "name": column.name(), "type": kind, "title": title });
    if let (Value::Object(fields), "datetime") = (&mut field, kind) {
        fields.insert("format".to_owned(), json!("any"));
    }
    field
}
