//! `Strict-Transport-Security` that browsers ignore, that holds for a short time only, or that is not sent at all.

use std::collections::{BTreeMap, HashSet};

use super::servers::tls_servers;
use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::route::{always_answered, is_redirect, returned, served};
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::scope::{contributing, in_force, is_set_to, levels};
use crate::template::holds_placeholder;

/// Half a year, in seconds.
const HALF_A_YEAR: u64 = 15_768_000;

/// What <https://hstspreload.org> asks for, in seconds.
const YEAR: u64 = 31_536_000;

/// Values that are malformed, too short, or ask for preloading without what that needs.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let config = facts.view.config;
    let own = |scope| config.own(scope, directive::ADD_HEADER).map(move |it| (scope, it));
    config.scope_ids().flat_map(own).filter_map(|(scope, node)| hit(facts, rule, scope, node)).collect()
}

fn hit(facts: &Facts<'_>, rule: &'static Rule, scope: ScopeId, node: NodeId) -> Option<Hit> {
    let view = facts.view;
    let value = view.arg(node, 1).filter(|_| is_hsts(view, node))?;
    let value = std::str::from_utf8(&value).ok().filter(|value| !value.contains('$') && !value.is_empty())?;
    let problem = problem(value).filter(|_| !holds_placeholder(value.as_bytes()))?;
    let mut hit = found_in(facts, rule, scope, node, Some(problem.case));
    hit.at = view.arg_span(node, 1)?;
    hit.words = hit.words.with("written", value).with("problem", problem.words);
    Some(Hit { repair: Repair::None, ..hit })
}

fn is_hsts(view: View<'_>, node: NodeId) -> bool {
    view.arg(node, 0).is_some_and(|name| name.eq_ignore_ascii_case(b"strict-transport-security"))
}

#[derive(Debug, PartialEq, Eq)]
struct Problem {
    case: &'static str,
    words: &'static str,
}

/// What is wrong with a value (RFC 6797 section 6.1: parts between semicolons, names without case, each once).
fn problem(value: &str) -> Option<Problem> {
    let malformed = |words| Some(Problem { case: "malformed", words });
    let parts = value.split(';').map(|part| {
        part.split_once('=').map_or((part.trim(), None), |(name, value)| (name.trim(), Some(value.trim())))
    });
    let named =
        |wanted: &'static str| parts.clone().filter(move |(name, _)| name.eq_ignore_ascii_case(wanted));
    let mut ages = named("max-age");
    let Some((_, age)) = ages.next() else { return malformed("it has no `max-age`") };
    if ages.next().is_some() {
        return malformed("`max-age` stands twice");
    }
    let Some(age) = age.and_then(seconds) else { return malformed("`max-age` is no number of seconds") };
    let preload = named("preload").next().is_some();
    match age {
        0 => None,
        _ if age < HALF_A_YEAR => {
            Some(Problem { case: "short", words: "`max-age` is less than half a year" })
        }
        _ if preload && age < YEAR => {
            Some(Problem { case: "preload", words: "`preload` asks for a `max-age` of a year" })
        }
        _ if preload && named("includeSubDomains").next().is_none() => {
            Some(Problem { case: "preload", words: "`preload` asks for `includeSubDomains`" })
        }
        _ => None,
    }
}

/// Digits, which may stand between quotes; more than fit are very many.
fn seconds(text: &str) -> Option<u64> {
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let digits = !inner.is_empty() && inner.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| inner.parse().unwrap_or(u64::MAX))
}

/// TLS servers with a page for which no level that counts sends the header.
pub fn missing(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let view = facts.view;
    let mut without: BTreeMap<ScopeId, ScopeId> = BTreeMap::new();
    let config = view.config;
    let sends = |level: &ScopeId| config.own(*level, directive::ADD_HEADER).any(|node| is_hsts(view, node));
    let sending: HashSet<ScopeId> = config.scope_ids().filter(sends).collect();
    for block in served(view) {
        let server = config.enclosing(block, ScopeKind::Server);
        if let Some(server) = server.filter(|_| lacks(view, block, &sending)) {
            without.entry(server).or_insert(block);
        }
    }
    let servers = tls_servers(view).into_iter().filter(|it| !rejects(view, it.scope));
    let hits = servers.filter_map(|server| {
        let block = *without.get(&server.scope)?;
        let mut hit = found_in(facts, rule, server.scope, server.listen?, None);
        hit.words = hit.words.with("level", view.label(block));
        Some(Hit { repair: Repair::None, ..hit })
    });
    hits.collect()
}

/// Whether a block sends pages, and no such header with them.
fn lacks(view: View<'_>, block: ScopeId, sending: &HashSet<ScopeId>) -> bool {
    let found = in_force(view.config, block, directive::ADD_HEADER);
    let redirects = always_answered(view, block).is_some_and(|node| {
        let is_return = view.config.node(node).name == directive::RETURN;
        !is_return || is_redirect(returned(view, node).code) || returned(view, node).code >= 400
    });
    let more = levels(view.config, block)
        .any(|level| view.config.own(level, directive::MORE_SET_HEADERS).next().is_some());
    let sends = contributing(view, block, directive::ADD_HEADER).iter().any(|level| sending.contains(level));
    found.unseen.is_none() && !redirects && !more && !sends
}

fn rejects(view: View<'_>, server: ScopeId) -> bool {
    is_set_to(view, server, directive::SSL_REJECT_HANDSHAKE, b"on")
}

#[cfg(test)]
mod tests {
    use super::problem;

    fn case(value: &str) -> Option<&'static str> {
        problem(value).map(|problem| problem.case)
    }

    #[test]
    fn values_are_read_as_browsers_read_them() {
        for value in [
            "max-age=31536000",
            "max-age=63072000; includeSubDomains; preload",
            "MAX-AGE=\"31536000\" ; includesubdomains;preload",
            "max-age=0",
            "includeSubDomains; max-age=99999999999999999999",
        ] {
            assert_eq!(case(value), None, "{value}");
        }
        for value in [
            "includeSubDomains",
            "max-age",
            "max-age=",
            "max-age=1y",
            "max-age=31536000, preload",
            "max-age=1; max-age=2",
            "max-age:31536000",
        ] {
            assert_eq!(case(value), Some("malformed"), "{value}");
        }
    }

    #[test]
    fn short_times_and_half_preloading_are_noted() {
        assert_eq!(case("max-age=15767999"), Some("short"));
        assert_eq!(case("max-age=15768000"), None);
        assert_eq!(case("max-age=15768000; includeSubDomains; preload"), Some("preload"));
        assert_eq!(case("max-age=31536000; preload"), Some("preload"));
    }
}
