//! Standings: one indicator over communes, against an oracle that counts on its fingers.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde_json::{Value, json};
use tests::{
    TestDb,
    graphql::{Viewer, all, texts},
    national,
};

/// A commune of the oracle: its code, and what was published of it in the period and in the one before.
#[derive(Debug, Clone)]
struct Commune {
    code: String,
    now: Option<Decimal>,
    before: Option<Decimal>,
}

/// The same numbers each time.
struct Lots(u64);

impl Lots {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    /// A number of few, so that there are ties; in a fifth of the cases none.
    fn figure(&mut self) -> Option<Decimal> {
        let tenths = self.below(40).cast_signed();
        (self.below(5) > 0).then(|| Decimal::new(tenths - 5, 1))
    }
}

/// Communes below `thu`, of one round: `count` of them, with their figures of an indicator of that direction.
async fn load(db: &TestDb, round: u64, count: u64, direction: &str, lots: &mut Lots) -> Vec<Commune> {
    let communes: Vec<Commune> = (0..count)
        .map(|n| Commune { code: format!("thu{round}.{n:02}"), now: lots.figure(), before: lots.figure() })
        .collect();
    let mut rows = format!(
        "SET session_replication_role = replica;
         INSERT INTO agency (id, code, name_vi, kind, level) VALUES (md5('thu{round}')::uuid, 'thu{round}', 'Tỉnh Thử {round}', 'PEOPLES_COMMITTEE', 'PROVINCIAL');
         INSERT INTO indicator (id, code, name_vi, name_en, position, unit, value_kind, direction, nature, aggregation, frequency)
             VALUES (md5('i{round}')::uuid, 'thu_{round}', 'Chỉ tiêu thử', 'Trial', 20000 + {round}, 'COUNT', 'NUMBER', '{direction}', 'STOCK', 'SUM', 'QUARTER');
         INSERT INTO indicator_definition (id, indicator_id, version, text_vi, text_en) VALUES (md5('d{round}')::uuid, md5('i{round}')::uuid, 1, 'thử', 'trial');"
    );
    for Commune { code, now, before } in &communes {
        let added = format!(
            "INSERT INTO agency (id, code, name_vi, kind, level, latitude, longitude) VALUES (md5('{code}')::uuid, '{code}', 'Xã Ă{}', 'PEOPLES_COMMITTEE', 'COMMUNE', 15.1, 108.8);
             INSERT INTO agency_placement (id, agency_id, parent_id, stated) VALUES (md5('p{code}')::uuid, md5('{code}')::uuid, md5('thu{round}')::uuid, false);",
            lots.below(10)
        );
        rows += &added;
        // Of some that have published nothing somebody else is drafting.
        let draft = lots.below(2) == 0;
        for (period, first, end, value) in
            [("2025-Q3", "2025-07-01", "2025-10-01", now), ("2025-Q2", "2025-04-01", "2025-07-01", before)]
        {
            let (value, state) = match value {
                Some(value) => (value.to_string(), "PUBLISHED"),
                None if draft => ("99".to_owned(), "SUBMITTED"),
                None => continue,
            };
            let column = if state == "PUBLISHED" { "published_revision" } else { "submitted_revision" };
            let added = format!(
                "INSERT INTO measurement (id, indicator_id, definition_id, subject_id, reporter_id, regime, period_kind, period, starts_on, ends_on, {column})
                     VALUES (md5('{code}{period}')::uuid, md5('i{round}')::uuid, md5('d{round}')::uuid, md5('{code}')::uuid, md5('{code}')::uuid, 'CALENDAR', 'QUARTER', '{period}', '{first}', '{end}', 1);
                 INSERT INTO measurement_revision (measurement_id, revision, state, observation, stated_value, source, recorded_at, published_at)
                     VALUES (md5('{code}{period}')::uuid, 1, '{state}', 'FINAL', {value}, 'REPORTED', '2025-10-02', CASE '{state}' WHEN 'PUBLISHED' THEN '2025-10-02'::timestamptz END);"
            );
            rows += &added;
        }
    }
    db.execute(&rows).await;
    communes
}

/// What a commune is to be shown with: value, rank, quartile, change.
fn expected(
    communes: &[Commune],
    of: &Commune,
    direction: &str,
) -> (Option<Decimal>, Option<usize>, Option<usize>, Option<Decimal>) {
    let values: Vec<Decimal> = communes.iter().filter_map(|it| it.now).collect();
    let Some(value) = of.now else { return (None, None, None, None) };
    let better = |other: &&Decimal| if direction == "LOWER_IS_BETTER" { **other < value } else { **other > value };
    let rank = 1 + values.iter().filter(better).count();
    // The quarter of the places in which its own lies.
    let quartile = (1..=4).find(|quarter| (rank - 1) * 4 < quarter * values.len()).unwrap();
    (Some(value), Some(rank), Some(quartile), of.before.map(|before| value - before))
}

