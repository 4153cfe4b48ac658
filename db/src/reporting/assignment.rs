//! Reporting assignments (giao báo cáo): who reports an indicator of a subject, how often, in which regime.

use std::{
    collections::{HashMap, HashSet},
    ops::Bound,
};

use async_graphql::InputObject;
use auth::{Action, Acts as _, Object, Permit, Principal, action::AssignReporting, random};
use chrono::NaiveDate;
use derive::boxed;
use diesel::{
    ExpressionMethods as _, Insertable, NullableExpressionMethods as _, PgRangeExpressionMethods as _, QueryDsl as _,
    Queryable, Selectable, SelectableHelper as _,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    pg::{Pg, PgValue},
    serialize::{self, Output, ToSql},
    sql_types::{self, Daterange, Range},
};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::closed::{is_any_closed, obligations};
use crate::{
    Acting, Date, DbError, Id, Reader, Violation, ViolationCode,
    agency::{Receiver, receivers},
    calendar::{Period, PeriodKind, Regime},
    indicator::computed,
    input::Checks,
    noun::{Boxed, Stored, names, noun},
    page::{Cursor, Page, Tie, by_tie},
    schema::{agency, indicator, reporting_assignment},
    writer::{AuditEvent, ChangeKind, Writing},
};

const NOUN: &str = "reporting_assignment";

/// The most assignments that are made at once.
pub const MOST: usize = 1_000;

/// The longest reason, in characters.
const REASON: u16 = 500;

/// The days on one of which a period has to end to be reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AsExpression, FromSqlRow, Serialize, Deserialize)]
#[diesel(sql_type = Daterange)]
pub struct Validity {
    /// The first.
    pub from: Date,
    /// The first day after them; none while there is no end. In answers that are kept it has its earlier name.
    #[serde(rename = "until")]
    pub ends_before: Option<Date>,
}

impl FromSql<Daterange, Pg> for Validity {
    fn from_sql(bytes: PgValue<'_>) -> deserialize::Result<Self> {
        let range: (Bound<NaiveDate>, Bound<NaiveDate>) = FromSql::<Range<sql_types::Date>, Pg>::from_sql(bytes)?;
        match range {
            (Bound::Included(from), Bound::Excluded(until)) => {
                Ok(Self { from: Date(from), ends_before: Some(Date(until)) })
            }
            (Bound::Included(from), Bound::Unbounded) => Ok(Self { from: Date(from), ends_before: None }),
            other => Err(format!("{other:?} is no range of days with a beginning").into()),
        }
    }
}

impl ToSql<Daterange, Pg> for Validity {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let until = self.ends_before.map_or(Bound::Unbounded, |until| Bound::Excluded(until.0));
        let range = (Bound::Included(self.from.0), until);
        ToSql::<Range<sql_types::Date>, Pg>::to_sql(&range, &mut out.reborrow())
    }
}

/// A reporting assignment (giao báo cáo): somebody reports an indicator of a subject, in each period of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, SimpleObject, Serialize, Deserialize)]
#[diesel(table_name = reporting_assignment)]
pub struct ReportingAssignment {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Calendar or administrative periods
    pub regime: Regime,
    /// Length of the periods
    pub period_kind: PeriodKind,
    /// Raised by each change; mutations name the one they expect
    pub version: i32,
    /// Periods whose last day is one of these are to be reported
    #[graphql(skip)]
    pub valid: Validity,
    /// The indicator
    #[graphql(skip)]
    pub indicator_id: Uuid,
    /// Whose figure it is
    #[graphql(skip)]
    pub subject_id: Uuid,
    /// Who reports
    #[graphql(skip)]
    pub reporter_id: Uuid,
}

impl Validity {
    /// Whether a period of a kind ends on one of the days.
    fn holds_a_period(self, kind: PeriodKind, regime: Regime) -> bool {
        let Some(end) = self.ends_before else { return true };
        let last = Period::last_finished(end.0, kind, regime);
        last.is_some_and(|period| period.window(regime).last_day() >= self.from.0)
    }
}

impl ReportingAssignment {
    /// Whether somebody may do this to it.
    #[must_use]
    pub fn is_open(&self, viewer: &Principal, action: Action) -> bool {
        viewer.may_to(action, Object { agencies: &[self.reporter_id], by: None })
    }
}

/// Narrows a list of assignments. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct ReportingAssignmentFilter {
    /// Code of the agency that reports
    pub reporter: Option<String>,
    /// Code of the agency whose figure it is
    pub subject: Option<String>,
    /// Code of the indicator
    pub indicator: Option<String>,
    /// Calendar or administrative periods
    pub regime: Option<Regime>,
}

names!(ReportingAssignmentFilter { reporter: Agency, subject: Agency, indicator: Indicator });

