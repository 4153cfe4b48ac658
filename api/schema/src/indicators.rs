//! Indicators (chỉ tiêu).

use std::sync::Arc;

use async_graphql::{Context, Json};
use auth::Action;
use db::{
    Date,
    access::Auth,
    area::{AreasOf, BoundariesInput},
    assessment::{AssessmentKey, BaselinesOf},
    calendar::{Period, PeriodKind, Regime, RelativePeriod},
    composite::ComponentsOf,
    computation::{ComputationFilter, ComputationLink},
    digital_system::{DigitalSystemFilter, DigitalSystemLink},
    dimension::DimensionsOf,
    directive::{DirectiveFilter, DirectiveLink, DirectiveOrder},
    enums::SortDirection,
    history::Told,
    indicator::{
        DefinitionInputsOf, DefinitionsOf, Indicator as Row, IndicatorDefinition as DefinitionRow, IndicatorFilter,
        IndicatorOrder, JurisdictionsOf, Membership, MembershipsOf,
        catalogue::{NewDefinition, NewIndicator, define, revise_definition},
        change::{LeadAssignment, assign_lead},
        retire::{RetiredIndicator, Retirement, retire},
        rule::RulesOf,
    },
    measure::{MeasureFilter, MeasureLink},
    measurement::{Measurement as MeasurementRow, MeasurementFilter, MeasurementLink, MeasurementOrder, Parts},
    noun::{ListOf, Named, NamedNoun},
    page::Page,
    programme::{ProgrammeLink, is_kept_by},
    target::{TargetFilter, TargetLink, TargetOrder},
};
use object_layer::{ComplexObject, SimpleObject};
use uuid::Uuid;

use crate::{
    agencies::Agency,
    areas::{self, AreaFigure},
    assessments::{Assessment, Baseline, assessment},
    computations::{Computation, IndexComponent},
    digital_systems::DigitalSystem,
    dimensions::{DefinitionDimension, Dimension},
    directives::Directive,
    documents::{Document, clause},
    error::ApiError,
    history::{ObjectVersion, versions},
    indicator_rules::IndicatorRule,
    language::Language,
    measurements::{Measurement, total::PeriodTotal},
    measures::Measure,
    mutation::mutations,
    object::{by_code, if_visible, maybe, named, object, one, root_lists, whole},
    page::{Answer, Connection, PageArgs, Shown as _, loaders, or_unknown, reader, there},
    payload::{Payload, Shows, UserError, payload},
    programmes::{IndicatorGroup, Programme},
    targets::Target,
    viewer::viewer,
};

