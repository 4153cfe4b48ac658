//! The legal calendar: holidays, working days, and when reports are due.

use std::{
    collections::{BTreeMap, BTreeSet},
    f64::consts::PI,
};

use auth::Role;
use chrono::{Datelike as _, Days, NaiveDate};
use db::calendar::{Period, PeriodKind, Regime};
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::{Viewer, all, texts},
    mutation::{broken, with},
};

use crate::obligations::reporting;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The lunar calendar at UTC+7 by the astronomical rule, after Ho Ngoc Duc: a month begins on the day of the new moon, and
/// the eleventh holds the winter solstice.
mod lunar {
    use super::PI;

    /// Julian day number of the day, at UTC+7, of the k-th new moon since 1 January 1900.
    pub fn new_moon(k: f64) -> i64 {
        let t = k / 1236.85;
        let (t2, t3, rad) = (t * t, t * t * t, PI / 180.0);
        let mean = 2_415_020.759_33 + 29.530_588_68 * k + 0.000_117_8 * t2 - 0.000_000_155 * t3
            + 0.00033 * ((166.56 + 132.87 * t - 0.009_173 * t2) * rad).sin();
        let sun = 359.2242 + 29.105_356_08 * k - 0.000_033_3 * t2 - 0.000_003_47 * t3;
        let moon = 306.0253 + 385.816_918_06 * k + 0.010_730_6 * t2 + 0.000_012_36 * t3;
        let node = 21.2964 + 390.670_506_46 * k - 0.001_652_8 * t2 - 0.000_002_39 * t3;
        let sin = |angle: f64| (angle * rad).sin();
        let correction = (0.1734 - 0.000_393 * t) * sin(sun) + 0.0021 * sin(2.0 * sun) - 0.4068 * sin(moon)
            + 0.0161 * sin(2.0 * moon)
            - 0.0004 * sin(3.0 * moon)
            + 0.0104 * sin(2.0 * node)
            - 0.0051 * sin(sun + moon)
            - 0.0074 * sin(sun - moon)
            + 0.0004 * sin(2.0 * node + sun)
            - 0.0004 * sin(2.0 * node - sun)
            - 0.0006 * sin(2.0 * node + moon)
            + 0.0010 * sin(2.0 * node - moon)
            + 0.0005 * sin(2.0 * moon + sun);
        let delta = -0.000_278 + 0.000_265 * t + 0.000_262 * t2;
        at_utc7(mean + correction - delta)
    }

    #[expect(clippy::cast_possible_truncation, reason = "a day number")]
    fn at_utc7(julian: f64) -> i64 {
        (julian + 0.5 + 7.0 / 24.0).floor() as i64
    }

    /// Which twelfth of its way the sun is in at the beginning of the day: 9 from the winter solstice on.
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "a day number")]
    fn twelfth(julian: i64) -> i64 {
        let t = (julian as f64 - 0.5 - 7.0 / 24.0 - 2_451_545.0) / 36_525.0;
        let rad = PI / 180.0;
        let anomaly = (357.5291 + 35_999.050_3 * t - 0.000_155_9 * t * t - 0.000_000_48 * t * t * t) * rad;
        let mean = 280.46645 + 36_000.769_83 * t + 0.000_303_2 * t * t;
        let centre = (1.9146 - 0.004_817 * t - 0.000_014 * t * t) * anomaly.sin()
            + (0.019_993 - 0.000_101 * t) * (2.0 * anomaly).sin()
            + 0.000_29 * (3.0 * anomaly).sin();
        ((mean + centre).rem_euclid(360.0) / 30.0) as i64
    }

    /// The number of the new moon at which the eleventh month of a year begins.
    fn eleventh(year: i32) -> f64 {
        let solstice = super::julian(chrono::NaiveDate::from_ymd_opt(year, 12, 31).unwrap());
        #[expect(clippy::cast_precision_loss, reason = "a day number")]
        let k = ((solstice - 2_415_021) as f64 / 29.530_588_853).floor();
        if twelfth(new_moon(k)) >= 9 { k - 1.0 } else { k }
    }

    /// The day number of a day of the first months of a lunar year.
    pub fn to_solar(day: i64, month: u8, year: i32) -> i64 {
        let (before, after) = (eleventh(year - 1), eleventh(year));
        // Thirteen months: the one in which the sun enters no new twelfth is counted twice.
        let leap = (after - before > 12.5).then(|| {
            (1..13)
                .map(f64::from)
                .find(|n| twelfth(new_moon(before + n)) == twelfth(new_moon(before + n + 1.0)))
                .unwrap()
        });
        let mut months = f64::from(month) + 1.0;
        if leap.is_some_and(|leap| months >= leap) {
            months += 1.0;
        }
        new_moon(before + months) + day - 1
    }
}

