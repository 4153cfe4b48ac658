//! What is wrong with a document, in the words of both languages. The English words are those of graphql-js, which most tools
//! know.

use apollo_compiler::validation::DiagnosticList;
use async_graphql::Pos;
use schema::error::ApiError;

/// The most errors that are told of one document.
const MOST: usize = 20;

/// Rules of validation by the name of their error, as it is said in Vietnamese.
const RULES: &[(&str, &str)] = &[
    ("AmbiguousAnonymousOperation", "thao tác không tên chỉ được đứng một mình trong tài liệu"),
    ("ConflictingFieldArgument", "hai trường cùng tên trong kết quả nhưng khác đối số: hãy đặt bí danh (alias)"),
    ("ConflictingFieldName", "hai trường khác nhau cùng tên trong kết quả: hãy đặt bí danh (alias)"),
    ("ConflictingFieldType", "hai trường cùng tên trong kết quả nhưng khác kiểu: hãy đặt bí danh (alias)"),
    ("DisallowedVariableUsage", "biến có kiểu không hợp với chỗ dùng"),
    ("FloatCoercionError", "giá trị không phải là số Float"),
    ("FragmentNameCollision", "hai mảnh (fragment) cùng tên"),
    ("InputType", "chỗ này cần một kiểu đầu vào"),
    ("IntCoercionError", "giá trị không phải là số nguyên 32 bit"),
    ("Introspection", "máy chủ này đã tắt truy vấn nội quan"),
    ("InvalidFragmentSpread", "mảnh (fragment) không bao giờ áp dụng được ở đây"),
    ("InvalidFragmentTarget", "mảnh (fragment) phải đặt trên một kiểu có trường"),
    ("MissingSubselection", "trường này cần chọn các trường con"),
    ("OperationNameCollision", "hai thao tác cùng tên"),
    ("RecursionError", "tài liệu lồng nhau quá sâu"),
    ("RecursiveFragmentDefinition", "mảnh (fragment) gọi lại chính nó"),
    ("RequiredArgument", "thiếu đối số bắt buộc"),
    ("RequiredField", "thiếu trường bắt buộc của đầu vào"),
    ("SubscriptionUsesConditionalSelection", "trường gốc của thao tác theo dõi không được có điều kiện"),
    ("SubscriptionUsesIntrospection", "thao tác theo dõi không được chọn trường nội quan"),
    ("SubscriptionUsesMultipleFields", "thao tác theo dõi chỉ được chọn một trường gốc"),
    ("SubselectionOnEnumType", "trường này không có trường con"),
    ("SubselectionOnScalarType", "trường này không có trường con"),
    ("TypeSystemDefinition", "tài liệu truy vấn không được định nghĩa kiểu"),
    ("UndefinedArgument", "không có đối số này"),
    ("UndefinedDefinition", "không có kiểu này"),
    ("UndefinedDirective", "không có chỉ thị (directive) này"),
    ("UndefinedEnumValue", "không có giá trị này trong tập giá trị"),
    ("UndefinedField", "không có trường này"),
    ("UndefinedFragment", "không có mảnh (fragment) này"),
    ("UndefinedInputValue", "đầu vào không có trường này"),
    ("UndefinedRootOperation", "không có loại thao tác này"),
    ("UndefinedTypeInInlineFragmentTypeCondition", "không có kiểu này"),
    ("UndefinedTypeInNamedFragmentTypeCondition", "không có kiểu này"),
    ("UndefinedVariable", "biến chưa được khai báo"),
    ("UniqueArgument", "một đối số được ghi hai lần"),
    ("UniqueDirective", "chỉ thị (directive) này chỉ được dùng một lần ở mỗi chỗ"),
    ("UniqueInputField", "một trường của đầu vào được ghi hai lần"),
    ("UniqueVariable", "một biến được khai báo hai lần"),
    ("UnreadableValue", "giá trị không đúng dạng của kiểu"),
    ("UnsupportedLocation", "chỉ thị (directive) này không được dùng ở đây"),
    ("UnsupportedValueType", "giá trị không đúng kiểu"),
    ("UnusedFragment", "mảnh (fragment) không được dùng"),
    ("UnusedVariable", "biến không được dùng"),
    ("VariableInputType", "biến phải có kiểu đầu vào"),
];

