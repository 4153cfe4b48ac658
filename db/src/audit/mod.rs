//! The audit trail: who did what. Written by [`Writer`](crate::Writer), read by inspectors, verified by [`verify`](mod@verify).

pub mod archive;
mod verify;

use chrono::{DateTime, Utc};
use derive::boxed;
use diesel::{dsl, pg::Pg, prelude::*};
use object_layer::SimpleObject;
use serde_json::Value;
use uuid::Uuid;

pub use self::verify::{Chain, Fault, Head, StoredEntry, Verdict, entries, head, hex, unhex, verify};
use crate::{
    DbError, Reader,
    id::Tagged,
    noun::{Listed, Noun, names},
    page::{Cursor, Page, Slice, Tie, by_tie},
    schema::audit_entry,
    text_enum::text_enum,
};

text_enum! {
    /// What kind of actor did something.
    pub enum ActorKind {
        /// Nobody had signed in
        Nobody => "NOBODY",
        /// A person in a session
        User => "USER",
        /// A machine: a service account
        Service => "SERVICE",
        /// Whoever runs the program's own commands on the server
        Operator => "OPERATOR",
    }
}

/// One entry of the audit trail: somebody did something, or tried to. Never changed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = audit_entry)]
pub struct AuditEntry {
    /// Its place in the trail
    #[graphql(skip)]
    pub id: i64,
    /// When it was done, in UTC
    pub recorded_at: DateTime<Utc>,
    /// What kind of actor did it
    pub actor_kind: ActorKind,
    /// Who
    #[graphql(skip)]
    pub actor_id: Option<Uuid>,
    /// In which session
    #[graphql(skip)]
    pub session_id: Option<Uuid>,
    /// What was done: a word of the table of permissions, or one of signing in such as `SIGN_IN`
    pub action: String,
    /// False for what was tried in vain: a wrong password, an expired link
    pub succeeded: bool,
    /// The kind of its object, such as `role_grant`; null if it has none
    pub noun: Option<String>,
    /// Its object
    #[graphql(skip)]
    pub object_id: Option<Uuid>,
    /// The object before, without secrets; null if it was not there
    pub before: Option<Value>,
    /// The object after, without secrets, or what was tried; null if there is nothing to tell
    pub after: Option<Value>,
    /// The address the request came from; null for the program's own commands
    pub address: Option<String>,
    /// What the client called itself (`X-Client-Name`)
    pub client_name: Option<String>,
    /// The client's version, as it said (`X-Client-Version`)
    pub client_version: Option<String>,
    /// The request's id, as in the answer and in the log
    pub request_id: Option<String>,
    /// Hash over this entry and the one before
    #[graphql(skip)]
    pub hash: Vec<u8>,
}

impl Tagged for AuditEntry {
    const TAG: u8 = b'e';
}

/// Narrows the trail; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct AuditFilter {
    /// Done by this account.
    pub actor: Option<Uuid>,
    /// Done by one of these kinds.
    pub actor_kinds: Option<Vec<ActorKind>>,
    /// Done in this session.
    pub session: Option<Uuid>,
    /// Done to this object.
    pub object: Option<Uuid>,
    /// Done to an object of one of these tables.
    pub nouns: Option<Vec<String>>,
    /// One of these actions.
    pub actions: Option<Vec<String>>,
    /// Done, or tried in vain.
    pub succeeded: Option<bool>,
    /// Not before this instant.
    pub from: Option<DateTime<Utc>>,
    /// At this instant or earlier.
    pub until: Option<DateTime<Utc>>,
    /// From this address.
    pub address: Option<String>,
    /// In this request.
    pub request_id: Option<String>,
}

type Boxed = dsl::IntoBoxed<'static, audit_entry::table, Pg>;

fn filtered(reader: &Reader, filter: &AuditFilter) -> Boxed {
    let mut query = audit_entry::table.into_boxed();
    if !reader.scope().audit_trail() {
        return query.filter(dsl::sql::<diesel::sql_types::Bool>("false"));
    }
    if let Some(actor) = filter.actor {
        query = query.filter(audit_entry::actor_id.eq(actor));
    }
    if let Some(kinds) = filter.actor_kinds.clone() {
        query = query.filter(audit_entry::actor_kind.eq_any(kinds));
    }
    if let Some(session) = filter.session {
        query = query.filter(audit_entry::session_id.eq(session));
    }
    if let Some(object) = filter.object {
        query = query.filter(audit_entry::object_id.eq(object));
    }
    if let Some(nouns) = filter.nouns.clone() {
        query = query.filter(audit_entry::noun.eq_any(nouns));
    }
    if let Some(actions) = filter.actions.clone() {
        query = query.filter(audit_entry::action.eq_any(actions));
    }
    if let Some(succeeded) = filter.succeeded {
        query = query.filter(audit_entry::succeeded.eq(succeeded));
    }
    if let Some(from) = filter.from {
        query = query.filter(audit_entry::recorded_at.ge(from));
    }
    if let Some(until) = filter.until {
        query = query.filter(audit_entry::recorded_at.le(until));
    }
    if let Some(address) = filter.address.clone() {
        query = query.filter(audit_entry::address.eq(address));
    }
    if let Some(request) = filter.request_id.clone() {
        query = query.filter(audit_entry::request_id.eq(request));
    }
    query
}

// By hand, not by `noun!`: entries are numbered, where an id is a UUID.
impl Noun for AuditEntry {
    /// Its number in the form of one.
    fn id(&self) -> Uuid {
        Uuid::from_u64_pair(0, self.id.unsigned_abs())
    }

    #[boxed]
    async fn by_ids(reader: &Reader, ids: &[Uuid]) -> Result<Vec<Self>, DbError> {
        let numbers: Vec<i64> = ids.iter().filter_map(|id| i64::try_from(id.as_u128()).ok()).collect();
        let query = filtered(reader, &AuditFilter::default()).filter(audit_entry::id.eq_any(numbers));
        let mut connection = reader.statement().await?;
        Ok(diesel_async::RunQueryDsl::load(query.select(Self::as_select()), &mut connection).await?)
    }
}

names!(AuditFilter {});

impl Listed for AuditEntry {
    type Filter = AuditFilter;
    type Sort = ();

    fn cursor(&self, (): ()) -> Cursor {
        Cursor { key: None, tie: Tie::Number(self.id) }
    }

    /// The latest entry comes first.
    #[boxed]
    async fn list(reader: &Reader, filter: &AuditFilter, (): (), page: &Page) -> Result<Slice<Self>, DbError> {
        let query = by_tie!(filtered(reader, filter), page, true, audit_entry::id, Number);
        let mut connection = reader.statement().await?;
        let rows = diesel_async::RunQueryDsl::load(query.select(Self::as_select()), &mut connection).await?;
        Ok(page.slice(rows))
    }

    #[boxed]
    async fn count(reader: &Reader, filter: &AuditFilter) -> Result<i64, DbError> {
        let query = filtered(reader, filter).count();
        let mut connection = reader.statement().await?;
        Ok(diesel_async::RunQueryDsl::get_result(query, &mut connection).await?)
    }
}
