//! Digital systems (hệ thống, nền tảng số) that documents name.

pub mod change;

use async_graphql::InputObject;
use diesel::prelude::*;
use object_layer::SimpleObject;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    DbError, Reader,
    document::{self as documents, Document},
    indicator::Indicator,
    lateral::Parent,
    noun::{Boxed, Stored, StoredBelow, names, noun, relation},
    page::{Cursor, Key, Page, Tie, by_key},
    schema::{
        agency, digital_system, digital_system_clause, digital_system_document, digital_system_indicator, document,
        indicator, measure_system,
    },
    search::matching,
    text_enum::text_enum,
    visible::{refers_to_visible, visible},
};

text_enum! {
    /// What kind of digital system it is.
    pub enum DigitalSystemKind {
        /// Operations centre (trung tâm điều hành thông minh)
        OperationsCentre => "OPERATIONS_CENTRE",
        /// Database (cơ sở dữ liệu)
        Database => "DATABASE",
        /// Shared data warehouse (kho dữ liệu dùng chung)
        DataWarehouse => "DATA_WAREHOUSE",
        /// Data centre (trung tâm dữ liệu)
        DataCentre => "DATA_CENTRE",
        /// Data service (dịch vụ dữ liệu)
        DataService => "DATA_SERVICE",
        /// Integration platform (nền tảng tích hợp, chia sẻ dữ liệu)
        IntegrationPlatform => "INTEGRATION_PLATFORM",
        /// Catalogue of data (danh mục dữ liệu)
        Catalogue => "CATALOGUE",
        /// Analysis of data (phân tích dữ liệu)
        Analytics => "ANALYTICS",
        /// Infrastructure (hạ tầng số)
        Infrastructure => "INFRASTRUCTURE",
        /// Network security (an ninh mạng)
        Security => "SECURITY",
        /// Electronic identity (định danh điện tử)
        Identity => "IDENTITY",
        /// Digital signatures (chữ ký số)
        TrustService => "TRUST_SERVICE",
        /// Payment (thanh toán)
        Payment => "PAYMENT",
        /// Online public services (dịch vụ công trực tuyến)
        PublicService => "PUBLIC_SERVICE",
        /// Portal (cổng thông tin)
        Portal => "PORTAL",
        /// Participation of citizens (tương tác với người dân)
        Participation => "PARTICIPATION",
        /// Work of officials (điều hành, xử lý công việc)
        WorkSystem => "WORK_SYSTEM",
        /// Other information system (hệ thống thông tin)
        InformationSystem => "INFORMATION_SYSTEM",
        /// Monitoring and evaluation (giám sát, đánh giá)
        MonitoringSystem => "MONITORING_SYSTEM",
        /// Indicator set (bộ chỉ số)
        IndicatorSet => "INDICATOR_SET",
        /// Index of somebody else (bộ chỉ số bên ngoài)
        ExternalIndex => "EXTERNAL_INDEX",
        /// Regular measurement (chương trình đo lường)
        MeasurementProgramme => "MEASUREMENT_PROGRAMME",
        /// Health (hệ thống y tế)
        HealthSystem => "HEALTH_SYSTEM",
        /// Health records (hồ sơ, sổ sức khỏe)
        HealthRecord => "HEALTH_RECORD",
        /// Learning (học tập, đào tạo)
        Learning => "LEARNING",
        /// Research network (mạng nghiên cứu)
        ResearchNetwork => "RESEARCH_NETWORK",
        /// Marketplace (sàn giao dịch)
        Marketplace => "MARKETPLACE",
        /// Labour market (thị trường lao động)
        Labour => "LABOUR",
        /// Traceability (truy xuất nguồn gốc)
        Traceability => "TRACEABILITY",
        /// Communication (truyền thông)
        Communication => "COMMUNICATION",
        /// Product (sản phẩm số)
        Product => "PRODUCT",
    }
}

