//! E-mail: what people were told goes to them by SMTP, as text and as HTML, in their language.

use std::{fmt, time::Duration};

use db::{
    Date, DbError, Origin, Pool, Reader,
    enums::Language,
    notification::mail::{self, Mail, Outcome},
};
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    address::AddressError,
    message::{Mailbox, MultiPart},
    transport::smtp,
};
use schema::{clock::Clock, notifications};
use secrecy::ExposeSecret as _;

use crate::config::MailConfig;

/// How long the other side may take for each step.
const PATIENCE: Duration = Duration::from_secs(30);

/// The longest subject, in characters.
const SUBJECT: usize = 120;

/// What sends mail. Cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    public_url: Option<String>,
}

impl fmt::Debug for Mailer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Mailer").field("from", &self.from).finish_non_exhaustive()
    }
}

impl Mailer {
    /// What these settings say; an error says what is wrong with the address of the server.
    pub fn new(config: &MailConfig, public_url: Option<String>) -> Result<Self, smtp::Error> {
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(config.smtp_url.expose_secret())?;
        let transport = transport.timeout(Some(PATIENCE)).build();
        Ok(Self { transport, from: config.from.clone(), public_url })
    }

    /// Whether the server is there, and takes the name and password.
    pub async fn check(&self) -> Result<(), String> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("it does not answer as a mail server does".to_owned()),
            Err(error) => Err(in_full(&error)),
        }
    }

    async fn send(&self, mail: &Mail, said: &[String]) -> Outcome {
        let message = match self.message(mail, said) {
            Ok(message) => message,
            Err(error) => return Outcome::Refused(error),
        };
        // What fails before anything was sent is no reason to doubt.
        if let Err(error) = self.check().await {
            return Outcome::Failed(error);
        }
        match self.transport.send(message).await {
            Ok(_) => Outcome::Sent,
            Err(error) if error.is_permanent() => Outcome::Refused(in_full(&error)),
            Err(error) if error.is_transient() => Outcome::Failed(in_full(&error)),
            Err(error) => Outcome::Doubtful(in_full(&error)),
        }
    }

    fn message(&self, mail: &Mail, said: &[String]) -> Result<Message, String> {
        let to = mail.to.parse().map_err(|error: AddressError| error.to_string())?;
        let domain = self.from.email.domain();
        let text = text(mail, said, self.public_url.as_deref());
        let html = html(mail, said, self.public_url.as_deref());
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(Some(mail.name.clone()), to))
            .subject(subject(mail.language, said))
            .message_id(Some(format!("<{}@{domain}>", mail.id)))
            .multipart(MultiPart::alternative_plain_html(text, html))
            .map_err(|error| error.to_string())
    }
}

/// An error with its causes.
fn in_full(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |said, cause| format!("{said}: {cause}"))
}

/// Sends the mail that has been due for longest, if any is: true if there may be more.
pub async fn send_one(mailer: &Mailer, pool: &Pool, clock: Clock) -> Result<bool, DbError> {
    if !mail::is_any_due(pool, clock.now()).await? {
        return Ok(false);
    }
    let writer = || clock.writer(pool.clone(), Origin::default());
    let Some(mail) = mail::claim(&writer()).await? else { return Ok(false) };
    let said = match &mail.reader {
        Some(principal) => {
            let reader = Reader::new(pool.clone(), principal.scope(), Date(clock.today()));
            notifications::sentences(&reader, &mail.notifications, mail.language).await?
        }
        None => Vec::new(),
    };
    let outcome = if said.is_empty() { Outcome::Dropped } else { mailer.send(&mail, &said).await };
    if let Outcome::Refused(reason) | Outcome::Failed(reason) | Outcome::Doubtful(reason) = &outcome {
        tracing::warn!(mail = %mail.id, %reason, "a mail did not go out");
    }
    mail::ended(&writer(), &mail, outcome).await?;
    Ok(true)
}

fn subject(language: Language, said: &[String]) -> String {
    match (said, language) {
        ([only], _) if only.chars().count() <= SUBJECT => only.clone(),
        ([only], _) => only.chars().take(SUBJECT - 1).chain(['…']).collect(),
        (many, Language::Vi) => format!("{} thông báo mới", many.len()),
        (many, Language::En) => format!("{} new notifications", many.len()),
    }
}

/// What stands around what is said: the greeting, and why it comes.
fn around(mail: &Mail) -> (String, &'static str) {
    match mail.language {
        Language::Vi => (
            format!("Kính gửi {},", mail.name),
            "Thư này do hệ thống gửi tự động. Ông/bà có thể chọn nhận ngay, hằng ngày, hằng tuần hoặc không nhận từng loại thông báo trong phần cài đặt.",
        ),
        Language::En => (
            format!("Dear {},", mail.name),
            "This mail was sent by the system. In your settings you can choose for each kind of notification whether it comes at once, daily, weekly or not at all.",
        ),
    }
}

fn text(mail: &Mail, said: &[String], public_url: Option<&str>) -> String {
    let (greeting, why) = around(mail);
    let lines = said.iter().map(|it| format!("- {it}\n")).collect::<Vec<_>>().concat();
    let link = public_url.map(|url| format!("{url}\n\n")).unwrap_or_default();
    format!("{greeting}\n\n{lines}\n{link}-- \n{why}\n")
}

fn html(mail: &Mail, said: &[String], public_url: Option<&str>) -> String {
    let (greeting, why) = around(mail);
    let items = said.iter().map(|it| format!("<li>{}</li>", escaped(it))).collect::<Vec<_>>().concat();
    let link = public_url.map(escaped).map(|url| format!("<p><a href=\"{url}\">{url}</a></p>")).unwrap_or_default();
    let language = if mail.language == Language::Vi { "vi" } else { "en" };
    format!(
        "<!doctype html><html lang=\"{language}\"><meta charset=\"utf-8\"><body style=\"font-family: sans-serif; line-height: 1.5\">\
         <p>{}</p><ul>{items}</ul>{link}<p style=\"color: #666; font-size: smaller\">{why}</p></body></html>",
        escaped(&greeting)
    )
}

/// A text that HTML shows as it is.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(language: Language) -> Mail {
        Mail::to_look_at("lan@quangngai.gov.vn", "Nguyễn Thị <Lan>", language)
    }

    #[test]
    fn one_thing_is_the_subject_and_many_are_counted() {
        let one = ["Nhiệm vụ mới: Rà soát quy hoạch trạm 5G".to_owned()];
        assert_eq!(subject(Language::Vi, &one), one[0]);
        let long = ["ộ".repeat(200)];
        assert_eq!(subject(Language::Vi, &long).chars().count(), SUBJECT);
        let two = [one[0].clone(), one[0].clone()];
        assert_eq!(subject(Language::Vi, &two), "2 thông báo mới");
        assert_eq!(subject(Language::En, &two), "2 new notifications");
    }

    #[test]
    fn what_people_have_typed_stays_text() {
        let said = ["Nhiệm vụ mới: <script>alert(\"1\")</script> & \"khác\"".to_owned()];
        let page = html(&mail(Language::Vi), &said, Some("https://cotmoc.example.vn/?a=1&b=2"));
        assert!(
            !page.contains("<script>") && page.contains("&lt;script&gt;") && page.contains("&lt;Lan&gt;"),
            "{page}"
        );
        assert!(page.contains("?a=1&amp;b=2") && page.contains("lang=\"vi\""), "{page}");
        let plain = text(&mail(Language::En), &said, None);
        assert!(plain.starts_with("Dear Nguyễn Thị <Lan>,\n\n- Nhiệm vụ mới: <script>"), "{plain}");
    }
}
