//! A catalogue in a file: its entries, and how each is compared with what is there.

use db::text::symbol;
use serde_json::{Map, Value, json};

use super::{
    making::{Kind, Making},
    same::{Difference, is_said, is_same},
    shown::{members, said, wording},
    stated::{entry, in_order, plain},
};

/// The sections of a file, in the order in which most find what they name, with what stands in each.
pub const SECTIONS: &[&str] = &[
    "agencies",
    "programmes",
    "documents",
    "successions",
    "indicators",
    "definitions",
    "follows",
    "plans",
    "revisions",
    "baselines",
    "indicatorRules",
    "digitalSystems",
    "measures",
    "goals",
    "reportingRules",
    "directives",
    "recommendations",
    "periodReports",
    "accounts",
];

/// What of an agency is said when it is there, and documents with it.
const DETAILS: &[&str] = &["aliases", "blockStated", "location", "plannedParent", "existence", "placement"];

/// One entry: what is made alone, whatever it stood in in the file.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What it is.
    pub kind: Kind,
    /// What it is known by.
    pub code: String,
    /// Its words in the file; of a list within another entry, those of one.
    pub given: Value,
    /// What it stands in: programme and document of a plan, the document of a relation.
    pub within: Value,
}

/// The field of an object, null if it has none.
pub(super) fn of<'a>(value: &'a Value, field: &str) -> &'a Value {
    value.get(field).unwrap_or(&Value::Null)
}

fn text(fields: &Map<String, Value>, field: &str) -> Result<String, String> {
    let found = fields.get(field).and_then(Value::as_str).map(str::to_owned);
    found.ok_or_else(|| format!("{field} is missing"))
}

impl Entry {
    /// The entries of a file, in the order of the sections.
    pub fn read(file: &Value) -> Result<Vec<Self>, String> {
        let file = file.as_object().ok_or("not an object")?;
        let unknown: Vec<_> = file.keys().filter(|name| !SECTIONS.contains(&name.as_str())).cloned().collect();
        if !unknown.is_empty() {
            return Err(format!("no section {}; there are {}", unknown.join(", "), SECTIONS.join(", ")));
        }
        let mut entries = Vec::new();
        for section in SECTIONS {
            let Some(given) = file.get(*section) else { continue };
            let given = given.as_array().ok_or_else(|| format!("{section} is no list"))?;
            for (place, given) in given.iter().enumerate() {
                let at = |what: &str| format!("{section}[{place}]: {what}");
                let fields = given.as_object().ok_or_else(|| at("not an object"))?;
                entries.extend(Self::of(section, fields).map_err(|what| at(&what))?);
            }
        }
        Ok(entries)
    }