/// A digital system (hệ thống, nền tảng số) that documents name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Insertable, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = digital_system)]
pub struct DigitalSystem {
    /// Internal id
    #[graphql(skip)]
    pub id: Uuid,
    /// Stable key
    pub code: String,
    /// Name in Vietnamese
    #[graphql(skip)]
    pub name_vi: String,
    /// Name in English
    #[graphql(skip)]
    pub name_en: String,
    /// What kind of system it is
    pub kind: DigitalSystemKind,
    /// True if a document names it; false if it only speaks of such systems
    pub proper_name: bool,
    /// Province it belongs to; null for central systems and those of the market
    pub province: Option<String>,
    /// What documents want of it, in Vietnamese
    #[graphql(skip)]
    pub wanted_vi: Option<String>,
    /// What documents want of it, in English
    #[graphql(skip)]
    pub wanted_en: Option<String>,
    /// Whether it could give figures that are followed here
    pub gives_figures: bool,
    /// Whether it could take figures from here
    pub takes_figures: bool,
    /// What a careful reader should know about the source
    pub note: Option<String>,
    /// Raised by each change; mutations name the one they expect
    pub version: i32,
    /// Who owns it
    #[graphql(skip)]
    pub owner_id: Option<Uuid>,
    /// Who is to build, run or review it
    #[graphql(skip)]
    pub responsible_id: Option<Uuid>,
    /// The body that it is
    #[graphql(skip)]
    pub agency_id: Option<Uuid>,
}

/// Narrows a list of digital systems. What is left out or null narrows nothing; several fields narrow together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, InputObject)]
pub struct DigitalSystemFilter {
    /// Any of these kinds
    pub kinds: Option<Vec<DigitalSystemKind>>,
    /// Province, exactly as `province` shows it
    pub province: Option<String>,
    /// Code of a document that names them
    pub document: Option<String>,
    /// Code of an indicator they have to do with
    pub indicator: Option<String>,
    /// Code of the agency that owns them, is to build or run them, or is the system itself
    pub agency: Option<String>,
    /// True: only those that could give or take figures
    pub exchanges_figures: Option<bool>,
    /// Every word of it occurs in a name or the code, whole; the last may end in `*` and is then the
    /// beginning of a word. Tone marks, case, i or y (tỉ, tỷ) and the kind of dashes do not matter
    pub text: Option<String>,
}

names!(DigitalSystemFilter { document: Document, indicator: Indicator, agency: Agency });

/// The objects that have lists of digital systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DigitalSystemLink {
    /// Named by a measure
    Measure,
    /// Having to do with an indicator
    Indicator,
    /// Named in a document
    Document,
    /// Owned, built or run by an agency, or the agency itself
    Agency,
}

impl Stored for DigitalSystem {
    type Query = Boxed<digital_system::table>;
    type Filter = DigitalSystemFilter;
    type Sort = ();

    /// A system is seen by whoever may see one of the documents that name it.
    fn filtered(reader: &Reader, filter: &DigitalSystemFilter) -> Self::Query {
        let named = digital_system_clause::table
            .filter(refers_to_visible(reader, digital_system_clause::document_id, document::table))
            .select(digital_system_clause::system_id);
        let mut query = digital_system::table.filter(digital_system::id.eq_any(named)).into_boxed();
        if let Some(kinds) = filter.kinds.clone() {
            query = query.filter(digital_system::kind.eq_any(kinds));
        }
        if let Some(province) = filter.province.clone() {
            query = query.filter(digital_system::province.eq(province));
        }
        if let Some(code) = filter.document.clone() {
            let named = digital_system_clause::table
                .filter(digital_system_clause::document_id.eq_any(documents::id_of_code(reader, &code)))
                .select(digital_system_clause::system_id);
            query = query.filter(digital_system::id.eq_any(named));
        }
        if let Some(code) = filter.indicator.clone() {
            let concerned = digital_system_indicator::table
                .inner_join(indicator::table)
                .filter(indicator::code.eq(code))
                .select(digital_system_indicator::system_id);
            query = query.filter(digital_system::id.eq_any(concerned));
        }
        if let Some(code) = filter.agency.clone() {
            let of_code = || agency::table.filter(agency::code.eq(code.clone())).select(agency::id).single_value();
            let answers = digital_system::owner_id
                .eq(of_code())
                .or(digital_system::responsible_id.eq(of_code()))
                .or(digital_system::agency_id.eq(of_code()));
            query = query.filter(answers);
        }
        if let Some(exchanges) = filter.exchanges_figures {
            let does = digital_system::gives_figures.or(digital_system::takes_figures);
            query = query.filter(does.eq(exchanges));
        }
        matching!(query, digital_system::search_text, filter.text)
    }

