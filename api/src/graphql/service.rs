//! From a request to its answer, whatever brought it: admitted by the guard, executed in time, its errors masked.

use std::{any::TypeId, collections::BTreeMap, panic::AssertUnwindSafe, sync::Arc};

use async_graphql::{Data, Executor, Request, Response, ServerError, Value, parser::types::OperationType, value};
use axum::http::StatusCode;
use db::{Meter, Reader};
use futures_util::{FutureExt, StreamExt as _, stream::BoxStream};
use object_layer::{RawJson, Room, text_of};
use schema::{
    Api,
    caller::Caller,
    changes::FeedPlace,
    error::{ApiError, Code, present},
    viewer::Viewer,
};
use serde::{Serialize, Serializer};
use tokio::time::{Duration, timeout};
use tracing::Instrument;

use super::{introspection::Introspection, named};
use crate::{
    config::Config,
    guard::{Admitted, Guard, RequestLimits, UnreadableSchema},
    limits::{Left, points},
    telemetry::{Traced, Watch},
};

/// How long an execution may take, and how large a request may be.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Until an execution is stopped.
    pub execution: Duration,
    /// The sizes.
    pub limits: RequestLimits,
    /// Whether the schema tells about itself.
    pub introspection: bool,
    /// Bytes of an answer at most.
    pub answer: usize,
    /// From when on a statement is slow, and told in the log; none if none is.
    pub slow: Option<Duration>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            execution: Duration::from_secs(10),
            limits: RequestLimits::default(),
            introspection: true,
            answer: 8 << 20,
            slow: None,
        }
    }
}

impl Settings {
    /// Those that the configuration gives.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let limits = RequestLimits {
            bytes: config.server.body_limit,
            cost: config.graphql.cost_limit.into(),
            ..RequestLimits::default()
        };
        let (introspection, answer) = (config.graphql.introspection, config.graphql.answer_limit);
        let (execution, slow) = (config.server.request_timeout, config.telemetry.slow_statement);
        Self { execution, limits, introspection, answer, slow }
    }
}

/// A schema behind its guard. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct GraphqlService<E>(Arc<Inner<E>>);

#[derive(Debug)]
struct Inner<E> {
    schema: E,
    guard: Guard,
    introspection: Introspection,
    settings: Settings,
}

impl<E: Executor> GraphqlService<E> {
    /// Puts a schema behind its guard, which validates by what it prints of itself, `sdl`. Fails if that cannot be read.
    pub fn new(sdl: &str, schema: E, settings: Settings) -> Result<Self, UnreadableSchema> {
        let guard = Guard::new(sdl, settings.limits.clone(), settings.introspection)?;
        Ok(Self(Arc::new(Inner { schema, guard, introspection: Introspection::new(), settings })))
    }

    /// The guard and its limits.
    #[must_use]
    pub fn guard(&self) -> &Guard {
        &self.0.guard
    }

    /// Executes what [`Guard::admit`] let pass, with `data` for the resolvers. `meter` counts what PostgreSQL does for it. If there is a
    /// [`Traced`] in `data`, statements have spans in it.
    pub async fn execute(
        &self,
        mut request: Request,
        admitted: Admitted,
        data: Data,
        caller: &Caller,
        meter: Meter,
    ) -> GraphqlResponse {
        let Inner { schema, guard, introspection, settings } = &*self.0;
        let executor = schema.clone();
        let (is_mutation, requested) = (admitted.kind == OperationType::Mutation, admitted.load.points);
        let about_schema = Introspection::key(&request, &admitted);
        let known = about_schema.as_ref().and_then(|key| introspection.get(key));
        let about_schema = about_schema.filter(|_| known.is_none());
        let meter = self.watched(meter, &request, &data);
        admitted.give(&mut request);
        request.data = data;
        request.data.insert(meter.clone());
        request.data.insert(Arc::new(Room::new(settings.answer)));
        request.data.insert(caller.language);
        request.data.insert(caller.clone());

        let run = async move {
            match known {
                Some(known) => known,
                None => executor.execute(request).await,
            }
        };
        let mut response = match timeout(settings.execution, run_caught(run, is_mutation)).await {
            Ok(Some(response)) => response,
            Ok(None) => Response::from_errors(vec![ApiError::internal().into_server_error()]),
            Err(_) => Response::from_errors(vec![ApiError::timeout().into_server_error()]),
        };
        if let Some(key) = about_schema {
            introspection.keep(key, &mut response);
        }
        let response = GraphqlResponse::new(response, caller);
        let actual = points::taken(meter.work(), response.data.as_ref().map_or(0, written_bytes));
        response.costing(Cost { requested, actual, limit: guard.limits().cost })
    }
}

