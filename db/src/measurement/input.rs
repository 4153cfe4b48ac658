//! What is typed: figures, and decisions on them. The forms in which the API takes them; nothing of them is checked yet.

use async_graphql::InputObject;

use super::{Measurement, Observation};
use crate::{
    Id,
    attachment::Attachment,
    calendar::{Period, Regime},
    decimal::Number,
};

/// Figures as they are reported.
#[derive(Debug, Clone, InputObject)]
pub struct Figures {
    /// The figure in the indicator's unit, with no more decimal places than the indicator has, zeros or not; 1 for yes, 0 for no. Left out for a ratio
    /// and for an answer in words
    pub value: Option<Number>,
    /// Numerator of a ratio: the parts are reported, the ratio follows. With no more decimal places than `partDecimals` of the
    /// indicator says
    pub numerator: Option<Number>,
    /// Denominator of a ratio, more than zero
    pub denominator: Option<Number>,
    /// The answer in words, where the indicator is answered so: at most 10,000 characters
    pub narrative: Option<String>,
    /// How firm the figure is
    pub observation: Observation,
    /// What else there is to say: at most 2,000 characters
    pub note: Option<String>,
    /// Why the figure is far from those of the periods before: asked for by the code `JUMP`, at most 2,000 characters
    pub comment: Option<String>,
    /// What of it falls to which item of a dimension that the indicator's definition takes: at most 100. Where items add up, they are
    /// the figure together
    #[graphql(default)]
    pub breakdown: Vec<ItemFigureInput>,
    /// The files that show it, which you have sent (`POST /files/attachments`) or which it has already: at most 20. Left out, those
    /// that it had
    pub attachments: Option<Vec<Id<Attachment>>>,
}

/// What of a figure falls to an item of a dimension.
#[derive(Debug, Clone, InputObject)]
pub struct ItemFigureInput {
    /// Code of the dimension, such as `sex`
    pub dimension: String,
    /// Code of the item, such as `female`
    pub item: String,
    /// The figure of the item, as the whole is given; left out for a ratio
    pub value: Option<Number>,
    /// Numerator of a ratio
    pub numerator: Option<Number>,
    /// Denominator of a ratio, more than zero
    pub denominator: Option<Number>,
}

/// A figure to be drafted, or a draft to be written anew.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "MeasurementDraftInput")]
pub struct Draft {
    /// Code of the indicator
    pub indicator: String,
    /// Code of the agency whose figure it is
    pub subject: String,
    /// Code of the agency that reports it; left out, whoever it is assigned to
    pub reporter: Option<String>,
    /// By which months the period goes
    #[graphql(default_with = "Regime::Calendar")]
    pub regime: Regime,
    /// The period; it has begun
    pub period: Period,
    /// The `version` of the draft that is written anew, as it was seen; left out if there is none yet
    pub expected_version: Option<i32>,
    /// The figures
    #[graphql(flatten)]
    pub figures: Figures,
}

/// A published figure to be corrected, or a proposed correction to be written anew.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "MeasurementCorrectionInput")]
pub struct Correction {
    /// Id of the measurement
    pub measurement: Id<Measurement>,
    /// Its `version` as it was seen
    pub expected_version: i32,
    /// Why the published figure is not right: everybody reads it, at most 2,000 characters
    pub reason: String,
    /// The figures that are right
    #[graphql(flatten)]
    pub figures: Figures,
}

/// A figure as whoever decides on it has seen it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The measurement.
    pub measurement: Id<Measurement>,
    /// Its version.
    pub expected_version: i32,
    /// The hash of its content, where the decision answers for that.
    pub content_hash: Option<String>,
    /// Why, where a reason is asked for or given.
    pub reason: Option<String>,
}
