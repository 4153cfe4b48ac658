//! Dimensions (chiều phân tổ): by what figures are broken down, and what of a figure falls to each item.

use async_graphql::InputObject;
use auth::{action::KeepCatalogue, random};
use derive::boxed;
use diesel::{dsl::max, prelude::*};
use object_layer::SimpleObject;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Acting, DbError, Reader, ViolationCode,
    input::{Checks, few, refused},
    noun::relation,
    schema::{
        definition_dimension, dimension, dimension_item, measurement, measurement_breakdown, measurement_revision,
    },
    text::symbol,
    visible::visible_revision,
    writer::{AuditEvent, Writing},
};

/// A dimension (chiều phân tổ): by what figures are broken down, such as sex, age, area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = dimension)]
pub struct Dimension {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Stable key
    pub code: String,
    /// Name in Vietnamese
    #[graphql(skip)]
    pub name_vi: String,
    /// Name in English
    #[graphql(skip)]
    pub name_en: String,
}

/// What a dimension tells apart, such as urban and rural.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = dimension_item)]
pub struct DimensionItem {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Stable key within its dimension
    pub code: String,
    /// Name in Vietnamese
    #[graphql(skip)]
    pub name_vi: String,
    /// Name in English
    #[graphql(skip)]
    pub name_en: String,
}

/// All dimensions, in their order.
#[boxed]
pub async fn dimensions(reader: &Reader) -> Result<Vec<Dimension>, DbError> {
    let query = dimension::table.order(dimension::position).select(Dimension::as_select());
    let mut connection = reader.statement().await?;
    Ok(diesel_async::RunQueryDsl::load(query, &mut connection).await?)
}

relation!(
    /// The items of a dimension, in their order.
    ItemsOf => DimensionItem,
    |reader, parents| dimension_item::table
        .filter(dimension_item::dimension_id.eq_any(parents))
        .order((dimension_item::dimension_id, dimension_item::position))
        .select((dimension_item::dimension_id, DimensionItem::as_select()))
);

relation!(
    /// By what the figures of a definition may be broken down, each with whether its items add up to the figure.
    DimensionsOf => (bool, Dimension),
    |reader, parents| definition_dimension::table
        .inner_join(dimension::table)
        .filter(definition_dimension::definition_id.eq_any(parents))
        .order((definition_dimension::definition_id, dimension::position))
        .select((definition_dimension::definition_id, (definition_dimension::adds_up, Dimension::as_select())))
);

/// What of a figure falls to an item of a dimension.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = measurement_breakdown)]
pub struct ItemFigure {
    /// The figure of the item in the indicator's unit: as stated, or the ratio to six decimal places
    pub value: Option<Decimal>,
    /// Numerator, where the figure was reported as a ratio
    pub numerator: Option<Decimal>,
    /// Denominator, where the figure was reported as a ratio; never zero
    pub denominator: Option<Decimal>,
    /// The dimension
    #[graphql(skip)]
    #[diesel(embed)]
    pub dimension: Dimension,
    /// The item
    #[graphql(skip)]
    #[diesel(embed)]
    pub item: DimensionItem,
}

relation!(
    /// What of each revision of a measurement falls to which item, in the order of dimensions and items.
    BreakdownsOf => (i32, ItemFigure),
    |reader, parents| measurement_breakdown::table
        .inner_join(dimension_item::table.inner_join(dimension::table))
        .inner_join(measurement_revision::table.on(
            measurement_revision::measurement_id.eq(measurement_breakdown::measurement_id)
                .and(measurement_revision::revision.eq(measurement_breakdown::revision))))
        .inner_join(measurement::table.on(measurement::id.eq(measurement_breakdown::measurement_id)))
        .filter(measurement_breakdown::measurement_id.eq_any(parents))
        .filter(visible_revision(reader))
        .order((measurement_breakdown::measurement_id, measurement_breakdown::revision, dimension::position, dimension_item::position))
        .select((measurement_breakdown::measurement_id, (measurement_breakdown::revision, ItemFigure::as_select())))
);

