//! One run through the rewrite directives of a location, and what each of its `if`s finds when its turn comes. A location
//! may hold thousands of them: what stands around one is looked up here instead of run again.

use std::collections::HashSet;
use std::rc::Rc;

use super::condition::{condition, test, words as condition_words};
use super::history::{History, Moment};
use super::set::{Assigned, Step, enter, run, simple, steps};
use super::{Environment, Outcome, Test};
use crate::catalogue::directive;
use crate::config::{Config, NodeId, ScopeId, ScopeKind, View};
use crate::scope::location_of;

/// A rewrite directive of a location, with the scope of an `if`.
pub type Directive = (NodeId, Option<ScopeId>);

/// The run of a request that no particular `if` is thought to take.
#[derive(Debug, Default)]
pub struct Course {
    /// The `if`s, in order.
    stages: Vec<Stage>,
    /// What assigns or ends something: all but the `if`s that are not certainly entered.
    acting: Vec<Directive>,
    /// The same without what only assigns, where no `rewrite` looks at it.
    moving: Vec<Directive>,
    history: Rc<History>,
    /// The captures in the end, and what the server has assigned.
    end: Assigned,
    /// The last directive that may have changed `$1`.
    captured: Option<NodeId>,
    /// The directive that certainly ends it.
    stop: Option<NodeId>,
    reads: Reads,
}

/// An `if` in its turn.
#[derive(Debug)]
pub struct Stage {
    branch: ScopeId,
    node: NodeId,
    /// The captures before it, and what has been assigned.
    before: Assigned,
    /// What its condition says.
    pub outcome: Outcome,
}

/// What a run has looked at.
#[derive(Debug, Default)]
pub(super) struct Reads {
    /// Names of variables, in lower case.
    pub(super) variables: HashSet<Vec<u8>>,
    /// `$1` to `$9`.
    pub(super) captures: bool,
}

impl Course {
    fn of(environment: &Environment<'_>, location: ScopeId) -> Self {
        let mut now = environment.at(location).entering();
        now.record();
        let (mut course, mut history) = (Self::default(), History::default());
        for (node, branch) in steps(now.view.config, location) {
            course.pass(&mut now, node, branch);
            now.change(|assigned| {
                assigned.changes().into_iter().for_each(|(name, value)| history.add(node, name, value));
            });
        }
        let history = Rc::new(history);
        course.history = Rc::clone(&history);
        course.moving = moving(now.view.config, &course.acting);
        course.reads = now.recorded();
        course.end = now.into_assigned().then(Moment { of: Rc::clone(&history), before: None });
        for stage in &mut course.stages {
            let is_over = course.stop.is_some_and(|stop| stop < stage.node);
            let before = Some(stage.node).filter(|_| !is_over);
            stage.before = stage.before.then(Moment { of: Rc::clone(&history), before });
        }
        course
    }

    fn pass(&mut self, now: &mut Environment<'_>, node: NodeId, branch: Option<ScopeId>) {
        let is_over = self.stop.is_some();
        let before = now.assigned().bare();
        let (outcome, step) = match branch {
            _ if is_over => (branch.map(|_| condition(now, node)), Step::On),
            Some(branch) => {
                let (outcome, step) = enter(now, node, branch);
                (Some(outcome), step)
            }
            None => (None, simple(now, node)),
        };
        if outcome.is_none_or(|outcome| outcome == Outcome::True) {
            self.acting.push((node, branch));
        }
        if !is_over && captures(now, node, branch) {
            self.captured = Some(node);
        }
        if step == Step::Stop {
            self.stop = Some(node);
        }
        if let (Some(branch), Some(outcome)) = (branch, outcome) {
            self.stages.push(Stage { branch, node, before, outcome });
        }
    }

    /// An `if` of the location.
    pub fn stage(&self, branch: ScopeId) -> Option<&Stage> {
        let index = self.stages.binary_search_by_key(&branch, |stage| stage.branch).ok()?;
        self.stages.get(index)
    }

    /// What is assigned in the end.
    pub(super) fn end(&self) -> Assigned {
        self.end.clone()
    }

    /// Whether an `if` is never asked, since something before it certainly ends the phase.
    pub fn stops_before(&self, branch: ScopeId) -> bool {
        let stage = self.stage(branch);
        self.stop.zip(stage).is_some_and(|(stop, stage)| stop < stage.node)
    }

