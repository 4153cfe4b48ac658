//! The digital transformation index of a province (chỉ số chuyển đổi số cấp tỉnh) with its real shape: 8 indices, 47 sub-indices. The names of
//! the sub-indices, their bounds and figures are examples.

use serde_json::{Value, json};
use tests::{
    graphql::{Viewer, texts},
    mutation::broken,
};

use super::{AGENCY, ASSIGNED, Office, figure};

/// The pillars with what each counts of 1,000 points, and their sub-indices.
const PILLARS: [(&str, &str, &[&str]); 8] = [
    (
        "Nhận thức số",
        "100",
        &[
            "Người đứng đầu chỉ đạo chuyển đổi số",
            "Chuyên mục chuyển đổi số trên báo, đài",
            "Tần suất tin bài về chuyển đổi số",
            "Hội nghị, hội thảo chuyển đổi số",
            "Cán bộ được phổ biến về chuyển đổi số",
        ],
    ),
    (
        "Thể chế số",
        "100",
        &[
            "Nghị quyết chuyên đề",
            "Kế hoạch 5 năm",
            "Kế hoạch hằng năm",
            "Chính sách khuyến khích dịch vụ công trực tuyến",
            "Chính sách thu hút doanh nghiệp số",
            "Quy chế quản lý dữ liệu",
        ],
    ),
    (
        "Hạ tầng số",
        "100",
        &[
            "Phủ sóng 5G",
            "Hộ gia đình có cáp quang",
            "Người trưởng thành có điện thoại thông minh",
            "Trung tâm dữ liệu đạt chuẩn",
            "Nền tảng tích hợp, chia sẻ dữ liệu",
            "Cơ quan kết nối mạng truyền số liệu chuyên dùng",
        ],
    ),
    (
        "Nhân lực số",
        "100",
        &[
            "Cán bộ chuyên trách chuyển đổi số",
            "Cán bộ chuyên trách an toàn thông tin",
            "Công chức được bồi dưỡng kỹ năng số",
            "Người dân được bồi dưỡng kỹ năng số",
            "Trường học chuyển đổi số",
            "Tổ công nghệ số cộng đồng",
        ],
    ),
    (
        "An toàn thông tin mạng",
        "100",
        &[
            "Hệ thống được phê duyệt cấp độ",
            "Hệ thống triển khai đủ phương án bảo vệ",
            "Máy tính cài phần mềm phòng chống mã độc",
            "Sự cố nghiêm trọng trong năm",
            "Diễn tập thực chiến",
            "Chi an toàn thông tin trong chi công nghệ thông tin",
        ],
    ),
    (
        "Hoạt động chính quyền số",
        "200",
        &[
            "Dịch vụ công trực tuyến toàn trình",
            "Hồ sơ nộp trực tuyến",
            "Hồ sơ trả đúng hạn",
            "Văn bản điện tử ký số",
            "Dữ liệu mở công bố",
            "Báo cáo điện tử",
            "Thanh toán trực tuyến phí, lệ phí",
            "Thời gian xử lý hồ sơ trung bình",
        ],
    ),
    (
        "Hoạt động kinh tế số",
        "150",
        &[
            "Doanh nghiệp số trên 1.000 dân",
            "Doanh nghiệp dùng hợp đồng điện tử",
            "Doanh nghiệp nhỏ và vừa dùng nền tảng số",
            "Doanh nghiệp nộp thuế điện tử",
            "Hộ kinh doanh trên sàn thương mại điện tử",
        ],
    ),
    (
        "Hoạt động xã hội số",
        "150",
        &[
            "Người dân có danh tính số",
            "Người trưởng thành có chữ ký số",
            "Người dân có tài khoản thanh toán",
            "Hồ sơ sức khỏe điện tử",
            "Hộ gia đình có địa chỉ số",
        ],
    ),
];

