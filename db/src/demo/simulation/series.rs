//! The measurements that are simulated: which, and what each says.

use std::{fmt::Write as _, sync::Arc};

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{
    COMMUNES_OF_PROVINCE, Commune, Former, REARRANGED_ON,
    dice::Dice,
    morning_of,
    path::{Milli, Path},
    shape::{Shape, Whole, communes_of_province},
};
use crate::{
    DbError,
    calendar::{Period, PeriodKind, Regime, Window},
    demo::{
        PROVINCE,
        facts::{Facts, Indicator},
        id::id,
        insert::definition_id,
    },
};

/// Measurements begin in this year; to get very many, earlier.
const FIRST_YEAR: i32 = 2025;
const EARLIEST_YEAR: i32 = 2020;
/// At most so many communes are simulated.
const MOST_COMMUNES: u32 = 3_500;

/// A period that ended longer ago has been published in any case.
const SETTLED_AFTER: TimeDelta = TimeDelta::days(60);

/// Three that are told in words.
const NARRATIVES: &[(&str, &str)] = &[
    ("tech_in_environment_smart_city", "Mô phỏng: thêm các điểm quan trắc môi trường tự động được kết nối trong kỳ."),
    ("provincial_ioc", "Mô phỏng: trung tâm hoạt động, đang rà soát các phân hệ và dữ liệu."),
    ("ecommerce_promotion", "Mô phỏng: tổ chức tập huấn bán hàng trực tuyến cho hộ kinh doanh."),
];

/// Which measurements are simulated: subjects, indicators, periods.
#[derive(Debug)]
pub(in crate::demo) struct Plan<'a> {
    series: Vec<Series<'a>>,
    pub communes: Vec<Commune>,
    /// What went into one of these communes.
    pub former: Vec<Former>,
}

/// One indicator in all its periods.
#[derive(Debug)]
struct Series<'a> {
    indicator: &'a Indicator,
    /// Formatted once: it stands in every row.
    indicator_id: String,
    definition_id: String,
    /// What numbers are made of, and the way they take; `None` for narratives.
    numbers: Option<(Shape, Path)>,
    periods: Vec<(Period, String, Window)>,
    /// All that went into the communes of the province.
    former: Arc<[Former]>,
}

/// Whose figure it is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Subject<'a> {
    Province,
    Commune(&'a Commune),
    Former(&'a Former),
}

/// One measurement with all its revisions.
#[derive(Debug)]
pub(super) struct Measured<'a> {
    pub id: Uuid,
    pub indicator_id: &'a str,
    pub definition_id: &'a str,
    pub period_kind: &'a str,
    pub period: &'a str,
    pub window: Window,
    pub revisions: Vec<Revision>,
}

