//! Whether the trail is as it was written: every hash is computed anew, and each entry must follow the one before.
//!
//! Whoever can write past the triggers can also compute hashes, so a trail that was chained anew to its end looks whole.
//! What gives that away is a [`Head`] that somebody else noted earlier: `verify` is given it and must meet it again.
//!
//! Entries that were [archived](super::archive) are no longer there: the trail then begins where the archive ends.

use std::{fmt, str::FromStr};

use derive::boxed;
use diesel::{
    OptionalExtension as _, QueryableByName,
    sql_types::{BigInt, Binary, Text},
};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};

use super::archive;
use crate::DbError;

/// Entries looked at with one statement, and held in memory.
const BATCH: i64 = 5_000;

/// An entry by its number and its hash: the end of a trail, or what somebody noted of it. Written `1024:9f86d0…`.
#[derive(Clone, PartialEq, Eq, QueryableByName)]
pub struct Head {
    /// Its number; 0 before the first entry.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// Its hash.
    #[diesel(sql_type = Binary)]
    pub hash: Vec<u8>,
}

/// A hash as people write it.
#[must_use]
pub fn hex(hash: &[u8]) -> String {
    hash.iter().fold(String::new(), |mut digits, byte| {
        // Writing to a string cannot fail.
        let _ = fmt::Write::write_fmt(&mut digits, format_args!("{byte:02x}"));
        digits
    })
}

/// What [`hex`] has written; none if it is not that.
#[must_use]
pub fn unhex(digits: &str) -> Option<Vec<u8>> {
    let is_whole = digits.len().is_multiple_of(2) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let byte = |at: usize| digits.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    is_whole.then(|| (0..digits.len()).step_by(2).map(byte).collect()).flatten()
}

impl Head {
    /// Before the first entry.
    #[must_use]
    pub fn start() -> Self {
        Self { id: 0, hash: vec![0; 32] }
    }
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.id, hex(&self.hash))
    }
}

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Head {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "an entry is named by its number and its hash: 1024:9f86d0… with 64 hexadecimal digits";
        let (id, hash) = text.split_once(':').ok_or(FORM)?;
        let id = id.parse().ok().filter(|id| *id >= 0).ok_or(FORM)?;
        Ok(Self { id, hash: unhex(hash).filter(|hash| hash.len() == 32).ok_or(FORM)? })
    }
}

/// The first thing that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Entries are missing in between, or at the beginning.
    #[error("entries {from} to {until} were removed")]
    Removed {
        /// The first of them.
        from: i64,
        /// The last of them.
        until: i64,
    },
    /// An entry's content is not what its hash was made of.
    #[error("entry {id} was changed: its hash is not that of its content")]
    Changed {
        /// Its number.
        id: i64,
    },
    /// An entry carries another hash than the one before it has.
    #[error("entry {id} does not follow the one before: one of the two was put there later")]
    Unlinked {
        /// Its number.
        id: i64,
    },
    /// A number that no entry can have at this place.
    #[error("entry {id} was inserted: no entry has this number, or two have")]
    Inserted {
        /// Its number.
        id: i64,
    },
    /// The trail ends before its head.
    #[error("entries {from} to {until}, the last ones, were removed")]
    CutOff {
        /// The first of them.
        from: i64,
        /// The last of them.
        until: i64,
    },
    /// The trail goes on behind its head.
    #[error("entries from {from} on were added past the program")]
    Added {
        /// The first of them.
        from: i64,
    },
    /// The head carries another hash than the last entry.
    #[error("the head of the trail does not carry the hash of entry {id}, the last one")]
    Head {
        /// The last entry.
        id: i64,
    },
    /// The trail is whole, but not the one that was noted.
    #[error("entry {id} is not the one that was noted: the trail was written anew, from there or from before")]
    Rewritten {
        /// The entry that was noted.
        id: i64,
    },
    /// What was noted is no longer in the database.
    #[error("entry {id}, which was noted, is archived, and no longer in the database")]
    Archived {
        /// The entry that was noted.
        id: i64,
    },
    /// The trail is whole, but ends before what was noted.
    #[error("the trail ends at entry {last}, before the noted one: its end was removed")]
    Shortened {
        /// The last entry there is.
        last: i64,
    },
}