/// The sub-indices: number, name, kind of figure.
fn leaves() -> impl Iterator<Item = (String, &'static str)> {
    (1..).zip(PILLARS).flat_map(|(pillar, (_, _, parts))| {
        (1..).zip(parts).map(move |(part, name)| (format!("{pillar}.{part}"), *name))
    })
}

fn indicator(number: &str) -> String {
    format!("dti_{}", number.replace('.', "_"))
}

/// Fewer incidents and days are better; resolutions are there or not; all else is a share.
fn bounds(name: &str) -> (&'static str, &'static str) {
    match name {
        "Sự cố nghiêm trọng trong năm" => ("10", "0"),
        "Thời gian xử lý hồ sơ trung bình" => ("15", "3"),
        "Nghị quyết chuyên đề" | "Kế hoạch 5 năm" | "Kế hoạch hằng năm" => ("0", "1"),
        _ => ("0", "100"),
    }
}

/// The tree; a sub-index counts the more the later it comes, the first by `first`.
fn components(first: u32) -> Vec<Value> {
    let pillars = (1..).zip(PILLARS).map(|(pillar, (name, weight, _))| {
        json!({ "code": pillar.to_string(), "nameVi": name, "nameEn": format!("Pillar {pillar}"), "weight": weight })
    });
    let parts = leaves().map(|(number, name)| {
        let (minimum, maximum) = bounds(name);
        let part: u32 = number.rsplit_once('.').unwrap().1.parse().unwrap();
        json!({ "code": number, "nameVi": name, "nameEn": format!("Sub-index {number}"), "weight": (part * 10 + first).to_string(),
            "indicator": indicator(&number), "minimum": minimum, "maximum": maximum })
    });
    pillars.chain(parts).collect()
}

/// The figure of a sub-index in a year.
fn value(number: &str, name: &str, year: usize) -> String {
    let (minimum, maximum) = bounds(name);
    match (minimum, maximum) {
        ("0", "1") => "1".to_owned(),
        ("0", "100") => ((number.len() * 7 + name.len() + year) % 101).to_string(),
        _ => (name.len() % 9 + year % 3).to_string(),
    }
}

const INDEX: &str = "qng_dti";

/// The index, worked out once more from the rows of its tree.
const AGAIN: &str = "WITH leaf AS (
        SELECT c.definition_id, c.parent, c.weight, least(1, greatest(0, (r.value - c.minimum) / (c.maximum - c.minimum))) AS score
        FROM measurement m JOIN index_component c ON c.definition_id = m.definition_id
        JOIN measurement leaf ON leaf.indicator_id = c.indicator_id AND leaf.subject_id = m.subject_id AND leaf.period = m.period
        JOIN measurement_revision r ON r.measurement_id = leaf.id AND r.revision = leaf.published_revision
        JOIN indicator i ON i.id = m.indicator_id WHERE i.code = 'qng_dti' AND m.period = '%'),
    pillar AS (SELECT definition_id, parent, sum(weight * score) / sum(weight) AS score FROM leaf GROUP BY definition_id, parent)
    SELECT trim_scale(round(sum(c.weight * p.score) / sum(c.weight), 6))::text FROM pillar p JOIN index_component c ON c.definition_id = p.definition_id AND c.code = p.parent";

impl Office {
    async fn with_index() -> Self {
        let office = Self::open().await;
        for (number, name) in leaves() {
            let kind = match bounds(name) {
                ("0", "1") => json!({ "unit": "NONE", "valueKind": "YES_NO" }),
                ("0", "100") => json!({ "unit": "PERCENT" }),
                _ => json!({}),
            };
            let yearly = tests::mutation::with(kind, json!({ "frequency": "YEAR" }));
            office.defined(&indicator(&number), yearly, json!({})).await;
        }
        let index = json!({ "unit": "INDEX", "valueKind": "INDEX", "frequency": "YEAR", "decimals": 4, "lowerBound": "0", "upperBound": "1" });
        office.defined(INDEX, index, json!({ "components": components(5) })).await;
        office.db.execute(ASSIGNED).await;
        office
    }

