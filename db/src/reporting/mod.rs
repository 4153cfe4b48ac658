//! Reporting (chế độ báo cáo): who reports what, until when, and what of it has been answered.
//!
//! An obligation is an assignment in a period; the function `obligation` of the database derives it, and nothing stores it.
//! The days come from the schedules and the holidays, also in the database: so whatever is asked, one rule answers. What is
//! kept are counts of assignments and answers (`tally`), by which lists find their page and sums are made.

pub mod assignment;
pub mod calendar;
mod closed;
pub mod completeness;
pub mod due;
pub mod extension;
pub mod matrix;
pub mod moved;
pub mod nil_answer;
pub mod obligation;
mod owed;
pub mod report_obligation;
pub mod schedule;
pub mod tally;
pub mod unlock;
