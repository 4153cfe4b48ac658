//! A thousand who follow changes over a WebSocket, and what they cost in memory while they hear nothing.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use tests::{
    program::{Result, Server},
    sql,
};
use tokio::{
    net::TcpStream,
    sync::mpsc::{self, UnboundedSender},
    task::JoinSet,
    time::{Instant, sleep, timeout},
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, client::IntoClientRequest as _},
};

use crate::{
    contest::Ring,
    reading,
    report::say,
    submitting::{self, Places},
    workloads::WORKLOADS,
};

/// How many follow.
pub const COUNT: u16 = 1000;

/// Each comes from an address of its own, as a proxy tells it. A quarter of the places is for who is signed in.
pub const SETTINGS: [&str; 4] = ["--trusted-proxies", "127.0.0.1", "--live-connections", "2000"];

/// Longer than it takes to be let in.
const PATIENCE: Duration = Duration::from_secs(10);

/// After this time the server has come to rest.
const REST: Duration = Duration::from_secs(2);

/// Something that everybody may know.
const CHANGE: &str = "INSERT INTO change (noun, object_id, kind, recorded_at)
    SELECT 'agency', id, 'UPDATED', now() FROM agency WHERE code = 'qng.ubnd'";

/// What they cost, with memory of the server in MiB.
pub struct Subscribed {
    /// Before the first came.
    pub before: f64,
    /// While all were there and nothing happened.
    pub idle: f64,
    /// The most, while all were there and the workloads were asked.
    pub highest: f64,
    /// How long it took until the last of them had heard of a change.
    pub reached: Duration,
}

/// Lets them follow a server that nobody has used yet, and asks everything of it while they do.
pub async fn run(server: &Server, places: &Arc<Places>, ring: &Ring<'_>, time: Duration) -> Result<Subscribed> {
    let mut contests = Vec::new();
    for workload in &WORKLOADS {
        contests.push(reading::load(workload, ring.database, server).await?);
    }
    contests.push(submitting::load(server, places).await?);
    sleep(REST).await;
    let before = server.memory();
    let (heard, mut told) = mpsc::unbounded_channel();
    let mut following = JoinSet::new();
    for number in 0..COUNT {
        let socket = timeout(PATIENCE, follow(server.address, number)).await??;
        following.spawn(stay(socket, heard.clone()));
    }
    sleep(REST).await;
    let idle = server.memory();
    say(&format!("{COUNT} subscribers\n"));
    for contest in &mut contests {
        contest.round(ring, time).await?;
    }
    let highest = server.highest_memory();
    if let Some(lost) = following.try_join_next() {
        return Err(format!("a subscriber was lost: {:?}", lost?).into());
    }
    while told.try_recv().is_ok() {}
    let begin = Instant::now();
    sql::execute(&mut ring.database.settings.connect().await?, CHANGE).await?;
    for _ in 0..COUNT {
        timeout(PATIENCE, told.recv()).await.map_err(|_| "not every subscriber hears of a change")?;
    }
    Ok(Subscribed { before, idle, highest, reached: begin.elapsed() })
}

type Socket = WebSocketStream<TcpStream>;

async fn follow(to: SocketAddr, number: u16) -> std::result::Result<Socket, Error> {
    let mut request = format!("ws://{to}/graphql/ws").into_client_request()?;
    let [high, low] = number.to_be_bytes();
    let address = format!("198.18.{high}.{low}");
    for (name, value) in [("sec-websocket-protocol", "graphql-transport-ws"), ("x-forwarded-for", &address)] {
        request.headers_mut().insert(name, value.parse().map_err(io::Error::other)?);
    }
    let (mut socket, _) = client_async(request, TcpStream::connect(to).await?).await?;
    socket.send(Message::text(json!({ "type": "connection_init" }).to_string())).await?;
    match socket.next().await {
        Some(Ok(Message::Text(text))) if text.contains("connection_ack") => {}
        Some(Err(error)) => return Err(error),
        _ => return Err(Error::ConnectionClosed),
    }
    let payload = json!({ "query": "subscription { changed { cursor kind type } }" });
    let message = json!({ "type": "subscribe", "id": "1", "payload": payload });
    socket.send(Message::text(message.to_string())).await?;
    Ok(socket)
}

/// Hears of changes until it is cut off, or told anything else: what was said last.
async fn stay(mut socket: Socket, heard: UnboundedSender<()>) -> Option<Message> {
    while let Some(Ok(message)) = socket.next().await {
        match &message {
            Message::Text(text) if text.contains("\"next\"") => heard.send(()).ok()?,
            Message::Text(text) if !text.contains("\"ping\"") => return Some(message),
            _ => {}
        }
    }
    None
}
