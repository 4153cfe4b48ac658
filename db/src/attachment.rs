//! Attachments (tệp đính kèm): files that show what a figure, a report of progress or a document says.
//!
//! A file comes in parts, each an object of the store of files, which is not known here. Once it is whole it never changes. It is let go
//! if nothing has it by the end of a day; once something has it, it is kept for ever. Those of a figure belong to one of its revisions, and are part
//! of what is endorsed: `measurement_content_hash`.

use std::collections::{HashMap, HashSet};

use auth::{Acts as _, action::AttachFile, random};
use chrono::{DateTime, TimeDelta, Utc};
use derive::boxed;
use diesel::{
    BoolExpressionMethods as _, ExpressionMethods as _, JoinOnDsl as _, NullableExpressionMethods as _, QueryDsl as _,
    Queryable, Selectable, SelectableHelper as _,
    dsl::{count_star, sum},
    sql_types::{Array, Integer, Uuid as SqlUuid},
};
use diesel_async::RunQueryDsl as _;
use object_layer::SimpleObject;
use serde_json::json;
use uuid::Uuid;

use crate::{
    Acting, DbError, Id, Pool, Violation, ViolationCode, Writer,
    audit::hex,
    id::Tagged,
    input::Checks,
    noun::relation,
    planned::planned,
    schema::{
        attachment, attachment_part, directive, document, document_attachment, measurement, measurement_attachment,
        measurement_revision, progress_update, progress_update_attachment,
    },
    visible::{refers_to_visible, visible, visible_revision},
    writer::{AuditEvent, Writing},
};

const NOUN: &str = "attachment";

/// The longest name, in characters.
const NAME: u16 = 200;

/// The most files that one thing has.
const MOST: usize = 20;

/// The most parts of a file: when it is whole, all of them are read.
const MOST_PARTS: i64 = 256;

/// The most bytes of one account's files that nothing has yet, those included that are on their way out.
const MOST_BYTES: i64 = 1 << 30;

/// For how long a file waits for something that has it.
const KEPT: TimeDelta = TimeDelta::days(1);

/// For how much longer its bytes stay, so that nobody's clock matters.
const LEEWAY: TimeDelta = TimeDelta::hours(1);

/// A file (tệp đính kèm) that shows what a figure, a report or a document says.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = attachment)]
pub struct Attachment {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Its name with its ending, as its sender calls it
    pub name: String,
    /// What its bytes are, such as `application/pdf`
    #[diesel(select_expression = attachment::media_type.assume_not_null())]
    pub media_type: String,
    /// Its bytes
    pub size: i32,
    /// When its last byte came, in UTC
    #[diesel(select_expression = attachment::received_at.assume_not_null())]
    pub received_at: DateTime<Utc>,
    /// SHA-256 of its bytes
    #[diesel(select_expression = attachment::content_hash.assume_not_null())]
    #[graphql(skip)]
    pub content_hash: Vec<u8>,
}

impl Tagged for Attachment {
    const TAG: u8 = b'H';
}