impl Stored for ReportingAssignment {
    type Query = Boxed<reporting_assignment::table>;
    type Filter = ReportingAssignmentFilter;
    type Sort = ();

    fn filtered(reader: &Reader, filter: &ReportingAssignmentFilter) -> Self::Query {
        let mut query = reporting_assignment::table.into_boxed();
        if let Some(agencies) = reader.scope().obligations().ids() {
            query = query.filter(reporting_assignment::reporter_id.eq_any(agencies));
        }
        if let Some(code) = filter.reporter.clone() {
            let of_code = agency::table.filter(agency::code.eq(code)).select(agency::id).single_value();
            query = query.filter(reporting_assignment::reporter_id.nullable().eq(of_code));
        }
        if let Some(code) = filter.subject.clone() {
            let of_code = agency::table.filter(agency::code.eq(code)).select(agency::id).single_value();
            query = query.filter(reporting_assignment::subject_id.nullable().eq(of_code));
        }
        if let Some(code) = filter.indicator.clone() {
            let of_code = indicator::table.filter(indicator::code.eq(code)).select(indicator::id).single_value();
            query = query.filter(reporting_assignment::indicator_id.nullable().eq(of_code));
        }
        if let Some(regime) = filter.regime {
            query = query.filter(reporting_assignment::regime.eq(regime));
        }
        query
    }

    /// Assignments are listed in the order in which they were made.
    fn sorted(query: Self::Query, (): (), page: &Page) -> Result<Self::Query, DbError> {
        Ok(by_tie!(query, page, false, reporting_assignment::id, Id))
    }

    fn cursor(&self, (): ()) -> Cursor {
        Cursor { key: None, tie: Tie::Id(self.id) }
    }
}

noun!(ReportingAssignment, reporting_assignment, tag b'l');

/// Assignments to be made: each of the subjects by each of the indicators, at most 1,000 in all.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "AssignReportingInput")]
pub struct NewAssignments {
    /// Codes of the agencies whose figures they are
    pub subjects: Vec<String>,
    /// Codes of the indicators
    pub indicators: Vec<String>,
    /// Code of the agency that reports; each subject reports its own if this is left out
    pub reporter: Option<String>,
    /// Calendar or administrative periods
    #[graphql(default_with = "Regime::Calendar")]
    pub regime: Regime,
    /// Length of the periods; the frequency of each indicator if this is left out
    pub period_kind: Option<PeriodKind>,
    /// Periods whose last day (Asia/Ho_Chi_Minh) is this one or later are to be reported; with a `reason` if some of them are closed
    pub valid_from: Date,
    /// Periods whose last day is this one or earlier are to be reported; no end if left out. At least one period ends in this time
    pub valid_until: Option<Date>,
    /// Why reports of periods are assigned that are closed: needed for them, because they are owed late at once; at most 500
    /// characters
    pub reason: Option<String>,
    /// True: nothing is written; the answer says how many obligations there would be
    #[graphql(default)]
    pub dry_run: bool,
}

/// What became of assignments that were to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeAssignments {
    /// The assignments, subject by subject.
    pub rows: Vec<ReportingAssignment>,
    /// False after a dry run.
    pub written: bool,
    /// How many obligations they bring, of periods that end within a year from today or have ended.
    pub obligations: i32,
}

/// The end of an assignment.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "EndReportingAssignmentInput")]
pub struct AssignmentEnd {
    /// The assignment
    pub assignment: Id<ReportingAssignment>,
    /// Its `version` as it was read
    pub expected_version: i32,
    /// Periods whose last day (Asia/Ho_Chi_Minh) is later than this are not to be reported any more. None of them is closed: what
    /// was owed of those stays owed
    pub valid_until: Date,
}

impl NewAssignments {
    /// What is wrong with it whatever the database holds.
    fn check(&self) -> Result<(), DbError> {
        let mut broken = Vec::new();
        for (field, codes) in [("subjects", &self.subjects), ("indicators", &self.indicators)] {
            if codes.is_empty() {
                broken.push(Violation::of(ViolationCode::Required, &["input", field]));
            }
            let mut seen = HashSet::new();
            broken.extend(
                codes
                    .iter()
                    .zip(0..)
                    .filter(|(code, _)| !seen.insert(*code))
                    .map(|(_, row)| at(ViolationCode::Duplicate, field, row)),
            );
        }
        if self.subjects.len().saturating_mul(self.indicators.len()) > MOST {
            broken.push(Violation::of(ViolationCode::TooMany, &["input", "subjects"]).limit(1_000));
        }
        if self.period_kind == Some(PeriodKind::Range) {
            broken.push(Violation::of(ViolationCode::Malformed, &["input", "periodKind"]));
        }
        if self.valid_until.is_some_and(|until| until < self.valid_from) {
            broken.push(Violation::of(ViolationCode::Malformed, &["input", "validUntil"]));
        }
        if broken.is_empty() { Ok(()) } else { Err(DbError::Violated(broken)) }
    }

