//! The rule once more, written another way: over random targets and figures, lists, counts and pages agree with it row by row.

use std::collections::BTreeMap;

use chrono::{Datelike as _, Days, NaiveDate};
use serde_json::Value;
use tests::{
    TestDb,
    graphql::{Viewer, all},
};

use super::{FLOW, Indicator, STOCK, by_date, figure, world};

/// Numbers that are the same in every run (splitmix64).
pub(super) struct Dice(pub u64);

impl Dice {
    /// From `low` up to, but without, `high`.
    fn number(&mut self, low: u32, high: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        low + u32::try_from((z ^ (z >> 31)) % u64::from(high - low)).unwrap()
    }

    /// In so many of ten cases.
    fn happens(&mut self, of_ten: u32) -> bool {
        self.number(0, 10) < of_ten
    }
}

struct Figure {
    last_day: NaiveDate,
    value: f64,
}

pub(super) struct Case {
    code: String,
    lower_is_better: bool,
    adds_up: bool,
    baseline: Option<(NaiveDate, f64)>,
    targets: Vec<(NaiveDate, f64)>,
    figures: Vec<Figure>,
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn quarter_end(year: i32, quarter: u32) -> NaiveDate {
    let next = if quarter == 4 {
        day(&format!("{}-01-01", year + 1))
    } else {
        day(&format!("{year}-{:02}-01", quarter * 3 + 1))
    };
    next - Days::new(1)
}

#[allow(clippy::cast_precision_loss, reason = "days of a century")]
fn days(from: NaiveDate, to: NaiveDate) -> f64 {
    (to - from).num_days() as f64
}

impl Case {
    /// The status on a day, and the pace.
    fn status(&self, on: NaiveDate) -> (&'static str, Option<f64>) {
        let mut dues: Vec<NaiveDate> = self.targets.iter().map(|(due, _)| *due).collect();
        dues.sort_unstable();
        let Some(due) = dues.iter().find(|due| **due >= on).or(dues.last()).copied() else {
            return ("NO_TARGET", None);
        };
        let severity = |status: &str| {
            ["MISSED", "OFF_TRACK", "AT_RISK", "NO_DATA", "INCOMPLETE", "ON_TRACK", "ACHIEVED"]
                .iter()
                .position(|it| *it == status)
        };
        let of_due = self.targets.iter().filter(|(it, _)| *it == due);
        let judged = of_due.map(|(_, demanded)| self.line(on, due, *demanded));
        judged
            .min_by(|one, other| {
                let paces = one.1.unwrap_or(f64::MAX).total_cmp(&other.1.unwrap_or(f64::MAX));
                severity(one.0).cmp(&severity(other.0)).then(paces)
            })
            .unwrap()
    }

