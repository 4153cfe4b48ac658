//! Where a catalogue is applied: the schema itself, asked in this process, so that its rules are the only ones.

use std::sync::Arc;

use async_graphql::{Request, Variables};
use auth::{Principal, Role, random, seal::Sealer};
use db::Origin;
use schema::{Api, changes::Cursors, clock::Clock, language::Language, viewer::Viewer};
use serde_json::{Value, json};

use super::ApplyError;
use crate::{
    config::Config,
    database::Database,
    guard::{Guard, RequestLimits},
};

/// Who does it: nobody holds both roles, so each thing is done in the one that it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Whoever administers: agencies.
    Administrator,
    /// The standing office: everything else of the catalogue.
    StandingOffice,
}

/// Something that a mutation refused, as it says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Whether it names something that may still come.
    pub may_come: bool,
    /// What has to be mended.
    pub words: String,
}

/// The schema with what stands before it.
pub struct Desk {
    api: Api,
    guard: Guard,
    clock: Clock,
}

impl Desk {
    /// On a database that is ready.
    pub fn new(config: &Config, database: &Database) -> Result<Self, ApplyError> {
        // A catalogue is longer than what a stranger may send.
        let limits = RequestLimits { values: u64::MAX, cost: u64::MAX, ..RequestLimits::default() };
        let guard = Guard::new(&schema::sdl(), limits, false)?;
        let clock = config.clock();
        let api = Api::new(database.pool().clone(), clock, Cursors::new(&Sealer::new(&random::bytes())));
        Ok(Self { api, guard, clock })
    }

    /// Asks something: the answer, or what is wrong with the question.
    pub async fn ask(&self, by: By, document: &str, variables: Value) -> Result<Value, ApplyError> {
        let mut request = Self::request(document, variables);
        self.admit(&mut request)?;
        let role = match by {
            By::Administrator => Role::Administrator,
            By::StandingOffice => Role::StandingOffice,
        };
        let viewer = Viewer { principal: Arc::new(Principal::operator_as(role)), origin: Arc::new(Origin::default()) };
        let (response, _) = self.api.execute_as(request, viewer).await;
        if let Some(error) = response.errors.first() {
            return Err(ApplyError::Refused(error.message.clone()));
        }
        response.data.into_json().map_err(|error| ApplyError::Refused(error.to_string()))
    }

    /// Does something once; else why it was refused.
    pub async fn act(
        &self,
        by: By,
        mutation: &str,
        input: &str,
        given: Value,
    ) -> Result<Result<(), Refusal>, ApplyError> {
        let variables = json!({ "input": given, "key": random::id(self.clock.now()) });
        let answer = self.ask(by, &document(mutation, input), variables).await?;
        let errors = answer.pointer("/it/userErrors").and_then(Value::as_array).cloned().unwrap_or_default();
        if errors.is_empty() {
            return Ok(Ok(()));
        }
        let may_come = errors.iter().all(|error| error.get("code").and_then(Value::as_str) == Some("NOT_FOUND"));
        let words: Vec<_> = errors.iter().map(in_words).collect();
        Ok(Err(Refusal { may_come, words: words.join("; ") }))
    }

    /// Whether a mutation could be asked with that input at all: that its fields are there, and of their types.
    pub fn check(&self, mutation: &str, input: &str, given: &Value) -> Result<(), ApplyError> {
        let variables = json!({ "input": given, "key": random::id(self.clock.now()) });
        self.admit(&mut Self::request(&document(mutation, input), variables))
    }

    fn request(document: &str, variables: Value) -> Request {
        Request::new(document).variables(Variables::from_json(variables)).data(Language::En)
    }

    fn admit(&self, request: &mut Request) -> Result<(), ApplyError> {
        let admitted = self.guard.admit(request, &mut self.guard.budget());
        let told = |error: schema::error::ApiError| {
            let words: Vec<_> = error.into_server_errors().into_iter().map(|error| error.message).collect();
            ApplyError::Refused(words.join("; "))
        };
        admitted.map(|admitted| admitted.give(request)).map_err(told)
    }
}

fn document(mutation: &str, input: &str) -> String {
    format!(
        "mutation Apply($input: {input}!, $key: UUID!) {{ it: {mutation}(input: $input, idempotencyKey: $key) {{ userErrors {{ code field row message }} }} }}"
    )
}

/// What has to be mended, beside its field.
fn in_words(error: &Value) -> String {
    let field = error.get("field").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let field: Vec<_> = field.filter(|part| *part != "input").collect();
    let row = error.get("row").and_then(Value::as_i64).map(|row| format!(" {row}")).unwrap_or_default();
    let message = error.get("message").and_then(Value::as_str).unwrap_or_default();
    format!("{}{row}: {message}", field.join("."))
}
