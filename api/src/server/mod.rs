//! The running server: a socket, the routes behind it, the database behind those, and an orderly end.

mod connections;
mod edge;
mod front;
mod gate;
mod health;
mod patience;
mod routes;
mod scalars;
mod upkeep;

use std::{io, net::SocketAddr, sync::Arc};

use axum::Router;
use connections::Doorstep;
use db::demo::accounts;
use schema::{
    Api, access,
    attachments::Links,
    changes::{Cursors, Feed},
    clock::Clock,
    tokens::TokenIssuer,
};
use tokio::{net::TcpSocket, sync::watch, task::JoinHandle, time::timeout};

use crate::{
    app,
    authentication::{Authority, JWKS_PATH},
    config::{Config, ServerConfig, secret::SecretError},
    database::{Database, DatabaseError, Sharing},
    door::{Door, Route, metrics},
    explorer::{self, OfferedAccount},
    files::{
        self,
        attachments::{self, Attachments, Store, StoreError},
        entrance::Entrance,
        imports,
    },
    graphql::{self, Desk, GraphqlService, TrustedDocuments, cache::AnswerCache},
    home,
    limits::{RateLimits, places::Turns},
    live::Live,
    mail::{
        Mailer,
        unsubscribe::{self, Unsubscribing},
    },
    oauth,
    outbound::Outbound,
    push::Pusher,
    telemetry::{Exporter, Traces},
    webhooks::Webhooks,
};
use front::Front;
use health::Health;

/// Connections that wait to be accepted.
const BACKLOG: u32 = 1024;

/// Why the server did not start or did not end well.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {reason}")]
    Listen {
        /// The address of the settings.
        address: SocketAddr,
        /// Why, and what to do.
        reason: String,
    },
    /// The schema cannot be served: a defect of the build.
    #[error("the schema cannot be served: {0}")]
    Schema(String),
    /// Everybody knows the password of accounts that could sign in.
    #[error(
        "this database has active accounts of the demo, whose password everybody knows: serve it with --demo, or disable \
         them (cotmoc user list, cotmoc user disable LOGIN)"
    )]
    DemoAccounts,
    /// There is no database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// There is no secret.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// Files cannot be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ServerError {
    fn listen(address: SocketAddr, error: &io::Error) -> Self {
        let reason = match error.kind() {
            io::ErrorKind::AddrInUse => {
                "another program listens there; stop it or choose another with --listen".to_owned()
            }
            io::ErrorKind::PermissionDenied => {
                "ports below 1024 need a privilege; choose another with --listen".to_owned()
            }
            io::ErrorKind::AddrNotAvailable => {
                "this machine has no such address; choose another with --listen".to_owned()
            }
            _ => error.to_string(),
        };
        Self::Listen { address, reason }
    }
}

/// A server that holds its address but does not accept yet: connections are refused until [`Server::serve`].
#[derive(Debug)]
pub struct Server {
    socket: TcpSocket,
    config: Config,
    clock: Clock,
}

impl Server {
    /// Takes the address, so that a taken one is known before anything else is started.
    pub fn bind(config: Config, clock: Clock) -> Result<Self, ServerError> {
        let address = config.server.listen;
        let socket = bind(address).map_err(|error| ServerError::listen(address, &error))?;
        Ok(Self { socket, config, clock })
    }

    /// The whole way at once: address, database, migrations, serving.
    pub async fn start(config: Config, clock: Clock) -> Result<Running, ServerError> {
        let server = Self::bind(config, clock)?;
        let database = Database::open(&server.config, Sharing::Own).await?;
        database.prepare_at_last().await?;
        server.prepare(&database).await?;
        server.serve(database)
    }

    /// Sees that there are keys to sign tokens with, that this server's secret opens them, and that nobody can sign in
    /// with a password that is printed.
    pub async fn prepare(&self, database: &Database) -> Result<(), ServerError> {
        if !self.config.demo && accounts::are_active(database.pool()).await.map_err(DatabaseError::from)? {
            return Err(ServerError::DemoAccounts);
        }
        let authority = Authority::new(&self.config, database.pool().clone(), self.clock)?;
        Ok(authority.prepare().await.map_err(DatabaseError::from)?)
    }

