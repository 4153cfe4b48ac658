//! Periods as GraphQL and SQL see them: by their code.

use std::{borrow::Cow, io::Write as _};

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use diesel::{
    deserialize::{self, FromSql},
    pg::{Pg, PgValue},
    serialize::{self, IsNull, Output, ToSql},
    sql_types::Text,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Period, RelativePeriod};

/// A reporting period (kỳ báo cáo): `2025-07`, `2025-Q3`, `2025-S1` (half-year), `2025-9M` (nine months), `2025`, or days as
/// `2025-01-15/2025-03-01` with both ends included. Also read: `2025Q3`, `2025S1`, `202507`, and of SDMX `2025-A1` (the year) and `2025-M07` (July). Not read, because
/// it may mean either: `2025-M9`.
#[Scalar(name = "Period", specified_by_url = "/scalars.md#period")]
impl ScalarType for Period {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(code) => code.parse().map_err(InputValueError::custom),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

/// Periods counted from a reference day: `THIS_MONTH`, `THIS_QUARTER`, `THIS_YEAR` are the running ones; `LAST_MONTH`,
/// `LAST_QUARTER`, `LAST_YEAR`, or `LAST_12_MONTHS`, `LAST_4_QUARTERS`, `LAST_3_YEARS` with any number from 1 to 120, are
/// the last finished ones.
#[Scalar(name = "RelativePeriod", specified_by_url = "/scalars.md#relativeperiod")]
impl ScalarType for RelativePeriod {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(code) => code.parse().map_err(InputValueError::custom),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

object_layer::leaf!(Period: |period, walk| walk.quoted(period));
object_layer::leaf!(RelativePeriod: |period, walk| walk.quoted(period));

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = <Cow<'de, str>>::deserialize(deserializer)?;
        code.parse().map_err(de::Error::custom)
    }
}

impl FromSql<Text, Pg> for Period {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(std::str::from_utf8(bytes.as_bytes())?.parse()?)
    }
}

impl ToSql<Text, Pg> for Period {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        write!(out, "{self}")?;
        Ok(IsNull::No)
    }
}
