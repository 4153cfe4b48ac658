//! Scorecards (phiếu điểm) of agencies, and the ranking of those of one kind.
//!
//! Obligations are summed from what is kept counted (`db/src/reporting/`), directives are judged by the rule by which lists of
//! them are narrowed (`timely` in `db/src/directive/filter.rs`), and nothing is counted that the reader could not list.

mod ranking;
mod tally;

use async_graphql::{Enum, InputObject};
use derive::boxed;
use diesel::sql_types::{Array, Text};
use diesel_async::RunQueryDsl as _;

pub use self::{
    ranking::{
        RankedPart, Ranking, RankingOrder, RankingPart, RankingScheme, RankingSort, RankingsOf, Unranked, scheme_of,
    },
    tally::{DirectiveTally, ExtensionTally, InputTally, LedTally, ReportTally, Scorecard, Span},
};
use crate::{
    DbError, Reader,
    agency::{AgencyKind, AgencyLevel},
    enums::SortDirection,
    noun::{Listed, Named, NamedNoun, Names},
    page::{Cursor, Page, Slice},
    peers::{SortedBy, below_on, there_on},
    statement::{Count, Statement},
};

/// Which agencies have scorecards shown. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct ScorecardFilter {
    /// Any of these codes
    pub agencies: Option<Vec<String>>,
    /// Any of these kinds
    pub kinds: Option<Vec<AgencyKind>>,
    /// Any of these levels
    pub levels: Option<Vec<AgencyLevel>>,
    /// Code of an agency: only those below it, by the tree of the last day of the period
    pub below: Option<String>,
}

/// What scorecards are sorted by. Those of equal value follow by code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Enum)]
pub enum ScorecardSort {
    /// Code of the agency
    #[default]
    Code,
    /// Vietnamese name of the agency, in the order of Vietnamese dictionaries
    Name,
    /// How much came late or is overdue, as `late` says
    Late,
}

/// How scorecards are sorted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, InputObject)]
pub struct ScorecardOrder {
    /// What to sort by
    #[graphql(default)]
    pub by: ScorecardSort,
    /// In which direction: DESCENDING by LATE shows first who is late most
    #[graphql(default)]
    pub direction: SortDirection,
}

/// Whose scorecards, of which period.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ScorecardsOf {
    /// The period.
    pub span: Span,
    /// Whose.
    pub filter: ScorecardFilter,
}

impl Names for ScorecardsOf {
    fn names(&self) -> Vec<(&'static str, Named)> {
        let ScorecardFilter { agencies, below, .. } = &self.filter;
        let agencies = agencies.iter().flatten().map(|code| ("agencies", Named::of(NamedNoun::Agency, code)));
        agencies.chain(below.iter().map(|code| ("below", Named::of(NamedNoun::Agency, code)))).collect()
    }
}

impl From<ScorecardSort> for SortedBy {
    fn from(sort: ScorecardSort) -> Self {
        match sort {
            ScorecardSort::Code => Self::Code,
            ScorecardSort::Name => Self::Name,
            ScorecardSort::Late => Self::Number("r.late"),
        }
    }
}

impl ScorecardsOf {
    /// Adds the query of the agencies that were there on the last day of the period.
    fn agencies(&self, statement: Statement) -> Statement {
        let ScorecardFilter { agencies, kinds, levels, below } = &self.filter;
        let on = self.span.days().1;
        let mut statement = statement.sql("SELECT agency.id, agency.code, agency.name_vi FROM agency WHERE TRUE");
        let kinds = kinds.as_ref().map(|kinds| kinds.iter().map(|kind| kind.as_str().to_owned()).collect());
        let levels = levels.as_ref().map(|levels| levels.iter().map(|level| level.as_str().to_owned()).collect());
        for (column, any) in [("code", agencies.clone()), ("kind", kinds), ("level", levels)] {
            if let Some(any) = any {
                statement = statement
                    .sql(&format!(" AND agency.{column} = ANY ("))
                    .value::<Array<Text>, Vec<String>>(any)
                    .sql(")");
            }
        }
        if let Some(code) = below.clone() {
            statement = below_on(statement, code, on);
        }
        there_on(statement, on)
    }
}

// Not by `noun!`: what is counted is not stored.
impl Listed for Scorecard {
    type Filter = ScorecardsOf;
    type Sort = ScorecardOrder;

    fn cursor(&self, sort: ScorecardOrder) -> Cursor {
        SortedBy::from(sort.by).cursor(sort.direction, Some(self.late), &self.name_vi, &self.code)
    }

    #[boxed]
    async fn list(
        reader: &Reader,
        of: &ScorecardsOf,
        sort: ScorecardOrder,
        page: &Page,
    ) -> Result<Slice<Self>, DbError> {
        let by = SortedBy::from(sort.by);
        let mut statement = Statement::new("WITH peer AS MATERIALIZED (");
        statement = if sort.by == ScorecardSort::Late {
            of.agencies(statement)
        } else {
            // Only the agencies of the page are counted.
            let agencies = of.agencies(statement.sql("SELECT r.* FROM (")).sql(") AS r");
            by.paged(agencies, sort.direction, page)?
        };
        let statement = tally::tallies(statement.sql(")"), reader, of.span)?.sql(" SELECT r.* FROM tally AS r");
        let statement = by.paged(statement, sort.direction, page)?;
        Ok(page.slice(statement.load(&mut reader.statement().await?).await?))
    }

    #[boxed]
    async fn count(reader: &Reader, of: &ScorecardsOf) -> Result<i64, DbError> {
        let statement = of.agencies(Statement::new("SELECT count(*) AS count FROM (")).sql(") AS peer");
        let counted: Count = statement.get_result(&mut reader.statement().await?).await?;
        Ok(counted.count)
    }
}