fn decimal(value: &Value) -> Option<Decimal> {
    value.as_str().map(|text| text.parse().unwrap())
}

const ROWS: &str = "rows(order: $order, first: 7, after: $after) { totalCount pageInfo { hasNextPage endCursor }
    nodes { value rank quartile previousValue change subject { code name location { latitude } } measurement { period value } } }";

/// All rows, page by page of seven.
async fn rows(viewer: &Viewer, round: u64, order: Value) -> Vec<Value> {
    let query = format!(
        "query ($indicator: String!, $below: String, $order: PeerOrder, $after: String) {{
            standings(indicator: $indicator, period: \"2025-Q3\", filter: {{ level: COMMUNE, below: $below }}) {{ {ROWS} }} }}"
    );
    let (mut found, mut after) = (Vec::new(), Value::Null);
    loop {
        let variables = json!({ "indicator": format!("thu_{round}"), "below": format!("thu{round}"), "order": order, "after": after });
        let answer = viewer.ask_with(&query, variables).await.whole();
        let page = &answer["standings"]["rows"];
        found.extend(page["nodes"].as_array().unwrap().iter().cloned());
        if page["pageInfo"]["hasNextPage"] == false {
            assert_eq!(page["totalCount"], found.len());
            return found;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

#[tokio::test]
async fn ranks_quarters_and_changes_are_those_that_are_counted_by_hand() {
    let db = TestDb::new().await;
    let viewer = Viewer::public(&db);
    let mut lots = Lots(57);
    for (round, (count, direction)) in (0..).zip([
        (1, "HIGHER_IS_BETTER"),
        (2, "LOWER_IS_BETTER"),
        (8, "NEUTRAL"),
        (23, "HIGHER_IS_BETTER"),
        (40, "LOWER_IS_BETTER"),
    ]) {
        let communes = load(&db, round, count, direction, &mut lots).await;
        let shown = rows(&viewer, round, json!(null)).await;
        assert_eq!(shown.len(), communes.len());
        for row in &shown {
            let commune = communes.iter().find(|it| row["subject"]["code"] == it.code).unwrap();
            let number = |key: &str| row[key].as_u64().map(|number| usize::try_from(number).unwrap());
            let told = (decimal(&row["value"]), number("rank"), number("quartile"), decimal(&row["change"]));
            assert_eq!(told, expected(&communes, commune, direction), "{direction}: {row}");
            assert_eq!(row["measurement"].is_null(), commune.now.is_none(), "{row}");
        }
        // The best first, those without a figure last; of equal rank by code.
        let mut by_rank = communes.clone();
        by_rank.sort_by_key(|it| (expected(&communes, it, direction).1.unwrap_or(usize::MAX), it.code.clone()));
        let codes: Vec<&str> = by_rank.iter().map(|it| it.code.as_str()).collect();
        assert_eq!(texts(&json!(shown), "*/subject/code"), codes);
        assert_orders(&viewer, round, &communes, direction).await;

        let values: Vec<Decimal> = {
            let mut values: Vec<Decimal> = communes.iter().filter_map(|it| it.now).collect();
            values.sort();
            values
        };
        let query = format!(
            "{{ standings(indicator: \"thu_{round}\", filter: {{ level: COMMUNE, below: \"thu{round}\" }}, on: \"2025-12-31\") {{
                period startsOn endsOn direction summary {{ subjects reported notReported median best }} }} }}"
        );
        let answer = viewer.ask(&query).await.whole();
        let summary = &answer["standings"]["summary"];
        assert_eq!((&summary["subjects"], &summary["reported"]), (&json!(count), &json!(values.len())));
        assert_eq!(summary["notReported"], json!(communes.len() - values.len()));
        if let (Some(low), Some(high)) = (values.get(values.len().saturating_sub(1) / 2), values.get(values.len() / 2))
        {
            assert_eq!(decimal(&summary["median"]), Some((low + high) / Decimal::TWO), "{values:?}");
        }
        let best = match direction {
            "HIGHER_IS_BETTER" => values.last(),
            "LOWER_IS_BETTER" => values.first(),
            _ => None,
        };
        assert_eq!(decimal(&summary["best"]).as_ref(), best);
    }
}

