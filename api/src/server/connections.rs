//! Sockets: HTTP/1.1 and HTTP/2 without TLS on one port, slow and idle clients cut off, an orderly end.

use std::{
    net::SocketAddr,
    num::NonZeroU32,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{Request, body::Incoming};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
};
use ipnet::IpNet;
use tokio::{
    net::{TcpListener, TcpStream},
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
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    header_timeout: Duration,
    mut stop: watch::Receiver<bool>,
) {
    // Small answers must not wait for the acknowledgement of the one before.
    let _ = stream.set_nodelay(true);
    let requests = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&requests);
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        counted.fetch_add(1, Ordering::Relaxed);
        request.extensions_mut().insert(ConnectInfo(peer));
        let router = router.clone();
        router.oneshot(request.map(Body::new))
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
                let now = requests.load(Ordering::Relaxed);
                if now == seen {
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
