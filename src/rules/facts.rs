//! What rules may ask about one tree: its proxied blocks with the requests they send, and the evidence for each.

use crate::catalogue::{Handler, Version, VersionRange, directive};
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::handshake::{HTTP_1_1_BY_DEFAULT, Judge, LAST_HOST_COUNTS, Request};
use crate::intent::{Declarations, Evidence, Signals, evidence, has_counter_evidence};
use crate::scope::handler;
use crate::value::{Client, Definitions, variables};

/// A block that sends requests upstream over HTTP.
#[derive(Debug)]
pub struct Proxied {
    /// The location, `if` or `limit_except`.
    pub block: ScopeId,
    /// Its `proxy_pass`.
    pub pass: NodeId,
    /// What it sends for a handshake, for each of [`Facts::versions`].
    pub requests: Vec<Request>,
    /// Whether it ever serves a handshake.
    pub serves: bool,
    /// Why it is thought to be meant for WebSockets.
    pub evidence: Option<Evidence>,
    /// Whether something tells against WebSockets where only a path, a name or an outer level speaks for them.
    pub counter_evidence: bool,
}

/// Everything known of a tree before the rules look at it.
pub struct Facts<'a> {
    /// The tree.
    pub view: View<'a>,
    /// The target range.
    pub target: VersionRange,
    /// One version of the range for each stretch in which nginx builds the upstream request in its own way, oldest
    /// first.
    pub versions: Vec<Version>,
    /// The variables the tree defines.
    pub definitions: &'a Definitions,
    /// The handshake.
    pub client: &'a Client,
    /// The proxied blocks in file order.
    pub proxied: Vec<Proxied>,
}

impl<'a> Facts<'a> {
    /// Works out the facts of a tree.
    pub fn of(
        view: View<'a>,
        definitions: &'a Definitions,
        client: &'a Client,
        target: VersionRange,
    ) -> Self {
        let versions = stretches(target);
        let judges: Vec<Judge<'_>> =
            versions.iter().map(|&version| Judge::new(view, definitions, client, version)).collect();
        let mut facts = Self { view, target, versions, definitions, client, proxied: Vec::new() };
        let blocks = facts.proxied_blocks();
        if let Some(judge) = judges.first().filter(|_| !blocks.is_empty()) {
            let signals = signals(judge);
            let asked = judge.subrequest_targets();
            facts.proxied = (blocks.into_iter())
                .map(|(block, pass)| {
                    let environment = judge.environment(block);
                    let is_asked = asked.binary_search(&block).is_ok();
                    Proxied {
                        block,
                        pass,
                        requests: judges.iter().filter_map(|judge| judge.request(block, pass)).collect(),
                        serves: judge.serves_handshakes(block) && !is_asked,
                        evidence: evidence(&environment, pass, &signals),
                        counter_evidence: is_asked || has_counter_evidence(&environment, pass),
                    }
                })
                .collect();
        }
        facts
    }

    fn proxied_blocks(&self) -> Vec<(ScopeId, NodeId)> {
        let config = self.view.config;
        let blocks = config.scope_ids().filter(|&id| config.scope(id).kind.is_location_level());
        blocks
            .filter_map(|block| {
                let pass = handler(config, block)?;
                (config.node(pass).name.handler() == Some(Handler::Proxy)).then_some((block, pass))
            })
            .collect()
    }

    /// The proxied block whose scope is `block`.
    pub fn proxied(&self, block: ScopeId) -> Option<&Proxied> {
        let index = self.proxied.binary_search_by_key(&block, |proxied| proxied.block).ok()?;
        self.proxied.get(index)
    }
}

/// The first version of each stretch of the range.
fn stretches(target: VersionRange) -> Vec<Version> {
    let later =
        [HTTP_1_1_BY_DEFAULT, LAST_HOST_COUNTS].into_iter().filter(|&version| target.contains(version));
    std::iter::once(target.lowest()).chain(later.filter(|&version| version > target.lowest())).collect()
}

fn signals(judge: &Judge<'_>) -> Signals {
    let view = judge.view;
    let config = view.config;
    let over_upgrade = |scope: ScopeId| {
        let node = config.scope(scope).node.filter(|&node| config.node(node).name == directive::MAP);
        let source = node.and_then(|node| view.arg(node, 0));
        source.is_some_and(|source| variables(&source).any(|name| name.eq_ignore_ascii_case(b"http_upgrade")))
    };
    let data = config.scope_ids().filter(|&id| config.scope(id).kind == ScopeKind::Data);
    Signals {
        declared: Declarations::of_documents(view.texts, &config.documents),
        has_upgrade_map: { data }.any(over_upgrade),
        targets: config.scope_ids().filter_map(|block| judge.dispatch_target(block)).collect(),
    }
}
