//! Values without fields: scalars and enumerations, as the library names and registers them.

use std::{borrow::Cow, io::Write as _, sync::Arc};

use async_graphql::{
    ID, Json, OutputType,
    registry::{MetaType, Registry},
    resolver_utils::EnumType,
};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Serialize;

use crate::{
    Typed,
    select::Group,
    walk::{Failed, Output, Walk},
};

/// Declares how leaves are written; their names and descriptions are those they have in the library.
///
/// `leaf!(Period: |value, walk| walk.word(&value.to_string()))`. Where the library does not say by what a scalar is specified,
/// `leaf!(Decimal, "https://…": |value, walk| …)` does.
#[macro_export]
macro_rules! leaf {
    ($type:ty $(, $url:literal)?: |$value:ident, $walk:ident| $write:expr) => {
        impl $crate::Typed for $type {
            fn type_name() -> std::borrow::Cow<'static, str> {
                <Self as async_graphql::OutputType>::type_name()
            }

            fn register(registry: &mut async_graphql::registry::Registry) -> String {
                let name = <Self as async_graphql::OutputType>::create_type_info(registry);
                $($crate::specify(registry, &<Self as async_graphql::OutputType>::type_name(), $url);)?
                name
            }
        }

        impl $crate::Output for $type {
            fn write<'a>(
                &self,
                $walk: &mut $crate::Walk<'a>,
                _: &std::sync::Arc<$crate::Group<'a>>,
            ) -> Result<(), $crate::Failed> {
                let $value = self;
                $write;
                Ok(())
            }
        }
    };
}

/// Says by what a registered scalar is specified.
pub fn specify(registry: &mut Registry, scalar: &str, url: &str) {
    if let Some(MetaType::Scalar { specified_by_url, .. }) = registry.types.get_mut(scalar) {
        *specified_by_url = Some(url.to_owned());
    }
}

/// Where JSON is specified.
const JSON: &str = "https://www.rfc-editor.org/rfc/rfc8259";

/// Declares that an enumeration of the library is answered by its names.
///
/// `named!(SortDirection, Grantee)`.
#[macro_export]
macro_rules! named {
    ($($type:ty),+ $(,)?) => {
        $($crate::leaf!($type: |value, walk| walk.word($crate::name_of(value)));)+
    };
}

/// The name of an enumeration's value.
pub fn name_of<T: EnumType>(value: &T) -> &'static str {
    T::items().iter().find(|item| item.value == *value).map_or("", |item| item.name)
}

leaf!(bool: |value, walk| walk.json().extend_from_slice(if *value { b"true" } else { b"false" }));
leaf!(i16: |value, walk| display(walk, value));
leaf!(i32: |value, walk| display(walk, value));
leaf!(String: |value, walk| text(walk, value));
leaf!(ID: |value, walk| text(walk, value));
leaf!(serde_json::Value, "https://www.rfc-editor.org/rfc/rfc8259": |value, walk| serialized(walk, value));
leaf!(Decimal, "https://www.w3.org/TR/xmlschema11-2/#decimal": |value, walk| walk.quoted(value));
leaf!(DateTime<Utc>, "https://www.rfc-editor.org/rfc/rfc3339#section-5.6": |value, walk| walk.word(&value.to_rfc3339()));
// What JSON has no number for is null, as in the library.
leaf!(f64: |value, walk| serialized(walk, value));

impl<T: Serialize + Send + Sync> Typed for Json<T> {
    fn type_name() -> Cow<'static, str> {
        <Self as OutputType>::type_name()
    }

    fn register(registry: &mut Registry) -> String {
        let name = <Self as OutputType>::create_type_info(registry);
        specify(registry, &<Self as OutputType>::type_name(), JSON);
        name
    }
}

impl<T: Serialize + Send + Sync> Output for Json<T> {
    fn write<'a>(&self, walk: &mut Walk<'a>, _: &Arc<Group<'a>>) -> Result<(), Failed> {
        serialized(walk, &self.0);
        Ok(())
    }
}

impl Typed for str {
    fn type_name() -> Cow<'static, str> {
        <String as OutputType>::type_name()
    }

    fn register(registry: &mut Registry) -> String {
        <String as OutputType>::create_type_info(registry)
    }
}

impl Output for str {
    fn write<'a>(&self, walk: &mut Walk<'a>, _: &Arc<Group<'a>>) -> Result<(), Failed> {
        text(walk, self);
        Ok(())
    }
}

fn text(walk: &mut Walk<'_>, value: &str) {
    serialized(walk, value);
}

/// Writing into memory does not fail, nor do values that derive `Serialize`.
fn serialized(walk: &mut Walk<'_>, value: &(impl Serialize + ?Sized)) {
    let before = walk.json().len();
    if serde_json::to_writer(walk.json(), value).is_err() {
        walk.json().truncate(before);
        walk.null();
    }
}

fn display(walk: &mut Walk<'_>, value: &impl std::fmt::Display) {
    let _ = write!(walk.json(), "{value}");
}
