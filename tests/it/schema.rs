//! Rules that the whole schema keeps.

use std::{fs, path::Path};

use api::guard::lengths::LENGTHS;
use async_graphql_parser::{
    Positioned, parse_schema,
    types::{BaseType, FieldDefinition, Type, TypeDefinition, TypeKind, TypeSystemDefinition},
};

/// Lists that come whole, because what they hold is few by its nature, beside those of objects in `api/src/guard/lengths.rs`.
/// Everything else is a connection.
const WHOLE_LISTS: &[&str] = &[
    "Agency.aliases",
    // At most 100, paged by the feed's own cursor.
    "ChangePage.events",
    "Goal.topics",
    "Measure.topics",
    // One for each row of the request, a thousand at most.
    "MeasurementsPayload.conflicts",
    "MeasurementsPayload.measurements",
    // What one agency leaves to another.
    "PassedOn.items",
    // At most 60.
    "PeriodTotal.missing",
    // At most 100.
    "Query.nodes",
    "RecoveryCodesPayload.recoveryCodes",
    "ServiceAccount.scopes",
    "UserError.field",
    "Viewer.roles",
    "Viewer.rolesWaitingForSecondFactor",
    "Webhook.types",
];

/// What is an `Int`: each comes from a 16- or 32-bit column. Counts, too, are `Int`s, but stop at the largest one.
const INTS: &[&str] = &[
    "Account.version",
    "Agency.version",
    "Assessment.periodsMeasured",
    "Assessment.periodsExpected",
    "AssessmentInput.ruleVersion",
    "AssessmentRule.version",
    "AssignReportingPayload.obligations",
    "Attachment.size",
    "Baseline.version",
    "CalendarYear.year",
    "CalendarYear.provisionalDays",
    "Chase.figures",
    "Completeness.expected",
    "Completeness.answered",
    "Completeness.answeredOnTime",
    "Completeness.overdue",
    "ComputedInput.revision",
    "DigitalSystem.version",
    "Directive.position",
    "Directive.version",
    "Directive.waitedDays",
    "DirectiveDeadline.revision",
    "DirectiveTally.due",
    "DirectiveTally.doneOnTime",
    "DirectiveTally.doneLate",
    "DirectiveTally.open",
    "DirectiveTally.overdue",
    "DirectiveTally.notReported",
    "DirectiveTally.passed",
    "DirectiveTally.delayDays",
    "Document.version",
    "ExtensionTally.asked",
    "ExtensionTally.granted",
    "Goal.position",
    "Goal.version",
    "Import.rowsTotal",
    "Import.rowsRead",
    "Import.rowsAccepted",
    "Import.rowsRefused",
    "Import.bytes",
    "ImportError.position",
    "ImportError.row",
    "ImportError.limit",
    "ImportMapping.version",
    "Indicator.position",
    "Indicator.decimals",
    "Indicator.partDecimals",
    "Indicator.version",
    "IndicatorDefinition.version",
    "IndicatorGroup.position",
    "IndicatorRetirement.assignments",
    "IndicatorRule.version",
    "InputRequest.waitedDays",
    "InputTally.owed",
    "InputTally.overdue",
    "Judgement.version",
    "LedTally.led",
    "LedTally.total",
    "LedTally.missed",
    "LedTally.offTrack",
    "LedTally.atRisk",
    "LedTally.needsJudgement",
    "LedTally.noData",
    "LedTally.incomplete",
    "LedTally.onTrack",
    "LedTally.achieved",
    "LedTally.noTarget",
    "Measure.position",
    "Measure.version",
    "Measurement.revision",
    "Measurement.version",
    "MeasurementConflict.row",
    "MeasurementRevision.revision",
    "MovedDueDate.obligations",
    "NilAnswer.version",
    "Notification.figures",
    "NotificationAgency.figures",
    "NotificationRehearsal.totalCount",
    "NotificationRehearsal.people",
    "NotificationRule.workingDays",
    "PassedOn.count",
    "PeriodReport.version",
    "PeriodReportResult.position",
    "PlanComparison.carriedOver",
    "PlanComparison.changed",
    "PlanComparison.dropped",
    "PlanComparison.added",
    "PlanComparison.previousUnknown",
    "PlanComparison.openDirectives",
    "Programme.version",
    "ProgressUpdate.percent",
    "Projection.figures",
    "Ranking.rank",
    "Ranking.judged",
    "RankingScheme.version",
    "RankingScheme.least",
    "Recommendation.version",
    "Recommendation.waitedDays",
    "RehearsedNotification.workingDays",
    "RehearsedNotification.figures",
    "ReportTally.expected",
    "ReportTally.answered",
    "ReportTally.onTime",
    "ReportTally.nil",
    "ReportTally.overdue",
    "ReportingAssignment.version",
    "ReportingRule.version",
    "ReportingSchedule.cutOffDays",
    "ReportingSchedule.dueWorkingDays",
    "ReportingSchedule.graceWorkingDays",
    "ReportingSchedule.version",
    "Scorecard.figuresReturned",
    "Scorecard.late",
    "ServiceAccount.version",
    "Standing.rank",
    "Standing.quartile",
    "Standing.missing",
    "Standing.notAttributable",
    "StandingSummary.subjects",
    "StandingSummary.reported",
    "StandingSummary.notReported",
    "StandingSummary.missing",
    "StandingSummary.notAttributable",
    "StatusCount.milestone",
    "StatusCount.total",
    "StatusCount.missed",
    "StatusCount.offTrack",
    "StatusCount.atRisk",
    "StatusCount.needsJudgement",
    "StatusCount.noData",
    "StatusCount.incomplete",
    "StatusCount.onTrack",
    "StatusCount.achieved",
    "StatusCount.noTarget",
    "Target.cadenceFrom",
    "Target.cadenceUntil",
    "Target.ordinal",
    "Target.sub",
    "Target.version",
    "TargetRevision.revision",
    "UnlockRequest.version",
    "UserError.limit",
    "UserError.row",
    "Viewer.unreadNotifications",
    "Webhook.failures",
    "WebhookDelivery.events",
    "WebhookDelivery.milliseconds",
    "WebhookDelivery.status",
];