/// What became of a trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Entries that are as they were written, from the first that is not archived.
    pub sound: u64,
    /// The last of these.
    pub last: Head,
    /// What comes after them, if the trail is broken.
    pub fault: Option<Fault>,
}

/// The end of the trail, for whoever keeps a note of it elsewhere.
#[boxed]
pub async fn head(connection: &mut AsyncPgConnection) -> Result<Head, DbError> {
    Ok(diesel::sql_query("SELECT id, hash FROM audit_head").get_result(connection).await?)
}

/// Looks at the whole trail, a batch at a time, and stops at the first fault; it may grow meanwhile. `noted` is an entry
/// that must be in it; `progress` hears the number of each batch's last entry.
#[boxed]
pub async fn verify(
    connection: &mut AsyncPgConnection,
    noted: Option<&Head>,
    mut progress: impl FnMut(i64) + Send,
) -> Result<Verdict, DbError> {
    let path = diesel::sql_query("SELECT quote_ident(current_schema()) AS schema");
    let Path { schema } = path.get_result(connection).await?;
    let mut chain = Chain::from(Head::start());
    let mut after = i64::MIN;
    loop {
        let (head, archived, batch) = look(connection, &schema, after).await?;
        let first = batch.as_slice().first();
        let reaches = archived.as_ref().is_some_and(|archived| archived.id > chain.last.id);
        // At the beginning; or what comes next was archived meanwhile.
        if after == i64::MIN || reaches && first.is_none_or(|first| first.id > chain.last.id + 1) {
            let mut behind = Chain::behind(archived, first);
            if let Some(noted) = noted.filter(|noted| chain.last.id < noted.id && noted.id <= behind.last.id) {
                return Ok(chain.verdict(Some(Fault::Archived { id: noted.id })));
            }
            behind.noted.extend(noted.filter(|noted| noted.id > behind.last.id).cloned());
            chain = Chain { sound: chain.sound, ..behind };
        }
        for entry in &batch {
            if let Err(fault) = chain.step(entry) {
                return Ok(chain.verdict(Some(fault)));
            }
        }
        let Some(last) = batch.last() else {
            let fault = chain.end(head.as_ref()).err();
            return Ok(chain.verdict(fault));
        };
        after = last.id;
        progress(after);
    }
}

/// The next entries after a number, as they are written to an archive.
#[boxed]
pub async fn entries(connection: &mut AsyncPgConnection, after: i64) -> Result<Vec<StoredEntry>, DbError> {
    let Path { schema } =
        diesel::sql_query("SELECT quote_ident(current_schema()) AS schema").get_result(connection).await?;
    Ok(look(connection, &schema, after).await?.2)
}

/// The head, the end of what is archived, and the entries after a number, as they were at one moment. Not one long transaction for all:
/// while such a one lasts, PostgreSQL keeps every version of the head's row.
async fn look(
    connection: &mut AsyncPgConnection,
    schema: &str,
    after: i64,
) -> Result<(Option<Head>, Option<Head>, Vec<StoredEntry>), DbError> {
    connection
        .transaction(async |connection| {
            // No function or operator but PostgreSQL's own.
            connection.batch_execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL search_path = pg_catalog, pg_temp").await?;
            let head = diesel::sql_query(format!("SELECT id, hash FROM {schema}.audit_head"));
            let head: Option<Head> = head.get_result(connection).await.optional()?;
            let archived = archive::end(connection, schema).await?;
            let entries = diesel::sql_query(include_str!("entries.sql").replace("{schema}", schema));
            let entries = entries.bind::<BigInt, _>(after).bind::<BigInt, _>(BATCH);
            Ok((head, archived, entries.load(connection).await?))
        })
        .await
}

