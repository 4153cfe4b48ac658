//! What the API says when it cannot do what was asked.
//!
//! A resolver answers `Result<_, ApiError>`. Whatever else reaches the top (a library's error, a bug) is written to the
//! log with the request's id and answered as [`Code::Internal`]: see [`present`].

use std::{borrow::Cow, error::Error, fmt, sync::Arc};

use async_graphql::{Pos, ServerError, Value};
use db::{DbError, violation::Words};
use http::StatusCode;
use object_layer::{BadInput, TooLarge};

use crate::{caller::Caller, language::Language};

/// The stable `extensions.code` of an error. Clients decide by it; messages are for people.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Code {
    /// Nobody is signed in, or the token does not hold any more.
    Unauthenticated,
    /// Signed in, and not allowed.
    Forbidden,
    /// Not there, or not for this viewer's eyes: the two look the same.
    NotFound,
    /// The request cannot be understood; `extensions.reason` says where it went wrong.
    BadRequest,
    /// The object has changed since it was read.
    Conflict,
    /// Too many requests; `extensions.retryAfter` is in seconds.
    RateLimited,
    /// The database or another part is away; `extensions.retryAfter` is in seconds.
    Unavailable,
    /// Execution took longer than the server allows.
    Timeout,
    /// A fault of the server, logged under `extensions.requestId`.
    Internal,
    /// The HTTP method is not for this; `Allow` names those that are.
    MethodNotAllowed,
    /// Neither of the two GraphQL media types is acceptable to the client.
    NotAcceptable,
    /// The body did not arrive in time.
    RequestTimeout,
    /// The body is not plain JSON in UTF-8.
    UnsupportedMediaType,
    /// More bytes than a request may have.
    PayloadTooLarge,
    /// More bytes than a document may have, its variables not counted.
    DocumentLimitExceeded,
    /// More operations in an array than a batch may have.
    BatchLimitExceeded,
    /// Brackets, fragments or JSON nested too deep.
    NestingLimitExceeded,
    /// More tokens than a document may have.
    TokenLimitExceeded,
    /// More values than the JSON of a request may have.
    ValueLimitExceeded,
    /// Fields nested too deep.
    DepthLimitExceeded,
    /// More aliases than an operation may have, those in fragments counted at each spread.
    AliasLimitExceeded,
    /// More fields at the root than an operation may have.
    RootFieldLimitExceeded,
    /// More directives than an operation may have, those in fragments counted at each spread.
    DirectiveLimitExceeded,
    /// The document, its fragments written out, is too long.
    ExpansionLimitExceeded,
    /// Fields times page sizes are more than one request may ask for.
    CostLimitExceeded,
    /// The answer grew larger than the server sends.
    AnswerLimitExceeded,
    /// The request is addressed to a name that is not this server's.
    Misdirected,
    /// A document was named by an id or a hash that the server does not know. Clients with automatic persisted queries send its
    /// text then.
    PersistedQueryNotFound,
    /// Only published documents are taken, and this is none.
    DocumentNotTrusted,
    /// The idempotency key was used before, for another change.
    IdempotencyKeyReused,
}

