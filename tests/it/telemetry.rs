//! What the server tells a collector of its requests (OTLP), and the log of statements that are slow: told by a receiver of the
//! test's own, which reads the bytes that came.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use api::{
    config::settings::{self, Setting},
    server::{Running, Server},
};
use nix::sys::signal::Signal;
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    common::v1::{KeyValue, any_value::Value as Told},
    trace::v1::{Span, span::SpanKind, status::StatusCode},
};
use prost::Message as _;
use reqwest::Client;
use schema::clock::Clock;
use serde_json::{Value, json};
use tests::{TestDb, demo, process::Process, server::config, sql};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_cotmoc_process");

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

/// A collector: whatever is sent to it, it keeps.
struct Collector {
    address: SocketAddr,
    came: Arc<Mutex<Vec<Vec<u8>>>>,
    refuses: Arc<AtomicBool>,
}

impl Collector {
    async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (came, refuses) = (Arc::<Mutex<Vec<_>>>::default(), Arc::<AtomicBool>::default());
        let (keep, refusing) = (Arc::clone(&came), Arc::clone(&refuses));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(receive(stream, Arc::clone(&keep), Arc::clone(&refusing)));
            }
        });
        Self { address, came, refuses }
    }

    fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    fn bytes(&self) -> Vec<u8> {
        self.came.lock().unwrap().concat()
    }

    fn requests(&self) -> Vec<ExportTraceServiceRequest> {
        let came = self.came.lock().unwrap();
        came.iter().map(|body| ExportTraceServiceRequest::decode(body.as_slice()).unwrap()).collect()
    }

    fn spans(&self) -> Vec<Span> {
        let resources = self.requests().into_iter().flat_map(|request| request.resource_spans);
        resources.flat_map(|resource| resource.scope_spans).flat_map(|scope| scope.spans).collect()
    }
}

