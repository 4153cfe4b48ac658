//! Days as people write them, and as spreadsheets count them.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Days, NaiveDate};

use crate::{
    issue::{Code, Words, quoted},
    number::Wrong,
    text,
};

/// In which order a day is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// 31/12/2025, the Vietnamese way
    DayFirst,
    /// 12/31/2025
    MonthFirst,
}

/// The years that a day of ours can be in; a number beyond is no day.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

fn day(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day).filter(|it| YEARS.contains(&it.year()))
}

/// The three numbers of a date as text, and whether the year came first.
fn parts(typed: &str) -> Option<([u32; 3], [usize; 3])> {
    let cleaned = text::clean(text::bare(typed.trim()));
    // A time of day behind it is not of interest.
    let of_day = cleaned.split([' ', 'T']).next().unwrap_or_default();
    let mut numbers = [0; 3];
    let mut lengths = [0; 3];
    let mut pieces = of_day.split(['/', '-', '.']);
    for (number, length) in numbers.iter_mut().zip(&mut lengths) {
        let piece = pieces.next()?;
        let digits = (1..=4).contains(&piece.len()) && piece.bytes().all(|it| it.is_ascii_digit());
        (*number, *length) = (digits.then(|| piece.parse().ok()).flatten()?, piece.len());
    }
    pieces.next().is_none().then_some((numbers, lengths))
}

fn both([a, b, year]: [u32; 3]) -> (Option<NaiveDate>, Option<NaiveDate>) {
    let year = i32::try_from(year).unwrap_or_default();
    (day(year, b, a), day(year, a, b))
}

/// What the texts of a file say of the order in which its days are written, by column.
#[derive(Debug, Clone, Default)]
pub struct Usage {
    columns: BTreeMap<u32, (bool, bool)>,
}

impl Usage {
    /// Takes note of a text of a column of days.
    pub fn note(&mut self, column: u32, typed: &str) {
        let Some((numbers, [_, _, 4])) = parts(typed) else { return };
        let (day_first, month_first) = self.columns.entry(column).or_default();
        match both(numbers) {
            (Some(_), None) => *day_first = true,
            (None, Some(_)) => *month_first = true,
            _ => {}
        }
    }

    /// The order in a column. It is the Vietnamese one unless its rows say otherwise; none if they contradict one another.
    #[must_use]
    pub fn order(&self, column: u32) -> Option<Order> {
        match self.columns.get(&column).copied().unwrap_or_default() {
            (_, false) => Some(Order::DayFirst),
            (false, true) => Some(Order::MonthFirst),
            (true, true) => None,
        }
    }
}

/// A day in a cell of text: `31/12/2025`, `2025-12-31`, `12/31/2025` where the column is so. `order` is what is known of the column.
pub fn of_text(typed: &str, order: Option<Order>) -> Result<NaiveDate, Wrong> {
    let malformed = || {
        let vi = format!("{} không phải là ngày: hãy ghi như 31/12/2025", quoted(typed));
        let en = format!("{} is no day: write it like 31/12/2025", quoted(typed));
        (Code::Malformed, Words::new(vi, en))
    };
    let (numbers, lengths) = parts(typed).ok_or_else(malformed)?;
    if lengths == [4, 2, 2] || lengths == [4, 1, 1] || lengths == [4, 2, 1] || lengths == [4, 1, 2] {
        let [year, month, of_month] = numbers;
        return day(i32::try_from(year).unwrap_or_default(), month, of_month).ok_or_else(malformed);
    }
    if lengths[0] > 2 || lengths[1] > 2 {
        return Err(malformed());
    }
    if lengths[2] != 4 {
        let vi = format!("Năm trong {} phải ghi đủ bốn chữ số", quoted(typed));
        let en = format!("The year in {} has to be written with four digits", quoted(typed));
        return Err((Code::Ambiguous, Words::new(vi, en)));
    }
    match (both(numbers), order) {
        ((Some(first), Some(second)), _) if first == second => Ok(first),
        ((Some(_), Some(_)), None) => {
            let vi = format!(
                "{} đọc được hai cách, và các dòng khác trong cột ghi theo cả hai: hãy ghi như 2025-12-31",
                quoted(typed)
            );
            let en =
                format!("{} can be read in two ways, and the column has both: write it like 2025-12-31", quoted(typed));
            Err((Code::Ambiguous, Words::new(vi, en)))
        }
        ((Some(day_first), _), Some(Order::DayFirst) | None) => Ok(day_first),
        ((_, Some(month_first)), Some(Order::MonthFirst) | None) => Ok(month_first),
        ((Some(only), None) | (None, Some(only)), _) => Ok(only),
        ((None, None), _) => Err(malformed()),
    }
}

