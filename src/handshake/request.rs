//! The request that nginx sends upstream (`ngx_http_proxy_create_request`).

use std::borrow::Cow;

use crate::catalogue::{DirectiveId, Version, directive};
use crate::config::{Config, NodeId, View};
use crate::handshake::{HTTP_1_1_BY_DEFAULT, LAST_HOST_COUNTS};
use crate::scope::{InForce, in_force, single};
use crate::template::holds_placeholder;
use crate::value::{Environment, Value};

/// A value and the directive that gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The value.
    pub value: Value,
    /// The directive; `None` for nginx's default.
    pub node: Option<NodeId>,
}

/// One header line as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The name as it is written.
    pub name: String,
    /// The value; a blank one is not sent.
    pub value: Value,
    /// The `proxy_set_header`; `None` for nginx's default and for the client's own line.
    pub node: Option<NodeId>,
}

/// The request that a block sends upstream for one client request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`, unless `proxy_method` says otherwise.
    pub method: Setting,
    /// `1.0`, `1.1` or `2`.
    pub version: Setting,
    /// Which level decides about the version.
    pub version_level: InForce,
    /// Every line of the level that decides, blank ones included.
    pub set: Vec<Header>,
    /// Which level decides about the headers.
    pub header_level: InForce,
    /// What nginx sends or suppresses where that level says nothing.
    pub defaults: Vec<Header>,
    /// The client's lines that pass.
    pub passed: Vec<Header>,
}

impl Request {
    /// The lines of a header that are really sent: not blank, or not known.
    pub fn sent<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r Header> {
        self.lines(name).filter(|line| !line.value.is_blank())
    }

    /// The lines that decide about a header, blank ones included: those set, else the default, else the client's.
    pub fn lines<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r Header> {
        let named = move |line: &&Header| line.name.eq_ignore_ascii_case(name);
        let lists = [&self.set, &self.defaults, &self.passed];
        let list = lists.into_iter().find(|list| list.iter().any(|line| named(&line)));
        list.into_iter().flatten().filter(named)
    }

    /// The header's value: its lines joined, `None` where none is sent.
    pub fn value(&self, name: &str) -> Option<Value> {
        let mut joined: Option<Vec<u8>> = None;
        for line in self.sent(name) {
            match &line.value {
                Value::Known(bytes) => match &mut joined {
                    Some(before) => before.extend([b", ", bytes.as_slice()].concat()),
                    None => joined = Some(bytes.clone()),
                },
                unknown @ Value::Unknown(_) => return Some(unknown.clone()),
            }
        }
        joined.map(Value::Known)
    }

    /// Whether the deciding level may hold a header that was not read.
    pub fn headers_may_be_hidden(&self) -> bool {
        self.header_level.unseen.is_some()
    }
}

/// Headers with an empty value in nginx's default set: the client's own line is suppressed and nothing is sent
/// (`ngx_http_proxy_headers`). `Proxy-Connection` joined in 1.31.0.
const SUPPRESSED: [&str; 6] =
    ["Upgrade", "Keep-Alive", "TE", "Expect", "Content-Length", "Transfer-Encoding"];
const PROXY_CONNECTION_SUPPRESSED: Version = Version::new(1, 31, 0);

/// The request that nginx of `version` sends for `environment`'s request to its block, whose handler is `pass`.
pub fn request(environment: &Environment<'_>, pass: NodeId, version: Version) -> Request {
    let (view, block) = (environment.view, environment.block);
    environment.makes_request_of(pass);
    let header_level = in_force(view.config, block, directive::PROXY_SET_HEADER);
    let set = set_headers(environment, header_level, version);
    let defaults = unset_headers(environment, version, &set);
    let version_level = in_force(view.config, block, directive::PROXY_HTTP_VERSION);
    Request {
        method: method(environment),
        version: http_version(view, version_level, version),
        version_level,
        passed: client_headers(environment, &set, &defaults),
        set,
        header_level,
        defaults,
    }
}

fn method(environment: &Environment<'_>) -> Setting {
    let node = single(environment.view.config, environment.block, directive::PROXY_METHOD);
    let value = node.and_then(|node| environment.view.arg(node, 0)).map(|value| environment.evaluate(&value));
    Setting { value: value.unwrap_or_else(|| Value::known(environment.client.method.as_str())), node }
}

