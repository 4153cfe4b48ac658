//! How agencies become others: who takes over is there, what is open passes on, and those who end are gone.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
};

use auth::{action::ManageAgencies, random};
use diesel::{
    ExpressionMethods as _, OptionalExtension as _, QueryDsl as _, QueryableByName,
    sql_types::{Array, Date as SqlDate, Integer, Nullable, Text, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use serde_json::json;
use uuid::Uuid;

use super::{
    Decided, NOUN, Passed, audit_snapshot, audited,
    keeping::{leave, live},
    out_of_reach,
    passing::{Passing, with_something_open},
    raise,
    sharing::{Sharing, field_of},
};
use crate::{
    Acting, Date, DbError, Violation, ViolationCode,
    agency::{Agency, AgencyKind, Receiver, SuccessionKind, SuccessionSide, receivers},
    input::refused,
    schema::{agency, agency_name, agency_succession},
    writer::{ChangeKind, Writing},
};

/// Agencies that become others.
pub(super) struct Succession<'a> {
    pub(super) ending: Vec<Agency>,
    /// Who takes over; whoever ends goes on if they are among them.
    pub(super) heirs: Vec<Uuid>,
    pub(super) sharing: Sharing<'a>,
}

impl Succession<'_> {
    /// Into one, who takes over everything, or into nobody.
    pub(super) fn into_one(ending: Vec<Agency>, heir: Option<Uuid>) -> Self {
        let sharing = Sharing { shares: Vec::new(), rest: heir, field: "successor" };
        Self { ending, heirs: heir.into_iter().collect(), sharing }
    }

    /// Those who take over from others.
    fn taking_over(&self) -> impl Iterator<Item = Uuid> {
        self.heirs.iter().copied().filter(|heir| self.ending.iter().all(|ends| ends.id != *heir))
    }
}

/// Where the code of a successor stands in the input.
#[derive(Clone, Copy)]
pub(super) enum Field {
    Successor,
    Share(usize),
}

impl Field {
    fn broken(self, code: ViolationCode) -> Violation {
        match self {
            Self::Successor => Violation::of(code, &["input", "successor"]),
            Self::Share(row) => Violation { field: field_of(row, "agency"), ..Violation::of(code, &[]) },
        }
    }
}

/// A successor by code, and where it is named.
pub(super) struct Named<'a>(pub(super) &'a String, pub(super) Field);

