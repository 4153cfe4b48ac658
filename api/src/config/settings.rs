//! Every setting there is, once. `--help`, `cotmoc settings`, the messages about bad values and `docs/SETTINGS.md` are
//! all made from this table.

/// What holds when a setting is not given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fallback {
    /// This value, in the same form a user would write.
    Value(&'static str),
    /// No value; the words say what happens instead.
    Otherwise(&'static str),
}

/// One setting, as a user meets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Its key in the TOML file, with its section: `server.listen`.
    pub key: &'static str,
    /// Its environment variable.
    pub env: &'static str,
    /// Its flag without the dashes; none for a secret, since other users of the machine can read a command line.
    pub flag: Option<&'static str>,
    /// What holds when it is not given.
    pub fallback: Fallback,
    /// What a value looks like, as it completes "expected …".
    pub form: &'static str,
    /// What it does.
    pub about: &'static str,
    /// True if its value is masked wherever it would be shown.
    pub secret: bool,
    /// True if `-h` lists it too, and not only `--help`.
    pub common: bool,
}

/// A setting with the usual answers, to be overridden field by field.
const PLAIN: Setting = Setting {
    key: "",
    env: "",
    flag: None,
    fallback: Fallback::Otherwise(""),
    form: "",
    about: "",
    secret: false,
    common: false,
};

const DURATION: &str = "a duration such as 500ms, 15s or 2m";
const SWITCH: &str = "on or off";