    /// Systems are listed by their Vietnamese name.
    fn sorted(query: Self::Query, (): (), page: &Page) -> Result<Self::Query, DbError> {
        Ok(by_key!(query, page, false, digital_system::name_vi, Text, digital_system::code, Code))
    }

    fn cursor(&self, (): ()) -> Cursor {
        Cursor { key: Some(Key::Text(self.name_vi.clone())), tie: Tie::Code(self.code.clone()) }
    }
}

impl StoredBelow for DigitalSystem {
    type Link = DigitalSystemLink;

    fn below(query: Self::Query, link: DigitalSystemLink) -> Self::Query {
        match link {
            DigitalSystemLink::Measure => query.filter(digital_system::id.eq_any(
                measure_system::table.filter(measure_system::measure_id.eq(Parent)).select(measure_system::system_id),
            )),
            DigitalSystemLink::Indicator => query.filter(
                digital_system::id.eq_any(
                    digital_system_indicator::table
                        .filter(digital_system_indicator::indicator_id.eq(Parent))
                        .select(digital_system_indicator::system_id),
                ),
            ),
            DigitalSystemLink::Document => query.filter(
                digital_system::id.eq_any(
                    digital_system_clause::table
                        .filter(digital_system_clause::document_id.eq(Parent))
                        .select(digital_system_clause::system_id),
                ),
            ),
            DigitalSystemLink::Agency => query.filter(
                digital_system::owner_id
                    .eq(Parent.nullable())
                    .or(digital_system::responsible_id.eq(Parent.nullable()))
                    .or(digital_system::agency_id.eq(Parent.nullable())),
            ),
        }
    }
}

noun!(DigitalSystem, digital_system, tag b'S', coded by code, listed below);

/// Where a document names a digital system.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, SimpleObject)]
#[diesel(table_name = digital_system_clause)]
pub struct DigitalSystemClause {
    /// Clause of the document, as printed
    pub clause: String,
    /// The document
    #[graphql(skip)]
    pub document_id: Uuid,
}

relation!(
    /// Where documents that the reader may see name a system.
    ClausesOf => DigitalSystemClause,
    |reader, parents| digital_system_clause::table
        .filter(digital_system_clause::system_id.eq_any(parents))
        .filter(refers_to_visible(reader, digital_system_clause::document_id, document::table))
        .order((digital_system_clause::system_id, digital_system_clause::position))
        .select((digital_system_clause::system_id, DigitalSystemClause::as_select()))
);

relation!(
    /// The indicators a system has to do with, in the order of the catalogue.
    IndicatorsOf => Indicator,
    |reader, parents| digital_system_indicator::table
        .inner_join(indicator::table)
        .filter(digital_system_indicator::system_id.eq_any(parents))
        .order((digital_system_indicator::system_id, indicator::position))
        .select((digital_system_indicator::system_id, Indicator::as_select()))
);

relation!(
    /// Documents that have to do with a system and that the reader may see.
    DocumentsOf => Document,
    |reader, parents| digital_system_document::table
        .inner_join(document::table)
        .filter(digital_system_document::system_id.eq_any(parents))
        .filter(visible(reader, document::table))
        .order((digital_system_document::system_id, document::code))
        .select((digital_system_document::system_id, Document::as_select()))
);
