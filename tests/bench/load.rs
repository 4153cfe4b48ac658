//! The load on the API: clients that each send the same request over one connection, again as soon as it is answered.

use std::{net::SocketAddr, time::Duration};

use tests::{
    load::{Answer, Client},
    program::Result,
};
use tokio::{task::JoinSet, time::Instant};

use crate::sample::Sample;

/// Longer than any answer may take.
const PATIENCE: Duration = Duration::from_secs(30);

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
        if answer.status != 200 || answer.body != expected {
            let Answer { head, body, .. } = answer;
            return Err(format!("under load the answer changed to: {head}{}", String::from_utf8_lossy(body)).into());
        }
    }
    Ok(latencies)
}
