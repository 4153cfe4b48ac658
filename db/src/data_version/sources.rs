//! What a statement reads, known by its text and by what the database says of itself.

use std::collections::{HashMap, HashSet};

use diesel::{
    QueryableByName,
    sql_types::{Nullable, Text},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl as _};

use super::Nouns;
use crate::DbError;

/// Tables with the noun that their trigger counts, views and functions with their text.
const CATALOGUE: &str = "
    SELECT c.relname::text AS name, rtrim(encode(t.tgargs, 'escape'), '\\0') AS noun,
        CASE WHEN c.relkind = 'v' THEN pg_get_viewdef(c.oid) END AS text
    FROM pg_class c
    LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND t.tgname = 'data_version' AND t.tgenabled = 'A'
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    UNION ALL
    SELECT p.proname::text, NULL, pg_get_functiondef(p.oid)
    FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace AND p.prokind = 'f'";

/// Words by which a statement asks for something that no table holds: the time, who is connected, chance.
const NO_TABLES: [&str; 17] = [
    "clock_timestamp",
    "current_date",
    "current_role",
    "current_setting",
    "current_time",
    "current_timestamp",
    "current_user",
    "gen_random_uuid",
    "localtime",
    "localtimestamp",
    "nextval",
    "now",
    "random",
    "session_user",
    "statement_timestamp",
    "timeofday",
    "transaction_timestamp",
];

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Nullable<Text>)]
    noun: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    text: Option<String>,
}

/// Which nouns each table, view and function of the database holds or reads.
///
/// A statement reads whatever its text names, and what the texts of the views and functions that it names name again. A word that
/// means something else, a column that is called like a table, does no harm: the answer is then read anew more often than it
/// has to be. A name that is not found cannot be read from.
#[derive(Debug)]
pub struct Sources {
    /// In alphabetical order; a noun's place here is its bit in [`Nouns`].
    names: Vec<String>,
    words: HashMap<String, Nouns>,
}

impl Sources {
    pub(super) async fn load(connection: &mut AsyncPgConnection) -> Result<Self, DbError> {
        Ok(Self::of(diesel::sql_query(CATALOGUE).load(connection).await?))
    }

    fn of(catalogue: Vec<Named>) -> Self {
        let mut names: Vec<String> = catalogue.iter().filter_map(|named| named.noun.clone()).collect();
        names.sort_unstable();
        names.dedup();
        let mut words: HashMap<String, Nouns> = NO_TABLES.map(|word| (word.to_owned(), Nouns::OTHER)).into();
        let mut texts: HashMap<String, HashSet<String>> = HashMap::new();
        for Named { name, noun, text } in catalogue {
            let Some(text) = text else {
                words.insert(name, noun.map_or(Nouns::OTHER, |noun| place_of(&names, &noun)));
                continue;
            };
            let read = texts.entry(name).or_default();
            each_word(&text, |word| {
                read.insert(word.to_owned());
            });
        }
        // What a view or a function reads grows until nothing is added.
        let mut grows = true;
        while grows {
            grows = false;
            for (name, named) in &texts {
                let read =
                    named.iter().filter_map(|word| words.get(word)).fold(Nouns::NONE, |sum, nouns| sum.and(*nouns));
                grows |= words.insert(name.clone(), read) != Some(read);
            }
        }
        words.retain(|_, nouns| *nouns != Nouns::NONE);
        Self { names, words }
    }

    /// The nouns that a statement reads.
    #[must_use]
    pub fn of_statement(&self, text: &str) -> Nouns {
        let mut read = Nouns::NONE;
        each_word(text, |word| {
            if let Some(nouns) = self.words.get(word) {
                read = read.and(*nouns);
            }
        });
        read
    }

    /// The names of all nouns, each at the place of its version.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// The names of these nouns.
    #[must_use]
    pub fn names_of(&self, nouns: Nouns) -> Vec<&str> {
        let named = self.names.iter().enumerate().filter(|(place, _)| nouns.holds(*place));
        named.map(|(_, name)| name.as_str()).collect()
    }
}

/// A noun too many for the set is one of which nothing is known.
fn place_of(names: &[String], noun: &str) -> Nouns {
    names.iter().position(|name| name == noun).map_or(Nouns::OTHER, Nouns::one)
}

/// Calls for each identifier or key word of a text, in lower case.
fn each_word(text: &str, mut each: impl FnMut(&str)) {
    let is_part = |c: u8| c.is_ascii_alphanumeric() || c == b'_';
    for word in text.as_bytes().split(|c| !is_part(*c)).filter(|word| word.len() > 2) {
        // ASCII, so UTF-8.
        let Ok(word) = str::from_utf8(word) else { continue };
        if word.bytes().any(|c| c.is_ascii_uppercase()) {
            each(&word.to_ascii_lowercase());
        } else {
            each(word);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources() -> Sources {
        let named = |name: &str, noun: Option<&str>, text: Option<&str>| Named {
            name: name.to_owned(),
            noun: noun.map(str::to_owned),
            text: text.map(str::to_owned),
        };
        Sources::of(vec![
            named("agency", Some("agency"), None),
            named("agency_placement", Some("agency"), None),
            named("directive", Some("directive"), None),
            named("session", None, None),
            named("agency_life", None, Some("SELECT id FROM agency_placement")),
            named("directive_reach", None, Some("SELECT * FROM directive CROSS JOIN Agency_Below(directive.id)")),
            named("agency_below", None, Some("SELECT * FROM agency_life")),
            named("fold", None, Some("SELECT lower(text)")),
            named("is_over", None, Some("SELECT day < CURRENT_DATE")),
        ])
    }

    #[test]
    fn a_statement_reads_what_its_views_and_functions_read() {
        let sources = sources();
        let agency = Nouns::one(0);
        let directive = Nouns::one(1);
        assert_eq!(sources.names(), ["agency", "directive"]);
        for (statement, read) in [
            (r#"SELECT "agency"."id" FROM "agency""#, agency),
            ("SELECT fold($1)", Nouns::NONE),
            ("SELECT agency_id, directives, agencyx", Nouns::NONE),
            ("SELECT FROM directive_reach WHERE fold(a) = $1", agency.and(directive)),
            ("SELECT FROM DIRECTIVE", directive),
            ("SELECT FROM session", Nouns::OTHER),
            ("SELECT FROM agency WHERE is_over(day)", agency.and(Nouns::OTHER)),
            ("SELECT FROM directive WHERE due_on < now()", directive.and(Nouns::OTHER)),
        ] {
            assert_eq!(sources.of_statement(statement), read, "{statement}");
        }
    }
}
