//! What the database knows of the places where figures belong: who reports there until when, what stands there, what came
//! before. Asked for many places at once, so that a thousand rows take as many statements as one.

use std::collections::HashMap;

use auth::Reached;
use diesel::{
    ExpressionMethods as _, JoinOnDsl as _, QueryDsl as _, QueryableByName, SelectableHelper as _,
    sql_types::{Array, BigInt, Bool, Date as SqlDate, Nullable, Numeric, Text, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl as _};
use futures_util::{
    FutureExt as _,
    future::{OptionFuture, try_join, try_join3},
};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{
    Measurement,
    comparison::{Rules, load_rules},
};
use crate::{
    Date, DbError,
    among::among,
    calendar::{Period, PeriodKind, Regime},
    indicator::Indicator,
    planned::planned,
    schema::{indicator, measurement, measurement_revision},
    writer::Writing,
};

/// Where a figure belongs: one indicator of one subject in one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub indicator_id: Uuid,
    pub subject_id: Uuid,
    pub regime: Regime,
    pub period: Period,
}

impl From<&Measurement> for Place {
    fn from(row: &Measurement) -> Self {
        Self { indicator_id: row.indicator_id, subject_id: row.subject_id, regime: row.regime, period: row.period }
    }
}

/// Many places as columns: the form in which one statement takes them. A row of its answer names its place by number, from 1.
#[derive(Debug, Default)]
struct Columns {
    indicators: Vec<Uuid>,
    subjects: Vec<Uuid>,
    regimes: Vec<Regime>,
    kinds: Vec<PeriodKind>,
    periods: Vec<String>,
    starts: Vec<Date>,
    ends: Vec<Date>,
}

impl<'a> FromIterator<&'a Place> for Columns {
    fn from_iter<I: IntoIterator<Item = &'a Place>>(places: I) -> Self {
        let mut columns = Self::default();
        for place in places {
            let window = place.period.window(place.regime);
            columns.indicators.push(place.indicator_id);
            columns.subjects.push(place.subject_id);
            columns.regimes.push(place.regime);
            columns.kinds.push(place.period.kind());
            columns.periods.push(place.period.to_string());
            columns.starts.push(Date(window.start));
            columns.ends.push(Date(window.end));
        }
        columns
    }
}

/// The places of a query as a table in SQL, from the columns `$1` to `$7`.
const PLACES: &str = "unnest(COALESCE((SELECT $1)), COALESCE((SELECT $2)), COALESCE((SELECT $3)), COALESCE((SELECT $4)), \
    COALESCE((SELECT $5)), COALESCE((SELECT $6)), COALESCE((SELECT $7))) WITH ORDINALITY \
    AS place (indicator_id, subject_id, regime, period_kind, period, starts_on, ends_on, n)";

/// Binds places to a query over [`PLACES`].
macro_rules! over_places {
    ($query:expr, $columns:expr) => {{
        let columns: Columns = $columns;
        diesel::sql_query($query)
            .bind::<Array<SqlUuid>, _>(columns.indicators)
            .bind::<Array<SqlUuid>, _>(columns.subjects)
            .bind::<Array<Text>, _>(columns.regimes)
            .bind::<Array<Text>, _>(columns.kinds)
            .bind::<Array<Text>, _>(columns.periods)
            .bind::<Array<SqlDate>, _>(columns.starts)
            .bind::<Array<SqlDate>, _>(columns.ends)
    }};
}

/// The index of a place, from its number in an answer.
fn index(n: i64) -> usize {
    usize::try_from(n).unwrap_or_default().saturating_sub(1)
}

/// Who is to report a figure at a place, and when (the function `reporting_window` in SQL).
#[derive(Debug, Clone, Copy, QueryableByName)]
pub(super) struct ReportingWindow {
    #[diesel(sql_type = BigInt)]
    n: i64,
    #[diesel(sql_type = SqlUuid)]
    pub reporter_id: Uuid,
    /// The first day on which it may be submitted: what comes earlier is no figure of the period.
    #[diesel(sql_type = SqlDate)]
    pub opens_on: Date,
    /// The last day on which figures are taken without an unlock; none if the period is never closed.
    #[diesel(sql_type = Nullable<SqlDate>)]
    closes_on: Option<Date>,
    #[diesel(sql_type = Bool)]
    unlocked: bool,
}

impl ReportingWindow {
    /// Whether figures are taken no more.
    pub(super) fn is_closed(&self, today: Date) -> bool {
        !self.unlocked && self.closes_on.is_some_and(|last| today > last)
    }
}

/// What is known of places before anything is drafted there.
#[derive(Debug)]
pub(super) struct Known {
    pub windows: HashMap<Place, Vec<ReportingWindow>>,
    /// The measurements that are there already.
    pub existing: HashMap<Place, Uuid>,
    pub past: Past,
}

impl Known {
    /// `reach` is whose figures the rules are held against; none where nothing is submitted.
    pub(super) async fn load(
        writing: &mut Writing,
        places: &[Place],
        reach: Option<&Reached>,
    ) -> Result<Self, DbError> {
        let today = writing.today();
        let connection = writing.connection_for(2 + Past::statements(reach));
        let windows = load_windows(connection, today, places);
        let existing = load_existing(connection, places);
        let (windows, existing, past) = try_join3(windows, existing, Past::ask(connection, places, reach)).await?;
        Ok(Self { windows, existing, past })
    }
}

/// What a figure is held against.
#[derive(Debug)]
pub(super) struct Past {
    /// The published figures of the periods before it, the latest first.
    pub history: HashMap<Place, Vec<Decimal>>,
    /// The rules between it and others; none where nothing is submitted.
    pub rules: Rules,
}