    async fn year(&self, year: usize, leaves: &[(String, &str)]) {
        let figures: Vec<(String, String)> =
            leaves.iter().map(|(number, name)| (indicator(number), value(number, name, year))).collect();
        let figures: Vec<(&str, &str)> = figures.iter().map(|(code, value)| (code.as_str(), value.as_str())).collect();
        self.publishes(&year.to_string(), &figures).await;
    }
}

#[tokio::test]
async fn the_index_of_a_province_comes_with_the_last_of_its_47_figures() {
    let office = Office::with_index().await;
    let all: Vec<_> = leaves().collect();
    assert_eq!(all.len(), 47);
    office.year(2025, &all[..46]).await;
    assert_eq!(office.reads(INDEX, "2025", "value").await, Value::Null);
    assert_eq!(
        office.computations(INDEX, "state gap missing { code } scores { score }").await,
        json!([{ "state": "INCOMPLETE", "gap": "MISSING_INPUT", "missing": [{ "code": "dti_8_5" }], "scores": null }])
    );
    office.year(2025, &all[46..]).await;
    let selection = "value source computed definition { method components { code } }
        computation { state inputs { value } scores { score component { code parent name(language: VI) weight minimum maximum indicator { code } } } }";
    let asked = Viewer::public(&office.db).ask(&format!("{{ {} {{ {selection} }} }}", figure(INDEX, "2025"))).await;
    assert!(asked.statements <= 8, "{}", asked.statements);
    let read = asked.whole()["measurement"].take();
    assert_eq!(read["value"].as_str().unwrap(), office.db.text(&AGAIN.replace('%', "2025")).await);
    assert_eq!((&read["source"], &read["definition"]["method"]), (&json!("COMPUTED"), &json!("COMPOSITE")));
    let (inputs, scores) = (read["computation"]["inputs"].as_array().unwrap(), &read["computation"]["scores"]);
    assert_eq!((inputs.len(), scores.as_array().unwrap().len()), (47, 55));
    assert_eq!(texts(&read, "definition/components/*/code").len(), 55);
    assert_eq!(texts(scores, "*/component/name")[..3], ["Nhận thức số", "Thể chế số", "Hạ tầng số"]);
    let resolution = scores.as_array().unwrap().iter().find(|it| it["component"]["code"] == "2.1").unwrap();
    assert_eq!(
        *resolution,
        json!({ "score": "1", "component": { "code": "2.1", "parent": "2", "name": "Nghị quyết chuyên đề", "weight": "15", "minimum": "0", "maximum": "1",
            "indicator": { "code": "dti_2_1" } } })
    );
}

#[tokio::test]
async fn other_weights_hold_from_their_day_on() {
    let office = Office::with_index().await;
    let all: Vec<_> = leaves().collect();
    office.year(2024, &all).await;
    let before = office.reads(INDEX, "2024", "value revision definition { version }").await;
    assert_eq!(
        office.revises(INDEX, "2025-01-01", json!({ "components": components(500) })).await,
        Vec::<String>::new()
    );
    office.year(2025, &all).await;
    let after = office.reads(INDEX, "2025", "value definition { version }").await;
    assert_eq!((&before["definition"]["version"], &after["definition"]["version"]), (&json!(1), &json!(2)));
    office.corrects("dti_3_1", "2024", "100").await;
    let corrected = office.reads(INDEX, "2024", "value revision definition { version }").await;
    assert_eq!((&corrected["definition"]["version"], &corrected["revision"]), (&json!(1), &json!(2)));
    assert_ne!(corrected["value"], before["value"]);
    for (year, read) in [("2024", corrected), ("2025", after)] {
        assert_eq!(read["value"].as_str().unwrap(), office.db.text(&AGAIN.replace('%', year)).await, "{year}");
    }
    // What the office knew before the correction is read as it was.
    assert_eq!(office.db.text("SELECT count(*) FROM computed_input").await, (47 * 3).to_string());
}

