//! How indicators come about, and how what they mean changes.

use std::collections::HashMap;

use async_graphql::InputObject;
use auth::{Reached, action::KeepCatalogue, random};
use derive::boxed;
use diesel::{ExpressionMethods as _, QueryDsl as _, dsl::max};
use diesel_async::RunQueryDsl as _;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    Aggregation, Indicator, Interpolation, Nature, Unit, ValueKind,
    change::{NOUN, audit_snapshot, jurisdictions, lock_and_load},
    dimensions::{self, NewDimension},
    method::{Computed, DefinitionMethod, NewComponent},
};
use crate::{
    Acting, Date, DbError, Id, Violation, ViolationCode,
    agency::receiver,
    calendar::{PeriodKind, Regime},
    comparator::Direction,
    computation,
    decimal::Number,
    document::seen,
    enums::Visibility,
    input::{CLAUSE, Checks, NOTE, few, refused},
    programme::{
        change::{groups_of, join},
        is_kept_by, kept,
    },
    schema::{indicator, indicator_definition},
    text::symbol,
    writer::{ChangeKind, Writing},
};

/// The longest code, name and wording, in characters.
const CODE: u16 = 100;
const NAME: u16 = 300;
const TEXT: u16 = 4_000;

/// An indicator to be defined, with the first wording of what it measures.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DefineIndicatorInput")]
pub struct NewIndicator {
    /// Code of the programme that follows it, of which the viewer keeps the catalogue. Left out by whoever keeps all catalogues: then
    /// no programme follows it yet
    pub programme: Option<String>,
    /// Label of the pillar; null if it stands outside the pillars
    pub group: Option<String>,
    /// Its code, the same in every programme and province: small letters, digits and underscores, such as `coverage_5g_share`
    pub code: String,
    /// Name in Vietnamese, at most 300 characters
    pub name_vi: String,
    /// Name in English, at most 300 characters
    pub name_en: String,
    /// Unit of its values and targets; NONE for what is answered in words or by yes and no
    pub unit: Unit,
    /// What a value is
    pub value_kind: ValueKind,
    /// Which way is better
    pub direction: Direction,
    /// Whether a value is a level or what came about within a period
    pub nature: Nature,
    /// How the values of several subjects make one
    pub aggregation: Aggregation,
    /// Length of the periods in which it is reported: `MONTH`, `QUARTER`, `HALF_YEAR` or `YEAR`
    pub frequency: PeriodKind,
    /// Whether its figures are read by calendar or administrative periods
    #[graphql(default_with = "Regime::Calendar")]
    pub regime: Regime,
    /// How it is expected to go from one milestone to the next; left out: LINEAR for numbers, ratios and indices, STEP for all else
    pub interpolation: Option<Interpolation>,
    /// Decimal places people read it with, 0 to 6
    #[graphql(default)]
    pub decimals: i32,
    /// Of a ratio: the decimal places that its numerator and denominator may have, 0 to 6; left out: none, or six of money
    pub part_decimals: Option<i32>,
    /// Smallest plausible value
    pub lower_bound: Option<Number>,
    /// Largest plausible value
    pub upper_bound: Option<Number>,
    /// Code of the agency that answers for it
    pub lead: Option<String>,
    /// What it measures
    pub definition: Wording,
    /// What a careful reader should know about it, at most 2,000 characters
    pub note: Option<String>,
}

/// A wording of what an indicator measures.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "IndicatorDefinitionInput")]
pub struct Wording {
    /// In Vietnamese, at most 4,000 characters
    pub text_vi: String,
    /// In English, at most 4,000 characters
    pub text_en: String,
    /// What the figure is measured over, as the document says, at most 4,000 characters
    pub denominator: Option<String>,
    /// Figures inside the definition that are no targets: a speed, a window in months, a number of people; at most 50
    #[graphql(default)]
    pub parameters: Vec<Parameter>,
    /// Code of the document that says so; everybody may read it
    pub document: Option<String>,
    /// Its clause, as printed, at most 40 characters: with a document, and only then
    pub clause: Option<String>,
    /// How its figures are computed from those of other indicators of the same subject and period, such as
    /// `100 * online_count / file_count`: codes of indicators, numbers with a decimal point, `+ - * /`, parentheses, and `sum`, `mean`,
    /// `min`, `max`; at most 2,000 characters and 50 indicators. Left out: they are reported
    pub formula: Option<String>,
    /// The components of a composite index, of which each figure is the weighted mean, in their order: at most 200. Left out: it is none
    #[graphql(default)]
    pub components: Vec<NewComponent>,
    /// By what figures may be broken down when they are reported: at most 50 dimensions
    #[graphql(default)]
    pub dimensions: Vec<NewDimension>,
}

