//! The second wall: the rights of the server's role in PostgreSQL. They hold even if the checks in this program have a hole.
//!
//! The tables belong to the login that migrates. The server works as [`ROLE`], which owns nothing, alters nothing, and neither
//! changes nor deletes history: `grants.sql` says what it may. There are two sorts of logins for the server:
//!
//! - A login with no rights but the role's cannot do more, whatever happens.
//! - A login with more rights takes the role at the start of each connection. That guards against mistakes, but not against a
//!   statement that somebody smuggles in: it could leave the role again (`SET ROLE NONE`).
//!
//! [`load_login_rights`] finds out which sort the login is, so that the operator can be warned.

use derive::boxed;
use diesel::{
    QueryableByName,
    sql_types::{Bool, Text},
};
use diesel_async::{AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};

use crate::{DbError, Pool, past};

/// The role that the server works as. It belongs to the whole PostgreSQL, not to one database.
pub const ROLE: &str = "cotmoc_server";

/// What an operator executes, as a superuser, to make the role where the owner of the database may not.
pub const MAKE_ROLE_BY_HAND: &str = "CREATE ROLE cotmoc_server NOLOGIN";

const GRANTS: &str = include_str!("grants.sql");

/// Makes the server's role the one that a connection works as. Does nothing where there is no such role, or the login may
/// not take it.
pub(crate) const TAKE_ROLE: &str = "SELECT set_config('role', rolname, false) FROM pg_roles WHERE rolname = 'cotmoc_server' \
    AND pg_has_role(session_user, oid, CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'MEMBER' ELSE 'SET' END)";

/// Makes the role. Two databases of one PostgreSQL may do so at the same time.
const MAKE_ROLE: &str = "DO $$ BEGIN CREATE ROLE cotmoc_server NOLOGIN; \
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$";

/// Makes the role a login: for the embedded PostgreSQL, whose socket only this program reaches.
pub(crate) const MAKE_LOGIN: &str = "DO $$ BEGIN \
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'cotmoc_server') THEN CREATE ROLE cotmoc_server LOGIN; \
    ELSIF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'cotmoc_server' AND rolcanlogin) THEN ALTER ROLE cotmoc_server LOGIN; \
    END IF; END $$";

const STATE: &str = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = 'cotmoc_server') AS exists, \
    (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user) AS may_make, \
    EXISTS (SELECT FROM pg_roles server WHERE rolname = 'cotmoc_server' \
        AND NOT has_database_privilege(server.oid, current_database(), 'TEMP') \
        AND NOT EXISTS (SELECT FROM pg_class WHERE relnamespace IN (current_schema()::regnamespace, to_regnamespace('as_of')) \
            AND relkind IN ('r', 'p', 'v') AND NOT has_table_privilege(server.oid, pg_class.oid, 'SELECT')) \
        AND coalesce(has_schema_privilege(server.oid, to_regnamespace('as_of'), 'USAGE'), false)) AS whole";

#[derive(QueryableByName)]
struct State {
    #[diesel(sql_type = Bool)]
    exists: bool,
    #[diesel(sql_type = Bool)]
    may_make: bool,
    #[diesel(sql_type = Bool)]
    whole: bool,
}

/// Whether the role is there and has what it needs.
pub(crate) async fn is_whole(connection: &mut AsyncPgConnection) -> Result<bool, DbError> {
    let state: State = diesel::sql_query(STATE).get_result(connection).await?;
    Ok(state.whole)
}

/// Makes the role if it is missing and the login may; for a restore, which grants it what it had.
pub(crate) async fn make_role(connection: &mut AsyncPgConnection) -> Result<(), DbError> {
    let state: State = diesel::sql_query(STATE).get_result(connection).await?;
    if state.exists {
        return Ok(());
    }
    if !state.may_make {
        return Err(DbError::Settings(format!("the role {ROLE} is missing: as a superuser, {MAKE_ROLE_BY_HAND}")));
    }
    Ok(connection.batch_execute(MAKE_ROLE).await?)
}

/// Makes the role if it is missing, and grants it what it needs, the views of the past included; to be called as the owner of
/// the schema. Both are made anew when the schema has changed, or when some are missing, as after a restore. An older program that meets a newer schema
/// leaves them as they are.
pub(crate) async fn raise(connection: &mut AsyncPgConnection, changed: bool) -> Result<(), DbError> {
    let state: State = diesel::sql_query(STATE).get_result(connection).await?;
    if state.whole && !changed {
        return Ok(());
    }
    connection.batch_execute(past::MAKE_VIEWS).await?;
    if !state.exists && !state.may_make {
        tracing::warn!("the role {ROLE} is missing: as a superuser, {MAKE_ROLE_BY_HAND}; then start again");
        return Ok(());
    }
    // Whoever may not make it may not even ask for it where it is there.
    if !state.exists {
        connection.batch_execute(MAKE_ROLE).await?;
    }
    connection.batch_execute(&format!("BEGIN; {GRANTS} COMMIT")).await?;
    Ok(())
}

/// Takes back the grants that are left once the tables are gone. The role stays, for other databases may use it.
pub(crate) async fn raze(connection: &mut AsyncPgConnection) -> Result<(), DbError> {
    const REVOKE: &str = "DO $$ BEGIN IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'cotmoc_server') THEN \
        EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM cotmoc_server', current_schema()); \
        EXECUTE format('REVOKE ALL ON SCHEMA %I FROM cotmoc_server', current_schema()); END IF; END $$";
    Ok(connection.batch_execute(REVOKE).await?)
}

/// The login of a pool's connections, and whether it may do more or less than it should.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct LoginRights {
    /// The login, whose name and password the database's address gives.
    #[diesel(sql_type = Text)]
    pub login: String,
    /// The role that statements are executed as.
    #[diesel(sql_type = Text)]
    pub role: String,
    /// True if the login may do what the server's role may not: a superuser, or an owner of tables.
    #[diesel(sql_type = Bool)]
    pub mighty: bool,
    /// The tables that the role may not even read, separated by commas; empty if all is well.
    #[diesel(sql_type = Text)]
    pub unreadable: String,
}

const LOOK: &str = "SELECT session_user::text AS login, current_user::text AS role, \
    (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = session_user) \
        OR EXISTS (SELECT FROM pg_class WHERE relnamespace = current_schema()::regnamespace \
            AND pg_has_role(session_user, relowner, 'MEMBER')) AS mighty, \
    (SELECT coalesce(string_agg(relname, ', ' ORDER BY relname), '') FROM pg_class \
        WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v') \
        AND NOT has_table_privilege(oid, 'SELECT')) AS unreadable";

/// Looks up the login of a pool's connections and its rights.
#[boxed]
pub async fn load_login_rights(pool: &Pool) -> Result<LoginRights, DbError> {
    let connection = pool.get().await?;
    Ok(diesel::sql_query(LOOK).get_result(&mut connection.statement()).await?)
}
