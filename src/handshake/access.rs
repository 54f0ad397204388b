//! Access control (`ngx_http_core_access_phase`): allow and deny, `auth_basic`, `auth_request`, and how `satisfy` joins them.

use std::net::IpAddr;

use crate::catalogue::{DirectiveId, directive};
use crate::config::{NodeId, ScopeId, View};
use crate::scope::{in_force, in_force_any, is_set_to, setting, single};

/// What one check says, or all of them together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Let in.
    Granted,
    /// Certainly refused with this status.
    Refused(u16),
    /// Credentials or another server decide.
    Asked,
    /// No opinion.
    Silent,
}

/// Joins the checks of a block.
pub fn join(view: View<'_>, block: ScopeId, checks: &[Access]) -> Access {
    let has = |wanted: Access| checks.contains(&wanted);
    let refused = checks.iter().copied().find(|check| matches!(check, Access::Refused(_)));
    if one_is_enough(view, block) {
        return match refused {
            _ if has(Access::Granted) => Access::Granted,
            _ if has(Access::Asked) => Access::Asked,
            Some(refused) => refused,
            None => Access::Silent,
        };
    }
    refused.unwrap_or(if has(Access::Asked) { Access::Asked } else { Access::Granted })
}

/// `satisfy any`.
pub fn one_is_enough(view: View<'_>, block: ScopeId) -> bool {
    is_set_to(view, block, directive::SATISFY, b"any")
}

/// Directives of modules that decide about access, or change the request, by a program or another server.
const PROGRAMS: [DirectiveId; 11] = [
    directive::ACCESS_BY_LUA,
    directive::ACCESS_BY_LUA_BLOCK,
    directive::ACCESS_BY_LUA_FILE,
    directive::REWRITE_BY_LUA,
    directive::REWRITE_BY_LUA_BLOCK,
    directive::REWRITE_BY_LUA_FILE,
    directive::AUTH_JWT,
    directive::AUTH_OIDC,
    directive::JS_ACCESS,
    directive::MORE_SET_INPUT_HEADERS,
    directive::MORE_CLEAR_INPUT_HEADERS,
];

/// The directive in force by which something that is not configuration decides.
pub fn program(view: View<'_>, block: ScopeId) -> Option<NodeId> {
    let level = in_force_any(view.config, block, &PROGRAMS).level?;
    let node = PROGRAMS.iter().find_map(|&name| view.config.own_last(level, name))?;
    view.arg(node, 0).is_none_or(|value| &*value != b"off").then_some(node)
}

/// `allow` and `deny` (`ngx_http_access_handler`).
pub fn by_address(view: View<'_>, block: ScopeId, address: &str) -> Access {
    entry_for(view, block, address).map_or(Access::Silent, |node| match view.config.node(node).name {
        directive::ALLOW => Access::Granted,
        _ => Access::Refused(403),
    })
}

/// The entry of `allow` and `deny` that decides: the first that holds the address.
pub fn entry_for(view: View<'_>, block: ScopeId, address: &str) -> Option<NodeId> {
    let level = in_force(view.config, block, directive::ALLOW).level?;
    let names = [directive::ALLOW, directive::DENY];
    let mut entries: Vec<_> = names.iter().flat_map(|&name| view.config.own(level, name)).collect();
    entries.sort_unstable();
    let address = address.parse::<IpAddr>().ok()?;
    entries.into_iter().find(|&node| view.arg(node, 0).is_some_and(|range| holds(&range, address)))
}

/// Whether `all`, an address or a CIDR range holds an address.
pub(crate) fn holds(range: &[u8], address: IpAddr) -> bool {
    let Ok(range) = std::str::from_utf8(range) else { return false };
    if range == "all" {
        return true;
    }
    let (base, bits) =
        range.split_once('/').map_or((range, None), |(base, bits)| (base, bits.parse::<u32>().ok()));
    match (base.parse::<IpAddr>(), address) {
        (Ok(IpAddr::V4(base)), IpAddr::V4(address)) => {
            same_prefix(base.to_bits().into(), address.to_bits().into(), bits.unwrap_or(32), 32)
        }
        (Ok(IpAddr::V6(base)), IpAddr::V6(address)) => {
            same_prefix(base.to_bits(), address.to_bits(), bits.unwrap_or(128), 128)
        }
        _ => false,
    }
}

fn same_prefix(left: u128, right: u128, bits: u32, width: u32) -> bool {
    let dropped = width.saturating_sub(bits);
    left.checked_shr(dropped).unwrap_or(0) == right.checked_shr(dropped).unwrap_or(0)
}

/// The `auth_basic_user_file` in force. Without one, `auth_basic` asks for nothing (`ngx_http_auth_basic_handler`).
pub fn user_file(view: View<'_>, block: ScopeId) -> Option<NodeId> {
    single(view.config, block, directive::AUTH_BASIC_USER_FILE)
}

/// `auth_basic` of a client without credentials.
pub fn by_password(view: View<'_>, block: ScopeId) -> Access {
    match setting(view, block, directive::AUTH_BASIC) {
        Some(realm) if &*realm != b"off" && user_file(view, block).is_some() => Access::Asked,
        _ => Access::Silent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_addresses_by_their_prefix() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        assert!(holds(b"127.0.0.0/8", address("127.0.0.1")));
        assert!(!holds(b"10.0.0.0/8", address("127.0.0.1")));
        assert!(holds(b"0.0.0.0/0", address("127.0.0.1")));
        assert!(holds(b"::1", address("::1")));
        assert!(!holds(b"::/0", address("127.0.0.1")));
        assert!(!holds(b"unix:", address("127.0.0.1")));
    }
}
