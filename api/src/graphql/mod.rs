//! GraphQL over HTTP, as the specification of that name has it.
//!
//! - `POST` takes `application/json` in UTF-8 (else 415): one request or an array of up to ten, which are
//!   executed side by side and answered in order. `GET` takes queries only (a mutation: 405). All else is 405.
//! - A document may be named instead of sent ([`naming`]); then its text is found first ([`trusted`]).
//! - A browser sends such a `POST` to another origin only after a preflight, so no page can act with its reader's rights
//!   unasked. A `GET` needs none, and changes nothing.
//! - `Accept` chooses between the two media types ([`media`]); where it takes neither, 406.
//! - The status: what cannot be read at all has the status of its error (400, 405, 406, 413, 415). A request that
//!   was read but not executed (syntax, validation, limits) is 400 as `application/graphql-response+json` and 200 as
//!   `application/json`. What was executed is 200, errors of single fields included. Where everything asked for was
//!   unavailable, or time ran out, there is no `data`, and the status is 503 with `Retry-After` in both.
//! - A token that does not hold refuses the whole request, whatever it asks for: 401 with `WWW-Authenticate` in both.
//! - A batch has the status its answers share, else 200.
//! - Answers to queries are kept and given again for as long as they are true ([`cache`]); `x-cache` says what came of it. What the
//!   public reads by `GET` has an `ETag`, and may be kept elsewhere if it is asked for again each time: who has it already is told
//!   so with 304, and nothing is executed.

mod answered;
pub mod cache;
mod encoding;
#[cfg(test)]
pub(crate) mod fixture;
mod introspection;
mod kept;
mod media;
mod naming;
mod note;
mod params;
mod service;
#[cfg(test)]
mod tests;
mod trusted;

use std::{ops::Add as _, sync::Arc};

use async_graphql::{Data, Executor, Request, Variables, parser::types::OperationType};
use axum::{
    body::{Body, HttpBody as _},
    extract::State,
    http::{HeaderValue, Method, Response, StatusCode, header, request::Parts},
    routing::any,
};
use db::Meter;
use futures_util::future::join_all;
use schema::{
    Anywhere,
    caller::Caller,
    error::{ApiError, Code, RETRY_AFTER},
    viewer::Viewer,
};
use serde::Serialize;

use self::{
    answered::{Answered, Whence},
    cache::{AnswerCache, Outcome, Recalled},
    media::Media,
    trusted::Worded,
};
pub use self::{kept::is_known, note::Noted};
pub(crate) use self::{
    naming::Question,
    note::{Asking, named},
    params::{Asked, question},
};
pub use self::{
    service::{GraphqlResponse, GraphqlService, Settings},
    trusted::TrustedDocuments,
};
use crate::{
    authentication::Authenticate,
    door::{Door, Refusal, Route, caller, client_address, metrics, refused},
    guard::{Admitted, Guard},
    limits::{Load, RateLimits, Sharer, places::Turns, points},
    telemetry::Traced,
};

/// The path of the endpoint.
pub const PATH: &str = "/graphql";

/// The endpoint at [`PATH`]. Each operation gets its [`Viewer`], [`Language`](schema::language::Language) and [`Caller`] as data.
pub fn route<E: Executor>(desk: Desk<E>, authenticate: Authenticate) -> Route {
    Route::new(PATH, Door::Token, any(endpoint::<E>).with_state(Arc::new(Endpoint { desk, authenticate })))
}

/// Where operations are taken in, whatever brings them: what executes them, and what they are held to.
#[derive(Clone)]
pub struct Desk<E> {
    /// What executes.
    pub service: GraphqlService<E>,
    /// How much may come.
    pub limits: Arc<RateLimits>,
    /// Whose turn it is.
    pub turns: Turns,
    /// What was answered before; none if nothing is to be kept.
    pub cache: Option<Arc<AnswerCache>>,
    /// What is known by name.
    pub documents: TrustedDocuments,
    /// Whether the database has standbys that queries may be answered from.
    pub has_replicas: bool,
}

