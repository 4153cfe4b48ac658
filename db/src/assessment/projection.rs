//! Where the figures lead if they go on as they went: the slope of Theil and Sen over the last published figures.
//!
//! It is the median of the slopes between all pairs of figures, so that one odd figure moves it little. Its interval is Sen's: of the
//! sorted slopes those that lie as far from the middle as Kendall's statistic may by chance, in four of five cases. The
//! line of the median slope lies as high as the middle one of the figures has it; its value on the day of the milestone is kept
//! within what the indicator can be.

use std::{collections::HashMap, sync::Arc};

use auth::Action;
use chrono::Days;
use derive::boxed;
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Date as SqlDate, Numeric, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use rust_decimal::{Decimal, prelude::ToPrimitive as _};
use uuid::Uuid;

use super::Assessment;
use crate::{
    Date, DbError, Reader, access::Auth, indicator::Indicator, noun::Batch, planned::planned, text_enum::text_enum,
};

/// The most figures that are looked at, and the fewest that show where they lead.
const MOST: usize = 12;
const FEWEST: usize = 4;

/// Days further off than this are no forecast.
const FARTHEST: u64 = 100 * 366;

/// Four of five cases lie so many standard deviations around the middle.
const DEVIATIONS: f64 = 1.281_551_565_5;

text_enum! {
    /// Why the figures do not show where they lead.
    pub enum NoProjection {
        /// Fewer than four figures are published
        TooFew => "TOO_FEW",
        /// The figures of a year are added up: they begin anew each year
        AddsUp => "ADDS_UP",
        /// No number is demanded by a day to come
        NoMilestone => "NO_MILESTONE",
    }
}

/// Where the figures lead if they go on as they went (dự báo): by the median of the slopes between all pairs of the last published
/// figures (Theil and Sen), at most twelve.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
#[graphql(directive = Auth::apply(Action::SeePublished))]
pub struct Projection {
    /// The figure on the day of the milestone, in the indicator's unit, to six places; within what the indicator can be
    pub value: Decimal,
    /// The lower end of what it is in four of five cases
    pub lower: Decimal,
    /// The upper end
    pub upper: Decimal,
    /// What it changes in a year, in the indicator's unit
    pub slope_per_year: Decimal,
    /// The day on which the milestone would be reached; null if the figures do not lead there within a hundred years, or have reached it
    pub reached_on: Option<Date>,
    /// How many figures it rests on
    pub figures: i32,
}

/// A published figure: the last day of its period, and the value.
pub type Point = (Date, Decimal);

/// What is asked of the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ahead {
    /// The day of the milestone.
    pub due_on: Date,
    /// What it demands.
    pub demanded: Decimal,
    /// Smallest and largest value that the indicator can have.
    pub bounds: (Option<Decimal>, Option<Decimal>),
}

impl Ahead {
    /// What lies ahead of an assessment, or why nothing does.
    pub fn of(assessment: &Assessment, indicator: &Indicator) -> Result<Self, NoProjection> {
        if indicator.adds_up() {
            return Err(NoProjection::AddsUp);
        }
        match (assessment.line.due_on, assessment.line.demanded) {
            (Some(due_on), Some(demanded)) if due_on >= assessment.on => {
                Ok(Self { due_on, demanded, bounds: (indicator.lower_bound, indicator.upper_bound) })
            }
            _ => Err(NoProjection::NoMilestone),
        }
    }
}

impl Projection {
    /// Where points lead.
    pub fn of(points: &[Point], ahead: Ahead) -> Result<Self, NoProjection> {
        let points = points.get(points.len().saturating_sub(MOST)..).unwrap_or_default();
        if points.len() < FEWEST {
            return Err(NoProjection::TooFew);
        }
        let Some((first, _)) = points.first() else { return Err(NoProjection::TooFew) };
        let days: Vec<Decimal> = points.iter().map(|(day, _)| since(*first, *day)).collect();
        let values: Vec<Decimal> = points.iter().map(|(_, value)| *value).collect();
        let slopes = slopes(&days, &values);
        let Some(slope) = median(&slopes) else { return Err(NoProjection::TooFew) };
        // The level of the line is the median of those of the figures.
        let levels = sorted(days.iter().zip(&values).map(|(day, value)| value - slope * day).collect());
        let (Some(day), Some(level)) = (median(&sorted(days)), median(&levels)) else {
            return Err(NoProjection::TooFew);
        };
        let value = level + slope * day;
        let (low, high) = interval(&slopes, points.len()).unwrap_or((slope, slope));
        let distance = since(*first, ahead.due_on) - day;
        let at = |slope: Decimal| within(ahead.bounds, value + slope * distance).round_dp(6).normalize();
        let ends = (at(low), at(high));
        Ok(Self {
            value: at(slope),
            lower: ends.0.min(ends.1),
            upper: ends.0.max(ends.1),
            slope_per_year: (slope * Decimal::new(36525, 2)).round_dp(6).normalize(),
            reached_on: reached(*first, day, value, slope, points, ahead.demanded),
            figures: i32::try_from(points.len()).unwrap_or(i32::MAX),
        })
    }
}

