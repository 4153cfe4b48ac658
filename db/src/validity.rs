//! On which days a rule holds.

use std::ops::Bound;

use chrono::NaiveDate;
use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    pg::{Pg, PgValue},
    serialize::{self, Output, ToSql},
    sql_types::{self, Daterange, Range},
};
use serde::{Deserialize, Serialize};

use crate::Date;

/// The days on which something holds. It may have no beginning, as what was there from the first, and no end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AsExpression, FromSqlRow, Serialize, Deserialize)]
#[diesel(sql_type = Daterange)]
pub struct Holds {
    /// The first day.
    pub from: Option<Date>,
    /// The first day after them.
    pub ends_before: Option<Date>,
}

impl Holds {
    /// Whether a day is one of them.
    #[must_use]
    pub fn on(self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.ends_before.is_none_or(|end| day < end)
    }
}

impl FromSql<Daterange, Pg> for Holds {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        let range: (Bound<NaiveDate>, Bound<NaiveDate>) = FromSql::<Range<sql_types::Date>, Pg>::from_sql(bytes)?;
        // PostgreSQL writes ranges of days so, and no other way.
        let from = match range.0 {
            Bound::Included(from) => Some(Date(from)),
            Bound::Unbounded => None,
            Bound::Excluded(_) => return Err("no range of days: its first day is left out".into()),
        };
        let ends_before = match range.1 {
            Bound::Excluded(end) => Some(Date(end)),
            Bound::Unbounded => None,
            Bound::Included(_) => return Err("no range of days: its last day is included".into()),
        };
        Ok(Self { from, ends_before })
    }
}

impl ToSql<Daterange, Pg> for Holds {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let from = self.from.map_or(Bound::Unbounded, |from| Bound::Included(from.0));
        let until = self.ends_before.map_or(Bound::Unbounded, |end| Bound::Excluded(end.0));
        ToSql::<Range<sql_types::Date>, Pg>::to_sql(&(from, until), &mut out.reborrow())
    }
}
