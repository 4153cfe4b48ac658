//! Drafting figures, and correcting published ones: each is a new revision.
//!
//! What is typed keeps its form while it is looked at. What is found out of a row beside it (where its figure belongs, who
//! reports it, what stands there) is kept by the row's number. Rows in which something has to be mended drop out at each step;
//! what is left becomes [`Checked`] and is written.

use std::collections::{BTreeMap, HashMap, HashSet};

use auth::{Action, Actor, Acts, Permit, Reached, action};
use derive::boxed;
use diesel::{QueryDsl as _, SelectableHelper as _};
use diesel_async::RunQueryDsl as _;
use futures_util::future::try_join3;
use uuid::Uuid;

use super::{
    Measurement,
    breakdown::Taken,
    comparison,
    figures::{self, REASON},
    input::{Correction, Draft, Figures},
    places::{Known, Past, Place, ReportingWindow, load_indicators, lock_and_load},
    rows::{RowErrors, Rows, Written},
    rules,
    write::{Checked, Stamp, write},
};
use crate::{
    Acting, Date, DbError, Violation, ViolationCode,
    among::among,
    attachment::{Attachable, had_by_measurements},
    indicator::{DefinitionMethod, Indicator},
    input::Checks,
    schema::{agency, indicator, indicator_definition},
    writer::Writing,
};

/// Drafts figures for whom they are assigned to, and submits them at once where `submits` is given.
///
/// A draft that is there is followed by a new revision and stands still from then on. From the first day of its period on a
/// figure may be drafted; it may be submitted from the day on which reporting opens; neither once the period is closed.
#[boxed]
pub async fn draft(
    acting: &Acting<action::DraftMeasurement>,
    submits: Option<Permit<action::SubmitMeasurement>>,
    rows: Rows<Draft>,
) -> Result<Written, DbError> {
    acting.write(async |writing: &mut Writing| draft_rows(writing, &acting.permit, submits.as_ref(), rows).await).await
}

/// The same within a transaction, which whoever calls it has begun.
pub(crate) async fn draft_rows(
    writing: &mut Writing,
    permit: &Permit<action::DraftMeasurement>,
    submits: Option<&Permit<action::SubmitMeasurement>>,
    rows: Rows<Draft>,
) -> Result<Written, DbError> {
    let (mut errors, rows) = rows.begin()?;
    let catalogue = Catalogue::load(writing, &rows).await?;
    let mut places = placed(&catalogue, writing.today(), &mut errors, &rows);
    let known = places.values().copied().collect::<Vec<_>>();
    let known = Known::load(writing, &known, submits.map(Permit::reach)).await?;
    let windows = assigned(writing.today(), permit.reach(), &mut errors, &catalogue, &rows, &known, &mut places);
    let mut existing = revised(writing, permit, &mut errors, &rows, &known, &mut places).await?;
    let stamp = Stamp { now: writing.now(), by: permit.actor().account() };
    let definitions = rows.iter().filter_map(|(_, draft)| Some(catalogue.defined(draft)?.1));
    let definitions = definitions.chain(existing.values().map(|there| there.definition_id));
    let taken = Taken::load(writing, rows.iter().map(|(_, draft)| &draft.figures), definitions).await?;
    let there = existing.values().map(|there| there.id).collect();
    let files = attachable(writing, permit.actor(), rows.iter().map(|(_, draft)| &draft.figures), there).await?;
    let mut checked = Vec::new();
    for (row, draft) in &rows {
        let (Some(place), Some(window)) = (places.get(row), windows.get(row)) else { continue };
        let Some((indicator, definition_id, _)) = catalogue.defined(draft) else { continue };
        if let Some(figures) = errors.passing(*row, figures::checked(indicator, &draft.figures)) {
            let means = existing.get(row).map_or(definition_id, |before| before.definition_id);
            let items = taken.checked(indicator, means, &draft.figures, &figures);
            let Some(items) = errors.passing(*row, items) else { continue };
            let named = files_of(&files, existing.get(row).map(|there| there.id), &draft.figures);
            let Some(named) = errors.passing(*row, named) else { continue };
            let new = match existing.remove(row) {
                Some(before) => Checked::revising(*row, before, figures, None, stamp),
                None => Checked::first(*row, *place, definition_id, window.reporter_id, figures, stamp),
            };
            checked.push(new.with(items, named));
        }
    }
    let opens_on = windows.iter().map(|(row, window)| (*row, window.opens_on)).collect();
    record(writing, permit, submits, errors, checked, &known.past, &opens_on).await
}

