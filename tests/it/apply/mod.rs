//! `cotmoc apply` and `cotmoc export` as processes: a catalogue in a file becomes what the database holds, and comes back.

mod same;
mod targets;

use std::process::{Output, Stdio};

use api::config::settings;
use serde_json::{Value, json};
use tests::{
    TestDb,
    door::{Door, PASSWORD},
    process::command,
};

async fn run(db: &TestDb, arguments: &[&str]) -> Output {
    let url = db.url().await;
    command(env!("CARGO_BIN_EXE_cotmoc_process"), arguments, &[("DATABASE_URL", &url)])
        .env("COTMOC_DATA_DIR", "/nowhere")
        .env("COTMOC_CLOCK", tests::demo::now().to_rfc3339())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
        .wait_with_output()
        .await
        .unwrap()
}

async fn done(db: &TestDb, arguments: &[&str]) -> String {
    let output = run(db, arguments).await;
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

async fn refused(db: &TestDb, arguments: &[&str]) -> String {
    let output = run(db, arguments).await;
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap()
}

/// A file with that catalogue, gone with the test.
struct File(tempfile::NamedTempFile);

impl File {
    fn of(catalogue: &Value) -> Self {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), catalogue.to_string()).unwrap();
        Self(file)
    }

    fn path(&self) -> &str {
        self.0.path().to_str().unwrap()
    }
}

async fn exported(db: &TestDb) -> Value {
    serde_json::from_str(&done(db, &["export"]).await).unwrap()
}

#[tokio::test]
async fn the_whole_catalogue_of_the_demo_goes_into_an_empty_database_and_comes_back() {
    let demo = TestDb::demo().await;
    let catalogue = exported(&demo).await;
    let count = |section: &str| catalogue[section].as_array().unwrap().len();
    assert_eq!((count("programmes"), count("documents"), count("indicators"), count("definitions")), (3, 62, 73, 3));
    let targets: usize =
        catalogue["plans"].as_array().unwrap().iter().map(|plan| plan["targets"].as_array().unwrap().len()).sum();
    assert_eq!(demo.text("SELECT count(*) FROM target").await, targets.to_string());
    let file = File::of(&catalogue);
    // Nothing of it differs from where it comes from.
    let told = done(&demo, &["apply", file.path(), "--dry-run"]).await;
    assert!(told.starts_with("0 to add, 0 to change, 0 that differ and stay"), "{told}");

    let db = TestDb::empty().await;
    let told = done(&db, &["apply", file.path(), "--yes"]).await;
    assert!(
        told.contains("+ agency qng.ubnd\n")
            && told.contains("+ document 359-KH/TU\n")
            && told.contains("+ target 359-KH/TU:2025.a.01\n"),
        "{told}"
    );
    let back = exported(&db).await;
    for (section, entries) in catalogue.as_object().unwrap() {
        let (there, here) = (back[section].as_array().unwrap(), entries.as_array().unwrap());
        let differ: Vec<_> = there.iter().zip(here).filter(|(there, here)| there != here).collect();
        assert!(differ.is_empty() && there.len() == here.len(), "{section}: {differ:#?}");
    }
    let told = same::differences(&demo, &db).await;
    assert!(told.is_empty(), "{} differ:\n{}", told.len(), told.join("\n"));
    // Once more changes nothing.
    let again = done(&db, &["apply", file.path(), "--yes"]).await;
    assert!(again.starts_with("0 to add, 0 to change, 0 that differ and stay"), "{again}");
    // Whoever did it stands in the trail.
    let trail = "SELECT string_agg(DISTINCT actor_kind || ' ' || action, ', ') FROM audit_entry WHERE noun IN ('document', 'target')";
    assert_eq!(db.text(trail).await, "OPERATOR KEEP_CATALOGUE");
    // 336-KH/TU ends as it did, with what replaces it.
    assert_eq!(db.text("SELECT status FROM document WHERE code = '336-KH/TU'").await, "REPLACED");
}

