//! What was typed, on its way into the tables.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use async_graphql::{InputType, InputValueError, InputValueResult, Name, Value, registry::Registry};
use uuid::Uuid;

use crate::{
    DbError, Violation, ViolationCode,
    text::{TextError, check_text, symbol},
    violation::Words,
};

/// Looks at the fields of an input one after the other, and says all at once what has to be mended.
#[derive(Debug, Default)]
pub(crate) struct Checks(Vec<Violation>);

impl Checks {
    /// A text as it is stored; what is wrong with it is kept for [`Checks::passed`].
    pub(crate) fn text(&mut self, field: &'static str, typed: &str, most: u16) -> String {
        check_text(typed, usize::from(most)).unwrap_or_else(|error| {
            self.0.push(error.violation(&["input", field]));
            String::new()
        })
    }

    /// A text that may be left out.
    pub(crate) fn optional(&mut self, field: &'static str, typed: Option<&str>, most: u16) -> Option<String> {
        typed.map(|typed| self.text(field, typed, most))
    }

    /// A text of an amendment, cleaned where it stands.
    pub(crate) fn edit(&mut self, field: &'static str, typed: &mut Edit<String>, most: u16) {
        if let Edit::Becomes(text) = typed {
            *text = self.text(field, text, most);
        }
    }

    /// A clause label as printed, which may be left out.
    pub(crate) fn clause(&mut self, typed: Option<&str>) -> Option<String> {
        self.optional("clause", typed.map(symbol).as_deref(), CLAUSE)
    }

    /// All that has to be mended.
    pub(crate) fn broken(self) -> Vec<Violation> {
        self.0
    }

    /// An error if anything has to be mended.
    pub(crate) fn passed(self) -> Result<(), DbError> {
        if self.0.is_empty() { Ok(()) } else { Err(DbError::Violated(self.0)) }
    }
}

/// The longest clause label, in characters.
pub(crate) const CLAUSE: u16 = 40;

/// The longest comment for a careful reader, in characters.
pub(crate) const NOTE: u16 = 2_000;

/// The most agencies, indicators, documents or other objects that one change names in a list.
const MANY: usize = 50;

/// The ids of the codes, in their order; refused beside the field if there are too many, one twice, or one that is not there.
pub(crate) fn in_order(codes: &[String], rows: Vec<(String, Uuid)>, field: &'static str) -> Result<Vec<Uuid>, DbError> {
    few(codes.len(), field)?;
    if codes.iter().collect::<BTreeSet<_>>().len() < codes.len() {
        return Err(refused(ViolationCode::Duplicate, field));
    }
    let ids: BTreeMap<_, _> = rows.into_iter().collect();
    let ids = codes.iter().map(|code| ids.get(code).copied());
    ids.collect::<Option<_>>().ok_or_else(|| refused(ViolationCode::NotFound, field))
}

/// Refused beside the field if there are more than one change may name.
pub(crate) fn few(count: usize, field: &'static str) -> Result<(), DbError> {
    at_most(MANY, count, field)
}

/// Refused beside the field if there are more than so many.
pub(crate) fn at_most(most: usize, count: usize, field: &'static str) -> Result<(), DbError> {
    if count <= most {
        return Ok(());
    }
    let violation = Violation::of(ViolationCode::TooMany, &["input", field]);
    Err(DbError::Violated(vec![violation.limit(i32::try_from(most).unwrap_or(i32::MAX))]))
}

/// What is wrong with a field of the input.
pub(crate) fn refused(code: ViolationCode, field: &'static str) -> DbError {
    DbError::violated(code, &["input", field])
}

/// What becomes of a field that may be empty: left out, it stays; null empties it.
///
/// The library's own type for that shows both as null, so two requests that differ in it would count as the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit<T> {
    /// It stays as it is.
    Stays,
    /// It is emptied.
    Empties,
    /// It becomes this.
    Becomes(T),
}

