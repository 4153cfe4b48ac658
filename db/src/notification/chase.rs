//! Chasing (đôn đốc): whoever watches over the reports asks for figures that are missing, now; and who was asked, and when.

use async_graphql::InputObject;
use auth::{Acts as _, action, random};
use chrono::{DateTime, Utc};
use derive::boxed;
use diesel::{
    ExpressionMethods as _, Insertable, QueryDsl as _, Queryable, Selectable,
    sql_types::{Array, Date as SqlDate, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use serde_json::json;
use uuid::Uuid;

use super::{AgencyFigures, NotificationKind};
use crate::{
    Acting, DbError, Reader, Violation, ViolationCode,
    calendar::{Period, Regime},
    input::refused,
    noun::{Boxed, Stored, names, noun},
    page::{Cursor, Page, Tie, by_tie},
    reporting::obligation::last_days,
    schema::{agency, chase, notification_event},
    writer::{AuditEvent, Writing},
};

/// The most agencies that are chased at once.
const MOST: u8 = 200;

/// An agency that was asked for figures of a period that were missing (đôn đốc).
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, SimpleObject)]
#[diesel(table_name = chase)]
pub struct Chase {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Whether the period follows the calendar or the administrative months
    pub regime: Regime,
    /// The period
    pub period: Period,
    /// How many figures were missing then
    pub figures: i32,
    /// When it was asked, in UTC
    pub asked_at: DateTime<Utc>,
    /// Who was asked
    #[graphql(skip)]
    pub agency_id: Uuid,
    /// The account that asked
    #[graphql(skip)]
    pub asked_by: Option<Uuid>,
}

/// Narrows a list of chases. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct ChaseFilter {
    /// Code of the agency that was asked
    pub agency: Option<String>,
    /// The period
    pub period: Option<Period>,
    /// Calendar or administrative periods
    pub regime: Option<Regime>,
}

names!(ChaseFilter { agency: Agency });

impl Stored for Chase {
    type Query = Boxed<chase::table>;
    type Filter = ChaseFilter;
    type Sort = ();

    fn filtered(reader: &Reader, filter: &ChaseFilter) -> Self::Query {
        let mut query = chase::table.into_boxed();
        if let Some(agencies) = reader.scope().obligations().ids() {
            query = query.filter(chase::agency_id.eq_any(agencies));
        }
        if let Some(code) = filter.agency.clone() {
            query =
                query.filter(chase::agency_id.eq_any(agency::table.filter(agency::code.eq(code)).select(agency::id)));
        }
        if let Some(period) = filter.period {
            query = query.filter(chase::period.eq(period));
        }
        if let Some(regime) = filter.regime {
            query = query.filter(chase::regime.eq(regime));
        }
        query
    }

    /// The latest come first: ids follow time.
    fn sorted(query: Self::Query, (): (), page: &Page) -> Result<Self::Query, DbError> {
        Ok(by_tie!(query, page, true, chase::id, Id))
    }

    fn cursor(&self, (): ()) -> Cursor {
        Cursor { key: None, tie: Tie::Id(self.id) }
    }
}

noun!(Chase, chase, tag b'D');

/// Who is asked for what is missing.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "ChaseInput")]
pub struct Chased {
    /// Codes of the agencies that owe figures, at most 200
    pub agencies: Vec<String>,
    /// The period
    pub period: Period,
    /// Whether the period follows the calendar or the administrative months
    #[graphql(default_with = "Regime::Calendar")]
    pub regime: Regime,
}

/// What is open and missing, by agency; drafts are nobody's business here.
const MISSING: &str = "
    SELECT d.reporter_id AS agency_id, count(*)::integer AS figures
    FROM reporting_duty($1, $1, NULL, NULL, $2) AS d
    CROSS JOIN LATERAL obligation_of_duty(d.reporter_id, d.subject_id, d.regime, d.period_kind, d.period, d.starts_on, d.ends_on, d.opens_on,
        d.scheduled_on, d.extended, d.due_on, d.closes_on, $3, '{}') AS o
    WHERE d.period = $4 AND d.regime = $5 AND d.opens_on <= $3 AND d.assignments > d.answers AND NOT o.answered
    GROUP BY d.reporter_id ORDER BY figures DESC, agency_id";

