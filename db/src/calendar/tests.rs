use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use super::*;

const REGIMES: [Regime; 2] = [Regime::Calendar, Regime::Administrative];
const KINDS: [PeriodKind; 5] =
    [PeriodKind::Month, PeriodKind::Quarter, PeriodKind::HalfYear, PeriodKind::NineMonths, PeriodKind::Year];

fn period(code: &str) -> Period {
    code.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// First and last day, as a decree would state them.
fn days(code: &str, regime: Regime) -> String {
    let window = period(code).window(regime);
    format!("{}..{}", window.start, window.last_day())
}

#[test]
fn every_spelling_reads_to_the_canonical_code() {
    for (written, canonical) in [
        ("2025-07", "2025-07"),
        ("202507", "2025-07"),
        ("2025-Q3", "2025-Q3"),
        ("2025Q3", "2025-Q3"),
        ("2025-q3", "2025-Q3"),
        ("2025S1", "2025-S1"),
        ("2025-s2", "2025-S2"),
        ("2025-9M", "2025-9M"),
        ("2025-9m", "2025-9M"),
        ("20259M", "2025-9M"),
        ("2025-A1", "2025"),
        ("2025-M09", "2025-09"),
        ("2025-M07", "2025-07"),
        ("2025m12", "2025-12"),
        ("2025", "2025"),
        ("1900", "1900"),
        ("2200-12", "2200-12"),
        ("2025-01-15/2025-03-01", "2025-01-15/2025-03-01"),
        ("2025-01-15/2025-01-15", "2025-01-15/2025-01-15"),
    ] {
        assert_eq!(period(written).to_string(), canonical, "{written}");
    }
}

#[test]
fn what_is_no_period_is_refused() {
    for text in [
        "",
        "2025-",
        "2025-7",
        "25-07",
        "2025-007",
        "2025-Q",
        "2025-Q33",
        "2025-8M",
        "2025-A2",
        "2025-T1",
        "2025-W36",
        "2025-D245",
        "2025-M009",
        "2025-H1",
        "Q3-2025",
        "2025--Q3",
        "+025",
        "2025-+7",
        " 2025",
        "2025 ",
        "２０２５",
        "2025-Qế",
        "năm 2025",
        "/",
        "2025-01/2025-02",
        "2025-1-5/2025-1-9",
        "+2025-01-05/2025-01-09",
        "2025-02-30/2025-03-01",
        "2025-01-01/2025-01-02/2025-01-03",
    ] {
        assert!(matches!(text.parse::<Period>(), Err(PeriodError::Form { .. })), "{text:?}");
    }
    // Nine months of an earlier release, September of others.
    for text in ["2025M9", "2025-M9", "2025-m9", "2025-M7"] {
        let refused = text.parse::<Period>().unwrap_err();
        assert!(matches!(refused, PeriodError::Ambiguous { .. }), "{text}");
        assert!(refused.to_string().contains("2025-09") && refused.to_string().contains("2025-9M"), "{refused}");
    }
    for (text, message) in [
        ("2025-M13", "13 is out of bounds: a year has periods 1 to 12 of this kind"),
        ("2025-13", "13 is out of bounds: a year has periods 1 to 12 of this kind"),
        ("2025-Q0", "0 is out of bounds: a year has periods 1 to 4 of this kind"),
        ("2025-S3", "3 is out of bounds: a year has periods 1 to 2 of this kind"),
        ("1899", "the year 1899 is out of bounds: 1900 to 2200"),
        ("2201-Q1", "the year 2201 is out of bounds: 1900 to 2200"),
        ("2200-12-31/2201-01-01", "the year 2201 is out of bounds: 1900 to 2200"),
        ("2025-03-01/2025-02-28", "the last day 2025-02-28 is before the first day 2025-03-01"),
    ] {
        assert_eq!(text.parse::<Period>().unwrap_err().to_string(), message);
    }
}

#[test]
fn an_unreadable_text_is_answered_with_the_accepted_forms() {
    let message = "tháng bảy\u{202e}".repeat(30).parse::<Period>().unwrap_err().to_string();
    for form in ["2025-07", "2025-Q3", "2025-S1", "2025-9M", "2025-01-15/2025-03-01", "\\u{202e}"] {
        assert!(message.contains(form), "{message}");
    }
    assert!(message.len() < 400, "{message}");
}

#[test]
fn calendar_days() {
    for (code, expected) in [
        ("2024-02", "2024-02-01..2024-02-29"),
        ("2025-12", "2025-12-01..2025-12-31"),
        ("2025-Q1", "2025-01-01..2025-03-31"),
        ("2025-Q4", "2025-10-01..2025-12-31"),
        ("2025-S1", "2025-01-01..2025-06-30"),
        ("2025-S2", "2025-07-01..2025-12-31"),
        ("2025-9M", "2025-01-01..2025-09-30"),
        ("2025", "2025-01-01..2025-12-31"),
        ("2025-01-15/2025-03-01", "2025-01-15..2025-03-01"),
    ] {
        assert_eq!(days(code, Regime::Calendar), expected, "{code}");
    }
}

#[test]
fn administrative_days() {
    for (code, expected) in [
        ("2025-01", "2024-12-15..2025-01-14"),
        ("2025-03", "2025-02-15..2025-03-14"),
        ("2025-12", "2025-11-15..2025-12-14"),
        ("2025-Q1", "2024-12-15..2025-03-14"),
        ("2025-Q4", "2025-09-15..2025-12-14"),
        ("2025-S1", "2024-12-15..2025-06-14"),
        ("2025-S2", "2025-06-15..2025-12-14"),
        ("2025-9M", "2024-12-15..2025-09-14"),
        ("2025", "2024-12-15..2025-12-14"),
        ("1900", "1899-12-15..1900-12-14"),
        ("2025-01-15/2025-03-01", "2025-01-15..2025-03-01"),
    ] {
        assert_eq!(days(code, Regime::Administrative), expected, "{code}");
    }
}

#[test]
fn the_middle_of_december_turns_the_administrative_year() {
    for (on, codes) in [
        ("2025-12-14", ["2025-12", "2025-Q4", "2025-S2", "-", "2025"]),
        ("2025-12-15", ["2026-01", "2026-Q1", "2026-S1", "2026-9M", "2026"]),
        ("2025-12-31", ["2026-01", "2026-Q1", "2026-S1", "2026-9M", "2026"]),
        ("2026-01-14", ["2026-01", "2026-Q1", "2026-S1", "2026-9M", "2026"]),
        ("2026-09-14", ["2026-09", "2026-Q3", "2026-S2", "2026-9M", "2026"]),
        ("2026-09-15", ["2026-10", "2026-Q4", "2026-S2", "-", "2026"]),
    ] {
        let found = KINDS.map(|kind| {
            Period::containing(day(on), kind, Regime::Administrative).map_or("-".to_owned(), |found| found.to_string())
        });
        assert_eq!(found, codes, "{on}");
    }
    assert_eq!(Period::containing(day("2025-12-31"), PeriodKind::Year, Regime::Calendar), Some(period("2025")));
}

#[test]
fn a_period_is_finished_on_the_day_after_its_last() {
    assert!(!period("2025").is_finished(day("2025-12-14"), Regime::Administrative));
    assert!(period("2025").is_finished(day("2025-12-15"), Regime::Administrative));
    assert!(!period("2025").is_finished(day("2025-12-31"), Regime::Calendar));
    for (on, kind, regime, code) in [
        ("2025-07-01", PeriodKind::Quarter, Regime::Calendar, "2025-Q2"),
        ("2025-06-30", PeriodKind::Quarter, Regime::Calendar, "2025-Q1"),
        ("2025-12-15", PeriodKind::Year, Regime::Administrative, "2025"),
        ("2025-12-14", PeriodKind::Year, Regime::Administrative, "2024"),
        ("2025-09-30", PeriodKind::NineMonths, Regime::Calendar, "2024-9M"),
        ("2025-10-01", PeriodKind::NineMonths, Regime::Calendar, "2025-9M"),
        ("2025-12-20", PeriodKind::NineMonths, Regime::Administrative, "2025-9M"),
        ("1900-01-20", PeriodKind::Month, Regime::Calendar, "-"),
    ] {
        let found = Period::last_finished(day(on), kind, regime).map_or("-".to_owned(), |found| found.to_string());
        assert_eq!(found, code, "{on}");
    }
}

#[test]
fn days_outside_the_years_have_no_period() {
    let latest: RelativePeriod = "LAST_MONTH".parse().unwrap();
    for on in [NaiveDate::MIN, day("1899-12-14"), day("2201-02-01"), NaiveDate::MAX] {
        for (regime, kind) in REGIMES.into_iter().flat_map(|regime| KINDS.map(|kind| (regime, kind))) {
            assert_eq!(Period::containing(on, kind, regime), None, "{on}");
            assert_eq!(Period::last_finished(on, kind, regime), None, "{on}");
        }
        assert!(latest.resolve(on, Regime::Calendar).is_err(), "{on}");
    }
    assert_eq!(Period::containing(day("2025-07-01"), PeriodKind::Range, Regime::Calendar), None);
}

#[test]
fn neighbours_and_sequences() {
    for (code, next) in [
        ("2025-12", "2026-01"),
        ("2025-Q4", "2026-Q1"),
        ("2025-S2", "2026-S1"),
        ("2025-9M", "2026-9M"),
        ("2025", "2026"),
        ("2025-02-01/2025-02-28", "2025-03-01/2025-03-28"),
    ] {
        assert_eq!(period(code).next(), Some(period(next)));
        assert_eq!(period(next).previous(), Some(period(code)));
    }
    assert_eq!(period("2200-12").next(), None);
    assert_eq!(period("1900").previous(), None);
    let through = |first: &str, last: &str| -> Result<Vec<String>, PeriodError> {
        Ok(period(first).through(period(last))?.map(|found| found.to_string()).collect())
    };
    assert_eq!(through("2024-Q3", "2025-Q1").unwrap(), ["2024-Q3", "2024-Q4", "2025-Q1"]);
    assert_eq!(through("2200-11", "2200-12").unwrap(), ["2200-11", "2200-12"]);
    assert_eq!(through("2025-Q1", "2024-Q3").unwrap(), [] as [&str; 0]);
    assert_eq!(through("2024-Q3", "2025").unwrap_err().to_string(), "the periods 2024-Q3 and 2025 are not of one kind");
    assert_eq!(through("2025-01-01/2025-01-02", "2025-01-03/2025-01-04"), Err(PeriodError::NoSequence));
}

#[test]
fn parts_of_a_period() {
    for (code, kind, year, index) in [
        ("2025-07", PeriodKind::Month, 2025, Some(7)),
        ("2025-Q3", PeriodKind::Quarter, 2025, Some(3)),
        ("2025-S2", PeriodKind::HalfYear, 2025, Some(2)),
        ("2025-9M", PeriodKind::NineMonths, 2025, None),
        ("2025", PeriodKind::Year, 2025, None),
        ("2025-01-15/2026-03-01", PeriodKind::Range, 2025, None),
    ] {
        let found = period(code);
        assert_eq!((found.kind(), found.year(), found.index()), (kind, year, index), "{code}");
    }
    assert_eq!(Period::new(PeriodKind::Range, 2025, 1), Err(PeriodError::NoSequence));
}

#[test]
fn relative_periods_on_a_reference_day() {
    for (name, on, regime, codes) in [
        ("THIS_MONTH", "2025-12-15", Regime::Calendar, &["2025-12"] as &[_]),
        ("THIS_MONTH", "2025-12-15", Regime::Administrative, &["2026-01"]),
        ("LAST_MONTH", "2025-12-15", Regime::Administrative, &["2025-12"]),
        ("LAST_MONTH", "2025-12-14", Regime::Administrative, &["2025-11"]),
        ("this_quarter", "2025-05-20", Regime::Calendar, &["2025-Q2"]),
        ("LAST_QUARTER", "2025-01-01", Regime::Calendar, &["2024-Q4"]),
        ("THIS_YEAR", "2025-12-14", Regime::Administrative, &["2025"]),
        ("LAST_YEAR", "2025-12-15", Regime::Administrative, &["2025"]),
        ("LAST_4_QUARTERS", "2025-08-01", Regime::Calendar, &["2024-Q3", "2024-Q4", "2025-Q1", "2025-Q2"]),
        ("LAST_1_YEARS", "2025-08-01", Regime::Calendar, &["2024"]),
        ("LAST_2_YEARS", "2025-08-01", Regime::Calendar, &["2023", "2024"]),
    ] {
        let found = name.parse::<RelativePeriod>().unwrap().resolve(day(on), regime).unwrap();
        assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), codes, "{name} on {on}");
    }
    for name in [
        "",
        "LAST",
        "LAST_",
        "THIS_DAY",
        "THIS_4_QUARTERS",
        "LAST_0_MONTHS",
        "LAST_121_MONTHS",
        "LAST_4_QUARTER",
        "LAST_+4_QUARTERS",
        "LAST__MONTHS",
        "LAST_MONTHS",
        "LAST_99999999999_YEARS",
        "NEXT_MONTH",
        "2025",
    ] {
        assert!(name.parse::<RelativePeriod>().is_err(), "{name:?}");
    }
    let hundred: RelativePeriod = "LAST_120_YEARS".parse().unwrap();
    assert_eq!(
        hundred.resolve(day("2019-06-01"), Regime::Calendar).unwrap_err().to_string(),
        "LAST_120_YEARS leaves the years 1900 to 2200 when seen from 2019-06-01"
    );
    assert_eq!(hundred.resolve(day("2020-06-01"), Regime::Calendar).unwrap().len(), 120);
}

