//! Reading the words in which Vietnamese documents state deadlines.
//!
//! The words are compared folded (lower case, no tone marks, "ký" as "kí", "quý" as "quí"), so that "Quý" and the frequent
//! "Qúy" are one. A phrase is `[hoàn thành] [operator] unit`, and the unit must take up all the rest; what is left over makes it
//! unreadable. Before that, what counts from an event (`term.rs`) and what comes again (`again.rs`) is looked for.

use chrono::Datelike;

use super::{DatePrecision, Deadline, DeadlineOperator, Given, Reading, again, term};
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

impl DeadlineError {
    /// The same in Vietnamese.
    #[must_use]
    pub const fn in_vietnamese(&self) -> &'static str {
        match self {
            Self::Blank => "Thời hạn để trống",
            Self::Unreadable => {
                "Không đọc được thời hạn; hãy viết như \"trước ngày 15/4/2025\", \"đến ngày 30/6/2025\", \"trong quý IV/2025\", \
                 \"trong 05 ngày làm việc kể từ ngày ký\", hoặc nêu ngày"
            }
            Self::NoYear => "Thời hạn không nêu năm",
            Self::NoSuchDate => "Lịch không có ngày, tháng, quý hoặc năm như thời hạn nêu",
        }
    }
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
pub(super) struct Stated {
    pub days: Window,
    pub precision: DatePrecision,
    /// How the duty relates to it, where the unit says more than the words before it: before an hour is on that day.
    pub operator: Option<DeadlineOperator>,
    pub year_inferred: bool,
}

pub(super) fn deadline(words: &str, given: Option<Given>) -> Result<Reading, DeadlineError> {
    let composed = nfc(words.trim());
    if DATELESS.contains(&composed.to_lowercase().trim_end_matches(PUNCTUATION)) {
        return Ok(Reading::Stated(Deadline::none(Some(composed))));
    }
    let folded = fold(words);
    let phrase = folded.trim_end_matches(PUNCTUATION).trim_end();
    if phrase.is_empty() {
        return Err(DeadlineError::Blank);
    }
    let phrase = PREAMBLES.iter().find_map(|words| after(phrase, words)).unwrap_or(phrase);
    if let Some(counted) = term::term(&composed, phrase, given) {
        return counted;
    }
    if let Some((cadence, rest)) = again::cadence(phrase) {
        return again::first(composed, cadence, rest, given).map(Reading::Stated);
    }
    if let Some(years) = running_period(phrase) {
        let on = days_of(PeriodKind::Year, last_year(years)?, 1)?.last_day();
        return Ok(Reading::Stated(Deadline {
            words: Some(composed),
            precision: DatePrecision::Year,
            operator: Some(DeadlineOperator::During),
            ..Deadline::on(on)
        }));
    }
    let (operator, rest) = operator(phrase);
    let stated = unit(rest, operator, given)?;
    let operator = stated.operator.unwrap_or(operator);
    let stated_on = if operator == DeadlineOperator::Before { stated.days.start } else { stated.days.last_day() };
    Ok(Reading::Stated(Deadline {
        words: Some(composed),
        stated_on: Some(stated_on),
        precision: stated.precision,
        operator: Some(operator),
        year_inferred: stated.year_inferred,
        cadence: None,
    }))
}

/// How a phrase binds, and the rest of it.
pub(super) fn operator(phrase: &str) -> (DeadlineOperator, &str) {
    OPERATORS
        .iter()
        .find_map(|(words, operator)| after(phrase, words).map(|rest| (*operator, rest)))
        .unwrap_or((DeadlineOperator::Within, phrase))
}

/// What follows whole words at the start of a phrase.
pub(super) fn after<'a>(phrase: &'a str, words: &str) -> Option<&'a str> {
    phrase.strip_prefix(words)?.strip_prefix(' ')
}

/// The years of "\[trong\] giai đoạn 2026 – 2030", as written.
fn running_period(phrase: &str) -> Option<&str> {
    let phrase = after(phrase, "trong").unwrap_or(phrase);
    after(phrase, "giai doan").or_else(|| after(phrase, "thoi ki"))
}

/// The last year of "2026 – 2030" or "từ năm 2026 đến năm 2030".
fn last_year(years: &str) -> Result<i32, DeadlineError> {
    let years = after(years, "tu").unwrap_or(years).replace(" den ", "-");
    let (first, last) = years.split_once('-').ok_or(DeadlineError::Unreadable)?;
    let year = |text: &str| {
        let text = text.trim();
        year(after(text, "nam").unwrap_or(text))
    };
    let (first, last) = (year(first)?, year(last)?);
    if first <= last { Ok(last) } else { Err(DeadlineError::NoSuchDate) }
}

