//! Every field and every mutation, as everybody: generated from the schema, so that what is new is tested by itself.

mod asked;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    sync::Arc,
};

use async_graphql_parser::types::{BaseType, ConstDirective, TypeDefinition, TypeKind};
use auth::{Action, Principal, Reached, Role, ServiceScope};
use db::access::Auth;
use serde_json::Value;
use tests::{
    TestDb,
    graphql::{Asked, Viewer, all},
};
use uuid::Uuid;

use self::asked::{Ids, SOMEBODY, Sdl, named};

/// The action by which something is open.
fn rule(directives: &[async_graphql_parser::Positioned<ConstDirective>]) -> Option<Action> {
    let auth =
        directives.iter().map(|directive| &directive.node).find(|directive| directive.name.node == Auth::NAME)?;
    let word = auth.get_argument("action")?.node.to_string();
    Action::ALL.iter().copied().find(|action| action.as_str() == word)
}

/// Nobody, a person without a role, one of each role at an agency, and a machine with all scopes.
async fn everybody(db: &TestDb, agency: &str) -> Vec<(String, Principal)> {
    let mut all = vec![("nobody".to_owned(), Principal::nobody())];
    let user = |holdings| Principal::user(Uuid::from_u128(1), Uuid::from_u128(2), holdings, &[], true);
    all.push(("user".to_owned(), user(Vec::new())));
    for role in Role::ALL {
        all.push((role.to_string(), tests::graphql::principal(db, &[(*role, agency, true)]).await));
    }
    let here = db.text(&format!("SELECT id::text FROM agency WHERE code = '{agency}'")).await;
    let here = Reached::Agencies(Arc::new([here.parse().unwrap()].into()));
    all.push(("service".to_owned(), Principal::service(Uuid::from_u128(3), ServiceScope::ALL.to_vec(), here)));
    all
}

/// What was refused at the top, in the words of [`auth::Denied`].
fn refusal(asked: &Asked) -> Option<&'static str> {
    let says = |words: &str| {
        asked.errors.iter().any(|error| error["message"].as_str().is_some_and(|told| told.contains(words)))
    };
    if says("Sign in first") {
        Some("UNAUTHENTICATED")
    } else if says("None of your roles may do this") || says("asks for a second factor") {
        Some("FORBIDDEN")
    } else {
        None
    }
}

/// What the table says of somebody who asks for something.
fn expected(who: &Principal, action: Action) -> Option<&'static str> {
    match who.may(action) {
        Ok(()) => None,
        Err(auth::Denied::SignIn) => Some("UNAUTHENTICATED"),
        Err(_) => Some("FORBIDDEN"),
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(fields) => fields.get("nodes").is_some_and(|nodes| nodes.as_array().is_some_and(Vec::is_empty)),
        Value::Array(items) => items.iter().all(Value::is_null),
        _ => false,
    }
}

#[test]
fn the_published_table_is_current() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/PERMISSIONS.md");
    assert!(
        fs::read_to_string(path).unwrap_or_default() == schema::permissions::as_markdown(),
        "make it anew: cargo run --bin cotmoc -- permissions > docs/PERMISSIONS.md"
    );
}

/// What is named in the table and done by no mutation, and why.
const WITHOUT_MUTATION: [(Action, &str); 1] = [(Action::AttachFile, "POST /files/attachments")];

#[test]
fn whatever_the_table_names_can_be_done() {
    let sdl = Sdl::read();
    let done: BTreeSet<Action> = sdl.fields("Mutation").iter().filter_map(|field| rule(&field.directives)).collect();
    let changes = Action::ALL.iter().copied().filter(|action| !action.as_str().starts_with("SEE_"));
    let without: Vec<Action> = changes.filter(|action| !done.contains(action)).collect();
    assert_eq!(without, WITHOUT_MUTATION.map(|(action, _)| action), "{WITHOUT_MUTATION:?}");
}

fn is_root(name: &str) -> bool {
    matches!(name, "Query" | "Mutation" | "Subscription")
}

/// A rule names its action, and a field's rule is one of the table's rows.
#[test]
fn every_rule_is_a_row_of_the_table() {
    let sdl = Sdl::read();
    for (name, ty) in &sdl.0 {
        let TypeKind::Object(object) = &ty.kind else { continue };
        let is_root = is_root(name);
        assert!(is_root || rule(&ty.directives).is_some(), "{name} has no rule");
        for field in object.fields.iter().filter(|_| is_root) {
            assert!(rule(&field.node.directives).is_some(), "{name}.{} has no rule", field.node.name.node);
        }
    }
}

