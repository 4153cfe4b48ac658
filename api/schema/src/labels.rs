//! What people read for the values of enums. The words are in `api/schema/labels.toml`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use async_graphql::Context;
use auth::Action;
use db::access::Auth;
use object_layer::{Object, SimpleObject};
use serde::Deserialize;

use crate::{
    error::{ApiError, Code},
    language::Language,
    object::language,
    page::Answer,
};

/// By type; the values of each in the order of the schema. A test holds that the file can be read and is complete.
static TABLE: LazyLock<BTreeMap<String, Vec<Row>>> =
    LazyLock::new(|| toml::from_str(include_str!("../labels.toml")).unwrap_or_default());

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    value: String,
    vi: String,
    en: String,
}

impl Row {
    fn label(&'static self, language: Language) -> EnumLabel {
        let label = match language {
            Language::Vi => &self.vi,
            Language::En => &self.en,
        };
        EnumLabel { value: &self.value, label }
    }
}

/// What people read for a value, in Vietnamese and in English.
#[must_use]
pub fn words(of: &str, value: &str) -> Option<(&'static str, &'static str)> {
    let row = TABLE.get(of)?.iter().find(|row| row.value == value)?;
    Some((&row.vi, &row.en))
}

/// What people read for a value, in one language.
#[must_use]
pub fn label(of: &str, value: &str, language: Language) -> Option<&'static str> {
    words(of, value).map(|(vi, en)| match language {
        Language::Vi => vi,
        Language::En => en,
    })
}

/// What people read for the values of an enum.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::SeePublished))]
pub struct EnumLabels {
    /// The enum's name in this schema
    #[graphql(name = "type")]
    pub enum_type: &'static str,
    /// Its values, all of them, in the order in which to offer them
    pub values: Vec<EnumLabel>,
}

/// What people read for a value of an enum.
#[derive(Clone, SimpleObject)]
#[graphql(directive = Auth::apply(Action::SeePublished))]
pub struct EnumLabel {
    /// The value
    pub value: &'static str,
    /// Its name for people, as short as on a badge
    pub label: &'static str,
}

/// Part of the query root.
#[derive(Clone, Default)]
pub struct LabelQuery;

/// Part of the query root.
#[Object(root)]
impl LabelQuery {
    /// What people read for the values of enums, each enum once, by name. It changes with the server's version only: ask
    /// once and keep it
    #[graphql(directive = Auth::apply(Action::SeePublished))]
    async fn labels(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Names of enums, such as `DirectiveState`; all that are shown to people if left out")]
        types: Option<BTreeSet<String>>,
        #[graphql(desc = "The request's language if left out")] language: Option<Language>,
    ) -> Answer<Vec<EnumLabels>> {
        Some(labels(types.as_ref(), self::language(context, language)))
    }
}

fn labels(types: Option<&BTreeSet<String>>, language: Language) -> Result<Vec<EnumLabels>, ApiError> {
    if let Some(unknown) = types.into_iter().flatten().find(|name| !TABLE.contains_key(*name)) {
        let (vi, en) =
            (format!("Không có nhãn cho kiểu {unknown}"), format!("There are no labels of a type {unknown}"));
        return Err(ApiError::new(Code::BadRequest, vi, en).with("reason", "INPUT"));
    }
    let asked = TABLE.iter().filter(|(name, _)| types.is_none_or(|types| types.contains(*name)));
    let labelled = asked.map(|(name, rows)| EnumLabels {
        enum_type: name,
        values: rows.iter().map(|row| row.label(language)).collect(),
    });
    Ok(labelled.collect())
}

#[cfg(test)]
mod tests {
    use async_graphql::{EmptyMutation, EmptySubscription, Request, Schema};
    use async_graphql_parser::{
        parse_schema,
        types::{TypeKind, TypeSystemDefinition},
    };
    use unicode_normalization::is_nfc;

    use super::*;

