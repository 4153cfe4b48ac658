//! The server on a real socket: health, limits, slow and greedy clients, the database going and coming back.

use std::{net::SocketAddr, time::Duration};

use api::{
    config::settings::{self, Setting},
    server::{Running, Server},
};
use db::embedded::{DATABASE, Embedded, EmbeddedConfig};
use reqwest::{Client, Response, StatusCode};
use schema::clock::Clock;
use serde_json::Value;
use tests::{TestDb, http::Raw, server::config};

/// A server on a database of its own.
struct Served {
    running: Running,
    _database: TestDb,
}

impl Served {
    async fn with(given: &[(Setting, &str)]) -> Self {
        let database = TestDb::new().await;
        let running = Server::start(config(&database.url().await, given), Clock::System).await.unwrap();
        Self { running, _database: database }
    }

    async fn get(&self, path: &str) -> Response {
        get(self.running.addr, path).await
    }

    async fn metrics(&self) -> String {
        get(self.running.metrics_addr.unwrap(), "/metrics").await.text().await.unwrap()
    }
}

async fn get(addr: SocketAddr, path: &str) -> Response {
    Client::new().get(format!("http://{addr}{path}")).send().await.unwrap()
}

/// A query that needs the database.
async fn query(addr: SocketAddr) -> Response {
    let query = "{\"query\":\"{ agencies(first: 1) { totalCount } }\"}";
    let request = Client::new().post(format!("http://{addr}/graphql")).header("content-type", "application/json");
    request.body(query).send().await.unwrap()
}

async fn unavailable(addr: SocketAddr) {
    let answer = query(addr).await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(header(&answer, "retry-after").parse::<u32>().unwrap() > 0);
    let body: Value = answer.json().await.unwrap();
    assert_eq!(body["errors"][0]["extensions"]["code"], "UNAVAILABLE");
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("nothing")
}

#[tokio::test]
async fn says_that_it_lives_is_ready_and_how_it_fares() {
    let served = Served::with(&[(settings::METRICS_LISTEN, "127.0.0.1:0")]).await;
    assert_eq!(served.get("/healthz").await.status(), 200);
    assert_eq!(served.get("/readyz").await.status(), 200);
    assert_eq!(served.get("/metrics").await.status(), 404, "not for the public");
    let metrics = served.metrics().await;
    for line in [
        "cotmoc_http_requests_total{method=\"GET\",route=\"/readyz\",status=\"200\"}",
        "cotmoc_http_request_duration_seconds_bucket{route=\"/healthz\",le=\"0.001\"}",
        "cotmoc_db_pool_size ",
        "cotmoc_db_pool_connections{state=\"in_use\"}",
        "cotmoc_db_up ",
        "cotmoc_waiting{queue=\"events\"} 0",
        "cotmoc_waiting{queue=\"mails\"} 0",
        "cotmoc_mails_given_up 0",
        "cotmoc_webhooks_failing 0",
    ] {
        assert!(metrics.contains(line), "{line} is not in {metrics}");
    }
}

#[tokio::test]
async fn every_answer_carries_its_id_and_the_security_headers() {
    let served = Served::with(&[]).await;
    for path in ["/healthz", "/", "/không-có"] {
        let answer = served.get(path).await;
        assert_eq!(header(&answer, "x-request-id").len(), 36, "{path}");
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
        assert_eq!(header(&answer, "referrer-policy"), "no-referrer");
        assert!(header(&answer, "content-security-policy").contains("frame-ancestors 'none'"));
        assert!(header(&answer, "cache-control").starts_with("no-"), "{path}");
    }
    let missing: Value = served.get("/không-có").await.json().await.unwrap();
    assert_eq!(missing["errors"][0]["extensions"]["code"], "NOT_FOUND");
    let url = format!("http://{}/healthz", served.running.addr);
    let answer = Client::new().get(url).header("x-request-id", "proxy-7").send().await.unwrap();
    assert_eq!(header(&answer, "x-request-id"), "proxy-7");
}

#[tokio::test]
async fn only_listed_sites_may_call_from_a_browser() {
    let served = Served::with(&[(settings::CORS_ORIGINS, "https://bang-dieu-khien.vn")]).await;
    let asked = async |origin: &str| {
        let url = format!("http://{}/healthz", served.running.addr);
        let answer = Client::new().get(url).header("origin", origin).send().await.unwrap();
        header(&answer, "access-control-allow-origin").to_owned()
    };
    assert_eq!(asked("https://bang-dieu-khien.vn").await, "https://bang-dieu-khien.vn");
    assert_eq!(asked("https://la.vn").await, "");
    assert_eq!(asked("null").await, "");
}

#[tokio::test]
async fn speaks_http_2_without_tls() {
    let served = Served::with(&[]).await;
    let client = Client::builder().http2_prior_knowledge().build().unwrap();
    let answer = client.get(format!("http://{}/healthz", served.running.addr)).send().await.unwrap();
    assert_eq!((answer.status(), answer.version()), (StatusCode::OK, reqwest::Version::HTTP_2));
}

