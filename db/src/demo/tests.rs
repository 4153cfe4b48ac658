//! The facts hold together without a database: complete, resolvable, spelled as Unicode wants them.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde_json::Value;
use unicode_normalization::is_nfc;

use super::{
    facts::{Facts, Target},
    simulation::Plan,
};

const FILES: [(&str, &str); 12] = [
    ("agencies", include_str!("../../demo/agencies.json")),
    ("documents", include_str!("../../demo/documents.json")),
    ("programmes", include_str!("../../demo/programmes.json")),
    ("indicators", include_str!("../../demo/indicators.json")),
    ("targets", include_str!("../../demo/targets.json")),
    ("directives", include_str!("../../demo/directives.json")),
    ("recommendations", include_str!("../../demo/recommendations.json")),
    ("reporting_rules", include_str!("../../demo/reporting_rules.json")),
    ("period_reports", include_str!("../../demo/period_reports.json")),
    ("measures", include_str!("../../demo/measures.json")),
    ("goals", include_str!("../../demo/goals.json")),
    ("digital_systems", include_str!("../../demo/digital_systems.json")),
];

fn facts() -> Facts {
    Facts::read().unwrap()
}

fn plan_targets(facts: &Facts) -> Vec<&Target> {
    facts.targets.targets.iter().filter(|target| target.code.starts_with("359-KH/TU:2")).collect()
}

#[test]
fn every_fact_is_there() {
    let facts = facts();
    assert_eq!(facts.agencies.agencies.len(), 92);
    let units = &facts.units;
    assert_eq!((units.communes.len(), units.districts.len(), units.before.len()), (96, 23, 272));
    assert!(facts.indicators.indicators.iter().all(|fact| fact.lead.is_some()));
    assert_eq!(facts.documents.documents.len(), 62);
    assert_eq!(facts.directives.len(), 121);
    assert_eq!(facts.recommendations.len(), 26);
    assert_eq!(facts.reporting_rules.len(), 26);
    assert_eq!((facts.period_reports.reports.len(), facts.period_reports.results.len()), (1, 15 + 3 + 11));
    assert_eq!(facts.measures.len(), 84);
    assert_eq!((facts.goals.goals.len(), facts.goals.offices.len(), facts.goals.meetings.len()), (16, 33, 2));
    assert_eq!(facts.digital_systems.len(), 75);
    assert!(facts.directives.iter().all(|fact| fact.summary_vi.is_some() && fact.summary_en.is_some()));
    assert_eq!(plan_targets(&facts).len(), 217);
    assert_eq!(facts.targets.targets.len(), 217 + 17);
    assert_eq!(facts.targets.revisions.len(), 9);
    assert_eq!(facts.indicators.indicators.len(), 64 + 9);
    let members =
        |programme: &str| facts.programmes.indicators.iter().filter(|member| member.programme == programme).count();
    assert_eq!((members("nq57-quang-ngai"), members("nq57-ba-ria-vung-tau")), (64, 15));
}

#[test]
fn the_plan_counts_as_its_reader_counted() {
    let facts = facts();
    let targets = plan_targets(&facts);
    let mut milestones = BTreeMap::<String, usize>::new();
    for target in &targets {
        *milestones.entry(target.due_on.unwrap().to_string()).or_default() += 1;
    }
    let expected = [("2025", 44), ("2030", 44), ("2035", 39), ("2040", 44), ("2045", 46)];
    assert_eq!(milestones, expected.map(|(year, count)| (format!("{year}-12-31"), count)).into());
    let count = |test: &dyn Fn(&Target) -> bool| targets.iter().filter(|target| test(target)).count();
    assert_eq!(count(&|target| target.statement.is_some()), 23);
    assert_eq!(count(&|target| target.cadence.as_deref() == Some("EACH_YEAR")), 38);
    assert_eq!(count(&|target| target.comparator.as_deref() == Some("AT_LEAST")), 128 + 5);
    assert_eq!(count(&|target| target.comparator.as_deref() == Some("EXACTLY")), 56);
    assert_eq!(count(&|target| target.comparator.as_deref() == Some("BETWEEN")), 5);
    assert_eq!(count(&|target| target.source_words.as_deref() == Some("từ")), 5);
    assert_eq!(count(&|target| target.sub == Some(1)), 14);
    let sum: Decimal = targets.iter().filter_map(|target| target.value).sum();
    assert_eq!(sum, Decimal::new(1_171_112, 2));
}

