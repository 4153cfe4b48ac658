//! To which name a request is addressed.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, Uri, header::HOST, uri::Authority},
    middleware::Next,
    response::Response,
};

use super::{Refusal, caller};

/// Refuses what is addressed to another name than these, or to two at once; without names, any will do.
pub async fn know(State(hosts): State<Arc<[String]>>, request: Request, next: Next) -> Response {
    let refusal = match host(request.uri(), request.headers()) {
        Err(refusal) => Some(refusal),
        Ok(_) if hosts.is_empty() => None,
        Ok(host) => (!hosts.iter().any(|known| known.eq_ignore_ascii_case(host))).then_some(Refusal::Misdirected),
    };
    match refusal {
        Some(refusal) => refusal.answer(&caller(request.headers())),
        None => next.run(request).await,
    }
}

/// The name without its port: of HTTP/2 in the address, else in the one header.
fn host<'r>(uri: &'r Uri, headers: &'r HeaderMap) -> Result<&'r str, Refusal> {
    let mut named = headers.get_all(HOST).iter();
    let (first, second) = (named.next(), named.next());
    if second.is_some() {
        return Err(Refusal::Ambiguous);
    }
    let header = first.map(|value| value.to_str().map_err(|_| Refusal::Ambiguous)).transpose()?;
    let authority = uri.authority().map(Authority::as_str).or(header).unwrap_or_default();
    let name = authority.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
    Ok(name.map_or(authority, |(name, _)| name))
}

#[cfg(test)]
mod tests {
    use axum::{Router, body::Body, http::StatusCode, middleware::from_fn_with_state, routing::get};
    use tower::ServiceExt as _;

    use super::*;

    async fn status(known: &[&str], hosts: &[&str]) -> StatusCode {
        let known: Arc<[String]> = known.iter().map(|host| (*host).to_owned()).collect();
        let routes = Router::new().route("/", get(async || "")).layer(from_fn_with_state(known, know));
        let request = hosts.iter().fold(Request::get("/"), |request, host| request.header(HOST, *host));
        routes.oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status()
    }

    #[tokio::test]
    async fn only_the_names_of_the_server_are_answered() {
        let known = ["cotmoc.quangngai.example", "[::1]"];
        for (hosts, answer) in [
            (vec!["cotmoc.quangngai.example"], StatusCode::OK),
            (vec!["COTMOC.quangngai.example:8443"], StatusCode::OK),
            (vec!["[::1]:8080"], StatusCode::OK),
            (vec!["[::1]"], StatusCode::OK),
            (vec!["khac.example"], StatusCode::MISDIRECTED_REQUEST),
            (vec![], StatusCode::MISDIRECTED_REQUEST),
            (vec!["cotmoc.quangngai.example", "khac.example"], StatusCode::BAD_REQUEST),
        ] {
            assert_eq!(status(&known, &hosts).await, answer, "{hosts:?}");
        }
    }

    #[tokio::test]
    async fn without_names_any_will_do_but_not_two() {
        assert_eq!(status(&[], &["khac.example"]).await, StatusCode::OK);
        assert_eq!(status(&[], &["một", "hai"]).await, StatusCode::BAD_REQUEST);
    }
}
