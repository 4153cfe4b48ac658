//! The sheet of targets: what clauses of plans demand, a row a target. Its columns are the words in which the API takes one.

use crate::form::{Column, Form, Reads, column};

const COMPARATORS: &[(&str, &str, &str)] = &[
    ("AT_LEAST", "Tối thiểu", "At least"),
    ("MORE_THAN", "Trên", "More than"),
    ("AT_MOST", "Không quá", "At most"),
    ("LESS_THAN", "Dưới", "Less than"),
    ("EXACTLY", "Đúng bằng", "Exactly"),
    ("BETWEEN", "Trong khoảng", "Between"),
];

const PRECISIONS: &[(&str, &str, &str)] = &[
    ("DAY", "Ngày", "Day"),
    ("MONTH", "Tháng", "Month"),
    ("QUARTER", "Quý", "Quarter"),
    ("HALF_YEAR", "6 tháng", "Half-year"),
    ("YEAR", "Năm", "Year"),
    ("NONE", "Không xác định", "Not known"),
];

const CADENCES: &[(&str, &str, &str)] =
    &[("BY_DATE", "Đến mốc thời gian", "By the milestone"), ("EACH_YEAR", "Mỗi năm", "Each year")];

/// A column that is filled in.
const fn said(
    key: &'static str,
    (vi, en): (&'static str, &'static str),
    reads: Reads,
    width: u16,
    note: (&'static str, &'static str),
) -> Column {
    Column { entered: true, note, ..column(key, vi, en, reads, width) }
}

/// The columns.
pub const FORM: Form = Form {
    name: "TARGETS",
    columns: &[
        Column {
            note: ("Mã chương trình có chỉ tiêu này.", "The code of the programme."),
            ..column("programme", "Mã chương trình", "Programme code", Reads::Code, 20)
        },
        Column {
            also: &["so ky hieu", "van ban"],
            note: ("Mã văn bản giao chỉ tiêu.", "The code of the document that sets it."),
            ..column("document", "Mã văn bản", "Document code", Reads::Code, 20)
        },
        said(
            "item",
            ("Mục", "Item"),
            Reads::Code,
            14,
            (
                "Tên riêng của chỉ tiêu trong văn bản, như 2030.a.01.",
                "What tells it from the others of its document, such as 2030.a.01.",
            ),
        ),
        Column {
            also: &["ma chi so", "ma so chi tieu"],
            note: ("Mã chỉ tiêu trong danh mục.", "The indicator's code."),
            ..column("indicator", "Mã chỉ tiêu", "Indicator code", Reads::Code, 26)
        },
        Column {
            note: ("Để trống nếu là đơn vị của chương trình.", "Leave it empty for that of the programme."),
            ..column("subject", "Mã đối tượng", "Subject code", Reads::Code, 16)
        },
        said(
            "wording",
            ("Nội dung", "Wording"),
            Reads::Text,
            50,
            ("Văn bản yêu cầu gì, bằng lời của bạn.", "What the clause asks for, in your words."),
        ),
        said(
            "dueOn",
            ("Mốc", "Milestone"),
            Reads::Day,
            12,
            ("Ngày cuối cùng phải đạt, như 31/12/2030.", "The last day on which it may be reached."),
        ),
        Column {
            note: ("Văn bản nêu mốc chính xác đến đâu.", "How exactly the document states the milestone."),
            ..column("duePrecision", "Mốc chính xác đến", "Milestone stated to the", Reads::Choice(PRECISIONS), 12)
        },
        said(
            "dueWords",
            ("Mốc bằng lời", "Milestone in words"),
            Reads::Text,
            16,
            ("Nguyên văn, nếu không phải một ngày.", "As written, where it is no plain day."),
        ),
        said(
            "comparator",
            ("So sánh", "Comparator"),
            Reads::Choice(COMPARATORS),
            14,
            ("Chọn trong danh sách, cùng với giá trị.", "Choose from the list, with a value."),
        ),
        said(
            "value",
            ("Giá trị", "Value"),
            Reads::Number,
            12,
            ("Theo đơn vị của chỉ tiêu; cận dưới nếu là khoảng.", "In the indicator's unit; the lower end of a range."),
        ),
        said(
            "upperValue",
            ("Cận trên", "Upper value"),
            Reads::Number,
            12,
            ("Chỉ với “Trong khoảng”.", "With “Between” only."),
        ),
        said(
            "statement",
            ("Yêu cầu bằng lời", "Statement"),
            Reads::Text,
            30,
            ("Khi không có giá trị.", "Where there is no value."),
        ),
        said(
            "sourceWords",
            ("Từ so sánh trong văn bản", "Words of the source"),
            Reads::Text,
            12,
            ("≥, từ, đạt, có.", "≥, từ, đạt, có."),
        ),
        said(
            "measuredOver",
            ("Mẫu số", "Measured over"),
            Reads::Text,
            20,
            ("Mẫu số mà điều khoản này nêu.", "The denominator that this very clause names."),
        ),
        said("clause", ("Điều khoản", "Clause"), Reads::Code, 10, ("Như in trong văn bản.", "As printed.")),
        said(
            "ordinal",
            ("Gạch đầu dòng", "Bullet"),
            Reads::Whole,
            8,
            ("Thứ tự trong điều khoản, từ 1.", "Its number in the clause, from 1."),
        ),
        said(
            "sub",
            ("Phần", "Part"),
            Reads::Whole,
            8,
            ("Phần của gạch đầu dòng, từ 1.", "Part of the bullet, from 1."),
        ),
        said(
            "cadence",
            ("Chu kỳ", "Cadence"),
            Reads::Choice(CADENCES),
            14,
            ("Một lần đến mốc, hay mỗi năm.", "Once by the milestone, or in every year."),
        ),
        said(
            "cadenceFrom",
            ("Từ năm", "From year"),
            Reads::Whole,
            8,
            ("Năm đầu, nếu mỗi năm.", "The first year, if in every year."),
        ),
        said(
            "cadenceUntil",
            ("Đến năm", "Until year"),
            Reads::Whole,
            8,
            ("Năm cuối, nếu mỗi năm.", "The last year, if in every year."),
        ),
        said(
            "definition",
            ("Phiên bản định nghĩa", "Definition"),
            Reads::Whole,
            10,
            ("Để trống là bản mới nhất.", "The latest if left empty."),
        ),
        said(
            "group",
            ("Nhóm", "Group"),
            Reads::Code,
            10,
            ("Nhóm trong chương trình, nếu chưa theo dõi.", "Its pillar, if the programme does not follow it yet."),
        ),
        said("note", ("Ghi chú", "Note"), Reads::Text, 30, ("Điều người đọc cần biết.", "What a reader should know.")),
    ],
    about: &["document", "item"],
    same: ("cùng văn bản, cùng mục", "the same item of the same document"),
};
