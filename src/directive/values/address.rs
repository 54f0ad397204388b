//! Addresses (`ngx_parse_url`, `ngx_ptocidr`, `ngx_parse_addr_port`).

use std::net::Ipv6Addr;

use super::super::scalar::number;

/// How an address is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    /// To listen at: a port alone, a range of ports and `*` are allowed.
    Listen,
    /// To connect to.
    Connect,
    /// To connect to, with a URI behind it.
    Pass,
}

/// What the reader of an address has seen.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::directive) struct Address<'a> {
    pub(in crate::directive) family: Family,
    pub(in crate::directive) host: &'a [u8],
    pub(in crate::directive) port: Option<i64>,
    pub(in crate::directive) uri: &'a [u8],
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(in crate::directive) enum Family {
    #[default]
    Inet,
    Inet6,
    Unix,
}

/// `ngx_parse_url` without asking for names.
pub(super) fn parse(url: &[u8], of: For) -> Result<Address<'_>, &'static str> {
    if url.get(..5).is_some_and(|head| head.eq_ignore_ascii_case(b"unix:")) {
        return unix(url.get(5..).unwrap_or_default(), of);
    }
    if let Some(rest) = url.strip_prefix(b"[") { inet6(rest, of) } else { inet(url, of) }
}

fn unix(path: &[u8], of: For) -> Result<Address<'_>, &'static str> {
    let (path, uri) = match memchr::memchr(b':', path).filter(|_| of == For::Pass) {
        Some(at) => (path.get(..at).unwrap_or_default(), path.get(at + 1..).unwrap_or_default()),
        None => (path, &[][..]),
    };
    match path.len() {
        0 => Err("no path in the unix domain socket"),
        108.. => Err("too long path in the unix domain socket"),
        _ => Ok(Address { family: Family::Unix, host: path, port: Some(0), uri }),
    }
}

fn inet6(rest: &[u8], of: For) -> Result<Address<'_>, &'static str> {
    let close = memchr::memchr(b']', rest).ok_or("invalid host")?;
    let (host, after) = (rest.get(..close).unwrap_or_default(), rest.get(close + 1..).unwrap_or_default());
    let (after, uri) = split_uri(after, b"/", of)?;
    let port = match after.split_first() {
        None => None,
        Some((b':', digits)) => Some(port(digits, of)?),
        Some(_) => return Err("invalid host"),
    };
    if host.is_empty() {
        return Err("no host");
    }
    address_v6(host).ok_or("invalid IPv6 address")?;
    Ok(Address { family: Family::Inet6, host, port, uri })
}

fn inet(url: &[u8], of: For) -> Result<Address<'_>, &'static str> {
    let (authority, uri) = split_uri(url, b"/?", of)?;
    let (host, port) = match memchr::memchr(b':', authority) {
        Some(at) => {
            let (host, digits) = authority.split_at_checked(at).unwrap_or((authority, &[]));
            (host, Some(port(digits.get(1..).unwrap_or_default(), of)?))
        }
        None if of == For::Listen && is_ports(authority) => {
            return port(authority, of).map(|port| Address { port: Some(port), ..Address::default() });
        }
        None => (authority, None),
    };
    if host.is_empty() { Err("no host") } else { Ok(Address { family: Family::Inet, host, port, uri }) }
}

/// The text before a URI and the URI, where one is allowed.
fn split_uri<'a>(text: &'a [u8], starts: &[u8], of: For) -> Result<(&'a [u8], &'a [u8]), &'static str> {
    match text.iter().position(|byte| starts.contains(byte)) {
        Some(_) if of != For::Pass => Err("invalid host"),
        Some(at) => Ok(text.split_at_checked(at).unwrap_or((text, &[]))),
        None => Ok((text, &[])),
    }
}

fn is_ports(text: &[u8]) -> bool {
    let mut ends = text.splitn(2, |&byte| byte == b'-');
    ends.all(|end| !end.is_empty() && number(end).is_some())
}

/// A port, or to listen at a range of ports.
fn port(text: &[u8], of: For) -> Result<i64, &'static str> {
    let valid = |digits: &[u8]| {
        (!digits.is_empty()).then(|| number(digits)).flatten().filter(|port| (1..=65535).contains(port))
    };
    let dash = memchr::memchr(b'-', text).filter(|_| of == For::Listen);
    let Some(dash) = dash else { return valid(text).ok_or("invalid port") };
    let last = valid(text.get(dash + 1..).unwrap_or_default()).ok_or("invalid port")?;
    let first = valid(text.get(..dash).unwrap_or_default()).ok_or("invalid port")?;
    if first > last { Err("invalid port range") } else { Ok(first) }
}

/// Whether `ngx_parse_addr_port` takes `text`: a number, not a name.
pub(super) fn is_numeric(text: &[u8]) -> bool {
    let text_of = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(str::to_owned);
    let is_address =
        |text: &[u8]| text_of(text).is_some_and(|it| address_v4(&it).is_some()) || address_v6(text).is_some();
    if is_address(text) {
        return true;
    }
    match parse(text, For::Connect) {
        Ok(Address { family: Family::Inet, host, .. }) => {
            text_of(host).is_some_and(|host| address_v4(&host).is_some())
        }
        Ok(Address { family, .. }) => family == Family::Inet6,
        Err(_) => false,
    }
}

/// Whether `ngx_ptocidr` takes `network`: an IPv4 or IPv6 address, alone or with a number of bits.
pub(in crate::directive) fn is_network(network: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(network) else { return false };
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let bits = match bits {
        Some(bits) if bits.is_empty() || !bits.bytes().all(|byte| byte.is_ascii_digit()) => return false,
        Some(bits) => bits.parse().unwrap_or(u32::MAX),
        None => 0,
    };
    let most = match (address_v4(address), address.parse::<Ipv6Addr>()) {
        (Some(_), _) => 32,
        (_, Ok(_)) => 128,
        _ => return false,
    };
    bits <= most
}

/// `ngx_inet_addr`: four decimal numbers, zeros before them do not matter.
pub(in crate::directive) fn address_v4(text: &str) -> Option<u32> {
    let mut parts = text.split('.').map(|part| part.parse::<u8>().ok().filter(|_| !part.starts_with('+')));
    let mut address = 0;
    for _ in 0..4 {
        address = address << 8 | u32::from(parts.next()??);
    }
    parts.next().is_none().then_some(address)
}

fn address_v6(text: &[u8]) -> Option<Ipv6Addr> {
    std::str::from_utf8(text).ok()?.parse().ok()
}
