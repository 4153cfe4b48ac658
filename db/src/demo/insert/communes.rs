//! The communes of the province, the communes and districts that were there until they were put together, and which became which.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use diesel::ExpressionMethods as _;
use diesel_async::RunQueryDsl as _;
use rust_decimal::Decimal;

use super::{Load, insert_new};
use crate::{
    DbError,
    demo::{
        COMMUNES, PROVINCE,
        facts::{CommuneFile, ended},
        id::id,
        simulation::{Commune, Former, Plan, REARRANGED_ON},
    },
    schema::{agency, agency_member, agency_placement, agency_succession, agency_succession_party as party},
};

/// The province that went into the province of the demo, by its official code.
const NEIGHBOUR: &str = "62";

/// A people's committee, and where it stood.
struct Committee {
    code: String,
    /// Of its area; none if it is invented.
    official_code: Option<String>,
    name_vi: String,
    name_en: String,
    alias: Option<String>,
    level: &'static str,
    province: &'static str,
    place: Option<(Decimal, Decimal)>,
    opened_on: Option<NaiveDate>,
    closed_on: Option<NaiveDate>,
    note: Option<&'static str>,
    /// The one above it, with the first day and the first day after, where they are known.
    parents: Vec<(String, Option<NaiveDate>, Option<NaiveDate>)>,
}

/// Adds the communes of the plan, and whatever of the old order went into them.
pub(in crate::demo) async fn insert(load: &mut Load<'_>, plan: &Plan<'_>, facts: &CommuneFile) -> Result<(), DbError> {
    let committees = former(plan, facts).into_iter().chain(plan.communes.iter().map(|commune| today(commune, facts)));
    let committees: Vec<Committee> = committees.collect();
    let rows = committees.iter().map(|committee| {
        (
            agency::id.eq(id("agency", &committee.code)),
            agency::code.eq(&committee.code),
            (agency::name_vi.eq(&committee.name_vi), agency::name_en.eq(&committee.name_en)),
            agency::aliases.eq(committee.alias.iter().map(Some).collect::<Vec<_>>()),
            agency::kind.eq("PEOPLES_COMMITTEE"),
            (agency::level.eq(committee.level), agency::province.eq(committee.province)),
            agency::block.eq("STATE"),
            agency::simulated.eq(committee.official_code.is_none()),
            agency::official_code.eq(&committee.official_code),
            agency::latitude.eq(committee.place.map(|place| place.0)),
            agency::longitude.eq(committee.place.map(|place| place.1)),
            (agency::opened_on.eq(committee.opened_on), agency::closed_on.eq(committee.closed_on)),
            agency::note.eq(committee.note),
        )
    });
    let new = insert_new!(load, agency, agency::id => agency::id, rows);
    let placements = committees.iter().flat_map(|committee| {
        committee.parents.iter().map(|(parent, from, until)| {
            (
                agency_placement::id.eq(id("agency_placement", &format!("{}/{parent}", committee.code))),
                agency_placement::agency_id.eq(id("agency", &committee.code)),
                agency_placement::parent_id.eq(id("agency", parent)),
                agency_placement::valid_from.eq(*from),
                agency_placement::valid_until.eq(*until),
                agency_placement::stated.eq(false),
            )
        })
    });
    insert_new!(load, agency_placement, agency_placement::id => agency_placement::id, placements);
    let members = plan.communes.iter().flat_map(|commune| {
        COMMUNES.iter().map(|group| {
            (
                agency_member::group_id.eq(id("agency", group)),
                agency_member::agency_id.eq(commune.id),
                agency_member::stated.eq(false),
            )
        })
    });
    insert_new!(load, agency_member, (agency_member::group_id, agency_member::agency_id)
        => agency_member::agency_id, members);
    succeed(load, plan, facts, &committees).await?;
    load.created("agency", new);
    Ok(())
}

/// A commune as it is there today. One that went on as it was stood below its district until then.
fn today(commune: &Commune, facts: &CommuneFile) -> Committee {
    let Some(fact) = commune.fact(facts) else { return invented(commune) };
    let opened_on = commune.is_new.then_some(REARRANGED_ON);
    let before = facts.former.iter().find(|former| !commune.is_new && former.code == fact.code);
    let below_district = before.map(|former| (ended(&former.district), None, Some(REARRANGED_ON)));
    let (name_vi, name_en) = names(&fact.name);
    Committee {
        code: commune.code.clone(),
        official_code: Some(fact.code.clone()),
        name_vi,
        name_en,
        alias: Some(fact.name.clone()),
        level: "COMMUNE",
        province: "Quảng Ngãi",
        place: Some((fact.latitude, fact.longitude)),
        opened_on,
        closed_on: None,
        note: Some("Số liệu là mô phỏng."),
        parents: below_district.into_iter().chain([(PROVINCE.to_owned(), Some(REARRANGED_ON), None)]).collect(),
    }
}

fn invented(commune: &Commune) -> Committee {
    Committee {
        code: commune.code.clone(),
        official_code: None,
        name_vi: format!("UBND xã mô phỏng {:03}", commune.number),
        name_en: format!("People's Committee of simulated commune {:03}", commune.number),
        alias: None,
        level: "COMMUNE",
        province: "Quảng Ngãi",
        place: None,
        opened_on: None,
        closed_on: None,
        note: Some("Mô phỏng: không có xã này."),
        parents: vec![(PROVINCE.to_owned(), None, None)],
    }
}

