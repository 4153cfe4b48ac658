//! The legal calendar: public holidays, and weekends that are worked.

use std::collections::{BTreeSet, HashMap};

use async_graphql::InputObject;
use auth::{Acts as _, Permit, Reached, action::ManageCalendar};
use chrono::NaiveDate;
use derive::boxed;
use diesel::{
    ExpressionMethods as _, Insertable, OptionalExtension as _, QueryDsl as _, Queryable, QueryableByName, Selectable,
    SelectableHelper as _,
    sql_types::{Bool, Integer},
};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::moved::{MovedDueDate, Moving};
use crate::{
    Acting, Date, DbError, Reader, Violation, ViolationCode,
    access::Auth,
    calendar::{FIRST_YEAR, LAST_YEAR},
    document::seen,
    input::Checks,
    schema::holiday,
    text::check_text,
    text_enum::text_enum,
    writer::{AuditEvent, Writing},
};

/// The most days that are added at once.
pub const MOST: usize = 400;

/// The most characters of a name or a source.
const WORDS: usize = 500;

/// The longest reason, in characters.
const REASON: u16 = 500;

text_enum! {
    /// Why a day is not as its weekday says.
    pub enum HolidayKind {
        /// A public holiday by the solar calendar
        Solar => "SOLAR",
        /// A public holiday by the lunar calendar (âm lịch)
        Lunar => "LUNAR",
        /// Free for a public holiday that falls on a weekend (nghỉ bù)
        InLieu => "IN_LIEU",
        /// Free, and a weekend is worked instead (nghỉ hoán đổi)
        Swapped => "SWAPPED",
        /// A day of a weekend that is worked (làm bù)
        Working => "WORKING",
    }
}

/// A day that is not as its weekday says (ngày nghỉ lễ, tết; ngày làm bù).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, SimpleObject, Serialize, Deserialize)]
#[diesel(table_name = holiday)]
pub struct Holiday {
    /// The day
    pub day: Date,
    /// Why it is on the list
    pub kind: HolidayKind,
    /// Its name in Vietnamese
    pub name_vi: String,
    /// Its name in English
    pub name_en: String,
    /// What sets it: law, decision or announcement
    pub source: String,
    /// True while the plan of the year is not announced: the day follows law and custom, and may turn out to be another
    pub provisional: bool,
    /// The document of the register that sets it
    #[graphql(skip)]
    pub document_id: Option<Uuid>,
}

/// A day that is not as its weekday says.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "HolidayInput")]
pub struct NewHoliday {
    /// The day
    pub day: Date,
    /// Why it is on the list
    pub kind: HolidayKind,
    /// Its name in Vietnamese
    pub name_vi: String,
    /// Its name in English
    pub name_en: String,
    /// What sets it: law, decision or announcement, in words that everybody may read
    pub source: String,
    /// Code of the document that sets it, if it is one of the register
    pub document: Option<String>,
    /// True while the plan of the year is not announced
    #[graphql(default)]
    pub provisional: bool,
}

/// Days to be added, at most 400.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "AddHolidaysInput")]
pub struct NewHolidays {
    /// The days
    pub days: Vec<NewHoliday>,
    /// Why days that are over are added now: needed for them, because reports have been judged by the list as it was; at most
    /// 500 characters
    pub reason: Option<String>,
    /// True: nothing is written; the answer says which due dates would move
    #[graphql(default)]
    pub dry_run: bool,
}

/// A day to be taken off the list.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "RemoveHolidayInput")]
pub struct RemovedHoliday {
    /// The day, today or later
    pub day: Date,
    /// True: nothing is written; the answer says which due dates would move
    #[graphql(default)]
    pub dry_run: bool,
}

/// What became of days that were to be added or removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarChange {
    /// The days.
    pub days: Vec<Holiday>,
    /// False after a dry run.
    pub written: bool,
    /// The due dates that move, the earliest period first.
    pub moved: Vec<MovedDueDate>,
}

