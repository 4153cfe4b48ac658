//! Numbers as people write them: `1.234,5`, `1,234.5`, `1 234,5`, `85 %`. What can be read in two ways is not guessed.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::{
    issue::{Code, Words, quoted},
    text,
};

/// Which mark stands before the decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// `1,234.5`
    Point,
    /// `1.234,5`, the Vietnamese way
    Comma,
}

impl Mark {
    const fn of(character: char) -> Option<Self> {
        match character {
            '.' => Some(Self::Point),
            ',' => Some(Self::Comma),
            _ => None,
        }
    }

    const fn other(self) -> Self {
        match self {
            Self::Point => Self::Comma,
            Self::Comma => Self::Point,
        }
    }
}

/// A number of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    /// As it is shown: 85 for 85 %.
    pub value: Decimal,
    /// Whether it is shown as a percentage; none where the file does not say.
    pub percent: Option<bool>,
}

/// What is wrong with a cell: a code, and words.
pub type Wrong = (Code, Words);

/// A text taken apart: digits and marks of a number, the rest known.
struct Parts {
    negative: bool,
    percent: bool,
    /// Digits, points, commas; spaces as they group.
    body: String,
}

fn parts(typed: &str) -> Option<Parts> {
    let text = text::clean(text::bare(typed.trim()));
    let text = text::bare(&text);
    let (text, percent) = match text.strip_suffix(['%', '％']) {
        Some(rest) => (rest.trim_end(), true),
        None => (text, false),
    };
    let (text, negative) = match text.strip_prefix(['-', '\u{2212}', '\u{2013}']) {
        Some(rest) => (rest.trim_start(), true),
        None => (text.strip_prefix('+').unwrap_or(text), false),
    };
    let mut characters = text.chars();
    let begins = characters.next()?;
    let is_number = begins.is_ascii_digit() || (Mark::of(begins).is_some() && text.len() > 1);
    let is_made_of = text.chars().all(|it| it.is_ascii_digit() || Mark::of(it).is_some() || it == ' ');
    (is_number && is_made_of).then(|| Parts { negative, percent, body: text.to_owned() })
}

/// How the marks of a number can be meant.
enum Meant {
    /// Only so: the digits before the decimals, those after.
    Only(String, String, Option<Mark>),
    /// The one mark groups thousands, or stands before three decimals.
    Either(String, String, Mark),
}

/// Whether digits are grouped by threes: `1`, `234`, `567`.
fn grouped(text: &str, by: char) -> Option<String> {
    let mut groups = text.split(by);
    let first = groups.next()?;
    let well = (1..=3).contains(&first.len()) && first != "0" && groups.all(|it| it.len() == 3);
    well.then(|| text.chars().filter(|it| *it != by).collect())
}

fn whole(text: &str) -> Option<String> {
    if text.is_empty() { Some(String::new()) } else { all_digits(text).or_else(|| grouped_by_any(text)) }
}

fn grouped_by_any(text: &str) -> Option<String> {
    [' ', '.', ',']
        .into_iter()
        .filter(|by| text.contains(*by))
        .find_map(|by| grouped(text, by).and_then(|it| all_digits(&it)))
}

fn all_digits(text: &str) -> Option<String> {
    (!text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())).then(|| text.to_owned())
}

fn meant(body: &str) -> Option<Meant> {
    let marks: Vec<(usize, Mark)> = body.char_indices().filter_map(|(at, it)| Some((at, Mark::of(it)?))).collect();
    let Some(&(last_at, last)) = marks.last() else {
        return Some(Meant::Only(whole(body)?, String::new(), None));
    };
    let (before, after) = (body.get(..last_at)?, body.get(last_at + 1..)?);
    let of_last = marks.iter().filter(|(_, mark)| *mark == last).count();
    if marks.len() > of_last {
        // Both marks: the last one stands before the decimals, once.
        let is_once = of_last == 1 && !before.contains(' ');
        let groups = if last == Mark::Point { ',' } else { '.' };
        let whole = grouped(before, groups).and_then(|it| all_digits(&it));
        return is_once.then(|| Some(Meant::Only(whole?, all_digits(after)?, Some(last)))).flatten();
    }
    let mark = if last == Mark::Point { '.' } else { ',' };
    if of_last > 1 {
        // More than one: they group, and the other one would stand before decimals.
        let whole = grouped(body, mark).and_then(|it| all_digits(&it))?;
        return Some(Meant::Only(whole, String::new(), Some(last.other())));
    }
    let decimals = all_digits(after)?;
    let can_group = decimals.len() == 3 && grouped(body, mark).is_some_and(|it| all_digits(&it).is_some());
    if can_group {
        Some(Meant::Either(before.to_owned(), decimals, last))
    } else {
        Some(Meant::Only(whole(before)?, decimals, Some(last)))
    }
}

