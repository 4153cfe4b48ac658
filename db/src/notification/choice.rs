//! What people want to be told of by e-mail, and when.

use async_graphql::InputObject;
use auth::OwnAccount;
use derive::boxed;
use diesel::{
    ExpressionMethods as _, QueryableByName,
    sql_types::{Array, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;

use super::NotificationKind;
use crate::{
    DbError, Reader, Writer, access::Auth, input::refused, schema::notification_choice, text_enum::text_enum,
    violation::ViolationCode,
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

/// When a person wants a kind of notification by e-mail.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName, SimpleObject)]
#[graphql(directive = Auth::apply(auth::Action::KeepOwnAccount))]
pub struct NotificationChoice {
    /// The kind
    #[diesel(sql_type = Text)]
    pub kind: NotificationKind,
    /// When it is sent by e-mail
    #[diesel(sql_type = Text)]
    pub mail: MailChoice,
}

/// What is wanted by e-mail, and when.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "ChooseNotificationsInput")]
pub struct NewChoice {
    /// The kinds
    pub kinds: Vec<NotificationKind>,
    /// When they are sent by e-mail
    pub mail: MailChoice,
}

/// What whoever reads has chosen for each kind, or what holds for it otherwise.
#[boxed]
pub async fn choices(reader: &Reader) -> Result<Vec<NotificationChoice>, DbError> {
    const CHOICES: &str = "SELECT kinds.kind, coalesce(c.mail, notification_mail_default(kinds.kind)) AS mail
        FROM unnest($1) WITH ORDINALITY AS kinds (kind, n)
        LEFT JOIN notification_choice c ON c.account_id = $2 AND c.kind = kinds.kind ORDER BY n";
    let account = reader.scope().actor().account().unwrap_or_default();
    let kinds: Vec<&str> = NotificationKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let query = diesel::sql_query(CHOICES).bind::<Array<Text>, _>(kinds).bind::<SqlUuid, _>(account);
    Ok(query.load(&mut reader.statement().await?).await?)
}

/// Chooses when some kinds are sent by e-mail, from what is told next.
#[boxed]
pub async fn choose(writer: &Writer, permit: OwnAccount, choice: NewChoice) -> Result<(), DbError> {
    if choice.kinds.is_empty() {
        return Err(refused(ViolationCode::Required, "kinds"));
    }
    let mut kinds = choice.kinds;
    kinds.sort_unstable();
    kinds.dedup();
    let work = writer.write(permit.actor(), async |writing| {
        let rows: Vec<_> = kinds
            .iter()
            .map(|kind| {
                let account = notification_choice::account_id.eq(permit.account());
                (account, notification_choice::kind.eq(*kind), notification_choice::mail.eq(choice.mail))
            })
            .collect();
        diesel::insert_into(notification_choice::table)
            .values(rows)
            .on_conflict((notification_choice::account_id, notification_choice::kind))
            .do_update()
            .set(notification_choice::mail.eq(choice.mail))
            .execute(writing.connection())
            .await?;
        Ok(())
    });
    work.await
}