fn types() -> Vec<TypeDefinition> {
    let document = parse_schema(schema::sdl()).unwrap();
    let types = document.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(definition) => Some(definition.node),
        _ => None,
    });
    types.collect()
}

fn fields(definition: &TypeDefinition) -> Vec<&FieldDefinition> {
    match &definition.kind {
        TypeKind::Object(object) => object.fields.iter().map(|field| &field.node).collect(),
        TypeKind::Interface(interface) => interface.fields.iter().map(|field| &field.node).collect(),
        _ => Vec::new(),
    }
}

fn name(of: &Type) -> &str {
    match &of.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => name(inner),
    }
}

fn is_object(types: &[TypeDefinition], wanted: &str) -> bool {
    let found = types.iter().find(|definition| definition.name.node == wanted);
    found.is_some_and(|found| matches!(found.kind, TypeKind::Object(_) | TypeKind::Interface(_) | TypeKind::Union(_)))
}

#[test]
fn the_committed_schema_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api/schema.graphql");
    let committed = fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == schema::sdl(),
        "api/schema.graphql is old: cargo run --bin cotmoc -- schema > api/schema.graphql"
    );
}

/// Everything the schema names, with its description: types by name, their members with a dot.
fn descriptions() -> Vec<(String, Option<String>)> {
    let mut found = Vec::new();
    for definition in types() {
        let of = &definition.name.node;
        let mut add = |what: String, text: Option<&Positioned<String>>| {
            found.push((what, text.map(|text| text.node.clone())));
        };
        add(of.to_string(), definition.description.as_ref());
        for field in fields(&definition) {
            add(format!("{of}.{}", field.name.node), field.description.as_ref());
            for argument in &field.arguments {
                let what = format!("{of}.{}({})", field.name.node, argument.node.name.node);
                add(what, argument.node.description.as_ref());
            }
        }
        match &definition.kind {
            TypeKind::Enum(kind) => {
                for value in &kind.values {
                    add(format!("{of}.{}", value.node.value.node), value.node.description.as_ref());
                }
            }
            TypeKind::InputObject(input) => {
                for field in &input.fields {
                    add(format!("{of}.{}", field.node.name.node), field.node.description.as_ref());
                }
            }
            _ => {}
        }
    }
    found
}

#[test]
fn everything_is_described() {
    let missing: Vec<_> = descriptions().into_iter().filter(|(_, text)| text.is_none()).collect();
    assert!(missing.is_empty(), "without a description: {missing:#?}");
}

#[test]
fn types_are_described_in_sentences_and_members_in_phrases() {
    let odd: Vec<_> = descriptions()
        .into_iter()
        .filter(|(what, text)| text.as_ref().is_some_and(|text| text.ends_with('.') == what.contains('.')))
        .collect();
    assert!(odd.is_empty(), "a type's description ends with a period, a member's does not: {odd:#?}");
}

