//! The program as its operator meets it: signals, exit codes, logs, the embedded PostgreSQL behind it.

use std::{fs, os::unix::fs::PermissionsExt as _, path::PathBuf, process::Stdio};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{
    TestDb,
    http::Raw,
    npm::Counterpart,
    process::{Process, command},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_cotmoc_process");

/// A place for data that user `postgres` may enter, should we be root.
fn place() -> (TempDir, String) {
    let dir = tempfile::Builder::new().prefix("cotmoc-test-").tempdir_in("/tmp").unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let data = dir.path().join("data").to_str().unwrap().to_owned();
    (dir, data)
}

async fn status(url: String) -> u16 {
    reqwest::get(url).await.unwrap().status().as_u16()
}

fn postgres(data: &str) -> Pid {
    let file = PathBuf::from(data).join("postgres/postmaster.pid");
    Pid::from_raw(fs::read_to_string(file).unwrap().lines().next().unwrap().parse().unwrap())
}

#[tokio::test]
async fn a_signal_lets_requests_finish_and_ends_well() {
    let database = TestDb::new().await;
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let url = database.url().await;
        let mut cotmoc = Process::start(
            PROGRAM,
            &["serve"],
            &[("DATABASE_URL", &url), ("COTMOC_LISTEN", "127.0.0.1:0"), ("HOME", "/")],
        );
        let addr = cotmoc.address().await;
        let mut request = Raw::in_flight(addr).await;
        cotmoc.signal(signal);
        while tokio::net::TcpStream::connect(addr).await.is_ok() {
            tokio::task::yield_now().await;
        }
        request.send("{}").await;
        let answer = request.to_end().await;
        assert!(answer.starts_with("HTTP/1.1 4") && answer.contains("x-request-id"), "{answer}");
        assert!(cotmoc.ended().await.success());
    }
}

#[tokio::test]
async fn serves_from_nothing_survives_a_killed_postgresql_and_stops_it_in_the_end() {
    let (_dir, data) = place();
    let mut cotmoc = Process::start(PROGRAM, &["serve", "--listen", "127.0.0.1:0"], &[("COTMOC_DATA_DIR", &data)]);
    let ready = format!("http://{}/readyz", cotmoc.address().await);
    assert_eq!(status(ready.clone()).await, 200);

    kill(postgres(&data), Signal::SIGKILL).unwrap();
    cotmoc.logged("PostgreSQL runs again").await;
    assert_eq!(status(ready).await, 200);

    let last = postgres(&data);
    cotmoc.signal(Signal::SIGTERM);
    assert!(cotmoc.ended().await.success());
    kill(last, None).unwrap_err();
}

#[tokio::test]
async fn every_log_line_of_a_request_carries_its_id_and_none_the_query() {
    let database = TestDb::new().await;
    let url = database.url().await;
    let environment = [("DATABASE_URL", url.as_str()), ("COTMOC_LISTEN", "127.0.0.1:0"), ("HOME", "/")];
    let mut cotmoc = Process::start(PROGRAM, &["serve"], &environment);
    let addr = cotmoc.address().await;
    let client = reqwest::Client::new();
    let sent = client.get(format!("http://{addr}/x?token=bi-mat")).header("x-request-id", "id-7").send().await.unwrap();
    assert_eq!(sent.status(), 404);
    let line = cotmoc.logged("answered").await;
    assert_eq!((line["path"].as_str(), line["status"].as_u64()), (Some("/x"), Some(404)));
    assert_eq!(line["spans"][0]["id"], "id-7");
    assert!(line["milliseconds"].is_f64() && !line.to_string().contains("bi-mat"), "{line}");

    // What its operation says is all that is said of a request that has one; the next line is that of the next request.
    let ask = client
        .post(format!("http://{addr}/graphql"))
        .header("x-request-id", "id-8")
        .json(&json!({ "query": "{ __typename }" }));
    assert_eq!(ask.send().await.unwrap().status(), 200);
    client.get(format!("http://{addr}/x")).header("x-request-id", "id-9").send().await.unwrap();
    assert_eq!(cotmoc.logged("operation").await["spans"][0]["id"], "id-8");
    assert_eq!(cotmoc.logged("answered").await["spans"][0]["id"], "id-9");

    // Also what is refused on a live connection, where the status says nothing of it.
    let follow = client.post(format!("http://{addr}/graphql/stream")).header("accept", "text/event-stream");
    let follow = follow.json(&json!({ "query": "subscription Follow { nothing }" })).send().await.unwrap();
    assert_eq!(follow.status(), 200);
    let line = cotmoc.logged("operation").await;
    assert_eq!(
        (&line["kind"], &line["operation"], &line["code"]),
        (&json!("refused"), &json!("Follow"), &json!("BAD_REQUEST"))
    );
    // Its answer is made when the request has its head already.
    let ask = client.post(format!("http://{addr}/graphql/stream")).header("x-request-id", "id-10");
    let ask = ask.header("accept", "text/event-stream").json(&json!({ "query": "query Ask { __typename }" }));
    assert!(ask.send().await.unwrap().text().await.unwrap().contains("Query"));
    let line = cotmoc.logged("operation").await;
    assert_eq!((&line["operation"], &line["spans"][0]["id"]), (&json!("Ask"), &json!("id-10")), "{line}");
    // A subscription begins, and is told that it cannot go on.
    let follow = client.post(format!("http://{addr}/graphql/stream")).header("accept", "text/event-stream");
    let follow = follow.json(&json!({ "query": "subscription Late { changed(after: \"x\") { cursor } }" }));
    assert!(follow.send().await.unwrap().text().await.unwrap().contains("BAD_REQUEST"));
    for code in ["OK", "BAD_REQUEST"] {
        let line = cotmoc.logged("operation").await;
        assert_eq!((&line["operation"], &line["code"]), (&json!("Late"), &json!(code)), "{line}");
    }
}

