//! How targets come about: they stand in a document that a programme rests on.

use std::collections::{HashMap, HashSet};

use async_graphql::InputObject;
use auth::random;
use diesel::{ExpressionMethods as _, QueryDsl as _, SelectableHelper as _};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use super::{Cadence, Target};
use crate::{
    Date, DbError, Violation, ViolationCode,
    agency::{Receiver, receivers},
    comparator::Comparator,
    decimal::Number,
    document::Document,
    enums::DatePrecision,
    indicator::Indicator,
    input::{CLAUSE, Checks, NOTE, at_most},
    programme::{
        Programme,
        change::{groups_of, join},
    },
    schema::{indicator, indicator_definition, programme_indicator, target},
    text::symbol,
    writer::Writing,
};

/// The most targets that a plan is given at once.
pub(crate) const MOST: usize = 500;

/// The longest texts, in characters.
const CODE: u16 = 60;
const WORDS: u16 = 500;

/// The years of days that are read.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

/// What a clause of a plan demands.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "TargetInput")]
pub struct NewTarget {
    /// What tells it from the others of its document, such as `2025.a.01`: the end of its code, at most 60 characters
    pub item: String,
    /// Code of the indicator
    pub indicator: String,
    /// Which version of the indicator's definition it means; the latest if left out
    pub definition: Option<i32>,
    /// Label of the pillar in which the programme follows the indicator, if it does not follow it yet
    pub group: Option<String>,
    /// Code of the agency whose figure it is; that whose area the programme covers if left out
    pub subject: Option<String>,
    /// What the clause asks for, in your words, in Vietnamese, at most 500 characters
    pub wording: String,
    /// Milestone: the last day on which it may be reached (Asia/Ho_Chi_Minh); null if the document names none
    pub due_on: Option<Date>,
    /// How exactly the document states the milestone: DAY unless said otherwise
    pub due_precision: Option<DatePrecision>,
    /// The milestone as written, where it is no plain date, at most 500 characters
    pub due_words: Option<String>,
    /// True if the document gives day and month only
    #[graphql(default)]
    pub due_year_inferred: bool,
    /// Once by the milestone, or in every year up to it
    #[graphql(default_with = "Cadence::ByDate")]
    pub cadence: Cadence,
    /// First year of `EACH_YEAR`; null if the document does not say
    pub cadence_from: Option<i32>,
    /// Last year of `EACH_YEAR`; null if the document does not say
    pub cadence_until: Option<i32>,
    /// As the document writes it: with `value`
    pub comparator: Option<Comparator>,
    /// Value demanded, in the indicator's unit; the lower end of a range. Either this or `statement`
    pub value: Option<Number>,
    /// Upper end of a range: with BETWEEN, and only then
    pub upper_value: Option<Number>,
    /// What is demanded in words, at most 500 characters
    pub statement: Option<String>,
    /// The comparing words of the source: ≥, từ, đạt, có; null where the number stands alone, at most 500 characters
    pub source_words: Option<String>,
    /// The denominator that this very clause names, at most 500 characters
    pub measured_over: Option<String>,
    /// Clause of the document, as printed, at most 40 characters
    pub clause: String,
    /// Number of the bullet within the clause, from 1
    pub ordinal: Option<i32>,
    /// Part of a bullet that holds several targets, from 1
    pub sub: Option<i32>,
    /// What a careful reader should know about the source, at most 2,000 characters
    pub note: Option<String>,
}

/// An indicator that the programme does not follow yet, and the pillar in which it is to.
type Joining = (Uuid, Option<Uuid>);

/// What targets are held against: what their codes stand for.
struct Catalogue {
    indicators: HashMap<String, (Indicator, HashMap<i32, Uuid>)>,
    subjects: HashMap<String, Receiver>,
    groups: HashMap<String, Uuid>,
    followed: HashSet<Uuid>,
}

