//! Nil answers (không phát sinh): nothing arose in a period.

use async_graphql::InputObject;
use auth::{Action, Object, Principal, action::AnswerNil, random};
use chrono::{DateTime, Utc};
use derive::boxed;
use diesel::{
    ExpressionMethods as _, Insertable, NullableExpressionMethods as _, QueryDsl as _, Queryable, Selectable,
    SelectableHelper as _,
};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{assignment::ReportingAssignment, owed::load_owed};
use crate::{
    Acting, Date, DbError, Id, Reader, ViolationCode,
    calendar::Period,
    input::Checks,
    noun::{Boxed, Stored, names, noun},
    page::{Cursor, Page, Tie, by_tie},
    schema::{agency, nil_answer},
    writer::{ChangeKind, Writing},
};

const NOUN: &str = "nil_answer";

/// The most characters of a note.
const NOTE: u16 = 2_000;

/// The answer that nothing arose in a period (không phát sinh).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, SimpleObject, Serialize, Deserialize)]
#[diesel(table_name = nil_answer)]
pub struct NilAnswer {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// The period
    pub period: Period,
    /// What the reporter says about it
    pub note: String,
    /// The day of the answer (Asia/Ho_Chi_Minh)
    pub answered_on: Date,
    /// When it was given, in UTC
    pub answered_at: DateTime<Utc>,
    /// When it was taken back, in UTC; null while it stands
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Raised by each change; mutations name the one they expect
    pub version: i32,
    /// The assignment
    #[graphql(skip)]
    pub assignment_id: Uuid,
    /// Who reports
    #[graphql(skip)]
    pub reporter_id: Uuid,
    /// The account that gave it
    #[graphql(skip)]
    pub answered_by: Option<Uuid>,
    /// The account that took it back
    #[graphql(skip)]
    pub withdrawn_by: Option<Uuid>,
}

impl NilAnswer {
    /// Whether somebody may do this to it, as it stands now.
    #[must_use]
    pub fn is_open(&self, viewer: &Principal, action: Action) -> bool {
        let object = Object { agencies: &[self.reporter_id], by: self.answered_by };
        self.withdrawn_at.is_none() && viewer.may_to(action, object)
    }
}

/// Narrows a list of nil answers. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct NilAnswerFilter {
    /// Code of the agency that reports
    pub reporter: Option<String>,
    /// The period
    pub period: Option<Period>,
    /// True: those that stand; false: those that were taken back
    pub standing: Option<bool>,
}

names!(NilAnswerFilter { reporter: Agency });

impl Stored for NilAnswer {
    type Query = Boxed<nil_answer::table>;
    type Filter = NilAnswerFilter;
    type Sort = ();

    fn filtered(reader: &Reader, filter: &NilAnswerFilter) -> Self::Query {
        let mut query = nil_answer::table.into_boxed();
        if let Some(agencies) = reader.scope().obligations().ids() {
            query = query.filter(nil_answer::reporter_id.eq_any(agencies));
        }
        if let Some(code) = filter.reporter.clone() {
            let of_code = agency::table.filter(agency::code.eq(code)).select(agency::id).single_value();
            query = query.filter(nil_answer::reporter_id.nullable().eq(of_code));
        }
        if let Some(period) = filter.period {
            query = query.filter(nil_answer::period.eq(period));
        }
        match filter.standing {
            Some(true) => query.filter(nil_answer::withdrawn_at.is_null()),
            Some(false) => query.filter(nil_answer::withdrawn_at.is_not_null()),
            None => query,
        }
    }

    /// The latest come first: ids follow time.
    fn sorted(query: Self::Query, (): (), page: &Page) -> Result<Self::Query, DbError> {
        Ok(by_tie!(query, page, true, nil_answer::id, Id))
    }

    fn cursor(&self, (): ()) -> Cursor {
        Cursor { key: None, tie: Tie::Id(self.id) }
    }
}

noun!(NilAnswer, nil_answer, tag b'j');

