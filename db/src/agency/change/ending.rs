//! Agencies that end: merged into another, split into several, or closed. Whoever takes over takes over all that is open.

use std::collections::BTreeSet;

use async_graphql::InputObject;
use auth::{action::ManageAgencies, random};
use derive::boxed;
use diesel::{ExpressionMethods as _, OptionalExtension as _, QueryDsl as _};
use diesel_async::RunQueryDsl as _;
use serde_json::json;
use uuid::Uuid;

use super::{
    Decided, Decision, NOUN, Passed, Reorganised, Share, audit_snapshot, audited, decide,
    keeping::{leave, lives},
    lock_and_load,
    passing::Passing,
    reaches,
    sharing::{Sharing, field_of},
};
use crate::{
    Acting, DbError, Id, Violation, ViolationCode,
    agency::{Agency, AgencyKind, Receiver, SuccessionKind, SuccessionSide, receivers},
    input::{few, refused},
    schema::{agency, agency_member, agency_name, agency_succession, agency_succession_party as party},
    writer::{ChangeKind, Writing},
};

/// An agency in the version in which it was seen.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "SeenAgencyInput")]
pub struct SeenAgency {
    /// The agency
    pub agency: Id<Agency>,
    /// Its `version` as it was read
    pub expected_version: i32,
}

/// Agencies that are merged into another.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "MergeAgenciesInput")]
pub struct Merger {
    /// The agencies that end, at most 50
    pub agencies: Vec<SeenAgency>,
    /// Code of the agency that takes over: one that is there, or was opened for it
    pub successor: String,
    /// What decides it; the day is today or earlier
    #[graphql(flatten)]
    pub decision: Decision,
}

/// Who takes over what.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "SuccessorsInput")]
pub struct Shares {
    /// Who takes over, and what of it by name; two at least, and at most 50
    pub successors: Vec<Share>,
    /// Which of them takes over all that is not named, by code; needed where something is left
    pub default_successor: Option<String>,
}

/// An agency that is split.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "SplitAgencyInput")]
pub struct Split {
    /// The agency that is split; it goes on if it is named among the successors
    pub agency: Id<Agency>,
    /// Its `version` as it was read
    pub expected_version: i32,
    /// Who takes over what
    #[graphql(flatten)]
    pub shares: Shares,
    /// What decides it; the day is today or earlier
    #[graphql(flatten)]
    pub decision: Decision,
}

/// An agency that is closed.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "CloseAgencyInput")]
pub struct Closing {
    /// The agency
    pub agency: Id<Agency>,
    /// Its `version` as it was read
    pub expected_version: i32,
    /// Code of the agency that takes over what is open; needed where something is
    pub successor: Option<String>,
    /// What decides it; the day is today or earlier
    #[graphql(flatten)]
    pub decision: Decision,
}

/// Merges agencies into another, which takes over all that is open.
#[boxed]
pub async fn merge(acting: &Acting<ManageAgencies>, new: Merger) -> Result<Reorganised, DbError> {
    few(new.agencies.len(), "agencies")?;
    let work = async |writing: &mut Writing, decided: &Decided| {
        hold(writing, new.agencies.iter().map(|seen| seen.agency)).await?;
        let mut ending = Vec::new();
        for SeenAgency { agency, expected_version } in &new.agencies {
            ending.push(lock_and_load(acting, writing, agency, *expected_version).await?);
        }
        merged(acting, writing, &ending, &new.successor, decided).await
    };
    decide(acting, &new.decision, work).await
}

/// Splits an agency into several, each of which takes over what is named; one may be told to take the rest.
#[boxed]
pub async fn split(acting: &Acting<ManageAgencies>, new: Split) -> Result<Reorganised, DbError> {
    let work = async |writing: &mut Writing, decided: &Decided| {
        let splits = lock_and_load(acting, writing, &new.agency, new.expected_version).await?;
        divided(acting, writing, &splits, &new.shares, decided).await
    };
    decide(acting, &new.decision, work).await
}

/// Closes an agency: what is open goes to the successor; without one nothing may be open.
#[boxed]
pub async fn close(acting: &Acting<ManageAgencies>, new: Closing) -> Result<Reorganised, DbError> {
    let work = async |writing: &mut Writing, decided: &Decided| {
        let closes = lock_and_load(acting, writing, &new.agency, new.expected_version).await?;
        closed(acting, writing, &closes, new.successor.as_ref(), decided).await
    };
    decide(acting, &new.decision, work).await
}

