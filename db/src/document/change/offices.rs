//! Which offices a document names, and which meetings it reports.

use async_graphql::InputObject;
use diesel::{ExpressionMethods as _, QueryDsl as _};
use diesel_async::RunQueryDsl as _;
use uuid::Uuid;

use crate::{
    Date, DbError,
    clause::{TITLE, WORDS, agencies, rewrite},
    document_office::OfficeRole,
    input::{Checks, NOTE, few},
    schema::{document_meeting, document_office},
    writer::Writing,
};

/// Who receives or signs a document, or took part in what it reports, by office: never by a person's name.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DocumentOfficeInput")]
pub struct NewOffice {
    /// As what it is named
    pub role: OfficeRole,
    /// Code of the agency of the office, also of one that is gone; null if it is none of the tree
    pub agency: Option<String>,
    /// The office in Vietnamese, at most 300 characters
    pub office_vi: String,
    /// The office in English, at most 300 characters
    pub office_en: String,
    /// As the document prints it, at most 300 characters; null where it is a sentence
    pub as_printed: Option<String>,
    /// What a careful reader should know about the source, at most 2,000 characters
    pub note: Option<String>,
}

/// A meeting (cuộc họp) that a document reports.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "DocumentMeetingInput")]
pub struct NewMeeting {
    /// The day (Asia/Ho_Chi_Minh)
    pub held_on: Date,
    /// The day as written, at most 300 characters
    pub held_words: String,
    /// Where, at most 300 characters; null if the document does not say
    pub place: Option<String>,
    /// What it was about, in Vietnamese, in your words, at most 300 characters
    pub about_vi: String,
    /// What it was about, in English, at most 300 characters
    pub about_en: String,
    /// Code of the agency that chaired it, also of one that is gone; null if the document does not say
    pub chair: Option<String>,
    /// What a careful reader should know about the source, at most 2,000 characters
    pub note: Option<String>,
}

/// The ids of the agencies that rows name, each possibly more than once.
async fn named<'a>(
    writing: &mut Writing,
    codes: impl Iterator<Item = Option<&'a String>> + Clone,
    field: &'static str,
) -> Result<Vec<Option<Uuid>>, DbError> {
    let mut once: Vec<String> = codes.clone().flatten().cloned().collect();
    once.sort_unstable();
    once.dedup();
    let ids = agencies(writing, &once, field).await?;
    let of = |code: &String| once.binary_search(code).ok().and_then(|place| ids.get(place).copied());
    Ok(codes.map(|code| code.and_then(of)).collect())
}

/// Writes anew which offices a document names, in its order.
pub(super) async fn name(writing: &mut Writing, document: Uuid, offices: &[NewOffice]) -> Result<(), DbError> {
    use document_office as office;
    few(offices.len(), "offices")?;
    let ids = named(writing, offices.iter().map(|it| it.agency.as_ref()), "offices").await?;
    let mut checks = Checks::default();
    let rows = offices.iter().zip(ids).zip(1..).map(|((it, agency), place)| {
        (
            (office::document_id.eq(document), office::position.eq(place), office::role.eq(it.role)),
            office::agency_id.eq(agency),
            office::office_vi.eq(checks.text("offices", &it.office_vi, TITLE)),
            office::office_en.eq(checks.text("offices", &it.office_en, TITLE)),
            office::as_printed.eq(checks.optional("offices", it.as_printed.as_deref(), WORDS)),
            office::note.eq(checks.optional("offices", it.note.as_deref(), NOTE)),
        )
    });
    let rows: Vec<_> = rows.collect();
    checks.passed()?;
    rewrite!(writing, document_office, document_id = document; rows.into_iter());
    Ok(())
}

/// Writes anew which meetings a document reports, in its order.
pub(super) async fn report(writing: &mut Writing, document: Uuid, meetings: &[NewMeeting]) -> Result<(), DbError> {
    use document_meeting as meeting;
    few(meetings.len(), "meetings")?;
    let ids = named(writing, meetings.iter().map(|it| it.chair.as_ref()), "meetings").await?;
    let mut checks = Checks::default();
    let rows = meetings.iter().zip(ids).zip(1..).map(|((it, chair), place)| {
        (
            (meeting::document_id.eq(document), meeting::position.eq(place), meeting::held_on.eq(it.held_on)),
            meeting::held_words.eq(checks.text("meetings", &it.held_words, WORDS)),
            meeting::place.eq(checks.optional("meetings", it.place.as_deref(), WORDS)),
            meeting::about_vi.eq(checks.text("meetings", &it.about_vi, TITLE)),
            meeting::about_en.eq(checks.text("meetings", &it.about_en, TITLE)),
            meeting::chair_id.eq(chair),
            meeting::note.eq(checks.optional("meetings", it.note.as_deref(), NOTE)),
        )
    });
    let rows: Vec<_> = rows.collect();
    checks.passed()?;
    rewrite!(writing, document_meeting, document_id = document; rows.into_iter());
    Ok(())
}
