//! Directives as people work on them: issued, accepted, delegated, reported, decided on by somebody else.

mod ending;
mod issue;
mod no_way_around;
mod parts;
mod progress;
mod requests;
mod rights;
mod timeline;
mod waiting;

use auth::Role;
use schema::language::Language;
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::{Asked, Viewer, texts},
    mutation::{self, key, next, with},
};
use uuid::Uuid;

/// The people of one story, each with an account of their own.
struct Room {
    db: TestDb,
    leader: Viewer,
    office: Viewer,
    head: Viewer,
    reporter: Viewer,
    /// Of the coordinating agency.
    partner: Viewer,
    /// Head of the agency that leads, and leader where directives come from.
    both: Viewer,
    below: Viewer,
    stranger: Viewer,
}

impl Room {
    async fn new() -> Self {
        let db = TestDb::demo().await;
        let at = async |number, roles: &[(Role, &str, bool)]| {
            Viewer::person(&db, number, roles).await.who_reads(Language::En)
        };
        Self {
            leader: at(11, &[(Role::Leader, "qng.ubnd", true)]).await,
            office: at(12, &[(Role::StandingOffice, "qng.ubnd", false)]).await,
            head: at(13, &[(Role::Head, "qng.skhcn", false)]).await,
            reporter: at(14, &[(Role::Reporter, "qng.skhcn", false)]).await,
            partner: at(15, &[(Role::Head, "qng.stc", false)]).await,
            both: at(16, &[(Role::Head, "qng.skhcn", false), (Role::Leader, "qng.ubnd", false)]).await,
            below: at(17, &[(Role::Head, "qng.tt_ung_dung", false)]).await,
            stranger: at(18, &[(Role::Head, "qng.syt", false), (Role::Leader, "qng.syt", false)]).await,
            db,
        }
    }

    /// Issues a directive that `qng.skhcn` leads and `qng.stc` coordinates, due on the last day of February.
    async fn issued(&self, more: Value) -> Value {
        let done = act(&self.leader, "issueDirective", directive(more)).await;
        assert_eq!(done["userErrors"], json!([]), "{done}");
        done["directive"].clone()
    }

    /// Issues one and accepts it.
    async fn begun(&self, more: Value) -> Value {
        let issued = self.issued(more).await;
        self.ok(&self.head, "acceptDirective", seen(&issued)).await
    }

    /// The directive after what somebody has done.
    async fn ok(&self, who: &Viewer, name: &str, input: Value) -> Value {
        let done = act(who, name, input).await;
        assert_eq!(done["userErrors"], json!([]), "{name}: {done}");
        assert!(done["directive"]["id"].is_string(), "{name}: {done}");
        done["directive"].clone()
    }

    /// What has to be mended first.
    async fn refused(&self, who: &Viewer, name: &str, input: Value) -> Value {
        let done = act(who, name, input).await;
        assert_eq!(done["directive"], Value::Null, "{name}: {done}");
        done["userErrors"][0].clone()
    }

    /// The kinds of its events, as somebody sees them.
    async fn timeline(&self, who: &Viewer, directive: &Value) -> Vec<String> {
        let asked = of(who, directive, "timeline { nodes { kind } }").await;
        texts(&asked, "timeline/nodes/*/kind").into_iter().map(str::to_owned).collect()
    }
}

/// What is issued if a test does not say otherwise.
fn directive(more: Value) -> Value {
    let input = json!({
        "document": "tb-ubnd-qng-2025-04", "clause": format!("99.{}", next()),
        "programme": "nq57-quang-ngai", "assigner": "qng.ubnd", "visibility": "PUBLIC",
        "title": "Xây dựng kế hoạch chuyển đổi số ngành y tế", "leads": ["qng.skhcn"],
        "coordinators": [{ "agency": "qng.stc" }, { "words": "các đơn vị có liên quan" }],
        "deadline": { "words": "đến ngày 28/02/2026" }, "indicators": [],
    });
    with(input, more)
}

/// What is done to a directive in the version in which it was seen.
fn seen(directive: &Value) -> Value {
    mutation::seen("directive", directive)
}

/// What is done whatever its version.
fn on(directive: &Value, more: Value) -> Value {
    with(json!({ "directive": directive["id"] }), more)
}

async fn send(who: &Viewer, name: &str, input: &Value, key: Uuid) -> Asked {
    let current =
        if matches!(name, "issueDirective" | "delegateDirective") { "" } else { "current { id state version }" };
    let selection = format!("directive {{ id code state version dueOn originalDueOn completedOn }} {current}");
    who.send(name, input, key, &selection).await
}

async fn act(who: &Viewer, name: &str, input: Value) -> Value {
    send(who, name, &input, key()).await.whole()["it"].take()
}

/// What is answered to somebody for whom it is not there.
async fn not_there(who: &Viewer, name: &str, input: Value) {
    assert_eq!(who.denied(name, input).await, "Not found", "{name}");
}

/// What somebody sees of it.
async fn of(who: &Viewer, directive: &Value, selection: &str) -> Value {
    let query = format!("{{ node(id: {}) {{ ... on Directive {{ {selection} }} }} }}", directive["id"]);
    who.ask(&query).await.whole()["node"].take()
}
