//! A file with its errors beside the cells.
//!
//! No library here changes a file in place, so the copy is a new XLSX whatever the file was: its rows as they were read, at the same
//! places, without the formats, drawings and formulas of the original. What was merged over rows is repeated in each.

use std::{collections::HashMap, ops::ControlFlow};

use rust_xlsxwriter::{Color, Format, Workbook, Worksheet, XlsxError};

use crate::{
    form::Form,
    issue::Issue,
    read::{Cell, Event, File, Value},
    survey::{Layout, Survey},
    table::Carried,
    template,
};

/// A column, and what is wrong there.
type Told = (Option<u32>, String);

/// What is wrong in the rows of a file.
#[derive(Debug, Clone, Default)]
pub struct Marks {
    rows: HashMap<(String, u32), Vec<Told>>,
    file: Vec<String>,
}

impl Marks {
    /// Adds what is wrong at a place; without a row, it is about the file.
    pub fn add(&mut self, sheet: &str, row: u32, column: Option<u32>, told: String) {
        if row == 0 {
            self.file.push(told);
        } else {
            self.rows.entry((sheet.to_owned(), row)).or_default().push((column, told));
        }
    }
}

/// Why a copy cannot be made.
#[derive(Debug)]
pub enum NoCopy {
    /// The file cannot be read.
    Unread(Issue),
    /// The copy cannot be written.
    Unwritten(XlsxError),
}

impl From<XlsxError> for NoCopy {
    fn from(error: XlsxError) -> Self {
        Self::Unwritten(error)
    }
}

impl From<Issue> for NoCopy {
    fn from(issue: Issue) -> Self {
        Self::Unread(issue)
    }
}

/// Writes the copy. Sheets without headings, and hidden ones, are left out.
pub fn copy(file: &File<'_>, form: &Form, survey: &Survey, marks: &Marks) -> Result<Vec<u8>, NoCopy> {
    let mut book = Workbook::new();
    let mut copying = Copying { survey, form, marks, ink: Ink::new(), n: 0, open: None };
    let mut failed = None;
    file.read(&mut |event| match copying.take(&mut book, event) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            failed = Some(error);
            ControlFlow::Break(())
        }
    })?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    if !marks.file.is_empty() {
        let sheet = book.add_worksheet();
        sheet.set_name("Lỗi của tệp")?.set_column_width(0, 100)?;
        for (row, told) in (0..).zip(&marks.file) {
            sheet.write(row, 0, told)?;
        }
    }
    if let Some(stamp) = &survey.stamp {
        template::write_stamp(&mut book, stamp)?;
    }
    Ok(book.save_to_buffer()?)
}

struct Ink {
    percent: Format,
    day: Format,
    bad: Format,
    bad_percent: Format,
    bad_day: Format,
    told: Format,
}

impl Ink {
    fn new() -> Self {
        let red = Format::new().set_background_color(Color::RGB(0x00F8_CBCB));
        Self {
            percent: Format::new().set_num_format("0.##########%"),
            day: Format::new().set_num_format("dd/mm/yyyy"),
            bad_percent: red.clone().set_num_format("0.##########%"),
            bad_day: red.clone().set_num_format("dd/mm/yyyy"),
            bad: red,
            told: Format::new().set_font_color(Color::RGB(0x00A0_0000)).set_text_wrap(),
        }
    }
}

struct Copying<'a> {
    survey: &'a Survey,
    form: &'a Form,
    marks: &'a Marks,
    ink: Ink,
    n: usize,
    /// The place of the sheet in the copy, its place in the file, and what is carried on.
    open: Option<(usize, usize, Carried, u16)>,
}

