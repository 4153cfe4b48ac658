//! Reporting (chế độ báo cáo): who reports what, until when, and what of it has been answered.

pub mod assignments;
pub mod calendar;
pub mod nil_answers;
pub mod obligations;
pub mod report_obligations;
pub mod unlocks;
