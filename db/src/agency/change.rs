//! What changes agencies: they are opened, renamed, moved, merged, split and closed, each by a document, from a day on.

use std::collections::{BTreeSet, HashMap};

use async_graphql::InputObject;
use auth::{Action, action::ManageAgencies};
use diesel::{
    ExpressionMethods as _, QueryDsl as _, SelectableHelper as _,
    sql_types::{Array, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use uuid::Uuid;

pub use self::{
    amending::{Amendment, Members, NewSuccession, amend, record, set_members},
    ending::{Closing, Merger, SeenAgency, Shares, Split, close, merge, split},
    keeping::{Move, NewName, Renaming, relocate, rename},
    opening::{AgencyToOpen, NewAgency, open},
    passing::{Passed, PassedKind},
    registering::{Registration, register},
    sharing::Share,
    steps::{
        Bulk, CloseStep, MergeStep, MoveStep, RenameStep, Reorganisation, SplitStep, Step, reorganise,
        reorganise_in_bulk,
    },
};
use super::Agency;
use crate::{
    Acting, Date, DbError, Id, ViolationCode,
    document::in_force,
    input::{Checks, NOTE, refused},
    principal,
    schema::agency,
    writer::Writing,
};

mod amending;
mod batches;
mod ending;
mod keeping;
mod opening;
mod passing;
mod registering;
mod sharing;
mod steps;
mod succeeding;

const NOUN: &str = "agency";

/// The longest name, in characters.
const NAME: u16 = 300;

/// What every change of agencies says: from when it holds, which document decides it, and whether it is only to be looked at.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "AgencyDecisionInput")]
pub struct Decision {
    /// The first day of the new order (Asia/Ho_Chi_Minh)
    pub on: Date,
    /// Code of the document that decides it, which was issued and is in force
    pub document: String,
    /// Its clause, as printed, at most 40 characters
    pub clause: Option<String>,
    /// What a careful reader should know about the source, at most 2,000 characters
    pub note: Option<String>,
    /// True: nothing is changed, and the answer says what would be
    #[graphql(default)]
    pub dry_run: bool,
}

/// A [`Decision`] as it is stored.
#[derive(Debug, Clone)]
struct Decided {
    on: Date,
    document: Uuid,
    clause: Option<String>,
    note: Option<String>,
}

impl Decision {
    /// Its clause and its note as they are stored.
    fn texts(&self, checks: &mut Checks) -> (Option<String>, Option<String>) {
        (checks.clause(self.clause.as_deref()), checks.optional("note", self.note.as_deref(), NOTE))
    }

    /// It, if the actor sees the document and it is in force.
    async fn decided(
        &self,
        acting: &Acting<ManageAgencies>,
        writing: &mut Writing,
        (clause, note): (Option<String>, Option<String>),
    ) -> Result<Decided, DbError> {
        let document = in_force(acting, writing, &self.document, &["input", "document"]).await?;
        Ok(Decided { on: self.on, document: document.id, clause, note })
    }
}

impl Decided {
    /// Refused before its day: names, and what passes to others, hold from the moment at which they are written.
    fn has_come(&self, writing: &Writing) -> Result<(), DbError> {
        if self.on > writing.today() { Err(refused(ViolationCode::TooEarly, "on")) } else { Ok(()) }
    }
}

/// Does something by the document; a dry run is taken back.
async fn decide<T: Rehearsable>(
    acting: &Acting<ManageAgencies>,
    decision: &Decision,
    work: impl AsyncFnOnce(&mut Writing, &Decided) -> Result<T, DbError>,
) -> Result<T, DbError> {
    let mut checks = Checks::default();
    let texts = decision.texts(&mut checks);
    checks.passed()?;
    let all = async |writing: &mut Writing| {
        let decided = decision.decided(acting, writing, texts).await?;
        Ok(work(writing, &decided).await?.rehearsed(decision.dry_run))
    };
    acting.write_or_rehearse(decision.dry_run, all).await
}

/// An answer that says whether it was only looked at.
trait Rehearsable: Serialize + DeserializeOwned {
    fn rehearsed(self, is_rehearsal: bool) -> Self;
}

impl Rehearsable for Reorganised {
    fn rehearsed(self, is_rehearsal: bool) -> Self {
        Self { is_rehearsal, ..self }
    }
}

impl<T: Rehearsable> Rehearsable for Option<T> {
    fn rehearsed(self, is_rehearsal: bool) -> Self {
        self.map(|done| done.rehearsed(is_rehearsal))
    }
}

impl Rehearsable for Vec<Reorganised> {
    fn rehearsed(self, is_rehearsal: bool) -> Self {
        self.into_iter().map(|one| one.rehearsed(is_rehearsal)).collect()
    }
}

/// What became of agencies, or would.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reorganised {
    /// Whether it was only looked at.
    pub is_rehearsal: bool,
    /// The agency that was opened, renamed, moved, split or closed; of a merger the one that took over.
    pub agency: Uuid,
    /// What passed from whom to whom, by kind.
    pub passed: Vec<Passed>,
}

impl Reorganised {
    /// One from whom nothing passed.
    const fn alone(agency: Uuid) -> Self {
        Self::passing(agency, Vec::new())
    }

    /// One, with what passed.
    const fn passing(agency: Uuid, passed: Vec<Passed>) -> Self {
        Self { is_rehearsal: false, agency, passed }
    }
}

/// What became of the one that was changed alone.
fn only(done: Vec<Reorganised>) -> Result<Reorganised, DbError> {
    done.into_iter().next().ok_or(DbError::NotFound)
}

/// Locks an agency until the end of the transaction, and loads it as its editor has seen it; not found if it is out of reach. Nobody
/// gives it anything new meanwhile.
pub(crate) async fn lock_and_load(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    id: &Id<Agency>,
    expected_version: i32,
) -> Result<Agency, DbError> {
    let id = id.uuid()?;
    let query = agency::table.find(id).select(Agency::as_select()).for_update();
    let found: Agency = query.first(writing.connection()).await?;
    if !reaches(acting, writing, id).await? {
        return Err(DbError::NotFound);
    }
    if found.version != expected_version {
        return Err(refused(ViolationCode::Stale, "expectedVersion"));
    }
    Ok(found)
}

/// The agencies of these codes, in their order, locked until the end of the transaction; refused beside the field if one is not there or
/// out of reach.
async fn of_codes(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    codes: &[&str],
    field: &'static str,
) -> Result<Vec<Agency>, DbError> {
    let query = agency::table.filter(agency::code.eq_any(codes)).order(agency::id);
    let found = query.select(Agency::as_select()).for_update().load::<Agency>(writing.connection()).await?;
    let beyond = out_of_reach(acting, writing, found.iter().map(|row| row.id)).await?;
    let found: HashMap<&str, &Agency> = found.iter().map(|row| (row.code.as_str(), row)).collect();
    let named = codes.iter().map(|code| match found.get(code) {
        None => Err(refused(ViolationCode::NotFound, field)),
        Some(agency) if beyond.contains(&agency.id) => Err(refused(ViolationCode::OutOfReach, field)),
        Some(agency) => Ok(Agency::clone(agency)),
    });
    named.collect()
}

/// Whether the actor reaches an agency.
async fn reaches(acting: &Acting<ManageAgencies>, writing: &mut Writing, id: Uuid) -> Result<bool, DbError> {
    Ok(out_of_reach(acting, writing, [id]).await?.is_empty())
}

/// Which of some agencies the actor does not reach. They reach also what was opened a moment ago, of which their permit does not know yet.
async fn out_of_reach(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<BTreeSet<Uuid>, DbError> {
    let mut beyond: BTreeSet<Uuid> = ids.into_iter().filter(|id| !acting.permit.reach().holds(Some(*id))).collect();
    let Some(account) = acting.permit.actor().account().filter(|_| !beyond.is_empty()) else { return Ok(beyond) };
    if let Some(now) = principal::of_account(writing, account).await? {
        let reach = now.reach(Action::ManageAgencies);
        beyond.retain(|id| !reach.holds(Some(*id)));
    }
    Ok(beyond)
}

/// Raises the version of agencies of which something has changed: by one for each time that one is named.
async fn raise(writing: &mut Writing, ids: &[Uuid]) -> Result<(), DbError> {
    const RAISE: &str = "UPDATE agency SET version = version + changed.times \
        FROM (SELECT id, count(*)::integer AS times FROM unnest($1) AS one (id) GROUP BY id) AS changed WHERE agency.id = changed.id";
    diesel::sql_query(RAISE).bind::<Array<SqlUuid>, _>(ids).execute(writing.connection()).await?;
    Ok(())
}

/// An agency as the audit trail keeps it.
fn audit_snapshot(row: &Agency) -> Value {
    json!({ "code": row.code, "nameVi": row.name_vi, "nameEn": row.name_en, "openedOn": row.opened_on, "closedOn": row.closed_on, "version": row.version })
}

/// The same with what decides its change.
fn audited(row: &Agency, decided: &Decided, more: Value) -> Value {
    let mut shown = audit_snapshot(row);
    if let (Value::Object(fields), Value::Object(more)) = (&mut shown, more) {
        fields.insert("on".to_owned(), json!(decided.on));
        fields.insert("document".to_owned(), json!(decided.document));
        fields.insert("clause".to_owned(), json!(decided.clause));
        fields.extend(more);
    }
    shown
}
