//! What a reader may see.

use std::sync::Arc;

use ring::digest;

use crate::{
    permit::{Actor, Principal, Reached},
    policy::Action,
};

/// What a reader may see. Every function of `db` that reads demands one, so that a forgotten check does not compile. It
/// narrows its SQL to the scope, so that what is out of reach looks like what is not there. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope(Arc<Sight>);

#[derive(Debug, PartialEq, Eq)]
struct Sight {
    actor: Actor,
    drafts: Reached,
    submitted: Reached,
    obligations: Reached,
    imports: Reached,
    internal: bool,
    restricted: Reached,
    accounts: Reached,
    audit_trail: bool,
}

impl Scope {
    /// The scope of a reader who has not signed in.
    #[must_use]
    pub fn public() -> Self {
        Self::of(&Principal::nobody())
    }

    pub(crate) fn of(principal: &Principal) -> Self {
        Self(Arc::new(Sight {
            actor: principal.actor(),
            drafts: principal.reach(Action::SeeDrafts),
            submitted: principal.reach(Action::SeeSubmitted),
            obligations: principal.reach(Action::SeeObligations),
            imports: principal.reach(Action::SubmitMeasurement),
            internal: principal.may(Action::SeeInternal).is_ok(),
            restricted: principal.reach(Action::SeeRestricted),
            accounts: principal.reach(Action::SeeAccounts),
            audit_trail: principal.may(Action::SeeAuditTrail).is_ok(),
        }))
    }

    /// What all who see the same have in common, and nobody else: a digest of everything here but who it is.
    #[must_use]
    pub fn visibility_class(&self) -> [u8; 32] {
        let Sight { actor: _, drafts, submitted, obligations, imports, internal, restricted, accounts, audit_trail } =
            &*self.0;
        let mut class = digest::Context::new(&digest::SHA256);
        for reached in [drafts, submitted, obligations, imports, restricted, accounts] {
            match reached {
                Reached::Nothing => class.update(b"0"),
                Reached::All => class.update(b"1"),
                Reached::Agencies(ids) => {
                    class.update(b"2");
                    class.update(&ids.len().to_le_bytes());
                    ids.iter().for_each(|id| class.update(id.as_bytes()));
                }
            }
        }
        class.update(&[u8::from(*internal), u8::from(*audit_trail)]);
        let mut bytes = [0; 32];
        bytes.copy_from_slice(class.finish().as_ref());
        bytes
    }

    /// Who reads.
    #[must_use]
    pub fn actor(&self) -> Actor {
        self.0.actor
    }

    /// True if the reader sees only what is published and public: the one scope that most requests have.
    #[must_use]
    pub fn published_only(&self) -> bool {
        !self.0.internal
            && [&self.0.drafts, &self.0.submitted, &self.0.restricted].iter().all(|reach| **reach == Reached::Nothing)
    }

    /// The agencies whose drafts, returned and withdrawn figures the reader sees.
    #[must_use]
    pub fn drafts(&self) -> &Reached {
        &self.0.drafts
    }

    /// The agencies whose submitted and endorsed figures the reader sees.
    #[must_use]
    pub fn submitted(&self) -> &Reached {
        &self.0.submitted
    }

    /// The agencies of which the reader sees what they have to report.
    #[must_use]
    pub fn obligations(&self) -> &Reached {
        &self.0.obligations
    }

    /// The agencies for which the reader submits figures, and whose files with figures they see.
    #[must_use]
    pub fn imports(&self) -> &Reached {
        &self.0.imports
    }

    /// Whether the reader sees what is internal.
    #[must_use]
    pub fn internal(&self) -> bool {
        self.0.internal
    }

    /// The agencies for which the reader sees what is restricted to its parties.
    #[must_use]
    pub fn restricted(&self) -> &Reached {
        &self.0.restricted
    }

    /// The agencies whose accounts the reader sees; beside their own.
    #[must_use]
    pub fn accounts(&self) -> &Reached {
        &self.0.accounts
    }

    /// Whether the reader sees the audit trail.
    #[must_use]
    pub fn audit_trail(&self) -> bool {
        self.0.audit_trail
    }
}
