//! What entries of a catalogue are: how each kind is made, found and compared.

use super::desk::By;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An agency.
    Agency,
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
    /// A baseline.
    Baseline,
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
    /// What may be changed afterwards, by which mutation with which input.
    pub amended: Option<(&'static str, &'static str, &'static [&'static str])>,
    /// What is to be done about all else that differs.
    pub otherwise: &'static str,
}

impl Kind {
    /// How it is made, found and compared.
    pub const fn making(self) -> &'static Making {
        match self {
            Self::Agency => &AGENCY,
            Self::Programme => &PROGRAMME,
            Self::Document => &DOCUMENT,
            Self::Relation => &RELATION,
            Self::Indicator => &INDICATOR,
            Self::Definition => &DEFINITION,
            Self::Membership => &MEMBERSHIP,
            Self::Plan => &PLAN,
            Self::Target => &TARGET,
            Self::Baseline => &BASELINE,
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
    selection: "nameVi: name(language: VI) nameEn: name(language: EN) kind level province block officialCode parent { code } openedOn",
    fields: &[
        ("/nameVi", "/nameVi"),
        ("/nameEn", "/nameEn"),
        ("/kind", "/kind"),
        ("/level", "/level"),
        ("/province", "/province"),
        ("/block", "/block"),
        ("/officialCode", "/officialCode"),
        ("/parent", "/parent/code"),
        ("/openedOn", "/openedOn"),
    ],
    amended: None,
    otherwise: "use renameAgency, moveAgency, mergeAgencies or splitAgency, by a document",
};

const PROGRAMME: Making = Making {
    one: "programme",
    by: By::StandingOffice,
    mutation: "defineProgramme",
    input: "DefineProgrammeInput",
    selection: "nameVi: name(language: VI) nameEn: name(language: EN) jurisdiction { code } startsOn endsOn fourEyes
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
    amended: None,
    otherwise: "no mutation changes a programme yet",
};

const DOCUMENT: Making = Making {
    one: "document",
    by: By::StandingOffice,
    mutation: "registerDocument",
    input: "RegisterDocumentInput",
    selection: "id version symbol symbolComplete kind title issuer { code } issuerName issuedOn issuedPrecision issuedWords status visibility
        province note",
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
    ],
    amended: Some((
        "amendDocument",
        "AmendDocumentInput",
        &["symbol", "symbolComplete", "kind", "title", "issuedOn", "issuedPrecision", "issuedWords", "status", "note"],
    )),
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
