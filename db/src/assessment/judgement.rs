//! Judgements (nhận định): how targets in words stand, by the standing office, endorsed by somebody else.

use async_graphql::InputObject;
use auth::{
    Action, Acts, Object, Permit, Principal,
    action::{EndorseJudgement, JudgeTarget},
    random,
};
use chrono::{DateTime, Utc};
use derive::boxed;
use diesel::{ExpressionMethods as _, Insertable, QueryDsl as _, Queryable, Selectable, SelectableHelper as _};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    Acting, Date, DbError, Id, Reader, ViolationCode,
    input::Checks,
    lateral::Parent,
    noun::{Boxed, Stored, StoredBelow, names, noun},
    page::{Cursor, Page, Tie, by_tie},
    schema::{judgement, programme, target},
    target::Target,
    text_enum::text_enum,
    writer::{AuditEvent, ChangeKind, Writing},
};

const NOUN: &str = "judgement";

/// The most characters of a reason, and of what it rests on.
const REASON: u16 = 2_000;
const EVIDENCE: u16 = 4_000;

text_enum! {
    /// How a target in words stands, in the words of assessments.
    pub enum Verdict {
        /// It is reached
        Achieved => "ACHIEVED",
        /// It will be reached in time
        OnTrack => "ON_TRACK",
        /// It may not be reached in time
        AtRisk => "AT_RISK",
        /// It will not be reached in time unless something changes
        OffTrack => "OFF_TRACK",
        /// Its day has passed, and it was not reached
        Missed => "MISSED",
    }
}

text_enum! {
    /// How a judgement stands.
    pub enum JudgementDecision {
        /// Nobody has decided on it yet
        Proposed => "PROPOSED",
        /// Somebody else has endorsed it: it counts
        Endorsed => "ENDORSED",
        /// Returned with a reason
        Returned => "RETURNED",
    }
}

/// A judgement (nhận định): how a target in words stands on a day. Once decided on it never changes; a later one takes its place.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, SimpleObject, Serialize, Deserialize)]
#[diesel(table_name = judgement)]
pub struct Judgement {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// How the target stands
    pub verdict: Verdict,
    /// The day it is true of (Asia/Ho_Chi_Minh)
    pub judged_on: Date,
    /// Why
    pub reason: String,
    /// What it rests on
    pub evidence: String,
    /// Whether it counts
    pub state: JudgementDecision,
    /// When it was recorded, in UTC
    pub recorded_at: DateTime<Utc>,
    /// When it was decided on, in UTC; null while it is not
    pub decided_at: Option<DateTime<Utc>>,
    /// What was said about the decision; never null if it was returned
    pub decision_reason: Option<String>,
    /// True if it was invented for the demo
    pub simulated: bool,
    /// Raised by each change; mutations name the one they expect
    pub version: i32,
    /// The target
    #[graphql(skip)]
    pub target_id: Uuid,
    /// The account that recorded it
    #[graphql(skip)]
    pub recorded_by: Option<Uuid>,
    /// The account that decided
    #[graphql(skip)]
    pub decided_by: Option<Uuid>,
}

impl Judgement {
    /// Whether somebody may do this to it, as it stands now; its target's programme holds there.
    #[must_use]
    pub fn is_open(&self, viewer: &Principal, action: Action, jurisdiction: Uuid) -> bool {
        let object = Object { agencies: &[jurisdiction], by: self.recorded_by };
        self.state == JudgementDecision::Proposed && viewer.may_to(action, object)
    }
}

/// Narrows a list of judgements. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct JudgementFilter {
    /// Any of these
    pub states: Option<Vec<JudgementDecision>>,
    /// Any of these verdicts
    pub verdicts: Option<Vec<Verdict>>,
}

/// The objects that have lists of judgements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JudgementLink {
    /// On a target
    Target,
}

names!(JudgementFilter {});

impl Stored for Judgement {
    type Query = Boxed<judgement::table>;
    type Filter = JudgementFilter;
    type Sort = ();

