//! Vulnerabilities that need certain directives.

use super::scopes;
use crate::catalogue::{DirectiveId, Together, Use, When, directive, lookup};
use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::route::always_answered;
use crate::rules::facts::Facts;
use crate::scope::{entries, handler, in_force};

/// Where the directives are in use that a vulnerability needs.
pub fn places(facts: &Facts<'_>, when: &When) -> Vec<NodeId> {
    if when.smtp && !speaks_smtp(facts) {
        return Vec::new();
    }
    let mut found: Vec<NodeId> = when.any.iter().flat_map(|it| uses(facts, it)).collect();
    if let Some(unless) = &when.unless {
        found.retain(|&node| !is_in_force(facts, facts.view.config.node(node).scope, unless));
    }
    let lists: Vec<Vec<NodeId>> =
        when.all.iter().map(|list| list.iter().flat_map(|it| uses(facts, it)).collect()).collect();
    if lists.iter().all(|list| !list.is_empty()) {
        found.extend(lists.first().into_iter().flatten());
    }
    found.extend(when.together.iter().flat_map(|together| at_blocks(facts, together)));
    found
}

/// Where a directive stands and counts: in the right context, in a block that something reaches.
fn uses(facts: &Facts<'_>, wanted: &Use) -> Vec<NodeId> {
    let config = facts.view.config;
    let id = lookup(wanted.directive.as_bytes());
    let reached = config.scope_ids().filter(|&scope| {
        let is_block = config.scope(scope).kind.is_location_level();
        is_context(facts, scope, wanted.context)
            && !(is_block && always_answered(facts.view, scope).is_some())
    });
    reached.flat_map(|scope| config.own(scope, id)).filter(|&node| fits(facts, node, wanted)).collect()
}

/// `http` unless another context is named; the block itself stands in the main context.
fn is_context(facts: &Facts<'_>, scope: ScopeId, context: Option<&str>) -> bool {
    let config = facts.view.config;
    let inside = |kind: ScopeKind| config.enclosing(scope, kind).is_some();
    match context {
        Some("mail") => inside(ScopeKind::Mail) || config.scope(scope).kind == ScopeKind::Main,
        Some("stream") => inside(ScopeKind::Stream),
        _ => !inside(ScopeKind::Mail) && !inside(ScopeKind::Stream),
    }
}

fn fits(facts: &Facts<'_>, node: NodeId, wanted: &Use) -> bool {
    let words: Vec<_> = facts.view.args(node).collect();
    let is = |word: &[u8], other: &str| word.eq_ignore_ascii_case(other.as_bytes());
    let listed =
        wanted.words.is_empty() || words.iter().any(|word| wanted.words.iter().any(|it| is(word, it)));
    let first = words.first().map_or(&[][..], |word| &**word);
    let excepted = wanted.except.iter().any(|it| is(first, it));
    let begins = |start: &&str| first.get(..start.len()).is_some_and(|head| is(head, start));
    let starts = wanted.starts.is_empty() || wanted.starts.iter().any(begins);
    let holds = |text: &str| words.iter().any(|word| memchr::memmem::find(word, text.as_bytes()).is_some());
    let size = words.last().and_then(|word| size(word)).unwrap_or(0);
    listed && !excepted && starts && wanted.has.is_none_or(holds) && size >= wanted.at_least
}

/// `8k`, `2m`
fn size(word: &[u8]) -> Option<u64> {
    let (digits, factor) = match word {
        [digits @ .., b'k' | b'K'] => (digits, 1 << 10),
        [digits @ .., b'm' | b'M'] => (digits, 1 << 20),
        digits => (digits, 1),
    };
    std::str::from_utf8(digits).ok()?.parse::<u64>().ok()?.checked_mul(factor)
}

/// Whether a directive is in force at a block; what may stand where nobody has read is not known to be absent.
fn is_in_force(facts: &Facts<'_>, block: ScopeId, wanted: &Use) -> bool {
    let config = facts.view.config;
    let id = lookup(wanted.directive.as_bytes());
    let found = in_force(config, block, id);
    match found.level {
        None => (wanted.absent || wanted.or_unset) && found.unseen.is_none(),
        Some(_) if wanted.absent => false,
        Some(_) => entries(facts.view, block, id).into_iter().any(|node| fits(facts, node, wanted)),
    }
}

/// The blocks at which all directives of a set are in force, by the nearest of these directives.
fn at_blocks(facts: &Facts<'_>, together: &Together) -> Vec<NodeId> {
    let config = facts.view.config;
    let blocks = blocks(facts, together.within);
    let vulnerable = blocks.into_iter().filter(|&block| {
        always_answered(facts.view, block).is_none()
            && together.uses.iter().all(|wanted| is_in_force(facts, block, wanted))
    });
    vulnerable
        .filter_map(|block| {
            let set = together.uses.iter().filter_map(|wanted| {
                let id = lookup(wanted.directive.as_bytes());
                let level = in_force(config, block, id).level?;
                config.own(level, id).find(|&node| fits(facts, node, wanted))
            });
            set.max()
        })
        .collect()
}

fn blocks(facts: &Facts<'_>, within: &str) -> Vec<ScopeId> {
    let config = facts.view.config;
    match within {
        "server" => scopes(facts, ScopeKind::Server).collect(),
        "tls-server" => scopes(facts, ScopeKind::Server).filter(|&server| is_tls(facts, server)).collect(),
        "location" => scopes(facts, ScopeKind::Location).collect(),
        pass => {
            let id = lookup(pass.as_bytes());
            let locations = config.scope_ids().filter(|&it| config.scope(it).kind.is_location_level());
            let with_pass =
                |&it: &ScopeId| handler(config, it).is_some_and(|node| config.node(node).name == id);
            locations.filter(with_pass).collect()
        }
    }
}

/// Whether a server listens for TLS.
pub fn is_tls(facts: &Facts<'_>, server: ScopeId) -> bool {
    let view = facts.view;
    let mut listens = view.config.own(server, directive::LISTEN);
    let has_ssl = listens.any(|node| view.args(node).any(|word| matches!(&*word, b"ssl" | b"quic")));
    has_ssl || crate::scope::is_set_to(view, server, SSL, b"on")
}

const SSL: DirectiveId = directive::SSL;

/// Whether a mail server speaks SMTP: it says so, or listens on one of the protocol's ports.
fn speaks_smtp(facts: &Facts<'_>) -> bool {
    let view = facts.view;
    scopes(facts, ScopeKind::MailServer).any(|server| {
        let mut protocols = view.config.own(server, directive::PROTOCOL);
        let says = protocols.any(|node| view.arg(node, 0).as_deref() == Some(b"smtp"));
        let mut listens = view.config.own(server, directive::LISTEN).filter_map(|node| view.arg(node, 0));
        let is_port = |word: &[u8]| {
            let port = word.rsplit(|&byte| byte == b':').next().unwrap_or(word);
            matches!(port, b"25" | b"465" | b"587")
        };
        says || listens.any(|word| is_port(&word))
    })
}