#[test]
fn lists_are_connections_or_few_by_nature() {
    let mut lists = Vec::new();
    for definition in types() {
        let of = definition.name.node.as_str();
        if of.ends_with("Connection") {
            continue;
        }
        for field in fields(&definition) {
            // What has to be mended comes whole, in every payload.
            if matches!(field.ty.node.base, BaseType::List(_)) && name(&field.ty.node) != "UserError" {
                lists.push(format!("{of}.{}", field.name.node));
            }
        }
    }
    lists.retain(|list| !LENGTHS.iter().any(|(known, _)| known == list));
    lists.sort();
    assert_eq!(lists, WHOLE_LISTS);
}

/// A client's generator of code asks how each scalar is written.
#[test]
fn every_scalar_says_by_what_it_is_specified() {
    let scalars: Vec<_> =
        types().into_iter().filter(|definition| matches!(definition.kind, TypeKind::Scalar)).collect();
    assert!(scalars.len() >= 7);
    for scalar in scalars {
        let urls: Vec<_> = scalar
            .directives
            .iter()
            .filter(|directive| directive.node.name.node == "specifiedBy")
            .filter_map(|directive| directive.node.get_argument("url"))
            .collect();
        assert_eq!(urls.len(), 1, "{}", scalar.name.node);
    }
}

/// What is found by its id everywhere says which it is. Sums have none: what they count depends on the question, so two of them under
/// one id would be taken for one another in a client's cache.
#[test]
fn what_is_listed_has_an_id() {
    let types = types();
    let sums = [
        "Assessment",
        "Completeness",
        "Difference",
        "Ranking",
        "ReportingMatrixRow",
        "Scorecard",
        "SearchResult",
        "Standing",
        "StatusCount",
    ];
    for connection in types.iter().filter(|definition| definition.name.node.ends_with("Connection")) {
        let of = connection.name.node.trim_end_matches("Connection");
        let Some(item) = types.iter().find(|definition| definition.name.node == of) else { continue };
        if !sums.contains(&of) {
            assert!(fields(item).iter().any(|field| field.name.node == "id"), "{of}");
            let TypeKind::Object(object) = &item.kind else { panic!("{of}") };
            assert!(object.implements.iter().any(|interface| interface.node == "Node"), "{of} is no Node");
        }
    }
}

#[test]
fn connections_take_the_four_arguments_of_the_specification() {
    for definition in types() {
        for field in fields(&definition) {
            if name(&field.ty.node).ends_with("Connection") {
                let arguments: Vec<_> =
                    field.arguments.iter().map(|argument| argument.node.name.node.as_str()).collect();
                for argument in ["first", "after", "last", "before"] {
                    assert!(arguments.contains(&argument), "{}.{}: {argument}", definition.name.node, field.name.node);
                }
            }
        }
    }
}

/// Whatever a loader brings may fail alone; were it non-null, its failure would take its parent along.
#[test]
fn what_is_loaded_is_nullable() {
    let types = types();
    for definition in &types {
        let of = definition.name.node.as_str();
        // Labels and permissions are part of the program.
        // Events of the feed are its own; the objects beside them are loaded.
        if of.ends_with("Connection")
            || of.ends_with("Edge")
            || matches!(of, "ChangePage" | "EnumLabels" | "Permission" | "Subscription")
            // What a change has done comes with it.
            || matches!(of, "IndicatorRetirement" | "NotificationRehearsal" | "PlanAdoption" | "PlanComparison")
            // A part names what it is a part of; both come in one row.
            || matches!(of, "ComponentScore" | "DefinitionDimension" | "ItemFigure")
        {
            continue;
        }
        // What has to be mended, and in which rows, is computed, like the labels; so is what a version changed, and what an assessment follows from.
        // The headings of a mapping stand in its row.
        let is_computed = |field: &&FieldDefinition| {
            matches!(
                name(&field.ty.node),
                "UserError"
                    | "MeasurementConflict"
                    | "FieldChange"
                    | "AssessmentInput"
                    | "AssessmentLine"
                    | "PassedOn"
                    | "ImportColumn"
            )
        };
        for field in fields(definition).into_iter().filter(|field| !is_computed(field)) {
            if is_object(&types, name(&field.ty.node)) {
                assert!(field.ty.node.nullable, "{of}.{} is loaded, so it must be nullable", field.name.node);
            }
        }
    }
}

#[test]
fn whole_numbers_that_may_outgrow_an_int_are_no_int() {
    let mut ints = Vec::new();
    for definition in types() {
        for field in fields(&definition) {
            let what = format!("{}.{}", definition.name.node, field.name.node);
            if name(&field.ty.node) == "Int" && !what.ends_with("Connection.totalCount") {
                ints.push(what);
            }
        }
    }
    assert_eq!(ints, INTS);
}
