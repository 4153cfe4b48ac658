//! Past the program, PostgreSQL refuses what the rules refuse.

use serde_json::json;
use tests::sql;
use uuid::Uuid;

use super::Room;

/// Past the program, as the role it works as.
#[tokio::test]
async fn postgresql_refuses_what_the_rules_refuse() {
    let room = Room::new().await;
    let it = room.begun(json!({})).await;
    let (me, other) = (Uuid::from_u128(13), Uuid::from_u128(12));
    let mut server = room.db.pool.get().await.unwrap();
    let code = it["code"].as_str().unwrap().to_owned();
    let set = |what: &str| format!("UPDATE directive SET {what} WHERE code = '{code}'");
    let refusals = [
        (set("state = 'COMPLETED', version = 9, completed_on = '2026-01-20'"), "does not go from"),
        (set("state = 'ASSIGNED', version = 9"), "does not go from"),
        (
            set(&format!("state = 'REPORTED_DONE', completed_on = '2026-01-20', done_reported_by = '{me}'")),
            "another version",
        ),
        (set("state = 'REPORTED_DONE', completed_on = '2026-01-20', version = 9"), "somebody reports"),
        (set("due_on = '2030-01-01'"), "permission denied"),
        ("UPDATE directive_event SET text = 'khác'".to_owned(), "permission denied"),
        ("DELETE FROM directive_event".to_owned(), "permission denied"),
    ];
    for (statement, why) in &refusals {
        let told = sql::execute(&mut server, statement).await.unwrap_err().to_string();
        assert!(told.contains(why), "{statement}: {told}");
    }
    sql::execute(
        &mut server,
        &set(&format!("state = 'REPORTED_DONE', completed_on = '2026-01-20', done_reported_by = '{me}', version = 3")),
    )
    .await
    .unwrap();
    for (statement, why) in [
        (set(&format!("state = 'COMPLETED', confirmed_by = '{me}', version = 4")), "directive_confirmed_by_another"),
        (
            set(&format!("state = 'COMPLETED', confirmed_by = '{me}', done_reported_by = '{other}', version = 4")),
            "somebody confirms",
        ),
        (set(&format!("done_reported_by = '{other}', version = 4")), "does not go from"),
    ] {
        let told = sql::execute(&mut server, &statement).await.unwrap_err().to_string();
        assert!(told.contains(why), "{statement}: {told}");
    }
    sql::execute(&mut server, &set(&format!("state = 'COMPLETED', confirmed_by = '{other}', version = 4")))
        .await
        .unwrap();
    assert!(
        sql::execute(&mut server, &set("state = 'IN_PROGRESS', version = 5, confirmed_by = NULL, completed_on = NULL"))
            .await
            .is_err()
    );

    let request = format!("INSERT INTO directive_extension (id, directive_id, agency_id, proposed_on, reason, requested_at, requested_by)
        SELECT '{me}', d.id, l.agency_id, '2026-05-01', 'Chờ', now(), '{me}' FROM directive d JOIN directive_lead l ON l.directive_id = d.id WHERE code = '{code}'");
    sql::execute(&mut server, &request).await.unwrap();
    let decided = |state: &str, by: Uuid| {
        format!(
            "UPDATE directive_extension SET state = '{state}', decided_by = '{by}', decided_at = now() WHERE id = '{me}'"
        )
    };
    for (statement, why) in [
        (decided("APPROVED", me), "decided_by_another"),
        (decided("REFUSED", other), "refused_check"),
        (request.replace(&format!("SELECT '{me}'"), &format!("SELECT '{other}'")), "one_at_a_time"),
    ] {
        let told = sql::execute(&mut server, &statement).await.unwrap_err().to_string();
        assert!(told.contains(why), "{statement}: {told}");
    }
    sql::execute(&mut server, &decided("APPROVED", other)).await.unwrap();
    let told = sql::execute(&mut server, &decided("REFUSED", other)).await.unwrap_err().to_string();
    assert!(told.contains("does not go from"), "{told}");
}
