//! What changes targets: they are revised, and withdrawn, by a later document.

use async_graphql::InputObject;
use auth::{Action, Object, Permit, Principal, action::KeepCatalogue, random};
use derive::boxed;
use diesel::{ExpressionMethods as _, QueryDsl as _, SelectableHelper as _};
use diesel_async::RunQueryDsl as _;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Target;
use crate::{
    Acting, Date, DbError, Id, ViolationCode,
    decimal::Number,
    document::in_force,
    input::{CLAUSE, Checks, NOTE, refused},
    schema::{programme, target, target_revision},
    text::symbol,
    writer::{ChangeKind, Writing},
};

pub(crate) const NOUN: &str = "target";

/// What can be done to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetChange {
    /// Demand something else of it
    Revise,
    /// Demand it no longer
    Withdraw,
}

/// What a target demands from now on, and which document says so.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "ReviseTargetInput")]
pub struct NewRevision {
    /// The target: one with a number
    pub target: Id<Target>,
    /// Its `version` as it was read
    pub expected_version: i32,
    /// What it demands from now on, in the indicator's unit; of a range the lower end
    pub value: Number,
    /// Code of the document that says so, which was issued and is in force
    pub document: String,
    /// Its clause, as printed, at most 40 characters
    pub clause: String,
    /// The day from which it demands that, today or earlier, and not before its last revision (Asia/Ho_Chi_Minh)
    pub revised_on: Date,
    /// What a careful reader should know, at most 2,000 characters
    pub note: Option<String>,
}

/// Revises what a target demands. What it demanded until then stands in its revisions, and is what earlier days are judged by.
#[boxed]
pub async fn revise(acting: &Acting<KeepCatalogue>, new: NewRevision) -> Result<Target, DbError> {
    let (permit, id) = (&acting.permit, new.target.uuid()?);
    let mut checks = Checks::default();
    let clause = checks.text("clause", &symbol(&new.clause), CLAUSE);
    let note = checks.optional("note", new.note.as_deref(), NOTE);
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        let before = lock_and_load(writing, permit, id).await?;
        let revised = before.revised(&new)?;
        let document = in_force(acting, writing, &new.document, &["input", "document"]).await?;
        let last = target_revision::table
            .filter(target_revision::target_id.eq(id))
            .order(target_revision::revision.desc())
            .select((target_revision::revision, target_revision::revised_on));
        let past: Vec<(i32, Option<Date>)> = last.load(writing.connection()).await?;
        let earliest = past.iter().filter_map(|(_, on)| *on).max();
        if new.revised_on > writing.today() {
            return Err(DbError::violated(ViolationCode::TooEarly, &["input", "revisedOn"]));
        }
        if earliest.is_some_and(|earliest| new.revised_on < earliest) {
            return Err(DbError::violated(ViolationCode::OutOfBounds, &["input", "revisedOn"]));
        }
        let revision = (
            target_revision::id.eq(random::id(writing.now())),
            target_revision::target_id.eq(id),
            target_revision::revision.eq(past.as_slice().first().map_or(1, |(last, _)| last + 1)),
            target_revision::previous_known.eq(true),
            target_revision::previous_value.eq(before.value),
            target_revision::new_value.eq(revised.value),
            target_revision::revised_on.eq(new.revised_on),
            target_revision::document_id.eq(document.id),
            target_revision::clause.eq(&clause),
            target_revision::note.eq(&note),
        );
        diesel::insert_into(target_revision::table).values(revision).execute(writing.connection()).await?;
        diesel::update(target::table.find(id))
            .set((target::value.eq(revised.value), target::version.eq(revised.version)))
            .execute(writing.connection())
            .await?;
        let (was, is) = (audit_snapshot(&before), audit_snapshot(&revised));
        writing.record(permit, ChangeKind::Updated, (NOUN, id), Some(was), Some(is));
        Ok(revised)
    };
    acting.write(work).await
}

/// Which target is demanded no longer, and which document says so.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "WithdrawTargetInput")]
pub struct Withdrawal {
    /// The target
    pub target: Id<Target>,
    /// Its `version` as it was read
    pub expected_version: i32,
    /// Code of the document that says so, which was issued and is in force
    pub document: String,
    /// Its clause, as printed, at most 40 characters
    pub clause: String,
    /// The day from which it is demanded no longer, today or earlier, and not before its last revision (Asia/Ho_Chi_Minh)
    pub withdrawn_on: Date,
}