/// Proposes corrections of published figures, and submits them at once where `submits` is given. Everybody reads the published figure until the correction is published too. A correction is not bound to the
/// period's closing.
#[boxed]
pub async fn correct(
    acting: &Acting<action::CorrectMeasurement>,
    submits: Option<Permit<action::SubmitMeasurement>>,
    rows: Rows<Correction>,
) -> Result<Written, DbError> {
    let permit = &acting.permit;
    let work = async |writing: &mut Writing| {
        let (mut errors, rows) = rows.begin()?;
        let found =
            lock_and_load(writing, rows.iter().filter_map(|(_, it)| it.measurement.uuid().ok()).collect()).await?;
        let indicators = load_indicators(writing, found.values().map(|row| row.indicator_id)).await?;
        let stamp = Stamp { now: writing.now(), by: permit.actor().account() };
        let means = found.values().map(|it| it.definition_id);
        let taken = Taken::load(writing, rows.iter().map(|(_, it)| &it.figures), means).await?;
        let there = found.keys().copied().collect();
        let files = attachable(writing, permit.actor(), rows.iter().map(|(_, it)| &it.figures), there).await?;
        let mut seen = HashSet::new();
        let mut checked = Vec::new();
        for (row, correction) in rows {
            let there = correction.measurement.uuid().ok().and_then(|id| found.get(&id));
            let within = there.filter(|it| permit.reach().holds(Some(it.reporter_id)));
            let known = within.and_then(|it| Some((it, indicators.get(&it.indicator_id)?)));
            let Some((measurement, indicator)) = known else {
                errors.refuse_field(row, ViolationCode::NotFound, "measurement");
                continue;
            };
            let mut checks = Checks::default();
            let reason = checks.text("reason", &correction.reason, REASON);
            checks.broken().into_iter().for_each(|violation| errors.refuse(row, violation));
            if !seen.insert(measurement.id) {
                errors.refuse(row, Violation::of(ViolationCode::Duplicate, &["input"]));
            } else if let Some(code) = rules::refusal(measurement, Action::CorrectMeasurement, permit.actor()) {
                errors.refuse_field(row, code, "measurement");
            } else if measurement.version() != correction.expected_version {
                errors.refuse_field(row, ViolationCode::Stale, "expectedVersion");
            }
            if errors.holds(row)
                && let Some(figures) = errors.passing(row, figures::checked(indicator, &correction.figures))
            {
                let items = taken.checked(indicator, measurement.definition_id, &correction.figures, &figures);
                let Some(items) = errors.passing(row, items) else { continue };
                let named = files_of(&files, Some(measurement.id), &correction.figures);
                let Some(named) = errors.passing(row, named) else { continue };
                let new = Checked::revising(row, measurement.clone(), figures, Some(reason), stamp);
                checked.push(new.with(items, named));
            }
        }
        let places = checked.iter().map(|it| it.place).collect::<Vec<_>>();
        let past = Past::load(writing, &places, submits.as_ref().map(Permit::reach)).await?;
        record(writing, permit, submits.as_ref(), errors, checked, &past, &HashMap::new()).await
    };
    acting.write(work).await
}

/// Which files figures may be given: those that the actor has sent, and those that their measurements have.
async fn attachable<'a>(
    writing: &mut Writing,
    actor: Actor,
    figures: impl Iterator<Item = &'a Figures>,
    there: Vec<Uuid>,
) -> Result<Attachable, DbError> {
    let named = figures.filter_map(|it| it.attachments.as_deref());
    let had = async |writing: &mut Writing| had_by_measurements(writing, there).await;
    Attachable::load(writing, actor.account(), named, had).await
}

/// The files that figures name; none if they say nothing of them.
fn files_of(
    files: &Attachable,
    measurement: Option<Uuid>,
    figures: &Figures,
) -> Result<Option<Vec<Uuid>>, Vec<Violation>> {
    figures.attachments.as_deref().map(|named| files.checked(measurement, named)).transpose()
}

