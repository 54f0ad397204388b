//! `Sec-WebSocket-Protocol`, which a client that asks for a subprotocol must get an answer to.

use std::sync::LazyLock;

use super::shared::agreed;
use crate::catalogue::directive;
use crate::config::NodeId;
use crate::fix::placement::replace;
use crate::handshake::request;
use crate::rules::facts::{Facts, Proxied};
use crate::rules::found::found;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::value::{Client, Environment};

const HEADER: &str = "Sec-WebSocket-Protocol";

/// A client that asks for a subprotocol.
static ASKING: LazyLock<Client> = LazyLock::new(|| Client::handshake().with(HEADER, "chat"));

/// Blocks that keep the client's subprotocols from the backend, or the backend's choice from the client.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let blanked = facts.intended(rule).filter_map(|it| blanked(facts, rule, it));
    let mut hits = agreed(facts, directive::PROXY_SET_HEADER, blanked.collect());
    hits.extend(super::hidden::check(facts, rule));
    hits
}

fn blanked(facts: &Facts<'_>, rule: &'static Rule, proxied: &Proxied) -> Option<(Hit, NodeId)> {
    let environment = Environment::new(facts.view, facts.definitions, &ASKING, proxied.block);
    let sent = request(&environment, proxied.pass, facts.target.lowest());
    let line = sent.lines(HEADER).next().filter(|line| line.value.is_blank())?;
    let mut hit = found(facts, rule, proxied, line.node?, Some("blanked"));
    hit.words = hit.words.with("header", HEADER);
    let edit = replace(facts.view, line.node?, 1, "$http_sec_websocket_protocol");
    hit.repair = Repair::Edits(edit.into_iter().collect());
    Some((hit, line.node?))
}
