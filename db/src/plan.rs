//! Plans (kế hoạch): documents with targets that a programme rests on. They are adopted, and replaced by others.

use std::collections::{BTreeMap, VecDeque};

use async_graphql::InputObject;
use auth::action::KeepCatalogue;
use derive::boxed;
use diesel::{ExpressionMethods as _, QueryDsl as _, SelectableHelper as _, dsl::not};
use diesel_async::RunQueryDsl as _;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Acting, Date, DbError, Id, ViolationCode,
    directive::DirectiveState,
    document::{
        Document, DocumentRelationKind,
        change::{end, lock_and_load},
        in_force, seen,
    },
    input::{Checks, refused},
    programme::{Programme, ProgrammeDocumentRole, kept},
    schema::{directive, programme, programme_document, target},
    target::{
        Cadence, NewTarget, Target,
        change::{NOUN, audit_snapshot},
        new::add,
    },
    text_enum::text_enum,
    visible::visible_to,
    writer::{ChangeKind, Writing},
};

/// A plan that a programme adopts, with the targets that stand in it.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "AdoptPlanInput")]
pub struct Adoption {
    /// Code of the programme, of which the viewer keeps the catalogue
    pub programme: String,
    /// Code of the document; if targets are given, it was issued and is in force
    pub document: String,
    /// As what the programme rests on it, if it does not rest on it yet
    #[graphql(default_with = "ProgrammeDocumentRole::Plan")]
    pub role: ProgrammeDocumentRole,
    /// The targets, at most 500 at once: those that stand in it already stay
    pub targets: Vec<NewTarget>,
    /// Whether the programme follows the indicators of these targets from now on, as far as it does not yet
    #[graphql(default = true)]
    pub follow: bool,
    /// True: answers what would be, and changes nothing
    #[graphql(default)]
    pub dry_run: bool,
}

/// A plan that takes the place of another.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "ReplacePlanInput")]
pub struct Replacement {
    /// Code of the programme, of which the viewer keeps the catalogue
    pub programme: String,
    /// The plan that is replaced
    pub plan: Id<Document>,
    /// Its `version` as it was read
    pub expected_version: i32,
    /// Code of the plan that takes its place, which was issued and is in force
    pub by: String,
    /// The clause that says so, as printed, at most 40 characters
    pub clause: Option<String>,
    /// The day from which it has taken its place, today or earlier, and not before the day of issue of either (Asia/Ho_Chi_Minh)
    pub effective_on: Date,
    /// The targets of the new plan, at most 500; those that stand in it already count as well
    #[graphql(default)]
    pub targets: Vec<NewTarget>,
    /// Whether the programme follows the indicators of these targets from now on, as far as it does not yet
    #[graphql(default = true)]
    pub follow: bool,
    /// False if nobody knows what the old plan demanded: that it did is then shown as `PREVIOUS_UNKNOWN`, not as `ADDED`
    #[graphql(default = true)]
    pub previous_known: bool,
    /// True: answers the comparison, and changes nothing
    #[graphql(default)]
    pub dry_run: bool,
}

text_enum! {
    /// What becomes of a target where a plan takes the place of another.
    pub enum PlanChangeKind {
        /// The new plan demands the same
        CarriedOver => "CARRIED_OVER",
        /// The new plan demands something else of the same indicator and subject, by the same milestone and cadence
        Changed => "CHANGED",
        /// The new plan demands nothing of the kind
        Dropped => "DROPPED",
        /// The old plan demanded nothing of the kind
        Added => "ADDED",
        /// What the old plan demanded is not known
        PreviousUnknown => "PREVIOUS_UNKNOWN",
    }
}

/// One target of the old plan, of the new one, or of both.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ComparedTarget {
    /// What becomes of it.
    pub change: PlanChangeKind,
    /// In the old plan.
    pub before: Option<Target>,
    /// In the new plan.
    pub after: Option<Target>,
}

