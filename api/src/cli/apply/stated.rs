//! What is read out of documents: measures, goals, digital systems, rules of indicators and of reports, directives, recommendations, period reports.
//!
//! What is asked of them has the names of their inputs, so that an answer is put into the words of an entry by one rule.

use serde_json::{Map, Value, json};

use super::{
    desk::By,
    making::{Amending, Kind, Making},
};

/// Lists whose order says nothing.
const SETS: &[&str] = &[
    "indicators",
    "systems",
    "mentionedDocuments",
    "relatedDocuments",
    "answeredBy",
    "dependsOn",
    "members",
    "aliases",
];

/// An answer in the words of an input: an object of which the code alone was asked is its code, a connection a list, and what is null is
/// left out.
pub fn plain(answer: &Value) -> Value {
    match answer {
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(fields) => match (fields.get("code"), fields.get("nodes")) {
            (Some(code), _) if fields.len() == 1 => code.clone(),
            (_, Some(nodes)) => plain(nodes),
            _ => {
                let fields = fields.iter().filter(|(_, value)| !value.is_null());
                Value::Object(fields.map(|(name, value)| (name.clone(), plain(value))).collect())
            }
        },
        other => other.clone(),
    }
}

/// The same in which lists whose order says nothing are in one.
pub fn in_order(name: &str, value: &Value) -> Value {
    match value {
        Value::Array(items) if SETS.contains(&name) => {
            let mut items = items.clone();
            items.sort_by_key(Value::to_string);
            Value::Array(items)
        }
        other => other.clone(),
    }
}

/// What documents state of something, as its input says it; `code` is what it is known by here.
pub fn entry(kind: Kind, answer: &Value) -> Map<String, Value> {
    let mut entry = Map::new();
    let Value::Object(mut said) = plain(answer) else { return entry };
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    if kind == Kind::Directive {
        directive(&mut said);
    }
    let (code, document, clause) = (text(said.get("code")), text(said.get("document")), text(said.get("clause")));
    if matches!(kind, Kind::DigitalSystem | Kind::IndicatorRule) {
        entry.insert("code".to_owned(), json!(code));
    } else if let Some(item) =
        code.strip_prefix(&format!("{document}:")).filter(|item| *item != clause || kind == Kind::ReportingRule)
    {
        entry.insert("item".to_owned(), json!(item));
    }
    for (field, _) in kind.making().fields {
        let name = field.trim_start_matches('/');
        if let Some(value) = said.get(name) {
            entry.insert(name.to_owned(), in_order(name, value));
        }
    }
    match kind {
        // What people have done since then is theirs, and what a demo invents nobody's.
        Kind::Directive if said.get("stateSource") == Some(&json!("REPORTED")) => {
            for (field, from) in [("reportedState", "state"), ("completedOn", "completedOn")] {
                entry.extend(said.get(from).map(|value| (field.to_owned(), value.clone())));
            }
        }
        Kind::Recommendation => {
            entry.extend(said.get("state").map(|value| ("state".to_owned(), value.clone())));
        }
        _ => {}
    }
    entry
}

/// The first deadline, in the words of the input.
fn directive(said: &mut Map<String, Value>) {
    let first = said.get("deadlines").and_then(|deadlines| deadlines.get(0)).and_then(Value::as_object).cloned();
    let Some(mut first) = first else { return };
    if let Some(day) = first.remove("statedOn") {
        first.insert("on".to_owned(), day);
    } else {
        first.remove("precision");
    }
    said.insert("deadline".to_owned(), Value::Object(first));
}

pub const MEASURE: Making = Making {
    one: "measure",
    by: By::StandingOffice,
    mutation: "defineMeasure",
    input: "DefineMeasureInput",
    selection: "id version clause programme { code } document { code } headingClause headingVi: heading(language: VI) headingEn: heading(language: EN) titleVi: title(language: VI) titleEn: title(language: EN) summaryVi: summary(language: VI) summaryEn: summary(language: EN) topics assigner { code } recurrence horizon expectedOutput namedBodies { words agency { code } } systems(first: 50) { nodes { code } } indicators { stated indicator { code } } mentionedDocuments { code } note",
    fields: &[
        ("/programme", "/programme"),
        ("/document", "/document"),
        ("/clause", "/clause"),
        ("/titleVi", "/titleVi"),
        ("/titleEn", "/titleEn"),
        ("/summaryVi", "/summaryVi"),
        ("/summaryEn", "/summaryEn"),
        ("/headingClause", "/headingClause"),
        ("/headingVi", "/headingVi"),
        ("/headingEn", "/headingEn"),
        ("/topics", "/topics"),
        ("/assigner", "/assigner"),
        ("/recurrence", "/recurrence"),
        ("/horizon", "/horizon"),
        ("/expectedOutput", "/expectedOutput"),
        ("/namedBodies", "/namedBodies"),
        ("/systems", "/systems"),
        ("/indicators", "/indicators"),
        ("/mentionedDocuments", "/mentionedDocuments"),
        ("/note", "/note"),
    ],
    amended: Some(Amending {
        mutation: "amendMeasure",
        input: "AmendMeasureInput",
        id: "measure",
        fields: &[
            "titleVi",
            "titleEn",
            "summaryVi",
            "summaryEn",
            "headingClause",
            "headingVi",
            "headingEn",
            "topics",
            "assigner",
            "recurrence",
            "horizon",
            "expectedOutput",
            "namedBodies",
            "systems",
            "indicators",
            "mentionedDocuments",
            "note",
        ],
    }),
    otherwise: "where it stands stays",
};

