//! Documents of GraphQL that were published: clients send their ids instead of their texts, and a closed endpoint takes no others.
//! No request writes them; whoever runs the server does.

use std::fmt;

use auth::{Actor, hash};
use chrono::{DateTime, Utc};
use derive::boxed;
use diesel::{
    ExpressionMethods as _, QueryDsl as _, Queryable, QueryableByName, Selectable, SelectableHelper as _,
    sql_types::{Array, Nullable, Text, Timestamptz},
};
use diesel_async::RunQueryDsl as _;
use serde_json::json;

use crate::{
    DbError, Pool, Writer,
    schema::trusted_document,
    writer::{AuditEvent, Writing},
};

/// What a document is named by. That of a SHA-256 has no prefix here, whichever way it was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentId(String);

impl DocumentId {
    /// The most characters that an id has.
    const LONGEST: usize = 200;

    /// Reads an id in the syntax of GraphQL over HTTP: `sha256:` with 64 hexadecimal digits in lower case, another prefix that begins
    /// with `x-`, or none. `None` for what is no id.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let is_plain = |part: &str| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
        };
        let id = match text.split_once(':') {
            Some(("sha256", digits)) => Self(digits.to_owned()).is_hash().then_some(digits),
            Some((prefix, rest)) => {
                let own = prefix.strip_prefix("x-").is_some_and(is_plain);
                (own && is_plain(rest)).then_some(text)
            }
            None => is_plain(text).then_some(text),
        };
        id.filter(|id| id.len() <= Self::LONGEST).map(|id| Self(id.to_owned()))
    }

    /// The SHA-256 of a text.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or_default();
        Self(hash::of(text).into_iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect())
    }

    /// Whether it has the form of a SHA-256. Then it is that of its text: the table refuses another.
    #[must_use]
    pub fn is_hash(&self) -> bool {
        self.0.len() == 64 && self.0.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    }

    /// As it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A document to be published, its text in NFC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDocument {
    /// What it is named by.
    pub id: DocumentId,
    /// Its text.
    pub text: String,
    /// The name of its first operation that has one.
    pub name: Option<String>,
}

/// A document that was published once.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = trusted_document)]
pub struct TrustedDocument {
    /// What it is named by.
    pub id: String,
    /// Its text.
    pub text: String,
    /// The name of its first operation that has one.
    pub name: Option<String>,
    /// When it was published last.
    pub published_at: DateTime<Utc>,
    /// When it was retired, if it was.
    pub retired_at: Option<DateTime<Utc>>,
}

/// What publishing has done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Published {
    /// Ids that were not there.
    pub new: Vec<String>,
    /// Ids that had been retired.
    pub again: Vec<String>,
}

/// All that were ever published, by name and id.
#[boxed]
pub async fn all(pool: &Pool) -> Result<Vec<TrustedDocument>, DbError> {
    let all = trusted_document::table.order((trusted_document::name, trusted_document::id));
    Ok(all.select(TrustedDocument::as_select()).load(&mut pool.get().await?.statement()).await?)
}

/// The texts of those of these ids that are published, each with its id.
#[boxed]
pub async fn texts(pool: &Pool, ids: &[DocumentId]) -> Result<Vec<(DocumentId, String)>, DbError> {
    let ids: Vec<&str> = ids.iter().map(DocumentId::as_str).collect();
    let found: Vec<(String, String)> = trusted_document::table
        .filter(trusted_document::id.eq_any(ids))
        .filter(trusted_document::retired_at.is_null())
        .select((trusted_document::id, trusted_document::text))
        .load(&mut pool.get().await?.statement())
        .await?;
    Ok(found.into_iter().map(|(id, text)| (DocumentId(id), text)).collect())
}

const INSERT: &str = "INSERT INTO trusted_document (id, text, name, published_at)
    SELECT id, text, name, $4 FROM unnest($1, $2, $3) AS document (id, text, name) ORDER BY id
    ON CONFLICT (id) DO NOTHING RETURNING id";

const AGAIN: &str = "UPDATE trusted_document SET published_at = $2, retired_at = NULL
    WHERE id = ANY ($1) AND retired_at IS NOT NULL RETURNING id";

const OTHERS: &str = "SELECT stored.id FROM unnest($1, $2) AS document (id, text)
    JOIN trusted_document stored ON stored.id = document.id AND stored.text <> document.text ORDER BY stored.id";

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    id: String,
}

