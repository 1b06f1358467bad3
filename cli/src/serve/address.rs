//! Addresses on the command line.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use http::uri::Authority;

/// The address of the service behind the stand-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// Tried in this order. `localhost` is IPv4 and IPv6: some servers listen on one of them only.
    addresses: Vec<SocketAddr>,
}

impl Upstream {
    pub(super) fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }
}

impl From<SocketAddr> for Upstream {
    fn from(address: SocketAddr) -> Self {
        Self { addresses: vec![address] }
    }
}

impl fmt::Display for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.addresses.as_slice() {
            [one] => write!(f, "{one}"),
            [first, ..] => write!(f, "localhost:{}", first.port()),
            [] => Ok(()),
        }
    }
}

/// Parses the value of `--upstream`.
pub(super) fn upstream(text: &str) -> Result<Upstream, String> {
    if text.starts_with("https:") {
        return Err("expected http: the stand-in does not speak TLS to the service".to_owned());
    }
    let addresses = parse(text).filter(|addresses| addresses.iter().all(|own| own.port() != 0));
    let addresses =
        addresses.ok_or_else(|| expected("7071, localhost:7071 or http://localhost:7071"))?;
    Ok(Upstream { addresses })
}

/// Parses the value of `--listen`.
pub(super) fn listen(text: &str) -> Result<SocketAddr, String> {
    parse(text)
        .and_then(|addresses| addresses.into_iter().next())
        .ok_or_else(|| expected("8080 or 127.0.0.1:8080"))
}

fn expected(examples: &str) -> String {
    format!("expected a port, or an address of this machine with a port, such as {examples}")
}

/// Parses a port of `localhost`, an address with a port, or an http URL without a path.
fn parse(text: &str) -> Option<Vec<SocketAddr>> {
    let localhost = |port: u16| {
        let both = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        both.map(|address| SocketAddr::from((address, port))).to_vec()
    };
    if let Ok(port) = text.parse() {
        return Some(localhost(port));
    }
    let is_url = text.starts_with("http://");
    let authority = text.strip_prefix("http://").unwrap_or(text);
    let authority = authority.strip_suffix('/').filter(|_| is_url).unwrap_or(authority);
    let authority: Authority = authority.parse().ok().filter(|_| !authority.contains('@'))?;
    let port = authority.port_u16().or(is_url.then_some(80))?;
    let host = authority.host().trim_matches(['[', ']']);
    if host.eq_ignore_ascii_case("localhost") {
        return Some(localhost(port));
    }
    Some(vec![SocketAddr::from((host.parse::<IpAddr>().ok()?, port))])
}
