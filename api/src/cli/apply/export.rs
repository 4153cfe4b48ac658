//! `cotmoc export`: the catalogue that a database holds, in the form that `cotmoc apply` takes.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::{Map, Value, json};

use super::{
    ApplyError,
    desk::Desk,
    making::Kind,
    sheet,
    shown::{members, said as beside, wording},
    stated,
};
use crate::{
    cli::output,
    config::Config,
    database::{Database, Sharing},
};

/// The catalogue as JSON: agencies that are there, programmes, documents and what stands in them, indicators, plans and baselines. Accounts, and
/// what a demo has invented, are left out.
#[derive(Debug, Clone, Copy)]
pub struct Catalogue;

impl Catalogue {
    /// Prints it, from a database that it migrates first.
    pub async fn run(&self, config: &Config) -> Result<(), ApplyError> {
        let database = Database::open(config, Sharing::Join).await?;
        let printed = printed(config, &database).await;
        database.close().await?;
        output::result(&printed?);
        Ok(())
    }
}

/// The targets of a programme as a spreadsheet that `cotmoc apply` takes.
#[derive(Debug, Clone, Copy)]
pub struct Targets<'a> {
    /// Code of the programme.
    pub programme: &'a str,
    /// The file to be written.
    pub output: &'a Path,
}

impl Targets<'_> {
    /// Writes it, from a database that it migrates first.
    pub async fn run(&self, config: &Config) -> Result<(), ApplyError> {
        let database = Database::open(config, Sharing::Join).await?;
        let file = planned(config, &database).await;
        database.close().await?;
        let file = file?;
        let codes: Vec<_> = list(&file, "/programmes").iter().map(|it| at(it, "/code")).collect();
        if !codes.iter().any(|code| code == self.programme) {
            let codes: Vec<_> = codes.iter().filter_map(Value::as_str).collect();
            let told = format!("there is no programme {}; there are {}", self.programme, codes.join(", "));
            return Err(ApplyError::Refused(told));
        }
        let plans = list(&file, "/plans");
        let ours = |plan: &&Value| at(plan, "/programme") == self.programme;
        let unwritten = |reason: String| ApplyError::File { path: self.output.to_owned(), reason };
        let bytes = sheet::written(self.programme, plans.iter().filter(ours)).map_err(unwritten)?;
        fs::write(self.output, bytes).map_err(|error| unwritten(error.to_string()))
    }
}

async fn planned(config: &Config, database: &Database) -> Result<Value, ApplyError> {
    database.require_migrated().await?;
    exported(&Desk::new(config, database)?).await
}

async fn printed(config: &Config, database: &Database) -> Result<String, ApplyError> {
    database.require_migrated().await?;
    let file = exported(&Desk::new(config, database)?).await?;
    let text = serde_json::to_string_pretty(&file).map_err(|error| ApplyError::Refused(error.to_string()))?;
    Ok(text + "\n")
}

/// All objects of a list at the root, page by page.
async fn all(desk: &Desk, kind: Kind, list: &str, more: &str) -> Result<Vec<Value>, ApplyError> {
    let (selection, by) = (kind.making().selection, kind.making().by);
    let question = format!(
        "query All($after: String) {{ it: {list}(first: 100, after: $after) {{ nodes {{ code {selection} {more} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    );
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = desk.ask(by, &question, json!({ "after": after })).await?;
        found.extend(page.pointer("/it/nodes").and_then(Value::as_array).cloned().unwrap_or_default());
        if page.pointer("/it/pageInfo/hasNextPage") != Some(&Value::Bool(true)) {
            return Ok(found);
        }
        after = page.pointer("/it/pageInfo/endCursor").cloned().unwrap_or_default();
    }
}

/// An object in the words of its input: what is null, false or empty by default is left out.
fn entry(kind: Kind, object: &Value) -> Map<String, Value> {
    let mut entry = Map::new();
    for (given, there) in kind.making().fields {
        let found = object.pointer(there).unwrap_or(&Value::Null);
        if !found.is_null() {
            entry.insert(given.trim_start_matches('/').to_owned(), found.clone());
        }
    }
    entry
}

fn at(object: &Value, pointer: &str) -> Value {
    object.pointer(pointer).cloned().unwrap_or_default()
}