    /// The enums of the schema and their values, but for those that only sort, and the language itself.
    fn shown_enums() -> BTreeMap<String, Vec<String>> {
        let document = parse_schema(crate::sdl()).unwrap();
        let enums = document.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(ty) => match ty.node.kind {
                TypeKind::Enum(kind) => {
                    let values = kind.values.into_iter().map(|value| value.node.value.node.to_string());
                    Some((ty.node.name.node.to_string(), values.collect()))
                }
                _ => None,
            },
            _ => None,
        });
        enums.filter(|(name, _)| !(name.ends_with("Sort") || name == "SortDirection" || name == "Language")).collect()
    }

    #[derive(Default, object_layer::MergedObject)]
    struct Root(LabelQuery);

    #[test]
    fn the_table_has_exactly_the_values_of_the_schema() {
        let table: BTreeMap<String, Vec<Row>> = toml::from_str(include_str!("../labels.toml")).unwrap();
        let of = |rows: Vec<Row>| rows.into_iter().map(|row| row.value).collect::<Vec<_>>();
        let table: BTreeMap<_, _> = table.into_iter().map(|(name, rows)| (name, of(rows))).collect();
        assert_eq!(table, shown_enums());
    }

    #[test]
    fn labels_are_short_normal_translated_and_distinct() {
        for (name, rows) in &*TABLE {
            for Row { value, vi, en } in rows {
                for label in [vi, en] {
                    let length = label.chars().count();
                    assert!((1..=30).contains(&length) && label.trim() == label, "{name}.{value}: {label:?}");
                    assert!(is_nfc(label), "{name}.{value}: {label:?}");
                }
                assert!(vi != en || vi == "%", "{name}.{value}: {vi:?} in both languages");
            }
            let (vi, en): (BTreeSet<_>, BTreeSet<_>) = rows.iter().map(|row| (&row.vi, &row.en)).unzip();
            assert_eq!((vi.len(), en.len()), (rows.len(), rows.len()), "{name}: two values of one label");
        }
    }

    #[test]
    fn an_enum_that_is_asked_for_twice_comes_once() {
        let twice = ["Timeliness", "DirectiveState", "Timeliness"].map(str::to_owned).into();
        let names: Vec<_> =
            labels(Some(&twice), Language::Vi).unwrap().into_iter().map(|labels| labels.enum_type).collect();
        assert_eq!(names, ["DirectiveState", "Timeliness"]);
    }

    #[test]
    fn a_type_without_labels_is_named() {
        for unknown in ["DirectiveStatus", "Agency", "Language", ""] {
            let Err(error) = labels(Some(&[unknown.to_owned()].into()), Language::Vi) else {
                panic!("{unknown} has labels");
            };
            assert_eq!(error.code(), Code::BadRequest);
            assert!(error.message(Language::Vi).ends_with(unknown) && error.message(Language::En).ends_with(unknown));
        }
    }

    #[tokio::test]
    async fn the_language_is_that_of_the_argument_then_the_request_then_vietnamese() {
        let schema = Schema::new(Root::default(), EmptyMutation, EmptySubscription);
        for (argument, request, first) in [
            ("", None, "Đang soạn"),
            ("", Some(Language::Vi), "Đang soạn"),
            ("", Some(Language::En), "Draft"),
            (", language: VI", Some(Language::En), "Đang soạn"),
            (", language: EN", Some(Language::Vi), "Draft"),
        ] {
            let mut asked = Request::new(format!(
                r#"{{ labels(types: ["MeasurementState"]{argument}) {{ type values {{ value label }} }} }}"#
            ));
            if let Some(language) = request {
                asked = asked.data(language);
            }
            let data = schema.execute(asked).await.into_result().unwrap().data.into_json().unwrap();
            let labels = &data["labels"][0];
            assert_eq!(labels["type"], "MeasurementState");
            assert_eq!(labels["values"][0], serde_json::json!({ "value": "DRAFT", "label": first }));
        }
    }
}
