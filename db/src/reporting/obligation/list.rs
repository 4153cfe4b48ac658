//! Lists, counts and sums of obligations, put together from what is kept counted: none is derived that is not shown.

use auth::Reached;
use derive::boxed;
use diesel::sql_types::{Array, BigInt, Date as SqlDate, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use super::{
    Obligation,
    filter::{Asked, ObligationFilter},
};
use crate::{
    Date, DbError, Reader,
    noun::Listed,
    page::{Cursor, Key, Page, Slice, Tie},
    statement::{Count, Statement},
};

/// Adds the rows of SQL function `reporting_duty` that the reader may see and the filter lets through, as far as it can be said
/// of them: who reports of whom in which period. `reporters` is an array of SQL that names them; none for those of the filter.
pub(in crate::reporting) fn duties(
    statement: Statement,
    reader: &Reader,
    filter: &ObligationFilter,
    reporters: Option<&str>,
) -> Result<Statement, DbError> {
    let statement = days(statement.sql("SELECT d.* FROM reporting_duty("), reader, filter)?;
    let statement = named_reporters(statement, reader, filter, reporters).sql(") AS d WHERE ");
    Ok(of_seen(statement, reader, filter, "d"))
}

/// Adds the rows of SQL function `obligation_sum`, narrowed likewise.
pub(crate) fn sums(
    statement: Statement,
    reader: &Reader,
    filter: &ObligationFilter,
    reporters: Option<&str>,
) -> Result<Statement, DbError> {
    let on = filter.on.unwrap_or(reader.today());
    let statement = days(statement.sql("SELECT s.* FROM obligation_sum("), reader, filter)?;
    let statement = statement.value::<SqlDate, _>(on).sql(", ");
    let statement = named_reporters(statement, reader, filter, reporters)
        .sql(", ")
        .value::<Nullable<Array<SqlUuid>>, _>(reader.scope().drafts().ids())
        .sql(") AS s WHERE ");
    Ok(of_seen(statement, reader, filter, "s"))
}

/// Adds the four days that these functions begin with: between which periods end, and between which they are due.
fn days(statement: Statement, reader: &Reader, filter: &ObligationFilter) -> Result<Statement, DbError> {
    let Asked { last_days: (from, until), due } = filter.asked(filter.on.unwrap_or(reader.today()))?;
    Ok(statement
        .value::<SqlDate, _>(from)
        .sql(", ")
        .value::<SqlDate, _>(until)
        .sql(", ")
        .value::<Nullable<SqlDate>, _>(due.map(|(from, _)| from))
        .sql(", ")
        .value::<Nullable<SqlDate>, _>(due.map(|(_, to)| to))
        .sql(", "))
}

/// Whose obligations the reader sees, of those a filter asks for.
fn seen<'a>(reader: &'a Reader, filter: &ObligationFilter) -> &'a Reached {
    if filter.mine { reader.scope().drafts() } else { reader.scope().obligations() }
}

/// Adds the ids of the reporters, as an array or null for all: what is not of them is then not put together at all.
fn named_reporters(
    statement: Statement,
    reader: &Reader,
    filter: &ObligationFilter,
    reporters: Option<&str>,
) -> Statement {
    match (reporters, filter.reporter.clone()) {
        (Some(named), _) => statement.sql(named),
        (None, Some(code)) => {
            statement.sql("ARRAY(SELECT id FROM agency WHERE code = ").value::<Text, _>(code).sql(")")
        }
        (None, None) => statement.value::<Nullable<Array<SqlUuid>>, _>(seen(reader, filter).ids()),
    }
}

fn of_seen(statement: Statement, reader: &Reader, filter: &ObligationFilter, row: &str) -> Statement {
    let statement = statement.reaches(&format!("{row}.reporter_id"), seen(reader, filter));
    let statement = filter.narrow(statement, row);
    match filter.period {
        Some(period) => statement.sql(&format!(" AND {row}.period = ")).value::<Text, _>(period.to_string()),
        None => statement,
    }
}

/// Of whom obligations are derived, and which of them: more conditions in SQL, on the duties `d` and on the obligations `o`.
#[derive(Default)]
pub(in crate::reporting) struct Within {
    pub reporters: Option<&'static str>,
    pub duties: &'static str,
    pub obligations: &'static str,
}

/// Adds the query of the obligations that the reader may see and the filter lets through. The SQL functions `reporting_duty`
/// and `obligation_of_duty` say what an obligation is, and what of it the reader may know.
pub(in crate::reporting) fn derived(
    statement: Statement,
    reader: &Reader,
    filter: &ObligationFilter,
    within: &Within,
) -> Result<Statement, DbError> {
    listed(statement, reader, filter, within, None)
}

/// The order of obligations: first that of their duties.
const ORDER: [&str; 6] = ["due_on", "reporter_id", "subject_id", "regime", "period", "assignment_id"];

fn order(row: &str, columns: &[&str], direction: &str) -> String {
    columns.iter().map(|column| format!("{row}.{column} {direction}")).collect::<Vec<_>>().join(", ")
}