#[tokio::test]
async fn every_root_field_answers_everybody_as_its_rule_says() {
    let db = TestDb::demo().await;
    db.execute(SOMEBODY).await;
    let (sdl, ids) = (Sdl::read(), Ids::of_others(&db).await);
    for (who, principal) in everybody(&db, "qng.stc").await {
        let viewer = Viewer::with(&db, principal.clone());
        for field in sdl.fields("Query") {
            let (name, action) = (field.name.node.as_str(), rule(&field.directives).unwrap());
            let to = named(&field.ty.node);
            let selection = match to {
                to if to.ends_with("Connection") && to != "SearchConnection" => "{ nodes { __typename } }",
                to if sdl.is_composite(to) => "{ __typename }",
                _ => "",
            };
            let asked = viewer.ask(&format!("{{ {} }}", sdl.asked(field, &ids, selection))).await;
            match expected(&principal, action) {
                None => assert!(asked.errors.is_empty(), "{who}: {name}: {:#?}", asked.errors),
                // What somebody may not see is refused, or is not there; one's own is there for everybody.
                Some(code) => {
                    let is_refused = refusal(&asked) == Some(code);
                    assert!(is_refused || is_nothing(&asked.data[name]), "{who}: {name}: {:#?}", asked.data);
                }
            }
        }
    }
}

#[tokio::test]
async fn every_mutation_answers_everybody_as_its_rule_says() {
    let db = TestDb::demo().await;
    db.execute(SOMEBODY).await;
    let (sdl, ids) = (Sdl::read(), Ids::of_others(&db).await);
    for (who, principal) in everybody(&db, "qng.stc").await {
        let viewer = Viewer::with(&db, principal.clone());
        for field in sdl.fields("Mutation") {
            let (name, action) = (field.name.node.as_str(), rule(&field.directives).unwrap());
            let asked = viewer.ask(&format!("mutation {{ {} }}", sdl.asked(field, &ids, "{ __typename }"))).await;
            assert_eq!(refusal(&asked), expected(&principal, action), "{who}: {name}: {asked:#?}");
            assert!(refusal(&asked).is_none() || asked.data[name].is_null(), "{who}: {name}: {asked:#?}");
        }
    }
}

/// What belongs to another agency answers as what is not there.
#[tokio::test]
async fn every_mutation_takes_what_is_out_of_reach_for_what_is_not_there() {
    let db = TestDb::demo().await;
    db.execute(SOMEBODY).await;
    let sdl = Sdl::read();
    let (theirs, unknown) = (Ids::of_others(&db).await.everywhere(), Ids::unknown().everywhere());
    for (who, principal) in everybody(&db, "qng.stc").await {
        let viewer = Viewer::with(&db, principal);
        for field in sdl.fields("Mutation") {
            let answer = async |ids: &Ids| {
                let payload = named(&field.ty.node);
                let errors = sdl.fields(payload).iter().any(|field| field.name.node == "userErrors");
                let selection = if errors { "{ userErrors { code field } }" } else { "{ __typename }" };
                let asked = viewer.ask(&format!("mutation {{ {} }}", sdl.asked(field, ids, selection))).await;
                let messages: Vec<_> = asked.errors.iter().map(|error| error["message"].clone()).collect();
                (asked.data, messages)
            };
            if sdl.asked(field, &theirs, "") != sdl.asked(field, &unknown, "") {
                assert_eq!(answer(&theirs).await, answer(&unknown).await, "{who}: {}", field.name.node);
            }
        }
    }
}