#[derive(Debug)]
pub(super) struct Revision {
    pub state: &'static str,
    pub observation: &'static str,
    pub figure: Figure,
    pub reason: Option<&'static str>,
    pub recorded_at: DateTime<Utc>,
    pub published_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Figure {
    Stated(Decimal),
    Ratio { part: i64, whole: i64, factor: i64 },
    Narrative(&'static str),
}

/// A figure that was handed in and never endorsed, so that the sum over its year lacks a period.
const NEVER_ENDORSED: (&str, &str) = ("public_sector_initiatives_recognised", "2025-Q2");

impl<'a> Plan<'a> {
    /// At least `communes` communes from January 2025 to the last period that was finished before `today`.
    ///
    /// With `wanted`, first earlier years and then more communes until there are about that many measurements, or no
    /// more to be had.
    pub fn new(facts: &'a Facts, communes: u32, wanted: Option<u64>, today: NaiveDate) -> Result<Self, DbError> {
        let all = Former::all(&facts.units);
        let of_communes = |series, communes| {
            let former = all.iter().filter(|former| former.heirs.iter().any(|heir| heir.commune <= communes)).cloned();
            let communes = (1..=communes).map(|number| Commune::new(&facts.units, number));
            Self { series, communes: communes.collect(), former: former.collect() }
        };
        let mut first_year = FIRST_YEAR;
        let series_since = |year| all_series(facts, &all, year, today);
        let mut plan = of_communes(series_since(first_year)?, communes.min(MOST_COMMUNES));
        let Some(wanted) = wanted else { return Ok(plan) };
        while first_year > EARLIEST_YEAR && plan.count() < wanted {
            first_year -= 1;
            plan.series = series_since(first_year)?;
        }
        let communes = u32::try_from(plan.communes.len()).unwrap_or(MOST_COMMUNES);
        // All the communes of the province first; each of the others has as many figures as the next.
        if plan.count() < wanted && communes < COMMUNES_OF_PROVINCE {
            plan = of_communes(plan.series, COMMUNES_OF_PROVINCE);
        }
        let communes = u32::try_from(plan.communes.len()).unwrap_or(MOST_COMMUNES);
        let of_one = plan.count_of(Subject::Commune(&Commune::new(&facts.units, MOST_COMMUNES)));
        let lacking = wanted.saturating_sub(plan.count()).div_ceil(of_one.max(1));
        let more = u32::try_from(lacking).unwrap_or(MOST_COMMUNES).min(MOST_COMMUNES - communes);
        if more > 0 {
            plan = of_communes(plan.series, communes + more);
        }
        Ok(plan)
    }

    /// The province, its communes, and what they were before.
    pub(super) fn subjects(&self) -> impl Iterator<Item = Subject<'_>> {
        let communes = self.communes.iter().map(Subject::Commune);
        std::iter::once(Subject::Province).chain(communes).chain(self.former.iter().map(Subject::Former))
    }

    /// How many measurements there are in all.
    pub fn count(&self) -> u64 {
        self.subjects().map(|subject| self.count_of(subject)).sum()
    }

    /// How many measurements a subject has.
    pub(super) fn count_of(&self, subject: Subject<'_>) -> u64 {
        let of_subject = self.series.iter().filter(|series| series.covers(subject));
        of_subject
            .map(|series| series.periods.iter().filter(|(.., window)| subject.is_there(*window)).count() as u64)
            .sum()
    }

    /// The measurements of a subject, as they stand at `now`.
    pub(super) fn of(&self, subject: Subject<'a>, now: DateTime<Utc>) -> impl Iterator<Item = Measured<'_>> {
        self.series
            .iter()
            .filter(move |series| series.covers(subject))
            .flat_map(move |series| series.measured(subject, now))
    }
}

fn all_series<'a>(
    facts: &'a Facts,
    former: &[Former],
    first_year: i32,
    today: NaiveDate,
) -> Result<Vec<Series<'a>>, DbError> {
    let former: Arc<[Former]> = former.into();
    let mut all = Vec::new();
    for indicator in &facts.indicators.indicators {
        let followed = facts
            .programmes
            .indicators
            .iter()
            .any(|member| member.indicator == indicator.code && member.group.is_some());
        let path = Path::of(indicator, &facts.targets.targets, PROVINCE);
        let numbers = Shape::of(indicator).zip(path);
        if !followed || (numbers.is_none() && narrative(indicator).is_none()) {
            continue;
        }
        all.push(Series {
            indicator,
            indicator_id: id("indicator", &indicator.code).to_string(),
            definition_id: definition_id(&indicator.code, 1).to_string(),
            numbers,
            periods: periods(&indicator.frequency, first_year, today)?,
            former: Arc::clone(&former),
        });
    }
    Ok(all)
}

fn periods(frequency: &str, first_year: i32, today: NaiveDate) -> Result<Vec<(Period, String, Window)>, DbError> {
    let kind = match frequency {
        "MONTH" => PeriodKind::Month,
        "QUARTER" => PeriodKind::Quarter,
        "HALF_YEAR" => PeriodKind::HalfYear,
        _ => PeriodKind::Year,
    };
    let first = Period::new(kind, first_year, 1).map_err(DbError::internal)?;
    let Some(last) = Period::last_finished(today, kind, Regime::Calendar) else { return Ok(Vec::new()) };
    let periods = first.through(last).map_err(DbError::internal)?;
    Ok(periods.map(|period| (period, period.to_string(), period.window(Regime::Calendar))).collect())
}

fn narrative(indicator: &Indicator) -> Option<&'static str> {
    NARRATIVES.iter().find(|(code, _)| *code == indicator.code).map(|(_, words)| *words)
}

