//! The matrix: agencies by indicators, for one period, in one statement.

use derive::boxed;
use diesel::{QueryableByName, sql_types::Text};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use super::{
    completeness::agencies,
    obligation::{Obligation, ObligationFilter, Within, derived},
};
use crate::{
    DbError, Reader,
    noun::Listed,
    page::{Cursor, Page, Slice, Tie},
    statement::{Count, Statement},
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

#[derive(QueryableByName)]
struct Cell {
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(embed)]
    obligation: Obligation,
}

// Not by `noun!`: the rows are derived, not stored.
impl Listed for MatrixRow {
    /// Without states and due dates: an agency whose cells were all left out would be missing in the middle of a page.
    type Filter = ObligationFilter;
    type Sort = ();

    fn cursor(&self, (): ()) -> Cursor {
        Cursor { key: None, tie: Tie::Code(self.code.clone()) }
    }

    #[boxed]
    async fn list(reader: &Reader, filter: &ObligationFilter, (): (), page: &Page) -> Result<Slice<Self>, DbError> {
        let statement = agencies(Statement::new(""), reader, filter, "subject_id", Some(page))?
            .sql("SELECT page.code, o.* FROM page JOIN (");
        let within = Within { duties: " AND d.subject_id = ANY (ARRAY(SELECT id FROM page))", ..Within::default() };
        let statement = derived(statement, reader, filter, &within)?;
        let direction = if page.backward { "DESC" } else { "ASC" };
        let statement = statement.sql(&format!(
            ") AS o ON o.subject_id = page.id JOIN indicator ON indicator.id = o.indicator_id \
             ORDER BY page.code {direction}, indicator.position, o.regime"
        ));
        let cells: Vec<Cell> = statement.load(&mut reader.statement().await?).await?;
        let mut rows: Vec<Self> = Vec::new();
        for Cell { code, obligation } in cells {
            match rows.last_mut() {
                Some(row) if row.code == code => row.obligations.push(obligation),
                _ => rows.push(Self { code, agency_id: obligation.subject_id, obligations: vec![obligation] }),
            }
        }
        Ok(page.slice(rows))
    }

    #[boxed]
    async fn count(reader: &Reader, filter: &ObligationFilter) -> Result<i64, DbError> {
        let head = Statement::new("SELECT count(*) AS count FROM (");
        let statement = agencies(head, reader, filter, "subject_id", None)?.sql("SELECT FROM page) AS counted");
        let counted: Count = statement.get_result(&mut reader.statement().await?).await?;
        Ok(counted.count)
    }
}
