//! Scorecards and rankings: counts are held against the lists that a client would count, ranks against arithmetic by hand.

use auth::{Holding, Principal, Reached, Role};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::{Viewer, all, texts},
    national,
};
use uuid::Uuid;

const ON: &str = "2026-01-20";

/// The demo, of whose directives some are hidden, late, cancelled or asked about.
const MORE: &str = "
    UPDATE directive SET visibility = 'RESTRICTED' WHERE code IN (SELECT code FROM directive WHERE due_on IS NOT NULL ORDER BY code LIMIT 6);
    UPDATE directive SET visibility = 'INTERNAL' WHERE code IN (SELECT code FROM directive WHERE due_on IS NOT NULL ORDER BY code OFFSET 6 LIMIT 6);
    INSERT INTO directive_extension (id, directive_id, agency_id, proposed_on, reason, requested_at, requested_by, state, decided_at, decided_by)
        SELECT md5('x' || d.id)::uuid, d.id, l.agency_id, '2026-12-31', 'Chờ hướng dẫn', '2025-06-30T17:30:00Z', md5('y')::uuid, 'REQUESTED', NULL, NULL
        FROM directive d JOIN directive_lead l ON l.directive_id = d.id ORDER BY d.code LIMIT 1;
    INSERT INTO directive_input (id, directive_id, agency_id, coordinator_id, question, asked_on, due_on, asked_at, asked_by)
        SELECT md5('z' || d.id)::uuid, d.id, l.agency_id, (SELECT id FROM agency WHERE code = 'qng.stc'), 'Góp ý', '2025-11-19', '2025-12-01', '2025-11-19T01:00:00Z', md5('y')::uuid
        FROM directive d JOIN directive_lead l ON l.directive_id = d.id WHERE d.visibility = 'PUBLIC' ORDER BY d.code LIMIT 1;";

fn holder(role: Role, at: Reached) -> Principal {
    Principal::user(Uuid::from_u128(1), Uuid::from_u128(2), vec![Holding { role, at }], &[], true)
}

const CARD: &str = "agency { code } late figuresReturned reports { expected answered onTime nil overdue }
    directives { due doneOnTime doneLate open overdue notReported passed delayDays } extensions { asked granted } input { owed overdue } indicators { led }";

