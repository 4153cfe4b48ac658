//! The sheet of targets as it is kept and edited: those that are there, and rows for more.

use std::collections::HashMap;

use rust_xlsxwriter::{DataValidation, XlsxError};

use super::{HEADING, template};
use crate::{form::Reads, targets::FORM};

/// A target, by the keys of the columns; numbers with a point.
pub type Target = HashMap<&'static str, String>;

/// Rows for targets that are not there yet.
const MORE: u32 = 200;

/// Writes targets as XLSX, for people who keep a catalogue in a spreadsheet. All of it may be changed.
pub fn targets(title: &str, rows: &[Target]) -> Result<Vec<u8>, XlsxError> {
    let told = "Mỗi dòng là một chỉ tiêu. Sửa hoặc thêm dòng, rồi chạy: cotmoc apply. / A row is a target. Change or add rows, then: cotmoc apply.";
    template(&FORM, None, ("Chỉ tiêu", title.to_owned(), told.to_owned()), |sheet| {
        // Else a program makes numbers and days of codes in rows that are added.
        for column in FORM.columns.iter().filter(|it| matches!(it.reads, Reads::Code | Reads::Text)) {
            sheet.all_text(column.key)?;
        }
        for (row, target) in (HEADING + 1..).zip(rows) {
            for column in FORM.columns {
                match (column.reads, target.get(column.key)) {
                    (_, None) => sheet.open_text(row, column.key)?,
                    (Reads::Number | Reads::Whole, Some(number)) => sheet.number(row, column.key, number)?,
                    (Reads::Choice(words), Some(word)) => {
                        let name = words.iter().find(|(value, ..)| value == word).map_or(word.as_str(), |it| it.1);
                        sheet.text(row, column.key, name)?;
                    }
                    (_, Some(text)) => sheet.text(row, column.key, text)?,
                }
            }
        }
        let last = HEADING + MORE + u32::try_from(rows.len()).unwrap_or_default();
        for column in FORM.columns {
            let Reads::Choice(words) = column.reads else { continue };
            let names: Vec<&str> = words.iter().map(|(_, vi, _)| *vi).collect();
            let rule = DataValidation::new()
                .allow_list_strings(&names)?
                .set_error_title(column.vi)?
                .set_error_message("Chọn trong danh sách")?;
            let place = sheet.column(column.key);
            sheet.page.add_data_validation(HEADING + 1, place, last, place, &rule)?;
        }
        Ok(())
    })
}
