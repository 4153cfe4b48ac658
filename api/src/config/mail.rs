//! The mail server, and in whose name mail is sent.

use lettre::message::Mailbox;
use secrecy::SecretString;
use url::Url;

use super::{ConfigError, Sources, settings};

/// A mail server.
#[derive(Debug, Clone)]
pub struct SmtpServer {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How what is said to it is encrypted.
    pub tls: SmtpTls,
    /// The name and password by which it knows us; none if it asks for none.
    pub login: Option<(String, SecretString)>,
}

/// How a connection to a mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// From its first byte.
    Wrapped,
    /// After the greeting (STARTTLS), or nothing is said.
    Required,
    /// Not at all: inside a network of one's own.
    None,
}

/// E-mail.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// The server.
    pub server: SmtpServer,
    /// In whose name.
    pub from: Mailbox,
}

impl MailConfig {
    /// None if no server is named: then nothing is sent.
    pub(super) fn load(sources: &Sources) -> Result<Option<Self>, ConfigError> {
        let server = sources.read(&settings::SMTP_URL, smtp_server)?;
        let from = sources.read(&settings::MAIL_FROM, mailbox)?;
        match (server, from) {
            (Some(server), Some(from)) => Ok(Some(Self { server, from })),
            (Some(_), None) => Err(ConfigError::Alone { given: &settings::SMTP_URL, missing: &settings::MAIL_FROM }),
            (None, _) => Ok(None),
        }
    }
}

/// The URL of a mail server. A name and a password are never sent in clear.
fn smtp_server(text: &str) -> Option<SmtpServer> {
    let url = Url::parse(text).ok()?;
    let asked = url.query_pairs().map(|(key, value)| (key.into_owned(), value.into_owned())).collect::<Vec<_>>();
    let (tls, port) = match (url.scheme(), asked.as_slice()) {
        ("smtps", []) => (SmtpTls::Wrapped, 465),
        ("smtp", [(key, value)]) if key == "tls" && value == "required" => (SmtpTls::Required, 587),
        ("smtp", []) => (SmtpTls::None, 25),
        _ => return None,
    };
    let login = match url.password() {
        Some(password) => Some((percent_decoded(url.username())?, SecretString::from(percent_decoded(password)?))),
        None if url.username().is_empty() => None,
        None => return None,
    };
    let is_bare = matches!(url.path(), "" | "/") && url.fragment().is_none();
    let host = url.host_str().filter(|host| !host.is_empty() && is_bare)?.to_owned();
    let port = url.port().unwrap_or(port);
    (login.is_none() || tls != SmtpTls::None).then_some(SmtpServer { host, port, tls, login })
}

/// What stands in a URL for characters that may not.
fn percent_decoded(text: &str) -> Option<String> {
    let pairs = format!("it={}", text.replace('+', "%2B"));
    let decoded = form_urlencoded::parse(pairs.as_bytes()).next().map(|(_, value)| value.into_owned());
    decoded.filter(|it| !it.contains(char::REPLACEMENT_CHARACTER))
}

/// A name and an address.
fn mailbox(text: &str) -> Option<Mailbox> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_password_is_never_sent_to_a_mail_server_in_clear() {
        for (text, expected) in [
            ("smtps://thu%40qng:m%E1%BA%ADt+kh%E1%BA%A9u@thu.qng.vn", Some(("thu.qng.vn", 465, SmtpTls::Wrapped))),
            ("smtp://thu:mat@thu.qng.vn:2587?tls=required", Some(("thu.qng.vn", 2587, SmtpTls::Required))),
            ("smtp://127.0.0.1", Some(("127.0.0.1", 25, SmtpTls::None))),
            ("smtp://thu:mat@thu.qng.vn", None),
            ("smtp://thu:mat@thu.qng.vn?tls=opportunistic", None),
            ("smtps://thu@thu.qng.vn", None),
            ("smtps://thu.qng.vn/hop-thu", None),
            ("https://thu.qng.vn", None),
            ("thu.qng.vn", None),
        ] {
            let read = smtp_server(text);
            assert_eq!(read.as_ref().map(|it| (it.host.as_str(), it.port, it.tls)), expected, "{text}");
        }
        let (user, password) =
            smtp_server("smtps://thu%40qng:m%E1%BA%ADt+kh%E1%BA%A9u@thu.qng.vn").unwrap().login.unwrap();
        assert_eq!((user.as_str(), password.expose_secret()), ("thu@qng", "mật+khẩu"));
    }
}