object! {
    /// An indicator (chỉ tiêu): what is measured. Its code stays when a plan moves or rewords it.
    Indicator shows Row, by SeePublished;
    {
        /// Its versions, the first first: when each became known, by whom, and what it changed (lịch sử)
        async fn history(&self, context: &Context<'_>) -> Answer<Vec<ObjectVersion>> {
            versions(context, Told::Indicator, self.row.id).await
        }

        /// Name
        fn name(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Language; that of the request if left out")] language: Option<Language>,
        ) -> &str {
            named(context, language, &self.row.name_vi, Some(&self.row.name_en))
        }

        /// The agency that answers for it; null while the documents name nobody
        async fn lead(&self, context: &Context<'_>) -> Answer<Agency> {
            maybe(context, self.row.lead_agency_id).await
        }

        /// The versions of its definition, the first first: a new one for each change of denominator or window
        async fn definitions(&self, context: &Context<'_>) -> Answer<Vec<IndicatorDefinition>> {
            whole(context, DefinitionsOf(self.row.id), |row| IndicatorDefinition { row }).await
        }

        /// The rules that hold its figures against those of another indicator, also those that have ended: asked for when they are
        /// submitted
        async fn rules(&self, context: &Context<'_>) -> Answer<Vec<IndicatorRule>> {
            whole(context, RulesOf(self.row.id), |row| IndicatorRule { row }).await
        }

        /// What the viewer may do with it: for showing buttons. The rule is asked again when it is done
        async fn viewer_can(&self, context: &Context<'_>) -> Answer<IndicatorPermissions> {
            let within = whole(context, JurisdictionsOf(self.row.id), |agency| *agency).await?;
            let viewer = &viewer(context).principal;
            let may = |within: Vec<Uuid>| {
                let keeps = is_kept_by(&within, |object| viewer.may_to(Action::KeepCatalogue, object));
                let changes = keeps && self.row.retired_on.is_none();
                IndicatorPermissions { assign_lead: keeps, revise_definition: changes, retire: changes }
            };
            Some(within.map(may))
        }

        /// Where programmes place it: one entry for each programme that follows it
        async fn memberships(&self, context: &Context<'_>) -> Answer<Vec<IndicatorMembership>> {
            whole(context, MembershipsOf(self.row.id), IndicatorMembership).await
        }

        /// The latest figure of a subject that the viewer may see, of one series: regimes and lengths of period are never mixed.
        /// Null if there is none. Of a flow it is that of one period, not of the year: see `yearToDate`
        async fn latest_measurement(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Code of the agency whose figure it is, such as `qng.ubnd` for the province of Quảng Ngãi")] subject: String,
            #[graphql(desc = "Only periods that have ended by this day (Asia/Ho_Chi_Minh); all if left out")] by: Option<Date>,
            #[graphql(desc = "Only periods of this length; the indicator's own if left out")] period_kind: Option<PeriodKind>,
            #[graphql(desc = "Calendar or administrative periods; the indicator's own if left out")] regime: Option<Regime>,
        ) -> Answer<Measurement> {
            let of_subject = ("subject", Named::of(NamedNoun::Agency, &subject));
            let filter = MeasurementFilter {
                subject: Some(subject),
                ended_by: by,
                regime,
                period_kinds: period_kind.map(|kind| vec![kind]),
                ..Default::default()
            };
            let page = Page { size: 1, from: None, backward: false };
            let key = ListOf::<MeasurementRow> {
                parent: self.row.id,
                link: MeasurementLink::Series { own_regime: regime.is_none(), own_kind: period_kind.is_none() },
                filter: Arc::new(filter),
                sort: MeasurementOrder::default(),
                page,
            };
            let slice = loaders(context).load_one(key).await.map_err(ApiError::from);
            let latest = slice.map(|slice| slice.and_then(|slice| slice.rows.into_iter().next()).map(Measurement::show));
            or_unknown(context, latest.transpose(), [of_subject]).await
        }

        /// What the year of a day comes to so far (luỹ kế từ đầu năm): of a flow the sum of the periods that have ended by that day, of a
        /// ratio the ratio of the sums, of a level the last one. What is missing is named
        async fn year_to_date(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Code of the agency whose figures they are")] subject: String,
            #[graphql(desc = "The day (Asia/Ho_Chi_Minh), which counts; today if left out")] by: Option<Date>,
            #[graphql(desc = "Calendar or administrative periods; the indicator's own if left out")] regime: Option<Regime>,
            #[graphql(desc = "For which areas: as they were reported if left out")] boundaries: Option<BoundariesInput>,
        ) -> Answer<PeriodTotal> {
            let boundaries = match areas::read(context, boundaries) {
                Ok(boundaries) => boundaries,
                Err(error) => return Some(Err(error)),
            };
            let day = by.unwrap_or(reader(context).today());
            let parts = Parts::year_to(day, self.row.frequency, regime.unwrap_or(self.row.regime))?;
            Some(PeriodTotal::of(context, &self.row, subject, parts, boundaries).await)
        }

        /// What a longer period comes to (cộng kỳ), from the figures of the periods in which the indicator is reported. What is
        /// missing is named. A figure that somebody reports for the longer period itself is no part of it: see `series`
        async fn total(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Code of the agency whose figures they are")] subject: String,
            #[graphql(desc = "The longer period, such as `2025`: at most 60 of the indicator's own")] period: Period,
            #[graphql(desc = "Calendar or administrative periods; the indicator's own if left out")] regime: Option<Regime>,
            #[graphql(desc = "For which areas: as they were reported if left out")] boundaries: Option<BoundariesInput>,
        ) -> Answer<PeriodTotal> {
            let boundaries = match areas::read(context, boundaries) {
                Ok(boundaries) => boundaries,
                Err(error) => return Some(Err(error)),
            };
            let regime = regime.unwrap_or(self.row.regime);
            match Parts::of(period, self.row.frequency, regime) {
                Ok(parts) => Some(PeriodTotal::of(context, &self.row, subject, parts, boundaries).await),
                Err(error) => Some(Err(ApiError::input(&error.words()))),
            }
        }

        /// Its figures for the area that a subject has on a day (theo địa giới): those of the agencies that had this area are put together by
        /// `aggregation`. One for each of its own periods in a longer one, by published figures alone; empty if the longer one is not made of
        /// whole ones
        async fn area_figures(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Code of the agency whose area it is")] subject: String,
            #[graphql(desc = "The longer period, such as `2025`, or one of its own: at most 60 of its own")] period: Period,
            #[graphql(desc = "Calendar or administrative periods; the indicator's own if left out")] regime: Option<Regime>,
            #[graphql(desc = "Of which day the areas are: today's if left out")] boundaries: Option<BoundariesInput>,
        ) -> Answer<Vec<AreaFigure>> {
            let given = boundaries.unwrap_or(BoundariesInput { of: AreasOf::Current, on: None, weights: None });
            let boundaries = match areas::read(context, Some(given)) {
                Ok(boundaries) => boundaries,
                Err(error) => return Some(Err(error)),
            };
            match Parts::of(period, self.row.frequency, regime.unwrap_or(self.row.regime)) {
                Ok(parts) => {
                    let named = Named::of(NamedNoun::Agency, &subject);
                    let found = areas::figures(context, &self.row, subject, &parts, boundaries).await;
                    if found.as_ref().is_ok_and(Vec::is_empty)
                        && let Err(error) = there(context, &["subject"], named).await
                    {
                        return Some(Err(error));
                    }
                    Some(found)
                }
                Err(error) => Some(Err(ApiError::input(&error.words()))),
            }
        }

        /// How it stands for a subject against its next milestone, or against that of a year
        #[allow(clippy::too_many_arguments, reason = "each is an argument of the schema")]
        async fn assessment(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Code of the agency whose figure it is, such as `qng.ubnd` for the province of Quảng Ngãi")] subject: String,
            #[graphql(desc = "Code of the programme; the one in which there is a target if left out")] programme: Option<String>,
            #[graphql(desc = "The day (Asia/Ho_Chi_Minh) on which it stands so; today if left out")] on: Option<Date>,
            #[graphql(desc = "The year whose milestone it is judged against, such as 2030; the next milestone if left out")] milestone: Option<i32>,
        ) -> Answer<Assessment> {
            let on = on.unwrap_or(reader(context).today());
            let key = AssessmentKey { programme, indicator: self.row.code.clone(), subject, on, milestone };
            assessment(context, key).await
        }

        /// Where the way to its targets began, as somebody has stated it: by subject, the earliest first
        async fn baselines(&self, context: &Context<'_>) -> Answer<Vec<Baseline>> {
            whole(context, BaselinesOf(self.row.id), |row| Baseline { row }).await
        }

        /// The figures of a subject that the viewer may see, in the order of time, between two periods or over a relative one
        #[allow(clippy::too_many_arguments, reason = "a connection's arguments are those of the specification")]
        async fn series(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Code of the agency whose figures they are")] subject: String,
            #[graphql(desc = "First period; its first day counts")] from: Option<Period>,
            #[graphql(desc = "Last period; its last day counts")] until: Option<Period>,
            #[graphql(desc = "Instead of from and until: counted back from the day `on`")] over: Option<RelativePeriod>,
            #[graphql(desc = "The day `over` counts from (Asia/Ho_Chi_Minh); today if left out")] on: Option<Date>,
            #[graphql(desc = "Only periods of this length; the indicator's own if left out")] period_kind: Option<PeriodKind>,
            #[graphql(desc = "Calendar or administrative periods; the indicator's own if left out")] regime: Option<Regime>,
            #[graphql(desc = "How many from the beginning, or after `after`: 1 to 100; 20 if neither this nor `last` is given")] first: Option<i32>,
            #[graphql(desc = "The cursor to start after: `endCursor` of the page before")] after: Option<String>,
            #[graphql(desc = "How many from the end, or before `before`: 1 to 100")] last: Option<i32>,
            #[graphql(desc = "The cursor to stop before: `startCursor` of the page after")] before: Option<String>,
        ) -> Answer<Connection<Measurement>> {
            let named = Named::of(NamedNoun::Agency, &subject);
            let on = on.unwrap_or(reader(context).today());
            let bounds = match bounds(from, until, over, on, regime.unwrap_or(self.row.regime)) {
                Ok(bounds) => bounds,
                Err(error) => return Some(Err(error)),
            };
            let filter = MeasurementFilter {
                subject: Some(subject),
                regime,
                period_kinds: period_kind.map(|kind| vec![kind]),
                starts_from: bounds.0,
                ended_by: bounds.1,
                ..Default::default()
            };
            let order = MeasurementOrder { direction: SortDirection::Ascending, ..Default::default() };
            let args = PageArgs { first, after, last, before };
            let link = MeasurementLink::Series { own_regime: regime.is_none(), own_kind: period_kind.is_none() };
            let found = Connection::below(context, (link, self.row.id), filter, order, args).await;
            // An empty list of an agency that is not there is refused; here the agency is an argument, and called so.
            if found.is_err()
                && let Err(error) = there(context, &["subject"], named).await
            {
                return Some(Err(error));
            }
            Some(found)
        }
    }
    /// Its targets, the earliest milestone first
    targets: Target (TargetFilter; TargetOrder) = TargetLink::Indicator;
    /// Its figures that the viewer may see, the latest first
    measurements: Measurement (MeasurementFilter; MeasurementOrder) = MeasurementLink::Indicator;
    /// How it stands with its figures, where they are computed from those of other indicators: the latest period first
    computations: Computation (ComputationFilter) = ComputationLink::Indicator;
    /// The directives that serve it
    directives: Directive (DirectiveFilter; DirectiveOrder) = DirectiveLink::Indicator;
    /// The measures that serve it
    measures: Measure (MeasureFilter) = MeasureLink::Indicator;
    /// The digital systems that have to do with it
    digital_systems: DigitalSystem (DigitalSystemFilter) = DigitalSystemLink::Indicator;
    /// The programmes that follow it
    programmes: Programme = ProgrammeLink::Indicator;
}

