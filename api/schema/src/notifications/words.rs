//! What a notification says, in a sentence: in the inbox and in every other channel alike.

use db::{
    calendar::Regime,
    notification::{Notification, NotificationKind},
};

use crate::language::Language;

/// What a notification is about, as its reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum About {
    /// Something that has a title.
    Titled(String),
    /// So many figures of so many agencies, or of this one.
    Figures { figures: i32, agencies: usize, agency: Option<String> },
}

/// The sentence.
pub(super) fn sentence(row: &Notification, about: &About, language: Language) -> String {
    let (vi, en) = pattern(row.kind);
    let pattern = if language == Language::Vi { vi } else { en };
    let due = row.due_on.map(|due| due.0.format("%d/%m/%Y").to_string()).unwrap_or_default();
    let what = match about {
        About::Titled(title) => title.clone(),
        About::Figures { figures, agencies, agency } => {
            let whose = whose(*agencies, agency.as_deref(), language);
            match row.reporting_rule_id {
                Some(_) => of_reports(row, *agencies, &whose, language),
                None => of_figures(row, *figures, &whose, language),
            }
        }
    };
    pattern.replace("{due}", &due).replace("{what}", &what)
}

const fn pattern(kind: NotificationKind) -> (&'static str, &'static str) {
    use NotificationKind as Kind;
    match kind {
        Kind::DueSoon => ("Sắp đến hạn {due}: {what}", "Due soon, on {due}: {what}"),
        Kind::DueToday => ("Đến hạn {due}: {what}", "Due on {due}: {what}"),
        Kind::Overdue => ("Đã quá hạn (hạn {due}): {what}", "Late, was due on {due}: {what}"),
        Kind::InputOverdue => {
            ("Ý kiến phối hợp đã quá hạn (hạn {due}): {what}", "Input is late, was due on {due}: {what}")
        }
        Kind::FiguresReturned => ("Bị trả lại: {what}", "Returned: {what}"),
        Kind::FiguresEndorsed => ("Đã được duyệt: {what}", "Endorsed: {what}"),
        Kind::FiguresPublished => ("Đã được công bố: {what}", "Published: {what}"),
        Kind::UnlockDecided => {
            ("Đề nghị mở lại kỳ báo cáo đã được trả lời: {what}", "A request to open a period was decided on: {what}")
        }
        Kind::DirectiveIssued => ("Nhiệm vụ mới: {what}", "New directive: {what}"),
        Kind::DirectiveAccepted => ("Nhiệm vụ đã được tiếp nhận: {what}", "Directive accepted: {what}"),
        Kind::PartDelegated => ("Một phần đã được giao cho cấp dưới: {what}", "A part was delegated: {what}"),
        Kind::InputRequested => ("Đề nghị phối hợp: {what}", "Input asked for: {what}"),
        Kind::InputGiven => ("Đã có ý kiến phối hợp: {what}", "Input given: {what}"),
        Kind::ExtensionRequested => ("Đề nghị gia hạn: {what}", "Later deadline asked for: {what}"),
        Kind::ExtensionDecided => {
            ("Đề nghị gia hạn đã được trả lời: {what}", "A request for a later deadline was answered: {what}")
        }
        Kind::CounterAnswered => {
            ("Hạn đề xuất đã được trả lời: {what}", "The deadline that was offered was answered: {what}")
        }
        Kind::DoneReported => ("Đã báo cáo hoàn thành: {what}", "Reported as done: {what}"),
        Kind::DoneConfirmed => ("Đã được xác nhận hoàn thành: {what}", "Confirmed as done: {what}"),
        Kind::SentBack => ("Bị yêu cầu làm lại: {what}", "Sent back: {what}"),
        Kind::DirectiveCancelled => ("Nhiệm vụ đã bị hủy: {what}", "Directive cancelled: {what}"),
        Kind::Unblocked => ("Không còn phải chờ: {what}", "No longer waiting: {what}"),
        Kind::RecommendationAnswered => ("Kiến nghị đã được trả lời: {what}", "Recommendation answered: {what}"),
        Kind::WebhookDisabled => ("Đã ngừng gửi thay đổi tới {what}", "Changes are no longer sent to {what}"),
        Kind::Chased => ("Đề nghị báo cáo ngay: {what}", "Please report now: {what}"),
    }
}

/// So many figures of a period; those that are missing are said to be.
fn of_figures(row: &Notification, figures: i32, whose: &str, language: Language) -> String {
    use NotificationKind as Kind;
    let period = period(row, language);
    let are_missing = matches!(row.kind, Kind::DueSoon | Kind::DueToday | Kind::Overdue | Kind::Chased);
    match (language, are_missing) {
        (Language::Vi, true) => format!("còn {figures} số liệu {period}{whose} chưa báo cáo"),
        (Language::Vi, false) => format!("{figures} số liệu {period}{whose}"),
        (Language::En, missing) => {
            let figures = if figures == 1 { "1 figure".to_owned() } else { format!("{figures} figures") };
            format!("{figures} for {period}{whose}{}", if missing { " not reported yet" } else { "" })
        }
    }
}

/// The report of a period, or those of several agencies, which are missing.
fn of_reports(row: &Notification, reports: usize, whose: &str, language: Language) -> String {
    let period = period(row, language);
    match (language, reports) {
        (Language::Vi, _) => format!("chưa có báo cáo {period}{whose}"),
        (Language::En, 1) => format!("the report for {period}{whose} is missing"),
        (Language::En, _) => format!("the reports for {period}{whose} are missing"),
    }
}

fn whose(agencies: usize, agency: Option<&str>, language: Language) -> String {
    match (agency, language) {
        (Some(name), Language::Vi) => format!(" của {name}"),
        (Some(name), Language::En) => format!(" of {name}"),
        (None, Language::Vi) => format!(" của {agencies} đơn vị"),
        (None, Language::En) => format!(" of {agencies} agencies"),
    }
}

/// The period; one that does not follow the calendar says so.
fn period(row: &Notification, language: Language) -> String {
    let Some(period) = row.period else { return String::new() };
    match (row.regime, language) {
        (Some(Regime::Administrative), Language::Vi) => format!("{} (kỳ báo cáo hành chính)", period.in_vietnamese()),
        (Some(Regime::Administrative), Language::En) => format!("{} (administrative period)", period.in_english()),
        (_, Language::Vi) => period.in_vietnamese(),
        (_, Language::En) => period.in_english(),
    }
}
