//! What rules may ask about one tree: its proxied blocks with the requests they send, and the evidence for each. Most
//! blocks are not meant for WebSockets, so what only the others are asked is worked out when it is asked.

use std::cell::{OnceCell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::LazyLock;

use super::judgement::Judgement;
use super::preferences::Preferences;
use crate::catalogue::{Handler, Version, VersionRange, directive};
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::handshake::{HTTP_1_1_BY_DEFAULT, Judge, LAST_HOST_COUNTS, Request, cache, request};
use crate::intent::{Declarations, Evidence, Signals, evidence, has_counter_evidence};
use crate::rules::model::{Intent, Rule, Sender};
use crate::scope::{InForce, handler, in_force};
use crate::value::{Client, Definitions, Environment, variables};

/// A client that asks for a page.
static PLAIN: LazyLock<Client> = LazyLock::new(Client::plain);

/// A client that asks for an upgrade to HTTP/2.
static H2C: LazyLock<Client> = LazyLock::new(|| {
    let connection = ("Connection".into(), "Upgrade, HTTP2-Settings".into());
    Client { headers: vec![("Upgrade".into(), "h2c".into()), connection], ..Client::handshake() }
});

/// Who sends such a request.
pub fn client_of(sender: Sender) -> &'static Client {
    match sender {
        Sender::Plain => &PLAIN,
        Sender::H2c => &H2C,
    }
}

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
    plain: OnceCell<Box<Request>>,
    h2c: OnceCell<Box<Request>>,
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
    /// What comments declare to be for WebSockets, or not.
    pub declared: Declarations,
    /// The proxied blocks in file order.
    pub proxied: Vec<Proxied>,
    judgement: OnceCell<Judgement>,
    /// One that asks for pages.
    plain: Judge<'a>,
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
            declared: Declarations::of_tree(view),
            proxied: Vec::new(),
            judgement: OnceCell::new(),
            plain: Judge::new(view, definitions, &PLAIN, target.lowest()),
            judges,
            last: RefCell::new(Rc::new([])),
        };
        facts.proxied = facts.read_blocks(blocks);
        facts
    }

    fn read_blocks(&self, followed: HashSet<ScopeId>) -> Vec<Proxied> {
        let blocks = self.proxied_blocks();
        let Some(judge) = self.judges.first().filter(|_| !blocks.is_empty()) else { return Vec::new() };
        let (mut signals, asked) =
            (signals(judge, self.declared.clone(), self.preferences), judge.subrequest_targets());
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
            plain: OnceCell::new(),
            h2c: OnceCell::new(),
        };
        blocks.into_iter().map(read).collect()
    }

    /// What nginx refuses of the tree's directives.
    pub fn judgement(&self) -> &Judgement {
        self.judgement.get_or_init(|| Judgement::of(self.view, self.target, self.preferences))
    }

    /// What a block sends for a handshake, for each of [`Facts::versions`].
    pub fn requests<'p>(&self, proxied: &'p Proxied) -> &'p [Request] {
        let &Proxied { block, pass, .. } = proxied;
        proxied.requests.get_or_init(|| {
            let requests = self.judges.iter().filter_map(|judge| judge.request(block, pass));
            self.shared(requests.collect())
        })
    }

    /// What a block sends for another client's request, by the oldest version of the range.
    pub fn sent_by<'p>(&self, sender: Sender, proxied: &'p Proxied) -> Option<&'p Request> {
        let cell = match sender {
            Sender::Plain => &proxied.plain,
            Sender::H2c => &proxied.h2c,
        };
        let client = client_of(sender);
        let sent = || {
            let environment = Environment::new(self.view, self.definitions, client, proxied.block);
            Box::new(request(&environment, proxied.pass, self.target.lowest()))
        };
        Some(&**cell.get_or_init(sent))
    }

    /// Whether a block serves requests without Upgrade, and neither a path nor a name says that there are none.
    pub fn serves_plain(&self, proxied: &Proxied) -> bool {
        let told = proxied.evidence.as_ref().is_some_and(|it| it.websocket_only || it.named);
        !told && !proxied.is_asked && self.plain.serves_handshakes(proxied.block)
    }

    /// Whether a stored answer may be given to a handshake.
    pub fn may_be_cached(&self, proxied: &Proxied) -> bool {
        self.judge().is_some_and(|judge| cache::may_answer(&judge.environment(proxied.block), proxied.block))
    }

    /// The judge of the oldest version in the range.
    pub fn judge(&self) -> Option<&Judge<'a>> {
        self.judges.first()
    }

    /// The blocks that serve handshakes and are meant to, by the evidence that a rule needs.
    pub fn intended(&self, rule: &Rule) -> impl Iterator<Item = &Proxied> {
        let needed = rule.intent.unwrap_or(Intent::Name);
        let meant = move |it: &&Proxied| it.evidence.as_ref().is_some_and(|found| found.level >= needed);
        self.proxied.iter().filter(meant).filter(|it| self.serves(it))
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

fn signals(judge: &Judge<'_>, declared: Declarations, preferences: &Preferences) -> Signals {
    let view = judge.view;
    let config = view.config;
    let over_upgrade = |scope: ScopeId| {
        let node = config.scope(scope).node.filter(|&node| config.node(node).name == directive::MAP);
        let source = node.and_then(|node| view.arg(node, 0));
        source.is_some_and(|source| variables(&source).any(|name| name.eq_ignore_ascii_case(b"http_upgrade")))
    };
    let data = config.scope_ids().filter(|&id| config.scope(id).kind == ScopeKind::Data);
    Signals {
        declared,
        intended: preferences.intended.clone(),
        served: HashSet::new(),
        has_upgrade_map: { data }.any(over_upgrade),
        targets: config.scope_ids().filter_map(|block| judge.dispatch_target(block)).collect(),
        followed: HashSet::new(),
    }
}
