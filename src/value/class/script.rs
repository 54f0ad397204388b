//! What the rewrite directives of a block assign and try, in order.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::tried::{Subject, Tried};
use super::{Classes, Site};
use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::value::condition::{Test, test, words};
use crate::value::set::steps;

/// Of expressions with the same name the last ones are asked.
const MOST_NAMESAKES: usize = 8;

/// The rewrite directives of a server or location, those of its `if`s among them.
#[derive(Debug, Default)]
pub(super) struct Script {
    /// By variable, in lower case.
    assigned: HashMap<Vec<u8>, Vec<Step>>,
    /// Expressions in the order in which they run.
    tried: Vec<(Step, Tried)>,
    /// Places in `tried` by the names of groups, in lower case.
    named: OnceCell<HashMap<Vec<u8>, Vec<usize>>>,
    /// The `if`s whose body answers.
    ending: HashSet<ScopeId>,
    /// Whether `rewrite ^ $request_uri` makes the path what the client sent.
    is_raw: bool,
}

/// A directive, and the `if` it stands in.
#[derive(Debug, Clone, Copy)]
struct Step {
    node: NodeId,
    branch: Option<ScopeId>,
}

/// What `set` has made of a variable.
pub(super) struct Assigned {
    /// The values it may have; `None` where no `set` can have run.
    pub(super) values: Option<Vec<(Site, Vec<u8>)>>,
    /// Whether one of them certainly ran.
    pub(super) surely: bool,
}

impl Script {
    fn of(view: View<'_>, block: ScopeId) -> Self {
        let mut script = Self::default();
        for (node, branch) in steps(view.config, block) {
            script.add(view, Step { node, branch: None });
            let inside = branch.map(|branch| steps(view.config, branch)).unwrap_or_default();
            for (node, _) in inside {
                script.add(view, Step { node, branch });
            }
        }
        script
    }

    /// The expressions of the steps before a directive.
    fn before(&self, until: NodeId) -> &[(Step, Tried)] {
        let end = self.tried.partition_point(|(step, _)| step.node < until);
        self.tried.get(..end).unwrap_or_default()
    }

    fn add(&mut self, view: View<'_>, step: Step) {
        match view.config.node(step.node).name {
            directive::SET => {
                let name = view.arg(step.node, 0).unwrap_or_default();
                let name = name.strip_prefix(b"$").unwrap_or(&name).to_ascii_lowercase();
                self.assigned.entry(name).or_default().push(step);
            }
            directive::REWRITE => {
                let pattern = view.arg(step.node, 0).unwrap_or_default();
                self.is_raw |= view.arg(step.node, 1).is_some_and(|to| to.starts_with(b"$request_uri"));
                let subject = Subject::Path(view.config.node(step.node).scope);
                let tried = Tried::new(&pattern, false, subject);
                // Where it matches the request ends, so that whoever comes later sees no captures.
                let tried = if redirects(view, step.node) { tried.negated() } else { tried };
                self.tried.push((step, tried));
            }
            directive::IF => {
                let branch = view.config.opened_by(step.node);
                let branch = branch.filter(|&branch| ends(view, branch));
                self.ending.extend(branch);
                self.tried.extend(tried_by_if(view, step.node).map(|tried| (step, tried)));
            }
            _ => {}
        }
    }
}

fn redirects(view: View<'_>, node: NodeId) -> bool {
    let flag = view.arg(node, 2);
    let is_absolute =
        |to: &[u8]| [&b"http://"[..], b"https://", b"$scheme"].iter().any(|start| to.starts_with(start));
    matches!(flag.as_deref(), Some(b"permanent" | b"redirect"))
        || view.arg(node, 1).is_some_and(|to| is_absolute(&to))
}

/// Whether the body of an `if` answers whatever the request is.
fn ends(view: View<'_>, branch: ScopeId) -> bool {
    view.config.own(branch, directive::RETURN).next().is_some()
}

/// The expression of an `if`; where it must not match, it captures nothing that is known.
pub(super) fn tried_by_if(view: View<'_>, node: NodeId) -> Option<Tried> {
    let words = words(view, node);
    match test(&words) {
        (Test::Match { subject, pattern, caseless }, inverted) => {
            let subject = Subject::Value(Site::of(view, node), subject.to_vec());
            let tried = Tried::new(pattern, caseless, subject);
            Some(if inverted { tried.negated() } else { tried })
        }
        _ => None,
    }
}

