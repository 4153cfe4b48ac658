//! Watches a migration do its work: which locks it takes on tables that are there already, and what it does while it holds
//! them. PostgreSQL is asked, not the text: what the text means, and in which version, the server knows best.
//!
//! The rule: a lock that stops a table's readers or writers is held for a moment only. Whoever holds one neither reads nor
//! writes a table that was there before, and writes none anew.

use diesel::{
    QueryableByName,
    sql_types::{BigInt, Text},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl as _};

use crate::sql;

/// Short by nature, in every province: to read or to write one whole takes a moment.
const SHORT: &[&str] = &["audit_head", "holiday", "indicator_rule", "reporting_schedule", "signing_key"];

/// Locks that stop at least writers.
const STOPPING: [&str; 4] = ["AccessExclusiveLock", "ExclusiveLock", "ShareRowExclusiveLock", "ShareLock"];

/// Indexes are used wherever there is one that helps: what is read whole nevertheless is read whole in large tables too.
const BEGIN: &str = "BEGIN; SET LOCAL lock_timeout = '2s'; SET LOCAL enable_seqscan = off;
    CREATE TEMPORARY TABLE watched ON COMMIT DROP AS SELECT oid AS id, oid::regclass::text AS name
        FROM pg_class WHERE relkind IN ('r', 'm') AND relnamespace = 'public'::regnamespace";

/// Counts are those of the transaction so far.
const LOOK: &str = "SELECT name, coalesce(pg_relation_filenode(id)::text, '') AS file, coalesce(seq_scan, 0) AS whole,
        coalesce(idx_scan, 0) + coalesce(n_tup_ins + n_tup_upd + n_tup_del, 0) AS parts,
        coalesce((SELECT string_agg(mode, ' ') FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'relation'
            AND relation = id AND database = (SELECT oid FROM pg_database WHERE datname = current_database())), '') AS locks
    FROM pg_temp.watched LEFT JOIN pg_stat_xact_user_tables ON relid = id ORDER BY name";

/// A table that was there before the migration, as it stands in the midst of it.
#[derive(Debug, QueryableByName)]
struct Table {
    #[diesel(sql_type = Text)]
    name: String,
    /// Another one when it was written anew, none when it is gone.
    #[diesel(sql_type = Text)]
    file: String,
    /// How often it was read from one end to the other.
    #[diesel(sql_type = BigInt)]
    whole: i64,
    /// How often it was read by an index, and rows written.
    #[diesel(sql_type = BigInt)]
    parts: i64,
    #[diesel(sql_type = Text)]
    locks: String,
}

impl Table {
    fn stopped_by(&self) -> Option<&'static str> {
        STOPPING.into_iter().find(|lock| self.locks.split(' ').any(|held| held == *lock))
    }

    fn is_written_to(&self) -> bool {
        self.locks.split(' ').any(|held| held == "RowExclusiveLock")
    }
}

/// Begins a transaction, does in it what a migration says, and tells what would stop a busy table: statement, table, lock,
/// and what to do instead. The transaction is left open.
pub async fn watch(connection: &mut AsyncPgConnection, migration: &str) -> Vec<String> {
    sql::execute(connection, BEGIN).await.unwrap();
    let mut refusals = Vec::new();
    let mut before = look(connection).await;
    for statement in statements(migration) {
        sql::execute(connection, statement).await.unwrap_or_else(|error| panic!("{error}: {statement}"));
        let after = look(connection).await;
        let text = plain(statement);
        let why = why(&text, &before, &after);
        refusals.extend(why.map(|why| format!("{why}\n    in: {text}\n    instead: {}", instead(&text))));
        if sql::text(connection, "SELECT current_setting('lock_timeout')").await.unwrap() != "2s" {
            refusals.push(format!("lock_timeout is the program's affair, not a migration's\n    in: {text}"));
            break;
        }
        before = after;
    }
    refusals
}

async fn look(connection: &mut AsyncPgConnection) -> Vec<Table> {
    diesel::sql_query(LOOK).load(connection).await.unwrap()
}

/// Why a statement is refused, if it is.
fn why(text: &str, before: &[Table], after: &[Table]) -> Option<String> {
    if text.to_uppercase().starts_with("LOCK ") {
        return Some("a lock is taken by hand".to_owned());
    }
    let stopped = after.iter().find_map(|table| Some((table.stopped_by()?, &table.name)));
    for (table, earlier) in after.iter().zip(before).filter(|(table, _)| !SHORT.contains(&table.name.as_str())) {
        let name = &table.name;
        if table.file != earlier.file && !table.file.is_empty() {
            return Some(format!("`{name}` is written anew under {}", table.stopped_by().unwrap_or_default()));
        }
        let whole = table.whole > earlier.whole;
        if let Some((lock, held)) = table.stopped_by().map(|lock| (lock, name)).or(stopped)
            && (whole || table.parts > earlier.parts)
        {
            return Some(format!("`{name}` is read or written while {lock} stops `{held}`"));
        }
        if whole && table.is_written_to() {
            return Some(format!("all of `{name}` is gone through, and what is changed stays locked to the end"));
        }
    }
    None
}