struct Endpoint<E> {
    desk: Desk<E>,
    authenticate: Authenticate,
}

async fn endpoint<E: Executor>(
    State(endpoint): State<Arc<Endpoint<E>>>,
    request: axum::extract::Request,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let caller = caller(&parts.headers);
    let sent = points::sent(body.size_hint().lower());
    let asked = read(&parts, body, endpoint.desk.service.guard()).await;
    let traced = traced(&parts);
    let mut response = match (Media::negotiate(&parts.headers), asked) {
        (None, _) => refuse_as(Media::Json, not_acceptable(), &caller),
        (Some(media), Err(error)) => refuse_as(media, error, &caller),
        (Some(media), Ok(asked)) => match traced.around("authenticate", (endpoint.authenticate)(&parts)).await {
            Ok(viewer) => endpoint.answer(asked, sent, media, &parts, &caller, &viewer).await,
            Err(error) => turn_away_as(media, &endpoint.desk.limits, error, &parts, &caller),
        },
    };
    allow(&parts.method, &mut response);
    response
}

/// The span of the request, if it is traced.
fn traced(parts: &Parts) -> Traced {
    parts.extensions.get().cloned().unwrap_or_default()
}

/// Names the methods that would have been right.
fn allow(method: &Method, response: &mut Response<Body>) {
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        let allowed = if *method == Method::GET { "POST" } else { "GET, POST" };
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    }
}

/// What a request asks for.
pub(crate) async fn read(parts: &Parts, body: Body, guard: &Guard) -> Result<Asked, ApiError> {
    match parts.method {
        Method::GET => params::get(&parts.uri, guard),
        Method::POST => params::post(&parts.headers, body, guard).await,
        _ => Err(method_not_allowed()),
    }
}

/// A GET changes nothing.
pub(crate) fn may_run(method: &Method, kind: OperationType) -> Result<(), ApiError> {
    if *method == Method::POST || kind != OperationType::Mutation { Ok(()) } else { Err(method_not_allowed()) }
}

/// One operation on its way to its answer.
struct Operation {
    request: Request,
    admitted: Result<Admitted, ApiError>,
    recalled: Recalled,
}

impl<E: Executor> Endpoint<E> {
    async fn answer(
        &self,
        asked: Asked,
        sent: u64,
        media: Media,
        parts: &Parts,
        caller: &Caller,
        viewer: &Viewer,
    ) -> Response<Body> {
        let (questions, is_batch) = match asked {
            Asked::One(question) => (vec![*question], false),
            Asked::Batch(questions) => (questions, true),
        };
        let (account, address) = (viewer.principal.actor().account(), client_address(&parts.extensions));
        let traced = traced(parts);
        let worded = self.desk.word(questions, account, address).await;
        let admitted = self.admit(worded, &parts.method, &traced);
        let recall = |admitted| traced.around("recall", self.recall(admitted, caller, viewer));
        let operations = join_all(admitted.into_iter().map(recall)).await;
        let load = load(&operations) + Load { points: sent, ..Load::default() };
        let counted = self.desk.limits.count(load, account, address);
        let sharer = Sharer::of(account, address);
        let mut response = if let Some(error) = counted.refusal() {
            refused(Refusal::RateLimited.reason());
            for Operation { request, admitted, .. } in &operations {
                let kind = admitted.as_ref().ok().map(|admitted| admitted.kind);
                Asking::of(request, viewer).end(kind, error.code().as_str());
            }
            refuse_as(media, error, caller)
        } else {
            let execute = |operation| self.execute(operation, caller, viewer, sharer, &traced);
            let mut answers = join_all(operations.into_iter().map(execute)).await;
            let own = answers.iter().filter_map(Answered::own);
            let charged = own.map(GraphqlResponse::beyond_price).fold(0, u64::saturating_add);
            self.desk.limits.charge(sharer, charged);
            for answer in &mut answers {
                metrics::answered(answer.whence().word());
                if let Answered::Own(answer, _) = answer {
                    answer.tell_cost(counted.left(charged));
                }
            }
            let mut response = answered::write(&answers, is_batch, media, parts, account.is_none()).await;
            response.extensions_mut().insert(Noted);
            response
        };
        counted.tell(response.headers_mut());
        response
    }

