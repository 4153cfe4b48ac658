//! What has to be done to the units that are there, so that they are those of 1 July 2025: in an order in which nobody ends before all
//! below them have gone elsewhere.

use std::collections::{BTreeMap, HashMap};

use super::{
    super::units::{Commune, Units, committee, own_name, there, was},
    Found, Known,
};
use crate::agency::{
    AgencyKind, AgencyLevel,
    change::{AgencyToOpen, CloseStep, MergeStep, MoveStep, NewName, RenameStep, Share, Shares, SplitStep, Step},
};

/// The steps from the units that are there to those of 1 July 2025; none if nothing is left to do.
pub(super) fn steps(units: &Units, known: &Known) -> Vec<Step> {
    let former = communes_that_end(units, known);
    let went_on: Vec<&Commune> = units.communes.iter().filter(|commune| commune.went_on()).collect();
    let new = units.communes.iter().filter(|commune| !commune.went_on());
    let opened = new.filter(|commune| !known.agencies.contains_key(&there(commune.code)));
    let mut steps: Vec<Step> = opened.map(|commune| open(commune, known)).collect();
    steps.extend(mergers(units, known, &former));
    steps.extend(divisions(units, &former));
    steps.extend(went_on.iter().filter_map(|commune| relocation(commune, known)));
    steps.extend(went_on.iter().filter_map(|commune| renaming(&there(commune.code), commune.name, known)));
    steps.extend(units.districts.iter().filter_map(|district| {
        let agency = was(district.code);
        let became = units.communes.iter().any(|commune| commune.from_district == Some(district.code));
        let close = CloseStep { agency, successor: None };
        (known.is_there(&close.agency) && !became).then(|| Step { close: Some(close), ..Step::default() })
    }));
    let gone = units.provinces.iter().filter_map(|province| Some((province.into?, known.province(province.code))));
    let mut into: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (successor, province) in gone.filter(|(_, province)| known.is_there(province)) {
        into.entry(successor).or_default().push(province);
    }
    steps.extend(into.into_iter().map(|(successor, agencies)| merge(agencies, known.province(successor))));
    let named =
        units.provinces.iter().filter_map(|province| Some((province.code, province.name?, province.name_before)));
    steps.extend(named.filter(|(_, name, before)| name != before).filter_map(|(code, name, _)| {
        // One that stood there before has the name that its documents give it.
        let agency = known.province(code);
        if agency == there(code) { renaming(&agency, name, known) } else { None }
    }));
    steps
}

/// Those who end and are still there, by the code of the unit.
fn communes_that_end<'a>(units: &'a Units, known: &Known) -> HashMap<&'a str, String> {
    let ends = units.before.iter().map(|commune| (commune.code, was(commune.code)));
    ends.filter(|(_, agency)| known.is_there(agency)).collect()
}

fn open(commune: &Commune, known: &Known) -> Step {
    let province = known.province(commune.province);
    let of = known.names.get(commune.province).map(|name| own_name(name).to_owned());
    let new = AgencyToOpen {
        code: there(commune.code),
        name_vi: committee(commune.name),
        name_en: None,
        kind: AgencyKind::PeoplesCommittee,
        level: Some(AgencyLevel::Commune),
        province: of,
        block: None,
        official_code: Some(commune.code.to_owned()),
        parent: Some(province),
    };
    Step { open: Some(new), ..Step::default() }
}

fn merge(agencies: Vec<String>, successor: String) -> Step {
    Step { merge: Some(MergeStep { agencies, successor }), ..Step::default() }
}

/// The communes that are whole in a new one, and the island districts that became one.
fn mergers(units: &Units, known: &Known, former: &HashMap<&str, String>) -> Vec<Step> {
    let new = units.communes.iter().filter(|commune| !commune.went_on());
    let mergers = new.filter_map(|commune| {
        let whole = commune.from.iter().filter_map(|code| former.get(code).cloned());
        let district = commune.from_district.map(was).filter(|district| known.is_there(district));
        let agencies: Vec<String> = whole.chain(district).collect();
        (!agencies.is_empty()).then(|| merge(agencies, there(commune.code)))
    });
    mergers.collect()
}

/// The communes that were divided among several.
fn divisions(units: &Units, former: &HashMap<&str, String>) -> Vec<Step> {
    let mut parts: BTreeMap<&str, Vec<Share>> = BTreeMap::new();
    for commune in &units.communes {
        for part in &commune.from_part_of {
            parts.entry(part).or_default().push(Share { agency: there(commune.code), ..Share::default() });
        }
    }
    let divided = parts.into_iter().filter_map(|(code, successors)| {
        let shares = Shares { successors, default_successor: None };
        let split = SplitStep { agency: former.get(code)?.clone(), shares };
        Some(Step { split: Some(split), ..Step::default() })
    });
    divided.collect()
}

/// One that went on stands below its province, no longer below a district.
fn relocation(commune: &Commune, known: &Known) -> Option<Step> {
    let agency = there(commune.code);
    let above = known.agencies.get(&agency)?.parent.as_ref()?;
    let of_district = above.strip_prefix("ubnd_cu.").is_some_and(|code| code.len() == 3);
    let step = MoveStep { agency, parent: known.province(commune.province) };
    of_district.then(|| Step { relocate: Some(step), ..Step::default() })
}

fn renaming(agency: &str, name: &str, known: &Known) -> Option<Step> {
    let Found { name: before, .. } = known.agencies.get(agency)?;
    let name = NewName { name_vi: committee(name), name_en: None };
    let step = RenameStep { agency: agency.to_owned(), name };
    (*before != step.name.name_vi).then(|| Step { rename: Some(step), ..Step::default() })
}
