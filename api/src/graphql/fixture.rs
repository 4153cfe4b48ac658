//! A small schema for the tests of this folder and of the guard.

use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
};

use async_graphql::{EmptySubscription, ID, Schema, ValidationMode};
use auth::{Denied, Principal};
use axum::{Router, http::request::Parts};
use db::{DbError, Origin};
use futures_util::{FutureExt as _, future};
use object_layer::{ComplexObject, MergedObject, Object, SimpleObject};
use rust_decimal::Decimal;
use schema::{error::ApiError, language::Language, viewer::Viewer};
use tokio::time::Duration;
use uuid::Uuid;

use super::{Desk, GraphqlService, Settings, TrustedDocuments, route, trusted::Source};
use crate::{
    authentication::Authenticate,
    config::LimitsConfig,
    door::{ClientAddress, router},
    limits::{RateLimits, places::Turns},
};

#[derive(SimpleObject)]
#[graphql(complex)]
struct Commune {
    name: String,
}

#[ComplexObject]
impl Commune {
    fn communes(&self, first: Option<i32>, last: Option<i32>) -> CommuneConnection {
        connection(first.or(last))
    }

    fn neighbours(&self) -> Vec<Commune> {
        Vec::new()
    }
}

#[derive(SimpleObject)]
struct CommuneEdge {
    node: Commune,
}

#[derive(SimpleObject)]
struct CommuneConnection {
    edges: Vec<CommuneEdge>,
}

fn connection(size: Option<i32>) -> CommuneConnection {
    let size = size.unwrap_or(20).clamp(0, 3);
    CommuneConnection { edges: (0..size).map(|n| CommuneEdge { node: Commune { name: format!("Xã {n}") } }).collect() }
}

#[derive(Clone, Default)]
pub(crate) struct Questions;

#[Object(root)]
impl Questions {
    async fn communes(&self, first: Option<i32>, last: Option<i32>) -> CommuneConnection {
        connection(first.or(last))
    }

    async fn nodes(&self, ids: Vec<ID>) -> Vec<Option<Commune>> {
        ids.iter().map(|_| None).collect()
    }

    async fn echo(&self, text: String) -> String {
        text
    }

    async fn nested(&self, x: Option<Vec<Vec<i32>>>) -> Option<i32> {
        x.map(|_| 1)
    }

    async fn exact(&self, value: Decimal) -> Option<String> {
        Some(value.to_string())
    }

    async fn language(&self, ctx: &async_graphql::Context<'_>) -> async_graphql::Result<Language> {
        Ok(*ctx.data::<Language>()?)
    }

    /// What was found out about the one who asks.
    async fn path(&self, ctx: &async_graphql::Context<'_>) -> async_graphql::Result<String> {
        Ok(ctx.data::<Viewer>()?.origin.client_name.clone().unwrap_or_default())
    }

    async fn away(&self) -> Option<Result<i32, ApiError>> {
        Some(Err(ApiError::unavailable()))
    }

    async fn missing(&self) -> Option<async_graphql::Result<i32>> {
        Some(Err(DbError::NotFound.into()))
    }

    async fn outage(&self) -> Option<Result<i32, ApiError>> {
        Some(Err(Arc::new(DbError::Unavailable("socket /run/secret".to_owned())).into()))
    }

    async fn fault(&self) -> Option<async_graphql::Result<i32>> {
        Some(Err(DbError::internal("relation \"secret\" does not exist").into()))
    }

    async fn leak(&self) -> Option<async_graphql::Result<i32>> {
        Some(Err("relation \"secret\" does not exist".into()))
    }

    async fn broken(&self) -> Result<i32, std::num::ParseIntError> {
        "x".parse()
    }

    async fn panic(&self) -> Result<i32, Infallible> {
        panic!("a bug")
    }

    async fn forever(&self) -> i32 {
        std::future::pending().await
    }
}

