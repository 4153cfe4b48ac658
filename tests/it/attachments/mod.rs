//! Files that show what is said: they come in parts, are bound into what is endorsed, and go out by links.

mod bucket;
mod refused;

use std::{
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use api::{
    config::settings,
    files::attachments::{Store, sweep},
};
use auth::{Role, token::Bearer};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::TimeDelta;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use schema::clock::Clock;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{
    TestDb, demo,
    server::{Node, config, person},
    sql,
};

const CLOCK: fn() -> Clock = || Clock::Fixed(demo::now());
const PATH: &str = "/files/attachments";

/// A server with a folder for files, and people of a department.
pub(crate) struct Office {
    pub(crate) db: TestDb,
    node: Node,
    folder: TempDir,
    reporter: String,
    head: String,
    client: Client,
}

/// A document of so many bytes.
pub(crate) fn pdf(bytes: usize) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    file.extend((0..bytes.saturating_sub(9)).map(|n| u8::try_from(n % 251).unwrap()));
    file
}

fn metadata(name: &str) -> String {
    format!("filename {}", BASE64_STANDARD.encode(name))
}

fn offset(response: &Response) -> u64 {
    response.headers()["upload-offset"].to_str().unwrap().parse().unwrap()
}

impl Office {
    pub(crate) async fn open() -> Self {
        Self::open_with(&[]).await
    }

    async fn open_with(given: &[(settings::Setting, &str)]) -> Self {
        let db = TestDb::demo().await;
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("tệp").display().to_string();
        let given: Vec<_> = [(settings::STORAGE, place.as_str())].into_iter().chain(given.iter().copied()).collect();
        let reporter = person(&db, 31, &[(Role::Reporter, Some("qng.skhcn"), false)]).await;
        let head = person(&db, 32, &[(Role::Head, Some("qng.skhcn"), false)]).await;
        db.execute(
            "INSERT INTO reporting_assignment (id, indicator_id, subject_id, reporter_id, regime, period_kind, valid)
            SELECT gen_random_uuid(), i.id, a.id, a.id, 'CALENDAR', 'MONTH', '[2024-01-01,)' FROM indicator i, agency a
            WHERE a.code = 'qng.skhcn' AND i.code = 'bts_5g_count'",
        )
        .await;
        let node = Node::start(&db, CLOCK(), &given).await;
        let (reporter, head) = (node.token(&reporter).await, node.token(&head).await);
        Self { db, node, folder, reporter, head, client: Client::new() }
    }

    async fn signed_in(&self, bearer: &Bearer) -> String {
        self.node.token(bearer).await
    }

    fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.node.url(path)).bearer_auth(&self.reporter).header("tus-resumable", "1.0.0")
    }

    /// Begins a file, with these first bytes.
    async fn begin(&self, name: &str, size: usize, first: &[u8]) -> Response {
        let request =
            self.ask(Method::POST, PATH).header("upload-length", size).header("upload-metadata", metadata(name));
        let request = if first.is_empty() {
            request
        } else {
            request.header("content-type", "application/offset+octet-stream").body(first.to_vec())
        };
        request.send().await.unwrap()
    }

    async fn go_on(&self, place: &str, at: usize, bytes: &[u8]) -> Response {
        let request = self.ask(Method::PATCH, place).header("upload-offset", at);
        let request = request.header("content-type", "application/offset+octet-stream").body(bytes.to_vec());
        request.send().await.unwrap()
    }

    /// Sends a file whole, and answers its id.
    pub(crate) async fn sent(&self, name: &str, content: &[u8]) -> String {
        let response = self.begin(name, content.len(), content).await;
        assert_eq!(response.status(), StatusCode::CREATED, "{name}");
        assert_eq!(offset(&response), u64::try_from(content.len()).unwrap());
        id(&response)
    }

    async fn draft(&self, value: u32, version: Option<i64>, attachments: &str) -> Value {
        let version = version.map(|version| format!(", expectedVersion: {version}")).unwrap_or_default();
        let input = format!(
            "indicator: \"bts_5g_count\", subject: \"qng.skhcn\", period: \"2025-12\", value: \"{value}\", observation: FINAL{version}{attachments}"
        );
        let selection =
            "measurement { id version contentHash attachments { id name mediaType size contentHash link } }";
        self.node.change(&self.reporter, "draftMeasurement", &input, selection).await
    }

    /// The folder of its files.
    pub(crate) fn files_at(&self) -> PathBuf {
        self.folder.path().join("tệp")
    }

    fn files(&self) -> usize {
        let place = self.files_at();
        if place.exists() { files_in(&place) } else { 0 }
    }
}

