//! Files with figures and with progress, over HTTP: from the template to what is written, and everything on the way that goes wrong.

mod mapping;
mod process;
mod progress;
mod refused;

use std::{fmt::Write as _, ops::ControlFlow, sync::Arc};

use api::{config::settings, files::imports};
use auth::{Role, token::Bearer};
use db::{
    Once, Origin,
    import::{self, Batch, Entry, FileRow, Job, Sender},
    measurement::{Draft, Figures, Observation},
};
use reqwest::{Client, Response, StatusCode};
use rust_xlsxwriter::Workbook;
use schema::clock::Clock;
use serde_json::{Value, json};
use sheets::{File, Limits, read, stamp};
use tests::{
    TestDb, demo,
    office::saved_as,
    server::{Node, person},
};
use uuid::Uuid;

use crate::obligations::reporting;

/// A commune reports for its villages as well, so that there are many rows.
const VILLAGES: &str = "
    UPDATE indicator SET decimals = 1, lower_bound = 0 WHERE code = 'ky_so';
    INSERT INTO agency (id, code, name_vi, kind) SELECT md5('thon' || n)::uuid, 'tinh.xa1.thon' || n, 'Thôn ' || n, 'PEOPLES_COMMITTEE'
        FROM generate_series(1, 600) AS n;
    INSERT INTO reporting_assignment (id, indicator_id, subject_id, reporter_id, regime, period_kind, valid)
        SELECT gen_random_uuid(), md5('ky_so')::uuid, md5('thon' || n)::uuid, md5('tinh.xa1')::uuid, 'CALENDAR', 'QUARTER', '[2025-10-01,)'
        FROM generate_series(1, 600) AS n;";

/// A server of the commune, its reporter, and whoever works on the files when a test says so.
struct Commune {
    agency: &'static str,
    db: TestDb,
    node: Node,
    token: String,
    client: Client,
}

const CLOCK: fn() -> Clock = || Clock::Fixed(demo::now());

impl Commune {
    async fn open(given: &[(settings::Setting, &str)]) -> Self {
        let db = reporting().await;
        db.execute(VILLAGES).await;
        Self::of(db, "tinh.xa1", given).await
    }

    /// The same for another agency, in another database.
    async fn of(db: TestDb, agency: &'static str, given: &[(settings::Setting, &str)]) -> Self {
        let bearer = person(&db, 11, &[(Role::Reporter, Some(agency), false)]).await;
        let given: Vec<_> = [(settings::IMPORTS, "off")].into_iter().chain(given.iter().copied()).collect();
        let node = Node::start(&db, CLOCK(), &given).await;
        let token = node.token(&bearer).await;
        Self { agency, db, node, token, client: Client::new() }
    }

    async fn get(&self, token: &str, path: &str) -> Response {
        self.client.get(self.node.url(path)).bearer_auth(token).send().await.unwrap()
    }

    async fn send(&self, parameters: &str, content: impl Into<Vec<u8>>) -> Response {
        let path = format!("/files/imports?agency={}&period=2025-Q4&{parameters}", self.agency);
        self.client.post(self.node.url(&path)).bearer_auth(&self.token).body(content.into()).send().await.unwrap()
    }

    /// Sends a file, has it worked on, and answers how the import stands then.
    async fn done(&self, parameters: &str, content: impl Into<Vec<u8>>) -> Value {
        let sent = self.send(parameters, content).await;
        let status = sent.status();
        let sent: Value = sent.json().await.unwrap();
        assert_eq!(status, StatusCode::ACCEPTED, "{sent}");
        while imports::one(&self.db.pool, CLOCK()).await.unwrap() {}
        self.get(&self.token, &format!("/files/imports/{}", sent["id"].as_str().unwrap())).await.json().await.unwrap()
    }

