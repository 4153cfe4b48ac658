//! Which requests are traced, and what clients may say about it.
//!
//! A client that is being traced itself says so in `traceparent` (W3C Trace Context), and wants its trace to go on here. Anybody can
//! write that header. So the word of a client counts for so many requests in a minute and no more: beyond that a request is one like
//! any other, traced by chance. Nor is the chance taken from the trace's id, as OpenTelemetry's own samplers do: a client chooses that, too.

use std::num::NonZeroU32;

use auth::random;
use axum::http::{HeaderMap, HeaderName};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

/// Where a client names its trace.
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The span of a client's that a request belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parent {
    /// The trace.
    pub trace: [u8; 16],
    /// The span in it.
    pub span: [u8; 8],
    /// Whether the client traces it.
    sampled: bool,
}

impl Parent {
    /// As the client says; none if it does not, says it twice, or in no form of the standard's.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let mut said = headers.get_all(TRACEPARENT).iter();
        let (first, second) = (said.next()?, said.next());
        if second.is_some() { None } else { Self::read(first.to_str().ok()?) }
    }

    /// `00-<trace>-<span>-<flags>`; later versions may say more after that.
    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let [version] = hex(parts.next()?)?;
        let (trace, span, [flags]) = (hex(parts.next()?)?, hex(parts.next()?)?, hex(parts.next()?)?);
        let is_whole = version != 0xff && (version > 0 || parts.next().is_none());
        let is_one = trace != [0; 16] && span != [0; 8];
        (is_whole && is_one).then_some(Self { trace, span, sampled: flags & 1 == 1 })
    }
}

/// Bytes in hexadecimal digits, of which the standard wants the small ones.
fn hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if text.len() != 2 * N || !text.bytes().all(digits) {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

/// Decides which requests are traced.
#[derive(Debug)]
pub struct Choice {
    share: f64,
    /// How many more clients may ask for; none if nobody may.
    asked: Option<DefaultDirectRateLimiter>,
}

impl Choice {
    /// This share of those of which the client says nothing, and in a minute so many of those of which it does.
    pub fn new(share: f64, asked_per_minute: u32) -> Self {
        let asked = NonZeroU32::new(asked_per_minute).map(|most| RateLimiter::direct(Quota::per_minute(most)));
        Self { share, asked }
    }

    /// Whether a request is traced.
    pub fn is_traced(&self, parent: Option<&Parent>) -> bool {
        match parent {
            Some(parent) if !parent.sampled => false,
            Some(_) if self.asked.as_ref().is_some_and(|asked| asked.check().is_ok()) => true,
            _ => self.happens(),
        }
    }

    fn happens(&self) -> bool {
        self.share > 0.0 && f64::from(u32::from_le_bytes(random::bytes())) < self.share * f64::from(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    fn parent(flags: &str) -> Option<Parent> {
        Parent::read(&format!("00-{TRACE}-00f067aa0ba902b7-{flags}"))
    }

    #[test]
    fn a_clients_trace_is_read_as_the_standard_has_it() {
        let read = parent("01").unwrap();
        assert_eq!((read.trace[0], read.trace[15], read.span[1], read.sampled), (0x4b, 0x36, 0xf0, true));
        assert!(!parent("00").unwrap().sampled);
        assert!(Parent::read(&format!("cc-{TRACE}-00f067aa0ba902b7-01-what-comes")).is_some());
        for none in [
            format!("00-{TRACE}-00f067aa0ba902b7-01-more"),
            format!("ff-{TRACE}-00f067aa0ba902b7-01"),
            format!("00-{}-00f067aa0ba902b7-01", TRACE.to_uppercase()),
            format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)),
            format!("00-{TRACE}-0000000000000000-01"),
            format!("00-{TRACE}-00f067aa0ba902b7"),
            format!("00-{TRACE}-00f067aa0ba902b-01"),
            "sai".to_owned(),
            String::new(),
        ] {
            assert_eq!(Parent::read(&none), None, "{none}");
        }
        let twice = [(TRACEPARENT, "00".parse().unwrap()), (TRACEPARENT, "00".parse().unwrap())];
        assert_eq!(Parent::of(&HeaderMap::from_iter(twice)), None);
    }

    #[test]
    fn the_word_of_clients_counts_so_often_and_no_more() {
        let (asks, declines) = (parent("01"), parent("00"));
        let choice = Choice::new(0.0, 3);
        let traced = (0..20).filter(|_| choice.is_traced(asks.as_ref())).count();
        assert_eq!(traced, 3);
        assert!(!Choice::new(0.0, 0).is_traced(asks.as_ref()));
        let all = Choice::new(1.0, 1);
        assert!((0..20).all(|_| all.is_traced(asks.as_ref()) && all.is_traced(None)));
        assert!(!all.is_traced(declines.as_ref()));
    }

    #[test]
    fn a_share_is_about_that_share() {
        let choice = Choice::new(0.25, 0);
        let traced = (0..10_000).filter(|_| choice.is_traced(None)).count();
        assert!((2_000..3_000).contains(&traced), "{traced}");
    }
}
