//! Exports over HTTP: `GET /files/exports/{list}.{csv|xlsx|ndjson}`.
//!
//! - Who asks is found out as for GraphQL, and each page is a question like any other: the same rules, prices, budgets and turns.
//! - Until the first page is there, an error is answered as the API answers it. From then on the file is under way; what fails later breaks
//!   the connection off, so that nobody takes half a list for a whole one.
//! - All pages are read from one snapshot, on a connection of a pool of its own: however many want exports, those who ask questions
//!   have theirs.
//! - The next page is read when the one before has been taken. Whoever goes away ends it at once.
//! - Where the budget of points runs low, an export waits, and leaves a quarter of it to whatever else its account does.
//! - The token is looked at anew for each page: when it does not hold any more, or its roles have changed, the export is broken off.

use std::{io, sync::Arc, time::Duration};

use auth::Principal;
use axum::{
    body::Body,
    extract::{Path, Request, State, rejection::PathRejection},
    http::{HeaderValue, Method, StatusCode, header, request::Parts},
    response::Response,
    routing::any,
};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::stream;
use schema::{
    Api,
    caller::Caller,
    error::{ApiError, Code},
    viewer::Viewer,
};
use tokio::{
    io::AsyncReadExt as _,
    sync::mpsc::{self, Sender},
    time::{sleep, timeout},
};
use tracing::Instrument as _;

use super::{
    asked::{Asked, Format},
    lists::Lists,
    pages::{Failure, Next, Page, Pages},
    sheet::{About, Rest, Sheet},
    workbook::MOST_ROWS,
};
use crate::{
    authentication::{Authority, Pass},
    door::{Door, Route, Streamed, caller},
    files::{
        entrance::save_as,
        inquiry::{Refused, Snapshots, Whose, only_get},
        parameters::Parameters,
    },
    graphql::Desk,
    limits::{
        Left,
        places::{Full, Place, Turn},
        points,
    },
};

/// The path of exports.
pub const PATH: &str = "/files/exports/{file}";

/// Pieces of a file that are ready and not yet taken.
const AHEAD: usize = 2;

/// Bytes of a piece of a workbook.
const PIECE: usize = 64 << 10;

/// How long an export that is under way leaves a crowd to itself.
const CROWD: Duration = Duration::from_secs(1);

/// Of its budget, an export leaves one part in so many.
const RESERVE: u64 = 4;

/// What exports share.
pub struct Exports {
    desk: Desk<Api>,
    authority: Arc<Authority>,
    lists: Lists,
    snapshots: Snapshots,
    limit: Duration,
}

/// Why there is no SDL to read lists from.
pub type Unreadable = async_graphql::parser::Error;

/// The endpoint at [`PATH`].
pub fn route(
    limit: Duration,
    sdl: &str,
    desk: Desk<Api>,
    authority: &Arc<Authority>,
    snapshots: Snapshots,
) -> Result<Route, Unreadable> {
    let exports = Exports { desk, authority: Arc::clone(authority), lists: Lists::read(sdl)?, snapshots, limit };
    Ok(Route::new(PATH, Door::Token, any(endpoint).with_state(Arc::new(exports))))
}

async fn endpoint(
    State(exports): State<Arc<Exports>>,
    file: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let (parts, _) = request.into_parts();
    let mut caller = caller(&parts.headers);
    if !matches!(parts.method, Method::GET | Method::HEAD) {
        return only_get(&caller);
    }
    // A name that is not UTF-8 is that of no list.
    let file = file.map_or_else(|_| String::new(), |Path(file)| file);
    match exports.begin(&parts, &file, &mut caller).await {
        Ok(response) => response,
        Err(refused) => refused.answer(&exports.desk.limits, &parts, &caller),
    }
}