/// The ids of those who take over: there on the day and today, and within reach. Groups take over nothing, for they are nobody.
pub(super) async fn heirs(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    named: &[Named<'_>],
    decided: &Decided,
) -> Result<Vec<Uuid>, DbError> {
    let today = writing.today();
    let codes: Vec<String> = named.iter().map(|Named(code, _)| String::clone(code)).collect();
    let then = receivers(writing, &codes, decided.on).await?;
    let now = receivers(writing, &codes, today).await?;
    let groups = agency::table.filter(agency::code.eq_any(&codes)).filter(agency::kind.eq(AgencyKind::AgencyGroup));
    let groups: BTreeSet<String> = groups.select(agency::code).load(writing.connection()).await?.into_iter().collect();
    let beyond = out_of_reach(acting, writing, now.values().map(|found| found.id)).await?;
    let (mut heirs, mut broken) = (Vec::new(), Vec::new());
    for Named(code, field) in named {
        let found = Receiver::of(then.get(*code), || field.broken(ViolationCode::NotFound));
        match found.and_then(|_| Receiver::of(now.get(*code), || field.broken(ViolationCode::NotFound))) {
            Err(refused) => broken.push(refused),
            Ok(it) if beyond.contains(&it.id) => broken.push(field.broken(ViolationCode::OutOfReach)),
            Ok(_) if groups.contains(*code) => broken.push(field.broken(ViolationCode::Incompatible)),
            Ok(it) => heirs.push(it.id),
        }
    }
    if broken.is_empty() { Ok(heirs) } else { Err(DbError::Violated(broken)) }
}

/// Lets agencies become others, and says what of each passed on. Those with nothing open end together; each of the others passes on what
/// it has in its turn, for it may have become less by those before it, or go with one that ends later.
pub(super) async fn succeed(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    kind: SuccessionKind,
    successions: &[Succession<'_>],
    decided: &Decided,
) -> Result<Vec<Vec<Passed>>, DbError> {
    let ending: Vec<&Agency> = successions.iter().flat_map(|succession| &succession.ending).collect();
    let ids: Vec<Uuid> = ending.iter().map(|ends| ends.id).collect();
    // Those who end are looked at first, while they are still there.
    live(writing, &ids, decided.on).await?;
    begun_before(writing, &ending, decided).await?;
    let open = with_something_open(writing, &ids, decided.on).await?;
    let (mut all, mut together) = (Vec::new(), Vec::new());
    for succession in successions {
        if succession.ending.iter().any(|ends| open.contains(&ends.id)) {
            end_together(acting, writing, kind, &mem::take(&mut together), decided).await?;
            all.push(pass_on_and_end(acting, writing, kind, succession, decided).await?);
        } else {
            // Nothing may be named either.
            succession.sharing.settle(Vec::new())?;
            together.push(succession);
            all.push(Vec::new());
        }
    }
    end_together(acting, writing, kind, &together, decided).await?;
    let heirs: Vec<Uuid> = successions.iter().flat_map(Succession::taking_over).collect();
    raise(writing, &heirs).await?;
    for heir in heirs.into_iter().collect::<BTreeSet<_>>() {
        writing.changed(ChangeKind::Updated, (NOUN, heir));
    }
    Ok(all)
}

/// Ends those of several successions, of whom nothing is open.
async fn end_together(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    kind: SuccessionKind,
    successions: &[&Succession<'_>],
    decided: &Decided,
) -> Result<(), DbError> {
    if successions.is_empty() {
        return Ok(());
    }
    tell(writing, kind, successions, decided).await?;
    let ends = successions.iter().flat_map(|succession| {
        succession.ending.iter().map(|agency| Ending { agency, heirs: &succession.heirs, passed: Vec::new() })
    });
    end(acting, writing, ends.collect(), decided).await
}

/// Ends those of one succession, one after the other, each after it has passed on what is open.
async fn pass_on_and_end(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    kind: SuccessionKind,
    succession: &Succession<'_>,
    decided: &Decided,
) -> Result<Vec<Passed>, DbError> {
    tell(writing, kind, &[succession], decided).await?;
    let mut all = Vec::new();
    for agency in &succession.ending {
        let passing = Passing { acting, decided, from: agency.id };
        let open = passing.open(writing).await?;
        let passed = passing.pass(writing, succession.sharing.settle(open)?).await?;
        all.extend(passed.clone());
        end(acting, writing, vec![Ending { agency, heirs: &succession.heirs, passed }], decided).await?;
    }
    Ok(all)
}

/// Says which agencies became which.
async fn tell(
    writing: &mut Writing,
    kind: SuccessionKind,
    successions: &[&Succession<'_>],
    decided: &Decided,
) -> Result<(), DbError> {
    const PARTIES: &str =
        "INSERT INTO agency_succession_party (succession_id, agency_id, side) SELECT * FROM unnest($1, $2, $3)";
    let (mut rows, mut ids, mut agencies, mut sides) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for succession in successions {
        let id = random::id(writing.now());
        rows.push((
            agency_succession::id.eq(id),
            agency_succession::kind.eq(kind),
            agency_succession::effective_on.eq(decided.on),
            agency_succession::document_id.eq(decided.document),
            agency_succession::clause.eq(&decided.clause),
            agency_succession::note.eq(&decided.note),
        ));
        let before = succession.ending.iter().map(|ends| (ends.id, SuccessionSide::Predecessor));
        for (agency, side) in before.chain(succession.heirs.iter().map(|heir| (*heir, SuccessionSide::Successor))) {
            ids.push(id);
            agencies.push(agency);
            sides.push(side.as_str());
        }
    }
    diesel::insert_into(agency_succession::table).values(rows).execute(writing.connection()).await?;
    diesel::sql_query(PARTIES)
        .bind::<Array<SqlUuid>, _>(ids)
        .bind::<Array<SqlUuid>, _>(agencies)
        .bind::<Array<Text>, _>(sides)
        .execute(writing.connection())
        .await?;
    Ok(())
}

/// Refused if one of the agencies was opened or named on that day or later: it would have been nothing.
async fn begun_before(writing: &mut Writing, ending: &[&Agency], decided: &Decided) -> Result<(), DbError> {
    let ids: Vec<Uuid> = ending.iter().map(|ends| ends.id).collect();
    let named =
        agency_name::table.filter(agency_name::agency_id.eq_any(ids)).filter(agency_name::valid_until.ge(decided.on));
    let named = named.select(agency_name::id).first::<Uuid>(writing.connection()).await.optional()?;
    if named.is_some() || ending.iter().any(|ends| ends.opened_on.is_some_and(|opened| opened >= decided.on)) {
        return Err(refused(ViolationCode::OutOfBounds, "on"));
    }
    Ok(())
}

/// An agency that has passed on what was open, and ends unless it goes on.
struct Ending<'a> {
    agency: &'a Agency,
    heirs: &'a [Uuid],
    passed: Vec<Passed>,
}

impl Ending<'_> {
    fn goes_on(&self) -> bool {
        self.heirs.contains(&self.agency.id)
    }
}

#[derive(QueryableByName)]
struct Ended {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Integer)]
    version: i32,
}

