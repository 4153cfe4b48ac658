//! What changes reporting rules: they are read out of a document, and mended.

use async_graphql::InputObject;
use auth::{action::KeepCatalogue, random};
use derive::boxed;
use diesel::{ExpressionMethods as _, QueryDsl as _, SelectableHelper as _};
use diesel_async::RunQueryDsl as _;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{ReportingCadenceKind, ReportingKind, ReportingRole, ReportingRule};
use crate::{
    Acting, DbError, Id, ViolationCode,
    clause::{self, SUMMARY, WORDS, rewrite},
    document::change::{keeps, kept},
    input::{CLAUSE, Checks, Edit, NOTE, few, refused},
    schema::{reporting_rule, reporting_rule_cadence as cadence, reporting_rule_party as party},
    text::symbol,
    writer::{ChangeKind, Writing},
};

const NOUN: &str = "reporting_rule";

/// A reporting rule to be defined: a clause that says who reports what to whom, and how often.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DefineReportingRuleInput")]
pub struct NewReportingRule {
    /// Code of the document it stands in, of a catalogue that the viewer keeps
    pub document: String,
    /// What its code ends in, behind that of the document, such as `r01`; at most 40 characters
    pub item: String,
    /// Clause of the document, as printed, at most 40 characters
    pub clause: String,
    /// What it asks for
    pub kind: ReportingKind,
    /// What else is known of it
    #[graphql(flatten)]
    pub details: Details,
}

/// What is mended of a reporting rule. What is left out stays; null empties; a list takes the place of the one before.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "AmendReportingRuleInput")]
pub struct Amendment {
    /// The rule
    pub reporting_rule: Id<ReportingRule>,
    /// The `version` that was seen: if it has changed since, nothing is written
    pub expected_version: i32,
    /// What it asks for
    pub kind: Option<ReportingKind>,
    /// What else changes
    #[graphql(flatten)]
    pub details: Details,
}

/// How often a rule asks, with the document's words.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "ReportingCadenceInput")]
pub struct NewCadence {
    /// How often
    pub cadence: ReportingCadenceKind,
    /// The cadence as written, at most 300 characters
    pub words: String,
}

/// What is known of a reporting rule beside where it stands and what it asks for.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "ReportingRuleDetailsInput")]
pub struct Details {
    /// Codes of agencies that report, also of such as are gone, in the order of the document, at most 50
    pub reporters: Option<Vec<String>>,
    /// Codes of agencies that receive, also of such as are gone, in the order of the document, at most 50
    pub recipients: Option<Vec<String>>,
    /// How often, in the order of the document
    pub cadences: Option<Vec<NewCadence>>,
    /// True if it is also owed when something happens (đột xuất)
    pub ad_hoc: Option<bool>,
    /// True if it is also owed whenever somebody asks (khi có yêu cầu)
    pub on_request: Option<bool>,
    /// False if it was only asked for; a new one is in force if nothing is said
    pub in_force: Option<bool>,
    /// What else has to be done with the report, at most 2,000 characters
    #[graphql(default_with = "Edit::Stays")]
    pub also: Edit<String>,
    /// What a careful reader should know about the source, at most 2,000 characters
    #[graphql(default_with = "Edit::Stays")]
    pub note: Edit<String>,
}

impl Details {
    fn clean(&mut self, checks: &mut Checks) {
        checks.edit("also", &mut self.also, SUMMARY);
        checks.edit("note", &mut self.note, NOTE);
        for line in self.cadences.iter_mut().flatten() {
            line.words = checks.text("cadences", &line.words, WORDS);
        }
    }

    /// Gives a row what it becomes.
    fn onto(&self, row: &mut ReportingRule) {
        row.ad_hoc = self.ad_hoc.unwrap_or(row.ad_hoc);
        row.on_request = self.on_request.unwrap_or(row.on_request);
        row.in_force = self.in_force.unwrap_or(row.in_force);
        self.also.onto(&mut row.also);
        self.note.onto(&mut row.note);
    }

