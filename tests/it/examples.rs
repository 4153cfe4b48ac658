//! What the explorer offers and the guides print is executed here, so that it works for whoever copies it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    process::Command,
};

use api::{config::Config, server::Server};
use async_graphql_parser::{
    parse_schema,
    types::{TypeKind, TypeSystemDefinition},
};
use auth::totp::SecondFactor;
use chrono::TimeDelta;
use db::demo::accounts::PASSWORD;
use schema::clock::Clock;
use serde_json::{Value, json};
use tests::{TestDb, demo, door::Door, graphql::Viewer, npm::installed, server::config};

/// What the examples have answered so far, by the names of their operations.
pub(crate) type Answers = BTreeMap<String, Value>;

/// The variables of an example: where they say `<SignIn: signIn.tokens.refreshToken>`, what that example has answered.
pub(crate) fn filled(value: &Value, answers: &Answers) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| filled(item, answers)).collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), filled(value, answers))).collect(),
        Value::String(text) => {
            let Some((operation, path)) =
                text.strip_prefix('<').and_then(|text| text.strip_suffix('>')?.split_once(": "))
            else {
                return value.clone();
            };
            let answer = answers.get(operation).unwrap_or_else(|| panic!("{text}: no such example stands before"));
            let found = answer.pointer(&format!("/{}", path.replace('.', "/")));
            found.filter(|found| !found.is_null()).unwrap_or_else(|| panic!("{text}: {answer:#}")).clone()
        }
        other => other.clone(),
    }
}

pub(crate) fn operation(query: &str) -> (&str, &str) {
    let mut words = query.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    (words.next().unwrap(), words.next().unwrap())
}

/// Something that a person was told: a server tells at its own time.
pub(crate) const TOLD: &str = "INSERT INTO notification (id, account_id, kind, directive_id, key, happened_at, created_at)
    SELECT '00000000-0000-7000-8000-000000000700', a.id, 'DIRECTIVE_ISSUED', d.id, 'event 1', '2026-01-20T01:00:00Z', '2026-01-20T01:00:00Z'
    FROM account a, directive d WHERE a.login = 'bao.cao' AND d.code = 'tb-ubnd-qng-2025-04:6'";

/// One after the other, each as the account that it is for, on the demo's day.
#[tokio::test]
async fn every_saved_example_answers_without_an_error() {
    let db = TestDb::demo_with_accounts().await;
    // A file comes in over HTTP, not by an example.
    db.execute(
        "INSERT INTO file_import (id, kind, agency_id, regime, period, mode, dry_run, submit, content_hash, bytes, created_at, created_by)
            SELECT '00000000-0000-7000-8000-000000000600', 'FIGURES', g.agency_id, 'ADMINISTRATIVE', '2026-01', 'ROW_BY_ROW', false, false,
                sha256('tep'), 3, '2026-01-20T01:00:00Z', a.id FROM account a JOIN role_grant g ON g.account_id = a.id WHERE a.login = 'bao.cao'",
    )
    .await;
    db.execute(TOLD).await;
    let door = Door::of_demo(&db).await;
    // A moment later, so that this session is the one last used, and the one that an example signs in comes after it.
    let entrance = door.later(TimeDelta::seconds(1));
    let (mut answers, mut tokens) = (Answers::new(), BTreeMap::new());
    for example in api::explorer::examples() {
        let (kind, name) = operation(&example.query);
        // Subscriptions are begun in `live/clients.rs`.
        if kind == "subscription" {
            continue;
        }
        let mut variables = filled(&example.variables.clone().map_or(Value::Null, Value::Object), &answers);
        let begun = name.strip_prefix("Confirm").and_then(|what| answers.get(&format!("Begin{what}")));
        if let Some(begun) = begun {
            variables["input"]["code"] = json!(first_code(begun, &door));
        }
        let asked = match &example.login {
            Some(login) => {
                if !tokens.contains_key(login) {
                    tokens.insert(login.clone(), entrance.sign_in(login, PASSWORD).await.unwrap());
                }
                door.ask_as(&tokens[login].access, &example.query, variables).await
            }
            None => door.ask(&example.query, variables).await,
        };
        let data = asked.whole();
        for value in data.as_object().unwrap().values() {
            assert!(!value.is_null(), "{}: {data:#}", example.title);
            assert!(value.get("userErrors").is_none_or(|errors| *errors == json!([])), "{}: {data:#}", example.title);
        }
        answers.insert(name.to_owned(), data);
    }
}

/// The first code of an app that has read the secret.
pub(crate) fn first_code(begun: &Value, door: &Door) -> String {
    // The code depends on the secret alone.
    let secret = begun["beginSecondFactor"]["secondFactor"]["secret"].as_str().unwrap();
    let bytes = base32::decode(base32::Alphabet::Rfc4648 { padding: false }, secret).unwrap();
    SecondFactor::new(bytes.try_into().unwrap(), "thanh.tra").code(door.now())
}