    fn of(section: &str, fields: &Map<String, Value>) -> Result<Vec<Self>, String> {
        let whole = |kind, code| vec![Self { kind, code, given: Value::Object(fields.clone()), within: Value::Null }];
        Ok(match section {
            "agencies" => agency(fields, &text(fields, "code")?),
            "successions" => {
                let side = |name: &str| of(&json!(fields), name).as_array().cloned().unwrap_or_default();
                let side = |name| side(name).iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ");
                let (before, after) = (side("predecessors"), side("successors"));
                whole(Kind::Succession, format!("{} {before} -> {after}", text(fields, "kind")?))
            }
            "programmes" => whole(Kind::Programme, text(fields, "code")?),
            "documents" => {
                let code = text(fields, "code").or_else(|_| text(fields, "symbol"));
                let code = symbol(&code.map_err(|_| "neither code nor symbol".to_owned())?);
                // Two documents may name each other: both are there before it is said what they do.
                let (given, relations) = parts(fields, "relations", Kind::Relation, |part| {
                    let to = text(part, "document").or_else(|_| text(part, "agency"))?;
                    Ok(format!("{code} {} {to}", text(part, "kind")?))
                })?;
                let relations = relations.into_iter().map(|part| Self { within: json!(code), ..part });
                let document = Self { kind: Kind::Document, code: code.clone(), given, within: Value::Null };
                [document].into_iter().chain(relations).collect()
            }
            "indicators" => whole(Kind::Indicator, text(fields, "code")?),
            "definitions" => {
                let version = fields.get("version").and_then(Value::as_i64).ok_or("version is missing")?;
                whole(Kind::Definition, format!("{} {version}", text(fields, "indicator")?))
            }
            "follows" => {
                let programme = text(fields, "programme")?;
                let code = |part: &Map<String, Value>| Ok(format!("{programme} {}", text(part, "indicator")?));
                parts(fields, "indicators", Kind::Membership, code)?.1
            }
            "plans" => {
                let (programme, document) = (text(fields, "programme")?, text(fields, "document")?);
                let code = |part: &Map<String, Value>| Ok(format!("{document}:{}", symbol(&text(part, "item")?)));
                let (given, targets) = parts(fields, "targets", Kind::Target, code)?;
                let code = format!("{programme} {document}");
                let plan = Self { kind: Kind::Plan, code, given, within: Value::Null };
                [plan].into_iter().chain(targets).collect()
            }
            "revisions" => {
                let on = text(fields, "revisedOn").unwrap_or_else(|_| "a day that nobody knows".to_owned());
                whole(Kind::Revision, format!("{} on {on}", text(fields, "target")?))
            }
            "accounts" => {
                let login = text(fields, "login")?;
                let (given, roles) = parts(fields, "roles", Kind::Grant, |part| {
                    let at = text(part, "agency").unwrap_or_else(|_| "everywhere".to_owned());
                    Ok(format!("{login} {} {at}", text(part, "role")?))
                })?;
                let roles = roles.into_iter().map(|part| Self { within: json!(login), ..part });
                let account = Self { kind: Kind::Account, code: login.clone(), given, within: Value::Null };
                [account].into_iter().chain(roles).collect()
            }
            "indicatorRules" => whole(Kind::IndicatorRule, text(fields, "code")?),
            "digitalSystems" => whole(Kind::DigitalSystem, text(fields, "code")?),
            "periodReports" => whole(Kind::PeriodReport, text(fields, "document")?),
            "measures" => whole(Kind::Measure, standing(fields)?),
            "goals" => whole(Kind::Goal, standing(fields)?),
            "reportingRules" => whole(Kind::ReportingRule, standing(fields)?),
            "directives" => whole(Kind::Directive, standing(fields)?),
            "recommendations" => whole(Kind::Recommendation, standing(fields)?),
            _ => whole(Kind::Baseline, format!("{} on {}", text(fields, "indicator")?, text(fields, "measuredOn")?)),
        })
    }

