//! A rehearsal of the rules: who would have been told what, had others held.

use std::collections::HashSet;

use chrono::{DateTime, NaiveTime, Utc};
use derive::boxed;
use diesel::sql_types::{Date as SqlDate, Text, Timestamptz};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use serde_json::json;
use uuid::Uuid;

use super::{
    NotificationKind,
    rule::{RulesChange, rules},
    tell::{Told, due},
};
use crate::{
    Date, DbError, Reader, Violation, ViolationCode,
    access::Auth,
    calendar::{Period, Regime},
    directive::Directive,
    noun::Noun as _,
};

/// The most days that are rehearsed at once.
const MOST_DAYS: i32 = 31;
const MOST: i64 = MOST_DAYS as i64;

/// Somebody who would have been told of something on a day.
#[derive(Debug, Clone, PartialEq, Eq, Hash, SimpleObject)]
#[graphql(directive = Auth::apply(auth::Action::ManageCalendar))]
pub struct Rehearsed {
    /// On which day, at seven in the morning (Asia/Ho_Chi_Minh)
    pub day: Date,
    /// Of what
    pub kind: NotificationKind,
    /// By which step of the rules: working days after the due day, before it where negative
    pub working_days: i32,
    /// The due day
    pub due_on: Date,
    /// Of figures and reports: whether their period follows the calendar or the administrative months; null if it is about something else, or if
    /// the viewer does not see what the agency owes
    pub regime: Option<Regime>,
    /// Of figures and reports: their period; null as before
    pub period: Option<Period>,
    /// How many figures were missing; null as before
    pub figures: Option<i32>,
    /// Who
    #[graphql(skip)]
    pub account_id: Uuid,
    /// Whose figures
    #[graphql(skip)]
    pub agency_id: Option<Uuid>,
    /// The directive that it is about
    #[graphql(skip)]
    pub directive_id: Option<Uuid>,
    /// The rule that asks for the report it is about
    #[graphql(skip)]
    pub reporting_rule_id: Option<Uuid>,
}

/// A stretch of days that are over, both included, if it was given as a whole and is not too long.
pub(super) fn stretch(today: Date, from: Option<Date>, until: Option<Date>) -> Result<Option<(Date, Date)>, DbError> {
    let refused = |code, field| Violation::of(code, &["input", field]);
    let broken = match (from, until) {
        (None, None) => return Ok(None),
        (Some(_), None) => refused(ViolationCode::Required, "until"),
        (None, Some(_)) => refused(ViolationCode::Required, "from"),
        (Some(_), Some(until)) if until >= today => refused(ViolationCode::TooEarly, "until"),
        (Some(from), Some(until)) => match (until.0 - from.0).num_days() {
            0..MOST => return Ok(Some((from, until))),
            _ => refused(ViolationCode::OutOfBounds, "until").limit(MOST_DAYS),
        },
    };
    Err(DbError::Violated(vec![broken]))
}

/// Who would have been told on these days of what falls due and what is late, day by day, each step once, had these rules held beside those
/// of other kinds: by what was known at seven on each morning, and by the roles that people hold now. What would have been told on the
/// working day before the first is not told again.
#[boxed]
pub async fn rehearse(reader: &Reader, change: &RulesChange) -> Result<Vec<Rehearsed>, DbError> {
    let Some((from, until)) = change.stretch else { return Ok(Vec::new()) };
    let mut held = rules(reader, None).await?;
    held.retain(|rule| rule.kind != change.kind);
    let held: Vec<_> = held
        .iter()
        .chain(&change.rules)
        .map(|it| json!({ "kind": it.kind, "party": it.party, "role": it.role, "days": it.working_days }))
        .collect();
    let held = json!(held).to_string();
    let mut known = HashSet::new();
    let mut told = Vec::new();
    for (day, is_before) in days(reader, from, until).await? {
        for it in on(reader, day, &held).await? {
            if known.insert(key(&it)) && !is_before {
                told.push(Rehearsed::of(day, &it));
            }
        }
    }
    as_seen(reader, told).await
}

