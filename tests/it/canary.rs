//! No secret is ever in a log, an error, a metric, the audit trail or a table: looked for, letter by letter.

use std::net::SocketAddr;

use nix::sys::signal::{Signal, kill};
use serde_json::{Value, json};
use tests::{TestDb, door::PASSWORD as OLD, process::Process};

use crate::post::{Post, code_of};

const NEW: &str = "canary: hai con vịt trên ao sen";
const WRONG: &str = "canary: mật khẩu gõ nhầm";
const TYPED_AS_LOGIN: &str = "canary-typed-into-the-wrong-field";

struct Client {
    url: String,
    heard: String,
}

impl Client {
    /// What came back; all of it is remembered, but for what was asked to be given.
    async fn ask(&mut self, token: Option<&str>, query: &str, input: Value) -> Value {
        let body = json!({ "query": query, "variables": { "input": input } });
        let mut request = reqwest::Client::new().post(format!("{}/graphql", self.url)).json(&body);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        self.heard += &answer["errors"].to_string();
        self.heard += &answer["data"]["it"]["userErrors"].to_string();
        answer["data"]["it"].clone()
    }

    async fn sign_in(&mut self, login: &str, password: &str) -> (String, String) {
        let query = "mutation ($input: SignInInput!) { it: signIn(input: $input) { tokens { accessToken refreshToken } userErrors { code message } } }";
        let answer = self.ask(None, query, json!({ "login": login, "password": password })).await;
        let text = |name: &str| answer["tokens"][name].as_str().unwrap_or_default().to_owned();
        (text("accessToken"), text("refreshToken"))
    }
}

/// Uses each secret once, then stops the server: what was answered, the metrics, and the secrets.
async fn say_all_secrets(
    address: SocketAddr,
    numbers: &str,
    post: &mut Post,
    stop: impl FnOnce(),
) -> (String, String, Vec<(String, &'static str)>) {
    let mut client = Client { url: format!("http://{address}"), heard: String::new() };
    let demo = db::demo::accounts::PASSWORD;

    client.sign_in("bao.cao", WRONG).await;
    client.sign_in(TYPED_AS_LOGIN, WRONG).await;
    let (access, refresh) = client.sign_in("bao.cao", demo).await;
    let (admin, _) = client.sign_in("quan.tri", demo).await;
    let query =
        "mutation ($input: ChangePasswordInput!) { it: changePassword(input: $input) { done userErrors { code } } }";
    let changed = client.ask(Some(&access), query, json!({ "currentPassword": demo, "newPassword": NEW })).await;
    assert_eq!(changed["done"], true);
    let query = "mutation ($input: RefreshSessionInput!) { it: refreshSession(input: $input) { tokens { accessToken refreshToken } userErrors { code } } }";
    let next = client.ask(None, query, json!({ "refreshToken": refresh })).await["tokens"].take();
    let query = "mutation ($input: BeginSecondFactorInput!) { it: beginSecondFactor(input: $input) { secondFactor { secret } userErrors { code } } }";
    let factor = client.ask(Some(&access), query, json!({ "password": NEW })).await;
    let query = "query { it: account(login: \"bao.cao\") { id } }";
    let id = client.ask(Some(&admin), query, Value::Null).await["id"].take();
    let query =
        "mutation ($input: AccountInput!) { it: createPasswordReset(input: $input) { token userErrors { code } } }";
    let reset = client.ask(Some(&admin), query, json!({ "account": id })).await;
    let query = "mutation ($input: RequestPasswordResetInput!) { it: requestPasswordReset(input: $input) { done userErrors { code } } }";
    assert_eq!(client.ask(None, query, json!({ "login": "thuong.truc" })).await["done"], true);
    let mailed = code_of(&post.next().await);
    let query = "mutation ($input: CreateServiceAccountInput!) { it: createServiceAccount(input: $input, idempotencyKey: \"0193c0de-0000-4000-8000-000000000001\") { serviceAccount { id } userErrors { code } } }";
    let made = json!({ "code": "ioc", "name": "Trung tâm IOC", "agency": "qng.ioc", "withBelow": false, "scopes": ["WRITE_FIGURES"] });
    let id = client.ask(Some(&admin), query, made).await["serviceAccount"]["id"].take();
    let query = "mutation ($input: ServiceAccountInput!) { it: addServiceSecret(input: $input) { clientSecret userErrors { code } } }";
    let service = client.ask(Some(&admin), query, json!({ "serviceAccount": id })).await;
    let client_secret = service["clientSecret"].as_str().unwrap();
    let form = [("grant_type", "client_credentials"), ("client_id", "ioc"), ("client_secret", client_secret)];
    let granted = reqwest::Client::new().post(format!("{}/oauth/token", client.url)).form(&form).send().await.unwrap();
    let granted: Value = granted.json().await.unwrap();
    client.ask(Some("canary.not.a-token"), "{ it: viewer { roles } }", Value::Null).await;
    let metrics = reqwest::get(numbers).await.unwrap().text().await.unwrap();
    stop();

    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("{value} should be a secret")).to_owned();
    let secrets = vec![
        (demo.to_owned(), "a password"),
        (NEW.to_owned(), "a new password"),
        (WRONG.to_owned(), "a wrong password"),
        (TYPED_AS_LOGIN.to_owned(), "what was typed as a login"),
        (OLD.to_owned(), "the tests' own password"),
        (access, "an access token"),
        (refresh, "a refresh token"),
        (text(&next["accessToken"]), "the next access token"),
        (text(&next["refreshToken"]), "the next refresh token"),
        (text(&factor["secondFactor"]["secret"]), "the secret of a second factor"),
        (text(&reset["token"]), "the token of a reset link"),
        (mailed, "the token of a mailed link"),
        (client_secret.to_owned(), "a client secret"),
        (text(&granted["access_token"]), "a machine's access token"),
        ("canary.not.a-token".to_owned(), "what is no token"),
        (tests::server::SECRET.to_owned(), "the installation's secret"),
    ];
    (client.heard, metrics, secrets)
}

