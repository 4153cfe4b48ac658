//! The template: a form to be filled in, a row an obligation, with what must not be changed locked.

use rust_decimal::{Decimal, prelude::ToPrimitive as _};
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DataValidationRule, Format, FormatAlign, FormatBorder, Note,
    ProtectionOptions, Workbook, Worksheet, XlsxError,
};

use crate::{
    figures::{FORM, OBSERVATIONS},
    stamp::{self, Stamp},
};

/// How a figure is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// As a number.
    Value,
    /// As 1 or 0.
    YesNo,
    /// As numerator and denominator.
    Ratio,
    /// In words.
    Words,
}

/// A row of the template: a figure that is owed.
#[derive(Debug, Clone)]
pub struct Owed {
    /// The code of the indicator.
    pub indicator: String,
    /// Its name.
    pub name: String,
    /// The code of whose figure it is.
    pub subject: String,
    /// The unit, in words.
    pub unit: String,
    /// The latest published figure.
    pub last: Option<Decimal>,
    /// The smallest that is plausible.
    pub lower: Option<Decimal>,
    /// The largest.
    pub upper: Option<Decimal>,
    /// How it is given.
    pub asks: Asks,
    /// The version of the draft that is there.
    pub version: Option<i32>,
}

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

/// Writes the template as XLSX.
pub fn figures(stamp: &Stamp, head: &Head, rows: &[Owed]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("Số liệu")?;
    let title = Format::new().set_bold().set_font_size(13.0);
    sheet.write_with_format(0, 0, format!("SỐ LIỆU {} — {}", head.period, head.agency), &title)?;
    let due = head.due.as_ref().map(|it| format!("Hạn báo cáo: {it}. ")).unwrap_or_default();
    sheet.write(1, 0, format!("{due}Chỉ nhập vào ô trắng. Dòng không có số liệu thì để trống. / Fill in white cells only; leave a row empty if there is no figure."))?;
    headings(sheet)?;
    let ink = Ink::new();
    for (row, owed) in (HEADING + 1..).zip(rows) {
        write_row(sheet, row, &stamp.period, owed, &ink)?;
    }
    let last = HEADING + u32::try_from(rows.len()).unwrap_or_default();
    choices(sheet, last.max(HEADING + 1))?;
    sheet.set_freeze_panes(HEADING + 1, 2)?;
    // Columns may be made wider, and rows filtered.
    sheet.protect_with_options(&ProtectionOptions {
        format_columns: true,
        format_rows: true,
        ..ProtectionOptions::default()
    });
    write_stamp(&mut book, stamp)?;
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

fn column(key: &str) -> u16 {
    FORM.index(key).and_then(|it| u16::try_from(it).ok()).unwrap_or_default()
}

/// Headings in both languages, each with a note that says what belongs there.
fn headings(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let heading = Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter)
        .set_border(FormatBorder::Thin)
        .set_background_color(Color::RGB(0x00D9_E5F2));
    for (n, it) in (0..).zip(FORM.columns) {
        sheet.set_column_width(n, it.width)?;
        sheet.write_with_format(HEADING, n, format!("{}\n{}", it.vi, it.en), &heading)?;
        let note = Note::new(format!("{}\n{}", it.note.0, it.note.1)).add_author_prefix(false);
        sheet.insert_note(HEADING, n, &note)?;
    }
    sheet.set_row_height(HEADING, 34)?;
    Ok(())
}

