//! The agencies that a change names, as they are on its day: whoever is gone is given nothing new.

use std::collections::HashMap;

use diesel::{
    QueryableByName,
    sql_types::{Array, Bool, Date as SqlDate, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use crate::{
    Date, DbError, Violation, ViolationCode, input::in_order, planned::planned, violation::Words, writer::Writing,
};

/// An agency that a change names.
#[derive(Debug, Clone, QueryableByName)]
pub(crate) struct Receiver {
    /// Its id.
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Bool)]
    exists: bool,
    /// The codes of those into which it went, with commas between; empty while it is there.
    #[diesel(sql_type = Text)]
    successors: String,
}

const NAMED: &str = "SELECT id, code, exists, \
    CASE WHEN exists THEN '' ELSE coalesce(array_to_string(agency_successor_codes(id), ', '), '') END AS successors \
    FROM (SELECT id, code, agency_exists_on(id, $2) AS exists FROM agency WHERE code = ANY ($1)) AS named";

/// Nobody ends them meanwhile, and whoever is just doing so is waited for.
const HELD: &str = "SELECT id FROM agency WHERE code = ANY ($1) ORDER BY id FOR KEY SHARE";

/// The agencies of these codes, as they are on a day.
pub(crate) async fn receivers(
    writing: &mut Writing,
    codes: &[String],
    on: Date,
) -> Result<HashMap<String, Receiver>, DbError> {
    planned(diesel::sql_query(HELD).bind::<Array<Text>, _>(codes)).execute(writing.connection()).await?;
    let query = diesel::sql_query(NAMED).bind::<Array<Text>, _>(codes).bind::<SqlDate, _>(on);
    let rows: Vec<Receiver> = planned(query).load(writing.connection()).await?;
    Ok(rows.into_iter().map(|row| (row.code.clone(), row)).collect())
}

/// The one agency of a code; refused beside the field if it is not there on the day.
pub(crate) async fn receiver(
    writing: &mut Writing,
    code: &str,
    on: Date,
    field: &[&'static str],
) -> Result<Uuid, DbError> {
    let found = receivers(writing, &[code.to_owned()], on).await?;
    match Receiver::of(found.get(code), || Violation::of(ViolationCode::NotFound, field)) {
        Ok(receiver) => Ok(receiver.id),
        Err(violation) => Err(DbError::Violated(vec![violation])),
    }
}

/// The ids of agencies that are there today, in the order of their codes.
pub(crate) async fn there_today(
    writing: &mut Writing,
    codes: &[String],
    field: &'static str,
) -> Result<Vec<Uuid>, DbError> {
    let today = writing.today();
    let found = receivers(writing, codes, today).await?;
    let ids = in_order(codes, found.iter().map(|(code, found)| (code.clone(), found.id)).collect(), field)?;
    let not_found = || Violation::of(ViolationCode::NotFound, &["input", field]);
    let gone = codes.iter().filter_map(|code| Receiver::of(found.get(code), not_found).err());
    let gone: Vec<_> = gone.collect();
    if gone.is_empty() { Ok(ids) } else { Err(DbError::Violated(gone)) }
}

impl Receiver {
    /// It, if it is there on the day; otherwise what has to be mended: `not_found`, or the same with the successor named.
    pub(crate) fn of(found: Option<&Self>, not_found: impl FnOnce() -> Violation) -> Result<&Self, Violation> {
        match found {
            Some(found) if found.exists => Ok(found),
            Some(gone) => Err(gone.refusal(not_found())),
            None => Err(not_found()),
        }
    }

    fn refusal(&self, violation: Violation) -> Violation {
        let Self { code, successors, .. } = self;
        let words = if successors.is_empty() {
            Words {
                vi: format!("Cơ quan {code} không còn (hoặc chưa) hoạt động vào ngày này"),
                en: format!("{code} is not there on that day"),
            }
        } else {
            Words {
                vi: format!("Cơ quan {code} không còn hoạt động; cơ quan kế thừa: {successors}"),
                en: format!("{code} is no longer there; its successor is {successors}"),
            }
        };
        Violation { code: ViolationCode::NotInState, ..violation }.about(successors).saying(words)
    }
}
