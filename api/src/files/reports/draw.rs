//! How a report is drawn: from the answers of the API to its questions, all of one snapshot.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use db::calendar::{Period, Regime};
use schema::{clock::day_of, error::ApiError};
use serde_json::{Value, json};

use super::{
    data::{
        AgencyTally, Basis, Counts, Directive, Directives, Figure, Heading, Item, Named, Pillar, Report, Sections,
        Span, Standing, Tally, day, list, named, text,
    },
    questions,
    words::{self, ESTIMATED, NOT_PUBLISHED, PROVISIONAL, SIMULATED, STALE},
};
use crate::files::{
    inquiry::{Inquiry, Refused},
    lowered,
};

/// Draws the report of a programme for a period.
pub async fn report(
    inquiry: &Inquiry,
    programme: &str,
    period: Period,
    as_of: DateTime<Utc>,
) -> Result<Report, Refused> {
    let found = inquiry.ask(questions::PROGRAMME, json!({ "programme": programme })).await?;
    let found = found.get("it").filter(|it| !it.is_null()).cloned();
    let found = found.ok_or_else(|| ApiError::unknown_code("programme", programme))?;
    let window = period.window(Regime::Calendar);
    let on = window.last_day().min(day_of(as_of));
    let mut filter = json!({ "programme": programme, "on": on.to_string() });
    if let (Some(subject), Some(filter)) = (text(&found, "/jurisdiction/code"), filter.as_object_mut()) {
        filter.insert("subject".to_owned(), json!(subject));
    }
    let assessments = inquiry.all(questions::ASSESSMENTS, json!({ "filter": filter })).await?;
    let asked = json!({ "filter": { "programme": programme, "on": on.to_string() }, "on": on.to_string() });
    let directives = inquiry.all(questions::DIRECTIVES, asked).await?;
    let asked = json!({ "filter": { "programme": programme, "period": period.to_string() } });
    let reports = inquiry.all(questions::PERIOD_REPORTS, asked).await?;
    let asked = json!({ "filter": { "programme": programme } });
    let recommendations = inquiry.all(questions::RECOMMENDATIONS, asked).await?;

    let recommended: Vec<_> = recommendations.iter().filter(|it| is_made_by(it, on)).collect();
    let of_kind = |obstacle: bool| {
        let kept =
            recommended.iter().filter(move |it| (text(it, "/kind").as_deref() != Some("RECOMMENDATION")) == obstacle);
        kept.map(|it| recommendation(it)).collect::<Vec<_>>()
    };
    let mut limitations = said(&reports, "LIMITATIONS");
    let told: Vec<_> = limitations.iter().filter_map(|item| item.code.clone()).collect();
    // What a report of the period says is not said twice.
    limitations
        .extend(of_kind(true).into_iter().filter(|item| item.code.as_ref().is_none_or(|code| !told.contains(code))));
    let sections = Sections {
        figures: pillars(programme, &found, &assessments),
        directives: tallied(&directives),
        results: headings(&reports),
        limitations,
        recommendations: of_kind(false),
        plan: said(&reports, "PLAN"),
    };
    let name = named(&found, "").unwrap_or_else(|| Named { code: programme.to_owned(), name: programme.to_owned() });
    let name_en = text(&found, "/nameEn").unwrap_or_else(|| name.name.clone());
    let mut report = Report {
        title_vi: format!("Kết quả {} {}", lowered(&name.name), period.in_vietnamese()),
        title_en: format!("{name_en}: report on {}", period.in_english()),
        kind: "báo cáo",
        symbol: None,
        date: None,
        signer: None,
        recipients: Vec::new(),
        issuer: named(&found, "/jurisdiction"),
        province: text(&found, "/jurisdiction/province"),
        programme: name,
        basis: bases(&found),
        period: span(period),
        next_period: period.next().map(span),
        as_of,
        on,
        counts: counts(&sections),
        sections,
        notes: Vec::new(),
    };
    report.notes = words::notes(&report);
    Ok(report)
}

fn span(period: Period) -> Span {
    let window = period.window(Regime::Calendar);
    Span {
        kind: period.kind().as_str().to_lowercase(),
        code: period.to_string(),
        text: period.in_vietnamese(),
        from: window.start,
        until: window.last_day(),
    }
}

/// The resolution first, then plans, each in the order of their days.
fn bases(found: &Value) -> Vec<Basis> {
    let mut bases: Vec<_> = list(found, "/documents").iter().filter_map(basis).collect();
    let rank = |basis: &Basis| match basis.role.as_str() {
        "RESOLUTION" => 0,
        "PLAN" => 1,
        _ => 2,
    };
    bases.sort_by_key(|basis| (rank(basis), basis.date.unwrap_or(NaiveDate::MAX), basis.document.clone()));
    bases
}

fn basis(resting: &Value) -> Option<Basis> {
    Some(Basis {
        document: text(resting, "/document/code")?,
        symbol: text(resting, "/document/symbol"),
        title: text(resting, "/document/title"),
        kind: text(resting, "/document/kind"),
        date: day(resting, "/document/issuedOn"),
        role: text(resting, "/role")?,
    })
}

