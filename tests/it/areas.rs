//! Figures for the areas of another day: of communes that were put together on 1 July 2025, and of one that is divided.

use auth::Role;
use rust_decimal::Decimal;
use schema::language::Language;
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::{Viewer, all, texts},
    mutation::{broken, with},
};

/// The indicators that each commune of the demo reports and that can be put together, and one that is counted.
const INDICATORS: [&str; 3] = ["tthc_dossiers_online_share", "vneid_level2_population_share", "thu_dem"];

/// A number of each commune of the demo, before and after, whose sum is their sum.
const COUNTED: &str = "
    INSERT INTO indicator (id, code, name_vi, name_en, position, unit, value_kind, direction, nature, aggregation, frequency)
        VALUES (md5('thu_dem')::uuid, 'thu_dem', 'Số nhà văn hóa', 'Houses of culture', 20001, 'COUNT', 'NUMBER', 'HIGHER_IS_BETTER', 'STOCK', 'SUM', 'MONTH');
    INSERT INTO indicator_definition (id, indicator_id, version, text_vi, text_en) VALUES (md5('thu_dem 1')::uuid, md5('thu_dem')::uuid, 1, 'đếm', 'counted');
    INSERT INTO measurement (id, indicator_id, definition_id, subject_id, reporter_id, regime, period_kind, period, starts_on, ends_on, published_revision)
        SELECT md5('thu_dem' || id)::uuid, md5('thu_dem')::uuid, md5('thu_dem 1')::uuid, subject_id, subject_id, 'CALENDAR', 'MONTH', period, starts_on, ends_on, 1
        FROM measurement WHERE indicator_id = (SELECT id FROM indicator WHERE code = 'tthc_dossiers_online_share') AND regime = 'CALENDAR'
            AND published_revision IS NOT NULL AND period IN ('2025-05', '2025-06', '2025-09', '2025-11');
    INSERT INTO measurement_revision (measurement_id, revision, state, observation, stated_value, source, recorded_at, published_at)
        SELECT id, 1, 'PUBLISHED', 'FINAL', 1 + abs(hashtext(subject_id::text)) % 40, 'SIMULATED', ends_on, ends_on FROM measurement WHERE indicator_id = md5('thu_dem')::uuid";

async fn room() -> TestDb {
    let db = TestDb::demo().await;
    db.execute(&format!("SET session_replication_role = replica; {COUNTED}")).await;
    db
}

async fn admin(db: &TestDb) -> Viewer {
    Viewer::person(db, 31, &[(Role::Administrator, "qng.ubnd", true)]).await.who_reads(Language::En)
}

/// What the figures of communes come to, for some areas.
async fn total(db: &TestDb, indicator: &str, period: &str, boundaries: &str) -> Value {
    let query = format!(
        "{{ standings(indicator: \"{indicator}\", period: \"{period}\", filter: {{ level: COMMUNE }}{boundaries}) {{ summary {{
            subjects total totalNumerator totalDenominator missing notAttributable unattributed unattributedNumerator unattributedDenominator }} }} }}"
    );
    Viewer::public(db).ask(&query).await.whole()["standings"]["summary"].take()
}

/// A number of an answer; zero if there is none.
fn number(of: &Value) -> Decimal {
    of.as_str().map_or(Decimal::ZERO, |text| text.parse().unwrap())
}

/// A sum and what is left over.
fn with_rest(of: &Value, sum: &str, rest: &str) -> Decimal {
    number(&of[sum]) + number(&of[rest])
}

const CURRENT: &str = ", boundaries: { of: CURRENT }";

