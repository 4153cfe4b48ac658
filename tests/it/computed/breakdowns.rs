//! The life of a breakdown: entered with its figure, held to its definition, endorsed and published with it.

use serde_json::{Value, json};
use tests::{
    graphql::{Viewer, texts},
    mutation::{broken, seen, with},
};

use super::{AGENCY, ASSIGNED, FIGURES, Office};

const PARTS: &str = "breakdown { dimension { code } item { code } value numerator denominator }";

/// People trained: by sex, which adds up, and by area, where some live in neither; and their share.
async fn open() -> Office {
    let office = Office::open().await;
    let by =
        json!({ "dimensions": [{ "dimension": "sex", "addsUp": true }, { "dimension": "area", "addsUp": false }] });
    office.defined("people_trained", json!({ "lowerBound": "0" }), by.clone()).await;
    let share = json!({ "unit": "PERCENT", "valueKind": "RATIO", "aggregation": "RATIO_OF_SUMS", "decimals": 1, "lowerBound": "0", "upperBound": "100" });
    office.defined("people_trained_share", share, by).await;
    office.db.execute(ASSIGNED).await;
    office
}

fn part(dimension: &str, item: &str, value: &str) -> Value {
    json!({ "dimension": dimension, "item": item, "value": value })
}

fn trained(breakdown: &[Value]) -> Value {
    json!({ "indicator": "people_trained", "subject": AGENCY, "period": "2025-12", "value": "100", "observation": "FINAL", "breakdown": breakdown })
}

#[tokio::test]
async fn a_figure_is_published_with_its_parts() {
    let office = open().await;
    let known = office.keeper.ask("{ dimensions { code name(language: VI) items { code } } indicator(code: \"people_trained\") { definitions { dimensions { addsUp dimension { code } } } } }");
    let known = known.await.whole();
    assert_eq!(texts(&known, "dimensions/*/code"), ["sex", "age_band", "area", "sector", "enterprise_kind"]);
    assert_eq!(
        known["dimensions"][2],
        json!({ "code": "area", "name": "Thành thị, nông thôn", "items": [{ "code": "urban" }, { "code": "rural" }] })
    );
    assert_eq!(
        known["indicator"]["definitions"][0]["dimensions"],
        json!([{ "addsUp": true, "dimension": { "code": "sex" } }, { "addsUp": false, "dimension": { "code": "area" } }])
    );
    let whole = "measurement { id version contentHash }";
    let plain = office.reporter.act("draftMeasurement", trained(&[]), whole).await;
    let parts = [part("sex", "male", "45"), part("sex", "female", "55"), part("area", "urban", "30")];
    let again = with(trained(&parts), json!({ "expectedVersion": 1, "submit": true }));
    let drafted = office
        .reporter
        .act("draftMeasurement", again, &format!("measurement {{ id version contentHash {PARTS} }}"))
        .await;
    assert_eq!(broken(&drafted), Vec::<String>::new());
    // What is endorsed are the parts as well.
    assert_ne!(plain["measurement"]["contentHash"], drafted["measurement"]["contentHash"]);
    let shown = json!([
        { "dimension": { "code": "sex" }, "item": { "code": "female" }, "value": "55", "numerator": null, "denominator": null },
        { "dimension": { "code": "sex" }, "item": { "code": "male" }, "value": "45", "numerator": null, "denominator": null },
        { "dimension": { "code": "area" }, "item": { "code": "urban" }, "value": "30", "numerator": null, "denominator": null },
    ]);
    assert_eq!(drafted["measurement"]["breakdown"], shown);
    assert_eq!(office.reads("people_trained", "2025-12", "value").await, Value::Null);
    let submitted = json!({ "measurements": [drafted["measurement"]], "userErrors": [] });
    office.decide(submitted).await;
    let asked = Viewer::public(&office.db)
        .ask(&format!("{{ {} {{ value {PARTS} }} }}", super::figure("people_trained", "2025-12")))
        .await;
    assert!(asked.statements <= 3, "{}", asked.statements);
    assert_eq!(asked.whole()["measurement"], json!({ "value": "100", "breakdown": shown }));
    // A correction has its own parts, or none.
    office.corrects("people_trained", "2025-12", "101").await;
    let read = office
        .reads("people_trained", "2025-12", "value breakdown { value } revisions { revision breakdown { value } }")
        .await;
    assert_eq!(
        read,
        json!({ "value": "101", "breakdown": [], "revisions": [
            { "revision": 2, "breakdown": [{ "value": "55" }, { "value": "45" }, { "value": "30" }] }, { "revision": 3, "breakdown": [] }] })
    );
}

