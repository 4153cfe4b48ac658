//! Drafting figures, and correcting published ones: each is a new revision.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use auth::{Action, Permit, Reached, action};
use diesel::{ExpressionMethods as _, QueryDsl as _, SelectableHelper as _};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use super::{
    entry::{Entry, Place, existing, indicators, locked, record, windows},
    figures::Figures,
    rows::{Rows, Sieve, Written},
    rules,
};
use crate::{
    Date, DbError, Once, Violation, ViolationCode,
    calendar::{Period, Regime},
    indicator::Indicator,
    input::Checks,
    schema::{agency, indicator, indicator_definition},
    writer::Writing,
};

/// The most characters of a reason.
pub(super) const REASON: u16 = 2_000;

/// A figure to be drafted, or a draft to be written anew.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Code of the indicator.
    pub indicator: String,
    /// Code of the agency whose figure it is.
    pub subject: String,
    /// Code of the agency that reports it; left out, whoever it is assigned to.
    pub reporter: Option<String>,
    /// By which months the period goes.
    pub regime: Regime,
    /// The period.
    pub period: Period,
    /// The figures.
    pub figures: Figures,
    /// The version of the draft that is written anew; none where there is none yet.
    pub expected_version: Option<i32>,
}

/// A published figure to be corrected.
#[derive(Debug, Clone)]
pub struct Correction {
    /// The measurement.
    pub measurement: Uuid,
    /// The version that was seen.
    pub expected_version: i32,
    /// Why.
    pub reason: String,
    /// What is right.
    pub figures: Figures,
}

/// Drafts figures for whom they are assigned to, and submits them at once where `submits` is given.
///
/// A draft that is there is followed by a new revision and stands still from then on. From the first day of its period on a
/// figure may be drafted; it may be submitted from the day on which reporting opens; neither once the period is closed.
pub async fn draft(
    once: &Once,
    permit: &Permit<action::DraftMeasurement>,
    submits: Option<&Permit<action::SubmitMeasurement>>,
    rows: Rows<Draft>,
) -> Result<Written, DbError> {
    let work = async |writing: &mut Writing| {
        let (mut sieve, rows) = rows.begin()?;
        let rows = placed(writing, &mut sieve, rows).await?;
        let mut entries = assigned(writing, permit.reach(), &mut sieve, rows).await?;
        revised(writing, permit, &mut sieve, &mut entries).await?;
        let entries = entries.into_iter().map(|(entry, _)| entry).collect();
        record(writing, permit, submits, sieve, entries).await
    };
    once.write(permit.actor(), work).await
}

/// Proposes corrections of published figures, and submits them at once where `submits` is given. Everybody reads the published
/// figure until the correction is published too. A correction is not bound to the period's closing.
pub async fn correct(
    once: &Once,
    permit: &Permit<action::CorrectMeasurement>,
    submits: Option<&Permit<action::SubmitMeasurement>>,
    rows: Rows<Correction>,
) -> Result<Written, DbError> {
    let work = async |writing: &mut Writing| {
        let (mut sieve, rows) = rows.begin()?;
        let ids = rows.iter().map(|(_, correction)| correction.measurement).collect();
        let found = locked(writing, ids).await?;
        let indicators = indicators(writing, found.values().map(|row| row.indicator_id)).await?;
        let mut seen = HashSet::new();
        let mut entries = Vec::new();
        for (row, correction) in rows {
            let within = found.get(&correction.measurement).filter(|it| permit.reach().holds(Some(it.reporter_id)));
            let known = within.and_then(|it| Some((it, indicators.get(&it.indicator_id)?)));
            let Some((measurement, indicator)) = known else {
                sieve.refuse_field(row, ViolationCode::NotFound, "measurement");
                continue;
            };
            let mut checks = Checks::default();
            let reason = checks.text("reason", &correction.reason, REASON);
            checks.broken().into_iter().for_each(|violation| sieve.refuse(row, violation));
            if !seen.insert(measurement.id) {
                sieve.refuse(row, Violation::of(ViolationCode::Duplicate, &["input"]));
            } else if let Some(code) = rules::refusal(measurement, Action::CorrectMeasurement, permit.actor()) {
                sieve.refuse_field(row, code, "measurement");
            } else if measurement.version() != correction.expected_version {
                sieve.refuse_field(row, ViolationCode::Stale, "expectedVersion");
            }
            entries.push(Entry {
                row,
                place: measurement.into(),
                indicator: Arc::clone(indicator),
                definition_id: measurement.definition_id,
                reporter_id: measurement.reporter_id,
                existing: Some(measurement.clone()),
                figures: correction.figures,
                reason: Some(reason),
                opens_on: None,
            });
        }
        entries.retain(|entry| sieve.holds(entry.row));
        record(writing, permit, submits, sieve, entries).await
    };
    once.write(permit.actor(), work).await
}