#[tokio::test]
async fn figures_of_communes_that_became_one_are_put_together() {
    let db = room().await;
    let of = |boundaries: &str| {
        format!(
            "{{ indicator(code: \"tthc_dossiers_online_share\") {{ areaFigures(subject: \"ubnd.21028\", period: \"2025\"{boundaries}) {{
                period value numerator denominator reason isComplete measurements {{ subject {{ code }} }} missing {{ code }} notAttributable {{ code }} }} }} }}"
        )
    };
    let asked = async |boundaries: &str| {
        Viewer::public(&db).ask(&of(boundaries)).await.whole()["indicator"]["areaFigures"].take()
    };
    let current = asked("").await;
    assert_eq!(current.as_array().unwrap().len(), 12);
    let (june, july) = (&current[5], &current[6]);
    let mut came = texts(june, "measurements/*/subject/code");
    came.sort_unstable();
    assert_eq!(came, ["ubnd_cu.21010", "ubnd_cu.21013", "ubnd_cu.21016", "ubnd_cu.21028"]);
    assert_eq!(texts(july, "measurements/*/subject/code"), ["ubnd.21028"]);
    assert!(june["isComplete"] == json!(true) && july["isComplete"] == json!(true), "{current}");
    // As a reader adds up what was published.
    let sums = "SELECT concat_ws(' ', sum(r.numerator), sum(r.denominator), trim_scale(round(sum(r.numerator) * 100 / sum(r.denominator), 6)))
        FROM measurement m JOIN measurement_revision r ON r.measurement_id = m.id AND r.revision = m.published_revision
        JOIN agency a ON a.id = m.subject_id JOIN indicator i ON i.id = m.indicator_id
        WHERE i.code = 'tthc_dossiers_online_share' AND m.period = '2025-06' AND m.regime = 'CALENDAR' AND a.code IN ('ubnd_cu.21010', 'ubnd_cu.21013', 'ubnd_cu.21016', 'ubnd_cu.21028')";
    let told = ["numerator", "denominator", "value"].map(|name| june[name].as_str().unwrap());
    assert_eq!(db.text(sums).await, told.join(" "));

    // As it was reported, the commune of today has nothing before its first day.
    let reported = asked(", boundaries: { of: AS_REPORTED }").await;
    assert_eq!((&reported[5]["value"], &reported[5]["reason"]), (&Value::Null, &json!("NO_FIGURES")));
    assert_eq!(reported[6]["value"], july["value"]);

    // Nobody knows what of the figure of a commune is that of one of those that it was made of.
    let before = of(", boundaries: { of: AT, on: \"2025-06-30\" }").replace("ubnd.21028", "ubnd_cu.21010");
    let before = Viewer::public(&db).ask(&before).await.whole()["indicator"]["areaFigures"].take();
    assert!(before[5]["value"].is_string(), "{before}");
    assert_eq!(before[6]["reason"], "NOT_ATTRIBUTABLE");
    assert_eq!(texts(&before[6], "notAttributable/*/code"), ["ubnd.21028"]);
}

#[tokio::test]
async fn a_longer_period_is_added_up_for_the_area_of_today() {
    let db = room().await;
    let of = async |field: &str, boundaries: &str| {
        let query = format!(
            "{{ indicator(code: \"tthc_dossiers_online_share\") {{ {field}(subject: \"ubnd.21028\", {boundaries}) {{
                value numerator denominator reason isComplete missing measurements {{ subject {{ code }} }}
                areas {{ period numerator denominator isComplete }} }} }} }}"
        );
        Viewer::public(&db).ask(&query).await.whole()["indicator"][field].take()
    };
    let year = of("total", "period: \"2025\", boundaries: { of: CURRENT }").await;
    let sum = |name: &str| year["areas"].as_array().unwrap().iter().map(|area| number(&area[name])).sum::<Decimal>();
    let (numerator, denominator) = (sum("numerator"), sum("denominator"));
    assert_eq!(year["areas"].as_array().unwrap().len(), 12);
    assert_eq!((number(&year["numerator"]), number(&year["denominator"])), (numerator, denominator));
    assert_eq!(number(&year["value"]), (numerator * Decimal::ONE_HUNDRED / denominator).round_dp(6));
    assert_eq!((&year["isComplete"], &year["missing"]), (&json!(true), &json!([])));
    // Six months of four communes, and six of the one that they became.
    assert_eq!(texts(&year, "measurements/*/subject/code").len(), 30);

    // As it was reported, it has the half of the year that it was there; so far and the whole year are the same sum.
    let reported = of("total", "period: \"2025\"").await;
    assert_eq!((&reported["areas"], reported["missing"].as_array().unwrap().len()), (&Value::Null, 6));
    let june = of("yearToDate", "by: \"2025-06-30\", boundaries: { of: CURRENT }").await;
    assert_eq!(number(&june["numerator"]) + number(&reported["numerator"]), numerator);
    let nothing = of("yearToDate", "by: \"2025-06-30\"").await;
    assert_eq!((&nothing["value"], &nothing["reason"]), (&Value::Null, &json!("NO_FIGURES")));

    // What was divided is no figure of the area, and says so by period.
    let then = of("total", "period: \"2025-Q4\", boundaries: { of: AT, on: \"2025-06-30\" }").await;
    assert_eq!((&then["value"], &then["isComplete"]), (&Value::Null, &json!(false)), "{then}");
}