/// Why what runs outside a transaction is refused, if it is: nothing measures it, and nothing takes half of it back. It is one
/// statement that PostgreSQL itself does without stopping anybody, or one that commits piece by piece.
#[must_use]
pub fn refused_outside(migration: &str) -> Option<String> {
    let [statement] = statements(migration)[..] else {
        return Some("none or more than one statement outside a transaction: a migration for each".to_owned());
    };
    let text = plain(statement).to_uppercase();
    let has = |word: &str| text.split(|c: char| !c.is_alphanumeric()).any(|own| own == word);
    let in_pieces =
        text.starts_with("DO ") && has("COMMIT") && !["ALTER", "DROP", "LOCK", "TRUNCATE"].into_iter().any(has);
    let skips = text.contains("IF NOT EXISTS");
    if skips {
        return Some("IF NOT EXISTS takes a broken index for a good one".to_owned());
    }
    (!has("CONCURRENTLY") && !in_pieces)
        .then(|| "neither CONCURRENTLY nor in pieces with COMMIT: use a transaction".to_owned())
}

fn instead(text: &str) -> &'static str {
    let text = text.to_uppercase();
    let says = |words: &str| text.contains(words);
    if says("SET NOT NULL") {
        "ADD CONSTRAINT … CHECK (… IS NOT NULL) NOT VALID, VALIDATE CONSTRAINT in the next migration, SET NOT NULL in a third"
    } else if says("ADD COLUMN") {
        "a column that may be null or has a constant default; its rules apart, NOT VALID; filled in pieces"
    } else if text.starts_with("CREATE") && says("INDEX") {
        "CREATE INDEX CONCURRENTLY, alone in its migration, with `run_in_transaction = false` in metadata.toml"
    } else if says("FOREIGN KEY") || says("REFERENCES") || says("CHECK") {
        "ADD CONSTRAINT … NOT VALID, and VALIDATE CONSTRAINT in the next migration"
    } else if says("ADD CONSTRAINT") {
        "CREATE UNIQUE INDEX CONCURRENTLY first, then ADD CONSTRAINT … USING INDEX"
    } else if says("TYPE") {
        "a new column, filled in pieces; the old one goes when no node reads it any more"
    } else if ["UPDATE", "DELETE", "WITH", "INSERT"].iter().any(|word| text.starts_with(word)) {
        "in pieces, each committed: DO $$ … LOOP … COMMIT; END LOOP … $$, alone in its migration, with \
         `run_in_transaction = false` in metadata.toml"
    } else {
        "a migration of its own for what takes long, and one for what takes the lock"
    }
}

/// The statements of a file, with their comments. Knows neither `E'\''` nor bodies that begin with `BEGIN ATOMIC`: those would
/// be cut in two, and PostgreSQL would say so.
#[must_use]
pub fn statements(text: &str) -> Vec<&str> {
    let (mut found, mut start, mut at) = (Vec::new(), 0, 0);
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let within = |open: &str, close: &str| {
            rest.strip_prefix(open)
                .map(|rest| open.len() + rest.find(close).map_or(rest.len(), |end| end + close.len()))
        };
        let quoted = within("--", "\n")
            .or_else(|| within("/*", "*/"))
            .or_else(|| within("'", "'"))
            .or_else(|| within("\"", "\""))
            .or_else(|| dollars(rest).and_then(|tag| within(tag, tag)));
        if first == ';' {
            found.push(&text[start..at]);
            start = at + 1;
        }
        at += quoted.unwrap_or(first.len_utf8());
    }
    found.push(&text[start..]);
    found.retain(|statement| !plain(statement).is_empty());
    found
}

/// The tag that begins a text in dollars: `$$` or `$name$`.
fn dollars(text: &str) -> Option<&str> {
    let end = text.strip_prefix('$')?.find('$')? + 2;
    let name = &text[1..end - 1];
    let is_name =
        !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    is_name.then(|| &text[..end])
}

/// A statement in one line, without its comments.
fn plain(statement: &str) -> String {
    let lines = statement.lines().map(|line| line.split("--").next().unwrap_or_default());
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}
