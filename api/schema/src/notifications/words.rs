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
    match (about, language) {
        (About::Titled(title), language) => format!("{}: {title}", of_title(row, language)),
        (About::Figures { .. }, Language::Vi) => of_figures_vi(row, about),
        (About::Figures { .. }, Language::En) => of_figures_en(row, about),
    }
}

/// What is said before a title.
fn of_title(row: &Notification, language: Language) -> String {
    use NotificationKind as Kind;
    let due = row.due_on.map(|due| due.0.format("%d/%m/%Y").to_string()).unwrap_or_default();
    let (vi, en) = match row.kind {
        Kind::DueSoon => ("Sắp đến hạn {due}", "Due on {due}"),
        Kind::DueToday => ("Hôm nay đến hạn", "Due today"),
        Kind::Overdue => ("Quá hạn từ {due}", "Late since {due}"),
        Kind::InputOverdue => ("Ý kiến phối hợp quá hạn từ {due}", "Input late since {due}"),
        Kind::DirectiveIssued => ("Nhiệm vụ mới", "New directive"),
        Kind::DirectiveAccepted => ("Nhiệm vụ đã được tiếp nhận", "Directive accepted"),
        Kind::PartDelegated => ("Một phần đã được giao cho cấp dưới", "A part was delegated"),
        Kind::InputRequested => ("Đề nghị phối hợp", "Input asked for"),
        Kind::InputGiven => ("Đã có ý kiến phối hợp", "Input given"),
        Kind::ExtensionRequested => ("Đề nghị gia hạn", "Later deadline asked for"),
        Kind::ExtensionDecided => ("Đề nghị gia hạn đã được trả lời", "Later deadline decided on"),
        Kind::DoneReported => ("Đã báo cáo hoàn thành", "Reported as done"),
        Kind::DoneConfirmed => ("Đã được xác nhận hoàn thành", "Confirmed as done"),
        Kind::SentBack => ("Bị yêu cầu làm lại", "Sent back"),
        Kind::DirectiveCancelled => ("Nhiệm vụ đã bị hủy", "Cancelled"),
        Kind::Unblocked => ("Đã có thể tiếp tục", "Can go on"),
        Kind::RecommendationAnswered => ("Kiến nghị đã được trả lời", "Recommendation answered"),
        Kind::FiguresReturned | Kind::FiguresEndorsed | Kind::FiguresPublished | Kind::UnlockDecided | Kind::Chased => {
            ("Số liệu", "Figures")
        }
    };
    let words = if language == Language::Vi { vi } else { en };
    words.replace("{due}", &due)
}

/// The period; months that do not begin on the first are named.
fn period(row: &Notification, language: Language) -> String {
    let period = row.period.map(|period| period.to_string()).unwrap_or_default();
    match (row.regime, language) {
        (Some(Regime::Administrative), Language::Vi) => format!("{period} (kỳ hành chính)"),
        (Some(Regime::Administrative), Language::En) => format!("{period} (administrative)"),
        _ => period,
    }
}

fn of_figures_vi(row: &Notification, about: &About) -> String {
    use NotificationKind as Kind;
    let About::Figures { figures, agencies, agency } = about else { return String::new() };
    let period = period(row, Language::Vi);
    let due = row.due_on.map(|due| due.0.format("%d/%m/%Y").to_string()).unwrap_or_default();
    let whose = match agency {
        Some(name) => format!(" của {name}"),
        None => format!(" của {agencies} đơn vị"),
    };
    let what = format!("{figures} số liệu kỳ {period}{whose}");
    match row.kind {
        Kind::DueSoon => format!("Còn {what} chưa báo cáo, hạn {due}"),
        Kind::DueToday => format!("Hôm nay đến hạn: còn {what} chưa báo cáo"),
        Kind::Overdue => format!("Quá hạn từ {due}: còn {what} chưa báo cáo"),
        Kind::FiguresReturned => format!("{what} bị trả lại"),
        Kind::FiguresEndorsed => format!("{what} đã được duyệt"),
        Kind::FiguresPublished => format!("{what} đã được công bố"),
        Kind::UnlockDecided => format!("Đề nghị mở lại kỳ {period}{whose} đã được trả lời"),
        Kind::Chased => format!("Đề nghị báo cáo ngay: còn {what}"),
        _ => what,
    }
}

fn of_figures_en(row: &Notification, about: &About) -> String {
    use NotificationKind as Kind;
    let About::Figures { figures, agencies, agency } = about else { return String::new() };
    let period = period(row, Language::En);
    let due = row.due_on.map(|due| due.0.format("%d/%m/%Y").to_string()).unwrap_or_default();
    let whose = match agency {
        Some(name) => format!(" of {name}"),
        None => format!(" of {agencies} agencies"),
    };
    let figures = if *figures == 1 { "1 figure".to_owned() } else { format!("{figures} figures") };
    let what = format!("{figures} for {period}{whose}");
    match row.kind {
        Kind::DueSoon => format!("Not reported yet: {what}, due on {due}"),
        Kind::DueToday => format!("Due today: {what}"),
        Kind::Overdue => format!("Late since {due}: {what}"),
        Kind::FiguresReturned => format!("Returned: {what}"),
        Kind::FiguresEndorsed => format!("Endorsed: {what}"),
        Kind::FiguresPublished => format!("Published: {what}"),
        Kind::UnlockDecided => format!("Decided: the request to open {period}{whose}"),
        Kind::Chased => format!("Report now: {what}"),
        _ => what,
    }
}
