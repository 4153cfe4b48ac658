//! How figures come about: drafted, submitted, endorsed, published; returned, withdrawn, corrected. Alone or many at once.

use async_graphql::{Context, InputObject};
use auth::{Action, Permit, action};
use db::{
    Id,
    access::Auth,
    measurement::{self, BulkMode, Correction, Draft, Measurement as MeasurementRow, Rows, Seen},
    row::Row,
};
use object_layer::Object;
use uuid::Uuid;

use super::payload::{Asked, MeasurementPayload, MeasurementsPayload};
use crate::{
    error::ApiError,
    mutation::{mutate, once},
    page::Answer,
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