impl Code {
    /// The word in `extensions.code`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::NotFound => "NOT_FOUND",
            Self::BadRequest => "BAD_REQUEST",
            Self::Conflict => "CONFLICT",
            Self::RateLimited => "RATE_LIMITED",
            Self::Unavailable => "UNAVAILABLE",
            Self::Timeout => "TIMEOUT",
            Self::Internal => "INTERNAL",
            Self::MethodNotAllowed => "METHOD_NOT_ALLOWED",
            Self::NotAcceptable => "NOT_ACCEPTABLE",
            Self::RequestTimeout => "REQUEST_TIMEOUT",
            Self::UnsupportedMediaType => "UNSUPPORTED_MEDIA_TYPE",
            Self::PayloadTooLarge => "PAYLOAD_TOO_LARGE",
            Self::DocumentLimitExceeded => "DOCUMENT_LIMIT_EXCEEDED",
            Self::BatchLimitExceeded => "BATCH_LIMIT_EXCEEDED",
            Self::NestingLimitExceeded => "NESTING_LIMIT_EXCEEDED",
            Self::TokenLimitExceeded => "TOKEN_LIMIT_EXCEEDED",
            Self::ValueLimitExceeded => "VALUE_LIMIT_EXCEEDED",
            Self::DepthLimitExceeded => "DEPTH_LIMIT_EXCEEDED",
            Self::AliasLimitExceeded => "ALIAS_LIMIT_EXCEEDED",
            Self::RootFieldLimitExceeded => "ROOT_FIELD_LIMIT_EXCEEDED",
            Self::DirectiveLimitExceeded => "DIRECTIVE_LIMIT_EXCEEDED",
            Self::ExpansionLimitExceeded => "EXPANSION_LIMIT_EXCEEDED",
            Self::IdempotencyKeyReused => "IDEMPOTENCY_KEY_REUSED",
            Self::CostLimitExceeded => "COST_LIMIT_EXCEEDED",
            Self::AnswerLimitExceeded => "ANSWER_LIMIT_EXCEEDED",
            Self::Misdirected => "MISDIRECTED",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::DocumentNotTrusted => "DOCUMENT_NOT_TRUSTED",
        }
    }

    /// The HTTP status of an answer that is nothing but this error.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Conflict => StatusCode::CONFLICT,
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable | Self::Timeout => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Misdirected => StatusCode::MISDIRECTED_REQUEST,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

/// Seconds after which a client may try again when the database is away or too slow.
pub const RETRY_AFTER: u64 = 2;

/// An error that a client may see, in both languages.
#[derive(Clone, Debug)]
pub struct ApiError {
    code: Code,
    vi: Cow<'static, str>,
    en: Cow<'static, str>,
    extensions: Vec<(&'static str, Value)>,
    locations: Box<[Pos]>,
    /// What else is wrong with the request.
    others: Box<[Self]>,
    /// For the log only.
    cause: Option<Arc<DbError>>,
}

impl ApiError {
    /// An error with its message in Vietnamese and in English.
    pub fn new(code: Code, vi: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            vi: vi.into(),
            en: en.into(),
            extensions: Vec::new(),
            locations: Box::default(),
            others: Box::default(),
            cause: None,
        }
    }

