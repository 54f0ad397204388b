//! Who reaches a block from outside: the addresses its server listens on, and what stands before it.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, Ipv4Addr};

use crate::catalogue::{DirectiveId, directive};
use crate::config::{ScopeId, ScopeKind, View};
use crate::route::{Address, Sockets, returned};
use crate::scope::access::{AccessLists, Family, asks, one_is_enough};
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

/// What a tree says about who gets where.
pub struct Reach<'a> {
    view: View<'a>,
    /// The access lists.
    pub lists: AccessLists<'a>,
    /// The families of the addresses, open to anybody, that each server listens on.
    families: HashMap<ScopeId, Vec<Family>>,
    /// Levels with an `if` that answers some requests with an error: whom it keeps out is not known.
    refusing: HashSet<ScopeId>,
}

impl<'a> Reach<'a> {
    /// Reads a tree.
    pub fn of(view: View<'a>) -> Self {
        Self { view, lists: AccessLists::of(view), families: families(view), refusing: refusing(view) }
    }

    /// Whether a client from anywhere certainly gets to the content of `block`: all levels were read, its server listens
    /// on an address that anybody may reach, and neither addresses nor credentials nor an `if` that refuses stand before
    /// it.
    pub fn is_open(&self, block: ScopeId) -> bool {
        let (view, config) = (self.view, self.view.config);
        let seen = |level| config.scope(level).in_sight && !self.refusing.contains(&level);
        let is_plain = levels(config, block).all(seen);
        let Some(server) = config.enclosing(block, ScopeKind::Server).filter(|_| is_plain) else {
            return false;
        };
        let verified = [&b"on"[..], b"optional_no_ca"]
            .into_iter()
            .any(|word| is_set_to(view, server, directive::SSL_VERIFY_CLIENT, word));
        let families = self.families.get(&server).map(Vec::as_slice).unwrap_or_default();
        !verified && families.iter().any(|&family| self.lets_in(block, family))
    }

    /// Whether addresses of a family that no narrower entry holds are let in without credentials.
    fn lets_in(&self, block: ScopeId, family: Family) -> bool {
        match self.lists.at(block).others(family) {
            Some(true) if one_is_enough(self.view, block) => true,
            Some(false) => false,
            Some(true) | None => asks(self.view, block, &ASKING).is_none(),
        }
    }
}

fn families(view: View<'_>) -> HashMap<ScopeId, Vec<Family>> {
    let sockets = Sockets::of(view);
    let mut families: HashMap<ScopeId, Vec<Family>> = HashMap::new();
    for socket in sockets.ids() {
        let family = match sockets.address(socket) {
            Some((Address::Ip(address), _)) if is_public(*address) => {
                if address.is_ipv4() {
                    Family::V4
                } else {
                    Family::V6
                }
            }
            _ => continue,
        };
        for server in sockets.servers(socket) {
            let own = families.entry(server).or_default();
            if !own.contains(&family) {
                own.push(family);
            }
        }
    }
    families
}

fn refusing(view: View<'_>) -> HashSet<ScopeId> {
    let config = view.config;
    let is_branch =
        |id: &ScopeId| matches!(config.scope(*id).kind, ScopeKind::IfInServer | ScopeKind::IfInLocation);
    let refuses =
        |id: &ScopeId| config.own(*id, directive::RETURN).any(|node| returned(view, node).code >= 400);
    config.scope_ids().filter(is_branch).filter(refuses).filter_map(|id| config.scope(id).parent).collect()
}

/// Where machines in Azure reach the platform, its DNS among it; it leads nowhere else.
const AZURE: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);

/// Whether an address is one that the internet reaches, or stands for all of its family.
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            let is_shared = first == 100 && (64..128).contains(&second);
            !(v4 == AZURE || v4.is_loopback() || v4.is_private() || v4.is_link_local() || is_shared)
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
