//! Rules between figures of one place, such as "accepted is at most launched". Asked when figures are submitted.

use std::collections::HashMap;

use auth::Reached;
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt, Bool, Date as SqlDate, Nullable, Numeric, Text, Uuid as SqlUuid},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl as _};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{
    places::{Place, by_place},
    rows::RowErrors,
};
use crate::{Date, DbError, Violation, ViolationCode, comparator::Comparator, planned::planned, violation::Words};

/// A figure that is about to be submitted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Submitted {
    pub row: usize,
    pub place: Place,
    pub value: Decimal,
    /// The field beside which is said what it contradicts.
    pub field: &'static str,
}

/// The rules for the figures of each place.
pub(super) type Rules = HashMap<Place, Vec<Rule>>;

/// A rule for a figure, and the figure on its other side.
#[derive(Debug, QueryableByName)]
pub(super) struct Rule {
    #[diesel(sql_type = BigInt)]
    n: i64,
    /// Whether ours is the left one.
    #[diesel(sql_type = Bool)]
    is_left: bool,
    #[diesel(sql_type = Text)]
    comparator: Comparator,
    #[diesel(sql_type = Text)]
    words_vi: String,
    #[diesel(sql_type = Text)]
    words_en: String,
    #[diesel(sql_type = SqlUuid)]
    other_id: Uuid,
    #[diesel(sql_type = Nullable<Numeric>)]
    value: Option<Decimal>,
}

/// The other figure is the one on its way, where the actor may see that, or else the published one.
const RULES: &str = "
    SELECT place.n, place.indicator_id = rule.left_indicator_id AS is_left, rule.comparator, rule.words_vi, rule.words_en, other.id AS other_id, r.value
    FROM unnest(COALESCE((SELECT $1)), COALESCE((SELECT $2)), COALESCE((SELECT $3)), COALESCE((SELECT $4)), COALESCE((SELECT $5))) WITH ORDINALITY AS place (indicator_id, subject_id, regime, period, last_day, n)
    JOIN indicator_rule rule ON place.indicator_id IN (rule.left_indicator_id, rule.right_indicator_id) AND rule.valid @> place.last_day
    CROSS JOIN LATERAL (SELECT CASE WHEN place.indicator_id = rule.left_indicator_id THEN rule.right_indicator_id ELSE rule.left_indicator_id END AS id) other
    LEFT JOIN measurement m ON m.indicator_id = other.id AND m.subject_id = place.subject_id AND m.regime = place.regime AND m.period = place.period
    LEFT JOIN measurement_revision r ON r.measurement_id = m.id
        AND r.revision = coalesce(CASE WHEN $6 OR m.reporter_id = ANY ($7) THEN m.submitted_revision END, m.published_revision)
    ORDER BY place.n, rule.code";

/// Loads the rules for the figures of places. `reach` is whose figures the actor sees on their way.
pub(super) async fn load_rules(
    mut connection: &AsyncPgConnection,
    places: &[Place],
    reach: &Reached,
) -> Result<Rules, DbError> {
    let last_day = |place: &Place| Date(place.period.window(place.regime).last_day());
    let query = diesel::sql_query(RULES)
        .bind::<Array<SqlUuid>, _>(places.iter().map(|it| it.indicator_id).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(places.iter().map(|it| it.subject_id).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(places.iter().map(|it| it.regime).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(places.iter().map(|it| it.period.to_string()).collect::<Vec<_>>())
        .bind::<Array<SqlDate>, _>(places.iter().map(last_day).collect::<Vec<_>>())
        .bind::<Bool, _>(*reach == Reached::All)
        .bind::<Array<SqlUuid>, _>(reach.ids().unwrap_or_default());
    let found: Vec<Rule> = planned(query).load(&mut connection).await?;
    Ok(by_place(places, found, |rule| (rule.n, rule)))
}

/// Refuses the figures that contradict another one of their subject and period, in the same request or handed in before.
pub(super) fn compare(errors: &mut RowErrors, mut figures: Vec<Submitted>, rules: &Rules) {
    figures.retain(|figure| errors.holds(figure.row));
    let together: HashMap<Place, Decimal> = figures.iter().map(|it| (it.place, it.value)).collect();
    for ours in &figures {
        for rule in rules.get(&ours.place).into_iter().flatten() {
            let there = together.get(&Place { indicator_id: rule.other_id, ..ours.place }).copied();
            let Some(other) = there.or(rule.value) else { continue };
            let (left, right) = if rule.is_left { (ours.value, other) } else { (other, ours.value) };
            if !holds(rule.comparator, left, right) {
                let broken = Violation::of(ViolationCode::Inconsistent, &["input", ours.field]);
                let words = Words { vi: rule.words_vi.clone(), en: rule.words_en.clone() };
                errors.refuse(ours.row, broken.saying(words));
            }
        }
    }
}

fn holds(comparator: Comparator, left: Decimal, right: Decimal) -> bool {
    match comparator {
        Comparator::AtLeast => left >= right,
        Comparator::MoreThan => left > right,
        Comparator::AtMost => left <= right,
        Comparator::LessThan => left < right,
        // The table knows no rule with two ends.
        Comparator::Exactly | Comparator::Between => left == right,
    }
}
