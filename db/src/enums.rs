//! Enumerations that several nouns share.

use crate::text_enum::text_enum;

text_enum! {
    /// The language of names, labels and messages. Where a request asks for neither, Vietnamese.
    #[derive(Default)]
    pub enum Language {
        /// Vietnamese (tiếng Việt), the language of the documents themselves
        #[default]
        Vi => "VI",
        /// English; texts that nobody has translated come in Vietnamese
        En => "EN",
    }
}

text_enum! {
    /// Who may read an object, from the widest circle to the narrowest.
    pub enum Visibility {
        /// Everybody
        Public => "PUBLIC",
        /// Whoever holds a role at an agency, administrators aside
        Internal => "INTERNAL",
        /// The parties of the object, and inspectors
        Restricted => "RESTRICTED",
    }
}

text_enum! {
    /// Where a figure or a report comes from.
    pub enum Source {
        /// Reported by an agency
        Reported => "REPORTED",
        /// Taken over from another system or a file
        Imported => "IMPORTED",
        /// Computed from other figures
        Computed => "COMPUTED",
        /// Invented for the demo province: no real figure
        Simulated => "SIMULATED",
    }
}

text_enum! {
    /// How exactly a source states a day.
    pub enum DatePrecision {
        /// To the day
        Day => "DAY",
        /// To the month
        Month => "MONTH",
        /// To the quarter
        Quarter => "QUARTER",
        /// To the half-year (6 tháng đầu năm, 6 tháng cuối năm)
        HalfYear => "HALF_YEAR",
        /// To the year
        Year => "YEAR",
        /// No date is stated
        None => "NONE",
    }
}

/// The direction of a sort.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, async_graphql::Enum)]
pub enum SortDirection {
    /// Smallest, earliest, first in the alphabet
    #[default]
    Ascending,
    /// Largest, latest, last in the alphabet
    Descending,
}
