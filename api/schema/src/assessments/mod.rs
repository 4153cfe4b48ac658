//! Assessments (đánh giá): how far indicators are from their milestones, judgements, and where figures lead.

mod baselines;
mod inputs;
mod judgements;
mod rules;
mod sentence;

use std::sync::Arc;

use async_graphql::Context;
use auth::Action;
use db::{
    Date,
    access::Auth,
    assessment::{
        Ahead, Assessed, Assessment as Row, AssessmentFilter, AssessmentKey, AssessmentLine as Line, AssessmentOrder,
        BaselineById, NoProjection, Projection, ProjectionKey, StatusCount as StatusCountRow, StatusCountBy,
        StatusCountFilter,
    },
    indicator::Indicator as IndicatorRow,
    noun::{ById, Named, NamedNoun},
};
use object_layer::{ComplexObject, SimpleObject};
use uuid::Uuid;

pub use self::{
    baselines::{Baseline, BaselineMutation},
    inputs::{AssessmentInput, AssessmentInputKind},
    judgements::{Judgement, JudgementMutation, JudgementQuery},
    rules::{AssessmentRule, AssessmentRuleMutation},
};
use crate::{
    agencies::Agency,
    error::ApiError,
    indicators::Indicator,
    language::Language,
    measurements::Measurement,
    object::{language, maybe, one, root_lists},
    page::{Answer, Connection, PageArgs, Shown as _, loaders, or_unknown, shown},
    programmes::{IndicatorGroup, Programme},
    targets::Target,
};

/// An assessment (đánh giá): how an indicator of a subject stands on a day against its next milestone, or against that of a year, with
/// all that this follows from. It is worked out anew for each question, from published figures.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct Assessment {
    #[graphql(flatten)]
    line: Arc<Line>,
    #[graphql(flatten)]
    assessed: Arc<Assessed>,
    #[graphql(skip)]
    row: Arc<Row>,
}

shown!(Assessment shows Row, by SeePublished, |row| Self { line: Arc::clone(&row.line), assessed: Arc::clone(&row.assessed), row });

#[ComplexObject]
impl Assessment {
    /// The day on which it stands so (Asia/Ho_Chi_Minh)
    fn on(&self) -> Date {
        self.row.on
    }

    /// The programme whose targets it is held against
    async fn programme(&self, context: &Context<'_>) -> Answer<Programme> {
        one(context, self.assessed.programme_id).await
    }

    /// The indicator
    async fn indicator(&self, context: &Context<'_>) -> Answer<Indicator> {
        one(context, self.assessed.indicator_id).await
    }

    /// The agency whose figure it is
    async fn subject(&self, context: &Context<'_>) -> Answer<Agency> {
        one(context, self.assessed.subject_id).await
    }

    /// The target that gives the status; null if none is in force
    async fn target(&self, context: &Context<'_>) -> Answer<Target> {
        maybe(context, self.line.target_id).await
    }

    /// The judgement that gives the status of a target in words; null if there is none
    async fn judgement(&self, context: &Context<'_>) -> Answer<Judgement> {
        maybe(context, self.line.judgement_id).await
    }

    /// All targets of the milestone, the one that stands worst first. More than one only where they contradict one another, or where a year
    /// has a target of its own beside
    fn lines(&self) -> Vec<AssessmentLine> {
        let lines = std::iter::once(&self.row.line).chain(&self.row.others);
        lines.map(|line| AssessmentLine { line: Arc::clone(line) }).collect()
    }

    /// The figures that were judged, the earliest first: one, or those of a year that were added up
    async fn measurements(&self, context: &Context<'_>) -> Answer<Vec<Measurement>> {
        let ids = self.assessed.measurement_ids.clone().unwrap_or_default();
        let keys: Vec<_> = ids.into_iter().map(ById::new).collect();
        let rows = loaders(context).load_many(keys).await.map_err(ApiError::from);
        Some(rows.map(|mut rows| {
            rows.sort_by_key(|row: &Arc<db::measurement::Measurement>| row.ends_on);
            rows.into_iter().map(Measurement::show).collect()
        }))
    }

