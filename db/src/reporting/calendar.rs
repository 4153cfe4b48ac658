//! The legal calendar: public holidays, weekends that are worked, and when reports of each kind are due.

use async_graphql::InputObject;
use auth::{Acts as _, Permit, Reached, action::ManageCalendar};
use chrono::NaiveDate;
use derive::boxed;
use diesel::{
    ExpressionMethods as _, Insertable, OptionalExtension as _, PgRangeExpressionMethods as _, QueryDsl as _,
    Queryable, Selectable, SelectableHelper as _,
};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Acting, Date, DbError, Reader, Violation, ViolationCode,
    access::Auth,
    calendar::{PeriodKind, Regime},
    schema::{holiday, reporting_schedule},
    text::check_text,
    text_enum::text_enum,
    writer::{AuditEvent, Writing},
};

/// The most days that are added at once.
pub const MOST: usize = 400;

/// The most characters of a name or a source.
const WORDS: usize = 500;

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
#[graphql(name = "Holiday", directive = Auth::apply(auth::Action::SeePublished))]
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
}

/// A day that is not as its weekday says.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "HolidayInput")]
pub struct NewHoliday {
    /// The day, today or later
    pub day: Date,
    /// Why it is on the list
    pub kind: HolidayKind,
    /// Its name in Vietnamese
    pub name_vi: String,
    /// Its name in English
    pub name_en: String,
    /// What sets it: law, decision or announcement
    pub source: String,
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
}

/// A day to be taken off the list.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "RemoveHolidayInput")]
pub struct RemovedHoliday {
    /// The day, today or later
    pub day: Date,
}

/// When reports of a kind are taken, due and closed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = reporting_schedule)]
#[graphql(name = "ReportingSchedule", directive = Auth::apply(auth::Action::SeePublished))]
pub struct ReportingSchedule {
    /// Calendar or administrative periods
    pub regime: Regime,
    /// Length of the periods
    pub period_kind: PeriodKind,
    /// How many days before the last day of the period figures are taken (ngày chốt số liệu); 0: on the last day. Reporting
    /// opens on the day after
    pub cut_off_days: i32,
    /// The report is due on this working day after the end of the period, the first being 1
    pub due_working_days: i32,
    /// So many working days after the due date answers are still taken, as late; then the period is closed
    pub grace_working_days: i32,
    /// The document that sets it, or words
    pub source: String,
}

/// The days of a year that are not as their weekdays say, in order.
pub async fn holidays(reader: &Reader, year: i32) -> Result<Vec<Holiday>, DbError> {
    let (Some(first), Some(last)) = (NaiveDate::from_ymd_opt(year, 1, 1), NaiveDate::from_ymd_opt(year, 12, 31)) else {
        return Ok(Vec::new());
    };
    let query = holiday::table
        .filter(holiday::day.between(Date(first), Date(last)))
        .order(holiday::day)
        .select(Holiday::as_select());
    Ok(query.load(&mut reader.statement().await?).await?)
}

/// When reports of each kind are due, for periods that end on a day.
pub async fn schedules(reader: &Reader, on: Date) -> Result<Vec<ReportingSchedule>, DbError> {
    let query = reporting_schedule::table
        .filter(reporting_schedule::valid.contains(on))
        .order((reporting_schedule::regime, reporting_schedule::due_working_days, reporting_schedule::period_kind))
        .select(ReportingSchedule::as_select());
    Ok(query.load(&mut reader.statement().await?).await?)
}

/// Adds days, all of them or none: by who reaches everything, and not in the past, which has been judged.
#[boxed]
pub async fn add(acting: &Acting<ManageCalendar>, new: NewHolidays) -> Result<Vec<Holiday>, DbError> {
    everywhere(&acting.permit)?;
    let work = async |writing: &mut Writing| {
        let days = checked(&new.days, writing.today())?;
        let given: Vec<Date> = days.iter().map(|day| day.day).collect();
        let there: Vec<Date> =
            holiday::table.filter(holiday::day.eq_any(&given)).select(holiday::day).load(writing.connection()).await?;
        let taken =
            given.iter().zip(0..).filter(|(day, _)| there.contains(day)).map(|(_, row)| at(ViolationCode::Taken, row));
        refuse(taken.collect())?;
        diesel::insert_into(holiday::table).values(&days).execute(writing.connection()).await?;
        let after = json!({ "count": days.len(), "added": days });
        writing.audit(AuditEvent {
            action: ManageCalendar::ACTION.as_str(),
            after: Some(after),
            ..AuditEvent::default()
        });
        Ok(days)
    };
    acting.write(work).await
}

/// Takes a day off the list: one that is not past.
#[boxed]
pub async fn remove(
    acting: &Acting<ManageCalendar>,
    RemovedHoliday { day }: RemovedHoliday,
) -> Result<Holiday, DbError> {
    everywhere(&acting.permit)?;
    let work = async |writing: &mut Writing| {
        if day < writing.today() {
            return Err(DbError::violated(ViolationCode::OutOfBounds, &["input", "day"]));
        }
        let removed: Option<Holiday> = diesel::delete(holiday::table.find(day))
            .returning(Holiday::as_returning())
            .get_result(writing.connection())
            .await
            .optional()?;
        let removed = removed.ok_or_else(|| DbError::violated(ViolationCode::NotFound, &["input", "day"]))?;
        let before = json!({ "removed": removed });
        writing.audit(AuditEvent {
            action: ManageCalendar::ACTION.as_str(),
            before: Some(before),
            ..AuditEvent::default()
        });
        Ok(removed)
    };
    acting.write(work).await
}

/// Holidays are everybody's.
fn everywhere(permit: &Permit<ManageCalendar>) -> Result<(), DbError> {
    if *permit.reach() == Reached::All { Ok(()) } else { Err(DbError::violated(ViolationCode::OutOfReach, &["input"])) }
}

fn at(code: ViolationCode, row: i32) -> Violation {
    Violation { row: Some(row), ..Violation::of(code, &["input", "days"]) }
}

fn refuse(broken: Vec<Violation>) -> Result<(), DbError> {
    if broken.is_empty() { Ok(()) } else { Err(DbError::Violated(broken)) }
}

/// The days as they are stored, or all that is wrong with them.
fn checked(days: &[NewHoliday], today: Date) -> Result<Vec<Holiday>, DbError> {
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
            _ if given.day < today => broken.push(at(ViolationCode::OutOfBounds, row)),
            _ if stored.iter().any(|earlier: &Holiday| earlier.day == given.day) => {
                broken.push(at(ViolationCode::Duplicate, row));
            }
            _ if given.kind == HolidayKind::Working && !weekend => broken.push(at(ViolationCode::Incompatible, row)),
            (Ok(name_vi), Ok(name_en), Ok(source)) => {
                let NewHoliday { day, kind, provisional, .. } = *given;
                stored.push(Holiday { day, kind, name_vi, name_en, source, provisional });
            }
            _ => broken.push(at(ViolationCode::Malformed, row)),
        }
    }
    refuse(broken)?;
    Ok(stored)
}
