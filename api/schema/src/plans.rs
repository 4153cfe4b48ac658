//! Plans (kế hoạch): they are adopted, and replaced by others.

use auth::Action;
use db::{
    access::Auth,
    plan::{
        self, AdoptedPlan, Adoption, ComparedTarget as ComparedRow, PlanChangeKind, PlanComparison as ComparisonRow,
        Replacement,
    },
};
use object_layer::SimpleObject;

use crate::{
    documents::Document,
    mutation::mutations,
    payload::{Shows, payload},
    targets::Target,
};

/// What a programme adopted, or would.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::KeepCatalogue))]
pub struct PlanAdoption {
    /// The plan
    document: Document,
    /// The targets that were added, in the order in which they were given. Those of a dry run are nowhere: their ids lead to nothing
    targets: Vec<Target>,
    /// True if nothing was changed
    dry_run: bool,
}

impl Shows for PlanAdoption {
    type Row = AdoptedPlan;

    fn shows(done: AdoptedPlan) -> Self {
        let AdoptedPlan { document, targets, dry_run } = done;
        Self { document: Shows::shows(document), targets: Shows::shows(targets), dry_run }
    }
}

/// What becomes of the targets where a plan takes the place of another, or would.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::KeepCatalogue))]
pub struct PlanComparison {
    /// The old plan: replaced
    before: Document,
    /// The new plan
    after: Document,
    /// How many targets the new plan demands as the old one did
    carried_over: i32,
    /// Of how many it demands something else
    changed: i32,
    /// How many it demands no longer
    dropped: i32,
    /// How many the old one did not demand
    added: i32,
    /// How many the old one may have demanded: nobody knows
    previous_unknown: i32,
    /// Target by target, in the order of the new plan, then those that were dropped
    targets: Vec<ComparedTarget>,
    /// Directives of the old plan that the viewer sees and that are open: they stay, and their document says that it was replaced
    open_directives: i32,
    /// True if nothing was changed
    dry_run: bool,
}

/// One target of the old plan, of the new one, or of both. Each says its clause.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::KeepCatalogue))]
pub struct ComparedTarget {
    /// What becomes of it
    change: PlanChangeKind,
    /// In the old plan; null if it was not there, or if nobody knows
    before: Option<Target>,
    /// In the new plan; null if it was dropped
    after: Option<Target>,
}

impl Shows for ComparedTarget {
    type Row = ComparedRow;

    fn shows(ComparedRow { change, before, after }: ComparedRow) -> Self {
        Self { change, before: before.map(Shows::shows), after: after.map(Shows::shows) }
    }
}

impl Shows for PlanComparison {
    type Row = ComparisonRow;

    fn shows(done: ComparisonRow) -> Self {
        let count = |kind| {
            let of_kind = done.targets.iter().filter(|target| target.change == kind);
            i32::try_from(of_kind.count()).unwrap_or(i32::MAX)
        };
        Self {
            carried_over: count(PlanChangeKind::CarriedOver),
            changed: count(PlanChangeKind::Changed),
            dropped: count(PlanChangeKind::Dropped),
            added: count(PlanChangeKind::Added),
            previous_unknown: count(PlanChangeKind::PreviousUnknown),
            open_directives: i32::try_from(done.open_directives).unwrap_or(i32::MAX),
            before: Shows::shows(done.before),
            after: Shows::shows(done.after),
            targets: Shows::shows(done.targets),
            dry_run: done.dry_run,
        }
    }
}

payload! {
    /// What became of a plan that was to be adopted.
    AdoptPlanPayload by KeepCatalogue {
        /// What was adopted; null if it was refused
        adoption: PlanAdoption
    }
}

payload! {
    /// What became of a plan that was to be replaced.
    ReplacePlanPayload by KeepCatalogue {
        /// The two plans, target by target; null if it was refused
        comparison: PlanComparison
    }
}

mutations! {
    PlanMutation;
    /// Adopts a plan (kế hoạch): a programme rests on a document, and follows the indicators of the targets that stand in it. All of them, or
    /// none. Once more with other targets adds those
    adopt_plan(Adoption, "Programme, document and targets") -> AdoptPlanPayload by KeepCatalogue = plan::adopt;
    /// Replaces a plan by another (thay thế kế hoạch), and compares them target by target. What the old one demanded stays readable, and is
    /// what earlier days are judged by
    replace_plan(Replacement, "Which, by which, and what the new one demands") -> ReplacePlanPayload by KeepCatalogue = plan::replace;
}