fn julian(day: NaiveDate) -> i64 {
    i64::from(day.num_days_from_ce()) + 1_721_425
}

fn solar(julian: i64) -> NaiveDate {
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(julian - 1_721_425).unwrap()).unwrap()
}

/// The rows of the migration: day → kind, and whether it is named after Tết or the Hùng Kings.
async fn holidays(db: &TestDb) -> BTreeMap<NaiveDate, (String, String)> {
    let rows = db.text("SELECT string_agg(concat_ws('|', day, kind, name_vi), E'\\n' ORDER BY day) FROM holiday").await;
    let read = |line: &str| {
        let mut parts = line.split('|').map(str::to_owned);
        (day(&parts.next().unwrap()), (parts.next().unwrap(), parts.next().unwrap()))
    };
    rows.lines().map(read).collect()
}

#[tokio::test]
async fn lunar_holidays_are_where_the_moon_puts_them() {
    let first_days: Vec<String> = (2025..=2030).map(|year| solar(lunar::to_solar(1, 1, year)).to_string()).collect();
    assert_eq!(first_days, ["2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13", "2030-02-02"]);
    let db = TestDb::new().await;
    let rows = holidays(&db).await;
    for year in 2025..=2030 {
        let new_year = solar(lunar::to_solar(1, 1, year));
        let named = |name: &str| -> Vec<NaiveDate> {
            rows.iter()
                .filter(|(day, (kind, of))| day.year() == year && kind == "LUNAR" && of == name)
                .map(|(day, _)| *day)
                .collect()
        };
        let tet = named("Tết Nguyên đán");
        assert_eq!(tet.len(), 5, "{year}");
        assert!(
            tet.contains(&new_year) && *tet.last().unwrap() - tet[0] == chrono::TimeDelta::days(4),
            "{year}: {tet:?}"
        );
        assert_eq!(named("Giỗ Tổ Hùng Vương"), [solar(lunar::to_solar(10, 3, year))]);
    }
}

#[tokio::test]
async fn each_year_has_the_holidays_of_the_labour_code() {
    let db = TestDb::new().await;
    let rows = holidays(&db).await;
    for year in 2025..=2030 {
        let of_year: Vec<_> = rows.iter().filter(|(day, _)| day.year() == year).collect();
        let free: Vec<NaiveDate> =
            of_year.iter().filter(|(_, (kind, _))| kind == "SOLAR" || kind == "LUNAR").map(|(day, _)| **day).collect();
        // 1 + 5 + 1 + 1 + 1 + 2, and since 2026 the Vietnam Cultural Day.
        assert_eq!(free.len(), if year < 2026 { 11 } else { 12 }, "{year}");
        for fixed in ["01-01", "04-30", "05-01", "09-01", "09-02", "11-24"].iter().take(free.len() - 6) {
            assert!(free.contains(&day(&format!("{year}-{fixed}"))), "{year}-{fixed}");
        }
        // One that falls on a weekend is made up for on the next day that is neither.
        let mut taken: BTreeSet<NaiveDate> = free.iter().copied().collect();
        let mut in_lieu = Vec::new();
        for holiday in free.iter().filter(|day| day.weekday().number_from_monday() > 5) {
            let next =
                holiday.iter_days().find(|day| day.weekday().number_from_monday() < 6 && !taken.contains(day)).unwrap();
            taken.insert(next);
            in_lieu.push(next);
        }
        in_lieu.sort();
        let there: Vec<NaiveDate> =
            of_year.iter().filter(|(_, (kind, _))| kind == "IN_LIEU").map(|(day, _)| **day).collect();
        assert_eq!(there, in_lieu, "{year}");
    }
    // As announced: days before or behind a holiday are free, and Saturdays are worked in their place.
    for (free, worked) in [("2025-05-02", "2025-04-26"), ("2026-01-02", "2026-01-10"), ("2026-08-31", "2026-08-22")] {
        assert_eq!((rows[&day(free)].0.as_str(), rows[&day(worked)].0.as_str()), ("SWAPPED", "WORKING"));
    }
}

