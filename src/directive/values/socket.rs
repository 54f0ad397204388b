//! The sockets that a `listen` stands for.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::super::call::Call;
use super::address::{Address, Family, For, address_v4, address_v6, parse};
use crate::catalogue::Context;

/// A socket to listen at.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::directive) struct Socket {
    pub(in crate::directive) datagram: bool,
    pub(in crate::directive) at: At,
}

/// Its address.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::directive) enum At {
    /// An IPv4 address, 0 for any, and a port.
    V4(u32, u16),
    /// An IPv6 address and a port.
    V6(Ipv6Addr, u16),
    /// A path.
    Unix(Vec<u8>),
}

/// The sockets of a `listen`, `most` at most, one for each port; none if it names a host.
pub(in crate::directive) fn sockets(call: &Call<'_>, most: usize) -> Vec<Socket> {
    let datagram = call.arguments().skip(1).any(|word| matches!(word, b"quic" | b"udp"));
    let Ok(address) = parse(call.word(1), For::Listen) else { return Vec::new() };
    let usual = (call.context == Context::Server).then_some((80, 80));
    let socket = |at| Socket { datagram, at };
    let each = |at: &dyn Fn(u16) -> At| {
        let (first, last) = address.ports.or(usual).unwrap_or((1, 0));
        (first..=last)
            .take(most)
            .filter_map(|port| u16::try_from(port).ok())
            .map(|port| socket(at(port)))
            .collect()
    };
    match (address.family, host(&address)) {
        (Family::Unix, _) => vec![socket(At::Unix(address.host.to_vec()))],
        (Family::Inet, Some(host)) => each(&|port| At::V4(host, port)),
        (Family::Inet, None) => Vec::new(),
        (Family::Inet6, _) => match address_v6(address.host) {
            Some(host) => each(&|port| At::V6(host, port)),
            None => Vec::new(),
        },
    }
}

fn host(address: &Address<'_>) -> Option<u32> {
    match address.host {
        b"" | b"*" => Some(0),
        host => address_v4(std::str::from_utf8(host).ok()?),
    }
}

/// `ngx_sock_ntop`
impl fmt::Display for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            At::V4(address, port) => write!(f, "{}:{port}", Ipv4Addr::from_bits(*address)),
            At::V6(address, port) => write!(f, "[{}]:{port}", text(*address)),
            At::Unix(path) => write!(f, "unix:{}", String::from_utf8_lossy(path)),
        }
    }
}

/// nginx writes the last four bytes as IPv4 also where only zeros stand before them.
fn text(address: Ipv6Addr) -> String {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, high, _] if high != 0 => {
            let low = address.to_bits() & u128::from(u32::MAX);
            format!("::{}", Ipv4Addr::from_bits(u32::try_from(low).unwrap_or_default()))
        }
        _ => address.to_string(),
    }
}
