//! The matrix: agencies by indicators, for one period, in one statement.

use std::collections::HashMap;

use diesel::{QueryableByName, sql_types::Text};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use super::{
    completeness::agencies,
    obligation::{Count, Obligation, ObligationFilter, derived},
    statement::Statement,
};
use crate::{
    DbError, Reader,
    noun::Noun,
    page::{Cursor, Page, Slice, Tie},
};

/// An agency and what is owed of its figures in one period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixRow {
    /// Code of the agency.
    pub code: String,
    /// The agency whose figures they are.
    pub agency_id: Uuid,
    /// One for each indicator (and regime) that is assigned, in the order of the catalogue.
    pub obligations: Vec<Obligation>,
}

/// Rows come in the order of the agencies' codes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct MatrixOrder;

/// Listed as a whole, below no other object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MatrixLink {}

#[derive(QueryableByName)]
struct Cell {
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(embed)]
    obligation: Obligation,
}

// By hand, not by `noun!`: they are derived, not stored.
impl Noun for MatrixRow {
    /// Without states and due dates: an agency whose cells were all left out would be missing in the middle of a page.
    type Filter = ObligationFilter;
    type Sort = MatrixOrder;
    type Link = MatrixLink;

    /// That of its agency; it has none of its own.
    fn id(&self) -> Uuid {
        self.agency_id
    }

    fn code(&self) -> String {
        self.code.clone()
    }

    fn cursor(&self, _: MatrixOrder) -> Cursor {
        Cursor { key: None, tie: Tie::Code(self.code.clone()) }
    }

    async fn by_ids(_: &Reader, _: &[Uuid]) -> Result<Vec<Self>, DbError> {
        Ok(Vec::new())
    }

    async fn by_codes(_: &Reader, _: &[String]) -> Result<Vec<Self>, DbError> {
        Ok(Vec::new())
    }

    async fn list(
        reader: &Reader,
        _: Option<(MatrixLink, Uuid)>,
        filter: &ObligationFilter,
        _: MatrixOrder,
        page: &Page,
    ) -> Result<Slice<Self>, DbError> {
        let statement = agencies(Statement::new(""), reader, filter, "subject_id", Some(page))?
            .sql("SELECT page.code, o.* FROM page JOIN (");
        let statement = derived(statement, reader, filter, " AND o.subject_id = ANY (ARRAY(SELECT id FROM page))")?;
        let direction = if page.backward { "DESC" } else { "ASC" };
        let statement = statement.sql(&format!(
            ") AS o ON o.subject_id = page.id JOIN indicator ON indicator.id = o.indicator_id \
             ORDER BY page.code {direction}, indicator.position, o.regime"
        ));
        let cells: Vec<Cell> = statement.query().load(&mut reader.statement().await?).await?;
        let mut rows: Vec<Self> = Vec::new();
        for Cell { code, obligation } in cells {
            match rows.last_mut() {
                Some(row) if row.code == code => row.obligations.push(obligation),
                _ => rows.push(Self { code, agency_id: obligation.subject_id, obligations: vec![obligation] }),
            }
        }
        Ok(page.slice(rows))
    }

    async fn list_each(
        _: &Reader,
        _: &[Uuid],
        link: MatrixLink,
        _: &ObligationFilter,
        _: MatrixOrder,
        _: &Page,
    ) -> Result<HashMap<Uuid, Slice<Self>>, DbError> {
        match link {}
    }

    async fn count(reader: &Reader, _: Option<(MatrixLink, Uuid)>, filter: &ObligationFilter) -> Result<i64, DbError> {
        let head = Statement::new("SELECT count(*) AS count FROM (");
        let statement = agencies(head, reader, filter, "subject_id", None)?.sql("SELECT FROM page) AS counted");
        let counted: Count = statement.query().get_result(&mut reader.statement().await?).await?;
        Ok(counted.count)
    }

    async fn count_each(
        _: &Reader,
        _: &[Uuid],
        link: MatrixLink,
        _: &ObligationFilter,
    ) -> Result<HashMap<Uuid, i64>, DbError> {
        match link {}
    }
}
