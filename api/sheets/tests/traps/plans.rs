//! Sheets of targets.

use sheets::targets;

use super::*;

/// The rows of a sheet of targets: `row key=value …`, or its row and codes with their places.
fn read_targets(bytes: &[u8]) -> Vec<String> {
    let file = File::open(bytes, Limits::default()).unwrap();
    let (survey, mut told) = (survey(&file, &targets::FORM, &Mapping::default()).unwrap(), Vec::new());
    table::rows(&file, &targets::FORM, &survey, &mut |record| {
        let said: Vec<_> = record.said(&targets::FORM).map(|(key, read)| format!("{key}={}", shown(read))).collect();
        let issues: Vec<_> = record.issues.iter().map(|it| format!("{} {}", it.place, it.code.as_str())).collect();
        told.push(format!("{} {}", record.row, if issues.is_empty() { said } else { issues }.join(" ")));
        ControlFlow::Continue(())
    })
    .unwrap();
    told
}

fn shown(read: &table::Read) -> String {
    match read {
        table::Read::Text(it) => it.clone(),
        table::Read::Number(it) => it.value.to_string(),
        table::Read::Whole(it) => it.to_string(),
        table::Read::Day(it) => it.to_string(),
    }
}

#[test]
fn codes_and_milestones_that_a_program_made_numbers_of_are_asked_for_again() {
    let headings = ["Mã văn bản", "Mục", "Mốc", "Điều khoản", "Gạch đầu dòng"];
    let headings: Vec<_> = headings.iter().zip("ABCDE".chars()).map(|(it, at)| text(&format!("{at}1"), it)).collect();
    let target = |n: u32, item: String, due: String, clause: String, bullet: String| {
        row(n, "", &[text(&format!("A{n}"), "359-KH/TU"), item, due, clause, bullet])
    };
    let rows = [
        row(1, "", &headings),
        target(2, text("B2", "2030.10"), number("C2", "47848", 2), number("D2", "2", 0), number("E2", "1", 0)),
        target(
            3,
            number("B3", "2030.1", 0),
            number("C3", "2030", 0),
            number("D3", "46145", 2),
            number("E3", "0.05", 1),
        ),
        target(4, text("B4", "b"), number("C4", "47848", 0), text("D4", "3/4"), text("E4", "1,5")),
    ];
    assert_eq!(
        read_targets(&sheet(&rows, "")),
        [
            "2 document=359-KH/TU item=2030.10 dueOn=2030-12-31 clause=2 ordinal=1",
            "3 B3 AMBIGUOUS C3 AMBIGUOUS D3 AMBIGUOUS E3 MALFORMED",
            "4 E4 MALFORMED"
        ]
    );
}