/// A figure inside a definition, by its name.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DefinitionParameterInput")]
pub struct Parameter {
    /// What it is, such as `speed`, at most 100 characters
    pub name: String,
    /// How much, such as `1 Gb/s`, at most 300 characters
    pub value: String,
}

/// Another wording of what an indicator measures, from a day on.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "ReviseDefinitionInput")]
pub struct NewDefinition {
    /// The indicator
    pub indicator: Id<Indicator>,
    /// Its `version` as it was read
    pub expected_version: i32,
    /// What it measures from then on
    pub definition: Wording,
    /// The first day (Asia/Ho_Chi_Minh) on which it is used, later than that of the wording before it: figures of periods that begin
    /// then or later mean it. Null if it stands beside that: only targets that name it mean it. Targets and figures that are there keep
    /// the wording that they mean
    pub valid_from: Option<Date>,
}

/// Defines an indicator for a programme, which follows it.
#[boxed]
pub async fn define(acting: &Acting<KeepCatalogue>, new: NewIndicator) -> Result<Indicator, DbError> {
    let mut checks = Checks::default();
    let code = checks.text("code", &symbol(&new.code), CODE);
    let name_vi = checks.text("nameVi", &new.name_vi, NAME);
    let name_en = checks.text("nameEn", &new.name_en, NAME);
    let note = checks.optional("note", new.note.as_deref(), NOTE);
    checks.passed()?;
    let texts = Texts::of(&new.definition)?;
    let (decimals, part_decimals) = new.places()?;
    let work = async |writing: &mut Writing| {
        let programme = match &new.programme {
            Some(code) => Some(kept(writing, &acting.permit, code).await?.id),
            None if *acting.permit.reach() == Reached::All => None,
            None => return Err(refused(ViolationCode::Required, "programme")),
        };
        let groups = match programme {
            Some(programme) => groups_of(writing, programme).await?,
            None => HashMap::new(),
        };
        let group = new.group.as_ref().map(|label| groups.get(label).copied());
        if group == Some(None) {
            return Err(refused(ViolationCode::NotFound, "group"));
        }
        let today = writing.today();
        let lead_agency_id = match &new.lead {
            Some(code) => Some(receiver(writing, code, today, &["input", "lead"]).await?),
            None => None,
        };
        if lead_agency_id.is_some_and(|lead| !acting.permit.reach().holds(Some(lead))) {
            return Err(refused(ViolationCode::OutOfReach, "lead"));
        }
        let there = indicator::table.filter(indicator::code.eq(&code)).count();
        if there.get_result::<i64>(writing.connection()).await? > 0 {
            let taken = Violation::of(ViolationCode::Taken, &["input", "code"]);
            return Err(DbError::Violated(vec![taken.about(code.clone())]));
        }
        let defined = Indicator {
            id: random::id(writing.now()),
            code: code.clone(),
            name_vi: name_vi.clone(),
            name_en: name_en.clone(),
            position: next_position(writing).await?,
            unit: new.unit,
            value_kind: new.value_kind,
            direction: new.direction,
            nature: new.nature,
            aggregation: new.aggregation,
            frequency: new.frequency,
            regime: new.regime,
            interpolation: new.interpolation,
            decimals,
            part_decimals,
            lower_bound: new.lower_bound.map(|Number(bound)| bound),
            upper_bound: new.upper_bound.map(|Number(bound)| bound),
            note: note.clone(),
            retired_on: None,
            version: 1,
            lead_agency_id,
        };
        diesel::insert_into(indicator::table).values(&defined).execute(writing.connection()).await?;
        if let Some(programme) = programme {
            join(writing, programme, &[(defined.id, group.flatten())]).await?;
        }
        word(acting, writing, &defined, 1, None, &texts).await?;
        let shown = audit_snapshot(&defined);
        writing.record(&acting.permit, ChangeKind::Created, (NOUN, defined.id), None, Some(shown));
        Ok(defined)
    };
    acting.write(work).await
}