#[tokio::test]
async fn what_differs_is_shown_before_it_is_done() {
    let db = TestDb::demo().await;
    let catalogue = json!({
        "documents": [{ "programme": "nq57-quang-ngai", "code": "359-KH/TU", "symbol": "359–KH/TU", "kind": "ACTION_PLAN",
            "title": "Kế hoạch thực hiện Nghị quyết 57, bản in lại", "visibility": "PUBLIC" }],
        "plans": [{ "programme": "nq57-quang-ngai", "document": "359-KH/TU", "role": "PLAN", "targets": [
            { "item": "2025.a.01", "indicator": "coverage_5g_share", "wording": "Tỷ lệ phủ sóng 5G", "comparator": "AT_LEAST", "value": "60", "clause": "II.2.1.a" },
            { "item": "2028.a.01", "indicator": "coverage_5g_share", "wording": "Tỷ lệ phủ sóng 5G", "dueOn": "2028-12-31", "comparator": "AT_LEAST", "value": "80", "clause": "II.2" }] }],
    });
    let file = File::of(&catalogue);
    let before =
        db.text("SELECT concat_ws(' ', (SELECT count(*) FROM change), (SELECT count(*) FROM audit_entry))").await;
    let told = done(&db, &["apply", file.path(), "--dry-run"]).await;
    assert!(told.contains("~ document 359-KH/TU\n    title: ") && told.contains("bản in lại"), "{told}");
    assert!(
        told.contains("! target 359-KH/TU:2025.a.01\n    value: \"50\" -> \"60\"\n    stays: use reviseTarget"),
        "{told}"
    );
    assert!(told.contains("+ target 359-KH/TU:2028.a.01\n"), "{told}");
    assert!(told.ends_with("1 to add, 1 to change, 1 that differ and stay, 1 as they are\n"), "{told}");
    assert_eq!(
        db.text("SELECT concat_ws(' ', (SELECT count(*) FROM change), (SELECT count(*) FROM audit_entry))").await,
        before
    );
    let nobody = refused(&db, &["apply", file.path()]).await;
    assert!(nobody.contains("say --yes to do it"), "{nobody}");
    assert!(done(&db, &["apply", file.path(), "--yes"]).await.ends_with("2 done\n"));
    let now = "SELECT concat_ws(' ', title, version) FROM document WHERE code = '359-KH/TU'";
    assert_eq!(db.text(now).await, "Kế hoạch thực hiện Nghị quyết 57, bản in lại 2");
    assert_eq!(db.text("SELECT trim_scale(value) FROM target WHERE code = '359-KH/TU:2025.a.01'").await, "50");
}

#[tokio::test]
async fn what_is_wrong_is_named_and_the_rest_gets_in() {
    let db = TestDb::demo().await;
    let target = |item: &str, indicator: &str| json!({ "item": item, "indicator": indicator, "wording": "Mục tiêu", "comparator": "AT_LEAST", "value": "1", "clause": "x" });
    let plan = |targets: Value| json!({ "plans": [{ "programme": "nq57-quang-ngai", "document": "359-KH/TU", "targets": targets }] });
    let file = File::of(&plan(json!([
        target("x.1", "coverage_5g_share"),
        target("x.2", "khong_co"),
        target("x.3", "bts_5g_count")
    ])));
    let told = refused(&db, &["apply", file.path(), "--yes"]).await;
    assert!(
        told.contains("1 of 3 were refused; the others are in")
            && told.contains("target 359-KH/TU:x.2: targets.indicator 0: Not found"),
        "{told}"
    );
    assert_eq!(
        db.text("SELECT string_agg(code, ' ' ORDER BY code) FROM target WHERE code LIKE '359-KH/TU:x.%'").await,
        "359-KH/TU:x.1 359-KH/TU:x.3"
    );
    // What the schema does not take is told before anything is done.
    for (catalogue, told) in [
        (plan(json!([{ "item": "y", "indicator": "bts_5g_count", "wordng": "x" }])), "target 359-KH/TU:y: "),
        (json!({ "ministries": [] }), "no section ministries; there are agencies, "),
        (json!({ "documents": [{ "title": "Không số" }] }), "documents[0]: neither code nor symbol"),
    ] {
        let error = refused(&db, &["apply", File::of(&catalogue).path(), "--yes"]).await;
        assert!(error.contains(told), "{error}");
    }
    let missing = refused(&db, &["apply", "/nowhere.json", "--yes"]).await;
    assert!(missing.contains("/nowhere.json: No such file"), "{missing}");
}

