//! What mails say, as text and as HTML.

use db::{enums::Language, mail::Addressee, password::mail::Link};
use schema::{clock::in_vietnam, notifications::Said};
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use crate::app;

/// The longest subject, in characters.
const SUBJECT: usize = 120;

/// What a mail says. Its greeting is the addressee's.
pub(super) struct Letter {
    /// By what mail programs know it: two with the same one are the same mail to them.
    pub(super) id: Uuid,
    /// What stands above it.
    pub(super) subject: String,
    parts: Vec<Part>,
    /// Why it comes.
    why: &'static str,
    /// A link by which its reader gets no more of its kinds; none where there is none.
    pub(super) way_out: Option<String>,
}

enum Part {
    Paragraph(String),
    List(Vec<Item>),
    /// What is copied from the mail, letter by letter.
    Code(SecretString),
    /// A link, which may hold a code.
    Address(SecretString),
}

/// Something that somebody is told, and where it is shown.
struct Item {
    sentence: String,
    link: Option<String>,
}

/// Where the system is, and where its app is: none of what is not known or not there.
pub(super) type Places<'a> = (Option<&'a str>, Option<&'a str>);

impl Letter {
    /// What somebody is told, sentence by sentence.
    pub(super) fn of_notifications(
        language: Language,
        id: Uuid,
        said: Vec<Said>,
        (system, app): Places<'_>,
        way_out: Option<String>,
    ) -> Self {
        let why = match language {
            Language::Vi => {
                "Thư này do hệ thống gửi tự động. Ông/bà có thể chọn nhận ngay, hằng ngày, hằng tuần hoặc không nhận từng loại thông báo trong phần cài đặt."
            }
            Language::En => {
                "This mail was sent by the system. In your settings you can choose for each kind of notification whether it comes at once, daily, weekly or not at all."
            }
        };
        let subject = subject(language, &said);
        let item = |Said { id, sentence }| {
            let link = app.map(|url| format!("{url}{}", app::path_to(&id.to_string())));
            Item { sentence, link }
        };
        let parts = [Part::List(said.into_iter().map(item).collect())].into_iter().chain(address(system)).collect();
        Self { id, subject, parts, why, way_out }
    }

    /// A link for a password. Each attempt brings another token, so each is another mail: `id` is its own.
    pub(super) fn with_link(language: Language, id: Uuid, link: &Link, (system, app): Places<'_>) -> Self {
        let Link { reset, login, is_first } = link;
        let until = in_vietnam(reset.expires_at);
        let (subject, reason, code, how) = match (language, is_first) {
            (Language::Vi, true) => (
                "Mời đặt mật khẩu cho tài khoản mới",
                format!("Ông/bà được cấp tài khoản với tên đăng nhập {login}. Hãy đặt mật khẩu cho tài khoản này."),
                until.format("Mã đặt mật khẩu, dùng một lần, có hiệu lực đến %H:%M ngày %d/%m/%Y:"),
                "Nhập mã này cùng mật khẩu mới (12 ký tự trở lên) vào ứng dụng của ông/bà; qua API: mutation setPasswordByReset. Nếu mã hết hiệu lực, hãy yêu cầu mã mới bằng tên đăng nhập; qua API: mutation requestPasswordReset.",
            ),
            (Language::Vi, false) => (
                "Đặt lại mật khẩu",
                format!(
                    "Có yêu cầu đặt lại mật khẩu cho tài khoản {login}. Nếu không phải ông/bà yêu cầu, hãy bỏ qua thư này: mật khẩu không thay đổi."
                ),
                until.format("Mã đặt mật khẩu, dùng một lần, có hiệu lực đến %H:%M ngày %d/%m/%Y:"),
                "Nhập mã này cùng mật khẩu mới (12 ký tự trở lên) vào ứng dụng của ông/bà; qua API: mutation setPasswordByReset.",
            ),
            (Language::En, true) => (
                "Set a password for your new account",
                format!("An account was made for you, with the login {login}. Please set its password."),
                until.format("The code for it, good once, until %H:%M on %Y-%m-%d (Vietnam time):"),
                "Enter it with a new password (12 characters or more) in the application that you use; by the API: mutation setPasswordByReset. If it is too old, ask for another one by your login; by the API: mutation requestPasswordReset.",
            ),
            (Language::En, false) => (
                "Set a new password",
                format!(
                    "A new password was asked for, for the account {login}. If it was not you, ignore this mail: the password stays as it is."
                ),
                until.format("The code for it, good once, until %H:%M on %Y-%m-%d (Vietnam time):"),
                "Enter it with a new password (12 characters or more) in the application that you use; by the API: mutation setPasswordByReset.",
            ),
        };
        let why = match language {
            Language::Vi => "Thư này do hệ thống gửi tự động. Không chuyển mã cho bất kỳ ai, kể cả quản trị viên.",
            Language::En => "This mail was sent by the system. Give the code to nobody, not even to an administrator.",
        };
        let link = app.map(|url| {
            let here = match language {
                Language::Vi => "Mở liên kết này để đặt mật khẩu mới (12 ký tự trở lên):",
                Language::En => "Open this link and set a new password (12 characters or more):",
            };
            let path = app::path_of_code(reset.token.expose_secret());
            [Part::Paragraph(here.to_owned()), Part::Address(SecretString::from(format!("{url}{path}")))]
        });
        let code =
            [Part::Paragraph(code.to_string()), Part::Code(reset.token.clone()), Part::Paragraph(how.to_owned())];
        let parts = [Part::Paragraph(reason)]
            .into_iter()
            .chain(link.into_iter().flatten())
            .chain(code)
            .chain(address(system))
            .collect();
        Self { id, subject: subject.to_owned(), parts, why, way_out: None }
    }

