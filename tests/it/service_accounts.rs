//! Machines: kept by administrators, let in by client credentials.

use std::time::{Duration, Instant};

use auth::{Action, Role, ServiceScope, token::Bearer};
use reqwest::{Client, RequestBuilder, StatusCode, header};
use schema::clock::Clock;
use serde_json::{Value, json};
use tests::{
    TestDb, demo,
    server::{Node, person},
};

const AGENCY: &str = "qng.skhcn";
const OTHER: &str = "qng.stc";

/// What a form holds.
type Form<'a> = &'a [(&'a str, &'a str)];

/// An installation with an administrator of everything.
struct Installation {
    db: TestDb,
    node: Node,
    administrator: String,
}

/// A machine with a secret.
struct Machine {
    id: String,
    secret_id: String,
    secret: String,
}

impl Installation {
    async fn new() -> Self {
        let db = TestDb::demo().await;
        let node = Node::start(&db, Clock::Fixed(demo::now()), &[]).await;
        let administrator = node.token(&person(&db, 1, &[(Role::Administrator, None, false)]).await).await;
        Self { db, node, administrator }
    }

    async fn change(&self, name: &str, input: &str, selection: &str) -> Value {
        self.node.change(&self.administrator, name, input, selection).await
    }

    async fn machine(&self) -> Machine {
        let made = self.change("createServiceAccount", &new("qng.ioc", AGENCY), "serviceAccount { id }").await;
        let id = made["serviceAccount"]["id"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
        let (secret_id, secret) = self.secret(&id).await;
        Machine { id, secret_id, secret }
    }

    async fn secret(&self, id: &str) -> (String, String) {
        let added = self.change("addServiceSecret", &of(id), "clientSecret secret { id lastUsedAt }").await;
        assert_eq!(added["userErrors"], json!([]), "{added}");
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&added["secret"]["id"]), text(&added["clientSecret"]))
    }

    fn post(&self) -> RequestBuilder {
        Client::new().post(self.node.url("/oauth/token"))
    }

    async fn answered(&self, secret: &str, more: &[(&str, &str)]) -> (StatusCode, Value) {
        let form = [&[("grant_type", "client_credentials")], more].concat();
        let answer = self.post().basic_auth("qng.ioc", Some(secret)).form(&form).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    async fn token(&self, secret: &str) -> String {
        let (status, answer) = self.answered(secret, &[]).await;
        assert_eq!(status, 200, "{answer}");
        answer["access_token"].as_str().unwrap().to_owned()
    }

    /// Waits until a token is refused, for as long as that may take.
    async fn ends(&self, token: &str) {
        let begin = Instant::now();
        while self.node.ask_as(token, "{ __typename }").await.status() != 401 {
            assert!(begin.elapsed() < Duration::from_secs(5), "not within five seconds");
            tokio::task::yield_now().await;
        }
    }
}