    fn valid(&self) -> Validity {
        Validity { from: self.valid_from, ends_before: self.valid_until.map(Date::day_after) }
    }
}

fn at(code: ViolationCode, field: &'static str, row: i32) -> Violation {
    Violation { row: Some(row), ..Violation::of(code, &["input", field]) }
}

/// Assigns reporting, all of it or nothing: of subjects and by a reporter within the actor's reach.
#[boxed]
pub async fn assign(acting: &Acting<AssignReporting>, new: NewAssignments) -> Result<MadeAssignments, DbError> {
    let permit = &acting.permit;
    new.check()?;
    let mut checks = Checks::default();
    let reason = checks.optional("reason", new.reason.as_deref(), REASON);
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        let rows = resolved(writing, permit, &new).await?;
        let mut kinds: Vec<PeriodKind> = rows.iter().map(|row| row.period_kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let days = (new.valid_from, new.valid_until);
        if reason.is_none() && is_any_closed(writing, new.regime, kinds, days).await? {
            return Err(DbError::violated(ViolationCode::Required, &["input", "reason"]));
        }
        refuse_overlaps(writing, &new, &rows).await?;
        diesel::insert_into(reporting_assignment::table).values(&rows).execute(writing.connection()).await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let obligations = obligations(writing, new.valid_from, &ids).await?;
        for id in &ids {
            writing.changed(ChangeKind::Created, (NOUN, *id));
        }
        let after = json!({
            "count": ids.len(), "ids": ids, "subjects": new.subjects, "indicators": new.indicators, "reporter": new.reporter,
            "regime": new.regime.as_str(), "validFrom": new.valid_from, "endsBefore": new.valid().ends_before, "reason": reason,
        });
        writing.audit(AuditEvent {
            action: AssignReporting::ACTION.as_str(),
            after: Some(after),
            ..AuditEvent::default()
        });
        Ok(MadeAssignments { rows, written: !new.dry_run, obligations })
    };
    acting.write_or_rehearse(new.dry_run, work).await
}

/// The rows, with what the codes stand for; all that is not there or out of reach is told at once.
async fn resolved(
    writing: &mut Writing,
    permit: &Permit<AssignReporting>,
    new: &NewAssignments,
) -> Result<Vec<ReportingAssignment>, DbError> {
    let codes: Vec<String> = new.subjects.iter().chain(&new.reporter).cloned().collect();
    let agencies = receivers(writing, &codes, new.valid_from).await?;
    let indicators: HashMap<String, (Uuid, PeriodKind)> = indicator::table
        .filter(indicator::code.eq_any(&new.indicators))
        .select((indicator::code, (indicator::id, indicator::frequency)))
        .load::<(String, (Uuid, PeriodKind))>(writing.connection())
        .await?
        .into_iter()
        .collect();

    let mut broken = Vec::new();
    let mut reached = |code: &String, violation: Box<dyn Fn(ViolationCode) -> Violation>| match Receiver::of(
        agencies.get(code),
        || violation(ViolationCode::NotFound),
    ) {
        Err(refused) => broken.push(refused),
        Ok(found) if !permit.reach().holds(Some(found.id)) => broken.push(violation(ViolationCode::OutOfReach)),
        Ok(_) => {}
    };
    for (code, row) in new.subjects.iter().zip(0..) {
        reached(code, Box::new(move |why| at(why, "subjects", row)));
    }
    if let Some(code) = &new.reporter {
        reached(code, Box::new(|why| Violation::of(why, &["input", "reporter"])));
    }
    let unknown = new.indicators.iter().zip(0..).filter(|(code, _)| !indicators.contains_key(*code));
    broken.extend(unknown.map(|(_, row)| at(ViolationCode::NotFound, "indicators", row)));
    let computed = computed(writing, indicators.values().map(|(id, _)| *id).collect(), new.valid_from).await?;
    let refused = new
        .indicators
        .iter()
        .zip(0..)
        .filter(|(code, _)| indicators.get(*code).is_some_and(|(id, _)| computed.contains(id)));
    broken.extend(refused.map(|(_, row)| at(ViolationCode::Computed, "indicators", row)));
    if !broken.is_empty() {
        return Err(DbError::Violated(broken));
    }

    let id_of = |code| agencies.get(code).map(|found| found.id);
    let reporter = new.reporter.as_ref().and_then(id_of);
    let now = writing.now();
    let rows = new.subjects.iter().filter_map(id_of).flat_map(|subject| {
        let valid = new.valid();
        new.indicators.iter().filter_map(|code| indicators.get(code)).map(move |(indicator, frequency)| {
            ReportingAssignment {
                id: random::id(now),
                regime: new.regime,
                period_kind: new.period_kind.unwrap_or(*frequency),
                version: 1,
                valid,
                indicator_id: *indicator,
                subject_id: subject,
                reporter_id: reporter.unwrap_or(subject),
            }
        })
    });
    let rows: Vec<_> = rows.collect();
    // What ends before its first period asks for nothing, and nobody would notice.
    if rows.iter().any(|row| !row.valid.holds_a_period(row.period_kind, row.regime)) {
        return Err(DbError::violated(ViolationCode::OutOfBounds, &["input", "validUntil"]));
    }
    Ok(rows)
}

