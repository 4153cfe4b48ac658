//! What a person asked for and a rule refuses, in a form that a screen can show beside the field.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{DbError, text_enum::text_enum};

text_enum! {
    /// Why something that was entered is refused. Clients decide by it; messages are for people.
    pub enum ViolationCode {
        /// Must not be empty
        Required => "REQUIRED",
        /// Longer than allowed
        TooLong => "TOO_LONG",
        /// Shorter than allowed
        TooShort => "TOO_SHORT",
        /// Not of the expected form
        Malformed => "MALFORMED",
        /// Another object has this already
        Taken => "TAKEN",
        /// There is no such object, or the viewer may not see it
        NotFound => "NOT_FOUND",
        /// The object has changed since it was read
        Stale => "STALE",
        /// Overlaps in time with one that is there
        Overlaps => "OVERLAPS",
        /// Does not go together with what is there
        Incompatible => "INCOMPATIBLE",
        /// Not for one's own account
        OwnAccount => "OWN_ACCOUNT",
        /// Outside of where the viewer may do this
        OutOfReach => "OUT_OF_REACH",
        /// The password is among those that are guessed first
        CommonPassword => "COMMON_PASSWORD",
        /// The password repeats the login, the name or the e-mail address
        PasswordIsName => "PASSWORD_IS_NAME",
        /// Login, password or code are not right
        WrongCredentials => "WRONG_CREDENTIALS",
        /// A code of the second factor is needed as well
        SecondFactorRequired => "SECOND_FACTOR_REQUIRED",
        /// The link or the token was used, is too old, or never was one
        Expired => "EXPIRED",
        /// As many as there may be are there
        TooMany => "TOO_MANY",
        /// It is in that state already
        Unchanged => "UNCHANGED",
        /// Its state does not allow that
        NotInState => "NOT_IN_STATE",
        /// Somebody else has to do that: it is the viewer's own work
        OwnWork => "OWN_WORK",
        /// Beyond what is possible or plausible
        OutOfBounds => "OUT_OF_BOUNDS",
        /// More decimal places than allowed
        TooPrecise => "TOO_PRECISE",
        /// Contradicts another figure
        Inconsistent => "INCONSISTENT",
        /// Far from the figures before it: add a comment that says why
        Jump => "JUMP",
        /// The period is closed: ask for it to be opened
        Closed => "CLOSED",
        /// Nobody has assigned that to this agency
        NotAssigned => "NOT_ASSIGNED",
        /// It is no longer what was seen
        Changed => "CHANGED",
        /// Twice in one request
        Duplicate => "DUPLICATE",
        /// Its time has not come yet
        TooEarly => "TOO_EARLY",
        /// Its last day is over already: add a comment that says why
        Overdue => "OVERDUE",
        /// It is computed from other figures: nobody enters it
        Computed => "COMPUTED",
        /// A file: it can be read in more than one way
        Ambiguous => "AMBIGUOUS",
        /// A file: none that is read here, or damaged
        UnreadableFile => "UNREADABLE_FILE",
        /// A file: more than is taken, unpacked or not
        TooLarge => "TOO_LARGE",
        /// A file: none of its rows has the headings that are needed
        NoHeading => "NO_HEADING",
        /// A file: text of a font from before Unicode
        LegacyEncoding => "LEGACY_ENCODING",
        /// A file: a formula whose value it does not have
        NoValue => "NO_VALUE",
        /// A file: the value of a cell is an error
        ErrorValue => "ERROR_VALUE",
        /// A file: the cell of a figure is merged with others
        Merged => "MERGED",
        /// A file: the row is hidden, yet something stands in it
        Hidden => "HIDDEN",
        /// A file: its template was made for another agency or period, or was changed
        OtherTemplate => "OTHER_TEMPLATE",
        /// A file: its rows could not be written, for no fault of the file's
        NotFinished => "NOT_FINISHED",
        /// The account has no e-mail address
        NoAddress => "NO_ADDRESS",
        /// Nothing is sent by e-mail here
        NoMail => "NO_MAIL",
    }
}

