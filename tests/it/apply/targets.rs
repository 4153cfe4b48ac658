//! Targets in a spreadsheet: out of the database, changed by people, and back.

use std::{fs, path::PathBuf};

use tests::office::saved_as;

use super::*;

fn path(folder: &tempfile::TempDir, name: &str) -> PathBuf {
    folder.path().join(name)
}

#[tokio::test]
async fn targets_go_out_as_a_spreadsheet_and_come_back() {
    let (db, folder) = (TestDb::demo().await, tempfile::tempdir().unwrap());
    let written = path(&folder, "chi-tieu.xlsx");
    done(&db, &["export", "--targets", "nq57-quang-ngai", "--output", written.to_str().unwrap()]).await;
    // What stands in it is there, as it was written and as LibreOffice saves it.
    let there = db.text("SELECT concat(count(*), ' ', count(DISTINCT document_id)) FROM target t JOIN programme p ON p.id = t.programme_id WHERE p.code = 'nq57-quang-ngai'").await;
    let (targets, plans) = there.split_once(' ').unwrap();
    let all = targets.parse::<u32>().unwrap() + plans.parse::<u32>().unwrap();
    let content = fs::read(&written).unwrap();
    for ending in ["xlsx", "ods"] {
        let again = path(&folder, &format!("lai.{ending}"));
        fs::write(&again, saved_as("chi-tieu.xlsx", &content, ending)).unwrap();
        let told = done(&db, &["apply", again.to_str().unwrap(), "--dry-run"]).await;
        assert_eq!(told, format!("0 to add, 0 to change, 0 that differ and stay, {all} as they are\n"), "{ending}");
    }
    let nobody = refused(&db, &["export", "--targets", "khong-co", "--output", written.to_str().unwrap()]).await;
    assert!(nobody.contains("there is no programme khong-co; there are "), "{nobody}");
}

#[tokio::test]
async fn what_people_write_into_it_is_read_as_they_mean_it() {
    let (db, folder) = (TestDb::demo().await, tempfile::tempdir().unwrap());
    let file = path(&folder, "them.csv");
    let with = |rows: &str| {
        let headings = "Mã chương trình;Mã văn bản;Mục;Mã chỉ tiêu;Nội dung;Mốc;So sánh;Giá trị;Điều khoản";
        fs::write(&file, format!("{headings}\n{rows}")).unwrap();
    };
    let first = "nq57-quang-ngai;359-KH/TU;2028.a.01;coverage_5g_share;Phủ sóng 5G;31/12/2028;tối thiểu;80,5 %;II.2\n";
    with(&format!(
        "{first}nq57-quang-ngai;359-KH/TU;2028.a.02;bts_5g_count;Trạm 5G;32/12/2028;khoảng;nhiều;II.2\n;;;;Không rõ;;;;\n"
    ));
    let broken = refused(&db, &["apply", file.to_str().unwrap(), "--yes"]).await;
    for told in [
        "4 cells have to be mended",
        "F3 MALFORMED: ",
        "G3 MALFORMED: “khoảng” is none of At least, More than",
        "H3 MALFORMED: ",
        "B4 REQUIRED: “Document code” is missing: the row does not say what it is about",
    ] {
        assert!(broken.contains(told), "{told}: {broken}");
    }
    // Of which programme, and which item: without it nothing could be compared.
    with(";359-KH/TU;;coverage_5g_share;Phủ sóng 5G;31/12/2028;;;II.2\n");
    let broken = refused(&db, &["apply", file.to_str().unwrap(), "--yes"]).await;
    assert!(broken.contains("A2 REQUIRED: ") && broken.contains("C2 REQUIRED: "), "{broken}");
    with(&first.replace("coverage_5g_share", "bts_5g_count"));
    let broken = refused(&db, &["apply", file.to_str().unwrap(), "--yes"]).await;
    assert!(broken.contains("H2 INCOMPATIBLE: The cell is a percentage, and bts_5g_count is none"), "{broken}");
    with(first);
    let told = done(&db, &["apply", file.to_str().unwrap(), "--yes"]).await;
    assert!(told.contains("+ target 359-KH/TU:2028.a.01\n") && told.ends_with("1 done\n"), "{told}");
    let target = "SELECT concat_ws(' ', trim_scale(value), comparator, due_on, clause) FROM target WHERE code = '359-KH/TU:2028.a.01'";
    assert_eq!(db.text(target).await, "80.5 AT_LEAST 2028-12-31 II.2");
}
