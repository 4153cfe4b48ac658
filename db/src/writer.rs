//! What a request writes with: one transaction, with its outbox rows and its entries in the audit trail.

use std::{
    mem,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use auth::{Actor, Acts, Permit};
use chrono::{DateTime, Utc};
use diesel::Insertable;
use diesel_async::{
    AnsiTransactionManager, AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _, TransactionManager as _,
};
use futures_util::future::try_join;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    Conn, Date, DbError, Pool,
    planned::planned_rows,
    schema::{audit_entry, change},
    violation::in_terms_of_input,
};

/// The most rows of one insert: a statement has at most 65,535 parameters, and an entry of the trail takes 17.
const MOST_ROWS: usize = 3_000;

/// Where a request came from, as the audit trail tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The client's address.
    pub address: Option<String>,
    /// What the client calls itself.
    pub client_name: Option<String>,
    /// Its version.
    pub client_version: Option<String>,
    /// The browser or library, as it says.
    pub user_agent: Option<String>,
    /// As in the answer and in the log.
    pub request_id: Option<String>,
}

/// What one request writes with. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Writer {
    pool: Pool,
    now: DateTime<Utc>,
    today: Date,
    /// Whether `now` is an instant that somebody chose.
    fixed: bool,
    /// Whether servers send mail here.
    mails: bool,
    origin: Origin,
    statements: Arc<AtomicUsize>,
}

impl Writer {
    /// A writer at an instant that somebody chose; `today` is the day in Asia/Ho_Chi_Minh.
    #[must_use]
    pub fn new(pool: Pool, now: DateTime<Utc>, today: Date, origin: Origin) -> Self {
        Self { pool, now, today, fixed: true, mails: false, origin, statements: Arc::default() }
    }

    /// The same where the instant was read from this machine's clock. Other nodes' clocks differ, and others write in between:
    /// what is held against an instant that another request has written is then judged by the database's clock.
    #[must_use]
    pub fn by_machine_clock(self) -> Self {
        Self { fixed: false, ..self }
    }

    /// The same where servers send mail, or not: what nobody would send is not asked for.
    #[must_use]
    pub fn with_mail(self, mails: bool) -> Self {
        Self { mails, ..self }
    }

    /// Whether servers send mail.
    pub(crate) const fn mails(&self) -> bool {
        self.mails
    }

    /// The instant that is recorded.
    #[must_use]
    pub const fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The instant if somebody chose it; none where the database's clock decides.
    pub(crate) const fn fixed_now(&self) -> Option<DateTime<Utc>> {
        if self.fixed { Some(self.now) } else { None }
    }

    /// The day in Asia/Ho_Chi_Minh.
    #[must_use]
    pub const fn today(&self) -> Date {
        self.today
    }

    /// Where the request came from.
    #[must_use]
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// How many statements have been sent so far, without BEGIN and COMMIT. For tests: a sign-in must send as many for a login
    /// that exists as for one that does not.
    #[must_use]
    pub fn statements(&self) -> usize {
        AtomicUsize::load(&self.statements, Ordering::Relaxed)
    }

    /// A connection for one statement that is a transaction of its own.
    pub(crate) async fn alone(&self) -> Result<Conn, DbError> {
        self.counted(1);
        self.pool.get().await
    }

    fn counted(&self, statements: usize) {
        self.statements.fetch_add(statements, Ordering::Relaxed);
    }

    /// Does `work` in one transaction, in the name of `actor`, and writes the outbox and the audit trail with it. An error rolls
    /// everything back. What is refused but must leave an entry in the trail (a wrong password) is therefore returned as a value.
    pub(crate) async fn write<T>(
        &self,
        actor: Actor,
        work: impl AsyncFnOnce(&mut Writing) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        let connection = self.pool.get().await?;
        let mut writing = Writing {
            connection,
            writer: self.clone(),
            actor,
            changes: Vec::new(),
            entries: Vec::new(),
            is_rehearsal: false,
        };
        AnsiTransactionManager::begin_transaction(&mut *writing.connection).await?;
        let written = match work(&mut writing).await {
            // Rules that are looked at last of all would otherwise not be.
            Ok(value) if writing.is_rehearsal => {
                let looked = writing.connection().batch_execute("SET CONSTRAINTS ALL IMMEDIATE").await;
                looked.map(|()| value).map_err(DbError::from)
            }
            Ok(value) => writing.finish().await.map(|()| value),
            Err(error) => Err(error),
        };
        // Should either fail, the pool closes the connection, and PostgreSQL takes the transaction back.
        match written {
            Ok(value) if writing.is_rehearsal => {
                AnsiTransactionManager::rollback_transaction(&mut *writing.connection).await?;
                writing.connection.settled();
                Ok(value)
            }
            Ok(value) => {
                // What is looked at last of all is refused in the same words.
                let committed = AnsiTransactionManager::commit_transaction(&mut *writing.connection).await;
                committed.map_err(|error| in_terms_of_input(error.into()))?;
                writing.connection.settled();
                Ok(value)
            }
            Err(error) => {
                AnsiTransactionManager::rollback_transaction(&mut *writing.connection).await?;
                writing.connection.settled();
                Err(in_terms_of_input(error))
            }
        }
    }
}

