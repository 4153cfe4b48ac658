//! Addresses to which something is sent.

use url::Url;

/// The longest one, in characters.
const MOST: usize = 2_000;

/// An address as it is kept; none for what no message is sent to.
pub(crate) fn web_address(typed: &str) -> Option<String> {
    let url = Url::parse(typed.trim()).ok()?;
    let is_bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let is_web = matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|host| !host.is_empty());
    let url = String::from(url);
    (is_bare && is_web && url.len() <= MOST).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_of_the_web_and_has_nothing_secret() {
        assert_eq!(
            web_address(" https://nhận.quảngngãi.vn/hook?a=1 ").as_deref(),
            Some("https://xn--nhn-6hz.xn--qungngi-2wa3569d.vn/hook?a=1")
        );
        assert_eq!(web_address("http://10.1.2.3:8080").as_deref(), Some("http://10.1.2.3:8080/"));
        let long = format!("https://qng.vn/{}", "a".repeat(2_000));
        for wrong in [
            "",
            "qng.vn/hook",
            "ftp://qng.vn/",
            "https://",
            "https://ai:mat@qng.vn/",
            "https://qng.vn/#a",
            "file:///etc/passwd",
            &long,
        ] {
            assert_eq!(web_address(wrong), None, "{wrong}");
        }
    }
}
