//! A file as it grows, page by page.

use std::{fs::File, io};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use schema::language::Language;
use serde_json::value::RawValue;

use super::{
    asked::{Asked, Format, Headings},
    comma::Comma,
    headings::heading,
    lists::Column,
    sdmx,
    workbook::Book,
};

/// What is said of an export beside its rows.
#[derive(Debug, Clone)]
pub struct About {
    /// What was asked for.
    pub asked: Asked,
    /// Its columns.
    pub columns: Vec<Column>,
    /// The instant of the snapshot.
    pub instant: DateTime<Utc>,
    /// Where it comes from: an address, or the command line.
    pub source: String,
}

impl About {
    /// What stands above a column.
    #[must_use]
    pub fn heading(&self, column: &Column) -> String {
        match self.asked.headings {
            Headings::Names => column.name(),
            Headings::One => heading(column, self.asked.language),
            Headings::Both => {
                format!("{} / {}", heading(column, Language::Vi), heading(column, Language::En))
            }
        }
    }

    /// The language in which values of enums are written; none if they are written as they are.
    #[must_use]
    pub fn words(&self) -> Option<Language> {
        self.asked.labels.then_some(self.asked.language)
    }
}

/// A file that grows.
pub enum Sheet {
    /// CSV, written as it comes.
    Csv(Comma),
    /// A workbook, which is there when it is whole.
    Xlsx(Box<Book>),
    /// The rows as the API says them, one a line.
    Ndjson,
    /// SDMX, written as it comes.
    Sdmx,
}

/// What is left to be sent when all rows are there.
#[derive(Debug)]
pub enum Rest {
    /// Nothing.
    Nothing,
    /// A whole file.
    File(File),
}

impl Sheet {
    /// A file without rows, and what it begins with.
    pub fn begin(about: About) -> io::Result<(Self, Bytes)> {
        Ok(match about.asked.format {
            Format::Csv => {
                let (comma, begin) = Comma::begin(about)?;
                (Self::Csv(comma), begin)
            }
            Format::Xlsx => (Self::Xlsx(Box::new(Book::begin(about)?)), Bytes::new()),
            Format::Ndjson => (Self::Ndjson, Bytes::new()),
            Format::Sdmx => (Self::Sdmx, sdmx::begin()?),
        })
    }

    /// Adds rows; what can be sent of them already.
    pub fn add(&mut self, rows: &[Box<RawValue>]) -> io::Result<Bytes> {
        match self {
            Self::Csv(comma) => comma.rows(rows),
            Self::Xlsx(book) => book.add(rows).map(|()| Bytes::new()),
            Self::Sdmx => sdmx::rows(rows),
            Self::Ndjson => {
                let mut lines = Vec::with_capacity(rows.iter().map(|row| row.get().len() + 1).sum());
                for row in rows {
                    lines.extend_from_slice(row.get().as_bytes());
                    lines.push(b'\n');
                }
                Ok(lines.into())
            }
        }
    }

    /// Ends it. Takes its time where a workbook has to be packed.
    pub fn end(self) -> io::Result<Rest> {
        match self {
            Self::Csv(_) | Self::Ndjson | Self::Sdmx => Ok(Rest::Nothing),
            Self::Xlsx(book) => book.end().map(Rest::File),
        }
    }
}
