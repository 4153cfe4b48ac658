//! Files: what many rows cost on their way in and out, and how soon it is known that a file is none for us.

use std::{
    fmt::Write as _,
    io::{Cursor, Write as _},
    path::Path,
    time::{Duration, Instant},
};

use reqwest::{Client, RequestBuilder, Response};
use serde::Deserialize;
use tests::program::{Result, Server};
use tokio::time::sleep;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::{
    report::say,
    stage::{self, Database},
    submitting::Places,
};

/// Rows of the file that comes in.
pub const ROWS: usize = 100_000;

/// Room for the largest of the files that are turned away.
const SETTINGS: [&str; 2] = ["--files-limit", "64MiB"];

/// After this time the server has come to rest.
const REST: Duration = Duration::from_secs(2);

/// How long a file took, and how much memory the server had in use for it at most, above rest, in MiB.
pub struct Taken {
    pub time: Duration,
    pub memory: f64,
}

/// What was found.
pub struct Files {
    /// All measurements as lines of JSON.
    pub export: Taken,
    /// Until the first of them came.
    pub first: Duration,
    /// How many they were.
    pub exported: usize,
    /// The rows that come in, looked at only.
    pub looked: Taken,
    /// The same, written.
    pub written: Taken,
    /// Files that are refused, and how long that took.
    pub refused: Vec<(&'static str, Duration)>,
}

/// Each on a server of its own, so that one is not at rest with the memory of another.
pub async fn run(program: &Path, database: &Database, places: &Places, dir: &Path) -> Result<Files> {
    say("files\n");
    let server = async |name: &str| {
        let server = stage::start(program, database, &dir.join(name), &SETTINGS).await?;
        sleep(REST).await;
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(server)
    };
    let (first, exported, export) = export(&server("export").await?).await?;
    database.execute(&include_str!("sql/villages.sql").replace("{rows}", &ROWS.to_string())).await?;
    let token = places.token("")?;
    let looked = import(&server("look").await?, token, true).await?;
    let written = import(&server("write").await?, token, false).await?;
    let server = server("refuse").await?;
    let mut refused = Vec::new();
    for (name, content) in [
        ("a workbook of 300 MB in 300 kB", workbook(&"<row/>".repeat(50_000_000))?),
        ("50 MB of nonsense", nonsense(50_000_000)),
        ("a million empty rows", workbook(&"<row><c/></row>".repeat(1_000_000))?),
    ] {
        let begin = Instant::now();
        let import = ended(&server, token, true, content).await?;
        if import.state != "REFUSED" {
            return Err(format!("{name} is taken: {import:?}").into());
        }
        refused.push((name, begin.elapsed()));
    }
    Ok(Files { export, first, exported, looked, written, refused })
}

/// The time until the first measurement, how many there are, and what all of them cost.
async fn export(server: &Server) -> Result<(Duration, usize, Taken)> {
    let (before, begin) = (server.memory(), Instant::now());
    let url = format!("http://{}/files/exports/measurements.ndjson", server.address);
    let mut response = good(Client::new().get(url)).await?;
    let (mut first, mut lines) = (None, 0);
    while let Some(chunk) = response.chunk().await? {
        first.get_or_insert_with(|| begin.elapsed());
        lines += chunk.split(|byte| *byte == b'\n').count() - 1;
    }
    let memory = server.highest_memory() - before;
    Ok((first.unwrap_or_default(), lines, Taken { time: begin.elapsed(), memory }))
}

async fn import(server: &Server, token: &str, only_looks: bool) -> Result<Taken> {
    let mut file = "Mã chỉ tiêu;Mã đối tượng;Giá trị\n".to_owned();
    for n in 1..=ROWS {
        writeln!(file, "bench_1;bench.thon{n};{}", n % 90)?;
    }
    let (before, begin) = (server.memory(), Instant::now());
    let import = ended(server, token, only_looks, file.into_bytes()).await?;
    if import.rows_accepted != ROWS {
        return Err(format!("not all rows are taken: {import:?}").into());
    }
    Ok(Taken { time: begin.elapsed(), memory: server.highest_memory() - before })
}

/// How an import stands.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Import {
    id: String,
    state: String,
    rows_accepted: usize,
}

/// Sends a file, and waits until it is known what became of it.
async fn ended(server: &Server, token: &str, only_looks: bool, content: Vec<u8>) -> Result<Import> {
    let url = format!("http://{}/files/imports", server.address);
    let client = Client::new();
    let query = [("agency", "qng.ubnd"), ("period", "2026-06"), ("mode", "ROW_BY_ROW")];
    let send = client.post(&url).query(&query).query(&[("dryRun", only_looks)]).bearer_auth(token).body(content);
    let begun: Import = good(send).await?.json().await?;
    let one = format!("{url}/{}", begun.id);
    loop {
        let import: Import = good(client.get(&one).bearer_auth(token)).await?.json().await?;
        if !["WAITING", "RUNNING"].contains(&import.state.as_str()) {
            return Ok(import);
        }
        sleep(Duration::from_millis(20)).await;
    }
}

async fn good(request: RequestBuilder) -> Result<Response> {
    let response = request.send().await?;
    let status = response.status();
    if status.is_success() { Ok(response) } else { Err(format!("{status}: {}", response.text().await?).into()) }
}

/// A workbook with these rows.
fn workbook(rows: &str) -> Result<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let relations = "http://schemas.openxmlformats.org/package/2006/relationships";
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    for (name, content) in [
        (
            "[Content_Types].xml",
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>".to_owned(),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{relations}\"><Relationship Id=\"a\" Type=\"{kind}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{main}\" xmlns:r=\"{kind}\"><sheets><sheet name=\"Số liệu\" sheetId=\"1\" r:id=\"a\"/></sheets></workbook>"
            ),
        ),
        ("xl/worksheets/sheet1.xml", format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>")),
    ] {
        zip.start_file(name, SimpleFileOptions::default())?;
        zip.write_all(content.as_bytes())?;
    }
    Ok(zip.finish()?.into_inner())
}

/// Bytes that are nothing, always the same.
fn nonsense(length: usize) -> Vec<u8> {
    let mut state = 88_172_645_463_325_252_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    std::iter::repeat_with(&mut next).flatten().take(length).collect()
}
