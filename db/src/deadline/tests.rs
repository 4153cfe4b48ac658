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
    ("trước 17 giờ ngày 15/4/2025", "2025-04-15", DatePrecision::Day, By, Some("2025-04-15")),
    ("Trước 17h30, ngày 15/4/2025", "2025-04-15", DatePrecision::Day, By, Some("2025-04-15")),
    ("chậm nhất 11:00 ngày 15/4/2025", "2025-04-15", DatePrecision::Day, By, Some("2025-04-15")),
    ("trước 0 giờ ngày 15/4/2025", "2025-04-15", DatePrecision::Day, Before, Some("2025-04-14")),
    ("6 tháng đầu năm 2026", "2026-06-30", DatePrecision::HalfYear, Within, Some("2026-06-30")),
    ("trong 06 tháng cuối năm 2026", "2026-12-31", DatePrecision::HalfYear, Within, Some("2026-12-31")),
    ("trước 6 tháng cuối năm 2026", "2026-07-01", DatePrecision::HalfYear, Before, Some("2026-06-30")),
    ("đến ngày 30–6–2025", "2025-06-30", DatePrecision::Day, By, Some("2025-06-30")),
    ("trong giai đoạn từ năm 2026 đến năm 2030", "2030-12-31", DatePrecision::Year, During, None),
    ("thời kỳ 2021—2030", "2030-12-31", DatePrecision::Year, During, None),
];

/// When the words were written, the phrase, the day that it states, and the last day that follows.
const WITHOUT_A_YEAR: &[(&str, &str, &str, &str)] = &[
    ("2025-04-03", "Đến ngày 30/5", "2025-05-30", "2025-05-30"),
    ("2025-04-03", "Đến ngày 31/12", "2025-12-31", "2025-12-31"),
    ("2025-04-03", "trước 15/4", "2025-04-15", "2025-04-14"),
    ("2025-04-03", "trong quý IV", "2025-12-31", "2025-12-31"),
    ("2025-04-03", "tháng 6", "2025-06-30", "2025-06-30"),
    ("2025-04-03", "6 tháng cuối năm", "2025-12-31", "2025-12-31"),
    // What has begun is still meant; what is over is meant of the next year.
    ("2025-06-20", "tháng 6", "2025-06-30", "2025-06-30"),
    ("2025-06-20", "trong quý II", "2025-06-30", "2025-06-30"),
    ("2025-07-01", "trong quý II", "2026-06-30", "2026-06-30"),
    ("2025-06-20", "trước quý II", "2026-04-01", "2026-03-31"),
    // The turn of the year.
    ("2024-12-22", "trước ngày 15/1", "2025-01-15", "2025-01-14"),
    ("2024-12-22", "trong quý I", "2025-03-31", "2025-03-31"),
    ("2024-12-22", "6 tháng đầu năm", "2025-06-30", "2025-06-30"),
    ("2024-12-31", "trước ngày 31/12", "2024-12-31", "2024-12-30"),
    ("2024-12-31", "đến ngày 1/1", "2025-01-01", "2025-01-01"),
    ("2023-03-01", "đến ngày 29/2", "2024-02-29", "2024-02-29"),
];

/// A deadline that words state.
fn stated(words: &str, given: Option<Given>) -> Deadline {
    match Deadline::read(words, given) {
        Ok(Reading::Stated(deadline)) => deadline,
        other => panic!("{words}: {other:?}"),
    }
}

fn on(text: &str) -> Given {
    Given::on(day(text))
}

#[test]
fn words_of_documents() {
    for given in [None, Some(on("1999-01-01"))] {
        for &(words, stated_on, precision, operator, due_on) in WITH_A_YEAR {
            let read = stated(words, given);
            let expected = Deadline {
                words: Some(words.to_owned()),
                precision,
                operator: Some(operator),
                ..Deadline::on(day(stated_on))
            };
            assert_eq!(read, expected, "{words}");
            assert_eq!(read.due_on(), due_on.map(day), "{words}");
        }
    }
}

#[test]
fn a_day_without_a_year_is_the_next_one() {
    for (written, words, stated_on, due_on) in WITHOUT_A_YEAR {
        let read = stated(words, Some(on(written)));
        assert_eq!(
            (read.stated_on, read.due_on(), read.year_inferred),
            (Some(day(stated_on)), Some(day(due_on)), true),
            "{words} on {written}"
        );
    }
}