impl Catalogue {
    /// In as many statements whatever their number.
    async fn of(
        writing: &mut Writing,
        programme: &Programme,
        document: &Document,
        new: &[NewTarget],
    ) -> Result<Self, DbError> {
        let codes: HashSet<&str> = new.iter().map(|target| target.indicator.as_str()).collect();
        let found = indicator::table.filter(indicator::code.eq_any(codes)).select(Indicator::as_select());
        let found: Vec<Indicator> = found.load(writing.connection()).await?;
        let ids: Vec<Uuid> = found.iter().map(|row| row.id).collect();
        let versions = indicator_definition::table.filter(indicator_definition::indicator_id.eq_any(&ids)).select((
            indicator_definition::indicator_id,
            indicator_definition::version,
            indicator_definition::id,
        ));
        let mut definitions = HashMap::<Uuid, HashMap<i32, Uuid>>::new();
        for (of, version, id) in versions.load::<(Uuid, i32, Uuid)>(writing.connection()).await? {
            definitions.entry(of).or_default().insert(version, id);
        }
        let defined = |row: Indicator| {
            let versions = definitions.remove(&row.id).unwrap_or_default();
            (row.code.clone(), (row, versions))
        };
        let indicators = found.into_iter().map(defined).collect();
        let mut codes: Vec<String> = new.iter().filter_map(|target| target.subject.clone()).collect();
        codes.sort_unstable();
        codes.dedup();
        // Whoever is gone since the day of the document was there to be asked.
        let day = document.issued_on.unwrap_or(writing.today());
        let subjects = receivers(writing, &codes, day).await?;
        let followed = programme_indicator::table
            .filter(programme_indicator::programme_id.eq(programme.id))
            .select(programme_indicator::indicator_id);
        let followed: Vec<Uuid> = followed.load(writing.connection()).await?;
        let groups = groups_of(writing, programme.id).await?;
        Ok(Self { indicators, subjects, groups, followed: followed.into_iter().collect() })
    }

    /// A target as it is stored, and the pillar of an indicator that is not followed yet; else what is wrong with it.
    fn checked(
        &self,
        writing: &Writing,
        programme: &Programme,
        document: &Document,
        new: &NewTarget,
    ) -> Result<(Target, Option<Joining>), Vec<Violation>> {
        let mut checks = Checks::default();
        let texts = Texts::of(new, &mut checks);
        let mut broken = checks.broken();
        let mut wrong = |code, field: &'static str| broken.push(Violation::of(code, &["input", field]));
        let defined = self.indicators.get(&new.indicator);
        let definition = defined.and_then(|(_, versions)| match new.definition {
            Some(version) => versions.get(&version),
            None => versions.iter().max().map(|(_, id)| id),
        });
        match defined {
            None => wrong(ViolationCode::NotFound, "indicator"),
            Some((row, _)) if row.retired_on.is_some() => wrong(ViolationCode::NotInState, "indicator"),
            Some(_) if definition.is_none() => wrong(ViolationCode::NotFound, "definition"),
            Some(_) => {}
        }
        let group = new.group.as_ref().map(|label| self.groups.get(label).copied());
        if group == Some(None) {
            wrong(ViolationCode::NotFound, "group");
        }
        for (code, field) in new.contradictions() {
            wrong(code, field);
        }
        let not_found = || Violation::of(ViolationCode::NotFound, &["input", "subject"]);
        let subject = match &new.subject {
            None => Some(programme.jurisdiction_id),
            Some(code) => Receiver::of(self.subjects.get(code), not_found)
                .map_err(|violation| broken.push(violation))
                .map(|found| found.id)
                .ok(),
        };
        let (Some((row, _)), Some(definition_id), Some(subject_id)) = (defined, definition, subject) else {
            return Err(broken);
        };
        if !broken.is_empty() {
            return Err(broken);
        }
        let joins = (!self.followed.contains(&row.id)).then(|| (row.id, group.flatten()));
        let stored = Target {
            id: random::id(writing.now()),
            code: format!("{}:{}", document.code, texts.item),
            wording: texts.wording,
            due_on: new.due_on,
            due_precision: match new.due_on {
                Some(_) => new.due_precision.unwrap_or(DatePrecision::Day),
                None => DatePrecision::None,
            },
            due_words: texts.due_words,
            due_year_inferred: new.due_year_inferred,
            cadence: new.cadence,
            cadence_from: new.cadence_from,
            cadence_until: new.cadence_until,
            comparator: new.comparator,
            value: new.value.map(|Number(value)| value),
            upper_value: new.upper_value.map(|Number(value)| value),
            statement: texts.statement,
            source_words: texts.source_words,
            measured_over: texts.measured_over,
            clause: texts.clause,
            ordinal: new.ordinal,
            sub: new.sub,
            note: texts.note,
            withdrawn_on: None,
            version: 1,
            withdrawal_clause: None,
            withdrawal_document_id: None,
            programme_id: programme.id,
            indicator_id: row.id,
            definition_id: *definition_id,
            subject_id,
            document_id: document.id,
        };
        Ok((stored, joins))
    }
}

