//! From the text of a value to the value. `None` means that the text is not of the setting's form; the caller, who knows
//! the setting and where the text came from, says so.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use auth::{Role, token::MAX_LIFE};
use chrono::{DateTime, TimeDelta, Utc};
use ipnet::IpNet;
use secrecy::SecretString;

use super::{StorageConfig, secret};

/// An address and a port.
pub fn address(text: &str) -> Option<SocketAddr> {
    text.parse().ok()
}

/// A path that is not empty.
pub fn path(text: &str) -> Option<PathBuf> {
    (!text.is_empty()).then(|| PathBuf::from(text))
}

/// An instant with its offset.
pub fn instant(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|instant| instant.to_utc())
}

/// A whole number with its unit, `ms`, `s` or `m`, of at most a day.
pub fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = number_and_unit(text)?;
    let duration = match unit {
        "ms" => Duration::from_millis(number),
        "s" => Duration::from_secs(number),
        "m" => Duration::from_secs(number.checked_mul(60)?),
        _ => return None,
    };
    (duration <= Duration::from_secs(24 * 3600)).then_some(duration)
}

/// A duration that is not zero.
pub fn time_limit(text: &str) -> Option<Duration> {
    duration(text).filter(|duration| !duration.is_zero())
}

/// A number of bytes, with a unit or without, from 1 KiB to 64 MiB.
pub fn size(text: &str) -> Option<usize> {
    bytes(text).filter(|bytes| (1 << 10..=64 << 20).contains(bytes))
}

/// A number of bytes from 1 MiB to 64 GiB; `off` is zero.
pub fn size_or_off(text: &str) -> Option<usize> {
    if text == "off" { Some(0) } else { bytes(text).filter(|bytes| (1 << 20..=64 << 30).contains(bytes)) }
}

fn bytes(text: &str) -> Option<usize> {
    let (number, unit) = number_and_unit(text)?;
    let factor = match unit {
        "" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    usize::try_from(number).ok()?.checked_mul(factor)
}

/// A number from 1 to `most`.
pub fn count(most: u32) -> impl Fn(&str) -> Option<u32> {
    move |text| text.parse().ok().filter(|number| (1..=most).contains(number))
}

/// A number from `least` to `most`.
pub fn from_to(least: u32, most: u32) -> impl Fn(&str) -> Option<u32> {
    move |text| text.parse().ok().filter(|number| (least..=most).contains(number))
}

/// A share, from 0 to 1.
pub fn share(text: &str) -> Option<f64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.parse().ok().filter(|share| is_plain && (0.0..=1.0).contains(share))
}

/// A number of days, at most a year.
pub fn days(text: &str) -> Option<TimeDelta> {
    from_to(1, 365)(text).map(|days| TimeDelta::days(days.into()))
}

/// A switch.
pub fn switch(text: &str) -> Option<bool> {
    match text {
        "on" | "true" => Some(true),
        "off" | "false" => Some(false),
        _ => None,
    }
}

/// Networks or single addresses, separated by commas.
pub fn networks(text: &str) -> Option<Vec<IpNet>> {
    let network = |text: &str| text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(network).collect()
}

/// Origins separated by commas: scheme and host, perhaps a port, nothing after it.
pub fn origins(text: &str) -> Option<Vec<String>> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(origin).collect()
}

fn origin(text: &str) -> Option<String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    (!host.is_empty() && host.chars().all(plain)).then(|| text.to_ascii_lowercase())
}

/// An address of the web, without a slash at its end.
pub fn web_address(text: &str) -> Option<String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "._~:/-[]%?=&".contains(c);
    (!rest.is_empty() && text.len() <= 500 && rest.chars().all(plain)).then(|| text.trim_end_matches('/').to_owned())
}

/// Where files are kept: `s3://` and the name of a bucket, or a folder.
pub fn storage(text: &str) -> Option<StorageConfig> {
    let Some(bucket) = text.strip_prefix("s3://") else {
        let is_address = text.contains("://");
        return path(text)
            .filter(|_| !is_address)
            .and_then(|it| std::path::absolute(it).ok())
            .map(StorageConfig::Folder);
    };
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-".contains(c);
    let is_bucket = (3..=63).contains(&bucket.len()) && bucket.chars().all(plain);
    is_bucket.then(|| StorageConfig::Bucket(bucket.to_owned()))
}

