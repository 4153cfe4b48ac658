//! Files that are made of what the API answers.

pub mod exports;
pub mod inquiry;
pub mod open_data;
pub mod reports;