pub(super) async fn merged(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    ending: &[Agency],
    successor: &String,
    decided: &Decided,
) -> Result<Reorganised, DbError> {
    decided.has_come(writing)?;
    if ending.is_empty() {
        return Err(refused(ViolationCode::Required, "agencies"));
    }
    if ending.iter().map(|ends| ends.id).collect::<BTreeSet<_>>().len() < ending.len() {
        return Err(refused(ViolationCode::Duplicate, "agencies"));
    }
    let heirs = heirs(acting, writing, std::slice::from_ref(successor), decided, |_| Field::Successor).await?;
    if ending.iter().any(|ends| heirs.contains(&ends.id)) {
        return Err(refused(ViolationCode::Incompatible, "successor"));
    }
    succeed(writing, SuccessionKind::Merger, ending, &heirs, decided).await?;
    let mut passed = Vec::new();
    for ends in ending {
        let sharing = Sharing { shares: Vec::new(), rest: heirs.as_slice().first().copied(), field: "successor" };
        passed.extend(end(acting, writing, ends, &heirs, &sharing, decided).await?);
    }
    let agency = heirs.as_slice().first().copied().ok_or(DbError::NotFound)?;
    taken_over(writing, heirs).await?;
    Ok(Reorganised { is_rehearsal: false, agency, passed })
}

pub(super) async fn divided(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    splits: &Agency,
    shares: &Shares,
    decided: &Decided,
) -> Result<Reorganised, DbError> {
    let Shares { successors, default_successor } = shares;
    few(successors.len(), "successors")?;
    let codes: Vec<String> = successors.iter().map(|share| share.agency.clone()).collect();
    if codes.len() < 2 {
        return Err(refused(ViolationCode::Required, "successors"));
    }
    if codes.iter().collect::<BTreeSet<_>>().len() < codes.len() {
        return Err(refused(ViolationCode::Duplicate, "successors"));
    }
    let rest = default_successor.as_ref().map(|code| codes.iter().position(|named| named == code));
    if rest == Some(None) {
        return Err(refused(ViolationCode::NotFound, "defaultSuccessor"));
    }
    decided.has_come(writing)?;
    let heirs = heirs(acting, writing, &codes, decided, Field::Share).await?;
    succeed(writing, SuccessionKind::Split, std::slice::from_ref(splits), &heirs, decided).await?;
    let sharing = Sharing {
        shares: heirs.iter().copied().zip(successors).collect(),
        rest: rest.flatten().and_then(|row| heirs.get(row).copied()),
        field: "defaultSuccessor",
    };
    let passed = end(acting, writing, splits, &heirs, &sharing, decided).await?;
    taken_over(writing, heirs.into_iter().filter(|heir| *heir != splits.id).collect()).await?;
    Ok(Reorganised { is_rehearsal: false, agency: splits.id, passed })
}

pub(super) async fn closed(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    closes: &Agency,
    successor: Option<&String>,
    decided: &Decided,
) -> Result<Reorganised, DbError> {
    decided.has_come(writing)?;
    let codes: Vec<String> = successor.into_iter().cloned().collect();
    let heirs = heirs(acting, writing, &codes, decided, |_| Field::Successor).await?;
    if heirs.contains(&closes.id) {
        return Err(refused(ViolationCode::Incompatible, "successor"));
    }
    succeed(writing, SuccessionKind::Closure, std::slice::from_ref(closes), &heirs, decided).await?;
    let sharing = Sharing { shares: Vec::new(), rest: heirs.as_slice().first().copied(), field: "successor" };
    let passed = end(acting, writing, closes, &heirs, &sharing, decided).await?;
    taken_over(writing, heirs).await?;
    Ok(Reorganised { is_rehearsal: false, agency: closes.id, passed })
}

/// Those who took over have changed as well.
async fn taken_over(writing: &mut Writing, heirs: Vec<Uuid>) -> Result<(), DbError> {
    super::raise(writing, &heirs).await?;
    for heir in heirs {
        writing.changed(ChangeKind::Updated, (NOUN, heir));
    }
    Ok(())
}

/// Locks agencies in the order of their ids, so that two who end the same ones come one after the other.
async fn hold(writing: &mut Writing, agencies: impl Iterator<Item = Id<Agency>>) -> Result<(), DbError> {
    let ids: Vec<Uuid> = agencies.filter_map(|id| id.uuid().ok()).collect();
    let query = agency::table.filter(agency::id.eq_any(ids)).order(agency::id).select(agency::id).for_update();
    query.load::<Uuid>(writing.connection()).await?;
    Ok(())
}

/// Where the code of a successor stands in the input.
enum Field {
    Successor,
    Share(usize),
}

impl Field {
    fn broken(&self, code: ViolationCode) -> Violation {
        match self {
            Self::Successor => Violation::of(code, &["input", "successor"]),
            Self::Share(row) => Violation { field: field_of(*row, "agency"), ..Violation::of(code, &[]) },
        }
    }
}

