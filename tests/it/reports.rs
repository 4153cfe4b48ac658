//! The consolidated report: its figures are the API's, its form is the official one, and the same instant makes the same bytes.

use std::io::{Cursor, Read as _};

use auth::Role;
use reqwest::{Client, Response};
use schema::clock::Clock;
use serde_json::{Value, json};
use tests::{
    TestDb, demo,
    office::saved_as,
    server::{Node, person},
};
use zip::ZipArchive;

async fn sent(node: &Node, token: Option<&str>, path: &str) -> Response {
    let mut request = Client::new().get(node.url(&format!("/files/reports/{path}")));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    request.send().await.unwrap()
}

async fn data(node: &Node, path: &str) -> Value {
    let response = sent(node, None, path).await;
    let (status, text) = (response.status(), response.text().await.unwrap());
    assert_eq!(status, 200, "{text}");
    serde_json::from_str(&text).unwrap()
}

async fn document(node: &Node, path: &str) -> Vec<u8> {
    let response = sent(node, None, path).await;
    assert_eq!(response.status(), 200);
    response.bytes().await.unwrap().to_vec()
}

/// A part of a document.
fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

/// The paragraphs of a document, as they are read.
fn paragraphs(bytes: &[u8]) -> Vec<String> {
    let xml = part(bytes, "word/document.xml");
    let texts = xml.split("</w:p>").map(|paragraph| {
        let runs = paragraph.split("<w:t xml:space=\"preserve\">").skip(1);
        let text: String = runs.filter_map(|run| run.split("</w:t>").next()).collect();
        text.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"")
    });
    texts.filter(|text| !text.is_empty()).collect()
}

#[tokio::test]
async fn it_is_vietnamese_whoever_fetches_it() {
    let db = TestDb::demo().await;
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[]).await;
    let of = async |language: &str| {
        let request = Client::new().get(node.url("/files/reports/nq57-quang-ngai/2025-Q4.json"));
        request.header("accept-language", language).send().await.unwrap().text().await.unwrap()
    };
    let told = of("en").await;
    assert_eq!(told, of("vi").await);
    assert!(told.contains("Ủy ban nhân dân tỉnh Quảng Ngãi") || told.contains("UBND tỉnh Quảng Ngãi"), "{told}");
}

#[tokio::test]
async fn its_figures_are_those_of_the_api() {
    let db = TestDb::demo().await;
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[]).await;
    let report = data(&node, "nq57-quang-ngai/2025-Q4.json").await;
    assert_eq!(report["title_vi"], "Kết quả thực hiện Nghị quyết 57-NQ/TW tại tỉnh Quảng Ngãi quý IV năm 2025");
    assert_eq!(report["issuer"]["code"], "qng.ubnd");
    assert_eq!((&report["period"]["from"], &report["period"]["until"]), (&json!("2025-10-01"), &json!("2025-12-31")));
    assert_eq!((&report["next_period"]["code"], &report["symbol"]), (&json!("2026-Q1"), &Value::Null));

    let asked = r#"{ assessments(filter: { programme: "nq57-quang-ngai", subject: "qng.ubnd", on: "2025-12-31" }, first: 100) {
        nodes { status value demanded indicator { code } } } }"#;
    let told: Value = node.question(asked, &json!({})).send().await.unwrap().json().await.unwrap();
    let nodes = told["data"]["assessments"]["nodes"].as_array().unwrap();
    let figures: Vec<_> = report["sections"]["figures"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|pillar| pillar["figures"].as_array().unwrap())
        .collect();
    assert!(figures.len() == nodes.len() && figures.len() > 50);
    for node in nodes {
        let figure = figures.iter().find(|it| it["indicator"]["code"] == node["indicator"]["code"]).unwrap();
        assert_eq!(
            (&figure["status"], &figure["achieved"], &figure["demanded"]),
            (&node["status"], &node["value"], &node["demanded"])
        );
    }

    // Each directive stands somewhere, and those of which nobody has told stand by themselves.
    let total = &report["sections"]["directives"]["total"];
    let count = |name: &str| total[name].as_u64().unwrap();
    let parts = ["done_on_time", "done_late", "done", "in_progress", "overdue", "not_reported"];
    assert_eq!(parts.iter().map(|part| count(part)).sum::<u64>(), count("total"));
    let asked = r#"{ all: directives(filter: { programme: "nq57-quang-ngai" }) { totalCount }
        gone: directives(filter: { programme: "nq57-quang-ngai", states: [CANCELLED] }) { totalCount }
        late: directives(filter: { programme: "nq57-quang-ngai", timeliness: [DONE_LATE], on: "2025-12-31" }) { totalCount } }"#;
    let told: Value = node.question(asked, &json!({})).send().await.unwrap().json().await.unwrap();
    let asked = |name: &str| told["data"][name]["totalCount"].as_u64().unwrap();
    assert_eq!((count("total"), count("done_late")), (asked("all") - asked("gone"), asked("late")));
    node.stop().await;
}

#[tokio::test]
async fn what_agencies_reported_stands_in_it() {
    let db = TestDb::demo().await;
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[]).await;
    let report = data(&node, "nq57-quang-nam/2025-Q1.json").await;
    // What the report of the document says of itself.
    let counts = &report["counts"];
    assert_eq!((&counts["results"], &counts["planned"]), (&json!(15), &json!(11)));
    assert_eq!(counts["by_state"], json!({ "DONE": 8, "IN_PROGRESS": 5, "NOT_REPORTED": 2 }));
    assert!(counts["limitations"].as_u64().unwrap() >= 3);
    let text = paragraphs(&document(&node, "nq57-quang-nam/2025-Q1.docx").await).join("\n");
    assert!(text.contains("1790-QĐ/TU"), "what came of it");
    assert!(text.contains("Chưa có chỉ tiêu nào được đánh giá trong kỳ."));
    node.stop().await;
}