/// What is made later than the day of the report is not of it, nor is what was withdrawn.
fn is_made_by(recommendation: &Value, on: NaiveDate) -> bool {
    day(recommendation, "/madeOn").is_none_or(|made| made <= on)
        && text(recommendation, "/state").as_deref() != Some("WITHDRAWN")
}

/// A document by its symbol, with the clause.
fn cited(value: &Value, document: &str) -> Option<String> {
    let symbol = text(value, &format!("{document}/symbol")).or_else(|| text(value, &format!("{document}/code")))?;
    // A copy on which the number is wanting.
    let symbol = if symbol.starts_with('/') { format!("……{symbol}") } else { symbol };
    Some(text(value, "/clause").map_or_else(|| symbol.clone(), |clause| format!("{symbol}, {clause}")))
}

/// Figures below their pillars, in the order of the programme.
fn pillars(programme: &str, found: &Value, assessments: &[Value]) -> Vec<Pillar> {
    let mut groups: Vec<_> = list(found, "/groups/nodes").iter().collect();
    groups.sort_by_key(|group| group.get("position").and_then(Value::as_i64));
    let mut pillars: Vec<_> =
        groups.into_iter().map(|group| Pillar { group: named(group, ""), figures: Vec::new() }).collect();
    pillars.push(Pillar { group: None, figures: Vec::new() });
    let mut sorted: Vec<_> = assessments.iter().collect();
    sorted.sort_by_key(|it| it.pointer("/indicator/position").and_then(Value::as_i64));
    for assessment in sorted {
        let own = list(assessment, "/indicator/memberships").iter();
        let mut own = own.filter(|it| text(it, "/programme/code").as_deref() == Some(programme));
        let group = own.find_map(|it| text(it, "/group/code"));
        let place = pillars.iter().position(|pillar| pillar.group.as_ref().map(|it| &it.code) == group.as_ref());
        let place = place.unwrap_or(pillars.len() - 1);
        if let (Some(pillar), Some(figure)) = (pillars.get_mut(place), figure(assessment)) {
            pillar.figures.push(figure);
        }
    }
    pillars.retain(|pillar| !pillar.figures.is_empty());
    pillars
}

fn figure(assessment: &Value) -> Option<Figure> {
    let measured = list(assessment, "/measurements");
    let is = |pointer: &str, word: &str| measured.iter().any(|it| text(it, pointer).as_deref() == Some(word));
    let remarks = [
        (is("/observation", "PROVISIONAL"), PROVISIONAL),
        (is("/observation", "ESTIMATED"), ESTIMATED),
        (measured.iter().any(|it| text(it, "/state").as_deref() != Some("PUBLISHED")), NOT_PUBLISHED),
        (is("/source", "SIMULATED"), SIMULATED),
        (assessment.get("isStale") == Some(&Value::Bool(true)), STALE),
    ];
    let verdict = text(assessment, "/judgement/verdict").map(|verdict| words::label("Verdict", &verdict));
    Some(Figure {
        indicator: named(assessment, "/indicator")?,
        unit: text(assessment, "/indicator/unit").filter(|unit| unit != "NONE").map(|unit| words::label("Unit", &unit)),
        decimals: assessment
            .pointer("/indicator/decimals")
            .and_then(Value::as_u64)
            .and_then(|decimals| u32::try_from(decimals).ok()),
        lead: named(assessment, "/indicator/lead"),
        demanded: text(assessment, "/demanded"),
        comparator: text(assessment, "/comparator"),
        statement: text(assessment, "/target/statement"),
        due_on: day(assessment, "/dueOn"),
        demanded_by: assessment.get("target").and_then(|target| cited(target, "/document")),
        achieved: text(assessment, "/value"),
        measured_until: day(assessment, "/measuredUntil"),
        status: text(assessment, "/status")?,
        source: measured.first().and_then(|it| text(it, "/source")),
        remarks: remarks.into_iter().filter(|(is, _)| *is).map(|(_, words)| words.to_owned()).chain(verdict).collect(),
        sentence: text(assessment, "/sentence"),
    })
}

/// How a directive stands; none if it was cancelled.
fn standing(directive: &Value) -> Option<Standing> {
    let (state, timeliness) = (text(directive, "/state"), text(directive, "/timeliness"));
    Some(match (state.as_deref(), timeliness.as_deref()) {
        (Some("CANCELLED"), _) => return None,
        (_, Some("DONE_ON_TIME")) => Standing::DoneOnTime,
        (_, Some("DONE_LATE")) => Standing::DoneLate,
        (Some("COMPLETED"), _) => Standing::Done,
        (_, Some("NOT_REPORTED")) => Standing::NotReported,
        _ if text(directive, "/stateSource").as_deref() == Some("UNKNOWN") => Standing::NotReported,
        (_, Some("OVERDUE")) => Standing::Overdue,
        _ => Standing::InProgress,
    })
}

