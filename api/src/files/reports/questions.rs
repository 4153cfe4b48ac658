//! What a report asks the API: its questions, as anybody could ask them.

/// The programme, and what it rests on.
pub const PROGRAMME: &str =
    "query Report($programme: String!) { it: programme(code: $programme) { code name nameEn: name(language: EN)
    jurisdiction { code name province }
    documents { role document { code symbol title issuedOn kind } }
    groups(first: 100) { nodes { code name position } } } }";

/// How each indicator stands for the province on a day.
pub const ASSESSMENTS: &str = "query Report($filter: AssessmentFilter!, $after: String) {
    it: assessments(filter: $filter, first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes {
        status dueOn comparator demanded value measuredUntil isStale sentence
        indicator { code name unit decimals position lead { code name } memberships { programme { code } group { code } } }
        target { upperValue statement clause document { code symbol } }
        judgement { verdict reason }
        measurements { source state observation } } } }";

/// How each directive stands on a day.
pub const DIRECTIVES: &str = "query Report($filter: DirectiveFilter!, $on: Date!, $after: String) {
    it: directives(filter: $filter, first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes {
        code title state stateSource dueOn completedOn timeliness(on: $on) clause document { code symbol }
        leads { code name } leadWords } } }";

/// What agencies have reported of the period.
pub const PERIOD_REPORTS: &str = "query Report($filter: PeriodReportFilter!, $after: String) {
    it: periodReports(filter: $filter, first: 10, after: $after) { pageInfo { hasNextPage endCursor } nodes {
        code reporter { code name } document { code symbol }
        results { position section clause state remaining heading title summary
            directive { code } recommendation { code } outputs { document { code symbol } } } } } }";

/// What was recommended, and what stands in the way.
pub const RECOMMENDATIONS: &str = "query Report($filter: RecommendationFilter!, $after: String) {
    it: recommendations(filter: $filter, first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes {
        code kind topic text clause state madeOn toWords from { code name } to { code name } document { code symbol } } } }";