#[tokio::test]
async fn parts_are_those_that_the_definition_takes() {
    let office = open().await;
    let ratio = |whole: (&str, &str), female: (&str, &str), male: (&str, &str)| {
        let part = |item: &str, (numerator, denominator): (&str, &str)| json!({ "dimension": "sex", "item": item, "numerator": numerator, "denominator": denominator });
        json!({ "indicator": "people_trained_share", "subject": AGENCY, "period": "2025-12", "numerator": whole.0, "denominator": whole.1,
            "observation": "FINAL", "breakdown": [part("female", female), part("male", male)] })
    };
    let many: Vec<Value> = (0..101).map(|_| part("sex", "female", "1")).collect();
    for (input, told) in [
        (trained(&[part("sex", "female", "60"), part("sex", "male", "45")]), "INCONSISTENT breakdown"),
        (trained(&[part("sex", "female", "60")]), "INCONSISTENT breakdown"),
        (trained(&[part("sex", "other", "100")]), "NOT_FOUND breakdown"),
        (trained(&[part("sector", "services", "100")]), "INCOMPATIBLE breakdown"),
        (trained(&[part("nobody_knows", "services", "100")]), "INCOMPATIBLE breakdown"),
        (trained(&[part("area", "urban", "1"), part("area", "urban", "1")]), "DUPLICATE breakdown"),
        (trained(&[part("area", "urban", "-1")]), "OUT_OF_BOUNDS breakdown"),
        (trained(&[part("area", "urban", "1.5")]), "TOO_PRECISE breakdown"),
        (trained(&[json!({ "dimension": "area", "item": "urban" })]), "REQUIRED breakdown"),
        (trained(&many), "TOO_MANY breakdown"),
        (ratio(("50", "100"), ("30", "60"), ("20", "50")), "INCONSISTENT breakdown"),
        (ratio(("50", "100"), ("70", "60"), ("-20", "40")), "INCONSISTENT breakdown"),
        (ratio(("50", "100"), ("30", "0"), ("20", "100")), "OUT_OF_BOUNDS breakdown"),
    ] {
        let answer = office.reporter.act("draftMeasurement", input.clone(), "measurement { id }").await;
        assert_eq!(broken(&answer).first().map(String::as_str), Some(told), "{input}");
    }
    let right = ratio(("50", "100"), ("30", "60"), ("20", "40"));
    let drafted = office.reporter.act("draftMeasurement", right, &format!("measurement {{ value {PARTS} }}")).await;
    assert_eq!(
        drafted["measurement"],
        json!({ "value": "50.000000", "breakdown": [
            { "dimension": { "code": "sex" }, "item": { "code": "female" }, "value": "50.000000", "numerator": "30", "denominator": "60" },
            { "dimension": { "code": "sex" }, "item": { "code": "male" }, "value": "50.000000", "numerator": "20", "denominator": "40" }] })
    );
    // In a bulk each row is told of its own.
    let rows = [trained(&[part("sex", "female", "1")]), with(trained(&[]), json!({ "period": "2025-11" }))];
    let input = json!({ "mode": "ROW_BY_ROW", "rows": rows });
    let told = office.reporter.act("draftMeasurements", input, FIGURES).await;
    assert_eq!(broken(&told), ["INCONSISTENT rows.0.breakdown"]);
    assert!(told["measurements"][0].is_null() && told["measurements"][1].is_object());
}

