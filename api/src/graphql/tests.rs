use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use futures_util::stream;
use proptest::prelude::*;
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{
    PATH,
    fixture::{hasty, limited, server},
};

const JSON: &str = "application/json";
pub(super) const GRAPHQL: &str = "application/graphql-response+json";

pub(super) struct Reply {
    pub status: StatusCode,
    headers: HeaderMap,
    pub body: Value,
}

impl Reply {
    pub fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or("OK")
    }

    fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn send(request: Request<Body>) -> Reply {
    send_to(server(), request).await
}

pub(super) async fn send_to(server: Router, request: Request<Body>) -> Reply {
    let (parts, body) = server.oneshot(request).await.unwrap().into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    let body: Value = serde_json::from_slice(&bytes).unwrap();
    for answer in body.as_array().unwrap_or(&vec![body.clone()]) {
        for error in answer["errors"].as_array().into_iter().flatten() {
            assert!(error["extensions"]["code"].is_string(), "{error}");
            assert!(error["extensions"]["requestId"].is_string(), "{error}");
        }
    }
    Reply { status: parts.status, headers: parts.headers, body }
}

async fn post(accept: &str, body: impl Into<Body>) -> Reply {
    send(post_request(accept, body)).await
}

pub(super) fn post_request(accept: &str, body: impl Into<Body>) -> Request<Body> {
    let request = Request::post(PATH)
        .header(header::CONTENT_TYPE, JSON)
        .header(header::ACCEPT, accept)
        .header(header::ACCEPT_LANGUAGE, "en")
        .header("x-request-id", "r-1");
    request.body(body.into()).unwrap()
}

async fn query(text: &str) -> Reply {
    post(GRAPHQL, json!({ "query": text }).to_string()).await
}

async fn get(parameters: &str) -> Reply {
    send(Request::get(format!("{PATH}?{parameters}")).body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn answers_with_data_and_cost() {
    let answer = query("{ echo(text: \"Đất Mũi\") path language }").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        answer.body,
        json!({
            "data": { "echo": "Đất Mũi", "path": "/graphql", "language": "EN" },
            "extensions": { "cost": {
                "requested": 10, "actual": 10, "limit": 100_000, "remaining": 99_999_988, "restoreRate": 1_666_666,
            } },
        })
    );
    assert_eq!(answer.header(header::CONTENT_TYPE), "application/graphql-response+json; charset=utf-8");
}

#[tokio::test]
async fn what_was_read_but_not_executed_is_400_or_200_by_media_type() {
    for (text, code, reason) in [
        ("{", "BAD_REQUEST", "SYNTAX"),
        ("{ nothing }", "BAD_REQUEST", "VALIDATION"),
        ("{ echo(text: 1) }", "BAD_REQUEST", "VALIDATION"),
        ("query A { path } query B { path }", "BAD_REQUEST", "OPERATION"),
        ("subscription { path }", "BAD_REQUEST", "VALIDATION"),
        ("{ communes(first: 2147483647) { edges { node { name } } } }", "COST_LIMIT_EXCEEDED", ""),
    ] {
        for (accept, status) in [(GRAPHQL, StatusCode::BAD_REQUEST), (JSON, StatusCode::OK)] {
            let answer = post(accept, json!({ "query": text }).to_string()).await;
            assert_eq!((answer.status, answer.code()), (status, code), "{text}");
            assert!(answer.body.get("data").is_none());
            let extensions = &answer.body["errors"][0]["extensions"];
            assert_eq!(extensions["reason"].as_str().unwrap_or_default(), reason, "{text}");
            assert_eq!(extensions["requestId"], "r-1");
        }
    }
    let syntax = query("{ a(x:) }").await;
    assert_eq!(syntax.body["errors"][0]["locations"], json!([{ "line": 1, "column": 7 }]));
}

#[tokio::test]
async fn a_get_runs_queries_only() {
    assert_eq!(get("query=%7Bpath%7D").await.body["data"]["path"], "/graphql");
    let variables = "query=query(%24t:String!)%7Becho(text:%24t)%7D&variables=%7B%22t%22:%22C%C3%A0%20Mau%22%7D";
    assert_eq!(get(variables).await.body["data"]["echo"], "Cà Mau");
    let named = "query=query%20A%7Bpath%7D%20query%20B%7Blanguage%7D&operationName=B";
    assert_eq!(get(named).await.body["data"]["language"], "VI");

    let mutation = get("query=mutation%7Brename(name:%22x%22)%7D").await;
    assert_eq!((mutation.status, mutation.header(header::ALLOW)), (StatusCode::METHOD_NOT_ALLOWED, "POST"));
    for wrong in ["", "query", "query=%7Bpath%7D&query=%7Bpath%7D", "query=%7Bpath%7D&variables=%5B1%5D"] {
        let answer = get(wrong).await;
        assert_eq!((answer.code(), answer.status.is_server_error()), ("BAD_REQUEST", false), "{wrong}");
    }
}

#[tokio::test]
async fn other_methods_and_media_types_are_refused() {
    for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS, Method::HEAD] {
        let request = Request::builder().method(method.clone()).uri(PATH).body(Body::empty()).unwrap();
        let response = server().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(response.headers()[header::ALLOW], "GET, POST");
    }
    let body = r#"{ "query": "{ path }" }"#;
    for (content_type, accepted) in [
        ("application/json", true),
        ("APPLICATION/JSON;charset=\"UTF-8\"", true),
        ("application/json;charset=utf8", true),
        ("application/json; charset=iso-8859-1", false),
        ("text/plain", false),
        ("application/x-www-form-urlencoded", false),
        ("multipart/form-data; boundary=x", false),
        ("application/jsonp", false),
        ("", false),
    ] {
        let request = Request::post(PATH).header(header::CONTENT_TYPE, content_type).body(Body::from(body)).unwrap();
        let status = send(request).await.status;
        assert_eq!(
            status,
            if accepted { StatusCode::OK } else { StatusCode::UNSUPPORTED_MEDIA_TYPE },
            "{content_type}"
        );
    }
    assert_eq!(post("text/html", body).await.status, StatusCode::NOT_ACCEPTABLE);
}

