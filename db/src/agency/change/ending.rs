//! Agencies that end: merged into another, split into several, or closed. Whoever takes over takes over all that is open.

use std::collections::BTreeSet;

use async_graphql::InputObject;
use auth::action::ManageAgencies;
use derive::boxed;
use diesel::{ExpressionMethods as _, QueryDsl as _};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use super::{
    Decided, Decision, Passed, Reorganised, Share, decide, lock_and_load, only,
    sharing::Sharing,
    succeeding::{Field, Named, Succession, heirs, succeed},
};
use crate::{
    Acting, DbError, Id, ViolationCode,
    agency::{Agency, SuccessionKind},
    input::{few, refused},
    schema::agency,
    writer::Writing,
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
        only(merged(acting, writing, vec![(ending, &new.successor)], decided).await?)
    };
    decide(acting, &new.decision, work).await
}

/// Splits an agency into several, each of which takes over what is named; one may be told to take the rest.
#[boxed]
pub async fn split(acting: &Acting<ManageAgencies>, new: Split) -> Result<Reorganised, DbError> {
    let work = async |writing: &mut Writing, decided: &Decided| {
        let splits = lock_and_load(acting, writing, &new.agency, new.expected_version).await?;
        only(divided(acting, writing, vec![(splits, &new.shares)], decided).await?)
    };
    decide(acting, &new.decision, work).await
}

/// Closes an agency: what is open goes to the successor; without one nothing may be open.
#[boxed]
pub async fn close(acting: &Acting<ManageAgencies>, new: Closing) -> Result<Reorganised, DbError> {
    let work = async |writing: &mut Writing, decided: &Decided| {
        let closes = lock_and_load(acting, writing, &new.agency, new.expected_version).await?;
        only(closed(acting, writing, vec![(closes, new.successor.as_ref())], decided).await?)
    };
    decide(acting, &new.decision, work).await
}

/// Merges some agencies into each of these.
pub(super) async fn merged(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    merged: Vec<(Vec<Agency>, &String)>,
    decided: &Decided,
) -> Result<Vec<Reorganised>, DbError> {
    decided.has_come(writing)?;
    for (ending, _) in &merged {
        if ending.is_empty() {
            return Err(refused(ViolationCode::Required, "agencies"));
        }
        if ending.iter().map(|ends| ends.id).collect::<BTreeSet<_>>().len() < ending.len() {
            return Err(refused(ViolationCode::Duplicate, "agencies"));
        }
    }
    let named: Vec<_> = merged.iter().map(|(_, successor)| Named(successor, Field::Successor)).collect();
    let heirs = heirs(acting, writing, &named, decided).await?;
    if merged.iter().zip(&heirs).any(|((ending, _), heir)| ending.iter().any(|ends| ends.id == *heir)) {
        return Err(refused(ViolationCode::Incompatible, "successor"));
    }
    let successions =
        merged.into_iter().zip(&heirs).map(|((ending, _), heir)| Succession::into_one(ending, Some(*heir)));
    let successions: Vec<_> = successions.collect();
    let passed = succeed(acting, writing, SuccessionKind::Merger, &successions, decided).await?;
    Ok(heirs.into_iter().zip(passed).map(|(heir, passed)| Reorganised::passing(heir, passed)).collect())
}

/// Splits each of these agencies.
pub(super) async fn divided(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    divided: Vec<(Agency, &Shares)>,
    decided: &Decided,
) -> Result<Vec<Reorganised>, DbError> {
    let mut rests = Vec::new();
    for (_, Shares { successors, default_successor }) in &divided {
        few(successors.len(), "successors")?;
        if successors.len() < 2 {
            return Err(refused(ViolationCode::Required, "successors"));
        }
        if successors.iter().map(|share| &share.agency).collect::<BTreeSet<_>>().len() < successors.len() {
            return Err(refused(ViolationCode::Duplicate, "successors"));
        }
        let rest = default_successor.as_ref().map(|code| successors.iter().position(|share| share.agency == *code));
        if rest == Some(None) {
            return Err(refused(ViolationCode::NotFound, "defaultSuccessor"));
        }
        rests.push(rest.flatten());
    }
    decided.has_come(writing)?;
    let named = divided.iter().flat_map(|(_, shares)| shares.successors.iter().enumerate());
    let named: Vec<_> = named.map(|(row, share)| Named(&share.agency, Field::Share(row))).collect();
    let mut heirs = heirs(acting, writing, &named, decided).await?.into_iter();
    let successions = divided.into_iter().zip(rests).map(|((splits, Shares { successors, .. }), rest)| {
        let heirs: Vec<Uuid> = heirs.by_ref().take(successors.len()).collect();
        let sharing = Sharing {
            shares: heirs.iter().copied().zip(successors).collect(),
            rest: rest.and_then(|row| heirs.get(row).copied()),
            field: "defaultSuccessor",
        };
        Succession { ending: vec![splits], heirs, sharing }
    });
    let successions: Vec<_> = successions.collect();
    let passed = succeed(acting, writing, SuccessionKind::Split, &successions, decided).await?;
    Ok(of_ending(&successions, passed))
}

/// Closes each of these agencies.
pub(super) async fn closed(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    closed: Vec<(Agency, Option<&String>)>,
    decided: &Decided,
) -> Result<Vec<Reorganised>, DbError> {
    decided.has_come(writing)?;
    let named = closed.iter().filter_map(|(_, successor)| Some(Named((*successor)?, Field::Successor)));
    let mut heirs = heirs(acting, writing, &named.collect::<Vec<_>>(), decided).await?.into_iter();
    let mut successions = Vec::new();
    for (closes, successor) in closed {
        let heir = successor.and_then(|_| heirs.next());
        if heir == Some(closes.id) {
            return Err(refused(ViolationCode::Incompatible, "successor"));
        }
        successions.push(Succession::into_one(vec![closes], heir));
    }
    let passed = succeed(acting, writing, SuccessionKind::Closure, &successions, decided).await?;
    Ok(of_ending(&successions, passed))
}

/// What became of those who ended, each alone.
fn of_ending(successions: &[Succession<'_>], passed: Vec<Vec<Passed>>) -> Vec<Reorganised> {
    let ended = successions.iter().filter_map(|succession| succession.ending.as_slice().first());
    ended.zip(passed).map(|(ended, passed)| Reorganised::passing(ended.id, passed)).collect()
}

/// Locks agencies in the order of their ids, so that two who end the same ones come one after the other.
async fn hold(writing: &mut Writing, agencies: impl Iterator<Item = Id<Agency>>) -> Result<(), DbError> {
    let ids: Vec<Uuid> = agencies.filter_map(|id| id.uuid().ok()).collect();
    let query = agency::table.filter(agency::id.eq_any(ids)).order(agency::id).select(agency::id).for_update();
    query.load::<Uuid>(writing.connection()).await?;
    Ok(())
}
