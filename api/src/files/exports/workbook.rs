//! Rows as a workbook of Excel. They are kept in temporary files as they come, so that memory does not grow with them; the workbook
//! is packed when it is whole.

use std::{
    fs::File,
    io::{self, Seek as _, SeekFrom},
    time::Duration,
};

use chrono::{DateTime, Datelike as _, NaiveDateTime, Timelike as _, Utc};
use rust_xlsxwriter::{DocProperties, Format, FormatAlign, Workbook, Worksheet, XlsxError};
use schema::language::Language;
use serde_json::{Value, value::RawValue};

use super::{
    cell::{Cell, cell, is_formula},
    headings::heading,
    lists::{Column, Form},
    sheet::About,
};

/// Rows that a sheet holds beside its headings.
pub const MOST_ROWS: u64 = 1_048_575;

/// Letters that a cell holds, as Excel counts them: in UTF-16.
const MOST_LETTERS: usize = 32_767;

/// Digits that a number of Excel holds.
const DIGITS: usize = 15;

/// Decimal places for which there is a format of their own.
const PLACES: usize = 10;

/// A workbook that grows.
pub struct Book {
    about: About,
    workbook: Workbook,
    formats: Formats,
    rows: u32,
    /// Cells whose text did not fit.
    cut: u64,
}

struct Formats {
    heading: Format,
    day: Format,
    instant: Format,
    /// Keeps a text one when somebody edits it.
    quoted: Format,
    /// By the number of decimal places.
    numbers: Vec<Format>,
}

impl Formats {
    fn new() -> Self {
        let number = |places: usize| match places {
            0 => Format::new().set_num_format("0"),
            places => Format::new().set_num_format(format!("0.{}", "0".repeat(places))),
        };
        Self {
            heading: Format::new().set_bold().set_text_wrap().set_align(FormatAlign::Top),
            day: Format::new().set_num_format("dd/mm/yyyy"),
            instant: Format::new().set_num_format("dd/mm/yyyy hh:mm:ss"),
            quoted: Format::new().set_quote_prefix(),
            numbers: (0..=PLACES).map(number).collect(),
        }
    }
}

#[allow(clippy::needless_pass_by_value, reason = "made for `map_err`")]
fn failed(error: XlsxError) -> io::Error {
    io::Error::other(error.to_string())
}

impl Book {
    /// With its headings.
    pub fn begin(about: About) -> io::Result<Self> {
        let mut workbook = Workbook::new();
        let properties = DocProperties::new().set_creation_datetime(&about.instant);
        workbook.set_properties(&properties);
        let formats = Formats::new();
        let sheet = workbook.add_worksheet_with_constant_memory().map_err(failed)?;
        let title = if about.asked.language == Language::Vi { "Dữ liệu" } else { "Data" };
        sheet.set_name(title).map_err(failed)?;
        sheet.set_freeze_panes(1, 0).map_err(failed)?;
        for (index, column) in (0_u16..).zip(&about.columns) {
            sheet.set_column_width(index, width(column)).map_err(failed)?;
            sheet.write_string_with_format(0, index, about.heading(column), &formats.heading).map_err(failed)?;
        }
        Ok(Self { about, workbook, formats, rows: 0, cut: 0 })
    }

    /// Adds rows.
    pub fn add(&mut self, rows: &[Box<RawValue>]) -> io::Result<()> {
        let words = self.about.words();
        let sheet = self.workbook.worksheet_from_index(0).map_err(failed)?;
        for row in rows {
            if u64::from(self.rows) >= MOST_ROWS {
                return Err(io::Error::other(format!("a sheet holds {MOST_ROWS} rows")));
            }
            self.rows += 1;
            let row: Value = serde_json::from_str(row.get())?;
            for (index, column) in (0_u16..).zip(&self.about.columns) {
                let is_cut =
                    write(sheet, &self.formats, (self.rows, index), cell(column, &row, words)).map_err(failed)?;
                self.cut += u64::from(is_cut);
            }
        }
        Ok(())
    }