/// The scorecards of all agencies, by code. Whoever has not signed in asks without reports.
async fn cards(viewer: &Viewer, period: &str, card: &str) -> Vec<Value> {
    let query = format!(
        "query ($after: String) {{ scorecards(period: \"{period}\", on: \"{ON}\", first: 40, after: $after) {{
            totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ {card} }} }} }}"
    );
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let answer = viewer.ask_with(&query, json!({ "after": after })).await.whole();
        let page = &answer["scorecards"];
        found.extend(page["nodes"].as_array().unwrap().iter().cloned());
        if page["pageInfo"]["hasNextPage"] == false {
            assert_eq!(page["totalCount"], found.len());
            return found;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// The directives of an agency in a year, as its lists have them: in the order of the fields of the card.
async fn counted(viewer: &Viewer, code: &str) -> Vec<i64> {
    let list = |name: &str, timeliness: &str| {
        format!(
            "{name}: directives(first: 100, filter: {{ lead: \"{code}\", dueFrom: \"2025-01-01\", dueUntil: \"2025-12-31\", on: \"{ON}\"{timeliness} }}) {{ totalCount nodes {{ state dueOn completedOn }} }} "
        )
    };
    let query = [
        ("all", ""),
        ("onTime", ", timeliness: [DONE_ON_TIME]"),
        ("late", ", timeliness: [DONE_LATE]"),
        ("open", ", timeliness: [ON_TIME, DUE_SOON]"),
        ("overdue", ", timeliness: [OVERDUE]"),
        ("untold", ", timeliness: [NOT_REPORTED]"),
        ("passed", ", timeliness: [PASSED]"),
    ]
    .map(|(name, timeliness)| list(name, timeliness))
    .concat();
    let answer = viewer.ask(&format!("{{ {query} }}")).await.whole();
    let count = |name: &str| answer[name]["totalCount"].as_i64().unwrap();
    let day = |value: &Value| value.as_str().unwrap().parse::<chrono::NaiveDate>().unwrap();
    let on: chrono::NaiveDate = ON.parse().unwrap();
    let late = all(&answer, "late/nodes/*").into_iter().map(|it| day(&it["completedOn"]) - day(&it["dueOn"]));
    let overdue = all(&answer, "overdue/nodes/*").into_iter().map(|it| on - day(&it["dueOn"]));
    let days = late.chain(overdue).map(|delay| delay.num_days()).sum();
    let cancelled = texts(&answer, "all/nodes/*/state").into_iter().filter(|state| *state == "CANCELLED").count();
    let due = count("all") - i64::try_from(cancelled).unwrap();
    vec![due, count("onTime"), count("late"), count("open"), count("overdue"), count("untold"), count("passed"), days]
}

#[tokio::test]
async fn directives_are_counted_as_the_lists_have_them_for_whoever_asks() {
    let db = TestDb::demo().await;
    db.execute(MORE).await;
    let own = db.text("SELECT id FROM agency WHERE code = 'qng.skhcn'").await.parse().unwrap();
    let skhcn = Reached::Agencies(std::sync::Arc::new([own].into()));
    let mut sums = Vec::new();
    for principal in [Principal::nobody(), holder(Role::Reporter, skhcn), holder(Role::Inspector, Reached::All)] {
        let viewer = Viewer::with(&db, principal);
        let card = "agency { code } directives { due doneOnTime doneLate open overdue notReported passed delayDays }";
        let cards = cards(&viewer, "2025", card).await;
        let mut sum = 0;
        for card in &cards {
            let told: Vec<i64> =
                ["due", "doneOnTime", "doneLate", "open", "overdue", "notReported", "passed", "delayDays"]
                    .map(|name| card["directives"][name].as_i64().unwrap())
                    .to_vec();
            sum += told[0];
            assert_eq!(told[1..7].iter().sum::<i64>(), told[0], "each is counted once: {card}");
            if told[0] > 0 || card["agency"]["code"] == "qng.stc" {
                assert_eq!(told, counted(&viewer, card["agency"]["code"].as_str().unwrap()).await, "{card}");
            }
        }
        sums.push(sum);
    }
    assert!(sums[0] < sums[1] && sums[1] < sums[2], "who may see more counts more: {sums:?}");
}

#[tokio::test]
async fn how_the_indicators_stand_is_counted_as_assessments_are_by_lead() {
    const COUNTS: &str = "total missed offTrack atRisk needsJudgement noData incomplete onTrack achieved noTarget";
    let db = TestDb::demo().await;
    let viewer = Viewer::with(&db, Principal::nobody());
    let cards = cards(&viewer, "2025", &format!("agency {{ code }} indicators {{ led {COUNTS} }}")).await;
    let query = format!(
        "{{ statusCounts(by: LEAD, first: 100, filter: {{ on: \"{ON}\" }}) {{ nodes {{ lead {{ code }} {COUNTS} }} }} }}"
    );
    let answer = viewer.ask(&query).await.whole();
    let mut leads = 0;
    for mut row in all(&answer, "statusCounts/nodes/*").into_iter().cloned() {
        let Some(code) = row["lead"]["code"].as_str().map(str::to_owned) else { continue };
        row.as_object_mut().unwrap().remove("lead");
        let card = cards.iter().find(|card| card["agency"]["code"] == *code).unwrap();
        let mut told = card["indicators"].clone();
        let led = told.as_object_mut().unwrap().remove("led");
        assert!(led.and_then(|led| led.as_i64()) > Some(0), "{code}");
        assert_eq!(told, row, "{code}");
        leads += 1;
    }
    assert!(leads > 5);
    let others = cards.iter().filter(|card| card["indicators"]["led"] == 0);
    assert!(others.into_iter().all(|card| card["indicators"]["total"] == 0));
}

#[tokio::test]
async fn reports_are_counted_as_the_list_has_them_for_whoever_may_see_them() {
    let db = TestDb::demo().await;
    db.execute(
        "INSERT INTO nil_answer (id, assignment_id, reporter_id, period, note, answered_on, answered_at)
             SELECT md5('nil' || o.assignment_id)::uuid, o.assignment_id, o.reporter_id, o.period, 'Không phát sinh', o.due_on, o.due_on
             FROM obligation_shown('2025-09-01', '2025-12-31', '2026-01-20', NULL) o WHERE NOT o.answered ORDER BY o.assignment_id, o.period LIMIT 3",
    )
    .await;
    let inspector = Viewer::with(&db, holder(Role::Inspector, Reached::All));
    let cards = cards(&inspector, "2025-Q4", CARD).await;
    let mut seen = 0;
    for card in cards.iter().filter(|card| card["reports"]["expected"].as_i64() > Some(0)).take(4) {
        let code = card["agency"]["code"].as_str().unwrap();
        let mut told = [0_i64; 5];
        let mut after = Value::Null;
        loop {
            let query = format!(
                "query ($after: String) {{ obligations(first: 100, after: $after, filter: {{ reporter: \"{code}\", dueFrom: \"2025-10-01\", dueTo: \"2025-12-31\", on: \"{ON}\" }}) {{
                    pageInfo {{ hasNextPage endCursor }} nodes {{ state onTime }} }} }}"
            );
            let answer = inspector.ask_with(&query, json!({ "after": after })).await.whole();
            for node in all(&answer, "obligations/nodes/*") {
                let answered = ["SUBMITTED", "APPROVED", "NIL"].contains(&node["state"].as_str().unwrap());
                let counts = [
                    node["state"] != "NOT_DUE",
                    answered,
                    answered && node["onTime"] == true,
                    node["state"] == "NIL",
                    !answered && node["onTime"] == false,
                ];
                told.iter_mut().zip(counts).for_each(|(told, counts)| *told += i64::from(counts));
            }
            let page = &answer["obligations"]["pageInfo"];
            if page["hasNextPage"] == false {
                break;
            }
            after = page["endCursor"].clone();
        }
        let reports =
            ["expected", "answered", "onTime", "nil", "overdue"].map(|name| card["reports"][name].as_i64().unwrap());
        assert_eq!(reports, told, "{card}");
        let late = reports[1] - reports[2] + reports[4];
        let directives =
            card["directives"]["doneLate"].as_i64().unwrap() + card["directives"]["overdue"].as_i64().unwrap();
        assert_eq!(card["late"], late + directives, "{card}");
        seen += 1;
    }
    assert!(seen >= 2, "{cards:?}");

    // Of others nobody learns what they have to report.
    let public = Viewer::public(&db);
    let asked = public.ask(&format!("{{ scorecards(period: \"2025\", on: \"{ON}\", filter: {{ agencies: [\"qng.skhcn\"] }}) {{ nodes {{ {CARD} }} }} }}")).await;
    assert_eq!(asked.errors[0]["message"], "Sign in first", "{asked:?}");
    let card = &asked.data["scorecards"]["nodes"][0];
    assert!(card["reports"].is_null() && card["figuresReturned"].is_null(), "{card}");
    assert_eq!(
        card["late"],
        card["directives"]["doneLate"].as_i64().unwrap() + card["directives"]["overdue"].as_i64().unwrap()
    );
    let asked = public.ask("{ rankings(period: \"2025\") { rows { nodes { rank } } } }").await;
    assert_eq!(asked.errors[0]["message"], "Sign in first", "{asked:?}");
    let own = db.text("SELECT id FROM agency WHERE code = 'ubnd.21028'").await.parse().unwrap();
    let reporter = Viewer::with(&db, holder(Role::Reporter, Reached::Agencies(std::sync::Arc::new([own].into()))));
    let answer = reporter
        .ask(&format!(
            "{{ scorecards(period: \"2025\", on: \"{ON}\", filter: {{ kinds: [PEOPLES_COMMITTEE], levels: [COMMUNE], below: \"qng.ubnd\" }}) {{ nodes {{ agency {{ code }} reports {{ expected }} }} }}
                rankings(period: \"2025\", on: \"{ON}\", filter: {{ level: COMMUNE }}) {{ rows {{ totalCount nodes {{ agency {{ code }} }} }} }} }}"
        ))
        .await
        .whole();
    let shown = all(&answer, "scorecards/nodes/*");
    assert_eq!(shown.iter().filter(|card| card["reports"].is_object()).count(), 1);
    assert_eq!((shown.len(), &shown[0]["agency"]["code"]), (4, &json!("ubnd.21025")));
    assert_eq!(
        answer["rankings"]["rows"],
        json!({ "totalCount": 1, "nodes": [{ "agency": { "code": "ubnd.21028" } }] })
    );
}

