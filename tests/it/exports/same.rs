//! Every list, in every format, holds what the API answers page by page.

use api::config::settings::{ANSWER_CACHE, POINTS_PER_MINUTE};
use auth::Role;
use calamine::{Data, DataType as _};
use schema::clock::Clock;
use serde_json::Value;
use tests::{
    TestDb, demo,
    server::{Node, person},
};

use super::{answered, csv_rows, file, lines, lists, parameters, sheets};

/// What is there at the end of a path, through lists on the way, as a sheet shows it.
fn said(node: &Value, column: &str) -> String {
    fn collect(value: &Value, steps: &[&str], into: &mut Vec<String>) {
        match value {
            Value::Null => {}
            Value::Array(items) => items.iter().for_each(|item| collect(item, steps, into)),
            Value::Object(fields) if !steps.is_empty() => collect(&fields[steps[0]], &steps[1..], into),
            Value::String(text) => into.push(text.clone()),
            other => into.push(other.to_string()),
        }
    }
    let mut found = Vec::new();
    collect(node, &column.split('.').collect::<Vec<_>>(), &mut found);
    found.join("; ")
}

/// A cell of a workbook in the words of the API, given what is expected: what is typed there has lost its text.
fn told(cell: &Data, expected: &str) -> String {
    let Some(moment) = cell.as_datetime().filter(|_| matches!(cell, Data::DateTime(_))) else {
        return match cell {
            Data::Empty => String::new(),
            // `8.50` is a number that is shown with two places.
            Data::Float(number) if expected.parse() == Ok(*number) => expected.to_owned(),
            other => other.to_string(),
        };
    };
    if expected.len() == 10 {
        return moment.date().to_string();
    }
    let utc: chrono::DateTime<chrono::Utc> = expected.parse().unwrap();
    let shown = (utc + chrono::TimeDelta::hours(7)).format("%Y-%m-%d %H:%M:%S").to_string();
    if moment.format("%Y-%m-%d %H:%M:%S").to_string() == shown { expected.to_owned() } else { moment.to_string() }
}

/// Instants are written with an offset in answers, and with a Z in sheets.
fn plain(text: &str) -> String {
    text.replace("+00:00", "Z")
}

#[tokio::test]
async fn every_list_in_every_format_holds_what_the_api_answers() {
    let db = TestDb::demo().await;
    let roles = [(Role::Inspector, None, false)];
    let me = person(&db, 1, &roles).await;
    let node =
        Node::start(&db, Clock::Fixed(demo::now()), &[(POINTS_PER_MINUTE, "1000000000"), (ANSWER_CACHE, "off")]).await;
    let token = node.token(&me).await;
    let token = Some(token.as_str());
    let lists = lists();
    let (mut filled, mut all) = (0, 0);
    for list in lists.all() {
        let own = parameters(list);
        let given: Vec<_> = own.iter().copied().chain([("headings", "names"), ("labels", "false")]).collect();
        let (columns, rows) = csv_rows(&file(&node, token, &format!("{}.csv", list.name), &given).await);
        let nodes = answered(&node, token, list, &columns, &own).await;
        all += 1;
        filled += usize::from(!nodes.is_empty());
        assert_eq!(rows.len(), nodes.len(), "{}", list.name);
        for (row, node) in rows.iter().zip(&nodes) {
            for (column, cell) in columns.iter().zip(row) {
                assert_eq!(cell, &plain(&said(node, column)), "{} {column}", list.name);
            }
        }

        let ndjson = lines(&file(&node, token, &format!("{}.ndjson", list.name), &own).await);
        assert_eq!(ndjson, nodes, "{}", list.name);

        let book = sheets(&file(&node, token, &format!("{}.xlsx", list.name), &given).await);
        let (_, cells) = &book[0];
        assert_eq!(cells.len(), nodes.len() + 1, "{}", list.name);
        let headings: Vec<_> = cells[0].iter().map(ToString::to_string).collect();
        assert_eq!(headings, columns, "{}", list.name);
        for (row, node) in cells[1..].iter().zip(&nodes) {
            for (column, cell) in columns.iter().zip(row) {
                let expected = said(node, column);
                assert_eq!(told(cell, &expected), expected, "{} {column}", list.name);
            }
        }
        assert!(book[1].1.iter().any(|row| row[1].to_string() == list.name), "{}", list.name);
    }
    // The demo has no answers of nil, no extensions and the like; all else is there.
    assert!(all >= 31 && filled >= 24, "{filled} of {all}");
    node.stop().await;
}

#[tokio::test]
async fn order_filter_and_instant_are_those_of_the_api() {
    let db = TestDb::demo().await;
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[]).await;
    let lists = lists();
    let list = lists.get("targets").unwrap();
    let own =
        [("filter", r#"{"programme":"nq57-quang-ngai"}"#), ("order", r#"{"by":"DUE_ON","direction":"DESCENDING"}"#)];
    let nodes = answered(&node, None, list, &["code".to_owned(), "dueOn".to_owned()], &own).await;
    let given: Vec<_> = own.iter().copied().chain([("headings", "names")]).collect();
    let (columns, rows) = csv_rows(&file(&node, None, "targets.csv", &given).await);
    let code = columns.iter().position(|column| column == "code").unwrap();
    let codes: Vec<_> = rows.iter().map(|row| row[code].as_str()).collect();
    let expected: Vec<_> = nodes.iter().map(|node| node["code"].as_str().unwrap()).collect();
    assert!(codes == expected && !codes.is_empty());

    // What was renamed since has its old name.
    let then = db.text("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')").await;
    db.execute("UPDATE agency SET name_vi = 'Sở Khoa học, Công nghệ và Dữ liệu' WHERE code = 'qng.skhcn'").await;
    let name = async |given: &[(&str, &str)]| {
        let (columns, rows) = csv_rows(&file(&node, None, "agencies.csv", given).await);
        let at = |name: &str| columns.iter().position(|column| column == name).unwrap();
        let row = rows.iter().find(|row| row[at("Mã")] == "qng.skhcn").unwrap();
        row[at("Tên")].clone()
    };
    assert_eq!(name(&[]).await, "Sở Khoa học, Công nghệ và Dữ liệu");
    assert_eq!(name(&[("asOf", &then)]).await, "Sở Khoa học và Công nghệ tỉnh Quảng Ngãi");
    node.stop().await;
}
