//! What a server says of itself: for `cotmoc doctor`.

use chrono::{DateTime, Utc};
use derive::boxed;
use diesel::{
    QueryableByName,
    sql_types::{Array, Bool, Integer, Nullable, Text, Timestamptz},
};
use diesel_async::RunQueryDsl as _;

use crate::{DbError, Pool};

/// The oldest PostgreSQL that the migrations run on (UNIQUE NULLS NOT DISTINCT), as it numbers itself.
pub const OLDEST: i32 = 15_00_00;

/// The extensions that the migrations make; all come with PostgreSQL or its `contrib` package.
const EXTENSIONS: [&str; 2] = ["pg_trgm", "btree_gist"];

/// One look at a server.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Vitals {
    /// Such as `15.18 (Debian 15.18-0+deb12u1)`.
    #[diesel(sql_type = Text)]
    pub version: String,
    /// The same as a number: 150018.
    #[diesel(sql_type = Integer)]
    pub version_number: i32,
    /// Extensions that the migrations need and that are not installed on the server's machine.
    #[diesel(sql_type = Array<Text>)]
    pub missing_extensions: Vec<String>,
    /// False if it was built without ICU, which sorts Vietnamese.
    #[diesel(sql_type = Bool)]
    pub has_icu: bool,
    /// Of the database; the product needs UTF8.
    #[diesel(sql_type = Text)]
    pub encoding: String,
    /// The version of TLS that the connection uses; `None` in plain.
    #[diesel(sql_type = Nullable<Text>)]
    pub tls: Option<String>,
    /// How many connections the server takes in all.
    #[diesel(sql_type = Integer)]
    pub max_connections: i32,
    /// Its clock.
    #[diesel(sql_type = Timestamptz)]
    pub now: DateTime<Utc>,
}

const LOOK: &str = "
    SELECT current_setting('server_version') AS version,
           current_setting('server_version_num')::int AS version_number,
           ARRAY(SELECT name FROM unnest($1) AS name
                 WHERE name NOT IN (SELECT name FROM pg_available_extensions)) AS missing_extensions,
           EXISTS (SELECT FROM pg_collation WHERE collprovider = 'i') AS has_icu,
           current_setting('server_encoding') AS encoding,
           (SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()) AS tls,
           current_setting('max_connections')::int AS max_connections,
           clock_timestamp() AS now";

/// Looks at the server behind a pool.
#[boxed]
pub async fn look(pool: &Pool) -> Result<Vitals, DbError> {
    let connection = pool.get().await?;
    let looked = diesel::sql_query(LOOK).bind::<Array<Text>, _>(EXTENSIONS.as_slice());
    Ok(looked.get_result(&mut connection.statement()).await?)
}

/// True if the server takes changes; a standby does not, nor one that was told to take none.
#[boxed]
pub async fn takes_changes(pool: &Pool) -> Result<bool, DbError> {
    let connection = pool.get().await?;
    let writable = diesel::dsl::sql::<Bool>("NOT current_setting('transaction_read_only')::bool");
    Ok(diesel::select(writable).get_result(&mut connection.statement()).await?)
}