/// Reads the requests of one connection, as simple as they are.
async fn receive(stream: TcpStream, came: Arc<Mutex<Vec<Vec<u8>>>>, refuses: Arc<AtomicBool>) {
    let mut stream = BufReader::new(stream);
    loop {
        let (mut line, mut length) = (String::new(), 0);
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        assert_eq!(line.trim_end(), "POST /v1/traces HTTP/1.1");
        loop {
            line.clear();
            stream.read_line(&mut line).await.unwrap();
            match line.trim_end().split_once(": ") {
                Some(("content-length", value)) => length = value.parse().unwrap(),
                Some(("content-type", value)) => assert_eq!(value, "application/x-protobuf"),
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.unwrap();
        let status = if refuses.load(Ordering::SeqCst) {
            "503 Service Unavailable"
        } else {
            came.lock().unwrap().push(body);
            "200 OK"
        };
        let answer = format!("HTTP/1.1 {status}\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
}

/// A server that traces what its clients ask for, and nothing by chance.
async fn start(db: &TestDb, endpoint: &str, given: &[(Setting, &str)]) -> Running {
    let ours = [
        (settings::OTLP_ENDPOINT, endpoint),
        (settings::TRACE_SHARE, "0"),
        (settings::TRUSTED_PROXIES, "127.0.0.1"),
        (settings::METRICS_LISTEN, "127.0.0.1:0"),
    ];
    let all: Vec<_> = ours.into_iter().chain(given.iter().copied()).collect();
    let config = api::config::Config { demo: true, ..config(&db.url().await, &all) };
    Server::start(config, Clock::Fixed(demo::now())).await.unwrap()
}

fn traceparent(flags: &str) -> String {
    format!("00-{TRACE}-{PARENT}-{flags}")
}

async fn ask(to: SocketAddr, headers: &[(&str, &str)], body: &Value) -> Value {
    let request = Client::new().post(format!("http://{to}/graphql")).header("content-type", "application/json");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(body.to_string()).send().await.unwrap().json().await.unwrap()
}

fn told<'a>(attributes: &'a [KeyValue], key: &str) -> Option<&'a Told> {
    attributes.iter().find(|it| it.key == key)?.value.as_ref()?.value.as_ref()
}

fn words<'a>(span: &'a Span, key: &str) -> &'a str {
    match told(&span.attributes, key) {
        Some(Told::StringValue(text)) => text,
        other => panic!("{key} is {other:?} in {}", span.name),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

fn named<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let names: Vec<_> = spans.iter().map(|span| &span.name).collect();
    spans.iter().find(|span| span.name == name).unwrap_or_else(|| panic!("{name} is not among {names:?}"))
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[tokio::test]
async fn a_request_is_told_in_the_trace_of_its_client_with_all_that_it_does() {
    let (db, collector) = (TestDb::demo_with_accounts().await, Collector::new().await);
    let running = start(&db, &collector.endpoint(), &[]).await;
    let query = "query Tim($text: String!) { agencies(first: 2) { nodes { code placements { __typename } } } search(text: $text, first: 1) { edges { rank } } }";
    let body = json!({ "query": query, "variables": { "text": "mật-của-biến" } });
    let answer = ask(running.addr, &[("traceparent", &traceparent("01"))], &body).await;
    assert!(answer["errors"].is_null(), "{answer}");
    running.stop().await.unwrap();

    let resource = collector.requests()[0].resource_spans[0].resource.clone().unwrap();
    assert_eq!(told(&resource.attributes, "service.name"), Some(&Told::StringValue("cotmoc".to_owned())));
    for key in ["service.version", "service.instance.id"] {
        assert!(told(&resource.attributes, key).is_some(), "{key}");
    }
    let spans = collector.spans();
    let (root, operation) = (named(&spans, "POST /graphql"), named(&spans, "query Tim"));
    assert_eq!((hex(&root.parent_span_id), root.kind()), (PARENT.to_owned(), SpanKind::Server));
    assert_eq!(words(root, "http.route"), "/graphql");
    assert_eq!(told(&root.attributes, "http.response.status_code"), Some(&Told::IntValue(200)));
    assert_eq!((words(operation, "graphql.operation.type"), words(operation, "cotmoc.cache")), ("query", "miss"));
    assert_eq!(words(operation, "cotmoc.document.sha256").len(), 64);
    for (name, parent) in [
        ("query Tim", root),
        ("authenticate", root),
        ("guard", root),
        ("recall", root),
        ("turn", operation),
        ("PlacementsOf", operation),
        ("SELECT", operation),
    ] {
        assert!(spans.iter().any(|span| span.name == name && span.parent_span_id == parent.span_id), "{name}");
    }
    let batch = named(&spans, "PlacementsOf");
    let statement = spans.iter().find(|span| span.parent_span_id == batch.span_id).unwrap();
    assert_eq!((statement.name.as_str(), statement.kind()), ("SELECT", SpanKind::Client));
    assert!(words(statement, "db.query.text").contains("$1"), "{statement:?}");
    assert!(matches!(told(&statement.attributes, "db.response.returned_rows"), Some(Told::IntValue(1..))));

    // Each is inside of another of this trace, also in time.
    let by_id: BTreeMap<_, _> = spans.iter().map(|span| (&span.span_id, span)).collect();
    assert_eq!(by_id.len(), spans.len());
    for span in &spans {
        assert_eq!(hex(&span.trace_id), TRACE);
        assert!(span.start_time_unix_nano <= span.end_time_unix_nano && span.start_time_unix_nano > 0);
        let parent = by_id.get(&span.parent_span_id);
        assert!(parent.is_some() || std::ptr::eq(span, root), "{span:?}");
        if let Some(parent) = parent {
            let slack = 1_000_000;
            assert!(span.start_time_unix_nano + slack >= parent.start_time_unix_nano, "{span:?}");
        }
    }
    assert!(!contains(&collector.bytes(), "mật-của-biến"));
}

#[tokio::test]
async fn nothing_secret_is_told() {
    let (db, collector) = (TestDb::demo_with_accounts().await, Collector::new().await);
    let running = start(&db, &collector.endpoint(), &[]).await;
    let to = running.addr;
    let marks = [
        "ten-dang-nhap-bi-mat",
        "mat-khau-bi-mat",
        "chu-trong-tai-lieu-bi-mat",
        "the-bai-mat",
        "203.0.113.77",
        "trinh-duyet-bi-mat",
        "truy-van-bi-mat",
        "khach-bi-mat",
    ];
    let [login, password, literal, token, address, agent, asked, client] = marks;
    let parent = traceparent("01");
    let headers = [
        ("traceparent", parent.as_str()),
        ("tracestate", "vendor=trang-thai-bi-mat"),
        ("x-forwarded-for", address),
        ("user-agent", agent),
        ("x-client-name", client),
    ];
    let sign_in = "mutation SignIn($input: SignInInput!) { signIn(input: $input) { userErrors { code } } }";
    let variables = json!({ "input": { "login": login, "password": password } });
    ask(to, &headers, &json!({ "query": sign_in, "operationName": "SignIn", "variables": variables })).await;
    let document = format!("query Tim {{ search(text: \"{literal}\", first: 1) {{ edges {{ rank }} }} }}");
    ask(to, &headers, &json!({ "query": document })).await;
    // What is no document has neither a name nor a text.
    ask(to, &headers, &json!({ "query": format!("query {asked} {{") })).await;
    let bearer = format!("Bearer {token}");
    let with_token: Vec<_> = headers.into_iter().chain([("authorization", bearer.as_str())]).collect();
    ask(to, &with_token, &json!({ "query": "{ __typename }" })).await;
    let url = format!("http://{to}/graphql?query=%7B__typename%7D&variables=%7B%22a%22%3A%22{asked}%22%7D");
    let get = Client::new().get(url).header("traceparent", &parent).header("accept", "application/json");
    get.send().await.unwrap();
    running.stop().await.unwrap();

    let (spans, bytes) = (collector.spans(), collector.bytes());
    let signing_in = named(&spans, "mutation SignIn");
    for statement in ["BEGIN", "INSERT", "COMMIT"] {
        let inside = spans.iter().any(|span| span.name == statement && span.parent_span_id == signing_in.span_id);
        assert!(inside, "{statement}");
    }
    let refused = named(&spans, "refused");
    assert_eq!(
        (words(refused, "cotmoc.code").is_empty(), refused.status.clone().unwrap().code()),
        (false, StatusCode::Error)
    );
    assert!(spans.iter().filter(|span| span.name == "POST /graphql").count() == 4, "{spans:#?}");
    assert!(contains(&bytes, "mutation SignIn") && contains(&bytes, "sign_in"));
    for mark in marks.into_iter().chain(["trang-thai-bi-mat", "bi-mat"]) {
        assert!(!contains(&bytes, mark), "{mark}");
    }
}

#[tokio::test]
async fn what_is_not_traced_is_not_sent_and_the_word_of_clients_has_bounds() {
    let (db, collector) = (TestDb::new().await, Collector::new().await);
    let running = start(&db, &collector.endpoint(), &[(settings::ASKED_TRACES, "2")]).await;
    let body = json!({ "query": "{ agencies(first: 1) { totalCount } }" });
    ask(running.addr, &[], &body).await;
    ask(running.addr, &[("traceparent", &traceparent("00"))], &body).await;
    for probe in ["healthz", "readyz"] {
        let url = format!("http://{}/{probe}", running.addr);
        Client::new().get(url).header("traceparent", traceparent("01")).send().await.unwrap();
    }
    for _ in 0..5 {
        ask(running.addr, &[("traceparent", &traceparent("01"))], &body).await;
    }
    running.stop().await.unwrap();
    let spans = collector.spans();
    assert_eq!(spans.iter().filter(|span| span.kind() == SpanKind::Server).count(), 2, "{spans:#?}");
    assert!(spans.iter().all(|span| hex(&span.trace_id) == TRACE));
}

#[tokio::test]
async fn a_share_is_traced_without_being_asked() {
    let (db, collector) = (TestDb::new().await, Collector::new().await);
    let running = start(&db, &collector.endpoint(), &[(settings::TRACE_SHARE, "1")]).await;
    ask(running.addr, &[], &json!({ "query": "{ __typename }" })).await;
    let numbers = running.metrics_addr.unwrap();
    running.stop().await.unwrap();
    let spans = collector.spans();
    let root = named(&spans, "POST /graphql");
    assert!(root.parent_span_id.is_empty() && root.trace_id.len() == 16);
    // Numbers are of the process, and another server of it tells them.
    let other = start(&db, &collector.endpoint(), &[]).await;
    assert_ne!(numbers, other.metrics_addr.unwrap());
    let url = format!("http://{}/metrics", other.metrics_addr.unwrap());
    let metrics = reqwest::get(url).await.unwrap().text().await.unwrap();
    assert!(metrics.contains("cotmoc_trace_spans_total{outcome=\"sent\"}"), "{metrics}");
    other.stop().await.unwrap();
}

#[tokio::test]
async fn a_collector_that_hangs_holds_up_neither_requests_nor_the_stop() {
    let db = TestDb::new().await;
    // It takes connections, and never answers.
    let hangs = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", hangs.local_addr().unwrap());
    let running = start(&db, &endpoint, &[(settings::TRACE_SHARE, "1")]).await;
    let body = json!({ "query": "{ agencies(first: 1) { totalCount } }" });
    for _ in 0..50 {
        assert!(ask(running.addr, &[], &body).await["errors"].is_null());
    }
    let begin = Instant::now();
    running.stop().await.unwrap();
    assert!(begin.elapsed() < Duration::from_secs(15), "{:?}", begin.elapsed());
    drop(hangs);
}

#[tokio::test]
async fn a_collector_that_is_away_is_told_once_and_lines_of_the_log_have_the_trace() {
    let (db, collector) = (TestDb::new().await, Collector::new().await);
    collector.refuses.store(true, Ordering::SeqCst);
    let (url, endpoint) = (db.url().await, collector.endpoint());
    let environment = [
        ("DATABASE_URL", url.as_str()),
        ("COTMOC_LISTEN", "127.0.0.1:0"),
        ("COTMOC_OTLP_ENDPOINT", endpoint.as_str()),
        ("HOME", "/"),
    ];
    let mut cotmoc = Process::start(PROGRAM, &["serve"], &environment);
    let to = cotmoc.address().await;
    let body = json!({ "query": "query Dem { agencies(first: 1) { totalCount } }" });
    let headers = [("traceparent", traceparent("01"))];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    ask(to, &headers, &body).await;
    let line = cotmoc.logged("operation").await;
    assert_eq!(line["spans"][0]["trace_id"], TRACE, "{line}");
    let line = cotmoc.logged("the collector takes no traces for now; they are dropped until it does").await;
    assert_eq!(line["reason"], "503 Service Unavailable");
    collector.refuses.store(false, Ordering::SeqCst);
    ask(to, &headers, &body).await;
    cotmoc.logged("the collector takes traces again").await;
    ask(to, &[], &body).await;
    let line = cotmoc.logged("operation").await;
    assert!(line["spans"][0]["trace_id"].is_null(), "{line}");
    cotmoc.signal(Signal::SIGTERM);
    let rest = cotmoc.log_to_end().await;
    assert!(!rest.contains("the collector"), "{rest}");
    assert!(cotmoc.ended().await.success());
}

#[tokio::test]
async fn a_statement_that_is_slow_has_a_line_in_the_log_without_its_values() {
    let db = TestDb::new().await;
    let url = db.url().await;
    let environment = [
        ("DATABASE_URL", url.as_str()),
        ("COTMOC_LISTEN", "127.0.0.1:0"),
        ("COTMOC_SLOW_STATEMENT", "1ms"),
        ("HOME", "/"),
    ];
    let mut cotmoc = Process::start(PROGRAM, &["serve"], &environment);
    let to = cotmoc.address().await;
    // It waits for somebody who holds the table.
    let mut holder = db.connect().await;
    sql::execute(&mut holder, "BEGIN; LOCK TABLE agency IN ACCESS EXCLUSIVE MODE").await.unwrap();
    let body = json!({ "query": "query Cham($code: String!) { agency(code: $code) { name } }", "variables": { "code": "mã-bí-mật" } });
    let asking = tokio::spawn(async move { ask(to, &[("x-request-id", "cham-1")], &body).await });
    let waiting =
        "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
        AND query LIKE '%code%' AND query NOT LIKE '%assessment%'";
    db.until(waiting, "true").await;
    sql::execute(&mut holder, "COMMIT").await.unwrap();
    asking.await.unwrap();
    let line = loop {
        let line = cotmoc.logged("slow statement").await;
        if line["statement"].as_str().unwrap().contains("agency") && line["operation"] == "Cham" {
            break line;
        }
    };
    assert_eq!((&line["level"], &line["spans"][0]["id"]), (&json!("WARN"), &json!("cham-1")));
    assert!(line["statement"].as_str().unwrap().contains("$1") && line["milliseconds"].as_f64().unwrap() >= 1.0);
    cotmoc.signal(Signal::SIGTERM);
    let rest = line.to_string() + &cotmoc.log_to_end().await;
    assert!(!rest.contains("mã-bí-mật"), "{rest}");
}