/// First and last day of a series; null where it is open.
fn bounds(
    from: Option<Period>,
    until: Option<Period>,
    over: Option<RelativePeriod>,
    on: Date,
    regime: Regime,
) -> Result<(Option<Date>, Option<Date>), ApiError> {
    let first_day = |period: Period| Date(period.window(regime).start);
    let last_day = |period: Period| Date(period.window(regime).last_day());
    match over {
        None => Ok((from.map(first_day), until.map(last_day))),
        Some(_) if from.is_some() || until.is_some() => {
            Err(ApiError::request("INPUT", "hãy cho over, hoặc from và until", "give either over, or from and until"))
        }
        Some(over) => {
            let periods = over.resolve(on.0, regime).map_err(|error| ApiError::input(&error.words()))?;
            Ok((periods.first().copied().map(first_day), periods.last().copied().map(last_day)))
        }
    }
}

/// A dated wording of what an indicator measures: another denominator or window is another version.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct IndicatorDefinition {
    #[graphql(flatten)]
    pub(crate) row: Arc<DefinitionRow>,
}

#[ComplexObject]
impl IndicatorDefinition {
    /// The wording
    fn text(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Language; that of the request if left out")] language: Option<Language>,
    ) -> &str {
        named(context, language, &self.row.text_vi, Some(&self.row.text_en))
    }

