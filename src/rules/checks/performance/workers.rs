//! How many worker processes there are, and how many files and connections each may have.

use crate::catalogue::{DirectiveId, directive};
use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::finding::Label;
use crate::fix::placement::before;
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;

/// nginx's own number of connections (`DEFAULT_CONNECTIONS` in `ngx_event.c`).
const USUAL_CONNECTIONS: u64 = 512;

/// `worker_rlimit_nofile` below what the connections of a worker need: a file for each, two where it passes requests on.
pub(super) fn limits(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    limit(facts, rule).into_iter().collect()
}

fn limit(facts: &Facts<'_>, rule: &'static Rule) -> Option<Hit> {
    let config = facts.view.config;
    let limit = config.own_last(ScopeId::MAIN, directive::WORKER_RLIMIT_NOFILE)?;
    let events = events(facts).filter(|&events| config.scope(events).in_sight)?;
    let set = config.own_last(events, directive::WORKER_CONNECTIONS);
    let connections = set.map_or(Some(USUAL_CONNECTIONS), |node| number(facts, node))?;
    let needed = if passes(facts) { connections.saturating_mul(2) } else { connections };
    if number(facts, limit)? >= needed {
        return None;
    }
    let mut hit = found_in(facts, rule, ScopeId::MAIN, limit, None);
    hit.words = hit.words.with("sent", needed.to_string()).with("problem", connections.to_string());
    let message = rule.report.related.first().map(|it| it.message.to_string());
    hit.related
        .extend(set.zip(message).map(|(node, message)| Label { span: facts.view.head(node), message }));
    hit.scope = None;
    Some(hit)
}

fn events(facts: &Facts<'_>) -> Option<ScopeId> {
    let config = facts.view.config;
    config.children(ScopeId::MAIN).find(|&id| config.scope(id).kind == ScopeKind::Events)
}

fn number(facts: &Facts<'_>, node: NodeId) -> Option<u64> {
    std::str::from_utf8(&facts.view.arg(node, 0)?).ok()?.parse().ok()
}

/// Whether anything is passed on to another server.
fn passes(facts: &Facts<'_>) -> bool {
    let is_pass = |name: DirectiveId| {
        name == directive::PROXY_PASS || name.handler().is_some_and(crate::catalogue::Handler::is_pass)
    };
    facts.view.config.nodes.iter().any(|node| is_pass(node.name))
}

/// A main file that does not say how many worker processes there are: nginx starts one.
pub(super) fn processes(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let config = facts.view.config;
    let is_open = config.complete
        && config.scope(ScopeId::MAIN).in_sight
        && config.own_last(ScopeId::MAIN, directive::WORKER_PROCESSES).is_none();
    let events = events(facts).filter(|_| is_open).and_then(|events| config.scope(events).node);
    let found = events.map(|events| Hit {
        repair: Repair::Edits(vec![before(
            facts.view,
            ScopeId::MAIN,
            events,
            &["worker_processes auto".to_owned()],
        )]),
        scope: None,
        ..found_in(facts, rule, ScopeId::MAIN, events, None)
    });
    found.into_iter().collect()
}
