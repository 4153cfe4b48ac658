//! By what the figures of an indicator may be broken down: a part of its dated definition, as what it measures is.

use std::collections::BTreeMap;

use async_graphql::InputObject;
use diesel::{ExpressionMethods as _, QueryDsl as _};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use super::{Indicator, ValueKind};
use crate::{
    DbError, Violation, ViolationCode,
    schema::{definition_dimension, dimension},
    writer::Writing,
};

/// A dimension by which figures may be broken down.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DefinitionDimensionInput")]
pub struct NewDimension {
    /// Code of the dimension, such as `sex`
    pub dimension: String,
    /// Whether its items together are the figure: their values, or numerators and denominators of a ratio
    pub adds_up: bool,
}

/// Keeps by what the figures of a definition may be broken down; those of a computed one are not.
pub(super) async fn keep(
    writing: &mut Writing,
    of: &Indicator,
    is_computed: bool,
    definition: Uuid,
    typed: &[NewDimension],
) -> Result<(), DbError> {
    if typed.is_empty() {
        return Ok(());
    }
    if is_computed || matches!(of.value_kind, ValueKind::Narrative | ValueKind::YesNo | ValueKind::Rank) {
        return Err(refused(ViolationCode::Incompatible, "valueKind"));
    }
    let codes: BTreeMap<&str, bool> = typed.iter().map(|it| (it.dimension.as_str(), it.adds_up)).collect();
    if codes.len() < typed.len() {
        return Err(DbError::Violated(vec![at(ViolationCode::Duplicate)]));
    }
    let query = dimension::table.filter(dimension::code.eq_any(codes.keys())).select((dimension::code, dimension::id));
    let found: BTreeMap<String, Uuid> = query.load::<(String, Uuid)>(writing.connection()).await?.into_iter().collect();
    if let Some(code) = codes.keys().find(|code| !found.contains_key(**code)) {
        return Err(refused(ViolationCode::NotFound, code));
    }
    let row = |(code, id): (&String, &Uuid)| {
        (
            definition_dimension::definition_id.eq(definition),
            definition_dimension::dimension_id.eq(*id),
            definition_dimension::adds_up.eq(codes.get(code.as_str()).copied().unwrap_or_default()),
        )
    };
    let rows: Vec<_> = found.iter().map(row).collect();
    diesel::insert_into(definition_dimension::table).values(rows).execute(writing.connection()).await?;
    Ok(())
}

fn at(code: ViolationCode) -> Violation {
    Violation::of(code, &["input", "definition", "dimensions"])
}

fn refused(code: ViolationCode, about: &str) -> DbError {
    DbError::Violated(vec![at(code).about(about)])
}
