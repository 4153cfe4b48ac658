//! `cotmoc keys`: the keys that sign access tokens.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use clap::{Args, Subcommand};
use db::{
    DbError, Origin,
    signing_key::{self, StoredKey},
};
use schema::clock::Clock;

use super::output;
use crate::{
    config::{Config, secret},
    database::{Database, Sharing},
    server::ServerError,
};

/// Whoever keeps our key set for a while has the next key by then: the set may be kept for five minutes.
const NOTICE: TimeDelta = TimeDelta::minutes(10);

/// What to do with the keys.
#[derive(Debug, Args)]
pub struct Keys {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show the keys, the one that signs last at the end
    List,
    /// Make a new key: published at once, it signs in ten minutes; nobody is signed out
    Rotate {
        /// It signs at once: whoever verifies our tokens and keeps the key set may refuse some for five minutes
        #[arg(long)]
        now: bool,
    },
    /// Withdraw a key that somebody else may have: the access tokens it signed end, sessions go on with new ones
    Revoke {
        /// Its id, as `cotmoc keys list` shows it
        #[arg(required_unless_present = "all")]
        kid: Option<String>,
        /// All of them, also where their secret is lost; another takes their place
        #[arg(long, conflicts_with = "kid")]
        all: bool,
    },
}

impl Keys {
    /// Does it, on the database of these settings.
    pub async fn run(&self, config: &Config) -> Result<(), ServerError> {
        let database = Database::open(config, Sharing::Join).await?;
        let done = self.on(config, &database).await;
        database.close().await?;
        output::result(&done?);
        Ok(())
    }

    async fn on(&self, config: &Config, database: &Database) -> Result<String, ServerError> {
        let pool = database.pool();
        let clock = config.clock();
        let writer = clock.writer(pool.clone(), Origin::default());
        Ok(match &self.action {
            Action::List => list(&signing_key::all(pool).await.map_err(failed)?, clock),
            Action::Rotate { now } => {
                let from = if *now { clock.now() } else { clock.now() + NOTICE };
                let kid = signing_key::rotate(&writer, &secret::sealer(config)?, from).await.map_err(failed)?;
                format!("{kid} signs from {}\n", written(from))
            }
            Action::Revoke { kid: Some(kid), .. } => {
                let next = signing_key::revoke(&writer, &secret::sealer(config)?, kid).await.map_err(failed)?;
                let next = next.map(|next| format!("{next} signs from now on\n")).unwrap_or_default();
                format!("{kid} is withdrawn\n{next}")
            }
            Action::Revoke { kid: None, .. } => {
                let revoked = signing_key::revoke_all(&writer).await.map_err(failed)?;
                signing_key::ensure(&writer, &secret::sealer(config)?).await.map_err(failed)?;
                format!("{revoked} withdrawn, another signs from now on\n")
            }
        })
    }
}

/// In the words of whoever typed the command.
fn failed(error: DbError) -> ServerError {
    let words = match error {
        DbError::NotFound => "there is no key of that id; `cotmoc keys list` shows them",
        DbError::Violated(_) => "this key was withdrawn before",
        error => return ServerError::Database(error.into()),
    };
    ServerError::Database(DbError::Refused(words.to_owned()).into())
}

fn list(keys: &[StoredKey], clock: Clock) -> String {
    let now = clock.now();
    let signer = keys.iter().rfind(|key| key.revoked_at.is_none() && key.signs_from <= now);
    let mut table = String::new();
    for key in keys {
        let state = match key.revoked_at {
            Some(at) => format!("withdrawn {}", written(at)),
            None if signer.is_some_and(|signer| signer.kid == key.kid) => "signs".to_owned(),
            None if key.signs_from > now => "will sign".to_owned(),
            None => "has signed".to_owned(),
        };
        let _ = writeln!(table, "{}  from {}  {state}", key.kid, written(key.signs_from));
    }
    if table.is_empty() { "there are none; the next server to start makes one\n".to_owned() } else { table }
}

fn written(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}
