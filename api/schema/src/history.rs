//! The versions of an object, with who, when, and what changed.

use std::sync::Arc;

use async_graphql::Context;
use auth::Action;
use chrono::{DateTime, Utc};
use db::{
    access::Auth,
    history::{FieldChange, Told, Version as Row, VersionsOf},
};
use object_layer::{ComplexObject, SimpleObject};
use uuid::Uuid;

use crate::{
    accounts::Account,
    object::{maybe, whole},
    page::Answer,
};

/// A version of an object: from when it was known, and what it changed.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct ObjectVersion {
    #[graphql(skip)]
    row: Arc<Row>,
}

#[ComplexObject]
impl ObjectVersion {
    /// The instant from which it was known; null if it was there before history was kept
    fn at(&self) -> Option<DateTime<Utc>> {
        self.row.at
    }

    /// Who wrote it; null if it was loaded or the trail names nobody, and for whom the viewer may not see
    async fn by(&self, context: &Context<'_>) -> Answer<Account> {
        maybe(context, self.row.account_id).await
    }

    /// What it changed, in fields of the object itself; empty for the first that the viewer sees. What refers to an object that
    /// may be hidden is left out: `asOf` shows it
    fn changes(&self) -> Vec<FieldChange> {
        self.row.changes.clone()
    }
}

/// The versions of an object, the first first.
pub(crate) async fn versions(context: &Context<'_>, of: Told, id: Uuid) -> Answer<Vec<ObjectVersion>> {
    whole(context, VersionsOf(of, id), |row| ObjectVersion { row }).await
}