#[test]
fn numbers_and_words_are_the_documents() {
    let facts = facts();
    let target = |code: &str| facts.targets.targets.iter().find(|target| target.code == code).unwrap();
    let coverage = target("359-KH/TU:2030.a.01");
    assert_eq!((coverage.comparator.as_deref(), coverage.value), (Some("EXACTLY"), Some(Decimal::from(100))));
    assert_eq!(coverage.source_words.as_deref(), Some("đạt"));
    assert_eq!(coverage.measured_over.as_deref(), Some("địa bàn tỉnh (không nói theo dân số hay diện tích)"));

    assert_eq!(target("359-KH/TU:2040.c.02").value, Some(Decimal::from(50)));
    assert_eq!(target("359-KH/TU:2040.c.12.1").value, Some(Decimal::from(70)));
    assert_eq!(target("359-KH/TU:2030.e.12.1").value, Some(Decimal::from(80)));
    assert_eq!(target("359-KH/TU:2045.c.01").value, Some(Decimal::from(1000)));
    assert_eq!(target("359-KH/TU:2030.e.01").value, Some(Decimal::new(75, 2)));
    assert_eq!(target("359-KH/TU:2035.e.08.2").definition, Some(2));
    let range = target("359-KH/TU:2040.d.02");
    assert_eq!((range.value, range.upper_value), (Some(Decimal::from(30)), Some(Decimal::from(40))));

    let budget = facts.targets.revisions.iter().find(|revision| revision.target == "tin-brvt-2025-04-03:3.1").unwrap();
    assert_eq!((budget.previous, budget.new), (Some(Decimal::from(3)), Some(Decimal::ONE)));
    assert_eq!(facts.targets.revisions.iter().filter(|revision| revision.previous.is_none()).count(), 8);
}

#[test]
fn codes_are_unique_and_references_lead_somewhere() {
    let files = FILES.map(|(noun, text)| (noun, serde_json::from_str::<Value>(text).unwrap()));
    let codes = |noun: &str, section: &str| -> BTreeSet<String> {
        let (_, file) = files.iter().find(|(name, _)| *name == noun).unwrap();
        let codes: Vec<_> =
            file[section].as_array().unwrap().iter().map(|fact| fact["code"].as_str().unwrap()).collect();
        let unique: BTreeSet<_> = codes.iter().map(ToString::to_string).collect();
        assert_eq!(unique.len(), codes.len(), "{noun}");
        unique
    };
    let (agencies, documents) = (codes("agencies", "agencies"), codes("documents", "documents"));
    let (programmes, indicators) = (codes("programmes", "programmes"), codes("indicators", "indicators"));
    let (targets, directives) = (codes("targets", "targets"), codes("directives", "directives"));
    codes("reporting_rules", "reporting_rules");
    let (reports, systems) = (codes("period_reports", "reports"), codes("digital_systems", "digital_systems"));
    let recommendations = codes("recommendations", "recommendations");
    codes("measures", "measures");
    codes("goals", "goals");

    let known = |noun: &str, section: &str, field: &str| match (noun, section, field) {
        ("recommendations", _, "from" | "to") => Some(&agencies),
        ("measures", _, "systems") => Some(&systems),
        ("period_reports", _, "report") => Some(&reports),
        ("period_reports", _, "recommendation") => Some(&recommendations),
        (_, "relations", "from" | "to") => Some(&documents),
        _ => match field {
            "agency" | "members" | "members_stated" | "parent" | "planned_parent" | "predecessors" | "successors"
            | "to_agency" | "issuer" | "subject" | "assigner" | "leads" | "reporters" | "recipients"
            | "jurisdiction" | "decision_maker" | "lead" | "reporter" | "owner" | "responsible" | "assessed_by"
            | "chair" => Some(&agencies),
            "document" | "documents" | "parent_document" | "existence_document" => Some(&documents),
            "programme" => Some(&programmes),
            "indicator" | "indicators" | "stated_indicators" => Some(&indicators),
            "target" => Some(&targets),
            "answers" | "directive" => Some(&directives),
            _ => None,
        },
    };
    for (noun, file) in &files {
        for (section, facts) in file.as_object().unwrap() {
            for fact in facts.as_array().unwrap() {
                each_text(fact, "", &mut |field, text| {
                    if let Some(known) = known(noun, section, field) {
                        assert!(known.contains(text), "{noun}.json: `{field}` leads nowhere: {fact}");
                    }
                });
            }
        }
    }
}

