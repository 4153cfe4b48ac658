//! The rules of who is told of what: who sets them, and what a rehearsal says of others.

use auth::{Holding, Reached};
use tests::{graphql::all, sql};

use super::*;

const SELECTION: &str = "rules { kind party role workingDays } rehearsal { totalCount people
    told { day kind workingDays dueOn regime period figures account { login } agency { code } directive { id } } }";

/// Whoever administers everything, some weeks after the demo's day.
fn administrator(db: &TestDb) -> Viewer {
    let everywhere = vec![Holding { role: Role::Administrator, at: Reached::All }];
    Viewer::at(db, tests::graphql::account(31, everywhere), morning("2026-02-20".parse().unwrap()))
}

/// Rules as they are sent.
fn rules(rules: &[(&str, &str, i32)]) -> Value {
    let rule = |(party, role, days): &(&str, &str, i32)| json!({ "party": party, "role": role, "workingDays": days });
    rules.iter().map(rule).collect()
}

#[tokio::test]
async fn administrators_of_everything_say_who_is_told() {
    let room = Room::new().await;
    let admin = administrator(&room.db);
    settle(&room.db, 31, &[]).await;
    let input =
        json!({ "kind": "DIRECTIVE_ISSUED", "rules": rules(&[("COORDINATOR", "HEAD", 0), ("ISSUER", "LEADER", 0)]) });
    let dry = admin.act("setNotificationRules", with(input.clone(), json!({ "dryRun": true })), SELECTION).await;
    assert_eq!((&dry["rules"], &dry["rehearsal"], broken(&dry).len()), (&Value::Null, &Value::Null, 0));
    let held = room.reporter.ask("{ notificationRules(kinds: [DIRECTIVE_ISSUED]) { party role workingDays } }").await;
    assert_eq!(all(&held.whole(), "notificationRules/*").len(), 3, "a dry run writes nothing");

    let done = admin.act("setNotificationRules", input, SELECTION).await;
    assert_eq!(texts(&done, "rules/*/party"), ["COORDINATOR", "ISSUER"], "{done}");
    let held = room.reporter.ask("{ notificationRules(kinds: [DIRECTIVE_ISSUED]) { party role workingDays } }").await;
    assert_eq!(texts(&held.whole(), "notificationRules/*/role"), ["HEAD", "LEADER"]);
    room.issued(json!({})).await;
    tell(&room.db).await;
    // The leader issued it, and knows.
    for (who, told) in [(&room.partner, 1), (&room.head, 0), (&room.reporter, 0), (&room.leader, 0)] {
        assert_eq!(inbox(who).await.len(), told);
    }
    let audited = "SELECT concat_ws(' ', actor_id IS NOT NULL, before ->> 'kind', jsonb_array_length(after -> 'rules'))
        FROM audit_entry WHERE action = 'MANAGE_CALENDAR'";
    assert_eq!(room.db.text(audited).await, "t DIRECTIVE_ISSUED 2");

    // Of several at the same moment one holds, whole.
    let sets = (1..=6).map(|days| {
        let steps = rules(&[("ADDRESSEE", "HEAD", days), ("ADDRESSEE", "LEADER", days)]);
        admin.act("setNotificationRules", json!({ "kind": "OVERDUE", "rules": steps }), SELECTION)
    });
    for done in futures_util::future::join_all(sets.collect::<Vec<_>>()).await {
        assert_eq!(all(&done, "rules/*").len(), 2, "{done}");
    }
    let held = "SELECT concat_ws(' ', count(*), count(DISTINCT days)) FROM notification_rule WHERE kind = 'OVERDUE'";
    assert_eq!(room.db.text(held).await, "2 1");

    // Nobody is told of what has no rules.
    let none = admin.act("setNotificationRules", json!({ "kind": "DIRECTIVE_ISSUED", "rules": [] }), SELECTION).await;
    assert_eq!(none["rules"], json!([]));
    room.issued(json!({})).await;
    tell(&room.db).await;
    assert_eq!(inbox(&room.partner).await.len(), 1);
}

