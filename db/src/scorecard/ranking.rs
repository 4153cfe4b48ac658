//! The ranking of agencies of one kind: a score of several parts, whose weights are rows.
//!
//! Each part is a share between 0 and 1 of what can be judged: what is not due yet, and what nobody has told of, counts neither
//! for nor against anybody. A part without anything to judge is left out, and its weight goes to the others in proportion. So the
//! score of an agency without directives rests on its reports alone.

use async_graphql::{Enum, InputObject};
use derive::boxed;
use diesel::{
    OptionalExtension as _, QueryableByName,
    sql_types::{Array, Date as SqlDate, Integer, Nullable, Numeric, Text},
};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use rust_decimal::Decimal;

use auth::Action;

use super::tally::{Scorecard, Span, tallies};
use crate::{
    Date, DbError, Reader,
    access::Auth,
    enums::SortDirection,
    noun::{Listed, Named, Names},
    page::{Cursor, Page, Slice},
    peers::{PeerFilter, SortedBy},
    statement::{Count, Statement},
    text_enum::text_enum,
};

text_enum! {
    /// What a rank is made of.
    pub enum RankingPart {
        /// Directives done in time, of those that were done or are overdue
        DirectivesOnTime => "DIRECTIVES_ON_TIME",
        /// Reports answered, of those that were answered or are overdue
        ReportsAnswered => "REPORTS_ANSWERED",
        /// Reports answered by the due date, of the same
        ReportsOnTime => "REPORTS_ON_TIME",
    }
}

text_enum! {
    /// Why an agency is shown without a rank.
    pub enum Unranked {
        /// Too little of it can be judged: one report more or less would decide
        TooFew => "TOO_FEW",
    }
}

/// What a ranking is sorted by. Those of equal value follow by code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Enum)]
pub enum RankingSort {
    /// Rank, the best first; those without a rank come last, in either direction
    #[default]
    Rank,
    /// How much came late or is overdue, reports and directives together
    Late,
    /// Vietnamese name, in the order of Vietnamese dictionaries
    Name,
    /// Code
    Code,
}

/// How a ranking is sorted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, InputObject)]
pub struct RankingOrder {
    /// What to sort by
    #[graphql(default)]
    pub by: RankingSort,
    /// In which direction: DESCENDING by LATE shows first who is late most
    #[graphql(default)]
    pub direction: SortDirection,
}

impl From<RankingSort> for SortedBy {
    fn from(sort: RankingSort) -> Self {
        match sort {
            RankingSort::Rank => Self::Number("r.rank"),
            RankingSort::Late => Self::Number("r.late"),
            RankingSort::Name => Self::Name,
            RankingSort::Code => Self::Code,
        }
    }
}

/// The rules by which agencies are ranked in a period: those that hold on its last day.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName, SimpleObject)]
pub struct RankingScheme {
    /// Its number: each change is another version
    #[diesel(sql_type = Integer)]
    pub version: i32,
    /// First day on which it holds (Asia/Ho_Chi_Minh); null if it has always held
    #[diesel(sql_type = Nullable<SqlDate>)]
    pub valid_from: Option<Date>,
    /// First day on which it no longer holds.
    #[diesel(sql_type = Nullable<SqlDate>)]
    #[graphql(skip)]
    pub ends_before: Option<Date>,
    /// Whoever has fewer reports and directives that can be judged is shown, but not ranked
    #[diesel(sql_type = Integer)]
    pub least: i32,
    /// The document that sets it, or why it is so
    #[diesel(sql_type = Text)]
    pub source: String,
    /// What a rank is made of.
    #[diesel(sql_type = Array<Text>)]
    #[graphql(skip)]
    pub parts: Vec<RankingPart>,
    /// What each part counts.
    #[diesel(sql_type = Array<Numeric>)]
    #[graphql(skip)]
    pub weights: Vec<Decimal>,
}

