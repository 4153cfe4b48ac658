//! An agency's own sheet: with headings of its own, which a mapping says once.

use api::files::imports;
use auth::Role;
use reqwest::StatusCode;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};
use serde_json::{Value, json};
use tests::server::person;
use unicode_normalization::UnicodeNormalization as _;

use super::{CLOCK, Commune, outcome};

const COLUMNS: &str = r#"{ heading: "Mã số CT", field: "indicator" }, { heading: "Thôn, tổ dân phố", field: "subject" },
    { heading: "KQ thực hiện quý", field: "value" }, { heading: "Thuyết minh", field: "note" }"#;

const SAVED: &str = "mapping { id name version columns { heading field } }";

/// The sheet of a commune as it keeps it: titles above, what was planned beside what was done, written on a Mac and in capitals.
fn own(headings: [&str; 5]) -> Vec<u8> {
    let mut book = Workbook::new();
    // Of the same day whenever it is made: the same file is the same bytes.
    let day = ExcelDateTime::from_ymd(2026, 1, 19).unwrap();
    book.set_properties(&DocProperties::new().set_creation_datetime(&day));
    let sheet = book.add_worksheet();
    sheet.set_name("Biểu quý IV").unwrap();
    for (row, title) in [
        (0, "UBND XÃ BA TƠ"),
        (1, "BÁO CÁO KẾT QUẢ CHUYỂN ĐỔI SỐ QUÝ IV NĂM 2025"),
        (2, "(Kèm theo Công văn số 12/UBND-VHXH)"),
    ] {
        sheet.write(row, 0, title).unwrap();
    }
    for (column, heading) in (0..).zip(headings) {
        sheet.write(4, column, heading.to_uppercase().nfd().collect::<String>()).unwrap();
    }
    for (row, village, value) in [(5, "tinh.xa1.thon1", 12.5), (6, "tinh.xa1.thon2", 8.0)] {
        sheet.write(row, 0, "ky_so").unwrap();
        sheet.write(row, 1, village).unwrap();
        sheet.write(row, 2, 99).unwrap();
        sheet.write(row, 3, value).unwrap();
        sheet.write(row, 4, "Theo sổ theo dõi của thôn").unwrap();
    }
    book.save_to_buffer().unwrap()
}

const HEADINGS: [&str; 5] = ["Mã số CT", "Thôn, tổ dân phố", "Kết quả", "KQ thực hiện quý", "Thuyết minh"];

/// What a request says of a mapping's name.
const NAMED: &str = "mapping=B%E1%BA%A3ng%20qu%C3%BD";

impl Commune {
    async fn save(&self, columns: &str, version: Option<i32>) -> Value {
        let version = version.map_or_else(|| "null".to_owned(), |it| it.to_string());
        let input = format!(
            r#"agency: "tinh.xa1", kind: FIGURES, name: " Bảng quý ", columns: [{columns}], expectedVersion: {version}"#
        );
        self.node.change(&self.token, "saveImportMapping", &input, SAVED).await
    }
}

fn errors(payload: &Value) -> Vec<String> {
    let errors = payload["userErrors"].as_array().unwrap_or_else(|| panic!("{payload}"));
    let field =
        |it: &Value| it["field"].as_array().unwrap().iter().filter_map(Value::as_str).collect::<Vec<_>>().join(".");
    errors.iter().map(|it| format!("{} {}", it["code"].as_str().unwrap(), field(it))).collect()
}

#[tokio::test]
async fn a_sheet_with_headings_of_its_own_is_taken_as_it_is() {
    let commune = Commune::open(&[]).await;
    let refused = commune.done("mode=ROW_BY_ROW&dryRun=false", own(HEADINGS)).await;
    assert_eq!(outcome(&refused), "\"REFUSED\" 0/null 0 0");
    assert!(commune.errors(&refused, "VI").await[0].contains("NO_HEADING"));

    let saved = commune.save(COLUMNS, None).await;
    assert_eq!(errors(&saved), [""; 0], "{saved}");
    assert_eq!((&saved["mapping"]["name"], &saved["mapping"]["version"]), (&json!("Bảng quý"), &json!(1)));
    // What stands below “Kết quả” is no value any more: that has a heading of its own.
    let looked = commune.done(&format!("mode=ROW_BY_ROW&dryRun=true&{NAMED}"), own(HEADINGS)).await;
    assert_eq!(outcome(&looked), "\"DONE\" 2/2 2 0");
    let done = commune.done(&format!("mode=ROW_BY_ROW&dryRun=false&{NAMED}"), own(HEADINGS)).await;
    assert_eq!(outcome(&done), "\"DONE\" 2/2 2 0");
    assert_eq!(commune.figures().await, "2 8 1 DRAFT");
    let notes = "SELECT string_agg(DISTINCT note, ';') FROM measurement_revision WHERE note LIKE 'Theo%'";
    assert_eq!(commune.db.text(notes).await, "Theo sổ theo dõi của thôn");
    let shown = format!("{{ import(import: {}) {{ columns {{ field }} }} }}", done["id"]);
    let shown = commune.node.told(&commune.token, &shown).await;
    assert_eq!(shown["data"]["import"]["columns"].as_array().map(Vec::len), Some(4));
    let same = commune.send(&format!("mode=ROW_BY_ROW&dryRun=false&{NAMED}"), own(HEADINGS)).await;
    assert_eq!(same.status(), StatusCode::OK, "the same file by the same headings");
    let audit = "SELECT string_agg(concat_ws(' ', noun, after ->> 'version'), ';') FROM audit_entry WHERE noun = 'import_mapping'";
    assert_eq!(commune.db.text(audit).await, "import_mapping 1");
    commune.node.stop().await;
}

