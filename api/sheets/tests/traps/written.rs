//! What is written here and comes back: templates, and files with their errors.

use sheets::{
    marked,
    stamp::{self, Stamp},
    template,
};

use super::*;

#[test]
fn a_copy_takes_names_that_excel_does_not() {
    for name in ["Báo cáo số liệu quý IV năm 2025 của Sở", "Quý [IV]: 2025?", "'a'"] {
        let cell = |it: &str| {
            format!(r#"<table:table-cell office:value-type="string"><text:p>{it}</text:p></table:table-cell>"#)
        };
        let line = |cells: &[&str]| {
            format!("<table:table-row>{}</table:table-row>", cells.iter().map(|it| cell(it)).collect::<String>())
        };
        let rows = [line(&["Mã chỉ tiêu", "Giá trị"]), line(&["a", "khoảng 3"])].concat();
        let bytes = ods("", &format!(r#"<table:table table:name="{name}">{rows}</table:table>"#));
        let (file, survey) = surveyed(&bytes).unwrap();
        let mut marks = marked::Marks::default();
        marks.add(name, 2, Some(1), "Không phải là số".to_owned());
        let copy = marked::copy(&file, &FORM, &survey, &marks).unwrap();
        assert_eq!(read(&copy), ["2: B2 MALFORMED"], "{name}");
    }
}

fn stamped() -> Stamp {
    let [form, version, agency, period, regime] =
        ["FIGURES", stamp::VERSION, "so-khcn", "2025-Q3", "CALENDAR"].map(str::to_owned);
    Stamp { form, version, agency, period, regime }
}

fn owed(indicator: &str, asks: template::Asks) -> template::OwedFigure {
    template::OwedFigure {
        indicator: indicator.to_owned(),
        name: "Tỷ lệ phủ sóng 5G".to_owned(),
        subject: "so-khcn".to_owned(),
        unit: "%".to_owned(),
        last: Some("82.1".parse().unwrap()),
        lower: Some(0.into()),
        upper: Some(100.into()),
        asks,
        version: Some(3),
    }
}

#[test]
fn a_template_is_read_as_it_was_written() {
    use template::Asks::{Ratio, Value, Words, YesNo};
    let rows = [owed("phu_song", Value), owed("ty_le", Ratio), owed("co_quy", YesNo), owed("mo_ta", Words)];
    let head = template::Head {
        agency: "Sở Khoa học và Công nghệ".into(),
        period: "quý III/2025".into(),
        due: Some("15/10/2025".into()),
    };
    let bytes = template::figures(&stamped(), &head, &rows).unwrap();
    let (_, survey) = surveyed(&bytes).unwrap();
    assert_eq!((survey.stamp.clone(), survey.rows), (Some(stamped()), 0), "nothing is filled in yet");
    assert_eq!(read(&bytes), [""; 0]);
    let layout = survey.sheets.values().next().unwrap();
    assert_eq!((layout.heading, layout.columns.len()), (4, FORM.columns.len()));
}

#[test]
fn a_hidden_sheet_that_was_changed_is_noticed() {
    let rows = |period: &str| -> Vec<String> {
        let stamp = stamped();
        (1..)
            .zip(stamp.rows())
            .map(|(n, (key, value))| {
                let value = if key == "period" { period.to_owned() } else { value };
                row(n, "", &[text(&format!("A{n}"), key), text(&format!("B{n}"), &value)])
            })
            .collect()
    };
    let book = |period: &str| {
        let xml = |rows: &[String]| format!("<sheetData>{}</sheetData>", rows.concat());
        let data = [headings(), figure(2, "a", number("C2", "1", 0))];
        xlsx(
            &[
                XlsxSheet { name: "Số liệu", state: "visible", xml: xml(&data) },
                XlsxSheet { name: stamp::SHEET, state: "hidden", xml: xml(&rows(period)) },
            ],
            false,
        )
    };
    assert_eq!(surveyed(&book("2025-Q3")).unwrap().1.stamp, Some(stamped()));
    assert_eq!(surveyed(&book("2025-Q2")).map(|_| ()).unwrap_err().code, Code::OtherTemplate);
}

#[test]
fn the_copy_says_beside_each_row_what_is_wrong_and_can_be_sent_again() {
    let rows = [
        headings(),
        figure(2, "a", number("C2", "0.85", 1)),
        figure(3, "b", text("C3", "khoảng 3")),
        figure(4, "c", number("C4", "2", 0)),
    ];
    let bytes = sheet(&rows, "");
    let (file, survey) = surveyed(&bytes).unwrap();
    let mut marks = marked::Marks::default();
    table::rows(&file, &FORM, &survey, &mut |it| {
        for issue in &it.issues {
            marks.add(&issue.place.sheet, issue.place.row, issue.place.column, issue.words.vi.clone());
        }
        ControlFlow::Continue(())
    })
    .unwrap();
    let copy = marked::copy(&file, &FORM, &survey, &marks).unwrap();
    assert_eq!(
        read(&copy),
        ["2 a/so-khcn=85%", "3: C3 MALFORMED", "4 c/so-khcn=2"],
        "the same rows at the same places"
    );
    let mut told = Vec::new();
    File::open(&copy, Limits::default())
        .unwrap()
        .read(&mut |event| {
            if let sheets::read::Event::Row(row) = event {
                told.extend(row.cells.into_iter().filter(|it| it.column == 4).map(|it| (row.number, it.value)));
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    let words = told.iter().map(|(row, value)| format!("{row} {value:?}")).collect::<Vec<_>>();
    assert_eq!(told.len(), 2, "{words:?}");
    assert!(words[0].starts_with("1 ") && words[1].contains("3 Text(\"“khoảng 3” không phải là số"), "{words:?}");
}
