//! Values around values: optional ones, lists, results, shared ones.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{Error, registry::Registry};

use crate::{
    Typed,
    select::Group,
    walk::{Failed, Nullable, Output, Walk},
};

impl<T: Typed> Typed for Option<T> {
    const NULLABLE: bool = true;

    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn register(registry: &mut Registry) -> String {
        T::register(registry);
        Self::qualified_type_name()
    }
}

impl<T: Output> Output for Option<T> {
    fn write<'a>(&self, walk: &mut Walk<'a>, group: &Arc<Group<'a>>) -> Result<(), Failed> {
        match self {
            Some(value) => walk.or_null(value, group),
            None => walk.null(),
        }
        Ok(())
    }
}

impl<T: Output> Nullable for Option<T> {}

impl<T: Typed, E> Typed for Result<T, E> {
    const NULLABLE: bool = T::NULLABLE;

    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn register(registry: &mut Registry) -> String {
        T::register(registry)
    }
}

impl<T: Output, E: Clone + Into<Error> + Send + Sync> Output for Result<T, E> {
    fn write<'a>(&self, walk: &mut Walk<'a>, group: &Arc<Group<'a>>) -> Result<(), Failed> {
        match self {
            Ok(value) => value.write(walk, group),
            Err(error) => Err(walk.fail(group, error.clone().into())),
        }
    }
}

macro_rules! list {
    ($($type:ty),+) => {$(
        impl<T: Typed> Typed for $type {
            fn type_name() -> Cow<'static, str> {
                format!("[{}]", T::qualified_type_name()).into()
            }

            fn register(registry: &mut Registry) -> String {
                T::register(registry);
                Self::qualified_type_name()
            }
        }

        impl<T: Output> Output for $type {
            fn write<'a>(&self, walk: &mut Walk<'a>, group: &Arc<Group<'a>>) -> Result<(), Failed> {
                walk.list(self.iter(), group)
            }
        }
    )+};
}

list!(Vec<T>, [T]);

macro_rules! pointer {
    ($($type:ty),+) => {$(
        impl<T: Typed + ?Sized> Typed for $type {
            const NULLABLE: bool = T::NULLABLE;

            fn type_name() -> Cow<'static, str> {
                T::type_name()
            }

            fn register(registry: &mut Registry) -> String {
                T::register(registry)
            }
        }

        impl<T: Output + ?Sized> Output for $type {
            fn write<'a>(&self, walk: &mut Walk<'a>, group: &Arc<Group<'a>>) -> Result<(), Failed> {
                T::write(self, walk, group)
            }
        }
    )+};
}

pointer!(&T, Arc<T>, Box<T>);