/// What a text proves of the mark that stands before decimals where it was written.
fn proof(typed: &str) -> Option<Mark> {
    match meant(&parts(typed)?.body)? {
        Meant::Only(_, _, mark) => mark,
        Meant::Either(..) => None,
    }
}

/// What the texts of a file say of how its numbers are written. Rows that can be read in one way only decide for the others:
/// those of the same column first, else those of the other columns.
#[derive(Debug, Clone, Default)]
pub struct Usage {
    columns: BTreeMap<u32, (bool, bool)>,
}

impl Usage {
    /// Takes note of a text of a column of figures.
    pub fn note(&mut self, column: u32, typed: &str) {
        if let Some(mark) = proof(typed) {
            let (point, comma) = self.columns.entry(column).or_default();
            *point |= mark == Mark::Point;
            *comma |= mark == Mark::Comma;
        }
    }

    /// The mark before decimals in a column; none where nothing tells, or the rows contradict one another.
    #[must_use]
    pub fn mark(&self, column: u32) -> Option<Mark> {
        let told = |(point, comma): (bool, bool)| match (point, comma) {
            (true, false) => Some(Mark::Point),
            (false, true) => Some(Mark::Comma),
            _ => None,
        };
        if let Some(own) = self.columns.get(&column) {
            return told(*own);
        }
        let all = self.columns.values().fold((false, false), |all, it| (all.0 | it.0, all.1 | it.1));
        told(all)
    }
}

/// A number in a cell of text. `mark` is what is known of the column.
pub fn of_text(typed: &str, mark: Option<Mark>) -> Result<Number, Wrong> {
    let malformed = || {
        let vi =
            format!("{} không phải là số: chỉ ghi chữ số, ví dụ 1234,5; chưa có số liệu thì để trống", quoted(typed));
        let en = format!(
            "{} is no number: write digits alone, such as 1234.5, and leave the cell empty if there is none",
            quoted(typed)
        );
        (Code::Malformed, Words::new(vi, en))
    };
    let Parts { negative, percent, body } = parts(typed).ok_or_else(malformed)?;
    let (whole, decimals) = match meant(&body).ok_or_else(malformed)? {
        Meant::Only(whole, decimals, _) => (whole, decimals),
        Meant::Either(before, after, by) => match mark {
            Some(mark) if mark == by => (before, after),
            Some(_) => (before + &after, String::new()),
            None => {
                let vi = format!(
                    "{} đọc được hai cách: {before}{after} hoặc {before},{after}. Hãy ghi lại là số (không phải chữ) hoặc bỏ dấu phân cách hàng nghìn",
                    quoted(typed)
                );
                let en = format!(
                    "{} can be read as {before}{after} or as {before}.{after}: enter a number instead of text, or leave out the mark between thousands",
                    quoted(typed)
                );
                return Err((Code::Ambiguous, Words::new(vi, en)));
            }
        },
    };
    let sign = if negative { "-" } else { "" };
    let whole = if whole.is_empty() { "0" } else { &whole };
    let plain = if decimals.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{decimals}") };
    let value = Decimal::from_str_exact(&plain).map_err(|_| malformed())?;
    Ok(Number { value: value.normalize(), percent: Some(percent) })
}

