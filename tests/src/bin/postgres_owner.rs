//! Owns an embedded PostgreSQL with a migrated database until it is killed: `postgres_owner DATA_DIR` says the server's
//! process number and the database's address, and waits.

use std::{error::Error, io::Write as _};

use db::{
    connection::SessionLimits,
    embedded::{DATABASE, Embedded, EmbeddedConfig},
    migrate,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let data_dir = std::env::args_os().nth(1).ok_or("usage: postgres_owner DATA_DIR")?;
    let embedded = Embedded::start(EmbeddedConfig { durable: false, ..EmbeddedConfig::new(data_dir) }).await?;
    migrate::run(&embedded.connection(DATABASE, SessionLimits::default())?).await?;
    writeln!(std::io::stdout(), "{} {}", embedded.pid().unwrap_or_default(), embedded.url(DATABASE))?;
    std::future::pending().await
}
