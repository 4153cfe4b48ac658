//! What attackers do, whatever they ask for.

use std::{
    collections::BTreeMap,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

use tests::load::{Client, post};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpSocket, TcpStream},
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_tungstenite::tungstenite::Error;

use crate::{
    asks::body,
    live::{self, Socket},
    stage::People,
    users::code,
};

/// All attackers have this one address: not the proxy's, so that it is they whom the server sees.
const FROM: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 66);

/// How soon an attacker asks again who was refused, and how soon one connects again who was cut off.
const ASKS_AGAIN: Duration = Duration::from_millis(10);
const CONNECTS_AGAIN: Duration = Duration::from_millis(250);

/// Between the waves of those who hang up.
const WAVES: Duration = Duration::from_millis(500);

const PATIENCE: Duration = Duration::from_secs(5);

/// What one attacker does, over and over.
#[derive(Debug, Clone)]
pub enum Way {
    /// Asks again as soon as it is answered.
    Ask(Vec<u8>),
    /// Asks and hangs up after a while, in waves.
    HangUp(Vec<u8>, Duration),
    /// Begins ten operations on a WebSocket and completes them after a while, in waves.
    Complete(&'static str, Duration),
    /// Follows changes over a WebSocket.
    FollowBySocket,
    /// Follows changes as events.
    FollowByEvents,
    /// Sends a body of that length, a few bytes a second.
    Trickle(usize),
    /// Asks for much, many times, and reads nothing of it.
    NeverRead(Vec<u8>),
    /// Connects and says nothing.
    Idle,
}

/// One address from which a phase is attacked, and one account.
pub struct Attacker {
    to: SocketAddr,
    token: String,
    got: Mutex<BTreeMap<String, usize>>,
}

impl Attacker {
    pub fn new(to: SocketAddr, people: &People) -> Self {
        Self { to, token: people.attacker().to_owned(), got: Mutex::default() }
    }

    /// What it got, by what.
    pub fn tally(&self) -> BTreeMap<String, usize> {
        self.got.lock().map(|got| got.clone()).unwrap_or_default()
    }

    /// The bytes of a question by nobody.
    pub fn question(&self, query: &str) -> Vec<u8> {
        post(self.to, "/graphql", &[("accept", "application/json")], &body(query))
    }

    /// The bytes of a question by the account.
    pub fn question_of_account(&self, query: &str) -> Vec<u8> {
        let bearer = format!("Bearer {}", self.token);
        post(self.to, "/graphql", &[("accept", "application/json"), ("authorization", &bearer)], &body(query))
    }

    /// The bytes of a question by nobody, whose answer comes as events.
    pub fn question_of_events(&self, query: &str) -> Vec<u8> {
        post(self.to, "/graphql/stream", &[("accept", "text/event-stream")], &body(query))
    }

    /// So many do this at once, until it is dropped.
    pub async fn attack(self: Arc<Self>, by: Vec<(usize, Way)>) {
        let mut tasks = JoinSet::new();
        for (count, way) in by {
            for _ in 0..count {
                let (attacker, way) = (Arc::clone(&self), way.clone());
                tasks.spawn(async move {
                    loop {
                        if attacker.go(&way).await.is_err() {
                            attacker.count("cut off");
                        }
                        sleep(CONNECTS_AGAIN).await;
                    }
                });
            }
        }
        while tasks.join_next().await.is_some() {}
    }

    /// Until it is cut off, or has to connect again.
    async fn go(&self, way: &Way) -> io::Result<()> {
        match way {
            Way::Ask(request) => self.ask(request).await,
            Way::HangUp(request, after) => self.hang_up(request, *after).await,
            Way::Complete(query, after) => self.complete(query, *after).await,
            Way::FollowBySocket => {
                let mut socket = self.socket().await?;
                live::subscribe(&mut socket, "1", live::CHANGED).await.map_err(io::Error::other)?;
                self.hold(socket.get_mut()).await
            }
            Way::FollowByEvents => {
                let mut stream = self.connect(None).await?;
                stream.write_all(&self.question_of_events(live::CHANGED)).await?;
                self.hold(&mut stream).await
            }
            Way::Trickle(length) => self.trickle(*length).await,
            Way::NeverRead(request) => self.never_read(request).await,
            Way::Idle => self.hold(&mut self.connect(None).await?).await,
        }
    }

