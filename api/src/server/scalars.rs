//! How the scalars of the schema are written: what their `@specifiedBy` leads to, where no standard says it.

use std::fmt::Write as _;

use async_graphql::parser::{
    Error, parse_schema,
    types::{TypeKind, TypeSystemDefinition},
};
use axum::{
    http::{HeaderName, header},
    routing::get,
};

use crate::door::{Door, Route};

/// Where it is read.
const PATH: &str = "/scalars.md";

const HEADERS: [(HeaderName, &str); 2] =
    [(header::CONTENT_TYPE, "text/markdown; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];

/// The page at [`PATH`], made of the descriptions in this SDL. Fails if that cannot be read.
pub fn route(sdl: &str) -> Result<Route, Error> {
    let page = page(sdl)?;
    Ok(Route::new(PATH, Door::Public, get(async move || (HEADERS, page.clone()))))
}

fn page(sdl: &str) -> Result<String, Error> {
    let mut page = "# Scalars\n\nHow the values of this API are written.\n".to_owned();
    for definition in parse_schema(sdl)?.definitions {
        let TypeSystemDefinition::Type(scalar) = definition else { continue };
        if matches!(scalar.node.kind, TypeKind::Scalar) {
            let description = scalar.node.description.map(|text| text.node).unwrap_or_default();
            // Writing into memory does not fail.
            let _ = write!(page, "\n## {}\n\n{description}\n", scalar.node.name.node);
        }
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scalar_has_its_heading_and_its_words() {
        let page = page(&schema::sdl()).unwrap();
        assert!(page.contains("\n## Period\n\nA reporting period"), "{page}");
        assert!(page.contains("\n## RelativePeriod\n\nPeriods counted"), "{page}");
    }
}