fn list(object: &Value, pointer: &str) -> Vec<Value> {
    object.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// Where programmes place an indicator, by their codes.
fn memberships(indicator: &Value) -> Vec<Value> {
    let mut found = list(indicator, "/memberships");
    found.sort_by_key(|membership| at(membership, "/programme/code").to_string());
    found
}

/// The whole file.
async fn exported(desk: &Desk) -> Result<Value, ApplyError> {
    let more = format!("closedOn simulated {DETAILS} predecessors {{ {SUCCESSION} }}");
    let agencies = all(desk, Kind::Agency, "agencies", &more).await?;
    let agencies: Vec<_> = agencies
        .into_iter()
        .filter(|agency| at(agency, "/closedOn").is_null() && at(agency, "/simulated") != json!(true))
        .collect();
    let programmes = all(desk, Kind::Programme, "programmes", Kind::Plan.making().selection).await?;
    let more = "registeredFor { code } programmes(first: 1) { nodes { code } } relations { kind clause document { code } agency { code } }";
    let documents = all(desk, Kind::Document, "documents", more).await?;
    let more = format!(
        "memberships {{ programme {{ code }} group {{ code }} }} baselines {{ subject {{ code }} measuredOn value note clause document {{ code }} }}
        worded: definitions {{ version validFrom }} rules {{ {} }}",
        Kind::IndicatorRule.making().selection
    );
    let indicators = all(desk, Kind::Indicator, "indicators", &more).await?;
    let targets = all(desk, Kind::Target, "targets", "programme { code } document { code } revisions { previousValue revisedOn revisedBy clause note document { code } }").await?;
    let first = programmes.first().map(|programme| at(programme, "/code")).unwrap_or_default();
    Ok(json!({
        "agencies": described(desk, &agencies).await?,
        "successions": successions(&agencies),
        "programmes": programmes.iter().map(|object| coded(Kind::Programme, object)).collect::<Vec<_>>(),
        "documents": documents.iter().map(|object| document(object, &first)).collect::<Vec<_>>(),
        "indicators": indicators.iter().map(indicator).collect::<Vec<_>>(),
        "definitions": indicators.iter().flat_map(definitions).collect::<Vec<_>>(),
        "follows": follows(&indicators),
        "plans": plans(&programmes, &targets),
        "revisions": targets.iter().flat_map(revisions).collect::<Vec<_>>(),
        "baselines": indicators.iter().flat_map(baselines).collect::<Vec<_>>(),
        "indicatorRules": rules(&indicators),
        "digitalSystems": read(desk, Kind::DigitalSystem, "digitalSystems").await?,
        "measures": read(desk, Kind::Measure, "measures").await?,
        "goals": read(desk, Kind::Goal, "goals").await?,
        "reportingRules": read(desk, Kind::ReportingRule, "reportingRules").await?,
        "directives": read(desk, Kind::Directive, "directives").await?,
        "recommendations": read(desk, Kind::Recommendation, "recommendations").await?,
        "periodReports": read(desk, Kind::PeriodReport, "periodReports").await?,
    }))
}

/// What is asked of an agency beside its own row, and of what it came out of.
const DETAILS: &str = "aliases blockStated location { latitude longitude } plannedParent { code }
    existence { state clause document { code } } placements { validUntil basis clause document { code } parent { code } }";
const SUCCESSION: &str = "kind effectiveOn clause note document { code } predecessors { code } successors { code }";

/// Agencies with what documents say of them, and the members of groups.
async fn described(desk: &Desk, agencies: &[Value]) -> Result<Vec<Value>, ApplyError> {
    let mut described = Vec::new();
    for object in agencies {
        let said = beside(object);
        let mut agency = entry(Kind::Agency, &said);
        agency.insert("code".to_owned(), at(object, "/code"));
        for name in ["aliases", "location", "plannedParent", "existence", "placement"] {
            let value = said.get(name).filter(|value| !value.is_null() && **value != json!([]));
            agency.extend(value.map(|value| (name.to_owned(), value.clone())));
        }
        // Whoever registers one says it; it is only of one of which the side is known.
        if agency.contains_key("block") {
            agency.insert("blockStated".to_owned(), at(object, "/blockStated"));
        }
        if at(object, "/kind") == json!("AGENCY_GROUP") {
            let group = group(desk, &at(object, "/code")).await?;
            if group != json!([]) {
                agency.insert("members".to_owned(), group);
            }
        }
        described.push(Value::Object(agency));
    }
    Ok(described)
}

/// The members of a group, page by page.
async fn group(desk: &Desk, code: &Value) -> Result<Value, ApplyError> {
    let making = Kind::Members.making();
    let question =
        format!("query Group($code: String!, $after: String) {{ it: agency(code: $code) {{ {} }} }}", making.selection);
    let (mut all, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = desk.ask(making.by, &question, json!({ "code": code, "after": after })).await?;
        let it = at(&page, "/it");
        all.extend(members(&it).as_array().cloned().unwrap_or_default());
        if at(&it, "/members/pageInfo/hasNextPage") != Value::Bool(true) {
            return Ok(json!(all));
        }
        after = at(&it, "/members/pageInfo/endCursor");
    }
}

/// Reorganisations of which no day is known, each once.
fn successions(agencies: &[Value]) -> Vec<Value> {
    let mut found = BTreeMap::new();
    for succession in agencies.iter().flat_map(|agency| list(agency, "/predecessors")) {
        if let Value::Object(said) = stated::plain(&succession)
            && !said.contains_key("effectiveOn")
        {
            found.insert(json!([said.get("kind"), said.get("predecessors"), said.get("successors")]).to_string(), said);
        }
    }
    found.into_values().map(Value::Object).collect()
}

/// Rules that have no end, each under the indicator on its left.
fn rules(indicators: &[Value]) -> Vec<Value> {
    let standing = indicators.iter().flat_map(|indicator| {
        let code = at(indicator, "/code");
        let mut rules = list(indicator, "/rules");
        rules.retain(|rule| at(rule, "/left/code") == code && at(rule, "/validUntil").is_null());
        rules
    });
    standing.map(|rule| Value::Object(stated::entry(Kind::IndicatorRule, &rule))).collect()
}

/// What is read out of documents: in the order in which it stands in them. A part of a directive comes with nothing: people have made it.
async fn read(desk: &Desk, kind: Kind, list: &str) -> Result<Vec<Value>, ApplyError> {
    let mut found = all(desk, kind, list, "").await?;
    found.retain(|object| at(object, "/parent").is_null() && at(object, "/madeOn").is_null());
    if kind == Kind::Directive {
        found.sort_by_key(|object| at(object, "/position").as_i64());
    }
    Ok(found.iter().map(|object| Value::Object(stated::entry(kind, object))).collect())
}

fn coded(kind: Kind, object: &Value) -> Value {
    let mut entry = entry(kind, object);
    entry.insert("code".to_owned(), at(object, "/code"));
    Value::Object(entry)
}

/// One that has ended was in force: what ends it says so.
fn document(object: &Value, first: &Value) -> Value {
    let mut document = coded(Kind::Document, &beside(object));
    for name in ["offices", "meetings"] {
        if let Value::Object(fields) = &mut document {
            fields.retain(|field, value| field != name || *value != json!([]));
        }
    }
    let of = [at(object, "/registeredFor/code"), at(object, "/programmes/nodes/0/code"), first.clone()];
    let of = of.into_iter().find(|code| !code.is_null()).unwrap_or_default();
    let mut relations = list(object, "/relations");
    relations.sort_by_key(Value::to_string);
    let relations = relations.into_iter().map(|relation| {
        let fields = [
            ("kind", at(&relation, "/kind")),
            ("document", at(&relation, "/document/code")),
            ("agency", at(&relation, "/agency/code")),
            ("clause", at(&relation, "/clause")),
        ];
        said(fields)
    });
    let relations: Vec<_> = relations.collect();
    if let Value::Object(fields) = &mut document {
        fields.insert("programme".to_owned(), of);
        if !relations.is_empty() {
            fields.insert("relations".to_owned(), json!(relations));
        }
        if matches!(at(object, "/status").as_str(), Some("REPLACED" | "REVOKED")) {
            fields.insert("status".to_owned(), json!("ISSUED"));
        }
    }
    document
}

/// The fields that say something.
fn said<const N: usize>(fields: [(&str, Value); N]) -> Value {
    fields.into_iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| (name.to_owned(), value)).collect()
}

