//! Macros: those of the object layer (`api/object`), with the attributes of async-graphql's macros of the same names as far as
//! the schema uses them; and the one that boxes futures at a crate's edge.

mod attributes;
mod boxed;
mod fields;
mod object;
mod union;

use proc_macro::TokenStream;
use syn::{DeriveInput, ItemImpl, parse_macro_input};

/// An object whose fields are those of a struct.
///
/// On the struct: `name`, `complex` (there is a `#[ComplexObject]` block beside), `directive = …`. On a field: `name`,
/// `skip`, `flatten` (its fields are the object's own), `directive = …`.
#[proc_macro_derive(SimpleObject, attributes(graphql))]
pub fn simple_object(input: TokenStream) -> TokenStream {
    answer(object::simple(&parse_macro_input!(input as DeriveInput)))
}

/// The fields by hand of an object that derives `SimpleObject` with `complex`. An `async fn` is a field that has to wait,
/// and answers what may be null; any other is written at once.
#[allow(non_snake_case, reason = "named like the library's")]
#[proc_macro_attribute]
pub fn ComplexObject(_: TokenStream, block: TokenStream) -> TokenStream {
    answer(object::complex(parse_macro_input!(block as ItemImpl)))
}

/// An object whose fields are all by hand: `name = …` (an expression), `directive = …`, and `root` for a part of a root,
/// whose fields may be null as a whole.
#[allow(non_snake_case, reason = "named like the library's")]
#[proc_macro_attribute]
pub fn Object(arguments: TokenStream, block: TokenStream) -> TokenStream {
    answer(object::by_hand(arguments.into(), parse_macro_input!(block as ItemImpl)))
}

/// A root made of parts: a struct whose fields are objects.
#[proc_macro_derive(MergedObject, attributes(graphql))]
pub fn merged_object(input: TokenStream) -> TokenStream {
    answer(object::merged(&parse_macro_input!(input as DeriveInput)))
}

/// A union: an enum whose variants hold an object each.
#[proc_macro_derive(Union, attributes(graphql))]
pub fn union(input: TokenStream) -> TokenStream {
    answer(union::union(&parse_macro_input!(input as DeriveInput)))
}

/// Makes an `async fn` a function that answers a boxed future, so that its body is compiled in its own crate alone.
///
/// ```text
/// #[boxed]
/// pub async fn head(reader: &Reader, nouns: &[Noun]) -> Result<i64, DbError> { … }
/// // is
/// pub fn head<'future>(reader: &'future Reader, nouns: &'future [Noun]) -> BoxFuture<'future, Result<i64, DbError>> {
///     Box::pin(async move { … })
/// }
/// ```
///
/// For functions, methods and the functions of traits, with or without a body. The crate needs `futures-util`.
/// What the function is generic over must outlive the future; if it is kept across an `await`, write its `Send` or `Sync` by
/// hand. An argument that the body does not name is dropped by the call, not at the end of the future.
#[proc_macro_attribute]
pub fn boxed(arguments: TokenStream, function: TokenStream) -> TokenStream {
    boxed::expand(arguments.into(), function.into()).unwrap_or_else(|error| error.to_compile_error()).into()
}

fn answer(made: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    made.unwrap_or_else(|error| error.to_compile_error()).into()
}
