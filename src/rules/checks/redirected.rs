//! Handshakes that nginx answers with a redirect, which no WebSocket client follows.

use crate::catalogue::Handler;
use crate::config::{NodeId, ScopeKind};
use crate::finding::Edit;
use crate::intent::slash_is_foreign;
use crate::route::{Found, Locations, Pattern, pattern};
use crate::rules::facts::{Facts, Proxied};
use crate::rules::found::found;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::{Intent, Rule};
use crate::scope::location_of;

/// Blocks whose handshakes are redirected: by their server, by themselves, or for want of a slash at the end.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let explicit = |it: &&Proxied| it.evidence.as_ref().is_some_and(|found| found.level >= Intent::Explicit);
    let locations = facts
        .proxied
        .iter()
        .filter(|it| facts.view.config.scope(it.block).kind == ScopeKind::Location)
        .filter(explicit);
    let mut hits: Vec<Hit> = locations.filter_map(|it| redirected(facts, rule, it)).collect();
    // One redirect of a server is one cause, however many locations it makes useless.
    hits.sort_by_key(|hit| (hit.at.doc, hit.at.start, hit.scope));
    hits.dedup_by_key(|hit| (hit.at, hit.include));
    let routes = Locations::of(facts.view);
    hits.extend(facts.intended(rule).filter_map(|it| slash(facts, rule, it, &routes)));
    hits
}

fn redirected(facts: &Facts<'_>, rule: &'static Rule, proxied: &Proxied) -> Option<Hit> {
    let node = facts.judge()?.redirected_by(proxied.block)?;
    let kind = facts.view.config.scope(facts.view.config.node(node).scope).kind;
    let outside = matches!(kind, ScopeKind::Server | ScopeKind::IfInServer);
    let mut hit = found(facts, rule, proxied, node, Some(if outside { "server" } else { "block" }));
    hit.repair = Repair::None;
    Some(hit)
}

/// `location /cable/` of an endpoint that is called `/cable`: nginx answers 301 to that (`ngx_http_core_find_location`).
fn slash(facts: &Facts<'_>, rule: &'static Rule, proxied: &Proxied, routes: &Locations<'_>) -> Option<Hit> {
    let config = facts.view.config;
    let location = location_of(config, proxied.block);
    let Some(Pattern::Prefix(path, _)) = pattern(facts.view, location) else { return None };
    let bare = path.strip_suffix(b"/").filter(|bare| slash_is_foreign(bare))?;
    let server = config.enclosing(location, ScopeKind::Server)?;
    let redirects = routes.find(server, bare).found == Found::SlashRedirect(location);
    let whole =
        config.scope(server).in_sight && config.node(proxied.pass).name.handler() == Some(Handler::Proxy);
    let node = config.scope(location).node.filter(|_| redirects && whole)?;
    let mut hit = found(facts, rule, proxied, node, Some("slash"));
    hit.words = hit.words.with("path", String::from_utf8_lossy(bare));
    hit.repair = Repair::Shown(without_slash(facts, node, bare));
    Some(hit)
}

fn without_slash(facts: &Facts<'_>, node: NodeId, bare: &[u8]) -> Vec<Edit> {
    let last = facts.view.arg_count(node).saturating_sub(1);
    let span = facts.view.arg_span(node, last);
    span.map(|span| Edit { span, text: String::from_utf8_lossy(bare).into_owned() }).into_iter().collect()
}