/// A year that due dates of today depend on.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName, SimpleObject)]
#[graphql(name = "CalendarYear", directive = Auth::apply(auth::Action::SeePublished))]
pub struct CalendarYear {
    /// The year
    #[diesel(sql_type = Integer)]
    pub year: i32,
    /// False if none of its holidays is known, or if some of its days are provisional: due dates may still move. An
    /// administrator then replaces them by what was announced
    #[diesel(sql_type = Bool)]
    pub is_announced: bool,
    /// How many of its days are provisional
    #[diesel(sql_type = Integer)]
    pub provisional_days: i32,
}

/// The days of a year that are not as their weekdays say, in order.
pub async fn holidays(reader: &Reader, year: i32) -> Result<Vec<Holiday>, DbError> {
    // Beyond the years of a `Date` there are none, nor does PostgreSQL know all years that can be asked for.
    let year = Some(year).filter(|year| (FIRST_YEAR..=LAST_YEAR).contains(year));
    let day = |month, day| year.and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
    let (Some(first), Some(last)) = (day(1, 1), day(12, 31)) else {
        return Ok(Vec::new());
    };
    let query = holiday::table
        .filter(holiday::day.between(Date(first), Date(last)))
        .order(holiday::day)
        .select(Holiday::as_select());
    Ok(query.load(&mut reader.statement().await?).await?)
}

/// The years that due dates of a day depend on: its own, and in the last quarter the next, in which what ends then falls due.
#[boxed]
pub async fn needed_years(reader: &Reader) -> Result<Vec<CalendarYear>, DbError> {
    const QUERY: &str = "SELECT year, count(day) > 0 AND count(day) FILTER (WHERE provisional) = 0 AS is_announced,
            (count(day) FILTER (WHERE provisional))::integer AS provisional_days
        FROM generate_series(extract(year FROM $1)::integer, extract(year FROM ($1 + interval '3 months'))::integer) AS year
        LEFT JOIN holiday ON day >= make_date(year, 1, 1) AND day <= make_date(year, 12, 31)
        GROUP BY year ORDER BY year";
    let query = diesel::sql_query(QUERY).bind::<diesel::sql_types::Date, _>(reader.today());
    Ok(query.load(&mut reader.statement().await?).await?)
}

/// Adds days, all of them or none: by who reaches everything; those that are over with a reason, for they have been judged.
/// Answers which due dates move. A dry run does the same and takes it back.
#[boxed]
pub async fn add(acting: &Acting<ManageCalendar>, new: NewHolidays) -> Result<CalendarChange, DbError> {
    everywhere(&acting.permit)?;
    let mut checks = Checks::default();
    let reason = checks.optional("reason", new.reason.as_deref(), REASON);
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        let mut days = checked(&new.days)?;
        set_by(acting, writing, &new.days, &mut days).await?;
        if reason.is_none() && !new.dry_run && days.iter().any(|day| day.day < writing.today()) {
            return Err(DbError::violated(ViolationCode::Required, &["input", "reason"]));
        }
        let given: Vec<Date> = days.iter().map(|day| day.day).collect();
        let there: Vec<Date> =
            holiday::table.filter(holiday::day.eq_any(&given)).select(holiday::day).load(writing.connection()).await?;
        let taken =
            given.iter().zip(0..).filter(|(day, _)| there.contains(day)).map(|(_, row)| at(ViolationCode::Taken, row));
        refuse(taken.collect())?;
        let first = days.iter().map(|day| day.day).min().unwrap_or(writing.today());
        let moving = Moving::begin(writing, first).await?;
        diesel::insert_into(holiday::table).values(&days).execute(writing.connection()).await?;
        let moved = moving.end(writing).await?;
        let after = json!({ "count": days.len(), "added": days, "reason": reason, "moved": moved.len() });
        writing.audit(AuditEvent {
            action: ManageCalendar::ACTION.as_str(),
            after: Some(after),
            ..AuditEvent::default()
        });
        Ok(CalendarChange { days, written: !new.dry_run, moved })
    };
    acting.write_or_rehearse(new.dry_run, work).await
}