/// The table refuses them too, but without saying which.
async fn refuse_overlaps(
    writing: &mut Writing,
    new: &NewAssignments,
    rows: &[ReportingAssignment],
) -> Result<(), DbError> {
    let column = |of: fn(&ReportingAssignment) -> Uuid| rows.iter().map(of).collect::<Vec<Uuid>>();
    let there: Vec<(Uuid, Uuid, PeriodKind)> = reporting_assignment::table
        .filter(reporting_assignment::subject_id.eq_any(column(|row| row.subject_id)))
        .filter(reporting_assignment::indicator_id.eq_any(column(|row| row.indicator_id)))
        .filter(reporting_assignment::regime.eq(new.regime))
        .filter(reporting_assignment::valid.overlaps_with(new.valid()))
        .select((
            reporting_assignment::indicator_id,
            reporting_assignment::subject_id,
            reporting_assignment::period_kind,
        ))
        .load(writing.connection())
        .await?;
    let there: HashSet<_> = there.into_iter().collect();
    // The rows stand in the order of the subjects.
    let mut broken: Vec<Violation> = rows
        .chunks(new.indicators.len().max(1))
        .zip(0..)
        .filter(|(of_subject, _)| {
            of_subject.iter().any(|row| there.contains(&(row.indicator_id, row.subject_id, row.period_kind)))
        })
        .map(|(_, row)| at(ViolationCode::Overlaps, "subjects", row))
        .collect();
    broken.truncate(100);
    if broken.is_empty() { Ok(()) } else { Err(DbError::Violated(broken)) }
}

/// Ends an assignment: periods whose last day is later than the one given are not to be reported any more.
#[boxed]
pub async fn end(acting: &Acting<AssignReporting>, end: AssignmentEnd) -> Result<ReportingAssignment, DbError> {
    let AssignmentEnd { assignment, expected_version, valid_until } = end;
    let (permit, id) = (&acting.permit, assignment.uuid()?);
    let work = async |writing: &mut Writing| {
        let before = lock_and_load(writing, id).await?;
        if !permit.reach().holds(Some(before.reporter_id)) {
            return Err(DbError::NotFound);
        }
        if before.version != expected_version {
            return Err(DbError::violated(ViolationCode::Stale, &["input", "expectedVersion"]));
        }
        let Validity { from, ends_before } = before.valid;
        let earlier = valid_until.day_after();
        if valid_until < from || ends_before.is_some_and(|end| earlier >= end) {
            return Err(DbError::violated(ViolationCode::OutOfBounds, &["input", "validUntil"]));
        }
        let lost = (earlier, ends_before.map(Date::day_before));
        if is_any_closed(writing, before.regime, vec![before.period_kind], lost).await? {
            return Err(DbError::violated(ViolationCode::OutOfBounds, &["input", "validUntil"]));
        }
        let after = ReportingAssignment {
            valid: Validity { from, ends_before: Some(earlier) },
            version: before.version + 1,
            ..before.clone()
        };
        diesel::update(reporting_assignment::table.find(id))
            .set((reporting_assignment::valid.eq(after.valid), reporting_assignment::version.eq(after.version)))
            .execute(writing.connection())
            .await?;
        writing.record(
            permit,
            ChangeKind::Updated,
            (NOUN, id),
            Some(audit_snapshot(&before)),
            Some(audit_snapshot(&after)),
        );
        Ok(after)
    };
    acting.write(work).await
}

/// Locks an assignment until the end of the transaction, and loads it.
pub(super) async fn lock_and_load(writing: &mut Writing, id: Uuid) -> Result<ReportingAssignment, DbError> {
    let found = reporting_assignment::table.find(id).select(ReportingAssignment::as_select()).for_no_key_update();
    Ok(found.first(writing.connection()).await?)
}

/// An assignment as the audit trail keeps it.
fn audit_snapshot(row: &ReportingAssignment) -> Value {
    json!({
        "indicator": row.indicator_id, "subject": row.subject_id, "reporter": row.reporter_id, "regime": row.regime.as_str(),
        "periodKind": row.period_kind.as_str(), "validFrom": row.valid.from, "endsBefore": row.valid.ends_before, "version": row.version,
    })
}
