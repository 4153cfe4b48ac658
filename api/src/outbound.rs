//! What goes from here to addresses that others have named: webhooks, push messages.
//!
//! An address is somebody's who has an account, and a server reaches more than that person does. So each is looked at when a connection is made to
//! it: only public addresses, and those of networks that whoever runs the server has listed. What was looked at is what is connected to, nothing
//! is followed elsewhere, and nothing of the answer but its status is kept.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, LazyLock, OnceLock},
    time::Duration,
};

use db::DbError;
use ipnet::IpNet;
use reqwest_tls::{
    Client, RequestBuilder, StatusCode,
    dns::{Addrs, Name, Resolve, Resolving},
    redirect::Policy,
};
use tokio::task::JoinSet;
use url::{Host, Url};

/// How long the other side may take to answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// Of IPv6, what is given out of the public internet; all else is not of it.
static GIVEN_OUT: LazyLock<Option<IpNet>> = LazyLock::new(|| "2000::/3".parse().ok());

/// Addresses that are not of the public internet, or lead from there to others.
static CLOSED: LazyLock<Vec<IpNet>> = LazyLock::new(|| {
    let networks = [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
    ];
    networks.iter().filter_map(|network| network.parse().ok()).collect()
});

/// Where messages may go.
#[derive(Debug, Clone)]
struct Allowed {
    listed: Arc<[IpNet]>,
    public: bool,
}

impl Allowed {
    fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let among = |networks: &[IpNet]| networks.iter().any(|network| network.contains(&address));
        let is_given_out = address.is_ipv4() || GIVEN_OUT.is_some_and(|network| network.contains(&address));
        among(&self.listed) || (self.public && is_given_out && !among(&CLOSED))
    }

    /// The same of an address that is written as such: for one nobody is asked where it is.
    fn allows_url(&self, url: &Url) -> bool {
        match url.host() {
            Some(Host::Ipv4(address)) => self.allows(address.into()),
            Some(Host::Ipv6(address)) => self.allows(address.into()),
            Some(Host::Domain(_)) => true,
            None => false,
        }
    }
}

/// Asks where a name is, and gives those places alone to which messages may go.
impl Resolve for Allowed {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = self.clone();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let places: Vec<SocketAddr> = found.filter(|place| allowed.allows(place.ip())).collect();
            if places.is_empty() {
                return Err(io::Error::other(NOT_ALLOWED).into());
            }
            Ok(Box::new(places.into_iter()) as Addrs)
        })
    }
}

/// What is said of an address to which no message goes.
const NOT_ALLOWED: &str = "no public address, and none of server.outbound_networks";

/// What sends. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Outbound {
    encrypted: Arc<Way>,
    /// In clear, for listed networks alone.
    clear: Arc<Way>,
    patience: Duration,
}

/// Where messages may go, and what takes them there: made when it is first needed, as it reads the certificates of the machine.
#[derive(Debug)]
struct Way {
    allowed: Allowed,
    client: OnceLock<Client>,
}

impl Way {
    fn new(networks: &[IpNet], public: bool) -> Arc<Self> {
        Arc::new(Self { allowed: Allowed { listed: networks.into(), public }, client: OnceLock::new() })
    }

    fn client(&self) -> Result<&Client, String> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = client(self.allowed.clone()).map_err(|error| innermost(&error))?;
        Ok(self.client.get_or_init(|| client))
    }
}

impl Outbound {
    /// What sends to public addresses and to these networks.
    #[must_use]
    pub fn new(networks: &[IpNet]) -> Self {
        Self { encrypted: Way::new(networks, true), clear: Way::new(networks, false), patience: PATIENCE }
    }

    /// The same with another patience.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Sends one request with the headers and the body that `fill` gives it: the status of the answer, or in words why there is none.
    pub async fn post(
        &self,
        address: &str,
        fill: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Result<StatusCode, String> {
        let url = Url::parse(address).map_err(|error| error.to_string())?;
        let way = if url.scheme() == "https" { &self.encrypted } else { &self.clear };
        if !way.allowed.allows_url(&url) {
            return Err(NOT_ALLOWED.to_owned());
        }
        match fill(way.client()?.post(url).timeout(self.patience)).send().await {
            Ok(answer) => Ok(answer.status()),
            Err(error) if error.is_timeout() => Err("no answer in time".to_owned()),
            Err(error) => Err(innermost(&error)),
        }
    }
}

/// The most that one server sends at once, of webhooks and of push messages each.
const AT_ONCE: usize = 16;

/// What is being sent. Dropped, it is broken off, and comes again once its lease has run out.
#[derive(Debug, Default)]
pub struct Sending(JoinSet<()>);

impl Sending {
    /// Waits until there is room for one more.
    pub async fn room(&mut self) {
        while self.0.try_join_next().is_some() {}
        if self.0.len() >= AT_ONCE {
            self.0.join_next().await;
        }
    }

