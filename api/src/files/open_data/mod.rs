//! Open data (dữ liệu mở): what is public and published, described so that catalogues and statistical programs find and read it.
//!
//! - `GET /open-data/catalog.jsonld`: a catalogue in DCAT 3, with a dataset for each indicator ([`dcat`]).
//! - `GET /open-data/indicators/{code}.jsonld`: one of these, at an address that stays.
//! - `GET /open-data/datapackage.json`: a data package whose tables have a schema ([`package`]).
//! - `GET /open-data/structure.json`: the structure of the figures in SDMX-JSON 2.0 ([`sdmx`]).
//!
//! The data itself are [`exports`](super::exports), which are made as they are asked for. Nobody needs a token, and one that is sent is
//! not looked at: everybody is answered the same. Each answer has an `ETag`.

mod dcat;
mod http;
mod package;
mod sdmx;

use serde_json::{Value, json};

#[cfg(test)]
pub(crate) use self::http::PATHS;
pub use self::http::routes;
use super::inquiry::{Inquiry, Refused};

const PROGRAMMES: &str = "query OpenData($after: String) {
    it: programmes(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes {
        code vi: name(language: VI) en: name(language: EN) jurisdiction { code vi: name(language: VI) en: name(language: EN) } } } }";

const INDICATORS: &str = "query OpenData($after: String) {
    it: indicators(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes {
        code vi: name(language: VI) en: name(language: EN) unit frequency
        memberships { programme { code } }
        definitions { version validFrom vi: text(language: VI) en: text(language: EN) clause document { code symbol } } } } }";

const AGENCIES: &str = "query OpenData($after: String) {
    it: agencies(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes {
        code vi: name(language: VI) en: name(language: EN) } } }";

/// Where a server is reached, and on which terms its data may be used.
#[derive(Debug, Clone)]
pub struct Terms {
    /// The address of the server, without a slash at its end; the one that was asked if none is set.
    pub public_url: Option<String>,
    /// The address of the licence.
    pub licence: String,
}

/// What is described, as the API says it.
struct Described {
    base: String,
    licence: String,
    programmes: Vec<Value>,
    indicators: Vec<Value>,
}

impl Described {
    async fn read(inquiry: &Inquiry, base: String, licence: String) -> Result<Self, Refused> {
        let programmes = inquiry.all(PROGRAMMES, json!({})).await?;
        let indicators = inquiry.all(INDICATORS, json!({})).await?;
        Ok(Self { base, licence, programmes, indicators })
    }

    /// The programmes that follow an indicator.
    fn following<'a>(&'a self, indicator: &'a Value) -> impl Iterator<Item = &'a Value> {
        let codes = move |programme: &Value| {
            list(indicator, "/memberships").iter().any(|it| it.pointer("/programme/code") == programme.get("code"))
        };
        self.programmes.iter().filter(move |programme| codes(programme))
    }

    /// Where an export is.
    fn export(&self, file: &str, parameters: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(parameters);
        format!("{}/files/exports/{file}?{}", self.base, query.finish())
    }

    /// Where the figures of an indicator are.
    fn figures(&self, indicator: &Value, ending: &str, parameters: &[(&str, &str)]) -> String {
        let filter = json!({ "indicator": text(indicator, "/code") }).to_string();
        let all: Vec<_> = [("filter", filter.as_str())].into_iter().chain(parameters.iter().copied()).collect();
        self.export(&format!("measurements.{ending}"), &all)
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
