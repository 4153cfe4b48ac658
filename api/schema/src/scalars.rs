//! The scalars of the schema that clients send: whether a value is one, and what is said if it is not.
//!
//! The server asks it for all values of a request before anything runs, so that a day that cannot be read in the second
//! mutation does not leave the first one done.

use async_graphql::{InputType, Value};
use chrono::{DateTime, Datelike as _, Utc};
use db::{
    Date,
    calendar::{FIRST_YEAR, LAST_YEAR, Period, PeriodError, RelativePeriod},
    decimal::{self, Number},
    violation::Words,
};
use uuid::Uuid;

/// How a scalar is written, in both languages; and whether a value is one.
struct Scalar {
    name: &'static str,
    holds: fn(&Value) -> bool,
    vi: &'static str,
    en: &'static str,
}

fn holds<T: InputType>(value: &Value) -> bool {
    T::parse(Some(value.clone())).is_ok()
}

fn holds_instant(value: &Value) -> bool {
    read_instant(value.clone()).is_some()
}

/// Not every instant that can be written is one to PostgreSQL: the years are those that days may have.
fn read_instant(value: Value) -> Option<DateTime<Utc>> {
    let instant = <DateTime<Utc> as InputType>::parse(Some(value)).ok();
    instant.filter(|instant| (FIRST_YEAR..=LAST_YEAR).contains(&instant.year()))
}

/// An instant that comes outside of a document, by the rules of one in it; else what is wrong with it.
pub fn instant(text: &str) -> Result<DateTime<Utc>, Words> {
    read_instant(Value::String(text.to_owned())).ok_or_else(|| Words::new(INSTANT.vi, INSTANT.en))
}

const INSTANT: Scalar = Scalar {
    name: "DateTime",
    holds: holds_instant,
    vi: "thời điểm viết theo RFC 3339, từ năm 1900 đến 2200, ví dụ 2025-04-15T08:30:00+07:00",
    en: "an instant is written as in RFC 3339, from 1900 to 2200, such as 2025-04-15T08:30:00+07:00",
};

const SCALARS: &[Scalar] = &[
    Scalar {
        name: "Date",
        holds: holds::<Date>,
        vi: "ngày viết YYYY-MM-DD, từ năm 1900 đến 2200, ví dụ 2025-04-15",
        en: "a day is written YYYY-MM-DD, from 1900 to 2200, such as 2025-04-15",
    },
    INSTANT,
    Scalar {
        name: "Decimal",
        holds: holds::<Number>,
        vi: "số thập phân viết trong dấu nháy, dùng dấu chấm, không có dấu phân cách hàng nghìn, ví dụ \"8.5\"",
        en: "a decimal is a string with a point and without separators of thousands, such as \"8.5\"",
    },
    Scalar {
        name: "Period",
        holds: holds::<Period>,
        vi: "kỳ viết 2025-07, 2025-Q3, 2025-S1, 2025-9M hoặc 2025",
        en: "a period is written 2025-07, 2025-Q3, 2025-S1, 2025-9M or 2025",
    },
    Scalar {
        name: "RelativePeriod",
        holds: holds::<RelativePeriod>,
        vi: "kỳ tương đối viết như THIS_MONTH, LAST_QUARTER hoặc LAST_12_MONTHS",
        en: "a relative period is written as THIS_MONTH, LAST_QUARTER or LAST_12_MONTHS",
    },
    Scalar {
        name: "UUID",
        holds: holds::<Uuid>,
        vi: "UUID viết như 0193cb7e-5a00-7000-8000-000000000001",
        en: "a UUID is written as 0193cb7e-5a00-7000-8000-000000000001",
    },
];

/// What is wrong with a value of that scalar; `None` if nothing is, or if it is none of the schema's own.
#[must_use]
pub fn wrong(scalar: &str, value: &Value) -> Option<Words> {
    let scalar = SCALARS.iter().find(|known| known.name == scalar)?;
    if (scalar.holds)(value) {
        return None;
    }
    if let ("Decimal", Value::String(typed)) = (scalar.name, value)
        && let Err(error) = decimal::parse(typed)
    {
        return Some(error.words());
    }
    if let ("Period", Value::String(typed)) = (scalar.name, value)
        && let Err(error) = typed.parse::<Period>()
        && let Some(words) = beyond_its_form(&error)
    {
        return Some(words);
    }
    Some(Words::new(scalar.vi, scalar.en))
}

/// What is wrong with a period that is written as one.
fn beyond_its_form(error: &PeriodError) -> Option<Words> {
    match error {
        PeriodError::Ambiguous { .. } => Some(Words::new(
            "có thể là một tháng hoặc chín tháng: tháng viết đủ hai chữ số (2025-09), chín tháng viết 2025-9M",
            "this may mean a month or nine months: a month has two digits (2025-09), nine months are 2025-9M",
        )),
        PeriodError::Year { year } => Some(Words::new(
            format!("năm {year} ở ngoài các năm {FIRST_YEAR} đến {LAST_YEAR}"),
            format!("the year {year} is not one of {FIRST_YEAR} to {LAST_YEAR}"),
        )),
        PeriodError::Index { index, last } => Some(Words::new(
            format!("không có kỳ thứ {index}: một năm có kỳ 1 đến {last} của loại này"),
            format!("there is no {index}: a year has periods 1 to {last} of this kind"),
        )),
        PeriodError::Reversed { first_day, last_day } => Some(Words::new(
            format!("ngày cuối {last_day} trước ngày đầu {first_day}"),
            format!("the last day {last_day} is before the first day {first_day}"),
        )),
        PeriodError::Form { .. } | PeriodError::NoSequence | PeriodError::KindsDiffer { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sdl;

    #[test]
    fn every_scalar_that_clients_send_is_known() {
        let sdl = sdl();
        let declared = sdl.lines().filter_map(|line| line.strip_prefix("scalar "));
        // JSON is only answered.
        let unknown: Vec<_> = declared
            .map(|line| line.split(' ').next().unwrap_or_default())
            .filter(|name| *name != "JSON" && SCALARS.iter().all(|known| known.name != *name))
            .collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    #[test]
    fn what_may_mean_two_things_is_answered_with_what_to_write() {
        let words = wrong("Decimal", &Value::String("8,5".to_owned())).unwrap();
        assert_eq!((words.vi.as_str(), words.en.as_str()), ("Hãy viết 8.5", "Write 8.5"));
        assert!(wrong("Period", &Value::String("2025M9".to_owned())).unwrap().en.contains("nine months are 2025-9M"));
        assert_eq!(wrong("Decimal", &Value::String("8.5".to_owned())), None);
        assert_eq!(wrong("String", &Value::Null), None);
    }
}