/// By rank downwards, by name and by code, pages hold all rows in that order.
async fn assert_orders(viewer: &Viewer, round: u64, communes: &[Commune], direction: &str) {
    let falling = rows(viewer, round, json!({ "by": "RANK", "direction": "DESCENDING" })).await;
    let ranks: Vec<Option<u64>> = falling.iter().map(|row| row["rank"].as_u64()).collect();
    let ranked = ranks.iter().flatten().count();
    assert!(
        ranks[..ranked].iter().all(Option::is_some) && ranks[..ranked].is_sorted_by_key(|it| std::cmp::Reverse(*it)),
        "{direction}: {ranks:?}"
    );
    for (by, path) in [("CODE", "*/subject/code"), ("NAME", "*/subject/name")] {
        for way in ["ASCENDING", "DESCENDING"] {
            let found = rows(viewer, round, json!({ "by": by, "direction": way })).await;
            let found = json!(found);
            let mut shown = texts(&found, path);
            if way == "DESCENDING" {
                shown.reverse();
            }
            assert!(shown.is_sorted(), "{by} {way}: {shown:?}");
            assert_eq!(texts(&found, "*/subject/code").into_iter().collect::<BTreeSet<_>>().len(), communes.len());
        }
    }
}

#[tokio::test]
async fn what_is_compared_is_named_or_refused() {
    let db = TestDb::demo().await;
    let viewer = Viewer::public(&db);
    let answer = viewer
        .ask(
            r#"{ standings(indicator: "coverage_5g_share", filter: { level: COMMUNE, below: "qng.ubnd" }) {
                period indicator { code } summary { subjects reported notReported median best }
                rows(first: 100) { totalCount nodes { rank subject { code location { latitude longitude } } measurement { source } } } } }"#,
        )
        .await
        .whole();
    let standings = &answer["standings"];
    assert_eq!(
        (&standings["period"], &standings["indicator"]["code"]),
        (&json!("2025-Q4"), &json!("coverage_5g_share"))
    );
    assert_eq!((&standings["summary"]["subjects"], &standings["rows"]["totalCount"]), (&json!(4), &json!(4)));
    assert_eq!(all(standings, "rows/nodes/*/subject/location/latitude").len(), 4, "a map can be drawn");
    for (question, refused) in [
        (r#"indicator: "khong_co""#, "khong_co"),
        (r#"indicator: "coverage_5g_share", filter: { below: "khong.co" }"#, "khong.co"),
    ] {
        let asked = viewer.ask(&format!("{{ standings({question}) {{ rows {{ nodes {{ rank }} }} }} }}")).await;
        assert!(
            asked.errors.iter().any(|error| error["message"].as_str().unwrap().contains(refused)),
            "{question}: {:?}",
            asked.errors
        );
    }
    // Figures by another definition are not held against these.
    db.execute(
        "SET session_replication_role = replica;
         INSERT INTO indicator_definition (id, indicator_id, version, text_vi, text_en)
             SELECT md5('moi')::uuid, id, 9, 'cách tính mới', 'anew' FROM indicator WHERE code = 'coverage_5g_share';
         UPDATE measurement SET definition_id = md5('moi')::uuid WHERE period = '2025-Q4' AND regime = 'CALENDAR'
             AND indicator_id = (SELECT id FROM indicator WHERE code = 'coverage_5g_share')
             AND subject_id = (SELECT id FROM agency WHERE code = 'ubnd.21025')",
    )
    .await;
    let query = r#"{ standings(indicator: "coverage_5g_share", period: "2025-Q4", filter: { level: COMMUNE, below: "qng.ubnd" }) {
        rows(order: { by: CODE }, first: 2) { nodes { value previousValue change } } } }"#;
    let answer = viewer.ask(query).await.whole();
    let rows = all(&answer, "standings/rows/nodes/*");
    assert!(
        rows[0]["value"].is_string() && rows[0]["previousValue"].is_null() && rows[0]["change"].is_null(),
        "{rows:?}"
    );
    assert!(rows[1]["change"].is_string(), "{rows:?}");
}

#[tokio::test]
async fn a_page_costs_the_same_whatever_its_size() {
    let db = TestDb::like("standings", async |pool| national::load(pool.settings(), 150, 2).await.unwrap()).await;
    let viewer = Viewer::public(&db);
    for first in [1, 10, 100] {
        let query = format!(
            r#"{{ standings(indicator: "qg_01", period: "2026-03", filter: {{ level: COMMUNE, below: "qg" }}) {{ period
                summary {{ median }} rows(first: {first}) {{ nodes {{ rank value change subject {{ code location {{ latitude }} }} measurement {{ value }} }} }} }} }}"#
        );
        let asked = viewer.ask(&query).await;
        assert!(asked.errors.is_empty(), "{:?}", asked.errors);
        // The indicator, the agency below which, the summary, the page, its agencies, its figures.
        assert_eq!(asked.statements, 6, "{first}");
    }
}