/// Takes a day off the list: one that is not past. Answers which due dates move. A dry run does the same and takes it back.
#[boxed]
pub async fn remove(
    acting: &Acting<ManageCalendar>,
    RemovedHoliday { day, dry_run }: RemovedHoliday,
) -> Result<CalendarChange, DbError> {
    everywhere(&acting.permit)?;
    let work = async |writing: &mut Writing| {
        if day < writing.today() {
            return Err(DbError::violated(ViolationCode::OutOfBounds, &["input", "day"]));
        }
        let moving = Moving::begin(writing, day).await?;
        let removed: Option<Holiday> = diesel::delete(holiday::table.find(day))
            .returning(Holiday::as_returning())
            .get_result(writing.connection())
            .await
            .optional()?;
        let removed = removed.ok_or_else(|| DbError::violated(ViolationCode::NotFound, &["input", "day"]))?;
        let moved = moving.end(writing).await?;
        writing.audit(AuditEvent {
            action: ManageCalendar::ACTION.as_str(),
            before: Some(json!({ "removed": removed })),
            after: Some(json!({ "moved": moved.len() })),
            ..AuditEvent::default()
        });
        Ok(CalendarChange { days: vec![removed], written: !dry_run, moved })
    };
    acting.write_or_rehearse(dry_run, work).await
}

/// Says which documents of the register set the days.
async fn set_by(
    acting: &Acting<ManageCalendar>,
    writing: &mut Writing,
    given: &[NewHoliday],
    days: &mut [Holiday],
) -> Result<(), DbError> {
    let codes: BTreeSet<&String> = given.iter().filter_map(|day| day.document.as_ref()).collect();
    let codes: Vec<String> = codes.into_iter().cloned().collect();
    let documents = seen(acting, writing, &codes, "days").await?;
    let of_code: HashMap<_, _> = codes.iter().zip(documents).collect();
    for (given, day) in given.iter().zip(days) {
        day.document_id = given.document.as_ref().and_then(|code| of_code.get(code)).map(|document| document.id);
    }
    Ok(())
}

/// Holidays, schedules and rules of notifications are everybody's.
pub(crate) fn everywhere(permit: &Permit<ManageCalendar>) -> Result<(), DbError> {
    if *permit.reach() == Reached::All { Ok(()) } else { Err(DbError::violated(ViolationCode::OutOfReach, &["input"])) }
}

fn at(code: ViolationCode, row: i32) -> Violation {
    Violation { row: Some(row), ..Violation::of(code, &["input", "days"]) }
}

fn refuse(broken: Vec<Violation>) -> Result<(), DbError> {
    if broken.is_empty() { Ok(()) } else { Err(DbError::Violated(broken)) }
}

/// The days as they are stored, or all that is wrong with them.
fn checked(days: &[NewHoliday]) -> Result<Vec<Holiday>, DbError> {
    use chrono::{Datelike as _, Weekday::Sat, Weekday::Sun};
    if days.is_empty() {
        return Err(DbError::violated(ViolationCode::Required, &["input", "days"]));
    }
    if days.len() > MOST {
        let broken = Violation::of(ViolationCode::TooMany, &["input", "days"]);
        return Err(DbError::Violated(vec![broken.limit(400)]));
    }
    let (mut stored, mut broken) = (Vec::with_capacity(days.len()), Vec::new());
    for (given, row) in days.iter().zip(0..) {
        let words = |text: &str| check_text(text, WORDS);
        let weekend = matches!(given.day.0.weekday(), Sat | Sun);
        match (words(&given.name_vi), words(&given.name_en), words(&given.source)) {
            _ if stored.iter().any(|earlier: &Holiday| earlier.day == given.day) => {
                broken.push(at(ViolationCode::Duplicate, row));
            }
            _ if given.kind == HolidayKind::Working && !weekend => broken.push(at(ViolationCode::Incompatible, row)),
            (Ok(name_vi), Ok(name_en), Ok(source)) => {
                let NewHoliday { day, kind, provisional, .. } = *given;
                stored.push(Holiday { day, kind, name_vi, name_en, source, provisional, document_id: None });
            }
            (Err(error), ..) | (_, Err(error), _) | (.., Err(error)) => {
                broken.push(Violation { row: Some(row), ..error.violation(&["input", "days"]) });
            }
        }
    }
    refuse(broken)?;
    Ok(stored)
}