#[tokio::test]
async fn sums_are_the_same_for_the_areas_of_any_day() {
    let db = room().await;
    for indicator in INDICATORS {
        for period in ["2025-05", "2025-11"] {
            let reported = total(&db, indicator, period, "").await;
            let current = total(&db, indicator, period, CURRENT).await;
            let then = total(&db, indicator, period, ", boundaries: { of: AT, on: \"2025-06-30\" }").await;
            assert_eq!((&current["subjects"], &current["missing"]), (&json!(4), &json!(0)), "{indicator} {period}");
            for (sum, rest) in
                [("totalNumerator", "unattributedNumerator"), ("totalDenominator", "unattributedDenominator")]
            {
                let of = |it: &Value| with_rest(it, sum, rest);
                assert_eq!(
                    (of(&reported), of(&reported)),
                    (of(&current), of(&then)),
                    "{indicator} {period}: {reported} {current} {then}"
                );
            }
            if indicator == "thu_dem" {
                let of = |it: &Value| with_rest(it, "total", "unattributed");
                assert!(with_rest(&reported, "total", "unattributed") > Decimal::ZERO);
                assert_eq!((of(&reported), of(&reported)), (of(&current), of(&then)), "{period}");
            } else {
                assert_eq!(reported["total"], current["total"], "{indicator} {period}");
            }
        }
    }
}

