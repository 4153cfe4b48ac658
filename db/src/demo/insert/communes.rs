//! The communes of the province, the communes and districts that were there until they were put together, and which became which.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use diesel::ExpressionMethods as _;
use diesel_async::RunQueryDsl as _;
use rust_decimal::Decimal;

use super::{Load, insert_new};
use crate::{
    DbError,
    demo::{
        COMMUNES, PROVINCE,
        id::id,
        simulation::{Commune, Former, Plan, REARRANGED_ON},
        units::{Units, committee, own_name, there, was},
    },
    schema::{
        agency, agency_member, agency_name, agency_placement, agency_succession, agency_succession_party as party,
    },
};

/// A people's committee, and where it stood.
struct Committee {
    code: String,
    /// Of its area; none if it is invented.
    official_code: Option<String>,
    /// In Vietnamese and in English.
    names: (String, String),
    /// Those that it had until the communes were rearranged, if they were others.
    former_names: Option<(String, String)>,
    level: &'static str,
    province: String,
    place: Option<(Decimal, Decimal)>,
    opened_on: Option<NaiveDate>,
    closed_on: Option<NaiveDate>,
    note: Option<&'static str>,
    /// The one above it, with the first day and the first day after, where they are known.
    parents: Vec<(String, Option<NaiveDate>, Option<NaiveDate>)>,
}

