//! Which unit the figures of a formula have: what is plainly wrong is refused, the rest is believed.
//!
//! - A number alone takes the unit of what stands beside it: `100 - share` is a share.
//! - `+`, `-`, `sum`, `mean`, `min` and `max` go together in one unit only.
//! - A unit over itself is a plain ratio; times or over a plain ratio or a number, a unit stays.
//! - Two different units, or a unit times itself, give what cannot be derived: it is believed to have the unit that is declared.
//! - A plain ratio is declared as a share, an index, a rate, never as a count or a rank.

use std::collections::HashMap;

use super::{Formula, Function, Operator, Term};
use crate::indicator::Unit;

/// Why a formula does not give figures of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    /// Things of different units are put together.
    #[error("different units are added, or compared")]
    Different,
    /// It gives figures of another unit than the indicator has.
    #[error("the formula gives another unit")]
    Other,
}

/// What is known of the unit of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A number: it takes any unit.
    Number,
    /// A ratio of two things of one unit, or yes and no.
    Plain,
    Of(Unit),
    /// It cannot be derived.
    Unknown,
}

impl Formula {
    /// Whether its figures have a unit, as far as that can be derived from those of its inputs.
    pub fn has_unit(&self, declared: Unit, of: &HashMap<String, Unit>) -> Result<(), UnitError> {
        let fits = match self.0.kind(of)? {
            Kind::Number => false,
            Kind::Plain => !matches!(declared, Unit::Count | Unit::Rank | Unit::None),
            Kind::Of(unit) => unit == declared,
            Kind::Unknown => !matches!(declared, Unit::Rank | Unit::None),
        };
        if fits { Ok(()) } else { Err(UnitError::Other) }
    }
}

impl Term {
    fn kind(&self, of: &HashMap<String, Unit>) -> Result<Kind, UnitError> {
        match self {
            Self::Number(_) => Ok(Kind::Number),
            Self::Indicator(code) => Ok(match of.get(code) {
                None => Kind::Unknown,
                Some(Unit::None) => Kind::Plain,
                Some(unit) => Kind::Of(*unit),
            }),
            Self::Negative(term) => term.kind(of),
            Self::Pair(operator, left, right) => operator.kind(left.kind(of)?, right.kind(of)?),
            Self::Call(Function::Sum | Function::Mean | Function::Min | Function::Max, terms) => {
                terms.iter().try_fold(Kind::Number, |kind, term| together(kind, term.kind(of)?))
            }
        }
    }
}

impl Operator {
    fn kind(self, left: Kind, right: Kind) -> Result<Kind, UnitError> {
        Ok(match (self, left, right) {
            (Self::Plus | Self::Minus, ..) => return together(left, right),
            (_, kind, Kind::Number)
            | (Self::Times, Kind::Number, kind)
            | (_, kind @ Kind::Of(_), Kind::Plain)
            | (Self::Times, Kind::Plain, kind @ (Kind::Of(_) | Kind::Plain)) => kind,
            (Self::Over, Kind::Number | Kind::Plain, Kind::Plain) => Kind::Plain,
            (Self::Over, Kind::Of(one), Kind::Of(other)) if one == other => Kind::Plain,
            _ => Kind::Unknown,
        })
    }
}

/// Of two terms that are added or compared.
fn together(one: Kind, other: Kind) -> Result<Kind, UnitError> {
    match (one, other) {
        (Kind::Number, kind) | (kind, Kind::Number) => Ok(kind),
        _ if one == other => Ok(one),
        _ => Err(UnitError::Different),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unit(text: &str, declared: Unit) -> Result<(), UnitError> {
        let of = [
            ("ho_so", Unit::Count),
            ("dan_so", Unit::Count),
            ("ty_le", Unit::Percent),
            ("ty_trong", Unit::PercentGrdp),
            ("chi_so", Unit::Index),
            ("hang", Unit::Rank),
            ("co_khong", Unit::None),
        ];
        let of = of.into_iter().map(|(code, unit)| (code.to_owned(), unit)).collect();
        text.parse::<Formula>().unwrap().has_unit(declared, &of)
    }

    #[test]
    fn units_go_together() {
        for (text, declared) in [
            ("ho_so + dan_so", Unit::Count),
            ("100 - ty_le", Unit::Percent),
            ("mean(ty_le, ty_le * 2, 50)", Unit::Percent),
            ("100 * ho_so / dan_so", Unit::Percent),
            ("10000 * ho_so / dan_so", Unit::Per10000People),
            ("ho_so / dan_so", Unit::Index),
            ("ho_so * (ho_so / dan_so)", Unit::Count),
            ("ho_so * ty_le / 100", Unit::Count),
            ("mean(chi_so, co_khong * chi_so)", Unit::Index),
            ("mean(co_khong, co_khong)", Unit::Index),
            ("min(hang, hang)", Unit::Rank),
            ("1 / (1 - co_khong)", Unit::Index),
            ("ty_le * ho_so / dan_so", Unit::Percent),
        ] {
            assert_eq!(unit(text, declared), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_is_plainly_wrong_is_refused() {
        for (text, declared, error) in [
            ("ho_so + ty_le", Unit::Count, UnitError::Different),
            ("ty_le - ty_trong", Unit::Percent, UnitError::Different),
            ("max(ho_so, chi_so)", Unit::Count, UnitError::Different),
            ("ho_so / dan_so + ho_so", Unit::Count, UnitError::Different),
            ("ho_so + dan_so", Unit::Percent, UnitError::Other),
            ("100 * ho_so / dan_so", Unit::Count, UnitError::Other),
            ("ty_le", Unit::PercentGrdp, UnitError::Other),
            ("ho_so * ty_le", Unit::Rank, UnitError::Other),
        ] {
            assert_eq!(unit(text, declared), Err(error), "{text}");
        }
    }
}
