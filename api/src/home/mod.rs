//! The front door, at `/`: leads a person to the app and a developer to the explorer.

use std::sync::LazyLock;

use axum::{
    http::{HeaderMap, header},
    response::{IntoResponse, Redirect},
    routing::get,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use crate::{
    door::{Door, Route},
    pages::{self, REVALIDATE},
};

const PAGE: &str = include_str!("page.html");

/// The page runs nothing and loads nothing; of its style the policy knows the hash.
static CONTENT_SECURITY_POLICY: LazyLock<String> = LazyLock::new(|| {
    let style =
        PAGE.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>")).map_or("", |(style, _)| style);
    let hash = STANDARD.encode(Sha256::digest(style));
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
});

/// What is at `/`: two doors, or the way to the only one; none where neither is served.
#[must_use]
pub fn route(app: bool, explorer: bool) -> Option<Route> {
    let only = |path| get(async move || Redirect::temporary(path));
    let methods = match (app, explorer) {
        (true, true) => {
            let etag = pages::etag(PAGE.as_bytes());
            let page = || ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], PAGE).into_response();
            get(async move |request: HeaderMap| pages::respond(&request, &etag, REVALIDATE, page))
        }
        (true, false) => only("/app"),
        (false, true) => only("/explorer"),
        (false, false) => return None,
    };
    Some(Route::new("/", Door::Public, pages::protected(methods, &CONTENT_SECURITY_POLICY)))
}

#[cfg(test)]
mod tests {
    use axum::{
        body::Body,
        extract::Request,
        http::{StatusCode, header},
    };
    use tower::ServiceExt;

    use super::*;
    use crate::door::router;

    #[tokio::test]
    async fn its_policy_knows_its_style_and_lets_nothing_run() {
        assert_eq!(PAGE.matches("<style>").count(), 1);
        assert!(!PAGE.contains("<script") && !PAGE.contains(" style=") && !PAGE.contains("//"), "{PAGE}");
        let request = Request::get("/").body(Body::empty()).unwrap();
        let response = router(route(true, true)).oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let policy = response.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("style-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    }
}