/// Ends agencies.
async fn end(
    acting: &Acting<ManageAgencies>,
    writing: &mut Writing,
    ends: Vec<Ending<'_>>,
    decided: &Decided,
) -> Result<(), DbError> {
    const END: &str = "UPDATE agency SET version = version + 1, closed_on = coalesce(ends.closed_on, agency.closed_on) \
        FROM unnest($1, $2) AS ends (id, closed_on) WHERE agency.id = ends.id RETURNING agency.id, agency.version";
    join_groups(writing, &ends).await?;
    let gone: Vec<Uuid> = ends.iter().filter(|it| !it.goes_on()).map(|it| it.agency.id).collect();
    leave(writing, &gone, decided.on).await?;
    let ids: Vec<Uuid> = ends.iter().map(|it| it.agency.id).collect();
    let days: Vec<Option<Date>> = ends.iter().map(|it| (!it.goes_on()).then_some(decided.on)).collect();
    let query = diesel::sql_query(END).bind::<Array<SqlUuid>, _>(ids).bind::<Array<Nullable<SqlDate>>, _>(&days);
    let ended: Vec<Ended> = query.load(writing.connection()).await?;
    let versions: BTreeMap<Uuid, i32> = ended.into_iter().map(|row| (row.id, row.version)).collect();
    for (it, closed_on) in ends.iter().zip(days) {
        let version = versions.get(&it.agency.id).copied().unwrap_or(it.agency.version + 1);
        let before = Agency { version: version - 1, ..it.agency.clone() };
        let after = Agency { version, closed_on: closed_on.or(before.closed_on), ..before.clone() };
        let told = json!({ "successors": it.heirs, "passed": it.passed });
        let (was, is) = (audit_snapshot(&before), audited(&after, decided, told));
        writing.record(&acting.permit, ChangeKind::Updated, (NOUN, after.id), Some(was), Some(is));
    }
    Ok(())
}

/// What is asked of a group that an agency belongs to is asked of its heirs as well.
async fn join_groups(writing: &mut Writing, ends: &[Ending<'_>]) -> Result<(), DbError> {
    const JOIN: &str = "INSERT INTO agency_member (group_id, agency_id, stated) SELECT DISTINCT member.group_id, passed.heir, false \
        FROM unnest($1, $2) AS passed (id, heir) JOIN agency_member member ON member.agency_id = passed.id ON CONFLICT DO NOTHING";
    let pairs = ends.iter().flat_map(|it| it.heirs.iter().map(|heir| (it.agency.id, *heir)));
    let (ids, heirs): (Vec<Uuid>, Vec<Uuid>) = pairs.unzip();
    let query = diesel::sql_query(JOIN).bind::<Array<SqlUuid>, _>(ids).bind::<Array<SqlUuid>, _>(heirs);
    query.execute(writing.connection()).await?;
    Ok(())
}