/// A file on its way.
#[derive(Debug, Clone)]
pub struct Arriving {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its bytes, once all have come.
    pub size: i32,
    /// Those that have come.
    pub received: i32,
    /// Whether it is whole.
    pub is_whole: bool,
    /// Until when something has to have it; none once something has.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A part of a file: an object of the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = attachment_part)]
pub struct Part {
    /// Its id.
    pub id: Uuid,
    /// Its place in the file, from 0.
    pub starts_at: i32,
    /// Its bytes.
    pub bytes: i32,
}

/// What is known of a file once its last part has come.
#[derive(Debug)]
pub struct Whole {
    /// What its bytes are.
    pub media_type: String,
    /// SHA-256 of its bytes.
    pub content_hash: [u8; 32],
}

/// Whether the file in the row is there for whoever sends it.
macro_rules! is_there {
    ($now:expr) => {
        attachment::expires_at.is_null().or(attachment::expires_at.gt($now))
    };
}

/// Begins a file, and answers its id. What has to be mended is told beside `name` and `size`.
#[boxed]
pub async fn begin(acting: &Acting<AttachFile>, name: &str, size: i32) -> Result<Uuid, DbError> {
    let by = acting.permit.actor().account().ok_or(DbError::NotFound)?;
    let mut checks = Checks::default();
    let name = checks.text("name", name, NAME);
    checks.passed()?;
    let work = async |writing: &mut Writing| {
        let now = writing.now();
        // Whoever else begins one in that name waits: the sum is what it is.
        let lock = diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended('attachment ' || $1::text, 0))");
        lock.bind::<SqlUuid, _>(by).execute(writing.connection()).await?;
        let waiting = attachment::table
            .filter(attachment::created_by.eq(by))
            .filter(attachment::expires_at.is_not_null())
            .select(sum(attachment::size));
        let waiting: Option<i64> = waiting.first(writing.connection()).await?;
        if waiting.unwrap_or_default() + i64::from(size) > MOST_BYTES {
            let violation = Violation::of(ViolationCode::TooMany, &["input", "size"]);
            return Err(DbError::Violated(vec![violation.limit(i32::try_from(MOST_BYTES).unwrap_or(i32::MAX))]));
        }
        let id = random::id(now);
        let row = (
            attachment::id.eq(id),
            attachment::name.eq(&name),
            attachment::size.eq(size),
            attachment::created_at.eq(now),
            attachment::created_by.eq(by),
            attachment::expires_at.eq(now + KEPT),
        );
        diesel::insert_into(attachment::table).values(row).execute(writing.connection()).await?;
        Ok(id)
    };
    acting.write(work).await
}

/// A file that an account sends; `DbError::NotFound` for that of another, and once it has expired.
#[boxed]
pub async fn arriving(writer: &Writer, account: Uuid, id: Uuid) -> Result<Arriving, DbError> {
    let received = attachment_part::table
        .filter(attachment_part::attachment_id.eq(attachment::id))
        .select(sum(attachment_part::bytes))
        .single_value();
    let query =
        attachment::table.find(id).filter(attachment::created_by.eq(account)).filter(is_there!(writer.now())).select((
            attachment::name,
            attachment::size,
            attachment::received_at.is_not_null(),
            attachment::expires_at,
            received,
        ));
    let found: (String, i32, bool, Option<DateTime<Utc>>, Option<i64>) =
        query.first(&mut writer.alone().await?.statement()).await?;
    let (name, size, is_whole, expires_at, received) = found;
    let received = received.and_then(|it| i32::try_from(it).ok()).unwrap_or_default();
    Ok(Arriving { id, name, size, received, is_whole, expires_at })
}

/// Takes a part in, which lies in the store already; with the last one the file is whole. `DbError::Conflict` if the part does not
/// begin where the one before it ends.
#[boxed]
pub async fn receive(acting: &Acting<AttachFile>, id: Uuid, part: Part, whole: Option<Whole>) -> Result<(), DbError> {
    let by = acting.permit.actor().account().ok_or(DbError::NotFound)?;
    let work = async |writing: &mut Writing| {
        let open = attachment::table
            .find(id)
            .filter(attachment::created_by.eq(by))
            .filter(is_there!(writing.now()))
            .select((attachment::name, attachment::size, attachment::received_at.is_not_null()))
            .for_no_key_update();
        let (name, size, is_whole): (String, i32, bool) = open.first(writing.connection()).await?;
        let received = attachment_part::table.filter(attachment_part::attachment_id.eq(id));
        let received = received.select((sum(attachment_part::bytes), count_star()));
        let (received, parts): (Option<i64>, i64) = received.first(writing.connection()).await?;
        if is_whole || received.unwrap_or_default() != i64::from(part.starts_at) {
            return Err(DbError::Conflict("the file goes on at another place".into()));
        }
        if parts >= MOST_PARTS {
            let most = i32::try_from(MOST_PARTS).unwrap_or(i32::MAX);
            return Err(DbError::Violated(vec![
                Violation::of(ViolationCode::TooMany, &["input", "parts"]).limit(most),
            ]));
        }
        let row = (
            attachment_part::id.eq(part.id),
            attachment_part::attachment_id.eq(id),
            attachment_part::starts_at.eq(part.starts_at),
            attachment_part::bytes.eq(part.bytes),
        );
        diesel::insert_into(attachment_part::table).values(row).execute(writing.connection()).await?;
        if let Some(whole) = &whole {
            let row = (
                attachment::media_type.eq(&whole.media_type),
                attachment::content_hash.eq(whole.content_hash.to_vec()),
                attachment::received_at.eq(writing.now()),
            );
            diesel::update(attachment::table.find(id)).set(row).execute(writing.connection()).await?;
            let hash = hex(&whole.content_hash);
            writing.audit(AuditEvent {
                action: AttachFile::ACTION.as_str(),
                object: Some((NOUN, id)),
                after: Some(json!({ "name": name, "size": size, "mediaType": whole.media_type, "contentHash": hash })),
                ..AuditEvent::default()
            });
        }
        Ok(())
    };
    acting.write(work).await
}

