//! Baselines (hiện trạng): where the way to targets began.

use std::{collections::HashMap, sync::Arc};

use derive::boxed;
use diesel::prelude::*;
use object_layer::SimpleObject;
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::{
    Date, DbError, Reader,
    among::among,
    noun::{Batch, relation},
    schema::baseline,
};

/// A baseline (hiện trạng, mốc xuất phát): where an indicator of a subject stood on a day from which the way to its targets is
/// counted, as somebody has stated it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
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
    /// Clause of the document that says so, as printed
    #[graphql(skip)]
    pub clause: Option<String>,
    /// The document that says so
    #[graphql(skip)]
    pub document_id: Option<Uuid>,
    /// Whose figure it is
    #[graphql(skip)]
    pub subject_id: Uuid,
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
