//! A step that is taken about a recommendation, in one transaction that begins with the recommendation's row.

use auth::Acts;
use diesel::{ExpressionMethods as _, QueryDsl as _, SelectableHelper as _};
use diesel_async::RunQueryDsl as _;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{NOUN, audit_snapshot};
use crate::{
    Acting, DbError, Id, Violation, ViolationCode,
    directive::{
        Directive, DirectiveState,
        change::{NewDirective, issue_within},
    },
    document::seen,
    enums::Visibility,
    input::{few, in_order, refused},
    recommendation::{
        Recommendation,
        rules::{Refusal, Standing, after},
        step::{RecommendationStep, recommendation_reach},
    },
    role_grant::Role,
    schema::{directive, recommendation, recommendation_answer, recommendation_step},
    violation::in_terms_of_input,
    visible::visible_to,
    writer::{ChangeKind, Writing},
};

/// The field that names the recommendation.
const RECOMMENDATION: &[&str] = &["input", "recommendation"];

/// What is done about a recommendation; the action says where it leads.
#[derive(Debug, Clone, Default)]
pub(super) struct Step {
    pub of: Uuid,
    pub expected_version: i32,
    pub text: Option<String>,
    pub document: Option<String>,
    pub directives: Vec<String>,
    pub issue: Option<NewDirective>,
}

impl Step {
    /// One that is in words alone.
    pub fn of(
        recommendation: &Id<Recommendation>,
        expected_version: i32,
        text: Option<String>,
    ) -> Result<Self, DbError> {
        Ok(Self { of: recommendation.uuid()?, expected_version, text, ..Self::default() })
    }
}

/// Takes the step, with all that goes with it.
pub(super) async fn take<A: Acts>(acting: &Acting<A>, step: Step) -> Result<Recommendation, DbError> {
    let work = async |writing: &mut Writing| {
        let (before, standing) = open(acting, writing, &step).await?;
        let document = seen(acting, writing, step.document.as_slice(), "document").await?.pop();
        let directives = answering(acting, writing, &step.directives, "directives").await?;
        let state = after(A::ACTION).ok_or(DbError::NotFound)?;
        let reach = acting.permit.reach();
        let agency = standing.concerned(A::ACTION).iter().copied().find(|agency| reach.holds(Some(*agency)));
        let agency_id = agency.ok_or(DbError::NotFound)?;
        let taken = RecommendationStep {
            id: auth::random::id(writing.now()),
            recommendation_id: before.id,
            state,
            text: step.text.clone(),
            document_id: document.map(|document| document.id),
            agency_id,
            role: acting.permit.role_at(agency_id).map(Role::from).ok_or(DbError::NotFound)?,
            account_id: acting.permit.actor().account().ok_or(DbError::NotFound)?,
            taken_on: writing.today(),
            recorded_at: writing.now(),
        };
        diesel::insert_into(recommendation_step::table).values(&taken).execute(writing.connection()).await?;
        let after = Recommendation { state, version: before.version + 1, ..before.clone() };
        diesel::update(recommendation::table.find(before.id))
            .set((recommendation::state.eq(after.state), recommendation::version.eq(after.version)))
            .execute(writing.connection())
            .await?;
        let issued = match &step.issue {
            Some(new) => Some(issue_beside(acting, writing, new).await?),
            None => None,
        };
        answered_by(writing, before.id, directives.iter().copied().chain(issued.as_ref().map(|it| it.id))).await?;
        // Who follows a directive is not told of what they may not see.
        for directive in directives.into_iter().filter(|_| before.visibility == Visibility::Public) {
            writing.changed(ChangeKind::Updated, ("directive", directive));
        }
        let mut shown = audit_snapshot(&after);
        if let Value::Object(fields) = &mut shown {
            let codes: Vec<_> = step.directives.iter().chain(issued.as_ref().map(|it| &it.code)).collect();
            fields.insert("text".to_owned(), json!(step.text));
            fields.insert("document".to_owned(), json!(step.document));
            fields.insert("directives".to_owned(), json!(codes));
        }
        writing.record(
            &acting.permit,
            ChangeKind::Updated,
            (NOUN, before.id),
            Some(audit_snapshot(&before)),
            Some(shown),
        );
        Ok(after)
    };
    acting.write(work).await
}

