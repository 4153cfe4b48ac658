//! What stands above the columns. The words are in `headings.toml`.

use std::{collections::BTreeMap, sync::LazyLock};

use schema::language::Language;

use super::lists::Column;
use crate::files::lowered;

/// By the name of a field, or `Type.field`. A test holds that the file can be read and is complete.
static TABLE: LazyLock<BTreeMap<String, (String, String)>> =
    LazyLock::new(|| toml::from_str(include_str!("headings.toml")).unwrap_or_default());

/// Of what is referred to, these are said together with it: "Mã cơ quan", "Agency code".
const TOGETHER: &[&str] = &["code", "name", "title", "symbol", "login", "fullName"];

/// The heading of a column.
#[must_use]
pub fn heading(column: &Column, language: Language) -> String {
    let steps = column.owners.iter().zip(&column.path);
    let words: Vec<_> = steps.map(|(owner, step)| word(owner, step, language)).collect();
    match words.as_slice() {
        [one] => (*one).to_owned(),
        [of, leaf] if column.path.last().is_some_and(|leaf| TOGETHER.contains(&leaf.as_str())) => match language {
            Language::Vi => format!("{leaf} {}", lowered(of)),
            Language::En => format!("{of} {}", lowered(leaf)),
        },
        words => words.join(": "),
    }
}

fn word<'a>(owner: &str, step: &'a str, language: Language) -> &'a str {
    let found = TABLE.get(&format!("{owner}.{step}")).or_else(|| TABLE.get(step));
    found.map_or(step, |(vi, en)| match language {
        Language::Vi => vi,
        Language::En => en,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use unicode_normalization::is_nfc;

    use super::{
        super::lists::{List, Lists},
        *,
    };

    #[test]
    fn every_column_has_words_and_every_word_a_column() {
        let lists = Lists::read(&schema::sdl()).unwrap();
        let table: BTreeMap<String, (String, String)> = toml::from_str(include_str!("headings.toml")).unwrap();
        let mut used = BTreeSet::new();
        for column in lists.all().flat_map(List::columns) {
            for (owner, step) in column.owners.iter().zip(&column.path) {
                let own = format!("{owner}.{step}");
                let key = if table.contains_key(&own) { own } else { step.clone() };
                assert!(table.contains_key(&key), "no heading for {owner}.{step}");
                used.insert(key);
            }
        }
        let unused: Vec<_> = table.keys().filter(|key| !used.contains(*key)).collect();
        assert!(unused.is_empty(), "no column has these: {unused:?}");
        for (vi, en) in table.values() {
            assert!(is_nfc(vi) && !vi.is_empty() && !en.is_empty(), "{vi} {en}");
        }
    }

    #[test]
    fn headings_of_one_list_differ() {
        let lists = Lists::read(&schema::sdl()).unwrap();
        for list in lists.all() {
            for language in [Language::Vi, Language::En] {
                let mut seen = BTreeSet::new();
                for column in list.columns() {
                    let heading = heading(column, language);
                    assert!(seen.insert(heading.clone()), "{}: {heading} twice", list.name);
                }
            }
        }
    }

    #[test]
    fn headings_read_like_the_language() {
        let lists = Lists::read(&schema::sdl()).unwrap();
        let columns = lists.get("measurements").unwrap().columns();
        let column = columns.iter().find(|column| column.name() == "reporter.code").unwrap();
        assert_eq!(heading(column, Language::Vi), "Mã cơ quan báo cáo");
        assert_eq!(heading(column, Language::En), "Reporter code");
    }
}