#[tokio::test]
async fn no_secret_is_left_anywhere() {
    let db = TestDb::demo_with_accounts().await;
    db.execute("UPDATE account SET email = 'lan@quangngai.example' WHERE login = 'thuong.truc'").await;
    let mut post = Post::open().await;
    let smtp = format!("smtp://{}", post.url());
    let url = db.url().await;
    let mut cotmoc = Process::start(
        env!("CARGO_BIN_EXE_cotmoc_process"),
        &["serve", "--demo", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"],
        &[
            ("DATABASE_URL", &url),
            ("COTMOC_DATA_DIR", "/nowhere"),
            ("COTMOC_LOG", "trace"),
            ("COTMOC_SMTP_URL", &smtp),
            ("COTMOC_MAIL_FROM", "cotmoc@quangngai.example"),
        ],
    );
    let (address, mut log) = cotmoc.address_and_log().await;
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let numbers = lines.into_iter().find(|line| line["message"] == "telling numbers at /metrics").unwrap();
    let numbers = format!("http://{}/metrics", numbers["address"].as_str().unwrap());
    let pid = cotmoc.pid();
    // The log is read all the while: a full pipe would stop the server.
    let stop = || kill(pid, Signal::SIGTERM).unwrap();
    let (rest, (heard, metrics, secrets)) =
        tokio::join!(cotmoc.log_to_end(), say_all_secrets(address, &numbers, &mut post, stop));
    log += &rest;
    let tables = "SELECT string_agg(query_to_xml(format('SELECT * FROM %I', relname), true, true, '')::text, '')
        FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname NOT LIKE 'measurement%'";
    let tables = db.text(tables).await;
    assert!(log.contains("serving") && tables.contains("bao.cao") && metrics.contains("cotmoc_"), "looked at nothing");
    for (secret, what) in secrets {
        // A signature, or the first letters, would be enough for a part of it.
        let part: String = secret.chars().rev().take(20).collect::<Vec<_>>().into_iter().rev().collect();
        for (place, content) in [("log", &log), ("metrics", &metrics), ("errors", &heard), ("tables", &tables)] {
            let found = content.find(&part).map(|at| content.get(at.saturating_sub(200)..at + part.len()));
            assert!(found.is_none(), "{what} is in the {place}: {found:?}");
        }
    }
}
