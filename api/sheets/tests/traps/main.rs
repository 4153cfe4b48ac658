//! Every trap that a spreadsheet has set for somebody, as a file that is made here.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::format_collect, reason = "the files are made here")]

mod files;
mod hostile;
mod plans;
mod written;

use std::ops::ControlFlow;

use files::{XlsCell, XlsxSheet, number, ods, row, sheet, text, xls, xlsx, zipped};
use sheets::{
    Code, File, Issue, Kind, Limits,
    figures::{FORM, Figure},
    mapping::Mapping,
    survey::{MOST_ROWS, Survey, survey},
    table,
};

fn surveyed(bytes: &[u8]) -> Result<(File<'_>, Survey), Issue> {
    let file = File::open(bytes, Limits::default())?;
    let survey = survey(&file, &FORM, &Mapping::default())?;
    Ok((file, survey))
}

/// The rows of a file in words: `row indicator/subject=value`, or its row and codes with their places.
fn read(bytes: &[u8]) -> Vec<String> {
    let (file, survey) = match surveyed(bytes) {
        Ok(it) => it,
        Err(issue) => {
            println!("{issue}");
            return vec![format!("{} {}{}", issue.code.as_str(), issue.place.sheet, issue.place)];
        }
    };
    let mut told = Vec::new();
    let done = table::rows(&file, &FORM, &survey, &mut |record| {
        let figure = Figure::from(&record);
        let number = |it: Option<sheets::number::Number>| {
            it.map(|it| format!("{}{}", it.value, if it.percent == Some(true) { "%" } else { "" }))
        };
        let parts = [figure.numerator, figure.denominator].into_iter().filter_map(number).collect::<Vec<_>>().join(":");
        let value = number(figure.value).or(figure.narrative).unwrap_or(parts);
        told.push(if record.issues.is_empty() {
            format!("{} {}/{}={value}", record.row, figure.indicator, figure.subject.unwrap_or_default())
        } else {
            let issues: Vec<_> = record.issues.iter().map(|it| format!("{} {}", it.place, it.code.as_str())).collect();
            format!("{}: {}", record.row, issues.join(", "))
        });
        ControlFlow::Continue(())
    });
    if let Err(issue) = done {
        told.push(format!("{} {}", issue.code.as_str(), issue.place));
    }
    told
}

/// The usual headings in row 1.
fn headings() -> String {
    row(1, "", &[text("A1", "Mã chỉ tiêu"), text("B1", "Mã đối tượng"), text("C1", "Giá trị"), text("D1", "Ghi chú")])
}

/// A row of an XLSX: codes, and the cell with the figure in column C.
fn figure(n: u32, indicator: &str, cell: String) -> String {
    row(n, "", &[text(&format!("A{n}"), indicator), text(&format!("B{n}"), "so-khcn"), cell])
}

fn typed(values: &[&str]) -> Vec<String> {
    let mut rows = vec![headings()];
    for (n, value) in (2..).zip(values) {
        rows.push(figure(n, &format!("ct{n}"), text(&format!("C{n}"), value)));
    }
    read(&sheet(&rows, ""))
}

#[test]
fn numbers_as_text_are_read_in_three_writings() {
    assert_eq!(
        typed(&["1.234,5", "1 234,5", "'85", "12,5 %", "1.234"]),
        [
            "2 ct2/so-khcn=1234.5",
            "3 ct3/so-khcn=1234.5",
            "4 ct4/so-khcn=85",
            "5 ct5/so-khcn=12.5%",
            "6 ct6/so-khcn=1234"
        ],
        "the column says what stands before decimals"
    );
    assert_eq!(typed(&["1,234.5", "1.234"]), ["2 ct2/so-khcn=1234.5", "3 ct3/so-khcn=1.234"]);
    assert_eq!(typed(&["85", "1.234"]), ["2 ct2/so-khcn=85", "3: C3 AMBIGUOUS"], "nothing says");
    assert_eq!(
        typed(&["1.234,5", "1,234.5", "1.234"]),
        ["2 ct2/so-khcn=1234.5", "3 ct3/so-khcn=1234.5", "4: C4 AMBIGUOUS"],
        "they contradict one another"
    );
    assert_eq!(typed(&["khoảng 85", "\u{a0} 85\u{a0}"]), ["2: C2 MALFORMED", "3 ct3/so-khcn=85"]);
}

