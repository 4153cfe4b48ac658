//! The sheet of figures: what an agency reports for one period, a row a figure.

use crate::{
    form::{Column, Form, Reads, column},
    number::Number,
    table::Record,
};

/// How firm a figure is: the words of the API, with their names.
pub const OBSERVATIONS: &[(&str, &str, &str)] = &[
    ("FINAL", "Chính thức", "Final"),
    ("PROVISIONAL", "Sơ bộ", "Provisional"),
    ("ESTIMATED", "Ước tính", "Estimated"),
    ("REVISED", "Điều chỉnh", "Revised"),
];

/// The columns.
pub const FORM: Form = Form {
    name: "FIGURES",
    columns: &[
        Column {
            also: &["ma", "ma ct", "ma so chi tieu", "ma so", "indicator"],
            note: ("Mã của chỉ tiêu trong hệ thống. Không sửa.", "The indicator's code. Leave it as it is."),
            ..column("indicator", "Mã chỉ tiêu", "Indicator code", Reads::Code, 26)
        },
        Column {
            also: &["ten chi tieu", "noi dung", "indicator name"],
            note: ("Tên chỉ tiêu, để đọc.", "The indicator's name, to be read."),
            ..column("name", "Chỉ tiêu", "Name", Reads::Nothing, 46)
        },
        Column {
            also: &["ma dia ban", "ma don vi", "dia ban", "subject"],
            note: ("Mã đơn vị, địa bàn có số liệu. Không sửa.", "The code of whose figure it is. Leave it as it is."),
            ..column("subject", "Mã đối tượng", "Subject code", Reads::Code, 20)
        },
        Column {
            also: &["unit"],
            note: ("Đơn vị tính của số liệu.", "The unit of the figure."),
            ..column("unit", "Đơn vị tính", "Unit", Reads::Nothing, 14)
        },
        Column {
            also: &["ky", "ky bao cao"],
            note: ("Kỳ báo cáo, như 2025-Q3. Có thể để trống.", "The period, such as 2025-Q3. May be left empty."),
            ..column("period", "Kỳ số liệu", "Period", Reads::Period, 10)
        },
        Column {
            note: ("Số liệu đã công bố gần nhất, để so sánh.", "The latest published figure, for comparison."),
            ..column("last", "Số liệu gần nhất", "Latest figure", Reads::Nothing, 14)
        },
        Column {
            note: ("Khoảng giá trị hợp lý.", "The bounds of what is plausible."),
            ..column("bounds", "Giới hạn", "Bounds", Reads::Nothing, 14)
        },
        Column {
            also: &["so lieu", "ket qua", "ket qua thuc hien", "thuc hien", "figure", "so thuc hien"],
            entered: true,
            note: (
                "Nhập số. Tỷ lệ phần trăm: 85 hoặc 85 %. Chưa có số liệu thì để trống. Có/không: 1 hoặc 0.",
                "A number. A percentage: 85, or 85 %. Leave it empty if there is none. Yes or no: 1 or 0.",
            ),
            ..column("value", "Giá trị", "Value", Reads::Number, 16)
        },
        Column {
            entered: true,
            note: ("Tử số của tỷ lệ.", "The numerator of a ratio."),
            ..column("numerator", "Tử số", "Numerator", Reads::Number, 14)
        },
        Column {
            entered: true,
            note: ("Mẫu số của tỷ lệ, lớn hơn 0.", "The denominator of a ratio, more than 0."),
            ..column("denominator", "Mẫu số", "Denominator", Reads::Number, 14)
        },
        Column {
            also: &["tra loi bang loi", "mo ta"],
            entered: true,
            note: (
                "Trả lời bằng lời, nếu chỉ tiêu cần trả lời như vậy.",
                "The answer in words, where the indicator is answered so.",
            ),
            ..column("narrative", "Trả lời", "Answer in words", Reads::Text, 40)
        },
        Column {
            also: &["loai so lieu", "tinh chat so lieu"],
            note: ("Chọn trong danh sách; để trống là chính thức.", "Choose from the list; final if it is left empty."),
            ..column("observation", "Tính chất", "Observation", Reads::Choice(OBSERVATIONS), 14)
        },
        Column {
            entered: true,
            note: ("Ghi chú thêm, nếu có.", "What else there is to say."),
            ..column("note", "Ghi chú", "Note", Reads::Text, 30)
        },
        Column {
            also: &["giai trinh", "ly do"],
            entered: true,
            note: ("Vì sao số liệu khác xa các kỳ trước.", "Why the figure is far from those before it."),
            ..column("comment", "Giải thích", "Comment", Reads::Text, 30)
        },
        Column {
            note: (
                "Phiên bản của số liệu đang có. Không sửa.",
                "The version of the figure that is there. Leave it as it is.",
            ),
            ..column("expectedVersion", "Phiên bản", "Version", Reads::Whole, 10)
        },
    ],
    about: &["indicator", "subject"],
    same: ("cùng chỉ tiêu, cùng đối tượng", "the same indicator of the same subject"),
};

/// A row of figures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figure {
    /// The code of the indicator.
    pub indicator: String,
    /// The code of whose figure it is; none if the sheet does not say.
    pub subject: Option<String>,
    /// The period, if the row says one.
    pub period: Option<String>,
    /// The figure.
    pub value: Option<Number>,
    /// The numerator of a ratio.
    pub numerator: Option<Number>,
    /// The denominator of a ratio.
    pub denominator: Option<Number>,
    /// The answer in words.
    pub narrative: Option<String>,
    /// How firm the figure is, as a word of the API; none if the row does not say.
    pub observation: Option<String>,
    /// What else there is to say.
    pub note: Option<String>,
    /// Why the figure is far from those before it.
    pub comment: Option<String>,
    /// The version of what is there.
    pub version: Option<i32>,
}

impl From<&Record> for Figure {
    fn from(record: &Record) -> Self {
        let text = |key: &str| record.text(&FORM, key);
        let number = |key: &str| record.number(&FORM, key);
        Self {
            indicator: text("indicator").unwrap_or_default(),
            subject: text("subject"),
            period: text("period"),
            value: number("value"),
            numerator: number("numerator"),
            denominator: number("denominator"),
            narrative: text("narrative"),
            observation: text("observation"),
            note: text("note"),
            comment: text("comment"),
            version: record.whole(&FORM, "expectedVersion"),
        }
    }
}
