//! Users who follow changes over a WebSocket.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use tokio::{
    net::TcpStream,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _},
};

use crate::stage;

/// What they follow.
pub const CHANGED: &str = "subscription { changed { cursor kind type } }";

/// How many follow all the time.
const FOLLOWERS: usize = 10;

const PATIENCE: Duration = Duration::from_secs(5);

/// An open WebSocket.
pub type Socket = WebSocketStream<TcpStream>;

/// Those who follow all the time.
pub struct Followers {
    lost: Arc<AtomicUsize>,
    _tasks: JoinSet<()>,
}

impl Followers {
    /// They connect, and connect again whenever they are cut off.
    pub fn follow(to: SocketAddr) -> Self {
        let lost = Arc::new(AtomicUsize::new(0));
        let mut tasks = JoinSet::new();
        for number in 1..=FOLLOWERS {
            let lost = Arc::clone(&lost);
            tasks.spawn(async move {
                loop {
                    if let Ok(Ok(mut socket)) = timeout(PATIENCE, follow(to, number)).await {
                        while let Some(Ok(message)) = socket.next().await {
                            if message.is_close() {
                                break;
                            }
                        }
                    }
                    lost.fetch_add(1, Ordering::Relaxed);
                    sleep(Duration::from_secs(1)).await;
                }
            });
        }
        Self { lost, _tasks: tasks }
    }

    /// How often a connection was lost or not had, up to now.
    pub fn lost(&self) -> usize {
        self.lost.load(Ordering::Relaxed)
    }
}

/// Two a second begin to follow and leave again: how many could, and how many could not.
pub async fn newcomers(to: SocketAddr, until: Instant) -> (usize, usize) {
    let (mut opened, mut refused) = (0, 0);
    while Instant::now() < until {
        sleep(Duration::from_millis(500)).await;
        match timeout(PATIENCE, follow(to, FOLLOWERS + 1 + opened % 10)).await {
            Ok(Ok(_)) => opened += 1,
            _ => refused += 1,
        }
    }
    (opened, refused)
}

async fn follow(to: SocketAddr, number: usize) -> Result<Socket, Error> {
    let mut socket = open(TcpStream::connect(to).await?, to, Some(&stage::address(number))).await?;
    subscribe(&mut socket, "1", CHANGED).await?;
    Ok(socket)
}

/// Opens a WebSocket over a connection and greets, as a proxy would for that address.
pub async fn open(stream: TcpStream, to: SocketAddr, address: Option<&str>) -> Result<Socket, Error> {
    let mut request = format!("ws://{to}/graphql/ws").into_client_request()?;
    let headers = request.headers_mut();
    headers.insert("sec-websocket-protocol", "graphql-transport-ws".parse().map_err(io::Error::other)?);
    if let Some(address) = address {
        headers.insert("x-forwarded-for", address.parse().map_err(io::Error::other)?);
    }
    let (mut socket, _) = client_async(request, stream).await?;
    socket.send(Message::text(json!({ "type": "connection_init" }).to_string())).await?;
    match socket.next().await {
        Some(Ok(Message::Text(text))) if text.contains("connection_ack") => Ok(socket),
        Some(Err(error)) => Err(error),
        _ => Err(Error::ConnectionClosed),
    }
}

/// Begins an operation.
pub async fn subscribe(socket: &mut Socket, id: &str, query: &str) -> Result<(), Error> {
    let message = json!({ "type": "subscribe", "id": id, "payload": { "query": query } });
    socket.send(Message::text(message.to_string())).await
}

/// Ends an operation.
pub async fn complete(socket: &mut Socket, id: &str) -> Result<(), Error> {
    socket.send(Message::text(json!({ "type": "complete", "id": id }).to_string())).await
}
