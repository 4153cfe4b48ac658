//! The facts of the demo province as `db/demo/*.json` states them: one file a noun, one fact a line.
//!
//! Codes stand for identifiers, decimals are strings, and what is left out is null, false or empty.

use std::collections::{BTreeMap, HashSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, de::DeserializeOwned};

use super::units::Units;
use crate::DbError;

/// The official code of the province whose figures are simulated.
const UNIT: &str = "51";

/// Everything the documents say.
#[derive(Debug)]
pub(super) struct Facts {
    pub agencies: AgencyFile,
    /// The communes of the province, and what became them.
    pub units: Units,
    pub documents: DocumentFile,
    pub programmes: ProgrammeFile,
    pub indicators: IndicatorFile,
    pub targets: TargetFile,
    pub assessments: AssessmentFile,
    pub directives: Vec<Directive>,
    pub recommendations: Vec<Recommendation>,
    pub period_reports: PeriodReportFile,
    pub measures: Vec<Measure>,
    pub goals: GoalFile,
    pub digital_systems: Vec<DigitalSystem>,
    pub reporting_rules: Vec<ReportingRule>,
}

impl Facts {
    /// Reads the files that were compiled in.
    pub fn read() -> Result<Self, DbError> {
        let directives: DirectiveFile = file("directives", include_str!("../../demo/directives.json"))?;
        let recommendations: RecommendationFile =
            file("recommendations", include_str!("../../demo/recommendations.json"))?;
        let measures: MeasureFile = file("measures", include_str!("../../demo/measures.json"))?;
        let systems: DigitalSystemFile = file("digital_systems", include_str!("../../demo/digital_systems.json"))?;
        let rules: ReportingRuleFile = file("reporting_rules", include_str!("../../demo/reporting_rules.json"))?;
        Ok(Self {
            agencies: file("agencies", include_str!("../../demo/agencies.json"))?,
            units: Units::read()?.of_province(UNIT),
            documents: file("documents", include_str!("../../demo/documents.json"))?,
            programmes: file("programmes", include_str!("../../demo/programmes.json"))?,
            indicators: file("indicators", include_str!("../../demo/indicators.json"))?,
            targets: file("targets", include_str!("../../demo/targets.json"))?,
            assessments: file("assessments", include_str!("../../demo/assessments.json"))?,
            directives: directives.directives,
            recommendations: recommendations.recommendations,
            period_reports: file("period_reports", include_str!("../../demo/period_reports.json"))?,
            measures: measures.measures,
            goals: file("goals", include_str!("../../demo/goals.json"))?,
            digital_systems: systems.digital_systems,
            reporting_rules: rules.reporting_rules,
        })
    }
}

fn file<T: DeserializeOwned>(noun: &str, text: &str) -> Result<T, DbError> {
    serde_json::from_str(text).map_err(|error| DbError::internal(format!("db/demo/{noun}.json: {error}")))
}