/// What the reader may know of it. Whoever sets the rules sees whom they tell, when and of which kind; of what it is they see what they see
/// elsewhere: not whose figures are missing, unless they see what is owed, and nothing of a directive that is not there for them.
async fn as_seen(reader: &Reader, told: Vec<Rehearsed>) -> Result<Vec<Rehearsed>, DbError> {
    let directives: Vec<Uuid> = told.iter().filter_map(|it| it.directive_id).collect();
    let seen: HashSet<Uuid> = Directive::by_ids(reader, &directives).await?.into_iter().map(|it| it.id).collect();
    let obligations = reader.scope().obligations();
    let mut rows: Vec<Rehearsed> = Vec::with_capacity(told.len());
    let mut shown = HashSet::new();
    for it in told {
        if it.directive_id.is_some_and(|id| !seen.contains(&id)) {
            continue;
        }
        let is_open = it.directive_id.is_some() || obligations.holds(it.agency_id);
        let row = if is_open { it } else { it.without_what() };
        // What can no longer be told apart is one.
        if shown.insert(row.clone()) {
            rows.push(row);
        }
    }
    Ok(rows)
}

/// The working days of a stretch, and the one before it, which is marked.
async fn days(reader: &Reader, from: Date, until: Date) -> Result<Vec<(Date, bool)>, DbError> {
    // No row of free days is longer than that.
    const DAYS: &str = "SELECT day::date AS day FROM generate_series($1 - 30, $2, interval '1 day') AS day
        WHERE working_days_until(day::date - 1, day::date) = 1 AND day::date >= coalesce((
            SELECT max(before::date) FROM generate_series($1 - 30, $1 - 1, interval '1 day') AS before
            WHERE working_days_until(before::date - 1, before::date) = 1), $1)
        ORDER BY day";
    let days = diesel::sql_query(DAYS).bind::<SqlDate, _>(from).bind::<SqlDate, _>(until);
    let days: Vec<Day> = days.load(&mut reader.statement().await?).await?;
    Ok(days.into_iter().map(|it| (it.day, it.day < from)).collect())
}

#[derive(diesel::QueryableByName)]
struct Day {
    #[diesel(sql_type = SqlDate)]
    day: Date,
}

/// Whom these rules name on the morning of a day, by what was known then.
async fn on(reader: &Reader, day: Date, rules: &str) -> Result<Vec<Told>, DbError> {
    const RULES: &str =
        "SELECT * FROM jsonb_to_recordset($3::jsonb) AS given (kind text, party text, role text, days integer)";
    // Seven in Việt Nam is midnight in UTC.
    let morning: DateTime<Utc> = day.0.and_time(NaiveTime::MIN).and_utc();
    let then = reader.as_of(morning, day).await?;
    let query = diesel::sql_query(due(RULES, "$4", "")).bind::<SqlDate, _>(day);
    let query = query.bind::<Timestamptz, _>(morning).bind::<Text, _>(rules).bind::<SqlDate, _>(reader.today());
    Ok(query.load(&mut then.statement().await?).await?)
}

/// By what somebody knows a step: they are told of it once. The source of figures and reports names the day, which does not matter.
type Step = (
    Uuid,
    &'static str,
    Option<String>,
    Option<(Regime, Period)>,
    Option<Uuid>,
    Option<i32>,
    Option<Date>,
    Option<Uuid>,
);

fn key(it: &Told) -> Step {
    let period = it.regime.zip(it.period);
    let source = period.is_none().then(|| it.source.clone());
    (it.account_id, it.kind.as_str(), source, period, it.reporting_rule_id, it.step, it.due_on, it.agency_id)
}

impl Rehearsed {
    /// The same without what somebody owes.
    fn without_what(self) -> Self {
        Self { regime: None, period: None, figures: None, agency_id: None, reporting_rule_id: None, ..self }
    }

    fn of(day: Date, it: &Told) -> Self {
        Self {
            day,
            kind: it.kind,
            working_days: it.step.unwrap_or_default(),
            due_on: it.due_on.unwrap_or(day),
            regime: it.regime,
            period: it.period,
            figures: it.figures.filter(|_| it.reporting_rule_id.is_none()),
            account_id: it.account_id,
            agency_id: it.agency_id,
            directive_id: it.directive_id,
            reporting_rule_id: it.reporting_rule_id,
        }
    }
}