impl<E> GraphqlService<E> {
    /// The same, telling of statements whoever wants to know of them.
    fn watched(&self, meter: Meter, request: &Request, data: &Data) -> Meter {
        let traced = data.get(&TypeId::of::<Traced>()).and_then(|traced| traced.downcast_ref()).cloned();
        let named = named(&request.query);
        let operation = request.operation_name.as_deref().or(named.as_deref());
        match Watch::over(&traced.unwrap_or_default(), self.0.settings.slow, operation) {
            Some(watch) => meter.watched_by(watch),
            None => meter,
        }
    }
}

impl GraphqlService<Api> {
    /// The schema with what it reads from.
    #[must_use]
    pub fn schema(&self) -> &Api {
        &self.0.schema
    }

    /// Executes a query that [`Guard::admit`] let pass, read from a snapshot of that viewer's. Beside its answer: the points that
    /// it took beyond its price.
    pub async fn execute_within(
        &self,
        mut request: Request,
        admitted: Admitted,
        viewer: Viewer,
        caller: &Caller,
        snapshot: &Arc<Reader>,
    ) -> (Response, u64) {
        let Inner { schema, settings, .. } = &*self.0;
        let (requested, before) = (admitted.load.points, snapshot.work());
        admitted.give(&mut request);
        request.data.insert(Arc::new(Room::new(settings.answer)));
        request.data.insert(caller.language);
        request.data.insert(caller.clone());
        let run = AssertUnwindSafe(schema.execute_within(request, viewer, snapshot)).catch_unwind();
        let response = match timeout(settings.execution, run).await {
            Ok(Ok(response)) => response,
            Ok(Err(_)) => Response::from_errors(vec![ApiError::internal().into_server_error()]),
            Err(_) => Response::from_errors(vec![ApiError::timeout().into_server_error()]),
        };
        let actual = points::taken(snapshot.work() - before, written_bytes(&response.data));
        (response, actual.saturating_sub(requested))
    }
}

/// What a request cost, in points.
#[derive(Debug, Clone, Copy)]
struct Cost {
    /// Its price, as it was known before.
    requested: u64,
    /// What it took.
    actual: u64,
    /// What its price may be at most.
    limit: u64,
}

impl<E: Executor> GraphqlService<E> {
    /// Begins a subscription that [`Guard::admit`] let pass. Each answer is one event, with the place that it has reached; the
    /// last may be the error that ends it.
    #[must_use]
    pub fn subscribe(
        &self,
        mut request: Request,
        admitted: Admitted,
        data: Data,
        caller: Caller,
        reached: Arc<FeedPlace>,
    ) -> BoxStream<'static, GraphqlResponse> {
        admitted.give(&mut request);
        request.data = data;
        request.data.insert(caller.language);
        request.data.insert(caller.clone());
        request.data.insert(Arc::clone(&reached));
        let responses = self.0.schema.execute_stream(request, None);
        let answers = AssertUnwindSafe(responses).catch_unwind().map(move |response| {
            let fault = |_| Response::from_errors(vec![ApiError::internal().into_server_error()]);
            GraphqlResponse::new(response.unwrap_or_else(fault), &caller).at(reached.cursor())
        });
        answers.boxed()
    }
}

/// `None` if a resolver panicked. A mutation runs to its end on a task of its own, also when its client has gone or its
/// time is up; a read stops with the one who waits for it.
async fn run_caught(run: impl Future<Output = Response> + Send + 'static, is_mutation: bool) -> Option<Response> {
    if is_mutation {
        tokio::spawn(run.in_current_span()).await.ok()
    } else {
        AssertUnwindSafe(run).catch_unwind().await.ok()
    }
}

/// Where an event's place stands, in `extensions`.
const CURSOR: &str = "cursor";

/// Where it stands there what an answer cost.
const COST: &str = "cost";

/// One answer as it is written: without `data` where nothing was executed.
#[derive(Debug, Serialize)]
pub struct GraphqlResponse {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ServerError>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "write_data")]
    data: Option<Value>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: BTreeMap<String, Value>,
    /// Why there is no `data`.
    #[serde(skip)]
    refusal: Option<Code>,
    /// What it cost, if it was executed.
    #[serde(skip)]
    cost: Option<Cost>,
}

impl GraphqlResponse {
    fn new(Response { mut errors, data, extensions, .. }: Response, caller: &Caller) -> Self {
        let before_execution = data == Value::Null && errors.iter().all(|error| error.path.is_empty());
        let codes: Vec<Code> = errors.iter_mut().map(|error| present(error, caller)).collect();
        let is_away = is_empty(&data) && codes.iter().all(|code| code.status() == StatusCode::SERVICE_UNAVAILABLE);
        let refusal = codes.first().copied().filter(|_| before_execution || is_away);
        Self { errors, data: refusal.is_none().then_some(data), extensions, refusal, cost: None }
    }

    /// Nothing but an error.
    #[must_use]
    pub fn refuse(error: ApiError, caller: &Caller) -> Self {
        Self::new(Response::from_errors(error.into_server_errors()), caller)
    }