/// The longest code and name, in characters.
const CODE: u16 = 100;
const NAME: u16 = 300;

/// A dimension to be defined, with its items.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DefineDimensionInput")]
pub struct NewDimension {
    /// Its code, the same everywhere: small letters, digits and underscores, such as `age_band`
    pub code: String,
    /// Name in Vietnamese, at most 300 characters
    pub name_vi: String,
    /// Name in English, at most 300 characters
    pub name_en: String,
    /// What it tells apart, in order: 2 to 50
    pub items: Vec<NewItem>,
}

/// An item of a dimension.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DimensionItemInput")]
pub struct NewItem {
    /// Its code within the dimension: small letters, digits and underscores, such as `60_up`
    pub code: String,
    /// Name in Vietnamese, at most 300 characters
    pub name_vi: String,
    /// Name in English, at most 300 characters
    pub name_en: String,
}

/// Defines a dimension, which definitions of indicators may take from then on.
#[boxed]
pub async fn define(acting: &Acting<KeepCatalogue>, new: NewDimension) -> Result<Dimension, DbError> {
    few(new.items.len(), "items")?;
    if new.items.len() < 2 {
        return Err(refused(ViolationCode::Required, "items"));
    }
    let mut checks = Checks::default();
    let code = checks.text("code", &symbol(&new.code), CODE);
    let name_vi = checks.text("nameVi", &new.name_vi, NAME);
    let name_en = checks.text("nameEn", &new.name_en, NAME);
    let item = |checks: &mut Checks, it: &NewItem| {
        let [code, name_vi, name_en] = [(&symbol(&it.code), CODE), (&it.name_vi, NAME), (&it.name_en, NAME)]
            .map(|(text, most)| checks.text("items", text, most));
        (code, name_vi, name_en)
    };
    let items: Vec<_> = new.items.iter().map(|it| item(&mut checks, it)).collect();
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        // Nobody else takes the next place until the end of the transaction.
        let lock = diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('dimension position'))");
        diesel_async::RunQueryDsl::execute(lock, writing.connection()).await?;
        let last = dimension::table.select(max(dimension::position));
        let last: Option<i32> = diesel_async::RunQueryDsl::first(last, writing.connection()).await?;
        let id = random::id(writing.now());
        let defined = Dimension { id, code: code.clone(), name_vi: name_vi.clone(), name_en: name_en.clone() };
        let row = (
            dimension::id.eq(id),
            dimension::code.eq(&code),
            dimension::name_vi.eq(&name_vi),
            dimension::name_en.eq(&name_en),
            dimension::position.eq(last.unwrap_or_default() + 1),
        );
        let insert = diesel::insert_into(dimension::table).values(row);
        diesel_async::RunQueryDsl::execute(insert, writing.connection()).await?;
        let row = |(position, (code, name_vi, name_en))| {
            (
                dimension_item::id.eq(random::id(writing.now())),
                dimension_item::dimension_id.eq(id),
                dimension_item::code.eq(code),
                dimension_item::name_vi.eq(name_vi),
                dimension_item::name_en.eq(name_en),
                dimension_item::position.eq(position),
            )
        };
        let rows: Vec<_> = (1..).zip(items.clone()).map(row).collect();
        let insert = diesel::insert_into(dimension_item::table).values(rows);
        diesel_async::RunQueryDsl::execute(insert, writing.connection()).await?;
        let after = json!({ "code": code, "items": items.iter().map(|(code, ..)| code).collect::<Vec<_>>() });
        writing.audit(AuditEvent {
            action: "KEEP_CATALOGUE",
            object: Some(("dimension", id)),
            after: Some(after),
            ..AuditEvent::default()
        });
        Ok(defined)
    };
    acting.write(work).await
}
