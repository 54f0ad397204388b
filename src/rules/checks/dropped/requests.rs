//! What the backend no longer gets: headers and parameters of the request.

use std::collections::BTreeSet;

use super::{Key, caseless, hit, key};
use crate::catalogue::{DirectiveId, Handler, directive};
use crate::config::NodeId;
use crate::handshake::default_headers;
use crate::route::endings;
use crate::rules::facts::Facts;
use crate::rules::hit::Hit;
use crate::rules::model::Rule;
use crate::scope::{Replaced, handler, is_set_to, replaced};

/// Levels at which blocks pass requests on without what an outer level adds to them.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let config = facts.view.config;
    let mut seen: BTreeSet<Key> = BTreeSet::new();
    let passing = endings(facts.view).filter(|(_, answer)| answer.is_none());
    passing
        .filter_map(|(block, _)| {
            let list = list_of(config.node(handler(config, block)?).name.handler()?)?;
            let replaced = replaced(facts.view, block, list).filter(|&it| seen.insert(key(it)))?;
            hit(facts, rule, replaced, &lost(facts, replaced), None)
        })
        .collect()
}

/// The directive that adds to the requests of a pass.
fn list_of(handler: Handler) -> Option<DirectiveId> {
    match handler {
        Handler::Proxy => Some(directive::PROXY_SET_HEADER),
        Handler::Grpc => Some(directive::GRPC_SET_HEADER),
        Handler::Fastcgi => Some(directive::FASTCGI_PARAM),
        Handler::Uwsgi => Some(directive::UWSGI_PARAM),
        Handler::Scgi => Some(directive::SCGI_PARAM),
        Handler::Memcached | Handler::Tunnel | Handler::Script | Handler::Internal => None,
    }
}

fn lost(facts: &Facts<'_>, replaced: Replaced) -> Vec<NodeId> {
    let mut lost = replaced.lost(facts.view, |node| vec![caseless(facts, node, 0)]);
    match replaced.name {
        directive::PROXY_SET_HEADER | directive::GRPC_SET_HEADER => {
            lost.retain(|&node| !is_sent_anyway(facts, replaced, node) && !is_handshake(facts, node));
        }
        directive::FASTCGI_PARAM if describes_request(facts, replaced) => {
            lost.retain(|&node| !CUSTOMARY.contains(&&*caseless(facts, node, 0)));
        }
        _ => {}
    }
    lost
}

/// Whether nginx sends the same without the line: its own default in every version of the target range, or the header
/// of the client, which is passed on.
fn is_sent_anyway(facts: &Facts<'_>, replaced: Replaced, node: NodeId) -> bool {
    let (name, value) = (caseless(facts, node, 0), facts.view.arg(node, 1).unwrap_or_default());
    let default =
        |version| default_headers(version).find(|(known, _)| known.as_bytes().eq_ignore_ascii_case(&name));
    if facts.versions.iter().any(|&version| default(version).is_some()) {
        return facts.versions.iter().all(|&version| {
            default(version).is_some_and(|(_, known)| known.as_bytes().eq_ignore_ascii_case(&value))
        });
    }
    let variable = value.strip_prefix(b"$http_").unwrap_or_default().to_ascii_lowercase();
    let is_clients = variable.iter().map(|&byte| if byte == b'_' { b'-' } else { byte }).eq(name);
    let off = directive::PROXY_PASS_REQUEST_HEADERS;
    is_clients && !is_set_to(facts.view, replaced.level, off, b"off")
}

/// Whether a line is there for WebSockets: a block without them loses nothing with it.
fn is_handshake(facts: &Facts<'_>, node: NodeId) -> bool {
    let value = caseless(facts, node, 1);
    match &*caseless(facts, node, 0) {
        b"upgrade" => true,
        b"connection" => value.contains(&b'$') || &*value == b"upgrade",
        _ => false,
    }
}

/// Parameters that nginx's `fastcgi_params` and `fastcgi.conf` set.
const CUSTOMARY: [&[u8]; 22] = [
    b"script_filename",
    b"query_string",
    b"request_method",
    b"content_type",
    b"content_length",
    b"script_name",
    b"request_uri",
    b"document_uri",
    b"document_root",
    b"server_protocol",
    b"request_scheme",
    b"https",
    b"gateway_interface",
    b"server_software",
    b"remote_addr",
    b"remote_port",
    b"remote_user",
    b"server_addr",
    b"server_port",
    b"server_name",
    b"redirect_status",
    b"path_info",
];

/// Whether a level's own parameters are a set of their own, made for its program, and no addition to the outer ones.
fn describes_request(facts: &Facts<'_>, replaced: Replaced) -> bool {
    let has = |name: &[u8]| {
        let mut own = facts.view.config.own(replaced.level, replaced.name);
        own.any(|node| caseless(facts, node, 0) == name)
    };
    has(b"script_filename") && has(b"request_method")
}
