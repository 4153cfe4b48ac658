//! How the text of a formula is read.
//!
//! ```text
//! sum    = product { ("+" | "-") product }
//! product = factor { ("*" | "/") factor }
//! factor = "-" factor | number | code | function "(" sum { "," sum } ")" | "(" sum ")"
//! ```
//!
//! A word is a function where a parenthesis follows, and a code elsewhere. A word of digits alone is a number.

use std::str::FromStr;

use rust_decimal::Decimal;

use super::{Formula, Function, MOST_INPUTS, Operator, Term};
use crate::decimal;

/// The longest formula, in characters.
pub const MOST_CHARACTERS: u16 = 2_000;

/// The deepest nesting: what is deeper nobody reads, and a reader that calls itself has to end.
const DEEPEST: usize = 32;

/// Why a text is no formula.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormulaError {
    /// It is longer than allowed.
    #[error("at most {MOST_CHARACTERS} characters")]
    TooLong,
    /// It is nested deeper than allowed.
    #[error("at most {DEEPEST} levels of parentheses")]
    TooDeep,
    /// It names more indicators than allowed.
    #[error("at most {MOST_INPUTS} indicators")]
    TooManyInputs,
    /// It names none: that would be a number.
    #[error("no indicator is named")]
    NoInput,
    /// Something else was expected where a piece of the text stands.
    #[error("not expected: {0}")]
    Unexpected(String),
    /// It ends in the middle.
    #[error("it ends too early")]
    Ends,
}

impl FromStr for Formula {
    type Err = FormulaError;

    fn from_str(text: &str) -> Result<Self, FormulaError> {
        if text.chars().count() > usize::from(MOST_CHARACTERS) {
            return Err(FormulaError::TooLong);
        }
        let mut reader = Reader { rest: text, depth: 0 };
        let formula = Self(reader.sum()?);
        match reader.peek() {
            Some(_) => Err(reader.unexpected()),
            None if formula.inputs().is_empty() => Err(FormulaError::NoInput),
            None if formula.inputs().len() > MOST_INPUTS => Err(FormulaError::TooManyInputs),
            None => Ok(formula),
        }
    }
}

/// What of a text is still to be read.
struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl Reader<'_> {
    /// The next character that is no space.
    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start();
        self.rest.chars().next()
    }

    /// Takes the next character if it is this one.
    fn take(&mut self, wanted: char) -> bool {
        self.peek();
        let taken = self.rest.strip_prefix(wanted);
        self.rest = taken.unwrap_or(self.rest);
        taken.is_some()
    }

    fn unexpected(&mut self) -> FormulaError {
        match self.peek() {
            None => FormulaError::Ends,
            Some(_) => FormulaError::Unexpected(self.rest.chars().take(20).collect()),
        }
    }

    fn sum(&mut self) -> Result<Term, FormulaError> {
        self.pairs([('+', Operator::Plus), ('-', Operator::Minus)], Self::product)
    }

    fn product(&mut self) -> Result<Term, FormulaError> {
        self.pairs([('*', Operator::Times), ('/', Operator::Over)], Self::factor)
    }

    /// Terms with signs between them, from left to right.
    fn pairs(
        &mut self,
        signs: [(char, Operator); 2],
        part: fn(&mut Self) -> Result<Term, FormulaError>,
    ) -> Result<Term, FormulaError> {
        let mut term = part(self)?;
        let mut links = 0;
        while let Some((_, operator)) = signs.into_iter().find(|(sign, _)| self.take(*sign)) {
            // A chain hangs as deep as it is long.
            links += 1;
            if links > DEEPEST * 4 {
                return Err(FormulaError::TooDeep);
            }
            term = Term::Pair(operator, Box::new(term), Box::new(part(self)?));
        }
        Ok(term)
    }

    fn factor(&mut self) -> Result<Term, FormulaError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(FormulaError::TooDeep);
        }
        let term = if self.take('-') {
            Term::Negative(Box::new(self.factor()?))
        } else if self.take('(') {
            let inner = self.sum()?;
            self.close()?;
            inner
        } else {
            self.word()?
        };
        self.depth -= 1;
        Ok(term)
    }

    fn close(&mut self) -> Result<(), FormulaError> {
        if self.take(')') { Ok(()) } else { Err(self.unexpected()) }
    }

    /// A number, a code, or a call of a function.
    fn word(&mut self) -> Result<Term, FormulaError> {
        self.peek();
        let of_words = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || matches!(char, '_' | '.');
        let end = self.rest.find(|char| !of_words(char)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        if let Some(number) = number(word) {
            self.rest = rest;
            return Ok(Term::Number(number));
        }
        if !is_code(word) {
            return Err(self.unexpected());
        }
        let before = std::mem::replace(&mut self.rest, rest);
        if !self.take('(') {
            return Ok(Term::Indicator(word.to_owned()));
        }
        let Some((_, function)) = Function::ALL.into_iter().find(|(name, _)| *name == word) else {
            self.rest = before;
            return Err(self.unexpected());
        };
        let mut terms = vec![self.sum()?];
        while self.take(',') {
            terms.push(self.sum()?);
        }
        self.close()?;
        Ok(Term::Call(function, terms))
    }
}