/// Holds checked figures against those before them and, if they are submitted, against those that must go with them; then
/// writes them. `opens_on` are the first days on which they may be submitted, by row; none where that does not matter.
async fn record<A: Acts>(
    writing: &mut Writing,
    permit: &Permit<A>,
    submits: Option<&Permit<action::SubmitMeasurement>>,
    mut errors: RowErrors,
    mut checked: Vec<Checked>,
    past: &Past,
    opens_on: &HashMap<usize, Date>,
) -> Result<Written, DbError> {
    for it in &checked {
        let before = past.history.get(&it.place).map(Vec::as_slice).unwrap_or_default();
        if it.figures().is_unexplained_jump(before) {
            errors.refuse_field(it.row, ViolationCode::Jump, it.figures().field());
        }
    }
    checked.retain(|it| errors.holds(it.row));
    if submits.is_some() {
        let today = writing.today();
        for it in checked.iter().filter(|it| opens_on.get(&it.row).is_some_and(|first| today < *first)) {
            errors.refuse_field(it.row, ViolationCode::TooEarly, "period");
        }
        let submitted = checked.iter().filter_map(|it| {
            let (value, field) = (it.figures().result?, it.figures().field());
            Some(comparison::Submitted { row: it.row, place: it.place, value, field })
        });
        comparison::compare(&mut errors, submitted.collect(), &past.rules);
        checked.retain(|it| errors.holds(it.row));
    }
    write(writing, permit, submits, errors, checked).await
}

/// The versions of an indicator's definition, by the day from which on each is used; none is from the beginning. Each with how figures
/// come about by it.
type Versions = BTreeMap<Option<Date>, (Uuid, DefinitionMethod)>;

/// What the codes of a request stand for.
struct Catalogue {
    indicators: HashMap<String, Indicator>,
    definitions: HashMap<Uuid, Versions>,
    agencies: HashMap<String, Uuid>,
}

impl Catalogue {
    async fn load(writing: &mut Writing, rows: &[(usize, Draft)]) -> Result<Self, DbError> {
        let codes: HashSet<&str> = rows.iter().map(|(_, draft)| draft.indicator.as_str()).collect();
        let of_indicators = || among(indicator::code, codes.iter().copied().collect());
        let indicators = indicator::table.filter(of_indicators()).select(Indicator::as_select());

        let columns = (
            indicator_definition::indicator_id,
            indicator_definition::valid_from,
            (indicator_definition::id, indicator_definition::method),
        );
        let versions = indicator_definition::table.inner_join(indicator::table).filter(of_indicators());
        let versions = versions.order(indicator_definition::version).select(columns);

        let codes = rows.iter().flat_map(|(_, draft)| [Some(draft.subject.as_str()), draft.reporter.as_deref()]);
        let codes: HashSet<&str> = codes.flatten().collect();
        let agencies = agency::table.filter(among(agency::code, codes.into_iter().collect()));
        let agencies = agencies.select((agency::code, agency::id));

        let connection = writing.connection_for(3);
        let (indicators, versions, agencies) = try_join3(
            indicators.load::<Indicator>(&mut &*connection),
            versions.load::<(Uuid, Option<Date>, (Uuid, DefinitionMethod))>(&mut &*connection),
            agencies.load::<(String, Uuid)>(&mut &*connection),
        )
        .await?;
        let mut definitions = HashMap::<Uuid, Versions>::new();
        for (of, from, version) in versions {
            // One that stands beside another since ever is meant by targets alone.
            definitions.entry(of).or_default().entry(from).or_insert(version);
        }
        Ok(Self {
            indicators: indicators.into_iter().map(|row| (row.code.clone(), row)).collect(),
            definitions,
            agencies: agencies.into_iter().collect(),
        })
    }

    /// The version of the definition that is used on a day; the first, if the catalogue knows none that early.
    fn definition(&self, indicator: Uuid, day: Date) -> Option<(Uuid, DefinitionMethod)> {
        let versions = self.definitions.get(&indicator)?;
        let used = versions.range(..=Some(day)).next_back().or_else(|| versions.first_key_value());
        used.map(|(_, version)| *version)
    }
    /// The indicator of a draft, and the version of its definition that is used on the first day of the period.
    fn defined(&self, draft: &Draft) -> Option<(&Indicator, Uuid, DefinitionMethod)> {
        let indicator = self.indicators.get(&draft.indicator)?;
        let first_day = Date(draft.period.window(draft.regime).start);
        let (definition, method) = self.definition(indicator.id, first_day)?;
        Some((indicator, definition, method))
    }
}

