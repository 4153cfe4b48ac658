//! The app of those who never heard of GraphQL: the dashboard, the reporter's phone, the queues of those who decide.
//!
//! The page comes from `clients/app` (its recipe, see the README there) and uses nothing but the public API.

use std::sync::LazyLock;

use axum::{
    extract::Path,
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use rust_embed::Embed;

use crate::{
    door::{Door, Route},
    pages::{self, Bundle, IMMUTABLE, REVALIDATE},
};

/// Everything comes from this server, and nothing else may be loaded or contacted: `'self'` in `connect-src` includes
/// the WebSocket. `blob:` is for a photograph that its reporter looks at before it is sent.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; \
     img-src 'self' data: blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'";

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/../clients/app/dist"]
struct Dist;

static BUNDLE: LazyLock<Bundle> = LazyLock::new(Bundle::of::<Dist>);

/// Where the app shows an object, by its id of whatever type, as a path: what messages lead to.
#[must_use]
pub fn path_to(id: &str) -> String {
    format!("/app/objects/{id}")
}

/// Where the app takes a code for a password, as a path. What follows `#` stays with the browser: it is in no log.
#[must_use]
pub fn path_of_code(code: &str) -> String {
    format!("/app/reset-password#{code}")
}

/// The page at `/app` and whatever it shows below, its files and its service worker.
#[must_use]
pub fn routes() -> [Route; 6] {
    let open = |path, methods| Route::new(path, Door::Public, pages::protected(methods, CONTENT_SECURITY_POLICY));
    [
        open("/app", get(index)),
        open("/app/", get(async || Redirect::permanent("/app"))),
        // The page reads the path itself: what there is below it is the page's matter.
        open("/app/{*path}", get(index)),
        open("/app/assets/{file}", get(asset)),
        open("/app/sw.js", get(worker)),
        open("/app/manifest.webmanifest", get(manifest)),
    ]
}

async fn index(request: HeaderMap) -> Response {
    pages::file(&BUNDLE, "index.html", REVALIDATE, &request)
}

async fn asset(Path(file): Path<String>, request: HeaderMap) -> Response {
    pages::file(&BUNDLE, &format!("assets/{file}"), IMMUTABLE, &request)
}

/// Under one address as long as there is an app: browsers look here for a newer one. It works for `/app` itself too, which is above its folder.
async fn worker(request: HeaderMap) -> Response {
    let worker = pages::file(&BUNDLE, "sw.js", REVALIDATE, &request);
    ([("service-worker-allowed", "/app")], worker).into_response()
}

async fn manifest(request: HeaderMap) -> Response {
    pages::file(&BUNDLE, "manifest.webmanifest", REVALIDATE, &request).into_response()
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs, path::Path as Folder};

    use axum::{
        body::Body,
        extract::Request,
        http::{StatusCode, header},
    };
    use tower::ServiceExt;

    use super::*;
    use crate::{door::router, pages::bundle_tests};

    /// The most that the first view may weigh as it is sent, in bytes.
    const FIRST_VIEW: usize = 200_000;

    /// What scripts name in messages, and namespaces of XML: nothing is loaded from them.
    const NAMED: [&str; 1] = ["www.w3.org"];

    #[test]
    fn the_bundle_is_whole_and_its_own() {
        bundle_tests::is_whole::<Dist>(&BUNDLE);
        bundle_tests::names_only_its_own(&BUNDLE, "/app/");
        bundle_tests::styles_are_its_own(&BUNDLE);
        assert_eq!(bundle_tests::hosts(&BUNDLE), NAMED.map(str::to_owned).into());
    }

    #[test]
    fn the_committed_bundle_was_built_from_the_committed_sources() {
        let app = Folder::new(env!("CARGO_MANIFEST_DIR")).join("../clients/app");
        let recipe = ["../../scripts/bundle.mjs", "build.mjs", "package-lock.json", "package.json", "tsconfig.json"]
            .map(str::to_owned);
        let mut sources = BTreeSet::from(recipe);
        for folder in ["src", "../typescript/src"] {
            below(&app.join(folder), folder, &mut sources);
        }
        bundle_tests::was_built_from(&app, sources);
    }

    /// Adds all files below a folder that is called so.
    fn below(folder: &Folder, called: &str, files: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let name = format!("{called}/{}", entry.file_name().into_string().unwrap());
            if entry.file_type().unwrap().is_dir() {
                below(&entry.path(), &name, files);
            } else {
                files.insert(name);
            }
        }
    }

    /// What the page names, with its fonts, which its style sheet names: all that comes before somebody sees something.
    #[test]
    fn the_first_view_is_light() {
        let page = BUNDLE.file("index.html").unwrap();
        let text = String::from_utf8(page.plain().unwrap().to_vec()).unwrap();
        let is = |part: &&str, kinds: &[&str]| part.rsplit_once('.').is_some_and(|(_, kind)| kinds.contains(&kind));
        let style = text.split('"').find(|part| is(part, &["css"])).unwrap().strip_prefix("/app/").unwrap();
        let style = String::from_utf8(BUNDLE.file(style).unwrap().plain().unwrap().to_vec()).unwrap();
        let fonts = style.split(['(', ')', '"', '\'']).filter(|part| is(part, &["woff2"]));
        let named = text.split('"').filter(|part| is(part, &["js", "css"]));
        let files: BTreeSet<&str> = named.chain(fonts).map(|path| path.strip_prefix("/app/").unwrap()).collect();
        assert!(files.len() >= 4, "{files:?}");
        let size = |path: &&str| BUNDLE.file(path).unwrap().compressed.len();
        let sum = page.compressed.len() + files.iter().map(size).sum::<usize>();
        assert!(sum <= FIRST_VIEW, "{sum} bytes");
    }

    async fn get(path: &str) -> Response {
        router(routes()).oneshot(Request::get(path).body(Body::empty()).unwrap()).await.unwrap()
    }

    #[tokio::test]
    async fn every_screen_is_the_same_page_and_a_file_that_is_not_there_is_none() {
        for path in ["/app", "/app/indicators/coverage_5g_share", "/app/objects/abc", "/app/không-có"] {
            let response = get(&path.replace('ô', "%C3%B4").replace('ó', "%C3%B3")).await;
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert_eq!(response.headers()[header::CACHE_CONTROL], "no-cache");
            let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self';"), "{policy}");
            assert!(!policy.contains("unsafe") && !policy.contains("http"), "{policy}");
        }
        assert_eq!(get("/app/assets/main.js").await.status(), StatusCode::NOT_FOUND);
        assert_eq!(get("/app/").await.headers()[header::LOCATION], "/app");
        let worker = get("/app/sw.js").await;
        assert_eq!(
            (worker.status(), &worker.headers()["service-worker-allowed"]),
            (StatusCode::OK, &"/app".parse().unwrap())
        );
        assert_eq!(get("/app/manifest.webmanifest").await.headers()[header::CONTENT_TYPE], "application/manifest+json");
    }
}
