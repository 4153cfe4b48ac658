//! The load on the API: clients that each send a request over one connection, and the next as soon as it is answered.

use std::{borrow::Cow, net::SocketAddr, sync::Arc, time::Duration};

use tests::{
    load::{Answer, Client},
    program::Result,
};
use tokio::{task::JoinSet, time::Instant};

use crate::sample::Sample;

/// Longer than any answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// What clients ask, and what they are answered.
pub trait Asks: Send + Sync {
    /// The bytes of the next request.
    fn next(&self) -> Result<Cow<'_, [u8]>>;

    /// What the body of every answer begins with.
    fn expected(&self) -> &[u8];
}

/// The data of an answer. What follows them, in the extensions, tells what is left of the limits.
pub fn data(body: &[u8]) -> &[u8] {
    const EXTENSIONS: &[u8] = b",\"extensions\":";
    let end = body.windows(EXTENSIONS.len()).rposition(|bytes| bytes == EXTENSIONS);
    end.and_then(|end| body.get(..end)).unwrap_or(body)
}

/// The same request again and again.
pub struct Same {
    pub request: Vec<u8>,
    /// What its answers begin with.
    pub answer: Vec<u8>,
}

impl Asks for Same {
    fn next(&self) -> Result<Cow<'_, [u8]>> {
        Ok(Cow::Borrowed(&self.request))
    }

    fn expected(&self) -> &[u8] {
        &self.answer
    }
}

/// Runs so many clients for so long. An answer that was not expected ends it with an error.
pub async fn run(to: SocketAddr, asks: &Arc<dyn Asks>, clients: usize, time: Duration) -> Result<Sample> {
    let mut connected = Vec::with_capacity(clients);
    for _ in 0..clients {
        connected.push(Client::connect(to).await?);
    }
    let begin = Instant::now();
    let mut running = JoinSet::new();
    for client in connected {
        running.spawn(repeat(client, Arc::clone(asks), begin + time));
    }
    let mut latencies = Vec::new();
    while let Some(of_client) = running.join_next().await {
        latencies.append(&mut of_client??);
    }
    Ok(Sample::new(latencies, begin.elapsed()))
}

async fn repeat(mut client: Client, asks: Arc<dyn Asks>, end: Instant) -> Result<Vec<Duration>> {
    let mut latencies = Vec::new();
    while Instant::now() < end {
        let request = asks.next()?;
        let begin = Instant::now();
        let answer = tokio::time::timeout(PATIENCE, client.ask(&request)).await??;
        latencies.push(begin.elapsed());
        if answer.status != 200 || !answer.body.starts_with(asks.expected()) {
            let Answer { head, body, .. } = answer;
            return Err(
                format!("under load the answer changed to: {head}{:.2000}", String::from_utf8_lossy(body)).into()
            );
        }
    }
    Ok(latencies)
}
