//! Directives of which nginx itself says that something else has taken their place.

use super::plain;
use crate::catalogue::{Context, Contexts, DirectiveId, Version, directive};
use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::finding::Edit;
use crate::fix::placement::{after, remove};
use crate::rules::facts::Facts;
use crate::rules::hit::{Hit, Repair, Words};
use crate::rules::model::Rule;
use crate::source::Span;

/// The first version that warns of `listen ... http2`, and knows `http2 on`.
const HTTP2: Version = Version::new(1, 25, 1);

/// A directive that nginx warns about.
struct Warned {
    id: DirectiveId,
    /// Where it may stand.
    contexts: Contexts,
    /// The first version that warns.
    since: Version,
    /// What stands between its name and the end of the warning.
    says: &'static str,
    /// Whether all versions know what to write instead.
    everywhere: bool,
}

const HTTP: Contexts = Contexts::of(&[Context::Http, Context::Server, Context::Location]);
const MAIL: Contexts = Contexts::of(&[Context::Mail, Context::MailServer]);
const STREAM: Contexts = Contexts::of(&[Context::Stream, Context::StreamServer]);
/// `ngx_http_v2_obsolete`
const OBSOLETE: Version = Version::new(1, 19, 7);

const fn warned(id: DirectiveId, contexts: Contexts, since: Version, says: &'static str) -> Warned {
    Warned { id, contexts, since, says, everywhere: true }
}

const fn ignored(id: DirectiveId) -> Warned {
    Warned { id, contexts: HTTP, since: HTTP2, says: "is obsolete, ignored", everywhere: false }
}

const WARNED: [Warned; 12] = [
    warned(
        directive::SSL,
        HTTP.union(MAIL),
        Version::new(1, 15, 0),
        "is deprecated, use the \"listen ... ssl\" directive instead",
    ),
    warned(
        directive::HTTP2_IDLE_TIMEOUT,
        HTTP,
        OBSOLETE,
        "is obsolete, use the \"keepalive_timeout\" directive instead",
    ),
    warned(
        directive::HTTP2_RECV_TIMEOUT,
        HTTP,
        OBSOLETE,
        "is obsolete, use the \"client_header_timeout\" directive instead",
    ),
    warned(
        directive::HTTP2_MAX_REQUESTS,
        HTTP,
        OBSOLETE,
        "is obsolete, use the \"keepalive_requests\" directive instead",
    ),
    warned(
        directive::HTTP2_MAX_FIELD_SIZE,
        HTTP,
        OBSOLETE,
        "is obsolete, use the \"large_client_header_buffers\" directive instead",
    ),
    warned(
        directive::HTTP2_MAX_HEADER_SIZE,
        HTTP,
        OBSOLETE,
        "is obsolete, use the \"large_client_header_buffers\" directive instead",
    ),
    ignored(directive::HTTP2_PUSH),
    ignored(directive::HTTP2_PUSH_PRELOAD),
    ignored(directive::HTTP2_MAX_CONCURRENT_PUSHES),
    warned(
        directive::PROXY_DOWNSTREAM_BUFFER,
        STREAM,
        Version::new(1, 9, 1),
        "is deprecated, use the \"proxy_buffer_size\" directive instead",
    ),
    warned(
        directive::PROXY_UPSTREAM_BUFFER,
        STREAM,
        Version::new(1, 9, 1),
        "is deprecated, use the \"proxy_buffer_size\" directive instead",
    ),
    Warned {
        id: directive::LISTEN,
        contexts: Contexts::of(&[Context::Server]),
        since: HTTP2,
        says: "is deprecated, use the \"http2\" directive instead",
        everywhere: false,
    },
];

/// Directives that nginx warns about in some version of the target range, if what takes their place is known to the
/// whole range, or the user has named the range.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let taken = facts.judgement().taken.iter();
    taken.filter_map(|taken| hit(facts, rule, taken.node, taken.contexts)).collect()
}