#[tokio::test]
async fn working_days_are_counted_over_weekends_holidays_and_worked_saturdays() {
    let db = TestDb::new().await;
    let rows = holidays(&db).await;
    let works = |day: &NaiveDate| match rows.get(day) {
        Some((kind, _)) => kind == "WORKING",
        None => day.weekday().number_from_monday() < 6,
    };
    let nth = |from: NaiveDate, n: usize| match n {
        0 => from - Days::new(1),
        _ => from.iter_days().filter(works).nth(n - 1).unwrap(),
    };
    let counted = "SELECT string_agg(concat_ws(' ', d::date, n, nth_working_day(d::date, n)), E'\\n')
        FROM generate_series('2025-01-01'::date, '2030-11-30'::date, '1 day') d, unnest(ARRAY[0, 1, 5, 15]) n";
    let mut lines = 0;
    for line in db.text(counted).await.lines() {
        let [from, n, reached] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
        assert_eq!(day(reached), nth(day(from), n.parse().unwrap()), "{n} from {from}");
        lines += 1;
    }
    assert!(lines > 8_000);
}

#[tokio::test]
async fn periods_are_the_same_in_sql_and_rust() {
    let db = TestDb::new().await;
    let (first, last) = (day("2019-06-15"), day("2031-03-14"));
    let mut expected = BTreeSet::new();
    for regime in Regime::ALL {
        for kind in PeriodKind::ALL.iter().filter(|kind| **kind != PeriodKind::Range) {
            let (from, to) = (Period::new(*kind, 2018, 1).unwrap(), Period::new(*kind, 2032, 1).unwrap());
            for period in from.through(to).unwrap() {
                let window = period.window(*regime);
                if (first..=last).contains(&window.last_day()) {
                    expected.insert(format!(
                        "{} {} {period} {} {}",
                        regime.as_str(),
                        kind.as_str(),
                        window.start,
                        window.end
                    ));
                }
            }
        }
    }
    let derived = format!(
        "SELECT string_agg(concat_ws(' ', s.regime, s.period_kind, p.period, p.starts_on, p.ends_on), E'\\n')
         FROM reporting_schedule s CROSS JOIN LATERAL reporting_due(s, '{first}', '{last}') p"
    );
    let derived: BTreeSet<String> = db.text(&derived).await.lines().map(str::to_owned).collect();
    assert_eq!(derived, expected);
    assert!(derived.len() > 450);
}

#[tokio::test]
async fn due_dates_wait_for_the_end_of_tet() {
    let db = reporting().await;
    let window = |regime: &str, period: &str, starts: &str, ends: &str, on: &str| {
        format!("SELECT coalesce((SELECT concat_ws(' ', opens_on, due_on, closes_on, unlocked) FROM reporting_window(md5('ho_so')::uuid, md5('tinh.xa1')::uuid,
            '{regime}', 'MONTH', '{period}', '{starts}', '{ends}', '{on}')), 'nobody')")
    };
    // Five working days after 14 February 2026, of which the 16th to the 20th are Tết.
    assert_eq!(
        db.text(&window("ADMINISTRATIVE", "2026-02", "2026-01-15", "2026-02-15", "2026-02-20")).await,
        "2026-02-15 2026-02-27 2026-03-13 f"
    );
    assert_eq!(
        db.text(&window("CALENDAR", "2026-01", "2026-01-01", "2026-02-01", "2026-02-20")).await,
        "2026-02-01 2026-02-06 2026-02-27 f"
    );
    // Both regimes hold, each from its own day; nobody was to report September.
    assert_eq!(db.text(&window("ADMINISTRATIVE", "2025-11", "2025-10-15", "2025-11-15", "2025-11-20")).await, "nobody");
    assert_eq!(db.text(&window("CALENDAR", "2025-09", "2025-09-01", "2025-10-01", "2025-10-20")).await, "nobody");
    assert_eq!(
        db.text(&window("CALENDAR", "2025-10", "2025-10-01", "2025-11-01", "2025-10-20")).await,
        "2025-11-01 2025-11-07 2025-11-21 f"
    );
}

