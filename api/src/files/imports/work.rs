//! How imports are worked on: one after another, by whichever server takes them up first.
//!
//! The rows of a file are read on a thread of their own and handed over some at a time, so that no more of them are held than are
//! being written. Whatever ends this server, another goes on behind the last rows that were written.

use std::{ops::ControlFlow, sync::Arc};

use chrono::TimeDelta;
use db::{
    DbError, Once, Origin, Pool,
    import::{self, Batch, ImportKind, ImportState, Job, Sender, SentFile},
};
use schema::clock::Clock;
use sheets::{
    Code, File, Form, Issue, Limits,
    mapping::Mapping,
    survey::{self, Survey},
    table,
};
use tokio::{
    sync::mpsc,
    task::{JoinHandle, spawn_blocking},
    time::sleep,
};
use uuid::Uuid;

use super::form::{Reading, form_of, kept, mapping, other_template};

/// Rows of one transaction: some tenths of a second. Progress is written directive by directive, and each is locked until the end.
const fn most_rows(kind: ImportKind) -> usize {
    match kind {
        ImportKind::Figures => 500,
        ImportKind::Progress => 50,
    }
}

/// For how long the bytes of a file are kept after its import has ended.
const KEPT: TimeDelta = TimeDelta::days(7);

/// Lets go of the bytes of files whose imports ended some days ago.
pub async fn sweep(pool: &Pool, clock: Clock) -> Result<(), DbError> {
    import::sweep(pool, clock.now() - KEPT).await
}

/// Takes up one import and does it to its end; false if there is none. After an error it is given back.
pub async fn one(pool: &Pool, clock: Clock) -> Result<bool, DbError> {
    if !import::is_any_waiting(pool).await? {
        return Ok(false);
    }
    let writer = clock.writer(pool.clone(), Origin::default());
    let Some(job) = import::claim(&writer, Uuid::now_v7()).await? else { return Ok(false) };
    let alive = Alive::of(pool, &job);
    let done = done(pool, clock, &job).await;
    drop(alive);
    match done {
        Ok(()) => Ok(true),
        // Another has it, or it was cancelled.
        Err(DbError::Conflict(reason)) => {
            tracing::info!(import = %job.import.id, %reason, "an import is left");
            import::give_back(pool, &job).await?;
            Ok(true)
        }
        Err(error) => {
            let _ = import::give_back(pool, &job).await;
            Err(error)
        }
    }
}

/// Says for an import that somebody is at work on it, until it is dropped.
struct Alive(JoinHandle<()>);

