//! The API as a client in the same process sees it, with the number of SQL statements each answer took.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, LazyLock},
};

use api::guard::{Guard, RequestLimits};
use async_graphql::{Request, ServerError, Variables};
use auth::{
    Holding, Principal, Reached, Role,
    seal::{SECRET_LEN, Sealer},
};
use chrono::{DateTime, Utc};
use schema::{Api, changes::Cursors, clock::Clock, language::Language};
use serde_json::Value;
use uuid::Uuid;

use crate::{TestDb, demo};

/// Somebody who asks.
pub struct Viewer {
    api: Api,
    who: schema::viewer::Viewer,
    language: Option<Language>,
}

/// What came back.
#[derive(Debug)]
pub struct Asked {
    /// The answer's `data`.
    pub data: Value,
    /// Its errors; messages as the library has them, before they are masked.
    pub errors: Vec<Value>,
    /// SQL statements sent for it.
    pub statements: usize,
}

impl Viewer {
    /// Somebody who has not signed in, on the demo's day, whose requests ask for no language.
    #[must_use]
    pub fn public(db: &TestDb) -> Self {
        Self::with(db, Principal::nobody())
    }

    /// Whoever this is, on the demo's day.
    #[must_use]
    pub fn with(db: &TestDb, principal: Principal) -> Self {
        Self::at(db, principal, demo::now())
    }

    /// Whoever this is, at an instant.
    #[must_use]
    pub fn at(db: &TestDb, principal: Principal, now: DateTime<Utc>) -> Self {
        let api = Api::new(db.pool.clone(), Clock::Fixed(now), cursors());
        let who = schema::viewer::Viewer { principal: Arc::new(principal), origin: Arc::default() };
        Self { api, who, language: None }
    }

    /// A person in a session who holds these roles: each at the agency of a code, with those below it if true.
    pub async fn who_holds(db: &TestDb, roles: &[(Role, &str, bool)]) -> Self {
        Self::with(db, principal(db, roles).await)
    }

    /// The person with the account of this number, who holds these roles.
    pub async fn person(db: &TestDb, number: u128, roles: &[(Role, &str, bool)]) -> Self {
        Self::with(db, holder(db, number, roles).await)
    }

    /// Whoever administers everything, with the account of this number.
    #[must_use]
    pub fn administrator(db: &TestDb, number: u128) -> Self {
        let everywhere = vec![Holding { role: Role::Administrator, at: Reached::All }];
        Self::with(db, account(number, everywhere))
    }

    /// The same, asking for a language.
    #[must_use]
    pub fn who_reads(self, language: Language) -> Self {
        Self { language: Some(language), ..self }
    }

    /// The answer to a question.
    pub async fn ask(&self, query: &str) -> Asked {
        self.ask_with(query, Value::Null).await
    }

    /// The answer to a question as it was written: its root fields as JSON, and how many errors it has.
    pub async fn bytes(&self, query: &str) -> (Vec<(String, String)>, usize) {
        let mut request = Request::new(query);
        admit_any(&mut request).unwrap_or_else(|error| panic!("{error}: {query}"));
        let (response, _) = self.api.execute_as(request, self.who.clone()).await;
        // Each field is written already, and is kept as the one text of an object.
        let text = |value: &async_graphql::Value| match value {
            async_graphql::Value::Object(written) => match written.values().next() {
                Some(async_graphql::Value::String(text)) => text.clone(),
                other => panic!("{other:?} is not written"),
            },
            value => value.to_string(),
        };
        let fields = match &response.data {
            async_graphql::Value::Object(fields) => {
                fields.iter().map(|(key, it)| (key.to_string(), text(it))).collect()
            }
            _ => Vec::new(),
        };
        (fields, response.errors.len())
    }

    /// How many statements a question takes, those as of an instant included.
    pub async fn metered(&self, query: &str) -> usize {
        let meter = db::Meter::default();
        let mut request = Request::new(query).data(meter.clone());
        admit_any(&mut request).unwrap_or_else(|error| panic!("{error}: {query}"));
        let (response, reader) = self.api.execute_as(request, self.who.clone()).await;
        assert!(response.errors.is_empty(), "{:?}", response.errors);
        drop(reader);
        meter.work().statements
    }

    /// The answer to a question with variables.
    pub async fn ask_with(&self, query: &str, variables: Value) -> Asked {
        let mut request = Request::new(query).variables(Variables::from_json(variables));
        if let Some(language) = self.language {
            request = request.data(language);
        }
        execute(&self.api, request, self.who.clone()).await
    }
}

/// What seals places in the feed, with a secret that is always the same.
#[must_use]
pub fn cursors() -> Arc<Cursors> {
    Cursors::new(&Sealer::new(&[7; SECRET_LEN]))
}