/// A row whose codes are known.
struct Placed {
    row: usize,
    place: Place,
    indicator: Arc<Indicator>,
    definition_id: Uuid,
    reporter_id: Option<Uuid>,
    figures: Figures,
    expected_version: Option<i32>,
}

/// The versions of an indicator's definition, by the day from which on each is used; none is from the beginning.
type Versions = BTreeMap<Option<Date>, Uuid>;

/// What the codes of a request stand for.
struct Catalogue {
    indicators: HashMap<String, Arc<Indicator>>,
    definitions: HashMap<Uuid, Versions>,
    agencies: HashMap<String, Uuid>,
}

impl Catalogue {
    async fn of(writing: &mut Writing, rows: &[(usize, Draft)]) -> Result<Self, DbError> {
        let codes: HashSet<&str> = rows.iter().map(|(_, draft)| draft.indicator.as_str()).collect();
        let query = indicator::table.filter(indicator::code.eq_any(codes)).select(Indicator::as_select());
        let indicators: Vec<Indicator> = query.load(writing.connection()).await?;

        let ids: Vec<Uuid> = indicators.iter().map(|row| row.id).collect();
        let query = indicator_definition::table.filter(indicator_definition::indicator_id.eq_any(ids));
        let columns = (indicator_definition::indicator_id, indicator_definition::valid_from, indicator_definition::id);
        let query = query.order(indicator_definition::version).select(columns);
        let mut definitions = HashMap::<Uuid, Versions>::new();
        for (of, from, id) in query.load::<(Uuid, Option<Date>, Uuid)>(writing.connection()).await? {
            definitions.entry(of).or_default().insert(from, id);
        }

        let codes = rows.iter().flat_map(|(_, draft)| [Some(draft.subject.as_str()), draft.reporter.as_deref()]);
        let codes: HashSet<&str> = codes.flatten().collect();
        let query = agency::table.filter(agency::code.eq_any(codes)).select((agency::code, agency::id));
        let agencies: Vec<(String, Uuid)> = query.load(writing.connection()).await?;
        Ok(Self {
            indicators: indicators.into_iter().map(|row| (row.code.clone(), Arc::new(row))).collect(),
            definitions,
            agencies: agencies.into_iter().collect(),
        })
    }

    /// The version of the definition that is used on a day; the first, if the catalogue knows none that early.
    fn definition(&self, indicator: Uuid, day: Date) -> Option<Uuid> {
        let versions = self.definitions.get(&indicator)?;
        let used = versions.range(..=Some(day)).next_back().or_else(|| versions.first_key_value());
        used.map(|(_, id)| *id)
    }
}

