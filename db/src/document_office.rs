//! Who receives and signs documents, by office, and the meetings that they report.

use diesel::prelude::*;
use object_layer::SimpleObject;
use uuid::Uuid;

use crate::{
    Date,
    noun::relation,
    schema::{document_meeting, document_office},
    text_enum::text_enum,
};

text_enum! {
    /// As what a document names an office.
    pub enum OfficeRole {
        /// It is addressed (kính gửi)
        Addressee => "ADDRESSEE",
        /// It receives a copy (nơi nhận)
        Recipient => "RECIPIENT",
        /// It files the document (lưu)
        File => "FILE",
        /// It signs (người ký)
        Signer => "SIGNER",
        /// It chairs the meeting (chủ trì)
        Chair => "CHAIR",
        /// It takes part in the meeting (dự họp)
        Participant => "PARTICIPANT",
        /// It presents something to the meeting (trình bày)
        Presenter => "PRESENTER",
        /// It reports to the meeting (báo cáo)
        Reporter => "REPORTER",
        /// It drafts what is decided on (soạn thảo)
        Author => "AUTHOR",
        /// It carries out (thực hiện)
        Implementer => "IMPLEMENTER",
        /// An office within a committee (chức danh trong Ban Chỉ đạo)
        OfficeInCommittee => "OFFICE_IN_COMMITTEE",
    }
}

/// Who receives or signs a document, or took part in what it reports, by office: never by a person's name.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = document_office)]
pub struct DocumentOffice {
    /// As what it is named
    pub role: OfficeRole,
    /// The office in Vietnamese
    #[graphql(skip)]
    pub office_vi: String,
    /// The office in English
    #[graphql(skip)]
    pub office_en: String,
    /// As the document prints it; null where it is a sentence
    pub as_printed: Option<String>,
    /// What a careful reader should know about the source
    pub note: Option<String>,
    /// The agency of the office
    #[graphql(skip)]
    pub agency_id: Option<Uuid>,
}

relation!(
    /// The offices a document names, in its order.
    OfficesOf => DocumentOffice,
    |reader, parents| document_office::table
        .filter(document_office::document_id.eq_any(parents))
        .order((document_office::document_id, document_office::position))
        .select((document_office::document_id, DocumentOffice::as_select()))
);

/// A meeting (cuộc họp) that a document reports.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = document_meeting)]
pub struct DocumentMeeting {
    /// The day (Asia/Ho_Chi_Minh)
    pub held_on: Date,
    /// The day as written
    pub held_words: String,
    /// Where; null if the document does not say
    pub place: Option<String>,
    /// What it was about, in Vietnamese
    #[graphql(skip)]
    pub about_vi: String,
    /// What it was about, in English
    #[graphql(skip)]
    pub about_en: String,
    /// What a careful reader should know about the source
    pub note: Option<String>,
    /// Who chaired it
    #[graphql(skip)]
    pub chair_id: Option<Uuid>,
}

relation!(
    /// The meetings a document reports, in its order.
    MeetingsOf => DocumentMeeting,
    |reader, parents| document_meeting::table
        .filter(document_meeting::document_id.eq_any(parents))
        .order((document_meeting::document_id, document_meeting::position))
        .select((document_meeting::document_id, DocumentMeeting::as_select()))
);