    /// As another server takes up what waits, in the name of whoever has sent it.
    async fn taken_up(&self) -> (Sender, Job) {
        let writer = CLOCK().writer(self.db.pool.clone(), Origin::default());
        let job = import::claim(&writer, Uuid::from_u128(1)).await.unwrap().unwrap();
        let who = import::sent_file(&writer, &job).await.unwrap().unwrap().who;
        (Sender::of(&job.import, Once::without_key(writer), &who).unwrap(), job)
    }

    /// What has to be mended: place, code and words.
    async fn errors(&self, import: &Value, language: &str) -> Vec<String> {
        let id = import["id"].as_str().unwrap();
        let question = format!(
            "{{ import(import: \"{id}\") {{ errors {{ nodes {{ sheet row column code field message(language: {language}) }} }} }} }}"
        );
        let told = self.node.told(&self.token, &question).await;
        let nodes = told["data"]["import"]["errors"]["nodes"].as_array().unwrap_or_else(|| panic!("{told}")).clone();
        let text = |it: &Value| it.as_str().map(str::to_owned).unwrap_or_default();
        nodes
            .iter()
            .map(|it| format!("{}{} {}: {}", text(&it["column"]), it["row"], text(&it["code"]), text(&it["message"])))
            .collect()
    }

    async fn figures(&self) -> String {
        self.db
            .text("SELECT concat(count(*), ' ', min(r.stated_value), ' ', max(r.revision), ' ', string_agg(DISTINCT r.state, ',')) FROM measurement m
                JOIN measurement_revision r ON r.measurement_id = m.id WHERE m.reporter_id = md5('tinh.xa1')::uuid AND m.period = '2025-Q4'")
            .await
    }
}

fn outcome(import: &Value) -> String {
    let it = |name: &str| import[name].to_string();
    format!("{} {}/{} {} {}", it("state"), it("rowsRead"), it("rowsTotal"), it("rowsAccepted"), it("rowsRefused"))
}

/// A file of text with these figures of villages, from the first on.
fn text(values: &[&str]) -> Vec<u8> {
    let mut text = "Mã chỉ tiêu;Mã đối tượng;Giá trị\n".to_owned();
    for (n, value) in (1..).zip(values) {
        let _ = writeln!(text, "ky_so;tinh.xa1.thon{n};{value}");
    }
    text.into_bytes()
}

/// A template as somebody fills it in: its rows at their places, and these cells in the rows where a word stands in the column `key`.
fn filled(template: &[u8], key: u32, cells: &[(&str, u16, &str)]) -> Vec<u8> {
    let mut book = Workbook::new();
    let mut take = |event| {
        match event {
            read::Event::Sheet(sheet) => {
                let made = book.add_worksheet();
                made.set_name(&sheet.name).unwrap().set_hidden(sheet.name == stamp::SHEET);
            }
            read::Event::Row(row) => {
                let last = book.worksheets().len() - 1;
                let (sheet, mut about) = (book.worksheet_from_index(last).unwrap(), String::new());
                for cell in &row.cells {
                    let column = u16::try_from(cell.column).unwrap();
                    match &cell.value {
                        read::Value::Text(text) => {
                            sheet.write(row.number - 1, column, text).unwrap();
                            if cell.column == key {
                                about.clone_from(text);
                            }
                        }
                        read::Value::Number(number) => drop(sheet.write(row.number - 1, column, *number).unwrap()),
                        other => panic!("{other:?}"),
                    }
                }
                for (_, column, value) in cells.iter().filter(|(of, ..)| *of == about) {
                    sheet.write(row.number - 1, *column, *value).unwrap();
                }
            }
        }
        ControlFlow::Continue(())
    };
    File::open(template, Limits::default()).unwrap().read(&mut take).unwrap();
    book.save_to_buffer().unwrap()
}

#[tokio::test]
async fn from_the_template_to_the_figures() {
    let commune = Commune::open(&[]).await;
    let template = commune.get(&commune.token, "/files/templates/figures.xlsx?agency=tinh.xa1&period=2025-Q4").await;
    assert_eq!(template.status(), StatusCode::OK);
    assert_eq!(template.headers()["content-disposition"], "attachment; filename=\"so-lieu-2025-Q4.xlsx\"");
    let template = template.bytes().await.unwrap();
    let filled = filled(
        &template,
        2,
        &[
            ("tinh.xa1", 7, "12,5"),
            ("tinh.xa1.thon1", 7, "khoảng 3"),
            ("tinh.xa1.thon2", 7, "1.234,5"),
            ("tinh.xa1.thon3", 7, "-4"),
        ],
    );

    // Looked at first: nothing is written. It is the same however LibreOffice has saved it.
    for ending in ["xlsx", "ods", "xls", "csv"] {
        let saved = saved_as("so-lieu.xlsx", &filled, ending);
        let looked = commune.done("mode=ROW_BY_ROW&dryRun=true", saved).await;
        assert_eq!(outcome(&looked), "\"DONE\" 4/4 2 2", "{ending}");
    }
    let looked = commune.done("mode=ROW_BY_ROW&dryRun=true", filled.clone()).await;
    assert_eq!(outcome(&looked), "\"DONE\" 4/4 2 2");
    let errors = commune.errors(&looked, "VI").await;
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors.iter().any(|it| it.contains(" MALFORMED: “khoảng 3” không phải là số")), "{errors:?}");
    let errors = commune.errors(&looked, "EN").await;
    assert!(
        errors.iter().any(|it| it.starts_with('H') && it.contains(" OUT_OF_BOUNDS: ")
            || it.contains("MALFORMED: “khoảng 3” is no number")),
        "{errors:?}"
    );
    assert_eq!(commune.figures().await, "0   ");

