//! Imports (nhập tệp): a file that somebody has sent, how far its rows have come, and what has to be mended in it.
//!
//! 1. `send`: a file comes in, and is kept with its job. `stop`: it is cancelled.
//! 2. `job`: a server takes a job up, and gives it back; whoever loses it writes nothing more.
//! 3. `take`: rows are written by the rules of the mutations (`sender`), in the transaction that says how far it has come.
//! 4. `mapping`: the headings of an agency's own sheet, saved under a name; an import keeps a copy of them.
//! 5. `owed`: what a template is filled with, and what the rows of a file are read by.
//!
//! What a file is, and what stands in it, is not known here: rows come read.

mod job;
mod mapping;
mod owed;
mod send;
mod sender;
mod take;

use async_graphql::InputObject;
use auth::{Action, Object, Principal};
use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods as _, NullableExpressionMethods as _, QueryDsl as _, Queryable, Selectable};
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::{
    job::{
        Job, LEASE, SentFile, claim, content, finish, give_back, is_any_waiting, keep_lease, looked_through, refuse,
        sender, sent_file, sweep,
    },
    mapping::{
        ImportColumn, ImportColumns, ImportMapping, ImportMappingFilter, NewColumn, NewMapping, OldMapping, delete,
        save,
    },
    owed::{Indicators, OpenDirective, OwedFigure, indicators, open_directives, owed},
    send::{NewImport, OneImport, Sent, cancel, send},
    sender::{Entry, NoPurpose, Purpose, Sender},
    take::{Batch, Columns, FileError, FileRow, Taken, take, take_all},
};
use crate::{
    DbError, Reader, ViolationCode,
    calendar::{Period, Regime},
    lateral::Parent,
    measurement::BulkMode,
    noun::{Boxed, Stored, StoredBelow, names, noun},
    page::{Cursor, Key, Page, Tie, by_key, by_tie},
    schema::{agency, file_import, file_import_error},
    text_enum::text_enum,
};

const NOUN: &str = "file_import";

text_enum! {
    /// What the rows of a file are.
    pub enum ImportKind {
        /// Figures of an agency for a period
        Figures => "FIGURES",
        /// Progress of the directives that an agency leads
        Progress => "PROGRESS",
    }
}

text_enum! {
    /// How an import stands.
    pub enum ImportState {
        /// Nobody has begun
        Waiting => "WAITING",
        /// Its rows are being read
        Running => "RUNNING",
        /// All rows were read, and those that could be written are
        Done => "DONE",
        /// Nothing was written: the file cannot be read, or one row has to be mended where it is all or nothing
        Refused => "REFUSED",
        /// Somebody has stopped it; what was written by then stands
        Cancelled => "CANCELLED",
        /// It could not be finished, for no fault of the file's; what was written by then stands
        Failed => "FAILED",
    }
}

/// A file that was sent (nhập tệp), and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = file_import)]
pub struct Import {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// What its rows are
    pub kind: ImportKind,
    /// Whether the period follows the calendar or the administrative months
    pub regime: Regime,
    /// The period
    pub period: Period,
    /// What becomes of the other rows if one has to be mended
    pub mode: BulkMode,
    /// Whether it is only looked at: all is done as otherwise, and taken back
    pub dry_run: bool,
    /// Whether figures are submitted at once
    pub submit: bool,
    /// How it stands
    pub state: ImportState,
    /// Rows in which something is filled in; null until the file was looked through
    pub rows_total: Option<i32>,
    /// Rows that were read so far
    pub rows_read: i32,
    /// Of these, rows that were written, or would be
    pub rows_accepted: i32,
    /// Of these, rows in which something has to be mended
    pub rows_refused: i32,
    /// The size of the file in bytes
    pub bytes: i32,
    /// When it was sent, in UTC
    pub created_at: DateTime<Utc>,
    /// When its reading began, in UTC; null while it has not
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended, in UTC; null while it has not
    pub finished_at: Option<DateTime<Utc>>,
    /// The agency that reports
    #[graphql(skip)]
    pub agency_id: Uuid,
    /// The account that sent it
    #[graphql(skip)]
    pub created_by: Uuid,
    /// The last row that is done
    #[graphql(skip)]
    pub reached_sheet: i32,
    /// The last row that is done
    #[graphql(skip)]
    pub reached_row: i32,
    /// An earlier import of the same file
    #[graphql(skip)]
    pub follows_id: Option<Uuid>,
    /// The headings of its own by which it is read
    #[graphql(skip)]
    pub headings: Option<ImportColumns>,
}

impl Import {
    /// Whether somebody may do this to it, as it stands now.
    #[must_use]
    pub fn is_open(&self, viewer: &Principal, action: Action) -> bool {
        let object = Object { agencies: &[self.agency_id], by: None };
        !self.has_ended() && viewer.may_to(action, object)
    }

    /// Whether nothing more comes of it.
    #[must_use]
    pub const fn has_ended(&self) -> bool {
        !matches!(self.state, ImportState::Waiting | ImportState::Running)
    }
}

