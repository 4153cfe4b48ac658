//! HTTP/1.1 by hand, for clients that put a server under load: every cycle of a client is taken from the server beside it.

use std::{
    fmt::Write as _,
    io::{Error, ErrorKind, Result},
    net::SocketAddr,
    str,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// The bytes of a POST of JSON to a path, with these headers besides, on a connection that stays open.
#[must_use]
pub fn post(to: SocketAddr, path: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let mut request = format!("POST {path} HTTP/1.1\r\nhost: {to}\r\ncontent-type: application/json\r\n");
    for (name, value) in headers {
        // Writing to a text never fails.
        let _ = write!(request, "{name}: {value}\r\n");
    }
    let _ = write!(request, "content-length: {}\r\n\r\n{body}", body.len());
    request.into_bytes()
}

/// The bytes of a POST to `/graphql` that accepts JSON.
#[must_use]
pub fn request(to: SocketAddr, body: &str) -> Vec<u8> {
    post(to, "/graphql", &[("accept", "application/json")], body)
}

/// One connection, whose answers come one after the other.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer<'a> {
    /// Status of HTTP.
    pub status: u16,
    /// Status line and headers.
    pub head: &'a str,
    /// What follows them.
    pub body: &'a [u8],
}

impl Client {
    /// Connects.
    pub async fn connect(to: SocketAddr) -> Result<Self> {
        Self::over(TcpStream::connect(to).await?)
    }

    /// Over a connection that somebody made.
    pub fn over(stream: TcpStream) -> Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(1 << 14) })
    }

    /// Sends the request; answers what comes back.
    pub async fn ask(&mut self, request: &[u8]) -> Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let head = loop {
            let known = self.buffer.len().saturating_sub(3);
            self.receive().await?;
            let new = self.buffer.get(known..).unwrap_or_default();
            if let Some(end) = new.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
                break known + end + 4;
            }
        };
        let length = length(text(&self.buffer, head)?)?;
        while self.buffer.len() < head + length {
            self.receive().await?;
        }
        let body = self.buffer.get(head..).unwrap_or_default();
        let head = text(&self.buffer, head)?;
        Ok(Answer { status: status(head)?, head, body })
    }

    async fn receive(&mut self) -> Result<()> {
        match self.stream.read_buf(&mut self.buffer).await? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

fn text(bytes: &[u8], end: usize) -> Result<&str> {
    str::from_utf8(bytes.get(..end).unwrap_or_default()).map_err(Error::other)
}

fn status(head: &str) -> Result<u16> {
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    status.ok_or_else(|| Error::other(format!("no status: {head}")))
}

fn length(head: &str) -> Result<usize> {
    let mut fields = head.lines().filter_map(|line| line.split_once(':'));
    let length = fields.find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length = length.and_then(|(_, value)| value.trim().parse().ok());
    length.ok_or_else(|| Error::other(format!("an answer without content-length: {head}")))
}