fn since(first: Date, day: Date) -> Decimal {
    Decimal::from((day.0 - first.0).num_days())
}

fn sorted(mut values: Vec<Decimal>) -> Vec<Decimal> {
    values.sort_unstable();
    values
}

fn median(sorted: &[Decimal]) -> Option<Decimal> {
    let half = sorted.len() / 2;
    let upper = *sorted.get(half)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    Some((*sorted.get(half.checked_sub(1)?)? + upper) / Decimal::TWO)
}

/// The slopes between all pairs, in the indicator's unit a day, the smallest first.
fn slopes(days: &[Decimal], values: &[Decimal]) -> Vec<Decimal> {
    let points: Vec<(&Decimal, &Decimal)> = days.iter().zip(values).collect();
    let pairs = points.iter().enumerate().flat_map(|(n, one)| points.iter().skip(n + 1).map(move |other| (one, other)));
    sorted(pairs.filter_map(|(one, other)| (other.1 - one.1).checked_div(other.0 - one.0)).collect())
}

/// The slopes between which the true one lies in four of five cases.
fn interval(slopes: &[Decimal], points: usize) -> Option<(Decimal, Decimal)> {
    let (pairs, n) = (slopes.len().to_f64()?, points.to_f64()?);
    let width = DEVIATIONS * (n * (n - 1.0) * (2.0 * n + 5.0) / 18.0).sqrt();
    let last = slopes.len().checked_sub(1)?;
    // Ranks count from 1: (N - C) / 2 and (N + C) / 2 + 1.
    let low = ((pairs - width) / 2.0).round().to_usize().unwrap_or_default().saturating_sub(1);
    let high = f64::midpoint(pairs, width).round().to_usize().unwrap_or(last).min(last);
    Some((*slopes.get(low)?, *slopes.get(high)?))
}

fn within((lower, upper): (Option<Decimal>, Option<Decimal>), value: Decimal) -> Decimal {
    let value = lower.map_or(value, |lower| value.max(lower));
    upper.map_or(value, |upper| value.min(upper))
}

/// The day on which the line comes to what is demanded, after the last figure.
fn reached(
    first: Date,
    day: Decimal,
    value: Decimal,
    slope: Decimal,
    points: &[Point],
    demanded: Decimal,
) -> Option<Date> {
    let (last_day, last) = points.last()?;
    let is_there = (slope > Decimal::ZERO && *last >= demanded) || (slope < Decimal::ZERO && *last <= demanded);
    if is_there {
        return None;
    }
    let days =
        day.checked_add((demanded - value).checked_div(slope)?)?.ceil().to_u64().filter(|days| *days <= FARTHEST)?;
    let day = first.0.checked_add_days(Days::new(days)).map(Date)?;
    (day > *last_day).then_some(day)
}

/// The published figures of an indicator and a subject up to a day, of the indicator's own periods: the earliest first, at most twelve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProjectionKey {
    /// The indicator.
    pub indicator: Uuid,
    /// Whose figures they are.
    pub subject: Uuid,
    /// The day.
    pub on: Date,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    n: i64,
    #[diesel(sql_type = SqlDate)]
    day: Date,
    #[diesel(sql_type = Numeric)]
    value: Decimal,
}

const POINTS: &str = "SELECT asked.n, point.day, point.value
    FROM unnest(COALESCE((SELECT $1)), COALESCE((SELECT $2)), COALESCE((SELECT $3))) WITH ORDINALITY AS asked (indicator_id, subject_id, on_day, n)
    JOIN indicator i ON i.id = asked.indicator_id
    CROSS JOIN LATERAL (SELECT m.ends_on - 1 AS day, r.value FROM measurement m
        JOIN measurement_revision r ON r.measurement_id = m.id AND r.revision = m.published_revision
        WHERE m.indicator_id = i.id AND m.subject_id = asked.subject_id AND m.published_revision IS NOT NULL AND m.regime = i.regime
            AND m.period_kind = i.frequency AND m.ends_on <= asked.on_day + 1 AND r.value IS NOT NULL
        ORDER BY m.ends_on DESC LIMIT $4) AS point
    ORDER BY asked.n, point.day";

