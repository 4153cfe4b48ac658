//! HTTP by the byte: for clients that no library would write.

use std::{net::SocketAddr, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

/// Longer than anything here may take: a test that would wait for ever fails instead.
const PATIENCE: Duration = Duration::from_secs(60);

/// One connection.
#[derive(Debug)]
pub struct Raw(TcpStream);

impl Raw {
    /// Connects.
    pub async fn connect(to: SocketAddr) -> Self {
        Self(TcpStream::connect(to).await.unwrap())
    }

    /// Connects and sends this.
    pub async fn sent(to: SocketAddr, text: &str) -> Self {
        let mut raw = Self::connect(to).await;
        raw.send(text).await;
        raw
    }

    /// A request to `/graphql` whose head has arrived and whose body of 2 bytes the server waits for.
    pub async fn in_flight(to: SocketAddr) -> Self {
        let head = "POST /graphql HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\n\
                    content-length: 2\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n";
        let mut raw = Self::sent(to, head).await;
        let go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        let mut answer = vec![0; go_on.len()];
        timeout(PATIENCE, raw.0.read_exact(&mut answer)).await.expect("the server asks for the body").unwrap();
        assert_eq!(String::from_utf8_lossy(&answer), go_on);
        raw
    }

    /// Sends more.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.0.write_all(bytes.as_ref()).await.unwrap();
    }

    /// All that comes until the server closes, as text.
    pub async fn to_end(&mut self) -> String {
        String::from_utf8(self.bytes_to_end().await).unwrap()
    }

    /// All that comes until the server closes.
    pub async fn bytes_to_end(&mut self) -> Vec<u8> {
        let mut answer = Vec::new();
        // A reset ends it as well: the server need not read what it has refused.
        let _ = timeout(PATIENCE, self.0.read_to_end(&mut answer)).await.expect("the server closes the connection");
        answer
    }
}