fn new(code: &str, agency: &str) -> String {
    format!(r#"code: "{code}", name: "Trung tâm điều hành", agency: "{agency}", scopes: [WRITE_FIGURES, READ_FIGURES]"#)
}

fn of(id: &str) -> String {
    format!("serviceAccount: \"{id}\"")
}

fn codes(payload: &Value) -> Vec<(&str, Vec<&str>)> {
    let errors = payload["userErrors"].as_array().unwrap_or_else(|| panic!("{payload}"));
    let field = |error: &Value| error["field"].as_array().unwrap().iter().filter_map(Value::as_str).count();
    errors
        .iter()
        .map(|error| {
            assert!(field(error) > 0);
            let field = error["field"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
            (error["code"].as_str().unwrap(), field)
        })
        .collect()
}

#[tokio::test]
async fn a_machine_gets_a_token_by_header_or_form_and_works_with_it() {
    let ours = Installation::new().await;
    let machine = ours.machine().await;
    let form = [("grant_type", "client_credentials"), ("client_id", "qng.ioc"), ("client_secret", &machine.secret)];
    for request in [
        ours.post().form(&form),
        ours.post().basic_auth("qng.ioc", Some(&machine.secret)).form(&[("grant_type", "client_credentials")]),
    ] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(
            (&answer.headers()[header::CACHE_CONTROL], &answer.headers()[header::PRAGMA]),
            (&"no-store".parse().unwrap(), &"no-cache".parse().unwrap())
        );
        let answer: Value = answer.json().await.unwrap();
        assert_eq!((&answer["token_type"], &answer["expires_in"]), (&json!("Bearer"), &json!(600)));
        assert_eq!(answer["scope"], "figures:read figures:write");
        let told = ours.node.told(answer["access_token"].as_str().unwrap(), "{ __typename }").await;
        assert_eq!(told["data"]["__typename"], "Query", "{told}");
    }
    let listed = "{ serviceAccounts { totalCount nodes { code scopes agency { code } createdBy { login } secrets { id lastUsedAt } } } }";
    let listed = ours.node.told(&ours.administrator, listed).await;
    let shown = &listed["data"]["serviceAccounts"]["nodes"][0];
    assert_eq!(
        shown["secrets"],
        json!([{ "id": machine.secret_id, "lastUsedAt": "2026-01-20T02:00:00+00:00" }]),
        "{listed}"
    );
    assert_eq!((&shown["agency"]["code"], &shown["createdBy"]["login"]), (&json!(AGENCY), &json!("n1")));
}

#[tokio::test]
async fn refusals_are_those_of_the_standard() {
    let ours = Installation::new().await;
    let Machine { secret, .. } = ours.machine().await;
    let grant = ("grant_type", "client_credentials");
    let (id, right) = (("client_id", "qng.ioc"), ("client_secret", secret.as_str()));
    let unknown = ("client_id", "qng.khac");
    let cases: [(Form<'_>, u16, &str); 12] = [
        (&[grant, id, ("client_secret", "sai")], 401, "invalid_client"),
        (&[grant, unknown, right], 401, "invalid_client"),
        (&[grant, ("client_id", "qng.ioc\0"), right], 401, "invalid_client"),
        (&[grant, ("client_id", "QNG.IOC"), right], 401, "invalid_client"),
        (&[grant, id], 401, "invalid_client"),
        (&[grant], 401, "invalid_client"),
        (&[id, right], 400, "invalid_request"),
        (&[grant, id, id, right], 400, "invalid_request"),
        (&[("grant_type", "password"), id, right], 400, "unsupported_grant_type"),
        (&[grant, id, right, ("scope", "figures:read internal:read")], 400, "invalid_scope"),
        (&[grant, id, right, ("scope", "everything")], 400, "invalid_scope"),
        (&[("grant_type", "refresh_token"), id, right], 400, "unsupported_grant_type"),
    ];
    for (form, status, error) in cases {
        let answer = ours.post().form(form).send().await.unwrap();
        assert_eq!(answer.status(), status, "{form:?}");
        assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
        assert_eq!(answer.headers().contains_key(header::WWW_AUTHENTICATE), status == 401);
        assert_eq!(answer.json::<Value>().await.unwrap(), json!({ "error": error }), "{form:?}");
    }
    let both = ours.post().basic_auth("qng.ioc", Some(&secret)).form(&[grant, id, right]).send().await.unwrap();
    assert_eq!(both.json::<Value>().await.unwrap()["error"], "invalid_request");
    let no_form = ours.post().basic_auth("qng.ioc", Some(&secret)).body("{}").send().await.unwrap();
    assert_eq!(no_form.json::<Value>().await.unwrap()["error"], "invalid_request");
    let in_address =
        ours.node.url(&format!("/oauth/token?grant_type=client_credentials&client_id=qng.ioc&client_secret={secret}"));
    assert_eq!(Client::new().get(&in_address).send().await.unwrap().status(), 405);
    assert_eq!(Client::new().post(&in_address).send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn a_token_may_be_narrowed_and_never_does_more_than_the_account_may() {
    let ours = Installation::new().await;
    let machine = ours.machine().await;
    let (_, answer) = ours.answered(&machine.secret, &[("scope", "figures:read")]).await;
    assert_eq!(answer["scope"], "figures:read");

    let id = |query: &str| {
        let query = query.to_owned();
        let db = &ours.db;
        async move { db.text(&query).await.parse().unwrap() }
    };
    let (account, secret) = (id("SELECT id FROM service_account").await, id("SELECT id FROM service_secret").await);
    let agency = id("SELECT agency_id FROM service_account").await;
    let principal = async |named: &[ServiceScope]| {
        let found = db::principal::of_service(&ours.db.pool, account, secret, named, db::Date(demo::today())).await;
        found.unwrap().unwrap()
    };
    let narrow = principal(&[ServiceScope::ReadFigures, ServiceScope::ReadInternal]).await;
    assert!(narrow.reach(Action::SeeSubmitted).holds(Some(agency)));
    assert!(!narrow.reach(Action::SeeSubmitted).holds(Some(account)));
    for action in [Action::SubmitMeasurement, Action::SeeInternal, Action::SeeAccounts] {
        assert!(narrow.may(action).is_err(), "{action:?}");
    }
    // What the account loses, its tokens lose.
    ours.db.execute("UPDATE service_account SET scopes = '{figures:write}'").await;
    assert!(principal(&[ServiceScope::ReadFigures]).await.may(Action::SeeSubmitted).is_err());
}

#[tokio::test]
async fn a_secret_is_replaced_without_a_pause_and_its_tokens_end_with_it() {
    let ours = Installation::new().await;
    let machine = ours.machine().await;
    let (_, second) = ours.secret(&machine.id).await;
    let third = ours.change("addServiceSecret", &of(&machine.id), "clientSecret").await;
    assert_eq!(codes(&third), [("TOO_MANY", vec!["input", "serviceAccount"])]);
    assert!(third["clientSecret"].is_null());

    let (old, new) = (ours.token(&machine.secret).await, ours.token(&second).await);
    let end = format!("secret: \"{}\"", machine.secret_id);
    let ended = ours.change("endServiceSecret", &end, "serviceAccount { secrets { id } }").await;
    assert_eq!(ended["serviceAccount"]["secrets"].as_array().unwrap().len(), 1, "{ended}");
    assert_eq!(ours.answered(&machine.secret, &[]).await.0, 401);
    ours.ends(&old).await;
    assert_eq!(ours.node.ask_as(&new, "{ __typename }").await.status(), 200);
    assert_eq!(codes(&ours.change("endServiceSecret", &end, "").await), [("UNCHANGED", vec!["input", "secret"])]);
}

#[tokio::test]
async fn a_disabled_machine_is_out_until_it_is_enabled() {
    let ours = Installation::new().await;
    let machine = ours.machine().await;
    let token = ours.token(&machine.secret).await;
    let disabled = ours.change("disableServiceAccount", &of(&machine.id), "serviceAccount { status version }").await;
    assert_eq!(disabled["serviceAccount"], json!({ "status": "DISABLED", "version": 2 }));
    ours.ends(&token).await;
    assert_eq!(
        ours.answered(&machine.secret, &[]).await,
        (StatusCode::UNAUTHORIZED, json!({ "error": "invalid_client" }))
    );
    let again = ours.change("disableServiceAccount", &of(&machine.id), "").await;
    assert_eq!(codes(&again), [("UNCHANGED", vec!["input", "serviceAccount"])]);
    ours.change("enableServiceAccount", &of(&machine.id), "serviceAccount { status }").await;
    assert_eq!(ours.node.ask_as(&ours.token(&machine.secret).await, "{ __typename }").await.status(), 200);
}

#[tokio::test]
async fn an_input_that_breaks_a_rule_is_told_beside_its_field() {
    let ours = Installation::new().await;
    ours.machine().await;
    for (input, code, field) in [
        (new("qng.ioc", AGENCY), "TAKEN", "code"),
        (new("QNG ioc", AGENCY), "MALFORMED", "code"),
        (new("", AGENCY), "REQUIRED", "code"),
        (new(&"a".repeat(65), AGENCY), "TOO_LONG", "code"),
        (new("qng.moi", "qng.khong-co"), "NOT_FOUND", "agency"),
        (format!("code: \"qng.moi\", name: \" \", agency: \"{AGENCY}\", scopes: [READ_FIGURES]"), "REQUIRED", "name"),
        (format!("code: \"qng.moi\", name: \"Máy\", agency: \"{AGENCY}\", scopes: []"), "REQUIRED", "scopes"),
    ] {
        let refused = ours.change("createServiceAccount", &input, "serviceAccount { id }").await;
        assert_eq!(codes(&refused), [(code, vec!["input", field])], "{input}");
        assert!(refused["serviceAccount"].is_null());
    }
}

#[tokio::test]
async fn only_administrators_keep_machines_and_only_where_they_are_that() {
    let ours = Installation::new().await;
    let machine = ours.machine().await;
    let as_someone = async |bearer: &Bearer, name: &str, input: &str| {
        ours.node.change(&ours.node.token(bearer).await, name, input, "").await
    };
    let code = |told: &Value| told["errors"][0]["extensions"]["code"].as_str().map(str::to_owned);
    let reporter = person(&ours.db, 2, &[(Role::Reporter, Some(AGENCY), true)]).await;
    let elsewhere = person(&ours.db, 3, &[(Role::Administrator, Some(OTHER), false)]).await;
    let here = person(&ours.db, 4, &[(Role::Administrator, Some(AGENCY), false)]).await;
    let secret = format!("secret: \"{}\"", machine.secret_id);
    for (name, input) in [
        ("addServiceSecret", of(&machine.id)),
        ("disableServiceAccount", of(&machine.id)),
        ("enableServiceAccount", of(&machine.id)),
        ("endServiceSecret", secret),
    ] {
        assert_eq!(code(&as_someone(&reporter, name, &input).await).as_deref(), Some("FORBIDDEN"), "{name}");
        assert_eq!(code(&as_someone(&elsewhere, name, &input).await).as_deref(), Some("NOT_FOUND"), "{name}");
    }
    assert_eq!(
        code(&as_someone(&reporter, "createServiceAccount", &new("x", AGENCY)).await).as_deref(),
        Some("FORBIDDEN")
    );
    let beyond = as_someone(&elsewhere, "createServiceAccount", &new("x", AGENCY)).await;
    assert_eq!(codes(&beyond), [("OUT_OF_REACH", vec!["input", "agency"])]);
    assert_eq!(as_someone(&here, "addServiceSecret", &of(&machine.id)).await["userErrors"], json!([]));

    let count = "{ serviceAccounts { totalCount } }";
    for (bearer, sees) in [(&reporter, 0), (&elsewhere, 0), (&here, 1)] {
        let listed = ours.node.told(&ours.node.token(bearer).await, count).await;
        assert_eq!(listed["data"]["serviceAccounts"]["totalCount"], sees, "{listed}");
    }
}

#[tokio::test]
async fn nobody_changes_a_machine_that_reaches_further_than_they_do() {
    let ours = Installation::new().await;
    let top = ours.db.text("SELECT a.code FROM agency a JOIN agency_placement p ON p.parent_id = a.id WHERE p.valid_until IS NULL ORDER BY 1 LIMIT 1").await;
    let here = person(&ours.db, 4, &[(Role::Administrator, Some(&top), false)]).await;
    let token = ours.node.token(&here).await;
    let below = format!("{}, withBelow: true", new("qng.tren", &top));
    let refused = ours.node.change(&token, "createServiceAccount", &below, "serviceAccount { id }").await;
    assert_eq!(codes(&refused), [("OUT_OF_REACH", vec!["input", "agency"])]);
    let made = ours.change("createServiceAccount", &below, "serviceAccount { id }").await;
    let id = made["serviceAccount"]["id"].as_str().unwrap();
    let refused = ours.node.change(&token, "addServiceSecret", &of(id), "clientSecret").await;
    assert_eq!(codes(&refused), [("OUT_OF_REACH", vec!["input", "serviceAccount"])]);
    // Nor do they stop it.
    let (secret, _) = ours.secret(id).await;
    let secret = format!("secret: \"{secret}\"");
    for (name, input, field) in [
        ("disableServiceAccount", &of(id), "serviceAccount"),
        ("enableServiceAccount", &of(id), "serviceAccount"),
        ("endServiceSecret", &secret, "secret"),
    ] {
        let refused = ours.node.change(&token, name, input, "serviceAccount { status }").await;
        assert_eq!(codes(&refused), [("OUT_OF_REACH", vec!["input", field])], "{name}");
    }
    assert_eq!(ours.change("endServiceSecret", &secret, "serviceAccount { status }").await["userErrors"], json!([]));
}

#[tokio::test]
async fn the_trail_tells_who_came_in_and_who_did_not_and_no_secret() {
    let ours = Installation::new().await;
    let machine = ours.machine().await;
    ours.token(&machine.secret).await;
    ours.answered("sai-bi-mat", &[]).await;
    let form = [("grant_type", "client_credentials"), ("client_id", &machine.secret), ("client_secret", "x")];
    ours.post().form(&form).send().await.unwrap();
    let tried = "SELECT string_agg(concat_ws(' ', actor_kind, succeeded, noun, after ->> 'clientId'), ', ' ORDER BY id) FROM audit_entry WHERE action = 'SIGN_IN'";
    assert_eq!(
        ours.db.text(tried).await,
        "SERVICE t service_account qng.ioc, NOBODY f service_account qng.ioc, NOBODY f "
    );
    let written = "SELECT concat((SELECT string_agg(e::text, '') FROM audit_entry e), (SELECT string_agg(c::text, '') FROM change c),
        (SELECT string_agg(s::text, '') FROM service_secret s), (SELECT string_agg(a::text, '') FROM service_account a))";
    let written = ours.db.text(written).await;
    assert!(written.contains("qng.ioc") && !written.contains(&machine.secret) && !written.contains("sai-bi-mat"));
}
