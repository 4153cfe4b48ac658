//! What passes on when an agency ends: all that is open, to whoever takes over. What is done stays with whoever did it.

use std::collections::{BTreeMap, BTreeSet};

use auth::action::ManageAgencies;
use diesel::{
    ExpressionMethods as _, QueryDsl as _, QueryableByName,
    sql_types::{Array, Date as SqlDate, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Decided;
use crate::{
    Acting, Date, DbError, Id,
    account::Account,
    reporting::assignment::ReportingAssignment,
    role_grant::RoleGrant,
    schema::{directive, recommendation},
    text_enum::text_enum,
    visible::visible_to,
    writer::Writing,
};

mod people;
mod reporting;
mod tree;
mod work;

text_enum! {
    /// What passes on when an agency ends.
    pub enum PassedKind {
        /// The part in a directive that is not done: leading or coordinating it, and what was asked or is to be given on the way
        Directive => "DIRECTIVE",
        /// Answering a recommendation
        Recommendation => "RECOMMENDATION",
        /// A reporting assignment, as reporter or as the one whose figure it is
        Assignment => "ASSIGNMENT",
        /// The place above another agency
        Agency => "AGENCY",
        /// Answering for an indicator
        Indicator => "INDICATOR",
        /// A role that somebody holds at it
        Role => "ROLE",
        /// A person who belongs to it
        Account => "ACCOUNT",
        /// A machine that acts for it
        ServiceAccount => "SERVICE_ACCOUNT",
    }
}

impl PassedKind {
    /// Whether people know it by a code.
    #[must_use]
    pub const fn is_coded(self) -> bool {
        !matches!(self, Self::Assignment | Self::Role | Self::Account)
    }

    /// As it is counted in Vietnamese.
    pub(super) const fn counted_vi(self) -> &'static str {
        match self {
            Self::Directive => "nhiệm vụ",
            Self::Recommendation => "kiến nghị",
            Self::Assignment => "phân công báo cáo",
            Self::Agency => "đơn vị trực thuộc",
            Self::Indicator => "chỉ tiêu phụ trách",
            Self::Role => "vai trò",
            Self::Account => "tài khoản",
            Self::ServiceAccount => "tài khoản dịch vụ",
        }
    }

    /// As it is counted in English.
    #[must_use]
    pub const fn counted_en(self) -> &'static str {
        match self {
            Self::Directive => "directives",
            Self::Recommendation => "recommendations",
            Self::Assignment => "reporting assignments",
            Self::Agency => "agencies below",
            Self::Indicator => "indicators",
            Self::Role => "roles",
            Self::Account => "accounts",
            Self::ServiceAccount => "service accounts",
        }
    }
}

/// What passed from one agency to another, of one kind.
#[derive(Debug, Clone, PartialEq, Eq, SimpleObject, Serialize, Deserialize)]
pub struct Passed {
    /// What it is
    pub kind: PassedKind,
    /// How many
    pub count: i32,
    /// Which, by code, or by id where they have none; without directives and recommendations that the viewer may not see
    pub items: Vec<String>,
    /// From whom
    #[graphql(skip)]
    pub from: Uuid,
    /// To whom
    #[graphql(skip)]
    pub to: Uuid,
}

/// Something that is open.
#[derive(Debug, Clone)]
pub(super) struct Open {
    pub(super) kind: PassedKind,
    pub(super) id: Uuid,
    pub(super) code: Option<String>,
    /// Whether the actor sees it.
    pub(super) is_seen: bool,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    kind: PassedKind,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Text>)]
    code: Option<String>,
}

/// Some rows with their heirs.
#[derive(Debug, Default)]
struct Heirs {
    ids: Vec<Uuid>,
    heirs: Vec<Uuid>,
}

/// What passes, by whom and from whom.
pub(super) struct Passing<'a> {
    pub(super) acting: &'a Acting<ManageAgencies>,
    pub(super) decided: &'a Decided,
    pub(super) from: Uuid,
}

/// Locks what is told of on its way first, so that it is read as it stands, and nobody moves it meanwhile.
const LOCK_DIRECTIVES: &str = "SELECT id FROM directive WHERE id IN (SELECT open.id FROM agency_open($1, $2, $3) AS open WHERE open.kind = 'DIRECTIVE') \
    ORDER BY id FOR NO KEY UPDATE";
const LOCK_RECOMMENDATIONS: &str = "SELECT id FROM recommendation WHERE id IN (SELECT open.id FROM agency_open($1, $2, $3) AS open \
    WHERE open.kind = 'RECOMMENDATION') ORDER BY id FOR NO KEY UPDATE";
const OPEN: &str = "SELECT kind, id, code FROM agency_open($1, $2, $3) ORDER BY kind, code, id";

