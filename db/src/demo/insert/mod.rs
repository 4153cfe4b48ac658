//! Puts the facts into the tables: whatever is there already stays as it is.

mod agencies;
mod assessments;
mod communes;
mod digital_systems;
mod directives;
mod documents;
mod goals;
mod indicators;
mod measures;
mod period_reports;
mod programmes;
mod recommendations;
mod reporting_rules;
mod story;
mod targets;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::ExpressionMethods as _;
use diesel_async::{AsyncPgConnection, RunQueryDsl as _};
use uuid::Uuid;

use super::facts::Facts;
use crate::{DbError, schema::change};

pub(super) use communes::insert as insert_communes;
pub(super) use indicators::definition_id;

/// `INSERT … ON CONFLICT (key) DO NOTHING RETURNING column`.
///
/// A conflict on anything but the key, such as another object with the same code, is an error: it is not the demo's.
macro_rules! insert_new {
    ($load:expr, $table:ident, $key:expr => $returning:expr, $rows:expr) => {
        diesel::insert_into($table::table)
            .values($rows.collect::<Vec<_>>())
            .on_conflict($key)
            .do_nothing()
            .returning($returning)
            .get_results::<uuid::Uuid>($load.connection)
            .await?
    };
}
pub(super) use insert_new;

/// One load: its transaction, its moment, and what it has added so far.
pub(super) struct Load<'a> {
    pub connection: &'a mut AsyncPgConnection,
    pub today: NaiveDate,
    pub now: DateTime<Utc>,
    pub added: &'a mut BTreeMap<&'static str, u64>,
    /// For the outbox, which comes last: from its first row on, other writers wait.
    pub created: Vec<(&'static str, Vec<Uuid>)>,
}

impl Load<'_> {
    /// Records new objects in the report, and for the outbox.
    pub fn created(&mut self, noun: &'static str, ids: Vec<Uuid>) {
        *self.added.entry(noun).or_default() += ids.len() as u64;
        self.created.push((noun, ids));
    }

    /// Writes the outbox.
    pub async fn announce(self) -> Result<(), DbError> {
        for (noun, ids) in &self.created {
            let rows = ids.iter().map(|id| {
                (
                    change::noun.eq(noun),
                    change::object_id.eq(id),
                    change::kind.eq("CREATED"),
                    change::recorded_at.eq(self.now),
                )
            });
            diesel::insert_into(change::table).values(rows.collect::<Vec<_>>()).execute(self.connection).await?;
        }
        Ok(())
    }
}

/// Inserts every fact that is missing, in an order in which each finds what it refers to.
pub(super) async fn insert(load: &mut Load<'_>, facts: &Facts) -> Result<(), DbError> {
    agencies::insert(load, &facts.agencies).await?;
    documents::insert(load, &facts.documents).await?;
    agencies::insert_history(load, &facts.agencies).await?;
    programmes::insert(load, &facts.programmes).await?;
    indicators::insert(load, &facts.indicators).await?;
    programmes::insert_members(load, &facts.programmes).await?;
    targets::insert(load, &facts.targets).await?;
    assessments::insert(load, &facts.assessments).await?;
    directives::insert(load, &facts.directives, &facts.reported_directives()).await?;
    recommendations::insert(load, &facts.recommendations).await?;
    period_reports::insert(load, &facts.period_reports).await?;
    digital_systems::insert(load, &facts.digital_systems).await?;
    measures::insert(load, &facts.measures).await?;
    goals::insert(load, &facts.goals).await?;
    reporting_rules::insert(load, &facts.reporting_rules).await
}
