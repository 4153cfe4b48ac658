//! Weights (quyền số): which share of an agency that was divided each of its successors has, by area or by people.

use std::collections::BTreeSet;

use async_graphql::InputObject;
use auth::action::ManageAgencies;
use derive::boxed;
use diesel::{ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, SelectableHelper as _, prelude::*};
use object_layer::SimpleObject;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Acting, Date, DbError, Id, Violation, ViolationCode,
    agency::{Agency, SuccessionKind, SuccessionSide, change::lock_and_load},
    decimal::Number,
    document::in_force,
    input::{Checks, NOTE, few, refused},
    noun::relation,
    schema::{agency, agency_succession, agency_succession_party as party, succession_weight},
    text_enum::text_enum,
    writer::{ChangeKind, Writing},
};

text_enum! {
    /// Of what a weight is a share.
    pub enum WeightKind {
        /// Of the area (diện tích)
        Area => "AREA",
        /// Of the people who live there (dân số)
        Population => "POPULATION",
    }
}

/// Which share of an agency that was divided a successor has.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, SimpleObject)]
#[diesel(table_name = succession_weight)]
pub struct SuccessionWeight {
    /// Of what it is a share
    pub kind: WeightKind,
    /// From 0 to 1; those of one predecessor come to 1
    pub share: Decimal,
    /// Where it is from, in words; null where `document` says so
    pub source: Option<String>,
    /// The reorganisation.
    #[graphql(skip)]
    pub succession_id: Uuid,
    /// Who was divided.
    #[graphql(skip)]
    pub predecessor_id: Uuid,
    /// Who has the share.
    #[graphql(skip)]
    pub successor_id: Uuid,
    /// The document that says so.
    #[graphql(skip)]
    pub document_id: Option<Uuid>,
}

relation!(
    /// The weights of a reorganisation, those of one kind and predecessor together, the largest first.
    WeightsOf => SuccessionWeight,
    |reader, parents| succession_weight::table
        .filter(succession_weight::succession_id.eq_any(parents))
        .order((
            succession_weight::succession_id,
            succession_weight::kind,
            succession_weight::predecessor_id,
            succession_weight::share.desc(),
            succession_weight::successor_id,
        ))
        .select((succession_weight::succession_id, SuccessionWeight::as_select()))
);

/// The share of one successor.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "SuccessorShareInput")]
pub struct SuccessorShare {
    /// Code of the successor
    pub agency: String,
    /// Its share, more than 0 and at most 1
    pub share: Number,
}

/// How an agency that was divided is weighed.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "WeighSuccessionInput")]
pub struct Weighing {
    /// The agency that was divided
    pub agency: Id<Agency>,
    /// Its `version` as it was read
    pub expected_version: i32,
    /// Of what the shares are
    pub kind: WeightKind,
    /// The day on which it was divided (Asia/Ho_Chi_Minh); the last time if left out
    pub on: Option<Date>,
    /// The shares of its successors, which come to 1; they take the place of those that are there
    pub shares: Vec<SuccessorShare>,
    /// Code of the document that says so, which is in force
    pub document: Option<String>,
    /// Where the shares are from, in words, at most 2,000 characters; needed where no document says so
    pub source: Option<String>,
}

