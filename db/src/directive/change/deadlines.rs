//! A deadline as somebody gives it: its words, its day, and whether the two say the same.

use diesel_async::RunQueryDsl as _;

use super::input::StatedDeadline;
use crate::{
    Date, DbError, Violation, ViolationCode,
    deadline::{Deadline, DeadlineError, DeadlineOperator, Given, Reading},
    input::refused,
    sql_functions::nth_working_day,
    violation::Words,
    writer::Writing,
};

/// The day that is given, or what the words say; refused if they say different things.
pub(super) async fn read(
    writing: &mut Writing,
    stated: &StatedDeadline,
    words: Option<String>,
    given: Given,
) -> Result<Deadline, DbError> {
    match (stated.on, words) {
        (Some(day), words) => {
            let deadline = Deadline::stated(words, day.0, stated.precision, stated.operator)
                .ok_or_else(|| refused(ViolationCode::Malformed, "deadline"))?;
            agrees(writing, &deadline, given).await?;
            Ok(deadline)
        }
        (None, Some(words)) => match said(writing, &words, given).await? {
            Ok(deadline) => Ok(deadline),
            Err(error) => {
                let words = Words { vi: error.in_vietnamese().to_owned(), en: error.to_string() };
                Err(violated(ViolationCode::Malformed, words))
            }
        },
        (None, None) => Err(refused(ViolationCode::Required, "deadline")),
    }
}

/// What words say, by the calendar of working days if need be.
async fn said(writing: &mut Writing, words: &str, given: Given) -> Result<Result<Deadline, DeadlineError>, DbError> {
    Ok(match Deadline::read(words, Some(given)) {
        Ok(Reading::Stated(deadline)) => Ok(deadline),
        Ok(Reading::WorkingDays { words, days, after }) => {
            let next = after.succ_opt().ok_or(DbError::NotFound)?;
            let day: Date =
                diesel::select(nth_working_day(Date(next), i32::from(days))).get_result(writing.connection()).await?;
            Ok(Deadline::on_working_day(words, day.0))
        }
        Err(error) => Err(error),
    })
}

/// Refuses a day that is not what its words say. Words that are not read are a matter of their own.
async fn agrees(writing: &mut Writing, deadline: &Deadline, given: Given) -> Result<(), DbError> {
    let Some(words) = &deadline.words else { return Ok(()) };
    let Ok(said) = said(writing, words, given).await? else { return Ok(()) };
    // The day that is given names the year that the words leave out.
    let in_its_year = match deadline.due_on() {
        Some(due) if said.year_inferred => match Deadline::read(words, Some(Given::on(due))) {
            Ok(Reading::Stated(again)) => again.due_on() == Some(due),
            _ => false,
        },
        _ => false,
    };
    let is_promise = |deadline: &Deadline| deadline.operator != Some(DeadlineOperator::Expected);
    if said.stated_on.is_none() {
        return Ok(());
    }
    let words = match said.due_on() {
        due if due != deadline.due_on() && !in_its_year => match due {
            Some(day) => Words {
                vi: format!("Theo lời văn, hạn cuối là ngày {}", day.format("%d/%m/%Y")),
                en: format!("The last day by the words is {day}"),
            },
            None => Words {
                vi: "Lời văn không nêu một hạn cuối".to_owned(),
                en: "The words state no one last day".to_owned(),
            },
        },
        _ if is_promise(deadline) && !is_promise(&said) => Words {
            vi: "Theo lời văn, thời hạn chỉ là dự kiến".to_owned(),
            en: "By the words it is only expected: EXPECTED".to_owned(),
        },
        _ => return Ok(()),
    };
    Err(violated(ViolationCode::Inconsistent, words))
}

fn violated(code: ViolationCode, words: Words) -> DbError {
    DbError::Violated(vec![Violation::of(code, &["input", "deadline"]).saying(words)])
}
