//! Many changes of agencies at once, by one document: all of them, or none.

use async_graphql::InputObject;
use auth::action::ManageAgencies;
use derive::boxed;
use diesel::{ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, SelectableHelper as _};
use diesel_async::RunQueryDsl as _;

use super::{
    AgencyToOpen, Decided, Decision, NewName, Reorganised, Shares, decide,
    ending::{closed, divided, merged},
    keeping::{moved, opened, renamed},
    reaches,
};
use crate::{
    Acting, DbError, ViolationCode,
    agency::Agency,
    input::{at_most, few, refused},
    schema::agency,
    violation::in_terms_of_input,
    writer::Writing,
};

/// The most steps of one reorganisation.
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
#[derive(Debug, Clone, InputObject)]
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
    if new.steps.is_empty() {
        return Err(refused(ViolationCode::Required, "steps"));
    }
    let work = async |writing: &mut Writing, decided: &Decided| {
        let mut all = Vec::new();
        for (row, step) in new.steps.iter().enumerate() {
            let done = step.done(acting, writing, decided).await;
            all.push(done.map_err(|error| in_step(in_terms_of_input(error), row, step.name()))?);
        }
        Ok(all)
    };
    decide(acting, &new.decision, work).await
}

impl Step {
    /// The one field of it that is given; none if there is not exactly one.
    fn name(&self) -> Option<&'static str> {
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

    async fn done(
        &self,
        acting: &Acting<ManageAgencies>,
        writing: &mut Writing,
        decided: &Decided,
    ) -> Result<Reorganised, DbError> {
        match self {
            _ if self.name().is_none() => Err(DbError::violated(ViolationCode::Incompatible, &["input"])),
            Self { open: Some(new), .. } => Ok(Reorganised::alone(opened(acting, writing, new, decided).await?)),
            Self { rename: Some(step), .. } => {
                let before = of_code(acting, writing, &step.agency, "agency").await?;
                renamed(acting, writing, before, &step.name, decided).await
            }
            Self { relocate: Some(step), .. } => {
                let before = of_code(acting, writing, &step.agency, "agency").await?;
                moved(acting, writing, before, &step.parent, decided).await
            }
            Self { merge: Some(step), .. } => {
                few(step.agencies.len(), "agencies")?;
                let mut ending = Vec::new();
                for code in &step.agencies {
                    ending.push(of_code(acting, writing, code, "agencies").await?);
                }
                merged(acting, writing, &ending, &step.successor, decided).await
            }
            Self { split: Some(step), .. } => {
                let splits = of_code(acting, writing, &step.agency, "agency").await?;
                divided(acting, writing, &splits, &step.shares, decided).await
            }
            Self { close: Some(step), .. } => {
                let closes = of_code(acting, writing, &step.agency, "agency").await?;
                closed(acting, writing, &closes, step.successor.as_ref(), decided).await
            }
            _ => Err(DbError::violated(ViolationCode::Required, &["input"])),
        }
    }
}

/// Locks the agency of a code until the end of the transaction, and loads it; refused beside the field if it is not there or out of
/// reach.
async fn of_code(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    code: &str,
    field: &'static str,
) -> Result<Agency, DbError> {
    let query = agency::table.filter(agency::code.eq(code)).select(Agency::as_select()).for_update();
    let found: Option<Agency> = query.first(writing.connection()).await.optional()?;
    let found = found.ok_or_else(|| refused(ViolationCode::NotFound, field))?;
    if reaches(acting, writing, found.id).await? { Ok(found) } else { Err(refused(ViolationCode::OutOfReach, field)) }
}

/// What has to be mended, with the step it is about: `["input", "parent"]` becomes `["input", "steps", "3", "move", "parent"]`.
fn in_step(error: DbError, row: usize, name: Option<&'static str>) -> DbError {
    let DbError::Violated(mut broken) = error else { return error };
    for violation in &mut broken {
        // The day and the document are those of all steps.
        let of_all = violation.field.get(1).is_some_and(|field| ["on", "document"].contains(&field.as_ref()));
        if !of_all {
            let place = violation.field.len().min(1);
            let step = ["steps".into(), row.to_string().into()].into_iter().chain(name.map(Into::into));
            violation.field.splice(place..place, step);
        }
        violation.row = i32::try_from(row).ok();
    }
    DbError::Violated(broken)
}
