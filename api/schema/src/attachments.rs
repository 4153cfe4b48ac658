//! Attachments (tệp đính kèm): what is known of files, and the links to their bytes.

use std::sync::Arc;

use async_graphql::Context;
use auth::{
    Action,
    seal::{Sealer, Signer},
};
use chrono::{DateTime, TimeDelta, Utc};
use db::{
    Id,
    access::Auth,
    attachment::{Attachment as Row, AttachmentsOfMeasurement},
    audit::hex,
};
use object_layer::{ComplexObject, SimpleObject};
use uuid::Uuid;

use crate::{clock::Clock, object::on_side, page::Answer, viewer::viewer};

/// The path at which files are sent, and below which each is.
pub const PATH: &str = "/files/attachments";

/// For how long a link holds.
const LIFE: TimeDelta = TimeDelta::minutes(5);

/// Makes links that whoever has them may follow without a token, and knows them again. Nodes with one secret know one another's.
#[derive(Debug)]
pub struct Links {
    signer: Signer,
    clock: Clock,
}

impl Links {
    /// With the installation's secret.
    #[must_use]
    pub fn new(sealer: &Sealer, clock: Clock) -> Arc<Self> {
        Arc::new(Self { signer: sealer.signer("link to a file"), clock })
    }

    /// A path that holds for five minutes.
    #[must_use]
    pub fn to(&self, file: Uuid) -> String {
        let expires = (self.clock.now() + LIFE).timestamp();
        let signature = self.signer.sign(&message(file, expires));
        format!("{PATH}/{}?expires={expires}&signature={signature}", Id::<Row>::of(file))
    }

    /// Whether a link to that file is ours, and holds yet.
    #[must_use]
    pub fn holds(&self, file: Uuid, expires: i64, signature: &str) -> bool {
        let is_early = DateTime::<Utc>::from_timestamp(expires, 0).is_some_and(|expires| self.clock.now() < expires);
        is_early && self.signer.signed(&message(file, expires), signature)
    }
}

fn message(file: Uuid, expires: i64) -> Vec<u8> {
    [&file.as_bytes()[..], &expires.to_be_bytes()].concat()
}

/// A file (tệp đính kèm) that shows what a figure, a report or a document says: seen by whoever sees that.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct Attachment {
    #[graphql(flatten)]
    row: Arc<Row>,
}

#[ComplexObject]
impl Attachment {
    /// Its id, for inputs that name it. It is found through what has it, not through `node`
    fn id(&self) -> Id<Row> {
        Id::of(self.row.id)
    }

    /// SHA-256 of its bytes, in hexadecimal digits. That of a figure's files is part of the `contentHash` that is endorsed
    fn content_hash(&self) -> String {
        hex(&self.row.content_hash)
    }

    /// Path of its bytes, to be opened within five minutes: it needs no token. Null for whoever is not signed in
    #[graphql(directive = Auth::apply(Action::SeeOwnRights))]
    fn link(&self, context: &Context<'_>) -> Option<String> {
        viewer(context).principal.actor().account()?;
        Some(context.data_opt::<Arc<Links>>()?.to(self.row.id))
    }
}

impl Attachment {
    pub(crate) const fn show(row: Arc<Row>) -> Self {
        Self { row }
    }
}

/// The files of a revision of a measurement.
pub(crate) async fn of_revision(context: &Context<'_>, measurement: Uuid, revision: i32) -> Answer<Vec<Attachment>> {
    on_side(context, AttachmentsOfMeasurement(measurement), revision, Attachment::show).await
}

#[cfg(test)]
mod tests {
    use auth::seal::SECRET_LEN;

    use super::*;

    fn at(instant: &str, secret: u8) -> Arc<Links> {
        Links::new(&Sealer::new(&[secret; SECRET_LEN]), Clock::Fixed(instant.parse().unwrap()))
    }

    #[test]
    fn a_link_holds_for_five_minutes_and_for_one_file() {
        let (file, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let now = at("2025-03-05T08:00:00+07:00", 7);
        let link = now.to(file);
        let (path, query) = link.split_once("?expires=").unwrap();
        assert_eq!(path, format!("{PATH}/{}", Id::<Row>::of(file)));
        let (expires, signature) = query.split_once("&signature=").unwrap();
        let expires: i64 = expires.parse().unwrap();
        assert!(now.holds(file, expires, signature));
        assert!(at("2025-03-05T08:04:59+07:00", 7).holds(file, expires, signature), "another node");
        assert!(!at("2025-03-05T08:05:00+07:00", 7).holds(file, expires, signature), "later");
        assert!(!at("2025-03-05T08:00:00+07:00", 8).holds(file, expires, signature), "another installation");
        assert!(!now.holds(other, expires, signature), "another file");
        assert!(!now.holds(file, expires + 1, signature), "a later end");
        for forged in ["", "AAAA", "ký", &signature[1..]] {
            assert!(!now.holds(file, expires, forged), "{forged}");
        }
    }
}