    /// As text.
    pub(super) fn text(&self, to: &Addressee) -> String {
        let parts = self.parts.iter().map(|part| match part {
            Part::Paragraph(text) => format!("{text}\n\n"),
            Part::Address(url) => format!("{}\n\n", url.expose_secret()),
            Part::List(items) => items.iter().map(Item::text).chain(["\n".to_owned()]).collect(),
            Part::Code(code) => format!("    {}\n\n", code.expose_secret()),
        });
        let way_out = self.way_out.as_ref().map(|url| format!("{}: {url}\n", unsubscribe(to.language)));
        format!("{}\n\n{}-- \n{}\n{}", greeting(to), parts.collect::<String>(), self.why, way_out.unwrap_or_default())
    }

    /// As HTML.
    pub(super) fn html(&self, to: &Addressee) -> String {
        let parts = self.parts.iter().map(|part| match part {
            Part::Paragraph(text) => format!("<p>{}</p>", escaped(text)),
            Part::List(items) => {
                format!("<ul>{}</ul>", items.iter().map(Item::html).collect::<String>())
            }
            Part::Code(code) => format!("<p><code>{}</code></p>", escaped(code.expose_secret())),
            Part::Address(url) => format!("<p><a href=\"{0}\">{0}</a></p>", escaped(url.expose_secret())),
        });
        let language = if to.language == Language::Vi { "vi" } else { "en" };
        let way_out = self
            .way_out
            .as_deref()
            .map(|url| format!(" <a href=\"{}\">{}</a>", escaped(url), unsubscribe(to.language)));
        format!(
            "<!doctype html><html lang=\"{language}\"><meta charset=\"utf-8\"><body style=\"font-family: sans-serif; line-height: 1.5\">\
             <p>{}</p>{}<p style=\"color: #666; font-size: smaller\">{}{}</p></body></html>",
            escaped(&greeting(to)),
            parts.collect::<String>(),
            self.why,
            way_out.unwrap_or_default()
        )
    }
}

impl Item {
    fn text(&self) -> String {
        let link = self.link.as_ref().map(|url| format!("  {url}\n"));
        format!("- {}\n{}", self.sentence, link.unwrap_or_default())
    }

    fn html(&self) -> String {
        let sentence = escaped(&self.sentence);
        let shown = match &self.link {
            Some(url) => format!("<a href=\"{}\">{sentence}</a>", escaped(url)),
            None => sentence,
        };
        format!("<li>{shown}</li>")
    }
}

/// A text of so many characters at most.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

fn subject(language: Language, said: &[Said]) -> String {
    match (said, language) {
        ([only], _) => shortened(&only.sentence, SUBJECT),
        (many, Language::Vi) => format!("{} thông báo mới", many.len()),
        (many, Language::En) => format!("{} new notifications", many.len()),
    }
}

/// What the way out is called.
const fn unsubscribe(language: Language) -> &'static str {
    match language {
        Language::Vi => "Ngừng nhận các loại thông báo trong thư này",
        Language::En => "Unsubscribe from these kinds of notifications",
    }
}

