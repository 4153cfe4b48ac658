//! The workloads that read: all contenders answer the same.

use std::sync::Arc;

use serde_json::Value;
use tests::{
    load::{Client, request},
    program::{Result, Server},
};

use crate::{
    contest::{
        Contender::{Cached, Limit, Uncached},
        Contest, Way,
    },
    load::{Asks, Same, data},
    stage::{Database, Servers},
    workloads::Workload,
};

/// The contest of a workload, once it is sure that all answer the same.
pub async fn contest<'a>(
    workload: &'static Workload,
    database: &Database,
    servers: &'a Servers,
) -> Result<Contest<'a>> {
    let uncached = agreed(workload, database, &servers.uncached).await?;
    let cached = agreed(workload, database, &servers.cached).await?;
    let bytes = uncached.expected().len();
    let contenders = [
        (Limit, Way::Sql(workload.script())),
        (Uncached, Way::Http(&servers.uncached, uncached)),
        (Cached, Way::Http(&servers.cached, cached)),
    ];
    Ok(Contest::new(workload.name, workload.about, bytes, contenders))
}

/// The same without the server that remembers.
pub async fn uncached<'a>(workload: &'static Workload, database: &Database, server: &'a Server) -> Result<Contest<'a>> {
    let asks = agreed(workload, database, server).await?;
    let bytes = asks.expected().len();
    let contenders = [(Limit, Way::Sql(workload.script())), (Uncached, Way::Http(server, asks))];
    Ok(Contest::new(workload.name, workload.about, bytes, contenders))
}

/// A server alone is asked.
pub async fn load<'a>(workload: &'static Workload, database: &Database, server: &'a Server) -> Result<Contest<'a>> {
    let asks = agreed(workload, database, server).await?;
    let bytes = asks.expected().len();
    Ok(Contest::new(workload.name, workload.about, bytes, [(Cached, Way::Http(server, asks))]))
}

/// What a server is asked, and what it answered when it was asked before: the same data as the SQL.
async fn agreed(workload: &Workload, database: &Database, server: &Server) -> Result<Arc<dyn Asks>> {
    let request = request(server.address, &workload.body());
    let mut client = Client::connect(server.address).await?;
    client.ask(&request).await?;
    let answer = client.ask(&request).await?.body.to_vec();
    let by_sql: Value = serde_json::from_str(&database.text(&workload.filled_sql()).await?)?;
    let by_api: Value = serde_json::from_slice(&answer)?;
    if by_api.get("data") != Some(&by_sql) {
        return Err(
            format!("{}: the answers differ\n\nAPI: {by_api:.5000}\n\nSQL: {by_sql:.5000}", workload.name).into()
        );
    }
    Ok(Arc::new(Same { request, answer: data(&answer).to_vec() }))
}