#[test]
fn a_missing_year_is_not_made_up() {
    for (_, words, ..) in WITHOUT_A_YEAR {
        assert_eq!(Deadline::read(words, None), Err(DeadlineError::NoYear), "{words}");
    }
}

#[test]
fn days_are_counted_from_an_event() {
    let working = |words: &str, given: &str| match Deadline::read(words, Some(on(given))) {
        Ok(Reading::WorkingDays { days, after, .. }) => (days, after),
        other => panic!("{words}: {other:?}"),
    };
    let signed = day("2025-04-07");
    assert_eq!(working("trong 05 ngày làm việc kể từ ngày ký", "2025-04-07"), (5, signed));
    assert_eq!(working("Trong thời hạn 15 ngày làm việc, kể từ ngày 10/4/2025", "2025-04-07"), (15, day("2025-04-10")));
    assert_eq!(working("chậm nhất 03 (ba) ngày làm việc kể từ ngày ký Thông báo này.", "2025-04-07"), (3, signed));
    assert_eq!(stated("trong 90 ngày kể từ ngày ban hành", Some(on("2025-04-07"))).due_on(), Some(day("2025-07-06")));
    // An event that has not come, or whose day is not known, sets no day.
    let month_known = Some(Given { on: day("2025-04-01"), is_exact: false });
    for (words, given) in [
        ("trong 05 ngày làm việc kể từ ngày nhận được hồ sơ", Some(on("2025-04-07"))),
        ("trong 05 ngày làm việc kể từ ngày ký", month_known),
    ] {
        assert_eq!(stated(words, given), Deadline::none(Some(words.to_owned())));
    }
}

#[test]
fn what_comes_again_falls_due_each_time() {
    for (words, first, next) in [
        ("hằng tháng, trước ngày 25", "2025-04-25", ["2025-04-24", "2025-04-24", "2025-05-24", "2026-01-24"]),
        ("Trước ngày 25 hàng tháng", "2025-04-25", ["2025-04-24", "2025-04-24", "2025-05-24", "2026-01-24"]),
        ("hằng tháng", "2025-04-30", ["2025-04-30", "2025-04-30", "2025-04-30", "2025-12-31"]),
        ("định kỳ hằng quý", "2025-06-30", ["2025-06-30", "2025-06-30", "2025-06-30", "2025-12-31"]),
        (
            "hằng quý, trước ngày 20 tháng cuối quý",
            "2025-06-20",
            ["2025-06-19", "2025-06-19", "2025-06-19", "2026-03-19"],
        ),
        ("trước ngày 15/12 hằng năm", "2025-12-15", ["2025-12-14", "2025-12-14", "2025-12-14", "2026-12-14"]),
        ("hằng năm", "2025-12-31", ["2025-12-31", "2025-12-31", "2025-12-31", "2025-12-31"]),
    ] {
        let read = stated(words, Some(on("2025-04-07")));
        assert_eq!((read.stated_on, read.due_on()), (Some(day(first)), None), "{words}");
        let days = ["2025-04-07", "2025-04-24", "2025-04-25", "2025-12-28"];
        let found = days.map(|on| read.next_due_on(day(on)).unwrap().to_string());
        assert_eq!(found, next, "{words}");
    }
    // The last day of a month without such a day; and the month after, if the day is over.
    let last = stated("hằng tháng, đến ngày 31", Some(on("2025-04-07")));
    assert_eq!(last.next_due_on(day("2025-06-03")), Some(day("2025-06-30")));
    assert_eq!(stated("hằng tháng, trước ngày 5", Some(on("2025-04-07"))).stated_on, Some(day("2025-05-05")));
    assert_eq!(Deadline::on(day("2025-04-07")).next_due_on(day("2025-04-07")), None, "it comes once");
}

#[test]
fn urgency_is_kept_in_words_and_sets_no_day() {
    for words in ["khẩn trương", "Khẩn trương.", " kịp thời ", "ngay", "thường xuyên"] {
        let read = stated(words, Some(on("2025-04-03")));
        assert_eq!(read, Deadline::none(Some(words.trim().to_owned())));
        assert_eq!(read.due_on(), None);
    }
}

