//! From the name of a document to its text.
//!
//! **Published documents** ([`db::trusted_document`]) are looked up in the database when a node does not know them, and known for
//! [`AGE`]: one that was published is there at once, one that was retired is gone when that is over. A look-up is counted before,
//! and waits for its turn like any work; an id that nobody has published costs as much as a text that is no document.
//!
//! **Automatic ones** are texts that clients have sent with their hash. Each node keeps its own, in memory. Only what the guard let
//! pass is kept, under the hash that this server has made of it; and they open nothing where published documents alone are taken.

#[cfg(test)]
mod tests;

use std::{collections::HashMap, net::IpAddr, sync::Arc, time::Duration};

use async_graphql::{Executor, Request};
use db::{
    DbError, Pool,
    trusted_document::{self, DocumentId},
};
use futures_util::future::BoxFuture;
use moka::sync::Cache;
use schema::error::{ApiError, Code};
use tokio::time::Instant;
use uuid::Uuid;

use super::{
    Desk,
    naming::{Naming, Question},
};
use crate::{
    door::{Refusal, refused},
    guard::{Admitted, Budget},
    limits::{Load, Sharer, places::Full, points},
};

/// For how long a node goes on with what it knows of a published document.
const AGE: Duration = Duration::from_secs(2);

/// Bytes of each of the two memories.
const KEPT: u64 = 16 << 20;

/// Bytes that an entry takes beside its text.
const ENTRY: usize = 200;

/// Where published documents are looked up.
pub type Source =
    Arc<dyn Fn(Vec<DocumentId>) -> BoxFuture<'static, Result<Vec<(DocumentId, String)>, DbError>> + Send + Sync>;

/// A published document, and when it was looked up.
type Known = (Instant, Arc<str>);

/// The documents that one node knows by name. Cheap to clone.
#[derive(Clone)]
pub struct TrustedDocuments {
    source: Source,
    published: Cache<DocumentId, Known>,
    automatic: Cache<DocumentId, Arc<str>>,
    only: bool,
}

impl TrustedDocuments {
    /// Those of a database; `only` says that no others are taken.
    #[must_use]
    pub fn new(pool: &Pool, only: bool) -> Self {
        let pool = pool.clone();
        let source: Source = Arc::new(move |ids| {
            let pool = pool.clone();
            Box::pin(async move { trusted_document::texts(&pool, &ids).await })
        });
        Self::of(source, only)
    }

    /// Those of any source.
    pub(super) fn of(source: Source, only: bool) -> Self {
        let size = |text: &str| u32::try_from(text.len() + ENTRY).unwrap_or(u32::MAX);
        Self {
            source,
            published: Cache::builder().max_capacity(KEPT).weigher(move |_, (_, text): &Known| size(text)).build(),
            automatic: Cache::builder().max_capacity(KEPT).weigher(move |_, text: &Arc<str>| size(text)).build(),
            only,
        }
    }

    /// The text, if it is known without asking.
    fn known(&self, id: &DocumentId) -> Option<Arc<str>> {
        let published = self.published.get(id).filter(|(read, _)| read.elapsed() < AGE).map(|(_, text)| text);
        published.or_else(|| self.automatic.get(id).filter(|_| !self.only))
    }

    /// Asks for those that nobody has asked for meanwhile.
    async fn look_up(&self, ids: Vec<DocumentId>) -> Result<HashMap<DocumentId, Arc<str>>, DbError> {
        let (mut texts, mut missing) = (HashMap::new(), Vec::new());
        for id in ids {
            match self.known(&id) {
                Some(text) => drop(texts.insert(id, text)),
                None => missing.push(id),
            }
        }
        if !missing.is_empty() {
            let read = Instant::now();
            for (id, text) in (self.source)(missing).await? {
                let text: Arc<str> = text.into();
                self.published.insert(id.clone(), (read, Arc::clone(&text)));
                texts.insert(id, text);
            }
        }
        Ok(texts)
    }