    /// The whole file, at its beginning.
    pub fn end(mut self) -> io::Result<File> {
        let last = u16::try_from(self.about.columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
        let sheet = self.workbook.worksheet_from_index(0).map_err(failed)?;
        sheet.autofilter(0, 0, self.rows, last).map_err(failed)?;
        self.tell()?;
        let mut file = tempfile::tempfile()?;
        self.workbook.save_to_writer(&mut file).map_err(failed)?;
        file.seek(SeekFrom::Start(0))?;
        Ok(file)
    }

    /// The second sheet: what the first one is, and what its columns are.
    fn tell(&mut self) -> io::Result<()> {
        let About { asked, columns, instant, source } = &self.about;
        let vi = asked.language == Language::Vi;
        let said = |vi_words: &'static str, en: &'static str| if vi { vi_words } else { en };
        let arguments = serde_json::to_string(&asked.arguments)?;
        let cut = match self.cut {
            0 => said("Không có", "None").to_owned(),
            cut if vi => format!("{cut} ô dài hơn {MOST_LETTERS} ký tự đã bị cắt; bản đầy đủ có trong CSV và NDJSON"),
            cut => format!("{cut} cells longer than {MOST_LETTERS} letters; CSV and NDJSON have them whole"),
        };
        let lines = [
            (said("Danh sách", "List"), asked.list.name.clone()),
            (said("Bộ lọc và cách sắp xếp", "Filter and order"), arguments),
            (said("Thời điểm xuất (giờ Việt Nam)", "Drawn at (Vietnam time)"), local(*instant).to_string()),
            (
                said("Theo thông tin đã biết tại (giờ Việt Nam)", "As known at (Vietnam time)"),
                local(asked.as_of.unwrap_or(*instant)).to_string(),
            ),
            (said("Nguồn", "Source"), source.clone()),
            (said("Số dòng", "Rows"), self.rows.to_string()),
            (said("Ô bị cắt", "Cells cut short"), cut),
            (
                said("Giờ trong bảng", "Times in the sheet"),
                said("Giờ Việt Nam (UTC+7)", "Vietnam time (UTC+7)").to_owned(),
            ),
        ];
        let sheet = self.workbook.add_worksheet();
        sheet.set_name(said("Nguồn", "Source")).map_err(failed)?;
        for (index, width) in [(0, 40.0), (1, 60.0), (2, 40.0)] {
            sheet.set_column_width(index, width).map_err(failed)?;
        }
        let mut row = 0;
        for (name, words) in lines {
            sheet.write_string_with_format(row, 0, name, &self.formats.heading).map_err(failed)?;
            write(sheet, &self.formats, (row, 1), Cell::Text(words)).map_err(failed)?;
            row += 1;
        }
        row += 1;
        for (index, words) in [(0, said("Trường", "Field")), (1, "Tiêu đề (tiếng Việt)"), (2, "Heading (English)")]
        {
            sheet.write_string_with_format(row, index, words, &self.formats.heading).map_err(failed)?;
        }
        for column in columns {
            row += 1;
            let words = [column.name(), heading(column, Language::Vi), heading(column, Language::En)];
            for (index, words) in (0_u16..).zip(words) {
                sheet.write_string(row, index, words).map_err(failed)?;
            }
        }
        Ok(())
    }
}

/// Writes a cell, and answers whether it had to be cut.
fn write(sheet: &mut Worksheet, formats: &Formats, (row, column): (u32, u16), cell: Cell) -> Result<bool, XlsxError> {
    match cell {
        Cell::Empty => {}
        Cell::Boolean(value) => {
            sheet.write_boolean(row, column, value)?;
        }
        // Excel knows no day before.
        Cell::Day(day) if day.year() < 1900 => {
            sheet.write_string(row, column, day.format("%d/%m/%Y").to_string())?;
        }
        Cell::Day(day) => {
            sheet.write_datetime_with_format(row, column, day, &formats.day)?;
        }
        Cell::Instant(instant) => {
            sheet.write_datetime_with_format(row, column, local(instant), &formats.instant)?;
        }
        Cell::Number(text) => match number(&text).zip(formats.numbers.get(places(&text))) {
            Some((number, format)) => {
                sheet.write_number_with_format(row, column, number, format)?;
            }
            // A number of Excel would not be this one.
            None => {
                sheet.write_string(row, column, text)?;
            }
        },
        Cell::Text(text) => {
            let fitting = fitting(&text);
            let (words, is_cut) = (fitting.unwrap_or(&text), fitting.is_some());
            if is_formula(words) {
                sheet.write_string_with_format(row, column, words, &formats.quoted)?;
            } else {
                sheet.write_string(row, column, words)?;
            }
            return Ok(is_cut);
        }
    }
    Ok(false)
}

/// The beginning of a text that is too long for a cell.
fn fitting(text: &str) -> Option<&str> {
    if text.len() <= MOST_LETTERS {
        return None;
    }
    let mut letters = 0;
    for (at, letter) in text.char_indices() {
        letters += letter.len_utf16();
        if letters > MOST_LETTERS {
            return text.get(..at);
        }
    }
    None
}

fn places(text: &str) -> usize {
    text.split_once('.').map_or(0, |(_, places)| places.len())
}

/// A number as Excel holds it, if that is exactly the same.
fn number(text: &str) -> Option<f64> {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_plain = text.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '-' | '.'));
    if is_plain && digits <= DIGITS { text.parse().ok() } else { None }
}

/// As a clock in Việt Nam shows it, to the second.
fn local(instant: DateTime<Utc>) -> NaiveDateTime {
    let local = instant.naive_utc() + Duration::from_secs(7 * 3600);
    local.with_nanosecond(0).unwrap_or(local)
}

fn width(column: &Column) -> f64 {
    match column.form {
        Form::Boolean | Form::Integer | Form::Float | Form::Decimal | Form::Day => 13.0,
        Form::Instant | Form::Enum(_) => 20.0,
        Form::Text | Form::Json => match column.path.last().map(String::as_str) {
            Some("name" | "title" | "content" | "wording" | "summary" | "text" | "note") => 45.0,
            _ => 24.0,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_exact_or_a_text() {
        assert_eq!(number("-8.50"), Some(-8.5));
        assert_eq!(number("123456789012.345"), Some(123_456_789_012.345));
        assert_eq!(number("1234567890123.4567"), None);
        assert_eq!((places("8.50"), places("8")), (2, 0));
    }

    #[test]
    fn what_does_not_fit_is_cut_between_letters() {
        assert_eq!(fitting("Sở Y tế"), None);
        let text = "ế".repeat(MOST_LETTERS);
        assert_eq!(fitting(&text), None);
        assert_eq!(fitting(&format!("{text}a")), Some(text.as_str()));
        // Two in UTF-16.
        let text = "𠀋".repeat(20_000);
        assert_eq!(fitting(&text).map(|text| text.chars().count()), Some(16_383));
    }

    #[test]
    fn clocks_are_vietnamese() {
        let instant = "2025-04-15T18:30:00.5Z".parse().unwrap();
        assert_eq!(local(instant).to_string(), "2025-04-16 01:30:00");
    }
}