impl Copying<'_> {
    fn take(&mut self, book: &mut Workbook, event: Event) -> Result<(), XlsxError> {
        match event {
            Event::Sheet(_) => {
                self.open = None;
                if let Some(layout) = self.survey.sheets.get(&self.n) {
                    let place = book.worksheets().len();
                    let sheet = book.add_worksheet_with_constant_memory()?;
                    sheet.set_name(name(layout, self.n))?;
                    for (n, column) in &layout.columns {
                        let width = self.form.columns.get(*n).map_or(12, |it| it.width);
                        sheet.set_column_width(u16::try_from(*column).unwrap_or_default(), width)?;
                    }
                    // Beside the last column that is read.
                    let errors = layout.columns.values().max().map_or(0, |it| it + 1);
                    let errors = u16::try_from(errors).unwrap_or_default();
                    sheet.set_column_width(errors, 80)?;
                    self.open = Some((place, self.n, Carried::default(), errors));
                }
                self.n += 1;
            }
            Event::Row(mut row) => {
                let Some((place, n, carried, errors)) = &mut self.open else { return Ok(()) };
                let Some(layout) = self.survey.sheets.get(n) else { return Ok(()) };
                if row.number > layout.heading {
                    carried.carry(self.form, layout, &mut row);
                }
                let told = self
                    .marks
                    .rows
                    .get(&(layout.sheet.name.clone(), row.number))
                    .map(Vec::as_slice)
                    .unwrap_or_default();
                let sheet = book.worksheet_from_index(*place)?;
                let at = row.number - 1;
                for cell in row.cells.iter().filter(|it| it.column < u32::from(*errors)) {
                    let is_bad = told.iter().any(|(column, _)| *column == Some(cell.column));
                    write(sheet, at, cell, is_bad, &self.ink)?;
                }
                if row.number == layout.heading {
                    sheet.write_with_format(at, *errors, "Lỗi / Errors", &self.ink.told)?;
                } else if !told.is_empty() {
                    let all: Vec<&str> = told.iter().map(|(_, it)| it.as_str()).collect();
                    let all: String = all.join("\n").chars().take(8_000).collect();
                    sheet.write_with_format(at, *errors, all, &self.ink.told)?;
                }
            }
        }
        Ok(())
    }
}

/// The name of a sheet, as Excel takes it: other programs allow longer ones, and more signs in them. A file of text has no names.
fn name(layout: &Layout, place: usize) -> String {
    let name = &layout.sheet.name;
    if name.is_empty() {
        return "CSV".to_owned();
    }
    let allowed: String = name.chars().map(|it| if "[]*?:/\\".contains(it) { ' ' } else { it }).collect();
    let allowed = allowed.trim_matches(['\'', ' ']);
    if allowed == name && name.chars().map(char::len_utf16).sum::<usize>() <= 31 {
        return name.clone();
    }
    // Two long names may begin alike.
    let short: String = allowed.chars().take(24).collect();
    format!("{} ({})", short.trim_end(), place + 1)
}

fn write(sheet: &mut Worksheet, row: u32, cell: &Cell, is_bad: bool, ink: &Ink) -> Result<(), XlsxError> {
    let column = u16::try_from(cell.column).unwrap_or_default();
    let plain = Format::default();
    let format = match (&cell.value, cell.percent, is_bad) {
        (Value::Number(_), Some(true), false) => &ink.percent,
        (Value::Number(_), Some(true), true) => &ink.bad_percent,
        (Value::Day(_), _, false) => &ink.day,
        (Value::Day(_), _, true) => &ink.bad_day,
        (_, _, true) => &ink.bad,
        _ => &plain,
    };
    match &cell.value {
        Value::Text(it) => {
            sheet.write_string_with_format(row, column, it.chars().take(32_000).collect::<String>(), format)?
        }
        Value::Number(it) => sheet.write_number_with_format(row, column, *it, format)?,
        Value::Bool(it) => sheet.write_boolean_with_format(row, column, *it, format)?,
        Value::Day(it) => {
            let begin = chrono::NaiveDate::from_ymd_opt(1899, 12, 30).unwrap_or_default();
            let days = i32::try_from((*it - begin).num_days()).unwrap_or_default();
            sheet.write_number_with_format(row, column, days, format)?
        }
        Value::Error(it) => sheet.write_string_with_format(row, column, it, format)?,
        Value::Uncomputed => sheet.write_string_with_format(row, column, "=?", format)?,
    };
    Ok(())
}
