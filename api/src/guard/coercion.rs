//! The values of variables, read whole before anything runs: the specification's `CoerceVariableValues`, with the schema's
//! own scalars.

use std::{collections::HashSet, fmt::Write as _};

use apollo_compiler::{
    Name, Schema,
    ast::Type,
    schema::{ExtendedType, InputObjectType},
};
use async_graphql::{
    Value, Variables,
    parser::types::{BaseType, OperationDefinition, Type as VariableType},
};
use db::{
    row::{Row, UnreadableField},
    violation::Words,
};
use schema::{error::ApiError, scalars};

use super::prices::ROWS;

/// The inputs that are rows of bulk mutations: what a list named `rows` holds.
#[derive(Debug)]
pub(super) struct RowTypes(HashSet<Name>);

impl RowTypes {
    pub fn of(schema: &Schema) -> Self {
        let inputs = schema.types.values().filter_map(|ty| ty.as_input_object());
        let rows = inputs.filter_map(|input| input.fields.get(ROWS)).filter(|field| field.ty.is_list());
        Self(rows.map(|field| field.ty.inner_named_type().clone()).collect())
    }

    fn holds(&self, ty: &Type) -> bool {
        self.0.contains(ty.inner_named_type())
    }
}

/// The values of an operation's variables as it is executed with: those that were given, and the defaults of the others. What
/// was left out and has no default stays out.
pub(super) fn variables(
    schema: &Schema,
    rows: &RowTypes,
    operation: &OperationDefinition,
    given: &Variables,
) -> Result<Variables, ApiError> {
    let mut read = Variables::default();
    for definition in &operation.variable_definitions {
        let (variable, place) = (&definition.node, definition.node.name.pos);
        let (name, wanted) = (&variable.name.node, type_of(&variable.var_type.node));
        let value = match (given.get(name), &variable.default_value) {
            (Some(value), _) => {
                let mut reading = Reading { schema, rows, path: format!("${name}"), row: None };
                let value = reading.value(&wanted, value.clone());
                value.map_err(|words| wrong(&reading.path, &words).at(vec![place]))?
            }
            (None, Some(default)) => default.node.clone(),
            (None, None) if wanted.is_non_null() => {
                let words =
                    Words::new(format!("thiếu giá trị kiểu {wanted}"), format!("a value of type {wanted} is required"));
                return Err(wrong(&format!("${name}"), &words).at(vec![place]));
            }
            (None, None) => continue,
        };
        read.insert(name.clone(), value);
    }
    Ok(read)
}

fn wrong(path: &str, words: &Words) -> ApiError {
    ApiError::request("VARIABLES", format!("{path}: {}", words.vi), format!("{path}: {}", words.en))
        .with("variable", path)
}

fn type_of(ty: &VariableType) -> Type {
    let read = match &ty.base {
        // Validation has found that there is such a type.
        BaseType::Named(name) => Type::Named(Name::new_unchecked(name)),
        BaseType::List(item) => Type::List(Box::new(type_of(item))),
    };
    if ty.nullable { read } else { read.non_null() }
}

/// One value on its way from JSON to its type.
struct Reading<'s> {
    schema: &'s Schema,
    rows: &'s RowTypes,
    /// Where it is: `$input.rows.1.value`.
    path: String,
    /// What could not be read in the row of a bulk mutation around it; `None` outside of one.
    row: Option<Vec<UnreadableField>>,
}

