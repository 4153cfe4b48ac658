//! How figures come about: drafted, submitted, endorsed, published; returned, withdrawn, corrected. Alone or many at once.

use async_graphql::{Context, InputObject};
use auth::{Action, Permit, action};
use db::{
    Id, ViolationCode,
    access::Auth,
    audit::hex,
    measurement::{
        self, BulkMode, Correction, Draft, HashesOf, Measurement as MeasurementRow, MeasurementAt,
        MeasurementRevision as RevisionRow, RevisionsOf, Rows, Seen, Written,
    },
    row::Row,
};
use object_layer::{ComplexObject, Object, SimpleObject};
use uuid::Uuid;

use super::{Measurement, at};
use crate::{
    error::ApiError,
    mutation::{mutate, once},
    object::{maybe, one, whole},
    page::Answer,
    payload::{Payload, Shows, UserError},
    viewer::permit,
};

/// A figure to be drafted, or a draft to be written anew.
#[derive(InputObject)]
pub struct DraftMeasurementInput {
    /// The figure
    #[graphql(flatten)]
    draft: Draft,
    /// Whether it is submitted at once
    #[graphql(default)]
    submit: bool,
}

/// Figures to be drafted, or drafts to be written anew.
#[derive(InputObject)]
pub struct DraftMeasurementsInput {
    /// What becomes of the others if one has to be mended
    mode: BulkMode,
    /// The figures: 1 to 1,000
    rows: Vec<Row<Draft>>,
    /// Whether they are submitted at once
    #[graphql(default)]
    submit: bool,
}

/// A published figure to be corrected, or a proposed correction to be written anew.
#[derive(InputObject)]
pub struct CorrectMeasurementInput {
    /// The correction
    #[graphql(flatten)]
    correction: Correction,
    /// Whether it is submitted at once
    #[graphql(default)]
    submit: bool,
}

/// Published figures to be corrected, or proposed corrections to be written anew.
#[derive(InputObject)]
pub struct CorrectMeasurementsInput {
    /// What becomes of the others if one has to be mended
    mode: BulkMode,
    /// The corrections: 1 to 1,000
    rows: Vec<Row<Correction>>,
    /// Whether they are submitted at once
    #[graphql(default)]
    submit: bool,
}

/// A figure to be submitted.
#[derive(InputObject)]
pub struct SubmitMeasurementInput {
    /// Id of the measurement
    measurement: Id<MeasurementRow>,
    /// Its `version` as it was seen
    expected_version: i32,
}

/// A figure to be endorsed.
#[derive(InputObject)]
pub struct EndorseMeasurementInput {
    /// Id of the measurement
    measurement: Id<MeasurementRow>,
    /// Its `version` as it was seen
    expected_version: i32,
    /// Its `contentHash` as it was seen: whoever endorses answers for exactly that
    content_hash: String,
}

/// A figure to be published.
#[derive(InputObject)]
pub struct PublishMeasurementInput {
    /// Id of the measurement
    measurement: Id<MeasurementRow>,
    /// Its `version` as it was seen
    expected_version: i32,
    /// Its `contentHash` as it was seen: whoever publishes answers for exactly that
    content_hash: String,
}

/// A figure to be returned.
#[derive(InputObject)]
pub struct ReturnMeasurementInput {
    /// Id of the measurement
    measurement: Id<MeasurementRow>,
    /// Its `version` as it was seen
    expected_version: i32,
    /// What the reporter has to mend: at most 2,000 characters
    reason: String,
}

/// A figure to be withdrawn.
#[derive(InputObject)]
pub struct WithdrawMeasurementInput {
    /// Id of the measurement
    measurement: Id<MeasurementRow>,
    /// Its `version` as it was seen
    expected_version: i32,
    /// Why, if there is something to say: at most 2,000 characters
    reason: Option<String>,
}

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

/// A row about a measurement that is there.
trait AboutOne {
    fn measurement(&self) -> Id<MeasurementRow>;

    /// The hash of what was seen, where it is given.
    fn seen(&self) -> Option<String> {
        None
    }

    fn asked(&self) -> Asked {
        Asked::Of(self.measurement(), self.seen())
    }
}

