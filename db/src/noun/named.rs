//! The codes that questions name, and whether they are there. A list that is narrowed by a code that nobody knows would be
//! empty, and look as if nothing had been reported: so it is refused, whatever noun it lists.

use std::collections::{HashMap, HashSet};

use derive::boxed;
use diesel::{NullableExpressionMethods as _, QueryDsl as _};
use diesel_async::RunQueryDsl as _;

use super::{Batch, Stored as _};
use crate::{
    DbError, Reader,
    among::among,
    digital_system::{DigitalSystem, DigitalSystemFilter},
    reporting_rule::{ReportingRule, ReportingRuleFilter},
    schema::{agency, digital_system, document, indicator, indicator_group, programme, reporting_rule},
    sql_functions,
    text::fold,
    visible::visible,
};

/// A noun that questions name by its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NamedNoun {
    /// An agency
    Agency,
    /// A digital system
    DigitalSystem,
    /// A document
    Document,
    /// A pillar of a programme
    Group,
    /// An indicator
    Indicator,
    /// A programme
    Programme,
    /// A rule of reporting
    ReportingRule,
}

/// A code that a question names. As a [`Batch`], it is answered if it is there and the reader may see what has it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Named {
    /// What has it.
    pub noun: NamedNoun,
    /// The code.
    pub code: String,
    /// Of a pillar, the code of the programme, if the question names one.
    pub within: Option<String>,
}

impl Named {
    /// A code of a noun.
    #[must_use]
    pub fn of(noun: NamedNoun, code: &str) -> Self {
        Self { noun, code: code.to_owned(), within: None }
    }
}

/// What narrows a list, as far as it names codes.
pub trait Names {
    /// The codes, each with the name of its field in GraphQL.
    fn names(&self) -> Vec<(&'static str, Named)> {
        Vec::new()
    }
}

impl Names for () {}

/// Says which fields of a filter are codes, of what, and how GraphQL calls the field: `names!(TargetFilter { programme: Programme, … })`.
/// A filter without codes is `names!(RoleGrantFilter {})`.
macro_rules! names {
    ($filter:ty { $($field:ident $(as $shown:literal)?: $noun:ident $(in $within:ident)?),* $(,)? }) => {
        impl $crate::noun::Names for $filter {
            fn names(&self) -> Vec<(&'static str, $crate::noun::Named)> {
                #[allow(unused_mut, reason = "a filter may name no code")]
                let mut named = Vec::new();
                $(if let Some(code) = &self.$field {
                    let field = [stringify!($field) $(, $shown)?];
                    let of = $crate::noun::Named::of($crate::noun::NamedNoun::$noun, code);
                    $(let of = $crate::noun::Named { within: self.$within.clone(), ..of };)?
                    named.push((field.last().copied().unwrap_or_default(), of));
                })*
                named
            }
        }
    };
}

pub(crate) use names;

impl Batch for Named {
    type Value = ();

    #[boxed]
    async fn load(reader: &Reader, keys: &[Self]) -> Result<HashMap<Self, ()>, DbError> {
        let mut there = HashMap::new();
        for noun in keys.iter().map(|key| key.noun).collect::<HashSet<_>>() {
            // Documents are found in any spelling of their code, by filters too.
            let spelled = |code: &str| if noun == NamedNoun::Document { fold(code) } else { code.to_owned() };
            let keys = || keys.iter().filter(move |key| key.noun == noun);
            let codes = keys().map(|key| spelled(&key.code)).collect();
            let found = found(reader, noun, codes).await?;
            let is_there = |key: &&Self| {
                let within = |(code, programme): &(String, Option<String>)| {
                    *code == spelled(&key.code) && (key.within.is_none() || key.within == *programme)
                };
                found.iter().any(within)
            };
            there.extend(keys().filter(is_there).map(|key| (key.clone(), ())));
        }
        Ok(there)
    }
}

/// Those of the codes that are there; of pillars with their programmes.
async fn found(reader: &Reader, noun: NamedNoun, codes: Vec<String>) -> Result<Vec<(String, Option<String>)>, DbError> {
    let mut connection = reader.statement().await?;
    let codes: Vec<String> = match noun {
        NamedNoun::Agency => {
            let query = agency::table.filter(among(agency::code, codes)).select(agency::code);
            query.load(&mut connection).await?
        }
        NamedNoun::Document => {
            let code = || sql_functions::fold(document::code);
            let query = document::table.filter(among(code(), codes)).select(code());
            query.filter(visible(reader, document::table)).load(&mut connection).await?
        }
        NamedNoun::DigitalSystem => {
            let query = DigitalSystem::filtered(reader, &DigitalSystemFilter::default());
            query.filter(among(digital_system::code, codes)).select(digital_system::code).load(&mut connection).await?
        }
        NamedNoun::ReportingRule => {
            let query = ReportingRule::filtered(reader, &ReportingRuleFilter::default());
            query.filter(among(reporting_rule::code, codes)).select(reporting_rule::code).load(&mut connection).await?
        }
        NamedNoun::Indicator => {
            let query = indicator::table.filter(among(indicator::code, codes)).select(indicator::code);
            query.load(&mut connection).await?
        }
        NamedNoun::Programme => {
            let query = programme::table.filter(among(programme::code, codes)).select(programme::code);
            query.load(&mut connection).await?
        }
        NamedNoun::Group => {
            let query = indicator_group::table.inner_join(programme::table);
            let query = query.filter(among(indicator_group::code, codes));
            let query = query.select((indicator_group::code, programme::code.nullable()));
            return Ok(query.load(&mut connection).await?);
        }
    };
    Ok(codes.into_iter().map(|code| (code, None)).collect())
}
