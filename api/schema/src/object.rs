//! How a type of the schema is put together: the row's own columns, an id, relations by loaders, lists as connections.

use async_graphql::Context;
use db::noun::{Batch, ByCode, ById, Coded, Listed, Noun};
use uuid::Uuid;

use crate::{
    error::ApiError,
    language::Language,
    page::{Answer, Shown, loaders},
};

/// The object of that id; null if the viewer may not see it. For relations that are never null in the table.
pub(crate) async fn one<T: Shown<Noun: Noun>>(context: &Context<'_>, id: Uuid) -> Answer<T> {
    maybe(context, Some(id)).await
}

/// The object of that id; null if there is none, or if the viewer may not see it.
pub(crate) async fn maybe<T: Shown<Noun: Noun>>(context: &Context<'_>, id: Option<Uuid>) -> Answer<T> {
    let row = loaders(context).load_one(ById::<T::Noun>::new(id?)).await;
    row.map_err(ApiError::from).transpose().map(|row| row.map(T::show))
}

/// The objects of these ids that the viewer may see, in their order.
pub(crate) async fn many<T: Shown<Noun: Noun>>(context: &Context<'_>, ids: &[Uuid]) -> Answer<Vec<T>> {
    let keys = ids.iter().map(|id| loaders(context).load_one(ById::<T::Noun>::new(*id)));
    let found = futures_util::future::try_join_all(keys).await.map_err(ApiError::from);
    Some(found.map(|found| found.into_iter().flatten().map(T::show).collect()))
}

/// [`maybe`] for what may be hidden: asks even where there is nothing to ask for, or the time it takes would tell the two apart.
pub(crate) async fn if_visible<T: Shown<Noun: Noun>>(context: &Context<'_>, id: Option<Uuid>) -> Answer<T> {
    one(context, id.unwrap_or_default()).await
}

/// The object of that business key; null if there is none, or if the viewer may not see it.
pub(crate) async fn by_code<T: Shown<Noun: Coded>>(context: &Context<'_>, code: String) -> Answer<T> {
    let row = loaders(context).load_one(ByCode::<T::Noun>::new(code)).await;
    row.map_err(ApiError::from).transpose().map(|row| row.map(T::show))
}

/// A short list that comes whole.
pub(crate) async fn whole<K, V, T>(context: &Context<'_>, key: K, show: impl Fn(V) -> T) -> Answer<Vec<T>>
where
    K: Batch<Value = Vec<V>>,
    V: Clone + Send + Sync + 'static,
{
    let rows = loaders(context).load_one(key).await.map_err(ApiError::from);
    Some(rows.map(|rows| rows.unwrap_or_default().into_iter().map(show).collect()))
}

/// Of a short list with two sides, what stands on one of them.
pub(crate) async fn on_side<K, S, V, T>(context: &Context<'_>, key: K, side: S, show: impl Fn(V) -> T) -> Answer<Vec<T>>
where
    K: Batch<Value = Vec<(S, V)>>,
    S: Clone + PartialEq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    let rows = whole(context, key, |row| row).await?;
    Some(rows.map(|rows| rows.into_iter().filter(|(own, _)| *own == side).map(|(_, row)| show(row)).collect()))
}

/// The language of a field: its argument, then the request's.
pub(crate) fn language(context: &Context<'_>, asked: Option<Language>) -> Language {
    asked.or_else(|| context.data_opt::<Language>().copied()).unwrap_or_default()
}

/// A name in the language of the field; in Vietnamese where nobody has translated it.
pub(crate) fn named<'a>(context: &Context<'_>, asked: Option<Language>, vi: &'a str, en: Option<&'a str>) -> &'a str {
    match language(context, asked) {
        Language::En => en.unwrap_or(vi),
        Language::Vi => vi,
    }
}