/// What one part contributes to a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, SimpleObject)]
#[graphql(directive = Auth::apply(Action::SeeObligations))]
pub struct RankedPart {
    /// The part
    pub part: RankingPart,
    /// How much it counts by the rules; those of all parts are 1 together
    pub weight: Decimal,
    /// The share, from 0 to 1, to six places; null if there is nothing to judge, and its weight then goes to the others
    pub value: Option<Decimal>,
    /// What it adds to the score: `value` times `weight`, divided by the weights of all parts that have a value; to six places
    pub contribution: Option<Decimal>,
}

/// An agency among others of its kind in a period: its rank, and what that is made of.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName, SimpleObject)]
pub struct Ranking {
    /// Its place, the best first: those of equal score share one, and the next is as many places below. Null if it is not ranked
    #[diesel(sql_type = Nullable<Integer>)]
    pub rank: Option<i32>,
    /// Why it is not ranked; null if it is
    #[diesel(sql_type = Nullable<Text>)]
    pub unranked: Option<Unranked>,
    /// The contributions of all parts together, from 0 to 1, to four places; null if nothing can be judged
    #[diesel(sql_type = Nullable<Numeric>)]
    pub score: Option<Decimal>,
    /// Reports and directives that are judged: answered or overdue, done or overdue
    #[diesel(sql_type = Integer)]
    pub judged: i32,
    /// The counts that it rests on.
    #[graphql(skip)]
    #[diesel(embed)]
    pub card: Scorecard,
    /// The parts.
    #[diesel(sql_type = Array<Text>)]
    #[graphql(skip)]
    pub parts: Vec<RankingPart>,
    /// What each counts.
    #[diesel(sql_type = Array<Numeric>)]
    #[graphql(skip)]
    pub weights: Vec<Decimal>,
    /// The share of each.
    #[diesel(sql_type = Array<Nullable<Numeric>>)]
    #[graphql(skip)]
    pub part_values: Vec<Option<Decimal>>,
    /// What each adds.
    #[diesel(sql_type = Array<Nullable<Numeric>>)]
    #[graphql(skip)]
    pub contributions: Vec<Option<Decimal>>,
}

impl Ranking {
    /// What its score is made of.
    pub fn ranked_parts(&self) -> impl Iterator<Item = RankedPart> {
        let values = self.part_values.iter().zip(&self.contributions);
        self.parts.iter().zip(&self.weights).zip(values).map(|((part, weight), (value, contribution))| RankedPart {
            part: *part,
            weight: *weight,
            value: *value,
            contribution: *contribution,
        })
    }
}

/// Who is ranked, in which period.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RankingsOf {
    /// The period.
    pub span: Span,
    /// Among whom.
    pub peers: PeerFilter,
}

impl Names for RankingsOf {
    fn names(&self) -> Vec<(&'static str, Named)> {
        self.peers.names()
    }
}

/// The rules that hold on a day; none if there are none.
#[boxed]
pub async fn scheme_of(reader: &Reader, span: Span) -> Result<Option<RankingScheme>, DbError> {
    let statement = Statement::new(
        "SELECT s.version, lower(s.valid) AS valid_from, upper(s.valid) AS ends_before, s.least, s.source, \
         array_agg(w.part ORDER BY w.part) AS parts, array_agg(w.weight ORDER BY w.part) AS weights \
         FROM ranking_scheme s JOIN ranking_weight w ON w.version = s.version WHERE s.valid @> ",
    )
    .value::<SqlDate, _>(span.days().1)
    .sql(" GROUP BY s.version, s.valid, s.least, s.source");
    Ok(statement.get_result(&mut reader.statement().await?).await.optional()?)
}

/// The share of each part, from the counts of a scorecard.
const VALUE: &str = "CASE w.part \
    WHEN 'REPORTS_ANSWERED' THEN t.reports_answered::numeric / nullif(t.reports_answered + t.reports_overdue, 0) \
    WHEN 'REPORTS_ON_TIME' THEN t.reports_on_time::numeric / nullif(t.reports_answered + t.reports_overdue, 0) \
    WHEN 'DIRECTIVES_ON_TIME' THEN t.directives_done_on_time::numeric \
        / nullif(t.directives_done_on_time + t.directives_done_late + t.directives_overdue, 0) END";