impl<T: Clone> Edit<T> {
    /// Gives a field what it becomes.
    pub(crate) fn onto(&self, field: &mut Option<T>) {
        match self {
            Self::Stays => {}
            Self::Empties => *field = None,
            Self::Becomes(value) => *field = Some(value.clone()),
        }
    }
}

impl Edit<String> {
    /// `None` if it stays; what it becomes otherwise.
    #[allow(clippy::option_option, reason = "what is left out and what is emptied are two things")]
    pub(crate) fn as_opt_deref(&self) -> Option<Option<&str>> {
        match self {
            Self::Stays => None,
            Self::Empties => Some(None),
            Self::Becomes(text) => Some(Some(text)),
        }
    }
}

impl<T: InputType> InputType for Edit<T> {
    type RawValueType = T::RawValueType;

    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn qualified_type_name() -> String {
        T::type_name().to_string()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry);
        Self::qualified_type_name()
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value {
            None => Ok(Self::Stays),
            Some(Value::Null) => Ok(Self::Empties),
            value => T::parse(value).map(Self::Becomes).map_err(InputValueError::propagate),
        }
    }

    /// A word for what is emptied, which no text is.
    fn to_value(&self) -> Value {
        match self {
            Self::Stays => Value::Null,
            Self::Empties => Value::List(vec![Value::Enum(Name::new("EMPTIES"))]),
            Self::Becomes(value) => value.to_value(),
        }
    }

    fn as_raw_value(&self) -> Option<&Self::RawValueType> {
        match self {
            Self::Becomes(value) => value.as_raw_value(),
            Self::Stays | Self::Empties => None,
        }
    }
}

impl TextError {
    /// The same for people.
    #[must_use]
    pub fn words(&self) -> Words {
        match self {
            Self::Blank => Words::new("Không có chữ nào", "The text is blank"),
            Self::TooLong { length, max } => Words::new(
                format!("Dài {length} ký tự; tối đa {max}"),
                format!("The text has {length} characters; at most {max} are allowed"),
            ),
            Self::Forbidden { character, position } => {
                let character = u32::from(*character);
                Words::new(
                    format!("Ký tự thứ {position} (U+{character:04X}) không dùng được"),
                    format!("Character {position} (U+{character:04X}) cannot be used"),
                )
            }
        }
    }

    /// What has to be mended in a text, beside its field.
    pub(crate) fn violation(&self, field: &[&'static str]) -> Violation {
        match self {
            Self::Blank => Violation::of(ViolationCode::Required, field),
            Self::TooLong { max, .. } => {
                Violation::of(ViolationCode::TooLong, field).limit(i32::try_from(*max).unwrap_or(i32::MAX))
            }
            Self::Forbidden { .. } => Violation::of(ViolationCode::Malformed, field).saying(self.words()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let mut checks = Checks::default();
        assert_eq!(checks.text("fullName", "  Nguyễn Thị Lan ", 200), "Nguyễn Thị Lan");
        assert_eq!(checks.optional("email", None, 10), None);
        checks.text("login", " ", 128);
        checks.optional("email", Some("lan@quangngai.gov.vn"), 10);
        checks.text("note", "Lan\u{202e}", 10);
        let Err(DbError::Violated(broken)) = checks.passed() else { panic!("it passed") };
        let told: Vec<_> = broken.iter().map(|it| (it.code.as_str(), it.field.join("."), it.limit)).collect();
        assert_eq!(
            told,
            [
                ("REQUIRED", "input.login".to_owned(), None),
                ("TOO_LONG", "input.email".to_owned(), Some(10)),
                ("MALFORMED", "input.note".to_owned(), None),
            ]
        );
        let named = broken.last().and_then(|it| it.words.as_ref()).map(|words| words.vi.as_str());
        assert_eq!(named, Some("Ký tự thứ 4 (U+202E) không dùng được"));
        assert!(Checks::default().passed().is_ok());
    }
}