    /// Where the way began; null if that is not known
    fn baseline(&self) -> Option<AssessmentBaseline> {
        Some(AssessmentBaseline {
            value: self.assessed.baseline_value?,
            on: self.assessed.baseline_on?,
            is_stated: self.assessed.baseline_id.is_some(),
            baseline_id: self.assessed.baseline_id,
            measurement_id: self.assessed.baseline_measurement_id,
        })
    }

    /// Where the figures lead if they go on as they went
    async fn projection(&self, context: &Context<'_>) -> Answer<AssessmentProjection> {
        Some(self.projected(context).await)
    }

    /// Every number that was used, where it comes from, and the rule by which it was
    fn inputs(&self) -> Vec<AssessmentInput> {
        inputs::inputs(&self.assessed, &self.line)
    }

    /// The whole of it in a sentence or two, to be read aloud
    async fn sentence(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Language; that of the request if left out")] language: Option<Language>,
    ) -> Answer<String> {
        Some(self.said(context, language).await)
    }
}

impl Assessment {
    async fn indicator_row(&self, context: &Context<'_>) -> Result<Arc<IndicatorRow>, ApiError> {
        let row = loaders(context).load_one(ById::<IndicatorRow>::new(self.assessed.indicator_id)).await?;
        row.ok_or_else(|| db::DbError::NotFound.into())
    }

    async fn projected(&self, context: &Context<'_>) -> Result<AssessmentProjection, ApiError> {
        let indicator = self.indicator_row(context).await?;
        let ahead = match Ahead::of(&self.row, &indicator) {
            Ok(ahead) => ahead,
            Err(reason) => return Ok(reason.into()),
        };
        let Assessed { indicator_id, subject_id, .. } = *self.assessed;
        let key = ProjectionKey { indicator: indicator_id, subject: subject_id, on: self.row.on };
        let points = loaders(context).load_one(key).await?.unwrap_or_default();
        Ok(match Projection::of(&points, ahead) {
            Ok(projection) => AssessmentProjection { projection: Some(projection), none_because: None },
            Err(reason) => reason.into(),
        })
    }

    async fn said(&self, context: &Context<'_>, asked: Option<Language>) -> Result<String, ApiError> {
        let indicator = self.indicator_row(context).await?;
        let subject = loaders(context).load_one(ById::<db::agency::Agency>::new(self.assessed.subject_id)).await?;
        let subject = subject.ok_or(db::DbError::NotFound)?;
        Ok(sentence::sentence(&self.assessed, &self.line, &indicator, &subject, language(context, asked)))
    }
}

/// A target of the milestone, and how the figure stands against it.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct AssessmentLine {
    #[graphql(flatten)]
    line: Arc<Line>,
}

#[ComplexObject]
impl AssessmentLine {
    /// The target; null if none is in force
    async fn target(&self, context: &Context<'_>) -> Answer<Target> {
        maybe(context, self.line.target_id).await
    }

    /// The judgement that gives the status of a target in words; null if there is none
    async fn judgement(&self, context: &Context<'_>) -> Answer<Judgement> {
        maybe(context, self.line.judgement_id).await
    }
}

/// Where the way to a milestone began (hiện trạng).
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct AssessmentBaseline {
    /// In the indicator's unit
    value: rust_decimal::Decimal,
    /// The day it is true of (Asia/Ho_Chi_Minh)
    on: Date,
    /// True if somebody has stated it; false if the first published figure before the first milestone serves as one
    is_stated: bool,
    #[graphql(skip)]
    baseline_id: Option<Uuid>,
    #[graphql(skip)]
    measurement_id: Option<Uuid>,
}

#[ComplexObject]
impl AssessmentBaseline {
    /// The baseline that was stated; null if none was
    async fn stated(&self, context: &Context<'_>) -> Answer<Baseline> {
        let row = loaders(context).load_one(BaselineById(self.baseline_id?)).await;
        row.map_err(ApiError::from).transpose().map(|row| row.map(|row| Baseline { row }))
    }

