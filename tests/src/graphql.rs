//! The API as a client in the same process sees it, with the number of SQL statements each answer took.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use async_graphql::{Request, ValidationMode, Variables};
use auth::{Holding, Principal, Reached, Role};
use schema::{Api, clock::Clock, language::Language};
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
        let options = demo::options();
        let api = Api::new(ValidationMode::Strict, true, db.pool.clone(), Clock::Fixed(options.now));
        let who = schema::viewer::Viewer { principal: Arc::new(principal), origin: Arc::default() };
        Self { api, who, language: None }
    }

    /// A person in a session who holds these roles: each at the agency of a code, with those below it if true.
    pub async fn who_holds(db: &TestDb, roles: &[(Role, &str, bool)]) -> Self {
        Self::with(db, principal(db, roles).await)
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

    /// The answer to a question with variables.
    pub async fn ask_with(&self, query: &str, variables: Value) -> Asked {
        let mut request = Request::new(query).variables(Variables::from_json(variables));
        if let Some(language) = self.language {
            request = request.data(language);
        }
        let (response, reader) = self.api.execute_as(request, self.who.clone()).await;
        let errors = response.errors.iter().map(|error| serde_json::to_value(error).unwrap()).collect();
        Asked { data: response.data.into_json().unwrap(), errors, statements: reader.statements() }
    }
}

/// The principal of [`Viewer::who_holds`]; its account and session are in no table.
pub async fn principal(db: &TestDb, roles: &[(Role, &str, bool)]) -> Principal {
    let day = demo::today();
    let mut holdings = Vec::new();
    for (role, code, below) in roles {
        let ids = if *below { format!("agency_subtree_ids(id, '{day}')") } else { "ARRAY[id]".to_owned() };
        let ids = db.text(&format!("SELECT array_to_string({ids}, ' ') FROM agency WHERE code = '{code}'")).await;
        let agencies: BTreeSet<Uuid> = ids.split(' ').map(|id| id.parse().unwrap()).collect();
        holdings.push(Holding { role: *role, at: Reached::Agencies(Arc::new(agencies)) });
    }
    Principal::user(Uuid::from_u128(1), Uuid::from_u128(2), holdings, &[], true)
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
