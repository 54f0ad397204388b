//! Single words of a directive that let in, or ask, more than one may think.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use super::reach::is_public;
use crate::catalogue::{DirectiveId, directive};
use crate::config::{NodeId, ScopeId};
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;

/// `valid_referers` with one of the words in the rule's parameters.
pub fn referers(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let is_meant = |word: &[u8]| rule.params.iter().any(|it| word == it.as_bytes());
    first(facts, rule, directive::VALID_REFERERS, &is_meant)
}

/// A `resolver` that the internet reaches; names and ranges of private networks are none.
pub fn resolvers(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    first(facts, rule, directive::RESOLVER, &|word| address(word).is_some_and(is_public))
}

/// The first word of each directive called `name` that is meant.
fn first(
    facts: &Facts<'_>,
    rule: &'static Rule,
    name: DirectiveId,
    is_meant: &dyn Fn(&[u8]) -> bool,
) -> Vec<Hit> {
    let config = facts.view.config;
    let all = config.scope_ids().flat_map(|scope| config.own(scope, name).map(move |it| (scope, it)));
    all.filter_map(|(scope, node)| hit(facts, rule, (scope, node), is_meant)).collect()
}

fn hit(
    facts: &Facts<'_>,
    rule: &'static Rule,
    (scope, node): (ScopeId, NodeId),
    is_meant: &dyn Fn(&[u8]) -> bool,
) -> Option<Hit> {
    let index = facts.view.args(node).position(|word| is_meant(&word))?;
    let word = facts.view.arg(node, index)?;
    let mut hit = found_in(facts, rule, scope, node, None);
    hit.at = facts.view.arg_span(node, index)?;
    hit.words = hit.words.with("written", String::from_utf8_lossy(&word));
    Some(Hit { repair: Repair::None, ..hit })
}

/// An address with or without a port; IPv6 ones stand in brackets.
fn address(word: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(word).ok()?;
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    text.parse::<SocketAddr>().ok().map(|it| it.ip()).or_else(|| text.parse().ok()).or_else(bracketed)
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn addresses_are_read_with_and_without_ports() {
        for text in ["8.8.8.8", "8.8.8.8:5353", "[2001:4860:4860::8888]", "[2001:4860:4860::8888]:53"] {
            assert!(address(text.as_bytes()).is_some(), "{text}");
        }
        for text in ["dns.example.com", "valid=10s", "ipv6=off", "local=on"] {
            assert!(address(text.as_bytes()).is_none(), "{text}");
        }
    }
}
