//! Reports over HTTP: `GET /files/reports/{programme}/{period}.docx`, and `.json` for the same as data.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Path, Request, State, rejection::PathRejection},
    http::{HeaderValue, Method, header, request::Parts},
    response::Response,
    routing::any,
};
use chrono::{DateTime, Utc};
use db::calendar::Period;
use schema::{Api, caller::Caller, error::ApiError, language::Language};

use super::{draw, form};
use crate::{
    authentication::{Authority, Pass},
    door::{Door, Route, caller},
    files::{
        entrance::save_as,
        exports::asked::instant,
        inquiry::{Inquiry, Refused, Snapshots, Whose, only_get},
        parameters::Parameters,
    },
    graphql::Desk,
};

/// The path of reports.
pub const PATH: &str = "/files/reports/{programme}/{file}";

/// How long a snapshot rests between two questions: they follow one another.
const REST: Duration = Duration::from_secs(60);

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// What reports share.
struct Reports {
    desk: Desk<Api>,
    authority: Arc<Authority>,
    snapshots: Snapshots,
}

/// The endpoint at [`PATH`].
#[must_use]
pub fn route(desk: Desk<Api>, authority: &Arc<Authority>, snapshots: Snapshots) -> Route {
    let reports = Reports { desk, authority: Arc::clone(authority), snapshots };
    Route::new(PATH, Door::Token, any(endpoint).with_state(Arc::new(reports)))
}

async fn endpoint(
    State(reports): State<Arc<Reports>>,
    path: Result<Path<(String, String)>, PathRejection>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let caller = caller(&parts.headers);
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        return only_get(&caller);
    }
    // A name that is not UTF-8 is that of no programme.
    let (programme, file) = path.map_or_else(|_| (String::new(), String::new()), |Path(path)| path);
    match reports.answer(&parts, &programme, &file, &caller).await {
        Ok(response) => response,
        Err(refused) => refused.answer(&reports.desk.limits, &parts, &caller),
    }
}

impl Reports {
    async fn answer(&self, parts: &Parts, programme: &str, file: &str, caller: &Caller) -> Result<Response, Refused> {
        let pass = Pass::of_request(&self.authority, parts).map_err(Refused::Token)?;
        let viewer = pass.viewer().await.map_err(Refused::Token)?;
        let whose = Whose::of(&viewer, parts);
        let (period, is_document) = Self::asked(file)?;
        let as_of = as_of(parts)?;
        let _place = self.snapshots.place_for_a_moment(&whose, as_of).await?;
        // It is a Vietnamese document, whoever fetches it.
        let caller = Caller { language: Language::Vi, ..caller.clone() };
        let inquiry = Inquiry::open(self.desk.clone(), viewer, caller, whose, as_of, REST).await?;
        let instant = as_of.unwrap_or_else(|| self.desk.service.schema().clock().now());
        let report = draw::report(&inquiry, programme, period, instant).await?;
        drop(inquiry);
        let failed = |error: &dyn std::fmt::Display| {
            tracing::error!(%error, "cannot write a report");
            ApiError::internal()
        };
        if !is_document {
            let bytes = serde_json::to_vec_pretty(&report).map_err(|error| failed(&error))?;
            return Ok(answer(bytes, "application/json; charset=utf-8", None));
        }
        let bytes = form::docx(&report).map_err(|error| failed(&error))?;
        let name = format!("bao-cao-{}-{period}.docx", report.programme.code).replace(['"', '/', '\\'], "-");
        Ok(answer(bytes, DOCX, Some(&name)))
    }

    /// The period, and whether a document is wanted.
    fn asked(file: &str) -> Result<(Period, bool), ApiError> {
        let (period, ending) = file.rsplit_once('.').unwrap_or((file, ""));
        let is_document = match ending {
            "docx" => true,
            "json" => false,
            _ => return Err(ApiError::request("FORMAT", "tệp phải là .docx hoặc .json", "a file is .docx or .json")),
        };
        let period: Period = period
            .parse()
            .map_err(|error| ApiError::request("PERIOD", format_args!("kỳ báo cáo không hợp lệ ({error})"), &error))?;
        Ok((period, is_document))
    }
}

/// The instant that is asked for, if any.
fn as_of(parts: &Parts) -> Result<Option<DateTime<Utc>>, ApiError> {
    let parameters = Parameters::only(&parts.uri, &["asOf"])?;
    parameters.get("asOf").map(|value| instant("asOf", value)).transpose()
}

fn answer(bytes: Vec<u8>, media_type: &'static str, name: Option<&str>) -> Response {
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(name) = name {
        save_as(headers, name);
    }
    response
}