/// What happened to an object: for a row of the outbox that is for all who see the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ChangeKind {
    Created,
    Updated,
}

impl ChangeKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Updated => "UPDATED",
        }
    }
}

/// Whoever alone is told of a change, in the words of [`auth::Scope`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Everybody.
    Public,
    /// Who sees what is internal.
    Internal,
    /// Who sees what is restricted to its parties, of which this agency was one.
    Party(Uuid),
    /// Who sees the submitted figures of this agency.
    Submitted(Uuid),
    /// Who sees the drafts of this agency.
    Drafts(Uuid),
    /// Who sees the accounts of this agency.
    Accounts(Uuid),
}

impl Audience {
    /// Its word, and the agency it is about.
    const fn columns(self) -> (Option<&'static str>, Option<Uuid>) {
        match self {
            Self::Public => (Some("PUBLIC"), None),
            Self::Internal => (Some("INTERNAL"), None),
            Self::Party(agency) => (Some("PARTY"), Some(agency)),
            Self::Submitted(agency) => (Some("SUBMITTED"), Some(agency)),
            Self::Drafts(agency) => (Some("DRAFTS"), Some(agency)),
            Self::Accounts(agency) => (Some("ACCOUNTS"), Some(agency)),
        }
    }
}

/// What happened, as one entry of the audit trail tells it. `before` and `after` never hold a secret.
#[derive(Debug, Clone, Default)]
pub(crate) struct AuditEvent {
    /// What was done: a word of the table of permissions, or of signing in.
    pub action: &'static str,
    /// False for what was tried in vain.
    pub failed: bool,
    /// The table and the id of the object.
    pub object: Option<(&'static str, Uuid)>,
    /// The object before.
    pub before: Option<Value>,
    /// The object after, or what was tried.
    pub after: Option<Value>,
}

/// An open transaction of one actor.
pub(crate) struct Writing {
    connection: Conn,
    writer: Writer,
    actor: Actor,
    changes: Vec<NewChange>,
    entries: Vec<NewAuditEntry>,
    is_rehearsal: bool,
}

#[derive(Insertable)]
#[diesel(table_name = change)]
struct NewChange {
    noun: &'static str,
    object_id: Option<Uuid>,
    kind: &'static str,
    recorded_at: DateTime<Utc>,
    audience: Option<&'static str>,
    audience_agency_id: Option<Uuid>,
}

/// A row of the audit trail. The trigger of the chain overwrites `id`, `previous_hash` and `hash`.
#[derive(Insertable)]
#[diesel(table_name = audit_entry)]
struct NewAuditEntry {
    id: i64,
    recorded_at: DateTime<Utc>,
    actor_kind: &'static str,
    actor_id: Option<Uuid>,
    session_id: Option<Uuid>,
    action: &'static str,
    succeeded: bool,
    noun: Option<&'static str>,
    object_id: Option<Uuid>,
    before: Option<Value>,
    after: Option<Value>,
    address: Option<String>,
    client_name: Option<String>,
    client_version: Option<String>,
    request_id: Option<String>,
    previous_hash: Vec<u8>,
    hash: Vec<u8>,
}

impl Writing {
    /// The connection, for one statement.
    pub(crate) fn connection(&mut self) -> &mut AsyncPgConnection {
        self.writer.counted(1);
        &mut self.connection
    }

    /// The connection, for so many statements that are sent without waiting for each other's answers.
    pub(crate) fn connection_for(&mut self, statements: usize) -> &AsyncPgConnection {
        self.writer.counted(statements);
        &mut self.connection
    }

    pub(crate) const fn now(&self) -> DateTime<Utc> {
        self.writer.now
    }

    pub(crate) const fn today(&self) -> Date {
        self.writer.today
    }

    pub(crate) const fn origin(&self) -> &Origin {
        &self.writer.origin
    }

    /// Whether servers send mail.
    pub(crate) const fn mails(&self) -> bool {
        self.writer.mails
    }

    /// It is a dry run: all is done as otherwise, with every rule, and taken back in the end, with what was noted of the idempotency key.
    pub(crate) const fn rehearse(&mut self) {
        self.is_rehearsal = true;
    }