impl Reading<'_> {
    fn value(&mut self, ty: &Type, value: Value) -> Result<Value, Words> {
        match (ty, value) {
            (ty, Value::Null) if ty.is_non_null() => {
                Err(Words::new(format!("không được là null (kiểu {ty})"), format!("must not be null (type {ty})")))
            }
            (_, Value::Null) => Ok(Value::Null),
            (Type::List(row) | Type::NonNullList(row), Value::List(rows)) if self.rows.holds(row) => {
                self.rows(row, rows)
            }
            (Type::List(item) | Type::NonNullList(item), Value::List(items)) => {
                let items = items.into_iter().enumerate();
                items.map(|(index, value)| self.at(index, |it| it.value(item, value))).collect()
            }
            // One by itself is a list of one.
            (Type::List(item) | Type::NonNullList(item), value) => Ok(Value::List(vec![self.value(item, value)?])),
            (Type::Named(name) | Type::NonNullNamed(name), value) => self.named(name, value),
        }
    }

    /// A part of the value; the path stays at it if it cannot be read.
    fn at<T>(
        &mut self,
        step: impl std::fmt::Display,
        read: impl FnOnce(&mut Self) -> Result<T, Words>,
    ) -> Result<T, Words> {
        let length = self.path.len();
        // Writing into memory does not fail.
        let _ = write!(self.path, ".{step}");
        let value = read(self)?;
        self.path.truncate(length);
        Ok(value)
    }

    fn named(&mut self, name: &str, value: Value) -> Result<Value, Words> {
        match (self.schema.types.get(name), value) {
            (Some(ExtendedType::InputObject(object)), Value::Object(fields)) => self.object(object, fields),
            (Some(ExtendedType::Enum(choice)), Value::String(chosen))
                if choice.values.contains_key(chosen.as_str()) =>
            {
                Ok(Value::String(chosen))
            }
            (Some(ExtendedType::Enum(choice)), value) => {
                let all = choice.values.keys().take(30).map(Name::as_str).collect::<Vec<_>>().join(", ");
                let shown = shown(&value);
                Err(Words::new(
                    format!("{shown} không thuộc {name}: {all}"),
                    format!("{shown} is none of {name}: {all}"),
                ))
            }
            (Some(ExtendedType::Scalar(_)), value) => scalar(name, value),
            (_, value) => {
                let shown = shown(&value);
                Err(Words::new(format!("cần một {name}, có {shown}"), format!("expected {name}, found {shown}")))
            }
        }
    }

    fn object(
        &mut self,
        object: &InputObjectType,
        mut fields: async_graphql::indexmap::IndexMap<async_graphql::Name, Value>,
    ) -> Result<Value, Words> {
        if let Some(unknown) = fields.keys().find(|name| !object.fields.contains_key(name.as_str())) {
            let words = Words::new(
                format!("{} không có trường này", object.name),
                format!("{} has no such field", object.name),
            );
            return self.at(unknown.clone(), |_| Err(words));
        }
        for (name, field) in &object.fields {
            let Some(place) = fields.get_mut(name.as_str()) else {
                if field.ty.is_non_null() && field.default_value.is_none() {
                    let words = Words::new("thiếu trường bắt buộc", "a required field is missing");
                    return self.at(name, |_| Err(words));
                }
                continue;
            };
            let value = std::mem::take(place);
            *place = self.field(name, &field.ty, value)?;
        }
        Ok(Value::Object(fields))
    }

    fn field(&mut self, name: &str, ty: &Type, value: Value) -> Result<Value, Words> {
        let length = self.path.len();
        let typed = matches!(&value, Value::String(_));
        let read = self.at(name, |it| it.value(ty, value));
        match (read, &mut self.row) {
            // What a person typed: told beside the field of its row.
            (Err(words), Some(unreadable)) if typed && self.schema.get_scalar(ty.inner_named_type()).is_some() => {
                self.path.truncate(length);
                unreadable.push(UnreadableField { field: name.to_owned(), words });
                Ok(Value::Null)
            }
            (read, _) => read,
        }
    }

    fn rows(&mut self, ty: &Type, values: Vec<Value>) -> Result<Value, Words> {
        let rows = values.into_iter().enumerate().map(|(number, value)| {
            self.row = Some(Vec::new());
            let value = self.at(number, |it| it.value(ty, value))?;
            let unreadable = self.row.take().unwrap_or_default();
            Ok(if unreadable.is_empty() { value } else { Row::<()>::mark(unreadable) })
        });
        rows.collect()
    }
}

fn scalar(name: &str, value: Value) -> Result<Value, Words> {
    let read = match (name, value) {
        ("Boolean", value @ Value::Boolean(_))
        | ("String" | "ID", value @ Value::String(_))
        | ("Float", value @ Value::Number(_)) => Ok(value),
        ("Int", Value::Number(number)) => match whole(&number) {
            Some(whole) => Ok(Value::from(whole)),
            None => Err(Value::Number(number)),
        },
        ("ID", Value::Number(number)) if number.is_i64() || number.is_u64() => Ok(Value::from(number.to_string())),
        ("Boolean" | "String" | "Int" | "Float" | "ID", value) => Err(value),
        (_, value) => return scalars::wrong(name, &value).map_or(Ok(value), Err),
    };
    read.map_err(|value| {
        let shown = shown(&value);
        Words::new(format!("{shown} không phải là {name}"), format!("{shown} is no {name}"))
    })
}

/// An `Int`: 32 bits, and 1.0 is 1, for JSON has one kind of numbers.
fn whole(number: &async_graphql::Number) -> Option<i32> {
    let whole = number.as_i64().and_then(|whole| i32::try_from(whole).ok());
    whole.or_else(|| {
        #[allow(clippy::cast_possible_truncation, reason = "compared with what it was")]
        let read = number.as_f64().map(|float| (float, float as i32));
        read.filter(|(float, whole)| (f64::from(*whole) - float).abs() < f64::EPSILON).map(|(_, whole)| whole)
    })
}

/// What was sent, as far as it fits into a message.
fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        None => text,
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}
