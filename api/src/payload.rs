//! What mutations answer: the object, or what the person has to mend.

use async_graphql::{Context, SimpleObject};
use auth::Action;
use db::{DbError, Violation, ViolationCode, access::Auth};

use crate::{error::ApiError, language::Language, object::language};

/// Something the person can mend: nothing was written.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::SeePublished))]
pub struct UserError {
    /// Which rule was broken: for programs
    pub code: ViolationCode,
    /// The way to the input field, such as `["input", "login"]`; empty if it is about the whole
    pub field: Vec<String>,
    /// What to say to the person, in their language
    pub message: String,
    /// The rule's bound where it has one, such as the least number of characters
    pub limit: Option<i32>,
}

impl UserError {
    fn of(violation: &Violation, language: Language) -> Self {
        Self {
            code: violation.code,
            field: violation.field.iter().map(ToString::to_string).collect(),
            message: message(violation, language),
            limit: violation.limit,
        }
    }
}

fn message(violation: &Violation, language: Language) -> String {
    let (vi, en) = words(violation.code);
    let limit = violation.limit.map(|limit| limit.to_string()).unwrap_or_default();
    match language {
        Language::Vi => vi.replace("{limit}", &limit),
        Language::En => en.replace("{limit}", &limit),
    }
}

const fn words(code: ViolationCode) -> (&'static str, &'static str) {
    use ViolationCode as Code;
    match code {
        Code::Required => ("Không được để trống", "Must not be empty"),
        Code::TooLong => ("Dài quá: tối đa {limit} ký tự", "Too long: at most {limit} characters"),
        Code::TooShort => ("Ngắn quá: tối thiểu {limit} ký tự", "Too short: at least {limit} characters"),
        Code::Malformed => ("Không đúng định dạng", "Not of the expected form"),
        Code::Taken => ("Đã được dùng", "Already taken"),
        Code::NotFound => ("Không tìm thấy", "Not found"),
        Code::Stale => ("Dữ liệu đã thay đổi, hãy tải lại rồi thử lại", "It has changed in between: read it again"),
        Code::Overlaps => ("Trùng thời gian với mục đã có", "Overlaps in time with one that is there"),
        Code::Incompatible => ("Không thể đi cùng với những gì đã có", "Does not go together with what is there"),
        Code::OwnAccount => ("Không thể tự làm cho tài khoản của mình", "Not for your own account"),
        Code::OutOfReach => ("Ngoài phạm vi bạn phụ trách", "Outside of where you may do this"),
        Code::CommonPassword => (
            "Mật khẩu này quá phổ biến, hãy chọn mật khẩu khác",
            "This password is among those guessed first: choose another",
        ),
        Code::PasswordIsName => (
            "Mật khẩu không được trùng tên đăng nhập, họ tên hay địa chỉ thư",
            "The password must not be your login, name or address",
        ),
        Code::WrongCredentials => (
            "Tên đăng nhập, mật khẩu hoặc mã không đúng, hoặc đang tạm khóa",
            "Login, password or code are not right, or locked for a while",
        ),
        Code::SecondFactorRequired => ("Cần thêm mã xác thực hai lớp", "A code of the second factor is needed as well"),
        Code::Expired => ("Đã hết hạn hoặc đã được dùng", "Expired, or used already"),
        Code::TooMany => ("Đã đủ số lượng tối đa {limit}", "There are as many as there may be: {limit}"),
        Code::Unchanged => ("Đã ở trạng thái đó", "It is in that state already"),
    }
}

/// What has to be mended, for a terminal.
pub(crate) fn in_words(broken: &[Violation]) -> String {
    let words = broken.iter().map(|violation| {
        let field = violation.field.iter().filter(|part| **part != "input").copied().collect::<Vec<_>>().join(".");
        let words = message(violation, Language::En);
        if field.is_empty() { words } else { format!("{field}: {words}") }
    });
    words.collect::<Vec<_>>().join("; ")
}

/// Parts what the person can mend, which comes in the payload, from what is an error of the whole field.
pub(crate) fn settle<T>(
    context: &Context<'_>,
    outcome: Result<T, DbError>,
) -> Result<(Option<T>, Vec<UserError>), ApiError> {
    match outcome {
        Ok(value) => Ok((Some(value), Vec::new())),
        Err(DbError::Violated(violations)) => {
            let language = language(context, None);
            Ok((None, violations.iter().map(|violation| UserError::of(violation, language)).collect()))
        }
        Err(error) => Err(error.into()),
    }
}

/// Declares the payload of a mutation: the action it answers, the object it made or changed, and what has to be mended.
macro_rules! payload {
    ($(#[$about:meta])* $payload:ident by $action:ident { $(#[$field_about:meta])* $field:ident: $type:ty }) => {
        $(#[$about])*
        #[derive(async_graphql::SimpleObject)]
        #[graphql(directive = db::access::Auth::apply(auth::Action::$action))]
        pub struct $payload {
            $(#[$field_about])*
            pub $field: Option<$type>,
            /// What has to be mended; empty if it was done
            pub user_errors: Vec<$crate::payload::UserError>,
        }
    };
    ($(#[$about:meta])* $payload:ident { $($rest:tt)* }) => {
        compile_error!(concat!("of which action is it? `", stringify!($payload), " by GrantRole { … }`"));
    };
}

pub(crate) use payload;