    fn line(&self, on: NaiveDate, due: NaiveDate, demanded: f64) -> (&'static str, Option<f64>) {
        let limit = on.min(due);
        let published = || self.figures.iter().filter(|figure| figure.last_day <= limit);
        if self.adds_up && due.year() <= on.year() {
            let of_year: Vec<&Figure> = published().filter(|figure| figure.last_day.year() == due.year()).collect();
            let Some(last) = of_year.last() else { return ("NO_DATA", None) };
            if of_year.len() < usize::try_from(last.last_day.month() / 3).unwrap() {
                return ("INCOMPLETE", None);
            }
            let sum: f64 = of_year.iter().map(|figure| figure.value).sum();
            let parts = u32::try_from(of_year.len()).unwrap();
            return self.word(on, due, sum, demanded, Some(sum / (demanded * f64::from(parts) / 4.0)));
        }
        let figure = if self.adds_up {
            // The last whole year.
            let mut years: BTreeMap<i32, Vec<&Figure>> = BTreeMap::new();
            published().for_each(|figure| years.entry(figure.last_day.year()).or_default().push(figure));
            let whole = years.into_iter().rev().find(|(_, figures)| figures.len() == 4);
            whole.map(|(year, figures)| Figure {
                last_day: day(&format!("{year}-12-31")),
                value: figures.iter().map(|figure| figure.value).sum(),
            })
        } else {
            published().next_back().map(|figure| Figure { last_day: figure.last_day, value: figure.value })
        };
        let Some(figure) = figure else { return ("NO_DATA", None) };
        let first_due = self.targets.iter().map(|(due, _)| *due).min().unwrap();
        let first = || {
            let before = self.figures.iter().find(|it| it.last_day < first_due && it.last_day <= on);
            before.filter(|_| !self.adds_up).map(|it| (it.last_day, it.value))
        };
        let began = self.baseline.filter(|(since, _)| *since <= limit).or_else(first);
        let mut points: Vec<(NaiveDate, f64)> = began.into_iter().collect();
        let mut on_the_way: Vec<(NaiveDate, f64)> = self
            .targets
            .iter()
            .copied()
            .filter(|(it, _)| *it < due && began.is_none_or(|(since, _)| *it > since))
            .collect();
        on_the_way.sort_by(|one, other| {
            let stricter = if self.lower_is_better { one.1.total_cmp(&other.1) } else { other.1.total_cmp(&one.1) };
            one.0.cmp(&other.0).then(stricter)
        });
        on_the_way.dedup_by_key(|(due, _)| *due);
        points.extend(on_the_way);
        points.push((due, demanded));
        let before = points.iter().rfind(|(it, _)| *it <= figure.last_day && *it < due);
        let after = points.iter().find(|(it, _)| *it > figure.last_day).unwrap_or(points.last().unwrap());
        let expected = match before {
            None => after.1,
            Some(before) if after.0 == before.0 => before.1,
            Some(before) => before.1 + (after.1 - before.1) * days(before.0, figure.last_day) / days(before.0, after.0),
        };
        let pace = match began {
            Some((_, start)) if (start - demanded).abs() > 1e-9 => {
                ((expected - start).abs() > 5e-7).then(|| (figure.value - start) / (expected - start))
            }
            _ if self.lower_is_better => (figure.value != 0.0).then(|| expected / figure.value),
            _ => (expected != 0.0).then(|| figure.value / expected),
        };
        self.word(on, due, figure.value, demanded, pace)
    }