/// Lets a file go that nothing has: it is not there any more, and its bytes go soon.
#[boxed]
pub async fn give_up(acting: &Acting<AttachFile>, id: Uuid) -> Result<(), DbError> {
    let by = acting.permit.actor().account().ok_or(DbError::NotFound)?;
    let work = async |writing: &mut Writing| {
        let now = writing.now();
        let own =
            attachment::table.find(id).filter(attachment::created_by.eq(by)).filter(attachment::expires_at.gt(now));
        let gone = diesel::update(own).set(attachment::expires_at.eq(now)).execute(writing.connection()).await?;
        if gone == 0 { Err(DbError::NotFound) } else { Ok(()) }
    };
    acting.write(work).await
}

/// Some files whose time is over and that nothing has.
#[boxed]
pub async fn abandoned(pool: &Pool, now: DateTime<Utc>) -> Result<Vec<Uuid>, DbError> {
    let ids = attachment::table
        .filter(attachment::expires_at.lt(now - LEEWAY))
        .order(attachment::expires_at)
        .limit(100)
        .select(attachment::id);
    Ok(ids.load(&mut pool.get().await?.statement()).await?)
}

/// Forgets an abandoned file, the bytes of which are gone.
#[boxed]
pub async fn forget(pool: &Pool, id: Uuid) -> Result<(), DbError> {
    let one = attachment::table.find(id).filter(attachment::expires_at.is_not_null());
    diesel::delete(one).execute(&mut pool.get().await?.statement()).await?;
    Ok(())
}

/// The parts of a file that have come, in their order.
#[boxed]
pub async fn parts(pool: &Pool, id: Uuid) -> Result<Vec<Part>, DbError> {
    let query = attachment_part::table
        .filter(attachment_part::attachment_id.eq(id))
        .order(attachment_part::starts_at)
        .select(Part::as_select());
    Ok(query.load(&mut pool.get().await?.statement()).await?)
}

/// A whole file, for whoever has a link to it.
#[boxed]
pub async fn whole(pool: &Pool, id: Uuid) -> Result<Attachment, DbError> {
    let query =
        attachment::table.find(id).filter(attachment::received_at.is_not_null()).select(Attachment::as_select());
    Ok(query.first(&mut pool.get().await?.statement()).await?)
}

relation!(
    /// The files of each revision of a measurement, by name.
    AttachmentsOfMeasurement => (i32, Attachment),
    |reader, parents| measurement_attachment::table
        .inner_join(attachment::table)
        .inner_join(measurement_revision::table.on(
            measurement_revision::measurement_id.eq(measurement_attachment::measurement_id)
                .and(measurement_revision::revision.eq(measurement_attachment::revision))))
        .inner_join(measurement::table.on(measurement::id.eq(measurement_attachment::measurement_id)))
        .filter(measurement_attachment::measurement_id.eq_any(parents))
        .filter(visible_revision(reader))
        .order((measurement_attachment::measurement_id, measurement_attachment::revision, attachment::name, attachment::id))
        .select((measurement_attachment::measurement_id, (measurement_attachment::revision, Attachment::as_select())))
);