async fn add(viewer: &Viewer, days: Value) -> Value {
    viewer.act("addHolidays", json!({ "days": days }), "holidays { day kind } moved { period }").await
}

#[tokio::test]
async fn an_administrator_keeps_the_holidays_and_due_dates_follow() {
    let db = reporting().await;
    let administrator = Viewer::administrator(&db, 21);
    let holiday = |day: &str, kind: &str| json!({ "day": day, "kind": kind, "nameVi": "Quốc tang", "nameEn": "National mourning", "source": "Thông cáo đặc biệt" });
    for (days, refused) in [
        (json!([]), "REQUIRED days"),
        (json!([holiday("2026-01-19", "SOLAR")]), "REQUIRED reason"),
        (json!([holiday("2026-02-02", "SOLAR"), holiday("2026-02-17", "SOLAR")]), "TAKEN days 1"),
        (json!([holiday("2026-02-02", "SOLAR"), holiday("2026-02-02", "SOLAR")]), "DUPLICATE days 1"),
        (json!([holiday("2026-02-02", "WORKING")]), "INCOMPATIBLE days 0"),
    ] {
        let answer = add(&administrator, days.clone()).await;
        assert_eq!((broken(&answer), &answer["holidays"]), (vec![refused.to_owned()], &Value::Null), "{days}");
    }
    let due = "SELECT due_on FROM reporting_window(md5('ho_so')::uuid, md5('tinh.xa1')::uuid, 'CALENDAR', 'MONTH', '2026-01', '2026-01-01', '2026-02-01', '2026-02-01')";
    assert_eq!(db.text(due).await, "2026-02-06");
    // Monday off, Saturday worked in its place.
    let added = add(
        &administrator,
        json!([holiday("2026-02-02", "SWAPPED"), holiday("2026-02-03", "SOLAR"), holiday("2026-02-07", "WORKING")]),
    )
    .await;
    assert_eq!(texts(&added, "holidays/*/day"), ["2026-02-02", "2026-02-03", "2026-02-07"]);
    assert_eq!(db.text(due).await, "2026-02-09");
    let year = Viewer::public(&db).ask("{ holidays(year: 2026) { day kind nameVi nameEn source provisional } reportingSchedules { regime periodKind dueWorkingDays } }").await.whole();
    assert_eq!(all(&year, "holidays/*").len(), 20);
    assert_eq!(all(&year, "reportingSchedules/*").len(), 10);

    let remove = async |viewer: &Viewer, day: &str| {
        viewer.act("removeHoliday", json!({ "day": day }), "holiday { nameVi }").await
    };
    assert_eq!(remove(&administrator, "2026-02-03").await["holiday"]["nameVi"], "Quốc tang");
    assert_eq!(db.text(due).await, "2026-02-07");
    assert_eq!(broken(&remove(&administrator, "2026-02-03").await), ["NOT_FOUND day"]);
    assert_eq!(broken(&remove(&administrator, "2026-01-01").await), ["OUT_OF_BOUNDS day"]);
    assert_eq!(db.text("SELECT count(*)::text FROM audit_entry WHERE action = 'MANAGE_CALENDAR'").await, "2");

    // Holidays are everybody's: whoever administers one province does not keep them.
    let of_province = Viewer::who_holds(&db, &[(Role::Administrator, "tinh", true)]).await;
    assert_eq!(broken(&add(&of_province, json!([holiday("2026-03-02", "SOLAR")])).await), ["OUT_OF_REACH "]);
    assert_eq!(broken(&remove(&of_province, "2026-02-17").await), ["OUT_OF_REACH "]);
}