#[tokio::test]
async fn requests_and_indicators_are_counted() {
    let db = TestDb::demo().await;
    db.execute(MORE).await;
    let inspector = Viewer::with(&db, holder(Role::Inspector, Reached::All));
    let year = cards(&inspector, "2025", CARD).await;
    let quarter = cards(&inspector, "2025-Q2", CARD).await;
    let asked = |cards: &[Value]| cards.iter().map(|card| card["extensions"]["asked"].as_i64().unwrap()).sum::<i64>();
    // Half past midnight on the first of July in Viet Nam is still June in UTC.
    assert_eq!((asked(&year), asked(&quarter)), (1, 0));
    let of = |code: &str| year.iter().find(|card| card["agency"]["code"] == code).unwrap();
    assert_eq!(of("qng.stc")["input"], json!({ "owed": 1, "overdue": 1 }));
    let count = inspector.ask(r#"{ indicators(filter: { lead: "qng.stc" }) { totalCount } }"#).await.whole();
    assert_eq!(of("qng.stc")["indicators"]["led"], count["indicators"]["totalCount"]);
    // What is returned is counted for its reporter, each time.
    db.execute(
        "SET session_replication_role = replica;
         INSERT INTO measurement_decision (measurement_id, revision, state, content_hash, reason, decided_at)
             SELECT m.id, r.revision, 'RETURNED', '\\x00', 'Sai đơn vị', '2025-10-03T02:00:00Z' FROM measurement m
             JOIN measurement_revision r ON r.measurement_id = m.id JOIN agency a ON a.id = m.reporter_id WHERE a.code = 'ubnd.21025' ORDER BY m.id LIMIT 2",
    )
    .await;
    let quarter = cards(&inspector, "2025-Q4", CARD).await;
    let of = |code: &str| quarter.iter().find(|card| card["agency"]["code"] == code).unwrap();
    assert_eq!((&of("ubnd.21025")["figuresReturned"], &of("ubnd.21028")["figuresReturned"]), (&json!(2), &json!(0)));
}

fn number(value: &Value) -> Option<Decimal> {
    value.as_str().map(|text| text.parse().unwrap())
}

#[tokio::test]
async fn a_rank_is_the_sum_of_its_parts() {
    let db = TestDb::like("scorecards", async |pool| {
        let settings = pool.settings();
        db::demo::load(settings, tests::demo::options(), |_| {}).await.unwrap();
        national::load(settings, 60, 3).await.unwrap();
    })
    .await;
    // Directives of some communes: done on time, late, overdue.
    db.execute(
        "INSERT INTO directive_lead (directive_id, agency_id, position)
             SELECT d.id, a.id, 100 + row_number() OVER (PARTITION BY d.id ORDER BY a.code) FROM directive d, agency a
             WHERE d.due_on BETWEEN '2025-07-01' AND '2026-06-30' AND a.code LIKE 'qg.%' AND abs(hashtext(d.code || a.code)) % 4 = 0;
         -- One that has little to do.
         UPDATE reporting_assignment SET valid = '[2026-05-01,2026-06-01)' WHERE subject_id = (SELECT id FROM agency WHERE code = 'qg.0033');
         DELETE FROM directive_lead WHERE agency_id = (SELECT id FROM agency WHERE code = 'qg.0033')",
    )
    .await;
    let viewer = Viewer::with(&db, holder(Role::Inspector, Reached::All));
    let query = format!(
        "{{ rankings(period: \"2025-07-01/2026-06-30\", on: \"{}\", filter: {{ level: COMMUNE, below: \"qg\" }}) {{
            scheme {{ version least source validFrom validUntil weights {{ part weight }} }}
            rows(first: 100) {{ totalCount nodes {{ rank unranked score judged parts {{ part weight value contribution }} scorecard {{ {CARD} }} agency {{ code }} }} }}
            late: rows(first: 100, order: {{ by: LATE, direction: DESCENDING }}) {{ nodes {{ scorecard {{ late }} }} }} }} }}",
        national::TODAY
    );
    let answer = viewer.ask(&query).await.whole();
    let scheme = &answer["rankings"]["scheme"];
    assert_eq!((&scheme["version"], &scheme["least"]), (&json!(1), &json!(5)));
    let rows = all(&answer, "rankings/rows/nodes/*");
    assert_eq!((&answer["rankings"]["rows"]["totalCount"], rows.len()), (&json!(59), 59));
    let mut scores = Vec::new();
    for row in &rows {
        let card = &row["scorecard"];
        let of = |path: [&str; 2]| Decimal::from(card[path[0]][path[1]].as_i64().unwrap());
        let reports = of(["reports", "answered"]) + of(["reports", "overdue"]);
        let done = of(["directives", "doneOnTime"]);
        let directives = done + of(["directives", "doneLate"]) + of(["directives", "overdue"]);
        let share = |part: Decimal, whole: Decimal| {
            part.checked_div(whole)
                .map(|share| share.round_dp_with_strategy(6, rust_decimal::RoundingStrategy::MidpointAwayFromZero))
        };
        let expected = [
            ("DIRECTIVES_ON_TIME", share(done, directives)),
            ("REPORTS_ANSWERED", share(of(["reports", "answered"]), reports)),
            ("REPORTS_ON_TIME", share(of(["reports", "onTime"]), reports)),
        ];
        let parts = row["parts"].as_array().unwrap();
        let told: Vec<_> = parts.iter().map(|part| (part["part"].as_str().unwrap(), number(&part["value"]))).collect();
        assert_eq!(told, expected, "{row}");
        let weights: Decimal =
            parts.iter().filter(|it| !it["value"].is_null()).filter_map(|it| number(&it["weight"])).sum();
        let mut score = None;
        for part in parts {
            let contribution = number(&part["value"]).map(|value| {
                (number(&part["weight"]).unwrap() * value / weights)
                    .round_dp_with_strategy(6, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
            });
            assert_eq!(number(&part["contribution"]), contribution, "{row}");
            score = contribution.map(|it| it + score.unwrap_or_default()).or(score);
        }
        let score = score.map(|score: Decimal| {
            score.round_dp_with_strategy(4, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
        });
        assert_eq!(number(&row["score"]), score, "{row}");
        assert_eq!(Decimal::from(row["judged"].as_i64().unwrap()), reports + directives);
        let ranked = row["judged"].as_i64() >= Some(5);
        assert_eq!(
            (row["rank"].is_null(), &row["unranked"]),
            (!ranked, &if ranked { Value::Null } else { json!("TOO_FEW") }),
            "{row}"
        );
        if ranked {
            scores.push((score.unwrap(), row["rank"].as_u64().unwrap()));
        }
    }
    assert!(scores.len() >= 55 && scores.len() < 59, "{}", scores.len());
    for (score, rank) in &scores {
        let better = scores.iter().filter(|(other, _)| other > score).count() as u64;
        assert_eq!(*rank, better + 1);
    }
    assert!(scores.is_sorted_by_key(|(_, rank)| *rank), "the best first");
    assert!(rows[scores.len()..].iter().all(|row| row["rank"].is_null()), "those without a rank last");
    let late: Vec<i64> =
        all(&answer, "rankings/late/nodes/*/scorecard/late").into_iter().map(|it| it.as_i64().unwrap()).collect();
    assert!(late.is_sorted_by_key(|late| std::cmp::Reverse(*late)) && late[0] > late[58], "{late:?}");
}

#[tokio::test]
async fn weights_are_one_together_and_hold_in_their_time() {
    let db = TestDb::demo().await;
    let broken = async |statements: &str| match tests::sql::execute(&mut db.connect().await, statements).await {
        Err(diesel::result::Error::DatabaseError(_, error)) => error.constraint_name().unwrap_or_default().to_owned(),
        other => panic!("{statements}: {other:?}"),
    };
    let scheme =
        "INSERT INTO ranking_scheme (version, valid, least, source) VALUES (2, '[2026-01-01,)', 3, 'Quyết định thử')";
    let close = "UPDATE ranking_scheme SET valid = '(,2026-01-01)' WHERE version = 1";
    let weight = |part: &str, weight: &str| format!("INSERT INTO ranking_weight VALUES (2, '{part}', {weight})");
    for (statements, rule) in [
        (scheme.to_owned(), "ranking_scheme_no_overlap"),
        (format!("{close}; {scheme}"), "ranking_weight_sum"),
        (format!("{close}; {scheme}; {}", weight("REPORTS_ON_TIME", "0.9")), "ranking_weight_sum"),
        (format!("{close}; {scheme}; {}", weight("KHAC", "1")), "ranking_weight_part_check"),
        ("UPDATE ranking_weight SET weight = 0.31 WHERE part = 'REPORTS_ON_TIME'".to_owned(), "ranking_weight_sum"),
        ("DELETE FROM ranking_weight WHERE part = 'REPORTS_ON_TIME'".to_owned(), "ranking_weight_sum"),
    ] {
        assert_eq!(broken(&statements).await, rule, "{statements}");
    }
    db.execute(&format!("{close}; {scheme}; {}", weight("REPORTS_ON_TIME", "1"))).await;
    let viewer = Viewer::with(&db, holder(Role::Inspector, Reached::All));
    let scheme = "scheme { version least weights { part weight } }";
    let answer = viewer
        .ask(&format!(
            "{{ old: rankings(period: \"2025-Q4\") {{ {scheme} }} new: rankings(period: \"2026-Q1\") {{ {scheme} }} }}"
        ))
        .await
        .whole();
    assert_eq!(answer["old"]["scheme"]["version"], 1);
    assert_eq!(
        answer["new"]["scheme"],
        json!({ "version": 2, "least": 3, "weights": [{ "part": "REPORTS_ON_TIME", "weight": "1" }] })
    );
}

#[tokio::test]
async fn a_page_costs_the_same_whatever_its_size() {
    let db = TestDb::like("scorecards_page", async |pool| national::load(pool.settings(), 120, 2).await.unwrap()).await;
    let viewer = Viewer::with(&db, holder(Role::Inspector, Reached::All));
    for first in [1, 10, 100] {
        let scorecards = format!(
            "{{ scorecards(period: \"2026-Q1\", on: \"2026-07-01\", first: {first}, order: {{ by: LATE, direction: DESCENDING }}) {{ nodes {{ {CARD} }} }} }}"
        );
        let rankings = format!(
            "{{ rankings(period: \"2026-Q1\", on: \"2026-07-01\", filter: {{ level: COMMUNE }}) {{ rows(first: {first}) {{ nodes {{ rank agency {{ code }} parts {{ value }} }} }} }} }}"
        );
        for query in [scorecards, rankings] {
            let asked = viewer.ask(&query).await;
            assert!(asked.errors.is_empty(), "{:?}", asked.errors);
            // The page, and its agencies.
            assert_eq!(asked.statements, 2, "{first}");
        }
    }
}