/// The rules of the tables that a person can break by what they enter, and the field beside which a screen says so.
const RULES: &[(&str, ViolationCode, &[&str])] = &[
    ("account_login_key", ViolationCode::Taken, &["input", "login"]),
    ("account_login_check", ViolationCode::Malformed, &["input", "login"]),
    ("account_email_check", ViolationCode::Malformed, &["input", "email"]),
    ("role_grant_no_mixture", ViolationCode::Incompatible, &["input", "role"]),
    ("role_grant_no_overlap", ViolationCode::Overlaps, &["input", "validFrom"]),
    ("role_grant_everywhere_check", ViolationCode::Required, &["input", "agency"]),
    ("role_grant_valid_check", ViolationCode::Malformed, &["input", "validUntil"]),
    ("agency_code_key", ViolationCode::Taken, &["input", "code"]),
    ("agency_code_check", ViolationCode::Malformed, &["input", "code"]),
    ("agency_official_code_key", ViolationCode::Taken, &["input", "officialCode"]),
    ("agency_official_code_check", ViolationCode::Malformed, &["input", "officialCode"]),
    ("agency_placement_no_cycle", ViolationCode::Incompatible, &["input", "parent"]),
    ("dimension_code_key", ViolationCode::Taken, &["input", "code"]),
    ("dimension_code_check", ViolationCode::Malformed, &["input", "code"]),
    ("dimension_item_code_key", ViolationCode::Duplicate, &["input", "items"]),
    ("dimension_item_code_check", ViolationCode::Malformed, &["input", "items"]),
    ("directive_code_key", ViolationCode::Taken, &["input", "clause"]),
    ("directive_confirmed_by_another", ViolationCode::OwnWork, &["input", "directive"]),
    ("directive_deadline_within_parent", ViolationCode::OutOfBounds, &["input", "deadline"]),
    ("directive_extension_answered_by_another", ViolationCode::OwnWork, &["input", "extensionRequest"]),
    ("directive_extension_decided_by_another", ViolationCode::OwnWork, &["input", "extensionRequest"]),
    ("directive_extension_one_at_a_time", ViolationCode::NotInState, &["input", "directive"]),
    ("directive_extension_state_moves", ViolationCode::NotInState, &["input", "extensionRequest"]),
    ("directive_input_given_once", ViolationCode::NotInState, &["input", "inputRequest"]),
    ("directive_parts_end_first", ViolationCode::NotInState, &["input", "directive"]),
    ("directive_state_moves", ViolationCode::NotInState, &["input", "directive"]),
    ("document_code_key", ViolationCode::Taken, &["input", "code"]),
    ("document_identity_key", ViolationCode::Taken, &["input", "symbol"]),
    ("document_status_moves", ViolationCode::NotInState, &["input", "document"]),
    ("document_relation_key", ViolationCode::Taken, &["input", "relations"]),
    ("document_relation_no_circle", ViolationCode::Incompatible, &["input", "relations"]),
    ("programme_code_key", ViolationCode::Taken, &["input", "code"]),
    ("programme_code_check", ViolationCode::Malformed, &["input", "code"]),
    ("indicator_group_code_key", ViolationCode::Duplicate, &["input", "groups"]),
    ("indicator_code_key", ViolationCode::Taken, &["input", "code"]),
    ("indicator_code_check", ViolationCode::Malformed, &["input", "code"]),
    ("definition_input_no_circle", ViolationCode::Incompatible, &["input", "definition"]),
    ("target_code_key", ViolationCode::Taken, &["input", "targets", "item"]),
    ("target_begins", ViolationCode::NotInState, &["input", "document"]),
    ("measure_code_key", ViolationCode::Taken, &["input", "clause"]),
    ("goal_code_key", ViolationCode::Taken, &["input", "clause"]),
    ("digital_system_code_key", ViolationCode::Taken, &["input", "code"]),
    ("reporting_rule_code_key", ViolationCode::Taken, &["input", "item"]),
    ("reporting_rule_cadence_key", ViolationCode::Duplicate, &["input", "cadences"]),
    ("period_report_code_key", ViolationCode::Taken, &["input", "document"]),
    ("period_report_document_id_key", ViolationCode::Taken, &["input", "document"]),
    ("agency_member_of_group", ViolationCode::NotInState, &["input", "members"]),
    ("agency_member_self_check", ViolationCode::Incompatible, &["input", "members"]),
    ("recommendation_code_key", ViolationCode::Taken, &["input", "clause"]),
    ("recommendation_state_moves", ViolationCode::NotInState, &["input", "recommendation"]),
    ("recommendation_answered_by_another", ViolationCode::OwnWork, &["input", "recommendation"]),
    ("reporting_assignment_no_overlap", ViolationCode::Overlaps, &["input", "subjects"]),
    ("reporting_schedule_no_overlap", ViolationCode::Overlaps, &["input", "validFrom"]),
    ("assessment_rule_no_overlap", ViolationCode::Overlaps, &["input", "validFrom"]),
    ("indicator_rule_code_key", ViolationCode::Taken, &["input", "code"]),
    ("indicator_rule_code_check", ViolationCode::Malformed, &["input", "code"]),
    ("indicator_rule_comparator_check", ViolationCode::Malformed, &["input", "comparator"]),
    ("indicator_rule_sides_check", ViolationCode::Incompatible, &["input", "right"]),
    ("nil_answer_standing_key", ViolationCode::Unchanged, &["input", "period"]),
    ("unlock_request_open_key", ViolationCode::Unchanged, &["input", "period"]),
    ("import_mapping_name_key", ViolationCode::Stale, &["input", "expectedVersion"]),
    ("holiday_pkey", ViolationCode::Taken, &["input", "days"]),
];

