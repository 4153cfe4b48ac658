//! Agencies that are held against one another: of one kind, at one level, below one agency.

use async_graphql::{Enum, InputObject};
use diesel::sql_types::{BigInt, Date as SqlDate, Integer, Text};

use crate::{
    Date, DbError,
    agency::{AgencyKind, AgencyLevel},
    enums::SortDirection,
    noun::names,
    page::{Cursor, Key, Page, Tie},
    statement::Statement,
};

/// Which agencies are held against one another. What is left out or null narrows nothing, but for the kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash, InputObject)]
pub struct PeerFilter {
    /// Of this kind: like is compared with like
    #[graphql(default_with = "AgencyKind::PeoplesCommittee")]
    pub kind: AgencyKind,
    /// Of this level: COMMUNE for communes and wards, PROVINCIAL for provinces and their departments
    pub level: Option<AgencyLevel>,
    /// Code of an agency: only those below it, by the tree of the last day of the period
    pub below: Option<String>,
}

impl Default for PeerFilter {
    fn default() -> Self {
        Self { kind: AgencyKind::PeoplesCommittee, level: None, below: None }
    }
}

names!(PeerFilter { below: Agency });

/// What agencies that are held against one another are sorted by. Those of equal value follow by code.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Enum)]
pub enum PeerSort {
    /// Rank, the best first; those without a rank come last, in either direction
    #[default]
    Rank,
    /// Vietnamese name, in the order of Vietnamese dictionaries
    Name,
    /// Code
    Code,
}

/// How agencies that are held against one another are sorted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, InputObject)]
pub struct PeerOrder {
    /// What to sort by
    #[graphql(default)]
    pub by: PeerSort,
    /// In which direction
    #[graphql(default)]
    pub direction: SortDirection,
}

impl PeerFilter {
    /// Adds the query of the peers that are there on a day: their ids, codes and names.
    pub(crate) fn peers(&self, statement: Statement, on: Date) -> Statement {
        let mut statement = statement
            .sql("SELECT agency.id, agency.code, agency.name_vi FROM agency WHERE agency.kind = ")
            .value::<Text, _>(self.kind);
        if let Some(level) = self.level {
            statement = statement.sql(" AND agency.level = ").value::<Text, _>(level);
        }
        if let Some(code) = self.below.clone() {
            statement = below_on(statement, code, on);
        }
        there_on(statement, on)
    }
}

/// Adds the condition that an agency stands below another on a day.
pub(crate) fn below_on(statement: Statement, code: String, on: Date) -> Statement {
    statement
        .sql(" AND agency.code <> ")
        .value::<Text, _>(code.clone())
        .sql(" AND agency.id = ANY (agency_subtree_ids((SELECT root.id FROM agency root WHERE root.code = ")
        .value::<Text, _>(code)
        .sql("), ")
        .value::<SqlDate, _>(on)
        .sql("))")
}

/// Adds the condition that an agency is there on a day.
pub(crate) fn there_on(statement: Statement, on: Date) -> Statement {
    statement
        .sql(
            " AND NOT EXISTS (SELECT FROM agency_life life WHERE life.agency_id = agency.id \
             AND NOT lives_on(life.opened_on, life.ended_on, ",
        )
        .value::<SqlDate, _>(on)
        .sql("))")
}

/// Where whoever has no number among those sorted by it stands: last, in either direction.
const LAST: i32 = i32::MAX;

/// What rows are sorted by before their code.
#[derive(Debug, Clone, Copy)]
pub(crate) enum SortedBy {
    /// A column of numbers, of which some may be null.
    Number(&'static str),
    /// `name_vi`.
    Name,
    /// The code alone.
    Code,
}

impl SortedBy {
    /// Adds the condition, the order and the limit of a page of the rows `r`, which have a `code`. Numbers are at most those of
    /// `integer`, either way.
    pub(crate) fn paged(
        self,
        statement: Statement,
        direction: SortDirection,
        page: &Page,
    ) -> Result<Statement, DbError> {
        let falls = direction == SortDirection::Descending;
        // By numbers all sort upwards, so that the place of those without one is the same in both directions.
        let rises = matches!(self, Self::Number(_)) || !falls;
        let (beyond, way) = if rises == page.backward { ("<", "DESC") } else { (">", "ASC") };
        let key = match self {
            Self::Number(column) => Some(format!("coalesce({}{column}, {LAST})", if falls { "-" } else { "" })),
            Self::Name => Some("r.name_vi".to_owned()),
            Self::Code => None,
        };
        let mut statement = statement;
        if let Some(cursor) = &page.from {
            let Tie::Code(code) = &cursor.tie else { return Err(DbError::Cursor) };
            statement = match (&key, &cursor.key, self) {
                (Some(key), Some(Key::Number(number)), Self::Number(_)) => statement
                    .sql(&format!(" WHERE ({key}, r.code) {beyond} ("))
                    .value::<Integer, _>(*number)
                    .sql(", ")
                    .value::<Text, _>(code.clone())
                    .sql(")"),
                (Some(key), Some(Key::Text(name)), Self::Name) => statement
                    .sql(&format!(" WHERE ({key}, r.code) {beyond} ("))
                    .value::<Text, _>(name.clone())
                    .sql(", ")
                    .value::<Text, _>(code.clone())
                    .sql(")"),
                (None, None, Self::Code) => {
                    statement.sql(&format!(" WHERE r.code {beyond} ")).value::<Text, _>(code.clone())
                }
                _ => return Err(DbError::Cursor),
            };
        }
        let key = key.map(|key| format!("{key} {way}, ")).unwrap_or_default();
        Ok(statement.sql(&format!(" ORDER BY {key}r.code {way} LIMIT ")).value::<BigInt, _>(page.limit()))
    }

    /// The place of a row in that order.
    pub(crate) fn cursor(self, direction: SortDirection, number: Option<i32>, name: &str, code: &str) -> Cursor {
        let falls = direction == SortDirection::Descending;
        let key = match self {
            Self::Number(_) => {
                Some(Key::Number(number.map_or(LAST, |number| if falls { number.saturating_neg() } else { number })))
            }
            Self::Name => Some(Key::Text(name.to_owned())),
            Self::Code => None,
        };
        Cursor { key, tie: Tie::Code(code.to_owned()) }
    }
}

impl From<PeerSort> for SortedBy {
    fn from(sort: PeerSort) -> Self {
        match sort {
            PeerSort::Rank => Self::Number("r.rank"),
            PeerSort::Name => Self::Name,
            PeerSort::Code => Self::Code,
        }
    }
}
