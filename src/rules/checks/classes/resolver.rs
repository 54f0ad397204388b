//! Names that are resolved while nginx runs, without a resolver.

use std::collections::HashSet;
use std::net::IpAddr;

use super::target::{Target, passes};
use super::words::{hit, site};
use crate::catalogue::directive;
use crate::config::{NodeId, ScopeKind, View};
use crate::rules::facts::Facts;
use crate::rules::hit::Hit;
use crate::rules::model::Rule;
use crate::scope::in_force;
use crate::value::Classes;

/// Passes to variables all of whose values are known, one of which is a name that nothing resolves.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    if !facts.is_whole {
        return Vec::new();
    }
    let (classes, known) = (Classes::of(facts.view, facts.definitions), Known::of(facts.view));
    let unresolved = passes(facts.view).filter(|&pass| lacks_resolver(facts, pass));
    unresolved
        .filter_map(|pass| {
            let name = name(facts, &classes, &known, pass)?;
            let mut hit = hit(facts, rule, pass, facts.view.head(pass), None);
            hit.words = hit.words.with("sent", name);
            Some(hit)
        })
        .collect()
}

fn lacks_resolver(facts: &Facts<'_>, pass: NodeId) -> bool {
    let config = facts.view.config;
    let found = in_force(config, config.node(pass).scope, directive::RESOLVER);
    found.level.is_none() && found.unseen.is_none()
}

/// The first name that a pass may have to resolve.
fn name(facts: &Facts<'_>, classes: &Classes<'_>, known: &Known, pass: NodeId) -> Option<String> {
    let url = facts.view.arg(pass, 0)?;
    let head = Target::of(&url)?.head;
    if !head.contains(&b'$') {
        return None;
    }
    let values = classes.literals(site(facts, pass), head)?;
    values.iter().find_map(|value| {
        let target = Target::of(value)?;
        (!known.has(target)).then(|| String::from_utf8_lossy(host(target.authority)).into_owned())
    })
}

/// What needs no resolver: groups by their bare names, and the hosts of addresses without variables, which nginx resolves
/// at start, by host and port (`ngx_http_upstream_init_request`).
struct Known {
    groups: HashSet<Vec<u8>>,
    fixed: HashSet<(Vec<u8>, Vec<u8>)>,
}

impl Known {
    fn of(view: View<'_>) -> Self {
        let config = view.config;
        let groups = config.scope_ids().filter(|&id| config.scope(id).kind == ScopeKind::Upstream);
        let groups = groups.filter_map(|id| Some(view.arg(config.scope(id).node?, 0)?.to_ascii_lowercase()));
        let fixed = passes(view).filter_map(|pass| {
            let url = view.arg(pass, 0).filter(|url| !url.contains(&b'$'))?;
            Target::of(&url).map(place)
        });
        Self { groups: groups.collect(), fixed: fixed.collect() }
    }

    fn has(&self, target: Target<'_>) -> bool {
        let host = host(target.authority);
        let address = host.strip_prefix(b"[").and_then(|it| it.strip_suffix(b"]")).unwrap_or(host);
        let is_address = std::str::from_utf8(address).is_ok_and(|it| it.parse::<IpAddr>().is_ok());
        let is_group = self.groups.contains(&target.authority.to_ascii_lowercase());
        host.is_empty() || is_address || is_group || self.fixed.contains(&place(target))
    }
}

/// Host and port; the scheme's own port where none is written.
fn place(target: Target<'_>) -> (Vec<u8>, Vec<u8>) {
    let host = host(target.authority);
    let port = target.authority.get(host.len() + 1..).unwrap_or_default();
    let is_tls = target.head.get(..8).is_some_and(|head| head.eq_ignore_ascii_case(b"https://"));
    let port = match port {
        b"" if is_tls => &b"443"[..],
        b"" => b"80",
        port => port,
    };
    (host.to_ascii_lowercase(), port.to_vec())
}

/// A host without its port.
fn host(authority: &[u8]) -> &[u8] {
    let after = memchr::memrchr(b']', authority).map_or(0, |at| at + 1);
    let colon = authority.get(after..).and_then(|rest| memchr::memchr(b':', rest)).map(|at| after + at);
    colon.and_then(|colon| authority.get(..colon)).unwrap_or(authority)
}
