//! Standings (xếp hạng): one indicator over agencies of one kind, in one period, by published figures alone.
//!
//! The rank is that of competitions: those of equal value share one, and the next is as many places below (1, 2, 2, 4). Where
//! more is better the largest value is the first, where less is better the smallest; where neither is, the largest, and none is
//! the best. A quartile is read off the rank, so those who share a rank share it: 1 are the first quarter.

use auth::Action;
use derive::boxed;
use diesel::{
    OptionalExtension as _, QueryableByName,
    sql_types::{Array, Date as SqlDate, Integer, Nullable, Numeric, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use rust_decimal::Decimal;
use uuid::Uuid;

pub use crate::peers::{PeerFilter, PeerOrder, PeerSort};
use crate::{
    Date, DbError, Reader,
    access::Auth,
    area::Boundaries,
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
    /// Of the areas of another day: how many agencies that had the area have no published figure
    #[diesel(sql_type = Integer)]
    pub missing: i32,
    /// Of the areas of another day: how many agencies had a part of the area, and nobody says which. While there is one, `value` is that of
    /// the rest, and has no rank
    #[diesel(sql_type = Integer)]
    pub not_attributable: i32,
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
    /// The figures: one, or those that were put together.
    #[diesel(sql_type = Array<SqlUuid>)]
    #[graphql(skip)]
    pub measurement_ids: Vec<Uuid>,
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
    /// For which areas; `None` for figures as they were reported.
    pub boundaries: Option<Boundaries>,
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

    /// The day of which the peers are: that of the areas, or the last of the period.
    fn day_of_peers(&self) -> Date {
        self.boundaries.map_or(self.last_day(), |boundaries| boundaries.at)
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
        let statement = self.peers.peers(statement.sql("WITH subject AS MATERIALIZED ("), self.day_of_peers());
        if let Some(boundaries) = self.boundaries {
            return self.of_areas(statement, boundaries);
        }
        let statement = statement.sql(
            "), figure AS MATERIALIZED (SELECT s.id AS subject_id, s.code, s.name_vi, array_remove(ARRAY[now.id], NULL) AS measurement_ids, \
             now.value, now.numerator, now.denominator, now.factor, 0 AS missing, 0 AS not_attributable, '{}'::uuid[] AS undivided_ids, \
             CASE WHEN before.definition_id = now.definition_id THEN before.value END AS previous_value FROM subject s",
        );
        let statement = self.figure(statement, "s.id", "now", Some(self.period));
        self.figure(statement, "s.id", "before", self.period.previous()).sql(") ")
    }

    /// The same for the areas of a day: each peer with what the figures of those come to that had its area.
    fn of_areas(&self, statement: Statement, boundaries: Boundaries) -> Statement {
        let statement =
            statement.sql("), now AS MATERIALIZED (SELECT * FROM area_figure(ARRAY(SELECT id FROM subject)");
        let statement = self.of_area(statement, boundaries, Some(self.period));
        let statement =
            statement.sql("), before AS MATERIALIZED (SELECT * FROM area_figure(ARRAY(SELECT id FROM subject)");
        let statement = self.of_area(statement, boundaries, self.period.previous());
        statement.sql(
            "), figure AS MATERIALIZED (SELECT s.id AS subject_id, s.code, s.name_vi, coalesce(now.measurement_ids, '{}') AS measurement_ids, now.value, now.numerator, now.denominator, now.factor, coalesce(now.undivided_ids, '{}') AS undivided_ids, \
             coalesce(cardinality(now.missing_ids), 0) AS missing, coalesce(cardinality(now.undivided_ids), 0) AS not_attributable, \
             CASE WHEN before.definition_id = now.definition_id THEN before.value END AS previous_value \
             FROM subject s LEFT JOIN now ON now.subject_id = s.id LEFT JOIN before ON before.subject_id = s.id) ",
        )
    }

    /// The rest of the arguments of `area_figure`.
    fn of_area(&self, statement: Statement, boundaries: Boundaries, period: Option<Period>) -> Statement {
        let last_day = period.map(|period| Date(period.window(self.regime).last_day()));
        statement
            .sql(", ")
            .value::<SqlUuid, _>(self.indicator)
            .sql(", ")
            .value::<Text, _>(self.regime)
            .sql(", ")
            .value::<Nullable<Text>, _>(period)
            .sql(", ")
            .value::<Nullable<SqlDate>, _>(last_day)
            .sql(", ")
            .value::<SqlDate, _>(boundaries.at)
            .sql(", ")
            .value::<Nullable<Text>, _>(boundaries.weights)
            .sql(")")
    }

    /// Joins the published figure of the agency in a column.
    fn figure(&self, statement: Statement, agency: &str, name: &str, period: Option<Period>) -> Statement {
        statement
            .sql(&format!(
                " LEFT JOIN LATERAL (SELECT m.id, m.definition_id, r.value, r.numerator, r.denominator, r.factor FROM measurement m \
                 JOIN measurement_revision r ON r.measurement_id = m.id AND r.revision = m.published_revision \
                 WHERE m.subject_id = {agency} AND m.indicator_id = "
            ))
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
    /// What all of them come to by the indicator's aggregation, a sum or a ratio of sums; null where it has neither, or where a figure cannot
    /// be put together
    #[diesel(sql_type = Nullable<Numeric>)]
    pub total: Option<Decimal>,
    /// The sum of the numerators in `total`; null where figures are no ratios
    #[diesel(sql_type = Nullable<Numeric>)]
    pub total_numerator: Option<Decimal>,
    /// The sum of the denominators in `total`; null where figures are no ratios
    #[diesel(sql_type = Nullable<Numeric>)]
    pub total_denominator: Option<Decimal>,
    /// Of the areas of another day: agencies that had a part of them and have no published figure
    #[diesel(sql_type = Integer)]
    pub missing: i32,
    /// Of the areas of another day: agencies whose figure is in none of the values, because their area was divided and nobody says how
    #[diesel(sql_type = Integer)]
    pub not_attributable: i32,
    /// What the figures of these come to, as `total` does: with it, sums of figures that were put together are those of figures as they were
    /// reported
    #[diesel(sql_type = Nullable<Numeric>)]
    pub unattributed: Option<Decimal>,
    /// The sum of the numerators in `unattributed`; null where figures are no ratios
    #[diesel(sql_type = Nullable<Numeric>)]
    pub unattributed_numerator: Option<Decimal>,
    /// The sum of the denominators in `unattributed`; null where figures are no ratios
    #[diesel(sql_type = Nullable<Numeric>)]
    pub unattributed_denominator: Option<Decimal>,
}

/// What all figures of some rows come to, as `name` with its numerator and denominator.
fn all_of(rows: &str, name: &str) -> String {
    format!(
        "trim_scale(CASE WHEN bool_or({rows}.is_lost) THEN NULL WHEN (SELECT aggregation FROM of) = 'SUM' THEN sum({rows}.value) \
             WHEN (SELECT aggregation FROM of) = 'RATIO_OF_SUMS' THEN round(sum({rows}.numerator) * max({rows}.factor) / sum({rows}.denominator), 6) END) AS {name}, \
         sum({rows}.numerator) AS {name}_numerator, sum({rows}.denominator) AS {name}_denominator"
    )
}

/// What the standings come to, over all pages.
#[boxed]
pub async fn summary(reader: &Reader, of: &StandingsOf) -> Result<StandingSummary, DbError> {
    let best = of.order().1.map_or_else(|| "NULL::numeric".to_owned(), |best| format!("{best}(value)"));
    let statement = of.figures(Statement::new("")).sql(", of AS (SELECT aggregation FROM indicator WHERE id = ");
    let statement = statement.value::<SqlUuid, _>(of.indicator).sql(
        "), rest AS (SELECT own.value, own.numerator, own.denominator, own.factor, own.id IS NOT NULL AND own.value IS NULL AS is_lost \
         FROM (SELECT DISTINCT unnest(undivided_ids) AS id FROM figure) AS divided",
    );
    // Not `percentile_cont`, which is no exact decimal.
    let statement = of.figure(statement, "divided.id", "own", Some(of.period)).sql(&format!(
        ") SELECT * FROM (SELECT count(*)::integer AS subjects, (count(*) FILTER (WHERE measurement_ids <> '{{}}'))::integer AS reported, \
             (count(*) FILTER (WHERE measurement_ids = '{{}}'))::integer AS not_reported, coalesce(sum(missing), 0)::integer AS missing, \
             trim_scale((percentile_disc(0.5) WITHIN GROUP (ORDER BY value) \
                 + percentile_disc(0.5) WITHIN GROUP (ORDER BY value DESC)) / 2) AS median, {best} AS best, {} \
             FROM (SELECT *, measurement_ids <> '{{}}' AND value IS NULL AS is_lost FROM figure) AS figure) AS summed, \
         (SELECT count(*)::integer AS not_attributable, {} FROM rest) AS unattributed",
        all_of("figure", "total"),
        all_of("rest", "unattributed"),
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
            "SELECT r.*, (r.rank - 1) * 4 / r.ranks + 1 AS quartile FROM (SELECT figure.*, value - previous_value AS change, \
             CASE WHEN ranked IS NOT NULL THEN rank() OVER (ORDER BY ranked {} NULLS LAST)::integer END AS rank, \
             count(ranked) OVER ()::integer AS ranks \
             FROM (SELECT *, CASE WHEN not_attributable = 0 THEN value END AS ranked FROM figure) AS figure) AS r",
            of.order().0
        ));
        let statement = SortedBy::from(sort.by).paged(statement, sort.direction, page)?;
        Ok(page.slice(statement.load(&mut reader.statement().await?).await?))
    }

    #[boxed]
    async fn count(reader: &Reader, of: &StandingsOf) -> Result<i64, DbError> {
        let statement = of.peers.peers(Statement::new("SELECT count(*) AS count FROM ("), of.day_of_peers());
        let counted: Count = statement.sql(") AS peer").get_result(&mut reader.statement().await?).await?;
        Ok(counted.count)
    }
}
