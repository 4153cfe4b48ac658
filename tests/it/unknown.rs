//! What is not answered by an empty list: questions of nobody about what only those see who have signed in, and codes that are
//! not there. Both are found in the schema itself, so that what is added to it is asked as well.

use async_graphql_parser::{
    parse_schema,
    types::{InputValueDefinition, ServiceDocument, TypeKind, TypeSystemDefinition},
};
use auth::Role;
use schema::language::Language;
use serde_json::Value;
use tests::{
    TestDb,
    graphql::{Asked, Viewer},
    survey,
};

/// What a required argument is given.
fn given(name: &str) -> &'static str {
    match name {
        "by" => "GROUP",
        "period" => "\"2025-12\"",
        "id" | "ids" | "import" | "code" | "login" | "text" | "subject" => "\"khong.co\"",
        "indicator" => "\"economic_growth_rate\"",
        other => panic!("which value has {other}?"),
    }
}

fn required(argument: &InputValueDefinition) -> bool {
    !argument.ty.node.nullable && argument.default_value.is_none()
}

/// The fields of an object or an input type, each with its arguments, and what the schema says of it.
struct Field {
    name: String,
    about: String,
    auth: String,
    arguments: Vec<InputValueDefinition>,
}

fn fields(document: &ServiceDocument, of: &str) -> Vec<Field> {
    let types = document.definitions.iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some(&definition.node),
        _ => None,
    });
    let found = types.into_iter().find(|ty| ty.name.node == of).unwrap_or_else(|| panic!("no type {of}"));
    match &found.kind {
        TypeKind::Object(object) => object
            .fields
            .iter()
            .map(|field| Field {
                name: field.node.name.node.to_string(),
                about: String::new(),
                auth: format!("{:?}", field.node.directives),
                arguments: field.node.arguments.iter().map(|argument| argument.node.clone()).collect(),
            })
            .collect(),
        TypeKind::InputObject(input) => input
            .fields
            .iter()
            .map(|field| Field {
                name: field.node.name.node.to_string(),
                about: field.node.description.as_ref().map(|about| about.node.clone()).unwrap_or_default(),
                auth: String::new(),
                arguments: Vec::new(),
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The question with all that it must have.
fn question(field: &Field, filter: Option<String>) -> String {
    let needed = field.arguments.iter().filter(|argument| required(argument));
    let needed = needed.map(|argument| format!("{}: {}", argument.name.node, given(argument.name.node.as_str())));
    let arguments: Vec<_> = needed.chain(filter).collect();
    let arguments = if arguments.is_empty() { String::new() } else { format!("({})", arguments.join(", ")) };
    format!("{{ it: {}{arguments} {{ __typename }} }}", field.name)
}

fn message(asked: &Asked) -> &str {
    assert!(asked.data["it"].is_null() && asked.errors.len() == 1, "{asked:?}");
    asked.errors[0]["message"].as_str().unwrap()
}

#[tokio::test]
async fn nobody_is_told_to_sign_in_where_only_those_see_who_have() {
    let db = TestDb::demo().await;
    let nobody = Viewer::public(&db).who_reads(Language::En);
    let document = parse_schema(schema::sdl()).unwrap();
    let mut personal = 0;
    for field in fields(&document, "Query").iter().filter(|field| !field.auth.contains("PUBLIC")) {
        let asked = nobody.ask(&question(field, None)).await;
        assert_eq!(message(&asked), "Sign in first", "{}", field.name);
        personal += 1;
    }
    assert!(personal >= 12, "of {personal}");
    let below = nobody.ask(r#"{ it: agency(code: "qng.ubnd") { accounts { nodes { id } } } }"#).await;
    assert_eq!(below.data["it"]["accounts"], Value::Null);
    assert_eq!(below.errors[0]["message"], "Sign in first");
    // Whoever has signed in and may not see them finds none.
    let reporter = Viewer::who_holds(&db, &[(Role::Reporter, "qng.skhcn", false)]).await;
    let none = reporter.ask("{ accounts { nodes { id } } }").await.whole();
    assert_eq!(none["accounts"]["nodes"], serde_json::json!([]));
}

#[tokio::test]
async fn a_filter_that_names_a_code_which_is_not_there_says_so() {
    let db = TestDb::demo().await;
    let viewer = Viewer::who_holds(&db, &[(Role::StandingOffice, "qng.ubnd", true)]).await.who_reads(Language::En);
    let document = parse_schema(schema::sdl()).unwrap();
    let mut codes = 0;
    for field in fields(&document, "Query") {
        let Some(filter) = field.arguments.iter().find(|argument| argument.name.node == "filter") else { continue };
        let named = fields(&document, survey::name(&filter.ty.node));
        for code in named.iter().filter(|code| code.about.trim().starts_with("Code of")) {
            let unknown = question(&field, Some(format!("filter: {{ {}: \"khong.co\" }}", code.name)));
            let asked = viewer.ask(&unknown).await;
            assert_eq!(message(&asked), format!("No `khong.co` there (filter.{})", code.name), "{unknown}");
            codes += 1;
        }
    }
    assert!(codes >= 35, "of {codes}");
    for (question, argument) in [
        (r#"measurement(indicator: "khong.co", subject: "qng.ubnd", period: "2025")"#, "indicator"),
        (r#"measurement(indicator: "economic_growth_rate", subject: "khong.co", period: "2025")"#, "subject"),
        (r#"document(symbol: "57-NQ/TW", issuer: "khong.co")"#, "issuer"),
    ] {
        let asked = viewer.ask(&format!("{{ it: {question} {{ __typename }} }}")).await;
        assert_eq!(message(&asked), format!("No `khong.co` there ({argument})"));
    }
    for (below, argument) in [
        (r#"series(subject: "khong.co")"#, "subject"),
        (r#"latestMeasurement(subject: "khong.co")"#, "subject"),
        (r#"targets(filter: { subject: "khong.co" })"#, "filter.subject"),
    ] {
        let question = format!(r#"{{ indicator(code: "economic_growth_rate") {{ {below} {{ __typename }} }} }}"#);
        let asked = viewer.ask(&question).await;
        assert_eq!(asked.errors[0]["message"], format!("No `khong.co` there ({argument})"));
    }
    // A pillar of another programme is not there.
    let group = r#"{ it: indicators(filter: { programme: "nq57-quang-nam", group: "a" }) { __typename } }"#;
    assert_eq!(message(&viewer.ask(group).await), "No `a` there (filter.group)");
    let group = r#"{ indicators(filter: { programme: "nq57-quang-ngai", group: "a" }) { totalCount } }"#;
    assert!(viewer.ask(group).await.whole()["indicators"]["totalCount"].as_i64() > Some(0));
}

/// In answer as in time: a document that is hidden takes the same statements as one that is not there.
#[tokio::test]
async fn a_code_that_is_hidden_looks_like_one_that_is_not_there() {
    let db = TestDb::demo().await;
    db.execute("UPDATE document SET visibility = 'RESTRICTED' WHERE code = '336-KH/TU'").await;
    let nobody = Viewer::public(&db).who_reads(Language::En);
    let ask = async |code: &str| {
        let question = format!("{{ it: directives(filter: {{ document: \"{code}\" }}) {{ totalCount }} }}");
        let asked = nobody.ask(&question).await;
        (message(&asked).replace(code, "…"), asked.statements)
    };
    assert_eq!(ask("336-KH/TU").await, ask("khong-co").await);
}
