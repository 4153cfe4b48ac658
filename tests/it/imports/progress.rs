//! Progress of directives out of a file: from the template to the timeline.

use reqwest::StatusCode;
use serde_json::json;
use sheets::{File, Limits, read};
use tests::TestDb;

use super::*;

/// The codes of the directives in a template.
fn listed(template: &[u8]) -> Vec<String> {
    let (mut codes, mut sheets) = (Vec::new(), 0);
    let mut take = |event| {
        match event {
            read::Event::Sheet(_) => sheets += 1,
            read::Event::Row(row) if sheets == 1 && row.number > 4 => {
                if let Some(read::Value::Text(code)) = row.cells.first().map(|cell| &cell.value) {
                    codes.push(code.clone());
                }
            }
            read::Event::Row(_) => {}
        }
        ControlFlow::Continue(())
    };
    File::open(template, Limits::default()).unwrap().read(&mut take).unwrap();
    codes
}

const OPEN: &str = "SELECT string_agg(d.code, ' ' ORDER BY d.due_on NULLS LAST, d.code) FROM directive d
    JOIN directive_lead l ON l.directive_id = d.id JOIN agency a ON a.id = l.agency_id
    WHERE a.code = 'qng.skhcn' AND d.state IN ('ASSIGNED', 'IN_PROGRESS')";

#[tokio::test]
async fn from_the_template_to_the_timeline() {
    let office = Commune::of(TestDb::demo().await, "qng.skhcn", &[]).await;
    let template = office.get(&office.token, "/files/templates/progress.xlsx?agency=qng.skhcn&period=2025-Q4").await;
    assert_eq!(template.status(), StatusCode::OK);
    assert_eq!(template.headers()["content-disposition"], "attachment; filename=\"tien-do-2025-Q4.xlsx\"");
    let template = template.bytes().await.unwrap();
    let codes = listed(&template);
    assert!(codes.len() > 3, "{codes:?}");
    assert_eq!(codes.join(" "), office.db.text(OPEN).await);

    let filled = filled(
        &template,
        0,
        &[
            (&codes[0], 5, "45 %"),
            (&codes[0], 6, "Đã trình dự thảo kế hoạch"),
            (&codes[0], 7, "Thiếu nhân lực"),
            (&codes[1], 5, "45,5"),
            (&codes[1], 6, "Đang làm"),
            (&codes[2], 5, "10"),
            (&codes[3], 6, "Đã khảo sát ở 12 xã"),
        ],
    );
    let reported = "SELECT concat(count(*), ' ', count(DISTINCT p.directive_id), ' ', string_agg(concat_ws('|', d.code, p.percent, p.narrative, p.obstacles), ' ' ORDER BY p.percent))
        FROM progress_update p JOIN directive d ON d.id = p.directive_id JOIN agency a ON a.id = p.reporter_id
        WHERE a.code = 'qng.skhcn' AND p.source = 'REPORTED'";

    let looked = office.done("kind=PROGRESS&mode=ROW_BY_ROW&dryRun=true", filled.clone()).await;
    assert_eq!(outcome(&looked), "\"DONE\" 4/4 2 2");
    assert_eq!(office.db.text(reported).await, "0 0 ");
    assert_eq!(
        office.errors(&looked, "VI").await,
        ["F6 MALFORMED: Tiến độ là một số nguyên từ 0 đến 100", "G7 REQUIRED: Không được để trống"]
    );

    // All or nothing: nothing, as two rows have to be mended.
    let all = office.done("kind=PROGRESS&mode=ALL_OR_NOTHING&dryRun=false", filled.clone()).await;
    assert_eq!(outcome(&all), "\"REFUSED\" 4/4 2 2");
    assert_eq!(office.db.text(reported).await, "0 0 ");

    let done = office.done("kind=PROGRESS&mode=ROW_BY_ROW&dryRun=false", filled.clone()).await;
    assert_eq!(outcome(&done), "\"DONE\" 4/4 2 2");
    let written =
        format!("2 2 {}|45|Đã trình dự thảo kế hoạch|Thiếu nhân lực {}|Đã khảo sát ở 12 xã", codes[0], codes[3]);
    assert_eq!(office.db.text(reported).await, written);
    // However often it is sent again, only what is left of it is tried.
    for _ in 0..2 {
        let again = office.done("kind=PROGRESS&mode=ROW_BY_ROW&dryRun=false", filled.clone()).await;
        assert_eq!(outcome(&again), "\"DONE\" 2/4 0 2");
        assert_eq!(office.db.text(reported).await, written);
    }
    // Mended, it is another file, in which two rows say what was reported already. `expectedVersion` is behind what they did themselves.
    let mended = super::filled(&filled, 0, &[(&codes[1], 5, "45"), (&codes[2], 6, "Mới bắt đầu")]);
    let done = office.done("kind=PROGRESS&mode=ROW_BY_ROW&dryRun=false", mended).await;
    assert_eq!(outcome(&done), "\"DONE\" 4/4 4 0");
    let count = "SELECT count(*) FROM progress_update p JOIN agency a ON a.id = p.reporter_id
        WHERE a.code = 'qng.skhcn' AND p.source = 'REPORTED'";
    assert_eq!(office.db.text(count).await, "4");
    // Whoever says something else of what has changed since is told.
    let late = super::filled(&filled, 0, &[(&codes[0], 5, "50")]);
    let late = office.done("kind=PROGRESS&mode=ROW_BY_ROW&dryRun=true", late).await;
    assert!(office.errors(&late, "EN").await.iter().any(|it| it.contains(" STALE: ")), "{late}");
    office.node.stop().await;
}

