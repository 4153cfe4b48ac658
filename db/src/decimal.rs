//! Decimal numbers as people type them: read exactly or not at all.

use std::borrow::Cow;

use async_graphql::{InputType, InputValueError, InputValueResult, Value, registry::Registry};
use rust_decimal::Decimal;

use crate::violation::Words;

/// The most digits that a number may have, and the most behind its point: more could not be kept exactly.
const DIGITS: usize = 28;

/// Why a text is not read as a number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// Written as people write it in Viet Nam, with a decimal comma, or with its thousands apart.
    #[error("write {meant} (viết {meant})")]
    Written {
        /// The number that was meant, as it has to be written.
        meant: String,
    },
    /// It has more digits than can be kept.
    #[error("at most {DIGITS} digits (tối đa {DIGITS} chữ số)")]
    TooLong,
    /// It is no number.
    #[error("not a number; write 1234.5 (không phải là số; viết 1234.5)")]
    Form,
}

impl DecimalError {
    /// The same for people, beside the field.
    #[must_use]
    pub fn words(&self) -> Words {
        let (vi, en) = match self {
            Self::Written { meant } => (format!("Hãy viết {meant}"), format!("Write {meant}")),
            Self::TooLong => (format!("Tối đa {DIGITS} chữ số"), format!("At most {DIGITS} digits")),
            Self::Form => ("Không phải là số; hãy viết như 1234.5".to_owned(), "Not a number: write 1234.5".to_owned()),
        };
        Words { vi, en }
    }
}

/// Reads a number with a decimal point, or none, in digits alone. Nothing is rounded: what is too long is refused.
///
/// The number keeps as many decimal places as were written, zeros too.
pub fn parse(text: &str) -> Result<Decimal, DecimalError> {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) || whole.len() + fraction.len() == 0 {
        return Err(meant(text).map_or(DecimalError::Form, |meant| DecimalError::Written { meant }));
    }
    if whole.trim_start_matches('0').len() + fraction.len() > DIGITS {
        return Err(DecimalError::TooLong);
    }
    Decimal::from_str_exact(text).map_err(|_| DecimalError::Form)
}

/// What somebody means who writes a decimal comma, or dots or spaces between thousands.
fn meant(text: &str) -> Option<String> {
    let text = text.trim();
    let (whole, fraction) = text.split_once(',').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut groups = digits.split(['.', ' ', '\u{a0}', '\u{202f}']);
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups.next().filter(|group| is_number(group))?;
    let rest: Vec<&str> = groups.collect();
    let is_grouped =
        rest.iter().all(|group| is_number(group) && group.len() == 3) && (rest.is_empty() || first.len() <= 3);
    let fraction = match fraction {
        Some(fraction) if is_number(fraction) => format!(".{fraction}"),
        Some(_) => return None,
        None => String::new(),
    };
    (is_grouped && text.len() <= 2 * DIGITS).then(|| format!("{sign}{first}{}{fraction}", rest.concat()))
}

/// A number in an input: the scalar `Decimal`, read by [`parse`] where the library would round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number(pub Decimal);

impl<T: Into<Decimal>> From<T> for Number {
    fn from(value: T) -> Self {
        Self(value.into())
    }
}

impl InputType for Number {
    type RawValueType = Decimal;

    fn type_name() -> Cow<'static, str> {
        <Decimal as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <Decimal as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let read = |text: &str| parse(text).map(Self).map_err(InputValueError::custom);
        match value.unwrap_or_default() {
            Value::String(text) => read(&text),
            Value::Number(number) => read(&number.to_string()),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    /// Without trailing zeros: the same number, written otherwise, is the same value.
    fn to_value(&self) -> Value {
        Value::String(self.0.normalize().to_string())
    }

    fn as_raw_value(&self) -> Option<&Decimal> {
        Some(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_exactly() {
        for text in ["0", "-1", "12.000", "0.70", "1234567890123456789012345678", "0.0000000000000000000000000001"] {
            assert_eq!(parse(text).unwrap().to_string(), text);
        }
        assert_eq!(parse("00000000000000000000000000000001"), Ok(Decimal::ONE));
        for text in
            ["0.99999999999999999999999999999999", "4.9999999999999999999999999999999", "12345678901234567890123456789"]
        {
            assert_eq!(parse(text), Err(DecimalError::TooLong), "{text}");
        }
    }

    #[test]
    fn what_was_meant_is_answered() {
        for (typed, meant) in [
            ("8,5", "8.5"),
            ("-8,50", "-8.50"),
            ("1.250,5", "1250.5"),
            ("12.000.000", "12000000"),
            ("12 000", "12000"),
            ("12\u{a0}000,5", "12000.5"),
            (" 8.5", ""),
        ] {
            let expected =
                if meant.is_empty() { DecimalError::Form } else { DecimalError::Written { meant: meant.to_owned() } };
            assert_eq!(parse(typed), Err(expected), "{typed:?}");
        }
        let words = parse("8,5").unwrap_err().words();
        assert_eq!((words.vi.as_str(), words.en.as_str()), ("Hãy viết 8.5", "Write 8.5"));
        for text in ["", ".", "-", "1e5", "NaN", "8,5,1", "tám", "1_000", "٣", "12.00.000"] {
            assert_eq!(parse(text), Err(DecimalError::Form), "{text:?}");
        }
    }

    #[test]
    fn numbers_of_json_are_read_as_they_are_written() {
        let read =
            |json: &str| Number::parse(Some(serde_json::from_str(json).unwrap())).map(|number| number.0.to_string());
        assert_eq!(read("12345678901234567").unwrap(), "12345678901234567");
        assert_eq!(read("0.1").unwrap(), "0.1");
        assert!(read("true").is_err() && read("1e300").is_err());
    }
}