pub(crate) fn files_in(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files_in(&path) } else { 1 }).sum()
}

fn place(response: &Response) -> String {
    response.headers()["location"].to_str().unwrap().to_owned()
}

fn id(response: &Response) -> String {
    place(response).rsplit_once('/').unwrap().1.to_owned()
}

async fn refusal(response: Response) -> String {
    let status = response.status().as_u16();
    let told: Value = response.json().await.unwrap();
    let error = &told["errors"][0]["extensions"];
    format!("{status} {} {}", error["code"].as_str().unwrap(), error["reason"].as_str().unwrap_or_default())
        .trim()
        .to_owned()
}

#[tokio::test]
async fn a_file_comes_in_parts_and_goes_on_where_it_was_broken_off() {
    let office = Office::open().await;
    let about = office.client.request(Method::OPTIONS, office.node.url(PATH)).send().await.unwrap();
    assert_eq!(about.status(), StatusCode::NO_CONTENT);
    let told = |name: &str| about.headers()[name].to_str().unwrap().to_owned();
    assert_eq!((told("tus-version"), told("tus-max-size")), ("1.0.0".to_owned(), (64 << 20).to_string()));

    let content = pdf(100_000);
    let begun = office.begin("C:\\hồ sơ\\Biên bản\nnghiệm thu.pdf", content.len(), &[]).await;
    assert_eq!((begun.status(), offset(&begun)), (StatusCode::CREATED, 0));
    let place = place(&begun);
    assert_eq!(offset(&office.go_on(&place, 0, &content[..40_000]).await), 40_000);
    // The answer was lost: it is sent again, and refused; the client asks how far it is.
    assert_eq!(refusal(office.go_on(&place, 0, &content[..40_000]).await).await, "409 CONFLICT");
    let how_far = office.ask(Method::HEAD, &place).send().await.unwrap();
    assert_eq!((how_far.status(), offset(&how_far)), (StatusCode::OK, 40_000));
    assert_eq!(how_far.headers()["cache-control"], "no-store");
    assert_eq!(offset(&office.go_on(&place, 40_000, &content[40_000..70_000]).await), 70_000);
    let last = office.go_on(&place, 70_000, &content[70_000..]).await;
    assert_eq!((last.status(), offset(&last)), (StatusCode::NO_CONTENT, 100_000));
    assert_eq!(office.files(), 3);
    let mode = std::fs::metadata(office.folder.path().join("tệp")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700, "nobody else on the machine looks into it");

    let id = place.rsplit_once('/').unwrap().1;
    let drafted = office.draft(41, None, &format!(", attachments: [\"{id}\"]")).await;
    let file = &drafted["measurement"]["attachments"][0];
    let hash = auth::hash::of_bytes(&content);
    assert_eq!(
        (&file["name"], &file["mediaType"], &file["size"], file["contentHash"].as_str().unwrap()),
        (&json!("Biên bản nghiệm thu.pdf"), &json!("application/pdf"), &json!(100_000), hex(&hash).as_str())
    );
    let link = office.node.url(file["link"].as_str().unwrap());
    let get = async |range: Option<&str>| {
        let request = office.client.get(&link);
        range.map_or(request.try_clone().unwrap(), |range| request.header("range", range)).send().await.unwrap()
    };
    let whole = get(None).await;
    assert_eq!(whole.status(), StatusCode::OK);
    let head = |name: &str| whole.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(head("content-type"), "application/pdf");
    assert_eq!(
        head("content-disposition"),
        "attachment; filename=\"Bi_n b_n nghi_m thu.pdf\"; filename*=UTF-8''Bi%C3%AAn%20b%E1%BA%A3n%20nghi%E1%BB%87m%20thu.pdf"
    );
    assert_eq!((head("x-content-type-options"), head("content-length")), ("nosniff".to_owned(), "100000".to_owned()));
    let etag = head("etag");
    assert!(whole.bytes().await.unwrap() == content);
    for (range, from, to) in
        [("bytes=39990-40010", 39_990, 40_011), ("bytes=99000-", 99_000, 100_000), ("bytes=-5", 99_995, 100_000)]
    {
        let part = get(Some(range)).await;
        assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT, "{range}");
        assert_eq!(part.headers()["content-range"], format!("bytes {from}-{}/100000", to - 1).as_str());
        assert!(part.bytes().await.unwrap() == content[from..to], "{range}");
    }
    assert_eq!(get(Some("bytes=100000-")).await.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    let kept = office.client.get(&link).header("if-none-match", etag).send().await.unwrap();
    assert_eq!(kept.status(), StatusCode::NOT_MODIFIED);
    // A link is for one file and for five minutes; the path alone is none.
    let (path, query) = link.split_once('?').unwrap();
    assert_eq!(office.client.get(path).send().await.unwrap().status(), StatusCode::BAD_REQUEST);
    let forged = format!("{path}?{}", query.replace("expires=1", "expires=2"));
    assert_eq!(refusal(office.client.get(forged).send().await.unwrap()).await, "403 FORBIDDEN");
    let later = Node::start(&office.db, Clock::Fixed(demo::now() + TimeDelta::minutes(5)), &[]).await;
    let expired = link.replace(&office.node.url(""), &later.url(""));
    assert_eq!(refusal(office.client.get(expired).send().await.unwrap()).await, "403 FORBIDDEN");
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[tokio::test]
async fn the_files_of_a_figure_are_endorsed_with_it() {
    let office = Office::open().await;
    let (one, other) = (office.sent("Biên bản.pdf", &pdf(100)).await, office.sent("Phụ lục.pdf", &pdf(200)).await);
    let begun = office.begin("chưa xong.pdf", 100, &[]).await;
    let code = |told: &Value| told["userErrors"][0]["code"].as_str().unwrap_or_default().to_owned();
    let colleague = {
        let bearer = person(&office.db, 34, &[(Role::Reporter, Some("qng.skhcn"), false)]).await;
        let token = office.signed_in(&bearer).await;
        let request = office.client.post(office.node.url(PATH)).bearer_auth(token).header("upload-length", 100);
        let request = request.header("upload-metadata", metadata("của người khác.pdf")).body(pdf(100));
        id(&request.header("content-type", "application/offset+octet-stream").send().await.unwrap())
    };
    for (named, told) in [
        (format!("\"{}\"", id(&begun)), "NOT_FINISHED"),
        (format!("\"{colleague}\""), "NOT_FOUND"),
        ("\"khong-co\"".to_owned(), "NOT_FOUND"),
        (format!("\"{one}\", \"{one}\""), "DUPLICATE"),
        (vec![format!("\"{one}\""); 21].join(","), "TOO_MANY"),
    ] {
        assert_eq!(code(&office.draft(41, None, &format!(", attachments: [{named}]")).await), told, "{named}");
    }
    let names = |told: &Value| {
        let files = told["measurement"]["attachments"].as_array().unwrap();
        files.iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>().join(", ")
    };
    let version = |told: &Value| told["measurement"]["version"].as_i64();
    let plain = office.draft(41, None, "").await;
    let with = office.draft(41, version(&plain), &format!(", attachments: [\"{one}\", \"{other}\"]")).await;
    assert_eq!(names(&with), "Biên bản.pdf, Phụ lục.pdf");
    assert_ne!(plain["measurement"]["contentHash"], with["measurement"]["contentHash"]);
    // Written anew without a word of files it keeps them, and its hash.
    let kept = office.draft(41, version(&with), "").await;
    assert_eq!(
        (names(&kept), &kept["measurement"]["contentHash"]),
        (names(&with), &with["measurement"]["contentHash"])
    );
    let fewer = office.draft(41, version(&kept), &format!(", attachments: [\"{other}\"]")).await;
    assert_eq!(names(&fewer), "Phụ lục.pdf");
    let none = office.draft(41, version(&fewer), ", attachments: []").await;
    assert_eq!(
        (names(&none).as_str(), &none["measurement"]["contentHash"]),
        ("", &plain["measurement"]["contentHash"])
    );
    // What it has had it may have again, also from somebody who has not sent it; once it is submitted it stands.
    let again = office.draft(41, version(&none), &format!(", attachments: [\"{one}\"], submit: true")).await;
    assert_eq!(names(&again), "Biên bản.pdf", "{again}");
    let measurement = &again["measurement"];
    let seen = format!("measurement: {}, expectedVersion: {}", measurement["id"], measurement["version"]);
    let forged = format!("{seen}, contentHash: {}", with["measurement"]["contentHash"]);
    let told = office.node.change(&office.head, "endorseMeasurement", &forged, "measurement { id }").await;
    assert_eq!(code(&told), "CHANGED", "with other files");
    let right = format!("{seen}, contentHash: {}", measurement["contentHash"]);
    let told = office.node.change(&office.head, "endorseMeasurement", &right, "measurement { state version }").await;
    assert_eq!(told["measurement"]["state"], "ENDORSED", "{told}");
    let endorsed = told["measurement"]["version"].as_i64().unwrap();
    // Seen as the figure is: by nobody outside, and with a link for whoever is signed in.
    let question =
        format!("{{ node(id: {}) {{ ... on Measurement {{ attachments {{ name link }} }} }} }}", measurement["id"]);
    assert_eq!(
        office.node.told(&office.head, &question).await["data"]["node"]["attachments"][0]["name"],
        "Biên bản.pdf"
    );
    let told: Value = office.node.question(&question, &json!({})).send().await.unwrap().json().await.unwrap();
    assert_eq!(told["data"]["node"], Value::Null, "{told}");
    let publisher = person(&office.db, 36, &[(Role::StandingOffice, Some("qng.skhcn"), true)]).await;
    let right = format!(
        "measurement: {}, expectedVersion: {endorsed}, contentHash: {}",
        measurement["id"], measurement["contentHash"]
    );
    let publisher = office.signed_in(&publisher).await;
    let told = office.node.change(&publisher, "publishMeasurement", &right, "measurement { state }").await;
    assert_eq!(told["measurement"]["state"], "PUBLISHED", "{told}");
    let told: Value = office.node.question(&question, &json!({})).send().await.unwrap().json().await.unwrap();
    assert_eq!(told["data"]["node"]["attachments"], json!([{ "name": "Biên bản.pdf", "link": null }]), "{told}");
    // What anybody reads of them is kept in memory, as the figure itself is, until another file is whole.
    let question = question.replace("name link", "name contentHash").replace("attachments", "contentHash attachments");
    let whence = async || {
        let answer = office.node.question(&question, &json!({})).send().await.unwrap();
        answer.headers()["x-cache"].to_str().unwrap().to_owned()
    };
    assert_eq!([whence().await, whence().await], ["miss", "hit"]);
    office.sent("Khác.pdf", &pdf(100)).await;
    assert_eq!([whence().await, whence().await], ["miss", "hit"]);
}

#[tokio::test]
async fn reports_of_progress_and_documents_have_files_too() {
    let office = Office::open().await;
    let file = office.sent("Ảnh hiện trường.pdf", &pdf(100)).await;
    let code = office
        .db
        .text(
            "SELECT min(directive.code) FROM directive JOIN directive_lead ON directive_id = directive.id
        JOIN agency ON agency.id = agency_id WHERE agency.code = 'qng.skhcn'",
        )
        .await;
    office.db.execute(&format!("UPDATE directive SET state = 'IN_PROGRESS' WHERE code = '{code}'")).await;
    let told = office.node.told(&office.reporter, &format!("{{ directive(code: \"{code}\") {{ id }} }}")).await;
    let directive = told["data"]["directive"]["id"].as_str().unwrap_or_else(|| panic!("{told}")).to_owned();
    let input = format!("directive: \"{directive}\", narrative: \"Đã lắp đặt\", attachments: [\"{file}\"]");
    let selection = "directive { progressUpdates(first: 1) { nodes { narrative attachments { name } } } }";
    let told = office.node.change(&office.reporter, "reportProgress", &input, selection).await;
    let report = &told["directive"]["progressUpdates"]["nodes"][0];
    assert_eq!(report["attachments"], json!([{ "name": "Ảnh hiện trường.pdf" }]), "{told}");

    let bearer = person(&office.db, 35, &[(Role::StandingOffice, Some("qng.skhcn"), true)]).await;
    let keeper = office.signed_in(&bearer).await;
    let request = office.client.post(office.node.url(PATH)).bearer_auth(&keeper).header("upload-length", 100);
    let request = request.header("upload-metadata", metadata("Bản chụp.pdf")).body(pdf(100));
    let scan = id(&request.header("content-type", "application/offset+octet-stream").send().await.unwrap());
    let question = "{ documents(first: 50) { nodes { id version viewerCan { amend } } } }";
    let told = office.node.told(&keeper, question).await;
    let documents = told["data"]["documents"]["nodes"].as_array().unwrap();
    let document = documents.iter().find(|it| it["viewerCan"]["amend"] == true).unwrap_or_else(|| panic!("{told}"));
    let amend = async |version: i64, files: &str| {
        let input = format!("document: {}, expectedVersion: {version}, attachments: [{files}]", document["id"]);
        office.node.change(&keeper, "amendDocument", &input, "document { version attachments { name } }").await
    };
    let version = document["version"].as_i64().unwrap();
    let told = amend(version, &format!("\"{scan}\"")).await;
    assert_eq!(told["document"]["attachments"], json!([{ "name": "Bản chụp.pdf" }]), "{told}");
    let told = amend(version + 1, "").await;
    assert_eq!(told["document"]["attachments"], json!([]), "{told}");
    // What something had once is kept: it is there as of then, and may be given again.
    office.db.execute("UPDATE attachment SET expires_at = expires_at - interval '9 days'").await;
    let told = amend(version + 2, &format!("\"{scan}\"")).await;
    assert_eq!(told["document"]["attachments"], json!([{ "name": "Bản chụp.pdf" }]), "{told}");
}

#[tokio::test]
async fn what_nothing_has_goes_after_a_day_and_what_something_has_stays() {
    let office = Office::open().await;
    let kept = office.sent("Biên bản.pdf", &pdf(100)).await;
    let drafted = office.draft(41, None, &format!(", attachments: [\"{kept}\"]")).await;
    let link = drafted["measurement"]["attachments"][0]["link"].as_str().unwrap().to_owned();
    office.sent("Bỏ quên.pdf", &pdf(100)).await;
    office.begin("Dở dang.pdf", 1000, &pdf(100)).await;
    let given_up = office.begin("Thôi.pdf", 1000, &pdf(100)).await;
    let gone = office.ask(Method::DELETE, &place(&given_up)).send().await.unwrap();
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    assert_eq!(office.ask(Method::HEAD, &place(&given_up)).send().await.unwrap().status(), StatusCode::NOT_FOUND);
    let of_figure = office.ask(Method::DELETE, &format!("{PATH}/{kept}")).send().await.unwrap();
    assert_eq!(of_figure.status(), StatusCode::NOT_FOUND, "what something has is not given up");
    let folder = office.folder.path().join("tệp").display().to_string();
    let store = Store::open(&config(&office.db.url().await, &[(settings::STORAGE, &folder)])).unwrap();
    let at = |hours| Clock::Fixed(demo::now() + TimeDelta::hours(hours) + TimeDelta::minutes(1));
    for (hours, left) in [(0, 4), (1, 3), (24, 3), (25, 1), (1000, 1)] {
        sweep(&office.db.pool, at(hours), &store).await.unwrap();
        assert_eq!(office.files(), left, "after {hours} hours");
    }
    assert_eq!(office.db.text("SELECT count(*) FROM attachment").await, "1");
    assert_eq!(office.client.get(office.node.url(&link)).send().await.unwrap().status(), StatusCode::OK);
    // What has expired is not given to anything any more.
    let late = office.sent("Muộn.pdf", &pdf(100)).await;
    office.db.execute(&format!("UPDATE attachment SET expires_at = '{}' WHERE name = 'Muộn.pdf'", demo::now())).await;
    let version = drafted["measurement"]["version"].as_i64();
    let told = office.draft(42, version, &format!(", attachments: [\"{late}\"]")).await;
    assert_eq!(told["userErrors"][0]["code"], "NOT_FOUND", "{told}");
}

#[tokio::test]
async fn the_tables_hold_the_rules_too() {
    let office = Office::open().await;
    let file = office.sent("Biên bản.pdf", &pdf(100)).await;
    office.draft(41, None, &format!(", attachments: [\"{file}\"]")).await;
    office.begin("Dở dang.pdf", 1000, &pdf(100)).await;
    let mut connection = office.db.connect().await;
    for (broken, rule) in [
        ("UPDATE attachment SET name = 'khác.pdf' WHERE received_at IS NOT NULL", "are history"),
        ("UPDATE attachment SET content_hash = sha256('x') WHERE received_at IS NOT NULL", "are history"),
        ("UPDATE attachment_part SET bytes = 1", "are history"),
        ("DELETE FROM measurement_attachment", "are history"),
        ("DELETE FROM attachment WHERE received_at IS NOT NULL", "measurement_attachment_attachment_id_fkey"),
        (
            "INSERT INTO document_attachment SELECT document.id, attachment.id FROM document, attachment WHERE received_at IS NULL LIMIT 1",
            "a whole file",
        ),
        ("UPDATE attachment SET media_type = 'application/pdf' WHERE received_at IS NULL", "attachment_whole_check"),
        ("UPDATE attachment SET expires_at = now() WHERE received_at IS NOT NULL", "are history"),
        (
            "UPDATE attachment SET media_type = 'application/pdf', content_hash = sha256('x'), received_at = now() WHERE received_at IS NULL",
            "the whole file",
        ),
        ("DELETE FROM attachment_part WHERE starts_at = 0", "neither gets nor loses"),
        (
            "INSERT INTO attachment_part SELECT gen_random_uuid(), id, 100, 1 FROM attachment WHERE received_at IS NOT NULL",
            "neither gets nor loses",
        ),
    ] {
        let told = sql::execute(&mut connection, broken).await.unwrap_err().to_string();
        assert!(told.contains(rule), "{broken}: {told}");
    }
}
