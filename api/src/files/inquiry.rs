//! Several questions to the API for one file: who asks, against whose budgets it counts, from which snapshot it is answered.

use std::{net::IpAddr, sync::Arc, time::Duration};

use async_graphql::{Request, Variables};
use axum::{
    http::{HeaderValue, header, request::Parts},
    response::Response,
};
use chrono::{DateTime, Utc};
use db::Reader;
use schema::{
    Api,
    caller::Caller,
    error::{ApiError, Code, RETRY_AFTER},
    viewer::Viewer,
};
use serde_json::{Value, json};
use tokio::time::sleep;
use uuid::Uuid;

use super::exports::pages::Failure;
use crate::{
    door::{Refusal, client_address, refused},
    graphql::{self, Desk, GraphqlResponse},
    limits::{
        Counted, RateLimits, Sharer,
        places::{Full, Place, Places},
    },
};

/// How often, and how long after one another, it is looked whether a place has come free.
const LOOKS: u32 = 20;
const LOOK: Duration = Duration::from_millis(100);

/// Places for those who hold a snapshot, each with a connection that nobody else waits for.
#[derive(Debug, Clone)]
pub struct Snapshots {
    present: Arc<Places>,
    /// Those who read as of an instant: half of the connections that do.
    past: Arc<Places>,
}

impl Snapshots {
    /// Beside a pool of that size.
    #[must_use]
    pub fn beside(pool: u32) -> Self {
        let size = usize::try_from(pool).unwrap_or(usize::MAX);
        Self { present: Places::new(size / 4), past: Places::new(size / 8) }
    }

    /// A place for somebody who holds it for long, if there is one, or if one comes free at this moment: programs ask for the next file
    /// while they close the last.
    pub async fn place(&self, whose: &Whose, as_of: Option<DateTime<Utc>>) -> Result<Place, ApiError> {
        for _ in 0..LOOKS {
            if let Ok(place) = self.places(as_of).try_take(whose.sharer) {
                return Ok(place);
            }
            sleep(LOOK).await;
        }
        Err(busy())
    }

    /// A place for somebody who holds it for a moment, in their turn.
    pub async fn place_for_a_moment(&self, whose: &Whose, as_of: Option<DateTime<Utc>>) -> Result<Place, ApiError> {
        self.places(as_of).take(whose.sharer).await.map_err(|Full| busy())
    }

    const fn places(&self, as_of: Option<DateTime<Utc>>) -> &Arc<Places> {
        if as_of.is_some() { &self.past } else { &self.present }
    }
}

fn busy() -> ApiError {
    refused(Refusal::Saturated.reason());
    let words = (
        "Đang có nhiều tệp được xuất, xin thử lại sau giây lát",
        "Too many files are under way, please try again shortly",
    );
    ApiError::new(Code::Unavailable, words.0, words.1).with("retryAfter", RETRY_AFTER)
}

/// Against whose budgets something is counted.
#[derive(Debug, Clone, Copy)]
pub struct Whose {
    /// The account, if somebody has signed in.
    pub account: Option<Uuid>,
    /// The address.
    pub address: Option<IpAddr>,
    /// Which of them shares.
    pub sharer: Sharer,
}

impl Whose {
    /// Those of a viewer, and of the address of their request.
    #[must_use]
    pub fn of(viewer: &Viewer, parts: &Parts) -> Self {
        let (account, address) = (viewer.principal.actor().account(), client_address(&parts.extensions));
        Self { account, address, sharer: Sharer::of(account, address) }
    }
}

/// Why there is no file.
pub enum Refused {
    /// The token does not hold.
    Token(ApiError),
    /// Too much was asked for in a minute.
    Counted(Counted, ApiError),
    /// Anything else.
    Failed(Failure),
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Self {
        Self::Failed(error.into())
    }
}

impl Refused {
    /// The answer.
    #[must_use]
    pub fn answer(self, limits: &RateLimits, parts: &Parts, caller: &Caller) -> Response {
        match self {
            Self::Token(error) => graphql::turn_away(limits, error, parts, caller),
            Self::Counted(counted, error) => {
                refused(Refusal::RateLimited.reason());
                let mut response = graphql::refuse(error, caller);
                counted.tell(response.headers_mut());
                response
            }
            Self::Failed(Failure::Refused(error)) => graphql::refuse(error, caller),
            Self::Failed(Failure::Failed(answer)) => graphql::refuse_with(&answer),
        }
    }
}

/// The answer to any method but GET, and HEAD, which is GET without a body.
#[must_use]
pub fn only_get(caller: &Caller) -> Response {
    let error = ApiError::new(Code::MethodNotAllowed, "Chỉ nhận GET", "Only GET");
    let mut response = graphql::refuse(error, caller);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET"));
    response
}

/// Questions of one viewer to one snapshot.
pub struct Inquiry {
    desk: Desk<Api>,
    viewer: Viewer,
    caller: Caller,
    whose: Whose,
    snapshot: Arc<Reader>,
}

impl Inquiry {
    /// Takes the snapshot: of the present, or of what was known at an instant. It may rest for so long between questions.
    pub async fn open(
        desk: Desk<Api>,
        viewer: Viewer,
        caller: Caller,
        whose: Whose,
        as_of: Option<DateTime<Utc>>,
        rest: Duration,
    ) -> Result<Self, ApiError> {
        let snapshot = desk.service.schema().snapshot(&viewer, as_of, rest).await?;
        Ok(Self { desk, viewer, caller, whose, snapshot })
    }

    /// The answer to a question: its `data`.
    pub async fn ask(&self, document: &str, variables: Value) -> Result<Value, Refused> {
        let request = Request::new(document).variables(Variables::from_json(variables));
        let guard = self.desk.service.guard();
        let admitted = guard.admit(&request, &mut guard.budget())?;
        let counted = self.desk.limits.count(admitted.load, self.whose.account, self.whose.address);
        if let Some(error) = counted.refusal() {
            return Err(Refused::Counted(counted, error));
        }
        let turn = self.desk.turns.take(self.whose.sharer, admitted.load.sought).await;
        let _turn = turn.map_err(|_| ApiError::unavailable())?;
        let viewer = self.viewer.clone();
        let (response, beyond) =
            self.desk.service.execute_within(request, admitted, viewer, &self.caller, &self.snapshot).await;
        self.desk.limits.charge(self.whose.sharer, beyond);
        if !response.errors.is_empty() {
            let answer = GraphqlResponse::refuse_whole(response.errors, &self.caller);
            return Err(Failure::Failed(Box::new(answer)).into());
        }
        match GraphqlResponse::root_of(&response.data, "it") {
            Some(text) => {
                let it: Value = serde_json::from_str(text).map_err(|_| ApiError::internal())?;
                Ok(json!({ "it": it }))
            }
            None => Ok(json!({ "it": null })),
        }
    }

    /// The nodes of all pages of a list `it`, whose document takes `$after`.
    pub async fn all(&self, document: &str, mut variables: Value) -> Result<Vec<Value>, Refused> {
        let mut nodes = Vec::new();
        loop {
            let mut page = self.ask(document, variables.clone()).await?;
            if let Some(Value::Array(more)) = page.pointer_mut("/it/nodes").map(Value::take) {
                nodes.extend(more);
            }
            if page.pointer("/it/pageInfo/hasNextPage") != Some(&Value::Bool(true)) {
                return Ok(nodes);
            }
            let after = page.pointer("/it/pageInfo/endCursor").cloned().unwrap_or_default();
            if let Some(variables) = variables.as_object_mut() {
                variables.insert("after".to_owned(), after);
            }
        }
    }
}