    // Then for good, row by row, and submitted.
    let done = commune.done("mode=ROW_BY_ROW&dryRun=false&submit=true", filled.clone()).await;
    assert_eq!(outcome(&done), "\"DONE\" 4/4 2 2");
    assert_eq!(commune.figures().await, "2 12.5 1 SUBMITTED");

    // The copy says it beside the cells, and is read again.
    let copy = commune.get(&commune.token, &format!("/files/imports/{}.xlsx", done["id"].as_str().unwrap())).await;
    assert_eq!(
        (copy.status(), copy.headers()["x-content-type-options"].to_str().unwrap()),
        (StatusCode::OK, "nosniff")
    );
    let copy = copy.bytes().await.unwrap();
    let mut told = Vec::new();
    let take = &mut |event| {
        if let read::Event::Row(row) = event {
            let text = row
                .cells
                .iter()
                .filter_map(|it| if let read::Value::Text(text) = &it.value { Some(text.clone()) } else { None });
            told.extend(text.filter(|it| it.contains("không phải là số")));
        }
        ControlFlow::Continue(())
    };
    File::open(&copy, Limits::default()).unwrap().read(take).unwrap();
    assert_eq!(told.len(), 1);

    // The same again is nothing new: the rows that were refused are tried again, the others are left alone.
    let again = commune.done("mode=ROW_BY_ROW&dryRun=false&submit=true", filled).await;
    assert_eq!(outcome(&again), "\"DONE\" 2/4 0 2");
    assert_eq!(commune.figures().await, "2 12.5 1 SUBMITTED");
    let mended = commune.done("mode=ROW_BY_ROW&dryRun=false", text(&["3", "5", "7"])).await;
    assert_eq!(outcome(&mended), "\"DONE\" 3/3 2 1", "what was submitted is not written over");
    let same = commune.send("mode=ROW_BY_ROW&dryRun=false", text(&["3"])).await;
    assert_eq!(same.status(), StatusCode::ACCEPTED, "another file");
    commune.node.stop().await;
}

