use chrono::{Datelike, Days};
use proptest::prelude::*;

use super::{
    DeadlineOperator::{Before, By, During, Expected, Within},
    *,
};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The phrase, what it states (day, precision, operator), and the last day that follows.
type Row = (&'static str, &'static str, DatePrecision, DeadlineOperator, Option<&'static str>);

const WITH_A_YEAR: &[Row] = &[
    ("trước ngày 15/4/2025", "2025-04-15", DatePrecision::Day, Before, Some("2025-04-14")),
    ("trước ngày 10/4/2025", "2025-04-10", DatePrecision::Day, Before, Some("2025-04-09")),
    ("trước ngày 30/6/2025", "2025-06-30", DatePrecision::Day, Before, Some("2025-06-29")),
    ("trước 01/01/2026.", "2026-01-01", DatePrecision::Day, Before, Some("2025-12-31")),
    ("đến hết ngày 28-02-2025", "2025-02-28", DatePrecision::Day, By, Some("2025-02-28")),
    ("Chậm nhất là ngày 15 tháng 4 năm 2025", "2025-04-15", DatePrecision::Day, By, Some("2025-04-15")),
    ("Hoàn thành trước ngày 29.02.2024", "2024-02-29", DatePrecision::Day, Before, Some("2024-02-28")),
    ("ngày 30/6 năm 2025", "2025-06-30", DatePrecision::Day, Within, Some("2025-06-30")),
    ("trong Quý IV/2025", "2025-12-31", DatePrecision::Quarter, Within, Some("2025-12-31")),
    ("Hoàn thành quý 2/2025", "2025-06-30", DatePrecision::Quarter, Within, Some("2025-06-30")),
    ("quý II/2025", "2025-06-30", DatePrecision::Quarter, Within, Some("2025-06-30")),
    ("Qúy III năm 2025", "2025-09-30", DatePrecision::Quarter, Within, Some("2025-09-30")),
    ("dự kiến quý II/2025", "2025-06-30", DatePrecision::Quarter, Expected, Some("2025-06-30")),
    ("trước quý I/2026", "2026-01-01", DatePrecision::Quarter, Before, Some("2025-12-31")),
    ("tháng 6/2025", "2025-06-30", DatePrecision::Month, Within, Some("2025-06-30")),
    ("cuối tháng 02 năm 2024", "2024-02-29", DatePrecision::Month, By, Some("2024-02-29")),
    ("trước tháng 6/2025", "2025-06-01", DatePrecision::Month, Before, Some("2025-05-31")),
    ("năm 2025", "2025-12-31", DatePrecision::Year, Within, Some("2025-12-31")),
    ("TRONG NĂM 2025;", "2025-12-31", DatePrecision::Year, Within, Some("2025-12-31")),
    ("đến năm 2030", "2030-12-31", DatePrecision::Year, By, Some("2030-12-31")),
    ("trước 2030", "2030-01-01", DatePrecision::Year, Before, Some("2029-12-31")),
    ("giai đoạn 2026 – 2030", "2030-12-31", DatePrecision::Year, During, None),
    ("giai đoạn 2025 - 2045", "2045-12-31", DatePrecision::Year, During, None),
    ("trong giai đoạn từ năm 2026 đến năm 2030", "2030-12-31", DatePrecision::Year, During, None),
    ("thời kỳ 2021—2030", "2030-12-31", DatePrecision::Year, During, None),
];

const WITHOUT_A_YEAR: &[Row] = &[
    ("Đến ngày 30/5", "2025-05-30", DatePrecision::Day, By, Some("2025-05-30")),
    ("Đến ngày 30/6", "2025-06-30", DatePrecision::Day, By, Some("2025-06-30")),
    ("Đến ngày 31/12", "2025-12-31", DatePrecision::Day, By, Some("2025-12-31")),
    ("trước 15/4", "2025-04-15", DatePrecision::Day, Before, Some("2025-04-14")),
    ("trong quý IV", "2025-12-31", DatePrecision::Quarter, Within, Some("2025-12-31")),
    ("tháng 6", "2025-06-30", DatePrecision::Month, Within, Some("2025-06-30")),
];

#[test]
fn words_of_documents() {
    for (default_year, rows) in [(None, WITH_A_YEAR), (Some(1999), WITH_A_YEAR), (Some(2025), WITHOUT_A_YEAR)] {
        for &(words, stated_on, precision, operator, due_on) in rows {
            let read = Deadline::read(words, default_year).unwrap_or_else(|error| panic!("{words}: {error}"));
            let expected = Deadline {
                words: Some(words.to_owned()),
                stated_on: Some(day(stated_on)),
                precision,
                operator: Some(operator),
                year_inferred: rows == WITHOUT_A_YEAR,
            };
            assert_eq!(read, expected, "{words}");
            assert_eq!(read.due_on(), due_on.map(day), "{words}");
        }
    }
}

#[test]
fn a_missing_year_is_not_made_up() {
    for (words, ..) in WITHOUT_A_YEAR {
        assert_eq!(Deadline::read(words, None), Err(DeadlineError::NoYear), "{words}");
    }
}

#[test]
fn urgency_is_kept_in_words_and_sets_no_day() {
    for words in ["khẩn trương", "Khẩn trương.", " kịp thời ", "ngay", "thường xuyên"] {
        let read = Deadline::read(words, Some(2025)).unwrap();
        assert_eq!(read, Deadline::none(Some(words.trim().to_owned())));
        assert_eq!(read.due_on(), None);
    }
}

#[test]
fn what_is_not_understood_whole_is_refused() {
    for words in [
        "90 ngày",
        "trong 90 ngày kể từ ngày ký",
        "6 tháng đầu năm 2025",
        "đầu năm 2025",
        "năm nay",
        "tháng bảy",
        "từ ngày 1/4 đến ngày 30/6/2025",
        "trước ngày 15 hằng tháng",
        "trước ngày 15/4 hằng năm",
        "15/4/25",
        "ngày 10-12",
        "ngày 10-12/2025",
        "tháng 10-12/2025",
        "quý III-IV/2025",
        "quý II và quý III/2025",
        "quý V/2025",
        "giai đoạn 2026",
        "giai đoạn 2026 - 2030, tầm nhìn 2045",
        "dự kiến trước ngày 30/6/2025",
        "sau ngày 30/6/2025",
        "trước ngày 15/4/2025 và 30/6/2025",
        "năm 2025 - 2026",
        "trước",
        "trước hết",
        "ngày",
        "năm +025",
        "quý",
        "/",
        "trướcngày 15/4/2025",
    ] {
        assert_eq!(Deadline::read(words, Some(2025)), Err(DeadlineError::Unreadable), "{words}");
    }
    for words in [
        "ngày 31/2/2025",
        "ngày 29/2/2025",
        "ngày 0/1/2025",
        "ngày 15/13/2025",
        "tháng 13/2025",
        "quý 5/2025",
        "năm 1899",
        "đến năm 3000",
        "giai đoạn 2030 - 2026",
        "ngày 29/2",
    ] {
        assert_eq!(Deadline::read(words, Some(2025)), Err(DeadlineError::NoSuchDate), "{words}");
    }
    for words in ["", " \n", ".", " ;"] {
        assert_eq!(Deadline::read(words, Some(2025)), Err(DeadlineError::Blank), "{words:?}");
    }
}

#[test]
fn the_last_day_follows_from_any_day_of_what_is_stated() {
    let due = |stated_on: &str, precision, operator| {
        let deadline = Deadline { stated_on: Some(day(stated_on)), precision, operator, ..Deadline::none(None) };
        deadline.due_on()
    };
    for (stated_on, precision, by, before) in [
        ("2025-04-15", DatePrecision::Day, "2025-04-15", "2025-04-14"),
        ("2025-01-01", DatePrecision::Day, "2025-01-01", "2024-12-31"),
        ("2024-02-10", DatePrecision::Month, "2024-02-29", "2024-01-31"),
        ("2025-11-20", DatePrecision::Quarter, "2025-12-31", "2025-09-30"),
        ("2025-12-15", DatePrecision::Year, "2025-12-31", "2024-12-31"),
    ] {
        for operator in [None, Some(By), Some(Within), Some(Expected)] {
            assert_eq!(due(stated_on, precision, operator), Some(day(by)));
        }
        assert_eq!(due(stated_on, precision, Some(Before)), Some(day(before)));
        assert_eq!(due(stated_on, precision, Some(During)), None);
        assert_eq!(due(stated_on, DatePrecision::None, Some(By)), None);
    }
}

#[test]
fn timeliness_day_by_day() {
    let due = Some(day("2025-04-14"));
    for (completed_on, on, expected) in [
        (None, "2025-04-06", Timeliness::OnTime),
        (None, "2025-04-07", Timeliness::DueSoon),
        (None, "2025-04-14", Timeliness::DueSoon),
        (None, "2025-04-15", Timeliness::Overdue),
        (Some("2025-04-14"), "2025-04-14", Timeliness::DoneOnTime),
        (Some("2025-04-14"), "2025-06-01", Timeliness::DoneOnTime),
        (Some("2025-04-15"), "2025-06-01", Timeliness::DoneLate),
        (Some("2025-04-20"), "2025-04-16", Timeliness::Overdue),
    ] {
        assert_eq!(timeliness(due, completed_on.map(day), day(on)), expected, "{completed_on:?} on {on}");
    }
    assert_eq!(timeliness(None, None, day("2025-04-15")), Timeliness::NoDeadline);
    assert_eq!(timeliness(None, Some(day("2025-04-01")), day("2025-04-15")), Timeliness::NoDeadline);
}

prop_compose! {
    fn any_day()(after in 0_u64..100_000) -> NaiveDate {
        day("1901-01-01") + Days::new(after)
    }
}

proptest! {
    #[test]
    fn no_words_panic(
        words in "\\PC*|(trước|đến|trong|giai đoạn)? ?(ngày|tháng|quý|năm)? ?[0-9IVx/. –-]{0,12}",
        default_year in proptest::option::of(any::<i32>()),
    ) {
        if let Ok(read) = Deadline::read(&words, default_year) {
            prop_assert!(read.words.is_some());
            prop_assert_eq!(read.stated_on.is_none(), read.precision == DatePrecision::None);
        }
    }

    #[test]
    fn every_day_is_read_as_written(on in any_day()) {
        let words = format!("trước ngày {}/{}/{}", on.day(), on.month(), on.year());
        prop_assert_eq!(Deadline::read(&words, None).unwrap().due_on(), on.pred_opt());
        let words = format!("Đến ngày {:02} tháng {:02}", on.day(), on.month());
        let read = Deadline::read(&words, Some(on.year())).unwrap();
        prop_assert_eq!((read.due_on(), read.year_inferred), (Some(on), true));
    }

    #[test]
    fn a_duty_grows_late_in_one_direction(due in any_day(), days in 0_u64..60) {
        let rank = |on| match timeliness(Some(due), None, on) {
            Timeliness::OnTime => 0,
            Timeliness::DueSoon => 1,
            Timeliness::Overdue => 2,
            other => panic!("an open duty is {other:?}"),
        };
        let on = due - Days::new(30) + Days::new(days);
        prop_assert!(rank(on) <= rank(on + Days::new(1)));
        prop_assert_eq!(rank(on) == 2, on > due);
    }

    #[test]
    fn before_is_the_day_ahead_of_what_within_covers(on in any_day(), precision in 0..4_usize) {
        let precision = [
            DatePrecision::Day, DatePrecision::Month, DatePrecision::Quarter, DatePrecision::Year,
        ][precision];
        let due = |stated_on, operator| {
            Deadline { stated_on: Some(stated_on), precision, operator: Some(operator), ..Deadline::none(None) }.due_on()
        };
        let before = due(on, Before).unwrap();
        prop_assert!(before < on && on <= due(on, Within).unwrap());
        prop_assert_eq!(due(before, Within), Some(before));
    }
}
