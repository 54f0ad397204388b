//! What nginx assumes where a block that proxies does not say it, as far as a WebSocket depends on it.

use crate::catalogue::{Context, DirectiveId, Handler, Version, directive};
use crate::config::{NodeId, ScopeId, View};
use crate::handshake::{default_headers, request};
use crate::scope::{handler, in_force};
use crate::value::{Client, Definitions, Environment};

/// A directive as it would have to be written to say what holds anyway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assumed {
    /// Its name.
    pub name: &'static str,
    /// Its arguments.
    pub args: Vec<&'static str>,
}

/// Settings without which a handshake, or an idle connection after it, goes another way.
const SETTINGS: [DirectiveId; 3] =
    [directive::PROXY_HTTP_VERSION, directive::PROXY_READ_TIMEOUT, directive::PROXY_SEND_TIMEOUT];

/// Headers of the upstream request that a handshake stands on.
const HEADERS: [&str; 3] = ["Host", "Upgrade", "Connection"];

/// What holds by default at `scope`, where it proxies over HTTP. Nothing where a level that was not read may say
/// otherwise.
pub(super) fn assumed(
    view: View<'_>,
    definitions: &Definitions,
    scope: ScopeId,
    version: Version,
) -> Vec<Assumed> {
    let Some(pass) = handler(view.config, scope).filter(|&node| is_proxy(view, node)) else {
        return Vec::new();
    };
    let client = Client::handshake();
    let environment = Environment::new(view, definitions, &client, scope);
    let sent = request(&environment, pass, version);
    let is_known = !sent.headers_may_be_hidden();
    let is_sent = |name: &str| HEADERS.contains(&name) && sent.defaults.iter().any(|line| line.name == name);
    let headers = default_headers(version).filter(|(name, _)| is_known && is_sent(name));
    let name = directive::PROXY_SET_HEADER.name();
    let headers = headers.map(|(header, value)| Assumed { name, args: vec![header, value] });
    settings(view, scope, version).chain(headers).collect()
}

fn is_proxy(view: View<'_>, node: NodeId) -> bool {
    view.config.node(node).name.handler() == Some(Handler::Proxy)
}

fn settings(view: View<'_>, scope: ScopeId, version: Version) -> impl Iterator<Item = Assumed> {
    SETTINGS.into_iter().filter_map(move |setting| {
        let variant = setting.entry()?.variants_in(Context::Http).next()?;
        let value = variant.default_in(version)?;
        let deciding = in_force(view.config, scope, setting);
        let is_unset = deciding.level.is_none() && deciding.unseen.is_none();
        is_unset.then(|| Assumed { name: setting.name(), args: vec![value] })
    })
}