/// Says which shares the successors of an agency have.
#[boxed]
pub async fn weigh(acting: &Acting<ManageAgencies>, new: Weighing) -> Result<Agency, DbError> {
    few(new.shares.len(), "shares")?;
    let mut checks = Checks::default();
    let source = checks.optional("source", new.source.as_deref(), NOTE);
    checks.passed()?;
    if new.document.is_none() && source.is_none() {
        return Err(refused(ViolationCode::Required, "source"));
    }
    is_whole(&new.shares)?;
    let work = async |writing: &mut Writing| {
        let before = lock_and_load(acting, writing, &new.agency, new.expected_version).await?;
        let document_id = match &new.document {
            Some(code) => Some(in_force(acting, writing, code, &["input", "document"]).await?.id),
            None => None,
        };
        let succession_id = divided(writing, before.id, new.on).await?;
        let successors = successors(writing, succession_id).await?;
        let mut weights = Vec::new();
        for (row, share) in new.shares.iter().enumerate() {
            let heir = successors.iter().find(|(_, code)| *code == share.agency);
            let (successor_id, _) = heir.ok_or_else(|| in_row(ViolationCode::NotFound, row, "agency"))?;
            weights.push(SuccessionWeight {
                kind: new.kind,
                share: share.share.0,
                source: source.clone(),
                succession_id,
                predecessor_id: before.id,
                successor_id: *successor_id,
                document_id,
            });
        }
        let there = succession_weight::table
            .filter(succession_weight::succession_id.eq(succession_id))
            .filter(succession_weight::predecessor_id.eq(before.id))
            .filter(succession_weight::kind.eq(new.kind));
        let were = diesel::delete(there).returning(SuccessionWeight::as_returning());
        let were: Vec<SuccessionWeight> = diesel_async::RunQueryDsl::load(were, writing.connection()).await?;
        let added = diesel::insert_into(succession_weight::table).values(&weights);
        diesel_async::RunQueryDsl::execute(added, writing.connection()).await?;
        let after = Agency { version: before.version + 1, ..before.clone() };
        let raised = diesel::update(agency::table.find(before.id)).set(agency::version.eq(after.version));
        diesel_async::RunQueryDsl::execute(raised, writing.connection()).await?;
        let (was, is) = (audit_snapshot(new.kind, &were), audit_snapshot(new.kind, &weights));
        writing.record(&acting.permit, ChangeKind::Updated, ("agency", before.id), Some(was), Some(is));
        Ok(after)
    };
    acting.write(work).await
}

/// Weights as the audit trail keeps them.
fn audit_snapshot(kind: WeightKind, weights: &[SuccessionWeight]) -> Value {
    let shares = weights.iter().map(|it| json!({ "successor": it.successor_id, "share": it.share }));
    let (source, document) = weights.first().map(|it| (&it.source, it.document_id)).unzip();
    json!({ "kind": kind, "shares": shares.collect::<Vec<_>>(), "source": source, "document": document })
}

/// Refused unless the shares are those of several, each named once, and come to 1.
fn is_whole(shares: &[SuccessorShare]) -> Result<(), DbError> {
    for (row, share) in shares.iter().enumerate() {
        if share.share.0 <= Decimal::ZERO || share.share.0 > Decimal::ONE {
            return Err(in_row(ViolationCode::OutOfBounds, row, "share"));
        }
    }
    if shares.iter().map(|share| &share.agency).collect::<BTreeSet<_>>().len() < shares.len() {
        return Err(refused(ViolationCode::Duplicate, "shares"));
    }
    let sum: Option<Decimal> = shares.iter().try_fold(Decimal::ZERO, |sum, share| sum.checked_add(share.share.0));
    if sum == Some(Decimal::ONE) { Ok(()) } else { Err(refused(ViolationCode::OutOfBounds, "shares")) }
}

fn in_row(code: ViolationCode, row: usize, field: &'static str) -> DbError {
    let field = vec!["input".into(), "shares".into(), row.to_string().into(), field.into()];
    DbError::Violated(vec![Violation { field, ..Violation::of(code, &[]) }])
}

/// The reorganisation in which an agency was divided: that of the day, or the last one.
async fn divided(writing: &mut Writing, id: Uuid, on: Option<Date>) -> Result<Uuid, DbError> {
    let mut query = party::table
        .inner_join(agency_succession::table)
        .filter(party::agency_id.eq(id))
        .filter(party::side.eq(SuccessionSide::Predecessor))
        .filter(agency_succession::kind.eq(SuccessionKind::Split))
        .filter(agency_succession::effective_on.is_not_null())
        .into_boxed();
    if let Some(on) = on {
        query = query.filter(agency_succession::effective_on.eq(on));
    }
    let last = query.order(agency_succession::effective_on.desc()).select(agency_succession::id);
    let found: Option<Uuid> = diesel_async::RunQueryDsl::first(last, writing.connection()).await.optional()?;
    found.ok_or_else(|| refused(ViolationCode::NotInState, "agency"))
}

async fn successors(writing: &mut Writing, succession: Uuid) -> Result<Vec<(Uuid, String)>, DbError> {
    let query = party::table
        .inner_join(agency::table)
        .filter(party::succession_id.eq(succession))
        .filter(party::side.eq(SuccessionSide::Successor))
        .select((agency::id, agency::code));
    Ok(diesel_async::RunQueryDsl::load(query, writing.connection()).await?)
}
