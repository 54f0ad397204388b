//! Servers that lack what nearly every server wants. Where a level was not read nothing is said.

use std::collections::BTreeMap;

use crate::catalogue::{DirectiveId, Handler, directive, lookup};
use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::finding::Label;
use crate::route::{always_answered, served};
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::Hit;
use crate::rules::model::Rule;
use crate::scope::{handler, in_force, is_set_to, levels};

/// The blocks of each server in which requests are served, those left out that only answer by themselves.
fn blocks(facts: &Facts<'_>) -> BTreeMap<ScopeId, Vec<ScopeId>> {
    let view = facts.view;
    let mut servers: BTreeMap<ScopeId, Vec<ScopeId>> = BTreeMap::new();
    for block in served(view).filter(|&block| always_answered(view, block).is_none()) {
        let server = view.config.enclosing(block, ScopeKind::Server);
        if let Some(server) = server.filter(|&server| view.config.scope(server).node.is_some()) {
            servers.entry(server).or_default().push(block);
        }
    }
    servers
}

fn at_server(facts: &Facts<'_>, rule: &'static Rule, server: ScopeId) -> Option<Hit> {
    Some(found_in(facts, rule, server, facts.view.config.scope(server).node?, None))
}

/// Servers of files or pages none of which is compressed.
pub(super) fn compression(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let present = Compressing::of(facts);
    let plain = blocks(facts).into_iter().filter(|(_, blocks)| {
        let sends = blocks.iter().any(|&block| sends_pages(facts, block));
        sends && !blocks.iter().any(|&block| present.may_compress(facts, block))
    });
    plain.filter_map(|(server, _)| at_server(facts, rule, server)).collect()
}

/// Files, or what another server sends.
fn sends_pages(facts: &Facts<'_>, block: ScopeId) -> bool {
    let config = facts.view.config;
    handler(config, block).is_none_or(|node| config.node(node).name.handler().is_some_and(Handler::is_pass))
}

/// What compresses with `on`; with `always`, too, where files are compressed beforehand. Of zstd only the names are known.
const COMPRESSING: [&[u8]; 7] =
    [b"gzip", b"gunzip", b"brotli", b"zstd", b"gzip_static", b"brotli_static", b"zstd_static"];

/// Those of them that stand somewhere in the tree.
struct Compressing {
    known: Vec<DirectiveId>,
    has_unknown: bool,
}

impl Compressing {
    fn of(facts: &Facts<'_>) -> Self {
        let all = COMPRESSING.into_iter().map(lookup).filter(|&name| name != DirectiveId::UNKNOWN);
        let mut known: Vec<DirectiveId> = all.collect();
        let mut nodes = (0u32..).map(NodeId).zip(&facts.view.config.nodes);
        known.retain(|&name| facts.view.config.nodes.iter().any(|node| node.name == name));
        let has_unknown = nodes.any(|(id, node)| node.name == DirectiveId::UNKNOWN && compresses(facts, id));
        Self { known, has_unknown }
    }

    fn may_compress(&self, facts: &Facts<'_>, block: ScopeId) -> bool {
        let view = facts.view;
        let is_on = |name: DirectiveId| {
            is_set_to(view, block, name, b"on") || is_set_to(view, block, name, b"always")
        };
        let is_unseen = || !facts.is_whole && in_force(view.config, block, directive::GZIP).unseen.is_some();
        let unknown = || levels(view.config, block).flat_map(|it| view.config.own(it, DirectiveId::UNKNOWN));
        self.known.iter().copied().any(is_on)
            || is_unseen()
            || self.has_unknown && unknown().any(|node| compresses(facts, node))
    }
}

fn compresses(facts: &Facts<'_>, node: NodeId) -> bool {
    COMPRESSING.contains(&&*facts.view.name(node))
}

/// Servers that pass bodies on and leave open how large these may be.
pub(super) fn body_size(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let servers = blocks(facts).into_iter();
    servers
        .filter_map(|(server, blocks)| {
            let pass = blocks.into_iter().find_map(|block| unlimited(facts, block))?;
            let mut hit = at_server(facts, rule, server)?;
            let message = rule.report.related.first().map(|it| it.message.to_string());
            hit.related.extend(message.map(|message| Label { span: facts.view.head(pass), message }));
            Some(hit)
        })
        .collect()
}

/// The pass of a block that sends bodies on, where nothing limits them and every level was read.
fn unlimited(facts: &Facts<'_>, block: ScopeId) -> Option<NodeId> {
    let config = facts.view.config;
    let pass = handler(config, block)?;
    let passes_body = match config.node(pass).name.handler()? {
        Handler::Proxy => directive::PROXY_PASS_REQUEST_BODY,
        Handler::Fastcgi => directive::FASTCGI_PASS_REQUEST_BODY,
        Handler::Uwsgi => directive::UWSGI_PASS_REQUEST_BODY,
        Handler::Scgi => directive::SCGI_PASS_REQUEST_BODY,
        // `grpc_pass` has no such switch.
        Handler::Grpc => DirectiveId::UNKNOWN,
        Handler::Memcached | Handler::Tunnel | Handler::Script | Handler::Internal => return None,
    };
    let limit = in_force(config, block, directive::CLIENT_MAX_BODY_SIZE);
    let is_open = limit.level.is_none() && limit.unseen.is_none();
    (is_open && !is_set_to(facts.view, block, passes_body, b"off")).then_some(pass)
}
