//! How agencies are opened, renamed, moved, merged, split and closed.

use async_graphql::Context;
use auth::Action;
use db::{
    access::Auth,
    agency::change::{
        Amendment, Closing, Members, Merger, Move, NewAgency, NewSuccession, Passed, Registration, Renaming,
        Reorganisation as Steps, Reorganised, SeenAgency, Split, amend, close, merge, open, record, register, relocate,
        rename, reorganise, set_members, split,
    },
    area::weight::{Weighing, weigh},
};
use object_layer::{ComplexObject, SimpleObject};
use uuid::Uuid;

use super::Agency;
use crate::{
    mutation::{mutate, mutations, once},
    object::{by_code, maybe, one},
    page::Answer,
    payload::{Payload, Shows, UserError, payload},
};

/// What became of agencies, or would.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::ManageAgencies))]
pub struct Reorganisation {
    /// True if nothing was changed, because it was only asked what would be
    dry_run: bool,
    /// What passed to others: an entry for each kind and each of those who took over. What is done and over stays where it was
    passed: Vec<PassedOn>,
    #[graphql(skip)]
    agency: Uuid,
}

#[ComplexObject]
impl Reorganisation {
    /// The agency that was opened, renamed, moved, split or closed; of a merger the one that took over. As it stands: a dry run has not
    /// changed it, and has opened none
    async fn agency(&self, context: &Context<'_>) -> Answer<Agency> {
        one(context, self.agency).await
    }
}

/// What passed from one agency to another, of one kind.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::ManageAgencies))]
pub struct PassedOn {
    #[graphql(flatten)]
    row: Passed,
}

#[ComplexObject]
impl PassedOn {
    /// From whom
    async fn from(&self, context: &Context<'_>) -> Answer<Agency> {
        one(context, self.row.from).await
    }

    /// To whom
    async fn to(&self, context: &Context<'_>) -> Answer<Agency> {
        one(context, self.row.to).await
    }
}

impl Shows for Reorganisation {
    type Row = Reorganised;

    fn shows(row: Reorganised) -> Self {
        let passed = row.passed.into_iter().map(|row| PassedOn { row }).collect();
        Self { dry_run: row.is_rehearsal, passed, agency: row.agency }
    }
}