#[tokio::test]
async fn the_front_door_leads_to_what_is_served() {
    let both = Served::with(&[]).await;
    let page = both.get("/").await.text().await.unwrap();
    for path in ["/app", "/explorer"] {
        assert!(page.contains(&format!("href=\"{path}\"")), "{page}");
        assert_eq!(both.get(path).await.status(), 200, "{path}");
    }
    for (off, on, missing) in
        [(settings::EXPLORER, "/app", "/explorer"), (settings::APP, "/explorer", "/app/indicators")]
    {
        let served = Served::with(&[(off, "off")]).await;
        let home = served.get("/").await;
        assert_eq!((home.status(), home.url().path()), (StatusCode::OK, on));
        assert_eq!(served.get(missing).await.status(), 404);
    }
    let none = Served::with(&[(settings::EXPLORER, "off"), (settings::APP, "off")]).await;
    assert_eq!(none.get("/").await.status(), 404);
}

#[tokio::test]
async fn large_and_compressed_bodies_are_refused_on_every_path() {
    let served = Served::with(&[(settings::BODY_LIMIT, "1KiB")]).await;
    let large = "a".repeat(1025);
    for path in ["/graphql", "/", "/không-có"] {
        let url = format!("http://{}{path}", served.running.addr);
        let told = Client::new().post(&url).body(large.clone()).send().await.unwrap();
        assert_eq!(told.status(), 413, "{path}");
        let head = format!("POST {path} HTTP/1.1\r\nhost: test\r\ntransfer-encoding: chunked\r\n\r\n")
            .replace('ô', "%C3%B4")
            .replace('ó', "%C3%B3");
        let chunk = format!("401\r\n{large}\r\n");
        let answer = Raw::sent(served.running.addr, &(head + &chunk)).await.to_end().await;
        assert_eq!(status(&answer), "413", "{path}");
        let compressed = Client::new().post(&url).header("content-encoding", "gzip").body("x").send().await.unwrap();
        assert_eq!(compressed.status(), 415, "{path}");
    }
}

#[tokio::test]
async fn slow_clients_are_cut_off() {
    let soon = [(settings::HEADER_TIMEOUT, "300ms"), (settings::BODY_TIMEOUT, "300ms")];
    let served = Served::with(&soon).await;
    let addr = served.running.addr;
    for head in ["", "P", "GET /healthz HTTP/1.1\r\nhost: te"] {
        let answer = Raw::sent(addr, head).await.to_end().await;
        assert!(answer.is_empty() || status(&answer) == "408", "{head:?}: {answer}");
    }
    let mut body = Raw::in_flight(addr).await;
    assert_eq!(status(&body.to_end().await), "408");
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let served = Served::with(&[(settings::HEADER_TIMEOUT, "300ms")]).await;
    let request = "GET /healthz HTTP/1.1\r\nhost: test\r\n\r\n";
    let answer = Raw::sent(served.running.addr, request).await.to_end().await;
    assert_eq!(status(&answer), "200");
}