fn write_row(sheet: &mut Worksheet, row: u32, period: &str, owed: &Owed, ink: &Ink) -> Result<(), XlsxError> {
    let texts =
        [("indicator", &owed.indicator), ("name", &owed.name), ("subject", &owed.subject), ("unit", &owed.unit)];
    for (key, text) in texts {
        sheet.write_with_format(row, column(key), text, &ink.locked)?;
    }
    sheet.write_with_format(row, column("period"), period, &ink.locked)?;
    match owed.last.and_then(|it| it.to_f64()) {
        Some(last) => sheet.write_with_format(row, column("last"), last, &ink.locked)?,
        None => sheet.write_blank(row, column("last"), &ink.locked)?,
    };
    sheet.write_with_format(row, column("bounds"), bounds(owed), &ink.locked)?;
    let is_open = |key: &str| match owed.asks {
        Asks::Value | Asks::YesNo => key == "value",
        Asks::Ratio => key == "numerator" || key == "denominator",
        Asks::Words => key == "narrative",
    };
    for key in ["value", "numerator", "denominator", "narrative"] {
        let format = match (is_open(key), key) {
            (false, _) => &ink.closed,
            (true, "narrative") => &ink.text,
            (true, _) => &ink.open,
        };
        sheet.write_blank(row, column(key), format)?;
    }
    for key in ["observation", "note", "comment"] {
        sheet.write_blank(row, column(key), &ink.text)?;
    }
    match owed.version {
        Some(version) => sheet.write_with_format(row, column("expectedVersion"), version, &ink.locked)?,
        None => sheet.write_blank(row, column("expectedVersion"), &ink.locked)?,
    };
    plausible(sheet, row, owed)
}

fn bounds(owed: &Owed) -> String {
    let written = |it: Decimal| it.normalize().to_string().replace('.', ",");
    match (owed.lower, owed.upper) {
        (Some(lower), Some(upper)) => format!("{} – {}", written(lower), written(upper)),
        (Some(lower), None) => format!("≥ {}", written(lower)),
        (None, Some(upper)) => format!("≤ {}", written(upper)),
        (None, None) => String::new(),
    }
}

/// What the program itself refuses to take: text where a number belongs, and what is not plausible.
fn plausible(sheet: &mut Worksheet, row: u32, owed: &Owed) -> Result<(), XlsxError> {
    let told = |rule: DataValidation, what: &str| -> Result<DataValidation, XlsxError> {
        rule.set_error_style(DataValidationErrorStyle::Stop)
            .set_error_title("Số liệu không hợp lệ")?
            .set_error_message(what)
    };
    let any = || DataValidationRule::Between(-1e15, 1e15);
    match owed.asks {
        Asks::Value => {
            let of = |it: Option<Decimal>| it.and_then(|it| it.to_f64());
            let rule = match (of(owed.lower), of(owed.upper)) {
                (Some(lower), Some(upper)) => DataValidationRule::Between(lower, upper),
                (Some(lower), None) => DataValidationRule::GreaterThanOrEqualTo(lower),
                (None, Some(upper)) => DataValidationRule::LessThanOrEqualTo(upper),
                (None, None) => any(),
            };
            let rule =
                told(DataValidation::new().allow_decimal_number(rule), &format!("Nhập một số {}", bounds(owed)))?;
            sheet.add_data_validation(row, column("value"), row, column("value"), &rule)?;
        }
        Asks::YesNo => {
            let rule = told(DataValidation::new().allow_list_strings(&["1", "0"])?, "Chọn 1 (có) hoặc 0 (không)")?;
            sheet.add_data_validation(row, column("value"), row, column("value"), &rule)?;
        }
        Asks::Ratio => {
            let rule = told(DataValidation::new().allow_decimal_number(any()), "Nhập một số")?;
            sheet.add_data_validation(row, column("numerator"), row, column("denominator"), &rule)?;
        }
        Asks::Words => {}
    }
    Ok(())
}

/// The drop-down of how firm a figure is.
fn choices(sheet: &mut Worksheet, last: u32) -> Result<(), XlsxError> {
    let names: Vec<&str> = OBSERVATIONS.iter().map(|(_, vi, _)| *vi).collect();
    let rule = DataValidation::new()
        .allow_list_strings(&names)?
        .set_error_title("Tính chất")?
        .set_error_message("Chọn trong danh sách")?;
    sheet.add_data_validation(HEADING + 1, column("observation"), last, column("observation"), &rule)?;
    Ok(())
}
