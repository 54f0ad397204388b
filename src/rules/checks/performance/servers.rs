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
    let plain = blocks(facts).into_iter().filter(|(_, blocks)| {
        let sends = blocks.iter().any(|&block| sends_pages(facts, block));
        sends && !blocks.iter().any(|&block| may_compress(facts, block))
    });
    plain.filter_map(|(server, _)| at_server(facts, rule, server)).collect()
}

/// Files, or what another server sends.
fn sends_pages(facts: &Facts<'_>, block: ScopeId) -> bool {
    let config = facts.view.config;
    handler(config, block).is_none_or(|node| config.node(node).name.handler().is_some_and(Handler::is_pass))
}

const COMPRESSING: [DirectiveId; 3] = [directive::GZIP, directive::GUNZIP, directive::BROTLI];
/// Whose files are compressed beforehand; `always` is a value of theirs, too.
const PREPARED: [&[u8]; 2] = [b"gzip_static", b"brotli_static"];

fn may_compress(facts: &Facts<'_>, block: ScopeId) -> bool {
    let view = facts.view;
    let is_unseen = in_force(view.config, block, directive::GZIP).unseen.is_some();
    let is_on = |name: DirectiveId| is_set_to(view, block, name, b"on");
    let is_prepared = |name: DirectiveId| is_on(name) || is_set_to(view, block, name, b"always");
    is_unseen
        || COMPRESSING.into_iter().any(is_on)
        || PREPARED.into_iter().map(lookup).any(is_prepared)
        || has_zstd(facts, block)
}

/// A module of which only the name is known here.
fn has_zstd(facts: &Facts<'_>, block: ScopeId) -> bool {
    let view = facts.view;
    let mut unknown =
        levels(view.config, block).flat_map(|level| view.config.own(level, DirectiveId::UNKNOWN));
    unknown.any(|node| matches!(&*view.name(node), b"zstd" | b"zstd_static"))
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