/// The answer that nothing arose.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "AnswerNilInput")]
pub struct NewNilAnswer {
    /// The assignment
    pub assignment: Id<ReportingAssignment>,
    /// The period
    pub period: Period,
    /// What there is to say about it, at most 2,000 characters
    pub note: String,
}

/// A nil answer that is taken back.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "WithdrawNilInput")]
pub struct NilWithdrawal {
    /// The nil answer
    pub nil_answer: Id<NilAnswer>,
    /// Its `version` as it was read
    pub expected_version: i32,
}

/// Answers that nothing arose: of what is due, open, and not being answered by a figure.
#[boxed]
pub async fn answer(acting: &Acting<AnswerNil>, new: NewNilAnswer) -> Result<NilAnswer, DbError> {
    let NewNilAnswer { assignment, period, note } = new;
    let (permit, assignment) = (&acting.permit, assignment.uuid()?);
    let mut checks = Checks::default();
    let note = checks.text("note", &note, NOTE);
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        let (assignment, owed) = load_owed(writing, permit, assignment, period).await?;
        if let Some(refused) = owed.refuses_nil(writing.today()) {
            return Err(DbError::violated(refused, &["input", "period"]));
        }
        let answer = NilAnswer {
            id: random::id(writing.now()),
            period,
            note: note.clone(),
            answered_on: writing.today(),
            answered_at: writing.now(),
            withdrawn_at: None,
            version: 1,
            assignment_id: assignment.id,
            reporter_id: assignment.reporter_id,
            answered_by: permit.actor().account(),
            withdrawn_by: None,
        };
        diesel::insert_into(nil_answer::table).values(&answer).execute(writing.connection()).await?;
        writing.record(permit, ChangeKind::Created, (NOUN, answer.id), None, Some(audit_snapshot(&answer)));
        Ok(answer)
    };
    acting.write(work).await
}

/// Takes a nil answer back, while answers are taken.
#[boxed]
pub async fn withdraw(acting: &Acting<AnswerNil>, withdrawal: NilWithdrawal) -> Result<NilAnswer, DbError> {
    let NilWithdrawal { nil_answer: id, expected_version } = withdrawal;
    let (permit, id) = (&acting.permit, id.uuid()?);
    let work = async |writing: &mut Writing| {
        let found = nil_answer::table.find(id).select(NilAnswer::as_select()).for_no_key_update();
        let before: NilAnswer = found.first(writing.connection()).await?;
        let (_, owed) = load_owed(writing, permit, before.assignment_id, before.period).await?;
        if before.version != expected_version {
            return Err(DbError::violated(ViolationCode::Stale, &["input", "expectedVersion"]));
        }
        if before.withdrawn_at.is_some() {
            return Err(DbError::violated(ViolationCode::Unchanged, &["input", "nilAnswer"]));
        }
        if owed.is_closed(writing.today()) {
            return Err(DbError::violated(ViolationCode::Closed, &["input", "nilAnswer"]));
        }
        let after = NilAnswer {
            // Another node, whose clock is ahead, may have taken the answer.
            withdrawn_at: Some(writing.now().max(before.answered_at)),
            withdrawn_by: permit.actor().account(),
            version: before.version + 1,
            ..before.clone()
        };
        diesel::update(nil_answer::table.find(id))
            .set((
                nil_answer::withdrawn_at.eq(after.withdrawn_at),
                nil_answer::withdrawn_by.eq(after.withdrawn_by),
                nil_answer::version.eq(after.version),
            ))
            .execute(writing.connection())
            .await?;
        writing.record(
            permit,
            ChangeKind::Updated,
            (NOUN, id),
            Some(audit_snapshot(&before)),
            Some(audit_snapshot(&after)),
        );
        Ok(after)
    };
    acting.write(work).await
}

/// A nil answer as the audit trail keeps it.
fn audit_snapshot(answer: &NilAnswer) -> Value {
    json!({
        "assignment": answer.assignment_id, "period": answer.period, "note": answer.note, "withdrawnAt": answer.withdrawn_at,
        "version": answer.version,
    })
}