fn indicator(object: &Value) -> Value {
    let mut indicator = coded(Kind::Indicator, object);
    let programme = memberships(object).first().map(|first| at(first, "/programme/code")).unwrap_or_default();
    let group = memberships(object).first().map(|first| at(first, "/group/code")).unwrap_or_default();
    if let Value::Object(fields) = &mut indicator {
        fields.insert("definition".to_owned(), wording(&at(object, "/definitions/0")));
        if !programme.is_null() {
            fields.insert("programme".to_owned(), programme);
        }
        if !group.is_null() {
            fields.insert("group".to_owned(), group);
        }
    }
    indicator
}

/// The wordings after the first.
fn definitions(object: &Value) -> Vec<Value> {
    let days: BTreeMap<_, _> = list(object, "/worded")
        .into_iter()
        .map(|worded| (at(&worded, "/version").to_string(), at(&worded, "/validFrom")))
        .collect();
    let later = list(object, "/definitions").into_iter().skip(1);
    let entry = |definition: Value| {
        let version = at(&definition, "/version");
        let since = days.get(&version.to_string()).cloned().unwrap_or_default();
        let code = at(object, "/code");
        said([("indicator", code), ("version", version), ("validFrom", since), ("definition", wording(&definition))])
    };
    later.map(entry).collect()
}

