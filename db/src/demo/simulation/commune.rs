//! Whose figures are simulated: the communes of the province, and those that became them.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::demo::{
    id::id,
    units::{self, Units, there},
};

/// The communes whose figures the province's own add up. More can be loaded, which are invented; they burden the database, not the totals.
pub(in crate::demo) const COMMUNES_OF_PROVINCE: u32 = 96;

/// The first day of the communes of today: districts ended, and communes were put together.
pub(in crate::demo) const REARRANGED_ON: NaiveDate = match NaiveDate::from_ymd_opt(2025, 7, 1) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

/// A commune of today: one of the province's, or an invented one.
#[derive(Debug, Clone)]
pub(in crate::demo) struct Commune {
    pub id: Uuid,
    pub code: String,
    /// From 1.
    pub number: u32,
    /// Whether it has been there since the communes were rearranged, and not before.
    pub is_new: bool,
}

impl Commune {
    pub fn new(units: &Units, number: u32) -> Self {
        let unit = unit(units, number);
        let code = unit.map_or_else(|| format!("qng.mo_phong.{number:03}"), |unit| there(unit.code));
        Self { id: id("agency", &code), code, number, is_new: unit.is_some_and(|unit| !unit.went_on()) }
    }

    /// What is known of it; nothing of an invented one.
    pub fn unit<'a>(&self, units: &'a Units) -> Option<&'a units::Commune> {
        unit(units, self.number)
    }
}

fn unit(units: &Units, number: u32) -> Option<&units::Commune> {
    units.communes.get(usize::try_from(number).ok()?.checked_sub(1)?)
}

/// A commune or district that reported until the communes were rearranged: the figures of its heirs are divided among those that became
/// them, so that they come to the same.
#[derive(Debug, Clone)]
pub(in crate::demo) struct Former {
    pub id: Uuid,
    pub code: String,
    /// Other than those of communes.
    pub number: u64,
    /// Whom it went into.
    pub heirs: Vec<Heir>,
}

/// Whom a commune went into, and which piece of the heir it is.
#[derive(Debug, Clone, Copy)]
pub(in crate::demo) struct Heir {
    pub commune: u32,
    place: i64,
    of: i64,
}

impl Former {
    /// All that went into the communes of today.
    pub fn all(units: &Units) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for (commune, unit) in (1..).zip(&units.communes) {
            let pieces = unit.predecessors();
            for (place, code) in (0..).zip(&pieces) {
                let heir = Heir { commune, place, of: i64::try_from(pieces.len()).unwrap_or(1) };
                match all.iter_mut().find(|former| former.code == *code) {
                    Some(former) => former.heirs.push(heir),
                    None => all.push(Self {
                        id: id("agency", code),
                        code: code.clone(),
                        number: 10_000 + all.len() as u64,
                        heirs: vec![heir],
                    }),
                }
            }
        }
        all
    }
}

impl Heir {
    /// Of an amount of the heir the piece that was this one's. Of a smaller amount it is never more than of a larger one.
    pub const fn piece(self, amount: i64) -> i64 {
        amount / self.of + if self.place < amount % self.of { 1 } else { 0 }
    }
}