#[tokio::test]
async fn one_address_has_half_of_the_places_for_bodies_and_is_told_so_at_once() {
    let served = Served::with(&[(settings::TRUSTED_PROXIES, "127.0.0.2")]).await;
    let mut waiting = Vec::new();
    for _ in 0..64 {
        waiting.push(Raw::in_flight(served.running.addr).await);
    }
    let url = format!("http://{}/graphql", served.running.addr);
    let refused = Client::new().post(&url).body("{}").send().await.unwrap();
    assert_eq!((refused.status(), header(&refused, "retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "1"));
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["errors"][0]["extensions"]["code"], "UNAVAILABLE");
    assert_eq!(served.get("/healthz").await.status(), 200);
    assert_eq!(served.get("/readyz").await.status(), 200);
    waiting.clear();
}

#[tokio::test]
async fn an_exhausted_pool_is_told_soon_and_leaves_the_server_alive_and_ready() {
    let served = Served::with(&[(settings::POOL_SIZE, "2"), (settings::POOL_WAIT, "500ms")]).await;
    let pool = served.running.database().pool().clone();
    let held = (pool.get().await.unwrap(), pool.get().await.unwrap());
    unavailable(served.running.addr).await;
    assert_eq!(served.get("/healthz").await.status(), 200);
    assert_eq!(served.get("/readyz").await.status(), 200);
    drop(held);
    assert_eq!(query(served.running.addr).await.status(), 200);
}

#[tokio::test]
async fn a_taken_address_is_explained() {
    let served = Served::with(&[]).await;
    let taken = config("postgres://localhost/none", &[(settings::LISTEN, &served.running.addr.to_string())]);
    let error = Server::bind(taken, Clock::System).unwrap_err().to_string();
    assert!(error.contains("another program listens there") && error.contains("--listen"), "{error}");
}

#[tokio::test]
async fn not_ready_without_its_migrations() {
    let database = TestDb::empty().await;
    let config = config(&database.url().await, &[]);
    let server = Server::bind(config.clone(), Clock::System).unwrap();
    let opened = api::database::Database::open(&config, api::database::Sharing::Own).await.unwrap();
    let running = server.serve(opened).unwrap();
    let answer = get(running.addr, "/readyz").await;
    assert_eq!(answer.status(), 503);
    assert!(answer.text().await.unwrap().contains("migrations not applied"));
    running.stop().await.unwrap();
}

#[tokio::test]
async fn without_its_database_it_lives_and_becomes_ready_when_that_returns() {
    let dir = tempfile::Builder::new().prefix("cotmoc-test-").tempdir_in("/tmp").unwrap();
    std::fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let postgres = EmbeddedConfig { durable: false, ..EmbeddedConfig::new(dir.path().join("data")) };
    let embedded = Embedded::start(postgres.clone()).await.unwrap();
    let running = Server::start(config(&embedded.url(DATABASE), &[]), Clock::System).await.unwrap();
    assert_eq!(get(running.addr, "/readyz").await.status(), 200);

    embedded.stop().await.unwrap();
    let away = get(running.addr, "/readyz").await;
    assert_eq!((away.status(), header(&away, "retry-after")), (StatusCode::SERVICE_UNAVAILABLE, "2"));
    let body: Value = away.json().await.unwrap();
    assert_eq!(body["reasons"][0], "the database cannot be reached");
    assert_eq!(get(running.addr, "/healthz").await.status(), 200);
    unavailable(running.addr).await;

    let embedded = Embedded::start(postgres).await.unwrap();
    assert_eq!(get(running.addr, "/readyz").await.status(), 200);
    assert_eq!(query(running.addr).await.status(), 200);
    running.stop().await.unwrap();
    embedded.stop().await.unwrap();
}

#[tokio::test]
async fn a_stop_lets_requests_finish_and_refuses_new_ones() {
    let served = Served::with(&[]).await;
    let addr = served.running.addr;
    let mut request = Raw::in_flight(addr).await;
    let stopping = tokio::spawn(served.running.stop());
    // The listening socket closes first, whatever is in flight.
    while tokio::net::TcpStream::connect(addr).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!stopping.is_finished());
    request.send("{}").await;
    let answer = request.to_end().await;
    assert!(answer.starts_with("HTTP/1.1 4") && answer.contains("x-request-id"), "{answer}");
    assert_eq!(stopping.await.unwrap().unwrap(), 0);
}

#[tokio::test]
async fn the_grace_of_a_stop_has_an_end() {
    let served = Served::with(&[(settings::SHUTDOWN_GRACE, "100ms")]).await;
    let _request = Raw::in_flight(served.running.addr).await;
    let begin = std::time::Instant::now();
    assert_eq!(served.running.stop().await.unwrap(), 1);
    assert!(begin.elapsed() >= Duration::from_millis(100));
}

#[tokio::test]
async fn sign_ins_are_limited_by_the_address_that_our_proxy_names() {
    let limits = [
        (settings::SIGN_INS_PER_MINUTE, "2"),
        (settings::TRUSTED_PROXIES, "127.0.0.1"),
        (settings::METRICS_LISTEN, "127.0.0.1:0"),
    ];
    let served = Served::with(&limits).await;
    let sign_in = async |from: &str| {
        let asked = "mutation { signIn(input: { login: \"ai.do\", password: \"không đúng\" }) { __typename } }";
        let request = Client::new().post(format!("http://{}/graphql", served.running.addr));
        let request = request.header("content-type", "application/json").header("x-forwarded-for", from);
        request.body(serde_json::json!({ "query": asked }).to_string()).send().await.unwrap()
    };
    for _ in 0..2 {
        assert_eq!(sign_in("203.0.113.9").await.status(), 200);
    }
    let refused = sign_in("1.1.1.1, 203.0.113.9").await;
    assert_eq!(
        (refused.status().as_u16(), header(&refused, "ratelimit-policy")),
        (429, "\"points\";q=1200000;w=60, \"sign-ins\";q=2;w=60")
    );
    assert!(header(&refused, "retry-after").parse::<u32>().unwrap() > 0);
    let body: Value = refused.json().await.unwrap();
    assert_eq!(body["errors"][0]["extensions"]["code"], "RATE_LIMITED");
    assert_eq!(sign_in("203.0.113.10").await.status(), 200);
    // The door of the machines counts against the same quota.
    let machine = Client::new().post(format!("http://{}/oauth/token", served.running.addr));
    let machine = machine.header("x-forwarded-for", "203.0.113.9").body("grant_type=client_credentials");
    assert_eq!(machine.send().await.unwrap().status(), 429);
    let metrics = served.metrics().await;
    assert!(metrics.contains("cotmoc_http_refused_total{reason=\"rate_limited\"}"), "{metrics}");
}