#[tokio::test]
async fn a_heading_that_is_not_there_or_there_twice_is_named() {
    let commune = Commune::open(&[]).await;
    commune.save(COLUMNS, None).await;
    let named = format!("mode=ROW_BY_ROW&dryRun=false&{NAMED}");
    for (headings, code, told) in [
        (["Mã số CT", "Thôn, tổ dân phố", "Kết quả", "KQ năm", "Thuyết minh"], "NO_HEADING", "“KQ thực hiện quý”"),
        (["Mã số CT", "Thôn, tổ dân phố", "Kết quả", "KQ thực hiện quý", "Khác"], "NO_HEADING", "“Thuyết minh”"),
        (["A", "B", "C", "D", "Thuyết minh"], "NO_HEADING", "“Mã số CT”, “Thôn, tổ dân phố”, “KQ thực hiện quý”"),
        (["Mã chỉ tiêu", "Mã đối tượng", "C", "Giá trị", "Thuyết minh"], "NO_HEADING", "“Mã số CT”"),
        (
            ["Mã số CT", "Thôn, tổ dân phố", "KQ thực hiện quý", "KQ thực hiện (quý)", "Thuyết minh"],
            "AMBIGUOUS",
            "“KQ thực hiện quý”",
        ),
    ] {
        let refused = commune.done(&named, own(headings)).await;
        let errors = commune.errors(&refused, "VI").await;
        assert!(errors.len() == 1 && errors[0].contains(code) && errors[0].contains(told), "{headings:?}: {errors:?}");
    }
    assert_eq!(commune.figures().await, "0   ");
    commune.node.stop().await;
}

#[tokio::test]
async fn what_was_sent_is_read_as_it_was_sent_whatever_becomes_of_the_mapping() {
    let commune = Commune::open(&[]).await;
    let id = commune.save(COLUMNS, None).await["mapping"]["id"].clone();
    let named = format!("mode=ROW_BY_ROW&dryRun=false&{NAMED}");
    let sent: Value = commune.send(&named, own(HEADINGS)).await.json().await.unwrap();
    // Now it would read what was planned.
    let other = COLUMNS.replace("KQ thực hiện quý", "Kết quả");
    assert_eq!(errors(&commune.save(&other, None).await), ["STALE input.expectedVersion"]);
    assert_eq!(errors(&commune.save(&other, Some(7)).await), ["STALE input.expectedVersion"]);
    assert_eq!(commune.save(&other, Some(1)).await["mapping"]["version"], 2);
    assert_eq!(commune.save(&other, None).await["mapping"]["version"], 2, "it says that already");
    assert!(imports::one(&commune.db.pool, CLOCK()).await.unwrap());
    assert_eq!(commune.figures().await, "2 8 1 DRAFT");
    // By other headings it is another import; what is drafted already is not written over unread.
    let again = commune.done(&named, own(HEADINGS)).await;
    assert_ne!(again["id"], sent["id"]);
    assert_eq!(outcome(&again), "\"DONE\" 2/2 0 2");

    let delete = async |version: i32| {
        let input = format!("mapping: {id}, expectedVersion: {version}");
        commune.node.change(&commune.token, "deleteImportMapping", &input, "mapping { name } current { version }").await
    };
    let stale = delete(1).await;
    assert_eq!(
        (errors(&stale), &stale["current"]["version"]),
        (vec!["STALE input.expectedVersion".to_owned()], &json!(2))
    );
    assert_eq!(delete(2).await["mapping"]["name"], "Bảng quý");
    assert_eq!(commune.send(&named, own(HEADINGS)).await.status(), StatusCode::NOT_FOUND);
    let copy = commune.get(&commune.token, &format!("/files/imports/{}.xlsx", again["id"].as_str().unwrap())).await;
    assert_eq!(copy.status(), StatusCode::OK, "its copy is read by its own headings");
    commune.node.stop().await;
}

