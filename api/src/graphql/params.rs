//! From bytes to requests: the body of a POST, the query string of a GET.

use std::{borrow::Cow, error::Error};

use async_graphql::{Request, Value, Variables};
use axum::{
    body::{Body, to_bytes},
    extract::Query,
    http::{HeaderMap, Uri, header},
};
use db::text::nfc;
use http_body_util::LengthLimitError;
use schema::error::{ApiError, Code};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::naming::{Naming, Question};
use crate::guard::Guard;

/// What one HTTP request asks for.
#[derive(Debug)]
pub(crate) enum Asked {
    One(Box<Question>),
    Batch(Vec<Question>),
}

/// Reads a POST, whose body the server's gate has bounded in bytes and in time.
pub(super) async fn post(headers: &HeaderMap, body: Body, guard: &Guard) -> Result<Asked, ApiError> {
    check_media_type(headers)?;
    let limit = guard.limits().bytes;
    let bytes = to_bytes(body, limit).await.map_err(|error| match error.source() {
        Some(source) if source.is::<LengthLimitError>() => payload_too_large(limit),
        _ => ApiError::request("BODY", "nội dung bị đứt giữa chừng", "the body broke off"),
    })?;
    let text = str::from_utf8(&bytes).map_err(|error| {
        ApiError::request("UTF8", format_args!("không phải UTF-8 từ byte {}", error.valid_up_to()), error)
    })?;
    // Programs on Windows write it before the text; JSON lets a reader ignore it (RFC 8259, section 8.1).
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    guard.check_json(text)?;
    if !text.trim_start().starts_with('[') {
        return question(text).map(|question| Asked::One(Box::new(question)));
    }
    let batch: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| json(&error))?;
    let (limit, actual) = (guard.limits().batch, batch.len());
    if actual > limit {
        let what = ("số truy vấn trong một lô", "operations in a batch");
        return Err(ApiError::limit(Code::BatchLimitExceeded, what, limit as u64, actual as u64));
    }
    if batch.is_empty() {
        return Err(ApiError::request("JSON", "lô rỗng", "the batch is empty"));
    }
    batch.into_iter().map(|one| question(one.get())).collect::<Result<_, _>>().map(Asked::Batch)
}

/// Reads the query string of a GET.
pub(super) fn get(uri: &Uri, guard: &Guard) -> Result<Asked, ApiError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Params {
        query: Option<String>,
        document_id: Option<String>,
        operation_name: Option<String>,
        variables: Option<String>,
        extensions: Option<String>,
    }
    let Query(params) = Query::<Params>::try_from_uri(uri).map_err(|error| {
        ApiError::request(
            "QUERY_STRING",
            format_args!("không đọc được tham số ({})", error.body_text()),
            error.body_text(),
        )
    })?;
    let extensions = params.extensions.as_deref().filter(|text| !text.is_empty());
    if let Some(text) = extensions {
        guard.check_json(text)?;
    }
    let id = params.document_id.filter(|id| !id.is_empty());
    let naming = naming(params.query.as_deref(), id, extensions, "QUERY_STRING")?;
    let mut request = Request::new(nfc(&params.query.unwrap_or_default()));
    request.operation_name = params.operation_name.filter(|name| !name.is_empty());
    if let Some(text) = params.variables.filter(|text| !text.is_empty()) {
        guard.check_json(&text)?;
        request.variables = serde_json::from_str(&text).map(composed).map_err(|error| json(&error))?;
    }
    Ok(Asked::One(Box::new(Question { request, naming })))
}

/// JSON only: what a browser sends to another origin without a preflight has another type.
fn check_media_type(headers: &HeaderMap) -> Result<(), ApiError> {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = content_type.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    let is_utf8 = parts.filter_map(|parameter| parameter.split_once('=')).all(|(name, value)| {
        !name.eq_ignore_ascii_case("charset")
            || ["utf-8", "utf8"].iter().any(|name| value.trim_matches('"').eq_ignore_ascii_case(name))
    });
    if is_json && is_utf8 {
        return Ok(());
    }
    Err(ApiError::new(
        Code::UnsupportedMediaType,
        "Nội dung phải là application/json, mã UTF-8",
        "The body has to be application/json in UTF-8",
    ))
}

fn payload_too_large(limit: usize) -> ApiError {
    ApiError::new(
        Code::PayloadTooLarge,
        format!("Nội dung quá lớn: cho phép {limit} byte"),
        format!("The body is too large: at most {limit} bytes"),
    )
    .with("limit", limit)
}

/// One request, as JSON has it.
pub(crate) fn question(text: &str) -> Result<Question, ApiError> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Params<'a> {
        #[serde(borrow, default)]
        query: Option<Cow<'a, str>>,
        document_id: Option<String>,
        operation_name: Option<String>,
        #[serde(default)]
        variables: Variables,
        #[serde(borrow)]
        extensions: Option<&'a RawValue>,
    }
    // A derived `Deserialize` would take an array for the fields in their order.
    if !text.trim_start().starts_with('{') {
        return Err(ApiError::request("JSON", "cần một đối tượng có \"query\"", "expected an object with \"query\""));
    }
    let params: Params = serde_json::from_str(text).map_err(|error| json(&error))?;
    let extensions = params.extensions.map(RawValue::get);
    let naming = naming(params.query.as_deref(), params.document_id, extensions, "JSON")?;
    let mut request = Request::new(nfc(params.query.as_deref().unwrap_or_default()));
    request.operation_name = params.operation_name;
    request.variables = composed(params.variables);
    Ok(Question { request, naming })
}

/// All texts in the stored form (NFC): codes and provinces are compared as they stand.
fn composed(mut variables: Variables) -> Variables {
    fn compose(value: &mut Value) {
        match value {
            Value::String(text) => *text = nfc(text),
            Value::List(items) => items.iter_mut().for_each(compose),
            Value::Object(fields) => fields.values_mut().for_each(compose),
            _ => {}
        }
    }
    variables.values_mut().for_each(compose);
    variables
}

/// How it names its document; `reason` is for a request that names none.
fn naming(
    query: Option<&str>,
    id: Option<String>,
    extensions: Option<&str>,
    reason: &'static str,
) -> Result<Naming, ApiError> {
    let naming = Naming::read(query, id, extensions).map_err(|error| json(&error))?;
    naming.ok_or_else(|| {
        let words = ("thiếu trường \"query\" hoặc \"documentId\"", "neither \"query\" nor \"documentId\" is there");
        ApiError::request(reason, words.0, words.1)
    })
}

fn json(error: &serde_json::Error) -> ApiError {
    let (line, column) = (error.line(), error.column());
    ApiError::request("JSON", format_args!("không đọc được JSON ở dòng {line}, cột {column} ({error})"), error)
}
