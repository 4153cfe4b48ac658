//! What entries of a catalogue are: how each kind is made, found and compared.

use super::{desk::By, stated};

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An agency.
    Agency,
    /// What documents call an agency and say of it, and where it is.
    Details,
    /// Who belongs to a group of agencies.
    Members,
    /// A reorganisation of agencies of which no day is known.
    Succession,
    /// A programme with its pillars.
    Programme,
    /// A document.
    Document,
    /// What a document does to another, or to an agency.
    Relation,
    /// An indicator with the first wording of what it measures.
    Indicator,
    /// A later wording.
    Definition,
    /// That a programme follows an indicator.
    Membership,
    /// That a programme rests on a document.
    Plan,
    /// A target of a plan.
    Target,
    /// A revision of a target, of which a document tells.
    Revision,
    /// A baseline.
    Baseline,
    /// A rule between two indicators.
    IndicatorRule,
    /// A digital system.
    DigitalSystem,
    /// A measure of a plan.
    Measure,
    /// A goal of a document.
    Goal,
    /// A reporting rule.
    ReportingRule,
    /// A directive, as its document gives it.
    Directive,
    /// A recommendation, as its document holds it.
    Recommendation,
    /// A period report.
    PeriodReport,
    /// An account.
    Account,
    /// A role that an account holds.
    Grant,
}

/// How entries of a kind are made, found and compared.
#[derive(Debug)]
pub struct Making {
    /// What one is called.
    pub one: &'static str,
    /// Who makes one.
    pub by: By,
    /// The mutation that makes one.
    pub mutation: &'static str,
    /// The type of its input.
    pub input: &'static str,
    /// What is asked of it, or of what it stands in.
    pub selection: &'static str,
    /// What is compared: in the entry, and in the answer.
    pub fields: &'static [(&'static str, &'static str)],
    /// How it may be changed afterwards.
    pub amended: Option<Amending>,
    /// What is to be done about all else that differs.
    pub otherwise: &'static str,
}

/// How an entry is changed that is there.
#[derive(Debug)]
pub struct Amending {
    /// The mutation.
    pub mutation: &'static str,
    /// The type of its input.
    pub input: &'static str,
    /// The field of the input that takes the object's id.
    pub id: &'static str,
    /// What it changes.
    pub fields: &'static [&'static str],
}

impl Kind {
    /// How it is made, found and compared.
    pub const fn making(self) -> &'static Making {
        match self {
            Self::Agency => &AGENCY,
            Self::Details => &DETAILS,
            Self::Members => &MEMBERS,
            Self::Succession => &SUCCESSION,
            Self::Programme => &PROGRAMME,
            Self::Document => &DOCUMENT,
            Self::Relation => &RELATION,
            Self::Indicator => &INDICATOR,
            Self::Definition => &DEFINITION,
            Self::Membership => &MEMBERSHIP,
            Self::Plan => &PLAN,
            Self::Target => &TARGET,
            Self::Revision => &REVISION,
            Self::Baseline => &BASELINE,
            Self::IndicatorRule => &stated::INDICATOR_RULE,
            Self::DigitalSystem => &stated::DIGITAL_SYSTEM,
            Self::Measure => &stated::MEASURE,
            Self::Goal => &stated::GOAL,
            Self::ReportingRule => &stated::REPORTING_RULE,
            Self::Directive => &stated::DIRECTIVE,
            Self::Recommendation => &stated::RECOMMENDATION,
            Self::PeriodReport => &stated::PERIOD_REPORT,
            Self::Account => &ACCOUNT,
            Self::Grant => &GRANT,
        }
    }
}

const AGENCY: Making = Making {
    one: "agency",
    by: By::Administrator,
    mutation: "registerAgency",
    input: "RegisterAgencyInput",
    selection: "id version nameVi: name(language: VI) nameEn: name(language: EN) kind level province block officialCode openedOn note placements { validUntil parent { code } }",
    fields: &[
        ("/nameVi", "/nameVi"),
        ("/nameEn", "/nameEn"),
        ("/kind", "/kind"),
        ("/level", "/level"),
        ("/province", "/province"),
        ("/block", "/block"),
        ("/officialCode", "/officialCode"),
        ("/parent", "/parent"),
        ("/openedOn", "/openedOn"),
        ("/note", "/note"),
    ],
    amended: Some(Amending {
        mutation: "amendAgency",
        input: "AmendAgencyInput",
        id: "agency",
        fields: &["level", "province", "block", "officialCode", "note"],
    }),
    otherwise: "use renameAgency, moveAgency, mergeAgencies or splitAgency, by a document",
};

const DETAILS: Making = Making {
    one: "details",
    by: By::Administrator,
    mutation: "amendAgency",
    input: "AmendAgencyInput",
    selection: "id version aliases blockStated location { latitude longitude } plannedParent { code }
        existence { state clause document { code } } placements { validUntil basis clause document { code } parent { code } }",
    fields: &[
        ("/aliases", "/aliases"),
        ("/blockStated", "/blockStated"),
        ("/location", "/location"),
        ("/plannedParent", "/plannedParent"),
        ("/existence", "/existence"),
        ("/placement", "/placement"),
    ],
    amended: Some(Amending {
        mutation: "amendAgency",
        input: "AmendAgencyInput",
        id: "agency",
        fields: &["aliases", "blockStated", "location", "plannedParent", "existence", "placement"],
    }),
    otherwise: "",
};