/// Which of some agencies that end on a day have anything open. They are locked: nobody gives them anything new.
pub(super) async fn with_something_open(
    writing: &mut Writing,
    ids: &[Uuid],
    on: Date,
) -> Result<BTreeSet<Uuid>, DbError> {
    const OF_MANY: &str =
        "SELECT agency.id FROM unnest($1) AS agency (id) WHERE EXISTS (SELECT FROM agency_open(agency.id, $2, $3))";
    let today = writing.today();
    let query = diesel::sql_query(OF_MANY).bind::<Array<SqlUuid>, _>(ids);
    let query = query.bind::<SqlDate, _>(on).bind::<SqlDate, _>(today);
    let found: Vec<WithOpen> = query.load(writing.connection()).await?;
    Ok(found.into_iter().map(|found| found.id).collect())
}

#[derive(QueryableByName)]
struct WithOpen {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

impl Passing<'_> {
    /// All that is open, as SQL function `agency_open` says.
    pub(super) async fn open(&self, writing: &mut Writing) -> Result<Vec<Open>, DbError> {
        let today = writing.today();
        let query = |text: &'static str| {
            let query = diesel::sql_query(text).bind::<SqlUuid, _>(self.from);
            query.bind::<SqlDate, _>(self.decided.on).bind::<SqlDate, _>(today)
        };
        query(LOCK_DIRECTIVES).execute(writing.connection()).await?;
        query(LOCK_RECOMMENDATIONS).execute(writing.connection()).await?;
        let rows: Vec<Row> = query(OPEN).load(writing.connection()).await?;
        let of = |kind| rows.iter().filter(move |row| row.kind == kind).map(|row| row.id).collect::<Vec<_>>();
        let directives = directive::table
            .filter(directive::id.eq_any(of(PassedKind::Directive)))
            .filter(visible_to(&self.acting.scope, directive::table))
            .select(directive::id);
        let recommendations = recommendation::table
            .filter(recommendation::id.eq_any(of(PassedKind::Recommendation)))
            .filter(visible_to(&self.acting.scope, recommendation::table))
            .select(recommendation::id);
        let mut seen: BTreeSet<Uuid> = BTreeSet::new();
        seen.extend(directives.load::<Uuid>(writing.connection()).await?);
        seen.extend(recommendations.load::<Uuid>(writing.connection()).await?);
        let guarded = [PassedKind::Directive, PassedKind::Recommendation];
        let open = rows.into_iter().map(|Row { kind, id, code }| {
            let is_seen = !guarded.contains(&kind) || seen.contains(&id);
            Open { kind, id, code, is_seen }
        });
        Ok(open.collect())
    }

    /// Passes all of it on, and says what. What stays with the agency itself, because it goes on, is no part of it.
    pub(super) async fn pass(&self, writing: &mut Writing, settled: Vec<(Open, Uuid)>) -> Result<Vec<Passed>, DbError> {
        let mut by_kind: BTreeMap<PassedKind, Heirs> = BTreeMap::new();
        let mut passed: BTreeMap<(PassedKind, Uuid), Passed> = BTreeMap::new();
        for (it, to) in settled.into_iter().filter(|(_, heir)| *heir != self.from) {
            let of_kind = by_kind.entry(it.kind).or_default();
            of_kind.ids.push(it.id);
            of_kind.heirs.push(to);
            let told = passed.entry((it.kind, to)).or_insert_with(|| Passed {
                kind: it.kind,
                count: 0,
                items: Vec::new(),
                from: self.from,
                to,
            });
            told.count += 1;
            told.items.extend(it.name());
        }
        for (kind, heirs) in by_kind {
            match kind {
                PassedKind::Directive => self.directives(writing, heirs).await?,
                PassedKind::Recommendation => self.recommendations(writing, heirs).await?,
                PassedKind::Assignment => self.assignments(writing, heirs).await?,
                PassedKind::Agency => self.agencies_below(writing, heirs).await?,
                PassedKind::Indicator => self.indicators(writing, heirs).await?,
                PassedKind::Role => self.roles(writing, heirs).await?,
                PassedKind::Account => self.accounts(writing, heirs).await?,
                PassedKind::ServiceAccount => self.service_accounts(writing, heirs).await?,
            }
        }
        Ok(passed.into_values().collect())
    }
}

impl Open {
    /// Its code, or its global id where it has none; nothing for what the actor does not see.
    fn name(self) -> Option<String> {
        if !self.is_seen {
            return None;
        }
        Some(self.code.unwrap_or_else(|| match self.kind {
            PassedKind::Assignment => Id::<ReportingAssignment>::of(self.id).to_string(),
            PassedKind::Role => Id::<RoleGrant>::of(self.id).to_string(),
            _ => Id::<Account>::of(self.id).to_string(),
        }))
    }
}
