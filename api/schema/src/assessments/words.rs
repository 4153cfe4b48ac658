//! What an assessment follows from, one by one, and in sentences that can be read aloud.

use async_graphql::{Context, Enum};
use auth::Action;
use db::{
    Date,
    access::Auth,
    agency::Agency,
    assessment::{Assessed, AssessmentLine as Line, AssessmentStatus, AttainmentMethod, ExpectationRule},
    comparator::Comparator,
    indicator::{Indicator, Unit},
};
use object_layer::{ComplexObject, SimpleObject};
use rust_decimal::{Decimal, RoundingStrategy};
use uuid::Uuid;

use super::Judgement;
use crate::{
    language::Language,
    measurements::Measurement,
    object::{language, maybe},
    page::Answer,
    targets::Target,
};

/// The version of the rules by which it is assessed: raised when one of them changes what it answers.
const RULES: i32 = 1;

/// What a number of an assessment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Enum)]
pub enum AssessmentInputKind {
    /// The figure that is judged
    Figure,
    /// What the target demands
    Demanded,
    /// Where the way began
    Baseline,
    /// The point of the trajectory before the figure
    PointBefore,
    /// The point of the trajectory after the figure
    PointAfter,
    /// What is expected by the day of the figure
    Expected,
    /// The share of the way
    Attainment,
    /// Way made by way expected
    Pace,
    /// The pace from which it is on track
    OnTrackFrom,
    /// The pace from which it is at risk
    AtRiskFrom,
    /// The judgement of a target in words
    Judgement,
}

object_layer::named!(AssessmentInputKind);

/// A number that an assessment follows from: given by an object, or worked out by a rule.
#[derive(Clone, SimpleObject)]
#[graphql(complex, directive = Auth::apply(Action::SeePublished))]
pub struct AssessmentInput {
    /// What it is
    kind: AssessmentInputKind,
    /// In the indicator's unit; of shares and paces 1 is the whole; null for a judgement
    value: Option<Decimal>,
    /// The day it is true of (Asia/Ho_Chi_Minh); null where it has none
    on: Option<Date>,
    /// The rule by which it was worked out or chosen
    rule: &'static str,
    /// The version of that rule
    rule_version: i32,
    #[graphql(skip)]
    words: [&'static str; 2],
    #[graphql(skip)]
    target_id: Option<Uuid>,
    #[graphql(skip)]
    measurement_id: Option<Uuid>,
    #[graphql(skip)]
    judgement_id: Option<Uuid>,
}

#[ComplexObject]
impl AssessmentInput {
    /// What the rule says
    fn words(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Language; that of the request if left out")] language: Option<Language>,
    ) -> &'static str {
        let [vi, en] = self.words;
        match self::language(context, language) {
            Language::Vi => vi,
            Language::En => en,
        }
    }

    /// The target that gives it; null if it is none
    async fn target(&self, context: &Context<'_>) -> Answer<Target> {
        maybe(context, self.target_id).await
    }

    /// The figure that gives it: of a sum the last one; null if it is none
    async fn measurement(&self, context: &Context<'_>) -> Answer<Measurement> {
        maybe(context, self.measurement_id).await
    }

    /// The judgement that gives it; null if it is none
    async fn judgement(&self, context: &Context<'_>) -> Answer<Judgement> {
        maybe(context, self.judgement_id).await
    }
}

impl AssessmentInput {
    const fn new(kind: AssessmentInputKind, rule: &'static str, vi: &'static str, en: &'static str) -> Self {
        Self {
            kind,
            value: None,
            on: None,
            rule,
            rule_version: RULES,
            words: [vi, en],
            target_id: None,
            measurement_id: None,
            judgement_id: None,
        }
    }

    fn is(self, value: Option<Decimal>, on: Option<Date>) -> Option<Self> {
        value.is_some().then_some(Self { value, on, ..self })
    }
}