/// A secret that others have made.
pub fn key(text: &str) -> Option<SecretString> {
    let is_one = !text.is_empty() && !text.contains(char::is_whitespace);
    is_one.then(|| SecretString::from(text))
}

/// Names of hosts separated by commas, without ports.
pub fn hosts(text: &str) -> Option<Vec<String>> {
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    let host = |text: &str| text.chars().all(plain).then(|| text.to_ascii_lowercase());
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(host).collect()
}

/// A secret of 32 bytes in Base64. Read again when it is used, so that it lies about in one form only.
pub fn secret(text: &str) -> Option<SecretString> {
    secret::decoded(text).map(|_| SecretString::from(text))
}

/// A name or an address, as it stands in a token.
pub fn name(text: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._:/-".contains(c);
    ((1..=200).contains(&text.len()) && text.chars().all(plain)).then(|| text.to_owned())
}

/// How long an access token holds: not longer than tokens may.
pub fn token_life(text: &str) -> Option<TimeDelta> {
    let life = TimeDelta::from_std(time_limit(text)?).ok()?;
    (TimeDelta::seconds(1)..=MAX_LIFE).contains(&life).then_some(life)
}

/// Roles separated by commas, or the word for none of them.
pub fn roles(text: &str) -> Option<Vec<Role>> {
    if text == "none" {
        return Some(Vec::new());
    }
    text.split(',').map(|word| word.trim().parse().ok()).collect()
}

/// The URL of a PostgreSQL database. Only its outline is checked here: whoever connects knows the rest.
pub fn database_url(text: &str) -> Option<String> {
    let rest = text.strip_prefix("postgres://").or_else(|| text.strip_prefix("postgresql://"))?;
    (!rest.is_empty() && !rest.contains(char::is_whitespace)).then(|| text.to_owned())
}

/// Several of them, separated by commas.
pub fn database_urls(text: &str) -> Option<Vec<String>> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(database_url).collect()
}

/// A filter of log lines.
pub fn log_filter(text: &str) -> Option<String> {
    let valid = !text.trim().is_empty() && tracing_subscriber::EnvFilter::try_new(text).is_ok();
    valid.then(|| text.to_owned())
}

fn number_and_unit(text: &str) -> Option<(u64, &str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(digits)?;
    Some((number.parse().ok()?, unit.trim_start()))
}

/// A database URL fit to be shown: user, host and database, never the password nor the parameters, which may hold one.
pub fn masked_database_url(text: &str) -> String {
    let shown = || {
        let (scheme, rest) = text.split_once("://")?;
        let (rest, parameters) = rest.split_once(['?', '#']).unwrap_or((rest, ""));
        // An unescaped `?` inside a password would make half of it look like a host.
        if parameters.contains('@') {
            return None;
        }
        // The last @ ends the credentials: one in the password should have been written %40, but people forget.
        let (user, host) = match rest.rsplit_once('@') {
            Some((credentials, host)) => (credentials.split(':').next()?, Some(host)),
            None => ("", None),
        };
        Some(match host {
            Some(host) => format!("{scheme}://{user}:***@{host}"),
            None => format!("{scheme}://{rest}"),
        })
    };
    database_url(text).and_then(|_| shown()).unwrap_or_else(|| "***".to_owned())
}

