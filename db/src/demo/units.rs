//! The administrative units of the whole country as `db/demo/units/*.csv` states them: until 30 June 2025, and from 1 July on.
//!
//! One unit a line. Units are known by the code of the General Statistics Office; several codes have semicolons between them. What kind of
//! unit it is, is the beginning of its name.

use std::str::FromStr;

use rust_decimal::Decimal;

use crate::DbError;

/// All units.
#[derive(Debug)]
pub(super) struct Units {
    pub(super) provinces: Vec<Province>,
    pub(super) districts: Vec<District>,
    /// Communes, wards and towns until 30 June 2025.
    pub(super) before: Vec<FormerCommune>,
    /// Communes, wards and special zones since.
    pub(super) communes: Vec<Commune>,
}

/// A province until 30 June 2025.
#[derive(Debug)]
pub(super) struct Province {
    pub(super) code: &'static str,
    pub(super) name_before: &'static str,
    /// Its name since; none if it is gone.
    pub(super) name: Option<&'static str>,
    /// The code of the province that it was merged into, if it is gone.
    pub(super) into: Option<&'static str>,
}

/// A district until 30 June 2025.
#[derive(Debug)]
pub(super) struct District {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) province: &'static str,
}

/// A commune until 30 June 2025.
#[derive(Debug)]
pub(super) struct FormerCommune {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) district: &'static str,
}

/// A commune since 1 July 2025.
#[derive(Debug)]
pub(super) struct Commune {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) province: &'static str,
    /// Those that are whole in it.
    pub(super) from: Vec<&'static str>,
    /// Those of which it has a part.
    pub(super) from_part_of: Vec<&'static str>,
    /// The district that became it: an island without communes.
    pub(super) from_district: Option<&'static str>,
    /// None if it is not known.
    pub(super) area_km2: Option<Decimal>,
    /// Roughly.
    pub(super) latitude: Decimal,
    /// Roughly.
    pub(super) longitude: Decimal,
}

impl Commune {
    /// Whether it is the commune that it was, perhaps under another name.
    pub(super) fn went_on(&self) -> bool {
        self.from == [self.code] && self.from_part_of.is_empty()
    }

    /// The codes of the people's committees that went into its own, whole or in part; none if it went on.
    pub(super) fn predecessors(&self) -> Vec<String> {
        if self.went_on() {
            return Vec::new();
        }
        self.from.iter().chain(&self.from_part_of).chain(&self.from_district).map(|code| was(code)).collect()
    }
}

/// The code of the people's committee of a unit that is there now.
pub(super) fn there(code: &str) -> String {
    format!("ubnd.{code}")
}

/// The code of one that has ended.
pub(super) fn was(code: &str) -> String {
    format!("ubnd_cu.{code}")
}

impl Units {
    /// Reads the files that were compiled in.
    pub(super) fn read() -> Result<Self, DbError> {
        let provinces = rows("provinces", include_str!("../../demo/units/provinces.csv"), |fields| {
            let [code, name_before, name, into] = fields else { return None };
            Some(Province { code, name_before, name: given(name), into: given(into) })
        })?;
        let districts = rows("districts", include_str!("../../demo/units/districts.csv"), |fields| {
            let [code, name, province] = fields else { return None };
            Some(District { code, name, province })
        })?;
        let before = rows("communes_before", include_str!("../../demo/units/communes_before.csv"), |fields| {
            let [code, name, district] = fields else { return None };
            Some(FormerCommune { code, name, district })
        })?;
        let communes = rows("communes", include_str!("../../demo/units/communes.csv"), |fields| {
            let [code, name, province, from, from_part_of, from_district, area, latitude, longitude] = fields else {
                return None;
            };
            Some(Commune {
                code,
                name,
                province,
                from: several(from),
                from_part_of: several(from_part_of),
                from_district: given(from_district),
                area_km2: given(area).map(Decimal::from_str).transpose().ok()?,
                latitude: Decimal::from_str(latitude).ok()?,
                longitude: Decimal::from_str(longitude).ok()?,
            })
        })?;
        Ok(Self { provinces, districts, before, communes })
    }

    /// Those of one province of today, and of what became it.
    pub(super) fn of_province(mut self, code: &str) -> Self {
        self.provinces.retain(|it| it.code == code || it.into == Some(code));
        self.districts.retain(|it| self.provinces.iter().any(|province| province.code == it.province));
        self.before.retain(|it| self.districts.iter().any(|district| district.code == it.district));
        self.communes.retain(|it| it.province == code);
        self
    }

