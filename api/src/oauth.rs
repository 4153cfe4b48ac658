//! How machines get their access tokens: client credentials (RFC 6749, section 4.4) at `POST /oauth/token`. Errors are
//! those of that standard, since that is what OAuth libraries read.

use std::sync::Arc;

use auth::{
    ServiceScope,
    token::{Bearer, read_scopes, write_scopes},
};
use axum::{
    Form, Json, RequestExt as _,
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::{MethodRouter, post},
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use db::service_account::{self, Client};
use schema::error::{ApiError, RETRY_AFTER};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::json;

use crate::authentication::{Authority, origin};

/// The path.
pub const PATH: &str = "/oauth/token";

/// What a client sends. A field that comes twice is an error, as the standard has it.
#[derive(Deserialize)]
struct Asked {
    grant_type: Option<String>,
    scope: Option<String>,
    client_id: Option<String>,
    client_secret: Option<SecretString>,
}

/// Who a client says it is.
struct Credentials {
    id: String,
    secret: SecretString,
}

/// Why there is no token.
#[derive(Debug)]
enum Refused {
    /// It cannot be understood.
    Request,
    /// There is no such client, it is disabled, or its secret is another: which of them is not told.
    Client,
    /// No other grant is given here.
    GrantType,
    /// A scope that does not exist, or that this client does not have.
    Scope,
    /// The database is away, or a defect.
    Failed(ApiError),
}

impl<E: Into<ApiError>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// What is at [`PATH`].
pub fn methods(authority: &Arc<Authority>) -> MethodRouter {
    let authority = Arc::clone(authority);
    post(async move |request: Request| {
        let mut response = answer(&authority, request).await.unwrap_or_else(Refused::into_response);
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response.headers_mut().insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
        response
    })
}

async fn answer(authority: &Authority, request: Request) -> Result<Response, Refused> {
    let (parts, body) = request.into_parts();
    let writer = authority.writer(origin(&parts));
    let headers = parts.headers.clone();
    let request = Request::from_parts(parts, body);
    let Form(asked) = request.extract::<Form<Asked>, _>().await.map_err(|_| Refused::Request)?;
    match asked.grant_type.as_deref() {
        Some("client_credentials") => {}
        Some(_) => return Err(Refused::GrantType),
        None => return Err(Refused::Request),
    }
    let Credentials { id, secret } = credentials(&headers, asked.client_id, asked.client_secret)?;
    let client = service_account::sign_in(&writer, &id, secret.expose_secret()).await?.ok_or(Refused::Client)?;
    let scopes = narrowed(&client, asked.scope.as_deref())?;
    let scope = write_scopes(&scopes);
    let bearer = Bearer::Service { account: client.account, secret: client.secret, client_id: id, scopes };
    let issued = authority.issue(&bearer).await?;
    let seconds = (issued.expires_at - writer.now()).num_seconds();
    let token = issued.token.expose_secret();
    Ok(Json(json!({ "access_token": token, "token_type": "Bearer", "expires_in": seconds, "scope": scope }))
        .into_response())
}

/// By the header (`client_secret_basic`) or by the body (`client_secret_post`), never by both.
fn credentials(headers: &HeaderMap, id: Option<String>, secret: Option<SecretString>) -> Result<Credentials, Refused> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    match (given.next(), given.next(), id, secret) {
        (Some(value), None, None, None) => basic(value).ok_or(Refused::Client),
        (None, None, Some(id), Some(secret)) => Ok(Credentials { id, secret }),
        (None, None, ..) => Err(Refused::Client),
        _ => Err(Refused::Request),
    }
}

/// Codes and secrets have no character that a form would escape, so nothing has to be unescaped.
fn basic(value: &HeaderValue) -> Option<Credentials> {
    let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
    let text = String::from_utf8(BASE64_STANDARD.decode(encoded).ok()?).ok()?;
    let (id, secret) = text.split_once(':').filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    Some(Credentials { id: id.to_owned(), secret: SecretString::from(secret) })
}

/// The scopes asked for, all of which the client must have; all that it has if it asks for none.
fn narrowed(client: &Client, asked: Option<&str>) -> Result<Vec<ServiceScope>, Refused> {
    let Some(asked) = asked.filter(|asked| !asked.trim().is_empty()) else { return Ok(client.scopes.clone()) };
    let scopes = read_scopes(asked).filter(|scopes| scopes.iter().all(|scope| client.scopes.contains(scope)));
    scopes.ok_or(Refused::Scope)
}

impl Refused {
    fn into_response(self) -> Response {
        let (status, error) = match self {
            Self::Request => (StatusCode::BAD_REQUEST, "invalid_request"),
            Self::Client => (StatusCode::UNAUTHORIZED, "invalid_client"),
            Self::GrantType => (StatusCode::BAD_REQUEST, "unsupported_grant_type"),
            Self::Scope => (StatusCode::BAD_REQUEST, "invalid_scope"),
            Self::Failed(error) => {
                let status = error.code().status();
                tracing::error!(
                    cause = error.cause().map(tracing::field::display),
                    "cannot give a token to a service account"
                );
                let word =
                    if status == StatusCode::SERVICE_UNAVAILABLE { "temporarily_unavailable" } else { "server_error" };
                (status, word)
            }
        };
        let mut response = (status, Json(json!({ "error": error }))).into_response();
        let headers = response.headers_mut();
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"cotmoc\""));
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER));
        }
        response
    }
}
