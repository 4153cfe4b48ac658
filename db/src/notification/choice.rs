//! How people want to be told, beside the inbox.

use async_graphql::InputObject;
use auth::{Actor, OwnAccount};
use derive::boxed;
use diesel::{
    QueryableByName,
    sql_types::{Array, Bool, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use uuid::Uuid;

use super::NotificationKind;
use crate::{
    DbError, Reader, Writer, access::Auth, input::refused, text_enum::text_enum, violation::ViolationCode,
    writer::Writing,
};

text_enum! {
    /// When something is sent by e-mail.
    pub enum MailChoice {
        /// At once; between nine in the evening and six in the morning, at six
        AtOnce => "AT_ONCE",
        /// Together at eight in the morning of the next working day
        Daily => "DAILY",
        /// Together at eight in the morning of the next Monday, or of the first working day after it
        Weekly => "WEEKLY",
        /// Not at all: it stands in the inbox alone
        Never => "NEVER",
    }
}

/// How a person wants to be told of a kind, beside the inbox.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName, SimpleObject)]
#[graphql(directive = Auth::apply(auth::Action::KeepOwnAccount))]
pub struct NotificationChoice {
    /// The kind
    #[diesel(sql_type = Text)]
    pub kind: NotificationKind,
    /// When it is sent by e-mail
    #[diesel(sql_type = Text)]
    pub mail: MailChoice,
    /// Whether it is pushed to the phones and browsers that have subscribed (`subscribeToPush`)
    #[diesel(sql_type = Bool)]
    pub push: bool,
}

/// How one wants to be told of some kinds.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "ChooseNotificationsInput")]
pub struct NewChoice {
    /// The kinds
    pub kinds: Vec<NotificationKind>,
    /// When they are sent by e-mail; left out, that stays
    pub mail: Option<MailChoice>,
    /// Whether they are pushed to phones and browsers; left out, that stays
    pub push: Option<bool>,
}

/// What whoever reads has chosen for each kind, or what holds for it otherwise.
#[boxed]
pub async fn choices(reader: &Reader) -> Result<Vec<NotificationChoice>, DbError> {
    const CHOICES: &str = "SELECT kinds.kind, coalesce(c.mail, notification_mail_default(kinds.kind)) AS mail,
            coalesce(c.push, notification_mail_default(kinds.kind) = 'AT_ONCE') AS push
        FROM unnest($1) WITH ORDINALITY AS kinds (kind, n)
        LEFT JOIN notification_choice c ON c.account_id = $2 AND c.kind = kinds.kind ORDER BY n";
    let account = reader.scope().actor().account().unwrap_or_default();
    let kinds: Vec<&str> = NotificationKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let query = diesel::sql_query(CHOICES).bind::<Array<Text>, _>(kinds).bind::<SqlUuid, _>(account);
    Ok(query.load(&mut reader.statement().await?).await?)
}

/// Sends nothing more by e-mail of the kinds that a mail told of, to whom it was sent; nothing changes if there is no such mail.
#[boxed]
pub async fn unsubscribe_from_mail(writer: &Writer, mail: Uuid) -> Result<(), DbError> {
    const UNSUBSCRIBE: &str = "INSERT INTO notification_choice (account_id, kind, mail)
        SELECT DISTINCT m.account_id, n.kind, 'NEVER' FROM notification_mail m JOIN notification n ON n.id = m.notification_id
        WHERE m.mail_id = $1 ORDER BY m.account_id, n.kind
        ON CONFLICT (account_id, kind) DO UPDATE SET mail = excluded.mail";
    let work = async |writing: &mut Writing| {
        diesel::sql_query(UNSUBSCRIBE).bind::<SqlUuid, _>(mail).execute(writing.connection()).await?;
        Ok(())
    };
    writer.write(Actor::Nobody, work).await
}

/// Chooses how one is told of some kinds, from what is told next.
#[boxed]
pub async fn choose(writer: &Writer, permit: OwnAccount, choice: NewChoice) -> Result<(), DbError> {
    const CHOOSE: &str = "INSERT INTO notification_choice AS known (account_id, kind, mail, push)
        SELECT DISTINCT $1, chosen.kind, $3, $4 FROM unnest($2) AS chosen (kind) ORDER BY chosen.kind
        ON CONFLICT (account_id, kind) DO UPDATE SET mail = coalesce(excluded.mail, known.mail), push = coalesce(excluded.push, known.push)";
    if choice.kinds.is_empty() {
        return Err(refused(ViolationCode::Required, "kinds"));
    }
    if choice.mail.is_none() && choice.push.is_none() {
        return Err(refused(ViolationCode::Required, "mail"));
    }
    let kinds: Vec<&str> = choice.kinds.iter().map(|kind| kind.as_str()).collect();
    let work = writer.write(permit.actor(), async |writing| {
        let choose = diesel::sql_query(CHOOSE)
            .bind::<SqlUuid, _>(permit.account())
            .bind::<Array<Text>, _>(&kinds)
            .bind::<Nullable<Text>, _>(choice.mail.map(MailChoice::as_str))
            .bind::<Nullable<Bool>, _>(choice.push);
        choose.execute(writing.connection()).await?;
        Ok(())
    });
    work.await
}
