//! What mutations answer: the object, or what the person has to mend.

use std::sync::Arc;

use async_graphql::Context;
use auth::Action;
use db::{DbError, Violation, ViolationCode, access::Auth, violation::Words};
use object_layer::SimpleObject;

use crate::{
    error::ApiError, language::Language, object::language, page::Shown, second_factor::BegunSecondFactor,
    sessions::Tokens,
};

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

/// What to say of it to a person.
#[must_use]
pub fn message(violation: &Violation, language: Language) -> String {
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
        Code::Overdue => {
            ("Thời hạn đã qua, hãy ghi chú lý do", "Its last day is over already: add a comment that says why")
        }
        Code::Computed => {
            ("Được tính từ số liệu khác, không nhập tay", "It is computed from other figures: nobody enters it")
        }
        Code::Ambiguous => ("Đọc được nhiều cách", "It can be read in more than one way"),
        Code::UnreadableFile => ("Không đọc được tệp", "The file cannot be read"),
        Code::TooLarge => ("Tệp quá lớn", "The file is too large"),
        Code::NoHeading => ("Không tìm thấy dòng tiêu đề", "The headings were not found"),
        Code::LegacyEncoding => {
            ("Chữ viết bằng bảng mã cũ, không phải Unicode", "The text is of a font from before Unicode")
        }
        Code::NoValue => ("Công thức chưa có kết quả", "The formula has no value in the file"),
        Code::ErrorValue => ("Ô có giá trị lỗi", "The value of the cell is an error"),
        Code::Merged => ("Ô bị gộp", "The cell is merged with others"),
        Code::Hidden => ("Dòng bị ẩn", "The row is hidden"),
        Code::OtherTemplate => ("Biểu mẫu của đơn vị hoặc kỳ khác", "The template is of another agency or period"),
        Code::NotFinished => ("Chưa nhập xong, hãy gửi lại tệp", "It could not be finished: send the file again"),
        Code::NoAddress => ("Tài khoản chưa có địa chỉ thư điện tử", "The account has no e-mail address"),
        Code::NoMail => ("Hệ thống này không gửi thư điện tử", "This system sends no e-mail"),
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

/// What a mutation answers.
pub(crate) trait Payload {
    /// What `db` answers when it was done.
    type Done;
    /// What else it must know to answer: the object that was to be changed, if that is shown beside a refusal.
    type About;

    /// What became of it.
    fn settled(
        context: &Context<'_>,
        done: Option<Self::Done>,
        user_errors: Vec<UserError>,
        about: Self::About,
    ) -> Self;
}

/// What a payload shows.
pub(crate) trait Shows {
    /// The row, or rows, of which it is made.
    type Row;

    fn shows(row: Self::Row) -> Self;
}

impl<T: Shown> Shows for T {
    type Row = T::Noun;

    fn shows(row: T::Noun) -> Self {
        T::show(Arc::new(row))
    }
}

impl<T: Shows> Shows for Vec<T> {
    type Row = Vec<T::Row>;

    fn shows(rows: Vec<T::Row>) -> Self {
        rows.into_iter().map(T::shows).collect()
    }
}

/// Declares what is shown as it comes.
macro_rules! shown_as_it_is {
    ($($type:ty),+) => {
        $(impl Shows for $type {
            type Row = Self;

            fn shows(row: Self) -> Self {
                row
            }
        })+
    };
}

shown_as_it_is!(String, BegunSecondFactor, Tokens);

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

        impl $crate::payload::Payload for $payload {
            type Done = <$type as $crate::payload::Shows>::Row;
            type About = ();

            fn settled(
                _: &async_graphql::Context<'_>,
                done: Option<Self::Done>,
                user_errors: Vec<$crate::payload::UserError>,
                (): (),
            ) -> Self {
                Self { $field: done.map($crate::payload::Shows::shows), user_errors }
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

        impl $crate::payload::Payload for $payload {
            type Done = <$type as $crate::payload::Shows>::Row;
            type About = Option<uuid::Uuid>;

            fn settled(
                _: &async_graphql::Context<'_>,
                done: Option<Self::Done>,
                user_errors: Vec<$crate::payload::UserError>,
                about: Option<uuid::Uuid>,
            ) -> Self {
                let refused = about.filter(|_| done.is_none());
                Self { $field: done.map($crate::payload::Shows::shows), user_errors, refused }
            }
        }
    };
    ($(#[$about:meta])* $payload:ident { $($rest:tt)* }) => {
        compile_error!(concat!("of which action is it? `", stringify!($payload), " by GrantRole { … }`"));
    };
}

pub(crate) use payload;
