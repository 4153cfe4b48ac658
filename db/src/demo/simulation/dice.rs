//! Throws that always fall the same: a hash of what they are for.

/// A throw for some purpose and some names. Equal arguments give equal throws, on every machine and in every version.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dice(u64);

impl Dice {
    /// FNV-1a of the names, each ended by a zero, then mixed.
    pub fn of(names: &[&str]) -> Self {
        let bytes = names.iter().flat_map(|name| name.bytes().chain([0]));
        let hash =
            bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self(mix(hash))
    }

    /// Another throw that follows from this one and a number.
    pub const fn and(self, number: u64) -> Self {
        Self(mix(self.0 ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }

    /// A number from `low` to `high`, both included.
    pub fn between(self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high - low + 1).unwrap_or(1).max(1);
        low + i64::try_from(self.0 % span).unwrap_or_default()
    }

    /// True once in `n` times.
    pub fn one_in(self, n: i64) -> bool {
        self.between(1, n) == 1
    }
}

/// The finaliser of splitmix64.
const fn mix(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn throws_are_the_same_for_ever() {
        assert_eq!(Dice::of(&["coverage_5g_share", "qng.ubnd"]).between(0, 999_999), 907_832);
        assert_eq!(Dice::of(&["a", "bc"]).between(0, 9), Dice::of(&["a", "bc"]).between(0, 9));
        assert_ne!(Dice::of(&["a", "bc"]).0, Dice::of(&["ab", "c"]).0);
    }

    #[test]
    fn throws_stay_between_their_ends() {
        for n in 0..1000 {
            let thrown = Dice::of(&["xã"]).and(n).between(-3, 3);
            assert!((-3..=3).contains(&thrown));
        }
    }
}