/// What the rows are about; those about nothing that is known, too early, or twice in the request are refused.
async fn placed(writing: &mut Writing, sieve: &mut Sieve, rows: Vec<(usize, Draft)>) -> Result<Vec<Placed>, DbError> {
    let catalogue = Catalogue::of(writing, &rows).await?;
    let mut seen = HashSet::new();
    let mut placed = Vec::new();
    for (row, draft) in rows {
        let window = draft.period.window(draft.regime);
        let indicator = catalogue.indicators.get(&draft.indicator);
        let definition = indicator.and_then(|found| catalogue.definition(found.id, Date(window.start)));
        let subject = catalogue.agencies.get(&draft.subject);
        let reporter = draft.reporter.as_ref().map(|code| catalogue.agencies.get(code).copied());
        let known =
            [("indicator", definition.is_some()), ("subject", subject.is_some()), ("reporter", reporter != Some(None))];
        for (field, _) in known.into_iter().filter(|(_, is_known)| !is_known) {
            sieve.refuse_field(row, ViolationCode::NotFound, field);
        }
        if writing.today() < Date(window.start) {
            sieve.refuse_field(row, ViolationCode::TooEarly, "period");
        }
        let (Some(indicator), Some(definition_id), Some(subject_id)) = (indicator, definition, subject.copied()) else {
            continue;
        };
        let place = Place { indicator_id: indicator.id, subject_id, regime: draft.regime, period: draft.period };
        if !seen.insert(place) {
            sieve.refuse(row, Violation::of(ViolationCode::Duplicate, &["input"]));
        }
        placed.push(Placed {
            row,
            place,
            indicator: Arc::clone(indicator),
            definition_id,
            reporter_id: reporter.flatten(),
            figures: draft.figures,
            expected_version: draft.expected_version,
        });
    }
    placed.retain(|it| sieve.holds(it.row));
    Ok(placed)
}

/// Who reports each: whoever it is assigned to, within reach, while the period is not closed.
async fn assigned(
    writing: &mut Writing,
    reach: &Reached,
    sieve: &mut Sieve,
    rows: Vec<Placed>,
) -> Result<Vec<(Entry, Option<i32>)>, DbError> {
    let places: Vec<Place> = rows.iter().map(|it| it.place).collect();
    let windows = windows(writing, &places).await?;
    let mut entries = Vec::new();
    for (it, windows) in rows.into_iter().zip(windows) {
        let wanted =
            |reporter: Uuid| reach.holds(Some(reporter)) && it.reporter_id.is_none_or(|named| named == reporter);
        let Some(window) = windows.into_iter().find(|window| wanted(window.reporter_id)) else {
            sieve.refuse_field(it.row, ViolationCode::NotAssigned, "indicator");
            continue;
        };
        if window.is_closed(writing.today()) {
            sieve.refuse_field(it.row, ViolationCode::Closed, "period");
        }
        let entry = Entry {
            row: it.row,
            place: it.place,
            indicator: it.indicator,
            definition_id: it.definition_id,
            reporter_id: window.reporter_id,
            existing: None,
            figures: it.figures,
            reason: None,
            opens_on: Some(window.opens_on),
        };
        entries.push((entry, it.expected_version));
    }
    entries.retain(|(entry, _)| sieve.holds(entry.row));
    Ok(entries)
}

/// Finds the measurements that are there already: their drafts are written anew, as long as nobody else did so before.
async fn revised(
    writing: &mut Writing,
    permit: &Permit<action::DraftMeasurement>,
    sieve: &mut Sieve,
    entries: &mut Vec<(Entry, Option<i32>)>,
) -> Result<(), DbError> {
    let places: Vec<Place> = entries.iter().map(|(entry, _)| entry.place).collect();
    let mut found = existing(writing, &places).await?;
    for (n, (entry, expected)) in entries.iter_mut().enumerate() {
        entry.existing = found.remove(&n);
        let refusal = match &entry.existing {
            // Another agency reported it before: whatever stands there is not for this one to see.
            Some(row) if !permit.reach().holds(Some(row.reporter_id)) => {
                Some((ViolationCode::NotAssigned, "indicator"))
            }
            Some(row) => match rules::refusal(row, Action::DraftMeasurement, permit.actor()) {
                Some(code) => Some((code, "period")),
                None => (*expected != Some(row.version())).then_some((ViolationCode::Stale, "expectedVersion")),
            },
            None => expected.map(|_| (ViolationCode::Stale, "expectedVersion")),
        };
        if let Some((code, field)) = refusal {
            sieve.refuse_field(entry.row, code, field);
        }
    }
    entries.retain(|(entry, _)| sieve.holds(entry.row));
    Ok(())
}