relation!(
    /// The files of a report of progress, by name.
    AttachmentsOfProgress => Attachment,
    |reader, parents| progress_update_attachment::table
        .inner_join(attachment::table)
        .inner_join(progress_update::table)
        .filter(progress_update_attachment::progress_update_id.eq_any(parents))
        .filter(refers_to_visible(reader, progress_update::directive_id, directive::table))
        .order((progress_update_attachment::progress_update_id, attachment::name, attachment::id))
        .select((progress_update_attachment::progress_update_id, Attachment::as_select()))
);

relation!(
    /// The files of a document, by name.
    AttachmentsOfDocument => Attachment,
    |reader, parents| document_attachment::table
        .inner_join(attachment::table)
        .inner_join(document::table)
        .filter(document_attachment::document_id.eq_any(parents))
        .filter(visible(reader, document::table))
        .order((document_attachment::document_id, attachment::name, attachment::id))
        .select((document_attachment::document_id, Attachment::as_select()))
);

/// The field of inputs that names files.
const FIELD: &str = "attachments";

/// Which of the files that an input names something may be given.
#[derive(Default)]
pub(crate) struct Attachable {
    /// Those that the actor has sent, and whether each is whole.
    own: HashMap<Uuid, bool>,
    /// Those that things have already, by the thing.
    had: HashSet<(Uuid, Uuid)>,
}

impl Attachable {
    /// Asks the database only if a file is named. `had` are the files that the things have already.
    pub(crate) async fn load(
        writing: &mut Writing,
        by: Option<Uuid>,
        named: impl Iterator<Item = &[Id<Attachment>]>,
        had: impl AsyncFnOnce(&mut Writing) -> Result<Vec<(Uuid, Uuid)>, DbError>,
    ) -> Result<Self, DbError> {
        let ids: HashSet<Uuid> = named.flatten().filter_map(|id| id.uuid().ok()).collect();
        let Some(by) = by.filter(|_| !ids.is_empty()) else { return Ok(Self::default()) };
        let own = attachment::table
            .filter(attachment::id.eq_any(ids))
            .filter(attachment::created_by.eq(by))
            .filter(is_there!(writing.now()))
            .select((attachment::id, attachment::received_at.is_not_null()));
        let own: Vec<(Uuid, bool)> = own.load(writing.connection()).await?;
        Ok(Self { own: own.into_iter().collect(), had: had(writing).await?.into_iter().collect() })
    }

    /// The files of an input, in any order, or all that has to be mended in them: `thing` is what is given them, if it is there already.
    pub(crate) fn checked(&self, thing: Option<Uuid>, named: &[Id<Attachment>]) -> Result<Vec<Uuid>, Vec<Violation>> {
        let refuse = |code| Violation::of(code, &["input", FIELD]);
        if named.len() > MOST {
            return Err(vec![refuse(ViolationCode::TooMany).limit(i32::try_from(MOST).unwrap_or(i32::MAX))]);
        }
        let (mut ids, mut broken) = (HashSet::new(), Vec::new());
        for id in named {
            let state = id.uuid().ok().map(|id| {
                let is_had = thing.is_some_and(|thing| self.had.contains(&(thing, id)));
                (id, if is_had { Some(true) } else { self.own.get(&id).copied() })
            });
            match state {
                None | Some((_, None)) => broken.push(refuse(ViolationCode::NotFound)),
                Some((_, Some(false))) => broken.push(refuse(ViolationCode::NotFinished)),
                Some((id, Some(true))) if !ids.insert(id) => broken.push(refuse(ViolationCode::Duplicate)),
                Some((_, Some(true))) => {}
            }
        }
        if broken.is_empty() { Ok(ids.into_iter().collect()) } else { Err(broken) }
    }
}

/// What becomes of the files of a revision that is written.
#[derive(Debug)]
pub(crate) enum RevisionFiles {
    /// It has these.
    Named(Vec<Uuid>),
    /// It has those of another revision; of none, if there is none.
    AsIn(Option<i32>),
}

