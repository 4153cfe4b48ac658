//! Periods as people say them.

use super::{Period, PeriodKind};

impl Period {
    /// As in documents: "quý IV năm 2025".
    #[must_use]
    pub fn in_vietnamese(self) -> String {
        let (year, index) = (self.year(), self.index().unwrap_or(1));
        let quarter = match index {
            1 => "I",
            2 => "II",
            3 => "III",
            _ => "IV",
        };
        match self.kind() {
            PeriodKind::Month => format!("tháng {index} năm {year}"),
            PeriodKind::Quarter => format!("quý {quarter} năm {year}"),
            PeriodKind::HalfYear if index == 1 => format!("6 tháng đầu năm {year}"),
            PeriodKind::HalfYear => format!("6 tháng cuối năm {year}"),
            PeriodKind::NineMonths => format!("9 tháng đầu năm {year}"),
            PeriodKind::Year => format!("năm {year}"),
            PeriodKind::Range => format!("kỳ {self}"),
        }
    }

    /// The same in English: "Q4 2025".
    #[must_use]
    pub fn in_english(self) -> String {
        let (year, index) = (self.year(), self.index().unwrap_or(1));
        match self.kind() {
            PeriodKind::Month => format!("month {index} of {year}"),
            PeriodKind::Quarter => format!("Q{index} {year}"),
            PeriodKind::HalfYear if index == 1 => format!("first half of {year}"),
            PeriodKind::HalfYear => format!("second half of {year}"),
            PeriodKind::NineMonths => format!("first nine months of {year}"),
            PeriodKind::Year => year.to_string(),
            PeriodKind::Range => self.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_said_as_people_say_them() {
        for (code, vi, en) in [
            ("2025-Q4", "quý IV năm 2025", "Q4 2025"),
            ("2025-S1", "6 tháng đầu năm 2025", "first half of 2025"),
            ("2025-07", "tháng 7 năm 2025", "month 7 of 2025"),
            ("2025", "năm 2025", "2025"),
        ] {
            let period: Period = code.parse().unwrap();
            assert_eq!((period.in_vietnamese().as_str(), period.in_english().as_str()), (vi, en));
        }
    }
}
