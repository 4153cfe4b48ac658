//! One figure or many in one request: what became of each row, and what has to be mended in which.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Measurement;
use crate::{DbError, Violation, ViolationCode, row::Row, text_enum::text_enum};

/// The most rows of one request.
pub const MOST_ROWS: usize = 1000;

text_enum! {
    /// What becomes of the other rows of a request if one has to be mended.
    pub enum BulkMode {
        /// Nothing is written
        AllOrNothing => "ALL_OR_NOTHING",
        /// The others are written
        RowByRow => "ROW_BY_ROW",
    }
}

/// The rows of a request: one by itself, or several under a mode.
#[derive(Debug, Clone)]
pub struct Rows<T> {
    rows: Vec<Row<T>>,
    mode: Option<BulkMode>,
}

impl<T> Rows<T> {
    /// One by itself: what has to be mended is told by its fields alone.
    #[must_use]
    pub fn one(row: T) -> Self {
        Self { rows: vec![Row::Read(row)], mode: None }
    }

    /// Several: what has to be mended is told with the number of the row, from 0.
    #[must_use]
    pub const fn many(mode: BulkMode, rows: Vec<Row<T>>) -> Self {
        Self { rows, mode: Some(mode) }
    }

    /// The rows that could be read, with their numbers, and a place for what has to be mended: in the others it is told already.
    pub(super) fn begin(self) -> Result<(RowErrors, Vec<(usize, T)>), DbError> {
        let refused = match self.rows.len() {
            0 => Some(Violation::of(ViolationCode::Required, &["input", "rows"])),
            1..=MOST_ROWS => None,
            _ => Some(Violation::of(ViolationCode::TooMany, &["input", "rows"]).limit(1000)),
        };
        if let Some(violation) = refused {
            return Err(DbError::Violated(vec![violation]));
        }
        let mut errors = RowErrors {
            mode: self.mode,
            count: self.rows.len(),
            broken: Vec::new(),
            refused: BTreeSet::new(),
            gone: false,
        };
        let mut rows = Vec::with_capacity(self.rows.len());
        for (number, row) in self.rows.into_iter().enumerate() {
            match row {
                Row::Read(row) => rows.push((number, row)),
                Row::Unreadable(fields) => {
                    for field in fields {
                        errors.refuse(number, field.violation());
                    }
                }
            }
        }
        Ok((errors, rows))
    }
}

/// What became of the rows of a request.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Written {
    /// One for each row, in order: the measurement as it is now, or none if the row was refused.
    pub measurements: Vec<Option<Measurement>>,
    /// What has to be mended in the rows that were refused.
    pub refused: Vec<Violation>,
}

/// What has to be mended in which row of a request; the other rows may be written.
#[derive(Debug)]
pub(super) struct RowErrors {
    mode: Option<BulkMode>,
    count: usize,
    broken: Vec<Violation>,
    refused: BTreeSet<usize>,
    gone: bool,
}

impl RowErrors {
    /// Refuses a row. The field is given as for a single row: `["input", "value"]`.
    pub(super) fn refuse(&mut self, row: usize, violation: Violation) {
        self.gone |=
            violation.code == ViolationCode::NotFound && violation.field.get(1).is_some_and(|of| of == "measurement");
        self.broken.push(if self.mode.is_some() { violation.in_row(row) } else { violation });
        self.refused.insert(row);
    }

    /// Refuses a row for one of its fields.
    pub(super) fn refuse_field(&mut self, row: usize, code: ViolationCode, field: &'static str) {
        self.refuse(row, Violation::of(code, &["input", field]));
    }

    /// The value, or none and the row is refused for the rules that were broken.
    pub(super) fn passing<T>(&mut self, row: usize, checked: Result<T, Vec<Violation>>) -> Option<T> {
        match checked {
            Ok(value) => Some(value),
            Err(broken) => {
                for violation in broken {
                    self.refuse(row, violation);
                }
                None
            }
        }
    }

    /// Whether nothing has to be mended in a row.
    pub(super) fn holds(&self, row: usize) -> bool {
        !self.refused.contains(&row)
    }

    /// An error if nothing may be written: a rule is broken in every row, or in one of them where it is all or nothing. A single
    /// figure that is not there is [`DbError::NotFound`].
    pub(super) fn passed(&self) -> Result<(), DbError> {
        let stops = match self.mode {
            Some(BulkMode::RowByRow) => self.refused.len() == self.count,
            Some(BulkMode::AllOrNothing) | None => !self.refused.is_empty(),
        };
        match (stops, self.mode) {
            (false, _) => Ok(()),
            (true, None) if self.gone => Err(DbError::NotFound),
            (true, _) => Err(DbError::Violated(self.in_order())),
        }
    }

    /// What became of all rows. `written` are those that were written, with their numbers.
    pub(super) fn answer(self, written: impl IntoIterator<Item = (usize, Measurement)>) -> Written {
        let mut measurements = vec![None; self.count];
        for (row, measurement) in written {
            if let Some(place) = measurements.get_mut(row) {
                *place = Some(measurement);
            }
        }
        Written { measurements, refused: self.in_order() }
    }

    fn in_order(&self) -> Vec<Violation> {
        let mut broken = self.broken.clone();
        broken.sort_by_key(|violation| violation.row);
        broken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(error: DbError) -> Vec<(String, Option<i32>)> {
        let DbError::Violated(broken) = error else { panic!("{error}") };
        broken.into_iter().map(|it| (it.field.join("."), it.row)).collect()
    }

    #[test]
    fn rows_are_named_where_there_are_many() {
        let (mut errors, rows) = Rows::many(BulkMode::RowByRow, ["a", "b"].map(Row::Read).into()).begin().unwrap();
        assert_eq!(rows, [(0, "a"), (1, "b")]);
        errors.refuse_field(1, ViolationCode::Required, "value");
        assert!(errors.holds(0) && !errors.holds(1) && errors.passed().is_ok());
        errors.refuse_field(0, ViolationCode::Required, "value");
        let rows = [("input.rows.0.value".to_owned(), Some(0)), ("input.rows.1.value".to_owned(), Some(1))];
        assert_eq!(told(errors.passed().unwrap_err()), rows);

        let (mut one, _) = Rows::one("a").begin().unwrap();
        one.refuse_field(0, ViolationCode::Required, "value");
        assert_eq!(told(one.passed().unwrap_err()), [("input.value".to_owned(), None)]);
    }

    #[test]
    fn one_bad_row_stops_all_or_itself() {
        for (mode, stops) in [(BulkMode::AllOrNothing, true), (BulkMode::RowByRow, false)] {
            let (mut errors, _) = Rows::many(mode, ["a", "b"].map(Row::Read).into()).begin().unwrap();
            errors.refuse_field(0, ViolationCode::NotFound, "measurement");
            assert_eq!(errors.passed().is_err(), stops);
        }
    }

    #[test]
    fn a_request_has_at_least_one_row_and_a_thousand_at_most() {
        for count in [0, 1001] {
            let begun = Rows::many(BulkMode::RowByRow, vec![Row::Read(()); count]).begin();
            assert_eq!(told(begun.map(|_| ()).unwrap_err()), [("input.rows".to_owned(), None)]);
        }
        assert!(Rows::many(BulkMode::RowByRow, vec![Row::Read(()); 1000]).begin().is_ok());
    }
}