fn hit(facts: &Facts<'_>, rule: &'static Rule, node: NodeId, contexts: Contexts) -> Option<Hit> {
    let name = facts.view.config.node(node).name;
    let warned = WARNED.iter().find(|it| it.id == name && !it.contexts.intersection(contexts).is_empty())?;
    let target = facts.target;
    let always = target.lowest() >= warned.since;
    let some = target.contains_from(warned.since) && (warned.everywhere || facts.preferences.has_target);
    if !always && !some {
        return None;
    }
    let (shown, at) = if name == directive::LISTEN {
        ("listen ... http2", facts.view.arg_span(node, http2(facts, node)?)?)
    } else {
        (name.name(), facts.view.head(node))
    };
    let words = Words::default().with("nginx", format!("the \"{shown}\" directive {}", warned.says));
    let edits = edits(facts, node, name, always);
    let repair = if edits.is_empty() { Repair::None } else { Repair::Edits(edits) };
    Some(Hit { words, repair, ..plain(facts, rule, node, at) })
}

/// The parameter `http2` of a `listen`.
fn http2(facts: &Facts<'_>, node: NodeId) -> Option<usize> {
    facts.view.args(node).skip(1).position(|word| *word == *b"http2").map(|index| index + 1)
}

/// The repair, where the whole target range knows what to write instead.
fn edits(facts: &Facts<'_>, node: NodeId, name: DirectiveId, always: bool) -> Vec<Edit> {
    let scope = facts.view.config.node(node).scope;
    match name {
        directive::LISTEN if always => http2_on(facts, scope),
        directive::SSL => listen_ssl(facts, scope, node),
        directive::HTTP2_PUSH | directive::HTTP2_PUSH_PRELOAD | directive::HTTP2_MAX_CONCURRENT_PUSHES
            if always =>
        {
            vec![remove(facts.view, node)]
        }
        _ => Vec::new(),
    }
}

/// Takes `http2` out of each `listen` of a server and puts `http2 on` after the last one.
fn http2_on(facts: &Facts<'_>, server: ScopeId) -> Vec<Edit> {
    let config = facts.view.config;
    let listens: Vec<(NodeId, usize)> = {
        let own = config.own(server, directive::LISTEN);
        own.filter_map(|node| Some((node, http2(facts, node)?))).collect()
    };
    let mut edits: Vec<Edit> =
        listens.iter().filter_map(|&(node, index)| without(facts, node, index)).collect();
    let last = listens.last().filter(|_| config.own(server, directive::HTTP2).next().is_none());
    edits.extend(last.map(|&(node, _)| after(facts.view, node, &["http2 on".to_owned()])));
    edits
}

/// Takes an argument out with the space before it.
fn without(facts: &Facts<'_>, node: NodeId, index: usize) -> Option<Edit> {
    let (before, span) = (facts.view.arg_span(node, index - 1)?, facts.view.arg_span(node, index)?);
    Some(Edit { span: Span { start: before.end, ..span }, text: String::new() })
}

/// Gives each `listen` of a server the parameter `ssl` and takes the directive out.
fn listen_ssl(facts: &Facts<'_>, server: ScopeId, node: NodeId) -> Vec<Edit> {
    let view = facts.view;
    let is_on = view.arg(node, 0).is_some_and(|word| word.eq_ignore_ascii_case(b"on"));
    let listens: Vec<NodeId> = view.config.own(server, directive::LISTEN).collect();
    let is_server = matches!(view.config.scope(server).kind, ScopeKind::Server | ScopeKind::MailServer);
    if is_on && (listens.is_empty() || !is_server) {
        return Vec::new();
    }
    let plain = listens.iter().filter(|&&it| is_on && !view.args(it).any(|word| *word == *b"ssl"));
    let mut edits: Vec<Edit> = { plain }
        .map(|&listen| {
            let head = view.head(listen);
            Edit { span: Span { start: head.end, ..head }, text: " ssl".into() }
        })
        .collect();
    edits.push(remove(view, node));
    edits
}