/// What can be judged.
const JUDGED: &str = "t.reports_answered + t.reports_overdue \
    + t.directives_done_on_time + t.directives_done_late + t.directives_overdue";

impl RankingsOf {
    /// Adds the query of those who are ranked: of whom the reader sees what they have to report.
    fn peers(&self, statement: Statement, reader: &Reader) -> Statement {
        self.peers.peers(statement, self.span.days().1).sql(" AND ").reaches("agency.id", reader.scope().obligations())
    }

    /// Adds the query of the rows `r`.
    fn ranked(&self, statement: Statement, reader: &Reader) -> Result<Statement, DbError> {
        let statement = self.peers(statement.sql("WITH peer AS MATERIALIZED ("), reader).sql(")");
        Ok(tallies(statement, reader, self.span)?
            .sql(", scheme AS MATERIALIZED (SELECT version, least FROM ranking_scheme WHERE valid @> ")
            .value::<SqlDate, _>(self.span.days().1)
            .sql(&format!(
                "), part AS (SELECT t.agency_id, w.part, trim_scale(w.weight) AS weight, trim_scale(round({VALUE}, 6)) AS value \
                     FROM tally t CROSS JOIN scheme JOIN ranking_weight w ON w.version = scheme.version), \
                 share AS (SELECT part.*, trim_scale(round(weight * value \
                     / sum(weight) FILTER (WHERE value IS NOT NULL) OVER (PARTITION BY agency_id), 6)) AS contribution FROM part), \
                 scored AS MATERIALIZED (SELECT agency_id, trim_scale(round(sum(contribution), 4)) AS score, array_agg(part ORDER BY part) AS parts, \
                     array_agg(weight ORDER BY part) AS weights, array_agg(value ORDER BY part) AS part_values, \
                     array_agg(contribution ORDER BY part) AS contributions FROM share GROUP BY agency_id) \
                 SELECT r.* FROM (SELECT t.*, {JUDGED} AS judged, scored.score, coalesce(parts, '{{}}') AS parts, \
                     coalesce(weights, '{{}}') AS weights, coalesce(part_values, '{{}}') AS part_values, \
                     coalesce(contributions, '{{}}') AS contributions, CASE WHEN enough THEN \
                         rank() OVER (PARTITION BY enough ORDER BY scored.score DESC)::integer END AS rank, \
                     CASE WHEN NOT enough THEN 'TOO_FEW' END AS unranked \
                     FROM tally t LEFT JOIN scored ON scored.agency_id = t.agency_id \
                     CROSS JOIN LATERAL (SELECT coalesce({JUDGED} >= (SELECT least FROM scheme), false) AS enough) AS there) AS r"
            )))
    }
}

// Not by `noun!`: ranks are worked out, not stored.
impl Listed for Ranking {
    type Filter = RankingsOf;
    type Sort = RankingOrder;

    fn cursor(&self, sort: RankingOrder) -> Cursor {
        let number = if sort.by == RankingSort::Late { Some(self.card.late) } else { self.rank };
        SortedBy::from(sort.by).cursor(sort.direction, number, &self.card.name_vi, &self.card.code)
    }

    #[boxed]
    async fn list(reader: &Reader, of: &RankingsOf, sort: RankingOrder, page: &Page) -> Result<Slice<Self>, DbError> {
        let statement = of.ranked(Statement::new(""), reader)?;
        let statement = SortedBy::from(sort.by).paged(statement, sort.direction, page)?;
        Ok(page.slice(statement.load(&mut reader.statement().await?).await?))
    }

    #[boxed]
    async fn count(reader: &Reader, of: &RankingsOf) -> Result<i64, DbError> {
        let statement = of.peers(Statement::new("SELECT count(*) AS count FROM ("), reader).sql(") AS peer");
        let counted: Count = statement.get_result(&mut reader.statement().await?).await?;
        Ok(counted.count)
    }
}
