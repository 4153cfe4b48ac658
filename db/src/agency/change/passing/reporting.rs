//! Who reports what from now on. What was owed for periods that ended before the day stays owed by whoever owed it.

use std::cmp::max;

use auth::random;
use diesel::{
    ExpressionMethods as _, QueryDsl as _, SelectableHelper as _,
    sql_types::{Array, Date as SqlDate, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use super::{Heirs, Passing};
use crate::{
    Date, DbError,
    reporting::assignment::{MOST, ReportingAssignment, Validity},
    schema::reporting_assignment,
    writer::{ChangeKind, Writing},
};

const NOUN: &str = "reporting_assignment";

impl Passing<'_> {
    /// Ends assignments the day before, and makes them anew for the heirs: as reporters, and as those whose figures they are. Where the heir
    /// has one for the same already, that one goes on.
    pub(super) async fn assignments(&self, writing: &mut Writing, of: Heirs) -> Result<(), DbError> {
        let rows = reporting_assignment::table
            .filter(reporting_assignment::id.eq_any(&of.ids))
            .order(reporting_assignment::id)
            .select(ReportingAssignment::as_select())
            .for_no_key_update();
        let rows: Vec<ReportingAssignment> = rows.load(writing.connection()).await?;
        // As `end_of`.
        let ended = diesel::sql_query(
            "UPDATE reporting_assignment SET version = version + 1, \
                valid = daterange(lower(valid), greatest(lower(valid) + 1, $2)) WHERE id = ANY ($1)",
        );
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let ended = ended.bind::<Array<SqlUuid>, _>(&ids).bind::<SqlDate, _>(self.decided.on);
        ended.execute(writing.connection()).await?;
        for id in ids {
            writing.changed(ChangeKind::Updated, (NOUN, id));
        }
        let heir_of = |id: Uuid| of.ids.iter().zip(&of.heirs).find(|(passed, _)| **passed == id).map(|(_, heir)| *heir);
        let mut next: Vec<ReportingAssignment> =
            rows.iter().filter_map(|row| Some(self.next(row, heir_of(row.id)?, random::id(writing.now())))).collect();
        // What is said of others is said first: it wins over what is said of the one that ends.
        next.sort_by_key(|row| of.heirs.contains(&row.subject_id));
        for rows in next.chunks(MOST) {
            let made: Vec<Uuid> = diesel::insert_into(reporting_assignment::table)
                .values(rows)
                .on_conflict_do_nothing()
                .returning(reporting_assignment::id)
                .get_results(writing.connection())
                .await?;
            for id in made {
                writing.changed(ChangeKind::Created, (NOUN, id));
            }
        }
        Ok(())
    }

    /// The first day on which an assignment holds no more: one that begins later has a day, on which nothing is owed by who is gone.
    fn end_of(&self, row: &ReportingAssignment) -> Date {
        max(row.valid.from.day_after(), self.decided.on)
    }

    /// The assignment as it goes on.
    fn next(&self, row: &ReportingAssignment, heir: Uuid, id: Uuid) -> ReportingAssignment {
        let passed = |agency: Uuid| if agency == self.from { heir } else { agency };
        let subject_id = passed(row.subject_id);
        // Of the same subject there is one at a time.
        let from = if subject_id == row.subject_id { self.end_of(row) } else { max(row.valid.from, self.decided.on) };
        ReportingAssignment {
            id,
            version: 1,
            valid: Validity { from, ends_before: row.valid.ends_before },
            subject_id,
            reporter_id: passed(row.reporter_id),
            ..row.clone()
        }
    }
}