#[test]
fn what_is_not_understood_whole_is_refused() {
    for words in [
        "90 ngày",
        "trong 05 ngày làm việc",
        "trong 05 ngày làm việc kể từ ngày mai",
        "hằng tuần",
        "hằng quý, trước ngày 15",
        "trước ngày 15/4/2025 hằng năm",
        "trước 25 giờ ngày 15/4/2025",
        "trước 17 giờ",
        "8 tháng đầu năm 2025",
        "đầu năm 2025",
        "năm nay",
        "tháng bảy",
        "từ ngày 1/4 đến ngày 30/6/2025",
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
        assert_eq!(Deadline::read(words, Some(on("2025-04-03"))), Err(DeadlineError::Unreadable), "{words}");
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
        "hằng tháng, trước ngày 32",
    ] {
        assert_eq!(Deadline::read(words, Some(on("2025-04-03"))), Err(DeadlineError::NoSuchDate), "{words}");
    }
    for words in ["", " \n", ".", " ;"] {
        assert_eq!(Deadline::read(words, Some(on("2025-04-03"))), Err(DeadlineError::Blank), "{words:?}");
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
        assert_eq!(timeliness(due, false, completed_on.map(day), day(on)), expected, "{completed_on:?} on {on}");
    }
    // What is only expected can be over, and nobody is late.
    for (completed_on, on, expected) in [
        (None, "2025-04-14", Timeliness::DueSoon),
        (None, "2025-04-15", Timeliness::Passed),
        (Some("2025-04-20"), "2025-04-16", Timeliness::Passed),
        (Some("2025-04-20"), "2025-04-20", Timeliness::DoneOnTime),
    ] {
        assert_eq!(timeliness(due, true, completed_on.map(day), day(on)), expected, "{completed_on:?} on {on}");
    }
    assert_eq!(timeliness(None, false, None, day("2025-04-15")), Timeliness::NoDeadline);
    assert_eq!(timeliness(None, false, Some(day("2025-04-01")), day("2025-04-15")), Timeliness::NoDeadline);
}

prop_compose! {
    fn any_day()(after in 0_u64..100_000) -> NaiveDate {
        day("1901-01-01") + Days::new(after)
    }
}

proptest! {
    #[test]
    fn no_words_panic(
        words in "\\PC*|(trước|đến|trong|giai đoạn)? ?(ngày|tháng|quý|năm)? ?[0-9IVx/. –-]{0,12}|(hằng|trong)? ?[0-9]{0,3} ?(tháng|quý|ngày làm việc)? ?(kể từ ngày ký|trước ngày)? ?[0-9/:h]{0,9}",
        written in proptest::option::of(any_day()),
    ) {
        if let Ok(Reading::Stated(read)) = Deadline::read(&words, written.map(Given::on)) {
            prop_assert!(read.words.is_some());
            prop_assert_eq!(read.stated_on.is_none(), read.precision == DatePrecision::None);
            let _ = (read.due_on(), read.next_due_on(day("2025-04-03")));
        }
    }

    #[test]
    fn every_day_is_read_as_written(due in any_day()) {
        let words = format!("trước ngày {}/{}/{}", due.day(), due.month(), due.year());
        prop_assert_eq!(stated(&words, None).due_on(), due.pred_opt());
        let words = format!("Đến ngày {:02} tháng {:02}", due.day(), due.month());
        let read = stated(&words, Some(Given::on(due)));
        prop_assert_eq!((read.due_on(), read.year_inferred), (Some(due), true));
    }

    #[test]
    fn a_day_without_a_year_is_never_before_the_words(due in any_day(), before in 0_u64..365) {
        let words = format!("đến ngày {}/{}", due.day(), due.month());
        let written = due - Days::new(before);
        if let Ok(Reading::Stated(read)) = Deadline::read(&words, Some(Given::on(written))) {
            prop_assert_eq!(read.due_on(), Some(due), "{} on {}", words, written);
        }
    }

    #[test]
    fn a_duty_grows_late_in_one_direction(due in any_day(), days in 0_u64..60) {
        let rank = |on| match timeliness(Some(due), false, None, on) {
            Timeliness::OnTime => 0,
            Timeliness::DueSoon => 1,
            Timeliness::Overdue | Timeliness::NotReported => 2,
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