impl Tally {
    fn add(&mut self, standing: Standing) {
        self.total += 1;
        *match standing {
            Standing::NotReported => &mut self.not_reported,
            Standing::Overdue => &mut self.overdue,
            Standing::DoneLate => &mut self.done_late,
            Standing::InProgress => &mut self.in_progress,
            Standing::Done => &mut self.done,
            Standing::DoneOnTime => &mut self.done_on_time,
        } += 1;
    }
}

fn tallied(directives: &[Value]) -> Directives {
    let mut total = Tally::default();
    let mut agencies: BTreeMap<(bool, String), (Option<Named>, Tally)> = BTreeMap::new();
    let mut wanting = Vec::new();
    for directive in directives {
        let Some(state) = standing(directive) else { continue };
        total.add(state);
        let leads: Vec<_> = list(directive, "/leads").iter().filter_map(|lead| named(lead, "")).collect();
        let each = if leads.is_empty() { vec![None] } else { leads.iter().cloned().map(Some).collect() };
        for lead in each {
            let key = (lead.is_none(), lead.as_ref().map(|lead| lead.code.clone()).unwrap_or_default());
            agencies.entry(key).or_insert_with(|| (lead, Tally::default())).1.add(state);
        }
        if matches!(state, Standing::NotReported | Standing::Overdue | Standing::DoneLate) {
            wanting.push(Directive {
                directive: text(directive, "/code").unwrap_or_default(),
                title: text(directive, "/title").unwrap_or_default(),
                leads,
                lead_words: text(directive, "/leadWords"),
                due_on: day(directive, "/dueOn"),
                completed_on: day(directive, "/completedOn"),
                state,
                given_by: cited(directive, "/document"),
            });
        }
    }
    wanting.sort_by(|one, other| {
        let key = |it: &Directive| (it.state, it.due_on.unwrap_or(NaiveDate::MAX));
        key(one).cmp(&key(other)).then_with(|| one.directive.cmp(&other.directive))
    });
    let by_agency = agencies.into_values().map(|(agency, directives)| AgencyTally { agency, directives }).collect();
    Directives { total, by_agency, wanting }
}

/// What the reports of the period say in a section, one after the other.
fn said(reports: &[Value], section: &str) -> Vec<Item> {
    reports.iter().flat_map(|report| results(report, section).map(|result| item(report, result))).collect()
}

fn results<'r>(report: &'r Value, section: &str) -> impl Iterator<Item = &'r Value> {
    list(report, "/results").iter().filter(move |result| text(result, "/section").as_deref() == Some(section))
}

/// Results below their headings.
fn headings(reports: &[Value]) -> Vec<Heading> {
    let mut headings: Vec<Heading> = Vec::new();
    for report in reports {
        let mut is_new = true;
        for result in results(report, "RESULTS") {
            let title = text(result, "/heading");
            if is_new || headings.last().is_none_or(|last| last.title != title) {
                headings.push(Heading { clause: cited(report, "/document"), title, results: Vec::new() });
                is_new = false;
            }
            if let Some(heading) = headings.last_mut() {
                heading.results.push(item(report, result));
            }
        }
    }
    headings
}

fn item(report: &Value, result: &Value) -> Item {
    let outputs = list(result, "/outputs").iter();
    let outputs = outputs.filter_map(|it| text(it, "/document/symbol").or_else(|| text(it, "/document/code")));
    Item {
        code: text(result, "/directive/code").or_else(|| text(result, "/recommendation/code")),
        clause: text(result, "/clause"),
        title: text(result, "/title").or_else(|| text(result, "/summary")).unwrap_or_default(),
        summary: text(result, "/title").and_then(|_| text(result, "/summary")),
        state: text(result, "/state"),
        from: named(report, "/reporter"),
        to: Vec::new(),
        outputs: outputs.collect(),
        remaining: text(result, "/remaining"),
    }
}

fn recommendation(value: &Value) -> Item {
    Item {
        code: text(value, "/code"),
        clause: cited(value, "/document"),
        title: text(value, "/text").or_else(|| text(value, "/topic")).unwrap_or_default(),
        summary: None,
        state: text(value, "/state"),
        from: named(value, "/from"),
        to: list(value, "/to").iter().filter_map(|to| named(to, "")).collect(),
        outputs: Vec::new(),
        remaining: None,
    }
}

fn counts(sections: &Sections) -> Counts {
    let figures: Vec<_> = sections.figures.iter().flat_map(|pillar| &pillar.figures).collect();
    let results: Vec<_> = sections.results.iter().flat_map(|heading| &heading.results).collect();
    let mut by_status = BTreeMap::new();
    for figure in &figures {
        *by_status.entry(figure.status.clone()).or_insert(0) += 1;
    }
    let mut by_state = BTreeMap::new();
    for state in results.iter().filter_map(|result| result.state.clone()) {
        *by_state.entry(state).or_insert(0) += 1;
    }
    Counts {
        figures: figures.len(),
        by_status,
        directives: sections.directives.total.total,
        results: results.len(),
        by_state,
        limitations: sections.limitations.len(),
        recommendations: sections.recommendations.len(),
        planned: sections.plan.len(),
    }
}
