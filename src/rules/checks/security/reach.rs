//! Who reaches a block from outside: the addresses its server listens on, and what stands before it.

use std::net::IpAddr;

use crate::catalogue::{DirectiveId, directive};
use crate::config::{ScopeId, ScopeKind, View};
use crate::route::{Address, Sockets, returned};
use crate::scope::access::{AccessList, Family, asks, one_is_enough};
use crate::scope::{is_set_to, levels};

/// Directives by which a client must say who it is, or a program decides.
pub const ASKING: [DirectiveId; 8] = [
    directive::AUTH_BASIC,
    directive::AUTH_REQUEST,
    directive::AUTH_JWT,
    directive::AUTH_OIDC,
    directive::ACCESS_BY_LUA,
    directive::ACCESS_BY_LUA_BLOCK,
    directive::ACCESS_BY_LUA_FILE,
    directive::JS_ACCESS,
];

/// Whether a client from anywhere certainly gets to the content of `block`: all levels were read, its server listens on
/// an address that anybody may reach, and neither addresses nor credentials nor an `if` that refuses stand before it.
pub fn is_open(view: View<'_>, sockets: &Sockets, block: ScopeId) -> bool {
    let config = view.config;
    let in_sight = levels(config, block).all(|level| config.scope(level).in_sight);
    let Some(server) = config.enclosing(block, ScopeKind::Server).filter(|_| in_sight) else { return false };
    let families = public_families(sockets, server);
    let verified = ["on", "optional_no_ca"]
        .iter()
        .any(|word| is_set_to(view, server, directive::SSL_VERIFY_CLIENT, word.as_bytes()));
    !verified && !refuses_some(view, block) && families.iter().any(|&family| lets_in(view, block, family))
}

/// Whether addresses of a family that no narrower entry holds are let in without credentials.
fn lets_in(view: View<'_>, block: ScopeId, family: Family) -> bool {
    let others = AccessList::of(view, block).others(family);
    let asked = asks(view, block, &ASKING).is_some();
    match others {
        Some(true) if one_is_enough(view, block) => true,
        Some(false) => false,
        Some(true) | None => !asked,
    }
}

/// The families of the addresses, open to anybody, that a server listens on.
fn public_families(sockets: &Sockets, server: ScopeId) -> Vec<Family> {
    let own = sockets.ids().filter(|&socket| sockets.servers(socket).any(|it| it == server));
    let families = own.filter_map(|socket| match sockets.address(socket)?.0 {
        Address::Ip(IpAddr::V4(address)) => is_public(IpAddr::V4(*address)).then_some(Family::V4),
        Address::Ip(IpAddr::V6(address)) => is_public(IpAddr::V6(*address)).then_some(Family::V6),
        Address::Name(_) | Address::Unix(_) => None,
    });
    families.collect()
}

/// Whether an `if` of the block, or of a level around it, answers some requests with an error: whom it keeps out is not
/// known.
fn refuses_some(view: View<'_>, block: ScopeId) -> bool {
    let config = view.config;
    let is_branch =
        |id: &ScopeId| matches!(config.scope(*id).kind, ScopeKind::IfInServer | ScopeKind::IfInLocation);
    let branches = levels(config, block).flat_map(|level| config.children(level)).filter(is_branch);
    branches
        .flat_map(|branch| config.own(branch, directive::RETURN))
        .any(|node| returned(view, node).code >= 400)
}

/// Whether an address is one that the internet reaches, or stands for all of its family.
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            let is_shared = first == 100 && (64..128).contains(&second);
            !(v4.is_loopback() || v4.is_private() || v4.is_link_local() || is_shared)
        }
        IpAddr::V6(v6) => {
            let first = v6.segments()[0];
            !(v6.is_loopback() || first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfe80)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_only_some_networks_reach_are_not_public() {
        let public = |text: &str| is_public(text.parse().unwrap());
        for address in ["0.0.0.0", "::", "192.0.2.1", "2001:db8::1", "100.63.0.1", "172.32.0.1"] {
            assert!(public(address), "{address}");
        }
        for address in [
            "127.0.0.11",
            "::1",
            "10.0.0.1",
            "172.31.0.1",
            "192.168.1.1",
            "169.254.1.1",
            "100.64.0.1",
            "fd00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
        ] {
            assert!(!public(address), "{address}");
        }
    }
}