    /// Begins to accept. Must be called within a tokio runtime.
    pub fn serve(self, database: Database) -> Result<Running, ServerError> {
        let Self { socket, config, clock } = self;
        let address = config.server.listen;
        let failed = |error: io::Error| ServerError::listen(address, &error);
        let front = Front::start().map_err(failed)?;
        let (stopping, ready) = watch::channel(false);
        let (stop, stopped) = watch::channel(false);
        let (leave, leaving) = watch::channel(false);
        metrics::start();
        let bytes = config.graphql.answer_cache;
        let cache = (bytes > 0).then(|| AnswerCache::new(bytes, database.pool(), clock));
        let health = Health::new(&database, cache.clone(), clock, ready);
        let limits = RateLimits::new(&config.limits);
        let store = Store::open(&config)?;
        let authority = Authority::new(&config, database.pool().clone(), clock)?;
        let cursors = Cursors::new(authority.sealer());
        let sealer = Arc::clone(&authority.entrance().sealer);
        let unsubscribing = Unsubscribing::new(&sealer);
        let mailer = config.mail.as_ref().map(|mail| Mailer::new(mail, config.server.public_url.clone()));
        let mailer = mailer.map(|it| it.with_links(shows_app(&config)).with_way_out(Arc::clone(&unsubscribing)));
        let outbound = Outbound::new(&config.server.outbound_networks);
        let pusher =
            Pusher::new(Outbound::new(&[]), Arc::clone(&authority), contact(&config)).with_links(shows_app(&config));
        let webhooks = Webhooks::new(outbound, sealer, Arc::clone(&cursors));
        let mut work = work(&config, clock, &database, &limits, &store, cache, (authority, cursors, leaving))?;
        work.extend(pages(&config));
        work.push(unsubscribe::route(unsubscribing, database.pool().clone(), clock));
        let numbers = routes::numbers(Arc::clone(&health));
        let (traces, exporter) = Traces::start(&config.telemetry);
        let routes = routes::routes(&config.server, traces, health, &limits, work);
        let on_front = front.handle().enter();
        let listener = socket.listen(BACKLOG).map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        let metrics_addr = match config.server.metrics_listen {
            Some(address) => Some(listen(address, numbers, &config.server, &stopped)?),
            None => None,
        };
        drop(on_front);
        upkeep::begin(&config, clock, database.pool(), &store, (mailer, pusher, webhooks), &stopped);
        let accepting =
            front.handle().spawn(connections::accept(listener, routes, Doorstep::new(&config.server), stopped));
        let config = config.server;
        Ok(Running { addr, metrics_addr, config, database, stopping, stop, leave, accepting, exporter, front })
    }
}

/// How push services reach whoever runs the server, where the settings say so.
fn contact(config: &Config) -> Option<String> {
    let mail = config.mail.as_ref().map(|mail| format!("mailto:{}", mail.from.email));
    mail.or_else(|| config.server.public_url.clone().filter(|url| url.starts_with("https://")))
}

/// Listens on one more address, for as long as the server accepts.
fn listen(
    address: SocketAddr,
    routes: Router,
    config: &ServerConfig,
    stopped: &watch::Receiver<bool>,
) -> Result<SocketAddr, ServerError> {
    let failed = |error: io::Error| ServerError::listen(address, &error);
    let listener = bind(address).and_then(|socket| socket.listen(BACKLOG)).map_err(failed)?;
    let addr = listener.local_addr().map_err(failed)?;
    tokio::spawn(connections::accept(listener, routes, Doorstep::new(config), stopped.clone()));
    Ok(addr)
}

/// `SO_REUSEADDR`, so that connections of a former process that are still being closed are no hindrance.
fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// Whether the app is served. It sends documents of its own, and so is of no use where only published ones are taken.
const fn shows_app(config: &Config) -> bool {
    config.server.app && !config.graphql.trusted_only
}

/// The pages for people that are served. The explorer makes queries, and where only published ones are taken a page says so in its place.
fn pages(config: &Config) -> Vec<Route> {
    let closed = config.graphql.trusted_only;
    let (with_app, with_explorer) = (shows_app(config), config.server.explorer);
    let mut routes = Vec::from_iter(home::route(with_app, with_explorer));
    if with_app {
        routes.extend(app::routes());
    }
    if with_explorer && closed {
        routes.push(explorer::closed());
    } else if with_explorer {
        let offered = if config.demo { accounts::ACCOUNTS.map(OfferedAccount::from).to_vec() } else { Vec::new() };
        routes.extend(explorer::routes(&offered));
    }
    routes
}

