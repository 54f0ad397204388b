//! Conditions on effective values. UNKNOWN is neither true nor false, so it never makes a finding.

use super::facts::{Facts, Proxied};
use super::model::{Condition, Fact, RequestPart};
use crate::catalogue::{VersionRange, lookup};
use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::handshake::{Request, is_surely_sent};
use crate::rules::time::milliseconds;
use crate::scope::in_force;
use crate::template::holds_placeholder;
use crate::value::{Outcome, Part, Value, parts};

/// What a condition is asked about.
#[derive(Clone, Copy)]
pub struct Subject<'s, 'a> {
    /// The tree.
    pub facts: &'s Facts<'a>,
    /// The scope that is visited.
    pub scope: ScopeId,
    /// The block, where it is a proxied one.
    pub proxied: Option<&'s Proxied>,
    /// Its request for the version that is being judged.
    pub request: Option<&'s Request>,
    /// The directive that is visited.
    pub node: Option<NodeId>,
    /// What failed, once something has: whether a directive sets it, and whether what is out of sight could.
    pub failed: Option<(bool, bool)>,
}

impl Subject<'_, '_> {
    /// Whether a condition holds.
    pub fn holds(self, condition: &Condition) -> Outcome {
        // What comes first may spare what comes next, which may cost more.
        let all = condition.all.iter().fold(Outcome::True, |so_far, part| match so_far {
            Outcome::False => so_far,
            Outcome::True | Outcome::Unknown => so_far.and(self.holds(part)),
        });
        let none =
            condition.none.iter().fold(Outcome::True, |so_far, part| so_far.and(self.holds(part).negated()));
        let any = match &*condition.any {
            [] => Outcome::True,
            parts => parts.iter().fold(Outcome::False, |so_far, part| so_far.or(self.holds(part))),
        };
        let fact = condition.fact.map_or(Outcome::True, |fact| self.fact(fact));
        let directive =
            condition.directive.as_deref().map_or(Outcome::True, |name| self.directive(name, condition));
        let request = condition.request.as_ref().map_or(Outcome::True, |part| self.request(part));
        let target = condition.target.as_deref().map_or(Outcome::True, |range| self.target(range));
        [all, none, any, fact, directive, request, target].into_iter().fold(Outcome::True, Outcome::and)
    }

    fn target(self, range: &str) -> Outcome {
        let range: Result<VersionRange, _> = range.parse();
        range.map_or(Outcome::Unknown, |range| range.overlaps(self.facts.target).into())
    }

    fn fact(self, fact: Fact) -> Outcome {
        let Some(proxied) = self.proxied else { return Outcome::Unknown };
        match fact {
            Fact::Mixed => {
                (!proxied.evidence.as_ref().is_some_and(|evidence| evidence.websocket_only)).into()
            }
            Fact::PlainToo => self.facts.serves_plain(proxied).into(),
            Fact::Cached => self.facts.may_be_cached(proxied).into(),
            Fact::HeadersInSight => {
                self.request.map_or(Outcome::Unknown, |it| (!it.headers_may_be_hidden()).into())
            }
            Fact::HttpInSight => {
                let config = self.facts.view.config;
                let http = config.enclosing(self.scope, ScopeKind::Http);
                http.map_or(Outcome::Unknown, |http| config.scope(http).in_sight.into())
            }
            Fact::SecondSignal => proxied.evidence.is_some().into(),
            Fact::Set => self.failed.map_or(Outcome::Unknown, |(set, _)| set.into()),
            Fact::Assumed => self.failed.map_or(Outcome::Unknown, |(_, assumed)| assumed.into()),
        }
    }

    fn directive(self, name: &str, condition: &Condition) -> Outcome {
        let view = self.facts.view;
        let entries: Vec<NodeId> = match self.node {
            Some(node) if view.name(node) == name.as_bytes() => vec![node],
            _ => {
                let id = lookup(name.as_bytes());
                let found = in_force(view.config, self.scope, id);
                let here = found.level == Some(self.scope);
                if condition.set_here.is_some_and(|wanted| wanted != here) {
                    return Outcome::False;
                }
                match found.level {
                    Some(_) => crate::scope::entries(view, self.scope, id),
                    None if found.unseen.is_some() => return Outcome::Unknown,
                    None => return Outcome::False,
                }
            }
        };
        let is_filled_in = |node: &NodeId| view.args(*node).any(|word| holds_placeholder(&word));
        match entries.iter().any(|&node| self.entry(node, condition)) {
            false if entries.iter().any(is_filled_in) => Outcome::Unknown,
            known => known.into(),
        }
    }

