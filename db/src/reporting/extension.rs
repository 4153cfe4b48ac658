//! Extensions (gia hạn báo cáo): a later due date of one period, for one reporter or for all.

use async_graphql::InputObject;
use auth::{Reached, action::ManageCalendar, random};
use chrono::{DateTime, Days, Utc};
use derive::boxed;
use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, Insertable, NullableExpressionMethods as _, QueryDsl as _,
    Queryable, QueryableByName, Selectable,
    sql_types::{Date as SqlDate, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::{due::LATEST, obligation::last_days};
use crate::{
    Acting, Date, DbError, Reader, ViolationCode,
    agency::receiver,
    calendar::{Period, PeriodKind, Regime},
    input::Checks,
    noun::{Boxed, Stored, names, noun},
    page::{Cursor, Page, Tie, by_tie},
    schema::{agency, reporting_extension},
    writer::{ChangeKind, Writing},
};

const NOUN: &str = "reporting_extension";

/// The most characters of a reason.
const REASON: u16 = 2_000;

/// A later due date of one period (gia hạn báo cáo). Of several the latest day holds.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, SimpleObject, Serialize, Deserialize)]
#[diesel(table_name = reporting_extension)]
pub struct ReportingExtension {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Calendar or administrative
    pub regime: Regime,
    /// The period
    pub period: Period,
    /// Last day on which an answer is on time
    pub due_on: Date,
    /// Why, and which document says so
    pub reason: String,
    /// When it was given, in UTC
    pub extended_at: DateTime<Utc>,
    /// For whose reports; null for all
    #[graphql(skip)]
    pub reporter_id: Option<Uuid>,
    /// The account that gave it
    #[graphql(skip)]
    pub extended_by: Option<Uuid>,
}

/// Narrows a list of extensions. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct ReportingExtensionFilter {
    /// The period
    pub period: Option<Period>,
    /// Calendar or administrative periods
    pub regime: Option<Regime>,
    /// Those that hold for the reports of this agency: its own, and those for all
    pub reporter: Option<String>,
}

names!(ReportingExtensionFilter { reporter: Agency });

impl Stored for ReportingExtension {
    type Query = Boxed<reporting_extension::table>;
    type Filter = ReportingExtensionFilter;
    type Sort = ();

    fn filtered(reader: &Reader, filter: &ReportingExtensionFilter) -> Self::Query {
        let mut query = reporting_extension::table.into_boxed();
        // Those that are for all are for whoever sees anything that is owed.
        if let Some(agencies) = reader.scope().obligations().ids() {
            query = if agencies.is_empty() {
                query.filter(reporting_extension::id.eq_any(agencies))
            } else {
                query.filter(
                    reporting_extension::reporter_id
                        .is_null()
                        .or(reporting_extension::reporter_id.eq_any(agencies).assume_not_null()),
                )
            };
        }
        if let Some(period) = filter.period {
            query = query.filter(reporting_extension::period.eq(period));
        }
        if let Some(regime) = filter.regime {
            query = query.filter(reporting_extension::regime.eq(regime));
        }
        if let Some(code) = filter.reporter.clone() {
            let of_code = agency::table.filter(agency::code.eq(code)).select(agency::id).single_value();
            query = query.filter(
                reporting_extension::reporter_id.is_null().or(reporting_extension::reporter_id.nullable().eq(of_code)),
            );
        }
        query
    }

    /// The latest come first: ids follow time.
    fn sorted(query: Self::Query, (): (), page: &Page) -> Result<Self::Query, DbError> {
        Ok(by_tie!(query, page, true, reporting_extension::id, Id))
    }

    fn cursor(&self, (): ()) -> Cursor {
        Cursor { key: None, tie: Tie::Id(self.id) }
    }
}

noun!(ReportingExtension, reporting_extension, tag b'h');

/// A later due date.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "ExtendReportingInput")]
pub struct NewExtension {
    /// Calendar or administrative
    #[graphql(default_with = "Regime::Calendar")]
    pub regime: Regime,
    /// The period; not a range of days
    pub period: Period,
    /// Code of the agency for whose reports it holds; for all if left out
    pub reporter: Option<String>,
    /// The new last day (Asia/Ho_Chi_Minh), later than the one that holds, at most 366 days after the period
    pub due_on: Date,
    /// Why, and which document says so; at most 2,000 characters
    pub reason: String,
}

#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = Nullable<SqlDate>)]
    due_on: Option<Date>,
}

/// When the period is due as things stand, for the agency or for all.
const DUE: &str = "SELECT greatest((SELECT p.due_on FROM reporting_schedule s CROSS JOIN LATERAL reporting_due(s, $1, $1) AS p \
        WHERE s.regime = $2 AND p.period = $3), \
    (SELECT max(e.due_on) FROM reporting_extension e WHERE e.regime = $2 AND e.period = $3 AND (e.reporter_id IS NULL OR e.reporter_id = $4))) AS due_on";

/// Gives a later due date: for an agency that the actor reaches, or, by who reaches everything, for all.
#[boxed]
pub async fn extend(acting: &Acting<ManageCalendar>, new: NewExtension) -> Result<ReportingExtension, DbError> {
    let permit = &acting.permit;
    let mut checks = Checks::default();
    let reason = checks.text("reason", &new.reason, REASON);
    checks.passed()?;
    if new.period.kind() == PeriodKind::Range {
        return Err(DbError::violated(ViolationCode::Malformed, &["input", "period"]));
    }
    let (last_day, _) = last_days(new.period, Some(new.regime))?;
    let latest = last_day.0.checked_add_days(Days::new(LATEST)).map(Date);
    let work = async |writing: &mut Writing| {
        let reporter_id = match &new.reporter {
            None if *permit.reach() == Reached::All => None,
            None => return Err(DbError::violated(ViolationCode::OutOfReach, &["input", "reporter"])),
            Some(code) => {
                let found = receiver(writing, code, last_day, &["input", "reporter"]).await?;
                if !permit.reach().holds(Some(found)) {
                    return Err(DbError::violated(ViolationCode::OutOfReach, &["input", "reporter"]));
                }
                Some(found)
            }
        };
        let due: Due = diesel::sql_query(DUE)
            .bind::<SqlDate, _>(last_day)
            .bind::<Text, _>(new.regime)
            .bind::<Text, _>(new.period.to_string())
            .bind::<Nullable<SqlUuid>, _>(reporter_id)
            .get_result(writing.connection())
            .await?;
        if due.due_on.is_none_or(|due| new.due_on <= due) || latest.is_none_or(|latest| new.due_on > latest) {
            return Err(DbError::violated(ViolationCode::OutOfBounds, &["input", "dueOn"]));
        }
        let extension = ReportingExtension {
            id: random::id(writing.now()),
            regime: new.regime,
            period: new.period,
            due_on: new.due_on,
            reason: reason.clone(),
            extended_at: writing.now(),
            reporter_id,
            extended_by: permit.actor().account(),
        };
        diesel::insert_into(reporting_extension::table).values(&extension).execute(writing.connection()).await?;
        let after = json!({
            "regime": new.regime.as_str(), "period": new.period, "reporter": reporter_id, "dueOn": new.due_on, "reason": extension.reason,
            "before": due.due_on,
        });
        writing.record(permit, ChangeKind::Created, (NOUN, extension.id), None, Some(after));
        Ok(extension)
    };
    acting.write(work).await
}