impl Series<'_> {
    fn in_communes(&self) -> bool {
        self.numbers.as_ref().is_some_and(|(shape, _)| shape.in_communes())
    }

    fn covers(&self, subject: Subject<'_>) -> bool {
        matches!(subject, Subject::Province) || self.in_communes()
    }

    fn measured<'s>(&'s self, subject: Subject<'s>, now: DateTime<Utc>) -> impl Iterator<Item = Measured<'s>> {
        let mut name = String::new();
        let there = self.periods.iter().enumerate().filter(move |(_, (.., window))| subject.is_there(*window));
        there.filter_map(move |(place, (_, code, window))| {
            name.clear();
            write!(name, "{}/{}/{code}", self.indicator.code, subject.code()).ok()?;
            Some(Measured {
                id: id("measurement", &name),
                indicator_id: &self.indicator_id,
                definition_id: &self.definition_id,
                period_kind: &self.indicator.frequency,
                period: code,
                window: *window,
                revisions: self.revisions(subject, place, now)?,
            })
        })
    }

    /// Most figures are published some days after their period. Of the newest some are still with the office that drew
    /// them up, and one older figure in fifty was corrected.
    fn revisions(&self, subject: Subject<'_>, place: usize, now: DateTime<Utc>) -> Option<Vec<Revision>> {
        let (_, code, window) = self.periods.get(place)?;
        let life = Dice::of(&["life", &self.indicator.code, code]).and(subject.number());
        let newest = place + 1 == self.periods.len() && now - morning_of(window.end) < SETTLED_AFTER;
        let later = |number, low, high| {
            morning_of(window.end + Days::new(u64::try_from(life.and(number).between(low, high)).unwrap_or_default()))
        };
        let (recorded_at, published_at, corrected_at) = (later(1, 0, 3).min(now), later(2, 4, 12), later(3, 25, 45));
        let held_back = match life.and(4).between(0, 9) {
            _ if published_at > now => Some("SUBMITTED"),
            _ if (self.indicator.code.as_str(), code.as_str()) == NEVER_ENDORSED => Some("SUBMITTED"),
            0 if newest => Some("DRAFT"),
            1 if newest => Some("SUBMITTED"),
            _ => None,
        };
        let corrected = held_back.is_none() && life.and(5).one_in(50) && !newest && corrected_at <= now;
        let first = Revision {
            state: held_back.unwrap_or("PUBLISHED"),
            observation: if newest { "PROVISIONAL" } else { "FINAL" },
            figure: self.figure(subject, place, if corrected { 970 } else { 1000 })?,
            reason: None,
            recorded_at,
            published_at: held_back.is_none().then_some(published_at),
        };
        let mut revisions = vec![first];
        if corrected {
            revisions.push(Revision {
                state: "PUBLISHED",
                observation: "REVISED",
                figure: self.figure(subject, place, 1000)?,
                reason: Some("Mô phỏng: bổ sung số liệu báo cáo muộn."),
                recorded_at: corrected_at,
                published_at: Some(corrected_at),
            });
        }
        Some(revisions)
    }

    /// The figure, times `permille` thousandths.
    fn figure(&self, subject: Subject<'_>, place: usize, permille: i64) -> Option<Figure> {
        let Some((shape, path)) = &self.numbers else { return narrative(self.indicator).map(Figure::Narrative) };
        let (period, code, window) = self.periods.get(place)?;
        let day = window.last_day();
        let level = |number: u64| path.at(day, self.share_of_path(code, number) * permille / 1000);
        Some(match (*shape, subject) {
            (Shape::Stated, _) if self.indicator.nature == "FLOW" => {
                Figure::Stated(Decimal::from(self.amount(path, *period) * permille / 1000))
            }
            (Shape::Stated | Shape::StatedEverywhere, _) => {
                let places = u32::try_from(self.indicator.decimals).unwrap_or_default();
                Figure::Stated(Decimal::new(level(subject.number()), 3).round_dp(places))
            }
            (Shape::Share(whole) | Shape::Everywhere(_, whole), Subject::Province) => self.ratio(level(0), whole, 0),
            (Shape::SumOfCommunes(Whole::Bodies), Subject::Province) if window.end <= REARRANGED_ON => {
                let parts = self.former.iter().map(|former| self.of_former(former, Whole::Bodies, code, level));
                self.sum(parts)
            }
            (Shape::SumOfCommunes(kind), Subject::Province) => {
                self.sum(communes_of_province().map(|number| self.of_commune(number, kind, code, level)))
            }
            (Shape::SumOfCommunes(kind) | Shape::Everywhere(kind, _), Subject::Commune(commune)) => {
                self.sum([self.of_commune(commune.number, kind, code, level)])
            }
            (Shape::SumOfCommunes(kind) | Shape::Everywhere(kind, _), Subject::Former(former)) => {
                self.sum([self.of_former(former, kind, code, level)])
            }
            (Shape::Share(_), Subject::Commune(_) | Subject::Former(_)) => return None,
        })
    }

    /// The part and the whole of a commune in a period.
    fn of_commune(&self, number: u32, kind: Whole, period: &str, level: impl Fn(u64) -> Milli) -> (i64, i64) {
        let (number, whole) = (u64::from(number), kind.in_commune(number, period));
        (self.part(level(number), whole, number), whole)
    }

    /// The same of what went into communes of today: pieces of theirs. Bodies are not divided: each had its own.
    fn of_former(&self, former: &Former, kind: Whole, period: &str, level: impl Fn(u64) -> Milli) -> (i64, i64) {
        let whole = former.whole(kind, period);
        if kind == Whole::Bodies {
            return (self.part(level(former.number), whole, former.number), whole);
        }
        let parts = former.heirs.iter().map(|heir| heir.piece(self.of_commune(heir.commune, kind, period, &level).0));
        (parts.sum(), whole)
    }

    fn sum(&self, parts: impl IntoIterator<Item = (i64, i64)>) -> Figure {
        let (part, whole) = parts.into_iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        Figure::Ratio { part, whole, factor: self.factor() }
    }

    /// How a subject stands to the path of the province in a period, in thousandths: communes differ, and nothing is smooth.
    fn share_of_path(&self, period: &str, number: u64) -> i64 {
        let own = if number == 0 {
            1000
        } else {
            Dice::of(&["commune", &self.indicator.code]).and(number).between(820, 1120)
        };
        own + Dice::of(&["noise", &self.indicator.code, period]).and(number).between(-8, 8)
    }

    /// What comes about in a period of the year's amount: the periods of a year add up to it.
    fn amount(&self, path: &Path, period: Period) -> i64 {
        let year = period.year();
        let Some(end_of_year) = NaiveDate::from_ymd_opt(year, 12, 31) else { return 0 };
        let whole = (path.at(end_of_year, 1000) + 500) / 1000;
        let Some(index) = period.index() else { return whole };
        let periods = 12
            / match period.kind() {
                PeriodKind::Month => 1,
                PeriodKind::Quarter => 3,
                _ => 6,
            };
        let dice = Dice::of(&["season", &self.indicator.code]).and(u64::from(year.unsigned_abs()));
        let weight_until = |last: u32| (1..=last).map(|n| dice.and(u64::from(n)).between(2, 4)).sum::<i64>();
        let until = |last: u32| whole * weight_until(last) / weight_until(periods).max(1);
        until(index) - until(index - 1)
    }

    fn ratio(&self, level: Milli, whole: i64, number: u64) -> Figure {
        Figure::Ratio { part: self.part(level, whole, number), whole, factor: self.factor() }
    }

    /// Rounded at a place of its own for each subject: where the whole is 2, some have 1 and some have 2 at the same level.
    fn part(&self, level: Milli, whole: i64, number: u64) -> i64 {
        let scale = 1000 * self.factor();
        let rounding = Dice::of(&["rounding", &self.indicator.code]).and(number).between(1, 999) * self.factor();
        ((whole * level + rounding) / scale).clamp(0, whole)
    }

    fn factor(&self) -> i64 {
        if self.indicator.unit == "PER_10000_PEOPLE" { 10_000 } else { 100 }
    }
}

impl Subject<'_> {
    pub fn code(&self) -> &str {
        match self {
            Self::Province => PROVINCE,
            Self::Commune(commune) => &commune.code,
            Self::Former(former) => &former.code,
        }
    }

    pub fn id(self) -> Uuid {
        match self {
            Self::Province => id("agency", PROVINCE),
            Self::Commune(commune) => commune.id,
            Self::Former(former) => former.id,
        }
    }

    /// 0 for the province.
    fn number(self) -> u64 {
        match self {
            Self::Province => 0,
            Self::Commune(commune) => u64::from(commune.number),
            Self::Former(former) => former.number,
        }
    }

    /// Whether it was there on the last day of a period, and reports it.
    fn is_there(self, window: Window) -> bool {
        match self {
            Self::Province => true,
            Self::Commune(commune) => !commune.is_new || window.end > REARRANGED_ON,
            Self::Former(_) => window.end <= REARRANGED_ON,
        }
    }
}
