//! The way an indicator of the province takes through its targets: some ahead, some on track, some behind.

use chrono::NaiveDate;
use rust_decimal::{Decimal, prelude::ToPrimitive as _};

use super::dice::Dice;
use crate::demo::facts::{Indicator, Target};

/// A level in thousandths of the indicator's unit.
pub(super) type Milli = i64;

/// Straight lines between points; before the first and after the last it is level.
#[derive(Debug)]
pub(super) struct Path {
    points: Vec<(NaiveDate, Milli)>,
    lower: Milli,
    upper: Milli,
}

impl Path {
    /// `None` if no target before 2035 gives a number: nothing is measured yet.
    pub fn of(indicator: &Indicator, targets: &[Target], province: &str) -> Option<Self> {
        let mut aims: Vec<(NaiveDate, Milli)> = targets
            .iter()
            .filter(|target| target.indicator == indicator.code && target.subject == province)
            .filter_map(|target| Some((target.due_on?, milli(target.value?)?)))
            .collect();
        aims.sort_unstable();
        // Of two targets for one day the lower: the other is contradicted anyway.
        aims.dedup_by_key(|(day, _)| *day);
        let (first_day, first_aim) = *aims.first()?;
        let (eve_of_2020, eve_of_2025) = (day(2019), day(2024));
        if first_day >= day(2035) {
            return None;
        }
        // What a late first aim leaves to do by 2025 is little.
        let at_2025 = if first_day == day(2025) { 80 } else { 20 };
        let pace = pace(&indicator.code);
        let mut points = vec![(eve_of_2020, first_aim * at_2025 / 200), (eve_of_2025, first_aim * at_2025 / 100)];
        points.extend(aims.into_iter().map(|(day, aim)| (day, aim * pace / 1000)));
        let bound = |bound: Option<Decimal>, otherwise| bound.and_then(milli).unwrap_or(otherwise);
        Some(Self { points, lower: bound(indicator.lower_bound, 0), upper: bound(indicator.upper_bound, Milli::MAX) })
    }

    /// The level at the end of a day, within the indicator's bounds, times `permille` thousandths.
    pub fn at(&self, on: NaiveDate, permille: i64) -> Milli {
        let after = self.points.partition_point(|(day, _)| *day <= on);
        let level = match (after.checked_sub(1).and_then(|before| self.points.get(before)), self.points.get(after)) {
            (Some((from, low)), Some((to, high))) => {
                low + (high - low) * (on - *from).num_days() / (*to - *from).num_days().max(1)
            }
            (Some((_, level)), None) | (None, Some((_, level))) => *level,
            (None, None) => 0,
        };
        (level * permille / 1000).clamp(self.lower, self.upper)
    }
}

/// How well the province does, in thousandths of the targets: a third ahead, a third on track, a third behind.
fn pace(indicator: &str) -> i64 {
    let dice = Dice::of(&["pace", indicator]);
    match dice.between(0, 2) {
        0 => dice.and(1).between(1050, 1150),
        1 => dice.and(1).between(990, 1030),
        _ => dice.and(1).between(780, 920),
    }
}

fn milli(value: Decimal) -> Option<Milli> {
    (value * Decimal::ONE_THOUSAND).to_i64()
}

fn day(year: i32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or_default()
}