    /// Adds one entry to the error's `extensions`.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.extensions.push((name, value.into()));
        self
    }

    /// Says where in the document the error stands; a resolver's errors know that by themselves.
    #[must_use]
    pub fn at(mut self, locations: Vec<Pos>) -> Self {
        self.locations = locations.into();
        self
    }

    /// The request is not understood, with a `reason` for programs (`SYNTAX`, `JSON` …) and the parser's own words.
    pub fn bad_request(reason: &'static str, detail: impl fmt::Display) -> Self {
        Self::request(reason, &detail, &detail)
    }

    /// An argument names a code that nothing has which the viewer may see.
    #[must_use]
    pub fn unknown_code(argument: &str, code: &str) -> Self {
        Self::new(
            Code::NotFound,
            format!("Không tìm thấy mã “{code}” ({argument})"),
            format!("No `{code}` there ({argument})"),
        )
        .with("argument", argument)
    }

    /// The same in both languages, where the words are ours.
    pub fn request(reason: &'static str, vi: impl fmt::Display, en: impl fmt::Display) -> Self {
        Self::new(Code::BadRequest, format!("Yêu cầu không hợp lệ: {vi}"), format!("Bad request: {en}"))
            .with("reason", reason)
    }

    /// Something that is asked for makes no sense.
    #[must_use]
    pub fn input(words: &Words) -> Self {
        Self::request("INPUT", &words.vi, &words.en)
    }

    /// A page that there cannot be.
    pub fn page(vi: impl Into<Cow<'static, str>>, en: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::BadRequest, vi, en).with("reason", "PAGE")
    }

    /// A text that is not a cursor.
    #[must_use]
    pub fn cursor() -> Self {
        Self::page("con trỏ không hợp lệ", "this is no cursor of this API")
    }

    /// A limit is exceeded; both numbers are told.
    #[must_use]
    pub fn limit(code: Code, what: (&str, &str), limit: u64, actual: u64) -> Self {
        let (vi, en) = what;
        Self::new(
            code,
            format!("Vượt giới hạn {vi}: cho phép {limit}, yêu cầu có {actual}"),
            format!("Too many {en}: at most {limit}, this request has {actual}"),
        )
        .with("limit", limit)
        .with("actual", actual)
    }

    /// The database or another part is away for a moment.
    #[must_use]
    pub fn unavailable() -> Self {
        Self::new(
            Code::Unavailable,
            "Hệ thống tạm thời gián đoạn, xin thử lại sau giây lát",
            "The service is unavailable for a moment, please try again",
        )
        .with("retryAfter", RETRY_AFTER)
    }

    /// Execution was stopped because it took too long.
    #[must_use]
    pub fn timeout() -> Self {
        Self::new(Code::Timeout, "Yêu cầu chạy quá lâu nên đã bị dừng", "The request took too long and was stopped")
            .with("retryAfter", RETRY_AFTER)
    }

    /// The answer grew beyond what is sent.
    fn answer_too_large(limit: usize) -> Self {
        Self::new(
            Code::AnswerLimitExceeded,
            format!("Kết quả quá lớn: tối đa {limit} byte; hãy lấy ít dòng hoặc ít trường hơn"),
            format!("The answer is too large: at most {limit} bytes; ask for fewer rows or fields"),
        )
        .with("limit", limit)
    }

    /// Something is wrong in the server; the details are in its log only.
    #[must_use]
    pub fn internal() -> Self {
        Self::new(Code::Internal, "Lỗi hệ thống", "Something went wrong on the server")
    }

    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// The word in `extensions.reason`, if it has one.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.extensions.iter().find(|(name, _)| *name == "reason").and_then(|(_, value)| match value {
            Value::String(word) => Some(word.as_str()),
            _ => None,
        })
    }

    /// The message in one language.
    #[must_use]
    pub fn message(&self, language: Language) -> &str {
        match language {
            Language::Vi => &self.vi,
            Language::En => &self.en,
        }
    }

    /// What the log may know beside.
    #[must_use]
    pub fn cause(&self) -> Option<&DbError> {
        self.cause.as_deref()
    }

    /// As an error of a whole request, before there is a path.
    #[must_use]
    pub fn into_server_error(self) -> ServerError {
        let mut error = ServerError::new(self.en.clone(), None);
        error.locations = self.locations.to_vec();
        error.source = Some(Arc::new(self));
        error
    }

    /// With what else is wrong with the request: each is told by itself.
    #[must_use]
    pub fn beside(mut self, others: impl IntoIterator<Item = Self>) -> Self {
        self.others = others.into_iter().collect();
        self
    }

    /// [`ApiError::into_server_error`] of this and of what else is wrong.
    #[must_use]
    pub fn into_server_errors(mut self) -> Vec<ServerError> {
        let others = std::mem::take(&mut self.others);
        std::iter::once(self).chain(others).map(Self::into_server_error).collect()
    }

    fn write_into(&self, error: &mut ServerError, caller: &Caller) {
        let mut extensions = error.extensions.take().unwrap_or_default();
        for (name, value) in &self.extensions {
            extensions.set(name, value.clone());
        }
        self.message(caller.language).clone_into(&mut error.message);
        error.extensions = Some(extensions);
        stamp(error, self.code, caller);
    }
}

