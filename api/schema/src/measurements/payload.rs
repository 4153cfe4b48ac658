//! What is answered when figures are written: what became of each, and, where it was refused because it has changed in between, in
//! what it differs from what was seen.

use async_graphql::Context;
use auth::Action;
use db::{
    Id, ViolationCode,
    access::Auth,
    audit::hex,
    measurement::{
        Draft, HashesOf, Measurement as MeasurementRow, MeasurementAt, MeasurementRevision as RevisionRow, RevisionsOf,
        Written,
    },
};
use object_layer::{ComplexObject, SimpleObject};

use super::{Measurement, at};
use crate::{
    object::{maybe, one, whole},
    page::Answer,
    payload::{Payload, Shows, UserError},
};

/// What became of a figure.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct MeasurementPayload {
    /// The measurement as it is now; null if nothing was written
    measurement: Option<Measurement>,
    /// What has to be mended; empty if it was done
    user_errors: Vec<UserError>,
    #[graphql(skip)]
    refused: Option<Asked>,
}

#[ComplexObject]
impl MeasurementPayload {
    /// The measurement as it stands, if nothing was written: to be shown beside what was wanted; null otherwise
    async fn current(&self, context: &Context<'_>) -> Answer<Measurement> {
        self.refused.as_ref()?.current(context).await
    }

    /// What is different now from what was seen, if that is why nothing was written (`CHANGED`); empty otherwise
    async fn differences(&self, context: &Context<'_>) -> Answer<Vec<FigureDifference>> {
        match &self.refused {
            Some(asked) => asked.differences(context).await,
            None => Some(Ok(Vec::new())),
        }
    }
}

/// What became of figures.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::SeePublished))]
pub struct MeasurementsPayload {
    /// The measurements as they are now, one for each row in the order of the rows: null for a row that was refused. Null if
    /// nothing was written
    measurements: Option<Vec<Option<Measurement>>>,
    /// For each row that was refused because the figure has changed in between, what it is now; empty if there is none
    conflicts: Vec<MeasurementConflict>,
    /// What has to be mended, by rows; empty if all was done
    user_errors: Vec<UserError>,
}

/// A row that was refused because the figure has changed in between.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct MeasurementConflict {
    /// Which row of the input, from 0
    row: i32,
    #[graphql(skip)]
    asked: Asked,
}

#[ComplexObject]
impl MeasurementConflict {
    /// The measurement as it stands; null if the viewer may not see it
    async fn current(&self, context: &Context<'_>) -> Answer<Measurement> {
        self.asked.current(context).await
    }

    /// What is different now from what was seen, where the hash of that was given
    async fn differences(&self, context: &Context<'_>) -> Answer<Vec<FigureDifference>> {
        self.asked.differences(context).await
    }
}

/// What is different in a figure from what was seen.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::SeePublished))]
pub struct FigureDifference {
    /// Name of the field of `Measurement`, such as `value`
    field: &'static str,
    /// What was seen; null if there was nothing
    before: Option<String>,
    /// What it is now; null if there is nothing
    after: Option<String>,
}

/// What a row was about.
#[derive(Debug, Clone)]
pub(crate) enum Asked {
    /// What stands at that place.
    At(MeasurementAt),
    /// A measurement, perhaps as its hash tells what of it was seen.
    Of(Id<MeasurementRow>, Option<String>),
}

impl Asked {
    async fn current(&self, context: &Context<'_>) -> Answer<Measurement> {
        match self {
            Self::At(key) => at(context, key.clone()).await,
            Self::Of(id, _) => maybe(context, id.uuid().ok()).await,
        }
    }

    async fn differences(&self, context: &Context<'_>) -> Answer<Vec<FigureDifference>> {
        let Self::Of(id, Some(seen)) = self else { return Some(Ok(Vec::new())) };
        let Ok(id) = id.uuid() else { return Some(Ok(Vec::new())) };
        let work = async || {
            let current: Option<Measurement> = one(context, id).await.transpose()?;
            let revisions = whole(context, RevisionsOf(id), |row| row).await.transpose()?.unwrap_or_default();
            let hashes = whole(context, HashesOf(id), |hash| hash).await.transpose()?.unwrap_or_default();
            let seen = hashes.into_iter().find(|(_, hash)| hex(hash) == *seen).map(|(revision, _)| revision);
            let before = seen.and_then(|seen| revisions.into_iter().find(|row| row.revision == seen));
            Ok(before.zip(current).map(|(before, now)| differences(&before, &now.row.current)).unwrap_or_default())
        };
        Some(work().await)
    }
}

fn differences(before: &RevisionRow, after: &RevisionRow) -> Vec<FigureDifference> {
    let told = |row: &RevisionRow| {
        [
            ("value", row.value.map(|value| value.normalize().to_string())),
            ("numerator", row.numerator.map(|value| value.normalize().to_string())),
            ("denominator", row.denominator.map(|value| value.normalize().to_string())),
            ("narrative", row.narrative.clone()),
            ("observation", Some(row.observation.as_str().to_owned())),
            ("note", row.note.clone()),
            ("comment", row.comment.clone()),
        ]
    };
    let pairs = told(before).into_iter().zip(told(after));
    let changed = pairs.filter(|((_, before), (_, after))| before != after);
    changed.map(|((field, before), (_, after))| FigureDifference { field, before, after }).collect()
}

impl Payload for MeasurementPayload {
    type Done = Written;
    type About = Asked;

    fn settled(_: &Context<'_>, done: Option<Written>, user_errors: Vec<UserError>, about: Asked) -> Self {
        let row = done.and_then(|written| written.measurements.into_iter().next().flatten());
        let refused = row.is_none().then_some(about);
        Self { measurement: row.map(Shows::shows), user_errors, refused }
    }
}

impl Payload for MeasurementsPayload {
    type Done = Written;
    type About = Vec<Option<Asked>>;

    fn settled(
        context: &Context<'_>,
        done: Option<Written>,
        mut user_errors: Vec<UserError>,
        about: Vec<Option<Asked>>,
    ) -> Self {
        let measurements = done.map(|written| {
            user_errors.extend(written.refused.iter().map(|violation| UserError::shown(context, violation)));
            written.measurements.into_iter().map(|row| row.map(Shows::shows)).collect()
        });
        let conflicts = user_errors
            .iter()
            .filter(|error| matches!(error.code, ViolationCode::Stale | ViolationCode::Changed))
            .filter_map(|error| {
                let row = error.row?;
                Some(MeasurementConflict { row, asked: about.get(usize::try_from(row).ok()?)?.clone()? })
            })
            .collect();
        Self { measurements, conflicts, user_errors }
    }
}

impl From<&Draft> for Asked {
    fn from(draft: &Draft) -> Self {
        let (indicator, subject) = (draft.indicator.clone(), draft.subject.clone());
        Self::At(MeasurementAt { indicator, subject, regime: draft.regime, period: draft.period })
    }
}
