//! What a consolidated report says: the same for the document and as data.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;

/// A report. The names are those of the reports that are read out of documents.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Its title in Vietnamese.
    pub title_vi: String,
    /// Its title in English.
    pub title_en: String,
    /// What sort of document it is.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Its symbol, which it is given when it is issued.
    pub symbol: Option<String>,
    /// Its day, likewise.
    pub date: Option<NaiveDate>,
    /// Who signs it, likewise.
    pub signer: Option<String>,
    /// Who receives it, likewise.
    pub recipients: Vec<String>,
    /// Who issues it: for whom the programme is.
    pub issuer: Option<Named>,
    /// Its province.
    pub province: Option<String>,
    /// The programme.
    pub programme: Named,
    /// The documents that the programme rests on.
    pub basis: Vec<Basis>,
    /// Its period.
    pub period: Span,
    /// The period after it.
    pub next_period: Option<Span>,
    /// The instant as of which it was drawn.
    pub as_of: DateTime<Utc>,
    /// The day by which everything is judged: the last of the period, or that of the instant if the period is not over.
    pub on: NaiveDate,
    /// What it says.
    pub sections: Sections,
    /// How many there are of what.
    pub counts: Counts,
    /// What is provisional or missing, in words.
    pub notes: Vec<String>,
}

/// Something with a code and a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
}

/// A document that a programme rests on.
#[derive(Debug, Serialize)]
pub struct Basis {
    /// Its code.
    pub document: String,
    /// What it is called by.
    pub symbol: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// What sort of document it is.
    pub kind: Option<String>,
    /// Its day.
    pub date: Option<NaiveDate>,
    /// What it is for the programme.
    pub role: String,
}

/// A period.
#[derive(Debug, Serialize)]
pub struct Span {
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its code.
    pub code: String,
    /// As people say it.
    pub text: String,
    /// Its first day.
    pub from: NaiveDate,
    /// Its last day.
    pub until: NaiveDate,
}

/// The parts of a report.
#[derive(Debug, Serialize)]
pub struct Sections {
    /// Figures, by pillar.
    pub figures: Vec<Pillar>,
    /// Directives.
    pub directives: Directives,
    /// What agencies have reported of the period.
    pub results: Vec<Heading>,
    /// What stands in the way.
    pub limitations: Vec<Item>,
    /// What is recommended.
    pub recommendations: Vec<Item>,
    /// What agencies plan for the next period.
    pub plan: Vec<Item>,
}

/// A pillar and its figures.
#[derive(Debug, Serialize)]
pub struct Pillar {
    /// The pillar; none for what stands in none.
    pub group: Option<Named>,
    /// Its figures.
    pub figures: Vec<Figure>,
}

/// How an indicator stands.
#[derive(Debug, Serialize)]
pub struct Figure {
    /// The indicator.
    pub indicator: Named,
    /// Its unit.
    pub unit: Option<String>,
    /// Decimal places in which it is shown.
    pub decimals: Option<u32>,
    /// Who answers for it.
    pub lead: Option<Named>,
    /// What is demanded, as a number; none where it is said in words.
    pub demanded: Option<String>,
    /// How it is compared.
    pub comparator: Option<String>,
    /// What is demanded, in words.
    pub statement: Option<String>,
    /// When it is due.
    pub due_on: Option<NaiveDate>,
    /// The document and the clause that demand it.
    pub demanded_by: Option<String>,
    /// What has been achieved.
    pub achieved: Option<String>,
    /// Until when that was measured.
    pub measured_until: Option<NaiveDate>,
    /// How it stands.
    pub status: String,
    /// Where the figure comes from.
    pub source: Option<String>,
    /// Whether it is provisional, estimated, not published: what its reader has to know of it.
    pub remarks: Vec<String>,
    /// How it stands, as a sentence.
    pub sentence: Option<String>,
}