#[tokio::test]
async fn a_body_is_bounded_also_in_chunks() {
    let body = r#"{ "query": "{ path }" }"#;
    let padded = |bytes: usize| format!("{body}{}", " ".repeat(bytes - body.len()));
    assert_eq!(post(JSON, padded(1 << 20)).await.code(), "OK");
    let chunk: Result<String, std::io::Error> = Ok(padded((1 << 20) + 1));
    let chunked = post(JSON, Body::from_stream(stream::iter([chunk]))).await;
    assert_eq!((chunked.status, chunked.code()), (StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE"));
    assert_eq!(chunked.body["errors"][0]["extensions"]["limit"], 1 << 20);
    let broken: Result<String, _> = Err(std::io::Error::other("gone"));
    assert_eq!(post(JSON, Body::from_stream(stream::iter([broken]))).await.code(), "BAD_REQUEST");
}

#[tokio::test]
async fn unreadable_bodies_are_a_well_formed_400() {
    let deep =
        format!(r#"{{ "query": "{{ path }}", "variables": {{ "x": {}{} }} }}"#, "[".repeat(5_000), "]".repeat(5_000));
    for (body, code) in [
        ("".as_bytes(), "BAD_REQUEST"),
        (b"{", "BAD_REQUEST"),
        (b"\xff\xfe", "BAD_REQUEST"),
        (b"null", "BAD_REQUEST"),
        (b"\"{ path }\"", "BAD_REQUEST"),
        (br#"{ "query": null }"#, "BAD_REQUEST"),
        (br#"{ "query": ["{ path }"] }"#, "BAD_REQUEST"),
        (br#"{ "query": "{ path }", "variables": [] }"#, "BAD_REQUEST"),
        (br#"{ "query": "{ path }", "variables": "{}" }"#, "BAD_REQUEST"),
        (br#"{ "query": "{ path }", "extensions": [] }"#, "BAD_REQUEST"),
        (br#"{ "query": "{ path }", "operationName": 0 }"#, "BAD_REQUEST"),
        (br#"{ "query": "{ path }", "query": "{ path }" }"#, "BAD_REQUEST"),
        (br#"{ "query": "{ path }", "variables": { "x": 1e400 } }"#, "BAD_REQUEST"),
        (br#"{ "query": "\ud800" }"#, "BAD_REQUEST"),
        (br#"{ "query": "{ path }", "variables": { "x": "\ud800" } }"#, "BAD_REQUEST"),
        (b"[]", "BAD_REQUEST"),
        (br#"[["{ path }"]]"#, "BAD_REQUEST"),
        (br#"[{ "query": "{ path }" }, 1]"#, "BAD_REQUEST"),
        (deep.as_bytes(), "NESTING_LIMIT_EXCEEDED"),
    ] {
        for accept in [JSON, GRAPHQL] {
            let answer = post(accept, body.to_vec()).await;
            let shown = String::from_utf8_lossy(body);
            assert_eq!((answer.status, answer.code()), (StatusCode::BAD_REQUEST, code), "{shown:.80}");
        }
    }
}

#[tokio::test]
async fn odd_values_are_the_clients_fault() {
    let echo = |text: &str| json!({ "query": "query($t: String!) { echo(text: $t) }", "variables": { "t": text } });
    assert_eq!(post(GRAPHQL, echo("a\0b").to_string()).await.code(), "BAD_REQUEST");
    assert_eq!(post(GRAPHQL, echo("Khánh Bình").to_string()).await.code(), "OK");
    for text in [
        r#"{ echo(text: "\u0000") }"#,
        r#"{ echo(text: "\ud800") }"#,
        "{ communes(first: 2147483648) { edges { node { name } } } }",
        "{ communes(first: 2147483648) { __typename } }",
        "{ communes(first: 1e400) { __typename } }",
        "{ exact(value: \"NaN\") }",
        "{ exact(value: \"1e400\") }",
    ] {
        let answer = query(text).await;
        assert!(matches!(answer.code(), "BAD_REQUEST" | "COST_LIMIT_EXCEEDED"), "{text}: {}", answer.body);
    }
    let brackets = query(&format!("{{ a(x: {} }}", "[".repeat(2_000))).await;
    assert_eq!(brackets.code(), "NESTING_LIMIT_EXCEEDED");
}

#[tokio::test]
async fn batches_are_answered_in_order_and_priced_as_one() {
    let of = |texts: &[&str]| texts.iter().map(|text| json!({ "query": text })).collect::<Value>().to_string();
    let mixed = post(GRAPHQL, of(&["{ path }", "{", "{ echo(text: \"b\") }"])).await;
    assert_eq!(mixed.status, StatusCode::OK);
    assert_eq!(mixed.body[0]["data"]["path"], "/graphql");
    assert_eq!(mixed.body[1]["errors"][0]["extensions"]["code"], "BAD_REQUEST");
    assert_eq!(mixed.body[2]["data"]["echo"], "b");
    assert_eq!(post(GRAPHQL, of(&["{", "{"])).await.status, StatusCode::BAD_REQUEST);

    assert_eq!(post(GRAPHQL, of(&["{ path }"; 10])).await.body.as_array().unwrap().len(), 10);
    assert_eq!(post(GRAPHQL, of(&["{ path }"; 11])).await.code(), "BATCH_LIMIT_EXCEEDED");
    let dear = "{ communes(first: 60000) { __typename } }";
    let answer = post(GRAPHQL, of(&[dear, dear])).await;
    assert!(answer.body[0]["data"].is_object());
    assert_eq!(answer.body[1]["errors"][0]["extensions"]["code"], "COST_LIMIT_EXCEEDED");
    assert_eq!(answer.body[1]["errors"][0]["extensions"]["actual"], 120_002);
}

#[tokio::test]
async fn only_our_own_errors_speak() {
    let answer = query("{ leak path }").await;
    assert_eq!((answer.status, answer.code()), (StatusCode::OK, "INTERNAL"));
    assert_eq!(answer.body["data"], json!({ "leak": null, "path": "/graphql" }));
    assert_eq!(answer.body["errors"][0]["path"], json!(["leak"]));
    for text in ["{ leak }", "{ fault }", "{ broken }", "{ panic }"] {
        let body = query(text).await.body.to_string();
        assert!(body.contains("INTERNAL") && !body.contains("secret") && !body.contains("digit"), "{body}");
    }
    let bubbled = query("{ broken }").await;
    assert_eq!((bubbled.status, &bubbled.body["data"]), (StatusCode::OK, &Value::Null));
    assert!(bubbled.body.as_object().unwrap().contains_key("data"));
    assert_eq!(query("{ panic }").await.status, StatusCode::INTERNAL_SERVER_ERROR);
}

#[tokio::test]
async fn the_databases_errors_have_codes_and_no_details() {
    for (text, code) in
        [("{ missing path }", "NOT_FOUND"), ("{ outage path }", "UNAVAILABLE"), ("{ fault path }", "INTERNAL")]
    {
        let answer = query(text).await;
        assert_eq!(answer.code(), code);
        assert!(!answer.body.to_string().contains("secret"), "{}", answer.body);
    }
}

#[tokio::test]
async fn messages_speak_the_callers_language() {
    let body = json!({ "query": "{ away path }" }).to_string();
    for (language, words) in [("en-US", "unavailable"), ("vi", "gián đoạn"), ("", "gián đoạn")] {
        let request = Request::post(PATH).header(header::CONTENT_TYPE, JSON).header(header::ACCEPT_LANGUAGE, language);
        let answer = send(request.body(Body::from(body.clone())).unwrap()).await;
        assert!(answer.body["errors"][0]["message"].as_str().unwrap().contains(words), "{}", answer.body);
    }
}

#[tokio::test]
async fn unavailable_as_a_whole_is_503_and_in_part_200() {
    let part = query("{ away path }").await;
    assert_eq!((part.status, part.code()), (StatusCode::OK, "UNAVAILABLE"));
    for (text, code) in [("{ away outage }", "UNAVAILABLE"), ("{ forever }", "TIMEOUT")] {
        for accept in [JSON, GRAPHQL] {
            let request = post_request(accept, json!({ "query": text }).to_string());
            let whole = send_to(hasty(), request).await;
            assert_eq!((whole.status, whole.code()), (StatusCode::SERVICE_UNAVAILABLE, code));
            assert_eq!(whole.header(header::RETRY_AFTER), "2");
            assert!(whole.body.get("data").is_none());
        }
    }
}

/// The second time neither parsing nor validation is repeated; a client must not notice.
#[tokio::test]
async fn a_known_request_is_answered_as_the_first_time() {
    let server = server();
    let text = "query($x: [[Int!]!]) { nested(x: $x) }";
    for (x, code) in
        [(json!([[1]]), None), (json!([[1]]), None), (json!([["a"]]), Some("BAD_REQUEST")), (json!(null), None)]
    {
        for _ in 0..2 {
            let body = json!({ "query": text, "variables": { "x": x } }).to_string();
            let request = Request::post(PATH).header(header::CONTENT_TYPE, JSON).header(header::ACCEPT, GRAPHQL);
            let response = server.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
            assert_eq!(response.status() == StatusCode::OK, code.is_none(), "{x}");
        }
    }
}

/// Whatever is sent, the answer is well formed and the fault is never called ours.
fn survives(body: Vec<u8>) -> Result<(), TestCaseError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let answer = runtime.block_on(post(GRAPHQL, body));
    prop_assert!(!answer.status.is_server_error(), "{}", answer.body);
    prop_assert!(answer.body["errors"].is_array() || answer.body["data"].is_object() || answer.body.is_array());
    Ok(())
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::btree_map(".{0,6}", inner, 0..6).prop_map(Value::from_iter),
        ]
    })
}

/// Words of the language and of the schema, in any order.
fn any_document() -> impl Strategy<Value = String> {
    let word = proptest::sample::select(
        "{ } { } ( ) [ ] : $ ! @ ... = | & \" \"\"\" # \n , query mutation fragment on F Query communes edges node name \
         echo text exact value nested x first last 1 -1 2147483648 1e400 1.5 true null $n Int skip if __typename \\u0000"
            .split(' ')
            .collect::<Vec<_>>(),
    );
    proptest::collection::vec(word, 0..60).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn any_bytes(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        survives(body)?;
    }

    #[test]
    fn any_json_body(body in any_json()) {
        survives(body.to_string().into_bytes())?;
    }

    #[test]
    fn any_document_and_variables(document in any_document(), variables in any_json()) {
        survives(json!({ "query": document, "variables": variables }).to_string().into_bytes())?;
        survives(json!({ "query": document, "variables": { "n": variables } }).to_string().into_bytes())?;
    }

    #[test]
    fn any_text(document in ".*") {
        survives(json!({ "query": document }).to_string().into_bytes())?;
    }
}

/// Typed on some systems, "ả" is an a and a hook; stored, it is one character.
#[tokio::test]
async fn texts_arrive_composed_wherever_they_stand() {
    let (typed, stored) = ("Qua\u{309}ng Nga\u{303}i", "Quảng Ngãi");
    let variables = json!({ "query": "query($t: String!) { echo(text: $t) }", "variables": { "t": typed } });
    let literal = json!({ "query": format!("{{ echo(text: \"{typed}\") }}") });
    for body in [variables, literal] {
        assert_eq!(post(JSON, body.to_string()).await.body["data"]["echo"], stored, "{body}");
    }
    let uri = format!(
        "{PATH}?query=query($t:String!)%7Becho(text:$t)%7D&variables=%7B%22t%22:%22Qua%CC%89ng%20Nga%CC%83i%22%7D"
    );
    let request = Request::get(uri).body(Body::empty()).unwrap();
    assert_eq!(send(request).await.body["data"]["echo"], stored);
}

#[tokio::test(start_paused = true)]
async fn mutations_are_counted_before_anything_is_executed_and_each_of_a_batch() {
    let server = limited();
    let rename = json!({ "query": "mutation { a: rename(name: \"A\") b: rename(name: \"B\") }" });
    let read = json!({ "query": "{ path }" });
    let ask = |accept: &'static str, body: &Value| send_to(server.clone(), post_request(accept, body.to_string()));

    let first = ask(GRAPHQL, &rename).await;
    assert_eq!((first.status, first.body["data"]["b"].as_str()), (StatusCode::OK, Some("B")));
    assert_eq!(
        first.headers["ratelimit-policy"],
        "\"points\";q=100000000;w=60, \"mutations\";q=3;w=60, \"address-mutations\";q=100;w=60"
    );
    assert!(first.headers["ratelimit"].to_str().unwrap().contains(", \"mutations\";r=1;t=40, "));

    for accept in [GRAPHQL, JSON] {
        for body in [rename.clone(), json!([read, rename])] {
            let over = ask(accept, &body).await;
            assert_eq!((over.status, over.code()), (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"), "{accept}");
            let extensions = &over.body["errors"][0]["extensions"];
            assert_eq!((&extensions["retryAfter"], &extensions["limit"]), (&json!(20), &json!(3)));
            assert_eq!(over.header(header::RETRY_AFTER), "20");
            assert!(over.body.get("data").is_none());
        }
    }
    let reads = ask(GRAPHQL, &read).await;
    assert_eq!(reads.status, StatusCode::OK);
    assert_eq!(reads.headers["ratelimit-policy"], "\"points\";q=100000000;w=60");
    tokio::time::advance(std::time::Duration::from_secs(20)).await;
    assert_eq!(ask(GRAPHQL, &rename).await.status, StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn tokens_that_do_not_hold_are_counted() {
    let server = limited();
    for expected in ["UNAUTHENTICATED", "RATE_LIMITED"] {
        let mut request = post_request(JSON, json!({ "query": "{ path }" }).to_string());
        request.headers_mut().insert(header::AUTHORIZATION, header::HeaderValue::from_static("Bearer x"));
        let answer = send_to(server.clone(), request).await;
        assert_eq!(answer.code(), expected);
        assert!(answer.headers["ratelimit"].to_str().unwrap().starts_with("\"refused-tokens\";r=0;"));
    }
}

/// Programs on Windows write a byte order mark before the text.
#[tokio::test]
async fn a_byte_order_mark_is_no_part_of_the_text() {
    for body in ["{ \"query\": \"{ path }\" }", "[{ \"query\": \"{ path }\" }]"] {
        assert_eq!(post(GRAPHQL, format!("\u{feff}{body}")).await.status, StatusCode::OK, "{body}");
    }
}

/// Whatever refuses a request before it is executed says so in the caller's language.
#[tokio::test]
async fn refusals_speak_vietnamese_and_english() {
    for body in [
        "{",
        "null",
        "[]",
        "{}",
        r#"{ "query": "{ path" }"#,
        r#"{ "query": "{ a(s: \"x" }"#,
        r#"{ "query": "query A { path } query B { path }" }"#,
        r#"{ "query": "query A { path }", "operationName": "C" }"#,
        r#"{ "query": "{ ...F } fragment F on Questions { ...F }" }"#,
        r#"{ "query": "query ($v: String!) { echo(text: $v) }", "variables": { "v": "\u0000" } }"#,
        r#"{ "query": "{ communes(first: 100000) { edges { __typename } } }" }"#,
    ] {
        let mut words = Vec::new();
        for language in ["vi", "en"] {
            let mut request = post_request(GRAPHQL, body);
            request.headers_mut().insert(header::ACCEPT_LANGUAGE, language.parse().unwrap());
            words.push(send(request).await.body["errors"][0]["message"].as_str().unwrap().to_owned());
        }
        let is_vietnamese = |text: &str| text.chars().any(|c| "ầậệữđợởốảểừụỗồ".contains(c));
        assert!(is_vietnamese(&words[0]) && !is_vietnamese(&words[1]), "{body}: {words:?}");
    }
}