fn number(word: &str) -> Option<Decimal> {
    let is_number = word.starts_with(|char: char| char.is_ascii_digit()) && !word.ends_with('.');
    if is_number { decimal::parse(word).ok() } else { None }
}

/// Whether a word is of the form that codes of indicators have.
fn is_code(word: &str) -> bool {
    word.split('_').all(|part| !part.is_empty() && !part.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Formula, FormulaError> {
        text.parse()
    }

    #[test]
    fn what_is_no_formula_is_refused() {
        let unexpected = |text: &str| FormulaError::Unexpected(text.to_owned());
        for (text, error) in [
            ("", FormulaError::Ends),
            ("   ", FormulaError::Ends),
            ("a +", FormulaError::Ends),
            ("(a", FormulaError::Ends),
            ("sum(", FormulaError::Ends),
            ("a b", unexpected("b")),
            ("a)", unexpected(")")),
            ("()", unexpected(")")),
            ("sum()", unexpected(")")),
            ("sum(a,)", unexpected(")")),
            ("a ** b", unexpected("* b")),
            ("a + + b", unexpected("+ b")),
            ("avg(a, b)", unexpected("avg(a, b)")),
            ("Tỷ_lệ", unexpected("Tỷ_lệ")),
            ("a__b", unexpected("a__b")),
            ("a_", unexpected("a_")),
            ("1.250,5 + a", unexpected(",5 + a")),
            ("1.2.3 + a", unexpected("1.2.3 + a")),
            ("5. + a", unexpected("5. + a")),
            (".5 + a", unexpected(".5 + a")),
            ("1e3 % a", unexpected("% a")),
            ("a; DROP TABLE indicato", unexpected("; DROP TABLE indicat")),
            ("1 + 2", FormulaError::NoInput),
        ] {
            assert_eq!(read(text), Err(error), "{text}");
        }
    }

    #[test]
    fn formulas_are_bounded_in_length_and_depth() {
        let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
        assert!(read(&nested(DEEPEST - 1)).is_ok());
        for text in [nested(DEEPEST), "-".repeat(1_000) + "a", "(".repeat(2_000), vec!["a"; 1_000].join("+")] {
            assert_eq!(read(&text), Err(FormulaError::TooDeep), "{text}");
        }
        assert_eq!(read(&"a".repeat(2_001)), Err(FormulaError::TooLong));
        let many = |count: usize| format!("sum({})", (0..count).map(|n| format!("a{n}")).collect::<Vec<_>>().join(","));
        assert!(read(&many(MOST_INPUTS)).is_ok());
        assert_eq!(read(&many(MOST_INPUTS + 1)), Err(FormulaError::TooManyInputs));
    }

    #[test]
    fn spaces_do_not_matter() {
        assert_eq!(read("100*a/b-1"), read("  100 * a\n / b  - 1 "));
        assert_eq!(read("min (a, b)"), read("min(a,b)"));
    }
}