/// Narrows a list of imports. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct ImportFilter {
    /// Code of the agency that reports
    pub agency: Option<String>,
    /// The period
    pub period: Option<Period>,
    /// Any of these states
    pub states: Option<Vec<ImportState>>,
}

names!(ImportFilter { agency: Agency });

impl Stored for Import {
    type Query = Boxed<file_import::table>;
    type Filter = ImportFilter;
    type Sort = ();

    fn filtered(reader: &Reader, filter: &ImportFilter) -> Self::Query {
        let mut query = file_import::table.into_boxed();
        if let Some(agencies) = reader.scope().imports().ids() {
            query = query.filter(file_import::agency_id.eq_any(agencies));
        }
        if let Some(code) = filter.agency.clone() {
            let of_code = agency::table.filter(agency::code.eq(code)).select(agency::id).single_value();
            query = query.filter(file_import::agency_id.nullable().eq(of_code));
        }
        if let Some(period) = filter.period {
            query = query.filter(file_import::period.eq(period));
        }
        if let Some(states) = filter.states.clone() {
            query = query.filter(file_import::state.eq_any(states));
        }
        query
    }

    /// The latest come first: ids follow time.
    fn sorted(query: Self::Query, (): (), page: &Page) -> Result<Self::Query, DbError> {
        Ok(by_tie!(query, page, true, file_import::id, Id))
    }

    fn cursor(&self, (): ()) -> Cursor {
        Cursor { key: None, tie: Tie::Id(self.id) }
    }
}

noun!(Import, file_import, tag b'F');

/// Something that has to be mended in a file.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = file_import_error)]
pub struct ImportError {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Of which import
    #[graphql(skip)]
    pub import_id: Uuid,
    /// Order in the file, from 1
    pub position: i32,
    /// Name of the sheet; empty for a file of text, and for what is about the whole file
    pub sheet: String,
    /// The row as its program numbers it, from 1; 0 for what is about the whole file
    #[diesel(column_name = row_number)]
    pub row: i32,
    /// The column, from 0
    #[graphql(skip)]
    pub column_number: Option<i32>,
    /// Which rule was broken: for programs
    pub code: ViolationCode,
    /// The field of the row by its name in `MeasurementDraftInput` or `ReportProgressInput`, such as `value`; null if it is about the whole row
    pub field: Option<String>,
    /// The rule's bound where it has one
    #[diesel(column_name = limit_value)]
    pub limit: Option<i32>,
    /// What stands in the way
    #[graphql(skip)]
    pub about: Option<String>,
    /// The rule's own words
    #[graphql(skip)]
    pub words_vi: Option<String>,
    /// The rule's own words
    #[graphql(skip)]
    pub words_en: Option<String>,
}

impl ImportError {
    /// What has to be mended, as mutations say it.
    #[must_use]
    pub fn violation(&self) -> crate::Violation {
        let words = self.words_vi.clone().zip(self.words_en.clone());
        crate::Violation {
            limit: self.limit,
            about: self.about.clone(),
            words: words.map(|(vi, en)| crate::violation::Words { vi, en }),
            ..crate::Violation::of(self.code, &[])
        }
    }
}

/// Narrows a list of what has to be mended. What is left out or null narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct ImportErrorFilter {
    /// Any of these rules
    pub codes: Option<Vec<ViolationCode>>,
}

names!(ImportErrorFilter {});

impl Stored for ImportError {
    type Query = Boxed<file_import_error::table>;
    type Filter = ImportErrorFilter;
    type Sort = ();

    fn filtered(reader: &Reader, filter: &ImportErrorFilter) -> Self::Query {
        let mut query = file_import_error::table.into_boxed();
        if let Some(agencies) = reader.scope().imports().ids() {
            let seen = file_import::table.filter(file_import::agency_id.eq_any(agencies)).select(file_import::id);
            query = query.filter(file_import_error::import_id.eq_any(seen));
        }
        if let Some(codes) = filter.codes.clone() {
            query = query.filter(file_import_error::code.eq_any(codes));
        }
        query
    }

    fn sorted(query: Self::Query, (): (), page: &Page) -> Result<Self::Query, DbError> {
        Ok(by_key!(query, page, false, file_import_error::position, Number, file_import_error::id, Id))
    }

    fn cursor(&self, (): ()) -> Cursor {
        Cursor { key: Some(Key::Number(self.position)), tie: Tie::Id(self.id) }
    }
}

impl StoredBelow for ImportError {
    type Link = ImportErrorLink;

    fn below(query: Self::Query, link: ImportErrorLink) -> Self::Query {
        match link {
            ImportErrorLink::Import => query.filter(file_import_error::import_id.eq(Parent)),
        }
    }
}

/// The objects that have lists of what has to be mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImportErrorLink {
    /// Of an import
    Import,
}

noun!(ImportError, file_import_error, tag b'E', listed below);