#[tokio::test]
async fn the_same_file_twice_is_one_import() {
    let commune = Commune::open(&[]).await;
    let file = text(&["3", "4"]);
    let first: Value = commune.send("mode=ROW_BY_ROW&dryRun=false", file.clone()).await.json().await.unwrap();
    let second = commune.send("mode=ROW_BY_ROW&dryRun=false", file.clone()).await;
    assert_eq!(second.status(), StatusCode::OK);
    assert_eq!(
        second.headers()["location"].to_str().unwrap(),
        format!("/files/imports/{}", first["id"].as_str().unwrap())
    );
    assert!(imports::one(&commune.db.pool, CLOCK()).await.unwrap());
    assert!(!imports::one(&commune.db.pool, CLOCK()).await.unwrap(), "there was but one");
    assert_eq!(commune.send("mode=ROW_BY_ROW&dryRun=false", file.clone()).await.status(), StatusCode::OK, "it is done");
    assert_eq!(commune.figures().await, "2 3 1 DRAFT");
    // To be submitted is another thing: it does not pass for done. What is drafted already is not written over unread.
    let submitted = commune.done("mode=ROW_BY_ROW&dryRun=false&submit=true", file).await;
    assert_eq!(outcome(&submitted), "\"DONE\" 2/2 0 2");
    assert_eq!(commune.figures().await, "2 3 1 DRAFT");
    // With a key the same request has the same answer, and another one with it is an error.
    let keyed = async |content: &[u8]| {
        let path = "/files/imports?agency=tinh.xa1&period=2025-Q4&mode=ROW_BY_ROW&dryRun=true";
        let request = commune.client.post(commune.node.url(path)).bearer_auth(&commune.token);
        request.header("idempotency-key", Uuid::from_u128(7).to_string()).body(content.to_vec()).send().await.unwrap()
    };
    let one: Value = keyed(b"a").await.json().await.unwrap();
    let other: Value = keyed(b"a").await.json().await.unwrap();
    assert_eq!(one["id"], other["id"]);
    let reused: Value = keyed(b"b").await.json().await.unwrap();
    assert_eq!(reused["errors"][0]["extensions"]["code"], "IDEMPOTENCY_KEY_REUSED");
    commune.node.stop().await;
}

#[tokio::test]
async fn the_bytes_of_a_file_are_kept_for_a_week() {
    let commune = Commune::open(&[]).await;
    let import = commune.done("mode=ROW_BY_ROW&dryRun=true", text(&["ba"])).await;
    let copy = format!("/files/imports/{}.xlsx", import["id"].as_str().unwrap());
    for (days, status) in [(6, StatusCode::OK), (8, StatusCode::NOT_FOUND)] {
        let later = Clock::Fixed(CLOCK().now() + chrono::TimeDelta::days(days));
        imports::sweep(&commune.db.pool, later).await.unwrap();
        assert_eq!(commune.get(&commune.token, &copy).await.status(), status, "after {days} days");
    }
    // How it ended, and what was wrong, stays.
    assert_eq!(commune.errors(&import, "VI").await.len(), 1);
    commune.node.stop().await;
}

#[tokio::test]
async fn all_or_nothing_is_all_or_nothing() {
    let commune = Commune::open(&[]).await;
    let mut values = vec!["3"; 510];
    values[505] = "ba";
    let refused = commune.done("mode=ALL_OR_NOTHING&dryRun=false", text(&values)).await;
    assert_eq!(outcome(&refused), "\"REFUSED\" 510/510 509 1");
    assert_eq!(commune.errors(&refused, "VI").await.len(), 1);
    assert_eq!(commune.figures().await, "0   ");
    values[505] = "4";
    let done = commune.done("mode=ALL_OR_NOTHING&dryRun=false", text(&values)).await;
    assert_eq!(outcome(&done), "\"DONE\" 510/510 510 0");
    assert_eq!(commune.figures().await, "510 3 1 DRAFT");
    commune.node.stop().await;
}

