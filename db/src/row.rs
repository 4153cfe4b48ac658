//! A row of a bulk mutation. What cannot be read in it is told as what has to be mended in that row, and the other rows are done.
//!
//! Elsewhere a value that cannot be read (a day, a decimal, a period) ends the request before anything runs. The rows of a
//! bulk mutation come from people, by hand or from a file, and one comma must not cost them the rest.

use std::borrow::Cow;

use async_graphql::{
    InputType, InputValueError, InputValueResult, Name, Value, indexmap::IndexMap, registry::Registry,
};

use crate::{Violation, ViolationCode, violation::Words};

/// A row: read, or what could not be read in it.
#[derive(Debug, Clone)]
pub enum Row<T> {
    /// As it was sent.
    Read(T),
    /// The fields that could not be read.
    Unreadable(Vec<UnreadableField>),
}

/// A field of a row that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableField {
    /// Its name in the schema.
    pub field: String,
    /// What is wrong with it.
    pub words: Words,
}

/// No client can send a field of this name.
const MARK: &str = "\0unreadable";

impl<T> Row<T> {
    /// What stands in the place of a row that cannot be read, on its way from the request to [`Row::Unreadable`].
    #[must_use]
    pub fn mark(fields: Vec<UnreadableField>) -> Value {
        let fields = fields
            .into_iter()
            .map(|UnreadableField { field, words }| Value::List([field, words.vi, words.en].map(Value::String).into()));
        Value::Object(IndexMap::from([(Name::new(MARK), Value::List(fields.collect()))]))
    }

    /// The row as something else.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Row<U> {
        match self {
            Self::Read(row) => Row::Read(change(row)),
            Self::Unreadable(fields) => Row::Unreadable(fields),
        }
    }

    /// The row, if it could be read.
    pub const fn read(&self) -> Option<&T> {
        match self {
            Self::Read(row) => Some(row),
            Self::Unreadable(_) => None,
        }
    }
}

impl UnreadableField {
    /// What has to be mended.
    pub(crate) fn violation(self) -> Violation {
        let mut violation = Violation::of(ViolationCode::Malformed, &["input"]).saying(self.words);
        violation.field.push(Cow::Owned(self.field));
        violation
    }
}

fn marked(value: &Value) -> Option<Vec<UnreadableField>> {
    let Value::Object(fields) = value else { return None };
    let Some(Value::List(fields)) = fields.get(MARK) else { return None };
    let fields = fields.iter().filter_map(|field| match field {
        Value::List(parts) => match parts.as_slice() {
            [Value::String(field), Value::String(vi), Value::String(en)] => {
                Some(UnreadableField { field: field.clone(), words: Words { vi: vi.clone(), en: en.clone() } })
            }
            _ => None,
        },
        _ => None,
    });
    Some(fields.collect())
}

impl<T: InputType> InputType for Row<T> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value.as_ref().and_then(marked) {
            Some(fields) => Ok(Self::Unreadable(fields)),
            None => T::parse(value).map(Self::Read).map_err(InputValueError::propagate),
        }
    }

    fn to_value(&self) -> Value {
        match self {
            Self::Read(row) => row.to_value(),
            Self::Unreadable(fields) => Self::mark(fields.clone()),
        }
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}
