//! The sheet of progress: what an agency that leads directives reports of each, a row a directive.

use crate::{
    form::{Column, Form, Reads, column},
    number::Number,
    table::Record,
};

/// The columns.
pub const FORM: Form = Form {
    name: "PROGRESS",
    columns: &[
        Column {
            also: &["ma", "ma nv", "ma so nhiem vu", "ma so", "directive"],
            note: ("Mã của nhiệm vụ trong hệ thống. Không sửa.", "The directive's code. Leave it as it is."),
            ..column("directive", "Mã nhiệm vụ", "Directive code", Reads::Code, 24)
        },
        Column {
            also: &["noi dung nhiem vu", "ten nhiem vu", "noi dung"],
            note: ("Nội dung nhiệm vụ, để đọc.", "What is to be done, to be read."),
            ..column("title", "Nhiệm vụ", "Directive", Reads::Nothing, 50)
        },
        Column {
            also: &["thoi han", "han hoan thanh"],
            note: ("Ngày cuối cùng phải hoàn thành.", "The last day on which it is done in time."),
            ..column("due", "Hạn", "Due", Reads::Nothing, 12)
        },
        Column {
            note: ("Tiến độ đã báo cáo gần nhất.", "The progress that was reported last."),
            ..column("last", "Tiến độ gần nhất", "Latest progress", Reads::Nothing, 12)
        },
        Column {
            also: &["ky", "ky bao cao"],
            note: ("Kỳ báo cáo, như 2025-Q3. Có thể để trống.", "The period, such as 2025-Q3. May be left empty."),
            ..column("period", "Kỳ báo cáo", "Period", Reads::Period, 10)
        },
        Column {
            also: &["ty le", "ty le hoan thanh", "muc do hoan thanh", "phan tram"],
            entered: true,
            note: (
                "Tỷ lệ hoàn thành từ 0 đến 100: 45 hoặc 45 %. Không có thì để trống.",
                "How much is done, 0 to 100: 45, or 45 %. Leave it empty if there is no figure.",
            ),
            ..column("percent", "Tiến độ (%)", "Progress (%)", Reads::Number, 12)
        },
        Column {
            also: &["ket qua", "ket qua thuc hien", "tinh hinh thuc hien"],
            entered: true,
            note: ("Đã làm được gì. Cần có khi báo cáo.", "What was done. Needed in a report."),
            ..column("narrative", "Kết quả đã làm", "What was done", Reads::Text, 50)
        },
        Column {
            also: &["kho khan", "vuong mac", "kho khan vuong mac"],
            entered: true,
            note: ("Điều gì cản trở.", "What stands in the way."),
            ..column("obstacles", "Khó khăn, vướng mắc", "Obstacles", Reads::Text, 40)
        },
        Column {
            also: &["minh chung", "tai lieu minh chung"],
            entered: true,
            note: ("Minh chứng bằng lời, số văn bản, địa chỉ.", "What shows it, in words and addresses."),
            ..column("evidence", "Minh chứng", "Evidence", Reads::Text, 30)
        },
        Column {
            note: (
                "Phiên bản của nhiệm vụ khi tải biểu mẫu. Không sửa.",
                "The version of the directive when the template was fetched. Leave it as it is.",
            ),
            ..column("expectedVersion", "Phiên bản", "Version", Reads::Whole, 10)
        },
    ],
    about: &["directive"],
    same: ("cùng nhiệm vụ", "the same directive"),
};

/// A row of progress.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// The code of the directive.
    pub directive: String,
    /// The period, if the row says one.
    pub period: Option<String>,
    /// How much is done, of 100.
    pub percent: Option<Number>,
    /// What was done; empty if the row does not say.
    pub narrative: String,
    /// What stands in the way.
    pub obstacles: Option<String>,
    /// What shows it.
    pub evidence: Option<String>,
    /// The version in which the directive was seen.
    pub version: Option<i32>,
}

impl From<&Record> for Progress {
    fn from(record: &Record) -> Self {
        let text = |key: &str| record.text(&FORM, key);
        Self {
            directive: text("directive").unwrap_or_default(),
            period: text("period"),
            percent: record.number(&FORM, "percent"),
            narrative: text("narrative").unwrap_or_default(),
            obstacles: text("obstacles"),
            evidence: text("evidence"),
            version: record.whole(&FORM, "expectedVersion"),
        }
    }
}