/// The disk is full, or whoever read has gone.
#[tokio::test]
async fn it_goes_on_where_nothing_can_be_written() {
    let full = || fs::File::options().write(true).open("/dev/full").unwrap();
    let database = TestDb::new().await;
    let url = database.url().await;
    let environment = [("DATABASE_URL", url.as_str()), ("HOME", "/")];
    let run = async |arguments: &[&str], output: Stdio, errors: Stdio| {
        command(PROGRAM, arguments, &environment).stdout(output).stderr(errors).status().await.unwrap().code()
    };
    assert_eq!(run(&["doctor"], Stdio::null(), full().into()).await, Some(0), "its log is lost, no more");
    assert_eq!(run(&["audit", "verify"], Stdio::null(), full().into()).await, Some(0));
    assert_eq!(run(&["audit", "verify"], full().into(), Stdio::null()).await, Some(1), "its result is lost");
}

#[tokio::test]
async fn what_may_be_answered_when_it_is_asked_again_is_no_error_in_the_log() {
    let database = TestDb::new().await;
    let url = database.url().await;
    let environment = [("DATABASE_URL", url.as_str()), ("COTMOC_LISTEN", "127.0.0.1:0"), ("HOME", "/")];
    let mut cotmoc = Process::start(PROGRAM, &["serve"], &environment);
    let addr = cotmoc.address().await;
    // As migrations begin.
    database.execute("SELECT history.drop_views()").await;
    let ask = json!({ "query": "{ asOf(instant: \"2026-01-20T01:00:00Z\") { programmes { totalCount } } }" });
    let answer = reqwest::Client::new().post(format!("http://{addr}/graphql")).json(&ask).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{answer}");
    let follow = json!({ "query": "subscription { changed { cursor } }" });
    let follow = reqwest::Client::new().post(format!("http://{addr}/graphql")).json(&follow).send().await.unwrap();
    let refused: Value = follow.json().await.unwrap();
    assert_eq!(refused["errors"][0]["extensions"]["reason"], "OPERATION", "{refused}");
    assert!(refused["errors"][0]["message"].as_str().unwrap().contains("/graphql/stream"), "{refused}");
    let line = cotmoc.logged("failed").await;
    assert_eq!(
        (&line["level"], &line["cause"]),
        (&json!("WARN"), &json!("database unavailable: the views of the past are being made")),
        "{line}"
    );
}

#[tokio::test]
async fn a_bad_setting_ends_it_with_2_and_a_missing_database_with_1() {
    let run = async |arguments: &[&str], environment: &[(&str, &str)]| {
        let output = command(PROGRAM, arguments, environment).output().await.unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap() + &String::from_utf8(output.stdout).unwrap())
    };
    let (code, said) = run(&["serve"], &[("COTMOC_POOL_SIZE", "nhiều"), ("HOME", "/")]).await;
    assert_eq!(code, Some(2));
    assert!(said.contains("COTMOC_POOL_SIZE") && said.contains("a number from 1 to 500"), "{said}");

    let nowhere = [("DATABASE_URL", "postgres://u:bi-mat@127.0.0.1:1/none"), ("HOME", "/")];
    let (code, said) = run(&["migrate"], &nowhere).await;
    assert_eq!(code, Some(1), "{said}");
    let (code, said) = run(&["doctor"], &nowhere).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("BAD   database: postgres://u:***@127.0.0.1:1/none cannot be used"), "{said}");
    let (code, said) = run(&["settings"], &nowhere).await;
    assert_eq!(code, Some(0));
    assert!(!said.contains("bi-mat"), "{said}");
}

