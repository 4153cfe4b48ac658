//! Between what `sheets` reads and what `db` writes: the rows of a file as figures, its errors as broken rules.

use std::{collections::HashMap, sync::Arc};

use db::{
    ViolationCode,
    calendar::Period,
    decimal::Number,
    import::{Columns, FileError, FileRow, Import, Indicators, OwedFigure},
    indicator::{Unit, ValueKind},
    measurement::{Draft, Figures, Observation},
    violation::Words,
};
use sheets::{
    Code, Issue,
    figures::{FORM, Figure},
    mapping::Mapping,
    number,
    stamp::{self, Stamp},
    survey::Survey,
    table::Record,
    template::{Asks, Owed},
};

/// The code of the API.
pub fn code(code: Code) -> ViolationCode {
    match code {
        Code::UnreadableFile => ViolationCode::UnreadableFile,
        Code::TooLarge => ViolationCode::TooLarge,
        Code::NoHeading => ViolationCode::NoHeading,
        Code::LegacyEncoding => ViolationCode::LegacyEncoding,
        Code::Ambiguous => ViolationCode::Ambiguous,
        Code::Malformed => ViolationCode::Malformed,
        Code::Required => ViolationCode::Required,
        Code::NoValue => ViolationCode::NoValue,
        Code::ErrorValue => ViolationCode::ErrorValue,
        Code::Merged => ViolationCode::Merged,
        Code::Hidden => ViolationCode::Hidden,
        Code::Duplicate => ViolationCode::Duplicate,
        Code::OtherTemplate => ViolationCode::OtherTemplate,
    }
}

