//! `try_files` beside a pass: it looks for files, and the pass takes all requests.

use crate::catalogue::{Handler, directive};
use crate::route::endings;
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::scope::handler;

/// Locations that look for files and pass requests on over HTTP or gRPC.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let config = facts.view.config;
    let blocks = endings(facts.view).filter(|(_, answer)| answer.is_none());
    blocks
        .filter_map(|(block, _)| {
            let node = config.own_last(block, directive::TRY_FILES)?;
            let pass = config.node(handler(config, block)?);
            let is_http = matches!(pass.name.handler(), Some(Handler::Proxy | Handler::Grpc));
            let hit = is_http.then(|| found_in(facts, rule, block, node, None))?;
            let words = hit.words.with("header", pass.name.name());
            Some(Hit { words, repair: Repair::None, ..hit })
        })
        .collect()
}
