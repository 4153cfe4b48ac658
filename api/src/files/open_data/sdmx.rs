//! The structure of the figures in SDMX-JSON 2.0: what [`exports::sdmx`](crate::files::exports::sdmx) writes, with code lists in
//! Vietnamese and English.

use chrono::NaiveDate;
use schema::{labels::label, language::Language};
use serde_json::{Value, json};

use super::{Described, text};
use crate::files::exports::sdmx::{AGENCY, ATTRIBUTES, DATAFLOW, DIMENSIONS, code};

const SCHEMA: &str = "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/develop/structure-message/tools/schemas/2.0.0/sdmx-json-structure-schema.json";
const VERSION: &str = "1.0";
const CONCEPTS: &str = "CS_MEASUREMENT";
const STRUCTURE: &str = "DSD_MEASUREMENT";

/// What a component is called, in Vietnamese and in English.
const NAMES: [(&str, &str, &str); 11] = [
    ("INDICATOR", "Chỉ tiêu", "Indicator"),
    ("SUBJECT", "Cơ quan có số liệu", "Agency whose figure it is"),
    ("REGIME", "Cách tính kỳ", "How periods are counted"),
    ("TIME_PERIOD", "Kỳ", "Period"),
    ("OBS_VALUE", "Giá trị", "Value"),
    ("OBS_STATUS", "Mức độ chính thức", "How firm it is"),
    ("NUMERATOR", "Tử số", "Numerator"),
    ("DENOMINATOR", "Mẫu số", "Denominator"),
    ("REPORTER", "Cơ quan báo cáo", "Agency that reports it"),
    ("SOURCE", "Nguồn", "Source"),
    ("PUBLISHED_AT", "Thời điểm công bố", "When it was published"),
];

/// The whole message. `agencies` are those that figures can be of; it is the same all day. What it is comes first: readers tell by it.
pub fn structure(of: &Described, agencies: &[Value], today: NaiveDate) -> String {
    let indicators = of.indicators.iter().map(|indicator| {
        let mut item = item(&code(text(indicator, "/code")), text(indicator, "/vi"), text(indicator, "/en"));
        let unit = |language| label("Unit", text(indicator, "/unit"), language).unwrap_or_default().to_owned();
        if let Value::Object(fields) = &mut item {
            fields.insert("description".to_owned(), json!(unit(Language::En)));
            fields.insert("descriptions".to_owned(), json!({ "vi": unit(Language::Vi), "en": unit(Language::En) }));
        }
        item
    });
    let subjects = agencies.iter().map(|it| item(&code(text(it, "/code")), text(it, "/vi"), text(it, "/en")));
    let regimes = ["CALENDAR", "ADMINISTRATIVE"].iter().map(|regime| {
        let word = |language| label("Regime", regime, language).unwrap_or_default();
        item(regime, word(Language::Vi), word(Language::En))
    });
    let concepts: Vec<_> = NAMES.iter().map(|(id, vi, en)| item(id, vi, en)).collect();
    let meta = json!({ "schema": SCHEMA, "id": "open-data", "test": false, "prepared": format!("{today}T00:00:00Z"), "contentLanguages": ["vi", "en"], "sender": { "id": AGENCY } });
    let data = json!({
            "codelists": [
                list("CL_INDICATOR", ("Chỉ tiêu", "Indicators"), &indicators.collect::<Vec<_>>()),
                list("CL_SUBJECT", ("Cơ quan", "Agencies"), &subjects.collect::<Vec<_>>()),
                list("CL_REGIME", ("Cách tính kỳ", "How periods are counted"), &regimes.collect::<Vec<_>>()),
            ],
            "conceptSchemes": [with(artefact(CONCEPTS, ("Khái niệm", "Concepts")), "concepts", json!(concepts))],
            "dataStructures": [with(artefact(STRUCTURE, ("Số liệu đã công bố", "Published figures")), "dataStructureComponents", components())],
            "dataflows": [with(artefact(DATAFLOW.0, ("Số liệu đã công bố", "Published figures")), "structure", json!(urn("datastructure.DataStructure", STRUCTURE, None)))],
    });
    format!("{{\"meta\":{meta},\"data\":{data}}}")
}

fn components() -> Value {
    let dimension = |(place, id): (usize, &&str)| {
        json!({ "id": id, "position": place, "conceptIdentity": concept(id),
            "localRepresentation": { "enumeration": urn("codelist.Codelist", &format!("CL_{id}"), None) } })
    };
    let attribute = |(id, is_number): &(&str, bool)| {
        let kind = if *is_number { "Decimal" } else { "String" };
        json!({ "id": id, "usage": "optional", "conceptIdentity": concept(id), "attributeRelationship": { "observation": {} },
            "localRepresentation": { "format": { "dataType": kind } } })
    };
    json!({
        "dimensionList": {
            "id": "DimensionDescriptor",
            "dimensions": DIMENSIONS.iter().enumerate().map(dimension).collect::<Vec<_>>(),
            "timeDimensions": [{ "id": "TIME_PERIOD", "position": DIMENSIONS.len(), "conceptIdentity": concept("TIME_PERIOD"),
                "localRepresentation": { "format": { "dataType": "ObservationalTimePeriod" } } }],
        },
        "measureList": { "id": "MeasureDescriptor", "measures": [{ "id": "OBS_VALUE", "conceptIdentity": concept("OBS_VALUE"),
            "localRepresentation": { "format": { "dataType": "Decimal" } } }] },
        "attributeList": { "id": "AttributeDescriptor", "attributes": ATTRIBUTES.iter().map(attribute).collect::<Vec<_>>() },
    })
}

fn concept(id: &str) -> String {
    urn("conceptscheme.Concept", CONCEPTS, Some(id))
}

fn urn(class: &str, id: &str, item: Option<&str>) -> String {
    let item = item.map(|item| format!(".{item}")).unwrap_or_default();
    format!("urn:sdmx:org.sdmx.infomodel.{class}={AGENCY}:{id}({VERSION}){item}")
}

fn item(id: &str, vi: &str, en: &str) -> Value {
    let en = if en.is_empty() { vi } else { en };
    json!({ "id": id, "name": en, "names": { "vi": vi, "en": en } })
}

fn artefact(id: &str, (vi, en): (&str, &str)) -> Value {
    json!({ "id": id, "agencyID": AGENCY, "version": VERSION, "name": en, "names": { "vi": vi, "en": en } })
}

fn list(id: &str, names: (&str, &str), items: &[Value]) -> Value {
    with(artefact(id, names), "codes", json!(items))
}

fn with(mut value: Value, field: &str, content: Value) -> Value {
    if let Value::Object(fields) = &mut value {
        fields.insert(field.to_owned(), content);
    }
    value
}
