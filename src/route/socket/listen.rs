//! The words of a `listen` directive (`ngx_parse_url`, `ngx_http_core_listen`).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::RangeInclusive;

/// The port of a `listen` that names none.
const DEFAULT_PORT: u16 = 80;

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Address {
    /// An address; the unspecified one stands for all of its family.
    Ip(IpAddr),
    /// A name, which nginx resolves at start: it may stand for any address.
    Name(Vec<u8>),
    /// The path of a UNIX socket.
    Unix(Vec<u8>),
}

impl Address {
    /// `*`, `0.0.0.0`
    pub(super) const ANY_V4: Self = Self::Ip(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    /// `[::]`
    pub(super) const ANY_V6: Self = Self::Ip(IpAddr::V6(Ipv6Addr::UNSPECIFIED));
}

#[allow(clippy::struct_excessive_bools, reason = "options that are there or not, in any combination")]
/// Options of a `listen` that change what a connection must look like. nginx joins those of all servers of a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Options {
    /// `default_server`, or `default` as before 0.8.21.
    pub(super) default_server: bool,
    pub(super) ssl: bool,
    pub(super) http2: bool,
    pub(super) quic: bool,
    pub(super) proxy_protocol: bool,
    /// `ipv6only=off`: the socket also takes IPv4 connections.
    pub(super) takes_v4: bool,
}

impl Options {
    /// Notes an option.
    pub(super) fn add(&mut self, option: &[u8]) {
        match option {
            b"default_server" | b"default" => self.default_server = true,
            b"ssl" => self.ssl = true,
            b"http2" => self.http2 = true,
            b"quic" => self.quic = true,
            b"proxy_protocol" => self.proxy_protocol = true,
            b"ipv6only=off" => self.takes_v4 = true,
            _ => {}
        }
    }

    /// Adds the options of another `listen` on the same socket.
    pub(super) fn join(&mut self, other: Self) {
        self.default_server |= other.default_server;
        self.ssl |= other.ssl;
        self.http2 |= other.http2;
        self.proxy_protocol |= other.proxy_protocol;
        self.takes_v4 |= other.takes_v4;
    }
}

/// The address and ports that the first word of a `listen` means; `None` for what nginx refuses. The ports of a UNIX
/// socket are `0..=0`.
pub(super) fn address(word: &[u8]) -> Option<(Address, RangeInclusive<u16>)> {
    match word {
        [u, n, i, x, b':', path @ ..] if [*u, *n, *i, *x].eq_ignore_ascii_case(b"unix") => {
            (!path.is_empty()).then(|| (Address::Unix(path.to_vec()), 0..=0))
        }
        [b'[', rest @ ..] => bracketed(rest),
        _ => inet(word),
    }
}

fn bracketed(rest: &[u8]) -> Option<(Address, RangeInclusive<u16>)> {
    let end = rest.iter().position(|&byte| byte == b']')?;
    let (address, after) = (rest.get(..end)?, rest.get(end + 1..)?);
    let address: Ipv6Addr = std::str::from_utf8(address).ok()?.parse().ok()?;
    let ports = match after {
        [] => DEFAULT_PORT..=DEFAULT_PORT,
        [b':', ports @ ..] => self::ports(ports)?,
        _ => return None,
    };
    Some((Address::Ip(address.into()), ports))
}

fn inet(word: &[u8]) -> Option<(Address, RangeInclusive<u16>)> {
    if let Some(colon) = word.iter().position(|&byte| byte == b':') {
        return Some((host(word.get(..colon)?)?, ports(word.get(colon + 1..)?)?));
    }
    if is_ports(word) {
        return Some((Address::ANY_V4, ports(word)?));
    }
    Some((host(word)?, DEFAULT_PORT..=DEFAULT_PORT))
}

/// Whether a word without a colon is read as ports, if only to refuse them.
fn is_ports(word: &[u8]) -> bool {
    let is_number = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    word.splitn(2, |&byte| byte == b'-').all(is_number)
}

/// `8080` or `8080-8090`.
fn ports(text: &[u8]) -> Option<RangeInclusive<u16>> {
    let number = |text: &[u8]| {
        let digits = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
        std::str::from_utf8(text).ok().filter(|_| digits)?.parse::<u16>().ok().filter(|&port| port > 0)
    };
    let mut ends = text.splitn(2, |&byte| byte == b'-');
    let first = number(ends.next()?)?;
    let last = ends.next().map_or(Some(first), number)?;
    (first <= last).then_some(first..=last)
}

fn host(text: &[u8]) -> Option<Address> {
    match text {
        b"" => None,
        b"*" => Some(Address::ANY_V4),
        _ if text.contains(&b'/') => None,
        _ => Some(match std::str::from_utf8(text).ok().and_then(|text| text.parse::<Ipv4Addr>().ok()) {
            Some(address) => Address::Ip(address.into()),
            None => Address::Name(text.to_ascii_lowercase()),
        }),
    }
}