/// Declares each setting as a constant, to be read by name, and all of them together as a table.
macro_rules! settings {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $value:expr),* $(,)? })*) => {
        $($(#[$doc])* pub const $name: Setting = Setting { $($field: $value,)* ..PLAIN };)*
        /// All settings, in the order in which they are explained.
        pub const SETTINGS: &[Setting] = &[$($name),*];
    };
}

settings! {
    /// `data_dir`
    DATA_DIR {
        key: "data_dir", env: "COTMOC_DATA_DIR", flag: Some("data-dir"), common: true,
        fallback: Fallback::Otherwise("`$XDG_DATA_HOME/cotmoc` or `~/.local/share/cotmoc`; as root `/var/lib/cotmoc`"),
        form: "a directory that may be created",
        about: "Where Cotmoc keeps what it owns: the embedded PostgreSQL and its data.",
    }
    /// `clock`
    CLOCK {
        key: "clock", env: "COTMOC_CLOCK",
        fallback: Fallback::Otherwise("the machine's clock"),
        form: "an instant such as 2025-12-31T08:00:00+07:00",
        about: "Stops the clock at an instant, for tests and demonstrations. Never set it on a server in use.",
    }
    /// `server.listen`
    LISTEN {
        key: "server.listen", env: "COTMOC_LISTEN", flag: Some("listen"), common: true,
        fallback: Fallback::Value("127.0.0.1:8080"),
        form: "an address and a port such as 127.0.0.1:8080 or [::]:8080; port 0 takes a free one",
        about: "The address to listen on. Plain HTTP/1.1 and HTTP/2: put a proxy with TLS in front of it.",
    }
    /// `server.header_timeout`
    HEADER_TIMEOUT {
        key: "server.header_timeout", env: "COTMOC_HEADER_TIMEOUT", flag: Some("header-timeout"),
        fallback: Fallback::Value("15s"), form: DURATION,
        about: "The headers of a request must have arrived within this time; a connection idle for longer is closed.",
    }
    /// `server.body_timeout`
    BODY_TIMEOUT {
        key: "server.body_timeout", env: "COTMOC_BODY_TIMEOUT", flag: Some("body-timeout"),
        fallback: Fallback::Value("20s"), form: DURATION,
        about: "The whole body of a request must have arrived within this time.",
    }
    /// `server.body_limit`
    BODY_LIMIT {
        key: "server.body_limit", env: "COTMOC_BODY_LIMIT", flag: Some("body-limit"),
        fallback: Fallback::Value("1MiB"), form: "a size from 1KiB to 64MiB, such as 512KiB or 1MiB",
        about: "A larger body is refused with status 413.",
    }
    /// `server.request_timeout`
    REQUEST_TIMEOUT {
        key: "server.request_timeout", env: "COTMOC_REQUEST_TIMEOUT", flag: Some("request-timeout"),
        fallback: Fallback::Value("20s"), form: DURATION,
        about: "A request that has no answer within this time is given up with status 503.",
    }
    /// `server.export_timeout`
    EXPORT_TIMEOUT {
        key: "server.export_timeout", env: "COTMOC_EXPORT_TIMEOUT", flag: Some("export-timeout"),
        fallback: Fallback::Value("60m"), form: DURATION,
        about: "An export that has not ended within this time is broken off. So many are under way at once as there are a quarter of \
                `database.pool_size`, on connections of their own; of those as of an instant, an eighth.",
    }
    /// `server.public_url`
    PUBLIC_URL {
        key: "server.public_url", env: "COTMOC_PUBLIC_URL", flag: Some("public-url"),
        fallback: Fallback::Otherwise("`http://` and the host that was asked"),
        form: "an address such as https://cotmoc.example.vn",
        about: "Where people reach the server, for the links in files.",
    }
    /// `server.data_licence`
    DATA_LICENCE {
        key: "server.data_licence", env: "COTMOC_DATA_LICENCE", flag: Some("data-licence"),
        fallback: Fallback::Value("https://creativecommons.org/licenses/by/4.0"), form: "the address of a licence",
        about: "On which terms open data may be used.",
    }
    /// `server.concurrency`
    CONCURRENCY {
        key: "server.concurrency", env: "COTMOC_CONCURRENCY", flag: Some("concurrency"),
        fallback: Fallback::Value("16"), form: "a number from 1 to 10000",
        about: "Requests worked on at once, little more than there are connections to PostgreSQL: those who have the fewest come first, \
                and a quarter is for who is signed in. Others wait for up to two seconds, then get status 503.",
    }
    /// `server.connections`
    CONNECTIONS {
        key: "server.connections", env: "COTMOC_CONNECTIONS", flag: Some("connections"),
        fallback: Fallback::Value("4096"), form: "a number from 1 to 100000",
        about: "Connections of clients at once; each takes a file handle. One address may hold as many as are still free, trusted proxies any number.",
    }
    /// `server.live_connections`
    LIVE_CONNECTIONS {
        key: "server.live_connections", env: "COTMOC_LIVE_CONNECTIONS", flag: Some("live-connections"),
        fallback: Fallback::Value("1000"), form: "a number from 1 to 100000",
        about: "WebSockets and event streams at once; more are refused with status 503. One account, else address, may hold as many as \
                are still free, and a quarter is for who is signed in.",
    }
    /// `server.cors_origins`
    CORS_ORIGINS {
        key: "server.cors_origins", env: "COTMOC_CORS_ORIGINS", flag: Some("cors-origins"),
        fallback: Fallback::Otherwise("no other site may call the API from a browser"),
        form: "origins such as https://dashboard.example.vn, separated by commas (in TOML a list)",
        about: "The web sites whose pages may call the API from a browser.",
    }
    /// `server.trusted_proxies`
    TRUSTED_PROXIES {
        key: "server.trusted_proxies", env: "COTMOC_TRUSTED_PROXIES", flag: Some("trusted-proxies"),
        fallback: Fallback::Otherwise("none: a request comes from the peer of its connection"),
        form: "networks or addresses such as 10.0.0.0/8 or 192.0.2.7, separated by commas (in TOML a list)",
        about: "The proxies whose `Forwarded` or `X-Forwarded-For` says where a request comes from, for limits, back-off and the audit trail.",
    }
    /// `server.outbound_networks`
    OUTBOUND_NETWORKS {
        key: "server.outbound_networks", env: "COTMOC_OUTBOUND_NETWORKS", flag: Some("outbound-networks"),
        fallback: Fallback::Otherwise("none: webhooks go to public addresses alone"),
        form: "networks or addresses such as 10.20.0.0/16 or 192.0.2.7, separated by commas (in TOML a list)",
        about: "Networks of one's own to which webhooks may go besides, also by http, the same on all nodes.",
    }
    /// `server.hosts`
    HOSTS {
        key: "server.hosts", env: "COTMOC_HOSTS", flag: Some("hosts"),
        fallback: Fallback::Otherwise("any name"),
        form: "names such as cotmoc.example.vn, without ports, separated by commas (in TOML a list)",
        about: "The names that this server answers to. A request to another one (`Host`) is refused with status 421.",
    }
    /// `server.metrics_listen`
    METRICS_LISTEN {
        key: "server.metrics_listen", env: "COTMOC_METRICS_LISTEN", flag: Some("metrics-listen"),
        fallback: Fallback::Otherwise("`/metrics` is served nowhere"),
        form: "an address and a port such as 127.0.0.1:9464; port 0 takes a free one",
        about: "Where `/metrics` is served, beside `/healthz` and `/readyz`: an address that only whoever watches over the server reaches.",
    }
    /// `server.app`
    APP {
        key: "server.app", env: "COTMOC_APP", flag: Some("app"), common: true,
        fallback: Fallback::Value("on"), form: SWITCH,
        about: "Serves the dashboard and the phone app at /app.",
    }
    /// `server.explorer`
    EXPLORER {
        key: "server.explorer", env: "COTMOC_EXPLORER", flag: Some("explorer"), common: true,
        fallback: Fallback::Value("on"), form: SWITCH,
        about: "Serves GraphiQL, with example queries, at /explorer.",
    }
    /// `server.drain_delay`
    DRAIN_DELAY {
        key: "server.drain_delay", env: "COTMOC_DRAIN_DELAY", flag: Some("drain-delay"),
        fallback: Fallback::Value("0s"), form: DURATION,
        about: "On a stop, how long to go on accepting while /readyz answers 503, for load balancers that poll it.",
    }
    /// `server.shutdown_grace`
    SHUTDOWN_GRACE {
        key: "server.shutdown_grace", env: "COTMOC_SHUTDOWN_GRACE", flag: Some("shutdown-grace"),
        fallback: Fallback::Value("25s"), form: DURATION,
        about: "On a stop, how long requests in flight may take to finish.",
    }
    /// `files.limit`
    FILES_LIMIT {
        key: "files.limit", env: "COTMOC_FILES_LIMIT", flag: Some("files-limit"),
        fallback: Fallback::Value("16MiB"), form: "a size from 1KiB to 64MiB, such as 512KiB or 1MiB",
        about: "A larger file is refused with status 413. Four may be on their way at once; each must have arrived within six times server.body_timeout.",
    }
    /// `files.imports`
    IMPORTS {
        key: "files.imports", env: "COTMOC_IMPORTS", flag: Some("imports"),
        fallback: Fallback::Value("on"), form: SWITCH,
        about: "Works on the files that were sent, one after another, beside requests. Off on a node that should do nothing else but answer: another one has to.",
    }
    /// `files.storage`
    STORAGE {
        key: "files.storage", env: "COTMOC_STORAGE", flag: Some("storage"),
        fallback: Fallback::Otherwise("`files` in the data directory"), form: "a directory, or s3://bucket",
        about: "Where the bytes of attachments are. Several nodes need one place: S3-compatible storage, or a directory that all of them have.",
    }
    /// `files.attachment_limit`
    ATTACHMENT_LIMIT {
        key: "files.attachment_limit", env: "COTMOC_ATTACHMENT_LIMIT", flag: Some("attachment-limit"),
        fallback: Fallback::Value("64MiB"), form: "a size from 1KiB to 64MiB, such as 512KiB or 1MiB",
        about: "A larger attachment is refused with status 413. It comes in parts of at most files.limit.",
    }
    /// `files.s3_endpoint`
    S3_ENDPOINT {
        key: "files.s3_endpoint", env: "COTMOC_S3_ENDPOINT", flag: Some("s3-endpoint"),
        fallback: Fallback::Otherwise("that of Amazon for the region"), form: "an address such as https://s3.example.vn",
        about: "Where the S3-compatible storage is.",
    }
    /// `files.s3_region`
    S3_REGION {
        key: "files.s3_region", env: "COTMOC_S3_REGION", flag: Some("s3-region"),
        fallback: Fallback::Value("us-east-1"), form: "a name such as ap-southeast-1",
        about: "The region of the storage; what others than Amazon ignore.",
    }
    /// `files.s3_access_key`
    S3_ACCESS_KEY {
        key: "files.s3_access_key", env: "COTMOC_S3_ACCESS_KEY", flag: Some("s3-access-key"),
        fallback: Fallback::Otherwise("what the machine is given by Amazon"), form: "the id of a key",
        about: "The id of the key with which the storage is opened.",
    }
    /// `files.s3_secret_key`
    S3_SECRET_KEY {
        key: "files.s3_secret_key", env: "COTMOC_S3_SECRET_KEY", secret: true,
        fallback: Fallback::Otherwise("what the machine is given by Amazon"), form: "a text without spaces",
        about: "The key with which the storage is opened. No flag, since others can read a command line.",
    }
    /// `graphql.introspection`
    INTROSPECTION {
        key: "graphql.introspection", env: "COTMOC_INTROSPECTION", flag: Some("introspection"),
        fallback: Fallback::Value("on"), form: SWITCH,
        about: "Answers introspection queries. The explorer needs it.",
    }
    /// `graphql.trusted_only`
    TRUSTED_ONLY {
        key: "graphql.trusted_only", env: "COTMOC_TRUSTED_ONLY", flag: Some("trusted-only"),
        fallback: Fallback::Value("off"), form: SWITCH,
        about: "Takes published documents alone (`cotmoc documents publish`), over every path; anything else is refused with the code \
                DOCUMENT_NOT_TRUSTED. The app and the explorer are then not served.",
    }
    /// `graphql.cost_limit`
    COST_LIMIT {
        key: "graphql.cost_limit", env: "COTMOC_COST_LIMIT", flag: Some("cost-limit"),
        fallback: Fallback::Value("100000"), form: "a number from 1 to 1000000",
        about: "The most one request may cost: about one per field, multiplied by the size of the lists around it.",
    }
    /// `graphql.answer_limit`
    ANSWER_LIMIT {
        key: "graphql.answer_limit", env: "COTMOC_ANSWER_LIMIT", flag: Some("answer-limit"),
        fallback: Fallback::Value("8MiB"), form: "a size from 1KiB to 64MiB, such as 512KiB or 1MiB",
        about: "An answer that grows larger is given up, with the code ANSWER_LIMIT_EXCEEDED.",
    }
    /// `graphql.answer_cache`
    ANSWER_CACHE {
        key: "graphql.answer_cache", env: "COTMOC_ANSWER_CACHE", flag: Some("answer-cache"),
        fallback: Fallback::Value("64MiB"), form: "a size from 1MiB to 64GiB, such as 256MiB, or off",
        about: "Memory for answers that are given again for as long as nothing has changed that they were read from.",
    }
    /// `limits.nodes`
    NODES {
        key: "limits.nodes", env: "COTMOC_NODES", flag: Some("nodes"),
        fallback: Fallback::Value("1"), form: "a number from 1 to 1000",
        about: "Nodes that share the limits below: each gives its part of them.",
    }
    /// `limits.points_per_minute`
    POINTS_PER_MINUTE {
        key: "limits.points_per_minute", env: "COTMOC_POINTS_PER_MINUTE", flag: Some("points-per-minute"),
        fallback: Fallback::Value("2400000"), form: "a number from 1 to 1000000000",
        about: "What one account may spend in a minute, all at once if need be; more is refused with status 429. A point is about a field that is \
                written, or a hundred-thousandth of a second in PostgreSQL.",
    }
    /// `limits.address_points_per_minute`
    ADDRESS_POINTS_PER_MINUTE {
        key: "limits.address_points_per_minute", env: "COTMOC_ADDRESS_POINTS_PER_MINUTE", flag: Some("address-points-per-minute"),
        fallback: Fallback::Value("1200000"), form: "a number from 1 to 1000000000",
        about: "The same for one address (IPv6: one /64), shared by all there who are not signed in.",
    }
    /// `limits.mutations_per_minute`
    MUTATIONS_PER_MINUTE {
        key: "limits.mutations_per_minute", env: "COTMOC_MUTATIONS_PER_MINUTE", flag: Some("mutations-per-minute"),
        fallback: Fallback::Value("120"), form: "a number from 1 to 1000000",
        about: "Mutations of one account in a minute, all at once if need be; more are refused with status 429.",
    }
    /// `limits.address_mutations_per_minute`
    ADDRESS_MUTATIONS_PER_MINUTE {
        key: "limits.address_mutations_per_minute", env: "COTMOC_ADDRESS_MUTATIONS_PER_MINUTE", flag: Some("address-mutations-per-minute"),
        fallback: Fallback::Value("600"), form: "a number from 1 to 1000000",
        about: "Mutations from one address (IPv6: one /64) in a minute, whoever makes them. An agency often shares one.",
    }
    /// `limits.sign_ins_per_minute`
    SIGN_INS_PER_MINUTE {
        key: "limits.sign_ins_per_minute", env: "COTMOC_SIGN_INS_PER_MINUTE", flag: Some("sign-ins-per-minute"),
        fallback: Fallback::Value("60"), form: "a number from 1 to 1000000",
        about: "Sign-ins, refreshed sessions and requests for tokens from one address in a minute.",
    }
    /// `limits.refused_tokens_per_minute`
    REFUSED_TOKENS_PER_MINUTE {
        key: "limits.refused_tokens_per_minute", env: "COTMOC_REFUSED_TOKENS_PER_MINUTE", flag: Some("refused-tokens-per-minute"),
        fallback: Fallback::Value("60"), form: "a number from 1 to 1000000",
        about: "Access tokens from one address that do not hold, in a minute; further ones are answered 429 instead of 401.",
    }
    /// `access.secret_file`
    SECRET_FILE {
        key: "access.secret_file", env: "COTMOC_SECRET_FILE", flag: Some("secret-file"),
        fallback: Fallback::Otherwise("`secret.key` in the data directory, made at the first start"),
        form: "a file in a directory of your choice, which holds 32 random bytes in Base64 (`openssl rand -base64 32`)",
        about: "The secret that seals signing keys and second factors in the database. All nodes need the same, and a \
                database is of no use for signing in without it: back it up, apart from the database.",
    }
    /// `access.secret_key`
    SECRET_KEY {
        key: "access.secret_key", env: "COTMOC_SECRET_KEY", secret: true,
        fallback: Fallback::Otherwise("the contents of the secret file"),
        form: "32 random bytes in Base64 (`openssl rand -base64 32`)",
        about: "The same secret, for those who keep secrets in the environment.",
    }
    /// `access.issuer`
    ISSUER {
        key: "access.issuer", env: "COTMOC_ISSUER", flag: Some("issuer"),
        fallback: Fallback::Value("cotmoc"), form: "a name or an address such as https://cotmoc.example.vn",
        about: "What access tokens name as their issuer (`iss`); the same on all nodes. A change ends all access tokens.",
    }
    /// `access.audience`
    AUDIENCE {
        key: "access.audience", env: "COTMOC_AUDIENCE", flag: Some("audience"),
        fallback: Fallback::Value("cotmoc"), form: "a name or an address such as https://cotmoc.example.vn",
        about: "Whom access tokens are for (`aud`); the same on all nodes. A change ends all access tokens.",
    }
    /// `access.token_life`
    TOKEN_LIFE {
        key: "access.token_life", env: "COTMOC_TOKEN_LIFE", flag: Some("token-life"),
        fallback: Fallback::Value("10m"), form: "a duration of at most 10m, such as 90s or 5m",
        about: "How long an access token holds before it must be refreshed.",
    }
    /// `access.second_factor_roles`
    SECOND_FACTOR_ROLES {
        key: "access.second_factor_roles", env: "COTMOC_SECOND_FACTOR_ROLES", flag: Some("second-factor-roles"),
        fallback: Fallback::Value("STANDING_OFFICE,ADMINISTRATOR"),
        form: "roles such as HEAD,ADMINISTRATOR, separated by commas (in TOML a list), or none",
        about: "Roles that can be used only in a session that began with a second factor.",
    }
    /// `access.session_idle_days`
    SESSION_IDLE {
        key: "access.session_idle_days", env: "COTMOC_SESSION_IDLE_DAYS", flag: Some("session-idle-days"),
        fallback: Fallback::Value("7"), form: "a number of days from 1 to 365",
        about: "A session that goes unused for so long is over; the same on all nodes.",
    }
    /// `access.session_days`
    SESSION_LIFE {
        key: "access.session_days", env: "COTMOC_SESSION_DAYS", flag: Some("session-days"),
        fallback: Fallback::Value("30"), form: "a number of days from 1 to 365",
        about: "After so long a session ends, however often it is used.",
    }
    /// `password.memory_kib`
    PASSWORD_MEMORY {
        key: "password.memory_kib", env: "COTMOC_PASSWORD_MEMORY_KIB", flag: Some("password-memory-kib"),
        fallback: Fallback::Value("19456"), form: "a number from 19456 to 4194304",
        about: "Memory that hashing one password takes (argon2id), in KiB. If it rises, each hash is made anew when its \
                owner signs in.",
    }
    /// `password.passes`
    PASSWORD_PASSES {
        key: "password.passes", env: "COTMOC_PASSWORD_PASSES", flag: Some("password-passes"),
        fallback: Fallback::Value("2"), form: "a number from 2 to 100",
        about: "Passes over that memory. If it rises, each hash is made anew when its owner signs in.",
    }
    /// `password.lanes`
    PASSWORD_LANES {
        key: "password.lanes", env: "COTMOC_PASSWORD_LANES", flag: Some("password-lanes"),
        fallback: Fallback::Value("1"), form: "a number from 1 to 64",
        about: "Lanes (parallelism) of argon2id; they are worked through one after the other.",
    }
    /// `password.at_once`
    PASSWORDS_AT_ONCE {
        key: "password.at_once", env: "COTMOC_PASSWORDS_AT_ONCE", flag: Some("passwords-at-once"),
        fallback: Fallback::Value("2"), form: "a number from 1 to 256",
        about: "Passwords worked on at once. For each, 16 more may wait; the rest are refused with status 503.",
    }
    /// `database.url`
    DATABASE_URL {
        key: "database.url", env: "DATABASE_URL", secret: true,
        fallback: Fallback::Otherwise("an embedded PostgreSQL in the data directory"),
        form: "postgres://user:password@host:port/database, with ?sslmode=… if wanted",
        about: "The PostgreSQL (15 or newer) to use. No flag, since others can read a command line.",
    }
    /// `database.migrate_url`
    MIGRATE_DATABASE_URL {
        key: "database.migrate_url", env: "MIGRATE_DATABASE_URL", secret: true,
        fallback: Fallback::Otherwise("`DATABASE_URL`, whose user must then own the tables"),
        form: "postgres://owner:password@host:port/database: the same database as DATABASE_URL",
        about: "The same database as its owner: used for migrations and for loading the demo, never for requests.",
    }
    /// `database.replica_urls`
    REPLICA_URLS {
        key: "database.replica_urls", env: "COTMOC_REPLICA_URLS", secret: true,
        fallback: Fallback::Otherwise("none: one database answers all"),
        form: "addresses like that of DATABASE_URL, separated by commas (in TOML a list)",
        about: "Standbys that follow the database by streaming replication. Queries are answered by one that has replayed all that was \
                acknowledged before they came, else by the database.",
    }
    /// `database.pg_bin_dir`
    PG_BIN_DIR {
        key: "database.pg_bin_dir", env: "COTMOC_PG_BIN_DIR", flag: Some("pg-bin-dir"),
        fallback: Fallback::Otherwise("the newest installed one that is found"),
        form: "the directory that holds initdb and postgres",
        about: "The PostgreSQL programs that the embedded server is started from.",
    }
    /// `database.pool_size`
    POOL_SIZE {
        key: "database.pool_size", env: "COTMOC_POOL_SIZE", flag: Some("pool-size"),
        fallback: Fallback::Value("10"), form: "a number from 1 to 500",
        about: "Connections to PostgreSQL at most. Two to four for each of its cores is plenty. Beside them, a quarter as many read as of an \
                instant, and as many more read exports, where there are any.",
    }
    /// `database.pool_wait`
    POOL_WAIT {
        key: "database.pool_wait", env: "COTMOC_POOL_WAIT", flag: Some("pool-wait"),
        fallback: Fallback::Value("1s"), form: DURATION,
        about: "How long a request waits for a free connection before it is answered 503 with Retry-After.",
    }
    /// `database.statement_timeout`
    STATEMENT_TIMEOUT {
        key: "database.statement_timeout", env: "COTMOC_STATEMENT_TIMEOUT", flag: Some("statement-timeout"),
        fallback: Fallback::Value("10s"), form: DURATION,
        about: "PostgreSQL gives up a statement that runs for longer.",
    }
    /// `mail.smtp_url`
    SMTP_URL {
        key: "mail.smtp_url", env: "COTMOC_SMTP_URL", secret: true,
        fallback: Fallback::Otherwise("nothing is sent by e-mail"),
        form: "smtps://user:password@host:465, smtp://user:password@host:587?tls=required or, inside a network of one's own, smtp://host:25",
        about: "The mail server that takes what people are told, and links for their passwords, the same on all nodes. `cotmoc doctor` tries it, `cotmoc mail` shows what waits.",
    }
    /// `mail.from`
    MAIL_FROM {
        key: "mail.from", env: "COTMOC_MAIL_FROM", flag: Some("mail-from"),
        fallback: Fallback::Otherwise("none: needed beside `mail.smtp_url`"), form: "a name and an address such as Cotmoc <cotmoc@quangngai.gov.vn>",
        about: "In whose name mail is sent.",
    }
    /// `log.format`
    LOG_FORMAT {
        key: "log.format", env: "COTMOC_LOG_FORMAT", flag: Some("log-format"), common: true,
        fallback: Fallback::Value("auto"), form: "auto, human or json",
        about: "How log lines look, on standard error. auto: human in a terminal, json otherwise.",
    }
    /// `log.filter`
    LOG_FILTER {
        key: "log.filter", env: "COTMOC_LOG", flag: Some("log"), common: true,
        fallback: Fallback::Value("info"), form: "a level (error, warn, info, debug, trace) or a filter such as info,db=debug",
        about: "Which log lines are written.",
    }
    /// `telemetry.otlp_endpoint`
    OTLP_ENDPOINT {
        key: "telemetry.otlp_endpoint", env: "COTMOC_OTLP_ENDPOINT", flag: Some("otlp-endpoint"),
        fallback: Fallback::Otherwise("nothing is traced"), form: "the base address of a collector such as http://127.0.0.1:4318",
        about: "The OpenTelemetry collector that takes traces (OTLP over HTTP, protobuf, at /v1/traces below this address). Requests never wait for it.",
    }
    /// `telemetry.trace_share`
    TRACE_SHARE {
        key: "telemetry.trace_share", env: "COTMOC_TRACE_SHARE", flag: Some("trace-share"),
        fallback: Fallback::Value("0.01"), form: "a number from 0 to 1 such as 0.05",
        about: "The share of requests that are traced where the client says nothing about it (`traceparent`), picked by chance.",
    }
    /// `telemetry.asked_traces_per_minute`
    ASKED_TRACES {
        key: "telemetry.asked_traces_per_minute", env: "COTMOC_ASKED_TRACES_PER_MINUTE", flag: Some("asked-traces-per-minute"),
        fallback: Fallback::Value("60"), form: "a number from 0 to 1000000",
        about: "How many requests in a minute are traced because the client asks for it (the flag `sampled` in `traceparent`); beyond that, the share decides. Anybody can ask.",
    }
    /// `telemetry.slow_statement`
    SLOW_STATEMENT {
        key: "telemetry.slow_statement", env: "COTMOC_SLOW_STATEMENT", flag: Some("slow-statement"),
        fallback: Fallback::Value("500ms"), form: "a duration such as 500ms, 15s or 2m; 0s for none",
        about: "A statement of SQL that takes so long for an operation of GraphQL has a line in the log, with its text but without its values.",
    }
}

impl Setting {
    /// The TOML section, empty for the top of the file, and the key inside it.
    #[must_use]
    pub fn section_and_name(&self) -> (&'static str, &'static str) {
        self.key.split_once('.').unwrap_or(("", self.key))
    }

    /// What holds when it is not given, in words.
    #[must_use]
    pub const fn fallback_words(&self) -> &'static str {
        match self.fallback {
            Fallback::Value(words) | Fallback::Otherwise(words) => words,
        }
    }
}