/// Words anew what an indicator measures, from a day on.
#[boxed]
pub async fn revise_definition(acting: &Acting<KeepCatalogue>, new: NewDefinition) -> Result<Indicator, DbError> {
    let id = new.indicator.uuid()?;
    let texts = Texts::of(&new.definition)?;
    let work = async |writing: &mut Writing| {
        let (before, _) = open(acting, writing, id, new.expected_version).await?;
        let last = indicator_definition::table
            .filter(indicator_definition::indicator_id.eq(id))
            .select((max(indicator_definition::version), max(indicator_definition::valid_from)));
        let (last, since): (Option<i32>, Option<Date>) = last.first(writing.connection()).await?;
        if since.zip(new.valid_from).is_some_and(|(since, from)| from <= since) {
            return Err(refused(ViolationCode::OutOfBounds, "validFrom"));
        }
        word(acting, writing, &before, last.unwrap_or_default() + 1, new.valid_from, &texts).await?;
        let after = Indicator { version: before.version + 1, ..before.clone() };
        diesel::update(indicator::table.find(id))
            .set(indicator::version.eq(after.version))
            .execute(writing.connection())
            .await?;
        let (was, is) = (audit_snapshot(&before), audit_snapshot(&after));
        writing.record(&acting.permit, ChangeKind::Updated, (NOUN, id), Some(was), Some(is));
        Ok(after)
    };
    acting.write(work).await
}

impl NewIndicator {
    /// Its decimal places, if nothing is wrong with them, and what else of it does not go together.
    fn places(&self) -> Result<(i16, Option<i16>), DbError> {
        let place = |typed: i32, field| match i16::try_from(typed) {
            Ok(places @ 0..=6) => Ok(places),
            _ => Err(refused(ViolationCode::OutOfBounds, field)),
        };
        let in_words = matches!(self.value_kind, ValueKind::YesNo | ValueKind::Narrative);
        if (self.unit == Unit::None) != in_words {
            return Err(refused(ViolationCode::Incompatible, "unit"));
        }
        if self.part_decimals.is_some() && self.value_kind != ValueKind::Ratio {
            return Err(refused(ViolationCode::Incompatible, "partDecimals"));
        }
        if !matches!(self.frequency, PeriodKind::Month | PeriodKind::Quarter | PeriodKind::HalfYear | PeriodKind::Year)
        {
            return Err(refused(ViolationCode::Incompatible, "frequency"));
        }
        if let (Some(Number(low)), Some(Number(high))) = (&self.lower_bound, &self.upper_bound)
            && high < low
        {
            return Err(refused(ViolationCode::OutOfBounds, "upperBound"));
        }
        let parts = self.part_decimals.map(|parts| place(parts, "partDecimals")).transpose()?;
        Ok((place(self.decimals, "decimals")?, parts))
    }
}

/// A [`Wording`] as it is stored.
struct Texts {
    text_vi: String,
    text_en: String,
    denominator: Option<String>,
    parameters: Value,
    document: Option<String>,
    clause: Option<String>,
    computed: Option<Computed>,
    dimensions: Vec<NewDimension>,
}

