//! What rules may ask about one tree: its proxied blocks with the requests they send, and the evidence for each. Most
//! blocks are not meant for WebSockets, so what only the others are asked is worked out when it is asked.

use std::cell::{OnceCell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;

use super::preferences::Preferences;
use crate::catalogue::{Handler, Version, VersionRange, directive};
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::handshake::{HTTP_1_1_BY_DEFAULT, Judge, LAST_HOST_COUNTS, Request};
use crate::intent::{Declarations, Evidence, Signals, evidence, has_counter_evidence};
use crate::scope::{InForce, handler, in_force};
use crate::value::{Client, Definitions, variables};

/// A block that sends requests upstream over HTTP.
#[derive(Debug)]
pub struct Proxied {
    /// The location, `if` or `limit_except`.
    pub block: ScopeId,
    /// Its `proxy_pass`.
    pub pass: NodeId,
    /// Which level decides about the headers it sends.
    pub headers: InForce,
    /// Why it is thought to be meant for WebSockets.
    pub evidence: Option<Evidence>,
    /// Whether an `auth_request` or `mirror` asks it: such requests are no handshakes.
    is_asked: bool,
    serves: OnceCell<bool>,
    requests: OnceCell<Rc<[Request]>>,
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
    /// Whether the tree starts with a main file and lacks nothing.
    pub is_whole: bool,
    /// The variables the tree defines.
    pub definitions: &'a Definitions,
    /// The handshake.
    pub client: &'a Client,
    /// What the user has said.
    pub preferences: &'a Preferences,
    /// The proxied blocks in file order.
    pub proxied: Vec<Proxied>,
    /// One for each of the versions.
    judges: Vec<Judge<'a>>,
    /// What the block asked about last sends: most blocks send what their neighbours send.
    last: RefCell<Rc<[Request]>>,
}

impl<'a> Facts<'a> {
    /// Works out the facts of a tree.
    pub fn of(
        view: View<'a>,
        definitions: &'a Definitions,
        client: &'a Client,
        target: VersionRange,
        preferences: &'a Preferences,
    ) -> Self {
        Self::followed(view, definitions, client, target, preferences, HashSet::new())
    }

    /// Works out the facts of a tree of which somebody has followed WebSocket URLs to some blocks.
    pub fn followed(
        view: View<'a>,
        definitions: &'a Definitions,
        client: &'a Client,
        target: VersionRange,
        preferences: &'a Preferences,
        blocks: HashSet<ScopeId>,
    ) -> Self {
        let versions = stretches(target);
        let judges = versions.iter().map(|&version| Judge::new(view, definitions, client, version)).collect();
        let mut facts = Self {
            view,
            target,
            is_whole: view.config.is_whole(),
            versions,
            definitions,
            client,
            preferences,
            proxied: Vec::new(),
            judges,
            last: RefCell::new(Rc::new([])),
        };
        facts.proxied = facts.read_blocks(blocks);
        facts
    }

    fn read_blocks(&self, followed: HashSet<ScopeId>) -> Vec<Proxied> {
        let blocks = self.proxied_blocks();
        let Some(judge) = self.judges.first().filter(|_| !blocks.is_empty()) else { return Vec::new() };
        let (mut signals, asked) = (signals(judge, self.preferences), judge.subrequest_targets());
        signals.followed = followed;
        for &(block, pass) in &blocks {
            signals.add_served(&judge.environment(block), pass);
        }
        let read = |(block, pass)| Proxied {
            block,
            pass,
            headers: in_force(self.view.config, block, directive::PROXY_SET_HEADER),
            evidence: evidence(&judge.environment(block), pass, &signals),
            is_asked: asked.binary_search(&block).is_ok(),
            serves: OnceCell::new(),
            requests: OnceCell::new(),
        };
        blocks.into_iter().map(read).collect()
    }

    /// What a block sends for a handshake, for each of [`Facts::versions`].
    pub fn requests<'p>(&self, proxied: &'p Proxied) -> &'p [Request] {
        let &Proxied { block, pass, .. } = proxied;
        proxied.requests.get_or_init(|| {
            let requests = self.judges.iter().filter_map(|judge| judge.request(block, pass));
            self.shared(requests.collect())
        })
    }

    fn shared(&self, requests: Vec<Request>) -> Rc<[Request]> {
        let mut last = self.last.borrow_mut();
        if **last != *requests {
            *last = requests.into();
        }
        Rc::clone(&last)
    }

    /// Whether a block ever serves a handshake.
    pub fn serves(&self, proxied: &Proxied) -> bool {
        let serves = || self.judges.first().is_some_and(|judge| judge.serves_handshakes(proxied.block));
        !proxied.is_asked && *proxied.serves.get_or_init(serves)
    }

    /// Whether something tells against WebSockets where only a path, a name or an outer level speaks for them.
    pub fn has_counter_evidence(&self, proxied: &Proxied) -> bool {
        let environment = self.judges.first().map(|judge| judge.environment(proxied.block));
        proxied.is_asked || environment.is_some_and(|it| has_counter_evidence(&it, proxied.pass))
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

fn signals(judge: &Judge<'_>, preferences: &Preferences) -> Signals {
    let view = judge.view;
    let config = view.config;
    let over_upgrade = |scope: ScopeId| {
        let node = config.scope(scope).node.filter(|&node| config.node(node).name == directive::MAP);
        let source = node.and_then(|node| view.arg(node, 0));
        source.is_some_and(|source| variables(&source).any(|name| name.eq_ignore_ascii_case(b"http_upgrade")))
    };
    let data = config.scope_ids().filter(|&id| config.scope(id).kind == ScopeKind::Data);
    Signals {
        declared: Declarations::of_tree(view),
        intended: preferences.intended.clone(),
        served: HashSet::new(),
        has_upgrade_map: { data }.any(over_upgrade),
        targets: config.scope_ids().filter_map(|block| judge.dispatch_target(block)).collect(),
        followed: HashSet::new(),
    }
}
