//! What kinds of agencies there are, and of what happens to them.

use crate::text_enum::text_enum;

text_enum! {
    /// What kind of body an agency is.
    pub enum AgencyKind {
        /// Party committee and its standing bodies (cấp ủy, ban thường vụ)
        PartyCommittee => "PARTY_COMMITTEE",
        /// Another body of the Party: commission, secretariat (ban đảng)
        PartyBody => "PARTY_BODY",
        /// People's committee (ủy ban nhân dân)
        PeoplesCommittee => "PEOPLES_COMMITTEE",
        /// People's council (hội đồng nhân dân)
        PeoplesCouncil => "PEOPLES_COUNCIL",
        /// Department of a province (sở)
        Department => "DEPARTMENT",
        /// Office of a committee, and its divisions (văn phòng)
        Office => "OFFICE",
        /// Management board (ban quản lý)
        ManagementBoard => "MANAGEMENT_BOARD",
        /// Public service unit: centre, station, portal (đơn vị sự nghiệp)
        PublicServiceUnit => "PUBLIC_SERVICE_UNIT",
        /// Fatherland Front and mass organisations (mặt trận, đoàn thể)
        MassOrganisation => "MASS_ORGANISATION",
        /// Steering committee (ban chỉ đạo)
        SteeringCommittee => "STEERING_COMMITTEE",
        /// Working group, advisory council, community team (tổ, hội đồng tư vấn)
        WorkingGroup => "WORKING_GROUP",
        /// Ministry (bộ)
        Ministry => "MINISTRY",
        /// Another central authority: National Assembly, Government, general department
        CentralAuthority => "CENTRAL_AUTHORITY",
        /// Police (công an)
        Police => "POLICE",
        /// A post, not a body (chức danh)
        OfficeHolder => "OFFICE_HOLDER",
        /// Several agencies addressed as one (nhóm): what is asked of it is asked of each of its `members`
        AgencyGroup => "AGENCY_GROUP",
        /// An area, not a body (địa bàn)
        AdministrativeArea => "ADMINISTRATIVE_AREA",
        /// Enterprise (doanh nghiệp)
        Enterprise => "ENTERPRISE",
        /// Anything else: fund, network
        Other => "OTHER",
    }
}

text_enum! {
    /// Administrative level.
    pub enum AgencyLevel {
        /// The whole country (trung ương)
        Central => "CENTRAL",
        /// A province or centrally run city (tỉnh)
        Provincial => "PROVINCIAL",
        /// A district (huyện), until these were abolished
        District => "DISTRICT",
        /// A commune or ward (xã, phường)
        Commune => "COMMUNE",
    }
}

text_enum! {
    /// What kind of reorganisation a succession is.
    pub enum SuccessionKind {
        /// Several became one (hợp nhất, sáp nhập)
        Merger => "MERGER",
        /// One became several (chia, tách)
        Split => "SPLIT",
        /// Only the name changed (đổi tên)
        Rename => "RENAME",
        /// Its tasks went to another (chuyển giao)
        Transfer => "TRANSFER",
        /// It was closed (giải thể); what was open went to another, if there was anything
        Closure => "CLOSURE",
    }
}

text_enum! {
    /// Of which side a body is (khối).
    pub enum AgencyBlock {
        /// The Party (khối Đảng)
        Party => "PARTY",
        /// The State (khối chính quyền)
        State => "STATE",
        /// Both at once
        PartyAndState => "PARTY_AND_STATE",
        /// The Fatherland Front and the unions (Mặt trận, đoàn thể)
        FrontAndUnions => "FRONT_AND_UNIONS",
        /// Enterprises (doanh nghiệp)
        Enterprise => "ENTERPRISE",
    }
}

text_enum! {
    /// What a document says of a body that does not simply exist.
    pub enum ExistenceState {
        /// Its founding was proposed; nothing is decided
        Proposed => "PROPOSED",
        /// It is to be founded
        ToBeEstablished => "TO_BE_ESTABLISHED",
        /// It is to be founded or upgraded: the document leaves it open
        ToBeEstablishedOrUpgraded => "TO_BE_ESTABLISHED_OR_UPGRADED",
        /// It was merged into another
        MergedAway => "MERGED_AWAY",
    }
}

text_enum! {
    /// On what the place of a body in the tree rests.
    pub enum PlacementBasis {
        /// A document says so
        Stated => "STATED",
        /// The body's own name says so
        Name => "NAME",
        /// The context says so
        Context => "CONTEXT",
        /// Nothing says so: a known order of the State, assumed
        Assumed => "ASSUMED",
    }
}