fn signed(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// An error of a file, as it is kept.
pub fn kept(issue: Issue, sheet: i32) -> FileError {
    let Issue { code: of, place, words } = issue;
    FileError {
        sheet: (sheet, place.sheet.into()),
        row: signed(place.row),
        column: place.column.map(signed),
        code: code(of),
        field: None,
        limit: None,
        about: None,
        words: Some(Words { vi: words.vi, en: words.en }),
    }
}

/// The headings of its own by which an import is read: its copy of them, whatever has become of their mapping.
pub fn mapping(import: &Import) -> Mapping {
    let own = import.headings.iter().flat_map(|it| &it.0);
    Mapping::new(&FORM, own.map(|it| (it.heading.as_str(), it.field.as_str())))
}

/// Why a template is not one for this import; none if it is, or if the file is no template.
pub fn other_template(import: &Import, agency: &str, stamp: Option<&Stamp>) -> Option<Issue> {
    let stamp = stamp?;
    let Stamp { form, version, agency: of, period, regime } = stamp;
    let is_ours = form == FORM.name && version == stamp::VERSION;
    let is_for = of == agency && *period == import.period.to_string() && regime == import.regime.as_str();
    if is_ours && is_for {
        return None;
    }
    let vi = format!("Biểu mẫu này của đơn vị {of}, kỳ {period}: hãy tải biểu mẫu của đúng đơn vị và kỳ");
    let en = format!(
        "This template is of agency {of} for period {period}: fetch the one for the agency and period of the import"
    );
    Some(Issue::of_file(Code::OtherTemplate, vi, en))
}

/// What the rows of a file are read by.
pub struct Reading {
    /// The agency that reports, and the period.
    pub import: Import,
    /// The code of the agency.
    pub agency: String,
    /// The units of indicators.
    pub indicators: Indicators,
    /// The names of the sheets, and where their columns are.
    sheets: HashMap<usize, (Arc<str>, Columns)>,
}

impl Reading {
    /// That of a surveyed file.
    pub fn new(import: Import, agency: String, indicators: Indicators, survey: &Survey) -> Self {
        let sheets = survey.sheets.iter().map(|(n, layout)| {
            let columns =
                layout.columns.iter().filter_map(|(n, column)| Some((FORM.columns.get(*n)?.key, signed(*column))));
            (*n, (Arc::from(layout.sheet.name.as_str()), Arc::new(columns.collect())))
        });
        Self { import, agency, indicators, sheets: sheets.collect() }
    }

    /// A row of the file, as it is written.
    pub fn row(&self, record: Record) -> FileRow {
        let sheet = i32::try_from(record.sheet).unwrap_or(i32::MAX);
        let (name, columns) =
            self.sheets.get(&record.sheet).cloned().unwrap_or_else(|| (Arc::from(""), Columns::default()));
        let row = signed(record.row);
        let figure = Figure::from(&record);
        let errors: Vec<FileError> = record.issues.into_iter().map(|issue| kept(issue, sheet)).collect();
        let draft = if errors.is_empty() {
            let at = |key: &str, code, words| FileError {
                sheet: (sheet, Arc::clone(&name)),
                row,
                column: columns.get(key).copied(),
                code,
                field: Some(key.to_owned()),
                limit: None,
                about: None,
                words: Some(words),
            };
            self.draft(figure)
                .map_err(|broken| broken.into_iter().map(|(key, code, words)| at(key, code, words)).collect())
        } else {
            Err(errors)
        };
        FileRow { sheet: (sheet, name), row, columns, draft }
    }

    fn draft(&self, figure: Figure) -> Result<Draft, Vec<(&'static str, ViolationCode, Words)>> {
        let mut broken = Vec::new();
        if let Some(period) = figure.period.as_deref().filter(|it| !self.is_of_period(it)) {
            let (ours, told) = (self.import.period, period);
            let words = Words {
                vi: format!("Dòng này của kỳ {told}, tệp được nhập cho kỳ {ours}"),
                en: format!("The row is of {told}; the file is imported for {ours}"),
            };
            broken.push(("period", ViolationCode::Incompatible, words));
        }
        let unit = self.indicators.get(&figure.indicator).copied();
        let parts = [("value", figure.value), ("numerator", figure.numerator), ("denominator", figure.denominator)];
        for (key, number) in parts {
            let is_percent = number.is_some_and(|it| it.percent == Some(true));
            let takes_percent = key == "value" && unit.is_none_or(is_share);
            if is_percent && !takes_percent {
                let words = Words {
                    vi: "Ô ghi phần trăm (%), nhưng số liệu này không tính bằng phần trăm".to_owned(),
                    en: "The cell is a percentage, and the figure is none".to_owned(),
                };
                broken.push((key, ViolationCode::Incompatible, words));
            }
        }
        if !broken.is_empty() {
            return Err(broken);
        }
        let number = |it: Option<number::Number>| it.map(|it| Number(it.value));
        let observation = figure.observation.and_then(|it| it.parse().ok()).unwrap_or(Observation::Final);
        Ok(Draft {
            indicator: figure.indicator,
            subject: figure.subject.unwrap_or_else(|| self.agency.clone()),
            reporter: Some(self.agency.clone()),
            regime: self.import.regime,
            period: self.import.period,
            expected_version: figure.version,
            figures: Figures {
                value: number(figure.value),
                numerator: number(figure.numerator),
                denominator: number(figure.denominator),
                narrative: figure.narrative,
                observation,
                note: figure.note,
                comment: figure.comment,
                breakdown: Vec::new(),
                attachments: None,
            },
        })
    }

    fn is_of_period(&self, told: &str) -> bool {
        told.parse::<Period>().is_ok_and(|it| it == self.import.period)
    }
}

/// Whether figures of a unit are percentages.
const fn is_share(unit: Unit) -> bool {
    matches!(unit, Unit::Percent | Unit::PercentGrdp | Unit::PercentLocalBudget)
}

/// A row of a template.
pub fn owed(figure: OwedFigure) -> Owed {
    let version = figure.version();
    Owed {
        indicator: figure.indicator,
        name: figure.name,
        subject: figure.subject,
        unit: schema::labels::words("Unit", figure.unit.as_str()).map_or_else(String::new, |(vi, _)| vi.to_owned()),
        last: figure.last,
        lower: figure.lower,
        upper: figure.upper,
        asks: match figure.value_kind {
            ValueKind::Ratio => Asks::Ratio,
            ValueKind::YesNo => Asks::YesNo,
            ValueKind::Narrative => Asks::Words,
            ValueKind::Number | ValueKind::Index | ValueKind::Rank => Asks::Value,
        },
        version,
    }
}

#[cfg(test)]
mod tests {
    use db::import::ImportKind;

    use super::*;

    #[test]
    fn a_mapping_names_the_columns_of_the_form() {
        let keys: Vec<_> = FORM.columns.iter().map(|it| it.key).collect();
        assert_eq!(ImportKind::Figures.fields(), keys);
    }
}