/// A number of a cell of numbers, as its program shows it at most: to fifteen digits. What is binary behind that is no figure of
/// anybody's: 0.1 + 0.2 is 0.3.
pub fn of_binary(stored: f64, percent: Option<bool>) -> Result<Number, Wrong> {
    let malformed = || {
        let (vi, en) =
            (format!("Số {stored} quá lớn hoặc không hợp lệ"), format!("The number {stored} is too large, or is none"));
        (Code::Malformed, Words::new(vi, en))
    };
    if !stored.is_finite() {
        return Err(malformed());
    }
    let value = Decimal::from_scientific(&format!("{stored:.14e}")).map_err(|_| malformed())?;
    let shown =
        if percent == Some(true) { value.checked_mul(Decimal::ONE_HUNDRED).ok_or_else(malformed)? } else { value };
    Ok(Number { value: shown.normalize(), percent })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(typed: &str, mark: Option<Mark>) -> String {
        match of_text(typed, mark) {
            Ok(Number { value, percent }) => format!("{value}{}", if percent == Some(true) { "%" } else { "" }),
            Err((code, _)) => code.as_str().to_owned(),
        }
    }

    #[test]
    fn numbers_are_read_in_the_one_way_they_can_be() {
        for (typed, value) in [
            ("1234", "1234"),
            ("1.234,5", "1234.5"),
            ("1,234.5", "1234.5"),
            ("1 234,5", "1234.5"),
            ("1\u{a0}234\u{202f}567,25", "1234567.25"),
            ("1.234.567", "1234567"),
            ("1,234,567", "1234567"),
            ("12,5", "12.5"),
            ("12.50", "12.5"),
            ("0,125", "0.125"),
            ("1234.567", "1234.567"),
            (",5", "0.5"),
            ("1 234", "1234"),
            ("1 234.567", "1234.567"),
            ("'85", "85"),
            ("’12,5", "12.5"),
            ("-3", "-3"),
            ("\u{2212}3,5", "-3.5"),
            ("+4", "4"),
            ("85 %", "85%"),
            ("85,3%", "85.3%"),
            ("\u{feff} 12 \u{a0}", "12"),
            ("007", "7"),
        ] {
            assert_eq!(read(typed, None), value, "{typed:?}");
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_is_decided_by_the_column_or_not_at_all() {
        for (typed, comma, point) in
            [("1.234", "1234", "1.234"), ("12,345", "12.345", "12345"), ("-1.234", "-1234", "-1.234")]
        {
            assert_eq!(read(typed, None), "AMBIGUOUS");
            assert_eq!([read(typed, Some(Mark::Comma)), read(typed, Some(Mark::Point))], [comma, point], "{typed}");
        }
        let (_, words) = of_text("1.234", None).unwrap_err();
        assert!(words.vi.contains("1234 hoặc 1,234") && words.en.contains("1234 or as 1.234"), "{words:?}");
    }

    #[test]
    fn what_is_no_number_is_none() {
        for typed in [
            "",
            " ",
            "-",
            "–",
            "x",
            "N/A",
            "1,2,3",
            "1.23.456,7",
            "1.234,5,6",
            "12.34,5",
            "1 23",
            "1.234 567,5",
            "12 người",
            "(12)",
            "1e3",
            "٣",
            "1..2",
            ",",
            ".",
            "%",
            "--1",
            "0.123.456",
            "99999999999999999999999999999999",
            "1/2",
            "3 4",
        ] {
            assert_eq!(read(typed, Some(Mark::Comma)), "MALFORMED", "{typed:?}");
        }
    }

    #[test]
    fn rows_of_a_column_decide_for_one_another() {
        let mut usage = Usage::default();
        for (column, typed) in [(2, "1.234"), (2, "85"), (3, "12,5"), (4, "1.5"), (4, "1,5")] {
            usage.note(column, typed);
        }
        assert_eq!([usage.mark(3), usage.mark(4), usage.mark(2)], [Some(Mark::Comma), None, None]);
        let mut usage = Usage::default();
        usage.note(3, "1.234.567");
        assert_eq!([usage.mark(3), usage.mark(2)], [Some(Mark::Comma), Some(Mark::Comma)], "from the other column");
    }

    #[test]
    fn binary_numbers_are_what_their_program_shows() {
        let read = |stored: f64, percent| of_binary(stored, percent).map(|it| it.value.to_string()).map_err(|it| it.0);
        assert_eq!(read(0.1 + 0.2, None).unwrap(), "0.3");
        assert_eq!(read(0.85, Some(true)).unwrap(), "85");
        assert_eq!(read(0.072_5, Some(true)).unwrap(), "7.25");
        assert_eq!(read(1_234_567.0, Some(false)).unwrap(), "1234567");
        assert_eq!(read(99.95, None).unwrap(), "99.95");
        assert_eq!(read(1e300, None), Err(Code::Malformed));
        assert_eq!(read(f64::NAN, None), Err(Code::Malformed));
        assert_eq!(read(-0.0, None).unwrap(), "0");
    }

    proptest! {
        /// Whatever is typed, it is read or refused.
        #[test]
        fn nothing_breaks_it(typed in "\\PC{0,24}", comma: bool) {
            let _ = of_text(&typed, comma.then_some(Mark::Comma));
        }

        /// A number in either writing is itself.
        #[test]
        fn written_either_way_it_is_the_same(whole in 0_i64..10_000_000_000, decimals in 0_u32..100) {
            let value = Decimal::new(whole * 100 + i64::from(decimals), 2).normalize();
            let digits = whole.to_string();
            let mut groups: Vec<String> = digits.as_bytes().rchunks(3).map(|it| String::from_utf8(it.to_vec()).unwrap()).collect();
            groups.reverse();
            for (by, mark, of) in [(".", ",", Mark::Comma), (",", ".", Mark::Point), (" ", ",", Mark::Comma), ("", ".", Mark::Point)] {
                let typed = format!("{}{mark}{decimals:02}", groups.join(by));
                prop_assert_eq!(of_text(&typed, Some(of)).unwrap().value, value, "{}", typed);
            }
        }
    }
}
