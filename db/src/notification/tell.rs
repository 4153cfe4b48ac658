//! How people are told: what has happened, and once a working day what falls due and what is late.
//!
//! Both are done by any server, one at a time: whoever finds another one at it leaves it alone. A server that dies leaves nothing half done.

use std::collections::{BTreeMap, HashSet};

use auth::{Actor, random};
use chrono::{DateTime, Utc};
use derive::boxed;
use diesel::{
    Insertable, QueryableByName,
    sql_types::{BigInt, Date as SqlDate, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use diesel_async::{RunQueryDsl as _, SimpleAsyncConnection as _};
use uuid::Uuid;

use super::{NOUN, NotificationKind, mail, push};
use crate::{
    Date, DbError, Pool, Writer,
    calendar::{Period, Regime},
    lease::{Holds, is_mine},
    planned::planned_rows,
    schema::{notification, notification_agency},
    writer::{ChangeKind, Writing},
};

/// The lock of whoever tells.
const TELLING: &str = "notifications";

/// The most events that are told in one transaction.
const MOST_EVENTS: i64 = 200;

/// The most rows of one insert: a statement has at most 65,535 parameters.
const MOST_ROWS: usize = 3_000;

/// Somebody who is to be told of something, and of whose figures.
#[derive(Debug, QueryableByName)]
pub(super) struct Told {
    #[diesel(sql_type = SqlUuid)]
    pub(super) account_id: Uuid,
    #[diesel(sql_type = Text)]
    pub(super) kind: NotificationKind,
    /// What it is told of, so that it is told once.
    #[diesel(sql_type = Text)]
    pub(super) source: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub(super) directive_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    recommendation_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    webhook_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub(super) reporting_rule_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) regime: Option<Regime>,
    #[diesel(sql_type = Nullable<Text>)]
    pub(super) period: Option<Period>,
    #[diesel(sql_type = Nullable<SqlDate>)]
    pub(super) due_on: Option<Date>,
    #[diesel(sql_type = Nullable<Integer>)]
    pub(super) step: Option<i32>,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    pub(super) agency_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Integer>)]
    pub(super) figures: Option<i32>,
    #[diesel(sql_type = Timestamptz)]
    happened_at: DateTime<Utc>,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = notification)]
struct New {
    id: Uuid,
    account_id: Uuid,
    kind: NotificationKind,
    directive_id: Option<Uuid>,
    recommendation_id: Option<Uuid>,
    webhook_id: Option<Uuid>,
    reporting_rule_id: Option<Uuid>,
    regime: Option<Regime>,
    period: Option<Period>,
    due_on: Option<Date>,
    step: Option<i32>,
    key: String,
    happened_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
}

#[derive(Debug, Insertable)]
#[diesel(table_name = notification_agency)]
struct NewAgency {
    notification_id: Uuid,
    agency_id: Uuid,
    figures: i32,
}

/// Whether anything has happened that nobody was told of.
const LOOK: &str = "SELECT EXISTS (SELECT FROM notification_event) AS holds";

/// The same: a look that costs nothing, for servers that have nothing to do.
#[boxed]
pub async fn is_anything_new(pool: &Pool) -> Result<bool, DbError> {
    let found: Holds = diesel::sql_query(LOOK).get_result(&mut pool.get().await?.statement()).await?;
    Ok(found.holds)
}

