//! Agencies that are there and come into the register: nobody opens them.

use async_graphql::InputObject;
use auth::{action::ManageAgencies, random};
use derive::boxed;
use diesel::ExpressionMethods as _;
use diesel_async::RunQueryDsl as _;
use serde_json::json;

use super::{
    AgencyToOpen, NOUN, audit_snapshot,
    opening::{below, governs_with_another, insert},
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
        let new_agency = below(acting, writing, &[&new.agency], today).await?;
        let registered = insert(writing, &new_agency, (new.opened_on, note.as_deref())).await?;
        let registered = registered.into_iter().next().ok_or(DbError::NotFound)?;
        for above in new_agency.iter().filter_map(|(_, above)| above.as_ref()) {
            let row = (
                agency_placement::id.eq(random::id(writing.now())),
                agency_placement::agency_id.eq(registered.id),
                agency_placement::parent_id.eq(above.id),
                agency_placement::valid_from.eq(new.opened_on),
                agency_placement::stated.eq(false),
            );
            diesel::insert_into(agency_placement::table).values(row).execute(writing.connection()).await?;
        }
        if governs_with_another(writing, &[registered.id]).await?.is_some() {
            return Err(refused(ViolationCode::Taken, "officialCode"));
        }
        let shown = json!({ "agency": audit_snapshot(&registered), "parent": new.agency.parent });
        writing.record(&acting.permit, ChangeKind::Created, (NOUN, registered.id), None, Some(shown));
        Ok(registered)
    };
    acting.write(work).await
}