/// Whoever meets a mutation for the first time finds it run, with the ids that the next one asks for.
#[test]
fn no_mutation_is_without_an_example() {
    let run: BTreeSet<String> = api::explorer::examples()
        .iter()
        .filter(|example| example.query.starts_with("mutation"))
        .map(|example| example.query.split_once("{\n").unwrap().1.trim())
        .map(|field| field.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap().to_owned())
        .collect();
    let mutations: BTreeSet<String> = parse_schema(schema::sdl())
        .unwrap()
        .definitions
        .into_iter()
        .filter_map(|definition| match definition {
            TypeSystemDefinition::Type(root) if root.node.name.node == "Mutation" => Some(root.node.kind),
            _ => None,
        })
        .flat_map(|root| match root {
            TypeKind::Object(root) => root.fields,
            _ => Vec::new(),
        })
        .map(|field| field.node.name.node.to_string())
        .collect();
    assert!(mutations.len() > 60);
    assert_eq!(mutations.difference(&run).collect::<Vec<_>>(), Vec::<&String>::new());
}

/// Fenced blocks of the client guide, in order: a `graphql` block is executed, a `json` block after it is its answer's
/// `data`, or its variables if it stands before with `variables` as its information.
#[tokio::test]
async fn the_client_guide_is_true() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    let guide = include_str!("../../docs/GUIDE.md");
    let (mut variables, mut answer, mut executed) = (Value::Null, None, 0);
    for block in guide.split("```").skip(1).step_by(2) {
        let (kind, text) = block.split_once('\n').unwrap();
        match kind.trim() {
            "json variables" => variables = serde_json::from_str(text).unwrap(),
            "graphql" => {
                let asked = viewer.ask_with(text, std::mem::take(&mut variables)).await;
                answer = Some(asked.whole());
                executed += 1;
            }
            "json answer" => {
                let printed: Value = serde_json::from_str(text).unwrap();
                assert_eq!(printed["data"], answer.take().unwrap(), "the answer that the guide prints has changed");
            }
            _ => {}
        }
    }
    assert!(executed >= 5, "the guide has {executed} queries");
}

/// The `js` blocks of the client guide are one program; what it prints stands in the blocks marked `printed`. It runs on the
/// demo's day, on both sides.
#[tokio::test(flavor = "multi_thread")]
async fn the_guides_program_runs() {
    let db = TestDb::demo_with_accounts().await;
    let config = Config { demo: true, ..config(&db.url().await, &[]) };
    let server = Server::start(config, Clock::Fixed(demo::now())).await.unwrap();
    let (mut program, mut printed) = (format!("Date.now = () => {};\n", demo::now().timestamp_millis()), String::new());
    for block in include_str!("../../docs/GUIDE.md").split("```").skip(1).step_by(2) {
        match block.split_once('\n').unwrap() {
            ("js", text) => program += text,
            ("json printed" | "text printed", text) => printed += text,
            _ => {}
        }
    }
    let address = format!("http://{}", server.addr);
    let run = move || {
        let mut node = Command::new("node");
        node.args(["--input-type=module", "--eval", &program]).env("COTMOC", address);
        node.current_dir(installed(env!("CARGO_TARGET_TMPDIR"), "tests/clients")).output().unwrap()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), printed, "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    server.stop().await.unwrap();
}

/// The recipe of the guide, run with the public generator over every example, and the compiler over what it makes. Needs node and
/// npm; the packages are fetched once, into the target folder.
#[test]
fn the_guides_recipe_makes_types_of_every_example() {
    let folder = installed(env!("CARGO_TARGET_TMPDIR"), "tests/codegen");
    let mut blocks = include_str!("../../docs/GUIDE.md").split("```").skip(1).step_by(2);
    let recipe = blocks.find_map(|block| block.strip_prefix("ts codegen\n")).unwrap();
    let _ = fs::remove_dir_all(folder.join("src"));
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(folder.join("codegen.ts"), recipe).unwrap();
    fs::write(folder.join("schema.graphql"), schema::sdl()).unwrap();
    fs::copy(folder.join("use.ts"), folder.join("src/use.ts")).unwrap();
    for (number, example) in api::explorer::examples().iter().enumerate() {
        fs::write(folder.join(format!("src/{number}.graphql")), &example.query).unwrap();
    }
    for arguments in [
        "node_modules/.bin/graphql-codegen",
        "node_modules/.bin/tsc --noEmit --strict --target es2022 --module esnext --moduleResolution bundler --skipLibCheck src/use.ts",
    ] {
        let mut words = arguments.split(' ');
        let output = Command::new(words.next().unwrap()).args(words).current_dir(&folder).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
    }
    let types = fs::read_to_string(folder.join("src/gql/graphql.ts")).unwrap();
    assert!(
        types.contains("Decimal: { input: string; output: string; }") && !types.contains(": any;"),
        "{types:.2000}"
    );
}