/// Gives revisions of measurements their files.
pub(crate) async fn give_to_revisions(
    writing: &mut Writing,
    revisions: &[(Uuid, i32, RevisionFiles)],
) -> Result<(), DbError> {
    const QUERY: &str = "INSERT INTO measurement_attachment (measurement_id, revision, attachment_id) \
        SELECT * FROM unnest(COALESCE((SELECT $1)), COALESCE((SELECT $2)), COALESCE((SELECT $3))) \
        UNION ALL SELECT had.measurement_id, kept.revision, had.attachment_id \
        FROM unnest(COALESCE((SELECT $4)), COALESCE((SELECT $5)), COALESCE((SELECT $6))) AS kept (id, revision, seen) \
            JOIN measurement_attachment AS had ON had.measurement_id = kept.id AND had.revision = kept.seen";
    let (mut named, mut kept) = (Vec::new(), Vec::new());
    for (id, revision, files) in revisions {
        match files {
            RevisionFiles::Named(ids) => named.extend(ids.iter().map(|file| (*id, *revision, *file))),
            RevisionFiles::AsIn(seen) => kept.extend(seen.map(|seen| (*id, *revision, seen))),
        }
    }
    if named.is_empty() && kept.is_empty() {
        return Ok(());
    }
    let insert = diesel::sql_query(QUERY)
        .bind::<Array<SqlUuid>, _>(named.iter().map(|it| it.0).collect::<Vec<_>>())
        .bind::<Array<Integer>, _>(named.iter().map(|it| it.1).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(named.iter().map(|it| it.2).collect::<Vec<_>>())
        .bind::<Array<SqlUuid>, _>(kept.iter().map(|it| it.0).collect::<Vec<_>>())
        .bind::<Array<Integer>, _>(kept.iter().map(|it| it.1).collect::<Vec<_>>())
        .bind::<Array<Integer>, _>(kept.iter().map(|it| it.2).collect::<Vec<_>>());
    planned(insert).execute(writing.connection()).await?;
    Ok(())
}

/// The files that measurements have, in whichever revision.
pub(crate) async fn had_by_measurements(writing: &mut Writing, ids: Vec<Uuid>) -> Result<Vec<(Uuid, Uuid)>, DbError> {
    let query = measurement_attachment::table
        .filter(measurement_attachment::measurement_id.eq_any(ids))
        .select((measurement_attachment::measurement_id, measurement_attachment::attachment_id));
    Ok(query.load(writing.connection()).await?)
}

/// Gives a report of progress its files, which are all new to it.
pub(crate) async fn give_to_progress(
    writing: &mut Writing,
    progress: Uuid,
    by: Option<Uuid>,
    named: &[Id<Attachment>],
) -> Result<(), DbError> {
    let files = Attachable::load(writing, by, [named].into_iter(), async |_| Ok(Vec::new())).await?;
    let rows = files.checked(None, named).map_err(DbError::Violated)?.into_iter().map(|id| {
        (progress_update_attachment::progress_update_id.eq(progress), progress_update_attachment::attachment_id.eq(id))
    });
    let rows: Vec<_> = rows.collect();
    if !rows.is_empty() {
        diesel::insert_into(progress_update_attachment::table).values(rows).execute(writing.connection()).await?;
    }
    Ok(())
}

/// Gives a document its files anew.
pub(crate) async fn give_to_document(
    writing: &mut Writing,
    document: Uuid,
    by: Option<Uuid>,
    named: &[Id<Attachment>],
) -> Result<(), DbError> {
    let of_document = document_attachment::table.filter(document_attachment::document_id.eq(document));
    let had = async |writing: &mut Writing| {
        let had = of_document.select((document_attachment::document_id, document_attachment::attachment_id));
        Ok(had.load(writing.connection()).await?)
    };
    let files = Attachable::load(writing, by, [named].into_iter(), had).await?;
    let ids = files.checked(Some(document), named).map_err(DbError::Violated)?;
    diesel::delete(of_document).execute(writing.connection()).await?;
    let rows = ids
        .into_iter()
        .map(|id| (document_attachment::document_id.eq(document), document_attachment::attachment_id.eq(id)));
    let rows: Vec<_> = rows.collect();
    if !rows.is_empty() {
        diesel::insert_into(document_attachment::table).values(rows).execute(writing.connection()).await?;
    }
    Ok(())
}