#[test]
fn texts_are_clean() {
    for (noun, file) in FILES {
        each_text(&serde_json::from_str(file).unwrap(), "", &mut |field, text| {
            assert!(is_nfc(text), "{noun}.json: {text} is not NFC");
            assert_eq!(text, text.trim(), "{noun}.json");
            assert!(!text.is_empty() && !text.chars().any(char::is_control), "{noun}.json: {field} {text:?}");
        });
    }
}

/// Visits every text with the name of the field it stands in.
fn each_text(value: &Value, field: &str, visit: &mut dyn FnMut(&str, &str)) {
    match value {
        Value::String(text) => visit(field, text),
        Value::Array(values) => values.iter().for_each(|value| each_text(value, field, visit)),
        Value::Object(fields) => fields.iter().for_each(|(field, value)| each_text(value, field, visit)),
        _ => {}
    }
}

#[test]
fn groups_follow_the_plan() {
    let facts = facts();
    let group_of = |indicator: &str| {
        facts
            .programmes
            .indicators
            .iter()
            .find(|member| member.indicator == indicator)
            .and_then(|member| member.group.clone())
    };
    for target in plan_targets(&facts) {
        let group = target.code.split('.').nth(1).map(str::to_owned);
        assert_eq!(group_of(&target.indicator), group, "{}", target.code);
    }
}

#[test]
fn every_indicator_has_a_definition_in_both_languages() {
    let facts = facts();
    let first: BTreeSet<_> =
        facts.indicators.definitions.iter().filter(|fact| fact.version == 1).map(|fact| &fact.indicator).collect();
    let second = facts.indicators.definitions.iter().filter(|fact| fact.version == 2).count();
    assert_eq!((first.len(), second), (73, 3));
    assert!(facts.agencies.agencies.iter().all(|agency| agency.name_en.is_some()));
}

#[test]
fn a_plan_grows_to_what_is_wanted() {
    let facts = facts();
    let today = "2026-01-01".parse().unwrap();
    let usual = Plan::new(&facts, 96, None, today).unwrap();
    assert_eq!(usual.communes.len(), 96);
    // 8 monthly and 6 quarterly indicators of each commune in 2025, and the province's own. In its first half those that became 91 of them.
    let halves = 5 + 91 + 5 + usual.former.len() as u64;
    assert!((200..300).contains(&(usual.count() - halves * (8 * 6 + 6 * 2))));
    assert_eq!(usual.former.len(), 272 - 5 + 1);

    let many = Plan::new(&facts, 96, Some(500_000), today).unwrap();
    assert!((500_000..502_000).contains(&many.count()), "{}", many.count());
    let most = Plan::new(&facts, 96, Some(u64::MAX), today).unwrap();
    assert_eq!(most.communes.len(), 3_500);
    // Nothing of the smaller plan is missing in the larger.
    assert!(usual.communes.iter().zip(&most.communes).all(|(a, b)| a.id == b.id));
}

/// The words of a source are compared with rules: a label of whoever read it, or a figure, would be taken for one.
#[test]
fn source_words_are_words_of_the_document() {
    let facts = facts();
    let words: BTreeSet<_> = facts.targets.targets.iter().filter_map(|target| target.source_words.as_deref()).collect();
    assert_eq!(
        words.into_iter().collect::<Vec<_>>(),
        [
            "1-2",
            "30 đến 40",
            "35 đến 45",
            "80% - 90%",
            "có",
            "hơn",
            "là",
            "nhóm 10",
            "trên",
            "trở lên",
            "tất cả",
            "tối thiểu",
            "từ",
            "đạt",
            "≥"
        ]
    );
    let bare = facts.targets.targets.iter().filter(|target| target.value.is_some() && target.source_words.is_none());
    assert!(bare.count() >= 41);
}