#[tokio::test]
async fn what_is_no_mapping_is_refused() {
    let commune = Commune::open(&[]).await;
    for (columns, told) in [
        ("", "REQUIRED input.columns"),
        (r#"{ heading: "KQ", field: "gia_tri" }"#, "NOT_FOUND input.columns.field"),
        (r#"{ heading: "KQ", field: "value" }, { heading: "Số", field: "value" }"#, "DUPLICATE input.columns.field"),
        (
            r#"{ heading: "Kết quả", field: "value" }, { heading: "KET QUA (*)", field: "note" }"#,
            "DUPLICATE input.columns.heading",
        ),
        (
            r#"{ heading: "Tỷ lệ", field: "value" }, { heading: "Tỉ lệ", field: "note" }"#,
            "DUPLICATE input.columns.heading",
        ),
        (r#"{ heading: "  ", field: "value" }"#, "REQUIRED input.columns.heading"),
        (r#"{ heading: "(*)", field: "value" }"#, "MALFORMED input.columns.heading"),
        (&r#"{ heading: "KQ", field: "value" },"#.repeat(41), "TOO_MANY input.columns"),
    ] {
        assert_eq!(errors(&commune.save(columns, None).await), [told], "{columns}");
    }
    let long = format!(r#"agency: "tinh.xa1", kind: FIGURES, name: "{}", columns: [{COLUMNS}]"#, "ă".repeat(61));
    let long = commune.node.change(&commune.token, "saveImportMapping", &long, "mapping { id }").await;
    assert_eq!((errors(&long), &long["userErrors"][0]["limit"]), (vec!["TOO_LONG input.name".to_owned()], &json!(60)));
    // The table knows the rules as well.
    for headings in [
        "[]",
        "{}",
        r#"[{"heading": "KQ"}]"#,
        r#"[{"heading": "Sở", "field": "value"}, {"heading": "SO", "field": "note"}]"#,
    ] {
        let fits = format!("SELECT import_headings_fit('{headings}')::text");
        assert_eq!(commune.db.text(&fits).await, "false", "{headings}");
    }
    commune.node.stop().await;
}

#[tokio::test]
async fn the_mapping_of_another_agency_is_as_if_it_were_not_there() {
    let commune = Commune::open(&[]).await;
    let id = commune.save(COLUMNS, None).await["mapping"]["id"].clone();
    let other = person(&commune.db, 21, &[(Role::Reporter, Some("tinh.xa2"), false)]).await;
    let other = commune.node.token(&other).await;
    let question = format!("{{ importMappings {{ totalCount }} node(id: {id}) {{ id }} }}");
    let there = commune.node.told(&commune.token, &question).await;
    assert_eq!(there["data"], json!({ "importMappings": { "totalCount": 1 }, "node": { "id": id } }));
    let elsewhere = commune.node.told(&other, &question).await;
    assert_eq!(elsewhere["data"], json!({ "importMappings": { "totalCount": 0 }, "node": null }));
    for agency in ["tinh.xa1", "khong.co"] {
        let input = format!(r#"agency: "{agency}", kind: FIGURES, name: "Bảng", columns: [{COLUMNS}]"#);
        let saved = commune.node.change(&other, "saveImportMapping", &input, "mapping { id }").await;
        assert_eq!(errors(&saved), ["NOT_FOUND input.agency"]);
    }
    let input = format!("mapping: {id}, expectedVersion: 1");
    let deleted = commune.node.change(&other, "deleteImportMapping", &input, "mapping { id }").await;
    assert_eq!(deleted["errors"][0]["extensions"]["code"], "NOT_FOUND", "{deleted}");
    // It names its own mappings only.
    let path = format!("/files/imports?agency=tinh.xa2&period=2025-Q4&mode=ROW_BY_ROW&dryRun=true&{NAMED}");
    let sent = commune.client.post(commune.node.url(&path)).bearer_auth(&other).body("a").send().await.unwrap();
    assert_eq!(sent.status(), StatusCode::NOT_FOUND);
    for name in ["mapping=khong-co", "mapping="] {
        let sent = commune.send(&format!("mode=ROW_BY_ROW&dryRun=true&{name}"), own(HEADINGS)).await;
        let status = sent.status();
        let told: Value = sent.json().await.unwrap();
        let extensions = &told["errors"][0]["extensions"];
        assert_eq!((status, &extensions["code"]), (StatusCode::NOT_FOUND, &json!("NOT_FOUND")), "{told}");
        assert_eq!(extensions["argument"], "mapping");
    }
    commune.node.stop().await;
}
