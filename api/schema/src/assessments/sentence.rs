//! How an indicator stands, in sentences that can be read aloud.

use db::{
    Date,
    agency::Agency,
    assessment::{Assessed, AssessmentLine as Line, AssessmentStatus},
    comparator::Comparator,
    indicator::{Indicator, Unit},
};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::language::Language;

/// How it stands, in words.
pub(super) fn sentence(
    assessed: &Assessed,
    line: &Line,
    indicator: &Indicator,
    subject: &Agency,
    language: Language,
) -> String {
    let say = Say { indicator, language };
    let (name, subject) = match language {
        Language::Vi => (&indicator.name_vi, &subject.name_vi),
        Language::En => (&indicator.name_en, subject.name_en.as_ref().unwrap_or(&subject.name_vi)),
    };
    let figure = match (assessed.value, assessed.measured_until, language) {
        (Some(value), Some(day), Language::Vi) => {
            format!("{name} của {subject} tính đến {} là {}", date(day), say.figure(value))
        }
        (Some(value), Some(day), Language::En) => {
            format!("{name} of {subject} was {} by {}", say.figure(value), date(day))
        }
        (_, _, Language::Vi) => format!("{name} của {subject} chưa có số liệu công bố"),
        (_, _, Language::En) => format!("{name} of {subject} has no published figure"),
    };
    let mut words = vec![figure];
    words.extend(say.demand(line));
    words.extend(say.expectation(line));
    words.push(say.status(line.status).to_owned());
    let mut sentence = words.join("; ");
    sentence.push('.');
    for (is_so, [vi, en]) in [
        (assessed.is_stale, [" Số liệu đã cũ.", " The figure is old."]),
        (
            assessed.is_ambiguous,
            [
                " Các mục tiêu của mốc này mâu thuẫn; lấy mục tiêu có kết quả kém hơn.",
                " The targets of this milestone contradict one another; the one that stands worse counts.",
            ],
        ),
        (line.is_falling, [" Mục tiêu kém hơn hiện trạng.", " The target lies on the worse side of the baseline."]),
    ] {
        if is_so {
            sentence.push_str(match language {
                Language::Vi => vi,
                Language::En => en,
            });
        }
    }
    sentence
}

fn date(day: Date) -> String {
    day.0.format("%d/%m/%Y").to_string()
}

/// Says figures of an indicator.
struct Say<'a> {
    indicator: &'a Indicator,
    language: Language,
}

impl Say<'_> {
    fn pick<'t>(&self, vi: &'t str, en: &'t str) -> &'t str {
        match self.language {
            Language::Vi => vi,
            Language::En => en,
        }
    }

    /// A number with so many decimal places, as people of the language write it.
    fn number(&self, value: Decimal, places: u32) -> String {
        let text = value.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero).normalize().to_string();
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
        let (thousands, point) = match self.language {
            Language::Vi => ('.', ','),
            Language::En => (',', '.'),
        };
        let mut said = sign.to_owned();
        for (n, digit) in digits.chars().enumerate() {
            if n > 0 && (digits.len() - n) % 3 == 0 {
                said.push(thousands);
            }
            said.push(digit);
        }
        if !part.is_empty() {
            said.push(point);
            said.push_str(part);
        }
        said
    }

    fn figure(&self, value: Decimal) -> String {
        let places = u32::from(self.indicator.decimals.unsigned_abs());
        let number = self.number(value, places.max(1));
        let unit = match self.indicator.unit {
            Unit::Percent => "%",
            Unit::PercentGrdp => self.pick("% GRDP", "% of GRDP"),
            Unit::PercentLocalBudget => self.pick("% chi ngân sách địa phương", "% of local budget spending"),
            Unit::Per10000People => self.pick("trên 10.000 dân", "per 10,000 people"),
            Unit::Count | Unit::Index | Unit::Rank | Unit::None => return number,
        };
        match self.indicator.unit {
            Unit::Per10000People => format!("{number} {unit}"),
            _ => format!("{number}{unit}"),
        }
    }

    fn demand(&self, line: &Line) -> Option<String> {
        let (demanded, due_on) = (self.figure(line.demanded?), date(line.due_on?));
        let comparing = match line.comparator? {
            Comparator::AtLeast => self.pick("ít nhất", "at least"),
            Comparator::MoreThan => self.pick("hơn", "more than"),
            Comparator::AtMost => self.pick("không quá", "at most"),
            Comparator::LessThan => self.pick("dưới", "less than"),
            Comparator::Exactly => self.pick("đúng", "exactly"),
            Comparator::Between => self.pick("trong khoảng bắt đầu hoặc kết thúc ở", "within a range that ends at"),
        };
        Some(match self.language {
            Language::Vi => format!("mốc {due_on} yêu cầu {comparing} {demanded}"),
            Language::En => format!("the milestone of {due_on} demands {comparing} {demanded}"),
        })
    }

    fn expectation(&self, line: &Line) -> Option<String> {
        let (expected, pace) = (self.figure(line.expected?), self.number(line.pace? * Decimal::ONE_HUNDRED, 0));
        Some(match self.language {
            Language::Vi => format!("theo tiến độ phải đạt {expected}, đã đi được {pace}% phần phải đi"),
            Language::En => format!("{expected} was expected by then, and {pace}% of that way was made"),
        })
    }

    fn status(&self, status: AssessmentStatus) -> &'static str {
        let (vi, en) = match status {
            AssessmentStatus::Missed => ("đã quá mốc mà chưa đạt", "the milestone was missed"),
            AssessmentStatus::OffTrack => ("chậm tiến độ", "it is off track"),
            AssessmentStatus::AtRisk => ("có nguy cơ không đạt", "it is at risk"),
            AssessmentStatus::NeedsJudgement => {
                ("mục tiêu bằng lời, chưa được nhận định", "the target is in words and was not judged yet")
            }
            AssessmentStatus::NoData => ("chưa đánh giá được", "it cannot be assessed"),
            AssessmentStatus::Incomplete => (
                "thiếu số liệu của một kỳ trước đó nên chưa đánh giá được",
                "an earlier period has no figure, so it cannot be assessed",
            ),
            AssessmentStatus::OnTrack => ("đúng tiến độ", "it is on track"),
            AssessmentStatus::Achieved => ("đã đạt", "it is achieved"),
            AssessmentStatus::NoTarget => ("không có mục tiêu đang hiệu lực", "no target is in force"),
        };
        match self.language {
            Language::Vi => vi,
            Language::En => en,
        }
    }
}
