//! `cotmoc mail`: what waits to be sent, and what was given up.

use std::fmt::Write as _;

use clap::Args;
use db::{
    DbError, Origin,
    mail::{self, Queue},
};

use super::output;
use crate::{
    config::{Config, settings},
    database::{Database, Sharing},
    server::ServerError,
};

/// Show what waits to be sent by e-mail, and what was given up; send that again
///
/// A mail is given up after ten attempts in a day and a half, when the other side will never take it, or when it may have gone out twice.
#[derive(Debug, Args)]
pub struct Mail {
    /// Send all that was given up again
    #[arg(long)]
    again: bool,
}

impl Mail {
    /// Does it, on the database of these settings.
    pub async fn run(&self, config: &Config) -> Result<(), ServerError> {
        let database = Database::open(config, Sharing::Join).await?;
        let done = self.on(config, &database).await;
        database.close().await?;
        output::result(&done.map_err(|error| ServerError::Database(error.into()))?);
        Ok(())
    }

    async fn on(&self, config: &Config, database: &Database) -> Result<String, DbError> {
        if self.again {
            let writer = config.clock().writer(database.pool().clone(), Origin::default());
            let again = mail::again(&writer).await?;
            return Ok(format!("{again} notifications and password links are sent again\n"));
        }
        let Queue { notifications, links, dead } = mail::queue(database.pool()).await?;
        let mut shown = format!("{notifications} notifications and {links} password links wait for their mail\n");
        if config.mail.is_none() {
            writeln!(shown, "Nothing is sent: {} is not set", settings::SMTP_URL.env).unwrap_or_default();
        }
        for it in &dead {
            let (login, reason) = (&it.login, &it.error);
            let what = it.notifications.map_or("a password link".to_owned(), |count| format!("{count} notifications"));
            let day = it.ended_at.format("%Y-%m-%d %H:%M UTC");
            writeln!(shown, "given up {day}  {login}  {what}  {reason}").unwrap_or_default();
        }
        if !dead.is_empty() {
            shown.push_str("`cotmoc mail --again` sends them again\n");
        }
        Ok(shown)
    }
}
