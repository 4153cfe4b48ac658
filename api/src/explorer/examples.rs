//! The saved examples; `docs/examples/README.md` describes their files.

use std::{collections::BTreeMap, sync::LazyLock};

use rust_embed::Embed;
use serde::Serialize;
use serde_json::{Map, Value};
use tracing::warn;

#[derive(Embed)]
#[folder = "$CARGO_MANIFEST_DIR/../docs/examples"]
struct Files;

static EXAMPLES: LazyLock<Vec<Example>> = LazyLock::new(|| {
    let mut paths: Vec<_> = Files::iter().filter(|path| path.ends_with(".graphql")).collect();
    paths.sort();
    let load = |path: &str| {
        let example = Example::load(path);
        if example.is_none() {
            warn!(path, "an example is left out: its head or its variables cannot be read");
        }
        example
    };
    paths.iter().filter_map(|path| load(path)).collect()
});

/// A query that the explorer offers to run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Example {
    /// What it is listed under.
    pub group: String,
    /// What it is listed as; distinct within the group.
    pub title: String,
    /// What it shows, in a sentence or two; may be empty.
    pub description: String,
    /// The GraphQL document, with one operation.
    pub query: String,
    /// The values of its variables; null if it has none.
    pub variables: Option<Map<String, Value>>,
    /// The account of the demo that it is for; null if it needs none.
    #[serde(rename = "as")]
    pub login: Option<String>,
    /// The same words in Vietnamese.
    pub vi: Translation,
}

/// What an example is called in another language than English.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Translation {
    /// What it is listed under.
    pub group: String,
    /// What it is listed as; distinct within the group.
    pub title: String,
    /// What it shows; may be empty.
    pub description: String,
}

/// All examples, in the order in which they are listed.
#[must_use]
pub fn all() -> &'static [Example] {
    &EXAMPLES
}

impl Example {
    fn load(path: &str) -> Option<Self> {
        let text = Files::get(path)?;
        let variables = match Files::get(&format!("{}.json", path.strip_suffix(".graphql")?)) {
            Some(file) => Some(serde_json::from_slice(&file.data).ok()?),
            None => None,
        };
        Self::parse(str::from_utf8(&text.data).ok()?, variables)
    }

    /// Reads the head; none if it lacks the group or the title in a language.
    fn parse(text: &str, variables: Option<Map<String, Value>>) -> Option<Self> {
        let (mut head, query) = head(text);
        let mut told = |key: &str| head.remove(key);
        let vi = Translation {
            group: told("Nhóm:")?,
            title: told("Tiêu đề:")?,
            description: told(TALE).unwrap_or_default(),
        };
        let description = told("").unwrap_or_default();
        Some(Self {
            group: told("Group:")?,
            title: told("Title:")?,
            description,
            query,
            variables,
            login: told("As:"),
            vi,
        })
    }
}

/// What the description in Vietnamese begins with. The one in English stands under no key.
const TALE: &str = "Mô tả:";
const KEYS: [&str; 6] = ["Group:", "Title:", "As:", "Nhóm:", "Tiêu đề:", TALE];

/// The comment lines that a text begins with, by their keys, and the text behind them. A line without a key goes on with the
/// description before it.
fn head(text: &str) -> (BTreeMap<&'static str, String>, String) {
    let (mut head, mut rest, mut described) = (BTreeMap::<_, String>::new(), text, "");
    while let Some(after) = rest.strip_prefix('#') {
        let (line, next) = after.split_once('\n').unwrap_or((after, ""));
        let key = KEYS.into_iter().find(|key| line.trim_start().starts_with(key));
        described = if key == Some(TALE) { TALE } else { described };
        let words = line.trim().strip_prefix(key.unwrap_or_default()).unwrap_or_default().trim();
        let told = head.entry(key.unwrap_or(described)).or_default();
        if !(told.is_empty() || words.is_empty()) {
            told.push(' ');
        }
        told.push_str(words);
        rest = next;
    }
    (head, rest.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use async_graphql_parser::{parse_query, types::DocumentOperations};

    use super::*;

    #[test]
    fn every_file_is_an_example_and_every_variables_file_has_one() {
        let stems = |ending| -> BTreeSet<String> {
            Files::iter().filter_map(|path| path.strip_suffix(ending).map(str::to_owned)).collect()
        };
        assert!(!all().is_empty());
        assert_eq!(
            all().len(),
            stems(".graphql").len(),
            "one lacks its group or title in a language, or its variables are no object"
        );
        assert!(stems(".json").is_subset(&stems(".graphql")));
    }

    #[test]
    fn every_example_holds_one_named_operation_with_the_variables_it_declares() {
        for Example { title, query, variables, .. } in all() {
            let document = parse_query(query).unwrap_or_else(|error| panic!("{title}: {error}"));
            let DocumentOperations::Multiple(operations) = &document.operations else {
                panic!("{title}: the operation has no name");
            };
            assert_eq!(operations.len(), 1, "{title}");
            let definitions = operations.values().flat_map(|operation| &operation.node.variable_definitions);
            let declared: BTreeSet<_> = definitions.map(|definition| definition.node.name.node.as_str()).collect();
            let given: BTreeSet<_> = variables.iter().flat_map(Map::keys).map(String::as_str).collect();
            assert!(given.is_subset(&declared), "{title}: {given:?} of {declared:?}");
        }
    }

    #[test]
    fn examples_have_a_group_and_a_title_of_their_own() {
        let mut seen = BTreeSet::new();
        for Example { group, title, description, vi, .. } in all() {
            assert_eq!(description.is_empty(), vi.description.is_empty(), "{title}: described in one language alone");
            for (group, title) in [(group, title), (&vi.group, &vi.title)] {
                assert!(!group.is_empty() && !title.is_empty(), "{group}/{title}");
                assert!(seen.insert((group, title)), "{group}/{title} stands twice");
            }
        }
    }

    #[test]
    fn the_head_ends_at_the_first_line_that_is_no_comment() {
        let text = "# Group: Targets\n# Title: 5G coverage\n# As: bao.cao\n# By 2030,\n#\n# as documents say.\n# Nhóm: Chỉ tiêu\n# Tiêu đề: Phủ sóng 5G\n# Mô tả: Đến năm 2030,\n# theo văn bản.\n\n# kept\nquery Q { a }\n";
        let example = Example::parse(text, None).unwrap();
        assert_eq!((example.group.as_str(), example.title.as_str()), ("Targets", "5G coverage"));
        let vi = (example.vi.group.as_str(), example.vi.title.as_str(), example.vi.description.as_str());
        assert_eq!(vi, ("Chỉ tiêu", "Phủ sóng 5G", "Đến năm 2030, theo văn bản."));
        assert_eq!(example.login.as_deref(), Some("bao.cao"));
        assert_eq!(example.description, "By 2030, as documents say.");
        assert_eq!(example.query, "# kept\nquery Q { a }");
    }

    #[test]
    fn a_file_without_group_or_title_in_either_language_is_no_example() {
        let head = ["# Group: Targets\n", "# Title: 5G coverage\n", "# Nhóm: Chỉ tiêu\n", "# Tiêu đề: Phủ sóng 5G\n"];
        let without = |left_out: usize| head.iter().enumerate().filter(move |(place, _)| *place != left_out);
        let parsed = |left_out| {
            let head: String = without(left_out).map(|(_, line)| *line).collect();
            Example::parse(&format!("{head}query Q {{ a }}"), None)
        };
        assert!(parsed(head.len()).is_some());
        assert!((0..head.len()).all(|left_out| parsed(left_out).is_none()));
    }
}
