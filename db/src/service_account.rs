//! Service accounts (tài khoản dịch vụ): machines that sign in with a secret.

use async_graphql::{InputObject, SimpleObject};
use auth::{Actor, Permit, Principal, ServiceScope, action::ManageServices, hash, random, token::Bearer};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    DbError, Reader, Violation, ViolationCode, Writer,
    account::AccountStatus,
    error::ConstraintKind,
    lateral::Of,
    noun::{noun, relation},
    page::{Cursor, Page, Tie, by_tie},
    schema::{agency, service_account, service_secret},
    writer::{ChangeKind, Entry, Writing},
};