    fn word(
        &self,
        on: NaiveDate,
        due: NaiveDate,
        value: f64,
        demanded: f64,
        pace: Option<f64>,
    ) -> (&'static str, Option<f64>) {
        let meets = if self.lower_is_better { value <= demanded } else { value >= demanded };
        let status = if meets {
            "ACHIEVED"
        } else if on > due {
            "MISSED"
        } else {
            match pace {
                Some(pace) if pace < 0.75 => "OFF_TRACK",
                Some(pace) if pace < 0.95 => "AT_RISK",
                _ => "ON_TRACK",
            }
        };
        (status, pace)
    }
}

/// Indicators of three kinds with targets and figures that nobody has thought of.
pub(super) fn random(dice: &mut Dice, number: usize) -> (Case, String) {
    let code = format!("ct{number}");
    let kind = dice.number(0, 3);
    let (adds_up, lower_is_better) = (kind == 1, kind == 2);
    let leaked: &'static str = Box::leak(code.clone().into_boxed_str());
    let base = if adds_up { FLOW } else { STOCK };
    let direction = if lower_is_better { "LOWER_IS_BETTER" } else { "HIGHER_IS_BETTER" };
    let mut sql = Indicator { code: leaked, direction, ..base }.sql(number);
    let comparator = if lower_is_better { "AT_MOST" } else { "AT_LEAST" };
    let mut targets = Vec::new();
    for (n, year) in [2025, 2026, 2026, 2030].into_iter().enumerate() {
        if dice.happens(5) {
            let value = dice.number(50, 110);
            targets.push((day(&format!("{year}-12-31")), f64::from(value)));
            sql += &by_date(&code, "tinh", n + 1, &format!("{year}-12-31"), comparator, &value.to_string());
        }
    }
    let baseline = dice.happens(4).then(|| (day("2024-12-31"), f64::from(dice.number(10, 60))));
    if let Some((_, value)) = baseline {
        let stated = format!(
            "INSERT INTO baseline (id, indicator_id, subject_id, value, measured_on, note) VALUES
                (md5('b{code}')::uuid, md5('{code}')::uuid, md5('tinh')::uuid, {value}, '2024-12-31', 'Niên giám');"
        );
        sql += &stated;
    }
    let mut figures = Vec::new();
    for (year, quarter) in (2025..=2026).flat_map(|year| (1..=4).map(move |quarter| (year, quarter))) {
        if dice.happens(7) {
            let value = dice.number(30, 100);
            figures.push(Figure { last_day: quarter_end(year, quarter), value: f64::from(value) });
            sql += &figure(&code, "tinh", &format!("{year}-Q{quarter}"), &value.to_string());
        }
    }
    (Case { code, lower_is_better, adds_up, baseline, targets, figures }, sql)
}

async fn listed(db: &TestDb, on: &str) -> BTreeMap<String, (String, Option<f64>)> {
    let (mut found, mut after) = (BTreeMap::new(), "null".to_owned());
    loop {
        let question = format!(
            "{{ assessments(filter: {{ programme: \"ct\", on: \"{on}\" }}, first: 7, after: {after}, order: {{ by: PACE, direction: DESCENDING }}) {{
                nodes {{ status pace indicator {{ code }} }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let answer = Viewer::public(db).ask(&question).await.whole();
        for row in all(&answer, "assessments/nodes/*") {
            let pace = row["pace"].as_str().map(|text| text.parse().unwrap());
            let code = row["indicator"]["code"].as_str().unwrap().to_owned();
            assert!(
                found.insert(code, (row["status"].as_str().unwrap().to_owned(), pace)).is_none(),
                "twice in a list"
            );
        }
        let page = &answer["assessments"]["pageInfo"];
        if page["hasNextPage"] != true {
            return found;
        }
        after = page["endCursor"].to_string();
    }
}

#[tokio::test]
async fn lists_counts_and_single_assessments_agree_with_the_rule_in_other_words() {
    const CASES: usize = 60;
    let mut dice = Dice(57);
    let (cases, sql): (Vec<Case>, Vec<String>) = (0..CASES).map(|number| random(&mut dice, number)).unzip();
    let db = world(&sql.concat()).await;
    let mut seen = BTreeMap::new();
    for on in ["2025-02-10", "2025-09-30", "2026-01-01", "2026-07-20", "2027-01-15"] {
        let found = listed(&db, on).await;
        assert_eq!(found.len(), CASES);
        let mut tally: BTreeMap<&str, u64> = BTreeMap::new();
        for case in &cases {
            let (status, pace) = case.status(day(on));
            let (told, told_pace) = &found[&case.code];
            assert_eq!(told, status, "{} on {on}: pace {pace:?}, told {told_pace:?}", case.code);
            if let (Some(pace), Some(told)) = (pace, told_pace) {
                assert!((pace - told).abs() < 1e-4 * pace.abs().max(1.0), "{} on {on}: {pace} {told}", case.code);
            }
            *tally.entry(status).or_default() += 1;
            *seen.entry(status).or_insert(0) += 1;
        }
        let counted = Viewer::public(&db)
            .ask(&format!(
                "{{ statusCounts(by: PROGRAMME, filter: {{ programme: \"ct\", on: \"{on}\" }}) {{ nodes {{ missed offTrack atRisk noData incomplete onTrack achieved noTarget }} }}
                   off: assessments(filter: {{ programme: \"ct\", on: \"{on}\", statuses: [OFF_TRACK] }}) {{ totalCount }} }}"
            ))
            .await
            .whole();
        let row = &counted["statusCounts"]["nodes"][0];
        for (name, word) in [
            ("missed", "MISSED"),
            ("offTrack", "OFF_TRACK"),
            ("atRisk", "AT_RISK"),
            ("noData", "NO_DATA"),
            ("incomplete", "INCOMPLETE"),
            ("onTrack", "ON_TRACK"),
            ("achieved", "ACHIEVED"),
            ("noTarget", "NO_TARGET"),
        ] {
            assert_eq!(
                row[name].as_u64().unwrap_or_default(),
                tally.get(word).copied().unwrap_or_default(),
                "{word} on {on}"
            );
        }
        assert_eq!(counted["off"]["totalCount"], Value::from(tally.get("OFF_TRACK").copied().unwrap_or_default()));
    }
    assert_eq!(seen.len(), 8, "not every status came up: {seen:?}");
}