#[tokio::test]
async fn what_an_agency_does_not_lead_or_has_ended_is_refused_by_its_row() {
    let office = Commune::of(TestDb::demo().await, "qng.skhcn", &[]).await;
    let of = |found: &'static str| office.db.text(found);
    let open = of(OPEN).await;
    let open = open.split(' ').next().unwrap();
    let done = of("SELECT min(d.code) FROM directive d JOIN directive_lead l ON l.directive_id = d.id JOIN agency a ON a.id = l.agency_id
        WHERE a.code = 'qng.skhcn' AND d.state = 'COMPLETED'").await;
    let others = of("SELECT min(d.code) FROM directive d JOIN directive_lead l ON l.directive_id = d.id JOIN agency a ON a.id = l.agency_id
        WHERE a.code = 'qng.stc' AND d.state = 'IN_PROGRESS' AND d.id NOT IN (SELECT l.directive_id FROM directive_lead l
            JOIN agency a ON a.id = l.agency_id WHERE a.code = 'qng.skhcn')").await;
    let file = format!(
        "Mã nhiệm vụ;Tiến độ (%);Kết quả thực hiện;Vướng mắc\n{open};60;Đã ban hành;\n{done};70;Còn làm tiếp;\n{others};5;Việc của sở khác;\nkhong-co;5;Không có;\n{open};61;Hai lần;\n"
    );
    let done = office.done("kind=PROGRESS&mode=ROW_BY_ROW&dryRun=false", file.clone().into_bytes()).await;
    assert_eq!(outcome(&done), "\"DONE\" 5/5 1 4");
    let errors = office.errors(&done, "EN").await;
    let codes: Vec<_> = errors.iter().filter_map(|it| it.split_once(':').map(|(place, _)| place)).collect();
    assert_eq!(codes, ["A3 NOT_IN_STATE", "A4 NOT_FOUND", "A5 NOT_FOUND", "A6 DUPLICATE"]);

    // Progress is not submitted; figures are not read out of its template.
    let submitted = office.send("kind=PROGRESS&mode=ROW_BY_ROW&dryRun=false&submit=true", file.into_bytes()).await;
    assert_eq!(submitted.status(), StatusCode::BAD_REQUEST);
    let template = office.get(&office.token, "/files/templates/progress.xlsx?agency=qng.skhcn&period=2025-Q4").await;
    let figures = office.done("mode=ROW_BY_ROW&dryRun=true", template.bytes().await.unwrap()).await;
    assert_eq!(figures["state"], json!("REFUSED"));
    office.node.stop().await;
}
