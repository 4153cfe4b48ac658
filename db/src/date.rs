//! The `Date` scalar: a day in Asia/Ho_Chi_Minh.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{Datelike as _, NaiveDate};
use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    pg::{Pg, PgValue},
    serialize::{self, Output, ToSql},
    sql_types,
};
use serde::{Deserialize, Serialize};

use crate::calendar::{FIRST_YEAR, LAST_YEAR};

/// A day in Asia/Ho_Chi_Minh, written `2025-04-15` (RFC 3339 full-date). Years 1900 to 2200.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, AsExpression, FromSqlRow,
)]
#[diesel(sql_type = sql_types::Date)]
#[serde(transparent)]
pub struct Date(pub NaiveDate);

impl Date {
    /// The day after: where a time ends in the tables, of which people say the last day ("đến hết ngày").
    #[must_use]
    pub fn day_after(self) -> Self {
        Self(self.0.succ_opt().unwrap_or(self.0))
    }

    /// The reverse.
    #[must_use]
    pub fn day_before(self) -> Self {
        Self(self.0.pred_opt().unwrap_or(self.0))
    }
}

/// A day in Asia/Ho_Chi_Minh, written `2025-04-15` (RFC 3339 full-date). Years 1900 to 2200.
#[Scalar(name = "Date", specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#section-5.6")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        // chrono reads "2025-4-5" too; one spelling keeps caches and cursors honest.
        (text.len() == 10)
            .then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok())
            .flatten()
            .filter(|day| (FIRST_YEAR..=LAST_YEAR).contains(&day.year()))
            .map(Self)
            .ok_or_else(|| {
                InputValueError::custom("a day is written YYYY-MM-DD, from 1900 to 2200, such as 2025-04-15")
            })
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

object_layer::leaf!(Date: |day, walk| walk.quoted(&day.0));

impl FromSql<sql_types::Date, Pg> for Date {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        FromSql::<sql_types::Date, Pg>::from_sql(bytes).map(Self)
    }
}

impl ToSql<sql_types::Date, Pg> for Date {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        ToSql::<sql_types::Date, Pg>::to_sql(&self.0, &mut out.reborrow())
    }
}
