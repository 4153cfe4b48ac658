//! The bytes in S3-compatible storage.

use std::process::Stdio;

use api::{
    config::settings,
    files::attachments::{Store, sweep},
};
use chrono::TimeDelta;
use reqwest::{Method, StatusCode};
use schema::clock::Clock;
use tests::{demo, process::command, python::python, server::config};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
    task::spawn_blocking,
};

use super::{Office, hex, id, offset, pdf, place, refusal};

/// Storage that speaks as S3 does, as `tests/moto` starts it. Needs python3 with venv.
struct Bucket {
    server: Child,
    asks: ChildStdin,
    told: Lines<BufReader<ChildStdout>>,
    endpoint: String,
}

impl Bucket {
    const NAME: &str = "cotmoc-tep";

    async fn start() -> Self {
        let python = spawn_blocking(|| python(env!("CARGO_TARGET_TMPDIR"), "moto")).await.unwrap();
        let program = concat!(env!("CARGO_MANIFEST_DIR"), "/moto/server.py");
        let mut command = Command::new(python);
        command.args([program, Self::NAME]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = command.kill_on_drop(true).spawn().unwrap();
        let (asks, told) = (server.stdin.take().unwrap(), BufReader::new(server.stdout.take().unwrap()).lines());
        let mut bucket = Self { server, asks, told, endpoint: String::new() };
        let port = bucket.told.next_line().await.unwrap().unwrap();
        bucket.endpoint = format!("http://127.0.0.1:{port}");
        bucket
    }

    /// How many objects it has.
    async fn objects(&mut self) -> usize {
        self.asks.write_all(b"\n").await.unwrap();
        self.told.next_line().await.unwrap().unwrap().split_whitespace().count()
    }
}

#[tokio::test]
async fn the_bytes_may_lie_in_a_bucket() {
    let mut bucket = Bucket::start().await;
    let (name, endpoint) = (format!("s3://{}", Bucket::NAME), bucket.endpoint.clone());
    let given = [
        (settings::STORAGE, name.as_str()),
        (settings::S3_ENDPOINT, &endpoint),
        (settings::S3_ACCESS_KEY, "cotmoc"),
        (settings::S3_SECRET_KEY, "bi-mat"),
    ];
    let office = Office::open_with(&given).await;
    let content = pdf(300_000);
    let begun = office.begin("Biên bản.pdf", content.len(), &content[..200_000]).await;
    assert_eq!((begun.status(), offset(&begun)), (StatusCode::CREATED, 200_000));
    assert_eq!(offset(&office.go_on(&place(&begun), 200_000, &content[200_000..]).await), 300_000);
    assert_eq!((bucket.objects().await, office.files()), (2, 0));
    let drafted = office.draft(41, None, &format!(", attachments: [\"{}\"]", id(&begun))).await;
    let file = &drafted["measurement"]["attachments"][0];
    assert_eq!(file["contentHash"].as_str().unwrap(), hex(&auth::hash::of_bytes(&content)), "{drafted}");
    let link = office.node.url(file["link"].as_str().unwrap());
    assert!(office.client.get(&link).send().await.unwrap().bytes().await.unwrap() == content);
    let part = office.client.get(&link).header("range", "bytes=199999-200001").send().await.unwrap();
    assert!(part.bytes().await.unwrap() == content[199_999..200_002]);

    // It is tried and swept as a folder is.
    let store = Store::open(&config(&office.db.url().await, &given)).unwrap();
    store.check().await.unwrap();
    let url = office.db.url().await;
    let environment = [
        ("DATABASE_URL", &*url),
        ("COTMOC_STORAGE", &name),
        ("COTMOC_S3_ENDPOINT", &endpoint),
        ("COTMOC_S3_ACCESS_KEY", "cotmoc"),
        ("COTMOC_S3_SECRET_KEY", "bi-mat"),
        ("COTMOC_DATA_DIR", "/nowhere"),
    ];
    let doctor = async || {
        let output = command(env!("CARGO_BIN_EXE_cotmoc_process"), &["doctor"], &environment).output().await.unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let told = doctor().await;
    assert!(told.contains("ok    attachments: s3://cotmoc-tep takes, gives and deletes"), "{told}");
    office.sent("Bỏ quên.pdf", &pdf(100)).await;
    assert_eq!(bucket.objects().await, 3);
    sweep(&office.db.pool, Clock::Fixed(demo::now() + TimeDelta::days(2)), &store).await.unwrap();
    assert_eq!(bucket.objects().await, 2);

    // While it is away one is told to come again, and nothing is written.
    bucket.server.kill().await.unwrap();
    let begun = office.begin("Sau.pdf", 100, &[]).await;
    let away = office.go_on(&place(&begun), 0, &pdf(100)).await;
    assert!(away.headers().contains_key("retry-after"));
    assert_eq!(refusal(away).await, "503 UNAVAILABLE");
    assert_eq!(offset(&office.ask(Method::HEAD, &place(&begun)).send().await.unwrap()), 0);
    let told = doctor().await;
    assert!(told.contains("BAD   attachments: s3://cotmoc-tep cannot be used"), "{told}");
    assert!(!told.contains("bi-mat"), "{told}");
}
