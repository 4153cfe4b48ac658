//! Templates: forms to be filled in, a row for each thing that is owed, with what must not be changed locked.

mod figures;
mod progress;
mod targets;

use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, Format, FormatAlign, FormatBorder, Note, ProtectionOptions,
    Workbook, Worksheet, XlsxError,
};

pub use self::{
    figures::{Asks, OwedFigure, figures},
    progress::{OpenDirective, progress},
    targets::{Target, targets},
};
use crate::{
    form::Form,
    stamp::{self, Stamp},
};

/// What stands above the rows.
#[derive(Debug, Clone)]
pub struct Head {
    /// Who reports.
    pub agency: String,
    /// The period in words.
    pub period: String,
    /// The last day on which it is on time, in words; none if there is none.
    pub due: Option<String>,
}

/// The row of the headings, from 0.
const HEADING: u32 = 3;

/// The sheet that is filled in, while it is being written.
struct Sheet<'a> {
    page: &'a mut Worksheet,
    form: &'static Form,
    ink: Ink,
}

/// Writes a template as XLSX: its title, what to do, the headings, the rows. One that is for somebody has a hidden sheet that says so, and what
/// must not be changed in it is locked.
fn template(
    form: &'static Form,
    stamp: Option<&Stamp>,
    (name, title, told): (&str, String, String),
    rows: impl FnOnce(&mut Sheet<'_>) -> Result<(), XlsxError>,
) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    page.set_name(name)?;
    page.write_with_format(0, 0, title, &Format::new().set_bold().set_font_size(13.0))?;
    page.write(1, 0, told)?;
    let mut written = Sheet { page, form, ink: Ink::new() };
    written.headings()?;
    rows(&mut written)?;
    written.page.set_freeze_panes(HEADING + 1, 2)?;
    // On paper: A4 across, all columns on one page, the headings on each.
    written.page.set_paper_size(9).set_landscape().set_print_fit_to_pages(1, 0);
    written.page.set_repeat_rows(HEADING, HEADING)?;
    if let Some(stamp) = stamp {
        // Columns may be made wider.
        written.page.protect_with_options(&ProtectionOptions {
            format_columns: true,
            format_rows: true,
            ..ProtectionOptions::default()
        });
        write_stamp(&mut book, stamp)?;
    }
    book.save_to_buffer()
}

/// Writes the hidden sheet of a template.
pub(crate) fn write_stamp(book: &mut Workbook, stamp: &Stamp) -> Result<(), XlsxError> {
    let hidden = book.add_worksheet();
    hidden.set_name(stamp::SHEET)?.set_hidden(true);
    for (row, (key, value)) in (0..).zip(stamp.rows()) {
        hidden.write(row, 0, key)?.write(row, 1, value)?;
    }
    hidden.protect();
    Ok(())
}

/// The formats of cells.
struct Ink {
    locked: Format,
    open: Format,
    text: Format,
    closed: Format,
}

impl Ink {
    fn new() -> Self {
        let cell = Format::new().set_border(FormatBorder::Thin).set_align(FormatAlign::Top);
        let grey = cell.clone().set_background_color(Color::RGB(0x00EE_EEEE)).set_locked();
        Self {
            locked: grey.clone().set_text_wrap(),
            open: cell.clone().set_unlocked().set_num_format("General"),
            text: cell.set_unlocked().set_num_format("@").set_text_wrap(),
            closed: grey,
        }
    }
}

impl Sheet<'_> {
    fn column(&self, key: &str) -> u16 {
        self.form.index(key).and_then(|it| u16::try_from(it).ok()).unwrap_or_default()
    }

    /// Headings in both languages, each with a note that says what belongs there.
    fn headings(&mut self) -> Result<(), XlsxError> {
        let heading = Format::new()
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::Center)
            .set_align(FormatAlign::VerticalCenter)
            .set_border(FormatBorder::Thin)
            .set_background_color(Color::RGB(0x00D9_E5F2));
        for (n, it) in (0..).zip(self.form.columns) {
            self.page.set_column_width(n, it.width)?;
            self.page.write_with_format(HEADING, n, format!("{}\n{}", it.vi, it.en), &heading)?;
            let note = Note::new(format!("{}\n{}", it.note.0, it.note.1)).add_author_prefix(false);
            self.page.insert_note(HEADING, n, &note)?;
        }
        self.page.set_row_height(HEADING, 34)?;
        Ok(())
    }

    /// A text that is only read.
    fn shown(&mut self, row: u32, key: &str, text: &str) -> Result<(), XlsxError> {
        self.page.write_with_format(row, self.column(key), text, &self.ink.locked)?;
        Ok(())
    }

    /// A number that is only read, if there is one.
    fn shown_number(&mut self, row: u32, key: &str, number: Option<f64>) -> Result<(), XlsxError> {
        match number {
            Some(number) => self.page.write_with_format(row, self.column(key), number, &self.ink.locked)?,
            None => self.page.write_blank(row, self.column(key), &self.ink.locked)?,
        };
        Ok(())
    }

    /// A cell for a number.
    fn open(&mut self, row: u32, key: &str) -> Result<(), XlsxError> {
        self.page.write_blank(row, self.column(key), &self.ink.open)?;
        Ok(())
    }

    /// A text that may be changed.
    fn text(&mut self, row: u32, key: &str, text: &str) -> Result<(), XlsxError> {
        self.page.write_with_format(row, self.column(key), text, &self.ink.text)?;
        Ok(())
    }

    /// All cells of a column are text, whatever is typed there.
    fn all_text(&mut self, key: &str) -> Result<(), XlsxError> {
        self.page.set_column_format(self.column(key), &Format::new().set_num_format("@"))?;
        Ok(())
    }

    /// A number that may be changed.
    fn number(&mut self, row: u32, key: &str, number: &str) -> Result<(), XlsxError> {
        match number.parse::<f64>() {
            Ok(number) => self.page.write_with_format(row, self.column(key), number, &self.ink.open)?,
            Err(_) => self.page.write_with_format(row, self.column(key), number, &self.ink.text)?,
        };
        Ok(())
    }

    /// A cell for words.
    fn open_text(&mut self, row: u32, key: &str) -> Result<(), XlsxError> {
        self.page.write_blank(row, self.column(key), &self.ink.text)?;
        Ok(())
    }

    /// A cell that is not asked for in this row.
    fn closed(&mut self, row: u32, key: &str) -> Result<(), XlsxError> {
        self.page.write_blank(row, self.column(key), &self.ink.closed)?;
        Ok(())
    }

    /// What the program itself refuses to take, in the columns from `first` to `last`.
    fn takes(
        &mut self,
        row: u32,
        (first, last): (&str, &str),
        rule: DataValidation,
        told: &str,
    ) -> Result<(), XlsxError> {
        let rule = rule
            .set_error_style(DataValidationErrorStyle::Stop)
            .set_error_title("Số liệu không hợp lệ")?
            .set_error_message(told)?;
        let (first, last) = (self.column(first), self.column(last));
        self.page.add_data_validation(row, first, row, last, &rule)?;
        Ok(())
    }
}