fn http_version(view: View<'_>, level: InForce, version: Version) -> Setting {
    let node = level.level.and_then(|level| view.config.own_last(level, directive::PROXY_HTTP_VERSION));
    let default = if version < HTTP_1_1_BY_DEFAULT { "1.0" } else { "1.1" };
    let written = node.and_then(|node| view.arg(node, 0)).map(Cow::into_owned);
    let known = |written: Vec<u8>| {
        if holds_placeholder(&written) { Value::Unknown("_".into()) } else { Value::Known(written) }
    };
    Setting { value: written.map_or_else(|| Value::known(default), known), node }
}

fn set_headers(environment: &Environment<'_>, level: InForce, version: Version) -> Vec<Header> {
    let view = environment.view;
    let Some(level) = level.level else { return Vec::new() };
    let lines = view.config.own(level, directive::PROXY_SET_HEADER).filter_map(|node| {
        let name = String::from_utf8_lossy(&view.arg(node, 0)?).into_owned();
        let value = environment.evaluate(&view.arg(node, 1)?);
        Some(Header { name, value, node: Some(node) })
    });
    let mut lines: Vec<Header> = lines.collect();
    if version >= LAST_HOST_COUNTS {
        keep_last_host(&mut lines);
    }
    lines
}

/// From 1.31.4 the last Host line counts, and a blank one leaves nginx's default in place.
fn keep_last_host(lines: &mut Vec<Header>) {
    let is_host = |line: &Header| line.name.eq_ignore_ascii_case("host");
    let last = lines.iter().rposition(is_host);
    let mut index = 0;
    lines.retain(|line| {
        index += 1;
        !is_host(line) || (Some(index - 1) == last && !line.value.is_blank())
    });
}

/// The header lines that nginx of `version` adds to the upstream request, or keeps the client's own out of it with, where
/// no `proxy_set_header` speaks of them: names and values as one would write them (`ngx_http_proxy_headers`).
pub fn default_headers(version: Version) -> impl Iterator<Item = (&'static str, &'static str)> {
    let connection = if version < HTTP_1_1_BY_DEFAULT { "close" } else { "" };
    let late = (version >= PROXY_CONNECTION_SUPPRESSED).then_some("Proxy-Connection");
    let suppressed = SUPPRESSED.into_iter().chain(late).map(|name| (name, ""));
    [("Host", "$proxy_host"), ("Connection", connection)].into_iter().chain(suppressed)
}

fn unset_headers(environment: &Environment<'_>, version: Version, set: &[Header]) -> Vec<Header> {
    let unset = default_headers(version).filter(|(name, _)| !has(set, name));
    let line = |(name, value): (&str, &str)| Header {
        name: name.into(),
        value: environment.evaluate(value.as_bytes()),
        node: None,
    };
    unset.map(line).collect()
}

fn has(lines: &[Header], name: &str) -> bool {
    lines.iter().any(|line| line.name.eq_ignore_ascii_case(name))
}

fn client_headers(environment: &Environment<'_>, set: &[Header], defaults: &[Header]) -> Vec<Header> {
    if is_off(environment.view, environment.block, directive::PROXY_PASS_REQUEST_HEADERS) {
        return Vec::new();
    }
    let client = environment.client;
    let known = client.headers.iter().map(|(name, value)| (name, Value::known(value.as_str())));
    let unknown = client.unknown.iter().map(|(name, variable)| (name, Value::Unknown(variable.clone())));
    let lines = known.chain(unknown).filter(|(name, _)| !has(set, name) && !has(defaults, name));
    lines.map(|(name, value)| Header { name: name.clone(), value, node: None }).collect()
}

/// Whether a flag in force is off.
fn is_off(view: View<'_>, block: crate::config::ScopeId, name: DirectiveId) -> bool {
    let config: &Config = view.config;
    let value = single(config, block, name).and_then(|node| view.arg(node, 0));
    value.is_some_and(|value| value.eq_ignore_ascii_case(b"off"))
}