/// A file, or a line of one: unknown words in it are mistakes.
macro_rules! facts {
    ($($(#[$meta:meta])* $name:ident { $($field:ident: $type:ty),+ $(,)? })+) => {$(
        $(#[$meta])*
        #[derive(Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct $name { $(#[serde(default)] pub $field: $type),+ }
    )+};
}

facts! {
    AgencyFile { agencies: Vec<Agency>, successions: Vec<Succession> }
    Agency {
        code: String, name_vi: String, name_en: Option<String>, aliases: Vec<String>, kind: String, level: Option<String>,
        province: Option<String>, official_code: Option<String>, latitude: Option<Decimal>, longitude: Option<Decimal>, block: Option<String>, block_stated: bool, existence: Option<String>,
        existence_document: Option<String>, existence_clause: Option<String>, parent: Option<String>,
        parent_basis: Option<String>, parent_document: Option<String>, parent_clause: Option<String>, members: Vec<String>, members_stated: Vec<String>, planned_parent: Option<String>, note: Option<String>,
    }
    Succession {
        code: String, kind: String, predecessors: Vec<String>, successors: Vec<String>, document: Option<String>,
        clause: Option<String>, note: Option<String>,
    }

    DocumentFile { documents: Vec<Document>, relations: Vec<Relation> }
    Document {
        code: String, symbol: Option<String>, symbol_incomplete: bool, kind: String, title: String, issuer: Option<String>,
        issuer_name: Option<String>, issued_on: Option<NaiveDate>, issued_precision: Option<String>,
        issued_words: Option<String>, status: String, province: Option<String>, note: Option<String>,
    }
    Relation { from: String, kind: String, to: Option<String>, to_agency: Option<String>, clause: Option<String> }

    ProgrammeFile {
        programmes: Vec<Programme>, documents: Vec<ProgrammeDocument>, groups: Vec<Group>, indicators: Vec<Member>,
    }
    Programme {
        code: String, name_vi: String, name_en: String, jurisdiction: String, starts_on: Option<NaiveDate>,
        ends_on: Option<NaiveDate>,
    }
    ProgrammeDocument { programme: String, document: String, role: String }
    Group { programme: String, code: String, name_vi: String, name_en: String }
    Member { programme: String, indicator: String, group: Option<String> }

    IndicatorFile { indicators: Vec<Indicator>, definitions: Vec<Definition>, rules: Vec<IndicatorRule> }
    Indicator {
        code: String, name_vi: String, name_en: String, unit: String, value_kind: String, direction: String, nature: String,
        aggregation: String, frequency: String, decimals: i16, part_decimals: Option<i16>, lower_bound: Option<Decimal>, upper_bound: Option<Decimal>,
        lead: Option<String>, note: Option<String>,
    }
    Definition {
        indicator: String, version: i32, valid_from: Option<NaiveDate>, text_vi: String, text_en: String,
        denominator: Option<String>, parameters: BTreeMap<String, String>, document: Option<String>, clause: Option<String>,
    }
    /// How the figures of two indicators must compare. No document says so: it follows from what they count.
    IndicatorRule {
        code: String, left: String, comparator: String, right: String, words_vi: String, words_en: String,
    }

    TargetFile { targets: Vec<Target>, revisions: Vec<Revision> }
    Target {
        code: String, programme: String, indicator: String, definition: Option<i32>, subject: String, wording: String,
        due_on: Option<NaiveDate>, due_precision: Option<String>, due_words: Option<String>, due_year_inferred: bool,
        cadence: Option<String>, comparator: Option<String>, value: Option<Decimal>, upper_value: Option<Decimal>,
        statement: Option<String>, source_words: Option<String>, measured_over: Option<String>, document: String,
        clause: String, ordinal: Option<i32>, sub: Option<i32>, note: Option<String>,
    }
    /// Without `previous` the source says that the target was changed, but not from what.
    Revision {
        target: String, previous: Option<Decimal>, new: Option<Decimal>, revised_on: Option<NaiveDate>,
        revised_by: Option<String>, document: Option<String>, clause: Option<String>, note: Option<String>,
    }

    /// No document says so: all of it is simulated.
    AssessmentFile { baselines: Vec<Baseline>, judgements: Vec<Judgement> }
    Baseline { indicator: String, subject: String, value: Decimal, measured_on: NaiveDate, note: String }
    Judgement { target: String, verdict: String, judged_on: NaiveDate, reason: String, evidence: String }

    DirectiveFile { directives: Vec<Directive> }
    /// `stated_indicators` are those the clause itself names, `indicators` those it serves as we read it.
    Directive {
        code: String, programme: String, kind: String, title: String, summary_vi: Option<String>,
        summary_en: Option<String>, document: String, clause: String, assigner: Option<String>, lead_basis: String,
        leads: Vec<String>, lead_words: Option<String>, coordinators: Vec<Coordinator>, named: Vec<Named>, urgent: bool,
        deadline: Option<Deadline>, expected_output: Option<String>, achieved_output: Option<String>,
        state: Option<String>, completed_on: Option<NaiveDate>, documents: Vec<String>, waits_for: Vec<Dependency>, indicators: Vec<String>,
        stated_indicators: Vec<String>, note: Option<String>,
    }
    /// Named without being made to lead or to coordinate.
    Named { agency: String, role: String }
    Coordinator { agency: Option<String>, words: Option<String> }
    Deadline {
        words: String, on: Option<NaiveDate>, precision: String, operator: Option<String>, year_inferred: bool,
        note: Option<String>,
    }
    Dependency { document: Option<String>, directive: Option<String>, note: Option<String> }

    RecommendationFile { recommendations: Vec<Recommendation> }
    Recommendation {
        code: String, kind: String, from: String, to: Vec<String>, to_words: Option<String>, decision_maker: Option<String>,
        topic: String, text: String, document: String, clause: String, state: Option<String>, answers: Vec<String>,
        documents: Vec<String>, note: Option<String>,
    }

    PeriodReportFile { reports: Vec<PeriodReport>, results: Vec<ReportResult> }
    PeriodReport {
        code: String, programme: String, document: String, reporter: String, title_vi: String, title_en: String,
        period: String, period_words: String, year_inferred: bool, note: Option<String>,
    }
    ReportResult {
        report: String, section: String, clause: String, heading_vi: Option<String>, heading_en: Option<String>,
        title_vi: String, title_en: String, summary_vi: Option<String>, summary_en: Option<String>, state: String,
        remaining: Option<String>, directive: Option<String>, recommendation: Option<String>, outputs: Vec<ReportOutput>,
        note: Option<String>,
    }
    ReportOutput { document: String, role: String }

    MeasureFile { measures: Vec<Measure> }
    Measure {
        code: String, programme: String, document: String, clause: String, heading_clause: Option<String>,
        heading_vi: Option<String>, heading_en: Option<String>, title_vi: String, title_en: String, summary_vi: String,
        summary_en: String, topics: Vec<String>, assigner: Option<String>, recurrence: Option<String>,
        horizon: Option<String>, expected_output: Option<String>, agencies: Vec<Coordinator>, systems: Vec<String>,
        indicators: Vec<Served>, documents: Vec<String>, note: Option<String>,
    }
    Served { code: String, stated: bool }

    GoalFile { goals: Vec<Goal>, offices: Vec<NamedOffice>, meetings: Vec<Meeting> }
    Goal {
        code: String, kind: String, programme: String, document: String, clause: String, title_vi: String,
        title_en: String, summary_vi: String, summary_en: String, topics: Vec<String>, agencies: Vec<Coordinator>,
        indicators: Vec<Served>, documents: Vec<String>, period: Option<String>, assessed_by: Option<String>,
        rating: Option<String>, note: Option<String>,
    }
    NamedOffice {
        document: String, role: String, agency: Option<String>, office_vi: String, office_en: String,
        as_printed: Option<String>, note: Option<String>,
    }
    Meeting {
        document: String, held_on: NaiveDate, held_words: String, place: Option<String>, about_vi: String,
        about_en: String, chair: Option<String>, note: Option<String>,
    }

    DigitalSystemFile { digital_systems: Vec<DigitalSystem> }
    DigitalSystem {
        code: String, name_vi: String, name_en: String, kind: String, proper_name: bool, province: Option<String>,
        owner: Option<String>, responsible: Option<String>, agency: Option<String>, wanted_vi: Option<String>,
        wanted_en: Option<String>, gives_figures: bool, takes_figures: bool, clauses: Vec<SystemClause>,
        indicators: Vec<String>, documents: Vec<String>, note: Option<String>,
    }
    SystemClause { document: String, clause: String }

    ReportingRuleFile { reporting_rules: Vec<ReportingRule> }
    /// `only_requested`: somebody asked for it, nobody ordered it.
    ReportingRule {
        code: String, kind: String, document: String, clause: String, reporters: Vec<String>, recipients: Vec<String>,
        cadences: Vec<Cadence>, ad_hoc: bool, on_request: bool, only_requested: bool, also: Option<String>,
        note: Option<String>,
    }
    Cadence { cadence: String, words: String }
}

impl Facts {
    /// The codes of the directives that a period report gives account of.
    pub fn reported_directives(&self) -> HashSet<&str> {
        self.period_reports.results.iter().filter_map(|result| result.directive.as_deref()).collect()
    }

    /// The identifiers of all objects that stand on their own.
    pub fn ids(&self) -> Vec<uuid::Uuid> {
        let named = |noun: &'static str| move |code: &String| super::id::id(noun, code);
        let agencies = self.agencies.agencies.iter().map(|fact| &fact.code).map(named("agency"));
        let committees = self.units.agencies().map(|code| super::id::id("agency", &code));
        let documents = self.documents.documents.iter().map(|fact| &fact.code).map(named("document"));
        let programmes = self.programmes.programmes.iter().map(|fact| &fact.code).map(named("programme"));
        let indicators = self.indicators.indicators.iter().map(|fact| &fact.code).map(named("indicator"));
        let targets = self.targets.targets.iter().map(|fact| &fact.code).map(named("target"));
        let directives = self.directives.iter().map(|fact| &fact.code).map(named("directive"));
        let reports = self.period_reports.reports.iter().map(|fact| &fact.code).map(named("period_report"));
        let measures = self.measures.iter().map(|fact| &fact.code).map(named("measure"));
        let goals = self.goals.goals.iter().map(|fact| &fact.code).map(named("goal"));
        let systems = self.digital_systems.iter().map(|fact| &fact.code).map(named("digital_system"));
        let catalogue = agencies
            .chain(committees)
            .chain(documents)
            .chain(programmes)
            .chain(indicators)
            .chain(targets)
            .chain(directives);
        catalogue.chain(reports).chain(measures).chain(goals).chain(systems).collect()
    }
}
