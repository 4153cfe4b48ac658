//! Unions: an enum of objects.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields, Result};

use crate::attributes::Attributes;

/// `#[derive(Union)]`.
pub fn union(input: &DeriveInput) -> Result<TokenStream> {
    let attributes = Attributes::of(&input.attrs)?;
    let Data::Enum(data) = &input.data else {
        return Err(syn::Error::new_spanned(&input.ident, "a union is an enum"));
    };
    let (mut arms, mut members) = (Vec::new(), Vec::new());
    for variant in &data.variants {
        let member = match &variant.fields {
            Fields::Unnamed(fields) => fields.unnamed.first().filter(|_| fields.unnamed.len() == 1),
            _ => None,
        };
        let Some(member) = member else {
            return Err(syn::Error::new_spanned(variant, "a member of a union holds one object"));
        };
        let (ident, ty) = (&variant.ident, &member.ty);
        arms.push(quote!(Self::#ident(member) => ::object_layer::Output::write(member, walk, group),));
        members.push(quote!(<#ty as ::object_layer::Typed>::register));
    }
    let ident = &input.ident;
    let name = attributes.name_or(&ident.to_string());
    let description = attributes.description.clone().unwrap_or_default();
    Ok(quote! {
        impl ::object_layer::Typed for #ident {
            fn type_name() -> ::std::borrow::Cow<'static, str> {
                ::std::borrow::Cow::Borrowed(#name)
            }

            fn register(registry: &mut ::async_graphql::registry::Registry) -> ::std::string::String {
                ::object_layer::register_union::<Self>(registry, #description, &[#(#members),*])
            }
        }

        impl ::object_layer::Output for #ident {
            fn write<'walk>(
                &self,
                walk: &mut ::object_layer::Walk<'walk>,
                group: &::std::sync::Arc<::object_layer::Group<'walk>>,
            ) -> ::std::result::Result<(), ::object_layer::Failed> {
                match self { #(#arms)* }
            }
        }
    })
}
