//! Reading the words in which Vietnamese documents state deadlines.
//!
//! The words are compared folded (lower case, no tone marks), so that "Quý" and the frequent "Qúy" are one. A phrase is
//! `[hoàn thành] [operator] unit`, and the unit must take up all the rest; what is left over makes it unreadable.

use chrono::Datelike;

use super::{DatePrecision, Deadline, DeadlineOperator};
use crate::{
    calendar::{Period, PeriodError, PeriodKind, Regime, Window},
    text::{fold, nfc},
};

/// Why words are not read as a deadline. The words themselves may be kept with [`Deadline::none`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DeadlineError {
    /// There are no words.
    #[error("the deadline is blank")]
    Blank,
    /// The words have no form that is read.
    #[error(
        "the deadline cannot be read; write it like \"trước ngày 15/4/2025\", \"đến ngày 30/6/2025\", \"trong tháng 6/2025\", \
         \"trong quý IV/2025\", \"năm 2025\" or \"giai đoạn 2026 - 2030\""
    )]
    Unreadable,
    /// The year is left out and no other was given for it.
    #[error("the deadline names no year")]
    NoYear,
    /// The words have the right form, but the calendar has no such day, month, quarter, year or period.
    #[error("the calendar has no such date as the deadline names")]
    NoSuchDate,
}

/// Words that ask for speed or constancy and set no day; with tone marks, since "ngay" (at once) is not "ngày" (day).
const DATELESS: [&str; 9] =
    ["khẩn trương", "khẩn", "gấp", "ngay", "ngay lập tức", "sớm", "sớm nhất", "kịp thời", "thường xuyên"];

/// What may stand after a phrase, and says nothing.
const PUNCTUATION: [char; 4] = ['.', ';', ',', ':'];

/// Words before a deadline that say nothing about it, folded.
const PREAMBLES: [&str; 2] = ["hoan thanh", "xong"];

/// The words of operators, folded, each before any that it starts with.
const OPERATORS: [(&str, DeadlineOperator); 13] = [
    ("truoc", DeadlineOperator::Before),
    ("cham nhat la", DeadlineOperator::By),
    ("cham nhat den", DeadlineOperator::By),
    ("cham nhat vao", DeadlineOperator::By),
    ("cham nhat", DeadlineOperator::By),
    ("den het", DeadlineOperator::By),
    ("den cuoi", DeadlineOperator::By),
    ("den", DeadlineOperator::By),
    ("het", DeadlineOperator::By),
    ("cuoi", DeadlineOperator::By),
    ("du kien trong", DeadlineOperator::Expected),
    ("du kien", DeadlineOperator::Expected),
    ("trong", DeadlineOperator::Within),
];

/// What the unit of a phrase says.
struct Stated {
    days: Window,
    precision: DatePrecision,
    year_inferred: bool,
}

pub(super) fn deadline(words: &str, default_year: Option<i32>) -> Result<Deadline, DeadlineError> {
    let composed = nfc(words.trim());
    if DATELESS.contains(&composed.to_lowercase().trim_end_matches(PUNCTUATION)) {
        return Ok(Deadline::none(Some(composed)));
    }
    let stated_words = Some(composed);
    let folded = fold(words);
    let phrase = folded.trim_end_matches(PUNCTUATION).trim_end();
    if phrase.is_empty() {
        return Err(DeadlineError::Blank);
    }
    let phrase = PREAMBLES.iter().find_map(|words| after(phrase, words)).unwrap_or(phrase);
    if let Some(years) = running_period(phrase) {
        let on = days_of(PeriodKind::Year, last_year(years)?, 1)?.last_day();
        return Ok(Deadline {
            words: stated_words,
            stated_on: Some(on),
            precision: DatePrecision::Year,
            operator: Some(DeadlineOperator::During),
            year_inferred: false,
        });
    }
    let (operator, rest) = OPERATORS
        .iter()
        .find_map(|(words, operator)| after(phrase, words).map(|rest| (*operator, rest)))
        .unwrap_or((DeadlineOperator::Within, phrase));
    let stated = unit(rest, default_year)?;
    let stated_on = match operator {
        DeadlineOperator::Before => stated.days.start,
        _ => stated.days.last_day(),
    };
    Ok(Deadline {
        words: stated_words,
        stated_on: Some(stated_on),
        precision: stated.precision,
        operator: Some(operator),
        year_inferred: stated.year_inferred,
    })
}

/// What follows whole words at the start of a phrase.
fn after<'a>(phrase: &'a str, words: &str) -> Option<&'a str> {
    phrase.strip_prefix(words)?.strip_prefix(' ')
}

/// The years of "\[trong\] giai đoạn 2026 – 2030", as written.
fn running_period(phrase: &str) -> Option<&str> {
    let phrase = after(phrase, "trong").unwrap_or(phrase);
    after(phrase, "giai doan").or_else(|| after(phrase, "thoi ky"))
}

