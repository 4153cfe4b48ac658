//! Agencies that are there and come into the register: nobody opens them.

use async_graphql::InputObject;
use auth::{Reached, action::ManageAgencies, random};
use derive::boxed;
use diesel::ExpressionMethods as _;
use diesel_async::RunQueryDsl as _;
use serde_json::json;

use super::{
    AgencyToOpen, NOUN, audit_snapshot,
    keeping::{insert, parent},
};
use crate::{
    Acting, Date, DbError, ViolationCode,
    agency::Agency,
    input::{Checks, NOTE, refused},
    schema::agency_placement,
    writer::{ChangeKind, Writing},
};

/// An agency that is there, and is to be registered.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "RegisterAgencyInput")]
pub struct Registration {
    /// What it is
    #[graphql(flatten)]
    pub agency: AgencyToOpen,
    /// The first day on which it was there, today or earlier (Asia/Ho_Chi_Minh); left out if it has been there for longer than the register
    /// looks back
    pub opened_on: Option<Date>,
    /// What a careful reader should know about it, at most 2,000 characters
    pub note: Option<String>,
}

/// Registers an agency that is there, below another that the actor reaches.
#[boxed]
pub async fn register(acting: &Acting<ManageAgencies>, new: Registration) -> Result<Agency, DbError> {
    let mut checks = Checks::default();
    let note = checks.optional("note", new.note.as_deref(), NOTE);
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        if new.opened_on.is_some_and(|opened| opened > writing.today()) {
            return Err(refused(ViolationCode::TooEarly, "openedOn"));
        }
        let today = writing.today();
        let above = match &new.agency.parent {
            Some(code) => Some(parent(acting, writing, code, today).await?),
            None if *acting.permit.reach() == Reached::All => None,
            None => return Err(refused(ViolationCode::Required, "parent")),
        };
        let registered = insert(writing, &new.agency, above.as_ref(), (new.opened_on, note.as_deref())).await?;
        if let Some(above) = above {
            let row = (
                agency_placement::id.eq(random::id(writing.now())),
                agency_placement::agency_id.eq(registered.id),
                agency_placement::parent_id.eq(above.id),
                agency_placement::valid_from.eq(new.opened_on),
                agency_placement::stated.eq(false),
            );
            diesel::insert_into(agency_placement::table).values(row).execute(writing.connection()).await?;
        }
        let shown = json!({ "agency": audit_snapshot(&registered), "parent": new.agency.parent });
        writing.record(&acting.permit, ChangeKind::Created, (NOUN, registered.id), None, Some(shown));
        Ok(registered)
    };
    acting.write(work).await
}