impl Texts {
    fn of(new: &Wording) -> Result<Self, DbError> {
        few(new.parameters.len(), "definition")?;
        few(new.dimensions.len(), "definition")?;
        let mut checks = Checks::default();
        let parameter = |checks: &mut Checks, it: &Parameter| {
            (checks.text("definition", &it.name, CODE), Value::String(checks.text("definition", &it.value, NAME)))
        };
        let parameters: Map<String, Value> = new.parameters.iter().map(|it| parameter(&mut checks, it)).collect();
        let clause = new.clause.as_deref().map(symbol);
        let texts = Self {
            text_vi: checks.text("definition", &new.text_vi, TEXT),
            text_en: checks.text("definition", &new.text_en, TEXT),
            denominator: checks.optional("definition", new.denominator.as_deref(), TEXT),
            document: new.document.clone(),
            clause: checks.optional("definition", clause.as_deref(), CLAUSE),
            parameters: Value::Object(parameters),
            computed: Computed::of(new.formula.as_deref(), &new.components)?,
            dimensions: new.dimensions.clone(),
        };
        checks.passed()?;
        if texts.parameters.as_object().map_or(0, Map::len) < new.parameters.len() {
            return Err(refused(ViolationCode::Duplicate, "definition"));
        }
        if texts.clause.is_some() && texts.document.is_none() {
            return Err(refused(ViolationCode::Incompatible, "definition"));
        }
        Ok(texts)
    }
}

/// Adds a version of what an indicator measures. If it is computed, what follows from figures that are there is computed at once.
async fn word(
    acting: &Acting<KeepCatalogue>,
    writing: &mut Writing,
    of: &Indicator,
    version: i32,
    valid_from: Option<Date>,
    texts: &Texts,
) -> Result<(), DbError> {
    let document = seen(acting, writing, texts.document.as_slice(), "definition").await?.pop();
    if document.as_ref().is_some_and(|document| document.visibility != Visibility::Public) {
        return Err(refused(ViolationCode::Incompatible, "definition"));
    }
    let id = random::id(writing.now());
    let row = (
        indicator_definition::id.eq(id),
        indicator_definition::indicator_id.eq(of.id),
        indicator_definition::version.eq(version),
        indicator_definition::valid_from.eq(valid_from),
        indicator_definition::text_vi.eq(&texts.text_vi),
        indicator_definition::text_en.eq(&texts.text_en),
        indicator_definition::denominator.eq(&texts.denominator),
        indicator_definition::parameters.eq(&texts.parameters),
        indicator_definition::document_id.eq(document.map(|document| document.id)),
        indicator_definition::clause.eq(&texts.clause),
        indicator_definition::method.eq(texts.computed.as_ref().map_or(DefinitionMethod::Reported, Computed::method)),
        indicator_definition::formula.eq(texts.computed.as_ref().and_then(Computed::text)),
    );
    diesel::insert_into(indicator_definition::table).values(row).execute(writing.connection()).await?;
    dimensions::keep(writing, of, texts.computed.is_some(), id, &texts.dimensions).await?;
    if let Some(computed) = &texts.computed {
        computed.keep(writing, of, id).await?;
        computation::begin_with(writing, &acting.permit, id).await?;
    }
    Ok(())
}

/// The place after the last one in the catalogue; nobody else takes it until the end of the transaction.
async fn next_position(writing: &mut Writing) -> Result<i32, DbError> {
    diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('indicator position'))")
        .execute(writing.connection())
        .await?;
    let last: Option<i32> = indicator::table.select(max(indicator::position)).first(writing.connection()).await?;
    Ok(last.unwrap_or_default() + 1)
}

/// Locks an indicator and loads it, if the actor keeps a catalogue that has it and it is in use; with where the programmes hold that
/// follow it.
pub(super) async fn open(
    acting: &Acting<KeepCatalogue>,
    writing: &mut Writing,
    id: Uuid,
    expected_version: i32,
) -> Result<(Indicator, Vec<Uuid>), DbError> {
    let found = lock_and_load(writing, &[id]).await?.remove(&id).ok_or(DbError::NotFound)?;
    let within = jurisdictions(writing, &[id]).await?.remove(&id).unwrap_or_default();
    if !is_kept_by(&within, |object| acting.permit.holds_for(object)) {
        return Err(DbError::NotFound);
    }
    if found.version != expected_version {
        return Err(refused(ViolationCode::Stale, "expectedVersion"));
    }
    if found.retired_on.is_some() {
        return Err(refused(ViolationCode::NotInState, "indicator"));
    }
    Ok((found, within))
}