impl AboutOne for Correction {
    fn measurement(&self) -> Id<MeasurementRow> {
        self.measurement
    }
}

/// The permit to submit at once, if that is wished.
fn submits(context: &Context<'_>, wished: bool) -> Result<Option<Permit<action::SubmitMeasurement>>, ApiError> {
    wished.then(|| permit(context)).transpose()
}

/// Part of the mutation root.
#[derive(Clone, Default)]
pub struct MeasurementMutation;

/// Part of the mutation root.
#[Object(root)]
impl MeasurementMutation {
    /// Drafts a figure that is assigned to an agency of the viewer's, or writes its draft anew. Refused if the figure is not
    /// plausible; one that is far from those before it (`JUMP`) needs a `comment`
    #[graphql(directive = Auth::apply(Action::DraftMeasurement))]
    async fn draft_measurement(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The figure")] input: DraftMeasurementInput,
        #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Uuid,
    ) -> Answer<MeasurementPayload> {
        let work = async || {
            let (once, asked) = (once(context, idempotency_key, &input), Asked::from(&input.draft));
            let rows = (submits(context, input.submit)?, Rows::one(input.draft));
            mutate(context, once, rows, asked, |by, (submits, rows)| measurement::draft(by, submits, rows)).await
        };
        Some(work().await)
    }

    /// Drafts up to 1,000 figures at once (`draftMeasurement`); what has to be mended is named by row
    #[graphql(directive = Auth::apply(Action::DraftMeasurement))]
    async fn draft_measurements(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The figures")] input: DraftMeasurementsInput,
        #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Uuid,
    ) -> Answer<MeasurementsPayload> {
        let work = async || {
            let once = once(context, idempotency_key, &input);
            let asked = input.rows.iter().map(|row| row.read().map(Asked::from)).collect();
            let rows = (submits(context, input.submit)?, Rows::many(input.mode, input.rows));
            mutate(context, once, rows, asked, |by, (submits, rows)| measurement::draft(by, submits, rows)).await
        };
        Some(work().await)
    }

    /// Proposes a correction of a published figure, or writes a proposed one anew. It goes the same way as any figure; until it
    /// is published, everybody reads the old one
    #[graphql(directive = Auth::apply(Action::CorrectMeasurement))]
    async fn correct_measurement(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The correction")] input: CorrectMeasurementInput,
        #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Uuid,
    ) -> Answer<MeasurementPayload> {
        let work = async || {
            let (once, asked) = (once(context, idempotency_key, &input), input.correction.asked());
            let rows = (submits(context, input.submit)?, Rows::one(input.correction));
            mutate(context, once, rows, asked, |by, (submits, rows)| measurement::correct(by, submits, rows)).await
        };
        Some(work().await)
    }

    /// Proposes corrections of up to 1,000 published figures at once (`correctMeasurement`); what has to be mended is named by
    /// row
    #[graphql(directive = Auth::apply(Action::CorrectMeasurement))]
    async fn correct_measurements(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The corrections")] input: CorrectMeasurementsInput,
        #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Uuid,
    ) -> Answer<MeasurementsPayload> {
        let work = async || {
            let once = once(context, idempotency_key, &input);
            let asked = input.rows.iter().map(|row| row.read().map(AboutOne::asked)).collect();
            let rows = (submits(context, input.submit)?, Rows::many(input.mode, input.rows));
            mutate(context, once, rows, asked, |by, (submits, rows)| measurement::correct(by, submits, rows)).await
        };
        Some(work().await)
    }
}

/// What a row about a measurement that is there says of it: the hash of what was seen, and a reason.
macro_rules! about_one {
    ($($input:ident: $hash:expr, $reason:expr;)+) => {
        $(
            impl AboutOne for $input {
                fn measurement(&self) -> Id<MeasurementRow> {
                    self.measurement
                }

                fn seen(&self) -> Option<String> {
                    let hash: fn(&Self) -> Option<String> = $hash;
                    hash(self)
                }
            }

            impl From<$input> for Seen {
                fn from(row: $input) -> Self {
                    let (measurement, expected_version, content_hash) = (row.measurement, row.expected_version, row.seen());
                    let reason: fn($input) -> Option<String> = $reason;
                    Self { measurement, expected_version, content_hash, reason: reason(row) }
                }
            }
        )+
    };
}

