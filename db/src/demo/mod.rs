//! The demo province: what five real documents on Resolution 57-NQ/TW say, and a simulation on top.
//!
//! The facts stand in `db/demo/*.json`. The simulation is marked wherever it shows: measurements and progress updates
//! have the source `SIMULATED`, directives the state source, communes beyond those of the province are `simulated` agencies.
//!
//! Loading is safe to repeat: identifiers follow from codes, what is there is left as it is, and an interrupted load is
//! completed by the next.

pub mod accounts;
mod facts;
mod id;
mod insert;
pub mod nation;
mod simulation;
mod units;

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, NaiveDate, Utc};
use derive::boxed;
use diesel::{ExpressionMethods as _, QueryDsl as _};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};

use self::{facts::Facts, id::id, insert::Load, simulation::Plan};
use crate::{
    DbError, Pool,
    assessment::kept,
    connection::{ConnectionSettings, SessionLimits, driver_error},
    schema::programme,
};

/// The province whose figures are simulated: the code of its people's committee.
const PROVINCE: &str = "qng.ubnd";
/// The groups that the communes are members of: people's committees below the province, and localities.
const COMMUNES: [&str; 2] = ["qng.ubnd_cap_duoi", "qng.so_nganh_dia_phuong"];
/// The programme whose presence says that the demo is loaded.
const PROGRAMME: &str = "nq57-quang-ngai";

/// How much to load.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoOptions {
    /// Communes whose figures are simulated, at most 3,500: the 96 of the province first, then invented ones. Default 96.
    pub communes: u32,
    /// About how many measurements to have in the end: earlier years, then more communes until there are as many.
    /// `None`: those of `communes` since January 2025.
    pub measurements: Option<u64>,
    /// The day in Asia/Ho_Chi_Minh up to which is simulated: periods that ended before it.
    pub today: NaiveDate,
    /// The moment that is recorded as that of the load; what is simulated as published by then is public.
    pub now: DateTime<Utc>,
}

impl DemoOptions {
    /// The usual 96 communes, as of a day and a moment.
    #[must_use]
    pub const fn new(today: NaiveDate, now: DateTime<Utc>) -> Self {
        Self { communes: simulation::COMMUNES_OF_PROVINCE, measurements: None, today, now }
    }
}

/// How far a load has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// The facts and the communes are in; so many objects of them are new.
    Facts {
        /// Objects that were not there before.
        added: u64,
    },
    /// So many of the planned measurements are in.
    Measurements {
        /// In the database now, from this load or an earlier one.
        present: u64,
        /// To be there in the end.
        planned: u64,
    },
}

/// What a load has added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DemoReport {
    /// New objects by noun (table); measurements are counted apart.
    pub added: BTreeMap<&'static str, u64>,
    /// New measurements.
    pub measurements_added: u64,
    /// New reporting assignments, of what has measurements.
    pub assignments_added: u64,
    /// Measurements of the demo that are there now.
    pub measurements: u64,
}

impl DemoReport {
    /// True if everything was there already.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        self.measurements_added == 0 && self.assignments_added == 0 && self.added.values().all(|added| *added == 0)
    }
}

/// Loads whatever of the demo is missing, as the owner of the tables. Several loads at once wait for one another.
///
/// `progress` is called now and then. `DbError::Constraint` if other data are in the way, such as another agency with the
/// code of one of the demo's; nothing but whole transactions is ever left behind.
#[boxed]
pub async fn load(
    owner: &ConnectionSettings,
    options: DemoOptions,
    progress: impl Fn(Progress) + Sync,
) -> Result<DemoReport, DbError> {
    let facts = Facts::read()?;
    let plan = Plan::new(&facts, options.communes, options.measurements, options.today)?;
    let settings = owner.with_limits(patient());
    let mut clients = [settings.client().await?, settings.client().await?];
    // Held by the session, so that it also ends with a process that is killed.
    clients[0].batch_execute("SELECT pg_advisory_lock(hashtext('cotmoc demo'))").await.map_err(driver_error)?;

    let mut report = DemoReport { measurements: plan.count(), ..DemoReport::default() };
    // What the demo brings was known since the time that it tells, or since ever.
    for client in &clients {
        client.batch_execute(KNOWN).await.map_err(driver_error)?;
    }
    let mut connection = settings.connect().await?;
    connection.batch_execute(KNOWN).await?;
    connection
        .transaction::<_, DbError, _>(async |connection| {
            let DemoOptions { today, now, .. } = options;
            let mut load = Load { connection, today, now, added: &mut report.added, created: Vec::new() };
            insert::insert(&mut load, &facts).await?;
            insert::insert_communes(&mut load, &plan, &facts.units).await?;
            load.announce().await
        })
        .await?;
    progress(Progress::Facts { added: report.added.values().sum() });

    let planned = report.measurements;
    let done = |present| progress(Progress::Measurements { present, planned });
    report.measurements_added = simulation::copy_measurements(&mut clients, &plan, options.now, done).await?;
    report.assignments_added = simulation::assign_reporting(&clients[0], &plan, options.now).await?;
    if !report.is_unchanged() {
        // The planner would otherwise guess until the server's own upkeep comes round.
        let filled = format!("ANALYZE {TABLES}");
        clients[0].batch_execute(&filled).await.map_err(driver_error)?;
        kept::keep_anew(owner, options.today, |_| {}).await?;
    }
    Ok(report)
}