#[tokio::test]
async fn migrate_and_doctor_agree() {
    let database = TestDb::empty().await;
    let url = database.url().await;
    let place = concat!(env!("CARGO_TARGET_TMPDIR"), "/doctor-makes-nothing");
    let run = async |command_name: &str| {
        let environment =
            [("DATABASE_URL", url.as_str()), ("COTMOC_DATA_DIR", place), ("COTMOC_LISTEN", "127.0.0.1:0")];
        let output = command(PROGRAM, &[command_name], &environment).output().await.unwrap();
        assert!(output.status.success(), "{command_name}: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(run("doctor").await.contains("not applied yet"));
    assert!(run("migrate").await.contains("applied 2026-11-22-000001_create_text_rules"));
    assert_eq!(run("migrate").await, "nothing to apply\n");
    assert!(run("doctor").await.contains("migrations: all applied"));
    assert!(!fs::exists(place).unwrap());
}

/// A certificate for `localhost`, with its key, as files.
#[tokio::test]
async fn who_only_looks_migrates_nothing() {
    let database = TestDb::empty().await;
    let url = database.url().await;
    let (dir, _) = place();
    let file = |name: &str, content: &str| {
        let path = dir.path().join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (query, plan, sheet) = (
        file("hoi.graphql", "{ programmes(first: 1) { nodes { code } } }"),
        file("danh-muc.json", r#"{ "programmes": [] }"#),
        file("so-lieu.csv", "indicator,subject,value\n"),
    );
    for arguments in [
        &["audit", "head"][..],
        &["audit", "verify"],
        &["audit", "archive", "/không-có", "--before", "2026-01-25", "--dry-run"],
        &["explain", &query],
        &["export"],
        &["export", "indicators"],
        &["export", "--targets", "57-NQ/TW", "-o", "/không-có"],
        &["apply", &plan, "--dry-run"],
        &["import", &sheet, "--agency", "qng.ubnd", "--period", "2025-12", "--as", "lan", "--dry-run"],
    ] {
        let output = command(PROGRAM, arguments, &[("DATABASE_URL", &url), ("HOME", "/")]).output().await.unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.contains("migrations are not applied yet: run cotmoc migrate"), "{arguments:?}: {said}");
    }
    assert_eq!(database.text("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace").await, "0");
}

fn certificate(name: &str) -> [String; 2] {
    let [key, certificate] = ["key", "pem"].map(|end| format!("{}/{name}.{end}", env!("CARGO_TARGET_TMPDIR")));
    let made = std::process::Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "30",
            "-subj",
            "/CN=localhost",
        ])
        .args(["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-keyout", &key, "-out", &certificate])
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    [key, certificate]
}

/// A mail server of the world is encrypted, has a certificate that holds, and wants a name and a password.
#[tokio::test]
async fn doctor_signs_in_to_a_mail_server_over_tls_alone() {
    let db = TestDb::new().await;
    let (database, [key, ours], [_, another]) = (db.url().await, certificate("mail"), certificate("another"));
    let doctor = async |url: &str, trusted: &str| {
        let environment = [
            ("DATABASE_URL", database.as_str()),
            ("HOME", "/"),
            ("COTMOC_SMTP_URL", url),
            ("COTMOC_MAIL_FROM", "Cột Mốc <cotmoc@quangngai.gov.vn>"),
            ("COTMOC_PUBLIC_URL", "https://cotmoc.quangngai.gov.vn"),
            ("SSL_CERT_FILE", trusted),
        ];
        let output = command(PROGRAM, &["doctor"], &environment).output().await.unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        said.lines().find(|line| line.contains("mail:")).unwrap_or_else(|| panic!("{said}")).to_owned()
    };
    for (mode, scheme, tls) in [("wrapped", "smtps", ""), ("starttls", "smtp", "?tls=required")] {
        let arguments = [mode, &key, &ours];
        let mut server = Counterpart::with(env!("CARGO_TARGET_TMPDIR"), "tests/smtp", &arguments).await;
        let port = server.address.rsplit_once(':').unwrap().1.to_owned();
        let url = |password: &str| format!("{scheme}://cotmoc:{password}@localhost:{port}{tls}");
        let good = doctor(&url("b%C3%AD-m%E1%BA%ADt"), &ours).await;
        assert!(good.contains("the server takes what"), "{mode}: {good}");
        let over = json!({ "signsIn": "cotmoc", "by": "PLAIN", "over": "TLS" });
        assert_eq!(server.next().await, over, "{mode}");
        let wrong = doctor(&url("sai"), &ours).await;
        assert!(wrong.contains("535") && wrong.contains("wrong name or password"), "{mode}: {wrong}");
        // Nobody signs in to a server that is not the one it says it is.
        let other = doctor(&url("b%C3%AD-m%E1%BA%ADt"), &another).await;
        assert!(other.contains("certificate"), "{mode}: {other}");
        let tried = server.rest().await;
        assert!(!tried.is_empty() && tried.iter().all(|it| it["over"] == "TLS"), "{mode}: {tried:?}");
    }
    // Where there is no encryption, no password is said.
    let server = Counterpart::open(env!("CARGO_TARGET_TMPDIR"), "tests/smtp").await;
    let port = server.address.rsplit_once(':').unwrap().1.to_owned();
    let plain = doctor(&format!("smtp://cotmoc:sai@localhost:{port}?tls=required"), &ours).await;
    assert!(plain.contains("cannot be used"), "{plain}");
    assert_eq!(server.rest().await, Vec::<Value>::new());
}

/// Whatever `serve` would refuse, `doctor` finds before, and leaves everything as it was.
#[tokio::test]
async fn doctor_finds_what_serve_would_refuse_and_makes_nothing() {
    let database = TestDb::demo_with_accounts().await;
    let url = database.url().await;
    let place = concat!(env!("CARGO_TARGET_TMPDIR"), "/doctor-looks-only");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let run = async |environment: &[(&str, &str)]| {
        let environment = [&[("COTMOC_DATA_DIR", place)], environment].concat();
        let output =
            command(PROGRAM, &["doctor"], &environment).env_remove("COTMOC_SECRET_KEY").output().await.unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let free = ("COTMOC_LISTEN", "127.0.0.1:0");
    for (environment, wrong) in [
        (vec![("DATABASE_URL", url.as_str()), free], "BAD   accounts: some are the demo's"),
        (vec![("DATABASE_URL", url.as_str()), ("COTMOC_LISTEN", &address)], "cannot be listened on"),
        (
            vec![("COTMOC_SECRET_FILE", "/nowhere/secret.key"), free],
            "BAD   secret: the secret file /nowhere/secret.key",
        ),
        (vec![("COTMOC_PG_BIN_DIR", "/nowhere"), free], "BAD   database:"),
    ] {
        let (code, said) = run(&environment).await;
        assert!(code == Some(1) && said.contains(wrong), "{wrong}: {said}");
    }
    let before = database.text("SELECT count(*) FROM signing_key").await;
    // Keys that another secret has sealed.
    database.execute("UPDATE account SET status = 'DISABLED'").await;
    let key = "INSERT INTO signing_key (kid, public_key, sealed_private_key, created_at, signs_from)
        VALUES ('k', decode(repeat('00', 32), 'hex'), decode(repeat('00', 80), 'hex'), '2026-01-20', '2026-01-20')";
    database.execute(key).await;
    let (code, said) = run(&[("DATABASE_URL", &url), free]).await;
    assert!(code == Some(1) && said.contains("no secret that opens them"), "{said}");
    assert_eq!(before, "0");
    assert_eq!(database.text("SELECT count(*) FROM signing_key").await, "1");
    let (code, said) = run(&[free]).await;
    assert!(code == Some(0) && said.contains("database: made when serve first starts"), "{said}");
    assert!(!fs::exists(place).unwrap(), "it makes nothing");
}

#[tokio::test]
async fn the_demo_comes_once_and_goes_again() {
    let database = TestDb::empty().await;
    let url = database.url().await;
    // Early in the simulated time, so that little of it is to be loaded.
    let environment = [("DATABASE_URL", url.as_str()), ("HOME", "/"), ("COTMOC_CLOCK", "2025-03-05T08:00:00+07:00")];
    let run = async |arguments: &[&str]| {
        let output = command(PROGRAM, arguments, &environment).output().await.unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, said) = run(&["demo"]).await;
    assert!(code == Some(0) && said.contains("121  directive\n"), "{said}");
    let (code, said) = run(&["demo", "load"]).await;
    assert!(code == Some(0) && said.starts_with("nothing to load"), "{said}");
    assert_eq!(run(&["demo", "reset"]).await.0, Some(0));
    assert_eq!(run(&["demo", "reset"]).await.0, Some(1));
}

#[tokio::test]
async fn a_result_that_cannot_be_written_is_told_and_a_reader_who_has_enough_is_none_of_our_business() {
    let run = async |output: Stdio| {
        let mut cotmoc = command(PROGRAM, &["schema"], &[("HOME", "/")]);
        let run = cotmoc.stdout(output).stderr(Stdio::piped()).spawn().unwrap();
        let run = run.wait_with_output().await.unwrap();
        (run.status.code(), String::from_utf8(run.stderr).unwrap())
    };
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let (code, said) = run(full.into()).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("the result cannot be written") && !said.contains("panic"), "{said}");

    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    assert_eq!(run(writer.into()).await, (Some(0), String::new()));
}
