//! What changes programmes: they are defined with their pillars, and come to follow indicators.

use std::collections::{HashMap, HashSet};

use async_graphql::InputObject;
use auth::{action::KeepCatalogue, random};
use derive::boxed;
use diesel::{ExpressionMethods as _, QueryDsl as _, SelectableHelper as _, upsert::excluded};
use diesel_async::RunQueryDsl as _;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Programme, kept};
use crate::{
    Acting, Date, DbError, Id, Violation, ViolationCode,
    agency::receiver,
    input::{Checks, Edit, at_most, few, refused},
    schema::{indicator, indicator_group, programme, programme_indicator},
    text::symbol,
    writer::{ChangeKind, Writing},
};

const NOUN: &str = "programme";

/// The longest code and name, in characters.
const CODE: u16 = 60;
const NAME: u16 = 300;
/// The most indicators that one change names.
const INDICATORS: usize = 500;

/// A programme to be defined, with its pillars.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DefineProgrammeInput")]
pub struct NewProgramme {
    /// Its code: small letters, digits and single hyphens, such as `nq57-quang-ngai`
    pub code: String,
    /// Name in Vietnamese, at most 300 characters
    pub name_vi: String,
    /// Name in English, at most 300 characters
    pub name_en: String,
    /// Code of the agency whose area it covers, of which the viewer keeps the catalogue
    pub jurisdiction: String,
    /// First day (Asia/Ho_Chi_Minh); null if unknown
    pub starts_on: Option<Date>,
    /// Last day (Asia/Ho_Chi_Minh); null if it has none
    pub ends_on: Option<Date>,
    /// Whether whoever endorsed a figure of its indicators may not publish it (bốn mắt)
    #[graphql(default)]
    pub four_eyes: bool,
    /// Its pillars (trụ cột), in their order, at most 50
    #[graphql(default)]
    pub groups: Vec<NewGroup>,
}

/// A pillar of a programme.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "IndicatorGroupInput")]
pub struct NewGroup {
    /// Label as the plan prints it: a, b, c. Once in the programme
    pub code: String,
    /// Name in Vietnamese, at most 300 characters
    pub name_vi: String,
    /// Name in English, at most 300 characters
    pub name_en: String,
}

/// What is mended of a programme. What is left out stays; null empties. Its jurisdiction stays.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "AmendProgrammeInput")]
pub struct Amendment {
    /// The programme
    pub programme: Id<Programme>,
    /// The `version` that was seen: if it has changed since, nothing is written
    pub expected_version: i32,
    /// Name in Vietnamese, at most 300 characters
    pub name_vi: Option<String>,
    /// Name in English, at most 300 characters
    pub name_en: Option<String>,
    /// First day (Asia/Ho_Chi_Minh); null if unknown
    #[graphql(default_with = "Edit::Stays")]
    pub starts_on: Edit<Date>,
    /// Last day (Asia/Ho_Chi_Minh); null if it has none
    #[graphql(default_with = "Edit::Stays")]
    pub ends_on: Edit<Date>,
    /// Its pillars (trụ cột), all of them, in their order, at most 50. Those whose label is there keep their indicators; one that is left
    /// out ends, if no indicator stands in it
    pub groups: Option<Vec<NewGroup>>,
}

/// Which indicators a programme follows, and in which pillar.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "FollowIndicatorsInput")]
pub struct Following {
    /// Code of the programme, which the viewer keeps
    pub programme: String,
    /// The indicators, at most 500; one that it follows already moves to the pillar that is named
    pub indicators: Vec<FollowedIndicator>,
}

/// An indicator that a programme follows.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "FollowedIndicatorInput")]
pub struct FollowedIndicator {
    /// Code of the indicator
    pub indicator: String,
    /// Label of the pillar; null if it stands outside the pillars
    pub group: Option<String>,
}

/// Defines a programme with its pillars.
#[boxed]
pub async fn define(acting: &Acting<KeepCatalogue>, new: NewProgramme) -> Result<Programme, DbError> {
    let mut checks = Checks::default();
    let code = checks.text("code", &symbol(&new.code), CODE);
    let name_vi = checks.text("nameVi", &new.name_vi, NAME);
    let name_en = checks.text("nameEn", &new.name_en, NAME);
    let groups = pillars(&mut checks, &new.groups);
    checks.passed()?;
    few(groups.len(), "groups")?;
    in_turn(new.starts_on, new.ends_on)?;
    let work = async |writing: &mut Writing| {
        let today = writing.today();
        let jurisdiction_id = receiver(writing, &new.jurisdiction, today, &["input", "jurisdiction"]).await?;
        if !acting.permit.reach().holds(Some(jurisdiction_id)) {
            return Err(refused(ViolationCode::OutOfReach, "jurisdiction"));
        }
        let defined = Programme {
            id: random::id(writing.now()),
            code: code.clone(),
            name_vi: name_vi.clone(),
            name_en: name_en.clone(),
            starts_on: new.starts_on,
            ends_on: new.ends_on,
            four_eyes: new.four_eyes,
            version: 1,
            jurisdiction_id,
        };
        diesel::insert_into(programme::table).values(&defined).execute(writing.connection()).await?;
        set_pillars(writing, defined.id, &groups).await?;
        let shown = json!({ "code": defined.code, "jurisdiction": new.jurisdiction, "groups": groups.len() });
        writing.record(&acting.permit, ChangeKind::Created, (NOUN, defined.id), None, Some(shown));
        Ok(defined)
    };
    acting.write(work).await
}

