//! Sockets: HTTP/1.1 and HTTP/2 without TLS on one port, slow and idle clients cut off, an orderly end.

use std::{
    net::SocketAddr,
    num::NonZeroU32,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::{Router, body::Body, extract::ConnectInfo};
use bytes::Bytes;
use hyper::{
    Request,
    body::{Frame, Incoming, SizeHint},
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use ipnet::IpNet;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::watch,
};
use tower::ServiceExt as _;

use super::patience::{PATIENCE, Patience};
use crate::{
    config::ServerConfig,
    door::metrics,
    limits::{
        Arrivals, Sharer,
        places::{Full, Place, Places},
    },
};

/// Streams of one HTTP/2 connection at once; each may hold a body.
const HTTP2_STREAMS: u32 = 64;
const HTTP2_PING: Duration = Duration::from_secs(20);
/// All headers of one HTTP/2 request, and the buffer for those of an HTTP/1.1 request, in bytes.
const HEADERS_SIZE: u32 = 32 * 1024;
/// After an accept that failed, usually because no file handle is free: a pause, since the next would fail likewise.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Connections that one address may open: a whole office that comes back at once, and no more than a machine can greet.
const A_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);
const AT_ONCE: NonZeroU32 = NonZeroU32::MIN.saturating_add(299);

/// Who may come in from where, and how long to wait for what it wants.
pub struct Doorstep {
    header_timeout: Duration,
    arrivals: Arrivals,
    places: Arc<Places>,
    /// Each of them carries the connections of others, and is not counted.
    proxies: Vec<IpNet>,
}

impl Doorstep {
    /// Nobody is there yet.
    #[must_use]
    pub fn new(config: &ServerConfig) -> Self {
        Self {
            header_timeout: config.header_timeout,
            arrivals: Arrivals::new(A_SECOND, AT_ONCE),
            places: Places::of_addresses(config.connections),
            proxies: config.trusted_proxies.clone(),
        }
    }

    /// A place for a connection from there; none where it needs none.
    fn place(&self, peer: SocketAddr) -> Result<Option<Place>, Full> {
        let address = peer.ip().to_canonical();
        if self.proxies.iter().any(|network| network.contains(&address)) {
            return Ok(None);
        }
        if self.arrivals.is_too_often(address) {
            return Err(Full);
        }
        self.places.try_take(Sharer::of(None, Some(address))).map(Some)
    }
}