#[tokio::test]
async fn what_was_divided_is_counted_and_never_guessed() {
    let db = room().await;
    let decided = json!({ "on": "2026-01-05", "document": "tb-ubnd-qng-2025-04", "clause": "6" });
    for code in ["qng.bac", "qng.nam"] {
        let new = json!({ "code": code, "nameVi": format!("UBND xã {code}"), "kind": "PEOPLES_COMMITTEE", "level": "COMMUNE", "parent": "qng.ubnd" });
        let opened =
            admin(&db).await.act("openAgency", with(new, decided.clone()), "reorganisation { agency { id } }").await;
        assert_eq!(broken(&opened), Vec::<String>::new());
    }
    let seen = async || {
        let seen = admin(&db).await.ask("{ agency(code: \"ubnd.21172\") { id version } }").await.whole();
        json!({ "agency": seen["agency"]["id"], "expectedVersion": seen["agency"]["version"] })
    };
    let split =
        json!({ "successors": [{ "agency": "qng.bac" }, { "agency": "qng.nam" }], "defaultSuccessor": "qng.bac" });
    let split = with(with(seen().await, split), decided);
    assert_eq!(
        broken(&admin(&db).await.act("splitAgency", split, "reorganisation { agency { id } }").await),
        Vec::<String>::new()
    );

    let rows = async |boundaries: &str| {
        let query = format!(
            "{{ standings(indicator: \"thu_dem\", period: \"2025-11\", filter: {{ level: COMMUNE, below: \"qng.ubnd\" }}{boundaries}) {{
                areasOf rows(order: {{ by: CODE }}) {{ nodes {{ subject {{ code }} value rank missing notAttributable measurements {{ subject {{ code }} }} }} }} }} }}"
        );
        Viewer::public(&db).ask(&query).await.whole()["standings"].take()
    };
    let shown = rows(CURRENT).await;
    assert_eq!(
        texts(&shown, "rows/nodes/*/subject/code"),
        ["qng.bac", "qng.nam", "ubnd.21025", "ubnd.21028", "ubnd.21034"]
    );
    let north = &shown["rows"]["nodes"][0];
    assert_eq!((&north["value"], &north["rank"], &north["notAttributable"]), (&Value::Null, &Value::Null, &json!(1)));
    let (reported, current) =
        (total(&db, "thu_dem", "2025-11", "").await, total(&db, "thu_dem", "2025-11", CURRENT).await);
    assert_eq!((&current["notAttributable"], reported["unattributed"].is_null()), (&json!(1), true));
    assert_eq!(with_rest(&reported, "total", "unattributed"), with_rest(&current, "total", "unattributed"));

    let weigh = async |more: Value| {
        let shares = json!({ "kind": "AREA", "source": "Đo trên bản đồ địa chính 2025",
            "shares": [{ "agency": "qng.bac", "share": "0.25" }, { "agency": "qng.nam", "share": "0.75" }] });
        let input = with(with(seen().await, shares), more);
        let done = admin(&db)
            .await
            .act(
                "weighSuccession",
                input,
                "agency { code successors { weights { kind share source successor { code } } } }",
            )
            .await;
        (broken(&done), done)
    };
    for (more, refused) in [
        (json!({ "shares": [{ "agency": "qng.bac", "share": "0.25" }] }), "OUT_OF_BOUNDS shares"),
        (
            json!({ "shares": [{ "agency": "qng.bac", "share": "0.5" }, { "agency": "ubnd.21025", "share": "0.5" }] }),
            "NOT_FOUND shares.1.agency",
        ),
        (
            json!({ "shares": [{ "agency": "qng.bac", "share": "1.5" }, { "agency": "qng.nam", "share": "-0.5" }] }),
            "OUT_OF_BOUNDS shares.0.share",
        ),
        (json!({ "source": null }), "REQUIRED source"),
        (json!({ "on": "2025-07-01" }), "NOT_IN_STATE agency"),
        (json!({ "expectedVersion": 77 }), "STALE expectedVersion"),
    ] {
        assert_eq!(weigh(more).await.0, [refused]);
    }
    let (nothing, done) = weigh(json!({})).await;
    assert_eq!(nothing, Vec::<String>::new(), "{done}");
    assert_eq!(texts(&done, "agency/successors/*/weights/*/successor/code"), ["qng.nam", "qng.bac"]);
    // Again, as a better map says.
    assert_eq!(weigh(json!({})).await.0, Vec::<String>::new());

    let weighed = rows(", boundaries: { of: CURRENT, weights: AREA }").await;
    let values: Vec<f64> =
        all(&weighed, "rows/nodes/*/value").iter().map(|value| value.as_str().unwrap().parse().unwrap()).collect();
    let whole = db.text("SELECT stated_value FROM measurement_revision r JOIN measurement m ON m.id = r.measurement_id JOIN agency a ON a.id = m.subject_id
        WHERE a.code = 'ubnd.21172' AND m.indicator_id = md5('thu_dem')::uuid AND m.period = '2025-11'").await.parse::<f64>().unwrap();
    assert!((values[0] - whole / 4.0).abs() < 1e-9 && (values[1] - whole * 0.75).abs() < 1e-9, "{weighed}");
    assert!(all(&weighed, "rows/nodes/*/rank").iter().all(|rank| rank.is_i64()), "{weighed}");
    // By people nobody has weighed it.
    assert_eq!(rows(", boundaries: { of: CURRENT, weights: POPULATION }").await["rows"], shown["rows"]);
}

#[tokio::test]
async fn a_day_of_areas_belongs_to_at() {
    let db = TestDb::demo().await;
    for boundaries in ["{ of: AT }", "{ of: CURRENT, on: \"2025-06-30\" }"] {
        for field in [
            "standings(indicator: \"coverage_5g_share\", boundaries: WHICH) { period }",
            "indicator(code: \"coverage_5g_share\") { areaFigures(subject: \"qng.ubnd\", period: \"2025\", boundaries: WHICH) { value } }",
        ] {
            let asked = Viewer::public(&db)
                .who_reads(Language::En)
                .ask(&format!("{{ {} }}", field.replace("WHICH", boundaries)))
                .await;
            assert_eq!(asked.errors[0]["message"], "Bad request: `on` belongs to AT, and AT needs it", "{asked:?}");
        }
    }
}
