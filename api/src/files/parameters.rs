//! The parameters in the address of a file. Whatever is not understood is an error: a misspelt one would be as if it were not there.

use std::str::FromStr;

use axum::{extract::Query, http::Uri};
use schema::error::ApiError;

/// Names and values, in the order of the address.
#[derive(Debug, Clone)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Those of an address.
    pub fn of(uri: &Uri) -> Result<Self, ApiError> {
        let Query(parameters): Query<Vec<(String, String)>> = Query::try_from_uri(uri).map_err(|error| {
            let words = error.body_text();
            ApiError::request("QUERY_STRING", format_args!("không đọc được tham số ({words})"), &words)
        })?;
        let is_unseen = |it: char| it.is_control() && !it.is_ascii_whitespace();
        if let Some((name, _)) = parameters.iter().find(|(_, value)| value.contains(is_unseen)) {
            return Err(ApiError::request(
                "QUERY_STRING",
                format_args!("{} có ký tự điều khiển", name.escape_debug()),
                format_args!("{} has control characters", name.escape_debug()),
            ));
        }
        Ok(Self(parameters))
    }

    /// Those of an address that takes these, each once.
    pub fn only(uri: &Uri, known: &[&str]) -> Result<Self, ApiError> {
        let Self(parameters) = Self::of(uri)?;
        for (place, (name, _)) in parameters.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                let known = known.join(", ");
                return Err(ApiError::request(
                    "QUERY_STRING",
                    format_args!("không có tham số {name}; có: {known}"),
                    format_args!("there is no parameter {name}; there are: {known}"),
                ));
            }
            if parameters.iter().take(place).any(|(before, _)| before == name) {
                return Err(twice(name));
            }
        }
        Ok(Self(parameters))
    }

    /// All of them.
    #[must_use]
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// The value of one.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// One that must be given, as what it stands for.
    pub fn given<T: FromStr>(&self, name: &'static str) -> Result<T, ApiError> {
        self.get(name).unwrap_or_default().parse().map_err(|_| {
            ApiError::request(
                "QUERY_STRING",
                format_args!("thiếu tham số {name}, hoặc giá trị không đọc được"),
                format_args!("the parameter {name} is missing, or cannot be read"),
            )
            .with("parameter", name)
        })
    }

    /// One that may be left out.
    pub fn optional<T: FromStr>(&self, name: &'static str, otherwise: T) -> Result<T, ApiError> {
        if self.get(name).is_some() { self.given(name) } else { Ok(otherwise) }
    }
}

/// A parameter that is there twice.
#[must_use]
pub fn twice(name: &str) -> ApiError {
    ApiError::request("QUERY_STRING", format_args!("{name} xuất hiện hai lần"), format_args!("{name} is there twice"))
}
