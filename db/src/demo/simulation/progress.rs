//! Invented progress of the directives that the documents only assign.

use chrono::{Days, NaiveDate};

use super::dice::Dice;
use crate::demo::{PROGRAMME, facts::Directive};

/// How far a directive is said to be.
#[derive(Debug)]
pub(in crate::demo) struct DirectiveProgress {
    pub state: &'static str,
    pub completed_on: Option<NaiveDate>,
    pub updates: Vec<Update>,
}

/// One report on the way.
#[derive(Debug)]
pub(in crate::demo) struct Update {
    pub reported_on: NaiveDate,
    pub percent: Option<i16>,
    pub narrative: &'static str,
    pub obstacles: Option<&'static str>,
}

const STARTED: &str = "Mô phỏng: đã phân công, lập kế hoạch chi tiết.";
const ON_THE_WAY: &str = "Mô phỏng: đang thực hiện, đã lấy ý kiến các đơn vị phối hợp.";
const DONE: &str = "Mô phỏng: đã hoàn thành, có báo cáo kết quả.";
const STANDING: &str = "Mô phỏng: thực hiện thường xuyên trong kỳ.";
const WAITING: &str = "Mô phỏng: chờ ý kiến của đơn vị phối hợp.";

/// The progress simulated up to `today`; `None` leaves the directive as its document has it.
///
/// A fact is never touched. Nothing of another province than the simulated one is, and what a report gives account of is not asked for here. What waits
/// for something is not simulated either, for it could not be done.
pub(in crate::demo) fn directive_progress(
    fact: &Directive,
    due_on: Option<NaiveDate>,
    today: NaiveDate,
) -> Option<DirectiveProgress> {
    if fact.programme != PROGRAMME || !fact.waits_for.is_empty() {
        return None;
    }
    let start = NaiveDate::from_ymd_opt(2025, 4, 2)?;
    let dice = Dice::of(&["story", &fact.code]);
    let progress = match due_on {
        Some(due) => with_deadline(dice, start, due, today),
        None if ["STANDING_DUTY", "REPORTING", "RESOURCES"].contains(&fact.kind.as_str()) => {
            standing(dice, start, today)
        }
        None => without_deadline(dice, start, today),
    };
    progress.filter(|progress| !progress.updates.is_empty())
}

/// Of four directives with a deadline one is done in time, one late, one is still on the way, one has not begun.
fn with_deadline(dice: Dice, start: NaiveDate, due: NaiveDate, today: NaiveDate) -> Option<DirectiveProgress> {
    let half_way = start + Days::new(days((due - start).num_days() / 2));
    let on_the_way = update(half_way, Some(50), ON_THE_WAY);
    let done_on = match dice.between(0, 3) {
        0 => due - Days::new(days(dice.and(1).between(0, 4))),
        1 => due + Days::new(days(dice.and(1).between(3, 40))),
        2 => {
            return Some(reported(
                vec![update(start, Some(10), STARTED), Update { obstacles: Some(WAITING), ..on_the_way }],
                None,
                today,
            ));
        }
        _ => return None,
    };
    let updates = vec![update(start, Some(10), STARTED), on_the_way, update(done_on, Some(100), DONE)];
    Some(reported(updates, Some(done_on), today))
}

fn without_deadline(dice: Dice, start: NaiveDate, today: NaiveDate) -> Option<DirectiveProgress> {
    let after = |number, low, high| start + Days::new(days(dice.and(number).between(low, high)));
    match dice.between(0, 3) {
        0 => {
            let done_on = after(3, 200, 420);
            let updates = vec![
                update(after(1, 10, 60), Some(20), STARTED),
                update(after(2, 90, 180), Some(60), ON_THE_WAY),
                update(done_on, Some(100), DONE),
            ];
            Some(reported(updates, Some(done_on), today))
        }
        1 | 2 => Some(reported(
            vec![update(after(1, 10, 60), Some(20), STARTED), update(after(2, 90, 180), Some(45), ON_THE_WAY)],
            None,
            today,
        )),
        _ => None,
    }
}

/// Duties without an end: a report after each of some quarters, without a percentage.
fn standing(dice: Dice, start: NaiveDate, today: NaiveDate) -> Option<DirectiveProgress> {
    if dice.one_in(2) {
        return None;
    }
    let updates = (1..=4).map(|quarter| update(start + Days::new(91 * quarter), None, STANDING)).collect();
    Some(reported(updates, None, today))
}

/// Keeps what has happened by today.
fn reported(mut updates: Vec<Update>, done_on: Option<NaiveDate>, today: NaiveDate) -> DirectiveProgress {
    updates.retain(|update| update.reported_on <= today);
    updates.dedup_by_key(|update| update.reported_on);
    let completed_on = done_on.filter(|day| *day <= today);
    DirectiveProgress { state: if completed_on.is_some() { "COMPLETED" } else { "IN_PROGRESS" }, completed_on, updates }
}

const fn update(reported_on: NaiveDate, percent: Option<i16>, narrative: &'static str) -> Update {
    Update { reported_on, percent, narrative, obstacles: None }
}

fn days(days: i64) -> u64 {
    u64::try_from(days).unwrap_or_default()
}
