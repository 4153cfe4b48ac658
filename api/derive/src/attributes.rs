//! What stands in `#[graphql(…)]` and in documentation comments.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, Result, Token, meta::ParseNestedMeta};

/// Everything that the macros understand; each looks at what concerns it.
#[derive(Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a word that stands there or not")]
pub struct Attributes {
    pub name: Option<Expr>,
    pub description: Option<String>,
    pub directives: Vec<Expr>,
    pub default: Option<TokenStream>,
    pub skip: bool,
    pub flatten: bool,
    pub complex: bool,
    pub secret: bool,
    pub root: bool,
}

impl Attributes {
    /// Of an item; its documentation comment is its description.
    pub fn of(attributes: &[Attribute]) -> Result<Self> {
        let mut found = Self::default();
        let mut words = String::new();
        for attribute in attributes {
            if attribute.path().is_ident("graphql") {
                attribute.parse_nested_meta(|meta| found.read(&meta))?;
            } else if let Meta::NameValue(meta) = &attribute.meta
                && meta.path.is_ident("doc")
                && let Expr::Lit(ExprLit { lit: Lit::Str(line), .. }) = &meta.value
            {
                words.push('\n');
                words.push_str(line.value().trim());
            }
        }
        found.description.get_or_insert_with(|| words.trim().to_owned());
        Ok(found)
    }

    /// Reads one entry.
    pub fn read(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let Some(word) = meta.path.get_ident().map(ToString::to_string) else {
            return Err(meta.error("not known to the object layer"));
        };
        match word.as_str() {
            "name" => self.name = Some(meta.value()?.parse()?),
            "desc" => self.description = Some(meta.value()?.parse::<LitStr>()?.value()),
            "directive" => self.directives.push(meta.value()?.parse()?),
            "default_with" => {
                let default: TokenStream = meta.value()?.parse::<LitStr>()?.parse()?;
                self.default = Some(default);
            }
            "default" => {
                self.default = Some(if meta.input.peek(Token![=]) {
                    let default: Expr = meta.value()?.parse()?;
                    quote!(::std::convert::From::from(#default))
                } else {
                    quote!(::std::default::Default::default())
                });
            }
            "skip" => self.skip = true,
            "flatten" => self.flatten = true,
            "complex" => self.complex = true,
            "secret" => self.secret = true,
            "root" => self.root = true,
            _ => return Err(meta.error("not known to the object layer")),
        }
        Ok(())
    }

    /// The directives, each with the registration of what it belongs to.
    pub fn directives(&self) -> Result<TokenStream> {
        let mut all = Vec::new();
        for directive in &self.directives {
            let Expr::Call(call) = directive else {
                return Err(syn::Error::new_spanned(directive, "a directive is written `Name::apply(…)`"));
            };
            let Expr::Path(function) = &*call.func else {
                return Err(syn::Error::new_spanned(directive, "a directive is written `Name::apply(…)`"));
            };
            let mut name = function.path.clone();
            name.segments.pop();
            name.segments.pop_punct();
            all.push(quote! {
                |registry| {
                    ::async_graphql::TypeDirective::register(&#name, registry);
                    #directive
                }
            });
        }
        Ok(quote!(&[#(#all),*]))
    }

    /// The name: as given, or that of the item in the schema's spelling.
    pub fn name_or(&self, own: &str) -> TokenStream {
        if let Some(name) = &self.name { quote!(#name) } else { quote!(#own) }
    }
}

/// `due_on` as the schema spells it: `dueOn`.
pub fn camel(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    for (index, word) in name.trim_start_matches("r#").split('_').filter(|word| !word.is_empty()).enumerate() {
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if index > 0 => camel.extend(first.to_uppercase()),
            Some(first) => camel.push(first),
            None => {}
        }
        camel.push_str(letters.as_str());
    }
    camel
}

/// Takes our attributes away, so that the compiler does not ask what they are.
pub fn strip(attributes: &mut Vec<Attribute>) {
    attributes.retain(|attribute| !attribute.path().is_ident("graphql"));
}

#[cfg(test)]
mod tests {
    use super::camel;

    #[test]
    fn names_are_spelled_like_the_library_spells_them() {
        for (rust, graphql) in [("due_on", "dueOn"), ("id", "id"), ("r#type", "type"), ("level_2_code", "level2Code")] {
            assert_eq!(camel(rust), graphql);
        }
    }
}