    /// Nothing but these errors, with whatever was answered beside them left out.
    #[must_use]
    pub(crate) fn refuse_whole(mut errors: Vec<ServerError>, caller: &Caller) -> Self {
        for error in &mut errors {
            error.path.clear();
        }
        Self::new(Response::from_errors(errors), caller)
    }

    /// The JSON text of a field of the root.
    pub(crate) fn root_of<'d>(data: &'d Value, key: &str) -> Option<&'d str> {
        match data {
            Value::Object(fields) => fields.get(key).and_then(text_of),
            _ => None,
        }
    }

    /// The code of an answer that has no `data`: nothing was executed, or everything asked for was unavailable.
    #[must_use]
    pub const fn refusal(&self) -> Option<Code> {
        self.refusal
    }

    /// The code of its first error; none if it has no error.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self.errors.first()?.extensions.as_ref()?.get("code") {
            Some(Value::String(code)) => Some(code),
            _ => None,
        }
    }

    /// The code of what is nothing but errors: how a subscription is refused at its start, or breaks off.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        self.code().filter(|_| self.data.as_ref().is_none_or(|data| *data == Value::Null))
    }

    /// Whether something failed that whoever asked did nothing wrong with.
    #[must_use]
    pub fn has_fault(&self) -> bool {
        let fault = |code| [Code::Unavailable, Code::Conflict, Code::Internal].map(Code::as_str).contains(&code);
        self.errors.iter().any(|error| match error.extensions.as_ref().and_then(|told| told.get("code")) {
            Some(Value::String(code)) => fault(code.as_str()),
            _ => false,
        })
    }

    /// Its errors.
    #[must_use]
    pub fn errors(&self) -> &[ServerError] {
        &self.errors
    }

    /// Whether there is nothing in it but errors.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        self.data.as_ref().is_none_or(|data| *data == Value::Null)
    }

    /// The place in the feed that an event has reached; none where there was no event.
    #[must_use]
    pub fn cursor(&self) -> Option<&str> {
        match self.extensions.get(CURSOR) {
            Some(Value::String(cursor)) => Some(cursor),
            _ => None,
        }
    }

    fn at(mut self, cursor: Option<String>) -> Self {
        if let Some(cursor) = cursor.filter(|_| !self.is_failure()) {
            self.extensions.insert(CURSOR.to_owned(), Value::String(cursor));
        }
        self
    }

    fn costing(self, cost: Cost) -> Self {
        Self { cost: Some(cost), ..self }
    }

    /// What it took beyond its price; nothing where the database was away, for that is nobody's doing.
    #[must_use]
    pub fn beyond_price(&self) -> u64 {
        let cost = self.cost.filter(|_| self.refusal != Some(Code::Unavailable));
        cost.map_or(0, |cost| cost.actual.saturating_sub(cost.requested))
    }

    /// Its bytes as they may be given to others too; none if it has errors. They tell its price, which is the same for all, but
    /// neither what it took nor what is left to somebody.
    pub fn to_keep(&mut self) -> Option<Vec<u8>> {
        if !self.errors.is_empty() || self.refusal.is_some() {
            return None;
        }
        let Cost { requested, limit, .. } = self.cost?;
        self.extensions.insert(COST.to_owned(), value!({ "requested": requested, "limit": limit }));
        serde_json::to_vec(self).ok()
    }

    /// Tells what it cost, and what is left in a budget.
    pub fn tell_cost(&mut self, left: Left) {
        let Some(Cost { requested, actual, limit }) = self.cost else { return };
        let Left { remaining, restore_rate } = left;
        let told = value!({
            "requested": requested,
            "actual": actual,
            "limit": limit,
            "remaining": remaining,
            "restoreRate": restore_rate,
        });
        self.extensions.insert(COST.to_owned(), told);
    }
}

/// About how many bytes the fields of the root have, as they are written.
pub(super) fn written_bytes(data: &Value) -> usize {
    match data {
        Value::Object(fields) => fields.values().filter_map(text_of).map(str::len).sum(),
        _ => 0,
    }
}

/// The fields of the root, each as the object layer has written it.
#[allow(clippy::ref_option, reason = "serde's form")]
fn write_data<S: Serializer>(data: &Option<Value>, serializer: S) -> Result<S::Ok, S::Error> {
    match data {
        Some(Value::Object(fields)) => serializer.collect_map(fields.iter().map(|(key, value)| (key, RawJson(value)))),
        other => other.serialize(serializer),
    }
}

/// Whether an answer says nothing: with nullable roots, `data` is an object of nulls when the database is away.
fn is_empty(data: &Value) -> bool {
    match data {
        Value::Null => true,
        Value::Object(fields) => fields.values().all(|value| *value == Value::Null),
        _ => false,
    }
}
