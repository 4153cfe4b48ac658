//! The columns of a kind of sheet.

use crate::text;

/// How the cells of a column are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// Not at all: it is there for people.
    Nothing,
    /// A code, without spaces at its ends.
    Code,
    /// A text.
    Text,
    /// An exact number.
    Number,
    /// A whole number.
    Whole,
    /// A day.
    Day,
    /// A period, such as 2025-Q3. Spreadsheets like to make a day of 2025-07.
    Period,
    /// One of some words: each with its names in both languages.
    Choice(&'static [(&'static str, &'static str, &'static str)]),
}

/// A column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name in the API, by which a row's errors find it.
    pub key: &'static str,
    /// Its heading in Vietnamese.
    pub vi: &'static str,
    /// Its heading in English.
    pub en: &'static str,
    /// Other headings by which it is known, folded.
    pub also: &'static [&'static str],
    /// How it is read.
    pub reads: Reads,
    /// Whether it is filled in by people: a row in which no such cell is filled in answers nothing.
    pub entered: bool,
    /// What its note says, in both languages.
    pub note: (&'static str, &'static str),
    /// Its width, in characters.
    pub width: u16,
}

/// A column that is known by its two headings alone, and is not filled in.
pub(crate) const fn column(key: &'static str, vi: &'static str, en: &'static str, reads: Reads, width: u16) -> Column {
    Column { key, vi, en, also: &[], reads, entered: false, note: ("", ""), width }
}

/// A kind of sheet.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// Its name, as the template says it.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [Column],
    /// The columns that say what a row is about: no two rows are about the same. The first one is needed.
    pub about: &'static [&'static str],
    /// What two rows about the same have in common, in both languages.
    pub same: (&'static str, &'static str),
}

impl Form {
    /// The place of a column.
    #[must_use]
    pub fn index(&self, key: &str) -> Option<usize> {
        self.columns.iter().position(|it| it.key == key)
    }

    /// The column whose heading this is: in one language or both, on lines of their own, whatever stands in brackets.
    #[must_use]
    pub fn column_of(&self, heading: &str) -> Option<usize> {
        let whole = text::folded(heading);
        let without_brackets = heading.split(['(', '[']).next().map(text::folded).unwrap_or_default();
        let lines = heading.split(['\n', '/']).map(text::folded);
        let tried: Vec<String> =
            [whole, without_brackets].into_iter().chain(lines).filter(|it| !it.is_empty()).collect();
        self.columns.iter().position(|column| {
            let is_named = |it: &String| {
                *it == text::folded(column.vi)
                    || *it == text::folded(column.en)
                    || *it == column.key.to_lowercase()
                    || column.also.contains(&it.as_str())
            };
            tried.iter().any(is_named)
        })
    }
}
