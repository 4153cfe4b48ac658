//! Objects: from a struct, from a block of functions, from parts.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Data, DeriveInput, Fields, Generics, ItemImpl, Result, Type, parse::Parser as _};

use crate::{
    attributes::{Attributes, camel},
    fields,
};

/// `#[derive(SimpleObject)]`.
pub fn simple(input: &DeriveInput) -> Result<TokenStream> {
    let attributes = Attributes::of(&input.attrs)?;
    let Data::Struct(data) = &input.data else {
        return Err(syn::Error::new_spanned(&input.ident, "an object is a struct"));
    };
    let (mut parts, mut arms, mut flattened) = (Vec::new(), Vec::new(), Vec::new());
    for field in &data.fields {
        let own = Attributes::of(&field.attrs)?;
        let Some(ident) = field.ident.as_ref().filter(|_| !own.skip) else { continue };
        let ty = &field.ty;
        if own.flatten {
            parts.push(quote!(::object_layer::Part::All(<#ty as ::object_layer::Described>::PARTS)));
            flattened.push(quote! {
                if ::object_layer::Object::field(&self.#ident, walk, group)? {
                    return ::std::result::Result::Ok(true);
                }
            });
            continue;
        }
        let name = own.name_or(&camel(&ident.to_string()));
        let description = own.description.clone().unwrap_or_default();
        let directives = own.directives()?;
        parts.push(quote! {
            ::object_layer::Part::Field(::object_layer::FieldSpec {
                name: #name,
                description: #description,
                ty: <#ty as ::object_layer::Typed>::register,
                arguments: &[],
                directives: #directives,
            })
        });
        arms.push(quote! {
            #name => {
                ::object_layer::Output::write(&self.#ident, walk, group)?;
                ::std::result::Result::Ok(true)
            }
        });
    }
    if attributes.complex {
        parts.push(quote!(::object_layer::Part::All(Self::COMPLEX_PARTS)));
        flattened.push(quote! {
            if self.complex_field(walk, group)? {
                return ::std::result::Result::Ok(true);
            }
        });
    }
    let ident = &input.ident;
    let rest = quote!({ #(#flattened)* ::std::result::Result::Ok(false) });
    object(&ident.to_token_stream(), &input.generics, &attributes, &ident.to_string(), &parts, &arms, &rest)
}

/// `#[ComplexObject]`.
pub fn complex(mut block: ItemImpl) -> Result<TokenStream> {
    let fields::Fields { parts, arms } = fields::read(&mut block, false)?;
    let ty = &block.self_ty;
    let (generics, _, conditions) = block.generics.split_for_impl();
    let lints = lints();
    Ok(quote! {
        #lints
        #block

        impl #generics #ty #conditions {
            const COMPLEX_PARTS: &'static [::object_layer::Part] = &[#(#parts),*];

            #[allow(unused_variables, reason = "a block may have no fields that need them")]
            fn complex_field<'walk>(
                &self,
                walk: &mut ::object_layer::Walk<'walk>,
                group: &::std::sync::Arc<::object_layer::Group<'walk>>,
            ) -> ::std::result::Result<bool, ::object_layer::Failed> {
                match group.name() {
                    #(#arms)*
                    _ => ::std::result::Result::Ok(false),
                }
            }
        }
    })
}

/// `#[Object]`.
pub fn by_hand(arguments: TokenStream, mut block: ItemImpl) -> Result<TokenStream> {
    let mut attributes = Attributes::of(&block.attrs)?;
    syn::meta::parser(|meta| attributes.read(&meta)).parse2(arguments)?;
    let fields::Fields { parts, arms } = fields::read(&mut block, attributes.root)?;
    let Type::Path(path) = &*block.self_ty else {
        return Err(syn::Error::new_spanned(&block.self_ty, "an object is a type by name"));
    };
    let own = path.path.segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
    let rest = quote!(::std::result::Result::Ok(false));
    let object = object(&block.self_ty.to_token_stream(), &block.generics, &attributes, &own, &parts, &arms, &rest)?;
    let lints = lints();
    Ok(quote!(#lints #block #object))
}

/// `#[derive(MergedObject)]`.
pub fn merged(input: &DeriveInput) -> Result<TokenStream> {
    let attributes = Attributes::of(&input.attrs)?;
    let Data::Struct(syn::DataStruct { fields: Fields::Unnamed(fields), .. }) = &input.data else {
        return Err(syn::Error::new_spanned(&input.ident, "a merged object is a struct whose fields have no names"));
    };
    let parts = fields.unnamed.iter().map(|field| {
        let ty = &field.ty;
        quote!(::object_layer::Part::All(<#ty as ::object_layer::Described>::PARTS))
    });
    let parts: Vec<_> = parts.collect();
    let tries = (0..fields.unnamed.len()).map(|index| {
        let index = syn::Index::from(index);
        quote! {
            if ::object_layer::Object::field(&self.#index, walk, group)? {
                return ::std::result::Result::Ok(true);
            }
        }
    });
    let rest = quote!({ #(#tries)* ::std::result::Result::Ok(false) });
    let ident = &input.ident;
    let object =
        object(&ident.to_token_stream(), &input.generics, &attributes, &ident.to_string(), &parts, &[], &rest)?;
    Ok(quote! {
        #object

        impl ::async_graphql::OutputType for #ident {
            fn type_name() -> ::std::borrow::Cow<'static, str> {
                <Self as ::object_layer::Typed>::type_name()
            }

            fn create_type_info(registry: &mut ::async_graphql::registry::Registry) -> ::std::string::String {
                <Self as ::object_layer::Typed>::register(registry)
            }

            async fn resolve(
                &self,
                context: &::async_graphql::ContextSelectionSet<'_>,
                _: &::async_graphql::Positioned<::async_graphql::parser::types::Field>,
            ) -> ::async_graphql::ServerResult<::async_graphql::Value> {
                ::async_graphql::resolver_utils::resolve_container(context, self).await
            }
        }

        impl ::async_graphql::ContainerType for #ident {
            async fn resolve_field(
                &self,
                context: &::async_graphql::Context<'_>,
            ) -> ::async_graphql::ServerResult<::std::option::Option<::async_graphql::Value>> {
                ::object_layer::answer(self, context).await
            }
        }

        impl ::async_graphql::ObjectType for #ident {}
    })
}

/// What may be null, and which arguments a field takes, the schema decides, not what its function happens to need.
fn lints() -> TokenStream {
    quote!(#[allow(clippy::unnecessary_wraps, clippy::unused_self, clippy::unused_async, clippy::needless_pass_by_value)])
}

/// What every object implements.
fn object(
    ty: &TokenStream,
    generics: &Generics,
    attributes: &Attributes,
    own_name: &str,
    parts: &[TokenStream],
    arms: &[TokenStream],
    rest: &TokenStream,
) -> Result<TokenStream> {
    let (parameters, arguments, conditions) = generics.split_for_impl();
    // The type of an `impl` block brings its own arguments.
    let arguments = if ty.to_string().contains('<') { TokenStream::new() } else { arguments.to_token_stream() };
    let name = attributes.name_or(own_name);
    let description = attributes.description.clone().unwrap_or_default();
    let directives = attributes.directives()?;
    Ok(quote! {
        impl #parameters ::object_layer::Typed for #ty #arguments #conditions {
            fn type_name() -> ::std::borrow::Cow<'static, str> {
                ::std::borrow::Cow::Borrowed(#name)
            }

            fn register(registry: &mut ::async_graphql::registry::Registry) -> ::std::string::String {
                ::object_layer::register_object::<Self>(registry, #description, #directives)
            }
        }

        impl #parameters ::object_layer::Described for #ty #arguments #conditions {
            const PARTS: &'static [::object_layer::Part] = &[#(#parts),*];
        }

        impl #parameters ::object_layer::Object for #ty #arguments #conditions {
            fn type_name(&self) -> &'static str {
                #name
            }

            #[allow(unused_variables, reason = "an object may have no fields that need them")]
            fn field<'walk>(
                &self,
                walk: &mut ::object_layer::Walk<'walk>,
                group: &::std::sync::Arc<::object_layer::Group<'walk>>,
            ) -> ::std::result::Result<bool, ::object_layer::Failed> {
                match group.name() {
                    #(#arms)*
                    _ => #rest,
                }
            }
        }

        impl #parameters ::object_layer::Output for #ty #arguments #conditions {
            fn write<'walk>(
                &self,
                walk: &mut ::object_layer::Walk<'walk>,
                group: &::std::sync::Arc<::object_layer::Group<'walk>>,
            ) -> ::std::result::Result<(), ::object_layer::Failed> {
                walk.object(self, group)
            }
        }
    })
}
