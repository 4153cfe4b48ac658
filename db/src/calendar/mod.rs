//! Reporting periods: their codes, the days they cover, and periods named from today.
//!
//! A code such as `2025-Q3` is a label; a [`Regime`] gives it its days. Everything here is pure: the day asked about is
//! a parameter, always a calendar day in Asia/Ho_Chi_Minh.

mod parse;
mod period;
mod regime;
mod relative;
mod scalar;
#[cfg(test)]
mod tests;
mod window;
mod words;

pub use period::{FIRST_YEAR, LAST_YEAR, Period, PeriodError, PeriodKind};
pub use regime::Regime;
pub use relative::{MAX_COUNT, RelativePeriod, RelativePeriodError};
pub use window::Window;