const MEMBERS: Making = Making {
    one: "members",
    by: By::Administrator,
    mutation: "setGroupMembers",
    input: "SetGroupMembersInput",
    // Those that a demo has invented belong to no catalogue.
    selection: "id version listedMembers(first: 100) { nodes { code } }
        members(first: 100, after: $after, filter: { simulated: false }, order: { by: CODE }) { nodes { code } pageInfo { hasNextPage endCursor } }",
    fields: &[("/members", "/named")],
    amended: Some(Amending {
        mutation: "setGroupMembers",
        input: "SetGroupMembersInput",
        id: "agency",
        fields: &["members"],
    }),
    otherwise: "",
};

const SUCCESSION: Making = Making {
    one: "succession",
    by: By::Administrator,
    mutation: "recordSuccession",
    input: "RecordSuccessionInput",
    selection: "successors { kind effectiveOn clause note document { code } predecessors { code } successors { code } }",
    fields: &[("/document", "/named/document"), ("/clause", "/named/clause"), ("/note", "/named/note")],
    amended: None,
    otherwise: "what was recorded stays",
};

const PROGRAMME: Making = Making {
    one: "programme",
    by: By::StandingOffice,
    mutation: "defineProgramme",
    input: "DefineProgrammeInput",
    selection:
        "id version nameVi: name(language: VI) nameEn: name(language: EN) jurisdiction { code } startsOn endsOn fourEyes
        groups(first: 50) { nodes { code nameVi: name(language: VI) nameEn: name(language: EN) } }",
    fields: &[
        ("/nameVi", "/nameVi"),
        ("/nameEn", "/nameEn"),
        ("/jurisdiction", "/jurisdiction/code"),
        ("/startsOn", "/startsOn"),
        ("/endsOn", "/endsOn"),
        ("/fourEyes", "/fourEyes"),
        ("/groups", "/groups/nodes"),
    ],
    amended: Some(Amending {
        mutation: "amendProgramme",
        input: "AmendProgrammeInput",
        id: "programme",
        fields: &["nameVi", "nameEn", "startsOn", "endsOn", "groups"],
    }),
    otherwise: "the jurisdiction stays, and so does who may publish what they endorsed",
};

const DOCUMENT: Making = Making {
    one: "document",
    by: By::StandingOffice,
    mutation: "registerDocument",
    input: "RegisterDocumentInput",
    selection: "id version symbol symbolComplete kind title issuer { code } issuerName issuedOn issuedPrecision issuedWords status visibility
        province note
        offices { role agency { code } officeVi: office(language: VI) officeEn: office(language: EN) asPrinted note }
        meetings { heldOn heldWords place aboutVi: about(language: VI) aboutEn: about(language: EN) chair { code } note }",
    fields: &[
        ("/symbol", "/symbol"),
        ("/symbolComplete", "/symbolComplete"),
        ("/kind", "/kind"),
        ("/title", "/title"),
        ("/issuer", "/issuer/code"),
        ("/issuerName", "/issuerName"),
        ("/issuedOn", "/issuedOn"),
        ("/issuedPrecision", "/issuedPrecision"),
        ("/issuedWords", "/issuedWords"),
        ("/status", "/status"),
        ("/visibility", "/visibility"),
        ("/province", "/province"),
        ("/note", "/note"),
        ("/offices", "/offices"),
        ("/meetings", "/meetings"),
    ],
    amended: Some(Amending {
        mutation: "amendDocument",
        input: "AmendDocumentInput",
        id: "document",
        fields: &[
            "symbol",
            "symbolComplete",
            "kind",
            "title",
            "issuedOn",
            "issuedPrecision",
            "issuedWords",
            "status",
            "note",
            "offices",
            "meetings",
        ],
    }),
    otherwise: "stays as it was registered",
};

const RELATION: Making = Making {
    one: "relation",
    by: By::StandingOffice,
    mutation: "relateDocuments",
    input: "RelateDocumentsInput",
    selection: "id version relations { kind clause document { code } agency { code } }",
    fields: &[("/clause", "/named/clause")],
    amended: None,
    otherwise: "relations stay as they are",
};

const INDICATOR: Making = Making {
    one: "indicator",
    by: By::StandingOffice,
    mutation: "defineIndicator",
    input: "DefineIndicatorInput",
    selection: "nameVi: name(language: VI) nameEn: name(language: EN) unit valueKind direction nature aggregation frequency regime interpolation
        decimals partDecimals lowerBound upperBound lead { code } note
        definitions { version textVi: text(language: VI) textEn: text(language: EN) denominator parameters clause document { code } formula
            components { code nameVi: name(language: VI) nameEn: name(language: EN) weight indicator { code } minimum maximum }
            dimensions { addsUp dimension { code } } }",
    fields: &[
        ("/nameVi", "/nameVi"),
        ("/nameEn", "/nameEn"),
        ("/unit", "/unit"),
        ("/valueKind", "/valueKind"),
        ("/direction", "/direction"),
        ("/nature", "/nature"),
        ("/aggregation", "/aggregation"),
        ("/frequency", "/frequency"),
        ("/regime", "/regime"),
        ("/interpolation", "/interpolation"),
        ("/decimals", "/decimals"),
        ("/partDecimals", "/partDecimals"),
        ("/lowerBound", "/lowerBound"),
        ("/upperBound", "/upperBound"),
        ("/lead", "/lead/code"),
        ("/note", "/note"),
        ("/definition", "/named"),
    ],
    amended: None,
    otherwise: "use reviseDefinition or assignIndicatorLead",
};