/// Accepts until `stop` turns true, then closes the listening socket. Each connection holds a clone of `stop` until it
/// is closed, so that its sender can wait for them.
pub async fn accept(listener: TcpListener, router: Router, doorstep: Doorstep, mut stop: watch::Receiver<bool>) {
    loop {
        let accepted = tokio::select! {
            biased;
            _ = stop.wait_for(|stopping| *stopping) => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => match doorstep.place(peer) {
                Ok(place) => {
                    // Small answers must not wait for the acknowledgement of the one before.
                    let _ = stream.set_nodelay(true);
                    let serving = serve(stream, peer, router.clone(), doorstep.header_timeout, stop.clone());
                    tokio::spawn(async move {
                        serving.await;
                        drop(place);
                    });
                }
                // Closed without a word: to read what it wants would cost more.
                Err(Full) => metrics::refused("connections"),
            },
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Serves one connection to its end.
async fn serve(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    peer: SocketAddr,
    router: Router,
    header_timeout: Duration,
    mut stop: watch::Receiver<bool>,
) {
    let requests = Arc::<Requests>::default();
    let counted = Arc::clone(&requests);
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        let answering = Answering::begin(&counted);
        request.extensions_mut().insert(ConnectInfo(peer));
        let router = router.clone();
        async move {
            let response = router.oneshot(request.map(Body::new)).await?;
            Ok::<_, std::convert::Infallible>(response.map(|body| CountedBody { body, _answering: answering }))
        }
    });
    let builder = builder(header_timeout);
    let mut connection =
        pin!(builder.serve_connection_with_upgrades(TokioIo::new(Patience::new(stream, PATIENCE)), service));
    let mut idle = tokio::time::interval(header_timeout);
    idle.reset();
    let mut seen = 0;
    loop {
        tokio::select! {
            // How a connection ends is the client's affair: it goes away, it sends what is not HTTP.
            _ = connection.as_mut() => return,
            _ = stop.wait_for(|stopping| *stopping) => break,
            // The builder's own time-out does not cover a client that has not yet shown which HTTP it speaks.
            _ = idle.tick() => {
                let now = requests.moves.load(Ordering::Relaxed);
                if now == seen && requests.open.load(Ordering::Relaxed) == 0 {
                    break;
                }
                seen = now;
            }
        }
    }
    // Requests in flight are answered, new ones are not taken.
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
    drop(stop);
}

/// The requests of a connection.
#[derive(Debug, Default)]
struct Requests {
    /// How often one has begun, or was answered to its end.
    moves: AtomicU64,
    /// How many are being answered.
    open: AtomicU64,
}

/// A request that is being answered, until its answer has been read to its end or nobody wants it any more.
struct Answering(Arc<Requests>);

impl Answering {
    fn begin(requests: &Arc<Requests>) -> Self {
        requests.moves.fetch_add(1, Ordering::Relaxed);
        requests.open.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(requests))
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.moves.fetch_add(1, Ordering::Relaxed);
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The body of an answer, which knows when it has ended.
struct CountedBody {
    body: Body,
    _answering: Answering,
}

impl hyper::body::Body for CountedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

fn builder(header_timeout: Duration) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    let buffer = usize::try_from(HEADERS_SIZE).unwrap_or(usize::MAX);
    builder.http1().timer(TokioTimer::new()).header_read_timeout(header_timeout).max_buf_size(buffer);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(HTTP2_STREAMS)
        .max_header_list_size(HEADERS_SIZE)
        .keep_alive_interval(HTTP2_PING);
    builder
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

    use super::*;

    const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: cotmoc\r\n\r\n";

    /// A connection to a server whose every answer takes so long.
    fn connection(takes: Duration) -> (DuplexStream, watch::Sender<bool>) {
        let (client, server) = duplex(1 << 16);
        let router = Router::new().route(
            "/",
            get(move || async move {
                tokio::time::sleep(takes).await;
                "Cột mốc"
            }),
        );
        let (stopping, stop) = watch::channel(false);
        tokio::spawn(serve(server, ([127, 0, 0, 1], 1).into(), router, HEADER_TIMEOUT, stop));
        (client, stopping)
    }

    /// Asks, and reads until the answer is there.
    async fn ask(client: &mut DuplexStream) -> String {
        client.write_all(REQUEST).await.unwrap();
        let mut answer = String::new();
        while !answer.contains("Cột mốc") {
            let mut bytes = [0; 1024];
            let read = client.read(&mut bytes).await.unwrap();
            assert!(read > 0, "closed before it answered: {answer}");
            answer.push_str(str::from_utf8(&bytes[..read]).unwrap());
        }
        answer
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_stays_behind_an_answer_that_took_long() {
        let (mut client, _stopping) = connection(HEADER_TIMEOUT * 4);
        for _ in 0..3 {
            let answer = ask(&mut client).await;
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
            assert!(!answer.contains("connection: close"), "{answer}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_that_asks_for_nothing_is_closed() {
        let (mut client, _stopping) = connection(Duration::ZERO);
        ask(&mut client).await;
        let begin = tokio::time::Instant::now();
        assert_eq!(client.read(&mut [0; 1024]).await.unwrap(), 0);
        assert!((HEADER_TIMEOUT..=HEADER_TIMEOUT * 2).contains(&begin.elapsed()), "{:?}", begin.elapsed());
    }
}
