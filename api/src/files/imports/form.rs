//! Between what `sheets` reads and what `db` writes: the rows of a file as figures or progress, its errors as broken rules.

use std::{collections::HashMap, sync::Arc};

use db::{
    Date, ViolationCode,
    calendar::Period,
    decimal::Number,
    directive::change::ProgressRow,
    import::{Columns, Entry, FileError, FileRow, Import, ImportKind, Indicators, OpenDirective, OwedFigure},
    indicator::{Unit, ValueKind},
    measurement::{Draft, Figures, Observation},
    violation::Words,
};
use sheets::{
    Code, Form, Issue,
    figures::{self, Figure},
    mapping::Mapping,
    number,
    progress::{self, Progress},
    stamp::{self, Stamp},
    survey::Survey,
    table::Record,
    template::{self, Asks},
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

/// The form of a file.
pub const fn form_of(kind: ImportKind) -> &'static Form {
    match kind {
        ImportKind::Figures => &figures::FORM,
        ImportKind::Progress => &progress::FORM,
    }
}

/// The headings of its own by which an import is read: its copy of them, whatever has become of their mapping.
pub fn mapping(import: &Import) -> Mapping {
    let own = import.headings.iter().flat_map(|it| &it.0);
    Mapping::new(form_of(import.kind), own.map(|it| (it.heading.as_str(), it.field.as_str())))
}

/// Why a template is not one for this import; none if it is, or if the file is no template.
pub fn other_template(import: &Import, agency: &str, stamp: Option<&Stamp>) -> Option<Issue> {
    let stamp = stamp?;
    let Stamp { form, version, agency: of, period, regime } = stamp;
    let is_ours = form == form_of(import.kind).name && version == stamp::VERSION;
    let is_for = of == agency && *period == import.period.to_string() && regime == import.regime.as_str();
    if is_ours && is_for {
        return None;
    }
    let vi = format!("Biểu mẫu này ({form}) của đơn vị {of}, kỳ {period}: hãy tải biểu mẫu của đúng đơn vị và kỳ");
    let en = format!(
        "This template ({form}) is of agency {of} for period {period}: fetch the one for the agency and period of the import"
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

/// What is wrong with a row: in which column, by which rule, and its words.
type Broken = Vec<(&'static str, ViolationCode, Words)>;

impl Reading {
    /// That of a surveyed file.
    pub fn new(import: Import, agency: String, indicators: Indicators, survey: &Survey) -> Self {
        let form = form_of(import.kind);
        let sheets = survey.sheets.iter().map(|(n, layout)| {
            let columns =
                layout.columns.iter().filter_map(|(n, column)| Some((form.columns.get(*n)?.key, signed(*column))));
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
        let entry = if record.issues.is_empty() {
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
            self.entry(&record)
                .map_err(|broken| broken.into_iter().map(|(key, code, words)| at(key, code, words)).collect())
        } else {
            Err(record.issues.into_iter().map(|issue| kept(issue, sheet)).collect())
        };
        FileRow { sheet: (sheet, name), row, columns, entry }
    }

    fn entry(&self, record: &Record) -> Result<Entry, Broken> {
        match self.import.kind {
            ImportKind::Figures => self.draft(Figure::from(record)).map(Entry::Figure),
            ImportKind::Progress => self.progress(Progress::from(record)).map(Entry::Progress),
        }
    }

    fn progress(&self, progress: Progress) -> Result<ProgressRow, Broken> {
        let mut broken = self.of_period(progress.period.as_deref());
        let percent = progress.percent.map(|it| it.value.normalize());
        let whole = percent.and_then(|it| if it.scale() == 0 { i32::try_from(it).ok() } else { None });
        if percent.is_some() && whole.is_none() {
            let words = Words {
                vi: "Tiến độ là một số nguyên từ 0 đến 100".to_owned(),
                en: "Progress is a whole number from 0 to 100".to_owned(),
            };
            broken.push(("percent", ViolationCode::Malformed, words));
        }
        if !broken.is_empty() {
            return Err(broken);
        }
        let Progress { directive, narrative, obstacles, evidence, version, .. } = progress;
        Ok(ProgressRow { directive, percent: whole, narrative, obstacles, evidence, expected_version: version })
    }

    /// What is wrong with a row that says its period: that of the import is another.
    fn of_period(&self, told: Option<&str>) -> Broken {
        let ours = self.import.period;
        let other = told.filter(|it| it.parse::<Period>().ok() != Some(ours)).map(|told| {
            let words = Words {
                vi: format!("Dòng này của kỳ {told}, tệp được nhập cho kỳ {ours}"),
                en: format!("The row is of {told}; the file is imported for {ours}"),
            };
            ("period", ViolationCode::Incompatible, words)
        });
        other.into_iter().collect()
    }

    fn draft(&self, figure: Figure) -> Result<Draft, Broken> {
        let mut broken = self.of_period(figure.period.as_deref());
        let unit = self.indicators.get(&figure.indicator).copied();
        let parts = [("value", figure.value), ("numerator", figure.numerator), ("denominator", figure.denominator)];
        for (key, number) in parts {
            let is_percent = number.is_some_and(|it| it.percent == Some(true));
            let takes_percent = key == "value" && unit.is_none_or(Unit::is_percentage);
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
}

/// A day as people write it.
pub fn written(day: Date) -> String {
    day.0.format("%d/%m/%Y").to_string()
}

/// A row of the template of progress.
pub fn open(directive: OpenDirective) -> template::OpenDirective {
    let OpenDirective { code, title, due_on, percent, version } = directive;
    template::OpenDirective { code, title, due: due_on.map(written), percent, version }
}

/// A row of the template of figures.
pub fn owed(figure: OwedFigure) -> template::OwedFigure {
    let version = figure.version();
    template::OwedFigure {
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
        let keys: Vec<_> = figures::FORM.columns.iter().map(|it| it.key).collect();
        assert_eq!(ImportKind::Figures.fields(), keys);
        let keys: Vec<_> = progress::FORM.columns.iter().map(|it| it.key).collect();
        assert_eq!(ImportKind::Progress.fields(), keys);
    }
}
