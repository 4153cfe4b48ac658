//! E-mail: what people were told, and links for a new password, go to them by SMTP, as text and as HTML, in their language.

mod letter;
pub mod unsubscribe;

use std::{fmt, sync::Arc, time::Duration};

use auth::random;
use db::{
    Date, DbError, Origin, Pool, Reader, Writer,
    mail::{self, Addressee, Kind, Outcome, Taken},
    password,
};
use lettre::{
    Address, Message,
    address::AddressError,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt, Rset},
        extension::ClientId,
    },
};
use schema::{clock::Clock, notifications};
use secrecy::ExposeSecret as _;
use tokio::time::{sleep, timeout};

use self::letter::Letter;
pub(crate) use self::letter::shortened;
use self::unsubscribe::Unsubscribing;
use crate::config::{MailConfig, SmtpServer, SmtpTls};

/// How long the other side may take: three times that until it is there and knows us, twice until it knows whom a mail is for, four times
/// until it has taken it. Together less than a mail is one's own.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often, and how long after one another, it is tried to note what became of a mail.
const NOTES: u32 = 3;
const PAUSE: Duration = Duration::from_secs(2);

/// What sends mail. Cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    server: SmtpServer,
    from: Mailbox,
    public_url: Option<String>,
    /// Whether the app is there, so that links lead to it.
    app: bool,
    /// Makes links by which people leave a kind of mail; none where nothing answers them.
    unsubscribing: Option<Arc<Unsubscribing>>,
    patience: Duration,
}

impl fmt::Debug for Mailer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Mailer").field("from", &self.from).finish_non_exhaustive()
    }
}

/// Why no mail can be sent for now.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The server is not there, or does not want us.
    #[error("the mail server cannot be used: {0}")]
    Server(String),
    /// The queue cannot be read.
    #[error(transparent)]
    Queue(#[from] DbError),
}

/// What one step came to, or in words why it came to nothing: nothing is said of a side that does not answer in time.
async fn within<T, E: std::error::Error>(
    patience: Duration,
    step: impl Future<Output = Result<T, E>>,
) -> Result<T, String> {
    match timeout(patience, step).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(in_full(&error)),
        Err(_) => Err("no answer".to_owned()),
    }
}

/// An error with its causes.
fn in_full(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |error| error.source());
    causes.fold(error.to_string(), |said, cause| format!("{said}: {cause}"))
}

impl Mailer {
    /// What these settings say.
    #[must_use]
    pub fn new(config: &MailConfig, public_url: Option<String>) -> Self {
        let (server, from) = (config.server.clone(), config.from.clone());
        Self { server, from, public_url, app: false, unsubscribing: None, patience: PATIENCE }
    }

    /// The same, with links to what it tells of, if the app is there.
    #[must_use]
    pub fn with_links(self, app: bool) -> Self {
        Self { app, ..self }
    }

    /// The same, with a link in what people are told by which they leave its kinds.
    #[must_use]
    pub fn with_way_out(self, unsubscribing: Arc<Unsubscribing>) -> Self {
        Self { unsubscribing: Some(unsubscribing), ..self }
    }

    /// The same with another patience, for tests.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Whether the server is there, takes the name and password, and lets us send in our name. Nothing is sent.
    pub async fn check(&self) -> Result<(), MailError> {
        let mut connection = self.connect().await?;
        let tried = async {
            connection.command(Mail::new(Some(self.from.email.clone()), Vec::new())).await?;
            connection.command(Rset).await
        };
        within(self.patience * 2, tried).await.map_err(MailError::Server)?;
        leave(connection).await;
        Ok(())
    }

    /// A connection that is encrypted and signed in, as the settings say.
    async fn connect(&self) -> Result<AsyncSmtpConnection, MailError> {
        let SmtpServer { host, port, tls, login } = &self.server;
        let begun = async {
            let hello = ClientId::default();
            let parameters = || TlsParameters::new(host.clone());
            let wrapped = if *tls == SmtpTls::Wrapped { Some(parameters()?) } else { None };
            let place = (host.as_str(), *port);
            let mut connection =
                AsyncSmtpConnection::connect_tokio1(place, Some(self.patience * 3), &hello, wrapped, None).await?;
            if *tls == SmtpTls::Required {
                connection.starttls(parameters()?, &hello).await?;
            }
            if let Some((user, password)) = login {
                let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
                connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await?;
            }
            Ok::<_, lettre::transport::smtp::Error>(connection)
        };
        within(self.patience * 3, begun).await.map_err(MailError::Server)
    }