/// Where the figure of each row belongs. Refused is what is about nothing that is known, too early, or twice in the request.
fn placed(
    catalogue: &Catalogue,
    today: Date,
    errors: &mut RowErrors,
    rows: &[(usize, Draft)],
) -> BTreeMap<usize, Place> {
    let mut seen = HashSet::new();
    let mut places = BTreeMap::new();
    for (row, draft) in rows {
        let defined = catalogue.defined(draft);
        let subject = catalogue.agencies.get(&draft.subject);
        let is_reporter_known = draft.reporter.as_ref().is_none_or(|code| catalogue.agencies.contains_key(code));
        let known = [("indicator", defined.is_some()), ("subject", subject.is_some()), ("reporter", is_reporter_known)];
        for (field, _) in known.into_iter().filter(|(_, is_known)| !is_known) {
            errors.refuse_field(*row, ViolationCode::NotFound, field);
        }
        if today < Date(draft.period.window(draft.regime).start) {
            errors.refuse_field(*row, ViolationCode::TooEarly, "period");
        }
        let (Some((indicator, _, method)), Some(subject_id)) = (defined, subject.copied()) else { continue };
        if method != DefinitionMethod::Reported {
            errors.refuse_field(*row, ViolationCode::Computed, "indicator");
        }
        let place = Place { indicator_id: indicator.id, subject_id, regime: draft.regime, period: draft.period };
        if !seen.insert(place) {
            errors.refuse(*row, Violation::of(ViolationCode::Duplicate, &["input"]));
        }
        places.insert(*row, place);
    }
    places.retain(|row, _| errors.holds(*row));
    places
}

/// Who reports each, and when: whoever it is assigned to, within reach, while the period is not closed.
fn assigned(
    today: Date,
    reach: &Reached,
    errors: &mut RowErrors,
    catalogue: &Catalogue,
    rows: &[(usize, Draft)],
    known: &Known,
    places: &mut BTreeMap<usize, Place>,
) -> HashMap<usize, ReportingWindow> {
    let mut assigned = HashMap::new();
    for (row, draft) in rows {
        let Some(place) = places.get(row) else { continue };
        let named = draft.reporter.as_ref().and_then(|code| catalogue.agencies.get(code));
        let is_wanted = |reporter: Uuid| reach.holds(Some(reporter)) && named.is_none_or(|named| *named == reporter);
        let mut windows = known.windows.get(place).into_iter().flatten();
        match windows.find(|window| is_wanted(window.reporter_id)) {
            None => errors.refuse_field(*row, ViolationCode::NotAssigned, "indicator"),
            Some(window) if window.is_closed(today) => errors.refuse_field(*row, ViolationCode::Closed, "period"),
            Some(window) => drop(assigned.insert(*row, *window)),
        }
    }
    places.retain(|row, _| errors.holds(*row));
    assigned
}

/// The measurements that are there already, by row: their drafts are written anew, as long as nobody else did so before.
async fn revised(
    writing: &mut Writing,
    permit: &Permit<action::DraftMeasurement>,
    errors: &mut RowErrors,
    rows: &[(usize, Draft)],
    known: &Known,
    places: &mut BTreeMap<usize, Place>,
) -> Result<HashMap<usize, Measurement>, DbError> {
    let ids = places.values().filter_map(|place| known.existing.get(place)).copied().collect();
    let mut found = lock_and_load(writing, ids).await?;
    let mut revised = HashMap::new();
    for (row, draft) in rows {
        let Some(place) = places.get(row) else { continue };
        let there = known.existing.get(place).and_then(|id| found.remove(id));
        let refusal = match &there {
            // Another agency reported it before: whatever stands there is not for this one to see.
            Some(there) if !permit.reach().holds(Some(there.reporter_id)) => {
                Some((ViolationCode::NotAssigned, "indicator"))
            }
            Some(there) => match rules::refusal(there, Action::DraftMeasurement, permit.actor()) {
                Some(code) => Some((code, "period")),
                None => (draft.expected_version != Some(there.version()))
                    .then_some((ViolationCode::Stale, "expectedVersion")),
            },
            None => draft.expected_version.map(|_| (ViolationCode::Stale, "expectedVersion")),
        };
        if let Some((code, field)) = refusal {
            errors.refuse_field(*row, code, field);
        }
        revised.extend(there.map(|there| (*row, there)));
    }
    places.retain(|row, _| errors.holds(*row));
    Ok(revised)
}
