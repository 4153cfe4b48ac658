//! The versions of an object: when each became known, by whom, and what it changed.

use std::{collections::HashMap, sync::Arc};

use auth::Reached;
use chrono::{DateTime, Utc};
use derive::boxed;
use diesel::{
    QueryableByName,
    sql_types::{Array, Jsonb, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::{DbError, Reader, access::Auth, noun::Batch};

/// Whose versions can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Told {
    /// Agencies.
    Agency,
    /// Directives.
    Directive,
    /// Indicators.
    Indicator,
    /// Measurements: which revision was published when.
    Measurement,
    /// Targets.
    Target,
}

impl Told {
    /// What is read: the tables whose codes are named stand in it too, so that an answer counts them, and the trail, which tells
    /// who it was and makes it an answer that is not kept.
    const fn query(self) -> &'static str {
        match self {
            Self::Agency => "SELECT * FROM history.versions('agency', $1, '{agency, audit_entry}')",
            Self::Directive => "SELECT * FROM history.versions('directive', $1, '{agency, programme, audit_entry}')",
            Self::Indicator => "SELECT * FROM history.versions('indicator', $1, '{agency, audit_entry}')",
            Self::Measurement => {
                "SELECT * FROM history.versions('measurement', $1, '{agency, indicator, audit_entry}')"
            }
            Self::Target => {
                "SELECT * FROM history.versions('target', $1, '{agency, indicator, programme, audit_entry}')"
            }
        }
    }
}

/// The versions of an object that the reader sees, the first first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VersionsOf(pub Told, pub Uuid);

/// A version of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// When it became known; none if it was there before history was kept.
    pub at: Option<DateTime<Utc>>,
    /// The account of the person who wrote it; none where the trail names none.
    pub account_id: Option<Uuid>,
    /// What it changed.
    pub changes: Vec<FieldChange>,
}

/// What a version changed in one field.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject)]
#[graphql(directive = Auth::apply(auth::Action::SeePublished))]
pub struct FieldChange {
    /// The field, as the object has it; a name in two languages ends in `Vi` or `En`
    pub field: String,
    /// What it was before: a text, a number as it is written, the code of an object; null for nothing
    pub before: Option<String>,
    /// What it was from then on
    pub after: Option<String>,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    actor_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    visibility: Option<String>,
    #[diesel(sql_type = Jsonb)]
    shown: Value,
}

impl Batch for VersionsOf {
    type Value = Vec<Arc<Version>>;

    #[boxed]
    async fn load(reader: &Reader, keys: &[Self]) -> Result<HashMap<Self, Self::Value>, DbError> {
        let mut ids: HashMap<Told, Vec<Uuid>> = HashMap::new();
        for Self(told, id) in keys {
            ids.entry(*told).or_default().push(*id);
        }
        let mut answers = HashMap::new();
        for (told, ids) in ids {
            let query = diesel::sql_query(told.query()).bind::<Array<SqlUuid>, _>(ids);
            let mut rows: Vec<Row> = query.load(&mut reader.statement().await?).await?;
            while let Some(id) = rows.as_slice().first().map(|row| row.id) {
                let others = rows.iter().position(|row| row.id != id).unwrap_or(rows.len());
                let rest = rows.split_off(others);
                answers.insert(Self(told, id), versions(reader, &std::mem::replace(&mut rows, rest)));
            }
        }
        Ok(answers)
    }
}

/// Those of one object, without those that change nothing that is shown.
fn versions(reader: &Reader, rows: &[Row]) -> Vec<Arc<Version>> {
    let now = rows.last().and_then(|row| row.visibility.as_deref());
    let mut before: Option<&Row> = None;
    let mut versions = Vec::new();
    for row in rows.iter().filter(|row| is_seen(reader, row.visibility.as_deref(), now)) {
        let changes = before.map(|before| changes(&before.shown, &row.shown)).unwrap_or_default();
        if before.is_none() || !changes.is_empty() {
            versions.push(Arc::new(Version { at: row.at, account_id: row.actor_id, changes }));
        }
        before = Some(row);
    }
    versions
}

/// Whether a version of that visibility is for the reader, who sees the object as it is `now`. Who was a party to it then is not
/// known here: parties see what has been restricted ever since.
fn is_seen(reader: &Reader, visibility: Option<&str>, now: Option<&str>) -> bool {
    match visibility {
        None | Some("PUBLIC") => true,
        Some("INTERNAL") => reader.scope().internal(),
        _ => visibility == now || matches!(reader.scope().restricted(), Reached::All),
    }
}

fn changes(before: &Value, after: &Value) -> Vec<FieldChange> {
    let none = Map::new();
    let (before, after) = (before.as_object().unwrap_or(&none), after.as_object().unwrap_or(&none));
    let differ = |(field, after): (&String, &Value)| {
        let before = before.get(field).unwrap_or(&Value::Null);
        (before != after).then(|| FieldChange { field: field.clone(), before: text(before), after: text(after) })
    };
    after.iter().filter_map(differ).collect()
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_version_tells_what_differs() {
        let told = changes(
            &json!({ "value": 50, "note": null, "code": "a", "topics": [] }),
            &json!({ "value": 60, "note": "Đã sửa", "code": "a", "topics": ["Y tế"] }),
        );
        let told: Vec<_> =
            told.iter().map(|it| (it.field.as_str(), it.before.as_deref(), it.after.as_deref())).collect();
        let expected = [
            ("note", None, Some("Đã sửa")),
            ("topics", Some("[]"), Some("[\"Y tế\"]")),
            ("value", Some("50"), Some("60")),
        ];
        assert_eq!(told, expected);
    }
}