    /// The codes of all people's committees of these units.
    pub(super) fn agencies(&self) -> impl Iterator<Item = String> {
        let ended = self.provinces.iter().map(|unit| unit.code).chain(self.districts.iter().map(|unit| unit.code));
        let ended = ended.chain(self.before.iter().map(|unit| unit.code)).map(was);
        let present = self.provinces.iter().map(|unit| unit.code).chain(self.communes.iter().map(|unit| unit.code));
        ended.chain(present.map(there))
    }
}

fn given(field: &'static str) -> Option<&'static str> {
    Some(field).filter(|field| !field.is_empty())
}

fn several(field: &'static str) -> Vec<&'static str> {
    field.split(';').filter(|code| !code.is_empty()).collect()
}

/// The lines of a file below its heading.
fn rows<T>(file: &str, text: &'static str, row: impl Fn(&[&'static str]) -> Option<T>) -> Result<Vec<T>, DbError> {
    let read = |(number, line): (usize, &'static str)| {
        let fields: Vec<_> = line.split(',').collect();
        row(&fields).ok_or_else(|| DbError::internal(format!("db/demo/units/{file}.csv:{}: {line}", number + 1)))
    };
    text.lines().enumerate().skip(1).map(read).collect()
}

/// The name of a unit as it stands within a sentence: `Phường Nghĩa Lộ` becomes `phường Nghĩa Lộ`.
fn in_a_sentence(name: &str) -> String {
    let (kind, own) = parted(name);
    format!("{} {own}", kind.to_lowercase())
}

/// The name of the people's committee of a unit.
pub(super) fn committee(unit: &str) -> String {
    format!("UBND {}", in_a_sentence(unit))
}

/// The name of a unit without its kind: `Thành phố Hà Nội` becomes `Hà Nội`.
pub(super) fn own_name(name: &str) -> &str {
    parted(name).1
}

fn parted(name: &str) -> (&str, &str) {
    const OF_TWO_WORDS: [&str; 4] = ["thành phố", "thị xã", "thị trấn", "đặc khu"];
    let spaces: Vec<usize> = name.match_indices(' ').map(|(at, _)| at).collect();
    let of_two = spaces.get(1).and_then(|at| name.split_at_checked(*at));
    let of_two = of_two.filter(|(kind, _)| OF_TWO_WORDS.contains(&kind.to_lowercase().as_str()));
    let (kind, own) = of_two.or_else(|| name.split_once(' ')).unwrap_or(("", name));
    (kind, own.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_country_is_whole() {
        let units = Units::read().unwrap();
        let gone = units.provinces.iter().filter(|province| province.into.is_some()).count();
        assert_eq!((units.provinces.len(), units.provinces.len() - gone), (63, 34));
        assert_eq!((units.districts.len(), units.before.len(), units.communes.len()), (696, 10_035, 3_321));
        let mut whole: Vec<_> = units.communes.iter().flat_map(|commune| &commune.from).collect();
        let mut divided: Vec<_> = units.communes.iter().flat_map(|commune| &commune.from_part_of).collect();
        divided.sort();
        divided.dedup();
        assert_eq!((whole.len(), divided.len()), (9_564, 471));
        whole.extend(divided);
        whole.sort();
        whole.dedup();
        assert_eq!(whole.len(), 10_035, "each is whole in one, or divided");
        assert_eq!(units.communes.iter().filter(|commune| commune.from_district.is_some()).count(), 5);
        assert_eq!(units.communes.iter().filter(|commune| commune.went_on()).count(), 132);
    }

    #[test]
    fn names_stand_within_a_sentence() {
        for (name, within, own) in [
            ("Thành phố Hồ Chí Minh", "thành phố Hồ Chí Minh", "Hồ Chí Minh"),
            ("Tỉnh Quảng Ngãi", "tỉnh Quảng Ngãi", "Quảng Ngãi"),
            ("Thị Trấn Prao", "thị trấn Prao", "Prao"),
            ("Đặc khu Lý Sơn", "đặc khu Lý Sơn", "Lý Sơn"),
            ("Phường 5", "phường 5", "5"),
        ] {
            assert_eq!((in_a_sentence(name).as_str(), own_name(name)), (within, own));
        }
    }
}
