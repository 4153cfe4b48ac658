//! What is wrong with a file, as data: a stable code, the place, and words for people in both languages.

use std::fmt::{self, Display, Write as _};

/// Why a file, a row or a cell is not taken. Programs decide by it; the words are for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// No file of a kind that is read here.
    UnreadableFile,
    /// More bytes, rows or cells than are taken, unpacked or not.
    TooLarge,
    /// No row of the file has the headings that are needed.
    NoHeading,
    /// Text of a font before Unicode (TCVN3, VNI).
    LegacyEncoding,
    /// It can be read in two ways.
    Ambiguous,
    /// Not of the form that its column has.
    Malformed,
    /// Nothing stands where something must.
    Required,
    /// A formula whose value the file does not have.
    NoValue,
    /// The value is an error, such as a division by zero.
    ErrorValue,
    /// One cell over several rows or columns where each has a figure of its own.
    Merged,
    /// The row is hidden, yet something stands in it.
    Hidden,
    /// The same thing twice in one file.
    Duplicate,
    /// The template was made for another agency or period, or its hidden sheet was changed.
    OtherTemplate,
}

impl Code {
    /// The stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnreadableFile => "UNREADABLE_FILE",
            Self::TooLarge => "TOO_LARGE",
            Self::NoHeading => "NO_HEADING",
            Self::LegacyEncoding => "LEGACY_ENCODING",
            Self::Ambiguous => "AMBIGUOUS",
            Self::Malformed => "MALFORMED",
            Self::Required => "REQUIRED",
            Self::NoValue => "NO_VALUE",
            Self::ErrorValue => "ERROR_VALUE",
            Self::Merged => "MERGED",
            Self::Hidden => "HIDDEN",
            Self::Duplicate => "DUPLICATE",
            Self::OtherTemplate => "OTHER_TEMPLATE",
        }
    }
}

/// Words for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
}

impl Words {
    /// The same thing said twice.
    pub fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { vi: vi.into(), en: en.into() }
    }
}

/// Where in a file something stands. What is about the whole file has no sheet, what is about a row no column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The name of the sheet; empty for the whole file, and in a file of text.
    pub sheet: String,
    /// The row as the program shows it, from 1; 0 for what is about no row.
    pub row: u32,
    /// The column, from 0 for A.
    pub column: Option<u32>,
}

impl Place {
    /// The column in letters, as the program shows it: `B`.
    #[must_use]
    pub fn letters(&self) -> Option<String> {
        self.column.map(letters)
    }

    /// The same with its sheet, if that has a name: `Số liệu!B7`.
    #[must_use]
    pub fn named(&self) -> String {
        if self.sheet.is_empty() { self.to_string() } else { format!("{}!{self}", self.sheet) }
    }
}

/// `B7`; `7` for a row, nothing for a file.
impl Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(column) = self.letters() {
            f.write_str(&column)?;
        }
        if self.row > 0 { Display::fmt(&self.row, f) } else { Ok(()) }
    }
}

/// A column in letters: `A` for 0, `AA` for 26.
#[must_use]
pub fn letters(column: u32) -> String {
    let (mut rest, mut back) = (column + 1, Vec::new());
    while rest > 0 {
        rest -= 1;
        back.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or_default()));
        rest /= 26;
    }
    back.into_iter().rev().collect()
}

/// One thing that has to be mended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// The rule.
    pub code: Code,
    /// Where.
    pub place: Place,
    /// What to do.
    pub words: Words,
}

impl Issue {
    /// Something that is wrong with the whole file.
    pub fn of_file(code: Code, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, place: Place::default(), words: Words::new(vi, en) }
    }

    /// The same, at a place.
    #[must_use]
    pub fn at(self, place: Place) -> Self {
        Self { place, ..self }
    }
}

impl Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.code.as_str(), self.place.named(), self.words.en)
    }
}

impl std::error::Error for Issue {}

/// What was typed, for a message: not longer than a message should be.
#[must_use]
pub(crate) fn quoted(text: &str) -> String {
    let mut short = String::from("“");
    short.extend(text.chars().filter(|it| !it.is_control()).take(40));
    if text.chars().nth(40).is_some() {
        let _ = write!(short, "…");
    }
    short.push('”');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_named_as_the_program_shows_them() {
        let named = [0, 25, 26, 27, 701, 702, 16_383].map(letters);
        assert_eq!(named, ["A", "Z", "AA", "AB", "ZZ", "AAA", "XFD"]);
        let place = |row, column| Place { sheet: "Số liệu".into(), row, column }.to_string();
        assert_eq!([place(7, Some(1)), place(7, None), place(0, None)], ["B7", "7", ""]);
    }
}
