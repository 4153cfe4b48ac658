//! Rows of a file are written: by the rules of the mutations, in the transaction that says how far the import has come.

use std::{collections::HashMap, sync::Arc};

use auth::random;
use derive::boxed;
use diesel::sql_types::{Array, Integer, Nullable, Text, Uuid as SqlUuid};
use diesel_async::{RunQueryDsl as _, SimpleAsyncConnection as _};
use tokio::sync::mpsc::Receiver;
use uuid::Uuid;

use super::{
    Entry, ImportState, Job, Sender,
    job::{end, lost},
};
use crate::{DbError, Violation, ViolationCode, violation::Words, writer::Writing};

/// Something that has to be mended in a file.
#[derive(Debug, Clone)]
pub struct FileError {
    /// Which sheet, from 0, and its name.
    pub sheet: (i32, Arc<str>),
    /// The row; 0 for the whole file.
    pub row: i32,
    /// The column, from 0.
    pub column: Option<i32>,
    /// The rule.
    pub code: ViolationCode,
    /// The field, by its name in the schema.
    pub field: Option<String>,
    /// The rule's bound.
    pub limit: Option<i32>,
    /// What stands in the way.
    pub about: Option<String>,
    /// What the rule itself says.
    pub words: Option<Words>,
}

impl FileError {
    /// An import was taken up again and again, and did not come further.
    pub(super) fn not_finished() -> Self {
        Self {
            sheet: (0, Arc::from("")),
            row: 0,
            column: None,
            code: ViolationCode::NotFinished,
            field: None,
            limit: None,
            about: None,
            words: None,
        }
    }
}

/// The columns of a sheet, by the fields that are read from them.
pub type Columns = Arc<HashMap<&'static str, i32>>;

/// A row of a file.
#[derive(Debug, Clone)]
pub struct FileRow {
    /// Which sheet, from 0, and its name.
    pub sheet: (i32, Arc<str>),
    /// Its number.
    pub row: i32,
    /// Where its fields stand.
    pub columns: Columns,
    /// What it says, or what has to be mended before it says anything.
    pub entry: Result<Entry, Vec<FileError>>,
}

/// Some rows of a file, one after another.
#[derive(Debug, Default)]
pub struct Batch {
    /// The rows.
    pub rows: Vec<FileRow>,
}

/// What became of some rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Taken {
    /// Rows that were written, or would be.
    pub accepted: i32,
    /// Rows in which something has to be mended.
    pub refused: i32,
}

/// Takes some rows of an import: writes those that can be, notes what has to be mended in the others, and how far it has come, in one
/// transaction. `DbError::Conflict` if the import is no longer one's own: then nothing is written.
#[boxed]
pub async fn take(sender: &Sender, job: &Job, batch: Batch) -> Result<Taken, DbError> {
    let Some((sheet, row)) = batch.rows.last().map(|it| (it.sheet.0, it.row)) else { return Ok(Taken::default()) };
    let work = async |writing: &mut Writing| {
        let errors = written(writing, sender, job, &batch.rows, job.only_looks()).await?;
        write_errors(writing, job.import.id, &errors).await?;
        let taken = counted(&batch.rows, &errors);
        advance(writing, job, (sheet, row), taken).await?;
        Ok((taken.accepted, taken.refused))
    };
    let (accepted, refused) = sender.write(work).await?;
    Ok(Taken { accepted, refused })
}

/// Writes all rows of an import and ends it, in one transaction: all of them, or none where something has to be mended, which is noted
/// then. They have been looked at before.
#[boxed]
pub async fn take_all(sender: &Sender, job: &Job, mut batches: Receiver<Batch>) -> Result<(), DbError> {
    let work = async |writing: &mut Writing| {
        let mut broken = Vec::new();
        let whole = writing
            .attempt(async |writing: &mut Writing| {
                while let Some(batch) = batches.recv().await {
                    broken.extend(written(writing, sender, job, &batch.rows, false).await?);
                }
                if broken.is_empty() { Ok(()) } else { Err(DbError::Violated(Vec::new())) }
            })
            .await;
        match whole {
            Ok(()) => end(writing, job, ImportState::Done).await,
            Err(DbError::Violated(_)) => {
                write_errors(writing, job.import.id, &broken).await?;
                end(writing, job, ImportState::Refused).await
            }
            Err(error) => Err(error),
        }
    };
    sender.write(work).await
}

/// Writes what can be written of some rows, and answers what has to be mended in the others. What is only looked at is taken back.
async fn written(
    writing: &mut Writing,
    sender: &Sender,
    job: &Job,
    rows: &[FileRow],
    only_looks: bool,
) -> Result<Vec<FileError>, DbError> {
    let mut errors: Vec<FileError> = rows.iter().filter_map(|it| it.entry.as_ref().err()).flatten().cloned().collect();
    let read: Vec<&FileRow> = rows.iter().filter(|it| it.entry.is_ok()).collect();
    let entries: Vec<Entry> = read.iter().filter_map(|it| it.entry.clone().ok()).collect();
    if entries.is_empty() {
        return Ok(errors);
    }
    let mut looked = None;
    let done = writing
        .attempt(async |writing: &mut Writing| {
            let refused = sender.write_rows(writing, job.import.agency_id, entries).await?;
            if only_looks {
                // Rules that are looked at last of all would otherwise not be.
                writing.connection().batch_execute("SET CONSTRAINTS ALL IMMEDIATE").await?;
                looked = Some(refused);
                return Err(DbError::Violated(Vec::new()));
            }
            Ok(refused)
        })
        .await;
    let refused = match (done, looked) {
        (_, Some(refused)) | (Ok(refused) | Err(DbError::Violated(refused)), None) => refused,
        (Err(error), None) => return Err(error),
    };
    for violation in refused {
        let of_row = violation.row.and_then(|it| usize::try_from(it).ok()).and_then(|it| read.get(it));
        errors.extend(of_row.map(|row| in_file(row, violation)));
    }
    errors.sort_by_key(|it| (it.sheet.0, it.row));
    Ok(errors)
}