    /// An `if` and what may end the phase or take over behind it; `None` where entering the `if` may change what is said
    /// or assigned there.
    pub fn behind(&self, view: View<'_>, branch: ScopeId) -> Option<impl Iterator<Item = Directive> + '_> {
        let stage = self.unmoved_by(view, branch)?;
        Some(stage.and(&self.moving))
    }

    /// What is assigned in the end where the environment's block, an `if`, is entered.
    pub(super) fn entering(&self, environment: &Environment<'_>) -> Assigned {
        let (view, branch) = (environment.view, environment.block);
        let Some(stage) = self.stage(branch) else { return self.end() };
        if stage.outcome == Outcome::True && !self.stops_before(branch) {
            return self.end();
        }
        if self.stops_before(branch) {
            return stage.before();
        }
        let mut now = environment.at(branch).with(stage.before());
        if self.unmoved_by(view, branch).is_none() {
            let all = steps(view.config, location_of(view.config, branch));
            run(&mut now, all.into_iter().filter(|&(node, _)| node >= stage.node));
            return now.into_assigned();
        }
        let stops = enter(&mut now, stage.node, branch).1 == Step::Stop;
        let own = now.into_assigned();
        if stops { own } else { self.later(stage, own) }
    }

    /// What is assigned in the end where an `if` has assigned `own` that nothing behind it looks at.
    fn later(&self, stage: &Stage, mut own: Assigned) -> Assigned {
        let mut end = self.end();
        for (name, value) in own.changes() {
            if self.history.last(&name).is_none_or(|last| last <= stage.node) {
                end.set(&name, value);
            }
        }
        if self.captured.is_none_or(|last| last <= stage.node) {
            end.take_captures(&own);
        }
        end
    }

    /// The `if`, where all that comes behind it is the same whether it is entered or not.
    fn unmoved_by(&self, view: View<'_>, branch: ScopeId) -> Option<&Stage> {
        let stage = self.stage(branch).filter(|_| !self.reads.captures && !self.stops_before(branch))?;
        let is_read = |node| {
            let name = view.arg(node, 0).unwrap_or_default().to_ascii_lowercase();
            self.reads.variables.contains(name.strip_prefix(b"$").unwrap_or(&name))
        };
        (!view.config.own(branch, directive::SET).any(is_read)).then_some(stage)
    }
}

impl Stage {
    /// What is assigned when its turn comes.
    pub(super) fn before(&self) -> Assigned {
        self.before.clone()
    }

    /// The `if` itself and those of `others` that come behind it.
    fn and<'d>(&self, others: &'d [Directive]) -> impl Iterator<Item = Directive> + use<'d> {
        let first = others.partition_point(|&(node, _)| node <= self.node);
        let behind = others.get(first..).unwrap_or_default();
        std::iter::once((self.node, Some(self.branch))).chain(behind.iter().copied())
    }
}

impl Environment<'_> {
    /// The run through the location around the environment's block, for its client; `None` outside of a location.
    pub fn course(&self) -> Option<Rc<Course>> {
        let config = self.view.config;
        let location = location_of(config, self.block);
        let is_location = config.scope(location).kind == ScopeKind::Location;
        is_location
            .then(|| self.definitions.courses.get_or(self.client, location, || Course::of(self, location)))
    }
}

/// Whether a directive may change `$1`.
fn captures(now: &Environment<'_>, node: NodeId, branch: Option<ScopeId>) -> bool {
    let config = now.view.config;
    let Some(branch) = branch else { return config.node(node).name == directive::REWRITE };
    let words = condition_words(now.view, node);
    matches!(test(&words).0, Test::Match { .. }) || config.own(branch, directive::REWRITE).next().is_some()
}

/// Those of the directives that may do more than assign, and where a `rewrite` may use what is assigned all of them.
fn moving(config: &Config, acting: &[Directive]) -> Vec<Directive> {
    let named = |node: NodeId, name| config.node(node).name == name;
    let rewrites = |&(node, branch): &Directive| match branch {
        Some(branch) => config.own(branch, directive::REWRITE).next().is_some(),
        None => named(node, directive::REWRITE),
    };
    let all = acting.iter().any(rewrites);
    acting.iter().copied().filter(|&(node, _)| all || !named(node, directive::SET)).collect()
}
