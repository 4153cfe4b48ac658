//! The explorer: GraphiQL and the saved examples, served from inside the binary.
//!
//! The page comes from `api/explorer` (its recipe, see the README there), the examples from `docs/examples`.

use auth::Role;
use axum::{
    extract::{Path, Request},
    http::{HeaderMap, HeaderName, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
use db::demo::accounts::{DemoAccount, PASSWORD};
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};
use tracing::error;

mod bundle;
mod examples;

use crate::door::{Door, Route};
pub use examples::{Example, all as examples};

/// Everything the page needs comes from this server, and nothing else may be loaded or contacted: `'self'` in
/// `connect-src` includes the WebSocket. GraphiQL's menus and dialogs put a style element of their own into the page.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// For what changes with the binary under the same address.
const REVALIDATE: &str = "no-cache";
/// For files whose name holds a hash of their content.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// An account that the page offers to sign in with, by a click. Everybody reads its password: it belongs to the demo.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OfferedAccount {
    /// What it signs in with.
    pub login: &'static str,
    /// Whose it is.
    pub full_name: &'static str,
    /// What it shows; the page knows its label.
    #[serde(serialize_with = "word")]
    pub role: Role,
    /// What it signs in with.
    pub password: &'static str,
}

impl From<DemoAccount> for OfferedAccount {
    fn from(DemoAccount { login, full_name, role, .. }: DemoAccount) -> Self {
        Self { login, full_name, role, password: PASSWORD }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn word<S: Serializer>(role: &Role, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(role.as_str())
}

/// The page at `/`, and its files, the examples and the accounts to sign in with under `/explorer/`.
///
/// Sets its own `Content-Security-Policy`, `Cache-Control` and `ETag`: a layer around it should only fill in what is
/// missing.
#[must_use]
pub fn routes(accounts: &[OfferedAccount]) -> [Route; 4] {
    let open =
        |path, methods: MethodRouter| Route::new(path, Door::Public, methods.layer(middleware::from_fn(protect)));
    [
        open("/", get(index)),
        open("/explorer/examples.json", json(examples())),
        open("/explorer/accounts.json", json(accounts)),
        open("/explorer/{file}", get(asset)),
    ]
}

/// The page at `/` where published documents alone are taken.
#[must_use]
pub fn closed() -> Route {
    let page = get(async || ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], CLOSED));
    Route::new("/", Door::Public, page.layer(middleware::from_fn(protect)))
}

const CLOSED: &str = "\
Máy chủ này chỉ nhận tài liệu đã công bố (graphql.trusted_only), nên không có trình khám phá.
This server takes published documents alone (graphql.trusted_only), so there is no explorer here.
";

async fn index(request: HeaderMap) -> Response {
    page_file("index.html", REVALIDATE, &request)
}

async fn asset(Path(file): Path<String>, request: HeaderMap) -> Response {
    page_file(&format!("assets/{file}"), IMMUTABLE, &request)
}

/// A list that the page reads, the same as long as the server runs.
fn json<T: Serialize>(list: &[T]) -> MethodRouter {
    let json = serde_json::to_vec(list).unwrap_or_else(|_| b"[]".to_vec());
    let etag = etag(&json);
    let json = Bytes::from(json);
    get(async move |request: HeaderMap| {
        let whole = || ([(header::CONTENT_TYPE, "application/json")], json.clone()).into_response();
        respond(&request, &etag, REVALIDATE, whole)
    })
}

fn page_file(path: &str, cache: &'static str, request: &HeaderMap) -> Response {
    let Some(file) = bundle::file(path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    respond(request, &file.etag, cache, || {
        let headers = [(header::CONTENT_TYPE, file.content_type), (header::VARY, "accept-encoding")];
        if reads_brotli(request) {
            return (headers, [(header::CONTENT_ENCODING, "br")], file.compressed.clone()).into_response();
        }
        match file.plain() {
            Ok(plain) => (headers, plain).into_response(),
            Err(error) => {
                error!(path, %error, "a file of the explorer does not decompress");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    })
}

/// The whole answer, or 304 if the client already holds it.
fn respond(request: &HeaderMap, etag: &str, cache: &'static str, whole: impl FnOnce() -> Response) -> Response {
    let held = list(request, &header::IF_NONE_MATCH).any(|held| held == etag || held == "*");
    let response = if held { StatusCode::NOT_MODIFIED.into_response() } else { whole() };
    if response.status().is_server_error() {
        return response;
    }
    ([(header::ETAG, etag), (header::CACHE_CONTROL, cache)], response).into_response()
}

fn reads_brotli(request: &HeaderMap) -> bool {
    list(request, &header::ACCEPT_ENCODING).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = weight.trim().strip_prefix("q=").and_then(|q| q.parse().ok()) == Some(0.0);
        name.trim().eq_ignore_ascii_case("br") && !refused
    })
}

/// The members of a header that holds a comma-separated list, over all its lines.
fn list<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    headers.get_all(name).iter().filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(',').map(str::trim))
}

/// Weak, because the bytes also travel compressed under the same tag.
fn etag(content: &[u8]) -> String {
    format!("W/\"{}\"", URL_SAFE_NO_PAD.encode(Sha256::digest(content)))
}