    /// Why a question has no text, in the words that its client looks for.
    fn not_found(&self, naming: &Naming) -> ApiError {
        match naming {
            _ if self.only => not_trusted(),
            // What Apollo's clients look for is the same in every language.
            Naming::Hash(_) => ApiError::new(Code::PersistedQueryNotFound, NOT_FOUND, NOT_FOUND),
            _ => ApiError::new(
                Code::PersistedQueryNotFound,
                "Không có tài liệu nào được công bố với documentId này",
                "No document is published under this documentId",
            ),
        }
    }
}

const NOT_FOUND: &str = "PersistedQueryNotFound";

fn not_trusted() -> ApiError {
    ApiError::new(
        Code::DocumentNotTrusted,
        "Máy chủ này chỉ nhận tài liệu đã công bố, gọi bằng documentId",
        "This server takes published documents alone, by their documentId",
    )
}

/// An operation with the text of its document, or why it has none.
pub(crate) struct Worded {
    pub request: Request,
    refusal: Option<ApiError>,
    /// The hash under which its text is to be kept, once it was admitted.
    keep: Option<DocumentId>,
}

impl<E: Executor> Desk<E> {
    /// Gives each question the text of its document. What is looked up for several is one statement.
    pub(crate) async fn word(
        &self,
        questions: Vec<Question>,
        account: Option<Uuid>,
        address: Option<IpAddr>,
    ) -> Vec<Worded> {
        let (mut texts, mut missing, mut failure) = (HashMap::new(), Vec::new(), None);
        for id in questions.iter().filter_map(|question| question.naming.id()) {
            match self.documents.known(&id) {
                Some(text) => drop(texts.insert(id, text)),
                None => missing.push(id),
            }
        }
        if !missing.is_empty() {
            match self.look_up(missing, account, address).await {
                Ok(found) => texts.extend(found),
                Err(error) => failure = Some(error),
            }
        }
        questions.into_iter().map(|question| self.worded(question, &texts, failure.as_ref())).collect()
    }

    async fn look_up(
        &self,
        missing: Vec<DocumentId>,
        account: Option<Uuid>,
        address: Option<IpAddr>,
    ) -> Result<HashMap<DocumentId, Arc<str>>, ApiError> {
        // Before: whoever has nothing left asks the database nothing.
        let counted = self.limits.count(Load { points: points::LEAST, ..Load::default() }, account, address);
        if let Some(error) = counted.refusal() {
            return Err(error);
        }
        let turn = self.turns.take(Sharer::of(account, address), 0).await.map_err(|Full| {
            refused(Refusal::Saturated.reason());
            ApiError::unavailable()
        })?;
        let found = self.documents.look_up(missing).await;
        drop(turn);
        Ok(found?)
    }

    fn worded(
        &self,
        Question { mut request, naming }: Question,
        texts: &HashMap<DocumentId, Arc<str>>,
        failure: Option<&ApiError>,
    ) -> Worded {
        let id = naming.id();
        let (mut keep, mut refusal) = (None, None);
        match (naming, id.as_ref().and_then(|id| texts.get(id))) {
            (Naming::Wrong(error), _) => refusal = Some(error),
            (Naming::Text | Naming::Keep(_), _) if self.documents.only => refusal = Some(not_trusted()),
            (Naming::Text, _) => {}
            (Naming::Keep(hash), _) => keep = Some(hash),
            (_, Some(text)) => text.as_ref().clone_into(&mut request.query),
            (naming, None) => {
                let failure = failure.filter(|_| id.is_some()).cloned();
                refusal = Some(failure.unwrap_or_else(|| self.documents.not_found(&naming)));
            }
        }
        Worded { request, refusal, keep }
    }

    /// Admits an operation that has its text.
    pub(crate) fn admit(&self, worded: &Worded, budget: &mut Budget) -> Result<Admitted, ApiError> {
        if let Some(error) = &worded.refusal {
            return Err(error.clone());
        }
        let admitted = self.service.guard().admit(&worded.request, budget)?;
        if let Some(id) = &worded.keep {
            self.documents.automatic.insert(id.clone(), worded.request.query.as_str().into());
        }
        Ok(admitted)
    }
}
