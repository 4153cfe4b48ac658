//! How a request says which document it means: by its text; by `documentId`, as the appendix "Persisted Documents" of GraphQL over
//! HTTP has it; or by Apollo's `extensions.persistedQuery`, alone or with the text, which is then kept.

use std::{borrow::Cow, collections::HashMap};

use async_graphql::Request;
use db::trusted_document::DocumentId;
use schema::error::ApiError;
use serde::Deserialize;
use serde_json::value::RawValue;

/// One operation as it was asked for. Its document may have been named only: then its text is still missing.
#[derive(Debug)]
pub(crate) struct Question {
    pub request: Request,
    pub naming: Naming,
}

/// How a request names its document.
#[derive(Debug)]
pub(crate) enum Naming {
    /// By its text.
    Text,
    /// By its text and the hash of that, under which it is to be kept.
    Keep(DocumentId),
    /// By an id (`documentId`).
    Id(String),
    /// By a hash alone, as Apollo's clients do at first.
    Hash(String),
    /// In a way that means none, or two.
    Wrong(ApiError),
}

impl Naming {
    /// Reads it; `None` where nothing names a document. `query` is the text as it was sent, for its hash is that of its bytes.
    pub fn read(
        query: Option<&str>,
        id: Option<String>,
        extensions: Option<&str>,
    ) -> Result<Option<Self>, serde_json::Error> {
        let persisted = extensions.map_or(Ok(None), persisted)?;
        Ok(match (query, id, persisted) {
            (_, _, Some(Err(error))) => Some(Self::Wrong(error)),
            (Some(_), Some(_), _) => Some(Self::Wrong(wrong(
                "chỉ gửi \"query\" hoặc \"documentId\", không gửi cả hai",
                "send \"query\" or \"documentId\", not both",
            ))),
            (None, Some(_), Some(Ok(_))) => Some(Self::Wrong(wrong(
                "chỉ gửi \"documentId\" hoặc \"persistedQuery\", không gửi cả hai",
                "send \"documentId\" or \"persistedQuery\", not both",
            ))),
            (Some(text), None, Some(Ok(hash))) => {
                let id = DocumentId::of_text(text);
                Some(if id.as_str() == hash {
                    Self::Keep(id)
                } else {
                    Self::Wrong(wrong(
                        "\"sha256Hash\" không phải là SHA-256 của \"query\"",
                        "\"sha256Hash\" is not the SHA-256 of \"query\"",
                    ))
                })
            }
            (Some(_), None, None) => Some(Self::Text),
            (None, Some(id), None) => Some(Self::Id(id)),
            (None, None, Some(Ok(hash))) => Some(Self::Hash(hash)),
            (None, None, None) => None,
        })
    }

    /// The id of a document whose text is missing; none for what is no id.
    pub fn id(&self) -> Option<DocumentId> {
        match self {
            Self::Id(id) | Self::Hash(id) => DocumentId::read(id),
            Self::Text | Self::Keep(_) | Self::Wrong(_) => None,
        }
    }
}

fn wrong(vi: &'static str, en: &'static str) -> ApiError {
    ApiError::request("DOCUMENT", vi, en)
}

/// The hash in `extensions.persistedQuery`, if that is there. Nothing else in them is read, but a client that sends anything else
/// than an object should learn so.
fn persisted(extensions: &str) -> Result<Option<Result<String, ApiError>>, serde_json::Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Persisted {
        version: u32,
        sha256_hash: String,
    }
    let extensions: Option<HashMap<Cow<str>, &RawValue>> = serde_json::from_str(extensions)?;
    let persisted = extensions.and_then(|extensions| extensions.get("persistedQuery").copied());
    Ok(persisted.filter(|value| value.get() != "null").map(|value| match serde_json::from_str(value.get()) {
        Ok(Persisted { version: 1, sha256_hash }) => Ok(sha256_hash),
        _ => Err(wrong(
            "\"persistedQuery\" phải là {\"version\": 1, \"sha256Hash\": …}",
            "\"persistedQuery\" has to be {\"version\": 1, \"sha256Hash\": …}",
        )),
    }))
}
