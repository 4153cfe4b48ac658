//! Where a request comes from: the peer of its connection, or what proxies of ours say of it.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{Extensions, HeaderMap, header::FORWARDED},
    middleware::Next,
    response::Response,
};
use ipnet::IpNet;

/// The address of the client, in the extensions of every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// The client's address, if it is known.
#[must_use]
pub fn client_address(extensions: &Extensions) -> Option<IpAddr> {
    extensions.get().map(|ClientAddress(address)| *address)
}

/// Notes the client's address; the layer around all routes.
pub async fn note(State(proxies): State<Arc<[IpNet]>>, mut request: Request, next: Next) -> Response {
    if let Some(ConnectInfo(peer)) = request.extensions().get::<ConnectInfo<SocketAddr>>() {
        let address = client(&proxies, peer.ip(), request.headers());
        request.extensions_mut().insert(ClientAddress(address));
    }
    next.run(request).await
}

/// The nearest hop that is no proxy of ours. Whoever is not a proxy of ours may say what it likes, so that only what
/// stands to the right of it counts.
fn client(proxies: &[IpNet], peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let trusted = |address: &IpAddr| proxies.iter().any(|network| network.contains(address));
    let nearest = |hops: Vec<Option<IpAddr>>| {
        let mut address = peer.to_canonical();
        for hop in hops.into_iter().rev() {
            match hop {
                Some(hop) if trusted(&address) => address = hop,
                _ => break,
            }
        }
        address
    };
    let forwarded = hops(headers, FORWARDED.as_str(), |hop| {
        let pair = hop
            .split(';')
            .find_map(|pair| pair.trim().split_once('=').filter(|(name, _)| name.eq_ignore_ascii_case("for")))?;
        address(pair.1)
    });
    let for_short = hops(headers, "x-forwarded-for", address);
    match (forwarded, for_short) {
        (Some(hops), None) | (None, Some(hops)) => nearest(hops),
        (None, None) => peer.to_canonical(),
        // A proxy writes one and passes on the other as it came: where they differ, one is a stranger's word.
        (Some(one), Some(other)) => {
            let (one, other) = (nearest(one), nearest(other));
            if one == other { one } else { peer.to_canonical() }
        }
    }
}

/// The hops that a header names, over all its lines; `None` if it is not there.
fn hops(headers: &HeaderMap, name: &str, read: impl Fn(&str) -> Option<IpAddr>) -> Option<Vec<Option<IpAddr>>> {
    let mut lines = headers.get_all(name).iter().peekable();
    lines.peek()?;
    let lines = lines.map(|line| line.to_str().unwrap_or_default());
    Some(lines.flat_map(|line| line.split(',')).map(|hop| read(hop.trim())).collect())
}

/// An address, perhaps with a port, in brackets, in quotes. Anything else (`unknown`, `_hidden`) is none.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let found = text.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    found.or_else(bracketed).map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn from(peer: &str, headers: &[(&str, &str)]) -> String {
        let proxies = ["10.0.0.0/8".parse().unwrap(), "2001:db8:1::/48".parse().unwrap()];
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap()));
        client(&proxies, peer.parse().unwrap(), &headers.collect()).to_string()
    }

    #[test]
    fn only_proxies_of_ours_are_believed() {
        let says = [("x-forwarded-for", "203.0.113.9")];
        assert_eq!(from("198.51.100.1", &says), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &says), "203.0.113.9");
        assert_eq!(from("::ffff:10.0.0.1", &says), "203.0.113.9");
        assert_eq!(from("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn what_the_client_wrote_itself_stands_further_left() {
        for (says, client) in [
            ("1.1.1.1, 203.0.113.9", "203.0.113.9"),
            ("1.1.1.1, 203.0.113.9, 10.2.0.1", "203.0.113.9"),
            ("1.1.1.1, unknown, 10.2.0.1", "10.2.0.1"),
            ("10.9.9.9", "10.9.9.9"),
            ("", "10.0.0.1"),
        ] {
            assert_eq!(from("10.0.0.1", &[("x-forwarded-for", says)]), client, "{says}");
        }
        let lines = [("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "203.0.113.9")];
        assert_eq!(from("10.0.0.1", &lines), "203.0.113.9");
    }

    #[test]
    fn the_standard_header_is_read_with_its_ports_quotes_and_brackets() {
        for (says, client) in [
            ("for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"),
            ("For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            ("for=\"[2001:db8:cafe::17]\"", "2001:db8:cafe::17"),
            ("for=192.0.2.60:80, for=10.0.0.7", "192.0.2.60"),
            ("for=_hidden", "10.0.0.1"),
            ("proto=http", "10.0.0.1"),
        ] {
            assert_eq!(from("10.0.0.1", &[("forwarded", says)]), client, "{says}");
        }
    }

    #[test]
    fn two_headers_that_differ_are_both_not_believed() {
        let both = |one, other| from("10.0.0.1", &[("forwarded", one), ("x-forwarded-for", other)]);
        assert_eq!(both("for=192.0.2.60", "192.0.2.60"), "192.0.2.60");
        assert_eq!(both("for=1.1.1.1", "192.0.2.60"), "10.0.0.1");
    }
}