/// Mends a programme, and its pillars.
#[boxed]
pub async fn amend(acting: &Acting<KeepCatalogue>, new: Amendment) -> Result<Programme, DbError> {
    let id = new.programme.uuid()?;
    let mut checks = Checks::default();
    let name_vi = checks.optional("nameVi", new.name_vi.as_deref(), NAME);
    let name_en = checks.optional("nameEn", new.name_en.as_deref(), NAME);
    let groups = new.groups.as_ref().map(|groups| pillars(&mut checks, groups));
    checks.passed()?;
    few(groups.as_ref().map_or(0, Vec::len), "groups")?;
    let work = async |writing: &mut Writing| {
        let found = programme::table.find(id).select(Programme::as_select()).for_no_key_update();
        let before: Programme = found.first(writing.connection()).await?;
        if !acting.permit.reach().holds(Some(before.jurisdiction_id)) {
            return Err(DbError::NotFound);
        }
        if before.version != new.expected_version {
            return Err(refused(ViolationCode::Stale, "expectedVersion"));
        }
        let mut after = before.clone();
        after.name_vi = name_vi.unwrap_or(after.name_vi);
        after.name_en = name_en.unwrap_or(after.name_en);
        new.starts_on.onto(&mut after.starts_on);
        new.ends_on.onto(&mut after.ends_on);
        in_turn(after.starts_on, after.ends_on)?;
        match &groups {
            Some(groups) => set_pillars(writing, id, groups).await?,
            None if after == before => return Err(refused(ViolationCode::Unchanged, "programme")),
            None => {}
        }
        after.version += 1;
        let changes = (
            (programme::name_vi.eq(&after.name_vi), programme::name_en.eq(&after.name_en)),
            (programme::starts_on.eq(after.starts_on), programme::ends_on.eq(after.ends_on)),
            programme::version.eq(after.version),
        );
        diesel::update(programme::table.find(id)).set(changes).execute(writing.connection()).await?;
        let (was, is) = (audit_snapshot(&before), audit_snapshot(&after));
        writing.record(&acting.permit, ChangeKind::Updated, (NOUN, id), Some(was), Some(is));
        Ok(after)
    };
    acting.write(work).await
}

/// A pillar as it is stored: label and names.
type Pillar = (String, String, String);

fn pillars(checks: &mut Checks, groups: &[NewGroup]) -> Vec<Pillar> {
    let texts = |group: &NewGroup| {
        let label = checks.text("groups", &symbol(&group.code), CODE);
        (label, checks.text("groups", &group.name_vi, NAME), checks.text("groups", &group.name_en, NAME))
    };
    groups.iter().map(texts).collect()
}

/// Refused if the last day comes before the first.
fn in_turn(first: Option<Date>, last: Option<Date>) -> Result<(), DbError> {
    if last.is_some_and(|last| first.is_some_and(|first| last < first)) {
        return Err(refused(ViolationCode::OutOfBounds, "endsOn"));
    }
    Ok(())
}

