//! Which obligations are asked for.

use async_graphql::InputObject;
use diesel::sql_types::Text;

use super::{
    super::due::{BEFORE, DueDates, LATEST, later},
    ObligationState, last_days,
};
use crate::{
    Date, DbError,
    calendar::{Period, Regime},
    noun::names,
    statement::Statement,
};

/// Narrows a list of obligations. What is left out or null narrows nothing, but for the days: without a period and without
/// due dates, those that were due in the last three months or will be within one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct ObligationFilter {
    /// Code of the agency that reports
    pub reporter: Option<String>,
    /// Code of the agency whose figure it is
    pub subject: Option<String>,
    /// Code of the indicator
    pub indicator: Option<String>,
    /// Code of a programme that follows the indicator
    pub programme: Option<String>,
    /// Code of the pillar in which a programme follows it
    pub group: Option<String>,
    /// The period; not a range of days
    pub period: Option<Period>,
    /// Calendar or administrative periods
    pub regime: Option<Regime>,
    /// Any of these states
    pub states: Option<Vec<ObligationState>>,
    /// True: those past their due date without an answer; false: the others
    pub overdue: Option<bool>,
    /// Due on this day or later
    pub due_from: Option<Date>,
    /// Due on this day or earlier; at most three years after `dueFrom`
    pub due_to: Option<Date>,
    /// The day (Asia/Ho_Chi_Minh) by which it is judged what is open, late or overdue; today if left out. Answers are as
    /// they stand now
    pub on: Option<Date>,
    /// Those of the agencies whose drafts the reader sees, as far as they are open or still owed.
    #[graphql(skip)]
    pub mine: bool,
}

names!(ObligationFilter {
    reporter: Agency,
    subject: Agency,
    indicator: Indicator,
    programme: Programme,
    group: Group in programme,
});

/// How many days before the day asked about, of the viewer's own agencies (`mine`): what is still owed is not forgotten.
const OWN: u64 = 400;

/// What a filter asks for: between which days periods end, and between which they are due.
pub(in crate::reporting) struct Asked {
    pub(in crate::reporting) last_days: (Date, Date),
    pub(super) due: Option<(Date, Date)>,
}

impl ObligationFilter {
    pub(in crate::reporting) fn asked(&self, on: Date) -> Result<Asked, DbError> {
        let before = if self.mine { OWN } else { BEFORE };
        let due = DueDates::about(on, self.due_from, self.due_to, before);
        let is_bounded = self.due_from.is_some() || self.due_to.is_some();
        if let Some(period) = self.period {
            let (first, last) = last_days(period, self.regime)?;
            let due = (self.due_from.unwrap_or(first), self.due_to.unwrap_or(later(last, LATEST)));
            return Ok(Asked { last_days: (first, last), due: is_bounded.then_some(due) });
        }
        let due = due.bounded()?;
        Ok(Asked { last_days: due.last_days(), due: Some((due.from, due.to)) })
    }

    /// Adds the conditions on reporter, subject and regime. `row` is the name of a table that has these columns.
    pub(in crate::reporting) fn narrow(&self, mut statement: Statement, row: &str) -> Statement {
        for (column, code) in [("reporter_id", &self.reporter), ("subject_id", &self.subject)] {
            if let Some(code) = code.clone() {
                statement = statement
                    .sql(&format!(" AND {row}.{column} = (SELECT id FROM agency WHERE code = "))
                    .value::<Text, _>(code)
                    .sql(")");
            }
        }
        if let Some(regime) = self.regime {
            statement = statement.sql(&format!(" AND {row}.regime = ")).value::<Text, _>(regime);
        }
        statement
    }

    /// Adds the conditions on the indicator.
    pub(in crate::reporting) fn narrow_indicators(&self, mut statement: Statement, row: &str) -> Statement {
        if let Some(code) = self.indicator.clone() {
            statement = statement
                .sql(&format!(" AND {row}.indicator_id = (SELECT id FROM indicator WHERE code = "))
                .value::<Text, _>(code)
                .sql(")");
        }
        if self.programme.is_some() || self.group.is_some() {
            statement = statement.sql(&format!(
                " AND {row}.indicator_id IN (SELECT followed.indicator_id FROM programme_indicator followed \
                 JOIN programme ON programme.id = followed.programme_id \
                 LEFT JOIN indicator_group ON indicator_group.id = followed.group_id WHERE TRUE"
            ));
            if let Some(code) = self.programme.clone() {
                statement = statement.sql(" AND programme.code = ").value::<Text, _>(code);
            }
            if let Some(code) = self.group.clone() {
                statement = statement.sql(" AND indicator_group.code = ").value::<Text, _>(code);
            }
            statement = statement.sql(")");
        }
        statement
    }

    /// Whether all indicators are asked about alike.
    pub(in crate::reporting) const fn is_of_all_indicators(&self) -> bool {
        self.indicator.is_none() && self.programme.is_none() && self.group.is_none()
    }

    /// Whether it can be answered without looking at each obligation: by sums over what one agency reports of another.
    pub(in crate::reporting) const fn is_summed(&self) -> bool {
        self.is_of_all_indicators() && self.states.is_none() && !self.mine
    }

    /// Whether nothing that is answered can pass.
    pub(super) fn is_of_unanswered(&self) -> bool {
        use ObligationState as State;
        let is_open = |state: &State| matches!(state, State::NotDue | State::Due | State::Draft | State::Returned);
        self.overdue == Some(true) || self.states.as_ref().is_some_and(|states| states.iter().all(is_open))
    }
}