about_one! {
    SubmitMeasurementInput: |_| None, |_| None;
    EndorseMeasurementInput: |row| Some(row.content_hash.clone()), |_| None;
    PublishMeasurementInput: |row| Some(row.content_hash.clone()), |_| None;
    ReturnMeasurementInput: |_| None, |row| Some(row.reason);
    WithdrawMeasurementInput: |_| None, |row| row.reason;
}

/// Declares the mutations of a decision, on one figure and on many: they differ in nothing but their words.
macro_rules! decisions {
    ($(
        $action:ident: $(#[$one_about:meta])* $one:ident, $(#[$many_about:meta])* $many:ident ($input:ident, $inputs:ident);
    )+) => {
        $(
            /// The same for many figures.
            #[derive(InputObject)]
            pub struct $inputs {
                /// What becomes of the others if one has to be mended
                mode: BulkMode,
                /// The figures: 1 to 1,000
                rows: Vec<Row<$input>>,
            }
        )+

        /// Part of the mutation root.
        #[derive(Clone, Default)]
        pub struct MeasurementDecisionMutation;

        #[Object(root)]
        impl MeasurementDecisionMutation {
            $(
                $(#[$one_about])*
                #[graphql(directive = Auth::apply(Action::$action))]
                async fn $one(
                    &self,
                    context: &Context<'_>,
                    #[graphql(desc = "The figure")] input: $input,
                    #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Uuid,
                ) -> Answer<MeasurementPayload> {
                    let once = once(context, idempotency_key, &input);
                    let (asked, rows) = (input.asked(), Rows::one(Seen::from(input)));
                    Some(mutate::<action::$action, _, _>(context, once, rows, asked, |by, rows| measurement::decide(by, rows)).await)
                }

                $(#[$many_about])*
                #[graphql(directive = Auth::apply(Action::$action))]
                async fn $many(
                    &self,
                    context: &Context<'_>,
                    #[graphql(desc = "The figures")] input: $inputs,
                    #[graphql(desc = "A UUID made for this change and sent again with each retry")] idempotency_key: Uuid,
                ) -> Answer<MeasurementsPayload> {
                    let once = once(context, idempotency_key, &input);
            let asked = input.rows.iter().map(|row| row.read().map(AboutOne::asked)).collect();
                    let rows = Rows::many(input.mode, input.rows.into_iter().map(|row| row.map(Seen::from)).collect());
                    Some(mutate::<action::$action, _, _>(context, once, rows, asked, |by, rows| measurement::decide(by, rows)).await)
                }
            )+
        }
    };
}

decisions! {
    SubmitMeasurement:
        /// Submits a drafted figure: from then on it stands, and its head decides
        submit_measurement,
        /// Submits up to 1,000 drafted figures at once (`submitMeasurement`)
        submit_measurements (SubmitMeasurementInput, SubmitMeasurementsInput);
    EndorseMeasurement:
        /// Endorses a submitted figure of somebody else exactly as it was seen. If it has changed since, nothing is written (`CHANGED`),
        /// and `differences` says in what
        endorse_measurement,
        /// Endorses up to 1,000 submitted figures at once (`endorseMeasurement`)
        endorse_measurements (EndorseMeasurementInput, EndorseMeasurementsInput);
    PublishMeasurement:
        /// Publishes an endorsed figure of somebody else exactly as it was seen (`endorseMeasurement`): from then on everybody reads it
        publish_measurement,
        /// Publishes up to 1,000 endorsed figures at once (`publishMeasurement`)
        publish_measurements (PublishMeasurementInput, PublishMeasurementsInput);
    ReturnMeasurement:
        /// Returns a submitted or endorsed figure with a reason: its reporter writes it anew
        return_measurement,
        /// Returns up to 1,000 figures at once, each with its reason (`returnMeasurement`)
        return_measurements (ReturnMeasurementInput, ReturnMeasurementsInput);
    WithdrawMeasurement:
        /// Withdraws a figure that is not endorsed
        withdraw_measurement,
        /// Withdraws up to 1,000 figures at once (`withdrawMeasurement`)
        withdraw_measurements (WithdrawMeasurementInput, WithdrawMeasurementsInput);
}