/// A rule that a document breaks.
pub(super) fn broken(rule: &str, words: &str, place: Pos) -> ApiError {
    let vi = RULES.iter().find(|(name, _)| *name == rule).map_or("tài liệu sai quy tắc", |(_, vi)| vi);
    ApiError::request("VALIDATION", format!("{vi} ({words})"), words.to_owned()).at(vec![place])
}

/// All that validation has found, in the order of the text.
pub(super) fn invalid(found: &DiagnosticList) -> Vec<ApiError> {
    let mut errors: Vec<_> = found
        .iter()
        .map(|diagnostic| {
            let range = diagnostic.line_column_range().map(|range| (position(range.start), position(range.end)));
            let (begin, end) = range.unwrap_or_default();
            (begin, end, diagnostic.error.unstable_error_name().unwrap_or_default(), diagnostic)
        })
        .collect();
    errors.sort_by_key(|(begin, ..)| (begin.line, begin.column));
    // Fields that there are not are left out before the rest is looked at: one that asks for no other ones only seems to ask for none.
    let asks_for_what_is_not = |index: usize, end: &Pos| {
        let mut within =
            errors.iter().skip(index).take_while(|(begin, ..)| (begin.line, begin.column) < (end.line, end.column));
        within.any(|(_, _, rule, _)| *rule == "UndefinedField")
    };
    let told = errors.iter().enumerate().filter_map(|(index, (begin, end, rule, diagnostic))| {
        if *rule == "MissingSubselection" && asks_for_what_is_not(index, end) {
            return None;
        }
        let words = diagnostic.error.unstable_compat_message().unwrap_or_else(|| diagnostic.error.to_string());
        Some(broken(rule, &words, *begin))
    });
    told.take(MOST).collect()
}

/// Why a text is no document.
pub(super) fn syntax(found: &DiagnosticList) -> ApiError {
    let Some(first) = found.iter().next() else {
        return ApiError::request("SYNTAX", "sai cú pháp", "syntax error");
    };
    let places = first.line_column_range().map(|range| position(range.start));
    let words = first.error.to_string();
    let words = words.strip_prefix("syntax error: ").unwrap_or(&words);
    ApiError::request("SYNTAX", format!("sai cú pháp ({words})"), format!("syntax error: {words}"))
        .at(places.into_iter().collect())
}

/// A name that two operations or two fragments have.
pub(super) fn twice(rule: &str, name: &str, place: Pos) -> ApiError {
    broken(rule, &format!("There can be only one operation or fragment named \"{name}\"."), place)
}

/// An operation without a name beside others.
pub(super) fn nameless(place: Pos) -> ApiError {
    broken("AmbiguousAnonymousOperation", "This anonymous operation must be the only defined operation.", place)
}

/// A definition of a type in a document that is to be executed.
pub(super) fn not_executable(place: Pos) -> ApiError {
    broken("TypeSystemDefinition", "A document to be executed defines operations and fragments only.", place)
}

/// A variable where only a constant may stand.
pub(super) fn variable_in_default(place: Pos) -> ApiError {
    ApiError::request(
        "SYNTAX",
        "giá trị mặc định của biến không được dùng biến",
        "a default value must not use a variable",
    )
    .at(vec![place])
}

/// A number that is larger than one can be.
pub(super) fn too_large() -> ApiError {
    ApiError::request("SYNTAX", "số quá lớn", "a number is too large")
}

/// A text with U+0000.
pub(super) fn nul() -> ApiError {
    ApiError::request("INPUT", "văn bản không được chứa ký tự U+0000", "U+0000 is not allowed in text")
}

pub(super) fn position(place: apollo_compiler::parser::LineColumn) -> Pos {
    Pos { line: place.line, column: place.column }
}
