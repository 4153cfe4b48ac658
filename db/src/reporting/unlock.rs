//! Unlocks (mở khóa kỳ báo cáo): a closed period is opened again for one assignment, at somebody's request and by somebody else.

use async_graphql::InputObject;
use auth::{
    Action, Object, Principal,
    action::{DecideUnlock, RequestUnlock},
    random,
};
use chrono::{DateTime, Days, Utc};
use derive::boxed;
use diesel::{
    ExpressionMethods as _, Insertable, NullableExpressionMethods as _, QueryDsl as _, Queryable, Selectable,
    SelectableHelper as _,
};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{assignment::ReportingAssignment, owed::load_owed};
use crate::{
    Acting, Date, DbError, Id, Reader, Violation, ViolationCode,
    calendar::Period,
    input::Checks,
    noun::{Boxed, Stored, names, noun},
    page::{Cursor, Page, Tie, by_tie},
    schema::{agency, unlock_request},
    text_enum::text_enum,
    writer::{ChangeKind, Writing},
};

const NOUN: &str = "unlock_request";

/// The most characters of a reason.
const REASON: u16 = 2_000;

/// An unlock ends so many days after it is given, at the latest.
pub const LONGEST: u8 = 60;

text_enum! {
    /// How a request for an unlock stands.
    pub enum UnlockState {
        /// Not decided yet
        Requested => "REQUESTED",
        /// The period is open again, until the unlock expires
        Approved => "APPROVED",
        /// Refused with a reason
        Refused => "REFUSED",
    }
}

/// A request that a closed period be opened (đề nghị mở khóa kỳ báo cáo), and the decision on it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, SimpleObject, Serialize, Deserialize)]
#[diesel(table_name = unlock_request)]
pub struct UnlockRequest {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// The period
    pub period: Period,
    /// How it stands
    pub state: UnlockState,
    /// Why it is asked for
    pub reason: String,
    /// When it was asked for, in UTC
    pub requested_at: DateTime<Utc>,
    /// When it was decided, in UTC; null while it is not
    pub decided_at: Option<DateTime<Utc>>,
    /// What was said about the decision; never null if it was refused
    pub decision_reason: Option<String>,
    /// First day (Asia/Ho_Chi_Minh) on which the period is open again; null if it was not approved
    pub opened_on: Option<Date>,
    /// Last day on which it is
    pub expires_on: Option<Date>,
    /// Raised by each change; mutations name the one they expect
    pub version: i32,
    /// The assignment
    #[graphql(skip)]
    pub assignment_id: Uuid,
    /// Who reports
    #[graphql(skip)]
    pub reporter_id: Uuid,
    /// The account that asked
    #[graphql(skip)]
    pub requested_by: Option<Uuid>,
    /// The account that decided
    #[graphql(skip)]
    pub decided_by: Option<Uuid>,
}

impl UnlockRequest {
    /// Whether somebody may do this to it, as it stands now.
    #[must_use]
    pub fn is_open(&self, viewer: &Principal, action: Action) -> bool {
        let object = Object { agencies: &[self.reporter_id], by: self.requested_by };
        self.state == UnlockState::Requested && viewer.may_to(action, object)
    }
}

/// Narrows a list of requests. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct UnlockRequestFilter {
    /// Code of the agency that reports
    pub reporter: Option<String>,
    /// The period
    pub period: Option<Period>,
    /// Any of these states
    pub states: Option<Vec<UnlockState>>,
}

names!(UnlockRequestFilter { reporter: Agency });

impl Stored for UnlockRequest {
    type Query = Boxed<unlock_request::table>;
    type Filter = UnlockRequestFilter;
    type Sort = ();

    fn filtered(reader: &Reader, filter: &UnlockRequestFilter) -> Self::Query {
        let mut query = unlock_request::table.into_boxed();
        if let Some(agencies) = reader.scope().obligations().ids() {
            query = query.filter(unlock_request::reporter_id.eq_any(agencies));
        }
        if let Some(code) = filter.reporter.clone() {
            let of_code = agency::table.filter(agency::code.eq(code)).select(agency::id).single_value();
            query = query.filter(unlock_request::reporter_id.nullable().eq(of_code));
        }
        if let Some(period) = filter.period {
            query = query.filter(unlock_request::period.eq(period));
        }
        if let Some(states) = filter.states.clone() {
            query = query.filter(unlock_request::state.eq_any(states));
        }
        query
    }

    /// The latest come first: ids follow time.
    fn sorted(query: Self::Query, (): (), page: &Page) -> Result<Self::Query, DbError> {
        Ok(by_tie!(query, page, true, unlock_request::id, Id))
    }

    fn cursor(&self, (): ()) -> Cursor {
        Cursor { key: None, tie: Tie::Id(self.id) }
    }
}

noun!(UnlockRequest, unlock_request, tag b'c');

/// A request for an unlock.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "RequestUnlockInput")]
pub struct NewUnlockRequest {
    /// The assignment
    pub assignment: Id<ReportingAssignment>,
    /// The period that is closed
    pub period: Period,
    /// Why it should be opened, at most 2,000 characters
    pub reason: String,
}