/// What has happened first, whom the rules name for it, and that it is told now. Who did it knows it; who is chased is so once a day.
const EVENTS: &str = "
    WITH taken AS MATERIALIZED (
        DELETE FROM notification_event WHERE id IN (SELECT id FROM notification_event ORDER BY id LIMIT $2) RETURNING *),
    party AS MATERIALIZED (
        SELECT id, 'ADDRESSEE' AS party, agency_id FROM taken WHERE agency_id IS NOT NULL
        UNION ALL SELECT t.id, 'LEAD', l.agency_id FROM taken t JOIN directive_lead_reach l USING (directive_id)
        UNION ALL SELECT t.id, 'COORDINATOR', c.agency_id FROM taken t JOIN directive_coordinator_reach c USING (directive_id)
        UNION ALL SELECT t.id, 'ISSUER', d.assigner_id FROM taken t JOIN directive d ON d.id = t.directive_id WHERE d.assigner_id IS NOT NULL),
    holder AS MATERIALIZED (
        SELECT * FROM role_holder(ARRAY(SELECT DISTINCT r.role FROM notification_rule r JOIN taken t ON t.kind = r.kind), $1,
            ARRAY(SELECT DISTINCT agency_id FROM party))),
    reached AS (
        SELECT h.account_id, t.kind, t.directive_id, t.recommendation_id, t.webhook_id, t.regime, t.period, t.figures, t.happened_at,
            CASE WHEN t.kind = 'CHASED' THEN concat_ws(' ', 'chase', t.agency_id, t.regime, t.period, (t.happened_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)
                ELSE 'event ' || t.id END AS source,
            CASE WHEN t.period IS NOT NULL THEN t.agency_id END AS agency_id
        FROM taken t
        JOIN notification_rule r ON r.kind = t.kind
        JOIN party p ON p.id = t.id AND p.party = r.party
        JOIN holder h ON h.role = r.role AND h.agency_id = p.agency_id
        WHERE h.account_id IS DISTINCT FROM t.account_id)
    SELECT DISTINCT ON (account_id, source) *, NULL::uuid AS reporting_rule_id, NULL::date AS due_on, NULL::integer AS step FROM reached ORDER BY account_id, source, happened_at DESC";

/// Tells of what has happened, some of it at a time, by e-mail as well where `mails`; how much was told, none if there is nothing left, or if
/// another server is at it.
#[boxed]
pub async fn tell_events(writer: &Writer, mails: bool) -> Result<Option<usize>, DbError> {
    let work = async |writing: &mut Writing| {
        if !is_mine(writing, TELLING).await? {
            return Ok(None);
        }
        let new: Holds = diesel::sql_query(LOOK).get_result(writing.connection()).await?;
        if !new.holds {
            return Ok(None);
        }
        writing.connection().batch_execute(PATIENCE).await?;
        let query = diesel::sql_query(EVENTS).bind::<SqlDate, _>(writing.today()).bind::<BigInt, _>(MOST_EVENTS);
        let told: Vec<Told> = query.load(writing.connection()).await?;
        tell(writing, told, mails).await.map(Some)
    };
    writer.write(Actor::Operator, work).await
}

/// What falls due and what is late on a day, and whom the rules name for it: for each person, and each agency whose figures they are, the
/// last step of the rules that was reached. `$1` is the day, `$2` the instant at which it is told.
///
/// SQL from the parts in which telling and a rehearsal differ: which rules hold, on which day roles count, and what is left out.
///
/// A step before the due day is reached once no more than its working days are left, and one after it once that many have passed. So a
/// day on which no server ran is made up for; what is later by a week than the last step says is left alone. What falls due on a free day is
/// told of on the working day before it. A directive of which nobody has said anything is not known to be late, as `Directive::timeliness` says.
pub(super) fn due(rules: &str, roles_on: &str, untold: &str) -> String {
    format!("
    WITH rule AS MATERIALIZED ({rules}),
    day AS MATERIALIZED (
        SELECT days.day::date AS due_on,
            CASE WHEN days.day > $1 THEN -working_days_until($1, days.day::date) WHEN days.day < $1 THEN working_days_until(days.day::date, $1) ELSE 0 END AS late
        FROM generate_series($1 - 120, $1 + 120, interval '1 day') AS days (day)),
    step AS MATERIALIZED (
        SELECT day.due_on, r.kind, r.party, r.role, r.days
        FROM day JOIN rule r ON CASE r.kind
            WHEN 'DUE_SOON' THEN day.late < 0 AND r.days <= day.late
            WHEN 'DUE_TODAY' THEN day.late = 0 AND day.due_on >= $1
            WHEN 'OVERDUE' THEN day.due_on < $1 AND r.days <= day.late
            WHEN 'INPUT_OVERDUE' THEN day.due_on < $1 AND r.days <= day.late END
        WHERE day.late <= (SELECT max(days) + 5 FROM rule)),
    stretch AS MATERIALIZED (SELECT min(due_on) AS first, max(due_on) AS last FROM step),
    owed AS MATERIALIZED (
        SELECT d.reporter_id, d.regime, d.period, d.due_on, count(*)::integer AS figures
        FROM stretch CROSS JOIN LATERAL reporting_duty(stretch.first - 366, stretch.last, stretch.first, stretch.last, NULL) AS d
        CROSS JOIN LATERAL obligation_of_duty(d.reporter_id, d.subject_id, d.regime, d.period_kind, d.period, d.starts_on, d.ends_on, d.opens_on,
            d.scheduled_on, d.extended, d.due_on, d.closes_on, $1, NULL) AS o
        WHERE d.assignments > d.answers AND NOT o.answered
        GROUP BY d.reporter_id, d.regime, d.period, d.due_on),
    thing AS MATERIALIZED (
        SELECT 'figures ' || regime || ' ' || period AS source, 'DUE' AS class, 'ADDRESSEE' AS party, reporter_id AS party_id, NULL::uuid AS directive_id,
            NULL::uuid AS reporting_rule_id, regime, period, due_on, reporter_id AS agency_id, figures
        FROM owed
        UNION ALL
        SELECT concat_ws(' ', 'report', o.rule_id, o.period), 'DUE', 'ADDRESSEE', o.reporter_id, NULL, o.rule_id, 'CALENDAR', o.period, o.due_on, o.reporter_id, 1
        FROM stretch CROSS JOIN LATERAL report_obligation(stretch.first - 120, stretch.last, $1) AS o
        WHERE o.state <> 'ANSWERED' AND o.due_on BETWEEN stretch.first AND stretch.last
        UNION ALL
        SELECT 'directive ' || d.id, 'DUE', 'LEAD', l.agency_id, d.id, NULL, NULL, NULL, d.due_on, NULL, NULL
        FROM stretch JOIN directive d ON d.due_on BETWEEN stretch.first AND stretch.last
        JOIN directive_lead_reach l ON l.directive_id = d.id
        WHERE d.state IN ('ASSIGNED', 'IN_PROGRESS') AND NOT d.due_expected
            AND (d.due_on >= $1 OR d.state <> 'ASSIGNED' OR d.state_source IN ('RECORDED', 'SIMULATED'))
        UNION ALL
        SELECT 'input ' || i.id, 'INPUT', side.party, side.agency_id, i.directive_id, NULL, NULL, NULL, i.due_on, NULL, NULL
        FROM stretch JOIN directive_input i ON i.due_on BETWEEN stretch.first AND stretch.last
        CROSS JOIN LATERAL (VALUES ('ADDRESSEE', i.coordinator_id), ('LEAD', i.agency_id)) AS side (party, agency_id)
        WHERE i.ended_on IS NULL),
    stepped AS MATERIALIZED (
        SELECT t.*, s.kind, s.role, s.days FROM thing t JOIN step s ON s.due_on = t.due_on AND s.party = t.party AND (s.kind = 'INPUT_OVERDUE') = (t.class = 'INPUT')),
    holder AS MATERIALIZED (
        SELECT * FROM role_holder(ARRAY(SELECT DISTINCT role FROM stepped), {roles_on}, ARRAY(SELECT DISTINCT party_id FROM stepped))),
    reached AS MATERIALIZED (
        SELECT DISTINCT ON (h.account_id, s.source, s.due_on, s.agency_id) h.account_id, s.*
        FROM stepped s JOIN holder h ON h.role = s.role AND h.agency_id = s.party_id
        ORDER BY h.account_id, s.source, s.due_on, s.agency_id, s.days DESC)
    SELECT r.account_id, r.kind, concat_ws(' ', r.source, r.kind, r.days, r.due_on, CASE WHEN r.agency_id IS NOT NULL THEN $1 END) AS source, r.directive_id,
        NULL::uuid AS recommendation_id, NULL::uuid AS webhook_id, r.reporting_rule_id, r.regime, r.period, r.due_on, r.days AS step, r.agency_id, r.figures, $2 AS happened_at
    FROM reached r
    {untold}
    ORDER BY r.account_id, source")
}

/// The rules that hold, for SQL.
const RULES: &str = "SELECT kind, party, role, days FROM notification_rule";

/// What nobody was told of, for SQL.
const UNTOLD: &str = "
    WHERE NOT EXISTS (
        SELECT FROM notification n
        WHERE n.account_id = r.account_id AND n.kind = r.kind AND n.due_on = r.due_on AND n.step = r.days
            AND CASE WHEN r.agency_id IS NULL THEN n.key = concat_ws(' ', r.source, r.kind, r.days, r.due_on)
                ELSE n.regime = r.regime AND n.period = r.period AND n.reporting_rule_id IS NOT DISTINCT FROM r.reporting_rule_id
                    AND EXISTS (SELECT FROM notification_agency a WHERE a.notification_id = n.id AND a.agency_id = r.agency_id) END)";

/// Whom something concerns in a whole country, and what falls due there, takes longer to work out than a request may.
const PATIENCE: &str = "SET LOCAL statement_timeout = '10min'";

/// Tells, once a working day, of what falls due and what is late, by e-mail as well where `mails`; how much was told, none if it was done
/// already, if nobody works today, or if another server is at it.
#[boxed]
pub async fn tell_due(writer: &Writer, mails: bool) -> Result<Option<usize>, DbError> {
    const BEGIN: &str = "INSERT INTO notification_day (day, told_at) SELECT $1, $2 WHERE working_days_until($1 - 1, $1) = 1 ON CONFLICT DO NOTHING";
    let work = async |writing: &mut Writing| {
        if !is_mine(writing, TELLING).await? {
            return Ok(None);
        }
        let (today, now) = (writing.today(), writing.now());
        let begin = diesel::sql_query(BEGIN).bind::<SqlDate, _>(today).bind::<Timestamptz, _>(now);
        if begin.execute(writing.connection()).await? == 0 {
            return Ok(None);
        }
        writing.connection().batch_execute(PATIENCE).await?;
        let query = diesel::sql_query(due(RULES, "$1", UNTOLD)).bind::<SqlDate, _>(today).bind::<Timestamptz, _>(now);
        let told: Vec<Told> = query.load(writing.connection()).await?;
        tell(writing, told, mails).await.map(Some)
    };
    writer.write(Actor::Operator, work).await
}

/// Writes who is told of what, each once, with what they follow live; how many were told that were not before.
async fn tell(writing: &mut Writing, told: Vec<Told>, mails: bool) -> Result<usize, DbError> {
    let now = writing.now();
    let mut new: BTreeMap<(Uuid, String), (New, Vec<NewAgency>)> = BTreeMap::new();
    for it in told {
        let Told {
            account_id,
            kind,
            source,
            directive_id,
            recommendation_id,
            webhook_id,
            reporting_rule_id,
            regime,
            period,
            due_on,
            step,
            ..
        } = it;
        let (row, agencies) = new.entry((account_id, source.clone())).or_insert_with(|| {
            // In a list, what happened stands where it happened.
            let row = New {
                id: random::id(it.happened_at),
                account_id,
                kind,
                directive_id,
                recommendation_id,
                webhook_id,
                reporting_rule_id,
                regime,
                period,
                due_on,
                step,
                key: source,
                happened_at: it.happened_at,
                created_at: now,
            };
            (row, Vec::new())
        });
        if let Some((agency_id, figures)) = it.agency_id.zip(it.figures) {
            agencies.push(NewAgency { notification_id: row.id, agency_id, figures });
        }
    }
    let (rows, agencies): (Vec<New>, Vec<Vec<NewAgency>>) = new.into_values().unzip();
    let mut written = HashSet::new();
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let some: Vec<New> = rows.by_ref().take(MOST_ROWS).collect();
        let count = some.len();
        let insert =
            diesel::insert_into(notification::table).values(some).on_conflict_do_nothing().returning(notification::id);
        let ids: Vec<Uuid> = planned_rows(insert, count).get_results(writing.connection()).await?;
        written.extend(ids);
    }
    let mut agencies = agencies.into_iter().flatten().filter(|it| written.contains(&it.notification_id)).peekable();
    while agencies.peek().is_some() {
        let some: Vec<NewAgency> = agencies.by_ref().take(MOST_ROWS).collect();
        let count = some.len();
        let insert = diesel::insert_into(notification_agency::table).values(some);
        planned_rows(insert, count).execute(writing.connection()).await?;
    }
    let ids: Vec<Uuid> = written.iter().copied().collect();
    if mails {
        mail::plan(writing, &ids).await?;
    }
    push::plan(writing, &ids).await?;
    for id in &written {
        writing.changed(ChangeKind::Created, (NOUN, *id));
    }
    Ok(written.len())
}
