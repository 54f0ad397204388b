//! A Host for the backend that stands in a header, an argument or a cookie of the client's.

use super::words::{hit, http_scopes, place, shown, site};
use crate::catalogue::directive;
use crate::config::NodeId;
use crate::finding::Edit;
use crate::rules::facts::Facts;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::value::{Classes, Part, parts};

/// `Host` lines with something of the client's that is no host.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let (view, classes) = (facts.view, Classes::of(facts.view, facts.definitions));
    let lists = [directive::PROXY_SET_HEADER, directive::GRPC_SET_HEADER];
    let nodes =
        http_scopes(view).flat_map(|scope| lists.into_iter().flat_map(move |it| view.config.own(scope, it)));
    let hosts =
        nodes.filter(|&node| view.arg(node, 0).is_some_and(|name| name.eq_ignore_ascii_case(b"host")));
    hosts.filter_map(|node| found(facts, rule, &classes, node)).collect()
}

fn found(facts: &Facts<'_>, rule: &'static Rule, classes: &Classes<'_>, node: NodeId) -> Option<Hit> {
    let value = facts.view.arg(node, 1)?;
    let (part, origin) = parts(&value).find_map(|part| {
        let held = classes.held_by(site(facts, node), part);
        Some((part, held.into_iter().find(|held| is_no_host(&held.origin))?.origin))
    })?;
    let at = place(facts.view, node, 1, part);
    let mut hit = hit(facts, rule, node, at, None);
    hit.words = hit.words.with("variable", format!("${origin}"));
    // Another variable may be used elsewhere; what stands here can be written anew.
    if matches!(part, Part::Variable(_)) && shown(part).eq_ignore_ascii_case(&format!("${origin}")) {
        hit.repair = Repair::Edits(vec![Edit { span: at, text: "$host".into() }]);
    }
    Some(hit)
}

fn is_no_host(origin: &str) -> bool {
    ["http_x_", "arg_", "cookie_"].iter().any(|start| origin.starts_with(start))
}