/// Asks agencies for figures of a period that are due and missing: their reporters and heads are told, once a day however often it is
/// asked. Those that owe nothing are passed over.
#[boxed]
pub async fn chase(acting: &Acting<action::Chase>, whom: Chased) -> Result<Vec<AgencyFigures>, DbError> {
    if whom.agencies.is_empty() {
        return Err(refused(ViolationCode::Required, "agencies"));
    }
    if whom.agencies.len() > usize::from(MOST) {
        let too_many = Violation::of(ViolationCode::TooMany, &["input", "agencies"]);
        return Err(DbError::Violated(vec![too_many.limit(i32::from(MOST))]));
    }
    let (last_day, _) = last_days(whom.period, Some(whom.regime))?;
    let work = async |writing: &mut Writing| {
        let ids = in_reach(acting, writing, &whom.agencies).await?;
        let missing = diesel::sql_query(MISSING)
            .bind::<SqlDate, _>(last_day)
            .bind::<Array<SqlUuid>, _>(ids)
            .bind::<SqlDate, _>(writing.today())
            .bind::<Text, _>(whom.period.to_string())
            .bind::<Text, _>(whom.regime.as_str());
        let missing: Vec<AgencyFigures> = missing.load(writing.connection()).await?;
        if missing.is_empty() {
            return Err(refused(ViolationCode::NotInState, "period"));
        }
        let (now, by) = (writing.now(), acting.permit.actor().account());
        let events: Vec<_> = missing
            .iter()
            .map(|it| {
                (
                    notification_event::kind.eq(NotificationKind::Chased),
                    notification_event::regime.eq(whom.regime),
                    notification_event::period.eq(whom.period),
                    notification_event::agency_id.eq(it.agency_id),
                    notification_event::figures.eq(it.figures),
                    notification_event::account_id.eq(by),
                    notification_event::happened_at.eq(now),
                )
            })
            .collect();
        diesel::insert_into(notification_event::table).values(events).execute(writing.connection()).await?;
        let chases = missing.iter().map(|it| Chase {
            id: random::id(now),
            regime: whom.regime,
            period: whom.period,
            figures: it.figures,
            asked_at: now,
            agency_id: it.agency_id,
            asked_by: by,
        });
        diesel::insert_into(chase::table).values(chases.collect::<Vec<_>>()).execute(writing.connection()).await?;
        for it in &missing {
            writing.audit(AuditEvent {
                action: action::Chase::ACTION.as_str(),
                object: Some(("agency", it.agency_id)),
                after: Some(json!({ "period": whom.period, "regime": whom.regime, "figures": it.figures })),
                ..AuditEvent::default()
            });
        }
        Ok(missing)
    };
    acting.write(work).await
}

/// The ids of agencies; those that are out of reach are not there.
async fn in_reach(
    acting: &Acting<action::Chase>,
    writing: &mut Writing,
    codes: &[String],
) -> Result<Vec<Uuid>, DbError> {
    let found = agency::table.filter(agency::code.eq_any(codes)).select((agency::code, agency::id));
    let mut found: Vec<(String, Uuid)> = found.load(writing.connection()).await?;
    found.retain(|(_, id)| acting.permit.reach().holds(Some(*id)));
    let broken = (0..).zip(codes).filter(|(_, code)| found.iter().all(|(there, _)| there != *code)).map(|(row, _)| {
        let not_found = Violation::of(ViolationCode::NotFound, &["input", "agencies"]);
        Violation { row: Some(row), ..not_found }
    });
    let broken: Vec<Violation> = broken.collect();
    if broken.is_empty() { Ok(found.into_iter().map(|(_, id)| id).collect()) } else { Err(DbError::Violated(broken)) }
}
