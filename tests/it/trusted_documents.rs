//! Documents by name: published, asked for on every path, closed to all else; and the tools and clients that others wrote.

use std::{fs, path::Path, process::Output, time::Instant};

use api::config::settings::TRUSTED_ONLY;
use db::trusted_document::DocumentId;
use reqwest::Client;
use schema::clock::Clock;
use serde_json::{Value, json};
use tests::{
    TestDb, demo,
    live::{Events, Socket},
    npm::installed,
    process::command,
    server::Node,
    sql,
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_cotmoc_process");
const AGENCY: &str = "query Agency($code: String!) {\n  agency(code: $code) {\n    code\n  }\n}";
const CHANGED: &str = "subscription Theo { changed { kind } }";

async fn documents(db: &TestDb, arguments: &[&str]) -> Output {
    let url = db.url().await;
    let clock = demo::now().to_rfc3339();
    let environment =
        [("DATABASE_URL", url.as_str()), ("COTMOC_DATA_DIR", "/nowhere"), ("COTMOC_CLOCK", clock.as_str())];
    command(PROGRAM, &[&["documents"], arguments].concat(), &environment).output().await.unwrap()
}

async fn done(db: &TestDb, arguments: &[&str]) -> String {
    let output = documents(db, arguments).await;
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

async fn refused(db: &TestDb, arguments: &[&str]) -> String {
    let output = documents(db, arguments).await;
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap()
}

/// Publishes a manifest of that content.
async fn publish(db: &TestDb, manifest: &Value) -> String {
    let file = manifest_file(manifest);
    done(db, &["publish", file.path().to_str().unwrap()]).await
}

fn manifest_file(manifest: &Value) -> tempfile::NamedTempFile {
    let file = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
    fs::write(file.path(), manifest.to_string()).unwrap();
    file
}

fn sha256(text: &str) -> String {
    DocumentId::of_text(text).to_string()
}

async fn node(db: &TestDb, only: bool) -> Node {
    let closed = [(TRUSTED_ONLY, "on")];
    Node::start(db, Clock::Fixed(demo::now()), if only { &closed } else { &[] }).await
}

async fn post(node: &Node, body: &Value) -> Value {
    node.post(body).send().await.unwrap().json().await.unwrap()
}

fn code(told: &Value) -> &str {
    told["errors"][0]["extensions"]["code"].as_str().unwrap_or("OK")
}

#[tokio::test]
async fn a_manifest_is_published_whole_or_not_at_all() {
    let db = TestDb::new().await;
    let good = sha256(AGENCY);
    let faulty = manifest_file(&json!({
        &good: AGENCY,
        "a1": "query Khong { khongCo }",
        "a2": "{",
        "có dấu": "{ __typename }",
        "0000000000000000000000000000000000000000000000000000000000000000": "{ __typename }",
        "a3": "query Tra { agency(code: \"a\u{300}\") { code } }",
        "a4": "query Nang { indicators(first: 100) { nodes { targets(first: 100) { nodes { value wording code clause dueOn ordinal warnings { kind } indicator { code } } } } } }",
    }));
    let told = refused(&db, &["publish", faulty.path().to_str().unwrap()]).await;
    assert!(told.contains("nothing was published, because of") && told.contains("of 7 documents"), "{told}");
    for fault in [
        "a1 (Khong): ",
        "khongCo",
        "a2: Bad request: ",
        "có dấu: not an id",
        "00000: has the form of a SHA-256",
        "a4 (Nang): The request costs too much",
        "a3: its text is not in the composed form",
    ] {
        assert!(told.contains(fault), "{fault}: {told}");
    }
    assert!(!told.contains(&good), "{told}");
    assert_eq!(db.text("SELECT count(*) FROM trusted_document").await, "0");

    let told = publish(&db, &json!({ &good: AGENCY, "a1": CHANGED })).await;
    assert!(told.contains(&format!("{good}  Agency\n")) && told.contains("a1  Theo\n"), "{told}");
    assert!(told.ends_with("2 published, 0 again, 0 were before\n"), "{told}");
    assert_eq!(publish(&db, &json!({ "a1": CHANGED })).await, "0 published, 0 again, 1 were before\n");

    let other = manifest_file(&json!({ "b1": "{ __typename }", "a1": "{ __typename }" }));
    let told = refused(&db, &["publish", other.path().to_str().unwrap()]).await;
    assert!(told.contains("an id keeps the text that it was given first: a1"), "{told}");
    let told = refused(&db, &["retire", "a1", "b1"]).await;
    assert!(told.contains("nothing was retired: never published: b1"), "{told}");
    assert_eq!(done(&db, &["retire", "a1"]).await, "1 retired, 0 were before\n");
    assert_eq!(done(&db, &["retire", "a1", &format!("sha256:{good}")]).await, "1 retired, 1 were before\n");
    let listed = done(&db, &["list"]).await;
    assert_eq!(listed.lines().count(), 2);
    assert!(listed.contains("a1  retired 2026-01-20T") && listed.contains("  Theo\n"), "{listed}");
    assert!(publish(&db, &json!({ "a1": CHANGED })).await.ends_with("0 published, 1 again, 0 were before\n"));
    let trail = "SELECT string_agg(concat_ws(' ', actor_kind, action), ', ' ORDER BY id) FROM audit_entry";
    assert_eq!(
        db.text(trail).await,
        "OPERATOR PUBLISH_DOCUMENTS, OPERATOR RETIRE_DOCUMENTS, OPERATOR RETIRE_DOCUMENTS, OPERATOR PUBLISH_DOCUMENTS"
    );
    assert_eq!(documents(&db, &["retire", "có dấu"]).await.status.code(), Some(2));
    let told = refused(&db, &["publish", "/nowhere.json"]).await;
    assert!(told.contains("/nowhere.json"), "{told}");
}

/// An upgrade, or other limits, may end what was published before.
#[tokio::test]
async fn doctor_names_the_documents_that_would_be_refused_now() {
    let db = TestDb::new().await;
    let url = db.url().await;
    let look = async |more: &[(&str, &str)]| {
        let ours = [("DATABASE_URL", url.as_str()), ("COTMOC_DATA_DIR", "/nowhere"), ("COTMOC_LISTEN", "127.0.0.1:0")];
        let output = command(PROGRAM, &["doctor"], &[&ours, more].concat()).output().await.unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(look(&[]).await.contains("ok    documents: 0 published"));
    let closed = look(&[("COTMOC_TRUSTED_ONLY", "on")]).await;
    assert!(closed.contains("note  documents: none published, so every request is refused"), "{closed}");
    publish(&db, &json!({ "a1": AGENCY, "s1": "query Schema { __schema { queryType { name } } }" })).await;
    assert!(look(&[]).await.contains("ok    documents: 2 published"));
    let without = look(&[("COTMOC_INTROSPECTION", "off")]).await;
    assert!(
        without.contains("note  documents: 1 of 2 published are refused by this version or its limits: s1"),
        "{without}"
    );
}

/// Whoever writes past the program: an id means one text for ever, and a hash its own.
#[tokio::test]
async fn the_table_keeps_a_documents_text() {
    let db = TestDb::new().await;
    publish(&db, &json!({ "a1": AGENCY })).await;
    for statement in [
        "UPDATE trusted_document SET text = '{ __typename }'".to_owned(),
        "UPDATE trusted_document SET id = 'a2'".to_owned(),
        "DELETE FROM trusted_document".to_owned(),
        insert("a 2", "{ __typename }"),
        insert("sha256:abc", "{ __typename }"),
        insert(&sha256("{ other }"), "{ __typename }"),
        insert("a2", " "),
        insert("a2", "{ a\u{300} }"),
    ] {
        let told = sql::execute(&mut db.connect().await, &statement).await.unwrap_err().to_string();
        assert!(told.contains("trusted_document"), "{statement}: {told}");
    }
    db.execute(&insert(&sha256("{ __typename }"), "{ __typename }")).await;
}

fn insert(id: &str, text: &str) -> String {
    format!("INSERT INTO trusted_document (id, text, published_at) VALUES ('{id}', '{text}', now())")
}

async fn over_socket(socket: &mut Socket, payload: Value) -> Value {
    socket.say(json!({ "type": "subscribe", "id": "1", "payload": payload })).await;
    let told = socket.hear().await;
    if told["type"] == "next" {
        assert_eq!(socket.hear().await["type"], "complete");
        return told["payload"].clone();
    }
    assert_eq!(told["type"], "error", "{told}");
    json!({ "errors": told["payload"] })
}

async fn over_events(node: &Node, body: &Value) -> Value {
    let request = Client::new().post(node.url("/graphql/stream")).header("accept", "text/event-stream");
    let response = request.json(body).send().await.unwrap();
    if response.headers()["content-type"] == "application/json; charset=utf-8" {
        return response.json().await.unwrap();
    }
    Events::of(response).next().await.unwrap().1
}

/// What each path answers to one request.
async fn everywhere(node: &Node, body: &Value) -> [Value; 4] {
    let mut batch = post(node, &json!([body])).await;
    let mut socket = Socket::greet(&node.url("/graphql/ws"), None).await;
    [
        post(node, body).await,
        batch[0].take(),
        over_socket(&mut socket, body.clone()).await,
        over_events(node, body).await,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_published_is_there_on_every_path_and_node_and_what_is_retired_is_gone() {
    let db = TestDb::demo().await;
    let (here, there) = (node(&db, false).await, node(&db, false).await);
    let hash = sha256(AGENCY);
    let ask = json!({ "documentId": format!("sha256:{hash}"), "variables": { "code": "qng.stc" } });
    for told in everywhere(&here, &ask).await {
        assert_eq!(code(&told), "PERSISTED_QUERY_NOT_FOUND", "{told}");
    }
    publish(&db, &json!({ &hash: AGENCY, "theo": CHANGED, "x-app:out": "mutation Ra { signOut { done } }" })).await;
    for node in [&here, &there] {
        for told in everywhere(node, &ask).await {
            assert_eq!(told["data"]["agency"]["code"], "qng.stc", "{told}");
        }
        let get = |id: &str| {
            reqwest::get(node.url(&format!("/graphql?documentId={id}&variables=%7B%22code%22%3A%22qng.stc%22%7D")))
        };
        let told: Value = get(&hash).await.unwrap().json().await.unwrap();
        assert_eq!(told["data"]["agency"]["code"], "qng.stc");
        assert_eq!(get("x-app:out").await.unwrap().status(), 405);
        let apollo = json!({ "variables": { "code": "qng.stc" }, "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash } } });
        assert_eq!(post(node, &apollo).await["data"]["agency"]["code"], "qng.stc");
    }
    let mut socket = Socket::greet(&there.url("/graphql/ws"), None).await;
    socket.say(json!({ "type": "subscribe", "id": "1", "payload": { "documentId": "theo" } })).await;
    socket.say(json!({ "type": "ping" })).await;
    assert_eq!(socket.hear().await["type"], "pong", "it follows");
    db.execute("INSERT INTO change (noun, object_id, kind, recorded_at) SELECT 'agency', id, 'UPDATED', now() FROM agency WHERE code = 'qng.stc'").await;
    assert_eq!(socket.hear().await["payload"]["data"]["changed"]["kind"], "UPSERT");

    done(&db, &["retire", &hash]).await;
    for node in [&here, &there] {
        let begin = Instant::now();
        while code(&post(node, &ask).await) == "OK" {
            assert!(begin.elapsed().as_secs() < 5, "it is still there");
        }
        for told in everywhere(node, &ask).await {
            assert_eq!(code(&told), "PERSISTED_QUERY_NOT_FOUND", "{told}");
        }
    }
    here.stop().await;
    there.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_endpoint_takes_nothing_else_on_any_path() {
    let db = TestDb::demo().await;
    publish(&db, &json!({ "a1": AGENCY, "s1": "query Schema { __schema { queryType { name } } }" })).await;
    let node = node(&db, true).await;
    let variables = json!({ "code": "qng.stc" });
    let hash = json!({ "persistedQuery": { "version": 1, "sha256Hash": sha256(AGENCY) } });
    for request in [
        json!({ "query": AGENCY, "variables": variables }),
        json!({ "query": "{ __schema { queryType { name } } }" }),
        json!({ "query": CHANGED }),
        json!({ "query": AGENCY, "variables": variables, "extensions": hash }),
        json!({ "variables": variables, "extensions": hash }),
        json!({ "documentId": "a2" }),
    ] {
        for told in everywhere(&node, &request).await {
            assert_eq!(code(&told), "DOCUMENT_NOT_TRUSTED", "{request}: {told}");
        }
    }
    let get: Value = reqwest::get(node.url("/graphql?query=%7B__typename%7D")).await.unwrap().json().await.unwrap();
    assert_eq!(code(&get), "DOCUMENT_NOT_TRUSTED");
    let english = node.question("{ __typename }", &json!({})).header("accept-language", "en").send().await.unwrap();
    let words = [get, english.json().await.unwrap()].map(|told| told["errors"][0]["message"].clone());
    assert!(words[0].as_str().unwrap().starts_with("Máy chủ này chỉ nhận"), "{words:?}");
    assert!(words[1].as_str().unwrap().starts_with("This server takes"), "{words:?}");

    for told in everywhere(&node, &json!({ "documentId": "a1", "variables": variables })).await {
        assert_eq!(told["data"]["agency"]["code"], "qng.stc", "{told}");
    }
    let told = post(&node, &json!({ "documentId": "s1" })).await;
    assert_eq!(told["data"]["__schema"]["queryType"]["name"], "Query", "{told}");
    let page = reqwest::get(node.url("/explorer")).await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.text().await.unwrap().contains("there is no explorer and no app here"));
    assert_eq!(reqwest::get(node.url("/explorer/examples.json")).await.unwrap().status(), 404);
    node.stop().await;
}

/// A program of npm in its folder below the target folder, with its words.
fn run(folder: &Path, program: &str, arguments: &[&str]) -> String {
    let output = std::process::Command::new(program).args(arguments).current_dir(folder).output().unwrap();
    let (said, trouble) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{program} {arguments:?}: {said}{trouble}");
    said.into_owned()
}

const HEAD: &str = "fragment Head on Agency {\n  code\n  name\n}";
const WITH_HEAD: &str = "query Agency($code: String!) {\n  agency(code: $code) {\n    ...Head\n  }\n}";

/// Each generator, run over the same operation as its users run it. Answers the manifests.
fn generated() -> [(&'static str, std::path::PathBuf); 3] {
    let folder = installed(env!("CARGO_TARGET_TMPDIR"), "tests/documents");
    for below in ["src", "relay"] {
        let _ = fs::remove_dir_all(folder.join(below));
        fs::create_dir_all(folder.join(below)).unwrap();
    }
    fs::write(folder.join("schema.graphql"), schema::sdl()).unwrap();
    fs::write(folder.join("src/Agency.graphql"), format!("{WITH_HEAD}\n\n{HEAD}\n")).unwrap();
    let config = json!({ "documents": ["src/*.graphql"], "output": "apollo.json" });
    fs::write(folder.join("persisted-query-manifest.config.json"), config.to_string()).unwrap();
    run(&folder, "node_modules/.bin/generate-persisted-query-manifest", &[]);

    let tagged = format!("graphql`{}`;\n", AGENCY.replace("query Agency", "query AgencyQuery"));
    fs::write(folder.join("relay/Agency.js"), tagged).unwrap();
    fs::write(folder.join("relay.json"), "{}").unwrap();
    let persist = json!({ "file": "./relay.json", "algorithm": "MD5" });
    let config =
        json!({ "src": "./relay", "language": "javascript", "schema": "./schema.graphql", "persistConfig": persist });
    fs::write(folder.join("relay.config.json"), config.to_string()).unwrap();
    run(&folder, "node_modules/.bin/relay-compiler", &["relay.config.json"]);

    // A folder of its own: another test runs the generator beside this one.
    let codegen = installed(env!("CARGO_TARGET_TMPDIR"), "tests/codegen");
    let own = codegen.join("documents");
    let _ = fs::remove_dir_all(&own);
    fs::create_dir_all(own.join("src")).unwrap();
    fs::write(own.join("schema.graphql"), schema::sdl()).unwrap();
    fs::write(own.join("src/Agency.graphql"), AGENCY).unwrap();
    fs::write(own.join("codegen.ts"), persisting()).unwrap();
    run(&own, "../node_modules/.bin/graphql-codegen", &["--config", "codegen.ts"]);
    [
        ("graphql-codegen", own.join("src/gql/persisted-documents.json")),
        ("Relay", folder.join("relay.json")),
        ("Apollo", folder.join("apollo.json")),
    ]
}

/// The recipe that the guide prints.
fn persisting() -> &'static str {
    let mut blocks = include_str!("../../docs/GUIDE.md").split("```").skip(1).step_by(2);
    blocks.find_map(|block| block.strip_prefix("ts persisted\n")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_public_generators_write_is_published_and_apollos_client_is_served() {
    let db = TestDb::demo().await;
    // Each node keeps what came with its hash for itself.
    let [open, by_get, closed] = [node(&db, false).await, node(&db, false).await, node(&db, true).await];
    let manifests = tokio::task::spawn_blocking(generated).await.unwrap();
    let folder = manifests[2].1.parent().unwrap().to_owned();
    let ask = async |node: &Node, way: &'static str| -> Value {
        let (url, folder) = (node.url(""), folder.clone());
        let asked = tokio::task::spawn_blocking(move || run(&folder, "node", &["apollo.mjs", &url, way]));
        serde_json::from_str(&asked.await.unwrap()).unwrap()
    };
    let answers = json!(["qng.stc", "qng.skhcn"]);
    let wire = json!([["POST", "hash", 400], ["POST", "text", 200], ["POST", "hash", 200]]);
    assert_eq!(ask(&open, "hash").await, json!({ "answers": answers, "wire": wire }), "it misses once");
    let wire = json!([["GET", "hash", 400], ["POST", "text", 200], ["GET", "hash", 200]]);
    assert_eq!(ask(&by_get, "get").await, json!({ "answers": answers, "wire": wire }));
    for (tool, manifest) in &manifests {
        let told = done(&db, &["publish", manifest.to_str().unwrap()]).await;
        assert!(told.ends_with("1 published, 0 again, 0 were before\n"), "{tool}: {told}");
        let id = told.split_whitespace().next().unwrap();
        let ask = json!({ "documentId": id, "variables": { "code": "qng.stc" } });
        assert_eq!(post(&closed, &ask).await["data"]["agency"]["code"], "qng.stc", "{tool}: {id}");
    }
    let wire = json!([["POST", "hash", 200], ["POST", "hash", 200]]);
    assert_eq!(ask(&closed, "apollo.json").await, json!({ "answers": answers, "wire": wire }));
    for node in [open, by_get, closed] {
        node.stop().await;
    }
}

/// The `sh documents` blocks of the client guide are one program; what it prints stands in the blocks behind, answers without
/// what they cost.
#[tokio::test(flavor = "multi_thread")]
async fn the_guides_commands_run() {
    let db = TestDb::demo().await;
    let node = node(&db, false).await;
    let (mut program, mut printed) = ("set -e\n".to_owned(), Vec::new());
    for block in include_str!("../../docs/GUIDE.md").split("```").skip(1).step_by(2) {
        match block.split_once('\n').unwrap() {
            ("sh documents", text) => program += text,
            ("text documents", text) => printed.extend(text.lines().map(|line| Value::String(line.to_owned()))),
            ("json documents", text) => printed.push(serde_json::from_str(text).unwrap()),
            _ => {}
        }
    }
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(PROGRAM, folder.path().join("cotmoc")).unwrap();
    let path = format!("PATH={}:$PATH\n{program}", folder.path().display());
    let environment = [("DATABASE_URL", &*db.url().await), ("COTMOC", &node.url("")), ("COTMOC_DATA_DIR", "/nowhere")];
    let output = command("sh", &["-c", &path], &environment).current_dir(folder.path()).output().await.unwrap();
    let (said, trouble) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}{trouble}");
    let told: Vec<_> =
        said.lines().map(|line| serde_json::from_str(line).map_or_else(|_| json!(line), plain)).collect();
    assert_eq!(told, printed, "{trouble}");
    node.stop().await;
}

/// An answer without what differs from one time to the next.
fn plain(mut answer: Value) -> Value {
    let fields = answer.as_object_mut().unwrap();
    fields.remove("extensions");
    for error in fields.get_mut("errors").and_then(Value::as_array_mut).into_iter().flatten() {
        error["extensions"].as_object_mut().unwrap().remove("requestId");
    }
    answer
}
