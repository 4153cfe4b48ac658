//! The change feed (luồng thay đổi): what happened to which object, in the order of commits, as far as a reader may know.
//!
//! The feed is read from the outbox, the table `change`. Its rows are numbered under a lock: whoever sees a number has seen all
//! smaller ones, so a place in the feed is one number.
//!
//! - A row without an audience is shown to whoever sees the object, by the rule by which its noun is read anywhere else.
//! - A row with an audience is shown to that audience alone: as a change to those who see the object, as a deletion to the others.
//!
//! Places that readers are given move for what they may see. What they may not see moves them only when a whole window of the
//! outbox ([`WINDOW`]) has nothing for them: they tell no more of hidden work than that, and going on from one costs a window.

mod follow;
mod head;
mod stretch;

use async_graphql::Enum;
use derive::boxed;
use diesel::{ExpressionMethods as _, QueryDsl as _, dsl::exists, pg::Pg, query_builder::QueryFragment};
use diesel_async::RunQueryDsl as _;

pub use self::{
    follow::{Follower, Heads, follow},
    head::{head, since},
    stretch::{Behind, Event, Stretch, WINDOW, stretch},
};
use crate::{
    DbError, Reader,
    account::Account,
    agency::Agency,
    digital_system::DigitalSystem,
    directive::{Directive, ProgressUpdate},
    document::Document,
    goal::Goal,
    id::Tagged,
    indicator::Indicator,
    measure::Measure,
    measurement::Measurement,
    notification::Notification,
    period_report::PeriodReport,
    programme::Programme,
    recommendation::Recommendation,
    reporting::{
        assignment::ReportingAssignment, extension::ReportingExtension, nil_answer::NilAnswer, unlock::UnlockRequest,
    },
    reporting_rule::ReportingRule,
    role_grant::RoleGrant,
    schema::{agency, programme},
    service_account::ServiceAccount,
    target::Target,
};

/// A condition of SQL on the row `parent` of the outbox.
pub(crate) type Condition = Box<dyn QueryFragment<Pg> + Send>;

/// A noun whose changes can be followed.
pub(crate) trait Followed {
    /// The query that finds the object `parent.id` if the reader may see it.
    fn seen(reader: &Reader) -> Condition;
}

/// The nouns of the feed: each its type in the schema, its word in the outbox, its row.
macro_rules! followed {
    ($($(#[$about:meta])* $type:ident, $word:literal, $row:ty;)+) => {
        /// The types of objects whose changes can be followed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Enum)]
        pub enum ChangeType {
            $($(#[$about])* $type,)+
        }

        impl ChangeType {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$type),+];

            /// The table, as the outbox names it.
            #[must_use]
            pub const fn noun(self) -> &'static str {
                match self { $(Self::$type => $word,)+ }
            }

            /// What the ids of their objects begin with.
            #[must_use]
            pub const fn tag(self) -> u8 {
                match self { $(Self::$type => <$row as Tagged>::TAG,)+ }
            }

            /// Those of a table, by its name in the outbox and the audit trail.
            #[must_use]
            pub fn of(noun: &str) -> Option<Self> {
                match noun { $($word => Some(Self::$type),)+ _ => None }
            }

            fn seen(self, reader: &Reader) -> Condition {
                match self { $(Self::$type => <$row as Followed>::seen(reader),)+ }
            }
        }
    };
}

followed! {
    /// Accounts
    Account, "account", Account;
    /// Agencies
    Agency, "agency", Agency;
    /// Digital systems
    DigitalSystem, "digital_system", DigitalSystem;
    /// Directives
    Directive, "directive", Directive;
    /// Documents
    Document, "document", Document;
    /// Goals
    Goal, "goal", Goal;
    /// Indicators
    Indicator, "indicator", Indicator;
    /// Measures
    Measure, "measure", Measure;
    /// Measurements
    Measurement, "measurement", Measurement;
    /// Nil answers
    NilAnswer, "nil_answer", NilAnswer;
    /// Notifications: each for its own reader
    Notification, "notification", Notification;
    /// Period reports
    PeriodReport, "period_report", PeriodReport;
    /// Programmes
    Programme, "programme", Programme;
    /// Progress updates
    ProgressUpdate, "progress_update", ProgressUpdate;
    /// Recommendations and obstacles
    Recommendation, "recommendation", Recommendation;
    /// Reporting assignments
    ReportingAssignment, "reporting_assignment", ReportingAssignment;
    /// Later due dates
    ReportingExtension, "reporting_extension", ReportingExtension;
    /// Reporting rules
    ReportingRule, "reporting_rule", ReportingRule;
    /// Roles that somebody holds
    RoleGrant, "role_grant", RoleGrant;
    /// Service accounts
    ServiceAccount, "service_account", ServiceAccount;
    /// Targets
    Target, "target", Target;
    /// Requests for unlocks
    UnlockRequest, "unlock_request", UnlockRequest;
}

/// What a client has to do with what it keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum ChangeEventKind {
    /// The object is new or changed: keep it as it is now
    Upsert,
    /// The object is no longer there for the viewer: forget it, with what hangs on it
    Deleted,
    /// Many objects of the type were loaded at once: read the type again
    Reload,
}

object_layer::named!(ChangeType, ChangeEventKind);

/// What of the feed is followed. What is none narrows nothing; several narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangeFilter {
    /// Objects of these types.
    pub types: Vec<ChangeType>,
    /// What this programme follows.
    pub programme: Option<String>,
    /// What names this agency.
    pub agency: Option<String>,
    /// What has this code, or hangs on the indicator or directive that has it.
    pub code: Option<String>,
}

impl ChangeFilter {
    const fn is_narrow(&self) -> bool {
        self.programme.is_some() || self.agency.is_some() || self.code.is_some()
    }
}

/// What a filter can name that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// No programme has that code.
    Programme,
    /// No agency has that code.
    Agency,
}

/// What of a filter's codes is not there. A code of an object is not asked for: who follows it may wait for it to come.
#[boxed]
pub async fn unknown(reader: &Reader, filter: &ChangeFilter) -> Result<Option<Unknown>, DbError> {
    if let Some(code) = &filter.programme {
        let there = diesel::select(exists(programme::table.filter(programme::code.eq(code))));
        if !there.get_result::<bool>(&mut reader.statement().await?).await? {
            return Ok(Some(Unknown::Programme));
        }
    }
    if let Some(code) = &filter.agency {
        let there = diesel::select(exists(agency::table.filter(agency::code.eq(code))));
        if !there.get_result::<bool>(&mut reader.statement().await?).await? {
            return Ok(Some(Unknown::Agency));
        }
    }
    Ok(None)
}