/// The day that a spreadsheet counts as `serial`: from 1900 (with a 29 February that never was), or from 1904.
pub fn of_serial(serial: f64, from_1904: bool) -> Result<NaiveDate, Wrong> {
    let malformed = || {
        let (vi, en) = (format!("{serial} không phải là ngày"), format!("{serial} is no day"));
        (Code::Malformed, Words::new(vi, en))
    };
    let whole = serial.floor();
    if !(0.0..200_000.0).contains(&whole) {
        return Err(malformed());
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it was just bounded")]
    let days = whole as u64;
    let begin = match (from_1904, days) {
        (true, _) => NaiveDate::from_ymd_opt(1904, 1, 1),
        (false, 60..) => NaiveDate::from_ymd_opt(1899, 12, 30),
        (false, _) => NaiveDate::from_ymd_opt(1899, 12, 31),
    };
    let found = begin.and_then(|it| it.checked_add_days(Days::new(days)));
    found.filter(|it| YEARS.contains(&it.year()) && days > 0).ok_or_else(malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(typed: &str, order: Option<Order>) -> String {
        of_text(typed, order).map_or_else(|(code, _)| code.as_str().to_owned(), |day| day.to_string())
    }

    #[test]
    fn three_orders_are_read() {
        for typed in [
            "31/12/2025",
            "2025-12-31",
            "12/31/2025",
            "31-12-2025",
            "31.12.2025",
            "2025/12/31",
            " '31/12/2025",
            "2025-12-31T08:00",
        ] {
            assert_eq!(read(typed, Some(Order::DayFirst)), "2025-12-31", "{typed}");
        }
        assert_eq!(read("5/6/2025", Some(Order::DayFirst)), "2025-06-05");
        assert_eq!(read("5/6/2025", Some(Order::MonthFirst)), "2025-05-06");
        assert_eq!([read("5/6/2025", None), read("5/5/2025", None)], ["AMBIGUOUS", "2025-05-05"]);
        assert_eq!(
            [read("31/12/25", None), read("5/6/25", Some(Order::DayFirst))],
            ["AMBIGUOUS", "AMBIGUOUS"],
            "years of two digits"
        );
        for typed in ["", "31/13/2025", "30/02/2025", "2025", "Quý III", "31/12", "1/2/3/4", "31/12/0025", "2025-2-30"]
        {
            assert_eq!(read(typed, Some(Order::DayFirst)), "MALFORMED", "{typed}");
        }
    }

    #[test]
    fn rows_of_a_column_decide_for_one_another() {
        let mut usage = Usage::default();
        for (column, typed) in
            [(0, "5/6/2025"), (1, "12/31/2025"), (2, "12/31/2025"), (2, "31/12/2025"), (3, "31/12/2025")]
        {
            usage.note(column, typed);
        }
        let orders = [0, 1, 2, 3].map(|column| usage.order(column));
        assert_eq!(orders, [Some(Order::DayFirst), Some(Order::MonthFirst), None, Some(Order::DayFirst)]);
    }

    #[test]
    fn days_are_counted_from_1900_and_from_1904() {
        let day = |serial, from_1904| of_serial(serial, from_1904).map(|it| it.to_string()).map_err(|it| it.0);
        assert_eq!(day(46_022.0, false).unwrap(), "2025-12-31");
        assert_eq!(day(44_560.0, true).unwrap(), "2025-12-31");
        assert_eq!(
            [day(1.0, false).unwrap(), day(59.0, false).unwrap(), day(61.0, false).unwrap()],
            ["1900-01-01", "1900-02-28", "1900-03-01"]
        );
        assert_eq!(day(46_022.75, false).unwrap(), "2025-12-31", "with a time of day");
        for none in [-1.0, 0.0, 1e9, f64::NAN, f64::INFINITY] {
            assert_eq!(day(none, false), Err(Code::Malformed), "{none}");
        }
    }
}