/// A day (with an hour), month, quarter, half-year or year, with all of the text.
///
/// A year that is left out is the first in which the day that counts is not before the day on which the words were written:
/// for what is to be done before it the first day of the unit, else the last.
pub(super) fn unit(text: &str, operator: DeadlineOperator, given: Option<Given>) -> Result<Stated, DeadlineError> {
    if let Some((minute, rest)) = term::hour(text) {
        // Before an hour of a day, some of the day is left, unless it is its first.
        let binds = if minute > 0 && operator == DeadlineOperator::Before { DeadlineOperator::By } else { operator };
        return Ok(Stated { operator: Some(binds), ..unit(rest, binds, given)? });
    }
    let year_of = |make: &dyn Fn(i32) -> Result<Stated, DeadlineError>, written: Option<i32>| {
        let Some(given) = written.is_none().then_some(given).flatten() else {
            return make(written.ok_or(DeadlineError::NoYear)?);
        };
        let counts = |stated: &Stated| match operator {
            DeadlineOperator::Before => stated.days.start,
            _ => stated.days.last_day(),
        };
        let years = [given.on.year(), given.on.year() + 1];
        let first = years.into_iter().filter_map(|year| make(year).ok()).find(|stated| counts(stated) >= given.on);
        first.map(|stated| Stated { year_inferred: true, ..stated }).ok_or(DeadlineError::NoSuchDate)
    };
    if let Some((half, rest)) = half(text) {
        let written = if rest.is_empty() { None } else { Some(year(rest)?) };
        return year_of(&|year| whole(PeriodKind::HalfYear, year, half), written);
    }
    if let Some(rest) = after(text, "nam") {
        return whole(PeriodKind::Year, year(rest)?, 1);
    }
    if let Some(rest) = after(text, "thang") {
        let ([month], written) = parts(rest, number)?;
        return year_of(&|year| whole(PeriodKind::Month, year, month), written);
    }
    if let Some(rest) = after(text, "qui") {
        let ([quarter], written) = parts(rest, quarter)?;
        return year_of(&|year| whole(PeriodKind::Quarter, year, quarter), written);
    }
    let rest = after(text, "ngay").unwrap_or(text);
    if rest == text
        && let Ok(year) = year(text)
    {
        return whole(PeriodKind::Year, year, 1);
    }
    let ([day, month], written) = parts(rest, number)?;
    let make = |year| {
        let month = days_of(PeriodKind::Month, year, month)?;
        let on = month.start.with_day(day).ok_or(DeadlineError::NoSuchDate)?;
        Ok(Stated {
            days: Window::of_days(on, on),
            precision: DatePrecision::Day,
            operator: None,
            year_inferred: false,
        })
    };
    year_of(&make, written)
}

/// "6 tháng đầu năm", "6 tháng cuối năm 2026": which half, and the year as written.
fn half(text: &str) -> Option<(u32, &str)> {
    let rest = ["6", "06", "sau"].iter().find_map(|six| after(text, six))?;
    let rest = after(rest, "thang")?;
    let (half, rest) = [("dau nam", 1), ("cuoi nam", 2)]
        .into_iter()
        .find_map(|(words, half)| rest.strip_prefix(words).map(|rest| (half, rest)))?;
    (rest.is_empty() || rest.starts_with(' ')).then(|| (half, rest.trim_start()))
}

/// `N` numbers and a year, which may be left out: "15/4/2025", "15 tháng 4 năm 2025", "15/4", "IV năm 2025".
///
/// Hyphens and dots are read only where a year follows: without it they may as well mark a range of days.
fn parts<const N: usize>(
    text: &str,
    read: fn(&str) -> Result<u32, DeadlineError>,
) -> Result<([u32; N], Option<i32>), DeadlineError> {
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
    match rest {
        [written] => Ok((read_numbers, Some(year(written)?))),
        [] if mark == '/' => Ok((read_numbers, None)),
        _ => Err(DeadlineError::Unreadable),
    }
}

fn whole(kind: PeriodKind, year: i32, index: u32) -> Result<Stated, DeadlineError> {
    let precision = match kind {
        PeriodKind::Month => DatePrecision::Month,
        PeriodKind::Quarter => DatePrecision::Quarter,
        PeriodKind::HalfYear => DatePrecision::HalfYear,
        _ => DatePrecision::Year,
    };
    Ok(Stated { days: days_of(kind, year, index)?, precision, operator: None, year_inferred: false })
}

pub(super) fn days_of(kind: PeriodKind, year: i32, index: u32) -> Result<Window, DeadlineError> {
    let period = Period::new(kind, year, index).map_err(|_: PeriodError| DeadlineError::NoSuchDate)?;
    Ok(period.window(Regime::Calendar))
}

/// A year of four digits: "25" could be a day as well.
fn year(text: &str) -> Result<i32, DeadlineError> {
    if text.len() == 4 { digits(text).map(u32::cast_signed) } else { Err(DeadlineError::Unreadable) }
}

/// A number of one or two digits.
pub(super) fn number(text: &str) -> Result<u32, DeadlineError> {
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