    /// How it is made, found and compared.
    pub const fn making(&self) -> &'static Making {
        self.kind.making()
    }

    /// The input of the mutation that makes it. `seen` is what there is of the object that it changes.
    pub fn input(&self, seen: &Value) -> Value {
        let mut input = match self.kind {
            Kind::Membership | Kind::Target => self.within.clone(),
            Kind::Relation => json!({ "document": of(seen, "id"), "expectedVersion": of(seen, "version") }),
            Kind::Revision => {
                let mut given = self.given.clone();
                if let Value::Object(fields) = &mut given {
                    fields.insert("target".to_owned(), of(seen, "id").clone());
                    fields.insert("expectedVersion".to_owned(), of(seen, "version").clone());
                }
                given
            }
            Kind::Details | Kind::Members => {
                let mut given = self.given.clone();
                if let Value::Object(fields) = &mut given {
                    fields.insert("agency".to_owned(), of(seen, "id").clone());
                    fields.insert("expectedVersion".to_owned(), of(seen, "version").clone());
                }
                given
            }
            _ => self.given.clone(),
        };
        let Value::Object(fields) = &mut input else { return input };
        let mut set = |field: &str, value: Value| drop(fields.insert(field.to_owned(), value));
        match self.kind {
            Kind::Grant => set("account", of(seen, "id").clone()),
            Kind::Relation => set("relations", json!([self.given])),
            Kind::Membership => set("indicators", json!([self.given])),
            Kind::Target => set("targets", json!([self.given])),
            Kind::Plan => set("targets", json!([])),
            Kind::Baseline => set("expectedVersion", seen.pointer("/named/version").cloned().unwrap_or_default()),
            Kind::Definition => {
                set("indicator", of(seen, "id").clone());
                set("expectedVersion", of(seen, "version").clone());
                fields.remove("version");
            }
            _ => {}
        }
        input
    }

    /// The question that finds it, or what it is made of: the answer stands under `it`.
    pub fn question(&self) -> (String, Value) {
        let (root, code) = match self.kind {
            Kind::Agency => ("agency", json!(self.code)),
            Kind::Details | Kind::Members => ("agency", self.within.clone()),
            Kind::Succession => ("agency", of(&self.given, "predecessors").get(0).cloned().unwrap_or_default()),
            Kind::DigitalSystem => ("digitalSystem", json!(self.code)),
            Kind::Measure => ("measure", json!(self.code)),
            Kind::Goal => ("goal", json!(self.code)),
            Kind::Directive => ("directive", json!(self.code)),
            Kind::PeriodReport => ("periodReport", json!(self.code)),
            Kind::ReportingRule | Kind::Recommendation => ("document", of(&self.given, "document").clone()),
            Kind::Account => ("account", json!(self.code)),
            Kind::Grant => ("account", self.within.clone()),
            Kind::Programme => ("programme", json!(self.code)),
            Kind::Document => ("document", json!(self.code)),
            Kind::Relation => ("document", self.within.clone()),
            Kind::Indicator => ("indicator", json!(self.code)),
            Kind::Definition | Kind::Membership | Kind::Baseline => ("indicator", of(&self.given, "indicator").clone()),
            Kind::IndicatorRule => ("indicator", of(&self.given, "left").clone()),
            Kind::Revision => ("target", of(&self.given, "target").clone()),
            Kind::Plan => ("programme", of(&self.given, "programme").clone()),
            Kind::Target => ("target", json!(self.code)),
        };
        let selection = self.making().selection;
        let within = match self.kind {
            Kind::IndicatorRule => format!("found: rules {{ {selection} }}"),
            Kind::ReportingRule => format!("found: reportingRules(first: 100) {{ nodes {{ code {selection} }} }}"),
            Kind::Recommendation => format!("found: recommendations(first: 100) {{ nodes {{ code {selection} }} }}"),
            _ => selection.to_owned(),
        };
        // The subject of a baseline is that of its programme unless it says another.
        let (more, variables) = match self.kind {
            Kind::Baseline => (
                "of: programme(code: $programme) { jurisdiction { code } }",
                json!({ "code": code, "programme": of(&self.given, "programme") }),
            ),
            _ => ("", json!({ "code": code })),
        };
        let declared = match self.kind {
            Kind::Members => ", $after: String",
            Kind::Baseline => ", $programme: String!",
            _ => "",
        };
        let argument = if root == "account" { "login" } else { "code" };
        (
            format!("query One($code: String!{declared}) {{ it: {root}({argument}: $code) {{ {within} }} {more} }}"),
            variables,
        )
    }

    /// What there is of it in the answer, and whether it is there at all; `named` is what it is in a list.
    pub fn present(&self, answer: &Value) -> (Value, bool) {
        let mut it = of(answer, "it").clone();
        let list = |field: &str| of(of(answer, "it"), field).as_array().cloned().unwrap_or_default();
        let code = |value: &Value, field: &str| of(of(value, field), "code").clone();
        let named = match self.kind {
            Kind::Programme | Kind::Target | Kind::Account => {
                let is_there = !it.is_null();
                return (it, is_there);
            }
            Kind::Agency | Kind::Document | Kind::Details => {
                let is_there = !it.is_null();
                return (said(&it), is_there);
            }
            Kind::DigitalSystem | Kind::Measure | Kind::Goal | Kind::Directive | Kind::PeriodReport => {
                return stated(self.kind, &it);
            }
            Kind::IndicatorRule => {
                let found = list("found").into_iter().find(|found| *of(found, "code") == json!(self.code));
                return stated(self.kind, &found.unwrap_or_default());
            }
            Kind::ReportingRule | Kind::Recommendation => {
                let found = it.pointer("/found/nodes").and_then(Value::as_array).cloned().unwrap_or_default();
                let found = found.into_iter().find(|found| is_same(of(found, "code"), &json!(self.code)));
                return stated(self.kind, &found.unwrap_or_default());
            }
            Kind::Revision => list("revisions").iter().map(plain).find(|found| {
                of(found, "revisedOn") == of(&self.given, "revisedOn")
                    && is_same(of(found, "document"), of(&self.given, "document"))
            }),
            Kind::Members => (!it.is_null()).then(|| members(&it)),
            Kind::Succession => list("successors").iter().map(plain).find(|found| {
                let side =
                    |name| is_same(&in_order("members", of(found, name)), &in_order("members", of(&self.given, name)));
                of(found, "effectiveOn").is_null()
                    && of(found, "kind") == of(&self.given, "kind")
                    && side("predecessors")
                    && side("successors")
            }),
            Kind::Grant => {
                let held = of(&it, "grants").get("nodes").and_then(Value::as_array).cloned().unwrap_or_default();
                held.into_iter().find(|grant| {
                    of(grant, "role") == of(&self.given, "role") && code(grant, "agency") == *of(&self.given, "agency")
                })
            }
            Kind::Relation => list("relations").into_iter().find(|relation| {
                of(relation, "kind") == of(&self.given, "kind")
                    && is_same(&code(relation, "document"), of(&self.given, "document"))
                    && is_same(&code(relation, "agency"), of(&self.given, "agency"))
            }),
            Kind::Indicator => list("definitions").first().map(wording),
            Kind::Definition => {
                let of_version = |found: &Value| of(found, "version") == of(&self.given, "version");
                let found = list("definitions").into_iter().find(of_version);
                if let (Value::Object(fields), Some(found)) = (&mut it, &found) {
                    fields.insert("validFrom".to_owned(), of(found, "validFrom").clone());
                }
                found.as_ref().map(wording)
            }
            Kind::Membership => {
                let programme = of(&self.within, "programme");
                list("memberships").into_iter().find(|membership| code(membership, "programme") == *programme)
            }
            Kind::Plan => {
                let document = of(&self.given, "document");
                list("documents").into_iter().find(|resting| is_same(&code(resting, "document"), document))
            }
            Kind::Baseline => {
                let subject = match of(&self.given, "subject") {
                    Value::Null => code(of(answer, "of"), "jurisdiction"),
                    subject => subject.clone(),
                };
                let day = of(&self.given, "measuredOn");
                list("baselines").into_iter().find(|at| code(at, "subject") == subject && of(at, "measuredOn") == day)
            }
        };
        let is_there = named.is_some();
        if let Value::Object(fields) = &mut it {
            fields.insert("named".to_owned(), named.unwrap_or_default());
        }
        (it, is_there)
    }

    /// What differs from what is there: field, before, after. What the entry does not say is not compared.
    pub fn differences(&self, present: &Value) -> Vec<Difference> {
        let differs = |(given, there): &(&'static str, &'static str)| {
            let after = self.given.pointer(given)?;
            let before = present.pointer(there).unwrap_or(&Value::Null);
            // What has ended was in force; a wording says no more than it says.
            let has_ended = *given == "/status"
                && matches!(before.as_str(), Some("REPLACED" | "REVOKED"))
                && matches!(after.as_str(), Some("ISSUED" | "UNKNOWN"));
            let is_within = *given == "/definition"
                && after
                    .as_object()
                    .is_some_and(|said| said.iter().all(|(name, said)| is_same(of(before, name), said)));
            let name = given.trim_start_matches('/');
            let is_said = is_said(&in_order(name, after), &in_order(name, before));
            (!has_ended && !is_within && !is_said).then(|| Difference {
                field: given.trim_start_matches('/').to_owned(),
                before: before.clone(),
                after: after.clone(),
            })
        };
        self.making().fields.iter().filter_map(differs).collect()
    }
}