/// Publishes all of them, or none: [`DbError::Refused`] names those whose id means another text. What is published already stays.
#[boxed]
pub async fn publish(writer: &Writer, documents: &[NewDocument]) -> Result<Published, DbError> {
    let ids: Vec<&str> = documents.iter().map(|document| document.id.as_str()).collect();
    let texts: Vec<&str> = documents.iter().map(|document| document.text.as_str()).collect();
    let names: Vec<Option<&str>> = documents.iter().map(|document| document.name.as_deref()).collect();
    writer
        .write(Actor::Operator, async |writing| {
            let now = writing.now();
            let insert = diesel::sql_query(INSERT)
                .bind::<Array<Text>, _>(&ids)
                .bind::<Array<Text>, _>(&texts)
                .bind::<Array<Nullable<Text>>, _>(&names)
                .bind::<Timestamptz, _>(now);
            let new = ids_of(insert.load(writing.connection()).await?);
            let others = diesel::sql_query(OTHERS).bind::<Array<Text>, _>(&ids).bind::<Array<Text>, _>(&texts);
            let others = ids_of(others.load(writing.connection()).await?);
            if !others.is_empty() {
                let ids = others.join(", ");
                let words = format!("nothing was published: an id keeps the text that it was given first: {ids}");
                return Err(DbError::Refused(words));
            }
            let again = diesel::sql_query(AGAIN).bind::<Array<Text>, _>(&ids).bind::<Timestamptz, _>(now);
            let again = ids_of(again.load(writing.connection()).await?);
            note(writing, "PUBLISH_DOCUMENTS", &[new.as_slice(), again.as_slice()].concat());
            Ok(Published { new, again })
        })
        .await
}

/// Retires all of them, or none: [`DbError::Refused`] names those that were never published. Answers those that were published
/// until now.
#[boxed]
pub async fn retire(writer: &Writer, ids: &[DocumentId]) -> Result<Vec<String>, DbError> {
    let ids: Vec<&str> = ids.iter().map(DocumentId::as_str).collect();
    writer
        .write(Actor::Operator, async |writing| {
            let named = trusted_document::table.filter(trusted_document::id.eq_any(&ids));
            let known: Vec<String> = named.clone().select(trusted_document::id).load(writing.connection()).await?;
            let unknown: Vec<&str> = ids.iter().copied().filter(|id| !known.iter().any(|known| known == id)).collect();
            if !unknown.is_empty() {
                let ids = unknown.join(", ");
                return Err(DbError::Refused(format!("nothing was retired: never published: {ids}")));
            }
            let retired: Vec<String> = diesel::update(named.filter(trusted_document::retired_at.is_null()))
                .set(trusted_document::retired_at.eq(writing.now()))
                .returning(trusted_document::id)
                .get_results(writing.connection())
                .await?;
            note(writing, "RETIRE_DOCUMENTS", &retired);
            Ok(retired)
        })
        .await
}

fn ids_of(named: Vec<Named>) -> Vec<String> {
    named.into_iter().map(|named| named.id).collect()
}

/// What was done stands in the audit trail, if anything was.
fn note(writing: &mut Writing, action: &'static str, ids: &[String]) {
    if !ids.is_empty() {
        writing.audit(AuditEvent { action, after: Some(json!({ "ids": ids })), ..AuditEvent::default() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_the_syntax_of_graphql_over_http() {
        let hash = "7dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e";
        let read = |text: &str| DocumentId::read(text).map(|id| id.0);
        assert_eq!(read(&format!("sha256:{hash}")).as_deref(), Some(hash));
        for id in [hash, "0123456789abcdef0123456789abcdef", "TinhHinh", "x-relay:a.b~c_d-1"] {
            assert_eq!(read(id).as_deref(), Some(id));
        }
        let long = "a".repeat(201);
        for none in ["", "có dấu", "a b", "sha256:abc", "md5:abc", "x-:a", "x-a:", "a:b:c", &long] {
            assert_eq!(read(none), None, "{none}");
        }
        assert_eq!(read(&format!("sha256:{}", hash.to_uppercase())), None);
    }

    /// The example of the specification's appendix.
    #[test]
    fn a_hash_is_that_of_the_text_as_it_stands() {
        let text = "query ($id: ID!) {\n  user(id: $id) {\n    name\n  }\n}";
        let id = DocumentId::of_text(text);
        assert_eq!(id.as_str(), "7dba4bd717b41f10434822356a93c32b1fb4907b983e854300ad839f84cdcd6e");
        assert!(id.is_hash() && !DocumentId::read("abc").unwrap().is_hash());
    }
}