    /// The figure that serves as one; null if one was stated
    async fn measurement(&self, context: &Context<'_>) -> Answer<Measurement> {
        maybe(context, self.measurement_id).await
    }
}

/// Where the figures lead, or why they do not show it.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::SeePublished))]
pub struct AssessmentProjection {
    /// Where they lead; null if they do not show it
    projection: Option<Projection>,
    /// Why they do not show it; null if they do
    none_because: Option<NoProjection>,
}

impl From<NoProjection> for AssessmentProjection {
    fn from(reason: NoProjection) -> Self {
        Self { projection: None, none_because: Some(reason) }
    }
}

/// How many assessments stand how.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct StatusCount {
    #[graphql(flatten)]
    row: Arc<StatusCountRow>,
}

shown!(StatusCount shows StatusCountRow, by SeePublished);

impl StatusCount {
    fn object(&self, by: StatusCountBy) -> Option<Uuid> {
        self.row.object_id.filter(|_| self.row.by == by)
    }
}

#[ComplexObject]
impl StatusCount {
    /// The programme; null unless counted by it
    async fn programme(&self, context: &Context<'_>) -> Answer<Programme> {
        maybe(context, self.object(StatusCountBy::Programme)).await
    }

    /// The pillar; null unless counted by it, and of what stands in none
    async fn group(&self, context: &Context<'_>) -> Answer<IndicatorGroup> {
        maybe(context, self.object(StatusCountBy::Group)).await
    }

    /// The agency that answers for the indicators; null unless counted by it, and of those for which nobody does
    async fn lead(&self, context: &Context<'_>) -> Answer<Agency> {
        maybe(context, self.object(StatusCountBy::Lead)).await
    }

    /// The agency whose figures they are; null unless counted by it
    async fn subject(&self, context: &Context<'_>) -> Answer<Agency> {
        maybe(context, self.object(StatusCountBy::Subject)).await
    }
}

/// The assessment of one indicator of one subject; null if there is neither in a programme.
pub(crate) async fn assessment(context: &Context<'_>, key: AssessmentKey) -> Answer<Assessment> {
    let mut named = vec![("subject", Named::of(NamedNoun::Agency, &key.subject))];
    named.extend(key.programme.as_deref().map(|code| ("programme", Named::of(NamedNoun::Programme, code))));
    if let Err(error) = key.check() {
        return Some(Err(error.into()));
    }
    let row = loaders(context).load_one(key).await.map_err(ApiError::from);
    or_unknown(context, row.transpose().map(|row| row.map(Assessment::show)), named).await
}

root_lists! {
    AssessmentQuery;
    {
        /// How many indicators of subjects stand how, by pillar, by the agency that answers for them, by year of the milestone, by subject
        #[graphql(directive = Auth::apply(Action::SeePublished))]
        #[allow(clippy::too_many_arguments, reason = "a connection's arguments are those of the specification")]
        async fn status_counts(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "What is counted by")] by: StatusCountBy,
            #[graphql(desc = "Narrows what is counted")] filter: Option<AssessmentFilter>,
            #[graphql(desc = "How many from the beginning, or after `after`: 1 to 100; 20 if neither this nor `last` is given")] first: Option<i32>,
            #[graphql(desc = "The cursor to start after: `endCursor` of the page before")] after: Option<String>,
            #[graphql(desc = "How many from the end, or before `before`: 1 to 100")] last: Option<i32>,
            #[graphql(desc = "The cursor to stop before: `startCursor` of the page after")] before: Option<String>,
        ) -> Answer<Connection<StatusCount>> {
            let filter = StatusCountFilter { by, assessments: filter.unwrap_or_default() };
            let args = PageArgs { first, after, last, before };
            Some(Connection::of_all(context, filter, (), args).await)
        }
    }
    /// How indicators of subjects stand against their milestones, what needs attention first. Of each programme: all its indicators for
    /// its jurisdiction, and whoever has a target of its own
    assessments: Assessment (AssessmentFilter; AssessmentOrder);
}