impl Classes<'_> {
    fn script(&self, block: ScopeId) -> Rc<Script> {
        let known = self.scripts.borrow().get(&block).cloned();
        known.unwrap_or_else(|| {
            let script = Rc::new(Script::of(self.view, block));
            self.scripts.borrow_mut().insert(block, Rc::clone(&script));
            script
        })
    }

    /// The blocks whose rewrite directives run before a directive in `scope` is asked: its location, then its server.
    fn owners(&self, scope: ScopeId) -> impl Iterator<Item = ScopeId> + '_ {
        let config = self.view.config;
        let location = config.enclosing(scope, ScopeKind::Location);
        location.into_iter().chain(config.enclosing(scope, ScopeKind::Server))
    }

    /// The last step that can have run before `site` is asked: of the rewrite phase what stands before it, else all.
    fn until(&self, site: Site) -> NodeId {
        if self.is_step(site.node) { site.node } else { NodeId(u32::MAX) }
    }

    /// Whether a step can have run before `site` is asked, as far as its `if` goes.
    fn is_before(&self, step: Step, site: Site) -> bool {
        let is_branch = self.view.config.scope(site.scope).kind;
        let is_branch = matches!(is_branch, ScopeKind::IfInLocation | ScopeKind::IfInServer);
        !is_branch || step.branch.is_none_or(|branch| branch == site.scope)
    }

    /// Whether a step that can have run has run.
    fn is_sure(step: Step, site: Site) -> bool {
        step.branch.is_none_or(|branch| branch == site.scope)
    }

    /// What `set` has made of a variable, the last certain one first.
    pub(super) fn assigned(&self, site: Site, name: &[u8]) -> Assigned {
        let mut values = Vec::new();
        for owner in self.owners(site.scope) {
            let script = self.script(owner);
            let steps = script.assigned.get(name).map_or(&[][..], Vec::as_slice);
            let end = steps.partition_point(|step| step.node < self.until(site));
            let steps = steps.get(..end).unwrap_or_default();
            for &step in steps.iter().rev().filter(|&&step| self.is_before(step, site)) {
                let value = self.view.arg(step.node, 1).unwrap_or_default().into_owned();
                values.push((Site::of(self.view, step.node), value));
                if Self::is_sure(step, site) {
                    return Assigned { values: Some(values), surely: true };
                }
            }
        }
        Assigned { values: (!values.is_empty()).then_some(values), surely: false }
    }

    /// The expressions of a block's rewrite directives that may be the last that ran.
    pub(super) fn last_tried(&self, block: ScopeId, site: Site) -> (Vec<Tried>, bool) {
        let script = self.script(block);
        let mut found = Vec::new();
        for (step, tried) in
            script.before(self.until(site)).iter().rev().filter(|(step, _)| self.is_before(*step, site))
        {
            let branch = self.view.config.opened_by(step.node);
            let is_left = branch.is_some_and(|it| it != site.scope && script.ending.contains(&it));
            found.push(if is_left { tried.clone().negated() } else { tried.clone() });
            if Self::is_sure(*step, site) {
                return (found, true);
            }
        }
        (found, false)
    }

    /// The expressions of a block's rewrite directives that may have run and have a group called `name`, the last first.
    pub(super) fn tried_with(&self, block: ScopeId, site: Site, name: &[u8]) -> Vec<Tried> {
        let script = self.script(block);
        let named = script.named.get_or_init(|| self.named(&script));
        let places = named.get(name).map_or(&[][..], Vec::as_slice);
        let before = places.partition_point(|&at| at < script.before(self.until(site)).len());
        let places = places.get(..before).unwrap_or_default().iter().rev();
        let steps = places.filter_map(|&at| script.tried.get(at));
        let ran = steps.filter(|(step, _)| self.is_before(*step, site));
        ran.take(MOST_NAMESAKES).map(|(_, tried)| tried.clone()).collect()
    }

    fn named(&self, script: &Script) -> HashMap<Vec<u8>, Vec<usize>> {
        let mut named: HashMap<Vec<u8>, Vec<usize>> = HashMap::new();
        for (at, (_, tried)) in script.tried.iter().enumerate() {
            for name in self.names_in(tried) {
                named.entry(name).or_default().push(at);
            }
        }
        named
    }

    /// All expressions of a block's rewrite directives.
    pub(super) fn everything_tried(&self, block: ScopeId) -> Vec<Tried> {
        self.script(block).tried.iter().map(|(_, tried)| tried.clone()).collect()
    }

    /// Whether the rewrite directives on the way to a block have made the path what the client sent.
    pub(super) fn is_raw_path(&self, scope: ScopeId) -> bool {
        self.owners(scope).any(|owner| self.script(owner).is_raw)
    }
}