    /// Admits all at once, so that a batch is priced and counted as a whole before any of it runs.
    fn admit(
        &self,
        worded: Vec<Worded>,
        method: &Method,
        traced: &Traced,
    ) -> Vec<(Request, Result<Admitted, ApiError>)> {
        let mut budget = self.desk.service.guard().budget();
        let admit = |mut worded: Worded| {
            let traced = traced.child("guard");
            let admitted = self.desk.admit(&worded, &mut budget).and_then(|admitted| {
                may_run(method, admitted.kind)?;
                if admitted.kind == OperationType::Subscription { Err(followed_elsewhere()) } else { Ok(admitted) }
            });
            if let Err(error) = &admitted {
                traced.text("cotmoc.code", error.code().as_str());
            }
            // Read, they are in `admitted`; what was sent need not be kept until the request has its turn.
            worded.request.variables = Variables::default();
            (worded.request, admitted)
        };
        worded.into_iter().map(admit).collect()
    }

    /// Before anything is counted: what is known is cheap.
    async fn recall(
        &self,
        (request, admitted): (Request, Result<Admitted, ApiError>),
        caller: &Caller,
        viewer: &Viewer,
    ) -> Operation {
        let recalled = match (&self.desk.cache, &admitted) {
            (Some(cache), Ok(admitted)) => {
                cache.recall(request.operation_name.as_deref(), admitted, caller, viewer).await
            }
            _ => Recalled::Never,
        };
        Operation { request, admitted, recalled }
    }

    async fn execute(
        &self,
        operation: Operation,
        caller: &Caller,
        viewer: &Viewer,
        sharer: Sharer,
        traced: &Traced,
    ) -> Answered {
        let Operation { request, admitted, recalled } = operation;
        let asking = Asking::of(&request, viewer);
        let traced = asking.span(traced, admitted.as_ref().ok());
        let kind = admitted.as_ref().ok().map(|admitted| admitted.kind);
        let work = async |meter| match admitted {
            Ok(admitted) => self.work(request, admitted, caller, viewer, sharer, (meter, &traced)).await,
            Err(error) => GraphqlResponse::refuse(error, caller),
        };
        let answered = match (recalled, &self.desk.cache) {
            (Recalled::Known(kept), _) => Answered::Kept(kept, Whence::Hit),
            (Recalled::Unknown(place), Some(cache)) => match cache.once(place, work).await {
                Outcome::Kept(kept) => Answered::Kept(kept, Whence::Miss),
                Outcome::Shared(kept) => Answered::Kept(kept, Whence::Shared),
                Outcome::Own(answer) => Answered::Own(answer, Whence::Miss),
            },
            _ => Answered::Own(work(Meter::default()).await, Whence::Pass),
        };
        asking.note(kind, answered.own());
        note::answered(&traced, &answered);
        answered
    }

    /// Each of a batch by itself: each takes a connection to the database.
    async fn work(
        &self,
        request: Request,
        admitted: Admitted,
        caller: &Caller,
        viewer: &Viewer,
        sharer: Sharer,
        (meter, traced): (Meter, &Traced),
    ) -> GraphqlResponse {
        let Ok(_turn) = traced.around("turn", self.desk.turns.take(sharer, admitted.load.sought)).await else {
            refused(Refusal::Saturated.reason());
            return GraphqlResponse::refuse(ApiError::unavailable(), caller);
        };
        let data = |anywhere: bool| {
            let mut data = Data::default();
            data.insert(viewer.clone());
            data.insert(traced.clone());
            if anywhere {
                data.insert(Anywhere);
            }
            data
        };
        let service = &self.desk.service;
        if !self.desk.has_replicas || admitted.kind != OperationType::Query {
            return service.execute(request, admitted, data(false), caller, meter).await;
        }
        let mut again = Request::new("");
        again.operation_name.clone_from(&request.operation_name);
        let same = admitted.clone();
        let answer = service.execute(request, admitted, data(true), caller, meter.clone()).await;
        if !meter.is_by_replica() || !answer.has_fault() {
            return answer;
        }
        // A standby may end what it works on at any moment: to follow the primary, or because it goes.
        service.execute(again, same, data(false), caller, meter).await
    }
}

