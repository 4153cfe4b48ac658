//! The way out of a kind of mail for somebody who reads one and has not signed in: the page behind its link, and the one click of mail programs
//! (RFC 8058).

use std::{fmt, sync::Arc};

use auth::seal::{Sealer, Signer};
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use db::{Origin, Pool, notification};
use schema::clock::Clock;
use serde::Deserialize;
use uuid::Uuid;

use crate::door::{Door, Route};

/// Its path.
pub const PATH: &str = "/mail/unsubscribe";

/// Makes links by which whoever has a mail leaves what it tells of, and knows them again.
pub struct Unsubscribing(Signer);

impl fmt::Debug for Unsubscribing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Unsubscribing(…)")
    }
}

impl Unsubscribing {
    /// Those of the installation with this secret.
    #[must_use]
    pub fn new(sealer: &Sealer) -> Arc<Self> {
        Arc::new(Self(sealer.signer("unsubscribing from mail")))
    }

    /// The link of a mail, on the server that people reach there.
    #[must_use]
    pub fn link(&self, public_url: &str, mail: Uuid) -> String {
        let signature = self.0.sign(mail.as_bytes());
        format!("{}{PATH}?mail={mail}&signature={signature}", public_url.trim_end_matches('/'))
    }
}

#[derive(Deserialize)]
struct Asked {
    mail: Uuid,
    signature: String,
}

#[derive(Clone)]
struct Desk {
    unsubscribing: Arc<Unsubscribing>,
    pool: Pool,
    clock: Clock,
}

/// The page of these links. Only a click changes something: programs that look at the links of a mail must not.
pub fn route(unsubscribing: Arc<Unsubscribing>, pool: Pool, clock: Clock) -> Route {
    let desk = Desk { unsubscribing, pool, clock };
    Route::new(PATH, Door::Public, get(ask).post(leave).with_state(desk))
}

async fn ask(State(desk): State<Desk>, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    match known(&desk, asked) {
        Some(_) => page(StatusCode::OK, ASK),
        None => page(StatusCode::NOT_FOUND, UNKNOWN),
    }
}

async fn leave(State(desk): State<Desk>, asked: Result<Query<Asked>, QueryRejection>) -> Response {
    let Some(mail) = known(&desk, asked) else { return page(StatusCode::NOT_FOUND, UNKNOWN) };
    let writer = desk.clock.writer(desk.pool.clone(), Origin::default());
    match notification::unsubscribe_from_mail(&writer, mail).await {
        Ok(()) => page(StatusCode::OK, DONE),
        Err(error) => {
            tracing::error!(%error, "nobody can leave a kind of mail for now");
            page(StatusCode::SERVICE_UNAVAILABLE, LATER)
        }
    }
}

/// The mail of a link that was made here.
fn known(desk: &Desk, asked: Result<Query<Asked>, QueryRejection>) -> Option<Uuid> {
    let Query(Asked { mail, signature }) = asked.ok()?;
    desk.unsubscribing.0.signed(mail.as_bytes(), &signature).then_some(mail)
}

const ASK: &str = "<p>Không nhận qua thư điện tử những loại thông báo có trong thư này nữa? Thông báo vẫn nằm trong hộp thông báo.</p>\
    <p lang=\"en\">No more mail of the kinds of notifications that this mail told of? They still stand in your inbox.</p>\
    <form method=\"post\"><button>Ngừng nhận · <span lang=\"en\">Unsubscribe</span></button></form>";
const DONE: &str = "<p>Đã ngừng. Có thể chọn lại trong phần cài đặt.</p><p lang=\"en\">Done. You can choose anew in your settings.</p>";
const UNKNOWN: &str = "<p>Đường dẫn này không đúng.</p><p lang=\"en\">This link is not right.</p>";
const LATER: &str =
    "<p>Chưa thực hiện được, hãy thử lại sau.</p><p lang=\"en\">Not possible for now: try again later.</p>";

fn page(status: StatusCode, says: &str) -> Response {
    let page = format!(
        "<!doctype html><html lang=\"vi\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>Cột Mốc</title>\
         <style>:root {{ color-scheme: light dark }} body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 3rem auto; padding: 0 1rem }} button {{ font: inherit; padding: .5rem 1rem }}</style>\
         <main>{says}</main></html>"
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
        ),
    ];
    (status, headers, page).into_response()
}