/// How directives stand.
#[derive(Debug, Serialize)]
pub struct Directives {
    /// All of them, each once.
    pub total: Tally,
    /// By the agency that leads; one that several lead stands with each.
    pub by_agency: Vec<AgencyTally>,
    /// Those that were done late, are overdue, or of which nobody has reported.
    pub wanting: Vec<Directive>,
}

/// How many directives stand how.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// All.
    pub total: usize,
    /// Done on time.
    pub done_on_time: usize,
    /// Done late.
    pub done_late: usize,
    /// Done; no day was set.
    pub done: usize,
    /// In progress, and not late.
    pub in_progress: usize,
    /// Reported to be in progress, past their day.
    pub overdue: usize,
    /// Nobody has reported how they stand.
    pub not_reported: usize,
}

/// The directives of an agency.
#[derive(Debug, Serialize)]
pub struct AgencyTally {
    /// The agency; none for what nobody leads.
    pub agency: Option<Named>,
    /// How they stand.
    pub directives: Tally,
}

/// A directive.
#[derive(Debug, Serialize)]
pub struct Directive {
    /// Its code.
    pub directive: String,
    /// Its title.
    pub title: String,
    /// Who leads it.
    pub leads: Vec<Named>,
    /// Who leads it, as the document says it.
    pub lead_words: Option<String>,
    /// When it is due.
    pub due_on: Option<NaiveDate>,
    /// When it was done.
    pub completed_on: Option<NaiveDate>,
    /// How it stands.
    pub state: Standing,
    /// The document and the clause that give it.
    pub given_by: Option<String>,
}

/// How a directive stands in a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Standing {
    /// Nobody has reported.
    NotReported,
    /// Past its day.
    Overdue,
    /// Done late.
    DoneLate,
    /// In progress.
    InProgress,
    /// Done; no day was set.
    Done,
    /// Done on time.
    DoneOnTime,
}

/// A heading of what agencies have reported.
#[derive(Debug, Serialize)]
pub struct Heading {
    /// The report and its clause.
    pub clause: Option<String>,
    /// Its words.
    pub title: Option<String>,
    /// What stands below it.
    pub results: Vec<Item>,
}

/// Something that was said: a result, an obstacle, a recommendation, something planned.
#[derive(Debug, Serialize)]
pub struct Item {
    /// Its code, if it has one.
    pub code: Option<String>,
    /// The clause in which it stands.
    pub clause: Option<String>,
    /// What it is.
    pub title: String,
    /// More of it.
    pub summary: Option<String>,
    /// How it stands.
    pub state: Option<String>,
    /// Who says it.
    pub from: Option<Named>,
    /// To whom.
    pub to: Vec<Named>,
    /// What documents have come of it.
    pub outputs: Vec<String>,
    /// What is left to do.
    pub remaining: Option<String>,
}

/// How many there are of what.
#[derive(Debug, Serialize)]
pub struct Counts {
    /// Figures.
    pub figures: usize,
    /// By their status.
    pub by_status: std::collections::BTreeMap<String, usize>,
    /// Directives.
    pub directives: usize,
    /// Results that were reported.
    pub results: usize,
    /// By their state.
    pub by_state: std::collections::BTreeMap<String, usize>,
    /// Obstacles.
    pub limitations: usize,
    /// Recommendations.
    pub recommendations: usize,
    /// What is planned.
    pub planned: usize,
}

/// The text of a field in an answer.
pub(super) fn text(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer).and_then(Value::as_str).filter(|text| !text.trim().is_empty()).map(str::to_owned)
}

/// The day of a field in an answer.
pub(super) fn day(value: &Value, pointer: &str) -> Option<NaiveDate> {
    value.pointer(pointer).and_then(Value::as_str).and_then(|text| text.parse().ok())
}

/// The elements of a list in an answer.
pub(super) fn list<'v>(value: &'v Value, pointer: &str) -> &'v [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Something with a code and a name in an answer.
pub(super) fn named(value: &Value, pointer: &str) -> Option<Named> {
    let value = value.pointer(pointer)?;
    Some(Named { code: text(value, "/code")?, name: text(value, "/name")? })
}