async fn protect(request: Request, next: Next) -> Response {
    let headers = [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (headers, next.run(request).await).into_response()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use db::demo::accounts::ACCOUNTS;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;
    use crate::door::router;

    /// Asks the router for `path` with these headers.
    async fn get(path: &str, headers: &[(HeaderName, &str)]) -> Response {
        get_from(routes(&[]), path, headers).await
    }

    /// Asks a router of these routes.
    async fn get_from(routes: [Route; 4], path: &str, headers: &[(HeaderName, &str)]) -> Response {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        router(routes).oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    async fn body(response: Response) -> Bytes {
        response.into_body().collect().await.unwrap().to_bytes()
    }

    fn value<'a>(response: &'a Response, name: &HeaderName) -> Option<&'a str> {
        response.headers().get(name).map(|value| value.to_str().unwrap())
    }

    /// The address of the page's script.
    async fn script() -> String {
        let page = body(get("/", &[]).await).await;
        let page = str::from_utf8(&page).unwrap();
        page.split('"').find(|part| part.starts_with("/explorer/app-") && part.contains(".js")).unwrap().to_owned()
    }

    #[tokio::test]
    async fn the_page_is_served_with_a_policy_and_checked_again_each_time() {
        let response = get("/", &[]).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(value(&response, &header::CONTENT_TYPE), Some("text/html; charset=utf-8"));
        assert_eq!(value(&response, &header::CACHE_CONTROL), Some("no-cache"));
        assert_eq!(value(&response, &header::X_CONTENT_TYPE_OPTIONS), Some("nosniff"));
        let policy = value(&response, &header::CONTENT_SECURITY_POLICY).unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
        assert!(!policy.contains("unsafe-eval") && !policy.contains("http"), "{policy}");
        assert!(str::from_utf8(&body(response).await).unwrap().contains("<title>Cotmoc</title>"));
    }

    #[tokio::test]
    async fn assets_are_kept_for_ever() {
        let response = get(&script().await, &[]).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(value(&response, &header::CONTENT_TYPE), Some("text/javascript; charset=utf-8"));
        assert_eq!(value(&response, &header::CACHE_CONTROL), Some("public, max-age=31536000, immutable"));
    }

    #[tokio::test]
    async fn brotli_is_sent_to_whoever_reads_it() {
        let script = script().await;
        let compressed = get(&script, &[(header::ACCEPT_ENCODING, "gzip, br;q=0.5")]).await;
        assert_eq!(value(&compressed, &header::CONTENT_ENCODING), Some("br"));
        assert_eq!(value(&compressed, &header::VARY), Some("accept-encoding"));
        for accepted in ["gzip", "identity", "br;q=0", "gzip, br; q=0.0"] {
            let plain = get(&script, &[(header::ACCEPT_ENCODING, accepted)]).await;
            assert_eq!(value(&plain, &header::CONTENT_ENCODING), None, "{accepted}");
            assert_eq!(value(&plain, &header::VARY), Some("accept-encoding"));
        }
        let plain = get(&script, &[]).await;
        assert!(body(plain).await.len() > 2 * body(compressed).await.len());
    }

    #[tokio::test]
    async fn what_the_client_holds_is_not_sent_again() {
        let lists = ["/explorer/examples.json", "/explorer/accounts.json"].map(str::to_owned);
        for path in ["/".to_owned(), script().await].into_iter().chain(lists) {
            let etag = value(&get(&path, &[]).await, &header::ETAG).unwrap().to_owned();
            let again = get(&path, &[(header::IF_NONE_MATCH, &format!("\"other\", {etag}"))]).await;
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path}");
            assert_eq!(value(&again, &header::ETAG), Some(etag.as_str()));
            assert!(body(again).await.is_empty());
            let other = get(&path, &[(header::IF_NONE_MATCH, "W/\"other\"")]).await;
            assert_eq!(other.status(), StatusCode::OK, "{path}");
        }
    }

    #[tokio::test]
    async fn unknown_files_are_not_found_nor_cached() {
        for path in
            ["/explorer/app.js", "/explorer/index.html", "/explorer/..%2Findex.html", "/explorer/SOURCES.sha256"]
        {
            let response = get(path, &[]).await;
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
            assert_eq!(value(&response, &header::CACHE_CONTROL), None);
        }
    }

    #[tokio::test]
    async fn the_examples_are_served_as_the_page_reads_them() {
        let response = get("/explorer/examples.json", &[]).await;
        assert_eq!(value(&response, &header::CONTENT_TYPE), Some("application/json"));
        let listed: serde_json::Value = serde_json::from_slice(&body(response).await).unwrap();
        assert_eq!(listed, serde_json::to_value(examples()).unwrap());
        let first = listed[0].as_object().unwrap();
        assert_eq!(
            first.keys().collect::<Vec<_>>(),
            ["as", "description", "group", "query", "title", "variables", "vi"]
        );
    }
    #[tokio::test]
    async fn no_account_is_offered_unless_one_is_given() {
        let none = body(get("/explorer/accounts.json", &[]).await).await;
        assert_eq!(none, "[]");
        let demo = OfferedAccount::from(ACCOUNTS[2]);
        let response = get_from(routes(&[demo]), "/explorer/accounts.json", &[]).await;
        assert_eq!(value(&response, &header::CONTENT_TYPE), Some("application/json"));
        assert_eq!(value(&response, &header::CACHE_CONTROL), Some("no-cache"));
        let offered: serde_json::Value = serde_json::from_slice(&body(response).await).unwrap();
        let expected = serde_json::json!([{
            "login": "thuong.truc",
            "fullName": "Lê Thị Thường Trực",
            "role": "STANDING_OFFICE",
            "password": PASSWORD,
        }]);
        assert_eq!(offered, expected);
    }
}
