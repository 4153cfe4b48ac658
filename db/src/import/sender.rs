//! In whose name the rows of a file are written, and by the rules of which mutation.

use auth::{Denied, Permit, Principal, action};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::Import;
use crate::{
    Acting, DbError, Once, Violation,
    directive::change::{ProgressRow, report_rows},
    import::ImportKind,
    measurement::{BulkMode, Draft, Rows, draft_rows},
    row::Row,
    writer::Writing,
};

/// What a row says.
#[derive(Debug, Clone)]
pub enum Entry {
    /// A figure.
    Figure(Draft),
    /// Progress of a directive.
    Progress(ProgressRow),
}

/// What a file is sent for, by somebody who may have that done.
#[derive(Debug)]
pub enum Purpose {
    /// Its rows are figures.
    Figures {
        /// Whether they are submitted at once.
        submit: bool,
    },
    /// Its rows are progress.
    Progress(Permit<action::ReportProgress>),
}

/// Why a file is not taken for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoPurpose {
    /// They may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Progress is reported, not submitted.
    #[error("only figures are submitted")]
    OnlyFigures,
}

impl Purpose {
    /// What somebody sends a file for.
    pub fn of(kind: ImportKind, submit: bool, who: &Principal) -> Result<Self, NoPurpose> {
        match kind {
            ImportKind::Figures => Ok(Self::Figures { submit }),
            ImportKind::Progress if submit => Err(NoPurpose::OnlyFigures),
            ImportKind::Progress => Ok(Self::Progress(who.permit()?)),
        }
    }

    pub(super) const fn kind(&self) -> ImportKind {
        match self {
            Self::Figures { .. } => ImportKind::Figures,
            Self::Progress(_) => ImportKind::Progress,
        }
    }

    pub(super) const fn submit(&self) -> bool {
        matches!(self, Self::Figures { submit: true })
    }

    /// Whether it can be done for an agency, beside submitting figures for it.
    pub(super) fn holds_for(&self, agency: Uuid) -> bool {
        match self {
            Self::Figures { .. } => true,
            Self::Progress(permit) => permit.reach().holds(Some(agency)),
        }
    }
}

/// Whoever has sent a file, with what its rows take.
#[derive(Debug)]
pub enum Sender {
    /// Figures are drafted, and submitted at once where that is asked for.
    Figures {
        /// Who drafts them.
        acting: Acting<action::DraftMeasurement>,
        /// That they may submit them; none if they are drafted only.
        submits: Option<Permit<action::SubmitMeasurement>>,
    },
    /// Progress is reported.
    Progress(Acting<action::ReportProgress>),
}

impl Sender {
    /// Whoever has sent an import, if they may still do what it is for.
    pub fn of(import: &Import, once: Once, who: &Principal) -> Result<Self, Denied> {
        Ok(match import.kind {
            ImportKind::Figures => Self::Figures {
                acting: Acting::new(once, who)?,
                submits: import.submit.then(|| who.permit()).transpose()?,
            },
            ImportKind::Progress => Self::Progress(Acting::new(once, who)?),
        })
    }

    pub(super) async fn write<T: Serialize + DeserializeOwned>(
        &self,
        work: impl AsyncFnOnce(&mut Writing) -> Result<T, DbError>,
    ) -> Result<T, DbError> {
        match self {
            Self::Figures { acting, .. } => acting.write(work).await,
            Self::Progress(acting) => acting.write(work).await,
        }
    }

    /// Writes those rows that can be written, for an agency, and answers what has to be mended in the others. They are of the kind of the file.
    pub(super) async fn write_rows(
        &self,
        writing: &mut Writing,
        agency: Uuid,
        entries: Vec<Entry>,
    ) -> Result<Vec<Violation>, DbError> {
        match self {
            Self::Figures { acting, submits } => {
                let draft = |entry| match entry {
                    Entry::Figure(draft) => Some(Row::Read(draft)),
                    Entry::Progress(_) => None,
                };
                let rows = Rows::many(BulkMode::RowByRow, entries.into_iter().filter_map(draft).collect());
                Ok(draft_rows(writing, &acting.permit, submits.as_ref(), rows).await?.refused)
            }
            Self::Progress(acting) => {
                let progress = |entry| match entry {
                    Entry::Progress(row) => Some(row),
                    Entry::Figure(_) => None,
                };
                report_rows(acting, writing, agency, entries.into_iter().filter_map(progress).collect()).await
            }
        }
    }
}