/// Who answers on 9 January 2026 is in time: 2 January was a day off.
#[tokio::test]
async fn the_days_of_2026_are_those_that_were_announced() {
    let db = reporting().await;
    let due = |regime: &str, period: &str| {
        format!(
            "SELECT concat_ws(' ', p.due_on, p.closes_on) FROM reporting_schedule s, reporting_due(s, '2025-11-01', '2026-12-31') p
             WHERE s.regime = '{regime}' AND p.period = '{period}'"
        )
    };
    assert_eq!(db.text(&due("CALENDAR", "2025-12")).await, "2026-01-09 2026-01-22");
    assert_eq!(db.text(&due("CALENDAR", "2025-Q4")).await, "2026-01-09 2026-01-29");
    assert_eq!(db.text(&due("ADMINISTRATIVE", "2026-11")).await, "2026-11-20 2026-12-07");
}

#[tokio::test]
async fn a_day_that_is_over_needs_a_reason_and_what_it_changes_is_shown_first() {
    let db = reporting().await;
    let administrator = Viewer::administrator(&db, 22);
    let input = |more: Value| {
        let day = json!({ "day": "2026-01-05", "kind": "SOLAR", "nameVi": "Quốc tang", "nameEn": "National mourning", "source": "Thông cáo đặc biệt" });
        with(json!({ "days": [day] }), more)
    };
    let add = async |more: Value| {
        let selection = "holidays { day } moved { regime period dueBefore dueOn closedBefore closesOn obligations }";
        administrator.act("addHolidays", input(more), selection).await
    };
    assert_eq!(broken(&add(json!({})).await), ["REQUIRED reason"]);
    let shown = add(json!({ "dryRun": true })).await;
    assert_eq!((broken(&shown), &shown["holidays"]), (vec![], &Value::Null));
    let month = all(&shown, "moved/*").into_iter().find(|it| it["period"] == "2025-12" && it["regime"] == "CALENDAR");
    let owed = "SELECT count(*)::text FROM reporting_assignment WHERE regime = 'CALENDAR' AND period_kind = 'MONTH' AND valid @> date '2025-12-31'";
    let owed: i64 = db.text(owed).await.parse().unwrap();
    assert!(owed > 0);
    assert_eq!(
        month,
        Some(&json!({
            "regime": "CALENDAR", "period": "2025-12", "dueBefore": "2026-01-09", "dueOn": "2026-01-10",
            "closedBefore": "2026-01-22", "closesOn": "2026-01-23", "obligations": owed,
        }))
    );
    assert_eq!(db.text("SELECT count(*)::text FROM holiday WHERE day = '2026-01-05'").await, "0");
    let done = add(json!({ "reason": "Thông cáo đến muộn" })).await;
    assert_eq!((texts(&done, "holidays/*/day"), &done["moved"]), (vec!["2026-01-05"], &shown["moved"]));
    let told = "SELECT after ->> 'reason' FROM audit_entry WHERE action = 'MANAGE_CALENDAR'";
    assert_eq!(db.text(told).await, "Thông cáo đến muộn");
}

#[tokio::test]
async fn years_that_are_not_announced_are_named() {
    let db = TestDb::new().await;
    let ask = "{ calendarYears { year isAnnounced provisionalDays } }";
    let year = |year: i32, announced: bool, days: i32| json!({ "year": year, "isAnnounced": announced, "provisionalDays": days });
    let asked = Viewer::public(&db).ask(ask).await.whole();
    assert_eq!(asked["calendarYears"], json!([year(2026, true, 0)]), "in January");
    let reader = db::Reader::new(db.pool.clone(), auth::Scope::public(), db::Date(day("2026-11-28")));
    let years = db::reporting::calendar::needed_years(&reader).await.unwrap();
    let told: Vec<_> = years.iter().map(|it| (it.year, it.is_announced, it.provisional_days)).collect();
    assert_eq!(told, [(2026, true, 0), (2027, false, 7)]);
    let reader = db::Reader::new(db.pool.clone(), auth::Scope::public(), db::Date(day("2031-03-01")));
    let years = db::reporting::calendar::needed_years(&reader).await.unwrap();
    assert_eq!(years.iter().map(|it| (it.year, it.is_announced)).collect::<Vec<_>>(), [(2031, false)]);
}