fn greeting(to: &Addressee) -> String {
    match to.language {
        Language::Vi => format!("Kính gửi {},", to.name),
        Language::En => format!("Dear {},", to.name),
    }
}

/// Where the system is, if that is known.
fn address(system: Option<&str>) -> Option<Part> {
    system.map(|url| Part::Address(SecretString::from(url)))
}

/// A text that HTML shows as it is.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use auth::Principal;
    use chrono::DateTime;
    use db::{Id, password::Reset};

    use super::*;

    fn to(language: Language) -> Addressee {
        let reader = Principal::nobody();
        Addressee { email: "lan@qng.vn".to_owned(), name: "Nguyễn Thị <Lan>".to_owned(), language, reader }
    }

    fn told(language: Language, said: Vec<String>, system: Option<&str>) -> Letter {
        let said = said.into_iter().map(|sentence| Said { id: Id::of(Uuid::nil()), sentence }).collect();
        Letter::of_notifications(language, Uuid::nil(), said, (system, system), None)
    }

    #[test]
    fn one_thing_is_the_subject_and_many_are_counted() {
        let one = "Nhiệm vụ mới: Rà soát quy hoạch trạm 5G".to_owned();
        assert_eq!(told(Language::Vi, vec![one.clone()], None).subject, one);
        assert_eq!(told(Language::Vi, vec!["ộ".repeat(200)], None).subject.chars().count(), SUBJECT);
        let two = vec![one.clone(), one];
        assert_eq!(told(Language::Vi, two.clone(), None).subject, "2 thông báo mới");
        assert_eq!(told(Language::En, two, None).subject, "2 new notifications");
    }

    #[test]
    fn what_people_have_typed_stays_text() {
        let said = vec!["Nhiệm vụ mới: <script>alert(\"1\")</script> & \"khác\"".to_owned()];
        let page = told(Language::Vi, said.clone(), Some("https://cotmoc.example.vn/?a=1&b=2")).html(&to(Language::Vi));
        assert!(
            !page.contains("<script>") && page.contains("&lt;script&gt;") && page.contains("&lt;Lan&gt;"),
            "{page}"
        );
        assert!(page.contains("?a=1&amp;b=2") && page.contains("lang=\"vi\""), "{page}");
        assert!(page.contains("<li><a href=\"https://cotmoc.example.vn/?a=1&amp;b=2/app/objects/"), "{page}");
        let plain = told(Language::En, said, None).text(&to(Language::En));
        assert!(plain.starts_with("Dear Nguyễn Thị <Lan>,\n\n- Nhiệm vụ mới: <script>"), "{plain}");
    }

    #[test]
    fn a_link_says_whose_it_is_until_when_it_holds_and_what_to_do() {
        let expires_at = DateTime::parse_from_rfc3339("2026-01-20T17:30:00Z").unwrap().to_utc();
        for (is_first, language, subject, day) in [
            (true, Language::Vi, "Mời đặt mật khẩu cho tài khoản mới", "đến 00:30 ngày 21/01/2026:"),
            (false, Language::Vi, "Đặt lại mật khẩu", "đến 00:30 ngày 21/01/2026:"),
            (true, Language::En, "Set a password for your new account", "until 00:30 on 2026-01-21 (Vietnam time):"),
            (false, Language::En, "Set a new password", "until 00:30 on 2026-01-21 (Vietnam time):"),
        ] {
            let reset = Reset { token: SecretString::from("mã-bí-mật"), expires_at };
            let link = Link { reset, login: "lan".to_owned(), is_first };
            let letter = Letter::with_link(
                language,
                Uuid::nil(),
                &link,
                (Some("https://cotmoc.example.vn"), Some("https://cotmoc.example.vn")),
            );
            assert_eq!(letter.subject, subject);
            let (text, html) = (letter.text(&to(language)), letter.html(&to(language)));
            assert!(text.contains(day) && text.contains("\n\n    mã-bí-mật\n\n") && text.contains(" lan. "), "{text}");
            assert!(text.contains("\n\nhttps://cotmoc.example.vn/app/reset-password#mã-bí-mật\n\n"), "{text}");
            assert!(html.contains("<code>mã-bí-mật</code>") && html.contains("setPasswordByReset"), "{html}");
            assert_eq!(text.contains("requestPasswordReset"), is_first, "{text}");
        }
    }
}