#[tokio::test]
async fn a_first_province_begins_with_one_command() {
    let db = TestDb::empty().await;
    let province = ["init", "--province", "Quảng Ngãi", "--code", "qng"];
    let nobody = refused(&db, &province).await;
    assert!(nobody.contains("say --yes to do it"), "{nobody}");
    let printed: Value = serde_json::from_str(&done(&db, &[&province[..], &["--print"]].concat()).await).unwrap();
    assert_eq!(printed["agencies"][0]["nameVi"], "Ủy ban nhân dân tỉnh Quảng Ngãi");
    let told = done(&db, &[&province[..], &["--yes"]].concat()).await;
    assert!(
        told.contains("+ agency qng.skhcn\n") && told.contains("+ role thuong.truc STANDING_OFFICE qng.ubnd\n"),
        "{told}"
    );
    // Both set their passwords and sign in; the standing office begins with its programme.
    let door = Door::with(&db, &[(settings::SECOND_FACTOR_ROLES, "none")]).await;
    let tokens: Vec<&str> = told.lines().filter(|line| !line.contains(' ') && line.len() > 30).collect();
    for token in &tokens {
        let set = "mutation ($input: SetPasswordByResetInput!) { setPasswordByReset(input: $input) { done } }";
        let input = json!({ "input": { "token": token, "newPassword": PASSWORD } });
        assert_eq!(door.ask(set, input).await.whole()["setPasswordByReset"]["done"], true);
    }
    assert_eq!(tokens.len(), 2, "{told}");
    let office = door.sign_in("thuong.truc", PASSWORD).await.unwrap();
    let define = "mutation ($input: DefineProgrammeInput!, $key: UUID!) { defineProgramme(input: $input, idempotencyKey: $key) { programme { code } userErrors { code } } }";
    let programme = json!({ "code": "nq57-quang-ngai", "nameVi": "Nghị quyết 57 tại Quảng Ngãi", "nameEn": "Resolution 57 in Quang Ngai", "jurisdiction": "qng.ubnd" });
    let defined =
        door.ask_as(&office.access, define, json!({ "input": programme, "key": tests::mutation::key() })).await.whole();
    assert_eq!(defined["defineProgramme"], json!({ "programme": { "code": "nq57-quang-ngai" }, "userErrors": [] }));
    // The file that it prints is applied as well, and changes nothing here.
    let again = done(&db, &["apply", File::of(&printed).path(), "--yes"]).await;
    assert!(again.starts_with("0 to add, 0 to change, 0 that differ and stay"), "{again}");
    let twice = refused(&db, &[&province[..], &["--yes"]].concat()).await;
    assert!(twice.contains("holds agencies already (qng."), "{twice}");
}

#[tokio::test]
async fn what_a_copy_says_differently_is_found() {
    let (one, other) = (TestDb::demo().await, TestDb::demo().await);
    other
        .execute(
            "UPDATE measure SET note = 'Khác' WHERE code = '359-KH/TU:III.1.2';
             DELETE FROM agency_member WHERE agency_id = (SELECT id FROM agency WHERE code = 'qng.ubkt')",
        )
        .await;
    let told = same::differences(&one, &other).await;
    let lists: Vec<_> = told.iter().map(|line| line.split(": ").next().unwrap_or_default()).collect();
    let found = ["measures 359-KH/TU:III.1.2 note", "agencies qng.cac_ban_dang members", "agencies qng.ubkt groups"];
    for line in found {
        assert!(lists.contains(&line), "{line}: {lists:?}");
    }
}