/// The committees of the old order: communes that went into those of the plan, the districts of all, and the other province.
fn former(plan: &Plan<'_>, facts: &CommuneFile) -> Vec<Committee> {
    let communes: Vec<_> =
        facts.former.iter().filter(|it| plan.former.iter().any(|one| one.code == ended(&it.code))).collect();
    let went_on = plan.communes.iter().filter(|commune| !commune.is_new).filter_map(|commune| commune.fact(facts));
    let went_on: BTreeSet<&String> = went_on.map(|fact| &fact.code).collect();
    let districts: BTreeSet<&String> = facts
        .former
        .iter()
        .filter(|it| went_on.contains(&it.code) || communes.iter().any(|commune| commune.code == it.code))
        .map(|it| &it.district)
        .collect();
    let districts = facts.districts.iter().filter(|district| {
        districts.contains(&district.code) || plan.former.iter().any(|former| former.code == ended(&district.code))
    });
    let province =
        |of: &str| if of == NEIGHBOUR { ("Kon Tum", ended(NEIGHBOUR)) } else { ("Quảng Ngãi", PROVINCE.to_owned()) };
    let province_of = |district: &str| {
        let found = facts.districts.iter().find(|one| one.code == district);
        province(found.map_or_else(String::new, |one| one.province.clone()).as_str())
    };
    let mut all = vec![gone(NEIGHBOUR, "Tỉnh Kon Tum", "PROVINCIAL", "Kon Tum", None)];
    all.extend(districts.map(|district| {
        let (name, above) = province(&district.province);
        gone(&district.code, &district.name, "DISTRICT", name, Some(above))
    }));
    all.extend(communes.iter().map(|commune| {
        gone(&commune.code, &commune.name, "COMMUNE", province_of(&commune.district).0, Some(ended(&commune.district)))
    }));
    all
}

fn gone(unit: &str, name: &str, level: &'static str, province: &'static str, above: Option<String>) -> Committee {
    let (name_vi, name_en) = names(name);
    Committee {
        code: ended(unit),
        official_code: Some(unit.to_owned()),
        name_vi,
        name_en,
        alias: Some(name.to_owned()),
        level,
        province,
        place: None,
        opened_on: None,
        closed_on: Some(REARRANGED_ON),
        note: None,
        parents: above.into_iter().map(|above| (above, None, Some(REARRANGED_ON))).collect(),
    }
}

/// The names of the people's committee of a unit: "Phường Nghĩa Lộ" has "UBND phường Nghĩa Lộ".
fn names(unit: &str) -> (String, String) {
    let kinds = [
        ("Phường ", "phường", "Ward"),
        ("Xã ", "xã", "Commune"),
        ("Đặc khu ", "đặc khu", "Special Zone"),
        ("Thị trấn ", "thị trấn", "Township"),
        ("Thị xã ", "thị xã", "Town"),
        ("Thành phố ", "thành phố", "City"),
        ("Huyện ", "huyện", "District"),
        ("Tỉnh ", "tỉnh", "Province"),
    ];
    for (kind, vi, en) in kinds {
        if let Some(name) = unit.strip_prefix(kind) {
            return (format!("UBND {vi} {name}"), format!("People's Committee of {name} {en}"));
        }
    }
    (format!("UBND {unit}"), format!("People's Committee of {unit}"))
}

/// Which became which: each commune of today out of those that went into it as a whole, and what was divided into its heirs.
async fn succeed(
    load: &mut Load<'_>,
    plan: &Plan<'_>,
    facts: &CommuneFile,
    committees: &[Committee],
) -> Result<(), DbError> {
    let is_divided = |former: &&Former| former.heirs.len() > 1;
    let mut all: Vec<(String, &str, Vec<String>, Vec<String>)> =
        vec![(PROVINCE.to_owned(), "MERGER", vec![ended(NEIGHBOUR)], vec![PROVINCE.to_owned()])];
    for commune in &plan.communes {
        let whole = plan.former.iter().filter(|former| !is_divided(former));
        let whole = whole.filter(|former| former.heirs.iter().any(|heir| heir.commune == commune.number));
        let whole: Vec<String> = whole.map(|former| former.code.clone()).collect();
        if !whole.is_empty() {
            all.push((commune.code.clone(), "MERGER", whole, vec![commune.code.clone()]));
        }
    }
    for former in plan.former.iter().filter(is_divided) {
        let heirs = former.heirs.iter().map(|heir| Commune::new(facts, heir.commune).code);
        let heirs: Vec<String> =
            heirs.filter(|code| plan.communes.iter().any(|commune| commune.code == *code)).collect();
        all.push((former.code.clone(), "SPLIT", vec![former.code.clone()], heirs));
    }
    // Districts ended, and nobody took their place, but for one that became a commune.
    let became = |district: &str| plan.former.iter().any(|former| former.code == district);
    for Committee { code, .. } in committees.iter().filter(|it| it.level == "DISTRICT" && !became(&it.code)) {
        all.push((code.clone(), "CLOSURE", vec![code.clone()], Vec::new()));
    }
    let successions = all.iter().map(|(code, kind, ..)| {
        (
            agency_succession::id.eq(id("agency_succession", code)),
            agency_succession::kind.eq(*kind),
            agency_succession::effective_on.eq(REARRANGED_ON),
            agency_succession::note.eq("Sắp xếp đơn vị hành chính từ ngày 01/7/2025."),
        )
    });
    insert_new!(load, agency_succession, agency_succession::id => agency_succession::id, successions);
    let parties = all.iter().flat_map(|(succession, _, before, after)| {
        let before = before.iter().map(|code| (code, "PREDECESSOR"));
        before.chain(after.iter().map(|code| (code, "SUCCESSOR"))).map(move |(code, side)| {
            (
                party::succession_id.eq(id("agency_succession", succession)),
                party::agency_id.eq(id("agency", code)),
                party::side.eq(side),
            )
        })
    });
    insert_new!(load, party, (party::succession_id, party::agency_id, party::side) => party::agency_id, parties);
    Ok(())
}
