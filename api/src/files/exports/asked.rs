//! What an export is asked for: a list, a format, the list's own arguments, and how the sheet is to look.

use chrono::{DateTime, Utc};
use schema::{
    error::{ApiError, Code},
    language::Language,
    scalars,
};
use serde_json::{Map, Value};

use super::lists::{Argument, List, Lists};
use crate::files::parameters::twice;

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Values separated by commas (RFC 4180).
    Csv,
    /// A workbook of Excel.
    Xlsx,
    /// A JSON object a line.
    Ndjson,
    /// Published figures in the form of the statistical exchange standard (SDMX-CSV 2.0).
    Sdmx,
}

impl Format {
    /// That of a file with this ending.
    #[must_use]
    pub fn of(ending: &str) -> Option<Self> {
        match ending {
            "csv" => Some(Self::Csv),
            "xlsx" => Some(Self::Xlsx),
            "ndjson" => Some(Self::Ndjson),
            "sdmx" => Some(Self::Sdmx),
            _ => None,
        }
    }

    /// The ending of its files.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Ndjson => "ndjson",
            Self::Sdmx => "sdmx",
        }
    }

    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Ndjson => "application/x-ndjson",
            Self::Sdmx => "application/vnd.sdmx.data+csv;version=2.0.0",
        }
    }
}

/// What stands above the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Headings {
    /// Words in the language of the export.
    One,
    /// Words in Vietnamese and in English.
    Both,
    /// The names of the schema's fields, for programs.
    Names,
}

/// What an export is asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The list.
    pub list: List,
    /// The form of the file.
    pub format: Format,
    /// The list's own arguments, by their names.
    pub arguments: Map<String, Value>,
    /// The language of headings, of labels and of what depends on a language in the rows.
    pub language: Language,
    /// Whether a CSV begins with the mark by which Excel knows UTF-8.
    pub bom: bool,
    /// The instant as of which it is read; none for the present.
    pub as_of: Option<DateTime<Utc>>,
    /// What stands above the columns.
    pub headings: Headings,
    /// Whether values of enums are written as people read them.
    pub labels: bool,
}

impl Asked {
    /// Reads what was asked for: the name of a list with the ending of a format, and parameters by their names. Whatever is not
    /// understood is an error.
    pub fn read(
        lists: &Lists,
        file: &str,
        parameters: &[(String, String)],
        language: Language,
    ) -> Result<Self, ApiError> {
        let (name, ending) = file.rsplit_once('.').unwrap_or((file, ""));
        let list = lists.get(name).ok_or_else(|| unknown(name))?.clone();
        let format = Format::of(ending).ok_or_else(|| {
            ApiError::request(
                "FORMAT",
                "tệp phải là .csv, .xlsx, .ndjson hoặc .sdmx",
                "a file is .csv, .xlsx, .ndjson or .sdmx",
            )
        })?;
        if format == Format::Sdmx && list.name != "measurements" {
            let words = ("chỉ measurements có dạng .sdmx", "only measurements come as .sdmx");
            return Err(ApiError::request("FORMAT", words.0, words.1));
        }
        let mut asked = Self {
            list,
            format,
            arguments: Map::new(),
            language,
            bom: false,
            as_of: None,
            headings: Headings::One,
            // Programs read CSV as well; a workbook is for eyes.
            labels: format == Format::Xlsx,
        };
        let mut seen = Vec::new();
        for (name, value) in parameters {
            if seen.contains(&name) {
                return Err(twice(name));
            }
            seen.push(name);
            asked.take(name, value)?;
        }
        Ok(asked)
    }

    fn take(&mut self, name: &str, value: &str) -> Result<(), ApiError> {
        match name {
            "lang" => {
                self.language = one_of(name, value, &[("vi", Language::Vi), ("en", Language::En)])?;
            }
            "bom" => self.bom = switch(name, value)?,
            "labels" => self.labels = switch(name, value)?,
            "headings" => {
                let all = [("one", Headings::One), ("both", Headings::Both), ("names", Headings::Names)];
                self.headings = one_of(name, value, &all)?;
            }
            "asOf" => self.as_of = Some(instant(name, value)?),
            _ => {
                let argument = self.list.arguments.iter().find(|argument| argument.name == name);
                let value = argument.ok_or_else(|| no_parameter(name, &self.list)).and_then(|it| read(it, value))?;
                self.arguments.insert(name.to_owned(), value);
            }
        }
        Ok(())
    }
}

/// The value of an argument: JSON where it has parts, else the word itself.
fn read(argument: &Argument, text: &str) -> Result<Value, ApiError> {
    if !argument.is_json {
        return Ok(Value::String(text.to_owned()));
    }
    serde_json::from_str(text).map_err(|error| {
        let name = &argument.name;
        ApiError::request(
            "JSON",
            format_args!("{name} không phải JSON ({error})"),
            format_args!("{name} is not JSON ({error})"),
        )
    })
}

/// The instant that a parameter says. A plus sign that was not encoded has become a space on its way.
pub fn instant(name: &str, text: &str) -> Result<DateTime<Utc>, ApiError> {
    let text = text.replace(' ', "+");
    scalars::instant(&text).map_err(|words| wrong(name, words.vi, words.en))
}

fn switch(name: &str, value: &str) -> Result<bool, ApiError> {
    one_of(name, value, &[("true", true), ("false", false)])
}

fn one_of<T: Copy>(name: &str, value: &str, all: &[(&str, T)]) -> Result<T, ApiError> {
    all.iter().find(|(word, _)| *word == value).map(|(_, found)| *found).ok_or_else(|| {
        let words: Vec<_> = all.iter().map(|(word, _)| *word).collect();
        let words = words.join(", ");
        wrong(name, format!("phải là một trong {words}"), format!("is one of {words}"))
    })
}

fn wrong(name: &str, vi: impl std::fmt::Display, en: impl std::fmt::Display) -> ApiError {
    ApiError::request("QUERY_STRING", format_args!("{name} {vi}"), format_args!("{name} {en}"))
}

fn no_parameter(name: &str, list: &List) -> ApiError {
    let own = list.arguments.iter().map(|argument| argument.name.as_str());
    let known: Vec<_> = own.chain(["lang", "bom", "labels", "headings", "asOf"]).collect();
    let known = known.join(", ");
    ApiError::request(
        "QUERY_STRING",
        format_args!("không có tham số {name}; có: {known}"),
        format_args!("there is no parameter {name}; there are: {known}"),
    )
}

fn unknown(name: &str) -> ApiError {
    ApiError::new(
        Code::NotFound,
        format!("Không có danh sách “{name}” để xuất"),
        format!("There is no list `{name}` to be exported"),
    )
}
