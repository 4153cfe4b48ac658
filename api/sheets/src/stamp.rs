//! What a template's hidden sheet says: for whom and which period it was made.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// The name of the hidden sheet.
pub const SHEET: &str = "_cotmoc";

/// The version of the templates that are written here.
pub const VERSION: &str = "1";

/// For whom and what a template was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The form.
    pub form: String,
    /// The version of the template.
    pub version: String,
    /// The code of the agency that reports.
    pub agency: String,
    /// The code of the period.
    pub period: String,
    /// Whose months the period has.
    pub regime: String,
}

impl Stamp {
    /// What stands in the hidden sheet, row by row: a word, and what it is.
    #[must_use]
    pub fn rows(&self) -> [(&'static str, String); 6] {
        let Self { form, version, agency, period, regime } = self;
        let [form, version, agency, period, regime] = [form, version, agency, period, regime].map(Clone::clone);
        let checksum = self.checksum();
        [
            ("form", form),
            ("version", version),
            ("agency", agency),
            ("period", period),
            ("regime", regime),
            ("checksum", checksum),
        ]
    }

    /// The stamp of these rows; none if something is missing or was changed.
    #[must_use]
    pub fn of_rows(rows: &[(String, String)]) -> Option<Self> {
        let get = |name: &str| rows.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let stamp = Self {
            form: get("form")?,
            version: get("version")?,
            agency: get("agency")?,
            period: get("period")?,
            regime: get("regime")?,
        };
        (get("checksum")? == stamp.checksum()).then_some(stamp)
    }

    fn checksum(&self) -> String {
        let Self { form, version, agency, period, regime } = self;
        let whole = [form, version, agency, period, regime].map(String::as_str).join("\u{1f}");
        Sha256::digest(whole.as_bytes()).iter().take(16).fold(String::new(), |mut hex, it| {
            let _ = write!(hex, "{it:02x}");
            hex
        })
    }
}