    async fn ask(&self, request: &[u8]) -> io::Result<()> {
        let mut client = Client::over(self.connect(None).await?)?;
        loop {
            let answer = client.ask(request).await?;
            let Some(code) = code(&answer) else {
                self.count("answered");
                continue;
            };
            self.count(&format!("{} {code}", answer.status));
            sleep(ASKS_AGAIN).await;
        }
    }

    async fn hang_up(&self, request: &[u8], after: Duration) -> io::Result<()> {
        let mut stream = self.connect(None).await?;
        stream.write_all(request).await?;
        sleep(after).await;
        drop(stream);
        self.count("hung up");
        sleep(WAVES).await;
        Ok(())
    }

    async fn complete(&self, query: &str, after: Duration) -> io::Result<()> {
        let mut socket = self.socket().await?;
        loop {
            for id in 0..10 {
                live::subscribe(&mut socket, &id.to_string(), query).await.map_err(io::Error::other)?;
            }
            sleep(after).await;
            for id in 0..10 {
                live::complete(&mut socket, &id.to_string()).await.map_err(io::Error::other)?;
                self.count("completed");
            }
            sleep(WAVES).await;
        }
    }

    async fn trickle(&self, length: usize) -> io::Result<()> {
        let (mut from, mut to) = self.connect(None).await?.into_split();
        self.count("connected");
        let head = format!(
            "POST /graphql HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n",
            self.to
        );
        to.write_all(head.as_bytes()).await?;
        let mut answer = [0; 4096];
        loop {
            tokio::select! {
                read = from.read(&mut answer) => {
                    self.count(said(answer.get(..read?).unwrap_or_default()));
                    return Ok(());
                }
                () = sleep(Duration::from_secs(1)) => to.write_all(b"    ").await?,
            }
        }
    }

    async fn never_read(&self, request: &[u8]) -> io::Result<()> {
        // With the smallest room for what comes, so that it is the server who keeps it.
        let mut stream = self.connect(Some(4096)).await?;
        self.count("connected");
        loop {
            stream.write_all(request).await?;
            sleep(Duration::from_millis(100)).await;
        }
    }

    async fn socket(&self) -> io::Result<Socket> {
        match timeout(PATIENCE, live::open(self.connect(None).await?, self.to, None)).await? {
            Ok(socket) => Ok(socket),
            Err(Error::Http(response)) => {
                self.count(&format!("not opened: {}", response.status().as_u16()));
                Err(io::ErrorKind::ConnectionRefused.into())
            }
            Err(error) => Err(io::Error::other(error)),
        }
    }

    /// Reads whatever comes, until it says that this was not wanted.
    async fn hold(&self, stream: &mut TcpStream) -> io::Result<()> {
        self.count("connected");
        let mut answer = [0; 4096];
        loop {
            let read = stream.read(&mut answer).await?;
            let said = said(answer.get(..read).unwrap_or_default());
            if said != "200" && said != "more" {
                self.count(said);
                return Ok(());
            }
        }
    }

    /// Connects, with a buffer of that size for what comes.
    async fn connect(&self, buffer: Option<u32>) -> io::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        if let Some(buffer) = buffer {
            socket.set_recv_buffer_size(buffer)?;
        }
        socket.bind((FROM, 0).into())?;
        timeout(PATIENCE, socket.connect(self.to)).await?
    }

    fn count(&self, what: &str) {
        if let Ok(mut got) = self.got.lock() {
            match got.get_mut(what) {
                Some(count) => *count += 1,
                None => drop(got.insert(what.to_owned(), 1)),
            }
        }
    }
}

/// The status at the beginning of what came, if one stands there.
fn said(bytes: &[u8]) -> &str {
    if bytes.is_empty() {
        return "closed";
    }
    let status = bytes.strip_prefix(b"HTTP/1.1 ").and_then(|rest| rest.get(..3));
    status.and_then(|status| str::from_utf8(status).ok()).unwrap_or("more")
}
