//! Fields by hand: the functions of an `impl` block.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{FnArg, Ident, ImplItem, ImplItemFn, ItemImpl, Pat, Result, ReturnType, Type, TypePath, TypeReference};

use crate::attributes::{Attributes, camel, strip};

/// What a block of fields becomes: a table for the registry, and the arms of a `match` over names.
pub struct Fields {
    pub parts: Vec<TokenStream>,
    pub arms: Vec<TokenStream>,
}

/// An argument of a field.
struct Argument {
    ident: Ident,
    ty: Type,
    attributes: Attributes,
}

/// Reads the functions of a block, and takes the attributes off that are ours. `root` says that its fields may fail as a whole.
pub fn read(block: &mut ItemImpl, root: bool) -> Result<Fields> {
    let mut fields = Fields { parts: Vec::new(), arms: Vec::new() };
    for item in &mut block.items {
        let ImplItem::Fn(function) = item else { continue };
        let attributes = Attributes::of(&function.attrs)?;
        strip(&mut function.attrs);
        if !attributes.skip {
            one(function, &attributes, root, &mut fields)?;
        }
    }
    Ok(fields)
}

fn one(function: &mut ImplItemFn, attributes: &Attributes, root: bool, fields: &mut Fields) -> Result<()> {
    let ident = function.sig.ident.clone();
    let name = attributes.name_or(&camel(&ident.to_string()));
    let ReturnType::Type(_, ty) = &function.sig.output else {
        return Err(syn::Error::new_spanned(&function.sig, "a field answers something"));
    };
    let ty = ty.clone();
    let mut takes_context = false;
    let mut arguments = Vec::new();
    for input in &mut function.sig.inputs {
        let FnArg::Typed(input) = input else { continue };
        if is_context(&input.ty) {
            takes_context = true;
            continue;
        }
        let Pat::Ident(pattern) = &*input.pat else {
            return Err(syn::Error::new_spanned(&input.pat, "an argument has a name"));
        };
        let argument = Argument {
            ident: pattern.ident.clone(),
            ty: (*input.ty).clone(),
            attributes: Attributes::of(&input.attrs)?,
        };
        strip(&mut input.attrs);
        arguments.push(argument);
    }
    fields.parts.push(part(&name, attributes, &ty, &arguments)?);

    let ty_of_field = lasting(&ty);
    let argument = if root { quote!(argument) } else { quote!(shared_argument) };
    let reads = arguments.iter().map(|Argument { ident, ty, attributes }| {
        let name = attributes.name_or(&camel(&ident.to_string()));
        let default = if let Some(default) = &attributes.default {
            quote!(::std::option::Option::Some(|| -> #ty { #default }))
        } else {
            quote!(::std::option::Option::None)
        };
        quote! {
            let #ident = match walk.#argument::<#ty>(group, #name, #default) {
                ::std::result::Result::Ok(value) => value,
                ::std::result::Result::Err(failed) => return walk.refuse::<#ty_of_field>(failed),
            };
        }
    });
    let given = arguments.iter().map(|argument| &argument.ident);
    let (make_context, context) = if takes_context {
        (quote!(let context = walk.context(group);), quote!(&context,))
    } else {
        (TokenStream::new(), TokenStream::new())
    };
    let write = if function.sig.asyncness.is_some() {
        let later = if root { quote!(later_at_root) } else { quote!(later) };
        quote! {
            let this = ::std::clone::Clone::clone(self);
            walk.#later(group, async move { this.#ident(#context #(#given),*).await });
        }
    } else {
        quote!(::object_layer::Output::write(&self.#ident(#context #(#given),*), walk, group)?;)
    };
    fields.arms.push(quote! {
        #name => {
            #(#reads)*
            #make_context
            #write
            ::std::result::Result::Ok(true)
        }
    });
    Ok(())
}

fn part(name: &TokenStream, attributes: &Attributes, ty: &Type, arguments: &[Argument]) -> Result<TokenStream> {
    let description = attributes.description.clone().unwrap_or_default();
    let directives = attributes.directives()?;
    let specs = arguments.iter().map(|Argument { ident, ty, attributes }| {
        let name = attributes.name_or(&camel(&ident.to_string()));
        let description = attributes.description.clone().unwrap_or_default();
        let secret = attributes.secret;
        let default = if let Some(default) = &attributes.default {
            quote! {
                ::std::option::Option::Some(|| {
                    let value: #ty = #default;
                    ::async_graphql::InputType::to_value(&value)
                })
            }
        } else {
            quote!(::std::option::Option::None)
        };
        quote! {
            ::object_layer::ArgumentSpec {
                name: #name,
                description: #description,
                ty: <#ty as ::async_graphql::InputType>::create_type_info,
                default: #default,
                secret: #secret,
            }
        }
    });
    let ty = lasting(ty);
    Ok(quote! {
        ::object_layer::Part::Field(::object_layer::FieldSpec {
            name: #name,
            description: #description,
            ty: <#ty as ::object_layer::Typed>::register,
            arguments: &[#(#specs),*],
            directives: #directives,
        })
    })
}

/// A field's type where no lifetime is at hand: what is borrowed is borrowed for ever.
fn lasting(ty: &Type) -> Type {
    struct Lasting;
    impl Lasting {
        fn walk(ty: &mut Type) {
            match ty {
                Type::Reference(TypeReference { lifetime, elem, .. }) => {
                    *lifetime = Some(syn::Lifetime::new("'static", proc_macro2::Span::call_site()));
                    Self::walk(elem);
                }
                Type::Path(TypePath { path, .. }) => {
                    for segment in &mut path.segments {
                        if let syn::PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
                            for argument in &mut arguments.args {
                                match argument {
                                    syn::GenericArgument::Type(ty) => Self::walk(ty),
                                    syn::GenericArgument::Lifetime(lifetime) => {
                                        *lifetime = syn::Lifetime::new("'static", proc_macro2::Span::call_site());
                                    }
                                    _ => {}
                                }
                            }
                        }
                    }
                }
                Type::Slice(slice) => Self::walk(&mut slice.elem),
                _ => {}
            }
        }
    }
    let mut ty = ty.clone();
    Lasting::walk(&mut ty);
    ty
}

/// `&Context<'_>`, by its last word.
fn is_context(ty: &Type) -> bool {
    let Type::Reference(reference) = ty else { return false };
    let Type::Path(path) = &*reference.elem else { return false };
    path.path.segments.last().is_some_and(|segment| segment.ident == "Context")
}
