//! What public makers of clients do with the schema: they read it without complaint, and nothing in it has a name that they cannot take.

use std::{fs, process::Command};

use async_graphql::parser::{
    parse_schema,
    types::{TypeKind, TypeSystemDefinition},
};
use serde_json::{Value, json};
use tests::{npm::installed, python::python};

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = [&output.stdout, &output.stderr].map(|said| String::from_utf8_lossy(said).into_owned()).concat();
    assert!(output.status.success(), "{command:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// graphql-eslint's recommended rules and those of Relay; and Relay's compiler, over a page, an object, a change and what is followed.
#[test]
fn the_linter_and_relay_take_the_schema() {
    let folder = installed(env!("CARGO_TARGET_TMPDIR"), "tests/generators");
    fs::write(folder.join("schema.graphql"), schema::sdl()).unwrap();
    let told = run(Command::new("node").args(["lint.mjs", "schema.graphql"]).current_dir(&folder));
    let told: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // How complete reports are is what a row of completeness is about.
    let named = r#"Field "completeness" starts with the name of the parent type "Completeness""#;
    assert_eq!(json!(told), json!([["@graphql-eslint/no-typename-prefix", named]]));

    fs::create_dir_all(folder.join("made")).unwrap();
    let said = run(Command::new("node_modules/.bin/relay-compiler").arg("relay.config.json").current_dir(&folder));
    for made in
        ["useDirectivesPage", "useIndicatorAgain", "useScreenQuery", "useRecommendMutation", "useChangedSubscription"]
    {
        assert!(folder.join(format!("made/{made}.graphql.ts")).exists(), "{made}: {said}");
    }
}

/// ariadne-codegen, sgqlc and gql.
#[test]
fn makers_of_python_clients_take_the_schema() {
    let python = python(env!("CARGO_TARGET_TMPDIR"), "generators");
    let place = concat!(env!("CARGO_TARGET_TMPDIR"), "/generators");
    let (schema, made) = (format!("{place}/read.graphql"), format!("{place}/made"));
    fs::write(&schema, schema::sdl()).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/generators/generate.py");
    let told = run(Command::new(python).args([script, &schema, &made]).env("PYTHONDONTWRITEBYTECODE", "1"));
    assert_eq!(serde_json::from_str::<Value>(&told).unwrap(), json!({ "ariadne": true, "sgqlc": true, "gql": true }));
}

/// Types that every program in Kotlin or Swift has.
const TYPES: [&str; 12] =
    ["Any", "Array", "Boolean", "Double", "Error", "Float", "Int", "List", "Protocol", "Self", "Set", "Type"];

/// Members that every enum there has.
const MEMBERS: [&str; 7] = ["entries", "init", "name", "ordinal", "rawValue", "self", "values"];

/// Apollo's generators for Kotlin and Swift make a class of each type, an enum of each enum, and a constant of each of its values as it is written.
/// They put words of the languages into backticks by themselves.
#[test]
fn no_type_or_value_has_a_name_that_kotlin_or_swift_keep() {
    let sdl = parse_schema(schema::sdl()).unwrap();
    let mut seen = 0;
    for definition in &sdl.definitions {
        let TypeSystemDefinition::Type(ty) = definition else { continue };
        let (name, kind) = (ty.node.name.node.as_str(), &ty.node.kind);
        assert!(matches!(kind, TypeKind::Scalar) || !TYPES.contains(&name), "{name}");
        if let TypeKind::Enum(of) = kind {
            for value in &of.values {
                seen += 1;
                let value = value.node.value.node.as_str();
                assert!(!MEMBERS.contains(&value), "{name}.{value}");
            }
        }
    }
    assert!(seen > 100, "{seen}");
}