/// What the operations of a request ask for together.
fn load(operations: &[Operation]) -> Load {
    let points = |points| Load { points, ..Load::default() };
    let loads = operations.iter().map(|operation| match (&operation.recalled, &operation.admitted) {
        (Recalled::Known(kept), _) => points(kept.points()),
        (_, Ok(admitted)) => admitted.load,
        (_, Err(error)) => points(points::unread(error.code())),
    });
    loads.fold(Load::default(), Load::add)
}

/// A token that does not hold, or a fault in finding that out.
pub(crate) fn turn_away(limits: &RateLimits, error: ApiError, parts: &Parts, caller: &Caller) -> Response<Body> {
    turn_away_as(Media::Json, limits, error, parts, caller)
}

fn turn_away_as(media: Media, limits: &RateLimits, error: ApiError, parts: &Parts, caller: &Caller) -> Response<Body> {
    if error.code() != Code::Unauthenticated {
        return refuse_as(media, error, caller);
    }
    let counted = limits.count_refused_token(client_address(&parts.extensions));
    let too_often = counted.refusal();
    if too_often.is_some() {
        refused(Refusal::RateLimited.reason());
    }
    let mut response = refuse_as(media, too_often.unwrap_or(error), caller);
    counted.tell(response.headers_mut());
    response
}

/// The status of a request that was read.
fn status(answer: &GraphqlResponse, media: Media) -> StatusCode {
    match (answer.refusal().map_or(StatusCode::OK, Code::status), media) {
        (StatusCode::BAD_REQUEST, Media::Json) => StatusCode::OK,
        (status, _) => status,
    }
}

/// A request that is answered with nothing but an error, as JSON.
pub(crate) fn refuse(error: ApiError, caller: &Caller) -> Response<Body> {
    let mut response = refuse_as(Media::Json, error, caller);
    allow(&Method::HEAD, &mut response);
    response
}

/// An answer that is nothing but its errors, with their status.
pub(crate) fn refuse_with(answer: &GraphqlResponse) -> Response<Body> {
    write(answer.refusal().map_or(StatusCode::OK, Code::status), Media::Json, answer)
}

/// A request that could not be read: its status is that of the error in both media types.
fn refuse_as(media: Media, error: ApiError, caller: &Caller) -> Response<Body> {
    let status = error.code().status();
    let mut response = write(status, media, &GraphqlResponse::refuse(error, caller));
    if status == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

fn write(status: StatusCode, media: Media, body: &impl Serialize) -> Response<Body> {
    let Ok(bytes) = serde_json::to_vec(body) else {
        // No value of a GraphQL answer does that: its maps have strings for keys.
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        return response;
    };
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, media.content_type());
    headers.insert(header::VARY, HeaderValue::from_static("accept, accept-language"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER));
    }
    response
}

fn not_acceptable() -> ApiError {
    ApiError::new(
        Code::NotAcceptable,
        "Máy chủ chỉ trả lời bằng application/graphql-response+json hoặc application/json",
        "Answers are application/graphql-response+json or application/json",
    )
}

/// A subscription where there is one answer to each operation.
fn followed_elsewhere() -> ApiError {
    ApiError::request(
        "OPERATION",
        "subscription chỉ nhận ở /graphql/ws (WebSocket) và /graphql/stream (server-sent events)",
        "subscriptions go to /graphql/ws (WebSocket) or /graphql/stream (server-sent events)",
    )
}

fn method_not_allowed() -> ApiError {
    ApiError::new(
        Code::MethodNotAllowed,
        "Chỉ nhận POST, hoặc GET cho truy vấn không thay đổi dữ liệu",
        "Only POST, or GET for queries that change nothing",
    )
}