/// True if the demo has been loaded into this database, at least its facts.
#[boxed]
pub async fn is_loaded(pool: &Pool) -> Result<bool, DbError> {
    has_facts(&mut *pool.get().await?).await
}

async fn has_facts(connection: &mut AsyncPgConnection) -> Result<bool, DbError> {
    let query = programme::table.filter(programme::id.eq(id("programme", PROGRAMME)));
    Ok(diesel::select(diesel::dsl::exists(query)).get_result(connection).await?)
}

/// Makes an owner's connection one whose changes leave no versions behind, and whose rows are known since the time in them.
const KNOWN: &str = "SET cotmoc.known_at = 'recorded'";

/// Empties the tables of earlier versions.
const FORGET: &str = "DO $$ BEGIN EXECUTE (SELECT 'TRUNCATE ' || string_agg(format('history.%I', relname), ', ') \
    FROM pg_class WHERE relnamespace = 'history'::regnamespace AND relkind = 'r'); END $$";

/// Every table that a [`reset`] empties: a table that is forgotten here makes it fail, since others refer to it. The audit
/// trail and the keys stay.
const TABLES: &str = "account, account_mail, agency, agency_existence, agency_member, agency_name, agency_placement, agency_succession, agency_succession_party, answer_tally, assessment_rule, assignment_tally, attachment, attachment_part, baseline, change, chase, computation, computed_input, definition_dimension, definition_input, digital_system, digital_system_clause, digital_system_document, digital_system_indicator, directive, \
    directive_coordinator, directive_deadline, directive_dependency, directive_document, directive_event, directive_extension, \
    directive_indicator, directive_input, directive_lead, directive_named_agency, \
    document, document_attachment, document_meeting, document_office, document_relation, file_import, file_import_content, file_import_error, goal, goal_agency, goal_document, goal_indicator, idempotency_record, import_mapping, index_component, indicator, indicator_definition, indicator_group, indicator_rule, judgement, kept_assessment, \
    measure, measure_agency, measure_document, measure_indicator, measure_system, measurement, measurement_attachment, measurement_breakdown, \
    measurement_decision, measurement_revision, \
    nil_answer, notification, notification_agency, notification_choice, notification_day, notification_event, notification_mail, notification_push, outdated_assessment, password, password_reset, period_report, period_report_output, period_report_result, programme, programme_document, programme_indicator, progress_update, progress_update_attachment, push_subscription, \
    recommendation, recommendation_answer, recommendation_document, recommendation_recipient, recommendation_step, recovery_code, refresh_token, \
    reporting_assignment, reporting_extension, reporting_rule, \
    reporting_rule_cadence, reporting_rule_party, role_grant, second_factor, service_account, service_secret, session, succession_weight, target, \
    target_revision, unlock_request, webhook, webhook_delivery";

/// What stays though it may name a document: a table that others refer to is emptied with them or not at all, so for that moment
/// these refer to none.
const LET_GO: &str = "ALTER TABLE holiday DROP CONSTRAINT holiday_document_id_fkey; \
    ALTER TABLE reporting_schedule DROP CONSTRAINT reporting_schedule_document_id_fkey";
const TAKE_HOLD: &str = "ALTER TABLE holiday ADD CONSTRAINT holiday_document_id_fkey FOREIGN KEY (document_id) REFERENCES document; \
    ALTER TABLE reporting_schedule ADD CONSTRAINT reporting_schedule_document_id_fkey FOREIGN KEY (document_id) REFERENCES document";