/// An agency, what is said of it, and the members of a group: each once those are there that it names.
fn agency(fields: &Map<String, Value>, code: &str) -> Vec<Entry> {
    let (mut given, mut details, mut members) = (Map::new(), Map::new(), Map::new());
    for (name, value) in fields {
        let part = match name.as_str() {
            "members" => &mut members,
            name if DETAILS.contains(&name) => &mut details,
            _ => &mut given,
        };
        part.insert(name.clone(), value.clone());
    }
    let parts = [(Kind::Details, details), (Kind::Members, members)].into_iter().filter(|(_, part)| !part.is_empty());
    let parts = parts.map(|(kind, part)| Entry {
        kind,
        code: code.to_owned(),
        given: Value::Object(part),
        within: json!(code),
    });
    let whole = Entry { kind: Kind::Agency, code: code.to_owned(), given: Value::Object(given), within: Value::Null };
    [whole].into_iter().chain(parts).collect()
}

/// The code of what stands in a document.
fn standing(fields: &Map<String, Value>) -> Result<String, String> {
    let item = text(fields, "item").or_else(|_| text(fields, "clause"));
    Ok(format!("{}:{}", text(fields, "document")?, symbol(&item.map_err(|_| "neither item nor clause".to_owned())?)))
}

/// What is stated of something, in the words of its input, beside its id and its version; and whether it is there.
fn stated(kind: Kind, answer: &Value) -> (Value, bool) {
    if answer.is_null() {
        return (Value::Null, false);
    }
    let mut said = entry(kind, answer);
    for field in ["id", "version"] {
        said.insert(field.to_owned(), of(answer, field).clone());
    }
    (Value::Object(said), true)
}