/// Every number that was used.
pub(super) fn inputs(assessed: &Assessed, line: &Line) -> Vec<AssessmentInput> {
    use AssessmentInputKind as Kind;
    let target = |input: AssessmentInput, id| AssessmentInput { target_id: id, ..input };
    let figure = if assessed.periods_measured.is_some() {
        AssessmentInput::new(
            Kind::Figure,
            "YEAR_TO_DATE",
            "Cộng các kỳ của năm có số liệu công bố",
            "The published figures of the year's periods, added up",
        )
    } else {
        AssessmentInput::new(
            Kind::Figure,
            "LATEST_PUBLISHED",
            "Số liệu công bố mới nhất tính đến ngày đánh giá, không muộn hơn mốc",
            "The latest published figure by the day of the assessment and of the milestone",
        )
    };
    let last_figure = assessed.measurement_ids.as_ref().and_then(|ids| ids.last()).copied();
    let figure = AssessmentInput { measurement_id: last_figure, ..figure };
    let demanded = AssessmentInput::new(
        Kind::Demanded,
        "TARGET_IN_FORCE",
        "Mục tiêu còn hiệu lực vào ngày đánh giá, theo văn bản và các lần điều chỉnh",
        "The target in force on the day, by its document and its revisions",
    );
    let baseline = if assessed.baseline_id.is_some() {
        AssessmentInput::new(Kind::Baseline, "STATED", "Hiện trạng đã được nêu", "A baseline that was stated")
    } else {
        AssessmentInput::new(
            Kind::Baseline,
            "FIRST_PUBLISHED",
            "Số liệu công bố đầu tiên trước mốc đầu tiên, vì chưa ai nêu hiện trạng",
            "The first published figure before the first milestone, for nobody has stated a baseline",
        )
    };
    let baseline = AssessmentInput { measurement_id: assessed.baseline_measurement_id, ..baseline };
    let point = |kind| {
        AssessmentInput::new(
            kind,
            "TRAJECTORY",
            "Điểm của lộ trình: hiện trạng, rồi các mục tiêu theo ngày đến hạn",
            "A point of the trajectory: the baseline, then the targets by their days",
        )
    };
    let (rule, vi, en) = expectation(line.expected_by);
    let expected = AssessmentInput::new(Kind::Expected, rule, vi, en);
    let attainment = match line.attainment_method {
        Some(AttainmentMethod::FromBaseline) => AssessmentInput::new(
            Kind::Attainment,
            "FROM_BASELINE",
            "Phần quãng đường từ hiện trạng đến mục tiêu đã đi được",
            "The share of the way from the baseline to the target that was made",
        ),
        _ => AssessmentInput::new(
            Kind::Attainment,
            "OF_TARGET",
            "Số liệu chia cho mức yêu cầu (chỉ tiêu càng thấp càng tốt thì ngược lại)",
            "The figure by what is demanded (where lower is better, the reverse)",
        ),
    };
    let pace = AssessmentInput::new(
        Kind::Pace,
        "PACE",
        "Phần đã đi được chia cho phần phải đi được tính đến kỳ đo",
        "The way made by the way expected by the period that was measured",
    );
    let bounds = |kind| {
        AssessmentInput::new(
            kind,
            "BOUNDS",
            "Ngưỡng của chương trình, có hiệu lực vào ngày đánh giá",
            "The programme's bound, as it holds on the day",
        )
    };
    let judgement = AssessmentInput {
        judgement_id: line.judgement_id,
        ..AssessmentInput::new(
            Kind::Judgement,
            "LATEST_ENDORSED",
            "Nhận định mới nhất đã được người khác xác nhận",
            "The latest judgement that somebody else has endorsed",
        )
    };
    let all = [
        figure.is(assessed.value, assessed.measured_until),
        target(demanded, line.target_id).is(line.demanded, line.due_on),
        baseline.is(assessed.baseline_value, assessed.baseline_on),
        target(point(Kind::PointBefore), line.previous_target_id).is(line.previous_value, line.previous_on),
        target(point(Kind::PointAfter), line.next_target_id).is(line.next_value, line.next_on),
        expected.is(line.expected, assessed.measured_until),
        attainment.is(line.attainment, assessed.measured_until),
        pace.is(line.pace, assessed.measured_until),
        bounds(Kind::OnTrackFrom).is(assessed.on_track_from.filter(|_| line.pace.is_some()), None),
        bounds(Kind::AtRiskFrom).is(assessed.at_risk_from.filter(|_| line.pace.is_some()), None),
        line.judgement_id.map(|_| judgement),
    ];
    all.into_iter().flatten().collect()
}

const fn expectation(rule: Option<ExpectationRule>) -> (&'static str, &'static str, &'static str) {
    match rule {
        None | Some(ExpectationRule::Linear) => (
            "LINEAR",
            "Nội suy tuyến tính theo ngày giữa hai điểm của lộ trình",
            "Interpolated by days along a line between two points of the trajectory",
        ),
        Some(ExpectationRule::Step) => (
            "STEP",
            "Trước ngày của mốc chưa yêu cầu gì thêm",
            "Nothing more is expected before the day of the milestone",
        ),
        Some(ExpectationRule::Compound) => (
            "COMPOUND",
            "Nội suy theo tốc độ không đổi giữa hai điểm của lộ trình",
            "Interpolated at a constant rate between two points of the trajectory",
        ),
        Some(ExpectationRule::ProRata) => (
            "PRO_RATA",
            "Phần của mục tiêu năm ứng với số kỳ đã qua",
            "The share of the year's target for the periods that are over",
        ),
        Some(ExpectationRule::EachYear) => {
            ("EACH_YEAR", "Trọn mục tiêu, trong mỗi năm", "The whole target, in each year")
        }
    }
}

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