/// What becomes of the targets where a plan takes the place of another.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PlanComparison {
    /// The old plan, as it is afterwards.
    pub before: Document,
    /// The new plan.
    pub after: Document,
    /// Target by target, in the order of their codes: of the new plan, then those that were dropped.
    pub targets: Vec<ComparedTarget>,
    /// Directives of the old plan that are open, as far as the actor sees them: they stay.
    pub open_directives: i64,
    /// Whether nothing was changed.
    pub dry_run: bool,
}

/// What a programme has adopted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AdoptedPlan {
    /// The plan.
    pub document: Document,
    /// The targets that were added, as they were given.
    pub targets: Vec<Target>,
    /// Whether nothing was changed.
    pub dry_run: bool,
}

/// Adopts a plan: the programme rests on it, and follows the indicators of its targets.
#[boxed]
pub async fn adopt(acting: &Acting<KeepCatalogue>, new: Adoption) -> Result<AdoptedPlan, DbError> {
    let work = async |writing: &mut Writing| {
        let programme = kept(writing, &acting.permit, &new.programme).await?;
        let document = if new.targets.is_empty() {
            let found = seen(acting, writing, std::slice::from_ref(&new.document), "document").await?.pop();
            found.ok_or_else(|| refused(ViolationCode::NotFound, "document"))?
        } else {
            in_force(acting, writing, &new.document, &["input", "document"]).await?
        };
        rest_on(writing, &programme, &document, new.role).await?;
        let targets = adopted(acting, writing, (&programme, &document), &new.targets, new.follow).await?;
        Ok(AdoptedPlan { document, targets, dry_run: new.dry_run })
    };
    acting.write_or_rehearse(new.dry_run, work).await
}

/// Replaces a plan by another: what stands in the old one stays readable there, and is what earlier days are judged by.
#[boxed]
pub async fn replace(acting: &Acting<KeepCatalogue>, new: Replacement) -> Result<PlanComparison, DbError> {
    let id = new.plan.uuid()?;
    let mut checks = Checks::default();
    let clause = checks.clause(new.clause.as_deref());
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        let programme = kept(writing, &acting.permit, &new.programme).await?;
        let before = lock_and_load(acting, writing, id, new.expected_version).await?;
        let after = in_force(acting, writing, &new.by, &["input", "by"]).await?;
        if after.id == before.id {
            return Err(refused(ViolationCode::Incompatible, "by"));
        }
        let old = standing(writing, before.id).await?;
        others_keep_none(acting, writing, &old).await?;
        if !new.previous_known && !old.is_empty() {
            return Err(refused(ViolationCode::Incompatible, "previousKnown"));
        }
        rest_on(writing, &programme, &after, ProgrammeDocumentRole::Plan).await?;
        adopted(acting, writing, (&programme, &after), &new.targets, new.follow).await?;
        let demanded = standing(writing, after.id).await?;
        let targets = compared(old, demanded, new.previous_known);
        // What becomes of a target is told of it.
        for target in targets.iter().filter_map(|row| row.before.as_ref()) {
            writing.changed(ChangeKind::Updated, (NOUN, target.id));
        }
        let kind = DocumentRelationKind::Replaces;
        let before = end(acting, writing, before, kind, &after, new.effective_on, clause.clone()).await?;
        let open = directive::table
            .filter(directive::document_id.eq(before.id))
            .filter(not(directive::state.eq_any([DirectiveState::Completed, DirectiveState::Cancelled])))
            .filter(visible_to(&acting.scope, directive::table));
        let open_directives = open.count().get_result(writing.connection()).await?;
        Ok(PlanComparison { before, after, targets, open_directives, dry_run: new.dry_run })
    };
    acting.write_or_rehearse(new.dry_run, work).await
}

/// The programme rests on the document from now on, if it does not yet.
async fn rest_on(
    writing: &mut Writing,
    programme: &Programme,
    document: &Document,
    role: ProgrammeDocumentRole,
) -> Result<(), DbError> {
    let resting = (
        programme_document::programme_id.eq(programme.id),
        programme_document::document_id.eq(document.id),
        programme_document::role.eq(role),
    );
    let new = diesel::insert_into(programme_document::table)
        .values(resting)
        .on_conflict_do_nothing()
        .execute(writing.connection())
        .await?;
    if new > 0 {
        writing.changed(ChangeKind::Updated, ("programme", programme.id));
    }
    Ok(())
}