/// Adds the communes of the plan, and whatever of the old order went into them.
pub(in crate::demo) async fn insert(load: &mut Load<'_>, plan: &Plan<'_>, units: &Units) -> Result<(), DbError> {
    let committees = former(plan, units).into_iter().chain(plan.communes.iter().map(|commune| today(commune, units)));
    let committees: Vec<Committee> = committees.collect();
    let rows = committees.iter().map(|committee| {
        (
            agency::id.eq(id("agency", &committee.code)),
            agency::code.eq(&committee.code),
            (agency::name_vi.eq(&committee.names.0), agency::name_en.eq(&committee.names.1)),
            agency::aliases.eq(committee.former_names.iter().map(|names| Some(&names.0)).collect::<Vec<_>>()),
            agency::kind.eq("PEOPLES_COMMITTEE"),
            (agency::level.eq(committee.level), agency::province.eq(&committee.province)),
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
    let renamed = committees.iter().filter_map(|committee| {
        let (vi, en) = committee.former_names.as_ref()?;
        Some((
            agency_name::id.eq(id("agency_name", &committee.code)),
            agency_name::agency_id.eq(id("agency", &committee.code)),
            agency_name::name_vi.eq(vi),
            agency_name::name_en.eq(en),
            agency_name::valid_until.eq(REARRANGED_ON),
        ))
    });
    insert_new!(load, agency_name, agency_name::id => agency_name::id, renamed);
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
    succeed(load, plan, units).await?;
    load.created("agency", new);
    Ok(())
}

/// A commune as it is there today. One that went on as it was stood below its district until then.
fn today(commune: &Commune, units: &Units) -> Committee {
    let Some(unit) = commune.unit(units) else { return invented(commune) };
    let before = units.before.iter().find(|before| !commune.is_new && before.code == unit.code);
    let below_district = before.map(|before| (was(before.district), None, Some(REARRANGED_ON)));
    Committee {
        code: commune.code.clone(),
        official_code: Some(unit.code.to_owned()),
        names: names(unit.name),
        former_names: before.filter(|before| before.name != unit.name).map(|before| names(before.name)),
        level: "COMMUNE",
        province: "Quảng Ngãi".to_owned(),
        place: Some((unit.latitude, unit.longitude)),
        opened_on: commune.is_new.then_some(REARRANGED_ON),
        closed_on: None,
        note: Some("Số liệu là mô phỏng."),
        parents: below_district.into_iter().chain([(PROVINCE.to_owned(), Some(REARRANGED_ON), None)]).collect(),
    }
}

fn invented(commune: &Commune) -> Committee {
    Committee {
        code: commune.code.clone(),
        official_code: None,
        names: (
            format!("UBND xã mô phỏng {:03}", commune.number),
            format!("People's Committee of simulated commune {:03}", commune.number),
        ),
        former_names: None,
        level: "COMMUNE",
        province: "Quảng Ngãi".to_owned(),
        place: None,
        opened_on: None,
        closed_on: None,
        note: Some("Mô phỏng: không có xã này."),
        parents: vec![(PROVINCE.to_owned(), None, None)],
    }
}

/// The committees of the old order: communes that went into those of the plan, the districts of all, and the other province.
fn former(plan: &Plan<'_>, units: &Units) -> Vec<Committee> {
    let has_ended = |unit: &str| plan.former.iter().any(|former| former.code == was(unit));
    let went_on = |unit: &str| plan.communes.iter().any(|commune| !commune.is_new && commune.code == there(unit));
    let districts: BTreeSet<&str> =
        units.before.iter().filter(|it| has_ended(it.code) || went_on(it.code)).map(|it| it.district).collect();
    let districts = units.districts.iter().filter(|it| districts.contains(it.code) || has_ended(it.code));
    let mut all: Vec<Committee> = Vec::new();
    let mut above: BTreeMap<&str, (&str, String)> = BTreeMap::new();
    for province in &units.provinces {
        let agency = if province.into.is_some() { was(province.code) } else { PROVINCE.to_owned() };
        above.insert(province.code, (own_name(province.name_before), agency));
        if province.into.is_some() {
            all.push(gone(province.code, province.name_before, "PROVINCIAL", own_name(province.name_before), None));
        }
    }
    for district in districts {
        let Some((province, agency)) = above.get(district.province).cloned() else { continue };
        above.insert(district.code, (province, was(district.code)));
        all.push(gone(district.code, district.name, "DISTRICT", province, Some(agency)));
    }
    for commune in units.before.iter().filter(|it| has_ended(it.code)) {
        let Some((province, agency)) = above.get(commune.district).cloned() else { continue };
        all.push(gone(commune.code, commune.name, "COMMUNE", province, Some(agency)));
    }
    all
}

fn gone(unit: &str, name: &str, level: &'static str, province: &str, above: Option<String>) -> Committee {
    Committee {
        code: was(unit),
        official_code: Some(unit.to_owned()),
        names: names(name),
        former_names: None,
        level,
        province: province.to_owned(),
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
        ("Phường", "Ward"),
        ("Xã", "Commune"),
        ("Đặc khu", "Special Zone"),
        ("Thị trấn", "Township"),
        ("Thị xã", "Town"),
        ("Thành phố", "City"),
        ("Huyện", "District"),
        ("Tỉnh", "Province"),
    ];
    let kind = kinds.iter().find(|(kind, _)| unit.starts_with(kind)).map_or("", |(_, en)| en);
    (committee(unit), format!("People's Committee of {} {kind}", own_name(unit)))
}

/// The provinces that went into the province of the demo.
fn gone_into_the_province(units: &Units) -> Vec<String> {
    units.provinces.iter().filter(|province| province.into.is_some()).map(|province| was(province.code)).collect()
}

/// Which became which: each commune of today out of those that went into it as a whole, and what was divided into its heirs.
async fn succeed(load: &mut Load<'_>, plan: &Plan<'_>, units: &Units) -> Result<(), DbError> {
    let is_divided = |former: &&Former| former.heirs.len() > 1;
    let mut all: Vec<(String, &str, Vec<String>, Vec<String>)> =
        vec![(PROVINCE.to_owned(), "MERGER", gone_into_the_province(units), vec![PROVINCE.to_owned()])];
    for commune in &plan.communes {
        let whole = plan.former.iter().filter(|former| !is_divided(former));
        let whole = whole.filter(|former| former.heirs.iter().any(|heir| heir.commune == commune.number));
        let whole: Vec<String> = whole.map(|former| former.code.clone()).collect();
        if !whole.is_empty() {
            all.push((commune.code.clone(), "MERGER", whole, vec![commune.code.clone()]));
        }
    }
    for former in plan.former.iter().filter(is_divided) {
        let heirs = former.heirs.iter().map(|heir| Commune::new(units, heir.commune).code);
        let heirs: Vec<String> =
            heirs.filter(|code| plan.communes.iter().any(|commune| commune.code == *code)).collect();
        all.push((former.code.clone(), "SPLIT", vec![former.code.clone()], heirs));
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