    fn entry(self, node: NodeId, condition: &Condition) -> bool {
        let view = self.facts.view;
        let first = view.arg(node, 0);
        let last = view.args(node).last();
        let same = |wanted: Option<&str>, word: &Option<std::borrow::Cow<'_, [u8]>>| {
            wanted.is_none_or(|wanted| {
                word.as_ref().is_some_and(|word| word.eq_ignore_ascii_case(wanted.as_bytes()))
            })
        };
        let mentions = condition.mentions.as_deref().is_none_or(|text| {
            last.as_ref()
                .is_some_and(|word| word.windows(text.len().max(1)).any(|part| part == text.as_bytes()))
        });
        let constant = condition.constant.is_none_or(|wanted| {
            last.as_ref().is_some_and(|word| parts(word).all(|part| matches!(part, Part::Text(_))) == wanted)
        });
        let below = condition.below.as_deref().is_none_or(|limit| {
            let (time, limit) = (first.as_deref().and_then(milliseconds), milliseconds(limit.as_bytes()));
            time.zip(limit).is_some_and(|(time, limit)| time < limit)
        });
        let keyed = same(condition.key.as_deref(), &first) && same(condition.value.as_deref(), &last);
        keyed && mentions && constant && below
    }

    fn request(self, part: &RequestPart) -> Outcome {
        let other = part.client.and_then(|sender| self.facts.sent_by(sender, self.proxied?));
        let request = if part.client.is_some() { other } else { self.request };
        let Some(request) = request else { return Outcome::Unknown };
        let version = part.version.as_deref().map_or(Outcome::True, |wanted| self.version(request, wanted));
        let method =
            part.method.as_deref().map_or(Outcome::True, |wanted| exactly(&request.method.value, wanted));
        let header = part.header.as_deref().map_or(Outcome::True, |name| self.header(request, name, part));
        version.and(method).and(header)
    }

    /// The version is certain where a directive sets it, and where every level up to http was read; a fragment that
    /// holds the server only lacks http, which rarely sets it.
    fn version(self, request: &Request, wanted: &str) -> Outcome {
        let hidden = request.version.node.is_none()
            && request
                .version_level
                .unseen
                .is_some_and(|level| self.facts.view.config.scope(level).kind != ScopeKind::Http);
        if hidden { Outcome::Unknown } else { is(&request.version.value, wanted) }
    }

    fn header(self, request: &Request, name: &str, part: &RequestPart) -> Outcome {
        let is_set = request.set.iter().any(|line| line.name.eq_ignore_ascii_case(name));
        if !is_set && request.headers_may_be_hidden() {
            return Outcome::Unknown;
        }
        let sent: Vec<&Value> = request.sent(name).map(|line| &line.value).collect();
        let any = |test: &dyn Fn(&Value) -> Outcome| {
            sent.iter().fold(Outcome::False, |found, value| found.or(test(value)))
        };
        let token = part.token.as_deref().map_or(Outcome::True, |token| {
            any(&|value| value.has_token(token.as_bytes()).map_or(Outcome::Unknown, Outcome::from))
        });
        let exact = part.is.as_deref().map_or(Outcome::True, |wanted| any(&|value| is(value, wanted)));
        let blank = part.blank.map_or(Outcome::True, |wanted| Outcome::from(sent.is_empty() == wanted));
        let lines = part.lines.map_or(Outcome::True, |least| {
            let surely = request.sent(name).filter(|line| is_surely_sent(line)).count();
            Outcome::from(surely >= least as usize).or(if sent.len() >= least as usize {
                Outcome::Unknown
            } else {
                Outcome::False
            })
        });
        let client = part.from_client.map_or(Outcome::True, |wanted| {
            let own = self.facts.client.header(name).unwrap_or_default();
            let same = any(&|value| is(value, &own));
            if wanted { same } else { same.negated() }
        });
        [token, exact, blank, lines, client].into_iter().fold(Outcome::True, Outcome::and)
    }
}

/// A method is compared with its case: `get` is none.
fn exactly(value: &Value, wanted: &str) -> Outcome {
    value.bytes().map_or(Outcome::Unknown, |value| (value == wanted.as_bytes()).into())
}

fn is(value: &Value, wanted: &str) -> Outcome {
    value
        .bytes()
        .map_or(Outcome::Unknown, |value| value.trim_ascii().eq_ignore_ascii_case(wanted.as_bytes()).into())
}