    /// Figures inside the definition that are no targets, by name: a speed, a window in months, a number of people
    fn parameters(&self) -> Json<serde_json::Value> {
        Json(self.row.parameters.clone())
    }

    /// The indicators from whose figures its figures are computed, in the order of the catalogue; empty where they are reported
    async fn inputs(&self, context: &Context<'_>) -> Answer<Vec<Indicator>> {
        whole(context, DefinitionInputsOf(self.row.id), Indicator::show).await
    }

    /// By what its figures may be broken down when they are reported
    async fn dimensions(&self, context: &Context<'_>) -> Answer<Vec<DefinitionDimension>> {
        whole(context, DimensionsOf(self.row.id), |(adds_up, row)| DefinitionDimension {
            dimension: Dimension { row },
            adds_up,
        })
        .await
    }

    /// The components of a composite index, in their order; empty for what is none
    async fn components(&self, context: &Context<'_>) -> Answer<Vec<IndexComponent>> {
        whole(context, ComponentsOf(self.row.id), |row| IndexComponent { row }).await
    }

    /// The document that says so; null if none does, or if the viewer may not see it
    async fn document(&self, context: &Context<'_>) -> Answer<Document> {
        if_visible(context, self.row.document_id).await
    }

    /// Clause of the document that says so; null like the document
    async fn clause(&self, context: &Context<'_>) -> Answer<String> {
        clause(context, self.row.clause.as_deref(), self.row.document_id).await
    }
}

/// Where a programme places an indicator.
#[derive(Clone)]
pub struct IndicatorMembership(Arc<Membership>);

