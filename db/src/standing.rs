//! Standings (xếp hạng): one indicator over agencies of one kind, in one period, by published figures alone.
//!
//! The rank is that of competitions: those of equal value share one, and the next is as many places below (1, 2, 2, 4). Where
//! more is better the largest value is the first, where less is better the smallest; where neither is, the largest, and none is
//! the best. A quartile is read off the rank, so those who share a rank share it: 1 are the first quarter.

use auth::Action;
use derive::boxed;
use diesel::{
    OptionalExtension as _, QueryableByName,
    sql_types::{Date as SqlDate, Integer, Nullable, Numeric, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use rust_decimal::Decimal;
use uuid::Uuid;

pub use crate::peers::{PeerFilter, PeerOrder, PeerSort};
use crate::{
    Date, DbError, Reader,
    access::Auth,
    calendar::{Period, Regime},
    comparator::Direction,
    indicator::Indicator,
    noun::{Listed, Named, Names},
    page::{Cursor, Page, Slice},
    peers::SortedBy,
    statement::{Count, Statement},
};

/// An agency among others of its kind: its figure of one indicator in one period, and where that puts it.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName, SimpleObject)]
pub struct Standing {
    /// The published figure, in the indicator's unit; null if there is none, or none that is a number
    #[diesel(sql_type = Nullable<Numeric>)]
    pub value: Option<Decimal>,
    /// Its place, the best first: those of equal value share one, and the next is as many places below (1, 2, 2, 4). Null without
    /// a value
    #[diesel(sql_type = Nullable<Integer>)]
    pub rank: Option<i32>,
    /// The quarter that its rank lies in: 1 is the best. Those who share a rank share it. Null without a value
    #[diesel(sql_type = Nullable<Integer>)]
    pub quartile: Option<i32>,
    /// The published figure of the period before; null if there is none, or if it was measured by another definition
    #[diesel(sql_type = Nullable<Numeric>)]
    pub previous_value: Option<Decimal>,
    /// `value` less `previousValue`; null if one of them is
    #[diesel(sql_type = Nullable<Numeric>)]
    pub change: Option<Decimal>,
    /// Its code.
    #[diesel(sql_type = Text)]
    #[graphql(skip)]
    pub code: String,
    /// Its name in Vietnamese.
    #[diesel(sql_type = Text)]
    #[graphql(skip)]
    pub name_vi: String,
    /// The agency.
    #[diesel(sql_type = SqlUuid)]
    #[graphql(skip)]
    pub subject_id: Uuid,
    /// The figure.
    #[diesel(sql_type = Nullable<SqlUuid>)]
    #[graphql(skip)]
    pub measurement_id: Option<Uuid>,
}

/// Of which indicator, in which period, among whom.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StandingsOf {
    /// The indicator.
    pub indicator: Uuid,
    /// Which way is better.
    pub direction: Direction,
    /// The period.
    pub period: Period,
    /// Its regime.
    pub regime: Regime,
    /// Among whom.
    pub peers: PeerFilter,
}

impl Names for StandingsOf {
    fn names(&self) -> Vec<(&'static str, Named)> {
        self.peers.names()
    }
}

impl StandingsOf {
    /// The last day of the period, of which the peers are.
    #[must_use]
    pub fn last_day(&self) -> Date {
        Date(self.period.window(self.regime).last_day())
    }

    /// The order of the ranks; also the aggregate of the best value, where one way is better.
    const fn order(&self) -> (&'static str, Option<&'static str>) {
        match self.direction {
            Direction::HigherIsBetter => ("DESC", Some("max")),
            Direction::LowerIsBetter => ("ASC", Some("min")),
            Direction::Neutral => ("DESC", None),
        }
    }

    /// Adds `WITH subject …, figure …`: the peers, each with its published figure of the period and of the one before. Figures are
    /// looked up one by one, on purpose: no statistics tell the planner that a peer has one in every period.
    fn figures(&self, statement: Statement) -> Statement {
        let statement = self
            .peers
            .peers(statement.sql("WITH subject AS MATERIALIZED ("), self.last_day())
            .sql(
                "), figure AS MATERIALIZED (SELECT s.id AS subject_id, s.code, s.name_vi, now.id AS measurement_id, now.value, \
                 CASE WHEN before.definition_id = now.definition_id THEN before.value END AS previous_value FROM subject s",
            );
        let statement = self.figure(statement, "now", Some(self.period));
        self.figure(statement, "before", self.period.previous()).sql(") ")
    }

    fn figure(&self, statement: Statement, name: &str, period: Option<Period>) -> Statement {
        statement
            .sql(
                " LEFT JOIN LATERAL (SELECT m.id, m.definition_id, r.value FROM measurement m \
                 JOIN measurement_revision r ON r.measurement_id = m.id AND r.revision = m.published_revision \
                 WHERE m.subject_id = s.id AND m.indicator_id = ",
            )
            .value::<SqlUuid, _>(self.indicator)
            .sql(" AND m.regime = ")
            .value::<Text, _>(self.regime)
            .sql(" AND m.period = ")
            .value::<Nullable<Text>, _>(period)
            .sql(&format!(" LIMIT 1) AS {name} ON true"))
    }
}

/// The latest period of an indicator's own length that had ended by a day and of which one of the peers has a published figure; the
/// latest that had ended, if none has any.
#[boxed]
pub async fn latest_period(
    reader: &Reader,
    indicator: &Indicator,
    regime: Regime,
    peers: &PeerFilter,
    on: Date,
) -> Result<Option<Period>, DbError> {
    #[derive(QueryableByName)]
    struct Latest {
        #[diesel(sql_type = Text)]
        period: Period,
    }
    let statement = Statement::new("SELECT m.period FROM measurement m WHERE m.indicator_id = ")
        .value::<SqlUuid, _>(indicator.id)
        .sql(" AND m.published_revision IS NOT NULL AND m.regime = ")
        .value::<Text, _>(regime)
        .sql(" AND m.period_kind = ")
        .value::<Text, _>(indicator.frequency)
        .sql(" AND m.ends_on <= ")
        .value::<SqlDate, _>(on.day_after())
        .sql(" AND m.subject_id = ANY (ARRAY(SELECT peer.id FROM (");
    let statement = peers.peers(statement, on).sql(") AS peer)) ORDER BY m.ends_on DESC, m.id DESC LIMIT 1");
    let latest: Option<Latest> = statement.get_result(&mut reader.statement().await?).await.optional()?;
    Ok(latest.map(|latest| latest.period).or_else(|| Period::last_finished(on.0, indicator.frequency, regime)))
}

/// What the standings come to: how many have reported, what lies in the middle, what is the best.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName, SimpleObject)]
#[graphql(directive = Auth::apply(Action::SeePublished))]
pub struct StandingSummary {
    /// Agencies that are compared
    #[diesel(sql_type = Integer)]
    pub subjects: i32,
    /// Those of which a figure is published
    #[diesel(sql_type = Integer)]
    pub reported: i32,
    /// Those of which none is
    #[diesel(sql_type = Integer)]
    pub not_reported: i32,
    /// The value in the middle (trung vị): as many are above it as below. Between two it is half their sum. Null without values
    #[diesel(sql_type = Nullable<Numeric>)]
    pub median: Option<Decimal>,
    /// The best value; null without values, or where neither way is better
    #[diesel(sql_type = Nullable<Numeric>)]
    pub best: Option<Decimal>,
}

/// What the standings come to, over all pages.
#[boxed]
pub async fn summary(reader: &Reader, of: &StandingsOf) -> Result<StandingSummary, DbError> {
    let best = of.order().1.map_or_else(|| "NULL::numeric".to_owned(), |best| format!("{best}(value)"));
    // Not `percentile_cont`, which is no exact decimal.
    let statement = of.figures(Statement::new("")).sql(&format!(
        "SELECT count(*)::integer AS subjects, count(measurement_id)::integer AS reported, \
         (count(*) - count(measurement_id))::integer AS not_reported, \
         trim_scale((percentile_disc(0.5) WITHIN GROUP (ORDER BY value) \
             + percentile_disc(0.5) WITHIN GROUP (ORDER BY value DESC)) / 2) AS median, {best} AS best FROM figure"
    ));
    Ok(statement.get_result(&mut reader.statement().await?).await?)
}

// Not by `noun!`: places are worked out, not stored.
impl Listed for Standing {
    type Filter = StandingsOf;
    type Sort = PeerOrder;

    fn cursor(&self, sort: PeerOrder) -> Cursor {
        SortedBy::from(sort.by).cursor(sort.direction, self.rank, &self.name_vi, &self.code)
    }

    #[boxed]
    async fn list(reader: &Reader, of: &StandingsOf, sort: PeerOrder, page: &Page) -> Result<Slice<Self>, DbError> {
        let statement = of.figures(Statement::new("")).sql(&format!(
            "SELECT r.*, (r.rank - 1) * 4 / r.ranked + 1 AS quartile FROM (SELECT figure.*, value - previous_value AS change, \
             CASE WHEN value IS NOT NULL THEN rank() OVER (ORDER BY value {} NULLS LAST)::integer END AS rank, \
             count(value) OVER ()::integer AS ranked FROM figure) AS r",
            of.order().0
        ));
        let statement = SortedBy::from(sort.by).paged(statement, sort.direction, page)?;
        Ok(page.slice(statement.load(&mut reader.statement().await?).await?))
    }

    #[boxed]
    async fn count(reader: &Reader, of: &StandingsOf) -> Result<i64, DbError> {
        let statement = of.peers.peers(Statement::new("SELECT count(*) AS count FROM ("), of.last_day());
        let counted: Count = statement.sql(") AS peer").get_result(&mut reader.statement().await?).await?;
        Ok(counted.count)
    }
}