#[test]
fn numbers_are_what_is_shown_and_percentages_too() {
    let rows = [
        headings(),
        figure(2, "a", number("C2", "0.85", 1)),
        figure(3, "b", number("C3", "0.85", 0)),
        figure(4, "c", number("C4", "85", 3)),
        figure(5, "d", number("C5", "0.30000000000000004", 0)),
        figure(6, "e", number("C6", "46022", 2)),
        figure(7, "f", r#"<c r="C7" t="b"><v>1</v></c>"#.to_owned()),
    ];
    assert_eq!(
        read(&sheet(&rows, "")),
        [
            "2 a/so-khcn=85%",
            "3 b/so-khcn=0.85",
            "4 c/so-khcn=85",
            "5 d/so-khcn=0.3",
            "6: C6 AMBIGUOUS",
            "7: C7 MALFORMED"
        ]
    );
}

#[test]
fn formulas_give_their_value_or_an_error() {
    let formula = |at: &str, value: &str| format!(r#"<c r="{at}"><f>SUM(E1:E3)</f>{value}</c>"#);
    let rows = [
        headings(),
        figure(2, "a", formula("C2", "<v>12.5</v>")),
        figure(3, "b", formula("C3", "")),
        figure(4, "c", formula("C4", "<v></v>")),
        figure(5, "d", formula("C5", "<v/>")),
        figure(6, "e", r#"<c r="C6" t="e"><f>1/0</f><v>#DIV/0!</v></c>"#.to_owned()),
        figure(7, "f", r#"<c r="C7" t="str"><f>"x"</f><v>1.234,5</v></c>"#.to_owned()),
    ];
    assert_eq!(
        read(&sheet(&rows, "")),
        [
            "2 a/so-khcn=12.5",
            "3: C3 NO_VALUE",
            "4: C4 NO_VALUE",
            "5: C5 NO_VALUE",
            "6: C6 ERROR_VALUE",
            "7 f/so-khcn=1234.5"
        ]
    );
    let rows = [headings(), figure(2, "a", r#"<c r="C2" t="e"><v>#SPILL!</v></c>"#.to_owned())];
    assert_eq!(read(&sheet(&rows, "")), ["ERROR_VALUE Số liệuC2"], "an error that is newer than the library");
}

#[test]
fn merged_cells_say_what_rows_are_about_and_are_no_figures() {
    let rows = [
        headings(),
        figure(2, "a", number("C2", "1", 0)),
        row(3, "", &[text("A3", "b"), number("C3", "2", 0)]),
        row(4, "", &[text("A4", "c"), text("B4", "xa-son-my"), number("C4", "3", 0)]),
        row(5, "", &[text("A5", "d"), text("B5", "xa-son-my")]),
    ];
    let merged = r#"<mergeCells count="2"><mergeCell ref="B2:B3"/><mergeCell ref="C4:C5"/></mergeCells>"#;
    assert_eq!(read(&sheet(&rows, merged)), ["2 a/so-khcn=1", "3 b/so-khcn=2", "4: C4 MERGED"]);
}

#[test]
fn what_is_hidden_is_neither_taken_nor_left_out_in_silence() {
    let rows = [
        headings(),
        figure(2, "a", number("C2", "1", 0)),
        row(3, r#"hidden="1""#, &[text("A3", "b"), text("B3", "so-khcn"), number("C3", "2", 0)]),
        row(4, r#"hidden="1""#, &[text("A4", "c"), text("B4", "so-khcn")]),
    ];
    assert_eq!(read(&sheet(&rows, "")), ["2 a/so-khcn=1", "3: 3 HIDDEN"], "row 4 has no figure");
    let data = |rows: &[String]| format!("<sheetData>{}</sheetData>", rows.concat());
    let draft = [headings(), figure(2, "x", number("C2", "999", 0))];
    let book = xlsx(
        &[
            XlsxSheet { name: "Nháp", state: "hidden", xml: data(&draft) },
            XlsxSheet { name: "Ẩn", state: "veryHidden", xml: data(&draft) },
            XlsxSheet { name: "Bìa", state: "visible", xml: data(&[row(1, "", &[text("A1", "Báo cáo quý III")])]) },
            XlsxSheet { name: "Số liệu", state: "visible", xml: data(&rows[..2]) },
        ],
        false,
    );
    assert_eq!(read(&book), ["2 a/so-khcn=1"], "hidden sheets are no report, and a cover is none");
}

#[test]
fn totals_numbering_and_two_rows_of_headings_are_no_figures() {
    let rows = [
        row(1, "", &[text("A1", "BÁO CÁO SỐ LIỆU QUÝ III/2025")]),
        row(3, "", &[text("A3", "Mã chỉ tiêu"), text("B3", "Mã đối tượng"), text("C3", "Kết quả")]),
        row(4, "", &[text("C4", "Tử số"), text("D4", "Mẫu số")]),
        row(5, "", &[text("A5", "A"), text("B5", "B"), text("C5", "(1)"), text("D5", "(2)")]),
        row(6, "", &[text("A6", "a"), text("B6", "so-khcn"), number("C6", "3", 0), number("D6", "4", 0)]),
        row(8, "", &[text("B8", "Tổng cộng"), number("C8", "3", 0), number("D8", "4", 0)]),
        row(9, "", &[text("A9", "TỔNG SỐ:"), number("C9", "3", 0)]),
        row(11, "", &[text("B11", "Người lập biểu")]),
        row(12, "", &[number("C12", "7", 0)]),
    ];
    let merged = r#"<mergeCells count="1"><mergeCell ref="C3:D3"/></mergeCells>"#;
    assert_eq!(read(&sheet(&rows, merged)), ["6 a/so-khcn=3:4", "12: A12 REQUIRED"]);
}

#[test]
fn the_same_twice_is_refused_across_sheets() {
    let rows = [
        headings(),
        figure(2, "a", number("C2", "1", 0)),
        figure(3, "b", number("C3", "2", 0)),
        figure(4, "a", number("C4", "1", 0)),
    ];
    assert_eq!(read(&sheet(&rows, "")), ["2 a/so-khcn=1", "3 b/so-khcn=2", "4: A4 DUPLICATE"]);
    let xml = |rows: &[String]| format!("<sheetData>{}</sheetData>", rows.concat());
    let book = xlsx(
        &[
            XlsxSheet { name: "Sở", state: "visible", xml: xml(&rows[..2]) },
            XlsxSheet { name: "Xã", state: "visible", xml: xml(&rows[..2]) },
        ],
        false,
    );
    assert_eq!(read(&book), ["2 a/so-khcn=1", "2: A2 DUPLICATE"]);
    let (file, survey) = surveyed(&book).unwrap();
    let mut words = String::new();
    table::rows(&file, &FORM, &survey, &mut |it| {
        words.extend(it.issues.iter().map(|it| it.words.vi.clone()));
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(words, "Trùng với dòng 2 trang “Sở”: cùng chỉ tiêu, cùng đối tượng");
}

#[test]
fn letters_in_parts_are_put_together_and_old_fonts_are_refused_with_the_reason() {
    use unicode_normalization::UnicodeNormalization as _;
    let nfd = |it: &str| it.nfd().collect::<String>();
    let rows = [
        row(1, "", &[text("A1", &nfd("Mã chỉ tiêu")), text("B1", &nfd("Trả lời"))]),
        row(2, "", &[text("A2", " a\u{a0}"), text("B2", &nfd("Đã nghiệm thu\u{a0} "))]),
        row(3, "", &[text("A3", "b"), text("B3", "§· nghiÖm thu")]),
        row(4, "", &[text("A4", "c"), text("B4", "Ñaõ nghieäm thu")]),
    ];
    assert_eq!(read(&sheet(&rows, "")), ["2 a/=Đã nghiệm thu", "3: B3 LEGACY_ENCODING", "4: B4 LEGACY_ENCODING"]);
    let old = [
        row(1, "", &[text("A1", "M· chØ tiªu"), text("B1", "Gi¸ trÞ")]),
        row(2, "", &[text("A2", "a"), number("B2", "1", 0)]),
    ];
    let bytes = sheet(&old, "");
    let issue = surveyed(&bytes).unwrap_err();
    assert_eq!((issue.code, issue.place.to_string()), (Code::LegacyEncoding, "A1".to_owned()));
    assert!(issue.words.vi.contains("TCVN3") && issue.words.vi.contains("Unicode"), "{issue:?}");
}

#[test]
fn days_that_a_program_made_of_a_period_are_that_period() {
    let headings = row(1, "", &[text("A1", "Mã chỉ tiêu"), text("B1", "Kỳ"), text("C1", "Giá trị")]);
    for (from_1904, serial) in [(false, "45839"), (true, "44377")] {
        let rows = [headings.clone(), row(2, "", &[text("A2", "a"), number("B2", serial, 2), number("C2", "1", 0)])];
        let xml = format!("<sheetData>{}</sheetData>", rows.concat());
        let book = xlsx(&[XlsxSheet { name: "Số liệu", state: "visible", xml }], from_1904);
        let (file, survey) = surveyed(&book).unwrap();
        let mut period = None;
        table::rows(&file, &FORM, &survey, &mut |it| {
            period = Figure::from(&it).period;
            ControlFlow::Continue(())
        })
        .unwrap();
        assert_eq!(period.as_deref(), Some("2025-07"), "from 1904: {from_1904}");
    }
}

#[test]
fn text_is_read_in_every_encoding_and_with_every_separator() {
    let told = ["2 a/so-khcn=1234.5", "3 b/so-khcn=85%"];
    let lines = |by: &str| {
        [
            "Mã chỉ tiêu",
            "Mã đối tượng",
            "Giá trị",
            "Ghi chú",
            "\na",
            "so-khcn",
            "\"1.234,5\"",
            "Đã rà soát",
            "\nb",
            "so-khcn",
            "85%",
            "\n",
        ]
        .join(by)
        .replace(&format!("{by}\n"), "\r\n")
    };
    for by in [";", ",", "\t"] {
        let text = lines(by);
        assert_eq!(read(text.as_bytes()), told, "UTF-8 with {by:?}");
        assert_eq!(read(&[b"\xef\xbb\xbf", text.as_bytes()].concat()), told, "with a mark");
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(read(&[b"\xff\xfe", &little[..]].concat()), told, "UTF-16 of Windows");
        assert_eq!([read(&little), read(&big)], [told, told], "UTF-16 without a mark");
    }
    // "Mã chỉ tiêu;Giá trị": a tone may stand behind its letter, as a character of its own.
    let windows = b"M\xe3 chi\xd2 ti\xeau;Gi\xe1 tri\xf2;Ghi ch\xfa\na;1.234,5;\xd0a\xde nghi\xea\xf2m thu\n".to_vec();
    assert_eq!(read(&windows), ["2 a/=1234.5"], "Windows-1258");
    // TCVN3 as its programs save it: "Mã chỉ tiêu;Giá trị".
    let tcvn3 = b"M\xb7 ch\xd8 ti\xaau;Gi\xb8 tr\xde\na;1\n";
    assert_eq!(read(tcvn3), ["LEGACY_ENCODING A1"]);
    assert_eq!(read("sep=,\nMã chỉ tiêu,Giá trị\na,1\n".as_bytes()), ["3 a/=1"], "the line by which Excel says it");
    assert_eq!(
        read("Mã chỉ tiêu;Giá trị;Trả lời\na;;\"hai\ndòng\"\n\nb;2;\n".as_bytes()),
        ["2 a/=hai\ndòng", "4 b/=2"],
        "rows, not lines"
    );
    assert_eq!(read("Mã chỉ tiêu\nGiá trị\n".as_bytes()), ["NO_HEADING 2"], "one column");
}

#[test]
fn ods_is_read_with_what_is_hidden_merged_and_computed() {
    let cell = |text: &str| {
        format!(r#"<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>"#)
    };
    let value = |kind: &str, value: &str, shown: &str| {
        format!(
            r#"<table:table-cell office:value-type="{kind}" office:value="{value}"><text:p>{shown}</text:p></table:table-cell>"#
        )
    };
    let row = |more: &str, cells: &[String]| format!("<table:table-row {more}>{}</table:table-row>", cells.concat());
    let headings = row("", &[cell("Mã chỉ tiêu"), cell("Mã đối tượng"), cell("Giá trị")]);
    let spanned = r#"<table:table-cell office:value-type="string" table:number-rows-spanned="2" table:number-columns-spanned="1"><text:p>so-khcn</text:p><office:annotation><text:p>Xem lại</text:p></office:annotation></table:table-cell>"#;
    let covered = "<table:covered-table-cell/>".to_owned();
    let rows = [
        headings.clone(),
        row("", &[cell("a"), spanned.to_owned(), value("percentage", "0.85", "85%")]),
        row("", &[cell("b"), covered, value("float", "12.5", "12,5")]),
        row(r#"table:number-rows-repeated="1000000""#, &[r#"<table:table-cell table:number-columns-repeated="16384"/>"#.to_owned()]),
        row(r#"table:visibility="filter""#, &[cell("c"), cell("so-khcn"), value("float", "1", "1")]),
        row("", &[cell("d"), cell("so-khcn"), r#"<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>"#.to_owned()]),
        row("", &[cell("e"), cell("so-khcn"), r#"<table:table-cell table:formula="of:=[.A1]"/>"#.to_owned()]),
        row("", &[cell("g &amp; h"), cell("so<text:s/>khcn"), value("float", "7", "7")]),
    ];
    let styles = r#"<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>"#;
    let tables = format!(
        r#"<table:table table:name="Nháp" table:style-name="ta2">{headings}{}</table:table><table:table table:name="Số liệu">{}</table:table>"#,
        row("", &[cell("x"), cell("y"), value("float", "999", "999")]),
        rows.concat()
    );
    let bytes = ods(styles, &tables);
    assert_eq!(File::open(&bytes, Limits::default()).unwrap().kind(), Kind::Ods);
    assert_eq!(
        read(&bytes),
        [
            "2 a/so-khcn=85%",
            "3 b/so-khcn=12.5",
            "1000004: 1000004 HIDDEN",
            "1000005: C1000005 ERROR_VALUE",
            "1000006: C1000006 NO_VALUE",
            "1000007 g & h/so khcn=7"
        ]
    );
}

#[test]
fn xls_is_read_with_what_is_hidden_and_shown_as_a_percentage() {
    use XlsCell::{Number, Text};
    let cells = [
        Text(0, 0, "Mã chỉ tiêu"),
        Text(0, 1, "Mã đối tượng"),
        Text(0, 2, "Giá trị"),
        Text(1, 0, "a"),
        Text(1, 1, "so-khcn"),
        Number(1, 2, 0.85, 1),
        Text(2, 0, "b"),
        Text(2, 1, "so-khcn"),
        Number(2, 2, 12.5, 0),
        Text(3, 0, "c"),
        Number(3, 2, 3.0, 0),
        Text(4, 0, "d"),
        Number(4, 2, 46_022.0, 2),
    ];
    let bytes = xls(&cells, &[3]);
    assert_eq!(File::open(&bytes, Limits::default()).unwrap().kind(), Kind::Xls);
    assert_eq!(read(&bytes), ["2 a/so-khcn=85%", "3 b/so-khcn=12.5", "4: 4 HIDDEN", "5: C5 AMBIGUOUS"]);
    let far = [Number(0, 0, 1.0, 0), Number(65_535, 255, 1.0, 0)];
    assert_eq!(read(&xls(&far, &[])), ["TOO_LARGE "], "two cells that would cost as much as sixteen million");
}

#[test]
fn what_people_write_below_the_headings_is_no_heading() {
    let text = "Mã chỉ tiêu;Giá trị;Ghi chú\na;1;\"Giá trị:\n- đã rà soát\"\nb;2;\n";
    assert_eq!(read(text.as_bytes()), ["2 a/=1", "3 b/=2"]);
    let two = "Chỉ tiêu;;Kết quả;\nMã chỉ tiêu;Mã đối tượng;Giá trị;Ghi chú\na;x;1;\n";
    assert_eq!(read(two.as_bytes()), ["3 a/x=1"], "two rows of headings");
}

#[test]
fn a_total_is_told_from_words_that_begin_alike() {
    let lines = |first: &str| format!("STT;Mã chỉ tiêu;Đơn vị;Giá trị;Ghi chú\n1;;{first};5;\n2;a;x;6;\n");
    for total in ["Tổng cộng", "TỔNG SỐ:", "Cộng", "Tổng số các xã"] {
        assert_eq!(read(lines(total).as_bytes()), ["3 a/=6"], "{total}");
    }
    for other in ["Công bố thủ tục", "Tổng kết Nghị quyết", "Cổng dịch vụ công"] {
        assert_eq!(read(lines(other).as_bytes()), ["2: B2 REQUIRED", "3 a/=6"], "{other}");
    }
    let note = "Mã chỉ tiêu;Giá trị;Ghi chú\n;5;Tổng số hồ sơ: 45\n";
    assert_eq!(read(note.as_bytes()), ["2: A2 REQUIRED"], "what people write is no total");
}
