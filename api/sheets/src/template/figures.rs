//! The template of figures: what an agency owes for a period.

use rust_decimal::{Decimal, prelude::ToPrimitive as _};
use rust_xlsxwriter::{DataValidation, DataValidationRule, XlsxError};

use super::{HEADING, Head, Sheet, template};
use crate::{
    figures::{FORM, OBSERVATIONS},
    stamp::Stamp,
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
pub struct OwedFigure {
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

/// Writes the template of figures as XLSX.
pub fn figures(stamp: &Stamp, head: &Head, rows: &[OwedFigure]) -> Result<Vec<u8>, XlsxError> {
    let title = format!("SỐ LIỆU {} — {}", head.period, head.agency);
    let due = head.due.as_ref().map(|it| format!("Hạn báo cáo: {it}. ")).unwrap_or_default();
    let told = format!(
        "{due}Chỉ nhập vào ô trắng. Dòng không có số liệu thì để trống. / Fill in white cells only; leave a row empty if there is no figure."
    );
    template(&FORM, Some(stamp), ("Số liệu", title, told), |sheet| {
        for (row, owed) in (HEADING + 1..).zip(rows) {
            write(sheet, row, &stamp.period, owed)?;
        }
        let last = HEADING + u32::try_from(rows.len()).unwrap_or_default();
        choices(sheet, last.max(HEADING + 1))
    })
}

fn write(sheet: &mut Sheet<'_>, row: u32, period: &str, owed: &OwedFigure) -> Result<(), XlsxError> {
    let bounds = bounds(owed);
    let texts = [
        ("indicator", owed.indicator.as_str()),
        ("name", &owed.name),
        ("subject", &owed.subject),
        ("unit", &owed.unit),
        ("period", period),
        ("bounds", &bounds),
    ];
    for (key, text) in texts {
        sheet.shown(row, key, text)?;
    }
    sheet.shown_number(row, "last", owed.last.and_then(|it| it.to_f64()))?;
    let is_open = |key: &str| match owed.asks {
        Asks::Value | Asks::YesNo => key == "value",
        Asks::Ratio => key == "numerator" || key == "denominator",
        Asks::Words => key == "narrative",
    };
    for key in ["value", "numerator", "denominator", "narrative"] {
        match (is_open(key), key) {
            (false, _) => sheet.closed(row, key)?,
            (true, "narrative") => sheet.open_text(row, key)?,
            (true, _) => sheet.open(row, key)?,
        }
    }
    for key in ["observation", "note", "comment"] {
        sheet.open_text(row, key)?;
    }
    sheet.shown_number(row, "expectedVersion", owed.version.map(f64::from))?;
    plausible(sheet, row, owed)
}

fn bounds(owed: &OwedFigure) -> String {
    let written = |it: Decimal| it.normalize().to_string().replace('.', ",");
    match (owed.lower, owed.upper) {
        (Some(lower), Some(upper)) => format!("{} – {}", written(lower), written(upper)),
        (Some(lower), None) => format!("≥ {}", written(lower)),
        (None, Some(upper)) => format!("≤ {}", written(upper)),
        (None, None) => String::new(),
    }
}

/// What the program itself refuses to take: text where a number belongs, and what is not plausible.
fn plausible(sheet: &mut Sheet<'_>, row: u32, owed: &OwedFigure) -> Result<(), XlsxError> {
    let any = || DataValidationRule::Between(-1e15, 1e15);
    let new = DataValidation::new;
    match owed.asks {
        Asks::Value => {
            let of = |it: Option<Decimal>| it.and_then(|it| it.to_f64());
            let rule = match (of(owed.lower), of(owed.upper)) {
                (Some(lower), Some(upper)) => DataValidationRule::Between(lower, upper),
                (Some(lower), None) => DataValidationRule::GreaterThanOrEqualTo(lower),
                (None, Some(upper)) => DataValidationRule::LessThanOrEqualTo(upper),
                (None, None) => any(),
            };
            let told = format!("Nhập một số {}", bounds(owed));
            sheet.takes(row, ("value", "value"), new().allow_decimal_number(rule), &told)
        }
        Asks::YesNo => {
            let rule = new().allow_list_strings(&["1", "0"])?;
            sheet.takes(row, ("value", "value"), rule, "Chọn 1 (có) hoặc 0 (không)")
        }
        Asks::Ratio => {
            let rule = new().allow_decimal_number(any());
            sheet.takes(row, ("numerator", "denominator"), rule, "Nhập một số")
        }
        Asks::Words => Ok(()),
    }
}

/// The drop-down of how firm a figure is.
fn choices(sheet: &mut Sheet<'_>, last: u32) -> Result<(), XlsxError> {
    let names: Vec<&str> = OBSERVATIONS.iter().map(|(_, vi, _)| *vi).collect();
    let rule = DataValidation::new()
        .allow_list_strings(&names)?
        .set_error_title("Tính chất")?
        .set_error_message("Chọn trong danh sách")?;
    let column = sheet.column("observation");
    sheet.page.add_data_validation(HEADING + 1, column, last, column, &rule)?;
    Ok(())
}
