//! `quic_bpf` together with `reuseport`.

use crate::catalogue::directive;
use crate::config::{ScopeId, ScopeKind};
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;

/// `quic_bpf on` where several workers share the packets of a `listen ... quic reuseport`.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let (view, config) = (facts.view, facts.view.config);
    let word = |name| {
        let node = config.own_last(ScopeId::MAIN, name)?;
        view.arg(node, 0).map(|word| (node, word))
    };
    let Some((node, _)) = word(directive::QUIC_BPF).filter(|(_, word)| word.eq_ignore_ascii_case(b"on"))
    else {
        return Vec::new();
    };
    if word(directive::WORKER_PROCESSES).is_none_or(|(_, count)| *count == *b"1") {
        return Vec::new();
    }
    let servers = config.scope_ids().filter(|&id| config.scope(id).kind == ScopeKind::Server);
    let has = |listen, wanted: &[u8]| view.args(listen).skip(1).any(|word| *word == *wanted);
    let shares = { servers }
        .flat_map(|server| config.own(server, directive::LISTEN))
        .any(|listen| has(listen, b"quic") && has(listen, b"reuseport"));
    let hit = || Hit { repair: Repair::None, ..found_in(facts, rule, ScopeId::MAIN, node, None) };
    shares.then(hit).into_iter().collect()
}