impl NewTarget {
    /// What of it does not go together.
    fn contradictions(&self) -> Vec<(ViolationCode, &'static str)> {
        use ViolationCode::{Incompatible, OutOfBounds, Required};
        let mut found = Vec::new();
        match (&self.value, &self.statement) {
            (None, None) => found.push((Required, "value")),
            (Some(_), Some(_)) => found.push((Incompatible, "statement")),
            (Some(_), None) if self.comparator.is_none() => found.push((Required, "comparator")),
            (None, Some(_)) if self.comparator.is_some() => found.push((Incompatible, "comparator")),
            _ => {}
        }
        match (self.comparator, &self.upper_value) {
            (Some(Comparator::Between), None) => found.push((Required, "upperValue")),
            (comparator, Some(_)) if comparator != Some(Comparator::Between) => {
                found.push((Incompatible, "upperValue"));
            }
            _ => {}
        }
        if let (Some(Number(low)), Some(Number(high))) = (&self.value, &self.upper_value)
            && high < low
        {
            found.push((OutOfBounds, "upperValue"));
        }
        match (self.due_on, self.due_precision) {
            (Some(_), Some(DatePrecision::None)) | (_, Some(DatePrecision::HalfYear)) => {
                found.push((Incompatible, "duePrecision"));
            }
            (None, Some(precision)) if precision != DatePrecision::None => found.push((Required, "dueOn")),
            _ => {}
        }
        if self.cadence == Cadence::ByDate && (self.cadence_from.is_some() || self.cadence_until.is_some()) {
            found.push((Incompatible, "cadence"));
        }
        if let (Some(first), Some(last)) = (self.cadence_from, self.cadence_until)
            && last < first
        {
            found.push((OutOfBounds, "cadenceUntil"));
        }
        for (number, field, within) in [
            (self.cadence_from, "cadenceFrom", YEARS),
            (self.cadence_until, "cadenceUntil", YEARS),
            (self.ordinal, "ordinal", 1..=i32::MAX),
            (self.sub, "sub", 1..=i32::MAX),
        ] {
            if number.is_some_and(|number| !within.contains(&number)) {
                found.push((OutOfBounds, field));
            }
        }
        if self.sub.is_some() && self.ordinal.is_none() {
            found.push((Required, "ordinal"));
        }
        found
    }
}

/// The texts of a [`NewTarget`] as they are stored.
struct Texts {
    item: String,
    wording: String,
    due_words: Option<String>,
    statement: Option<String>,
    source_words: Option<String>,
    measured_over: Option<String>,
    clause: String,
    note: Option<String>,
}

impl Texts {
    fn of(new: &NewTarget, checks: &mut Checks) -> Self {
        Self {
            item: checks.text("item", &symbol(&new.item), CODE),
            wording: checks.text("wording", &new.wording, WORDS),
            due_words: checks.optional("dueWords", new.due_words.as_deref(), WORDS),
            statement: checks.optional("statement", new.statement.as_deref(), WORDS),
            source_words: checks.optional("sourceWords", new.source_words.as_deref(), WORDS),
            measured_over: checks.optional("measuredOver", new.measured_over.as_deref(), WORDS),
            clause: checks.text("clause", &symbol(&new.clause), CLAUSE),
            note: checks.optional("note", new.note.as_deref(), NOTE),
        }
    }
}

/// Adds targets to a plan, all or none; if it is said so, the programme follows their indicators from then on.
pub(crate) async fn add(
    writing: &mut Writing,
    (programme, document): (&Programme, &Document),
    new: &[NewTarget],
    follow: bool,
) -> Result<Vec<Target>, DbError> {
    at_most(MOST, new.len(), "targets")?;
    let catalogue = Catalogue::of(writing, programme, document, new).await?;
    let (mut targets, mut members, mut broken) = (Vec::new(), HashMap::new(), Vec::new());
    let mut codes = HashSet::new();
    for (row, target) in (0..).zip(new) {
        // `["input", "value"]` becomes `["input", "targets", "value"]`, with its row.
        let place = |mut violation: Violation| {
            violation.field.insert(1, "targets".into());
            Violation { row: Some(row), ..violation }
        };
        match catalogue.checked(writing, programme, document, target) {
            Ok((stored, _)) if !codes.insert(stored.code.clone()) => {
                broken.push(place(Violation::of(ViolationCode::Duplicate, &["input", "item"])));
            }
            Ok((stored, joins)) => {
                targets.push(stored);
                members.extend(joins);
            }
            Err(violations) => broken.extend(violations.into_iter().map(place)),
        }
    }
    if !broken.is_empty() {
        return Err(DbError::Violated(broken));
    }
    let taken = target::table.filter(target::code.eq_any(&codes)).order(target::code).select(target::code);
    let taken: Vec<String> = taken.load(writing.connection()).await?;
    if !taken.is_empty() {
        let violation = Violation::of(ViolationCode::Taken, &["input", "targets", "item"]);
        return Err(DbError::Violated(vec![violation.about(taken.join(", "))]));
    }
    if follow {
        join(writing, programme.id, &members.into_iter().collect::<Vec<_>>()).await?;
    }
    diesel::insert_into(target::table).values(&targets).execute(writing.connection()).await?;
    Ok(targets)
}
