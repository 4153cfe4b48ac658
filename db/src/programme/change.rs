//! What changes programmes: they are defined with their pillars, and come to follow indicators.

use std::collections::HashMap;

use async_graphql::InputObject;
use auth::{action::KeepCatalogue, random};
use derive::boxed;
use diesel::{ExpressionMethods as _, QueryDsl as _, upsert::excluded};
use diesel_async::RunQueryDsl as _;
use serde_json::json;
use uuid::Uuid;

use super::{Programme, kept};
use crate::{
    Acting, Date, DbError, Violation, ViolationCode,
    agency::receiver,
    input::{Checks, at_most, few, refused},
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
    let texts = |checks: &mut Checks, group: &NewGroup| {
        let label = checks.text("groups", &symbol(&group.code), CODE);
        (label, checks.text("groups", &group.name_vi, NAME), checks.text("groups", &group.name_en, NAME))
    };
    let groups: Vec<_> = new.groups.iter().map(|group| texts(&mut checks, group)).collect();
    checks.passed()?;
    few(groups.len(), "groups")?;
    if new.ends_on.is_some_and(|last| new.starts_on.is_some_and(|first| last < first)) {
        return Err(refused(ViolationCode::OutOfBounds, "endsOn"));
    }
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
            jurisdiction_id,
        };
        diesel::insert_into(programme::table).values(&defined).execute(writing.connection()).await?;
        let now = writing.now();
        let rows = groups.iter().zip(1..).map(|((code, name_vi, name_en), position)| {
            (
                indicator_group::id.eq(random::id(now)),
                indicator_group::programme_id.eq(defined.id),
                indicator_group::code.eq(code),
                indicator_group::name_vi.eq(name_vi),
                indicator_group::name_en.eq(name_en),
                indicator_group::position.eq(position),
            )
        });
        let rows: Vec<_> = rows.collect();
        diesel::insert_into(indicator_group::table).values(rows).execute(writing.connection()).await?;
        let shown = json!({ "code": defined.code, "jurisdiction": new.jurisdiction, "groups": groups.len() });
        writing.record(&acting.permit, ChangeKind::Created, (NOUN, defined.id), None, Some(shown));
        Ok(defined)
    };
    acting.write(work).await
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
        let mut known = std::collections::HashSet::new();
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
