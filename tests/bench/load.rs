//! The load on the API: clients that each send the same request over one connection, again as soon as it is answered.
//!
//! HTTP/1.1 by hand, since every cycle of a client is taken from the server beside it.

use std::{net::SocketAddr, str, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
    time::Instant,
};

use crate::{Result, sample::Sample};

/// Longer than any answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The bytes of a POST to `/graphql`, on a connection that stays open.
pub fn request(to: SocketAddr, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST /graphql HTTP/1.1\r\nhost: {to}\r\ncontent-type: application/json\r\naccept: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// What the server answers once.
pub async fn ask(to: SocketAddr, request: &[u8]) -> Result<Vec<u8>> {
    Ok(Client::connect(to).await?.ask(request).await?.to_vec())
}

/// Runs so many clients for so long. An answer that is not `expected` ends it with an error.
pub async fn run(to: SocketAddr, request: &[u8], expected: &[u8], clients: usize, time: Duration) -> Result<Sample> {
    let mut connected = Vec::with_capacity(clients);
    for _ in 0..clients {
        connected.push(Client::connect(to).await?);
    }
    let begin = Instant::now();
    let mut running = JoinSet::new();
    for client in connected {
        running.spawn(repeat(client, request.to_vec(), expected.to_vec(), begin + time));
    }
    let mut latencies = Vec::new();
    while let Some(of_client) = running.join_next().await {
        latencies.append(&mut of_client??);
    }
    Ok(Sample::new(latencies, begin.elapsed()))
}

async fn repeat(mut client: Client, request: Vec<u8>, expected: Vec<u8>, end: Instant) -> Result<Vec<Duration>> {
    let mut latencies = Vec::new();
    while Instant::now() < end {
        let begin = Instant::now();
        let answer = tokio::time::timeout(PATIENCE, client.ask(&request)).await??;
        latencies.push(begin.elapsed());
        if answer != expected {
            return Err(format!("under load the answer changed to: {}", String::from_utf8_lossy(answer)).into());
        }
    }
    Ok(latencies)
}

struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Client {
    async fn connect(to: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(1 << 17) })
    }

    /// Sends the request; answers the body of what comes back.
    async fn ask(&mut self, request: &[u8]) -> Result<&[u8]> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            self.receive().await?;
            if let Some(end) = self.buffer.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let length = length(str::from_utf8(self.buffer.get(..head).unwrap_or_default())?)?;
        while self.buffer.len() < head + length {
            self.receive().await?;
        }
        self.buffer.get(head..).ok_or_else(|| "an answer without a body".into())
    }

    async fn receive(&mut self) -> Result<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err("the server closed the connection".into()),
            _ => Ok(()),
        }
    }
}

fn length(head: &str) -> Result<usize> {
    if !head.starts_with("HTTP/1.1 200 ") {
        return Err(format!("not answered with 200: {head}").into());
    }
    let fields = head.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = fields
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .ok_or("an answer without content-length")?;
    Ok(value.trim().parse()?)
}