/// Adds targets, each with its place in the feed and in the trail.
async fn adopted(
    acting: &Acting<KeepCatalogue>,
    writing: &mut Writing,
    (programme, document): (&Programme, &Document),
    new: &[NewTarget],
    follow: bool,
) -> Result<Vec<Target>, DbError> {
    let targets = add(writing, (programme, document), new, follow).await?;
    for target in &targets {
        let shown = audit_snapshot(target);
        writing.record(&acting.permit, ChangeKind::Created, (NOUN, target.id), None, Some(shown));
    }
    if targets.is_empty() {
        let shown = json!({ "code": document.code, "programme": programme.code });
        writing.record(&acting.permit, ChangeKind::Updated, ("document", document.id), None, Some(shown));
    }
    Ok(targets)
}

/// The targets that stand in a document and were not withdrawn, by their codes; locked, so that none changes meanwhile.
async fn standing(writing: &mut Writing, document: Uuid) -> Result<Vec<Target>, DbError> {
    let standing = target::table
        .filter(target::document_id.eq(document))
        .filter(target::withdrawn_on.is_null())
        .order(target::code)
        .select(Target::as_select())
        .for_no_key_update();
    Ok(standing.load(writing.connection()).await?)
}

/// A plan that several programmes rest on is replaced by whoever keeps all of them.
async fn others_keep_none(
    acting: &Acting<KeepCatalogue>,
    writing: &mut Writing,
    targets: &[Target],
) -> Result<(), DbError> {
    let ids: Vec<Uuid> = targets.iter().map(|target| target.programme_id).collect();
    let jurisdictions = programme::table.filter(programme::id.eq_any(ids)).select(programme::jurisdiction_id);
    let jurisdictions: Vec<Uuid> = jurisdictions.load(writing.connection()).await?;
    if jurisdictions.into_iter().all(|agency| acting.permit.reach().holds(Some(agency))) {
        Ok(())
    } else {
        Err(refused(ViolationCode::OutOfReach, "plan"))
    }
}

/// What of two plans is the same demand: programme, indicator, subject, milestone and cadence.
type Same = (Uuid, Uuid, Uuid, Option<Date>, Cadence);

fn same(target: &Target) -> Same {
    (target.programme_id, target.indicator_id, target.subject_id, target.due_on, target.cadence)
}

/// Holds the targets of two plans against each other. Of several of one kind the first is held against the first.
fn compared(before: Vec<Target>, after: Vec<Target>, previous_known: bool) -> Vec<ComparedTarget> {
    let mut old = BTreeMap::<Same, VecDeque<Target>>::new();
    for target in before {
        old.entry(same(&target)).or_default().push_back(target);
    }
    let mut rows: Vec<_> = after
        .into_iter()
        .map(|after| {
            let before = old.get_mut(&same(&after)).and_then(VecDeque::pop_front);
            let demand =
                |target: &Target| (target.comparator, target.value, target.upper_value, target.statement.clone());
            let change = match &before {
                Some(before) if demand(before) == demand(&after) => PlanChangeKind::CarriedOver,
                Some(_) => PlanChangeKind::Changed,
                None if previous_known => PlanChangeKind::Added,
                None => PlanChangeKind::PreviousUnknown,
            };
            ComparedTarget { change, before, after: Some(after) }
        })
        .collect();
    let mut dropped: Vec<_> = old.into_values().flatten().collect();
    dropped.sort_by(|one, other| one.code.cmp(&other.code));
    let dropped = dropped.into_iter().map(|before| ComparedTarget {
        change: PlanChangeKind::Dropped,
        before: Some(before),
        after: None,
    });
    rows.extend(dropped);
    rows
}