#[tokio::test]
async fn a_tree_is_whole_or_refused() {
    let office = Office::open().await;
    office.defined("dti_a", json!({ "unit": "PERCENT", "frequency": "YEAR" }), json!({})).await;
    let index = json!({ "unit": "INDEX", "valueKind": "INDEX", "frequency": "YEAR" });
    let node = |code: &str, more: Value| {
        tests::mutation::with(json!({ "code": code, "nameVi": "Trụ cột", "nameEn": "Pillar", "weight": "1" }), more)
    };
    let leaf = |code: &str, more: Value| {
        tests::mutation::with(node(code, json!({ "indicator": "dti_a", "minimum": "0", "maximum": "100" })), more)
    };
    for (components, told) in [
        (vec![node("1", json!({}))], "INCOMPATIBLE definition.components 0"),
        (vec![leaf("1", json!({})), leaf("1.1", json!({}))], "INCOMPATIBLE definition.components 0"),
        (vec![leaf("1.1", json!({}))], "NOT_FOUND definition.components 0"),
        (vec![leaf("1", json!({})), leaf("1", json!({}))], "DUPLICATE definition.components 1"),
        (vec![leaf("1..2", json!({}))], "MALFORMED definition.components 0"),
        (vec![leaf("1.1.1.1.1.1.1", json!({}))], "MALFORMED definition.components 0"),
        (vec![leaf("1", json!({ "weight": "0" }))], "OUT_OF_BOUNDS definition.components 0"),
        (vec![leaf("1", json!({ "weight": "-1" }))], "OUT_OF_BOUNDS definition.components 0"),
        (vec![leaf("1", json!({ "maximum": "0" }))], "OUT_OF_BOUNDS definition.components 0"),
        (vec![leaf("1", json!({ "maximum": null }))], "INCOMPATIBLE definition.components 0"),
        (vec![leaf("1", json!({ "indicator": "nobody_knows" }))], "NOT_FOUND definition.components"),
        (vec![leaf("1", json!({ "indicator": "strategic_technologies_use" }))], "INCOMPATIBLE definition.components"),
        (vec![leaf("1", json!({ "indicator": "qng_dti" }))], "INCOMPATIBLE definition"),
        (vec![leaf("1", json!({ "nameVi": " " }))], "REQUIRED definition.components 0"),
        ((0..201).map(|n| leaf(&n.to_string(), json!({}))).collect(), "TOO_MANY definition.components"),
    ] {
        let refused = office.defines(INDEX, index.clone(), json!({ "components": components })).await;
        assert_eq!(refused, [told], "{components:?}");
    }
    let both = json!({ "components": [leaf("1", json!({}))], "formula": "dti_a / 100" });
    assert_eq!(office.defines(INDEX, index.clone(), both).await, ["INCOMPATIBLE definition.components"]);
    let percent = json!({ "unit": "PERCENT", "frequency": "YEAR" });
    let tree = json!({ "components": [node("1", json!({})), node("1.1", json!({})), leaf("1.1.1", json!({}))] });
    assert_eq!(office.defines(INDEX, percent, tree.clone()).await, ["INCOMPATIBLE definition.components"]);
    office.defined(INDEX, index, tree).await;
    // The database holds the tree together too.
    let lonely = "INSERT INTO index_component (definition_id, code, position, name_vi, name_en, weight)
        SELECT definition_id, '9', 9, 'A', 'A', 1 FROM index_component LIMIT 1";
    assert!(office.told(lonely).await.contains("what has parts has no figure, and what has none has one"));
    assert!(office.told("UPDATE index_component SET weight = 2").await.contains("permission denied"));
    let reporter = office.reporter.act(
        "draftMeasurement",
        json!({ "indicator": INDEX, "subject": AGENCY, "period": "2025", "value": "1", "observation": "FINAL" }),
        "measurement { id }",
    );
    assert_eq!(broken(&reporter.await), ["COMPUTED indicator"]);
}