/// The ids of those who take over: there on the day and today, and within reach. Groups take over nothing, for they are nobody.
async fn heirs(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    codes: &[String],
    decided: &Decided,
    field: impl Fn(usize) -> Field,
) -> Result<Vec<Uuid>, DbError> {
    let today = writing.today();
    let then = receivers(writing, codes, decided.on).await?;
    let now = receivers(writing, codes, today).await?;
    let groups = agency::table.filter(agency::code.eq_any(codes)).filter(agency::kind.eq(AgencyKind::AgencyGroup));
    let groups: Vec<String> = groups.select(agency::code).load(writing.connection()).await?;
    let (mut heirs, mut broken) = (Vec::new(), Vec::new());
    for (row, code) in codes.iter().enumerate() {
        let field = field(row);
        let found = Receiver::of(then.get(code), || field.broken(ViolationCode::NotFound));
        match found.and_then(|_| Receiver::of(now.get(code), || field.broken(ViolationCode::NotFound))) {
            Err(refused) => broken.push(refused),
            Ok(it) if !reaches(acting, writing, it.id).await? => broken.push(field.broken(ViolationCode::OutOfReach)),
            Ok(_) if groups.contains(code) => broken.push(field.broken(ViolationCode::Incompatible)),
            Ok(it) => heirs.push(it.id),
        }
    }
    if broken.is_empty() { Ok(heirs) } else { Err(DbError::Violated(broken)) }
}

/// Says which agencies became which.
async fn succeed(
    writing: &mut Writing,
    kind: SuccessionKind,
    ending: &[Agency],
    heirs: &[Uuid],
    decided: &Decided,
) -> Result<(), DbError> {
    let id = random::id(writing.now());
    let row = (
        agency_succession::id.eq(id),
        agency_succession::kind.eq(kind),
        agency_succession::effective_on.eq(decided.on),
        agency_succession::document_id.eq(decided.document),
        agency_succession::clause.eq(&decided.clause),
        agency_succession::note.eq(&decided.note),
    );
    // Those who end are looked at first, while they are still there.
    for ends in ending {
        lives(writing, ends.id, decided.on).await?;
    }
    diesel::insert_into(agency_succession::table).values(row).execute(writing.connection()).await?;
    let before = ending.iter().map(|ends| (ends.id, SuccessionSide::Predecessor));
    let after = heirs.iter().map(|heir| (*heir, SuccessionSide::Successor));
    let parties = before.chain(after);
    let parties: Vec<_> = parties
        .map(|(agency, side)| (party::succession_id.eq(id), party::agency_id.eq(agency), party::side.eq(side)))
        .collect();
    diesel::insert_into(party::table).values(parties).execute(writing.connection()).await?;
    Ok(())
}

/// Passes on what is open, and ends the agency unless it goes on.
async fn end(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    ends: &Agency,
    heirs: &[Uuid],
    sharing: &Sharing<'_>,
    decided: &Decided,
) -> Result<Vec<Passed>, DbError> {
    begun_before(writing, ends, decided).await?;
    let passing = Passing { acting, decided, from: ends.id };
    let open = passing.open(writing).await?;
    let passed = passing.pass(writing, sharing.settle(open)?).await?;
    join_groups(writing, ends.id, heirs).await?;
    let goes_on = heirs.contains(&ends.id);
    let closed_on = if goes_on { ends.closed_on } else { Some(decided.on) };
    if !goes_on {
        leave(writing, ends.id, decided.on).await?;
    }
    let after = Agency { closed_on, version: ends.version + 1, ..ends.clone() };
    diesel::update(agency::table.find(ends.id))
        .set((agency::closed_on.eq(after.closed_on), agency::version.eq(after.version)))
        .execute(writing.connection())
        .await?;
    let (was, is) = (audit_snapshot(ends), audited(&after, decided, json!({ "successors": heirs, "passed": passed })));
    writing.record(&acting.permit, ChangeKind::Updated, (NOUN, ends.id), Some(was), Some(is));
    Ok(passed)
}

/// Refused if the agency was opened or named on that day or later: it would have been nothing.
async fn begun_before(writing: &mut Writing, ends: &Agency, decided: &Decided) -> Result<(), DbError> {
    let named =
        agency_name::table.filter(agency_name::agency_id.eq(ends.id)).filter(agency_name::valid_until.ge(decided.on));
    let named = named.select(agency_name::id).first::<Uuid>(writing.connection()).await.optional()?;
    if named.is_some() || ends.opened_on.is_some_and(|opened| opened >= decided.on) {
        return Err(refused(ViolationCode::OutOfBounds, "on"));
    }
    Ok(())
}

/// What is asked of a group that the agency belongs to is asked of its heirs as well.
async fn join_groups(writing: &mut Writing, of: Uuid, heirs: &[Uuid]) -> Result<(), DbError> {
    let groups = agency_member::table.filter(agency_member::agency_id.eq(of)).select(agency_member::group_id);
    let groups: Vec<Uuid> = groups.load(writing.connection()).await?;
    let joined = groups.iter().flat_map(|group| {
        heirs.iter().map(move |heir| {
            (agency_member::group_id.eq(*group), agency_member::agency_id.eq(*heir), agency_member::stated.eq(false))
        })
    });
    let joined: Vec<_> = joined.collect();
    if !joined.is_empty() {
        diesel::insert_into(agency_member::table)
            .values(joined)
            .on_conflict_do_nothing()
            .execute(writing.connection())
            .await?;
    }
    Ok(())
}