#[tokio::test]
async fn rules_that_would_tell_nobody_are_refused() {
    let db = TestDb::demo().await;
    let admin = administrator(&db);
    let many = vec![("ADDRESSEE", "REPORTER", 1); 21];
    for (kind, given, refused) in [
        (
            "FIGURES_RETURNED",
            rules(&[("ADDRESSEE", "HEAD", 0), ("LEAD", "HEAD", 0)]),
            &["INCOMPATIBLE rules.party 1"][..],
        ),
        ("OVERDUE", rules(&[("LEAD", "INSPECTOR", 1)]), &["INCOMPATIBLE rules.role 0"]),
        (
            "OVERDUE",
            rules(&[("LEAD", "HEAD", 0), ("LEAD", "HEAD", 61)]),
            &["OUT_OF_BOUNDS rules.workingDays 0", "OUT_OF_BOUNDS rules.workingDays 1"],
        ),
        ("DUE_SOON", rules(&[("LEAD", "HEAD", 1)]), &["OUT_OF_BOUNDS rules.workingDays 0"]),
        ("CHASED", rules(&[("ADDRESSEE", "HEAD", -1)]), &["OUT_OF_BOUNDS rules.workingDays 0"]),
        ("OVERDUE", rules(&[("LEAD", "HEAD", 2), ("LEAD", "HEAD", 2)]), &["DUPLICATE rules 1"]),
        ("OVERDUE", rules(&many), &["TOO_MANY rules"]),
    ] {
        let answer = admin.act("setNotificationRules", json!({ "kind": kind, "rules": given }), SELECTION).await;
        assert_eq!(
            (broken(&answer), &answer["rules"]),
            (refused.iter().map(|it| (*it).to_owned()).collect(), &Value::Null)
        );
    }
    for (from, until, refused) in [
        (json!("2026-02-01"), Value::Null, "REQUIRED until"),
        (Value::Null, json!("2026-02-01"), "REQUIRED from"),
        (json!("2026-02-10"), json!("2026-02-01"), "OUT_OF_BOUNDS until"),
        (json!("2026-01-01"), json!("2026-02-01"), "OUT_OF_BOUNDS until"),
        (json!("2026-02-10"), json!("2026-02-20"), "TOO_EARLY until"),
    ] {
        let input = json!({ "kind": "OVERDUE", "rules": [], "dryRun": true, "from": from, "until": until });
        assert_eq!(broken(&admin.act("setNotificationRules", input, SELECTION).await), [refused]);
    }
    // Rules are everybody's: whoever administers a part sets none, nor does whoever does not administer.
    let input = json!({ "kind": "OVERDUE", "rules": [] });
    let part = person(&db, 32, &[(Role::Administrator, "qng.ubnd", true)]).await;
    assert_eq!(broken(&part.act("setNotificationRules", input.clone(), SELECTION).await), ["OUT_OF_REACH "]);
    let office = person(&db, 33, &[(Role::StandingOffice, "qng.ubnd", true)]).await;
    assert_eq!(office.denied("setNotificationRules", input).await, "None of your roles may do this");
    // PostgreSQL refuses as much, whoever writes.
    let useless = "INSERT INTO notification_rule (kind, party, role) VALUES ('CHASED', 'LEAD', 'HEAD')";
    let refused = sql::execute(&mut db.connect().await, useless).await.unwrap_err().to_string();
    assert!(refused.contains("notification_rule_kind_party_check"), "{refused}");
}