impl Exports {
    async fn begin(self: &Arc<Self>, parts: &Parts, file: &str, caller: &mut Caller) -> Result<Response, Refused> {
        let pass = Pass::of_request(&self.authority, parts).map_err(Refused::Token)?;
        let viewer = pass.viewer().await.map_err(Refused::Token)?;
        let whose = Whose::of(&viewer, parts);
        let asked = self.asked(parts, file, caller).inspect_err(|error| {
            self.desk.limits.charge(whose.sharer, points::unread(error.code()));
        })?;
        caller.language = asked.language;
        let place = self.snapshots.place(&whose, asked.as_of).await?;
        let is_counted = asked.format == Format::Xlsx;
        let class = viewer.principal.scope().visibility_class();
        let viewer = match asked.format {
            Format::Sdmx => Viewer::nobody((*viewer.origin).clone()),
            _ => viewer,
        };
        let pages = Pages::new(self.desk.service.clone(), viewer, caller.clone(), &asked, is_counted);
        let mut export = Export { exports: Arc::clone(self), pages, pass, class, whose, _place: place };

        let next = export.pages.price()?;
        let counted = self.desk.limits.count(next.load(), export.whose.account, export.whose.address);
        if let Some(error) = counted.refusal() {
            return Err(Refused::Counted(counted, error));
        }
        let (instant, first) = export.first(next, asked.as_of, self.limit).await?;
        if let Some(total) = first.total.filter(|total| *total > MOST_ROWS) {
            return Err(too_many_rows(total).into());
        }
        let mut response = Response::new(Body::empty());
        head(&mut response, &asked, instant);
        counted.tell(response.headers_mut());
        let source = parts.uri.path_and_query().map_or(PATH, |target| target.as_str());
        let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let about =
            About { columns: export.pages.columns().to_vec(), asked, instant, source: format!("{host}{source}") };
        if parts.method == Method::GET {
            *response.body_mut() = export.under_way(first, about, self.limit).map_err(|error| {
                tracing::error!(%error, "cannot begin a file");
                ApiError::internal()
            })?;
        }
        Ok(response)
    }

    fn asked(&self, parts: &Parts, file: &str, caller: &Caller) -> Result<Asked, ApiError> {
        let parameters = Parameters::of(&parts.uri)?;
        let guard = self.desk.service.guard();
        for (_, value) in parameters.pairs().iter().filter(|(_, value)| value.starts_with(['{', '['])) {
            guard.check_json(value)?;
        }
        Asked::read(&self.lists, file, parameters.pairs(), caller.language)
    }
}

fn too_many_rows(total: u64) -> ApiError {
    ApiError::new(
        Code::AnswerLimitExceeded,
        format!(
            "Một trang tính chứa tối đa {MOST_ROWS} dòng, danh sách có {total}: hãy lọc bớt, hoặc lấy CSV hay NDJSON"
        ),
        format!("A sheet holds at most {MOST_ROWS} rows, and the list has {total}: filter it, or take CSV or NDJSON"),
    )
    .with("limit", MOST_ROWS)
    .with("actual", total)
}