    /// Writes anew who reports to whom, and how often; whether any of it was given.
    async fn relate(&self, writing: &mut Writing, rule: Uuid) -> Result<bool, DbError> {
        for (role, codes, field) in [
            (ReportingRole::Reporter, &self.reporters, "reporters"),
            (ReportingRole::Recipient, &self.recipients, "recipients"),
        ] {
            let Some(codes) = codes else { continue };
            let agencies = clause::agencies(writing, codes, field).await?;
            let before = party::table.filter(party::rule_id.eq(rule)).filter(party::role.eq(role));
            diesel::delete(before).execute(writing.connection()).await?;
            let rows = agencies.into_iter().zip(1..).map(|(agency, place)| {
                (party::rule_id.eq(rule), party::agency_id.eq(agency), party::role.eq(role), party::position.eq(place))
            });
            diesel::insert_into(party::table).values(rows.collect::<Vec<_>>()).execute(writing.connection()).await?;
        }
        if let Some(lines) = &self.cadences {
            few(lines.len(), "cadences")?;
            rewrite!(writing, cadence, rule_id = rule; lines.iter().zip(1..).map(|(line, place)| (
                cadence::rule_id.eq(rule), cadence::position.eq(place), cadence::cadence.eq(line.cadence), cadence::words.eq(&line.words))));
        }
        Ok(self.reporters.is_some() || self.recipients.is_some() || self.cadences.is_some())
    }
}

/// Defines a reporting rule of a document.
#[boxed]
pub async fn define(acting: &Acting<KeepCatalogue>, mut new: NewReportingRule) -> Result<ReportingRule, DbError> {
    let mut checks = Checks::default();
    let clause = clause::clause(&mut checks, &new.clause, CLAUSE);
    let item = checks.text("item", &symbol(&new.item), CLAUSE);
    new.details.clean(&mut checks);
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        let document = clause::standing(acting, writing, &new.document).await?;
        kept(acting, writing, &document, "document").await?;
        let mut row = ReportingRule {
            id: random::id(writing.now()),
            code: clause::code(&document, Some(&item), &clause),
            kind: new.kind,
            clause,
            ad_hoc: false,
            on_request: false,
            in_force: true,
            also: None,
            note: None,
            version: 1,
            document_id: document.id,
        };
        new.details.onto(&mut row);
        diesel::insert_into(reporting_rule::table).values(&row).execute(writing.connection()).await?;
        new.details.relate(writing, row.id).await?;
        writing.record(&acting.permit, ChangeKind::Created, (NOUN, row.id), None, Some(audit_snapshot(&row)));
        Ok(row)
    };
    acting.write(work).await
}

/// Mends a reporting rule.
#[boxed]
pub async fn amend(acting: &Acting<KeepCatalogue>, mut new: Amendment) -> Result<ReportingRule, DbError> {
    let id = new.reporting_rule.uuid()?;
    let mut checks = Checks::default();
    new.details.clean(&mut checks);
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        let found = reporting_rule::table.find(id).select(ReportingRule::as_select()).for_no_key_update();
        let before: ReportingRule = found.first(writing.connection()).await?;
        if !keeps(acting, writing, before.document_id).await? {
            return Err(DbError::NotFound);
        }
        if before.version != new.expected_version {
            return Err(refused(ViolationCode::Stale, "expectedVersion"));
        }
        let mut after = before.clone();
        after.kind = new.kind.unwrap_or(after.kind);
        new.details.onto(&mut after);
        if !new.details.relate(writing, id).await? && after == before {
            return Err(refused(ViolationCode::Unchanged, "reportingRule"));
        }
        after.version += 1;
        let changes = (
            (reporting_rule::kind.eq(after.kind), reporting_rule::ad_hoc.eq(after.ad_hoc)),
            (reporting_rule::on_request.eq(after.on_request), reporting_rule::in_force.eq(after.in_force)),
            (reporting_rule::also.eq(&after.also), reporting_rule::note.eq(&after.note)),
            reporting_rule::version.eq(after.version),
        );
        diesel::update(reporting_rule::table.find(id)).set(changes).execute(writing.connection()).await?;
        let (was, is) = (audit_snapshot(&before), audit_snapshot(&after));
        writing.record(&acting.permit, ChangeKind::Updated, (NOUN, id), Some(was), Some(is));
        Ok(after)
    };
    acting.write(work).await
}

/// A rule as the audit trail keeps it.
fn audit_snapshot(row: &ReportingRule) -> Value {
    json!({ "code": row.code, "kind": row.kind, "clause": row.clause, "inForce": row.in_force, "note": row.note, "version": row.version })
}
