//! What is refused: by who asks, by how, and by what is in the file.

use super::*;

#[tokio::test]
async fn who_does_not_submit_for_an_agency_sees_nothing_of_its_files() {
    let commune = Commune::open(&[(settings::FILES_LIMIT, "1KiB")]).await;
    let import = commune.done("mode=ROW_BY_ROW&dryRun=true", text(&["3"])).await;
    let id = import["id"].as_str().unwrap().to_owned();
    let mut tokens = Vec::new();
    for (number, role, at) in
        [(21, Role::Reporter, "tinh.xa2"), (22, Role::Head, "tinh.xa1"), (23, Role::StandingOffice, "tinh")]
    {
        let bearer: Bearer = person(&commune.db, number, &[(role, Some(at), true)]).await;
        tokens.push(commune.node.token(&bearer).await);
    }
    for (token, status) in tokens.iter().zip([StatusCode::NOT_FOUND, StatusCode::FORBIDDEN, StatusCode::FORBIDDEN]) {
        for path in [
            format!("/files/imports/{id}"),
            format!("/files/imports/{id}.xlsx"),
            "/files/templates/figures.xlsx?agency=tinh.xa1&period=2025-Q4".to_owned(),
        ] {
            assert_eq!(commune.get(token, &path).await.status(), status, "{path}");
        }
    }
    let elsewhere = commune
        .node
        .told(
            &tokens[0],
            &format!("{{ import(import: \"{id}\") {{ state }} imports {{ totalCount }} node(id: \"{id}\") {{ id }} }}"),
        )
        .await;
    assert_eq!(elsewhere["data"], json!({ "import": null, "imports": { "totalCount": 0 }, "node": null }));
    assert_eq!(commune.get("", &format!("/files/imports/{id}")).await.status(), StatusCode::UNAUTHORIZED);
    let nobody = commune
        .client
        .post(commune.node.url("/files/imports?agency=tinh.xa1&period=2025-Q4&mode=ROW_BY_ROW&dryRun=true"))
        .body("a")
        .send()
        .await
        .unwrap();
    assert_eq!(nobody.status(), StatusCode::UNAUTHORIZED);

    for (parameters, content, status) in [
        ("dryRun=true", text(&["3"]), StatusCode::BAD_REQUEST),
        ("mode=SOME&dryRun=true", text(&["3"]), StatusCode::BAD_REQUEST),
        ("mode=ROW_BY_ROW&dryRun=maybe", text(&["3"]), StatusCode::BAD_REQUEST),
        ("mode=ROW_BY_ROW&dryRun=true", Vec::new(), StatusCode::BAD_REQUEST),
        ("mode=ROW_BY_ROW&dryRun=true", vec![b'a'; 2_000], StatusCode::PAYLOAD_TOO_LARGE),
        ("mode=ROW_BY_ROW&dryRun=true&mapping=%00", text(&["3"]), StatusCode::BAD_REQUEST),
        ("mode=ROW_BY_ROW&dryRun=true&kind=TARGETS", text(&["3"]), StatusCode::BAD_REQUEST),
        ("mode=ROW_BY_ROW&dryRun=true&dryrun=true", text(&["3"]), StatusCode::BAD_REQUEST),
        ("mode=ROW_BY_ROW&mode=ROW_BY_ROW&dryRun=true", text(&["3"]), StatusCode::BAD_REQUEST),
    ] {
        assert_eq!(commune.send(parameters, content).await.status(), status, "{parameters}");
    }
    assert_eq!(commune.get(&commune.token, "/files/imports/khong-co").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(commune.get(&commune.token, "/files/templates/khac.xlsx").await.status(), StatusCode::NOT_FOUND);
    for path in ["/files/imports/%FF", "/files/templates/%FF.xlsx"] {
        let answer = commune.get(&commune.token, path).await;
        assert_eq!(answer.json::<Value>().await.unwrap()["errors"][0]["extensions"]["code"], "NOT_FOUND", "{path}");
    }
    commune.node.stop().await;
}

#[tokio::test]
async fn what_cannot_be_read_or_is_closed_or_of_another_period_is_said() {
    let commune = Commune::open(&[]).await;
    for (content, told) in [
        (b"%PDF-1.7".to_vec(), "0 UNREADABLE_FILE"),
        ("Kính gửi: UBND tỉnh\nBáo cáo;Quý IV".as_bytes().to_vec(), "0 NO_HEADING"),
        ("Mã chỉ tiêu;Kỳ;Giá trị\nky_so;2025-Q3;4".as_bytes().to_vec(), "B2 INCOMPATIBLE"),
        ("Mã chỉ tiêu;Giá trị\nkhong_co;4".as_bytes().to_vec(), "A2 NOT_FOUND"),
        ("Mã chỉ tiêu;Mã đối tượng;Giá trị\nky_so;tinh.xa2;4".as_bytes().to_vec(), "A2 NOT_ASSIGNED"),
    ] {
        let import = commune.done("mode=ROW_BY_ROW&dryRun=false", content).await;
        let errors = commune.errors(&import, "VI").await;
        assert!(errors.len() == 1 && errors[0].starts_with(told), "{told}: {errors:?}");
    }
    let template = commune
        .get(&commune.token, "/files/templates/figures.xlsx?agency=tinh.xa1&period=2025-Q4")
        .await
        .bytes()
        .await
        .unwrap();
    let other = "/files/imports?agency=tinh.xa1&period=2025-12&mode=ROW_BY_ROW&dryRun=false";
    let sent = commune
        .client
        .post(commune.node.url(other))
        .bearer_auth(&commune.token)
        .body(filled(&template, 2, &[("tinh.xa1", 7, "4")]))
        .send()
        .await
        .unwrap();
    let sent: Value = sent.json().await.unwrap();
    assert!(imports::one(&commune.db.pool, CLOCK()).await.unwrap());
    assert!(commune.errors(&sent, "VI").await[0].contains("OTHER_TEMPLATE"));
    // Closed since 5 January.
    let closed = "/files/imports?agency=tinh.xa1&period=2025-12&regime=ADMINISTRATIVE&mode=ROW_BY_ROW&dryRun=false";
    let file = "Mã chỉ tiêu;Giá trị\nho_so;81".as_bytes().to_vec();
    let sent =
        commune.client.post(commune.node.url(closed)).bearer_auth(&commune.token).body(file).send().await.unwrap();
    let sent: Value = sent.json().await.unwrap();
    assert!(imports::one(&commune.db.pool, CLOCK()).await.unwrap());
    let errors = commune.errors(&sent, "EN").await;
    assert_eq!(errors, ["2 CLOSED: The period is closed: ask for it to be opened"]);
    // The reporter's role has ended meanwhile: nothing is written.
    commune.send("mode=ROW_BY_ROW&dryRun=false", text(&["3"])).await;
    commune.db.execute("UPDATE account SET status = 'DISABLED' WHERE login = 'n11'").await;
    assert!(imports::one(&commune.db.pool, CLOCK()).await.unwrap());
    assert_eq!(commune.db.text("SELECT count(*) FROM file_import WHERE state = 'REFUSED'").await, "4");
    assert_eq!(commune.figures().await, "0   ");
    commune.node.stop().await;
}