#[tokio::test]
async fn an_extension_moves_the_due_date_for_one_or_for_all() {
    let db = reporting().await;
    let (administrator, of_commune) =
        (Viewer::administrator(&db, 21), Viewer::who_holds(&db, &[(Role::Administrator, "tinh.xa1", true)]).await);
    let extend = async |viewer: &Viewer, change: Value| {
        let input = json!({ "period": "2025-Q4", "dueOn": "2026-01-23", "reason": "Bão số 12, công văn 15/UBND" });
        let selection = "extension { id dueOn regime reporter { code } }";
        viewer.act("extendReporting", with(input, change), selection).await
    };
    for (change, refused) in [
        (json!({ "dueOn": "2026-01-08" }), "OUT_OF_BOUNDS dueOn"),
        (json!({ "dueOn": "2027-01-03" }), "OUT_OF_BOUNDS dueOn"),
        (json!({ "reporter": "khong_co" }), "NOT_FOUND reporter"),
        (json!({ "period": "2025-01-01/2025-02-01" }), "MALFORMED period"),
        (json!({ "reason": " " }), "REQUIRED reason"),
    ] {
        let answer = extend(&administrator, change.clone()).await;
        assert_eq!((broken(&answer), &answer["extension"]), (vec![refused.to_owned()], &Value::Null), "{change}");
    }
    assert_eq!(broken(&extend(&of_commune, json!({})).await), ["OUT_OF_REACH reporter"]);
    assert_eq!(broken(&extend(&of_commune, json!({ "reporter": "tinh.xa2" })).await), ["OUT_OF_REACH reporter"]);

    let dates = async || {
        let inspector = Viewer::who_holds(&db, &[(Role::Inspector, "tinh", true)]).await;
        let asked = inspector.ask(r#"{ obligations(filter: { period: "2025-Q4" }) { nodes { subject { code } scheduledOn dueOn closesOn onTime } } }"#).await.whole();
        let mut rows: Vec<String> = all(&asked, "obligations/nodes/*")
            .iter()
            .map(|row| {
                format!(
                    "{} {} {} {} {}",
                    row["subject"]["code"], row["scheduledOn"], row["dueOn"], row["closesOn"], row["onTime"]
                )
                .replace('"', "")
            })
            .collect();
        rows.sort();
        rows
    };
    assert_eq!(
        dates().await,
        ["tinh.xa1 2026-01-09 2026-01-09 2026-01-29 false", "tinh.xa2 2026-01-09 2026-01-09 2026-01-29 false"]
    );
    let own = extend(&of_commune, json!({ "reporter": "tinh.xa1" })).await;
    assert_eq!(own["extension"]["reporter"]["code"], "tinh.xa1");
    // The one answers in time again; the other, who answered on the 12th, stays late.
    assert_eq!(
        dates().await,
        ["tinh.xa1 2026-01-09 2026-01-23 2026-02-13 null", "tinh.xa2 2026-01-09 2026-01-09 2026-01-29 false"]
    );
    assert_eq!(broken(&extend(&of_commune, json!({ "reporter": "tinh.xa1" })).await), ["OUT_OF_BOUNDS dueOn"]);
    let for_all = extend(&administrator, json!({ "dueOn": "2026-01-12" })).await;
    assert_eq!(for_all["extension"]["reporter"], Value::Null);
    // Of several the latest holds.
    assert_eq!(
        dates().await,
        ["tinh.xa1 2026-01-09 2026-01-23 2026-02-13 null", "tinh.xa2 2026-01-09 2026-01-12 2026-02-02 true"]
    );
    let window = "SELECT concat_ws(' ', due_on, closes_on) FROM reporting_window(md5('ky_so')::uuid, md5('tinh.xa1')::uuid, 'CALENDAR', 'QUARTER', '2025-Q4', '2025-10-01', '2026-01-01', '2026-01-20')";
    assert_eq!(db.text(window).await, "2026-01-23 2026-02-13");
    let listed = Viewer::who_holds(&db, &[(Role::Reporter, "tinh.xa2", false)])
        .await
        .ask(r#"{ reportingExtensions(filter: { reporter: "tinh.xa2" }) { nodes { dueOn reason } } }"#)
        .await
        .whole();
    assert_eq!(texts(&listed, "reportingExtensions/nodes/*/dueOn"), ["2026-01-12"]);
}