/// What a broken rule of the tables means to whoever entered it; other errors are as they were.
pub(crate) fn in_terms_of_input(error: DbError) -> DbError {
    let DbError::Constraint { name, .. } = &error else { return error };
    match RULES.iter().find(|(rule, ..)| rule == name) {
        Some((_, code, field)) => DbError::violated(*code, field),
        None => error,
    }
}

/// One thing that has to be mended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// The rule.
    pub code: ViolationCode,
    /// The way to the field, by its names in the schema: `["input", "login"]`; empty if it is about the whole.
    pub field: Vec<Cow<'static, str>>,
    /// The bound, where the rule has one: characters, a number of objects.
    pub limit: Option<i32>,
    /// Which row of many, from 0; none if there is but one, or if it is about all.
    pub row: Option<i32>,
    /// What stands in the way, by its name; none if the rule says it all.
    pub about: Option<String>,
    /// What the rule itself says, where it is one of the catalogue's.
    pub words: Option<Words>,
}

/// What a rule of the catalogue says to people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// In Vietnamese.
    pub vi: String,
    /// In English.
    pub en: String,
}

impl Words {
    /// The same in both languages.
    pub fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { vi: vi.into(), en: en.into() }
    }
}

impl Violation {
    /// A rule that a field breaks.
    #[must_use]
    pub fn of(code: ViolationCode, field: &[&'static str]) -> Self {
        Self {
            code,
            field: field.iter().map(|part| Cow::Borrowed(*part)).collect(),
            limit: None,
            row: None,
            about: None,
            words: None,
        }
    }

    /// With the rule's bound.
    #[must_use]
    pub fn limit(self, limit: i32) -> Self {
        Self { limit: Some(limit), ..self }
    }

    /// With the name of what stands in the way: one that the person may see.
    #[must_use]
    pub fn about(self, name: impl Into<String>) -> Self {
        Self { about: Some(name.into()), ..self }
    }

    /// In the rule's own words.
    #[must_use]
    pub fn saying(self, words: Words) -> Self {
        Self { words: Some(words), ..self }
    }

    /// In a row of many: `["input", "value"]` becomes `["input", "rows", "3", "value"]`.
    #[must_use]
    pub fn in_row(mut self, row: usize) -> Self {
        let place = self.field.len().min(1);
        self.field.splice(place..place, [Cow::Borrowed("rows"), Cow::Owned(row.to_string())]);
        Self { row: i32::try_from(row).ok(), ..self }
    }
}