const DEFINITION: Making = Making {
    one: "definition",
    by: By::StandingOffice,
    mutation: "reviseDefinition",
    input: "ReviseDefinitionInput",
    selection: "id version
        definitions { version validFrom textVi: text(language: VI) textEn: text(language: EN) denominator parameters clause document { code } formula
            components { code nameVi: name(language: VI) nameEn: name(language: EN) weight indicator { code } minimum maximum }
            dimensions { addsUp dimension { code } } }",
    fields: &[("/definition", "/named"), ("/validFrom", "/validFrom")],
    amended: None,
    otherwise: "what it meant stays; add another version",
};

const MEMBERSHIP: Making = Making {
    one: "membership",
    by: By::StandingOffice,
    mutation: "followIndicators",
    input: "FollowIndicatorsInput",
    selection: "memberships { programme { code } group { code } }",
    fields: &[("/group", "/named/group/code")],
    amended: None,
    otherwise: "",
};

const PLAN: Making = Making {
    one: "plan",
    by: By::StandingOffice,
    mutation: "adoptPlan",
    input: "AdoptPlanInput",
    selection: "documents { role document { code } }",
    fields: &[("/role", "/named/role")],
    amended: None,
    otherwise: "a programme rests on it as it does",
};

const TARGET: Making = Making {
    one: "target",
    by: By::StandingOffice,
    mutation: "adoptPlan",
    input: "AdoptPlanInput",
    selection: "indicator { code } definition { version } subject { code } wording dueOn duePrecision dueWords dueYearInferred cadence cadenceFrom
        cadenceUntil comparator value upperValue statement sourceWords measuredOver clause ordinal sub note",
    fields: &[
        ("/indicator", "/indicator/code"),
        ("/definition", "/definition/version"),
        ("/subject", "/subject/code"),
        ("/wording", "/wording"),
        ("/dueOn", "/dueOn"),
        ("/duePrecision", "/duePrecision"),
        ("/dueWords", "/dueWords"),
        ("/dueYearInferred", "/dueYearInferred"),
        ("/cadence", "/cadence"),
        ("/cadenceFrom", "/cadenceFrom"),
        ("/cadenceUntil", "/cadenceUntil"),
        ("/comparator", "/comparator"),
        ("/value", "/value"),
        ("/upperValue", "/upperValue"),
        ("/statement", "/statement"),
        ("/sourceWords", "/sourceWords"),
        ("/measuredOver", "/measuredOver"),
        ("/clause", "/clause"),
        ("/ordinal", "/ordinal"),
        ("/sub", "/sub"),
        ("/note", "/note"),
    ],
    amended: None,
    otherwise: "use reviseTarget, by a document",
};

const REVISION: Making = Making {
    one: "revision",
    by: By::StandingOffice,
    mutation: "recordTargetRevision",
    input: "RecordTargetRevisionInput",
    selection: "id version revisions { previousValue revisedOn revisedBy clause note document { code } }",
    fields: &[
        ("/previousValue", "/named/previousValue"),
        ("/revisedBy", "/named/revisedBy"),
        ("/clause", "/named/clause"),
        ("/note", "/named/note"),
    ],
    amended: None,
    otherwise: "what was recorded stays",
};

const BASELINE: Making = Making {
    one: "baseline",
    by: By::StandingOffice,
    mutation: "setBaseline",
    input: "SetBaselineInput",
    selection: "baselines { subject { code } measuredOn value version note clause document { code } }",
    fields: &[
        ("/value", "/named/value"),
        ("/document", "/named/document/code"),
        ("/clause", "/named/clause"),
        ("/note", "/named/note"),
    ],
    amended: None,
    otherwise: "",
};

const ACCOUNT: Making = Making {
    one: "account",
    by: By::Administrator,
    mutation: "createAccount",
    input: "CreateAccountInput",
    selection: "fullName email language agency { code }",
    fields: &[
        ("/fullName", "/fullName"),
        ("/email", "/email"),
        ("/language", "/language"),
        ("/agency", "/agency/code"),
    ],
    amended: None,
    otherwise: "use updateAccount",
};

const GRANT: Making = Making {
    one: "role",
    by: By::Administrator,
    mutation: "grantRole",
    input: "GrantRoleInput",
    selection: "id grants(first: 100) { nodes { role agency { code } withBelow } }",
    fields: &[("/withBelow", "/named/withBelow")],
    amended: None,
    otherwise: "use endRole and grantRole",
};
