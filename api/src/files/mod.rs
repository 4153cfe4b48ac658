//! Files: what the API answers as files, and files with figures that come in.

pub mod attachments;
pub mod entrance;
pub mod exports;
pub mod imports;
pub mod inquiry;
pub mod open_data;
pub mod openapi;
pub mod parameters;
pub mod reports;

/// A text with its first letter small, as within a sentence.
pub(crate) fn lowered(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