impl Alive {
    fn of(pool: &Pool, job: &Job) -> Self {
        let (pool, id, owner) = (pool.clone(), job.import.id, job.owner);
        Self(tokio::spawn(async move {
            loop {
                sleep(import::LEASE / 3).await;
                // Whoever writes finds out by itself that it has lost the import.
                let _ = import::keep_lease(&pool, id, owner).await;
            }
        }))
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn done(pool: &Pool, clock: Clock, job: &Job) -> Result<(), DbError> {
    let origin = Origin { request_id: Some(format!("import-{}", job.import.id)), ..Origin::default() };
    let writer = clock.writer(pool.clone(), origin);
    // What was written before another server took it up stands.
    let state = if job.import.rows_read > 0 && !job.only_looks() { ImportState::Failed } else { ImportState::Refused };
    let refused = async |issue: Issue| import::refuse(&writer, job, vec![kept(issue, 0)], state).await;
    let Some(SentFile { who, content }) = import::sent_file(&writer, job).await? else {
        return refused(nobody()).await;
    };
    let once = Once::without_key(writer.clone());
    let Ok(sender) = Sender::of(&job.import, once, &who) else { return refused(nobody()).await };
    let content: Arc<[u8]> = content.into();
    let (form, headings) = (form_of(job.import.kind), mapping(&job.import));
    let survey = match surveyed(Arc::clone(&content), form, headings).await? {
        Ok(survey) => survey,
        Err(issue) => return refused(issue).await,
    };
    if let Some(issue) = other_template(&job.import, &job.agency, survey.stamp.as_ref()) {
        return refused(issue).await;
    }
    if survey.rows == 0 {
        return refused(nothing()).await;
    }
    import::looked_through(pool, job, i32::try_from(survey.rows).unwrap_or(i32::MAX)).await?;
    let indicators = import::indicators(pool).await?;
    let reading = Arc::new(Reading::new(job.import.clone(), job.agency.clone(), indicators, &survey));
    let file = Opened { content, survey: Arc::new(survey), reading };

    let (mut batches, thread) = file.batches(job.clone());
    let mut refused_rows = job.import.rows_refused;
    while let Some(batch) = batches.recv().await {
        refused_rows += import::take(&sender, job, batch).await?.refused;
    }
    if let Err(issue) = joined(thread).await? {
        return refused(issue).await;
    }
    let is_whole = job.only_looks() && !job.import.dry_run;
    match (is_whole, refused_rows) {
        (true, 0) => {
            let (batches, thread) = file.batches_of_all(job.clone());
            import::take_all(&sender, job, batches).await?;
            joined(thread).await?.map_err(|issue| DbError::internal(issue.to_string()))
        }
        (true, _) => import::finish(&writer, job, ImportState::Refused).await,
        (false, _) => import::finish(&writer, job, ImportState::Done).await,
    }
}

/// Whoever has sent the file may no longer do so.
fn nobody() -> Issue {
    Issue::of_file(
        Code::UnreadableFile,
        "Người gửi tệp không còn quyền báo cáo, hoặc tệp không còn được lưu",
        "Whoever sent the file may no longer report, or the file is no longer kept",
    )
}

/// Nobody sends a form to say nothing.
fn nothing() -> Issue {
    Issue::of_file(
        Code::Required,
        "Tệp có tiêu đề nhưng không có dòng nào được nhập",
        "The file has headings, and no row of it is filled in",
    )
}

/// What a thread came to; a fault of ours if it ended otherwise.
async fn joined<T: Send>(thread: JoinHandle<T>) -> Result<T, DbError> {
    thread.await.map_err(DbError::internal)
}

async fn surveyed(content: Arc<[u8]>, form: &'static Form, mapping: Mapping) -> Result<Result<Survey, Issue>, DbError> {
    let look = move || {
        let file = File::open(&content, Limits::default())?;
        survey::survey(&file, form, &mapping)
    };
    joined(spawn_blocking(look)).await
}

/// A file that was looked through.
struct Opened {
    content: Arc<[u8]>,
    survey: Arc<Survey>,
    reading: Arc<Reading>,
}

type Batches = (mpsc::Receiver<Batch>, JoinHandle<Result<(), Issue>>);

impl Opened {
    /// The rows that are not done yet.
    fn batches(&self, job: Job) -> Batches {
        self.read(move |row| !job.is_done(row))
    }

    /// The rows that no import before this one has done.
    fn batches_of_all(&self, mut job: Job) -> Batches {
        (job.import.reached_sheet, job.import.reached_row) = (0, 0);
        self.read(move |row| !job.is_done(row))
    }

    /// Reads on a thread of its own, as fast as what is read is taken.
    fn read(&self, is_wanted: impl Fn((i32, i32)) -> bool + Send + 'static) -> Batches {
        let (sender, receiver) = mpsc::channel(1);
        let (content, survey, reading) =
            (Arc::clone(&self.content), Arc::clone(&self.survey), Arc::clone(&self.reading));
        let thread = spawn_blocking(move || {
            let file = File::open(&content, Limits::default())?;
            let mut batch = Batch::default();
            table::rows(&file, form_of(reading.import.kind), &survey, &mut |record| {
                let row = reading.row(record);
                if is_wanted((row.sheet.0, row.row)) {
                    batch.rows.push(row);
                }
                // Nobody takes any more when the work has ended.
                if batch.rows.len() >= most_rows(reading.import.kind)
                    && sender.blocking_send(std::mem::take(&mut batch)).is_err()
                {
                    return ControlFlow::Break(());
                }
                ControlFlow::Continue(())
            })?;
            if !batch.rows.is_empty() {
                let _ = sender.blocking_send(batch);
            }
            Ok(())
        });
        (receiver, thread)
    }
}