pub const GOAL: Making = Making {
    one: "goal",
    by: By::StandingOffice,
    mutation: "defineGoal",
    input: "DefineGoalInput",
    selection: "id version clause kind programme { code } document { code } titleVi: title(language: VI) titleEn: title(language: EN) summaryVi: summary(language: VI) summaryEn: summary(language: EN) topics period assessedBy { code } rating namedBodies { words agency { code } } indicators { stated indicator { code } } mentionedDocuments { code } note",
    fields: &[
        ("/programme", "/programme"),
        ("/document", "/document"),
        ("/clause", "/clause"),
        ("/kind", "/kind"),
        ("/titleVi", "/titleVi"),
        ("/titleEn", "/titleEn"),
        ("/summaryVi", "/summaryVi"),
        ("/summaryEn", "/summaryEn"),
        ("/topics", "/topics"),
        ("/period", "/period"),
        ("/assessedBy", "/assessedBy"),
        ("/rating", "/rating"),
        ("/namedBodies", "/namedBodies"),
        ("/indicators", "/indicators"),
        ("/mentionedDocuments", "/mentionedDocuments"),
        ("/note", "/note"),
    ],
    amended: Some(Amending {
        mutation: "amendGoal",
        input: "AmendGoalInput",
        id: "goal",
        fields: &[
            "kind",
            "titleVi",
            "titleEn",
            "summaryVi",
            "summaryEn",
            "topics",
            "period",
            "assessedBy",
            "rating",
            "namedBodies",
            "indicators",
            "mentionedDocuments",
            "note",
        ],
    }),
    otherwise: "where it stands stays",
};

pub const DIGITAL_SYSTEM: Making = Making {
    one: "digital system",
    by: By::StandingOffice,
    mutation: "defineDigitalSystem",
    input: "DefineDigitalSystemInput",
    selection: "id version nameVi: name(language: VI) nameEn: name(language: EN) kind properName province owner { code } responsible { code } agency { code } wantedVi: wanted(language: VI) wantedEn: wanted(language: EN) givesFigures takesFigures clauses { clause document { code } } indicators { code } relatedDocuments { code } note",
    fields: &[
        ("/nameVi", "/nameVi"),
        ("/nameEn", "/nameEn"),
        ("/kind", "/kind"),
        ("/properName", "/properName"),
        ("/province", "/province"),
        ("/owner", "/owner"),
        ("/responsible", "/responsible"),
        ("/agency", "/agency"),
        ("/wantedVi", "/wantedVi"),
        ("/wantedEn", "/wantedEn"),
        ("/givesFigures", "/givesFigures"),
        ("/takesFigures", "/takesFigures"),
        ("/clauses", "/clauses"),
        ("/indicators", "/indicators"),
        ("/relatedDocuments", "/relatedDocuments"),
        ("/note", "/note"),
    ],
    amended: Some(Amending {
        mutation: "amendDigitalSystem",
        input: "AmendDigitalSystemInput",
        id: "digitalSystem",
        fields: &[
            "nameVi",
            "nameEn",
            "kind",
            "properName",
            "province",
            "owner",
            "responsible",
            "agency",
            "wantedVi",
            "wantedEn",
            "givesFigures",
            "takesFigures",
            "clauses",
            "indicators",
            "relatedDocuments",
            "note",
        ],
    }),
    otherwise: "",
};

pub const INDICATOR_RULE: Making = Making {
    one: "rule between indicators",
    by: By::StandingOffice,
    mutation: "defineIndicatorRule",
    input: "DefineIndicatorRuleInput",
    selection: "version code left { code } comparator right { code } wordsVi: words(language: VI) wordsEn: words(language: EN) validFrom validUntil document { code } clause",
    fields: &[
        ("/left", "/left"),
        ("/comparator", "/comparator"),
        ("/right", "/right"),
        ("/wordsVi", "/wordsVi"),
        ("/wordsEn", "/wordsEn"),
        ("/validFrom", "/validFrom"),
        ("/document", "/document"),
        ("/clause", "/clause"),
    ],
    amended: None,
    otherwise: "end it by endIndicatorRule, and set another",
};

