//! Which due dates a change of the calendar or of a schedule moves.

use std::collections::HashMap;

use diesel::{
    QueryableByName,
    sql_types::{Date as SqlDate, Integer, Text},
};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};

use super::due::{earlier, later};
use crate::{
    Date, DbError,
    access::Auth,
    calendar::{Period, Regime},
    writer::Writing,
};

/// A due date that moves with holidays or schedules: that of one period in one regime.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName, SimpleObject, Serialize, Deserialize)]
#[graphql(name = "MovedDueDate", directive = Auth::apply(auth::Action::SeePublished))]
pub struct MovedDueDate {
    /// Calendar or administrative periods
    #[diesel(sql_type = Text)]
    pub regime: Regime,
    /// The period
    #[diesel(sql_type = Text)]
    pub period: Period,
    /// The day on which its reports were due; extensions apart
    #[diesel(sql_type = SqlDate)]
    pub due_before: Date,
    /// The day on which they are due with the change
    #[diesel(sql_type = SqlDate)]
    pub due_on: Date,
    /// The last day on which answers were taken
    #[diesel(sql_type = SqlDate)]
    pub closed_before: Date,
    /// The last day on which answers are taken with the change
    #[diesel(sql_type = SqlDate)]
    pub closes_on: Date,
    /// How many reports are owed for it
    #[diesel(sql_type = Integer)]
    pub obligations: i32,
}

/// Days.
const YEAR: u64 = 366;

/// A change that is under way, and the due dates as they were before it.
pub(super) struct Moving {
    about: Date,
    before: Vec<MovedDueDate>,
}

impl Moving {
    /// Before the change: it is about this day, the first that it touches.
    pub async fn begin(writing: &mut Writing, about: Date) -> Result<Self, DbError> {
        Ok(Self { about, before: due_dates(writing, about).await? })
    }

    /// After the change: the due dates that are others now, the earliest period first.
    pub async fn end(self, writing: &mut Writing) -> Result<Vec<MovedDueDate>, DbError> {
        let after = due_dates(writing, self.about).await?;
        let before: HashMap<_, _> = self.before.into_iter().map(|it| ((it.regime, it.period), it)).collect();
        let moved = after.into_iter().filter_map(|after| {
            let before = before.get(&(after.regime, after.period))?;
            let (due_before, closed_before) = (before.due_on, before.closes_on);
            let is_moved = (due_before, closed_before) != (after.due_on, after.closes_on);
            is_moved.then_some(MovedDueDate { due_before, closed_before, ..after })
        });
        Ok(moved.collect())
    }
}

/// The due dates of all periods that end in the year before a day, or within a year from it.
async fn due_dates(writing: &mut Writing, day: Date) -> Result<Vec<MovedDueDate>, DbError> {
    const QUERY: &str = "SELECT s.regime, p.period, p.due_on AS due_before, p.due_on, p.closes_on AS closed_before, p.closes_on,
            (SELECT count(*) FROM reporting_assignment a
             WHERE a.regime = s.regime AND a.period_kind = s.period_kind AND a.valid @> p.ends_on - 1)::integer AS obligations
        FROM reporting_schedule s CROSS JOIN LATERAL reporting_due(s, $1, $2) AS p
        ORDER BY p.ends_on, s.regime, p.starts_on";
    let query = diesel::sql_query(QUERY).bind::<SqlDate, _>(earlier(day, YEAR)).bind::<SqlDate, _>(later(day, YEAR));
    Ok(query.load(writing.connection()).await?)
}