    /// Until it is endorsed, it is seen by whoever sees what is internal.
    fn filtered(reader: &Reader, filter: &JudgementFilter) -> Self::Query {
        let mut query = judgement::table.into_boxed();
        if !reader.scope().internal() {
            query = query.filter(judgement::state.eq(JudgementDecision::Endorsed));
        }
        if let Some(states) = filter.states.clone() {
            query = query.filter(judgement::state.eq_any(states));
        }
        if let Some(verdicts) = filter.verdicts.clone() {
            query = query.filter(judgement::verdict.eq_any(verdicts));
        }
        query
    }

    /// The latest come first: ids follow time.
    fn sorted(query: Self::Query, (): (), page: &Page) -> Result<Self::Query, DbError> {
        Ok(by_tie!(query, page, true, judgement::id, Id))
    }

    fn cursor(&self, (): ()) -> Cursor {
        Cursor { key: None, tie: Tie::Id(self.id) }
    }
}

impl StoredBelow for Judgement {
    type Link = JudgementLink;

    fn below(query: Self::Query, link: JudgementLink) -> Self::Query {
        match link {
            JudgementLink::Target => query.filter(judgement::target_id.eq(Parent)),
        }
    }
}

noun!(Judgement, judgement, tag b'J', listed below);

/// A judgement on a target.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "JudgeTargetInput")]
pub struct NewJudgement {
    /// The target: one in words
    pub target: Id<Target>,
    /// How it stands
    pub verdict: Verdict,
    /// The day it is true of, today or earlier (Asia/Ho_Chi_Minh)
    pub judged_on: Date,
    /// Why, at most 2,000 characters
    pub reason: String,
    /// What it rests on, at most 4,000 characters
    pub evidence: String,
}

/// Judges how a target in words stands. It counts once somebody else has endorsed it.
#[boxed]
pub async fn judge(acting: &Acting<JudgeTarget>, new: NewJudgement) -> Result<Judgement, DbError> {
    let (permit, target_id) = (&acting.permit, new.target.uuid()?);
    let mut checks = Checks::default();
    let reason = checks.text("reason", &new.reason, REASON);
    let evidence = checks.text("evidence", &new.evidence, EVIDENCE);
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        let found: (Option<String>, Option<Date>) = target::table
            .find(target_id)
            .select((target::statement, target::due_on))
            .first(writing.connection())
            .await?;
        reached(writing, permit, target_id).await?;
        if found.0.is_none() {
            return Err(DbError::violated(ViolationCode::Incompatible, &["input", "target"]));
        }
        if new.judged_on > writing.today() {
            return Err(DbError::violated(ViolationCode::TooEarly, &["input", "judgedOn"]));
        }
        if new.verdict == Verdict::Missed && found.1.is_none_or(|due| new.judged_on <= due) {
            return Err(DbError::violated(ViolationCode::TooEarly, &["input", "verdict"]));
        }
        let judgement = Judgement {
            id: random::id(writing.now()),
            verdict: new.verdict,
            judged_on: new.judged_on,
            reason: reason.clone(),
            evidence: evidence.clone(),
            state: JudgementDecision::Proposed,
            recorded_at: writing.now(),
            decided_at: None,
            decision_reason: None,
            simulated: false,
            version: 1,
            target_id,
            recorded_by: permit.actor().account(),
            decided_by: None,
        };
        diesel::insert_into(judgement::table).values(&judgement).execute(writing.connection()).await?;
        audit(writing, permit, None, &judgement);
        Ok(judgement)
    };
    acting.write(work).await
}

/// Which judgement is endorsed.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "EndorseJudgementInput")]
pub struct OneJudgement {
    /// The judgement
    pub judgement: Id<Judgement>,
    /// Its `version` as it was read
    pub expected_version: i32,
}

/// Which judgement is returned, and why.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "ReturnJudgementInput")]
pub struct ReturnedJudgement {
    /// The judgement
    pub judgement: Id<Judgement>,
    /// Its `version` as it was read
    pub expected_version: i32,
    /// Why, at most 2,000 characters
    pub reason: String,
}

