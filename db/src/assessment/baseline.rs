//! Baselines (hiện trạng): where the way to targets began.

use std::{collections::HashMap, sync::Arc};

use async_graphql::InputObject;
use auth::{action::KeepCatalogue, random};
use derive::boxed;
use diesel::prelude::*;
use object_layer::SimpleObject;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Acting, Date, DbError, Reader, ViolationCode,
    agency::receiver,
    among::among,
    decimal::Number,
    document::seen,
    enums::Visibility,
    input::{Checks, NOTE, refused},
    noun::{Batch, relation},
    programme::kept,
    schema::{baseline, indicator, programme_indicator},
    writer::{ChangeKind, Writing},
};

/// Where an indicator of a subject stood on a day.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "SetBaselineInput")]
pub struct NewBaseline {
    /// Code of a programme that follows the indicator, of which the viewer keeps the catalogue
    pub programme: String,
    /// Code of the indicator
    pub indicator: String,
    /// Code of the agency whose figure it is; that whose area the programme covers if left out
    pub subject: Option<String>,
    /// The day it is true of, today or earlier (Asia/Ho_Chi_Minh)
    pub measured_on: Date,
    /// The `version` of the baseline of that day as it was read, if there is one: this takes its place. Null if there is none
    pub expected_version: Option<i32>,
    /// In the indicator's unit
    pub value: Number,
    /// Code of the document that says so; everybody may read it. Either this or `note`
    pub document: Option<String>,
    /// Its clause, as printed, at most 40 characters
    pub clause: Option<String>,
    /// Where it comes from, if no document of the register says so, at most 2,000 characters
    pub note: Option<String>,
}

/// Says where an indicator of a subject stood on a day: the way to its targets is counted from the latest one.
#[boxed]
pub async fn set(acting: &Acting<KeepCatalogue>, new: NewBaseline) -> Result<Baseline, DbError> {
    let mut checks = Checks::default();
    let clause = checks.clause(new.clause.as_deref());
    let note = checks.optional("note", new.note.as_deref(), NOTE);
    checks.passed()?;
    if new.document.is_none() && note.is_none() {
        return Err(refused(ViolationCode::Required, "document"));
    }
    if clause.is_some() && new.document.is_none() {
        return Err(refused(ViolationCode::Incompatible, "clause"));
    }
    let work = async |writing: &mut Writing| {
        let programme = kept(writing, &acting.permit, &new.programme).await?;
        if new.measured_on > writing.today() {
            return Err(refused(ViolationCode::TooEarly, "measuredOn"));
        }
        let followed = programme_indicator::table
            .inner_join(indicator::table)
            .filter(programme_indicator::programme_id.eq(programme.id))
            .filter(indicator::code.eq(&new.indicator))
            .select(indicator::id)
            .for_no_key_update();
        let found: Option<Uuid> = diesel_async::RunQueryDsl::first(followed, writing.connection()).await.optional()?;
        let indicator_id = found.ok_or_else(|| refused(ViolationCode::NotFound, "indicator"))?;
        let subject_id = match &new.subject {
            Some(code) => receiver(writing, code, new.measured_on, &["input", "subject"]).await?,
            None => programme.jurisdiction_id,
        };
        let document = seen(acting, writing, new.document.as_slice(), "document").await?.pop();
        if document.as_ref().is_some_and(|document| document.visibility != Visibility::Public) {
            return Err(refused(ViolationCode::Incompatible, "document"));
        }
        let there = baseline::table
            .filter(baseline::indicator_id.eq(indicator_id))
            .filter(baseline::subject_id.eq(subject_id))
            .filter(baseline::measured_on.eq(new.measured_on))
            .select(Baseline::as_select())
            .for_no_key_update();
        let there: Option<Baseline> = diesel_async::RunQueryDsl::first(there, writing.connection()).await.optional()?;
        match (&there, new.expected_version) {
            (Some(_), None) => return Err(refused(ViolationCode::Taken, "measuredOn")),
            (Some(there), Some(seen)) if there.version == seen => {}
            (None, None) => {}
            _ => return Err(refused(ViolationCode::Stale, "expectedVersion")),
        }
        let Number(value) = new.value;
        let set = Baseline {
            id: there.as_ref().map_or_else(|| random::id(writing.now()), |there| there.id),
            value,
            measured_on: new.measured_on,
            simulated: false,
            note: note.clone(),
            version: there.as_ref().map_or(1, |there| there.version + 1),
            clause: clause.clone(),
            document_id: document.map(|document| document.id),
            subject_id,
            indicator_id,
        };
        let changes = (
            baseline::value.eq(set.value),
            baseline::simulated.eq(false),
            baseline::document_id.eq(set.document_id),
            baseline::clause.eq(&set.clause),
            baseline::note.eq(&set.note),
            baseline::version.eq(set.version),
        );
        let written = diesel::insert_into(baseline::table)
            .values(&set)
            .on_conflict((baseline::indicator_id, baseline::subject_id, baseline::measured_on))
            .do_update()
            .set(changes);
        diesel_async::RunQueryDsl::execute(written, writing.connection()).await?;
        let shown = |of: &Baseline| json!({ "value": of.value, "measuredOn": of.measured_on, "version": of.version });
        let was = there.as_ref().map(shown);
        // Who follows the indicator is told.
        writing.record(&acting.permit, ChangeKind::Updated, ("indicator", indicator_id), was, Some(shown(&set)));
        Ok(set)
    };
    acting.write(work).await
}

/// A baseline (hiện trạng, mốc xuất phát): where an indicator of a subject stood on a day from which the way to its targets is
/// counted, as somebody has stated it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Insertable, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = baseline)]
pub struct Baseline {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// In the indicator's unit
    pub value: Decimal,
    /// The day it is true of (Asia/Ho_Chi_Minh); the latest one before a milestone counts
    pub measured_on: Date,
    /// True if it was invented for the demo
    pub simulated: bool,
    /// Where it comes from, if no document of the register says so
    pub note: Option<String>,
    /// Raised by each change: give it as `expectedVersion`
    pub version: i32,
    /// Clause of the document that says so, as printed
    #[graphql(skip)]
    pub clause: Option<String>,
    /// The document that says so
    #[graphql(skip)]
    pub document_id: Option<Uuid>,
    /// Whose figure it is
    #[graphql(skip)]
    pub subject_id: Uuid,
    /// The indicator
    #[graphql(skip)]
    pub indicator_id: Uuid,
}

relation!(
    /// The baselines of an indicator, by subject, the earliest first.
    BaselinesOf => Baseline,
    |reader, parents| baseline::table
        .filter(baseline::indicator_id.eq_any(parents))
        .order((baseline::indicator_id, baseline::subject_id, baseline::measured_on))
        .select((baseline::indicator_id, Baseline::as_select()))
);

/// A baseline, by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BaselineById(pub Uuid);

impl Batch for BaselineById {
    type Value = Arc<Baseline>;

    #[boxed]
    async fn load(reader: &Reader, keys: &[Self]) -> Result<HashMap<Self, Arc<Baseline>>, DbError> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let query = baseline::table.filter(among(baseline::id, ids)).select(Baseline::as_select());
        let mut connection = reader.statement().await?;
        let rows: Vec<Baseline> = diesel_async::RunQueryDsl::load(query, &mut connection).await?;
        Ok(rows.into_iter().map(|row| (Self(row.id), Arc::new(row))).collect())
    }
}