/// Asks that a period that is closed be opened for one assignment.
#[boxed]
pub async fn request(acting: &Acting<RequestUnlock>, new: NewUnlockRequest) -> Result<UnlockRequest, DbError> {
    let NewUnlockRequest { assignment, period, reason } = new;
    let (permit, assignment) = (&acting.permit, assignment.uuid()?);
    let mut checks = Checks::default();
    let reason = checks.text("reason", &reason, REASON);
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        let (assignment, owed) = load_owed(writing, permit, assignment, period).await?;
        if let Some(refused) = owed.refuses_unlock(writing.today()) {
            return Err(DbError::violated(refused, &["input", "period"]));
        }
        let request = UnlockRequest {
            id: random::id(writing.now()),
            period,
            state: UnlockState::Requested,
            reason: reason.clone(),
            requested_at: writing.now(),
            decided_at: None,
            decision_reason: None,
            opened_on: None,
            expires_on: None,
            version: 1,
            assignment_id: assignment.id,
            reporter_id: assignment.reporter_id,
            requested_by: permit.actor().account(),
            decided_by: None,
        };
        diesel::insert_into(unlock_request::table).values(&request).execute(writing.connection()).await?;
        writing.record(permit, ChangeKind::Created, (NOUN, request.id), None, Some(audit_snapshot(&request)));
        Ok(request)
    };
    acting.write(work).await
}

/// A decision on a request for an unlock.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DecideUnlockInput")]
pub struct Decision {
    /// The request
    pub unlock_request: Id<UnlockRequest>,
    /// Its `version` as it was read
    pub expected_version: i32,
    /// True to open the period, false to refuse
    pub approve: bool,
    /// Last day (Asia/Ho_Chi_Minh) on which the period is open, at most 60 days from today; needed to approve, and only then
    pub expires_on: Option<Date>,
    /// Why; needed to refuse
    pub reason: Option<String>,
}

impl Decision {
    /// What is wrong with it on a day, whatever the database holds; the reason as it is stored.
    fn check(&self, today: Date) -> Result<Option<String>, DbError> {
        let mut checks = Checks::default();
        let reason = checks.optional("reason", self.reason.as_deref(), REASON);
        checks.passed()?;
        if !self.approve {
            return match (&reason, self.expires_on) {
                (None, _) => Err(DbError::violated(ViolationCode::Required, &["input", "reason"])),
                (_, Some(_)) => Err(DbError::violated(ViolationCode::Incompatible, &["input", "expiresOn"])),
                _ => Ok(reason),
            };
        }
        let Some(expires_on) = self.expires_on else {
            return Err(DbError::violated(ViolationCode::Required, &["input", "expiresOn"]));
        };
        let last = today.0.checked_add_days(Days::new(LONGEST.into())).map(Date);
        if expires_on < today || last.is_none_or(|last| expires_on > last) {
            let broken = Violation::of(ViolationCode::OutOfBounds, &["input", "expiresOn"]).limit(LONGEST.into());
            return Err(DbError::Violated(vec![broken]));
        }
        Ok(reason)
    }
}

/// Opens the period until a day, or refuses: never at one's own request.
#[boxed]
pub async fn decide(acting: &Acting<DecideUnlock>, decision: Decision) -> Result<UnlockRequest, DbError> {
    let (permit, id) = (&acting.permit, decision.unlock_request.uuid()?);
    let work = async |writing: &mut Writing| {
        let found = unlock_request::table.find(id).select(UnlockRequest::as_select()).for_no_key_update();
        let before: UnlockRequest = found.first(writing.connection()).await?;
        if !permit.reach().holds(Some(before.reporter_id)) {
            return Err(DbError::NotFound);
        }
        if !permit.holds_for(Object { agencies: &[before.reporter_id], by: before.requested_by }) {
            return Err(DbError::violated(ViolationCode::OwnWork, &["input", "unlockRequest"]));
        }
        if before.version != decision.expected_version {
            return Err(DbError::violated(ViolationCode::Stale, &["input", "expectedVersion"]));
        }
        if before.state != UnlockState::Requested {
            return Err(DbError::violated(ViolationCode::NotInState, &["input", "unlockRequest"]));
        }
        let today = writing.today();
        let after = UnlockRequest {
            state: if decision.approve { UnlockState::Approved } else { UnlockState::Refused },
            decided_at: Some(writing.now()),
            decided_by: permit.actor().account(),
            decision_reason: decision.check(today)?,
            opened_on: decision.approve.then_some(today),
            expires_on: decision.expires_on,
            version: before.version + 1,
            ..before.clone()
        };
        diesel::update(unlock_request::table.find(id))
            .set((
                unlock_request::state.eq(after.state),
                unlock_request::decided_at.eq(after.decided_at),
                unlock_request::decided_by.eq(after.decided_by),
                unlock_request::decision_reason.eq(&after.decision_reason),
                unlock_request::opened_on.eq(after.opened_on),
                unlock_request::expires_on.eq(after.expires_on),
                unlock_request::version.eq(after.version),
            ))
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

/// A request as the audit trail keeps it.
fn audit_snapshot(request: &UnlockRequest) -> Value {
    json!({
        "assignment": request.assignment_id, "period": request.period, "state": request.state.as_str(), "reason": request.reason,
        "decisionReason": request.decision_reason, "expiresOn": request.expires_on, "version": request.version,
    })
}