/// Rows that no load of the demo makes.
const FOREIGN_ROWS: &str = "SELECT EXISTS (SELECT FROM measurement_revision WHERE source <> 'SIMULATED') \
    OR EXISTS (SELECT FROM progress_update WHERE source <> 'SIMULATED') \
    OR EXISTS (SELECT FROM directive_event WHERE account_id IS NOT NULL) \
    OR EXISTS (SELECT FROM programme WHERE id <> ALL ($1)) OR EXISTS (SELECT FROM document WHERE id <> ALL ($1)) \
    OR EXISTS (SELECT FROM indicator WHERE id <> ALL ($1)) OR EXISTS (SELECT FROM directive WHERE id <> ALL ($1)) \
    OR EXISTS (SELECT FROM target WHERE id <> ALL ($1)) OR EXISTS (SELECT FROM agency WHERE NOT simulated AND id <> ALL ($1)) \
    OR EXISTS (SELECT FROM period_report WHERE id <> ALL ($1)) OR EXISTS (SELECT FROM measure WHERE id <> ALL ($1)) \
    OR EXISTS (SELECT FROM goal WHERE id <> ALL ($1)) OR EXISTS (SELECT FROM digital_system WHERE id <> ALL ($1)) \
    OR EXISTS (SELECT FROM recommendation WHERE made_by IS NOT NULL) OR EXISTS (SELECT FROM recommendation_step) \
    OR EXISTS (SELECT FROM document WHERE version > 1) OR EXISTS (SELECT FROM target WHERE version > 1) OR EXISTS (SELECT FROM indicator WHERE version > 1) \
    OR EXISTS (SELECT FROM baseline WHERE NOT simulated) OR EXISTS (SELECT FROM judgement WHERE NOT simulated) \
    OR EXISTS (SELECT FROM holiday WHERE document_id IS NOT NULL) OR EXISTS (SELECT FROM reporting_schedule WHERE document_id IS NOT NULL) \
    OR EXISTS (SELECT FROM indicator_rule WHERE document_id IS NOT NULL OR version > 1) \
    OR EXISTS (SELECT FROM assessment_rule) OR EXISTS (SELECT FROM nil_answer) OR EXISTS (SELECT FROM unlock_request) OR EXISTS (SELECT FROM reporting_extension) \
    OR EXISTS (SELECT FROM attachment) OR EXISTS (SELECT FROM account WHERE NOT demo) OR EXISTS (SELECT FROM service_account) AS foreign_rows";

/// Empties a demo database, for a fresh load, as the owner of the tables.
///
/// Refused with `DbError::Refused`, changing nothing, if the demo is not loaded or if the database also holds what the demo
/// did not make: an agency, document, programme, indicator, target or directive of its own; a figure, a baseline, a judgement or a
/// report of progress that is not simulated; a recommendation that somebody made or did something about; bounds of assessments; a
/// rule between indicators, a day or a schedule that somebody has set by a document; a file that somebody has sent.
#[boxed]
pub async fn reset(owner: &ConnectionSettings) -> Result<(), DbError> {
    let mut connection = owner.with_limits(patient()).connect().await?;
    if !has_facts(&mut connection).await? {
        return Err(DbError::Refused("the demo is not loaded into this database; nothing was deleted".into()));
    }
    let ids = Facts::read()?.ids();
    connection
        .transaction(async |connection| {
            connection.batch_execute("SELECT pg_advisory_xact_lock(hashtext('cotmoc demo'))").await?;
            // Nothing foreign may come in between the look and the deletion.
            connection
                .batch_execute(&format!("LOCK TABLE {TABLES}, holiday, reporting_schedule IN ACCESS EXCLUSIVE MODE"))
                .await?;
            let ids = [&ids[..], &nation::ids(connection).await?].concat();
            let foreign = diesel::sql_query(FOREIGN_ROWS)
                .bind::<diesel::sql_types::Array<diesel::sql_types::Uuid>, _>(&ids)
                .get_result::<Foreign>(connection)
                .await?;
            if foreign.foreign_rows {
                let text = "this database holds more than the demo; nothing was deleted";
                return Err(DbError::Refused(text.into()));
            }
            let emptied = format!("{KNOWN}; {LET_GO}; TRUNCATE {TABLES}; {TAKE_HOLD}; {FORGET}");
            connection.batch_execute(&emptied).await?;
            Ok(())
        })
        .await
}

#[derive(diesel::QueryableByName)]
struct Foreign {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    foreign_rows: bool,
}

/// A load may take minutes, and may wait for another.
const fn patient() -> SessionLimits {
    SessionLimits { statement: Duration::ZERO, lock: Duration::ZERO, idle_in_transaction: Duration::ZERO }
}

#[cfg(test)]
mod tests;
