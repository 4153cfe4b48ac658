//! Among whom things are shared out.

use std::net::{IpAddr, Ipv4Addr};

use uuid::Uuid;

/// Whoever shares what there is with others, and is counted: an account, or for nobody an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sharer {
    /// Somebody who is signed in, wherever.
    Account(Uuid),
    /// IPv6 by its first 64 bits: whoever has one such address has them all.
    Address(IpAddr),
}

impl Sharer {
    /// Whoever that is.
    #[must_use]
    pub fn of(account: Option<Uuid>, address: Option<IpAddr>) -> Self {
        account.map_or_else(|| Self::at(address.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))), Self::Account)
    }

    /// An address.
    #[must_use]
    pub fn at(address: IpAddr) -> Self {
        Self::Address(match address {
            IpAddr::V6(v6) => IpAddr::V6((v6.to_bits() >> 64 << 64).into()),
            v4 @ IpAddr::V4(_) => v4,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_ipv6_network_are_one() {
        let at = |address: &str| Sharer::at(address.parse().unwrap());
        assert_eq!(at("2001:db8:0:1::1"), at("2001:db8:0:1:ffff::2"));
        assert_ne!(at("2001:db8:0:1::1"), at("2001:db8:0:2::1"));
        assert_ne!(at("192.0.2.1"), at("192.0.2.2"));
    }
}
