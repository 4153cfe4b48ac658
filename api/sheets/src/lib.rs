//! Spreadsheets: files of people as rows that can be trusted, and rows as files for people.
//!
//! A file goes this way, and each step knows only those before it:
//!
//! 1. `read`: what a file is, and its cells, row after row, in bounded memory. It decides nothing.
//! 2. `text`, `number`, `date`: what is typed in one cell, and whether it can be read in one way only.
//! 3. `form`: the columns that a kind of sheet has, and their headings: `figures`, `progress`, `targets`. `mapping`: headings of somebody's own in their place.
//! 4. `survey`: finds headings, and learns from all rows how this file writes numbers and days. `table`: reads its rows by that.
//! 5. `template` and `marked`: what is written: the form to be filled in, and a file with its errors beside the cells.
//!
//! Errors are data ([`Issue`]): a stable code, the place, and words in both languages. Nothing is guessed: what can be read in two
//! ways, and is not decided by the other rows, is an error that says so.

pub mod date;
pub mod figures;
pub mod form;
mod issue;
pub mod mapping;
pub mod marked;
pub mod number;
pub mod progress;
pub mod read;
pub mod stamp;
pub mod survey;
pub mod table;
pub mod targets;
pub mod template;
pub mod text;

pub use form::Form;
pub use issue::{Code, Issue, Place, Words, letters};
pub use read::{File, Kind, Limits};
