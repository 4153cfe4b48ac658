//! What the figure of an indicator is made of: one number, or a part and a whole of plausible size.

use super::{COMMUNES_OF_PROVINCE, commune::Former, dice::Dice};
use crate::demo::facts::Indicator;

/// How a figure is put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// One number of the province.
    Stated,
    /// One number, of the province and of each commune.
    StatedEverywhere,
    /// A share of a whole that only the province has, as large as this.
    Share(i64),
    /// A share of a whole that each commune has; the province's is their sum.
    SumOfCommunes(Whole),
    /// A share of a whole that each commune has; the province has its own, as large as this.
    Everywhere(Whole, i64),
}

/// What a share of a commune is taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whole {
    People,
    Adults,
    BroadbandUsers,
    Officials,
    SmallEnterprises,
    /// The party committee and the authority of the commune.
    Bodies,
    Procedures,
    Dossiers,
    Transactions,
}

/// The sizes are invented: of the order of a province with 1.25 million people.
const SHARES: &[(&str, Shape)] = &[
    ("fixed_broadband_1gbps_access_share", Shape::SumOfCommunes(Whole::BroadbandUsers)),
    ("commune_officials_basic_digital_skills_share", Shape::SumOfCommunes(Whole::Officials)),
    ("officials_digital_skills_mastery_share", Shape::SumOfCommunes(Whole::Officials)),
    ("adult_digital_services_access_share", Shape::SumOfCommunes(Whole::Adults)),
    ("sme_digital_technology_use_share", Shape::SumOfCommunes(Whole::SmallEnterprises)),
    ("tthc_non_territorial_share", Shape::Everywhere(Whole::Procedures, 1_850)),
    ("contactless_admin_transactions_share", Shape::SumOfCommunes(Whole::Transactions)),
    ("tthc_dossiers_results_digitised_share", Shape::SumOfCommunes(Whole::Dossiers)),
    ("full_online_public_services_share", Shape::Everywhere(Whole::Procedures, 1_320)),
    ("tthc_dossiers_online_share", Shape::SumOfCommunes(Whole::Dossiers)),
    ("vneid_level2_population_share", Shape::SumOfCommunes(Whole::People)),
    ("commune_unified_admin_software_share", Shape::SumOfCommunes(Whole::Bodies)),
    ("population_digital_signature_share", Shape::SumOfCommunes(Whole::People)),
    ("provincial_officials_basic_digital_skills_share", Shape::Share(2_450)),
    ("tthc_training_research_business_online_share", Shape::Share(160)),
    ("systems_on_cloud_share", Shape::Share(64)),
    ("databases_digitised_linked_central_share", Shape::Share(52)),
    ("departmental_data_integrated_share", Shape::Share(310)),
    ("st_results_applied_12_months_share", Shape::Share(24)),
    ("enterprises_using_research_results_share", Shape::Share(6_400)),
    ("enterprises_process_model_innovation_share", Shape::Share(6_400)),
    ("sme_research_cooperation_share", Shape::Share(6_150)),
    ("rd_personnel_per_10000", Shape::Share(1_250_000)),
    // In thousand million dong.
    ("sti_spending_share_of_local_budget", Shape::Share(22_000)),
    ("stid_spending_share_of_grdp", Shape::Share(135_000)),
    ("digital_economy_share_of_grdp", Shape::Share(135_000)),
    // The document does not say over what coverage is measured, so neither does the simulation.
    ("coverage_5g_share", Shape::StatedEverywhere),
];

impl Shape {
    /// `None` for indicators without numbers.
    pub fn of(indicator: &Indicator) -> Option<Self> {
        let known = SHARES.iter().find(|(code, _)| *code == indicator.code).map(|(_, shape)| *shape);
        known.or_else(|| ["NUMBER", "INDEX"].contains(&indicator.value_kind.as_str()).then_some(Self::Stated))
    }

    pub const fn in_communes(self) -> bool {
        matches!(self, Self::StatedEverywhere | Self::SumOfCommunes(_) | Self::Everywhere(..))
    }
}

impl Whole {
    /// How large it is in a commune; what is counted anew in each period also varies with the period.
    pub fn in_commune(self, number: u32, period: &str) -> i64 {
        let commune = Dice::of(&["commune"]).and(u64::from(number));
        let people = commune.between(7_000, 19_000);
        let varied = |mean: i64| mean * Dice::of(&["volume", period]).and(u64::from(number)).between(85, 115) / 100;
        match self {
            Self::People => people,
            Self::Adults => people * 72 / 100,
            Self::BroadbandUsers => people / 4,
            Self::Officials => commune.and(1).between(26, 44),
            Self::SmallEnterprises => people / 190,
            Self::Bodies => 2,
            Self::Procedures => 380,
            Self::Dossiers => varied(people / 20),
            Self::Transactions => varied(people / 12),
        }
    }
}

impl Former {
    /// How large the whole was in it.
    pub(super) fn whole(&self, of: Whole, period: &str) -> i64 {
        match of {
            Whole::Bodies => of.in_commune(0, period),
            _ => self.heirs.iter().map(|heir| heir.piece(of.in_commune(heir.commune, period))).sum(),
        }
    }
}

/// The communes whose figures add up to the province's.
pub(super) fn communes_of_province() -> impl Iterator<Item = u32> {
    1..=COMMUNES_OF_PROVINCE
}