#[tokio::test]
async fn what_may_be_broken_down_is_a_part_of_the_definition() {
    let office = open().await;
    let by = |dimension: &str| json!({ "dimensions": [{ "dimension": dimension, "addsUp": true }] });
    let twice =
        json!({ "dimensions": [{ "dimension": "sex", "addsUp": true }, { "dimension": "sex", "addsUp": false }] });
    let yes_no = json!({ "unit": "NONE", "valueKind": "YES_NO" });
    for (more, definition, told) in [
        (json!({}), by("nobody_knows"), "NOT_FOUND definition.dimensions"),
        (json!({}), twice, "DUPLICATE definition.dimensions"),
        (yes_no, by("sex"), "INCOMPATIBLE definition.dimensions"),
        (json!({}), with(by("sex"), json!({ "formula": "people_trained * 2" })), "INCOMPATIBLE definition.dimensions"),
    ] {
        assert_eq!(office.defines("another", more, definition).await, [told]);
    }
    // From a day on by age as well; earlier figures keep what they were broken down by.
    let figure = |period: &str, parts: &[Value]| with(trained(parts), json!({ "period": period }));
    let early = [part("sex", "female", "40"), part("sex", "male", "60")];
    assert_eq!(
        broken(&office.reporter.act("draftMeasurement", figure("2025-11", &early), "measurement { id }").await),
        Vec::<String>::new()
    );
    assert_eq!(office.revises("people_trained", "2025-12-01", by("age_band")).await, Vec::<String>::new());
    let told = async |period: &str, parts: &[Value]| {
        broken(&office.reporter.act("draftMeasurement", figure(period, parts), "measurement { id }").await)
    };
    assert_eq!(told("2025-12", &early).await, ["INCOMPATIBLE breakdown", "INCOMPATIBLE breakdown"]);
    assert_eq!(
        told("2025-12", &[part("age_band", "15_24", "70"), part("age_band", "60_up", "30")]).await,
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn the_database_itself_keeps_parts_whole() {
    let office = open().await;
    let drafted = office
        .reporter
        .act(
            "draftMeasurement",
            with(trained(&[]), json!({ "submit": false })),
            "measurement { id version contentHash }",
        )
        .await;
    let insert = |item: &str, value: &str| {
        format!(
            "INSERT INTO measurement_breakdown (measurement_id, revision, item_id, stated_value) SELECT r.measurement_id, r.revision, item.id, {value}
             FROM measurement_revision r, dimension_item item WHERE r.source = 'REPORTED' AND item.code IN ({item})"
        )
    };
    // Without parts, a figure has the hash that it would have had before there were any.
    let before = "SELECT encode(sha256(convert_to(jsonb_build_array(m.indicator_id, m.definition_id, m.subject_id, m.regime, m.period, trim_scale(r.stated_value)::text,
            trim_scale(r.numerator)::text, trim_scale(r.denominator)::text, trim_scale(r.factor)::text, r.narrative, r.observation, r.note, r.comment)::text, 'UTF8')), 'hex')
        FROM measurement_revision r JOIN measurement m ON m.id = r.measurement_id WHERE r.source = 'REPORTED'";
    assert_eq!(office.db.text(before).await, drafted["measurement"]["contentHash"].as_str().unwrap());
    for (statement, refusal) in [
        (insert("'services'", "1"), "figures are broken down as their definition says"),
        (insert("'female', 'male'", "49"), "the items of a dimension are the figure together"),
        (insert("'urban'", "'NaN'"), "measurement_breakdown_magnitude_check"),
        ("UPDATE measurement_breakdown SET factor = 2".to_owned(), "permission denied"),
        ("DELETE FROM measurement_breakdown".to_owned(), "permission denied"),
    ] {
        let told = office.told(&statement).await;
        assert!(told.contains(refusal), "{statement}: {told}");
    }
    assert_eq!(office.told(&insert("'female', 'male'", "50")).await, "done");
    let figure = office
        .reporter
        .ask(&format!("{{ {} {{ id version }} }}", super::figure("people_trained", "2025-12")))
        .await
        .whole();
    let submitted = office
        .reporter
        .act("submitMeasurement", seen("measurement", &figure["measurement"]), "measurement { id }")
        .await;
    assert_eq!(broken(&submitted), Vec::<String>::new());
    let told = office.told(&insert("'urban'", "1")).await;
    assert!(told.contains("only a draft is broken down"), "{told}");
}