#[derive(Default, MergedObject)]
pub(crate) struct Query(Questions);

#[derive(Clone, Default)]
pub(crate) struct Changes;

#[Object(root)]
impl Changes {
    async fn rename(&self, name: String) -> String {
        name
    }
}

#[derive(Default, MergedObject)]
pub(crate) struct Mutation(Changes);

pub(crate) fn service() -> GraphqlService<Schema<Query, Mutation, EmptySubscription>> {
    service_with(Settings::default())
}

/// Enough of everything.
fn many() -> LimitsConfig {
    LimitsConfig {
        nodes: 1,
        points: 100_000_000,
        address_points: 100_000_000,
        mutations: 1000,
        address_mutations: 1000,
        sign_ins: 1000,
        refused_tokens: 1000,
    }
}

fn desk(settings: Settings, limits: Arc<RateLimits>) -> Desk<Schema<Query, Mutation, EmptySubscription>> {
    let nothing: Source = Arc::new(|_| future::ready(Ok(Vec::new())).boxed());
    desk_with(settings, limits, TrustedDocuments::of(nothing, false))
}

fn desk_with(
    settings: Settings,
    limits: Arc<RateLimits>,
    documents: TrustedDocuments,
) -> Desk<Schema<Query, Mutation, EmptySubscription>> {
    Desk {
        service: service_with(settings),
        limits,
        turns: Turns::new(100),
        documents,
        cache: None,
        has_replicas: false,
    }
}

fn service_with(settings: Settings) -> GraphqlService<Schema<Query, Mutation, EmptySubscription>> {
    let schema = Schema::build(Query::default(), Mutation::default(), EmptySubscription);
    let schema = schema.validation_mode(ValidationMode::Fast).finish();
    GraphqlService::new(&schema.sdl(), schema.clone(), settings).unwrap()
}

pub(crate) fn server() -> Router {
    server_with(Settings::default())
}

/// Waits for nothing: whatever is not there when first asked for comes too late.
pub(crate) fn hasty() -> Router {
    server_with(Settings { execution: Duration::ZERO, ..Settings::default() })
}

/// One person, who may do three mutations a minute, at an address that may show one wrong token.
pub(crate) fn limited() -> Router {
    let limits = RateLimits::new(&LimitsConfig { mutations: 3, address_mutations: 100, refused_tokens: 1, ..many() });
    let who = |parts: &Parts| {
        if parts.headers.contains_key("authorization") {
            return Err(ApiError::from(Denied::SignIn));
        }
        let principal = Principal::user(Uuid::from_u128(1), Uuid::from_u128(2), Vec::new(), &[], true);
        Ok(Viewer { principal: Arc::new(principal), origin: Arc::default() })
    };
    let authenticate: Authenticate = Arc::new(move |parts| future::ready(who(parts)).boxed());
    let here = ClientAddress(IpAddr::V4(Ipv4Addr::LOCALHOST));
    router([route(desk(Settings::default(), limits), authenticate)]).layer(axum::Extension(here))
}

fn server_with(settings: Settings) -> Router {
    router([route(desk(settings, RateLimits::new(&many())), anybody())])
}

/// One that finds published documents there, for an address with so many points a minute.
pub(crate) fn server_knowing(source: Source, only: bool, address_points: u32) -> Router {
    let limits = RateLimits::new(&LimitsConfig { address_points, ..many() });
    let documents = TrustedDocuments::of(source, only);
    let here = ClientAddress(IpAddr::V4(Ipv4Addr::LOCALHOST));
    router([route(desk_with(Settings::default(), limits, documents), anybody())]).layer(axum::Extension(here))
}

fn anybody() -> Authenticate {
    Arc::new(|parts| future::ready(Ok(named_after(parts))).boxed())
}

fn named_after(parts: &Parts) -> Viewer {
    Viewer::nobody(Origin { client_name: Some(parts.uri.path().to_owned()), ..Origin::default() })
}
