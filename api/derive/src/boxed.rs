//! `#[boxed]`: an `async fn` as a function that answers a boxed future.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::{
    Attribute, FnArg, GenericParam, Lifetime, Receiver, ReturnType, Signature, Token, Type, TypeBareFn, TypeImplTrait,
    TypeParamBound, TypeReference, Visibility,
    parse::{Parse, ParseStream},
    parse_quote_spanned,
    spanned::Spanned,
    visit_mut::{self, VisitMut},
};

/// A function with its body, or one of a trait without.
struct Function {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    signature: Signature,
    /// What stands between the braces, left unread: the compiler reads it.
    body: Option<proc_macro2::Group>,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self {
            attributes: input.call(Attribute::parse_outer)?,
            visibility: input.parse()?,
            signature: input.parse()?,
            body: if input.parse::<Option<Token![;]>>()?.is_some() { None } else { Some(input.parse()?) },
        })
    }
}

pub(crate) fn expand(arguments: TokenStream, function: TokenStream) -> syn::Result<TokenStream> {
    if !arguments.is_empty() {
        return Err(syn::Error::new_spanned(arguments, "`boxed` takes no arguments"));
    }
    let Function { attributes, visibility, mut signature, body } = syn::parse2(function)?;
    let Some(asyncness) = signature.asyncness.take() else {
        return Err(syn::Error::new_spanned(signature.fn_token, "`boxed` is for an `async fn`"));
    };
    // A future that is not `Send` is told of at its `async`.
    let span = asyncness.span;
    outlive(&mut signature, span);
    let output: Type = match &signature.output {
        ReturnType::Default => parse_quote_spanned!(span=> ()),
        ReturnType::Type(_, output) => (**output).clone(),
    };
    signature.output = parse_quote_spanned!(span=> -> ::futures_util::future::BoxFuture<'future, #output>);
    let body = body.map_or_else(
        || quote_spanned!(span=> ;),
        |body| quote_spanned!(span=> { ::std::boxed::Box::pin(async move #body) }),
    );
    // Clippy takes it for a function written by hand: that a future must be used, its type says.
    let unlinted = quote_spanned!(span=> #[allow(clippy::must_use_candidate, clippy::elidable_lifetime_names, clippy::needless_pass_by_value)]);
    Ok(quote_spanned!(span=> #(#attributes)* #unlinted #visibility #signature #body))
}

/// Makes everything that the function is given outlive `'future`, the lifetime of its future.
fn outlive(signature: &mut Signature, span: Span) {
    let mut elided = Elided;
    for input in &mut signature.inputs {
        elided.visit_fn_arg_mut(input);
    }
    elided.visit_return_type_mut(&mut signature.output);
    for parameter in &mut signature.generics.params {
        match parameter {
            GenericParam::Lifetime(parameter) => parameter.bounds.push(lifetime(span)),
            GenericParam::Type(parameter) => parameter.bounds.push(TypeParamBound::Lifetime(lifetime(span))),
            GenericParam::Const(_) => {}
        }
    }
    if signature.inputs.iter().any(|input| matches!(input, FnArg::Receiver(receiver) if is_given_away(receiver))) {
        signature.generics.make_where_clause().predicates.push(parse_quote_spanned!(span=> Self: 'future));
    }
    signature.generics.params.insert(0, parse_quote_spanned!(span=> 'future));
}

/// Whether it is `self` itself, not a reference to it, which says by its own lifetime that `Self` lives as long.
fn is_given_away(receiver: &Receiver) -> bool {
    receiver.reference.is_none() && !matches!(&*receiver.ty, Type::Reference(_))
}

fn lifetime(span: Span) -> Lifetime {
    Lifetime::new("'future", span)
}

/// Writes `'future` where a lifetime is left out.
struct Elided;

impl VisitMut for Elided {
    fn visit_receiver_mut(&mut self, receiver: &mut Receiver) {
        match &mut receiver.reference {
            Some((and, lifetime @ None)) => *lifetime = Some(self::lifetime(and.span)),
            Some(_) => {}
            None => self.visit_type_mut(&mut receiver.ty),
        }
    }

    fn visit_type_reference_mut(&mut self, reference: &mut TypeReference) {
        let span = reference.and_token.span;
        reference.lifetime.get_or_insert_with(|| lifetime(span));
        visit_mut::visit_type_mut(self, &mut reference.elem);
    }

    fn visit_lifetime_mut(&mut self, lifetime: &mut Lifetime) {
        if lifetime.ident == "_" {
            *lifetime = self::lifetime(lifetime.span());
        }
    }

    fn visit_type_impl_trait_mut(&mut self, given: &mut TypeImplTrait) {
        visit_mut::visit_type_impl_trait_mut(self, given);
        let span = given.impl_token.span;
        given.bounds.push(parse_quote_spanned!(span=> ::std::marker::Send));
        given.bounds.push(TypeParamBound::Lifetime(lifetime(span)));
    }

    // The lifetimes that are left out in `fn(&T)` and `Fn(&T)` are theirs.
    fn visit_type_bare_fn_mut(&mut self, _: &mut TypeBareFn) {}
    fn visit_parenthesized_generic_arguments_mut(&mut self, _: &mut syn::ParenthesizedGenericArguments) {}
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    fn expanded(function: TokenStream) -> String {
        expand(TokenStream::new(), function).unwrap().to_string()
    }

    #[test]
    fn what_is_borrowed_lives_as_long_as_the_future() {
        let function = expanded(quote! {
            /// Reads.
            #[allow(dead_code)]
            pub async fn read(reader: &Reader, ids: &mut [Uuid], held: Held<'_>, like: &dyn Like) -> Result<&str, Error> { ids.first()? }
        });
        let wanted = quote! {
            /// Reads.
            #[allow(dead_code)]
            #[allow(clippy::must_use_candidate, clippy::elidable_lifetime_names, clippy::needless_pass_by_value)]
            pub fn read<'future>(
                reader: &'future Reader, ids: &'future mut [Uuid], held: Held<'future>, like: &'future dyn Like
            ) -> ::futures_util::future::BoxFuture<'future, Result<&'future str, Error> > {
                ::std::boxed::Box::pin(async move { ids.first()? })
            }
        };
        assert_eq!(function, wanted.to_string());
    }

    #[test]
    fn what_is_generic_outlives_the_future() {
        let function = expanded(quote! {
            async fn write<'a, T: Like, const N: usize>(self, of: &'a [T; N], work: impl Fn(&T) -> &T, by: fn(&T)) {}
        });
        let wanted = quote! {
            #[allow(clippy::must_use_candidate, clippy::elidable_lifetime_names, clippy::needless_pass_by_value)]
            fn write<'future, 'a: 'future, T: Like + 'future, const N: usize>(
                self, of: &'a [T; N], work: impl Fn(&T) -> &T + ::std::marker::Send + 'future, by: fn(&T)
            ) -> ::futures_util::future::BoxFuture<'future, ()> where Self: 'future {
                ::std::boxed::Box::pin(async move {})
            }
        };
        assert_eq!(function, wanted.to_string());
    }

    #[test]
    fn a_function_of_a_trait_has_no_body() {
        let function = expanded(quote! { async fn load(&self) -> i64; });
        let wanted = quote! {
            #[allow(clippy::must_use_candidate, clippy::elidable_lifetime_names, clippy::needless_pass_by_value)]
            fn load<'future>(&'future self) -> ::futures_util::future::BoxFuture<'future, i64>;
        };
        assert_eq!(function, wanted.to_string());
    }

    #[test]
    fn anything_else_is_an_error() {
        for (arguments, function) in [
            (quote! {}, quote! { fn load() {} }),
            (quote! { Send }, quote! { async fn load() {} }),
            (quote! {}, quote! { struct Load; }),
        ] {
            assert!(expand(arguments, function).is_err());
        }
    }
}