/// Whatever somebody names by `__typename` in an answer.
fn types_in(answer: &Value, found: &mut BTreeSet<String>) {
    match answer {
        Value::Object(fields) => {
            found.extend(fields.get("__typename").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|field| types_in(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| types_in(item, found)),
        _ => {}
    }
}

/// Everything of every type that the root's lists lead to, for everybody: nothing fails, and no type is left out but
/// those that mutations answer, and what belongs to a session, which nobody here has (see `sessions.rs`).
#[tokio::test]
async fn every_field_of_every_type_answers_everybody() {
    let db = TestDb::demo().await;
    db.execute(SOMEBODY).await;
    let (sdl, ids) = (Sdl::read(), Ids::of_others(&db).await);
    let mut found = BTreeSet::new();
    let mut documents = Vec::new();
    for field in sdl.fields("Query") {
        let to = named(&field.ty.node);
        // What such an object compares is a list of its own, a step deeper.
        let compares = matches!(to, "Standings" | "Rankings");
        let whole = compares
            || to.ends_with("Connection")
            || to == "ChangePage"
            || matches!(field.ty.node.base, BaseType::List(_));
        if whole && matches!(sdl.0[to].kind, TypeKind::Object(_)) {
            let selection = sdl.whole(to, &ids, if compares { 3 } else { 2 });
            let many = Ids { page: 100, known: BTreeMap::new(), all: false };
            documents.push((field.name.node.to_string(), format!("{{ {} }}", sdl.asked(field, &many, &selection))));
        }
    }
    for (who, principal) in everybody(&db, "qng.stc").await {
        let viewer = Viewer::with(&db, principal);
        for (name, document) in &documents {
            let asked = viewer.ask(document).await;
            let errors: Vec<_> = asked.errors.iter().map(|error| (&error["path"], &error["message"])).collect();
            assert!(errors.is_empty() || refusal(&asked).is_some(), "{who}: {name}: {errors:#?}\n{document}");
            types_in(&asked.data, &mut found);
        }
    }
    let is_answer = |name: &str| {
        // What a task of a period report brought about lies deeper, and where figures lead, and what a version changed; see
        // `facts.rs`, `assessments` and `as_of`; shares of what was divided: see `areas`; what figures are computed from, and how they are broken down: see `computed`. What a change has done, or would have, comes with it; see `plans_written.rs` and `notifications/rules.rs`. What was sent lies below machines; see `webhooks.rs`.
        name.ends_with("Payload")
            || matches!(
                name,
                "UserError"
                    | "ComparedTarget"
                    | "ComponentScore"
                    | "ComputedInput"
                    | "DefinitionDimension"
                    | "IndexComponent"
                    | "IndicatorRetirement"
                    | "MeasurementConflict"
                    | "PlanAdoption"
                    | "PlanComparison"
                    | "FieldChange"
                    | "FigureDifference"
                    | "MovedDueDate"
                    | "NotificationRehearsal"
                    | "PassedOn"
                    | "PeriodReportOutput"
                    | "Projection"
                    | "RehearsedNotification"
                    | "Reorganisation"
                    | "SuccessionWeight"
                    | "WebhookDelivery"
            )
    };
    let is_own = |ty: &TypeDefinition| matches!(rule(&ty.directives), Some(Action::SignIn | Action::KeepOwnAccount));
    let objects = sdl.0.iter().filter(|(_, ty)| matches!(ty.kind, TypeKind::Object(_)) && !is_own(ty));
    let objects = objects.map(|(name, _)| name.as_str());
    let left_out: Vec<_> =
        objects.filter(|name| !found.contains(*name) && !is_answer(name) && !is_root(name)).collect();
    assert!(left_out.is_empty(), "no answer holds one: {left_out:?}");
}

#[tokio::test]
async fn viewers_are_told_what_they_can_do_here_and_not_elsewhere() {
    let db = TestDb::demo().await;
    db.execute(SOMEBODY).await;
    let question = "{
        accounts { nodes { login viewerCan { update disable grantRole resetPassword endSessions } } }
        directives(first: 100) { nodes { state assigner { code } leads { code } viewerCan { reportProgress confirmDone cancel } } }
        measurements(first: 20) { nodes { viewerCan { submit endorse publish return correct } } }
    }";
    let of = async |role, agency| Viewer::who_holds(&db, &[(role, agency, false)]).await.ask(question).await.whole();

    let keeper = of(Role::Administrator, "qng.skhcn").await;
    assert!(all(&keeper, "accounts/nodes/*/viewerCan/grantRole").iter().all(|can| **can == true));
    let inspector = of(Role::Inspector, "qng.stc").await;
    assert_eq!(all(&inspector, "accounts/nodes/*/viewerCan/update"), [&Value::Bool(false)]);

    let head = of(Role::Head, "qng.skhcn").await;
    let (mut led, mut others) = (0, 0);
    for directive in all(&head, "directives/nodes/*") {
        // A group's duty is that of each of its members.
        let leads = tests::graphql::texts(directive, "leads/*/code");
        let leads = leads.iter().any(|lead| ["qng.skhcn", "qng.so_nganh_dia_phuong"].contains(lead));
        let is_open = matches!(directive["state"].as_str(), Some("ASSIGNED" | "IN_PROGRESS"));
        assert_eq!(directive["viewerCan"]["reportProgress"], leads && is_open, "{directive}");
        assert_eq!(directive["viewerCan"]["cancel"], false);
        if leads && is_open { led += 1 } else { others += 1 }
    }
    assert!(led > 0 && others > 0, "{led} {others}");

    let nobody = Viewer::public(&db).ask(question).await.data;
    let flags: Vec<_> = ["directives", "measurements"]
        .iter()
        .flat_map(|list| all(&nobody, &format!("{list}/nodes/*/viewerCan")))
        .collect();
    assert!(!flags.is_empty() && flags.iter().all(|can| can.as_object().unwrap().values().all(|flag| *flag == false)));
}

#[tokio::test]
async fn the_table_can_be_asked_for() {
    let db = TestDb::new().await;
    let asked = Viewer::public(&db).ask("{ permissionTable { action about grants { to reach scope } } }").await.whole();
    assert_eq!(all(&asked, "permissionTable/*/action").len(), Action::ALL.len());
    let submit =
        all(&asked, "permissionTable/*").into_iter().find(|row| row["action"] == "SUBMIT_MEASUREMENT").unwrap();
    let grants = serde_json::json!([
        { "to": "REPORTER", "reach": "HELD", "scope": null },
        { "to": "SERVICE", "reach": "HELD", "scope": "figures:write" },
    ]);
    assert_eq!(submit["grants"], grants);
}
