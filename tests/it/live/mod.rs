//! The change feed live: over graphql-transport-ws and graphql-sse, on a real socket.

mod clients;

use std::time::{Duration, Instant};

use api::config::settings::{CORS_ORIGINS, MUTATIONS_PER_MINUTE, POOL_SIZE, REFUSED_TOKENS_PER_MINUTE, TOKEN_LIFE};
use auth::Role;
use reqwest::{Client, RequestBuilder, Response};
use schema::clock::Clock;
use serde_json::{Value, json};
use tests::{
    TestDb, demo,
    http::Raw,
    live::{Events, Socket},
    server::{Node, person},
};
use tokio_tungstenite::tungstenite::Message;

const CHANGED: &str = "subscription ($after: String, $types: [ChangeType!]) {
    changed(after: $after, types: $types) { cursor kind type object { ... on Agency { code parent { code } } ... on Account { login } } } }";

const PROTOCOL: (&str, &str) = ("sec-websocket-protocol", "graphql-transport-ws");

async fn node(db: &TestDb) -> Node {
    Node::start(db, Clock::Fixed(demo::now()), &[]).await
}

async fn head(node: &Node) -> String {
    let told: Value = node.question("{ changeCursor }", &json!({})).send().await.unwrap().json().await.unwrap();
    told["data"]["changeCursor"].as_str().unwrap().to_owned()
}

async fn change(db: &TestDb, code: &str) {
    db.execute(&format!(
        "INSERT INTO change (noun, object_id, kind, recorded_at) SELECT 'agency', id, 'UPDATED', now() FROM agency WHERE code = '{code}'"
    ))
    .await;
}

/// The agency or the account of an event.
fn shown(message: &Value) -> &str {
    let object = &message["payload"]["data"]["changed"]["object"];
    object["code"].as_str().or(object["login"].as_str()).unwrap_or_else(|| panic!("{message}"))
}

fn cursor(message: &Value) -> Value {
    message["payload"]["data"]["changed"]["cursor"].clone()
}