/// Finds a recommendation and locks it, if this may be done about it. What the actor may not see or has nothing to do with is not
/// there.
async fn open<A: Acts>(
    acting: &Acting<A>,
    writing: &mut Writing,
    step: &Step,
) -> Result<(Recommendation, Standing), DbError> {
    let before: Recommendation = recommendation::table
        .filter(recommendation::id.eq(step.of))
        .filter(visible_to(&acting.scope, recommendation::table))
        .select(Recommendation::as_select())
        .for_no_key_update()
        .first(writing.connection())
        .await?;
    let reach: Vec<Uuid> = recommendation_reach::table
        .filter(recommendation_reach::recommendation_id.eq(step.of))
        .order((recommendation_reach::position, recommendation_reach::agency_id))
        .select(recommendation_reach::agency_id)
        .load(writing.connection())
        .await?;
    let standing = before.standing(reach);
    let allowed = standing.allows(A::ACTION, |object| acting.permit.holds_for(object));
    if allowed == Err(Refusal::OutOfReach) {
        return Err(DbError::NotFound);
    }
    if before.version != step.expected_version {
        return Err(DbError::violated(ViolationCode::Stale, &["input", "expectedVersion"]));
    }
    match allowed {
        Ok(()) => Ok((before, standing)),
        Err(Refusal::OwnWork) => Err(DbError::violated(ViolationCode::OwnWork, RECOMMENDATION)),
        Err(Refusal::NotInState | Refusal::OutOfReach) => {
            Err(DbError::violated(ViolationCode::NotInState, RECOMMENDATION))
        }
    }
}

/// The directives of the codes, as far as the actor may see them; none that was cancelled answers anything.
pub(super) async fn answering<A: Acts>(
    acting: &Acting<A>,
    writing: &mut Writing,
    codes: &[String],
    field: &'static str,
) -> Result<Vec<Uuid>, DbError> {
    few(codes.len(), field)?;
    let rows: Vec<(String, Uuid, DirectiveState)> = directive::table
        .filter(directive::code.eq_any(codes))
        .filter(visible_to(&acting.scope, directive::table))
        .order(directive::code)
        .select((directive::code, directive::id, directive::state))
        .load(writing.connection())
        .await?;
    let ids = in_order(codes, rows.iter().map(|(code, id, _)| (code.clone(), *id)).collect(), field)?;
    let cancelled = rows.into_iter().filter(|(_, _, state)| *state == DirectiveState::Cancelled);
    let cancelled: Vec<_> = cancelled.map(|(code, ..)| code).collect();
    if cancelled.is_empty() {
        return Ok(ids);
    }
    let violation = Violation::of(ViolationCode::NotInState, &["input", field]);
    Err(DbError::Violated(vec![violation.about(cancelled.join(", "))]))
}

/// Issues the directive by which a recommendation is answered, if whoever answers may do that too.
async fn issue_beside<A: Acts>(
    acting: &Acting<A>,
    writing: &mut Writing,
    new: &NewDirective,
) -> Result<Directive, DbError> {
    let issuing = acting.also().map_err(|_| refused(ViolationCode::OutOfReach, "issue"))?;
    // What is wrong with it is said beside its fields.
    let within = |mut violation: Violation| {
        violation.field.insert(1.min(violation.field.len()), "issue".into());
        violation
    };
    issue_within(&issuing, writing, new).await.map_err(|error| match in_terms_of_input(error) {
        DbError::Violated(violations) => DbError::Violated(violations.into_iter().map(within).collect()),
        error => error,
    })
}

/// Says which directives answer it; a document may have said so before.
pub(super) async fn answered_by(
    writing: &mut Writing,
    recommendation: Uuid,
    directives: impl Iterator<Item = Uuid>,
) -> Result<(), DbError> {
    let answers = directives.map(|directive| {
        (recommendation_answer::recommendation_id.eq(recommendation), recommendation_answer::directive_id.eq(directive))
    });
    let answers: Vec<_> = answers.collect();
    diesel::insert_into(recommendation_answer::table)
        .values(answers)
        .on_conflict_do_nothing()
        .execute(writing.connection())
        .await?;
    Ok(())
}
