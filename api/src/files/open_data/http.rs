//! Open data over HTTP: made for nobody in particular, and known by its `ETag`.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::{Path, Request, State, rejection::PathRejection},
    http::{HeaderValue, Method, StatusCode, header, request::Parts, uri::Authority},
    response::Response,
    routing::any,
};
use db::Origin;
use schema::{
    Api,
    caller::Caller,
    error::{ApiError, Code},
    viewer::Viewer,
};
use serde_json::Value;

use super::{AGENCIES, Described, Terms, dcat, package, sdmx};
use crate::{
    door::{Door, Route, caller},
    files::{
        exports::{Unreadable, lists::Lists},
        inquiry::{Inquiry, Refused, Snapshots, Whose, only_get},
    },
    graphql::{Desk, cache::etag, is_known},
};

/// The path of what describes everything.
const PATH: &str = "/open-data/{file}";

/// The path of one indicator.
const INDICATOR: &str = "/open-data/indicators/{file}";

/// All of them.
#[cfg(test)]
pub(crate) const PATHS: [&str; 2] = [PATH, INDICATOR];

/// How long a snapshot rests between two questions: they follow one another.
const REST: Duration = Duration::from_secs(60);

/// For everybody, and good for five minutes.
const CACHED: HeaderValue = HeaderValue::from_static("public, max-age=300");

const JSON: &str = "application/json; charset=utf-8";
const JSON_LD: &str = "application/ld+json; charset=utf-8";
const STRUCTURE: &str = "application/vnd.sdmx.structure+json;version=2.0.0";

/// What open data are made with.
struct OpenData {
    desk: Desk<Api>,
    lists: Lists,
    snapshots: Snapshots,
    terms: Terms,
}

/// The endpoints, at [`PATH`] and [`INDICATOR`].
pub fn routes(terms: Terms, sdl: &str, desk: Desk<Api>, snapshots: Snapshots) -> Result<[Route; 2], Unreadable> {
    let state = Arc::new(OpenData { desk, lists: Lists::read(sdl)?, snapshots, terms });
    Ok([
        Route::new(PATH, Door::Public, any(whole).with_state(Arc::clone(&state))),
        Route::new(INDICATOR, Door::Public, any(indicator).with_state(state)),
    ])
}

async fn whole(
    State(state): State<Arc<OpenData>>,
    file: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let file = file.map_or_else(|_| String::new(), |Path(file)| file);
    state.answered(request, &file, None).await
}

async fn indicator(
    State(state): State<Arc<OpenData>>,
    file: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let file = file.map_or_else(|_| String::new(), |Path(file)| file);
    let code = file.strip_suffix(".jsonld").unwrap_or_default().to_owned();
    state.answered(request, &file, Some(&code)).await
}

impl OpenData {
    async fn answered(&self, request: Request, file: &str, code: Option<&str>) -> Response {
        let (parts, _) = request.into_parts();
        let caller = caller(&parts.headers);
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            return only_get(&caller);
        }
        match self.made(&parts, file, code, &caller).await {
            Ok((body, media_type)) => answer(body, media_type, &parts),
            Err(refused) => refused.answer(&self.desk.limits, &parts, &caller),
        }
    }

    async fn made(
        &self,
        parts: &Parts,
        file: &str,
        code: Option<&str>,
        caller: &Caller,
    ) -> Result<(String, &'static str), Refused> {
        if code.is_none() && !["catalog.jsonld", "datapackage.json", "structure.json"].contains(&file) {
            return Err(unknown(file).into());
        }
        let viewer = Viewer::nobody(Origin::default());
        let whose = Whose::of(&viewer, parts);
        let _place = self.snapshots.place_for_a_moment(&whose, None).await?;
        let inquiry = Inquiry::open(self.desk.clone(), viewer, caller.clone(), whose, None, REST).await?;
        let described = Described::read(&inquiry, self.base(parts), self.terms.licence.clone()).await?;
        Ok(match (code, file) {
            (Some(code), _) => (dcat::alone(&described, code).ok_or_else(|| unknown(file))?.to_string(), JSON_LD),
            (None, "catalog.jsonld") => (dcat::catalogue(&described).to_string(), JSON_LD),
            (None, "datapackage.json") => (package::package(&described, &self.lists).to_string(), JSON),
            _ => {
                let today = self.desk.service.schema().clock().now().date_naive();
                let agencies = inquiry.all(AGENCIES, Value::Object(serde_json::Map::new())).await?;
                (sdmx::structure(&described, &agencies, today), STRUCTURE)
            }
        })
    }

    /// Where the server is reached.
    fn base(&self, parts: &Parts) -> String {
        let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let host = host.or_else(|| parts.uri.authority().map(Authority::as_str)).unwrap_or_default();
        self.terms.public_url.clone().unwrap_or_else(|| format!("http://{host}"))
    }
}

fn unknown(file: &str) -> ApiError {
    ApiError::new(Code::NotFound, format!("Không có tệp “{file}”"), format!("There is no file `{file}`"))
}

fn answer(body: String, media_type: &'static str, parts: &Parts) -> Response {
    let tag = etag(body.as_bytes());
    let mut response = Response::new(Body::empty());
    if tag.as_ref().is_some_and(|tag| is_known(parts, tag)) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
        *response.body_mut() = Body::from(body);
    }
    response.headers_mut().extend(tag.map(|tag| (header::ETAG, tag)));
    response.headers_mut().insert(header::CACHE_CONTROL, CACHED);
    // The addresses within are those of the host that was asked, unless one is set.
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("host"));
    response
}