    /// Sends something beside the rest; `complaint` is what the log says if what became of it cannot be noted.
    pub fn begin(
        &mut self,
        complaint: &'static str,
        sends: impl Future<Output = Result<(), DbError>> + Send + 'static,
    ) {
        self.0.spawn(async move {
            if let Err(error) = sends.await {
                tracing::warn!(%error, "{complaint}");
            }
        });
    }
}

/// Why it failed; none if the other side has taken it.
#[must_use]
pub fn failure(outcome: &Result<StatusCode, String>) -> Option<String> {
    match outcome {
        Ok(status) if status.is_success() => None,
        Ok(status) if status.is_redirection() => Some(format!("{status}: redirects are not followed")),
        Ok(status) => Some(status.to_string()),
        Err(reason) => Some(reason.clone()),
    }
}

fn client(allowed: Allowed) -> Result<Client, reqwest_tls::Error> {
    // The same provider as everywhere; whoever installed it before has installed the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent("Cotmoc")
        .dns_resolver(Arc::new(allowed))
        .redirect(Policy::none())
        .no_proxy()
        // Each connection is looked at.
        .pool_max_idle_per_host(0)
        .build()
}

/// Why there is no answer, without the address around it.
pub(crate) fn innermost(error: &dyn std::error::Error) -> String {
    let mut causes = std::iter::successors(Some(error), |error| error.source());
    let first = causes.next();
    causes.last().or(first).map(ToString::to_string).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(listed: &str, public: bool) -> Allowed {
        let listed = listed.split_whitespace().map(|network| network.parse().unwrap()).collect();
        Allowed { listed, public }
    }

    #[test]
    fn messages_go_to_public_addresses_and_to_what_is_listed() {
        let nowhere = allowed("", true);
        for address in ["113.160.1.1", "8.8.8.8", "2606:4700::1111", "2405:4800::1"] {
            assert!(nowhere.allows(address.parse().unwrap()), "{address}");
        }
        for address in [
            "127.0.0.1",
            "127.255.0.3",
            "0.0.0.0",
            "10.0.0.5",
            "172.31.9.9",
            "192.168.1.1",
            "169.254.169.254",
            "100.100.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::7f00:1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "fe80::1",
            "::ffff:0:7f00:1",
            "fd00:ec2::254",
            "ff02::1",
        ] {
            assert!(!nowhere.allows(address.parse().unwrap()), "{address}");
        }
        let ours = allowed("10.20.0.0/16 fd00:1::/32", true);
        for (address, goes) in
            [("10.20.3.4", true), ("::ffff:10.20.3.4", true), ("fd00:1::9", true), ("10.21.0.1", false)]
        {
            assert_eq!(ours.allows(address.parse().unwrap()), goes, "{address}");
        }
        assert!(!allowed("10.20.0.0/16", false).allows("8.8.8.8".parse().unwrap()));
    }

    #[test]
    fn an_address_in_disguise_is_the_same_address() {
        let nowhere = allowed("", true);
        for url in [
            "https://0x7f.1/",
            "https://2130706433/",
            "https://017700000001/",
            "https://[::ffff:7f00:1]/",
            "https://127.1/",
        ] {
            assert!(!nowhere.allows_url(&Url::parse(url).unwrap()), "{url}");
        }
    }

    #[tokio::test]
    async fn a_name_leads_where_messages_may_go_or_nowhere() {
        let ask =
            async |listed: &str| allowed(listed, true).resolve("localhost".parse().unwrap()).await.map(Iterator::count);
        assert_eq!(ask("").await.unwrap_err().to_string(), NOT_ALLOWED);
        assert!(ask("127.0.0.0/8 ::1/128").await.unwrap() > 0);
    }
}