/// The same of several.
pub fn masked_database_urls(text: &str) -> String {
    let urls = database_urls(text).unwrap_or_default();
    let shown: Vec<String> = urls.iter().map(|url| masked_database_url(url)).collect();
    if shown.is_empty() { "***".to_owned() } else { shown.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit() {
        assert_eq!(duration("1500ms"), Some(Duration::from_millis(1500)));
        assert_eq!(duration("2 m"), Some(Duration::from_secs(120)));
        for wrong in ["", "15", "s", "-1s", "1.5s", "1h", "25000m", "99999999999999999999s"] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
        assert_eq!(duration("0s"), Some(Duration::ZERO));
        assert_eq!(time_limit("0s"), None);
    }

    #[test]
    fn sizes_have_bounds() {
        assert_eq!(size("1MiB"), Some(1024 * 1024));
        assert_eq!(size("2048"), Some(2048));
        for wrong in ["0", "1MB", "65MiB", "many", "18446744073709551615MiB"] {
            assert_eq!(size(wrong), None, "{wrong}");
        }
        assert_eq!(size_or_off("2GiB"), Some(2 << 30));
        assert_eq!(size_or_off("off"), Some(0));
        for wrong in ["0", "1KiB", "65GiB", "none"] {
            assert_eq!(size_or_off(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_share_is_no_more_than_all() {
        for (text, read) in [("0", Some(0.0)), ("0.01", Some(0.01)), ("1", Some(1.0)), ("1.1", None), ("-0", None)] {
            assert_eq!(share(text), read, "{text}");
        }
        for none in ["", "NaN", "1e-3", "1%", "0,5"] {
            assert_eq!(share(none), None, "{none}");
        }
    }

    #[test]
    fn counts_start_at_one() {
        let pool = count(500);
        assert_eq!(pool("500"), Some(500));
        for wrong in ["0", "501", "-3", "ten", "1.0"] {
            assert_eq!(pool(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_token_holds_for_ten_minutes_at_most() {
        assert_eq!(token_life("10m"), Some(MAX_LIFE));
        for wrong in ["601s", "11m", "0s", "999ms", "10"] {
            assert_eq!(token_life(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn bounds_belong_to_what_they_bound() {
        assert_eq!(from_to(2, 4)("2"), Some(2));
        assert_eq!(from_to(2, 4)("4"), Some(4));
        assert_eq!((from_to(2, 4)("1"), from_to(2, 4)("5"), from_to(2, 4)("-3")), (None, None, None));
        assert_eq!((days("7"), days("0"), days("366"), days("7d")), (Some(TimeDelta::days(7)), None, None, None));
    }

    #[test]
    fn roles_are_named_or_there_are_none() {
        assert_eq!(roles("HEAD, ADMINISTRATOR"), Some(vec![Role::Head, Role::Administrator]));
        assert_eq!(roles("none"), Some(vec![]));
        for wrong in ["", "HEAD,", "head", "BOSS"] {
            assert_eq!(roles(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn networks_may_be_single_addresses() {
        let read = networks("10.0.0.0/8, 192.0.2.7,2001:db8::/32").unwrap();
        assert_eq!(
            read.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32"]
        );
        for wrong in ["10.0.0.0/33", "localhost", "10.0.0"] {
            assert_eq!(networks(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_origin_has_no_path() {
        assert_eq!(origins("https://a.vn, http://localhost:5173").unwrap().len(), 2);
        assert_eq!(origins(""), Some(vec![]));
        for wrong in ["*", "a.vn", "https://a.vn/", "https://a.vn/app", "https://", "null", "ftp://a.vn"] {
            assert_eq!(origins(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn passwords_are_masked_whatever_they_hold() {
        for (url, shown) in [
            ("postgres://cotmoc:bi-mat@db.vn:5432/tinh?sslmode=require", "postgres://cotmoc:***@db.vn:5432/tinh"),
            ("postgres://cotmoc:b@i:mat@db.vn/tinh", "postgres://cotmoc:***@db.vn/tinh"),
            ("postgresql://cotmoc@db.vn/tinh?password=bi-mat", "postgresql://cotmoc:***@db.vn/tinh"),
            ("postgres://db.vn/tinh", "postgres://db.vn/tinh"),
            ("postgres://u:bi?mat@db.vn/tinh", "***"),
            ("host=db.vn password=bi-mat", "***"),
        ] {
            assert_eq!(masked_database_url(url), shown);
        }
        for (urls, shown) in [
            (
                "postgres://u:a@mot.vn/tinh, postgres://u:b@hai.vn/tinh",
                "postgres://u:***@mot.vn/tinh, postgres://u:***@hai.vn/tinh",
            ),
            ("postgres://u:a@mot.vn/tinh,bi-mat", "***"),
            ("", "***"),
        ] {
            assert_eq!(masked_database_urls(urls), shown);
        }
    }
}