/// What a rehearsal of the rules that hold says is what servers have told.
#[tokio::test]
async fn a_rehearsal_names_whom_the_servers_tell() {
    let db = TestDb::demo().await;
    let people: [(u128, Roles<'_>); 4] = [
        (21, &[(Role::Reporter, "qng.ubnd", true)]),
        (22, &[(Role::Head, "qng.ubnd", false)]),
        (23, &[(Role::StandingOffice, "qng.ubnd", true)]),
        (24, &[(Role::Leader, "qng.ubnd", true)]),
    ];
    for (number, roles) in people {
        settle(&db, number, roles).await;
    }
    let first: NaiveDate = "2026-01-20".parse().unwrap();
    for day in (0..25).map(|n| first + Days::new(n)) {
        notification::tell_due(&writer(&db, morning(day)), false).await.unwrap();
    }
    let told = db
        .text(
            "SELECT string_agg(concat_ws(' ', (n.created_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, n.kind, n.step, n.due_on, n.period, CASE WHEN n.reporting_rule_id IS NULL THEN w.figures END,
                a.login, g.code), E'\\n' ORDER BY concat_ws(' ', (n.created_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, n.kind, n.step, n.due_on, n.period,
                CASE WHEN n.reporting_rule_id IS NULL THEN w.figures END, a.login, g.code) COLLATE \"C\")
            FROM notification n JOIN account a ON a.id = n.account_id
            LEFT JOIN notification_agency w ON w.notification_id = n.id LEFT JOIN agency g ON g.id = w.agency_id
            WHERE n.created_at >= '2026-01-21' AND a.login LIKE 'nguoi.%'",
        )
        .await;
    // Roles count as they are held now: this one since yesterday.
    settle(&db, 25, &[]).await;
    db.execute(
        "INSERT INTO role_grant (id, account_id, role, agency_id, with_below, valid_from, granted_at)
            SELECT gen_random_uuid(), a.id, 'HEAD', g.id, false, '2026-02-19', '2026-02-19T01:00:00Z'
            FROM account a, agency g WHERE a.login = 'nguoi.25' AND g.code = 'qng.ubnd'",
    )
    .await;
    // What people have done meanwhile changes nothing of what was known.
    db.execute("UPDATE directive SET due_on = due_on + 300, version = version + 1 WHERE state = 'IN_PROGRESS' AND due_on IS NOT NULL").await;
    let held = db.text("SELECT json_agg(json_build_object('party', party, 'role', role, 'workingDays', days))::text FROM notification_rule WHERE kind = 'OVERDUE'").await;
    let held: Value = serde_json::from_str(&held).unwrap();
    // Who sees everything beside what administrators see.
    let everything = [Role::Administrator, Role::Inspector].map(|role| Holding { role, at: Reached::All });
    let later = morning("2026-02-20".parse().unwrap());
    let seer = Viewer::at(&db, tests::graphql::account(31, everything.to_vec()), later);
    let ask = async |rules: Value| {
        let input =
            json!({ "kind": "OVERDUE", "rules": rules, "dryRun": true, "from": "2026-01-21", "until": "2026-02-13" });
        let answer = seer.act("setNotificationRules", input, SELECTION).await;
        assert!(broken(&answer).is_empty(), "{answer}");
        answer["rehearsal"].clone()
    };
    let rehearsed = ask(held).await;
    let line = |it: &Value| {
        let text = |path: &str| match it.pointer(path) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.clone()),
            Some(other) => Some(other.to_string()),
        };
        ["/day", "/kind", "/workingDays", "/dueOn", "/period", "/figures", "/account/login", "/agency/code"]
            .into_iter()
            .filter_map(text)
            .collect::<Vec<_>>()
            .join(" ")
    };
    let rehearsed_anew = texts(&rehearsed, "told/*/account/login");
    assert!(rehearsed_anew.contains(&"nguoi.25"), "{rehearsed_anew:?}");
    let is_known = |it: &String| it.contains("nguoi.") && !it.contains("nguoi.25");
    let mut lines: Vec<_> = all(&rehearsed, "told/*").into_iter().map(line).filter(is_known).collect();
    lines.sort();
    assert_eq!(lines.join("\n"), told);
    assert!(told.contains(" OVERDUE 10 ") && told.contains(" DUE_SOON "), "{told}");

    // Without a rule nobody would have been told of what is late.
    let none = ask(json!([])).await;
    assert!(
        texts(&none, "told/*/kind").into_iter().all(|kind| kind != "OVERDUE")
            && none["totalCount"].as_i64() < rehearsed["totalCount"].as_i64()
    );
    // A step more is told on its day, and each once.
    let earlier = ask(rules(&[("ADDRESSEE", "LEADER", 2)])).await;
    let overdue: Vec<_> = all(&earlier, "told/*").into_iter().filter(|it| it["kind"] == "OVERDUE").map(line).collect();
    assert!(!overdue.is_empty() && overdue.iter().all(|it| it.contains(" OVERDUE 2 ")), "{overdue:#?}");
    assert_eq!(overdue.iter().collect::<std::collections::BTreeSet<_>>().len(), overdue.len());

    // An administrator sees who is told, but neither whose figures are missing nor that there is a directive which they may not see.
    db.execute("UPDATE directive SET visibility = 'RESTRICTED', version = version + 1").await;
    let input = json!({ "kind": "OVERDUE", "rules": rules(&[("ADDRESSEE", "HEAD", 1), ("LEAD", "HEAD", 1)]), "dryRun": true, "from": "2026-01-21", "until": "2026-02-13" });
    let dry = administrator(&db).act("setNotificationRules", input, SELECTION).await;
    let told = all(&dry["rehearsal"], "told/*");
    assert!(told.iter().any(|it| it["kind"] == "OVERDUE" && it["account"]["login"] == "nguoi.22"), "{dry}");
    for it in told {
        assert_eq!(
            json!([it["period"], it["figures"], it["agency"], it["directive"]]),
            json!([null, null, null, null]),
            "{it}"
        );
    }
}