/// By programme, in the order of the catalogue.
fn follows(indicators: &[Value]) -> Vec<Value> {
    let mut followed = BTreeMap::<String, Vec<Value>>::new();
    for indicator in indicators {
        for membership in list(indicator, "/memberships") {
            let programme = at(&membership, "/programme/code").as_str().unwrap_or_default().to_owned();
            let (code, group) = (at(indicator, "/code"), at(&membership, "/group/code"));
            followed.entry(programme).or_default().push(said([("indicator", code), ("group", group)]));
        }
    }
    followed
        .into_iter()
        .map(|(programme, indicators)| json!({ "programme": programme, "indicators": indicators }))
        .collect()
}

/// What each programme rests on, with the targets that stand in it.
fn plans(programmes: &[Value], targets: &[Value]) -> Vec<Value> {
    let mut plans = Vec::new();
    for programme in programmes {
        let mut documents = list(programme, "/documents");
        documents.sort_by_key(|resting| at(resting, "/document/code").to_string());
        for resting in documents {
            let (code, document) = (at(programme, "/code"), at(&resting, "/document/code"));
            let within = targets
                .iter()
                .filter(|target| at(target, "/programme/code") == code && at(target, "/document/code") == document);
            let within = within.map(|target| {
                let mut entry = entry(Kind::Target, target);
                let whole = at(target, "/code");
                let whole = whole.as_str().unwrap_or_default();
                let item = document.as_str().and_then(|document| whole.strip_prefix(document)?.strip_prefix(':'));
                entry.insert("item".to_owned(), json!(item.unwrap_or(whole)));
                Value::Object(entry)
            });
            let within: Vec<_> = within.collect();
            plans.push(
                json!({ "programme": code, "document": document, "role": at(&resting, "/role"), "follow": false, "targets": within }),
            );
        }
    }
    plans
}

/// What documents tell of its revisions; one that was made here has its value in the plan.
fn revisions(target: &Value) -> Vec<Value> {
    let entry = |revision: Value| match stated::plain(&revision) {
        Value::Object(mut said) => {
            said.insert("target".to_owned(), at(target, "/code"));
            Value::Object(said)
        }
        other => other,
    };
    list(target, "/revisions").into_iter().map(entry).collect()
}

fn baselines(indicator: &Value) -> Vec<Value> {
    let programme = memberships(indicator).first().map(|first| at(first, "/programme/code")).unwrap_or_default();
    let entry = |baseline: Value| {
        said([
            ("programme", programme.clone()),
            ("indicator", at(indicator, "/code")),
            ("subject", at(&baseline, "/subject/code")),
            ("measuredOn", at(&baseline, "/measuredOn")),
            ("value", at(&baseline, "/value")),
            ("document", at(&baseline, "/document/code")),
            ("clause", at(&baseline, "/clause")),
            ("note", at(&baseline, "/note")),
        ])
    };
    list(indicator, "/baselines").into_iter().map(entry).collect()
}
