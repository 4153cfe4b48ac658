//! The template of progress: the directives that an agency leads and that are not done.

use rust_xlsxwriter::{DataValidation, DataValidationRule, XlsxError};

use super::{HEADING, Head, template};
use crate::{progress::FORM, stamp::Stamp};

/// A row of the template: a directive that is not done.
#[derive(Debug, Clone)]
pub struct OpenDirective {
    /// Its code.
    pub code: String,
    /// What is to be done.
    pub title: String,
    /// Its last day, in words; none if it has none.
    pub due: Option<String>,
    /// How much was done by the latest report, of 100.
    pub percent: Option<i16>,
    /// The version in which it is seen.
    pub version: i32,
}

/// Writes the template of progress as XLSX.
pub fn progress(stamp: &Stamp, head: &Head, rows: &[OpenDirective]) -> Result<Vec<u8>, XlsxError> {
    let title = format!("TIẾN ĐỘ NHIỆM VỤ {} — {}", head.period, head.agency);
    let told = "Chỉ nhập vào ô trắng. Nhiệm vụ không có gì mới thì để trống. / Fill in white cells only; leave a row empty if there is nothing new.";
    template(&FORM, Some(stamp), ("Tiến độ", title, told.to_owned()), |sheet| {
        for (row, directive) in (HEADING + 1..).zip(rows) {
            let texts = [
                ("directive", directive.code.as_str()),
                ("title", &directive.title),
                ("due", directive.due.as_deref().unwrap_or_default()),
                ("period", &stamp.period),
            ];
            for (key, text) in texts {
                sheet.shown(row, key, text)?;
            }
            sheet.shown_number(row, "last", directive.percent.map(f64::from))?;
            sheet.shown_number(row, "expectedVersion", Some(directive.version.into()))?;
            sheet.open(row, "percent")?;
            for key in ["narrative", "obstacles", "evidence"] {
                sheet.open_text(row, key)?;
            }
            let rule = DataValidation::new().allow_whole_number(DataValidationRule::Between(0, 100));
            sheet.takes(row, ("percent", "percent"), rule, "Nhập một số nguyên từ 0 đến 100")?;
        }
        Ok(())
    })
}
