//! The explorer: GraphiQL and the saved examples, served from inside the binary.
//!
//! The page comes from `api/explorer` (its recipe, see the README there), the examples from `docs/examples`.

use std::sync::LazyLock;

use auth::Role;
use axum::{
    extract::Path,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get},
};
use bytes::Bytes;
use db::demo::accounts::{DemoAccount, PASSWORD};
use rust_embed::Embed;
use serde::{Serialize, Serializer};

mod examples;

use crate::{
    door::{Door, Route},
    pages::{self, Bundle, IMMUTABLE, REVALIDATE},
};
pub use examples::{Example, all as examples};

/// Everything the page needs comes from this server, and nothing else may be loaded or contacted: `'self'` in
/// `connect-src` includes the WebSocket. GraphiQL's menus and dialogs put a style element of their own into the page.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

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

/// The page at `/explorer`, and its files, the examples and the accounts to sign in with below.
#[must_use]
pub fn routes(accounts: &[OfferedAccount]) -> [Route; 4] {
    let open = |path, methods| Route::new(path, Door::Public, pages::protected(methods, CONTENT_SECURITY_POLICY));
    [
        open("/explorer", get(index)),
        open("/explorer/examples.json", json(examples())),
        open("/explorer/accounts.json", json(accounts)),
        open("/explorer/{file}", get(asset)),
    ]
}

/// The page at `/explorer` where published documents alone are taken.
#[must_use]
pub fn closed() -> Route {
    let page = get(async || ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], CLOSED));
    Route::new("/explorer", Door::Public, pages::protected(page, CONTENT_SECURITY_POLICY))
}

const CLOSED: &str = "\
Máy chủ này chỉ nhận tài liệu đã công bố (graphql.trusted_only), nên không có trình khám phá và ứng dụng.
This server takes published documents alone (graphql.trusted_only), so there is no explorer and no app here.
";

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/explorer/dist"]
struct Dist;

static BUNDLE: LazyLock<Bundle> = LazyLock::new(Bundle::of::<Dist>);

async fn index(request: HeaderMap) -> Response {
    pages::file(&BUNDLE, "index.html", REVALIDATE, &request)
}

async fn asset(Path(file): Path<String>, request: HeaderMap) -> Response {
    pages::file(&BUNDLE, &format!("assets/{file}"), IMMUTABLE, &request)
}

/// A list that the page reads, the same as long as the server runs.
fn json<T: Serialize>(list: &[T]) -> MethodRouter {
    let json = serde_json::to_vec(list).unwrap_or_else(|_| b"[]".to_vec());
    let etag = pages::etag(&json);
    let json = Bytes::from(json);
    get(async move |request: HeaderMap| {
        let whole = || ([(header::CONTENT_TYPE, "application/json")], json.clone()).into_response();
        pages::respond(&request, &etag, REVALIDATE, whole)
    })
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path as Folder};

    use axum::{
        body::Body,
        extract::Request,
        http::{HeaderName, StatusCode},
    };
    use db::demo::accounts::ACCOUNTS;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;
    use crate::{door::router, pages::bundle_tests};

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
        let page = body(get("/explorer", &[]).await).await;
        let page = str::from_utf8(&page).unwrap();
        page.split('"').find(|part| part.starts_with("/explorer/app-") && part.contains(".js")).unwrap().to_owned()
    }

    #[tokio::test]
    async fn the_page_is_served_with_a_policy_and_checked_again_each_time() {
        let response = get("/explorer", &[]).await;
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
        for path in ["/explorer".to_owned(), script().await].into_iter().chain(lists) {
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

    /// Namespaces of XML, and pages that messages and help point to: nothing is loaded from them.
    const NAMED: [&str; 7] = [
        "codemirror.net",
        "commonmark.org",
        "en.wikipedia.org",
        "github.com",
        "react.dev",
        "www.w3.org",
        "yarnpkg.com",
    ];

    #[test]
    fn the_bundle_is_whole_and_its_own() {
        bundle_tests::is_whole::<Dist>(&BUNDLE);
        bundle_tests::names_only_its_own(&BUNDLE, "/explorer/");
        bundle_tests::styles_are_its_own(&BUNDLE);
        assert_eq!(bundle_tests::hosts(&BUNDLE), NAMED.map(str::to_owned).into());
    }

    #[test]
    fn the_committed_bundle_was_built_from_the_committed_sources() {
        let explorer = Folder::new(env!("CARGO_MANIFEST_DIR")).join("explorer");
        let src = fs::read_dir(explorer.join("src")).unwrap();
        let names = src.map(|entry| format!("src/{}", entry.unwrap().file_name().into_string().unwrap()));
        let recipe = ["../../scripts/bundle.mjs", "build.mjs", "package-lock.json", "package.json"].map(str::to_owned);
        bundle_tests::was_built_from(&explorer, names.chain(recipe).collect::<BTreeSet<_>>());
    }
}