/// A broken rule, at its place in the file.
fn in_file(row: &FileRow, violation: Violation) -> FileError {
    let Violation { code, field, limit, about, words, .. } = violation;
    // `["input", "rows", "3", "value"]`
    let field = field.get(3).map(ToString::to_string);
    let column = field.as_ref().and_then(|it| row.columns.get(it.as_str())).copied();
    FileError { sheet: row.sheet.clone(), row: row.row, column, code, field, limit, about, words }
}

fn counted(rows: &[FileRow], errors: &[FileError]) -> Taken {
    let broken = |it: &&FileRow| errors.iter().any(|error| (error.sheet.0, error.row) == (it.sheet.0, it.row));
    let count = |it: usize| i32::try_from(it).unwrap_or(i32::MAX);
    let refused = count(rows.iter().filter(broken).count());
    Taken { accepted: count(rows.len()) - refused, refused }
}

/// Notes how far an import has come. It counts from the last time on again how often it was taken up in vain.
async fn advance(writing: &mut Writing, job: &Job, (sheet, row): (i32, i32), taken: Taken) -> Result<(), DbError> {
    const ADVANCE: &str =
        "UPDATE file_import SET reached_sheet = $3, reached_row = $4, rows_read = rows_read + $5 + $6,
            rows_accepted = rows_accepted + $5, rows_refused = rows_refused + $6, attempts = 1
        WHERE id = $1 AND lease_owner = $2 AND state = 'RUNNING'";
    let advance = diesel::sql_query(ADVANCE)
        .bind::<SqlUuid, _>(job.import.id)
        .bind::<SqlUuid, _>(job.owner)
        .bind::<Integer, _>(sheet)
        .bind::<Integer, _>(row)
        .bind::<Integer, _>(taken.accepted)
        .bind::<Integer, _>(taken.refused);
    if advance.execute(writing.connection()).await? == 0 { Err(lost()) } else { Ok(()) }
}

/// Notes what has to be mended.
pub(super) async fn write_errors(writing: &mut Writing, import: Uuid, errors: &[FileError]) -> Result<(), DbError> {
    const INSERT: &str = "INSERT INTO file_import_error
            (id, import_id, position, sheet_number, sheet, row_number, column_number, code, field, limit_value, about, words_vi, words_en)
        SELECT e.id, $1, last.position + e.n, e.sheet_number, e.sheet, e.row_number, e.column_number, e.code, e.field, e.limit_value, e.about,
            e.words_vi, e.words_en
        FROM (SELECT coalesce(max(position), 0) AS position FROM file_import_error WHERE import_id = $1) AS last,
            unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) WITH ORDINALITY
                AS e (id, sheet_number, sheet, row_number, column_number, code, field, limit_value, about, words_vi, words_en, n)";
    if errors.is_empty() {
        return Ok(());
    }
    let now = writing.now();
    let words = |of: fn(&Words) -> &String| -> Vec<Option<&str>> {
        errors.iter().map(|it| it.words.as_ref().map(|words| of(words).as_str())).collect()
    };
    let insert = diesel::sql_query(INSERT)
        .bind::<SqlUuid, _>(import)
        .bind::<Array<SqlUuid>, _>(errors.iter().map(|_| random::id(now)).collect::<Vec<_>>())
        .bind::<Array<Integer>, _>(errors.iter().map(|it| it.sheet.0).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(errors.iter().map(|it| &*it.sheet.1).collect::<Vec<_>>())
        .bind::<Array<Integer>, _>(errors.iter().map(|it| it.row).collect::<Vec<_>>())
        .bind::<Array<Nullable<Integer>>, _>(errors.iter().map(|it| it.column).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(errors.iter().map(|it| it.code.as_str()).collect::<Vec<_>>())
        .bind::<Array<Nullable<Text>>, _>(errors.iter().map(|it| it.field.as_deref()).collect::<Vec<_>>())
        .bind::<Array<Nullable<Integer>>, _>(errors.iter().map(|it| it.limit).collect::<Vec<_>>())
        .bind::<Array<Nullable<Text>>, _>(errors.iter().map(|it| it.about.as_deref()).collect::<Vec<_>>())
        .bind::<Array<Nullable<Text>>, _>(words(|it| &it.vi))
        .bind::<Array<Nullable<Text>>, _>(words(|it| &it.en));
    insert.execute(writing.connection()).await?;
    Ok(())
}