/// The parts of a list within an entry, each an entry of its own; and the entry without them.
fn parts(
    fields: &Map<String, Value>,
    list: &str,
    kind: Kind,
    code: impl Fn(&Map<String, Value>) -> Result<String, String>,
) -> Result<(Value, Vec<Entry>), String> {
    let mut rest = fields.clone();
    let parts = rest.remove(list).unwrap_or_else(|| json!([]));
    let rest = Value::Object(rest);
    let parts = parts.as_array().ok_or_else(|| format!("{list} is no list"))?;
    let part = |part: &Value| {
        let fields = part.as_object().ok_or_else(|| format!("{list}: not an object"))?;
        Ok(Entry { kind, code: code(fields)?, given: part.clone(), within: rest.clone() })
    };
    let parts = parts.iter().map(part).collect::<Result<Vec<_>, String>>()?;
    Ok((rest, parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_entry_by_entry_and_says_what_is_wrong() {
        let text = r#"{ "plans": [{ "programme": "p", "document": "1-KH/TU", "targets": [{ "item": "a" }, { "item": "b" }] }],
            "documents": [{ "symbol": "1–KH/TU" }] }"#;
        let entries = Entry::read(&serde_json::from_str(text).unwrap()).unwrap();
        let codes: Vec<_> = entries.iter().map(|entry| (entry.making().one, entry.code.as_str())).collect();
        assert_eq!(
            codes,
            [("document", "1-KH/TU"), ("plan", "p 1-KH/TU"), ("target", "1-KH/TU:a"), ("target", "1-KH/TU:b")]
        );
        assert_eq!(
            entries[3].input(&Value::Null),
            json!({ "programme": "p", "document": "1-KH/TU", "targets": [{ "item": "b" }] })
        );
        for (text, told) in [
            ("[]", "not an object"),
            (r#"{ "ministries": [] }"#, "no section ministries"),
            (r#"{ "documents": {} }"#, "documents is no list"),
            (r#"{ "documents": [{}] }"#, "documents[0]: neither code nor symbol"),
            (
                r#"{ "plans": [{ "programme": "p", "document": "x", "targets": [1] }] }"#,
                "plans[0]: targets: not an object",
            ),
        ] {
            let error = Entry::read(&serde_json::from_str(text).unwrap()).unwrap_err();
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}
