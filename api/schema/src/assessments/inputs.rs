//! What an assessment follows from, one by one.

use async_graphql::{Context, Enum};
use auth::Action;
use db::{
    Date,
    access::Auth,
    assessment::{Assessed, AssessmentLine as Line, AttainmentMethod, ExpectationRule},
};
use object_layer::{ComplexObject, SimpleObject};
use rust_decimal::Decimal;
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