async fn stream(node: &Node, token: Option<&str>, query: &str, variables: &Value) -> Response {
    let request = Client::new().post(node.url("/graphql/stream")).header("accept", "text/event-stream");
    let request = token.into_iter().fold(request, RequestBuilder::bearer_auth);
    request.json(&json!({ "query": query, "variables": variables })).send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_at_one_node_reaches_who_follows_at_another_and_who_comes_back_misses_nothing() {
    let db = TestDb::demo().await;
    let (here, there) = (node(&db).await, node(&db).await);
    let administrator = here.token(&person(&db, 1, &[(Role::Administrator, None, false)]).await).await;
    let start = head(&here).await;
    let url = there.url("/graphql/ws");
    let mut keeper = Socket::greet(&url, Some(&administrator)).await;
    let mut public = Socket::greet(&url, None).await;
    let variables = json!({ "after": start });
    keeper.subscribe("k", CHANGED, &variables).await;
    public.subscribe("p", CHANGED, &variables).await;
    change(&db, "qng.stc").await;
    assert_eq!(shown(&keeper.hear().await), "qng.stc");
    let first = public.hear().await;
    assert_eq!((shown(&first), &first["id"], &first["type"]), ("qng.stc", &json!("p"), &json!("next")));
    assert_eq!(first["payload"]["data"]["changed"]["object"]["parent"]["code"], "qng.ubnd");

    let account = "login: \"hue\", fullName: \"Lê Thị Huế\", agency: \"qng.stc\"";
    let made = here.change(&administrator, "createAccount", account, "account { id }").await;
    assert_eq!(made["userErrors"], json!([]), "{made}");
    assert_eq!(shown(&keeper.hear().await), "hue");
    // The public is told of what comes behind it, and of that alone.
    drop(public);
    change(&db, "qng.skhcn").await;
    change(&db, "qng.ubnd").await;
    let mut again = Socket::greet(&url, None).await;
    again.subscribe("a", CHANGED, &json!({ "after": cursor(&first), "types": ["AGENCY", "ACCOUNT"] })).await;
    assert_eq!([shown(&again.hear().await), shown(&again.hear().await)], ["qng.skhcn", "qng.ubnd"]);
    // From now on, where no place is given: what follows, and nothing of what was.
    again.subscribe("now", "subscription { changed(types: [DIRECTIVE]) { kind } }", &json!({})).await;
    again.say(json!({ "type": "complete", "id": "a" })).await;
    again.say(json!({ "type": "ping" })).await;
    assert_eq!(again.hear().await, json!({ "type": "pong" }));
    assert_eq!([shown(&keeper.hear().await), shown(&keeper.hear().await)], ["qng.skhcn", "qng.ubnd"]);
    here.stop().await;
    there.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_changes_come_in_order_and_all_of_them() {
    let db = TestDb::demo().await;
    let node = node(&db).await;
    let start = head(&node).await;
    let mut socket = Socket::greet(&node.url("/graphql/ws"), None).await;
    let many = "subscription ($after: String) { changed(after: $after) { recordedAt object { id } } }";
    socket.subscribe("1", many, &json!({ "after": start })).await;
    for writer in 0..5 {
        db.execute(&format!(
            "INSERT INTO change (noun, object_id, kind, recorded_at)
             SELECT 'measurement', id, 'UPDATED', timestamptz '2026-01-20' + {writer} * interval '1 hour' + number * interval '1 second'
             FROM (SELECT id, row_number() OVER (ORDER BY id) AS number FROM measurement WHERE published_revision IS NOT NULL) AS m
             WHERE (number - 1) / 50 = {writer} ORDER BY number"
        ))
        .await;
    }
    let mut moments = Vec::new();
    while moments.len() < 250 {
        let message = socket.hear().await;
        assert!(message["payload"]["data"]["changed"]["object"]["id"].is_string(), "{message}");
        moments.push(message["payload"]["data"]["changed"]["recordedAt"].as_str().unwrap().to_owned());
    }
    assert!(moments.is_sorted());
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_socket_closes_with_the_codes_of_the_protocol() {
    let db = TestDb::demo().await;
    let given = [(REFUSED_TOKENS_PER_MINUTE, "2")];
    let node = Node::start(&db, Clock::Fixed(demo::now()), &given).await;
    let url = node.url("/graphql/ws");
    let init = json!({ "type": "connection_init" });
    let subscribe = json!({ "type": "subscribe", "id": "1", "payload": { "query": CHANGED } });

    let mut silent = Socket::connect(&url).await;
    for wrong in [
        Message::text("không phải JSON"),
        Message::text("[]"),
        Message::text("{}"),
        Message::text(r#"{"type":"connection_init","payload":7}"#),
        Message::text(r#"{"type":"start","id":"1"}"#),
        Message::text(r#"{"type":"subscribe","id":"1"}"#),
        Message::text(r#"{"type":"subscribe","payload":{"query":"{ changeCursor }"}}"#),
        Message::text(format!(r#"{{"type":"ping","payload":{}1{}}}"#, "[".repeat(100), "]".repeat(100))),
        Message::binary(init.to_string().into_bytes()),
    ] {
        let mut socket = Socket::connect(&url).await;
        socket.send(wrong.clone()).await;
        assert_eq!(socket.closed().await.0, 4400, "{wrong:?}");
    }
    // Python's `gql` offers both protocols and speaks the older one: it reads the name of the header in one spelling only.
    let mut older = Socket::greet(&url, None).await;
    older.say(json!({ "type": "start", "id": "1", "payload": { "query": CHANGED } })).await;
    let (code, reason) = older.closed().await;
    assert!(code == 4400 && reason.starts_with("Offer graphql-transport-ws alone"), "{code} {reason}");
    for wrong in [json!({}), json!({ "query": 7 }), json!([CHANGED])] {
        let mut socket = Socket::greet(&url, None).await;
        socket.say(json!({ "type": "subscribe", "id": "1", "payload": wrong })).await;
        assert_eq!(socket.closed().await.0, 4400, "{wrong}");
    }

    let mut early = Socket::connect(&url).await;
    early.say(subscribe.clone()).await;
    assert_eq!(early.closed().await, (4401, "Unauthorized".to_owned()));

    let mut twice = Socket::greet(&url, None).await;
    twice.say(init.clone()).await;
    assert_eq!(twice.closed().await, (4429, "Too many initialisation requests".to_owned()));

    let mut same = Socket::greet(&url, None).await;
    same.say(subscribe.clone()).await;
    same.say(subscribe.clone()).await;
    assert_eq!(same.closed().await, (4409, "Subscriber for 1 already exists".to_owned()));

    let mut large = Socket::greet(&url, None).await;
    large.say(json!({ "type": "ping", "payload": { "text": "x".repeat(70_000) } })).await;
    assert_eq!(large.closed().await.0, 1009);

    let mut other = Socket::open(&url, &[]).await.unwrap();
    assert_eq!(other.closed().await.0, 4406);

    let params = json!({ "type": "connection_init", "payload": { "Authorization": "Bearer a.b.c" } });
    for (headers, said, code) in [
        (&[PROTOCOL][..], &params, (4403, "Forbidden: TOKEN_INVALID")),
        (&[PROTOCOL, ("authorization", "Bearer a.b.c")], &init, (4403, "Forbidden: TOKEN_INVALID")),
        (&[PROTOCOL], &params, (4429, "Too many tokens that do not hold")),
    ] {
        let mut socket = Socket::open(&url, headers).await.unwrap();
        socket.say(said.clone()).await;
        assert_eq!(socket.closed().await, (code.0, code.1.to_owned()));
    }
    // Its three seconds ran meanwhile.
    assert_eq!(silent.closed().await, (4408, "Connection initialisation timeout".to_owned()));

    let mut last = Socket::greet(&url, None).await;
    last.say(subscribe).await;
    let (closed, ()) = tokio::join!(last.closed(), node.stop());
    assert_eq!(closed, (1012, "Service restart".to_owned()));
}

/// A page chooses a language that is not the browser's, whose header it cannot change.
#[tokio::test(flavor = "multi_thread")]
async fn the_language_said_on_a_socket_goes_before_the_header() {
    let db = TestDb::demo().await;
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[]).await;
    let query = json!({ "query": "{ indicator(code: \"coverage_5g_share\") { name } }" });
    for (payload, name) in [
        (json!({ "accept-language": "vi" }), "Tỷ lệ phủ sóng 5G"),
        (json!({ "Accept-Language": "en" }), "5G coverage"),
        (json!({}), "5G coverage"),
        (json!({ "accept-language": 7 }), "5G coverage"),
    ] {
        let mut socket =
            Socket::open(&node.url("/graphql/ws"), &[PROTOCOL, ("accept-language", "en-GB")]).await.unwrap();
        socket.say(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(socket.hear().await["type"], "connection_ack");
        socket.say(json!({ "type": "subscribe", "id": "1", "payload": query })).await;
        assert_eq!(socket.hear().await["payload"]["data"]["indicator"]["name"], name, "{payload}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_is_no_second_door() {
    let db = TestDb::demo().await;
    let given = [(MUTATIONS_PER_MINUTE, "1"), (CORS_ORIGINS, "https://bang.example")];
    let node = Node::start(&db, Clock::Fixed(demo::now()), &given).await;
    let url = node.url("/graphql/ws");
    let bearer = person(&db, 1, &[(Role::Administrator, None, false)]).await;
    let token = node.token(&bearer).await;
    let mut socket = Socket::greet(&url, Some(&token)).await;

    let mut failures = Vec::new();
    let deep = format!("{{ {} }}", "a { ".repeat(20) + "a" + &" }".repeat(20));
    for query in [
        "{ nothing }",
        "query {",
        &deep,
        "subscription { changed { nothing } }",
        "subscription { changed(after: \"bịa\") { kind } }",
        "subscription { a: changed { kind } b: changed { kind } }",
        "subscription { __typename }",
        "subscription ($types: [ChangeType!]!) { changed(types: $types) { kind } }",
    ] {
        socket.subscribe("1", query, &json!({})).await;
        let said = socket.hear().await;
        assert_eq!((&said["type"], &said["id"]), (&json!("error"), &json!("1")), "{said}");
        let extensions = &said["payload"][0]["extensions"];
        assert!(extensions["requestId"].is_string(), "{said}");
        failures.push(extensions["code"].as_str().unwrap().to_owned());
    }
    assert_eq!(
        failures,
        [
            "BAD_REQUEST",
            "BAD_REQUEST",
            "DEPTH_LIMIT_EXCEEDED",
            "BAD_REQUEST",
            "BAD_REQUEST",
            "BAD_REQUEST",
            "BAD_REQUEST",
            "BAD_REQUEST"
        ]
    );

    // Queries and mutations are executed, and counted like anywhere else.
    socket.subscribe("q", "{ changeCursor }", &json!({})).await;
    let said = socket.hear().await;
    assert!(
        said["payload"]["data"]["changeCursor"].is_string() && said["payload"]["extensions"]["cost"].is_object(),
        "{said}"
    );
    assert_eq!(socket.hear().await, json!({ "type": "complete", "id": "q" }));
    let mutation = "mutation ($key: UUID!) { createAccount(input: { login: \"hue\", fullName: \"Lê Thị Huế\" }, idempotencyKey: $key)
        { account { login } userErrors { code } } }";
    socket.subscribe("m", mutation, &json!({ "key": "0193c0de-0000-4000-8000-000000000001" })).await;
    assert_eq!(socket.hear().await["payload"]["data"]["createAccount"]["account"]["login"], "hue");
    assert_eq!(socket.hear().await["type"], "complete");
    socket.subscribe("m", mutation, &json!({ "key": "0193c0de-0000-4000-8000-000000000002" })).await;
    assert_eq!(socket.hear().await["payload"][0]["extensions"]["code"], "RATE_LIMITED");

    for number in 0..20 {
        socket.subscribe(&number.to_string(), "subscription { changed { kind } }", &json!({})).await;
    }
    socket.subscribe("20", "subscription { changed { kind } }", &json!({})).await;
    let said = socket.hear().await;
    assert_eq!((&said["id"], &said["payload"][0]["extensions"]["limit"]), (&json!("20"), &json!(20)), "{said}");
    socket.say(json!({ "type": "complete", "id": "7" })).await;
    socket.subscribe("20", "{ changeCursor }", &json!({})).await;
    assert_eq!(socket.hear().await["type"], "next");

    let own = node.url("");
    let ours = Socket::open(&url, &[PROTOCOL, ("origin", &own)]).await.unwrap();
    let listed = Socket::open(&url, &[PROTOCOL, ("origin", "https://bang.example")]).await.unwrap();
    drop((ours, listed));
    node.stop().await;
}

/// Frame by frame: no client's library would send these.
#[tokio::test(flavor = "multi_thread")]
async fn a_frame_that_no_client_sends_is_answered_with_a_close_frame() {
    let db = TestDb::new().await;
    let node = node(&db).await;
    let host = node.url("").trim_start_matches("http://").to_owned();
    let upgrade = format!(
        "GET /graphql/ws HTTP/1.1\r\nhost: {host}\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n\
         sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n"
    );
    // Not masked; and masked with zeros, but not UTF-8.
    let frames: [(&[u8], u16); 2] = [(b"\x81\x02{}", 1002), (b"\x81\x82\0\0\0\0\xc3\x28", 1007)];
    for (frame, code) in frames {
        let mut raw = Raw::sent(host.parse().unwrap(), &upgrade).await;
        raw.send(frame).await;
        let answer = raw.bytes_to_end().await;
        let close = answer.windows(4).find(|bytes| bytes[0] == 0x88 && bytes[2..] == code.to_be_bytes());
        assert!(close.is_some(), "{code}: {}", String::from_utf8_lossy(&answer));
    }
    node.stop().await;
}

/// A proxy for development that changes the host makes every page a foreign one: the page reads why, and what to do.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_site_reads_why_it_may_not_connect() {
    let db = TestDb::demo().await;
    let node = node(&db).await;
    for origin in ["http://localhost:5173", "https://la.example", "null"] {
        let mut foreign = Socket::open(&node.url("/graphql/ws"), &[PROTOCOL, ("origin", origin)]).await.unwrap();
        let (code, reason) = foreign.closed().await;
        let wanted = format!("Forbidden: list {origin} in COTMOC_CORS_ORIGINS");
        assert!(code == 4403 && reason.starts_with(&wanted), "{code} {reason}");
    }
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_ends_with_its_session_and_with_its_token() {
    let db = TestDb::demo().await;
    let node = Node::start(&db, Clock::System, &[(TOKEN_LIFE, "4s")]).await;
    let bearer = person(&db, 1, &[(Role::Inspector, None, false)]).await;
    let other = person(&db, 2, &[(Role::Inspector, None, false)]).await;
    db.execute("UPDATE session SET last_used_at = now(), expires_at = now() + interval '30 days'").await;
    let (url, token) = (node.url("/graphql/ws"), node.token(&bearer).await);
    let mut socket = Socket::greet(&url, Some(&token)).await;
    socket.subscribe("1", CHANGED, &json!({})).await;
    let mut events = Events::of(stream(&node, Some(&token), CHANGED, &json!({})).await);
    let mut ended = Socket::greet(&url, Some(&node.token(&other).await)).await;
    db.execute("UPDATE session SET ended_at = now(), end_reason = 'REVOKED' WHERE account_id = '00000000-0000-0000-0000-000000000002'").await;
    let begin = Instant::now();
    // Whichever comes first of what it waits for: on a slow machine its token is over too.
    let (code, reason) = ended.closed().await;
    assert!(
        code == 4403 && ["Forbidden: SESSION_ENDED", "Forbidden: TOKEN_EXPIRED"].contains(&&*reason),
        "{code} {reason}"
    );
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    assert_eq!(socket.closed().await, (4403, "Forbidden: TOKEN_EXPIRED".to_owned()));
    let (name, last) = events.next().await.unwrap();
    assert_eq!(
        (name.as_str(), &last["errors"][0]["extensions"]["reason"]),
        ("next", &json!("TOKEN_EXPIRED")),
        "{last}"
    );
    assert_eq!(events.next().await.unwrap().0, "complete");
    assert_eq!(events.next().await, None);
    node.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn server_sent_events_follow_and_end() {
    let db = TestDb::demo().await;
    let node = node(&db).await;
    let start = head(&node).await;
    let in_a_fragment = "subscription ($after: String) { ...Changed } fragment Changed on Subscription {
        ... { changed(after: $after) { kind object { ... on Agency { code } } } } }";
    let mut events = Events::of(stream(&node, None, in_a_fragment, &json!({ "after": start })).await);
    change(&db, "qng.stc").await;
    let (name, first) = events.next().await.unwrap();
    assert_eq!((name.as_str(), shown(&json!({ "payload": first }))), ("next", "qng.stc"));
    // The same once more, with the same variables: what was seen does not come again.
    change(&db, "qng.skhcn").await;
    let again = |id: String| {
        let request = Client::new().post(node.url("/graphql/stream")).header("accept", "text/event-stream");
        let request = request.header("last-event-id", id);
        request.json(&json!({ "query": CHANGED, "variables": { "after": start } })).send()
    };
    let mut resumed = Events::of(again(events.id().to_owned()).await.unwrap());
    assert_eq!(events.id(), first["extensions"]["cursor"], "{first}");
    assert_eq!(shown(&json!({ "payload": resumed.next().await.unwrap().1 })), "qng.skhcn");
    assert_eq!(again("bịa".to_owned()).await.unwrap().status(), 400);
    drop((events, resumed));

    let mut one = Events::of(stream(&node, None, "{ changeCursor }", &json!({})).await);
    assert!(one.next().await.unwrap().1["data"]["changeCursor"].is_string());
    assert_eq!(one.next().await, Some(("complete".to_owned(), Value::Null)));
    assert_eq!(one.next().await, None);
    let mut invalid = Events::of(stream(&node, None, "subscription { changed { nothing } }", &json!({})).await);
    assert_eq!(invalid.next().await.unwrap().1["errors"][0]["extensions"]["code"], "BAD_REQUEST");
    assert_eq!(invalid.next().await.unwrap().0, "complete");

    assert_eq!(stream(&node, Some("a.b.c"), CHANGED, &json!({})).await.status(), 401);
    assert_eq!(stream(&node, None, "subscription {", &json!({})).await.status(), 400);
    let get = |query: &str, accept: &str| {
        let query = query.replace(' ', "%20").replace('{', "%7B").replace('}', "%7D");
        Client::new().get(node.url(&format!("/graphql/stream?query={query}"))).header("accept", accept).send()
    };
    assert_eq!(get("{ changeCursor }", "application/json").await.unwrap().status(), 406);
    assert_eq!(get("mutation { signOut { userErrors { code } } }", "text/event-stream").await.unwrap().status(), 405);
    let mut got = Events::of(get("{ changeCursor }", "text/event-stream").await.unwrap());
    assert_eq!(got.next().await.unwrap().0, "next");

    // A stop ends a stream without a word, so that its client comes back.
    let mut last = Events::of(stream(&node, None, CHANGED, &json!({})).await);
    let (end, ()) = tokio::join!(last.next(), node.stop());
    assert_eq!(end, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_subscribes_again_on_a_new_socket_goes_on_where_the_old_one_ended() {
    let db = TestDb::demo().await;
    let node = node(&db).await;
    let (url, start) = (node.url("/graphql/ws"), head(&node).await);
    let first = json!({ "after": start });
    let mut socket = Socket::greet(&url, None).await;
    socket.subscribe("1", CHANGED, &first).await;
    change(&db, "qng.stc").await;
    let seen = socket.hear().await["payload"]["extensions"]["cursor"].clone();
    assert!(seen.is_string());
    drop(socket);
    change(&db, "qng.skhcn").await;

    let mut again = Socket::connect(&url).await;
    again.say(json!({ "type": "connection_init", "payload": { "resume": { "1": seen, "2": 7 } } })).await;
    assert_eq!(again.hear().await["type"], "connection_ack");
    again.subscribe("1", CHANGED, &first).await;
    assert_eq!(shown(&again.hear().await), "qng.skhcn");
    again.subscribe("2", CHANGED, &first).await;
    let said = again.hear().await;
    assert_eq!((&said["type"], &said["payload"][0]["extensions"]["reason"]), (&json!("error"), &json!("PAGE")));
    // Another operation, or the same once more, begins where it says.
    again.subscribe("3", CHANGED, &first).await;
    assert_eq!(shown(&again.hear().await), "qng.stc");
    node.stop().await;
}

/// A tile shows an indicator: it follows its code, and each event brings what the tile shows, so nothing is asked for again.
#[tokio::test]
async fn a_tile_is_brought_up_to_date_by_its_event() {
    let db = TestDb::demo().await;
    let node = node(&db).await;
    let tile = "subscription { changed(code: \"tthc_dossiers_online_share\") { kind object {
        ... on Measurement { period value indicator { code latestMeasurement(subject: \"qng.ubnd\") { period value } } }
        ... on Target { value dueOn warnings { kind } } } } }";
    let mut events = Events::of(stream(&node, None, tile, &json!({})).await);
    let figure = "INSERT INTO change (noun, object_id, kind, recorded_at) SELECT 'measurement', measurement.id, 'UPDATED', now()
        FROM measurement JOIN indicator ON indicator.id = indicator_id WHERE published_revision IS NOT NULL AND indicator.code";
    db.execute(&format!("{figure} = 'tthc_non_territorial_share' LIMIT 1")).await;
    db.execute(&format!("{figure} = 'tthc_dossiers_online_share' LIMIT 1")).await;
    let (_, event) = events.next().await.unwrap();
    let object = &event["data"]["changed"]["object"];
    assert_eq!(object["indicator"]["code"], "tthc_dossiers_online_share", "{event}");
    assert!(object["indicator"]["latestMeasurement"]["value"].is_string() && event["errors"].is_null(), "{event}");
    node.stop().await;
}

/// Whoever waits for a turn to read holds no connection: those whose turn it is would wait for one in vain.
#[tokio::test(flavor = "multi_thread")]
async fn many_who_follow_leave_connections_to_one_another() {
    let db = TestDb::demo().await;
    let node = Node::start(&db, Clock::Fixed(demo::now()), &[(POOL_SIZE, "6")]).await;
    let administrator = node.token(&person(&db, 1, &[(Role::Administrator, None, false)]).await).await;
    let (start, url) = (head(&node).await, node.url("/graphql/ws"));
    let mut sockets = Vec::new();
    for number in 0..24 {
        // Several subscriptions on each connection: a person has so many places and no more.
        if number % 6 == 0 {
            sockets.push(Socket::greet(&url, Some(&administrator)).await);
        }
        let socket = sockets.last_mut().unwrap();
        socket.subscribe(&number.to_string(), CHANGED, &json!({ "after": start })).await;
    }
    for code in ["qng.stc", "qng.skhcn", "qng.ubnd"] {
        change(&db, code).await;
        for socket in &mut sockets {
            for _ in 0..6 {
                assert_eq!(shown(&socket.hear().await), code);
            }
        }
    }
    assert_eq!(node.connections().timed_out, 0);
    node.stop().await;
}