/// What a client may know of the database's trouble; the rest goes to the log once the error reaches the top.
impl From<Arc<DbError>> for ApiError {
    fn from(cause: Arc<DbError>) -> Self {
        let error = match &*cause {
            DbError::Unavailable(_) => Self::unavailable(),
            DbError::Timeout(_) => Self::timeout(),
            DbError::Conflict(_) => Self::new(
                Code::Conflict,
                "Có thao tác khác đang thực hiện, xin thử lại",
                "Another operation stood in the way, please try again",
            ),
            DbError::KeyReused => Self::new(
                Code::IdempotencyKeyReused,
                "Khóa idempotencyKey này đã dùng cho một thay đổi khác: hãy tạo khóa mới",
                "This idempotencyKey was used for another change: make a new one",
            ),
            DbError::NotFound => Self::new(Code::NotFound, "Không tìm thấy", "Not found"),
            DbError::Invalid(words) => Self::input(words),
            DbError::Cursor => Self::cursor(),
            DbError::ToCome => {
                Self::request("INSTANT", "thời điểm này còn ở tương lai", "the instant is still to come")
            }
            // A mutation puts these into its payload; what comes here was refused where there is none.
            DbError::Violated(broken) => Self::bad_request("INPUT", format_args!("{broken:?}")),
            DbError::Constraint { .. } | DbError::Refused(_) | DbError::Settings(_) | DbError::Internal(_) => {
                Self::internal()
            }
        };
        Self { cause: Some(cause), ..error }
    }
}

impl From<DbError> for ApiError {
    fn from(cause: DbError) -> Self {
        Arc::new(cause).into()
    }
}

/// In English: what the log shows, and what a library that knows nothing of languages passes on.
impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

impl Error for ApiError {}

/// Turns an error into what clients may see and tells its code: ours speaks the caller's language, the library's own
/// about the request keep their words, and the rest is masked.
pub fn present(error: &mut ServerError, caller: &Caller) -> Code {
    if let Some(ours) = own(error) {
        if let Some(cause) = &ours.cause {
            let (request_id, cause) = (caller.request_id.as_str(), &**cause as &dyn Error);
            match ours.code.status() {
                StatusCode::INTERNAL_SERVER_ERROR => tracing::error!(request_id, path = ?error.path, cause, "failed"),
                // Tried again, it may well be answered.
                StatusCode::SERVICE_UNAVAILABLE => tracing::warn!(request_id, path = ?error.path, cause, "failed"),
                _ => {}
            }
        }
        ours.write_into(error, caller);
        return ours.code;
    }
    if let Some(TooLarge { limit }) = error.source::<TooLarge>() {
        let words = ApiError::answer_too_large(*limit);
        words.write_into(error, caller);
        return words.code;
    }
    if error.source::<BadInput>().is_none() {
        tracing::error!(request_id = caller.request_id.as_str(), path = ?error.path, error = error.message, "unexpected error");
        error.extensions = None;
        ApiError::internal().write_into(error, caller);
        return Code::Internal;
    }
    // What is a value of its type in the schema, but not of the one behind it: an Int of more than 16 bits.
    if caller.language == Language::Vi {
        error.message = format!("Giá trị không hợp lệ ({})", error.message);
    }
    error.extensions.get_or_insert_default().set("reason", "INPUT");
    stamp(error, Code::BadRequest, caller);
    Code::BadRequest
}

/// Our own error, or the database's as `?` passes it on, with or without a loader in between.
fn own(error: &ServerError) -> Option<ApiError> {
    let source = error.source.as_ref()?;
    source.downcast_ref::<ApiError>().cloned().or_else(|| {
        let shared = source.downcast_ref::<Arc<DbError>>().cloned();
        shared.or_else(|| Arc::clone(source).downcast::<DbError>().ok()).map(ApiError::from)
    })
}

fn stamp(error: &mut ServerError, code: Code, caller: &Caller) {
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("code", code.as_str());
    extensions.set("requestId", caller.request_id.as_str());
}
