//! Many changes of agencies at once, by one document: all of them, or none.

use async_graphql::InputObject;
use auth::{Acts as _, action::ManageAgencies};
use derive::boxed;
use diesel::{ExpressionMethods as _, QueryDsl as _};
use diesel_async::RunQueryDsl as _;
use serde_json::{Value, json};

use super::{AgencyToOpen, Decided, Decision, NewName, Reorganised, Shares, batches::Batches, decide};
use crate::{
    Acting, DbError, ViolationCode,
    input::{at_most, refused},
    schema::audit_entry,
    writer::{AuditEvent, Writing},
};

/// The most steps of one reorganisation that a client sends.
const MOST: usize = 1_000;

/// An agency that is renamed.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "RenameStepInput")]
pub struct RenameStep {
    /// Which, by code
    pub agency: String,
    /// The name
    #[graphql(flatten)]
    pub name: NewName,
}

/// An agency that is moved.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "MoveStepInput")]
pub struct MoveStep {
    /// Which, by code
    pub agency: String,
    /// The one above it from that day on, by code
    pub parent: String,
}

/// Agencies that are merged.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "MergeStepInput")]
pub struct MergeStep {
    /// Which end, by code
    pub agencies: Vec<String>,
    /// Which takes over, by code
    pub successor: String,
}

/// An agency that is split.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "SplitStepInput")]
pub struct SplitStep {
    /// Which, by code; it goes on if it is named among the successors
    pub agency: String,
    /// Who takes over what
    #[graphql(flatten)]
    pub shares: Shares,
}

/// An agency that is closed.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "CloseStepInput")]
pub struct CloseStep {
    /// Which, by code
    pub agency: String,
    /// Which takes over what is open, by code; needed where something is
    pub successor: Option<String>,
}

/// One step of a reorganisation: exactly one of these.
#[derive(Debug, Clone, Default, InputObject)]
#[graphql(name = "ReorganisationStepInput")]
pub struct Step {
    /// Opens an agency
    pub open: Option<AgencyToOpen>,
    /// Renames one
    pub rename: Option<RenameStep>,
    /// Moves one
    #[graphql(name = "move")]
    pub relocate: Option<MoveStep>,
    /// Merges some
    pub merge: Option<MergeStep>,
    /// Splits one
    pub split: Option<SplitStep>,
    /// Closes one
    pub close: Option<CloseStep>,
}

/// Changes of agencies that one document decides.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "ReorganiseInput")]
pub struct Reorganisation {
    /// What is done, one after the other; at most 1,000
    pub steps: Vec<Step>,
    /// What decides it
    #[graphql(flatten)]
    pub decision: Decision,
}

/// Does many changes of agencies, one after the other, all of them or none.
#[boxed]
pub async fn reorganise(acting: &Acting<ManageAgencies>, new: Reorganisation) -> Result<Vec<Reorganised>, DbError> {
    at_most(MOST, new.steps.len(), "steps")?;
    let work = async |writing: &mut Writing, decided: &Decided| new.done(acting, writing, decided, &|_| {}).await;
    decide(acting, &new.decision, work).await
}

/// A reorganisation as it comes from a file, of any length.
#[derive(Debug, Clone)]
pub struct Bulk {
    /// What it says.
    pub says: Reorganisation,
    /// What the file is known by, if it is to be done once: a digest of it.
    pub file: Option<String>,
}

/// Does what a file says, for whoever works at the terminal, who is told how far it is. Answers none if the file was done before: the
/// audit trail says so, beside the document that decides it.
#[boxed]
pub async fn reorganise_in_bulk<'a>(
    acting: &'a Acting<ManageAgencies>,
    bulk: &'a Bulk,
    progress: &'a (dyn Fn(usize) + Sync),
) -> Result<Option<Vec<Reorganised>>, DbError> {
    let work = async |writing: &mut Writing, decided: &Decided| {
        let object = ("document", decided.document);
        if let Some(file) = &bulk.file {
            let before = audit_entry::table
                .filter(audit_entry::object_id.eq(decided.document))
                .filter(audit_entry::noun.eq(object.0))
                .filter(audit_entry::after.eq(file_done(file)));
            if diesel::select(diesel::dsl::exists(before)).get_result(writing.connection()).await? {
                return Ok(None);
            }
        }
        let done = bulk.says.done(acting, writing, decided, progress).await?;
        if let Some(file) = &bulk.file {
            let (action, after) = (ManageAgencies::ACTION.as_str(), Some(file_done(file)));
            writing.audit(AuditEvent { action, object: Some(object), after, ..AuditEvent::default() });
        }
        Ok(Some(done))
    };
    decide(acting, &bulk.says.decision, work).await
}

/// As the audit trail tells that a file was done.
fn file_done(file: &str) -> Value {
    json!({ "reorganisation": file })
}

impl Reorganisation {
    async fn done(
        &self,
        acting: &Acting<ManageAgencies>,
        writing: &mut Writing,
        decided: &Decided,
        progress: &(dyn Fn(usize) + Sync),
    ) -> Result<Vec<Reorganised>, DbError> {
        if self.steps.is_empty() {
            return Err(refused(ViolationCode::Required, "steps"));
        }
        Batches { acting, decided, steps: &self.steps, progress }.done(writing).await
    }
}

impl Step {
    /// The one field of it that is given; none if there is not exactly one.
    #[must_use]
    pub fn name(&self) -> Option<&'static str> {
        let given = [
            ("open", self.open.is_some()),
            ("rename", self.rename.is_some()),
            ("move", self.relocate.is_some()),
            ("merge", self.merge.is_some()),
            ("split", self.split.is_some()),
            ("close", self.close.is_some()),
        ];
        let mut given = given.into_iter().filter(|(_, is_given)| *is_given).map(|(name, _)| name);
        given.next().filter(|_| given.next().is_none())
    }

    /// The codes of the agencies that it changes, and of those that it needs to be there.
    pub(super) fn touched(&self) -> (Vec<&str>, Vec<&str>) {
        match self {
            Self { open: Some(new), .. } => (vec![&new.code], new.parent.as_deref().into_iter().collect()),
            Self { rename: Some(step), .. } => (vec![&step.agency], Vec::new()),
            Self { relocate: Some(step), .. } => (vec![&step.agency], vec![&step.parent]),
            Self { merge: Some(step), .. } => {
                (step.agencies.iter().map(String::as_str).collect(), vec![&step.successor])
            }
            Self { split: Some(step), .. } => {
                let named = step.shares.successors.iter();
                let named = named
                    .flat_map(|share| share.below.iter().chain([&share.agency]))
                    .filter(|code| **code != step.agency);
                (vec![&step.agency], named.map(String::as_str).collect())
            }
            Self { close: Some(step), .. } => (vec![&step.agency], step.successor.as_deref().into_iter().collect()),
            _ => (Vec::new(), Vec::new()),
        }
    }
}