/// Room for whatever a test asks.
#[must_use]
pub fn wide() -> RequestLimits {
    RequestLimits {
        document: 1 << 20,
        tokens: 1 << 20,
        depth: 100,
        aliases: 1 << 20,
        root_fields: 1 << 20,
        directives: 1 << 20,
        expansion: 1 << 20,
        cost: u64::MAX,
        ..RequestLimits::default()
    }
}

/// What stands before the schema.
static GUARD: LazyLock<Guard> = LazyLock::new(|| Guard::new(&schema::sdl(), wide(), true).unwrap());

/// Reads a request as the door does, whatever its size.
pub fn admit_any(request: &mut Request) -> Result<(), schema::error::ApiError> {
    GUARD.admit(request, &mut GUARD.budget()).map(|admitted| admitted.give(request))
}

/// The answer to a request in the name of that viewer.
pub(crate) async fn execute(api: &Api, mut request: Request, who: schema::viewer::Viewer) -> Asked {
    let told = |errors: &[ServerError]| errors.iter().map(|error| serde_json::to_value(error).unwrap()).collect();
    match GUARD.admit(&request, &mut GUARD.budget()) {
        Err(error) => Asked { data: Value::Null, errors: told(&error.into_server_errors()), statements: 0 },
        Ok(admitted) => {
            admitted.give(&mut request);
            let (response, reader) = api.execute_as(request, who).await;
            let (errors, data) = (told(&response.errors), response.data.into_json().unwrap());
            Asked { data, errors, statements: reader.work().statements }
        }
    }
}

/// The principal of [`Viewer::who_holds`]; its account and session are in no table.
pub async fn principal(db: &TestDb, roles: &[(Role, &str, bool)]) -> Principal {
    holder(db, 1, roles).await
}

/// The principal of [`Viewer::person`].
pub async fn holder(db: &TestDb, number: u128, roles: &[(Role, &str, bool)]) -> Principal {
    let day = demo::today();
    let mut holdings = Vec::new();
    for (role, code, below) in roles {
        let ids = if *below { format!("agency_reached_ids(id, '{day}')") } else { "ARRAY[id]".to_owned() };
        let ids = db.text(&format!("SELECT array_to_string({ids}, ' ') FROM agency WHERE code = '{code}'")).await;
        let agencies: BTreeSet<Uuid> = ids.split(' ').map(|id| id.parse().unwrap()).collect();
        holdings.push(Holding { role: *role, at: Reached::Agencies(Arc::new(agencies)) });
    }
    account(number, holdings)
}

/// The person with the account of this number and these roles, in a session with a second factor.
#[must_use]
pub fn account(number: u128, holdings: Vec<Holding>) -> Principal {
    Principal::user(Uuid::from_u128(number), Uuid::from_u128(number + 1_000), holdings, &[], true)
}

impl Asked {
    /// The data of an answer without errors.
    #[must_use]
    pub fn whole(self) -> Value {
        assert!(self.errors.is_empty(), "{:#?}", self.errors);
        self.data
    }
}

/// The values at a path such as `targets/nodes/*/code` in a JSON answer, in order.
#[must_use]
pub fn all<'a>(value: &'a Value, path: &str) -> Vec<&'a Value> {
    path.split('/').fold(vec![value], |values, step| {
        values
            .into_iter()
            .flat_map(|value| match step {
                "*" => value.as_array().into_iter().flatten().collect(),
                name => value.get(name).into_iter().collect::<Vec<_>>(),
            })
            .collect()
    })
}

/// The texts at a path.
#[must_use]
pub fn texts<'a>(value: &'a Value, path: &str) -> Vec<&'a str> {
    all(value, path).into_iter().filter_map(Value::as_str).collect()
}

/// How often each text stands at a path.
#[must_use]
pub fn tally<'a>(value: &'a Value, path: &str) -> BTreeMap<&'a str, usize> {
    let mut tally = BTreeMap::new();
    for text in texts(value, path) {
        *tally.entry(text).or_default() += 1;
    }
    tally
}

/// An answer to be compared whole: a line for each element of a list, or for each field of an object, in JSON without what is null.
#[must_use]
pub fn lines(answer: &Value) -> String {
    let lines: Vec<_> = match answer {
        Value::Array(elements) => elements.iter().map(|element| present(element).to_string()).collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| format!("{name}: {}", present(value))).collect(),
        other => vec![other.to_string()],
    };
    lines.join("\n")
}

fn present(value: &Value) -> Value {
    match value {
        Value::Array(elements) => elements.iter().map(present).collect(),
        Value::Object(fields) => {
            let there = fields.iter().filter(|(_, value)| !value.is_null());
            there.map(|(name, value)| (name.clone(), present(value))).collect()
        }
        other => other.clone(),
    }
}
