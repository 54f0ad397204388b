//! Host lines with which a backend that compares Origin and Host refuses every browser.

use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::handshake::{Request, Verdict, judge_headers};
use crate::rules::engine::concerned;
use crate::rules::facts::{Facts, Proxied};
use crate::rules::found::found;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::value::{Part, PassUrl, parts};

/// Blocks that send no Host, nginx's own name for the backend, or one without the port.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    facts.intended(rule).filter_map(|it| hit(facts, rule, it)).collect()
}

fn hit(facts: &Facts<'_>, rule: &'static Rule, proxied: &Proxied) -> Option<Hit> {
    let requests = facts.requests(proxied);
    let blank: Vec<bool> = requests.iter().map(is_blank).collect();
    let request = requests.first().filter(|it| !it.headers_may_be_hidden())?;
    let mut lines = request.set.iter().filter(|line| line.name.eq_ignore_ascii_case("host"));
    let (line, second) = (lines.next(), lines.next());
    if second.is_some() {
        return None;
    }
    let node = line.and_then(|line| line.node);
    // A backend looks at the origin of what is a handshake otherwise.
    let environment = facts.judge()?.environment(proxied.block);
    let works = judge_headers(&environment, request).answer().verdict == Verdict::Works;
    let named = match (node, node.and_then(|node| variable(facts, node))) {
        _ if blank.contains(&true) => "blank",
        _ if !works || !facts.is_whole => return None,
        (None, _) if is_ours(facts, proxied) => "default",
        (Some(_), Some(name)) if name == "proxy_host" && is_ours(facts, proxied) => "default",
        (Some(_), Some(name)) if name == "host" && loses_port(facts, proxied.block) => "port",
        _ => return None,
    };
    let mut hit = found(facts, rule, proxied, node.unwrap_or(proxied.pass), Some(named));
    hit.words = hit.words.with("versions", concerned(facts, &blank)).with("sent", sent(facts, proxied));
    Some(Hit { repair: Repair::ByRule, ..hit })
}

fn is_blank(request: &Request) -> bool {
    request.sent("Host").next().is_none()
}

/// The one variable that a Host line consists of.
fn variable(facts: &Facts<'_>, node: NodeId) -> Option<String> {
    let value = facts.view.arg(node, 1)?;
    let mut parts = parts(&value);
    match (parts.next(), parts.next()) {
        (Some(Part::Variable(name)), None) => Some(String::from_utf8_lossy(name).to_ascii_lowercase()),
        _ => None,
    }
}

fn sent(facts: &Facts<'_>, proxied: &Proxied) -> String {
    let url = facts.view.arg(proxied.pass, 0).unwrap_or_default();
    PassUrl::of(&url).map_or_else(String::new, |url| String::from_utf8_lossy(&url.host_header()).into_owned())
}

/// Whether the pass leads to a machine of one's own, which is called by the site's name: an address, a group, a name
/// without dots. A foreign service wants to be called by its own.
fn is_ours(facts: &Facts<'_>, proxied: &Proxied) -> bool {
    let url = facts.view.arg(proxied.pass, 0).unwrap_or_default();
    let Some(url) = PassUrl::of(&url).filter(|url| !url.tls) else { return false };
    let (host, _) = url.split_port();
    let address = host.starts_with(b"[") || host.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    let is_variable = memchr::memchr(b'$', host).is_some();
    !is_variable && (url.is_unix() || address || memchr::memchr(b'.', host).is_none())
}

/// Whether clients reach the server at other ports than those that browsers leave out, and only there.
fn loses_port(facts: &Facts<'_>, block: ScopeId) -> bool {
    let config = facts.view.config;
    let Some(server) = config.enclosing(block, ScopeKind::Server).filter(|&it| config.scope(it).in_sight)
    else {
        return false;
    };
    let ports: Vec<Option<u16>> = config.own(server, directive::LISTEN).map(|it| port(facts, it)).collect();
    !ports.is_empty() && ports.iter().all(|port| port.is_some_and(|port| !matches!(port, 80 | 443)))
}

fn port(facts: &Facts<'_>, listen: NodeId) -> Option<u16> {
    let address = facts.view.arg(listen, 0)?;
    let text = std::str::from_utf8(&address).ok()?;
    let last = text.rsplit(':').next().unwrap_or_default();
    last.parse().ok()
}
