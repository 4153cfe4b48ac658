//! How a report says things in Vietnamese: numbers, days, periods, what is missing.

use chrono::NaiveDate;
use rust_decimal::{Decimal, RoundingStrategy};
use schema::{labels, language::Language};

use super::data::{Figure, Report, Standing};

/// A day: 31/12/2025.
#[must_use]
pub fn day(day: NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}

/// Decimal places on paper, where nothing is said of an indicator.
const PLACES: u32 = 2;

/// A figure as it is printed: rounded to the places of its indicator. The data have it whole.
#[must_use]
pub fn printed(text: &str, decimals: Option<u32>) -> String {
    let rounded = text.parse::<Decimal>().map(|value| {
        value.round_dp_with_strategy(decimals.unwrap_or(PLACES), RoundingStrategy::MidpointAwayFromZero).normalize()
    });
    rounded.map_or_else(|_| number(text), |rounded| number(&rounded.to_string()))
}

/// A decimal as it is written in Vietnamese: 1.234,5.
#[must_use]
pub fn number(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let (whole, part) = digits.split_once('.').map_or((digits, None), |(whole, part)| (whole, Some(part)));
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            grouped.push('.');
        }
        grouped.push(digit);
    }
    let part = part.map(|part| format!(",{part}")).unwrap_or_default();
    format!("{sign}{grouped}{part}")
}

/// What people read for a value of an enum.
#[must_use]
pub fn label(of: &str, value: &str) -> String {
    labels::label(of, value, Language::Vi).unwrap_or(value).to_owned()
}

/// How a directive stands.
#[must_use]
pub const fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::NotReported => "Chưa có báo cáo",
        Standing::Overdue => "Quá hạn",
        Standing::DoneLate => "Hoàn thành quá hạn",
        Standing::InProgress => "Đang thực hiện",
        Standing::Done => "Hoàn thành",
        Standing::DoneOnTime => "Hoàn thành đúng hạn",
    }
}

/// What is demanded: "≥ 50", or words.
#[must_use]
pub fn demanded(figure: &Figure) -> String {
    if let Some(demanded) = &figure.demanded {
        let sign = match figure.comparator.as_deref() {
            Some("AT_LEAST") => "≥ ",
            Some("MORE_THAN") => "> ",
            Some("AT_MOST") => "≤ ",
            Some("LESS_THAN") => "< ",
            _ => "",
        };
        return format!("{sign}{}", number(demanded));
    }
    match &figure.statement {
        None => "Không có".to_owned(),
        // What the indicator is called already.
        Some(statement) if *statement == figure.indicator.name => "Nêu bằng lời".to_owned(),
        Some(statement) => statement.clone(),
    }
}

/// What is provisional or missing in a report.
#[must_use]
pub fn notes(report: &Report) -> Vec<String> {
    let mut notes = Vec::new();
    if report.on < report.period.until {
        notes.push(format!(
            "Kỳ báo cáo chưa kết thúc: số liệu và tiến độ tính đến ngày {}, không phải đến ngày {}.",
            day(report.on),
            day(report.period.until)
        ));
    }
    let figures: Vec<_> = report.sections.figures.iter().flat_map(|pillar| &pillar.figures).collect();
    if figures.is_empty() {
        notes.push("Chưa có chỉ tiêu nào được đánh giá trong chương trình.".to_owned());
    }
    let with = |status: &str| figures.iter().filter(|figure| figure.status == status).count();
    let remarked = |remark: &str| figures.iter().filter(|figure| figure.remarks.iter().any(|it| it == remark)).count();
    let counted = [
        (with("NO_DATA"), "chỉ tiêu chưa có số liệu nào được công bố"),
        (with("INCOMPLETE"), "chỉ tiêu còn thiếu số liệu của một phần kỳ"),
        (with("NEEDS_JUDGEMENT"), "chỉ tiêu phải chờ nhận định vì mục tiêu nêu bằng lời"),
        (with("NO_TARGET"), "chỉ tiêu không có mục tiêu còn hiệu lực"),
        (remarked(PROVISIONAL), "số liệu là sơ bộ, có thể thay đổi"),
        (remarked(ESTIMATED), "số liệu là ước tính"),
        (remarked(STALE), "số liệu đã cũ so với tần suất báo cáo"),
        (remarked(NOT_PUBLISHED), "số liệu chưa được công bố"),
        (remarked(SIMULATED), "số liệu là mô phỏng, không phải số liệu thực tế"),
    ];
    notes.extend(counted.into_iter().filter(|(count, _)| *count > 0).map(|(count, words)| format!("{count} {words}.")));
    match report.sections.directives.total.not_reported {
        0 => {}
        count => notes.push(format!(
            "{count} nhiệm vụ chưa có cơ quan nào báo cáo tình hình; không có báo cáo không có nghĩa là chưa thực hiện."
        )),
    }
    if report.counts.results == 0 {
        notes.push("Chưa có báo cáo kỳ này của cơ quan nào được ghi nhận.".to_owned());
    }
    notes
}

/// A figure that may still change.
pub const PROVISIONAL: &str = "Sơ bộ";
/// A figure that was estimated.
pub const ESTIMATED: &str = "Ước tính";
/// A figure older than it should be.
pub const STALE: &str = "Số liệu cũ";
/// A figure that is not out.
pub const NOT_PUBLISHED: &str = "Chưa công bố";
/// A figure that was made up.
pub const SIMULATED: &str = "Mô phỏng";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_in_vietnamese() {
        for (text, expected) in
            [("8.50", "8,50"), ("1234567.8", "1.234.567,8"), ("-1000", "-1.000"), ("100", "100"), ("0.7", "0,7")]
        {
            assert_eq!(number(text), expected);
        }
    }

    #[test]
    fn figures_are_rounded_on_paper() {
        for (text, decimals, expected) in [
            ("46.571103", None, "46,57"),
            ("100.000000", None, "100"),
            ("7.45", Some(1), "7,5"),
            ("-0.005", None, "-0,01"),
            ("1250000.5", Some(0), "1.250.001"),
        ] {
            assert_eq!(printed(text, decimals), expected);
        }
    }
}