/// Declares a payload: what became of it, what has to be mended, and the agency as it stands if nothing was written.
macro_rules! reorganised {
    ($(#[$about:meta])* $payload:ident refused as $named:ty; |$context:ident, $refused:ident| $current:expr) => {
        $(#[$about])*
        #[derive(Clone, SimpleObject)]
        #[graphql(complex, directive = Auth::apply(Action::ManageAgencies))]
        pub struct $payload {
            /// What became of it; null if it was refused
            reorganisation: Option<Reorganisation>,
            /// What has to be mended; empty if it was done
            user_errors: Vec<UserError>,
            #[graphql(skip)]
            refused: Option<$named>,
        }

        #[ComplexObject]
        impl $payload {
            /// The agency as it stands, if nothing was written: to be shown beside what was wanted; null otherwise
            async fn current(&self, $context: &Context<'_>) -> Answer<Agency> {
                let $refused = self.refused.clone()?;
                $current
            }
        }

        impl Payload for $payload {
            type Done = Reorganised;
            type About = Option<$named>;

            fn settled(
                _: &Context<'_>,
                done: Option<Reorganised>,
                user_errors: Vec<UserError>,
                about: Option<$named>,
            ) -> Self {
                let refused = about.filter(|_| done.is_none());
                Self { reorganisation: done.map(Shows::shows), user_errors, refused }
            }
        }
    };
}

reorganised! {
    /// What became of an agency that was to be opened. If its code is taken, `current` is the one that has it.
    OpenAgencyPayload refused as String;
    |context, code| by_code(context, code).await
}

reorganised! {
    /// What became of agencies that were to be merged. `current` is the first of them that is no longer as it was seen.
    MergeAgenciesPayload refused as Vec<(Uuid, i32)>;
    |context, seen| changed(context, seen).await
}

reorganised! {
    /// What became of what was to be done to an agency.
    AgencyPayload refused as Uuid;
    |context, id| maybe(context, Some(id)).await
}

payload! {
    /// What became of many changes: of all, or of none.
    ReorganisePayload by ManageAgencies {
        /// What became of each step, in their order; null if any was refused
        reorganisations: Vec<Reorganisation>
    }
}

payload! {
    /// What became of the shares of an agency that was divided.
    WeighSuccessionPayload by ManageAgencies, with current {
        /// The agency that was divided; null if nothing was written
        agency: Agency
    }
}

payload! {
    /// What became of an agency that was to be registered.
    RegisterAgencyPayload by ManageAgencies {
        /// The agency; null if nothing was written
        agency: Agency
    }
}

payload! {
    /// What became of what was to be mended of an agency.
    AmendAgencyPayload by ManageAgencies, with current {
        /// The agency as changed; null if nothing was written
        agency: Agency
    }
}

payload! {
    /// What became of a reorganisation that was to be recorded.
    RecordSuccessionPayload by ManageAgencies {
        /// The agencies that went in or came out, by code; null if nothing was written
        agencies: Vec<Agency>
    }
}

/// The first agency whose version is another than the one that was seen.
async fn changed(context: &Context<'_>, seen: Vec<(Uuid, i32)>) -> Answer<Agency> {
    for (id, version) in seen {
        match one::<Agency>(context, id).await {
            Some(Ok(agency)) if agency.row.version == version => {}
            other => return other,
        }
    }
    None
}

mutations! {
    AgencyMutation;
    {
        /// Opens an agency (thành lập) below another, by a document
        #[graphql(directive = Auth::apply(Action::ManageAgencies))]
        async fn open_agency(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "The agency, and what decides it")] input: NewAgency,
            #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Uuid,
        ) -> Answer<OpenAgencyPayload> {
            let (about, once) = (Some(input.agency.code.clone()), once(context, idempotency_key, &input));
            Some(mutate(context, once, input, about, open).await)
        }

        /// Merges agencies (hợp nhất, sáp nhập) into another, by a document. What is open passes to it: parts in directives, recommendations
        /// to be answered, reporting assignments, the agencies below, indicators, roles, people and machines. What is over stays with
        /// whoever did it, and what was owed before the day stays owed: roles at the successor reach it
        #[graphql(directive = Auth::apply(Action::ManageAgencies))]
        async fn merge_agencies(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Which, into which, and what decides it")] input: Merger,
            #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Uuid,
        ) -> Answer<MergeAgenciesPayload> {
            let seen = |it: &SeenAgency| Some((it.agency.uuid().ok()?, it.expected_version));
            let (about, once) = (input.agencies.iter().map(seen).collect(), once(context, idempotency_key, &input));
            Some(mutate(context, once, input, about, merge).await)
        }
    }
    /// Registers an agency that is there already: it comes into the register, and nobody opens it
    register_agency(Registration, "The agency") -> RegisterAgencyPayload by ManageAgencies = register;
    /// Amends what is known of an agency, without a day: other names, where it is, what documents say of it. What happens to it on a day, such as
    /// another name, has mutations of its own
    amend_agency(Amendment, "Which, and what changes") -> AmendAgencyPayload of agency by ManageAgencies = amend;
    /// Says who belongs to a group of agencies (nhóm cơ quan), all of them: what is asked of the group is asked of each from now on
    set_group_members(Members, "Which group, and its members") -> AmendAgencyPayload of agency by ManageAgencies = set_members;
    /// Records a reorganisation of which a document gives no day: which agencies became which. Nothing passes to anybody by it
    record_succession(NewSuccession, "Which became which, and what says so") -> RecordSuccessionPayload by ManageAgencies = record;
    /// Gives an agency another name (đổi tên), by a document. The name it had stands in `formerNames`, and finds it as before
    rename_agency(Renaming, "Which, its name, and what decides it") -> AgencyPayload of agency by ManageAgencies = rename;
    /// Puts an agency below another (chuyển trực thuộc) from a day on, by a document. Where it stood before stays so for earlier days
    move_agency(Move, "Which, below which, and what decides it") -> AgencyPayload of agency by ManageAgencies = relocate;
    /// Splits an agency (chia, tách) into several, by a document. Who takes over what is said row by row, and who gets the rest; the agency
    /// goes on if it is one of them
    split_agency(Split, "Which, into which, and what decides it") -> AgencyPayload of agency by ManageAgencies = split;
    /// Closes an agency (giải thể), by a document. What is open passes to the successor, as when agencies are merged; without one it is
    /// refused while anything is open, with what
    close_agency(Closing, "Which, who takes over, and what decides it") -> AgencyPayload of agency by ManageAgencies = close;
    /// Says which share of an agency that was divided each of its successors has, by area or by people. By it figures of the time before
    /// are divided, for whoever reads them for the areas of another day
    weigh_succession(Weighing, "Which, and the shares") -> WeighSuccessionPayload of agency by ManageAgencies = weigh;
    /// Does many of these, one after the other, by one document from one day: all of them, or none. A step sees what those before it did.
    /// `field` and `row` of what has to be mended say which step it is in
    reorganise(Steps, "The steps, and what decides them") -> ReorganisePayload by ManageAgencies = reorganise;
}