/// The head of an answer that is a file.
fn head(response: &mut Response, asked: &Asked, instant: DateTime<Utc>) {
    *response.status_mut() = StatusCode::OK;
    let name = format!("{}-{}.{}", asked.list.name, instant.format("%Y%m%dT%H%M%SZ"), asked.format.ending());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asked.format.media_type()));
    save_as(headers, &name);
    headers.insert(header::VARY, HeaderValue::from_static("accept-language"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.extensions_mut().insert(Streamed);
}

/// An export on its way.
struct Export {
    exports: Arc<Exports>,
    pages: Pages,
    pass: Pass,
    /// What its viewer may see, as it was at the beginning.
    class: [u8; 32],
    whose: Whose,
    _place: Place,
}

impl Export {
    /// Takes the snapshot, and reads the first page.
    async fn first(
        &mut self,
        next: Next,
        as_of: Option<DateTime<Utc>>,
        rest: Duration,
    ) -> Result<(DateTime<Utc>, Page), Failure> {
        let turn = self.turn(&next).await.map_err(|_| ApiError::unavailable())?;
        let instant = self.pages.open(as_of, rest).await?;
        Ok((instant, self.read(next, turn).await?))
    }

    /// Reads a page that was counted, in its turn.
    async fn read(&mut self, next: Next, turn: Turn) -> Result<Page, Failure> {
        let page = self.pages.read(next).await?;
        drop(turn);
        self.exports.desk.limits.charge(self.whose.sharer, page.beyond);
        Ok(page)
    }

    /// A turn among whatever else is asked for.
    async fn turn(&self, next: &Next) -> Result<Turn, Full> {
        self.exports.desk.turns.take(self.whose.sharer, next.load().sought).await
    }

    /// The next page: when there are points for it, and if its reader is still who they were.
    async fn following(&mut self) -> Result<Page, Failure> {
        let next = self.pages.price()?;
        loop {
            let counted = self.exports.desk.limits.count(next.load(), self.whose.account, self.whose.address);
            match counted.wait() {
                None => {
                    sleep(pause(counted.left(0))).await;
                    break;
                }
                Some(wait) => sleep(wait).await,
            }
        }
        let viewer = self.pass.viewer().await?;
        if !self.is_still(&viewer.principal) {
            return Err(ApiError::new(Code::Forbidden, "Quyền đã thay đổi", "The roles have changed").into());
        }
        // What is under way already waits for its turn as long as it takes.
        let turn = loop {
            match self.turn(&next).await {
                Ok(turn) => break turn,
                Err(Full) => sleep(CROWD).await,
            }
        };
        self.read(next, turn).await
    }

    fn is_still(&self, principal: &Principal) -> bool {
        principal.scope().visibility_class() == self.class
    }

    /// The body of the answer, which is made as it is taken.
    fn under_way(self, first: Page, about: About, limit: Duration) -> io::Result<Body> {
        let (sheet, begin) = Sheet::begin(about)?;
        let (pieces, mut taken) = mpsc::channel::<io::Result<Bytes>>(AHEAD);
        let work = async move {
            let made = tokio::select! {
                // Whoever waited has gone; what is under way for them ends with this.
                () = pieces.closed() => return,
                made = timeout(limit, self.make(first, sheet, begin, &pieces)) => made,
            };
            let failure = match made {
                Ok(Ok(())) => return,
                Ok(Err(error)) => error,
                Err(_) => io::Error::new(io::ErrorKind::TimedOut, "an export takes too long"),
            };
            tracing::warn!(%failure, "an export is broken off");
            let _ = pieces.send(Err(failure)).await;
        };
        tokio::spawn(work.in_current_span());
        Ok(Body::from_stream(stream::poll_fn(move |context| taken.poll_recv(context))))
    }

    async fn make(
        mut self,
        first: Page,
        mut sheet: Sheet,
        begin: Bytes,
        pieces: &Sender<io::Result<Bytes>>,
    ) -> io::Result<()> {
        give(pieces, begin).await?;
        let mut page = first;
        loop {
            give(pieces, sheet.add(&page.rows)?).await?;
            if page.is_last {
                break;
            }
            page = self.following().await.map_err(|failure| io::Error::other(failure.words()))?;
        }
        // All is read: the connection is for somebody else, while the place is kept until the file is sent.
        let Self { pages, _place, .. } = self;
        drop(pages);
        match tokio::task::spawn_blocking(|| sheet.end()).await.map_err(io::Error::other)?? {
            Rest::Nothing => Ok(()),
            Rest::File(file) => send(file, pieces).await,
        }
    }
}

/// How long to wait so that a part of the budget is left.
fn pause(Left { remaining, restore_rate }: Left) -> Duration {
    let reserve = restore_rate * 60 / RESERVE;
    Duration::from_secs(reserve.saturating_sub(remaining) / restore_rate.max(1))
}

/// Gives a piece to whoever waits for it.
async fn give(pieces: &Sender<io::Result<Bytes>>, piece: Bytes) -> io::Result<()> {
    if piece.is_empty() {
        return Ok(());
    }
    pieces.send(Ok(piece)).await.map_err(|_| io::ErrorKind::BrokenPipe.into())
}

async fn send(file: std::fs::File, pieces: &Sender<io::Result<Bytes>>) -> io::Result<()> {
    let mut file = tokio::fs::File::from_std(file);
    loop {
        let mut piece = Vec::with_capacity(PIECE);
        if file.read_buf(&mut piece).await? == 0 {
            return Ok(());
        }
        give(pieces, piece.into()).await?;
    }
}