fn work(
    config: &Config,
    clock: Clock,
    database: &Database,
    limits: &Arc<RateLimits>,
    store: &Store,
    cache: Option<Arc<AnswerCache>>,
    (authority, cursors, leaving): (Arc<Authority>, Arc<Cursors>, watch::Receiver<bool>),
) -> Result<Vec<Route>, ServerError> {
    let feed = Feed::new(database.pool().clone(), clock);
    let issuer = Arc::clone(&authority) as Arc<dyn TokenIssuer>;
    let links = Links::new(authority.sealer(), clock);
    let api = Api::new(database.pool().clone(), clock, Arc::clone(&cursors));
    let api = api.with_issuer(issuer).with_feed(feed).with_links(Arc::clone(&links)).with_mail(config.mail.is_some());
    let sdl = schema::sdl();
    access::check(&sdl).map_err(|error| ServerError::Schema(error.to_string()))?;
    let service = GraphqlService::new(&sdl, api, graphql::Settings::of(config))
        .map_err(|error| ServerError::Schema(error.to_string()))?;
    let turns = Turns::new(config.server.concurrency);
    let documents = TrustedDocuments::new(database.pool(), config.graphql.trusted_only);
    let has_replicas = !database.replicas().is_empty();
    let desk = Desk { service, limits: Arc::clone(limits), turns, documents, cache, has_replicas };
    let live = Live::new(&config.server, desk.clone(), Arc::clone(&authority), cursors, leaving);
    let snapshots = files::inquiry::Snapshots::beside(config.database.pool_size);
    let unreadable = |error: files::exports::Unreadable| ServerError::Schema(error.to_string());
    let mut routes = vec![
        files::exports::route(config.server.export_timeout, &sdl, desk.clone(), &authority, snapshots.clone())
            .map_err(unreadable)?,
        files::reports::route(desk.clone(), &authority, snapshots.clone()),
        graphql::route(desk.clone(), authority.authenticate()),
        Route::new(JWKS_PATH, Door::Public, authority.jwks()),
        Route::new(oauth::PATH, Door::Credentials, oauth::methods(&authority)),
        files::openapi::route(),
        scalars::route(&sdl).map_err(|error| ServerError::Schema(error.to_string()))?,
    ];
    routes.extend(live.routes());
    let terms = files::open_data::Terms {
        public_url: config.server.public_url.clone(),
        licence: config.server.data_licence.clone(),
    };
    routes.extend(files::open_data::routes(terms, &sdl, desk, snapshots).map_err(unreadable)?);
    let entrance = Entrance {
        pool: database.pool().clone(),
        clock,
        limits: Arc::clone(limits),
        authenticate: authority.authenticate(),
    };
    routes.extend(imports::routes(entrance.clone()));
    routes.extend(attachments::routes(Attachments {
        entrance,
        store: store.clone(),
        links,
        limit: config.files.attachment_limit,
    }));
    Ok(routes)
}

/// A server that answers. Dropped, it goes on until the runtime ends: use [`Running::stop`].
#[derive(Debug)]
pub struct Running {
    /// The address it listens on, with the real port where the settings said 0.
    pub addr: SocketAddr,
    /// Where its numbers are told, if anywhere.
    pub metrics_addr: Option<SocketAddr>,
    config: ServerConfig,
    database: Database,
    stopping: watch::Sender<bool>,
    stop: watch::Sender<bool>,
    /// Tells long connections to end.
    leave: watch::Sender<bool>,
    accepting: JoinHandle<()>,
    /// Sends traces, if any are made.
    exporter: Option<Exporter>,
    front: Front,
}

impl Running {
    /// The database it works on.
    #[must_use]
    pub const fn database(&self) -> &Database {
        &self.database
    }

    /// Ends in order: not ready any more; after the drain delay no new connections; requests in flight finish within
    /// the grace; then an embedded PostgreSQL is stopped.
    ///
    /// Answers how many connections had to be cut, because their requests took longer than the grace.
    pub async fn stop(self) -> Result<usize, ServerError> {
        let Self { config, database, stopping, stop, leave, accepting, exporter, front, .. } = self;
        stopping.send_replace(true);
        tokio::time::sleep(config.drain_delay).await;
        stop.send_replace(true);
        leave.send_replace(true);
        let _ = accepting.await;
        let closed = async { tokio::join!(stop.closed(), leave.closed()) };
        let finished = timeout(config.shutdown_grace, closed).await;
        let cut = if finished.is_ok() { 0 } else { stop.receiver_count() };
        if cut > 0 {
            tracing::warn!(connections = cut, "the grace is over; cutting what is still in flight");
        }
        drop(front);
        if let Some(exporter) = exporter {
            exporter.finish().await;
        }
        database.close().await?;
        Ok(cut)
    }
}