/// Withdraws a target. It stays readable, and earlier days are judged by it.
#[boxed]
pub async fn withdraw(acting: &Acting<KeepCatalogue>, new: Withdrawal) -> Result<Target, DbError> {
    let (permit, id) = (&acting.permit, new.target.uuid()?);
    let mut checks = Checks::default();
    let clause = checks.text("clause", &symbol(&new.clause), CLAUSE);
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        let before = lock_and_load(writing, permit, id).await?;
        if before.version != new.expected_version {
            return Err(refused(ViolationCode::Stale, "expectedVersion"));
        }
        if before.withdrawn_on.is_some() {
            return Err(refused(ViolationCode::Unchanged, "target"));
        }
        let document = in_force(acting, writing, &new.document, &["input", "document"]).await?;
        let revised =
            target_revision::table.filter(target_revision::target_id.eq(id)).select(target_revision::revised_on);
        let revised: Vec<Option<Date>> = revised.load(writing.connection()).await?;
        if new.withdrawn_on > writing.today() {
            return Err(refused(ViolationCode::TooEarly, "withdrawnOn"));
        }
        if revised.into_iter().flatten().max().is_some_and(|last| new.withdrawn_on < last) {
            return Err(refused(ViolationCode::OutOfBounds, "withdrawnOn"));
        }
        let withdrawn = Target {
            withdrawn_on: Some(new.withdrawn_on),
            withdrawal_document_id: Some(document.id),
            withdrawal_clause: Some(clause.clone()),
            version: before.version + 1,
            ..before.clone()
        };
        let changes = (
            target::withdrawn_on.eq(withdrawn.withdrawn_on),
            target::withdrawal_document_id.eq(withdrawn.withdrawal_document_id),
            target::withdrawal_clause.eq(&withdrawn.withdrawal_clause),
            target::version.eq(withdrawn.version),
        );
        diesel::update(target::table.find(id)).set(changes).execute(writing.connection()).await?;
        let (was, is) = (audit_snapshot(&before), audit_snapshot(&withdrawn));
        writing.record(permit, ChangeKind::Updated, (NOUN, id), Some(was), Some(is));
        Ok(withdrawn)
    };
    acting.write(work).await
}

impl Target {
    /// Whether somebody may do that to it now; its programme holds there. One in words is not revised, and nothing that was withdrawn.
    #[must_use]
    pub fn allows(&self, change: TargetChange, viewer: &Principal, jurisdiction: Uuid) -> bool {
        let is_possible = self.withdrawn_on.is_none() && (change == TargetChange::Withdraw || self.value.is_some());
        is_possible && viewer.may_to(Action::KeepCatalogue, Object { agencies: &[jurisdiction], by: None })
    }

    /// The target as the revision makes it, if that is possible.
    fn revised(&self, new: &NewRevision) -> Result<Self, DbError> {
        let refused = |code, field| Err(refused(code, field));
        if self.withdrawn_on.is_some() {
            return refused(ViolationCode::NotInState, "target");
        }
        let (Some(demanded), Number(value)) = (self.value, new.value) else {
            return refused(ViolationCode::Incompatible, "target");
        };
        if self.version != new.expected_version {
            return refused(ViolationCode::Stale, "expectedVersion");
        }
        if demanded == value {
            return refused(ViolationCode::Unchanged, "value");
        }
        if self.upper_value.is_some_and(|upper| value > upper) {
            return refused(ViolationCode::OutOfBounds, "value");
        }
        Ok(Self { value: Some(value), version: self.version + 1, ..self.clone() })
    }
}

/// Locks a target until the end of the transaction, and loads it; not found if its programme is out of reach.
pub(super) async fn lock_and_load(
    writing: &mut Writing,
    permit: &Permit<KeepCatalogue>,
    id: Uuid,
) -> Result<Target, DbError> {
    let found = target::table.find(id).select(Target::as_select()).for_no_key_update();
    let found: Target = found.first(writing.connection()).await?;
    let jurisdiction = programme::table.find(found.programme_id).select(programme::jurisdiction_id);
    let jurisdiction: Uuid = jurisdiction.first(writing.connection()).await?;
    if permit.reach().holds(Some(jurisdiction)) { Ok(found) } else { Err(DbError::NotFound) }
}

/// A target as the audit trail keeps it.
pub(crate) fn audit_snapshot(row: &Target) -> Value {
    json!({ "code": row.code, "value": row.value, "withdrawnOn": row.withdrawn_on, "version": row.version })
}