fn village(n: u32) -> FileRow {
    let figures = Figures {
        value: Some(db::decimal::Number(5.into())),
        numerator: None,
        denominator: None,
        narrative: None,
        observation: Observation::Final,
        note: None,
        comment: None,
        breakdown: Vec::new(),
        attachments: None,
    };
    let draft = Draft {
        indicator: "ky_so".to_owned(),
        subject: format!("tinh.xa1.thon{n}"),
        reporter: None,
        regime: db::calendar::Regime::Calendar,
        period: "2025-Q4".parse().unwrap(),
        expected_version: None,
        figures,
    };
    FileRow {
        sheet: (0, Arc::from("")),
        row: i32::try_from(n).unwrap() + 1,
        columns: Arc::default(),
        entry: Ok(Entry::Figure(draft)),
    }
}

#[tokio::test]
async fn another_server_goes_on_where_one_has_stopped_and_that_one_writes_nothing_more() {
    let commune = Commune::open(&[]).await;
    let values = vec!["5"; 600];
    let sent: Value = commune.send("mode=ROW_BY_ROW&dryRun=false", text(&values)).await.json().await.unwrap();
    // A server takes it up, writes two rows, and is heard of no more.
    let (sender, job) = commune.taken_up().await;
    let batch = Batch { rows: vec![village(1), village(2)] };
    assert_eq!(import::take(&sender, &job, batch).await.unwrap().accepted, 2);
    assert!(!imports::one(&commune.db.pool, CLOCK()).await.unwrap(), "it is still the other one's");
    commune.db.execute("UPDATE file_import SET lease_until = clock_timestamp() - interval '1 minute'").await;
    assert!(imports::one(&commune.db.pool, CLOCK()).await.unwrap());
    let done: Value = commune
        .get(&commune.token, &format!("/files/imports/{}", sent["id"].as_str().unwrap()))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(outcome(&done), "\"DONE\" 600/600 600 0");
    assert_eq!(commune.figures().await, "600 5 1 DRAFT", "each row once");
    // Back again, it finds out in the transaction in which it would write.
    let late = import::take(&sender, &job, Batch { rows: vec![village(3)] }).await;
    assert!(matches!(late, Err(db::DbError::Conflict(_))), "{late:?}");
    assert_eq!(commune.figures().await, "600 5 1 DRAFT");
    commune.node.stop().await;
}

#[tokio::test]
async fn an_import_is_stopped_and_what_is_left_is_done_later() {
    let commune = Commune::open(&[]).await;
    let values = vec!["5"; 600];
    let sent: Value = commune.send("mode=ROW_BY_ROW&dryRun=false", text(&values)).await.json().await.unwrap();
    let (sender, job) = commune.taken_up().await;
    import::take(&sender, &job, Batch { rows: vec![village(1), village(2)] }).await.unwrap();
    let input = format!("import: \"{}\"", sent["id"].as_str().unwrap());
    let stopped = commune
        .node
        .change(&commune.token, "cancelImport", &input, "import { state rowsAccepted viewerCan { cancel } }")
        .await;
    assert_eq!(stopped["import"], json!({ "state": "CANCELLED", "rowsAccepted": 2, "viewerCan": { "cancel": false } }));
    let late = import::take(&sender, &job, Batch { rows: vec![village(3)] }).await;
    assert!(matches!(late, Err(db::DbError::Conflict(_))), "{late:?}");
    let twice = commune.node.change(&commune.token, "cancelImport", &input, "import { state } current { state }").await;
    assert_eq!(
        (&twice["userErrors"][0]["code"], &twice["current"]["state"]),
        (&json!("NOT_IN_STATE"), &json!("CANCELLED"))
    );
    // Stopped before anybody has begun, it leaves what was left.
    let sent: Value = commune.send("mode=ROW_BY_ROW&dryRun=false", text(&values)).await.json().await.unwrap();
    let input = format!("import: \"{}\"", sent["id"].as_str().unwrap());
    commune.node.change(&commune.token, "cancelImport", &input, "import { state }").await;
    // The same file once more does what is left of it.
    let rest = commune.done("mode=ROW_BY_ROW&dryRun=false", text(&values)).await;
    assert_eq!(outcome(&rest), "\"DONE\" 598/600 598 0");
    assert_eq!(commune.figures().await, "600 5 1 DRAFT");
    commune.node.stop().await;
}