impl Batch for ProjectionKey {
    type Value = Arc<Vec<Point>>;

    #[boxed]
    async fn load(reader: &Reader, keys: &[Self]) -> Result<HashMap<Self, Arc<Vec<Point>>>, DbError> {
        let query = diesel::sql_query(POINTS)
            .bind::<Array<SqlUuid>, _>(keys.iter().map(|key| key.indicator).collect::<Vec<_>>())
            .bind::<Array<SqlUuid>, _>(keys.iter().map(|key| key.subject).collect::<Vec<_>>())
            .bind::<Array<SqlDate>, _>(keys.iter().map(|key| key.on).collect::<Vec<_>>())
            .bind::<BigInt, _>(i64::try_from(MOST).unwrap_or(i64::MAX));
        let rows: Vec<Found> = planned(query).load(&mut reader.statement().await?).await?;
        let mut points: HashMap<Self, Vec<Point>> = HashMap::new();
        for row in rows {
            if let Some(key) = usize::try_from(row.n - 1).ok().and_then(|n| keys.get(n)) {
                points.entry(*key).or_default().push((row.day, row.value));
            }
        }
        Ok(points.into_iter().map(|(key, points)| (key, Arc::new(points))).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date(text.parse().unwrap())
    }

    fn ahead(due_on: &str, demanded: i64) -> Ahead {
        Ahead { due_on: day(due_on), demanded: demanded.into(), bounds: (Some(0.into()), Some(100.into())) }
    }

    fn yearly(values: &[i64]) -> Vec<Point> {
        let years = 2000..;
        years.zip(values).map(|(year, value)| (day(&format!("{year}-12-31")), Decimal::from(*value))).collect()
    }

    #[test]
    fn a_straight_way_is_followed_to_its_day() {
        let found = Projection::of(&yearly(&[10, 20, 30, 40, 50]), ahead("2007-12-31", 90)).unwrap();
        assert_eq!(found.value.round_dp(1), Decimal::new(800, 1).round_dp(1));
        assert_eq!(found.reached_on.map(|day| day.0.format("%Y").to_string()).as_deref(), Some("2008"));
        assert_eq!(found.figures, 5);
        assert!(found.lower <= found.value && found.value <= found.upper, "{found:?}");
    }

    #[test]
    fn one_odd_figure_moves_it_little() {
        let straight = Projection::of(&yearly(&[10, 20, 30, 40, 50, 60, 70]), ahead("2008-12-31", 90)).unwrap();
        let odd = Projection::of(&yearly(&[10, 20, 30, 95, 50, 60, 70]), ahead("2008-12-31", 90)).unwrap();
        assert!((straight.value - odd.value).abs() < Decimal::from(3), "{straight:?} {odd:?}");
    }

    #[test]
    fn what_the_indicator_cannot_be_is_not_foretold() {
        let found = Projection::of(&yearly(&[60, 70, 80, 90]), ahead("2030-12-31", 100)).unwrap();
        assert_eq!((found.value, found.upper), (100.into(), 100.into()));
    }

    #[test]
    fn too_few_figures_show_nothing() {
        assert_eq!(Projection::of(&yearly(&[1, 2, 3]), ahead("2030-12-31", 9)), Err(NoProjection::TooFew));
        assert_eq!(Projection::of(&[], ahead("2030-12-31", 9)), Err(NoProjection::TooFew));
    }

    #[test]
    fn figures_that_lead_elsewhere_or_nowhere_have_no_day() {
        for values in [[50, 40, 30, 20], [50, 50, 50, 50], [50, 60, 90, 95]] {
            let found = Projection::of(&yearly(&values), ahead("2030-12-31", 80)).unwrap();
            assert_eq!(found.reached_on, None, "{values:?}");
        }
        let falling = Projection::of(&yearly(&[50, 40, 30, 20]), ahead("2004-12-31", 5)).unwrap();
        assert_eq!(falling.reached_on.map(|day| day.0.format("%Y").to_string()).as_deref(), Some("2005"));
    }

    #[test]
    fn only_the_last_twelve_count() {
        let mut values = vec![90; 30];
        values.extend(1..=12);
        let found = Projection::of(&yearly(&values), ahead("2045-12-31", 50)).unwrap();
        assert_eq!(found.figures, 12);
        assert!(found.slope_per_year > Decimal::ZERO, "{found:?}");
    }
}
