//! How long the lists are that come whole, for the price of what is asked below them.
//!
//! Such a list is short by its nature: whatever can grow is a connection. Its price is its length as it is, not the default page.
//! What stands here is what one of many such lists holds, rounded up: a page of 100 directives has some 80 leads, not 100 times
//! the five that one of them has. A test measures it in the demo province, and names a list that is missing here.

/// Each list of objects that comes whole, and how many it holds.
pub const LENGTHS: &[(&str, u64)] = &[
    ("AddHolidaysPayload.holidays", 20),
    ("AddHolidaysPayload.moved", 20),
    ("Agency.ancestors", 3),
    ("Agency.formerNames", 1),
    ("Agency.history", 2),
    ("Agency.placements", 1),
    ("Agency.predecessors", 1),
    ("Agency.successors", 1),
    ("AgencySuccession.predecessors", 4),
    ("AgencySuccession.successors", 1),
    ("AgencySuccession.weights", 2),
    ("AreaFigure.measurements", 4),
    ("AreaFigure.missing", 2),
    ("AreaFigure.notAttributable", 1),
    ("Assessment.inputs", 10),
    ("Assessment.lines", 1),
    ("Assessment.measurements", 3),
    ("AssignIndicatorLeadPayload.indicators", 10),
    ("AssignReportingPayload.assignments", 20),
    ("ChasePayload.chased", 10),
    ("ChooseNotificationsPayload.choices", 24),
    ("NotificationRehearsal.told", 1_000),
    ("Query.notificationRules", 80),
    ("SetNotificationRulesPayload.rules", 20),
    ("Computation.inputs", 3),
    ("Computation.missing", 2),
    ("Computation.scores", 1),
    ("DigitalSystem.clauses", 2),
    ("DigitalSystem.indicators", 1),
    ("DigitalSystem.relatedDocuments", 1),
    ("Dimension.items", 4),
    ("Directive.coordinators", 2),
    ("Directive.deadlines", 2),
    ("Directive.dependsOn", 1),
    ("Directive.extensionRequests", 1),
    ("Directive.history", 5),
    ("Directive.indicators", 2),
    ("Directive.inputRequests", 1),
    ("Directive.leads", 2),
    ("Directive.mentionedDocuments", 1),
    ("Directive.namedAgencies", 1),
    ("Directive.reports", 1),
    ("Directive.unfinishedParts", 1),
    ("Directive.waitsFor", 1),
    ("Document.attachments", 1),
    ("Document.inverseRelations", 2),
    ("Document.meetings", 1),
    ("Document.offices", 1),
    ("Document.relations", 2),
    ("EnumLabels.values", 8),
    ("Goal.indicators", 2),
    ("Goal.mentionedDocuments", 1),
    ("Goal.namedBodies", 1),
    ("Import.columns", 5),
    ("ImportMapping.columns", 5),
    // The months of a year.
    ("Indicator.areaFigures", 12),
    ("Indicator.baselines", 2),
    ("Indicator.definitions", 2),
    ("Indicator.history", 2),
    ("Indicator.memberships", 2),
    ("Indicator.rules", 1),
    ("IndicatorDefinition.components", 1),
    ("IndicatorDefinition.dimensions", 1),
    ("IndicatorDefinition.inputs", 1),
    ("IndicatorRetirement.targets", 10),
    ("Measure.indicators", 1),
    ("Measure.mentionedDocuments", 1),
    ("Measure.namedBodies", 2),
    ("Measurement.attachments", 1),
    ("Measurement.breakdown", 1),
    // A decision for each step of the life-cycle.
    ("Measurement.decisions", 3),
    ("Measurement.history", 2),
    ("Measurement.revisions", 2),
    ("MeasurementConflict.differences", 5),
    ("MeasurementPayload.differences", 5),
    ("MeasurementRevision.attachments", 1),
    ("MeasurementRevision.breakdown", 1),
    ("MeasurementRevision.decisions", 3),
    ("MeasurementRevision.inputs", 1),
    ("Notification.agencies", 2),
    ("ObjectVersion.changes", 3),
    // As many as one report has headings.
    ("PeriodReport.results", 30),
    ("PeriodReportResult.outputs", 1),
    ("PeriodTotal.areas", 4),
    ("PeriodTotal.measurements", 4),
    ("Permission.grants", 2),
    // A plan of a province.
    ("PlanAdoption.targets", 100),
    ("PlanComparison.targets", 100),
    // Those of all days; the demo has none.
    ("Programme.assessmentRules", 2),
    ("Programme.documents", 6),
    ("ProgressUpdate.attachments", 1),
    ("Query.calendarYears", 10),
    // Of one year.
    ("Query.dimensions", 10),
    ("Query.holidays", 20),
    // The enums of the schema, each at most once.
    ("Query.labels", 100),
    // One entry for each action there is.
    ("Query.permissionTable", 80),
    ("Query.reportingSchedules", 10),
    ("Ranking.parts", 3),
    ("RankingScheme.weights", 3),
    ("Recommendation.mentionedDocuments", 1),
    ("Recommendation.steps", 1),
    ("Recommendation.to", 2),
    ("RecordSuccessionPayload.agencies", 4),
    ("Reorganisation.passed", 8),
    ("ReorganisePayload.reorganisations", 10),
    // The indicators that an agency reports on.
    ("RemoveHolidayPayload.moved", 20),
    ("ReportingMatrixRow.obligations", 20),
    ("ReportingRule.cadences", 2),
    ("ReportingRule.recipients", 1),
    ("ReportingRule.reporters", 2),
    ("ServiceAccount.secrets", 2),
    ("ServiceAccount.webhooks", 1),
    ("SetReportingSchedulePayload.moved", 20),
    ("Standing.measurements", 1),
    ("Target.conflicts", 1),
    ("Target.history", 2),
    ("Target.revisions", 1),
    ("Target.warnings", 1),
    ("Viewer.notificationChoices", 24),
    ("Viewer.pushSubscriptions", 2),
    ("Viewer.sessions", 5),
    // As many as are kept.
    ("Webhook.deliveries", 50),
];

/// What one person has to mend in one go, in every payload.
const USER_ERRORS: u64 = 3;

/// How many a list holds; none where nothing is said of it.
pub(super) fn of(owner: &str, field: &str) -> Option<u64> {
    if field == "userErrors" {
        return Some(USER_ERRORS);
    }
    let is_it = |list: &str| list.split_once('.') == Some((owner, field));
    LENGTHS.iter().find(|(list, _)| is_it(list)).map(|(_, length)| *length)
}