prop_compose! {
    fn any_day()(after in 0_u64..109_000) -> NaiveDate {
        day("1901-01-01") + Days::new(after)
    }
}

prop_compose! {
    fn any_period()(on in any_day(), kind in 0..=KINDS.len(), long in 0_u64..2_000) -> Period {
        match KINDS.get(kind) {
            Some(&kind) => Period::containing(on, kind, Regime::Calendar).unwrap_or(period("2025-9M")),
            None => Period::range(on, on + Days::new(long)).unwrap_or(period("2025-07")),
        }
    }
}

proptest! {
    #[test]
    fn no_text_panics_and_what_reads_prints_back(text in "\\PC*|[0-9]{4}-?[QSMAqsma]?[0-9]{0,3}M?|[0-9/-]{0,24}") {
        if let Ok(found) = text.parse::<Period>() {
            prop_assert_eq!(found.to_string().parse::<Period>(), Ok(found));
        }
        if let Ok(found) = text.parse::<RelativePeriod>() {
            prop_assert_eq!(found.to_string().parse::<RelativePeriod>(), Ok(found));
        }
    }

    #[test]
    fn a_code_stands_for_one_period(found in any_period()) {
        prop_assert_eq!(found.to_string().parse::<Period>(), Ok(found));
        prop_assert_eq!(found.to_string().to_lowercase().parse::<Period>(), Ok(found));
    }

    #[test]
    fn neighbours_touch_and_lead_back(found in any_period()) {
        for regime in REGIMES {
            if let Some(next) = found.next() {
                prop_assert_eq!(next.previous(), Some(found));
                if found.kind() != PeriodKind::NineMonths {
                    prop_assert_eq!(found.window(regime).end, next.window(regime).start);
                }
                prop_assert!(!found.window(regime).overlaps(next.window(regime)));
            }
        }
    }

    #[test]
    fn every_day_has_its_period_and_the_last_finished_one_lies_before(on in any_day()) {
        for (regime, kind) in REGIMES.into_iter().flat_map(|regime| KINDS.map(|kind| (regime, kind))) {
            if let Some(running) = Period::containing(on, kind, regime) {
                prop_assert!(running.window(regime).contains(on));
                prop_assert!(!running.is_finished(on, regime));
            } else {
                prop_assert_eq!(kind, PeriodKind::NineMonths);
            }
            if let Some(last) = Period::last_finished(on, kind, regime) {
                prop_assert!(last.is_finished(on, regime));
                prop_assert!(last.next().is_none_or(|next| !next.is_finished(on, regime)));
            }
        }
    }

    #[test]
    fn longer_periods_are_built_of_their_months(year in 1900..=2200_i32, months in 1..=12_u32) {
        for regime in REGIMES {
            let month = |index| Period::new(PeriodKind::Month, year, index).unwrap().window(regime);
            for (kind, length) in [(PeriodKind::Quarter, 3), (PeriodKind::HalfYear, 6), (PeriodKind::Year, 12)] {
                let index = (months - 1) / length + 1;
                let whole = Period::new(kind, year, index).unwrap().window(regime);
                prop_assert_eq!(whole.start, month((index - 1) * length + 1).start);
                prop_assert_eq!(whole.end, month(index * length).end);
            }
            let nine = Period::new(PeriodKind::NineMonths, year, 1).unwrap().window(regime);
            prop_assert_eq!((nine.start, nine.end), (month(1).start, month(9).end));
        }
    }

    #[test]
    fn relative_periods_are_consecutive(on in any_day(), count in 1..=MAX_COUNT, unit in 0..3_usize) {
        let relative: RelativePeriod = format!("LAST_{count}_{}", ["MONTHS", "QUARTERS", "YEARS"][unit]).parse().unwrap();
        for regime in REGIMES {
            if let Ok(found) = relative.resolve(on, regime) {
                prop_assert_eq!(found.len(), count as usize);
                prop_assert!(found.windows(2).all(|pair| pair[0].next() == Some(pair[1])));
                prop_assert!(found.last().is_some_and(|last| last.is_finished(on, regime)));
            }
        }
    }
}