/// The same in the order of the list, of a page from its place on (`place`). The duties are sorted, and of each the obligations:
/// whoever takes the first rows has none derived but these.
fn listed(
    statement: Statement,
    reader: &Reader,
    filter: &ObligationFilter,
    within: &Within,
    page: Option<&Page>,
) -> Result<Statement, DbError> {
    let on = filter.on.unwrap_or(reader.today());
    let (beyond, direction) = if page.is_some_and(|page| page.backward) { ("<", "DESC") } else { (">", "ASC") };
    let is_later = page.is_some_and(|page| page.from.is_some());
    let mut statement =
        duties(statement.sql("SELECT o.* FROM ("), reader, filter, within.reporters)?.sql(within.duties);
    if filter.is_of_unanswered() {
        statement = statement.sql(" AND d.answers < d.assignments");
    }
    if filter.overdue == Some(true) {
        statement = statement.sql(" AND d.due_on < ").value::<SqlDate, _>(on);
    }
    if filter.mine {
        statement = statement
            .sql(" AND d.opens_on <= ")
            .value::<SqlDate, _>(on)
            .sql(" AND (d.answers < d.assignments OR d.closes_on >= ")
            .value::<SqlDate, _>(on)
            .sql(")");
    }
    if is_later {
        statement = statement.sql(&format!(
            " AND (d.due_on, d.reporter_id, d.subject_id, d.regime, d.period) {beyond}= \
             (SELECT due_on, reporter_id, subject_id, regime, period FROM place)"
        ));
    }
    statement = statement
        .sql(&format!(" ORDER BY {} OFFSET 0) AS d CROSS JOIN LATERAL (SELECT o.* FROM ", order("d", &ORDER[..5], direction)))
        .sql("obligation_of_duty(d.reporter_id, d.subject_id, d.regime, d.period_kind, d.period, d.starts_on, d.ends_on, d.opens_on, \
              d.scheduled_on, d.extended, d.due_on, d.closes_on, ")
        .value::<SqlDate, _>(on)
        .sql(", ")
        .value::<Nullable<Array<SqlUuid>>, _>(reader.scope().drafts().ids())
        .sql(") AS o WHERE TRUE")
        .sql(within.obligations);
    statement = of_states(filter.narrow_indicators(statement, "o"), filter, on);
    if is_later {
        statement = statement.sql(&format!(
            " AND (o.due_on, o.reporter_id, o.subject_id, o.regime, o.period, o.assignment_id) {beyond} \
             (SELECT due_on, reporter_id, subject_id, regime, period, assignment_id FROM place)"
        ));
    }
    Ok(statement.sql(&format!(" ORDER BY o.assignment_id {direction} OFFSET 0) AS o")))
}

/// Adds the conditions on how an obligation `o` stands.
fn of_states(mut statement: Statement, filter: &ObligationFilter, on: Date) -> Statement {
    if let Some(states) = &filter.states {
        let states: Vec<&'static str> = states.iter().map(|state| state.as_str()).collect();
        statement = statement.sql(" AND o.state = ANY (").value::<Array<Text>, _>(states).sql(")");
    }
    if let Some(overdue) = filter.overdue {
        let not = if overdue { "" } else { "NOT " };
        statement =
            statement.sql(&format!(" AND {not}(NOT o.answered AND o.due_on < ")).value::<SqlDate, _>(on).sql(")");
    }
    if filter.mine {
        statement = statement.sql(" AND (NOT o.answered OR o.closes_on >= ").value::<SqlDate, _>(on).sql(")");
    }
    statement
}

// Not by `noun!`: obligations stand in no table, and are told apart by assignment and period.
impl Listed for Obligation {
    type Filter = ObligationFilter;
    type Sort = ();

    fn cursor(&self, (): ()) -> Cursor {
        let tie = Tie::Code(format!("{}/{}", self.assignment_id, self.period));
        Cursor { key: Some(Key::Date(self.due_on)), tie }
    }

    #[boxed]
    async fn list(reader: &Reader, filter: &ObligationFilter, (): (), page: &Page) -> Result<Slice<Self>, DbError> {
        let mut statement = Statement::new("");
        if let Some(cursor) = &page.from {
            let (day, assignment, period) = place(cursor)?;
            statement = statement
                .sql("WITH place AS MATERIALIZED (SELECT ")
                .value::<SqlDate, _>(day)
                .sql(" AS due_on, reporter_id, subject_id, regime, ")
                .value::<Text, _>(period)
                .sql(" AS period, id AS assignment_id FROM reporting_assignment WHERE id = ")
                .value::<SqlUuid, _>(assignment)
                .sql(") ");
        }
        // The inner limit ends it as soon as the page is full: PostgreSQL has no way but to take duty after duty.
        let direction = if page.backward { "DESC" } else { "ASC" };
        let statement = listed(statement.sql("SELECT * FROM ("), reader, filter, &Within::default(), Some(page))?
            .sql(" LIMIT ")
            .value::<BigInt, _>(page.limit())
            .sql(&format!(") AS o ORDER BY {}", order("o", &ORDER, direction)));
        let rows = statement.load(&mut reader.statement().await?).await?;
        Ok(page.slice(rows))
    }

    #[boxed]
    async fn count(reader: &Reader, filter: &ObligationFilter) -> Result<i64, DbError> {
        let head = |what: &str| Statement::new(&format!("SELECT coalesce(sum({what}), 0)::bigint AS count FROM ("));
        let statement = match (filter.is_summed(), filter.overdue) {
            (true, None) => duties(head("o.assignments"), reader, filter, None)?,
            (true, Some(true)) => sums(head("o.overdue"), reader, filter, None)?,
            (true, Some(false)) => sums(head("o.owed - o.overdue"), reader, filter, None)?,
            (false, _) => derived(head("1"), reader, filter, &Within::default())?,
        };
        let counted: Count = statement.sql(") AS o").get_result(&mut reader.statement().await?).await?;
        Ok(counted.count)
    }
}

/// The due date, the assignment and the period at which a page begins.
fn place(cursor: &Cursor) -> Result<(Date, Uuid, String), DbError> {
    let (Some(Key::Date(day)), Tie::Code(code)) = (&cursor.key, &cursor.tie) else { return Err(DbError::Cursor) };
    let (assignment, period) = code.split_once('/').ok_or(DbError::Cursor)?;
    Ok((*day, assignment.parse().map_err(|_| DbError::Cursor)?, period.to_owned()))
}
