//! The description of the paths of files for programs that make clients: `OpenAPI` 3.1, as it is kept beside this module.

use axum::{http::header, routing::get};

use crate::door::{Door, Route};

/// Where it is.
const PATH: &str = "/openapi.json";

const DESCRIPTION: &str = include_str!("openapi.json");

/// The path of the description.
#[must_use]
pub fn route() -> Route {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")];
    Route::new(PATH, Door::Public, get(async move || (headers, DESCRIPTION)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;
    use crate::files::{attachments, exports, imports, open_data, reports};

    #[test]
    fn it_describes_the_paths_of_files_and_no_others() {
        let description: Value = serde_json::from_str(DESCRIPTION).unwrap();
        let told: BTreeSet<&str> = description["paths"].as_object().unwrap().keys().map(String::as_str).collect();
        let ours =
            [&[exports::PATH, reports::PATH][..], &attachments::PATHS, &imports::PATHS, &open_data::PATHS].concat();
        assert_eq!(told, ours.into_iter().collect());
    }
}
