//! What the explorer offers and the guides print is executed here, so that it works for whoever copies it.

use std::process::Command;

use api::{config::Config, server::Server};
use db::demo::accounts::PASSWORD;
use schema::clock::Clock;
use serde_json::Value;
use tests::{TestDb, demo, door::Door, graphql::Viewer, npm::installed, server::config};

#[tokio::test]
async fn every_saved_example_answers_without_an_error() {
    let db = TestDb::demo_with_accounts().await;
    let door = Door::of_demo(&db).await;
    for example in api::explorer::examples() {
        // Subscriptions are begun in `live.rs`.
        if example.query.starts_with("subscription") {
            continue;
        }
        let variables = example.variables.clone().map_or(Value::Null, Value::Object);
        let asked = match &example.login {
            Some(login) => {
                let tokens = door.sign_in(login, PASSWORD).await.unwrap();
                door.ask_as(&tokens.access, &example.query, variables).await
            }
            None => door.ask(&example.query, variables).await,
        };
        let data = asked.whole();
        let empty = data.as_object().unwrap().iter().filter(|(_, value)| value.is_null()).count();
        assert_eq!(empty, 0, "{}: {data:#}", example.title);
    }
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
        node.current_dir(installed(env!("CARGO_TARGET_TMPDIR"), "clients")).output().unwrap()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), printed, "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    server.stop().await.unwrap();
}

/// The recipe of the client guide, over the saved examples: the public generator makes types of them, and the compiler takes them.
/// Needs node and npm; the packages are fetched once, into the target folder.
#[test]
fn the_guides_recipe_makes_types() {
    let folder = installed(env!("CARGO_TARGET_TMPDIR"), "codegen");
    let guide = include_str!("../../docs/GUIDE.md");
    let recipe = guide.split_once("```ts codegen.ts\n").and_then(|(_, rest)| rest.split_once("```")).unwrap().0;
    std::fs::write(folder.join("codegen.ts"), recipe).unwrap();
    std::fs::write(folder.join("schema.graphql"), schema::sdl()).unwrap();
    let documents = folder.join("documents");
    let _ = std::fs::remove_dir_all(&documents);
    std::fs::create_dir(&documents).unwrap();
    for (number, example) in api::explorer::examples().iter().enumerate() {
        std::fs::write(documents.join(format!("{number}.graphql")), &example.query).unwrap();
    }
    let compile =
        ["tsc", "--noEmit", "--strict", "--module", "esnext", "--moduleResolution", "bundler", "gql/index.ts"];
    for arguments in [&["graphql-codegen"][..], &compile] {
        let output = Command::new("npx").args(arguments).current_dir(&folder).output().unwrap();
        let told = [output.stdout, output.stderr].concat();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&told));
    }
    let types = std::fs::read_to_string(folder.join("gql/graphql.ts")).unwrap();
    assert!(types.contains("Query") && !types.contains(": any"), "a scalar has no type");
}
