//! The catalogue in DCAT 3 (W3C), as JSON-LD.

use serde_json::{Value, json};

use super::{Described, list, text};

/// The European names of how often something comes, which DCAT recommends.
const FREQUENCY: &str = "http://publications.europa.eu/resource/authority/frequency/";

/// Names in both languages, as JSON-LD writes them.
fn in_both(vi: &str, en: &str) -> Value {
    let words = [("vi", vi), ("en", en)].into_iter().filter(|(_, words)| !words.is_empty());
    words.map(|(language, words)| json!({ "@language": language, "@value": words })).collect()
}

fn context() -> Value {
    json!({
        "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#", "xsd": "http://www.w3.org/2001/XMLSchema#",
        "dcat:dataset": { "@type": "@id" }, "dcat:distribution": { "@type": "@id" }, "dcat:accessURL": { "@type": "@id" },
        "dcat:downloadURL": { "@type": "@id" }, "dcat:mediaType": { "@type": "@id" }, "dct:license": { "@type": "@id" },
        "dct:accrualPeriodicity": { "@type": "@id" }, "dct:conformsTo": { "@type": "@id" }, "dct:publisher": { "@type": "@id" },
    })
}

/// The whole catalogue.
pub fn catalogue(of: &Described) -> Value {
    let datasets: Vec<_> = of.indicators.iter().map(|indicator| dataset(of, indicator)).collect();
    let publisher = of.programmes.first().map(|programme| publisher(of, programme));
    let mut catalogue = json!({
        "@context": context(),
        "@id": format!("{}/open-data/catalog.jsonld", of.base),
        "@type": "dcat:Catalog",
        "dct:title": in_both("Dữ liệu mở về chỉ tiêu và số liệu", "Open data: indicators and their figures"),
        "dct:description": in_both(
            "Chỉ tiêu của các chương trình và số liệu đã công bố, theo cơ quan và theo kỳ",
            "Indicators of programmes and the figures that are published, by agency and period"),
        "dct:language": ["vi", "en"],
        "dct:license": of.licence,
        "dcat:dataset": datasets,
    });
    if let (Value::Object(fields), Some(publisher)) = (&mut catalogue, publisher) {
        fields.insert("dct:publisher".to_owned(), publisher);
    }
    catalogue
}

/// The dataset of one indicator, as it stands alone.
pub fn alone(of: &Described, code: &str) -> Option<Value> {
    let indicator = of.indicators.iter().find(|indicator| text(indicator, "/code") == code)?;
    let mut dataset = dataset(of, indicator);
    if let Value::Object(fields) = &mut dataset {
        fields.insert("@context".to_owned(), context());
    }
    Some(dataset)
}

fn publisher(of: &Described, programme: &Value) -> Value {
    let code = text(programme, "/jurisdiction/code");
    json!({
        "@id": format!("{}/open-data/catalog.jsonld#{code}", of.base),
        "@type": "foaf:Organization",
        "foaf:name": in_both(text(programme, "/jurisdiction/vi"), text(programme, "/jurisdiction/en")),
    })
}

fn dataset(of: &Described, indicator: &Value) -> Value {
    let code = text(indicator, "/code");
    let at = format!("{}/open-data/indicators/{code}.jsonld", of.base);
    let frequency = match text(indicator, "/frequency") {
        "MONTH" => "MONTHLY",
        "QUARTER" => "QUARTERLY",
        "HALF_YEAR" => "ANNUAL_2",
        "YEAR" => "ANNUAL",
        _ => "IRREG",
    };
    let definitions = list(indicator, "/definitions");
    let latest = definitions.iter().max_by_key(|definition| definition.get("version").and_then(Value::as_i64));
    let latest = latest.unwrap_or(&Value::Null);
    let distribution = |ending: &str, kind: &str, name: (&str, &str), parameters: &[(&str, &str)]| {
        let address = of.figures(indicator, ending, parameters);
        json!({
            "@id": format!("{at}#{ending}"), "@type": "dcat:Distribution", "dct:title": in_both(name.0, name.1),
            "dcat:accessURL": address, "dcat:downloadURL": address,
            "dcat:mediaType": format!("https://www.iana.org/assignments/media-types/{kind}"), "dct:license": of.licence,
        })
    };
    let mut sdmx = distribution(
        "sdmx",
        "application/vnd.sdmx.data+csv",
        ("Số liệu (SDMX-CSV 2.0)", "Figures (SDMX-CSV 2.0)"),
        &[],
    );
    if let Value::Object(fields) = &mut sdmx {
        fields.insert("dct:conformsTo".to_owned(), json!(format!("{}/open-data/structure.json", of.base)));
    }
    let versions: Vec<_> = definitions.iter().map(|definition| version(&at, definition)).collect();
    let mut dataset = json!({
        "@id": at,
        "@type": "dcat:Dataset",
        "dct:identifier": code,
        "dct:title": in_both(text(indicator, "/vi"), text(indicator, "/en")),
        "dct:description": in_both(text(latest, "/vi"), text(latest, "/en")),
        "dct:language": ["vi", "en"],
        "dct:accrualPeriodicity": format!("{FREQUENCY}{frequency}"),
        "dcat:keyword": of.following(indicator).map(|programme| text(programme, "/vi")).collect::<Vec<_>>(),
        "dct:provenance": { "@type": "dct:ProvenanceStatement", "rdfs:label": in_both(
            "Số liệu do cơ quan nộp, được thủ trưởng xác nhận và đơn vị thường trực công bố; mỗi dòng nêu cơ quan báo cáo và nguồn. Đã sửa thì có phiên bản mới: thêm asOf để xem số liệu như đã biết tại một thời điểm",
            "Figures that agencies submit, their heads endorse and the standing office publishes; each row names who reports it and its source. What is corrected has a new revision: add asOf to read the figures as they were known at an instant") },
        "dcat:distribution": [
            distribution("csv", "text/csv", ("Số liệu (CSV)", "Figures (CSV)"), &[("headings", "names")]),
            distribution("ndjson", "application/x-ndjson", ("Số liệu (mỗi dòng một JSON)", "Figures (JSON, one a line)"), &[]),
            sdmx,
        ],
        "dcat:hasVersion": versions,
    });
    if let (Value::Object(fields), Some(programme)) = (&mut dataset, of.following(indicator).next()) {
        fields.insert("dct:publisher".to_owned(), publisher(of, programme));
    }
    dataset
}

/// A version of what is measured.
fn version(of: &str, definition: &Value) -> Value {
    let number = definition.get("version").and_then(Value::as_i64).unwrap_or_default();
    let mut version = json!({
        "@id": format!("{of}#definition-{number}"), "@type": "dcat:Resource", "dcat:version": number.to_string(),
        "dct:description": in_both(text(definition, "/vi"), text(definition, "/en")),
    });
    if let Value::Object(fields) = &mut version {
        let day = text(definition, "/validFrom");
        if !day.is_empty() {
            fields.insert("dct:issued".to_owned(), json!({ "@type": "xsd:date", "@value": day }));
        }
        let source = [text(definition, "/document/symbol"), text(definition, "/document/code")];
        if let Some(source) = source.into_iter().find(|source| !source.is_empty()) {
            fields.insert("dct:source".to_owned(), json!(source));
        }
    }
    version
}