#[tokio::test]
async fn its_form_is_the_official_one() {
    let db = TestDb::demo().await;
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[]).await;
    let bytes = document(&node, "nq57-quang-ngai/2025-Q4.docx").await;
    let text = paragraphs(&bytes);
    let has = |line: &str| assert!(text.iter().any(|it| it == line), "{line}");
    for line in [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "ỦY BAN NHÂN DÂN TỈNH QUẢNG NGÃI",
        "Quảng Ngãi, ngày        tháng        năm 2026",
        "BÁO CÁO",
        "Nơi nhận:",
        "QUYỀN HẠN, CHỨC VỤ CỦA NGƯỜI KÝ",
        "I. KẾT QUẢ THỰC HIỆN CÁC CHỈ TIÊU",
        "VI. NHIỆM VỤ QUÝ I NĂM 2026",
        "VII. NHỮNG ĐIỀU CÒN THIẾU HOẶC LÀ SƠ BỘ",
        "Chưa báo cáo",
    ] {
        has(line);
    }
    assert!(text.iter().any(|line| line.contains("lúc 09:00:00 ngày 20/01/2026")), "the instant is printed");
    // What is invented says so, in words.
    assert!(text.iter().any(|line| line.contains("số liệu là mô phỏng, không phải số liệu thực tế")));
    let (body, styles) = (part(&bytes, "word/document.xml"), part(&bytes, "word/styles.xml"));
    assert!(body.contains("<w:pgSz w:w=\"11906\" w:h=\"16838\"/>") && body.contains("w:left=\"1701\""));
    assert!(styles.contains("w:ascii=\"Times New Roman\"") && styles.contains("w:val=\"vi-VN\""));
    for name in ["[Content_Types].xml", "_rels/.rels", "word/header1.xml", "docProps/core.xml"] {
        assert!(!part(&bytes, name).is_empty());
    }
    node.stop().await;
}

#[tokio::test]
async fn the_same_instant_makes_the_same_bytes() {
    let db = TestDb::demo().await;
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[]).await;
    let then = db.text("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')").await;
    let path = format!("nq57-quang-ngai/2025-Q4.docx?asOf={then}");
    let before = document(&node, &path).await;
    db.execute("UPDATE indicator SET name_vi = 'Tỷ lệ đã đổi tên' WHERE code = 'coverage_5g_share'").await;
    let again = document(&node, &path).await;
    assert!(before == again, "what was changed since is not in it");
    let now = document(&node, "nq57-quang-ngai/2025-Q4.docx").await;
    assert!(paragraphs(&now).iter().any(|line| line.starts_with("Tỷ lệ đã đổi tên")));
    assert!(!paragraphs(&again).iter().any(|line| line.starts_with("Tỷ lệ đã đổi tên")));
    node.stop().await;
}

#[tokio::test]
async fn a_period_that_is_not_over_and_what_is_not_understood_are_told() {
    let db = TestDb::demo().await;
    let somebody = person(&db, 1, &[(Role::Inspector, None, false)]).await;
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[]).await;
    let token = node.token(&somebody).await;
    let report = data(&node, "nq57-quang-ngai/2026-Q1.json").await;
    assert_eq!(report["on"], "2026-01-20");
    let notes = report["notes"].as_array().unwrap();
    assert!(notes[0].as_str().unwrap().starts_with("Kỳ báo cáo chưa kết thúc"));
    assert_eq!(sent(&node, Some(&token), "nq57-quang-ngai/2025-Q4.docx").await.status(), 200);
    for (path, status, code) in [
        ("kh%C3%B4ng-c%C3%B3/2025-Q4.docx", 404, "NOT_FOUND"),
        ("nq57-quang-ngai/2025-Q4.pdf", 400, "BAD_REQUEST"),
        ("nq57-quang-ngai/2025-Q9.docx", 400, "BAD_REQUEST"),
        ("nq57-quang-ngai/2025-Q4.docx?asOf=2199-01-01T00:00:00Z", 400, "BAD_REQUEST"),
        ("nq57-quang-ngai/2025-Q4.docx?asOf=0001-01-01T00:00:00Z", 400, "BAD_REQUEST"),
        ("nq57-quang-ngai/2025-Q4.docx?lang=en", 400, "BAD_REQUEST"),
    ] {
        let response = sent(&node, None, path).await;
        let told = (response.status().as_u16(), response.json::<Value>().await.unwrap());
        assert_eq!((told.0, told.1["errors"][0]["extensions"]["code"].as_str().unwrap()), (status, code), "{path}");
    }
    assert_eq!(sent(&node, Some("a.b.c"), "nq57-quang-ngai/2025-Q4.docx").await.status(), 401);
    node.stop().await;
}

#[tokio::test]
async fn libreoffice_opens_it() {
    let db = TestDb::demo().await;
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[]).await;
    let report = document(&node, "nq57-quang-ngai/2025-Q4.docx").await;
    let pages = saved_as("bao-cao.docx", &report, "pdf");
    assert!(pages.starts_with(b"%PDF-") && pages.len() > 20_000, "{} bytes", pages.len());
    node.stop().await;
}
