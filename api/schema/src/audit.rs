//! The audit trail (nhật ký hệ thống), for inspectors.

use async_graphql::{Context, ID, InputObject};
use auth::{Action, action};
use chrono::{DateTime, Utc};
use db::{
    access::Auth,
    account::Account as AccountRow,
    audit::{ActorKind, AuditEntry as Row, AuditFilter, hex},
    change::ChangeType,
    id::{self, Tagged as _},
    service_account::ServiceAccount as ServiceAccountRow,
};
use object_layer::Object;
use uuid::Uuid;

use crate::{
    accounts::Account,
    error::ApiError,
    node::Node,
    object::{maybe, object},
    page::{Answer, Connection, PageArgs},
    viewer::permit,
};

/// The tag of ids of objects that have no type in this schema: sessions, links for a new password.
const NO_TYPE: u8 = b'-';

/// The tag of the type that shows rows of a table.
fn tag(noun: &str) -> u8 {
    ChangeType::of(noun).map_or(NO_TYPE, ChangeType::tag)
}

object! {
    /// One entry of the audit trail: somebody did something, or tried to. Never changed, and chained to the entry before
    /// by a hash, so that a changed or removed one is found.
    AuditEntry shows Row, by SeeAuditTrail;
    {
        /// Its place in the trail, from 1, without a gap
        fn number(&self) -> String {
            self.row.id.to_string()
        }

        /// Who did it; null if nobody had signed in, for the program's own commands, and for a machine
        async fn actor(&self, context: &Context<'_>) -> Answer<Account> {
            let account = self.row.actor_id.filter(|_| self.row.actor_kind == ActorKind::User);
            maybe(context, account).await
        }

        /// Id of who did it, also of a machine: the same for all it did, to be used in the filter; null if nobody had
        /// signed in and for the program's own commands
        fn actor_id(&self) -> Option<ID> {
            let tag = if self.row.actor_kind == ActorKind::User { AccountRow::TAG } else { ServiceAccountRow::TAG };
            self.row.actor_id.map(|actor| id::encode(tag, actor))
        }

        /// Id of the session it was done in: the same for all that was done in it, to be used in the filter
        fn session_id(&self) -> Option<ID> {
            self.row.session_id.map(|session| id::encode(NO_TYPE, session))
        }

        /// The object; null if it has none, or one without a type of its own
        async fn object(&self, context: &Context<'_>) -> Answer<Node> {
            Node::find(context, &self.object_id()?).await
        }

        /// Id of the object: the same for all that was done to it, to be used in the filter
        fn object_id(&self) -> Option<ID> {
            Some(id::encode(tag(self.row.noun.as_deref()?), self.row.object_id?))
        }

        /// SHA-256 over this entry and the hash of the one before, in hexadecimal digits
        fn hash(&self) -> String {
            hex(&self.row.hash)
        }
    }
}

/// Narrows the audit trail. What is left out or null narrows nothing; several fields narrow together.
#[derive(Default, InputObject)]
pub struct AuditTrailFilter {
    /// Id of who did it: an account's, or an entry's `actorId`
    actor: Option<ID>,
    /// Done by one of these kinds
    actor_kinds: Option<Vec<ActorKind>>,
    /// An entry's `sessionId`
    session: Option<ID>,
    /// Id of the object it was done to: the object's own, or an entry's `objectId`
    object: Option<ID>,
    /// Done to an object of one of these kinds, such as `role_grant`
    nouns: Option<Vec<String>>,
    /// One of these actions, such as `GRANT_ROLE` or `SIGN_IN`
    actions: Option<Vec<String>>,
    /// True for what was done, false for what was tried in vain
    succeeded: Option<bool>,
    /// Not before this instant
    from: Option<DateTime<Utc>>,
    /// At this instant or earlier
    until: Option<DateTime<Utc>>,
    /// From this address
    address: Option<String>,
    /// In the request of this id, as in the answer and in the log
    request_id: Option<String>,
}

impl AuditTrailFilter {
    fn read(self) -> Result<AuditFilter, ApiError> {
        Ok(AuditFilter {
            actor: object_of(self.actor)?,
            actor_kinds: self.actor_kinds,
            session: object_of(self.session)?,
            object: object_of(self.object)?,
            nouns: self.nouns,
            actions: self.actions,
            succeeded: self.succeeded,
            from: self.from,
            until: self.until,
            address: self.address,
            request_id: self.request_id,
        })
    }
}

/// The trail knows ids without their types.
fn object_of(id: Option<ID>) -> Result<Option<Uuid>, ApiError> {
    let read = |id: ID| {
        id::decode(&id).ok_or_else(|| {
            ApiError::request("INPUT", format_args!("{:?} không phải là id", id.0), format_args!("{:?} is no id", id.0))
        })
    };
    Ok(id.map(read).transpose()?.map(|(_, id)| id))
}

/// Part of the query root.
#[derive(Clone, Default)]
pub struct AuditQuery;

/// Part of the query root.
#[Object(root)]
impl AuditQuery {
    /// Who did what: the audit trail, the latest entry first. For inspectors; others are told that they may not
    #[graphql(directive = Auth::apply(Action::SeeAuditTrail))]
    #[allow(clippy::too_many_arguments, reason = "a connection's arguments are those of the specification")]
    async fn audit_trail(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Narrows the list")] filter: Option<AuditTrailFilter>,
        #[graphql(
            desc = "How many from the beginning, or after `after`: 1 to 100; 20 if neither this nor `last` is given"
        )]
        first: Option<i32>,
        #[graphql(desc = "The cursor to start after: `endCursor` of the page before")] after: Option<String>,
        #[graphql(desc = "How many from the end, or before `before`: 1 to 100")] last: Option<i32>,
        #[graphql(desc = "The cursor to stop before: `startCursor` of the page after")] before: Option<String>,
    ) -> Answer<Connection<AuditEntry>> {
        let page = async {
            permit::<action::SeeAuditTrail>(context)?;
            let filter = filter.unwrap_or_default().read()?;
            Connection::of_all(context, filter, (), PageArgs { first, after, last, before }).await
        };
        Some(page.await)
    }
}