/// Declares a type that shows a noun: the action by which it is seen, its id, fields by hand, and its lists.
///
/// A list is `/// what it holds` `name: Type (Filter; Order) = link;` with filter and order left out where there is none.
/// `name(on): …` takes a day, which `link` may use; today if the client leaves it out. Each becomes a connection with the same paging arguments; writing them out by hand would be 25 times the same lines.
macro_rules! object {
    (
        $(#[$about:meta])*
        $type:ident shows $noun:ty, by $seen:ident;
        { $($body:tt)* }
        $($(#[$list_about:meta])* $list:ident $(($day:ident))?: $item:ident $((
            $($filter:ty)? $(; $order:ty)?
        ))? = $link:expr;)*
    ) => {
        $(#[$about])*
        #[derive(Clone, object_layer::SimpleObject)]
        #[graphql(complex, directive = db::access::Auth::apply(auth::Action::$seen))]
        pub struct $type {
            #[graphql(flatten)]
            pub(crate) row: std::sync::Arc<$noun>,
        }

        $crate::page::shown!($type shows $noun, by $seen);

        #[object_layer::ComplexObject]
        impl $type {
            /// Global id: opaque, finds the object again through `node`
            pub fn id(&self) -> db::Id<$noun> {
                db::Id::of(db::noun::Noun::id(&*self.row))
            }

            $($body)*

            $(
                $(#[$list_about])*
                #[allow(clippy::too_many_arguments, reason = "a connection's arguments are those of the specification")]
                async fn $list(
                    &self,
                    context: &async_graphql::Context<'_>,
                    $(#[graphql(desc = "The day (Asia/Ho_Chi_Minh); today if left out")] $day: Option<db::Date>,)?
                    $($(#[graphql(desc = "Narrows the list")] filter: Option<$filter>,)?)?
                    $($(#[graphql(desc = "Sorts the list")] order: Option<$order>,)?)?
                    #[graphql(desc = "How many from the beginning, or after `after`: 1 to 100; 20 if neither this nor `last` is given")] first: Option<i32>,
                    #[graphql(desc = "The cursor to start after: `endCursor` of the page before")] after: Option<String>,
                    #[graphql(desc = "How many from the end, or before `before`: 1 to 100")] last: Option<i32>,
                    #[graphql(desc = "The cursor to stop before: `startCursor` of the page after")] before: Option<String>,
                ) -> $crate::page::Answer<$crate::page::Connection<$item>> {
                    #[allow(unused_mut, reason = "a list without filter or order keeps the default")]
                    let mut question = $crate::object::Question::<$item>::default();
                    $($(question.filter = { let filter: Option<$filter> = filter; filter.unwrap_or_default() };)?)?
                    $($(question.sort = { let order: Option<$order> = order; order.unwrap_or_default() };)?)?
                    $(let $day = $day.unwrap_or($crate::page::reader(context).today());)?
                    let args = $crate::page::PageArgs { first, after, last, before };
                    Some($crate::page::Connection::below(context, ($link, self.row.id), question.filter, question.sort, args).await)
                }
            )*
        }
    };
    ($(#[$about:meta])* $type:ident shows $noun:ty; $($rest:tt)*) => {
        compile_error!(concat!("by which action is it seen? `", stringify!($type), " shows …, by SeePublished;`"));
    };
}

/// Declares the lists of all objects of a noun, at the root: open to whom the objects are. A field in the body says its
/// own rule.
macro_rules! root_lists {
    (
        $query:ident;
        { $($body:tt)* }
        $($(#[$list_about:meta])* $list:ident: $item:ident $((
            $($filter:ty)? $(; $order:ty)?
        ))?;)*
    ) => {
        /// Part of the query root.
        #[derive(Clone, Default)]
        pub struct $query;

        #[object_layer::Object(root)]
        impl $query {
            $($body)*

            $(
                $(#[$list_about])*
                #[graphql(directive = db::access::Auth::apply(<$item as $crate::page::Shown>::SEEN))]
                #[allow(clippy::too_many_arguments, reason = "a connection's arguments are those of the specification")]
                async fn $list(
                    &self,
                    context: &async_graphql::Context<'_>,
                    $($(#[graphql(desc = "Narrows the list")] filter: Option<$filter>,)?)?
                    $($(#[graphql(desc = "Sorts the list")] order: Option<$order>,)?)?
                    #[graphql(desc = "How many from the beginning, or after `after`: 1 to 100; 20 if neither this nor `last` is given")] first: Option<i32>,
                    #[graphql(desc = "The cursor to start after: `endCursor` of the page before")] after: Option<String>,
                    #[graphql(desc = "How many from the end, or before `before`: 1 to 100")] last: Option<i32>,
                    #[graphql(desc = "The cursor to stop before: `startCursor` of the page after")] before: Option<String>,
                ) -> $crate::page::Answer<$crate::page::Connection<$item>> {
                    #[allow(unused_mut, reason = "a list without filter or order keeps the default")]
                    let mut question = $crate::object::Question::<$item>::default();
                    $($(question.filter = { let filter: Option<$filter> = filter; filter.unwrap_or_default() };)?)?
                    $($(question.sort = { let order: Option<$order> = order; order.unwrap_or_default() };)?)?
                    let args = $crate::page::PageArgs { first, after, last, before };
                    Some($crate::page::Connection::of_all(context, question.filter, question.sort, args).await)
                }
            )*
        }
    };
}

/// What narrows and sorts a list of a shown noun.
pub(crate) struct Question<T: Shown<Noun: Listed>> {
    pub(crate) filter: <T::Noun as Listed>::Filter,
    pub(crate) sort: <T::Noun as Listed>::Sort,
}

impl<T: Shown<Noun: Listed<Filter: Default>>> Default for Question<T> {
    fn default() -> Self {
        Self { filter: Default::default(), sort: Default::default() }
    }
}

pub(crate) use {object, root_lists};