/// The last year of "2026 – 2030" or "từ năm 2026 đến năm 2030".
fn last_year(years: &str) -> Result<i32, DeadlineError> {
    let years = after(years, "tu").unwrap_or(years).replace(" den ", "-");
    let (first, last) = years.split_once(['-', '–', '—']).ok_or(DeadlineError::Unreadable)?;
    let year = |text: &str| {
        let text = text.trim();
        year(after(text, "nam").unwrap_or(text))
    };
    let (first, last) = (year(first)?, year(last)?);
    if first <= last { Ok(last) } else { Err(DeadlineError::NoSuchDate) }
}

/// A day, month, quarter or year, with all of the text.
fn unit(text: &str, default_year: Option<i32>) -> Result<Stated, DeadlineError> {
    if let Some(rest) = after(text, "nam") {
        return whole(PeriodKind::Year, (year(rest)?, false), 1);
    }
    if let Some(rest) = after(text, "thang") {
        let ([month], year) = parts(rest, number, default_year)?;
        return whole(PeriodKind::Month, year, month);
    }
    if let Some(rest) = after(text, "quy") {
        let ([quarter], year) = parts(rest, quarter, default_year)?;
        return whole(PeriodKind::Quarter, year, quarter);
    }
    let rest = after(text, "ngay").unwrap_or(text);
    if rest == text
        && let Ok(year) = year(text)
    {
        return whole(PeriodKind::Year, (year, false), 1);
    }
    let ([day, month], (year, year_inferred)) = parts(rest, number, default_year)?;
    let month = days_of(PeriodKind::Month, year, month)?;
    let on = month.start.with_day(day).ok_or(DeadlineError::NoSuchDate)?;
    Ok(Stated { days: Window::of_days(on, on), precision: DatePrecision::Day, year_inferred })
}

/// `N` numbers and a year, which may be left out: "15/4/2025", "15 tháng 4 năm 2025", "15/4", "IV năm 2025".
///
/// Hyphens and dots are read only where a year follows: without it they may as well mark a range of days.
fn parts<const N: usize>(
    text: &str,
    read: fn(&str) -> Result<u32, DeadlineError>,
    default_year: Option<i32>,
) -> Result<([u32; N], (i32, bool)), DeadlineError> {
    let text = text.replace(" thang ", "/").replace(" nam ", "/");
    let mut marks = ['/', '-', '.'].into_iter().filter(|mark| text.contains(*mark));
    let mark = marks.next().unwrap_or('/');
    if marks.next().is_some() {
        return Err(DeadlineError::Unreadable);
    }
    let written: Vec<&str> = text.split(mark).map(str::trim).collect();
    let (numbers, rest) = written.split_first_chunk::<N>().ok_or(DeadlineError::Unreadable)?;
    let mut read_numbers = [0; N];
    for (number, text) in read_numbers.iter_mut().zip(numbers) {
        *number = read(text)?;
    }
    let dated = match rest {
        [written] => (year(written)?, false),
        [] if mark == '/' => (default_year.ok_or(DeadlineError::NoYear)?, true),
        _ => return Err(DeadlineError::Unreadable),
    };
    Ok((read_numbers, dated))
}

fn whole(kind: PeriodKind, (year, year_inferred): (i32, bool), index: u32) -> Result<Stated, DeadlineError> {
    let precision = match kind {
        PeriodKind::Month => DatePrecision::Month,
        PeriodKind::Quarter => DatePrecision::Quarter,
        _ => DatePrecision::Year,
    };
    Ok(Stated { days: days_of(kind, year, index)?, precision, year_inferred })
}

fn days_of(kind: PeriodKind, year: i32, index: u32) -> Result<Window, DeadlineError> {
    let period = Period::new(kind, year, index).map_err(|_: PeriodError| DeadlineError::NoSuchDate)?;
    Ok(period.window(Regime::Calendar))
}

/// A year of four digits: "25" could be a day as well.
fn year(text: &str) -> Result<i32, DeadlineError> {
    if text.len() == 4 { digits(text).map(u32::cast_signed) } else { Err(DeadlineError::Unreadable) }
}

/// A number of one or two digits.
fn number(text: &str) -> Result<u32, DeadlineError> {
    if text.len() > 2 { Err(DeadlineError::Unreadable) } else { digits(text) }
}

fn quarter(text: &str) -> Result<u32, DeadlineError> {
    match text {
        "i" => Ok(1),
        "ii" => Ok(2),
        "iii" => Ok(3),
        "iv" => Ok(4),
        _ => number(text),
    }
}

fn digits(text: &str) -> Result<u32, DeadlineError> {
    let digits_only = text.bytes().all(|byte| byte.is_ascii_digit());
    digits_only.then(|| text.parse().ok()).flatten().ok_or(DeadlineError::Unreadable)
}
