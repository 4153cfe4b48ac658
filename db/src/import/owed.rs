//! What an agency owes, for templates: figures for a period, progress of its directives; and what of the catalogue the rows of a file are read by.

use std::collections::HashMap;

use auth::{Permit, action::ReportProgress};
use derive::boxed;
use diesel::{
    ExpressionMethods as _, OptionalExtension as _, PgSortExpressionMethods as _, QueryDsl as _, Queryable,
    QueryableByName,
    sql_types::{Date as SqlDate, Integer, Nullable, Numeric, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::{
    Date, DbError, Pool, Reader,
    calendar::{Period, Regime},
    directive::DirectiveState,
    indicator::{Unit, ValueKind},
    schema::{agency, directive, directive_lead, indicator, progress_update},
    visible::visible_to,
};

/// A figure that is owed.
#[derive(Debug, Clone, QueryableByName)]
pub struct OwedFigure {
    /// The code of the indicator.
    #[diesel(sql_type = Text)]
    pub indicator: String,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// The code of whose figure it is.
    #[diesel(sql_type = Text)]
    pub subject: String,
    /// Its unit.
    #[diesel(sql_type = Text)]
    pub unit: Unit,
    /// How it is answered.
    #[diesel(sql_type = Text)]
    pub value_kind: ValueKind,
    /// The smallest that is plausible.
    #[diesel(sql_type = Nullable<Numeric>)]
    pub lower: Option<Decimal>,
    /// The largest that is plausible.
    #[diesel(sql_type = Nullable<Numeric>)]
    pub upper: Option<Decimal>,
    /// The latest that was published for an earlier period of the same length.
    #[diesel(sql_type = Nullable<Numeric>)]
    pub last: Option<Decimal>,
    /// The number of the revision that is being drafted, if one is.
    #[diesel(sql_type = Nullable<Integer>)]
    revision: Option<i32>,
    /// Its state.
    #[diesel(sql_type = Nullable<Text>)]
    state: Option<crate::measurement::MeasurementState>,
    /// The last day on which it is on time.
    #[diesel(sql_type = Nullable<SqlDate>)]
    pub due_on: Option<Date>,
}

impl OwedFigure {
    /// The version of what is being drafted; none if nothing is.
    #[must_use]
    pub fn version(&self) -> Option<i32> {
        crate::measurement::version(self.revision?, self.state?).into()
    }
}

/// What is drafted, and by whom it is assigned, in the order of the catalogue. What was handed in is owed no more.
const OWED: &str = "
    SELECT i.code AS indicator, i.name_vi AS name, s.code AS subject, i.unit, i.value_kind, i.lower_bound AS lower, i.upper_bound AS upper,
        last.value AS last, now.revision, now.state, w.due_on
    FROM reporting_assignment a
    JOIN indicator i ON i.id = a.indicator_id
    JOIN agency s ON s.id = a.subject_id
    CROSS JOIN LATERAL (SELECT w.due_on FROM reporting_window(a.indicator_id, a.subject_id, $2, $3, $4, $5, $6, $7) AS w
        WHERE w.reporter_id = a.reporter_id LIMIT 1) AS w
    LEFT JOIN LATERAL (
        SELECT r.revision, r.state FROM measurement m
        JOIN measurement_revision r ON r.measurement_id = m.id
            AND r.revision = greatest(m.published_revision, m.submitted_revision, m.drafted_revision)
        WHERE m.indicator_id = a.indicator_id AND m.subject_id = a.subject_id AND m.regime = $2 AND m.period = $4) AS now ON true
    LEFT JOIN LATERAL (
        SELECT r.value FROM measurement m
        JOIN measurement_revision r ON r.measurement_id = m.id AND r.revision = m.published_revision
        WHERE m.indicator_id = a.indicator_id AND m.subject_id = a.subject_id AND m.regime = $2 AND m.period_kind = $3 AND m.ends_on <= $5
            AND m.published_revision IS NOT NULL
        ORDER BY m.ends_on DESC LIMIT 1) AS last ON true
    WHERE a.reporter_id = $1 AND a.regime = $2 AND a.period_kind = $3 AND a.valid && daterange($5, $6)
        AND coalesce(now.state IN ('DRAFT', 'RETURNED', 'WITHDRAWN'), true)
        AND EXISTS (SELECT FROM indicator_definition d WHERE d.indicator_id = i.id AND d.method = 'REPORTED')
    ORDER BY i.position, i.code, s.code";

/// The name of an agency, and what it owes for a period; `DbError::NotFound` for an agency for which the reader does not submit figures.
#[boxed]
pub async fn owed(
    reader: &Reader,
    code: &str,
    regime: Regime,
    period: Period,
) -> Result<(String, Vec<OwedFigure>), DbError> {
    let (id, name) = reporting_agency(reader, code).await?;
    let window = period.window(regime);
    let query = diesel::sql_query(OWED)
        .bind::<SqlUuid, _>(id)
        .bind::<Text, _>(regime)
        .bind::<Text, _>(period.kind())
        .bind::<Text, _>(period.to_string())
        .bind::<SqlDate, _>(Date(window.start))
        .bind::<SqlDate, _>(Date(window.end))
        .bind::<SqlDate, _>(reader.today());
    Ok((name, query.load(&mut reader.statement().await?).await?))
}

/// A directive that is not done.
#[derive(Debug, Clone, Queryable)]
pub struct OpenDirective {
    /// Its code.
    pub code: String,
    /// What is to be done.
    pub title: String,
    /// Its last day; none if it has none.
    pub due_on: Option<Date>,
    /// How much was done by the latest report that gives a figure, of 100.
    pub percent: Option<i16>,
    /// The version in which it is seen.
    pub version: i32,
}

/// The name of an agency, and the directives that it leads and that are not done, the most pressing first; `DbError::NotFound` for an agency
/// for which the reader does not report progress.
#[boxed]
pub async fn open_directives(
    reader: &Reader,
    permit: &Permit<ReportProgress>,
    code: &str,
) -> Result<(String, Vec<OpenDirective>), DbError> {
    let (id, name) = reporting_agency(reader, code).await?;
    if !permit.reach().holds(Some(id)) {
        return Err(DbError::NotFound);
    }
    let latest = progress_update::table
        .filter(progress_update::directive_id.eq(directive::id))
        .filter(progress_update::percent.is_not_null())
        .order((progress_update::reported_on.desc(), progress_update::recorded_at.desc()))
        .select(progress_update::percent)
        .limit(1);
    let open = directive::table
        .inner_join(directive_lead::table)
        .filter(directive_lead::agency_id.eq(id))
        .filter(directive::state.eq_any([DirectiveState::Assigned, DirectiveState::InProgress]))
        .filter(visible_to(reader.scope(), directive::table))
        .order((directive::due_on.asc().nulls_last(), directive::code))
        .select((directive::code, directive::title, directive::due_on, latest.single_value(), directive::version));
    Ok((name, open.load(&mut reader.statement().await?).await?))
}

async fn reporting_agency(reader: &Reader, code: &str) -> Result<(Uuid, String), DbError> {
    let found = agency::table.filter(agency::code.eq(code)).select((agency::id, agency::name_vi));
    let found: Option<(Uuid, String)> = found.first(&mut reader.statement().await?).await.optional()?;
    found.filter(|(id, _)| reader.scope().imports().holds(Some(*id))).ok_or(DbError::NotFound)
}

/// The units of indicators, by their codes.
pub type Indicators = HashMap<String, Unit>;

/// The units of all indicators.
#[boxed]
pub async fn indicators(pool: &Pool) -> Result<Indicators, DbError> {
    let all = indicator::table.select((indicator::code, indicator::unit));
    let all: Vec<(String, Unit)> = all.load(&mut pool.get().await?.statement()).await?;
    Ok(all.into_iter().collect())
}