#[derive(QueryableByName)]
struct Path {
    #[diesel(sql_type = Text)]
    schema: String,
}

/// An entry as it is chained.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct StoredEntry {
    /// Its number.
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    /// The hash that it carries of the one before.
    #[diesel(sql_type = Binary)]
    pub previous_hash: Vec<u8>,
    /// Its hash.
    #[diesel(sql_type = Binary)]
    pub hash: Vec<u8>,
    /// What the hash is made of besides the one before: all its columns, as JSON in PostgreSQL's own writing.
    #[diesel(sql_type = Text)]
    pub content: String,
    /// The hash that it must have: SHA-256 of the hash before and of the content.
    #[diesel(sql_type = Binary)]
    pub computed: Vec<u8>,
}

/// How far a trail has proved sound.
#[derive(Debug, Clone)]
pub struct Chain {
    sound: u64,
    last: Head,
    noted: Vec<Head>,
}

impl From<Head> for Chain {
    fn from(last: Head) -> Self {
        Self { sound: 0, last, noted: Vec::new() }
    }
}

impl Chain {
    /// Behind what is archived. A part of that may still be there, where its deletion broke off: it must lead to the archive's end.
    fn behind(archived: Option<Head>, first: Option<&StoredEntry>) -> Self {
        let Some(archived) = archived else { return Self::from(Head::start()) };
        match first {
            Some(first) if first.id > 0 && first.id <= archived.id => {
                let before = Head { id: first.id - 1, hash: first.previous_hash.clone() };
                Self { noted: vec![archived], ..Self::from(before) }
            }
            _ => Self::from(archived),
        }
    }

    /// The last entry that has proved sound.
    #[must_use]
    pub const fn last(&self) -> &Head {
        &self.last
    }

    /// The next entry.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn step(&mut self, entry: &StoredEntry) -> Result<(), Fault> {
        let StoredEntry { id, .. } = *entry;
        let next = self.last.id + 1;
        if id < next {
            return Err(Fault::Inserted { id });
        }
        if id > next {
            return Err(Fault::Removed { from: next, until: id - 1 });
        }
        if entry.computed != entry.hash {
            return Err(Fault::Changed { id });
        }
        if entry.previous_hash != self.last.hash {
            return Err(Fault::Unlinked { id });
        }
        if self.noted.iter().any(|noted| noted.id == id && noted.hash != entry.hash) {
            return Err(Fault::Rewritten { id });
        }
        self.sound += 1;
        self.last = Head { id, hash: entry.hash.clone() };
        Ok(())
    }

    fn end(&self, head: Option<&Head>) -> Result<(), Fault> {
        let last = self.last.id;
        let promised = head.map_or(0, |head| head.id);
        if promised > last {
            return Err(Fault::CutOff { from: last + 1, until: promised });
        }
        if promised < last {
            return Err(Fault::Added { from: promised + 1 });
        }
        if head.is_none_or(|head| head.hash != self.last.hash) {
            return Err(Fault::Head { id: last });
        }
        if self.noted.iter().any(|noted| noted.id > last) {
            return Err(Fault::Shortened { last });
        }
        Ok(())
    }

    fn verdict(self, fault: Option<Fault>) -> Verdict {
        Verdict { sound: self.sound, last: self.last, fault }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_read_as_it_is_written() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(unhex(&hex(&all)), Some(all));
        assert_eq!(unhex(""), Some(vec![]));
        for wrong in ["0", "0g", "+1", "é", "00 0"] {
            assert_eq!(unhex(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_head_is_read_as_it_is_written() {
        let head = Head { id: 1024, hash: (0..32).collect() };
        assert_eq!(head.to_string().parse(), Ok(head.clone()));
        assert!(head.to_string().starts_with("1024:000102"));
        for wrong in
            ["", "7", "7:", "-1:00", &format!("7:{}", "g".repeat(64)), &format!("7:{}", "é".repeat(32)), "x:00"]
        {
            assert!(wrong.parse::<Head>().is_err(), "{wrong}");
        }
    }
}
