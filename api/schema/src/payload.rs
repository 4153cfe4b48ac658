//! What mutations answer: the object, or what the person has to mend.

use std::sync::Arc;

use std::collections::BTreeMap;

use async_graphql::{Context, Value};
use auth::Action;
use db::{DbError, Once, Violation, ViolationCode, access::Auth, once, violation::Words};
use object_layer::SimpleObject;
use uuid::Uuid;

use crate::{error::ApiError, language::Language, object::language, page::Shown, viewer::writer};

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
    /// Which row of the input, from 0, where there are many; null if it is about all of them
    pub row: Option<i32>,
}

impl UserError {
    /// In the language of the field.
    pub(crate) fn shown(context: &Context<'_>, violation: &Violation) -> Self {
        Self::of(violation, language(context, None))
    }

    fn of(violation: &Violation, language: Language) -> Self {
        Self {
            code: violation.code,
            field: violation.field.iter().map(ToString::to_string).collect(),
            message: message(violation, language),
            limit: violation.limit,
            row: violation.row,
        }
    }
}

fn message(violation: &Violation, language: Language) -> String {
    if let Some(Words { vi, en }) = &violation.words {
        return if language == Language::Vi { vi.clone() } else { en.clone() };
    }
    let (vi, en) = words(violation.code);
    let limit = violation.limit.map(|limit| limit.to_string()).unwrap_or_default();
    let words = match language {
        Language::Vi => vi.replace("{limit}", &limit),
        Language::En => en.replace("{limit}", &limit),
    };
    match &violation.about {
        Some(name) => format!("{words}: {name}"),
        None => words,
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
        Code::NotInState => ("Trạng thái hiện tại không cho phép", "Its state does not allow that"),
        Code::OwnWork => ("Việc này phải do người khác thực hiện", "Somebody else has to do that: it is your own work"),
        Code::OutOfBounds => ("Ngoài khoảng giá trị hợp lý", "Beyond what is possible or plausible"),
        Code::TooPrecise => ("Tối đa {limit} chữ số thập phân", "At most {limit} decimal places"),
        Code::Inconsistent => ("Mâu thuẫn với số liệu khác", "Contradicts another figure"),
        Code::Jump => (
            "Chênh lệch lớn so với các kỳ trước, hãy ghi chú lý do",
            "Far from the figures before it: add a comment that says why",
        ),
        Code::Closed => ("Kỳ báo cáo đã đóng, hãy đề nghị mở lại", "The period is closed: ask for it to be opened"),
        Code::NotAssigned => ("Đơn vị không được giao báo cáo chỉ tiêu này", "Nobody has assigned that to this agency"),
        Code::Changed => ("Số liệu đã khác với số liệu đã xem", "It is no longer what was seen"),
        Code::Duplicate => ("Trùng lặp trong cùng một yêu cầu", "Twice in one request"),
        Code::TooEarly => ("Chưa đến thời gian", "Its time has not come yet"),
    }
}

/// What has to be mended, for a terminal.
#[must_use]
pub fn in_words(broken: &[Violation]) -> String {
    let words = broken.iter().map(|violation| {
        let field =
            violation.field.iter().filter(|part| *part != "input").map(AsRef::as_ref).collect::<Vec<&str>>().join(".");
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

/// [`settle`] for an object that is shown.
pub(crate) fn shown<T: Shown>(
    context: &Context<'_>,
    outcome: Result<T::Noun, DbError>,
) -> Result<(Option<T>, Vec<UserError>), ApiError> {
    settle(context, outcome).map(|(row, user_errors)| (row.map(|row| T::show(Arc::new(row))), user_errors))
}

/// What a mutation writes with: done once, however often its client sends it with this key.
///
/// The body is the mutation's name and its arguments as they are executed, so that the same request in other words (as
/// variables or as literals, with another selection) is the same.
pub(crate) fn once(context: &Context<'_>, key: impl Into<Option<Uuid>>) -> Result<Once, ApiError> {
    let writer = writer(context).clone();
    let Some(key) = key.into() else { return Ok(Once::without_key(writer)) };
    let field = context.field();
    let arguments = field.arguments().map_err(|error| ApiError::bad_request("INPUT", error.message))?;
    let arguments: BTreeMap<_, _> = arguments
        .into_iter()
        .filter(|(name, _)| name != "idempotencyKey")
        .map(|(name, value)| (name.to_string(), canonical(value)))
        .collect();
    let body = serde_json::json!([field.name(), arguments]).to_string();
    Ok(Once::new(writer, once::Key { key, body: auth::hash::of(&body) }))
}

/// The value with the fields of its objects in one order, whatever order the client wrote them in.
fn canonical(value: Value) -> serde_json::Value {
    match value {
        Value::Object(fields) => {
            let fields: BTreeMap<_, _> =
                fields.into_iter().map(|(name, value)| (name.to_string(), canonical(value))).collect();
            fields.into_iter().collect()
        }
        Value::List(items) => items.into_iter().map(canonical).collect(),
        other => other.into_json().unwrap_or_default(),
    }
}

/// Declares the payload of a mutation: the action it answers, the object it made or changed, and what has to be mended.
/// `by Action, with current` adds the object as it stands when nothing was written, for mutations that expect a version.
macro_rules! payload {
    ($(#[$about:meta])* $payload:ident by $action:ident { $(#[$field_about:meta])* $field:ident: $type:ty }) => {
        $(#[$about])*
        #[derive(Clone, object_layer::SimpleObject)]
        #[graphql(directive = db::access::Auth::apply(auth::Action::$action))]
        pub struct $payload {
            $(#[$field_about])*
            pub $field: Option<$type>,
            /// What has to be mended; empty if it was done
            pub user_errors: Vec<$crate::payload::UserError>,
        }

        impl From<(Option<$type>, Vec<$crate::payload::UserError>)> for $payload {
            fn from(($field, user_errors): (Option<$type>, Vec<$crate::payload::UserError>)) -> Self {
                Self { $field, user_errors }
            }
        }
    };
    ($(#[$about:meta])* $payload:ident by $action:ident, with current { $(#[$field_about:meta])* $field:ident: $type:ty }) => {
        $(#[$about])*
        #[derive(Clone, object_layer::SimpleObject)]
        #[graphql(complex, directive = db::access::Auth::apply(auth::Action::$action))]
        pub struct $payload {
            $(#[$field_about])*
            pub $field: Option<$type>,
            /// What has to be mended; empty if it was done
            pub user_errors: Vec<$crate::payload::UserError>,
            #[graphql(skip)]
            refused: Option<uuid::Uuid>,
        }

        #[object_layer::ComplexObject]
        impl $payload {
            /// The object as it stands, if nothing was written: to be shown beside what was wanted; null otherwise
            async fn current(&self, context: &async_graphql::Context<'_>) -> $crate::page::Answer<$type> {
                $crate::object::maybe(context, self.refused).await
            }
        }

        impl $payload {
            /// What became of the object of that id.
            pub(crate) fn of(id: uuid::Uuid, ($field, user_errors): (Option<$type>, Vec<$crate::payload::UserError>)) -> Self {
                let refused = $field.is_none().then_some(id);
                Self { $field, user_errors, refused }
            }
        }
    };
    ($(#[$about:meta])* $payload:ident { $($rest:tt)* }) => {
        compile_error!(concat!("of which action is it? `", stringify!($payload), " by GrantRole { … }`"));
    };
}

pub(crate) use payload;