/// Endorses a judgement of somebody else: from then on it counts.
#[boxed]
pub async fn endorse(acting: &Acting<EndorseJudgement>, input: OneJudgement) -> Result<Judgement, DbError> {
    decide(acting, &input, JudgementDecision::Endorsed, None).await
}

/// Returns a judgement of somebody else, with a reason.
#[boxed]
pub async fn give_back(acting: &Acting<EndorseJudgement>, input: ReturnedJudgement) -> Result<Judgement, DbError> {
    let mut checks = Checks::default();
    let reason = checks.text("reason", &input.reason, REASON);
    checks.passed()?;
    let ReturnedJudgement { judgement, expected_version, .. } = input;
    decide(acting, &OneJudgement { judgement, expected_version }, JudgementDecision::Returned, Some(reason)).await
}

async fn decide(
    acting: &Acting<EndorseJudgement>,
    input: &OneJudgement,
    state: JudgementDecision,
    reason: Option<String>,
) -> Result<Judgement, DbError> {
    let (permit, id) = (&acting.permit, input.judgement.uuid()?);
    let work = async |writing: &mut Writing| {
        let found = judgement::table.find(id).select(Judgement::as_select()).for_no_key_update();
        let before: Judgement = found.first(writing.connection()).await?;
        let jurisdiction = reached(writing, permit, before.target_id).await?;
        if !permit.holds_for(Object { agencies: &[jurisdiction], by: before.recorded_by }) {
            return Err(DbError::violated(ViolationCode::OwnWork, &["input", "judgement"]));
        }
        if before.version != input.expected_version {
            return Err(DbError::violated(ViolationCode::Stale, &["input", "expectedVersion"]));
        }
        if before.state != JudgementDecision::Proposed {
            return Err(DbError::violated(ViolationCode::NotInState, &["input", "judgement"]));
        }
        let after = Judgement {
            state,
            decided_at: Some(writing.now()),
            decided_by: permit.actor().account(),
            decision_reason: reason.clone(),
            version: before.version + 1,
            ..before.clone()
        };
        diesel::update(judgement::table.find(id))
            .set((
                judgement::state.eq(after.state),
                judgement::decided_at.eq(after.decided_at),
                judgement::decided_by.eq(after.decided_by),
                judgement::decision_reason.eq(&after.decision_reason),
                judgement::version.eq(after.version),
            ))
            .execute(writing.connection())
            .await?;
        // Until it counts, nobody is told who does not look for it.
        if state == JudgementDecision::Endorsed {
            writing.changed(ChangeKind::Updated, ("target", before.target_id));
        }
        audit(writing, permit, Some(&before), &after);
        Ok(after)
    };
    acting.write(work).await
}

/// The jurisdiction of a target's programme; not found if it is out of reach.
async fn reached<A: Acts>(writing: &mut Writing, permit: &Permit<A>, target: Uuid) -> Result<Uuid, DbError> {
    let jurisdiction: Uuid = target::table
        .inner_join(programme::table)
        .filter(target::id.eq(target))
        .select(programme::jurisdiction_id)
        .first(writing.connection())
        .await?;
    if permit.reach().holds(Some(jurisdiction)) { Ok(jurisdiction) } else { Err(DbError::NotFound) }
}

fn audit<A: Acts>(writing: &mut Writing, _: &Permit<A>, before: Option<&Judgement>, after: &Judgement) {
    writing.audit(AuditEvent {
        action: A::ACTION.as_str(),
        object: Some((NOUN, after.id)),
        before: before.map(audit_snapshot),
        after: Some(audit_snapshot(after)),
        ..AuditEvent::default()
    });
}

/// A judgement as the audit trail keeps it.
fn audit_snapshot(judgement: &Judgement) -> Value {
    json!({
        "target": judgement.target_id, "verdict": judgement.verdict, "judgedOn": judgement.judged_on, "reason": judgement.reason,
        "evidence": judgement.evidence, "state": judgement.state, "decisionReason": judgement.decision_reason, "version": judgement.version,
    })
}