/// Gives a programme its pillars, in their order. Those that are there already keep what stands in them; one that is no longer named goes,
/// unless an indicator stands in it.
async fn set_pillars(writing: &mut Writing, programme: Uuid, pillars: &[Pillar]) -> Result<(), DbError> {
    let labels: HashSet<_> = pillars.iter().map(|(label, ..)| label).collect();
    if labels.len() < pillars.len() {
        return Err(refused(ViolationCode::Duplicate, "groups"));
    }
    let gone: Vec<_> =
        groups_of(writing, programme).await?.into_iter().filter(|(label, _)| !labels.contains(label)).collect();
    let ids: Vec<Uuid> = gone.iter().map(|(_, id)| *id).collect();
    let held = programme_indicator::table.filter(programme_indicator::group_id.eq_any(ids.clone()));
    let held: i64 = held.count().get_result(writing.connection()).await?;
    if held > 0 {
        let labels: Vec<_> = gone.into_iter().map(|(label, _)| label).collect();
        let violation = Violation::of(ViolationCode::NotInState, &["input", "groups"]);
        return Err(DbError::Violated(vec![violation.about(labels.join(", "))]));
    }
    diesel::delete(indicator_group::table.filter(indicator_group::id.eq_any(ids)))
        .execute(writing.connection())
        .await?;
    let now = writing.now();
    let rows = pillars.iter().zip(1..).map(|((code, name_vi, name_en), position)| {
        (
            indicator_group::id.eq(random::id(now)),
            indicator_group::programme_id.eq(programme),
            indicator_group::code.eq(code),
            indicator_group::name_vi.eq(name_vi),
            indicator_group::name_en.eq(name_en),
            indicator_group::position.eq(position),
        )
    });
    let rows: Vec<_> = rows.collect();
    diesel::insert_into(indicator_group::table)
        .values(rows)
        .on_conflict((indicator_group::programme_id, indicator_group::code))
        .do_update()
        .set((
            indicator_group::name_vi.eq(excluded(indicator_group::name_vi)),
            indicator_group::name_en.eq(excluded(indicator_group::name_en)),
            indicator_group::position.eq(excluded(indicator_group::position)),
        ))
        .execute(writing.connection())
        .await?;
    Ok(())
}

/// A programme as the audit trail keeps it.
fn audit_snapshot(row: &Programme) -> Value {
    json!({ "code": row.code, "nameVi": row.name_vi, "startsOn": row.starts_on, "endsOn": row.ends_on, "fourEyes": row.four_eyes, "version": row.version })
}

/// Lets a programme follow indicators, each in its pillar.
#[boxed]
pub async fn follow(acting: &Acting<KeepCatalogue>, new: Following) -> Result<Programme, DbError> {
    if new.indicators.is_empty() {
        return Err(refused(ViolationCode::Required, "indicators"));
    }
    at_most(INDICATORS, new.indicators.len(), "indicators")?;
    let work = async |writing: &mut Writing| {
        let followed = kept(writing, &acting.permit, &new.programme).await?;
        let codes = new.indicators.iter().map(|it| it.indicator.as_str());
        let found = indicator::table.filter(indicator::code.eq_any(codes)).select((indicator::code, indicator::id));
        let found: HashMap<String, Uuid> = found.load(writing.connection()).await?.into_iter().collect();
        let groups = groups_of(writing, followed.id).await?;
        let mut broken = Vec::new();
        let mut members = Vec::new();
        let mut known = HashSet::new();
        for (row, it) in (0..).zip(&new.indicators) {
            let at = |code, field| Violation { row: Some(row), ..Violation::of(code, &["input", "indicators", field]) };
            match (found.get(&it.indicator), it.group.as_ref().map(|label| groups.get(label))) {
                (None, _) => broken.push(at(ViolationCode::NotFound, "indicator")),
                (_, Some(None)) => broken.push(at(ViolationCode::NotFound, "group")),
                (Some(id), _) if !known.insert(*id) => broken.push(at(ViolationCode::Duplicate, "indicator")),
                (Some(id), group) => members.push((*id, group.flatten().copied())),
            }
        }
        if !broken.is_empty() {
            return Err(DbError::Violated(broken));
        }
        join(writing, followed.id, &members).await?;
        let shown = json!({ "code": followed.code, "follows": new.indicators.iter().map(|it| &it.indicator).collect::<Vec<_>>() });
        writing.record(&acting.permit, ChangeKind::Updated, (NOUN, followed.id), None, Some(shown));
        Ok(followed)
    };
    acting.write(work).await
}

/// The pillars of a programme by their labels.
pub(crate) async fn groups_of(writing: &mut Writing, programme: Uuid) -> Result<HashMap<String, Uuid>, DbError> {
    let groups = indicator_group::table
        .filter(indicator_group::programme_id.eq(programme))
        .select((indicator_group::code, indicator_group::id));
    Ok(groups.load(writing.connection()).await?.into_iter().collect())
}

/// Lets a programme follow indicators in pillars; those that it follows move.
pub(crate) async fn join(
    writing: &mut Writing,
    programme: Uuid,
    members: &[(Uuid, Option<Uuid>)],
) -> Result<(), DbError> {
    let rows = members.iter().map(|(indicator, group)| {
        (
            programme_indicator::programme_id.eq(programme),
            programme_indicator::indicator_id.eq(*indicator),
            programme_indicator::group_id.eq(*group),
        )
    });
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        return Ok(());
    }
    diesel::insert_into(programme_indicator::table)
        .values(rows)
        .on_conflict((programme_indicator::programme_id, programme_indicator::indicator_id))
        .do_update()
        .set(programme_indicator::group_id.eq(excluded(programme_indicator::group_id)))
        .execute(writing.connection())
        .await?;
    for (indicator, _) in members {
        writing.changed(ChangeKind::Updated, ("indicator", *indicator));
    }
    Ok(())
}