    /// Does `work` in such a way that it can be taken back alone: if it is refused, the rest of the transaction stands.
    pub(crate) async fn attempt<T>(
        &mut self,
        work: impl AsyncFnOnce(&mut Self) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        let (changes, entries) = (self.changes.len(), self.entries.len());
        AnsiTransactionManager::begin_transaction(&mut *self.connection).await?;
        let done = work(self).await;
        if done.is_ok() {
            AnsiTransactionManager::commit_transaction(&mut *self.connection).await?;
        } else {
            AnsiTransactionManager::rollback_transaction(&mut *self.connection).await?;
            self.changes.truncate(changes);
            self.entries.truncate(entries);
        }
        done
    }

    /// Sets who acts from here on. At a sign-in that is known only once the password was right.
    pub(crate) const fn acts_as(&mut self, actor: Actor) {
        self.actor = actor;
    }

    /// An object was changed under a permit: a row of the outbox and an entry of the trail.
    pub(crate) fn record<A: Acts>(
        &mut self,
        _: &Permit<A>,
        kind: ChangeKind,
        object: (&'static str, Uuid),
        before: Option<Value>,
        after: Option<Value>,
    ) {
        self.changed(kind, object);
        self.audit(AuditEvent {
            action: A::ACTION.as_str(),
            object: Some(object),
            before,
            after,
            ..AuditEvent::default()
        });
    }

    /// A row of the outbox, without an entry in the audit trail.
    pub(crate) fn changed(&mut self, kind: ChangeKind, object: (&'static str, Uuid)) {
        self.announce(kind.as_str(), object, (None, None));
    }

    /// A row of the outbox for an audience alone: what has changed of the object is seen by nobody else.
    pub(crate) fn updated_for(&mut self, audience: Audience, object: (&'static str, Uuid)) {
        self.announce("UPDATED", object, audience.columns());
    }

    /// A row of the outbox for an audience alone: the object, or its latest revision, has left their sight. Readers of the
    /// feed who see the object by another role are told that it has changed, the others that it is gone.
    pub(crate) fn hidden_from(&mut self, audience: Audience, object: (&'static str, Uuid)) {
        self.announce("HIDDEN", object, audience.columns());
    }

    fn announce(
        &mut self,
        kind: &'static str,
        (noun, id): (&'static str, Uuid),
        (audience, audience_agency_id): (Option<&'static str>, Option<Uuid>),
    ) {
        let recorded_at = self.writer.now;
        self.changes.push(NewChange { noun, object_id: Some(id), kind, recorded_at, audience, audience_agency_id });
    }

    /// An entry of the audit trail, without a row of the outbox.
    pub(crate) fn audit(&mut self, event: AuditEvent) {
        let (actor_kind, actor_id, session_id) = match self.actor {
            Actor::Nobody => ("NOBODY", None, None),
            Actor::User { account, session } => ("USER", Some(account), Some(session)),
            Actor::Service { account } => ("SERVICE", Some(account), None),
            Actor::Operator => ("OPERATOR", None, None),
        };
        let origin = self.writer.origin.clone();
        self.entries.push(NewAuditEntry {
            id: 0,
            recorded_at: self.writer.now,
            actor_kind,
            actor_id,
            session_id,
            action: event.action,
            succeeded: !event.failed,
            noun: event.object.map(|(noun, _)| noun),
            object_id: event.object.map(|(_, id)| id),
            before: event.before,
            after: event.after,
            address: origin.address,
            client_name: origin.client_name,
            client_version: origin.client_version,
            request_id: origin.request_id,
            previous_hash: Vec::new(),
            hash: Vec::new(),
        });
    }

    /// Writes the outbox, then the audit trail. Both are locked until the commit, so that their rows are numbered in the order
    /// of commits. They come last and go out together, so that others wait as briefly as can be; the trail takes the lock of the
    /// outbox too, so that no two writers wait for each other.
    async fn finish(&mut self) -> Result<(), DbError> {
        let (mut changes, mut entries) = (mem::take(&mut self.changes), mem::take(&mut self.entries));
        let statements = changes.len().div_ceil(MOST_ROWS) + entries.len().div_ceil(MOST_ROWS);
        let connection = self.connection_for(statements);
        let outbox = async {
            while !changes.is_empty() {
                let some: Vec<_> = changes.drain(..changes.len().min(MOST_ROWS)).collect();
                let (rows, insert) = (some.len(), diesel::insert_into(change::table).values(some));
                planned_rows(insert, rows).execute(&mut &*connection).await?;
            }
            Ok::<_, DbError>(())
        };
        let trail = async {
            while !entries.is_empty() {
                let some: Vec<_> = entries.drain(..entries.len().min(MOST_ROWS)).collect();
                let (rows, insert) = (some.len(), diesel::insert_into(audit_entry::table).values(some));
                planned_rows(insert, rows).execute(&mut &*connection).await?;
            }
            Ok(())
        };
        try_join(outbox, trail).await?;
        Ok(())
    }
}