/// Where a programme places an indicator.
#[object_layer::Object(directive = Auth::apply(Action::SeePublished))]
impl IndicatorMembership {
    /// The programme
    async fn programme(&self, context: &Context<'_>) -> Answer<Programme> {
        one(context, self.0.programme_id).await
    }

    /// The pillar; null if the programme names the indicator outside its pillars
    async fn group(&self, context: &Context<'_>) -> Answer<IndicatorGroup> {
        maybe(context, self.0.group_id).await
    }
}

root_lists! {
    IndicatorQuery;
    {
        /// The indicator of that code; null if there is none
        #[graphql(directive = Auth::apply(Action::SeePublished))]
        async fn indicator(
            &self,
            context: &Context<'_>,
            #[graphql(desc = "Its code, such as `coverage_5g_share`")] code: String,
        ) -> Answer<Indicator> {
            by_code(context, code).await
        }
    }
    /// Indicators of all programmes, in the order of the catalogue; narrow by `programme` for those of one plan
    indicators: Indicator (IndicatorFilter; IndicatorOrder);
}

/// What the viewer may do with an indicator, by their roles.
#[derive(Clone, Copy, SimpleObject)]
#[graphql(directive = Auth::apply(Action::SeeOwnRights))]
pub struct IndicatorPermissions {
    /// Say who answers for it, or that nobody does; to whom it is given, and from whom it is taken, decides as well
    assign_lead: bool,
    /// Word anew what it measures, while it is in use
    revise_definition: bool,
    /// Retire it, while it is in use; every programme that follows it has to be within reach
    retire: bool,
}

/// What became of the lead of indicators: of all that were named, or of none.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::KeepCatalogue))]
pub struct AssignIndicatorLeadPayload {
    /// The indicators, in the order in which they were named; null if nothing was written
    indicators: Option<Vec<Indicator>>,
    /// What has to be mended; empty if it was done. `row` is the place of an indicator in its list
    user_errors: Vec<UserError>,
}

impl Payload for AssignIndicatorLeadPayload {
    type Done = Vec<Row>;
    type About = ();

    fn settled(_: &Context<'_>, done: Option<Vec<Row>>, user_errors: Vec<UserError>, (): ()) -> Self {
        Self { indicators: done.map(Shows::shows), user_errors }
    }
}

payload! {
    /// What became of an indicator that was to be defined.
    DefineIndicatorPayload by KeepCatalogue {
        /// The indicator; null if nothing was written
        indicator: Indicator
    }
}

payload! {
    /// What became of another wording.
    ReviseDefinitionPayload by KeepCatalogue, with current {
        /// The indicator; null if nothing was written
        indicator: Indicator
    }
}

/// What ended with an indicator, or would.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::KeepCatalogue))]
pub struct IndicatorRetirement {
    /// The indicator
    indicator: Indicator,
    /// The targets that were withdrawn with it
    targets: Vec<Target>,
    /// How many assignments have ended with it
    assignments: i32,
    /// True if nothing was changed
    dry_run: bool,
}

impl Shows for IndicatorRetirement {
    type Row = RetiredIndicator;

    fn shows(done: RetiredIndicator) -> Self {
        let RetiredIndicator { indicator, targets, assignments, dry_run } = done;
        Self { indicator: Shows::shows(indicator), targets: Shows::shows(targets), assignments, dry_run }
    }
}

payload! {
    /// What became of a retirement.
    RetireIndicatorPayload by KeepCatalogue {
        /// What has ended; null if it was refused
        retirement: IndicatorRetirement
    }
}

mutations! {
    IndicatorMutation;
    /// Defines an indicator (chỉ tiêu) for a programme, with what it measures
    define_indicator(NewIndicator, "The indicator") -> DefineIndicatorPayload by KeepCatalogue = define;
    /// Words anew what an indicator measures, from a day on: targets and figures that are there keep the version that they mean
    revise_definition(NewDefinition, "Which, what it measures, and since when") -> ReviseDefinitionPayload of indicator by KeepCatalogue = revise_definition;
    /// Retires an indicator, by a document, from a day on: later targets are withdrawn, assignments end, figures stay
    retire_indicator(Retirement, "Which, since when, and which document says so") -> RetireIndicatorPayload by KeepCatalogue = retire;
    /// Says who answers for indicators (cơ quan chủ trì), or that nobody does: for all that are named, or for none
    assign_indicator_lead(LeadAssignment, "Which, and who") -> AssignIndicatorLeadPayload by KeepCatalogue = assign_lead;
}