pub const REPORTING_RULE: Making = Making {
    one: "reporting rule",
    by: By::StandingOffice,
    mutation: "defineReportingRule",
    input: "DefineReportingRuleInput",
    selection: "id version clause document { code } kind reporters { code } recipients { code } cadences { cadence words } adHoc onRequest inForce also note",
    fields: &[
        ("/document", "/document"),
        ("/clause", "/clause"),
        ("/kind", "/kind"),
        ("/reporters", "/reporters"),
        ("/recipients", "/recipients"),
        ("/cadences", "/cadences"),
        ("/adHoc", "/adHoc"),
        ("/onRequest", "/onRequest"),
        ("/inForce", "/inForce"),
        ("/also", "/also"),
        ("/note", "/note"),
    ],
    amended: Some(Amending {
        mutation: "amendReportingRule",
        input: "AmendReportingRuleInput",
        id: "reportingRule",
        fields: &["kind", "reporters", "recipients", "cadences", "adHoc", "onRequest", "inForce", "also", "note"],
    }),
    otherwise: "where it stands stays",
};

pub const DIRECTIVE: Making = Making {
    one: "directive",
    by: By::StandingOffice,
    mutation: "registerDirective",
    input: "RegisterDirectiveInput",
    selection: "id clause position programme { code } document { code } kind priority visibility title content summaryVi: summary(language: VI) summaryEn: summary(language: EN) assigner { code } leadBasis leads { code } leadWords coordinators { words agency { code } } namedAgencies { role agency { code } } deadlines { words statedOn precision operator yearInferred note } expectedOutput achievedOutput state stateSource completedOn mentionedDocuments { code } dependsOn { note directive { code } document { code } } indicators { stated indicator { code } } note parent { code }",
    fields: &[
        ("/programme", "/programme"),
        ("/document", "/document"),
        ("/clause", "/clause"),
        ("/kind", "/kind"),
        ("/priority", "/priority"),
        ("/visibility", "/visibility"),
        ("/title", "/title"),
        ("/content", "/content"),
        ("/summaryVi", "/summaryVi"),
        ("/summaryEn", "/summaryEn"),
        ("/assigner", "/assigner"),
        ("/leadBasis", "/leadBasis"),
        ("/leads", "/leads"),
        ("/leadWords", "/leadWords"),
        ("/coordinators", "/coordinators"),
        ("/namedAgencies", "/namedAgencies"),
        ("/deadline", "/deadline"),
        ("/expectedOutput", "/expectedOutput"),
        ("/achievedOutput", "/achievedOutput"),
        ("/mentionedDocuments", "/mentionedDocuments"),
        ("/dependsOn", "/dependsOn"),
        ("/indicators", "/indicators"),
        ("/note", "/note"),
    ],
    amended: None,
    otherwise: "what was registered stays; what becomes of it is done by those who do it",
};

pub const RECOMMENDATION: Making = Making {
    one: "recommendation",
    by: By::StandingOffice,
    mutation: "registerRecommendation",
    input: "RegisterRecommendationInput",
    selection: "id clause document { code } kind from { code } to { code } toWords decisionMaker { code } topic text visibility state answeredBy: answers(first: 50) { nodes { code } } mentionedDocuments { code } note madeOn",
    fields: &[
        ("/document", "/document"),
        ("/clause", "/clause"),
        ("/kind", "/kind"),
        ("/from", "/from"),
        ("/to", "/to"),
        ("/toWords", "/toWords"),
        ("/decisionMaker", "/decisionMaker"),
        ("/topic", "/topic"),
        ("/text", "/text"),
        ("/visibility", "/visibility"),
        ("/answeredBy", "/answeredBy"),
        ("/mentionedDocuments", "/mentionedDocuments"),
        ("/note", "/note"),
    ],
    amended: None,
    otherwise: "what was registered stays; what becomes of it is done by those who do it",
};

pub const PERIOD_REPORT: Making = Making {
    one: "period report",
    by: By::StandingOffice,
    mutation: "registerPeriodReport",
    input: "RegisterPeriodReportInput",
    selection: "id version programme { code } document { code } reporter { code } titleVi: title(language: VI) titleEn: title(language: EN) period regime periodWords yearInferred results { section clause headingVi: heading(language: VI) headingEn: heading(language: EN) titleVi: title(language: VI) titleEn: title(language: EN) summaryVi: summary(language: VI) summaryEn: summary(language: EN) state remaining directive { code } recommendation { code } outputs { role document { code } } note } note",
    fields: &[
        ("/programme", "/programme"),
        ("/document", "/document"),
        ("/reporter", "/reporter"),
        ("/period", "/period"),
        ("/regime", "/regime"),
        ("/titleVi", "/titleVi"),
        ("/titleEn", "/titleEn"),
        ("/periodWords", "/periodWords"),
        ("/yearInferred", "/yearInferred"),
        ("/results", "/results"),
        ("/note", "/note"),
    ],
    amended: Some(Amending {
        mutation: "amendPeriodReport",
        input: "AmendPeriodReportInput",
        id: "periodReport",
        fields: &["titleVi", "titleEn", "periodWords", "yearInferred", "results", "note"],
    }),
    otherwise: "where it stands stays",
};