impl Past {
    /// As in [`Known::load`].
    pub(super) async fn load(
        writing: &mut Writing,
        places: &[Place],
        reach: Option<&Reached>,
    ) -> Result<Self, DbError> {
        Self::ask(writing.connection_for(Self::statements(reach)), places, reach).await
    }

    fn statements(reach: Option<&Reached>) -> usize {
        1 + usize::from(reach.is_some())
    }

    async fn ask(connection: &AsyncPgConnection, places: &[Place], reach: Option<&Reached>) -> Result<Self, DbError> {
        let rules = OptionFuture::from(reach.map(|reach| load_rules(connection, places, reach)));
        let rules = rules.map(|rules| rules.transpose().map(Option::unwrap_or_default));
        let (history, rules) = try_join(load_history(connection, places), rules).await?;
        Ok(Self { history, rules })
    }
}

/// The rows of an answer by the places that they are of.
pub(super) fn by_place<R, V>(places: &[Place], rows: Vec<R>, of: impl Fn(R) -> (i64, V)) -> HashMap<Place, Vec<V>> {
    let mut found = HashMap::<Place, Vec<V>>::new();
    for (n, value) in rows.into_iter().map(of) {
        if let Some(place) = places.get(index(n)) {
            found.entry(*place).or_default().push(value);
        }
    }
    found
}

/// Loads, for each place, the reporters it is assigned to and their windows.
pub(super) async fn load_windows(
    mut connection: &AsyncPgConnection,
    today: Date,
    places: &[Place],
) -> Result<HashMap<Place, Vec<ReportingWindow>>, DbError> {
    let query = format!(
        "SELECT place.n, w.reporter_id, w.opens_on, w.closes_on, w.unlocked FROM {PLACES} \
         CROSS JOIN LATERAL reporting_window(place.indicator_id, place.subject_id, place.regime, place.period_kind, \
             place.period, place.starts_on, place.ends_on, $8) AS w ORDER BY place.n"
    );
    let query = over_places!(query, places.iter().collect()).bind::<SqlDate, _>(today);
    let found: Vec<ReportingWindow> = planned(query).load(&mut connection).await?;
    Ok(by_place(places, found, |window| (window.n, window)))
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    n: i64,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Finds the measurements that are there already.
async fn load_existing(mut connection: &AsyncPgConnection, places: &[Place]) -> Result<HashMap<Place, Uuid>, DbError> {
    let query = format!(
        "SELECT place.n, m.id FROM {PLACES} JOIN measurement m USING (indicator_id, subject_id, regime, period)"
    );
    let found: Vec<Found> = planned(over_places!(query, places.iter().collect())).load(&mut connection).await?;
    Ok(found.into_iter().filter_map(|found| Some((*places.get(index(found.n))?, found.id))).collect())
}

/// Locks measurements until the end of the transaction, and loads each with its latest revision.
pub(super) async fn lock_and_load(
    writing: &mut Writing,
    ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, Measurement>, DbError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let lock = diesel::sql_query("SELECT measurement_lock($1)").bind::<Array<SqlUuid>, _>(&ids);
    planned(lock).execute(writing.connection()).await?;
    // Read after that, for each may just have changed.
    load_latest(writing, &ids).await
}

/// Loads measurements, each with its latest revision, whoever may see that.
pub(super) async fn load_latest(writing: &mut Writing, ids: &[Uuid]) -> Result<HashMap<Uuid, Measurement>, DbError> {
    let query = measurement::table
        .inner_join(measurement_revision::table.on(super::latest_revision()))
        .filter(among(measurement::id, ids.to_vec()))
        .select(Measurement::as_select());
    let rows: Vec<Measurement> = planned(query).load(writing.connection()).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// Loads indicators by their ids.
pub(super) async fn load_indicators(
    writing: &mut Writing,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Indicator>, DbError> {
    let query = indicator::table.filter(indicator::id.eq_any(ids.into_iter().collect::<Vec<_>>()));
    let rows: Vec<Indicator> = query.select(Indicator::as_select()).load(writing.connection()).await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// The most earlier figures that are loaded for a place.
const HISTORY: i64 = 12;

#[derive(QueryableByName)]
struct Earlier {
    #[diesel(sql_type = BigInt)]
    n: i64,
    #[diesel(sql_type = Numeric)]
    value: Decimal,
}

/// Loads, for each place, the published figures of the periods before it, the latest first.
async fn load_history(
    mut connection: &AsyncPgConnection,
    places: &[Place],
) -> Result<HashMap<Place, Vec<Decimal>>, DbError> {
    let query = format!(
        "SELECT place.n, past.value FROM {PLACES} CROSS JOIN LATERAL (
            SELECT r.value, m.ends_on FROM measurement m
            JOIN measurement_revision r ON r.measurement_id = m.id AND r.revision = m.published_revision
            WHERE m.published_revision IS NOT NULL AND m.indicator_id = place.indicator_id AND m.subject_id = place.subject_id
                AND m.regime = place.regime AND m.period_kind = place.period_kind AND m.ends_on <= place.starts_on AND r.value IS NOT NULL
            ORDER BY m.ends_on DESC, m.id DESC LIMIT {HISTORY}) AS past
        ORDER BY place.n, past.ends_on DESC"
    );
    let found: Vec<Earlier> = planned(over_places!(query, places.iter().collect())).load(&mut connection).await?;
    Ok(by_place(places, found, |earlier| (earlier.n, earlier.value)))
}