    /// Hands one mail over. Only what goes wrong once its text has begun to flow leaves a doubt.
    async fn hand_over(&self, connection: &mut AsyncSmtpConnection, to: &Addressee, letter: &Letter) -> Outcome {
        let (address, message) = match self.message(to, letter) {
            Ok(message) => message,
            Err(reason) => return Outcome::Refused(reason),
        };
        let addressed = async {
            connection.command(Mail::new(Some(self.from.email.clone()), Vec::new())).await?;
            match connection.command(Rcpt::new(address, Vec::new())).await {
                Err(error) if error.is_permanent() => return Ok(Some(Outcome::Refused(in_full(&error)))),
                answer => answer?,
            };
            connection.command(Data).await?;
            Ok::<_, lettre::transport::smtp::Error>(None)
        };
        match within(self.patience * 2, addressed).await {
            Ok(None) => {}
            Ok(Some(refused)) => return refused,
            Err(reason) => return Outcome::Failed(reason),
        }
        match timeout(self.patience * 4, connection.message(&message.formatted())).await {
            Ok(Ok(_)) => Outcome::Sent,
            Ok(Err(error)) if error.is_permanent() => Outcome::Refused(in_full(&error)),
            Ok(Err(error)) if error.is_transient() => Outcome::Failed(in_full(&error)),
            Ok(Err(error)) => Outcome::Doubtful(in_full(&error)),
            Err(_) => Outcome::Doubtful("no answer to the mail".to_owned()),
        }
    }

    fn message(&self, to: &Addressee, letter: &Letter) -> Result<(Address, Message), String> {
        let address: Address = to.email.parse().map_err(|error: AddressError| error.to_string())?;
        if !address.to_string().is_ascii() {
            return Err("an address with letters beyond ASCII".to_owned());
        }
        let domain = self.from.email.domain();
        // So that nobody's absence note answers it (RFC 3834).
        let header = |name| HeaderName::new_from_ascii_str(name);
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(Some(to.name.clone()), address.clone()))
            .subject(letter.subject.clone())
            .message_id(Some(format!("<{}@{domain}>", letter.id)))
            .raw_header(HeaderValue::new(header("Auto-Submitted"), "auto-generated".to_owned()));
        if let Some(way_out) = &letter.way_out {
            let one_click = "List-Unsubscribe=One-Click".to_owned();
            message = message
                .raw_header(HeaderValue::new(header("List-Unsubscribe"), format!("<{way_out}>")))
                .raw_header(HeaderValue::new(header("List-Unsubscribe-Post"), one_click));
        }
        let message = message.multipart(MultiPart::alternative_plain_html(letter.text(to), letter.html(to)));
        Ok((address, message.map_err(|error| error.to_string())?))
    }
}

/// Says goodbye, and does not wait long for the answer.
async fn leave(mut connection: AsyncSmtpConnection) {
    // Whatever comes back, nothing follows from it.
    let _ = timeout(Duration::from_secs(2), connection.quit()).await;
}

/// Sends the mail that has been due for longest, if any is: true if there may be more. While the server is not there no mail is taken up.
pub async fn send_one(mailer: &Mailer, pool: &Pool, clock: Clock) -> Result<bool, MailError> {
    if !mail::is_any_due(pool, clock.now()).await? {
        return Ok(false);
    }
    let mut connection = mailer.connect().await?;
    let writer = || clock.writer(pool.clone(), Origin::default());
    let Some(taken) = mail::claim(&writer()).await? else {
        leave(connection).await;
        return Ok(false);
    };
    let outcome = match composed(mailer, &writer(), pool, clock, &taken).await {
        Ok(Some((to, letter))) => mailer.hand_over(&mut connection, &to, &letter).await,
        Ok(None) => Outcome::Dropped,
        // It has not gone out, whatever the reason.
        Err(error) => Outcome::Failed(error.to_string()),
    };
    leave(connection).await;
    if let Outcome::Refused(reason) | Outcome::Failed(reason) | Outcome::Doubtful(reason) = &outcome {
        tracing::warn!(mail = %taken.id, %reason, "a mail did not go out");
    }
    let mut noted = mail::ended(&writer(), &taken, &outcome).await;
    for _ in 1..NOTES {
        if noted.is_ok() {
            break;
        }
        sleep(PAUSE).await;
        noted = mail::ended(&writer(), &taken, &outcome).await;
    }
    if noted? {
        tracing::error!(mail = %taken.id, "a mail was given up: `cotmoc mail` shows why, and sends it again");
    }
    Ok(true)
}

/// Whom a mail is for, and what it says; none if there is nothing in it any more for them.
async fn composed(
    mailer: &Mailer,
    writer: &Writer,
    pool: &Pool,
    clock: Clock,
    taken: &Taken,
) -> Result<Option<(Addressee, Letter)>, DbError> {
    let Some(to) = mail::addressee(writer, taken).await? else { return Ok(None) };
    let system = mailer.public_url.as_deref().map(|url| url.trim_end_matches('/'));
    let app = system.filter(|_| mailer.app);
    let letter = match taken.kind {
        Kind::Link => {
            let link = password::mail::issue(writer, taken).await?;
            link.map(|link| Letter::with_link(to.language, random::id(clock.now()), &link, (system, app)))
        }
        Kind::Notifications => {
            let reader = Reader::new(pool.clone(), to.reader.scope(), Date(clock.today()));
            let said = notifications::said(&reader, &taken.rows, to.language).await?;
            let way_out = mailer.unsubscribing.as_ref().zip(system).map(|(it, url)| it.link(url, taken.id));
            (!said.is_empty()).then(|| Letter::of_notifications(to.language, taken.id, said, (system, app), way_out))
        }
    };
    Ok(letter.map(|letter| (to, letter)))
}
