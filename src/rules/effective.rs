//! What is in force already and need not be written.

use super::facts::{Facts, Proxied, client_of};
use super::model::Sender;
use crate::catalogue::directive;
use crate::config::ScopeId;
use crate::fix::placement::Wanted;
use crate::handshake::Request;
use crate::scope::{list, location_of};
use crate::value::{Client, Environment, Value};

/// Whether the block sends, in every version of the target range and for whatever client, what is wanted.
pub fn is_effective(facts: &Facts<'_>, proxied: &Proxied, wanted: &Wanted) -> bool {
    let value = |client: &Client| {
        let environment = Environment::new(facts.view, facts.definitions, client, proxied.block);
        environment.evaluate(wanted.value().trim_matches(['"', '\'']).as_bytes())
    };
    let sends = |request: &Request, header: &str, value: Value| {
        request.value(header).unwrap_or(Value::EMPTY) == value
    };
    let others = |header: &str| {
        [Sender::Plain, Sender::H2c].into_iter().all(|sender| {
            let request = facts.sent_by(sender, proxied);
            request.is_some_and(|request| sends(request, header, value(client_of(sender))))
        })
    };
    let value = value(facts.client);
    if let Some(header) = wanted.header() {
        let all = facts.requests(proxied).iter().all(|request| sends(request, header, value.clone()));
        return all && others(header);
    }
    facts.requests(proxied).iter().all(|request| match wanted.header() {
        None if wanted.directive() == directive::PROXY_HTTP_VERSION => request.version.value == value,
        _ => list(facts.view.config, proxied.block, wanted.directive())
            .into_iter()
            .flat_map(|node| facts.view.args(node))
            .any(|argument| *argument == *wanted.value().as_bytes()),
    })
}

/// Whether a single value that is to change came by an include: others may take it from there, too.
pub fn shares_single(facts: &Facts<'_>, block: ScopeId, missing: &[Wanted]) -> bool {
    let config = facts.view.config;
    let location = location_of(config, block);
    let home = config.scope(location).node.map(|node| config.node(node).include);
    let singles = missing.iter().filter(|it| it.header().is_none() && !it.is_entry());
    { singles }
        .filter(|it| it.directive() != directive::PROXY_HTTP_VERSION)
        .filter_map(|it| config.own_last(location, it.directive()))
        .any(|node| Some(config.node(node).include) != home)
}
