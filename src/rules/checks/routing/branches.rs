//! `if` in a location: each is a nested location of its own, and the last one that matches is where the request stays
//! (`ngx_http_script_if_code`).

use crate::catalogue::{DirectiveId, Repeat, directive};
use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::finding::Label;
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::scope::handler;

use super::exclusive::Condition;

/// So many `if` of a location are compared with each other.
const MOST_COMPARED: usize = 16;

/// So many settings of an `if` are compared with those of others.
const MOST_SETTINGS: usize = 40;

/// Directives of the rewrite module: they act where they stand, whatever comes after.
const REWRITING: [DirectiveId; 6] = [
    directive::SET,
    directive::REWRITE,
    directive::RETURN,
    directive::BREAK,
    directive::REWRITE_LOG,
    directive::UNINITIALIZED_VARIABLE_WARN,
];

/// An `if` of a location.
struct Branch {
    scope: ScopeId,
    node: NodeId,
    condition: Option<Condition>,
    /// What it sets for the request, its pass left out.
    settings: Vec<NodeId>,
    pass: Option<NodeId>,
    /// What its rewrite directives do to the request.
    end: End,
}

/// How the body of an `if` leaves a request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// It goes on to what stands behind the `if`.
    GoesOn,
    /// It stays, and no other `if` is asked.
    Stays,
    /// It is answered, or looked up anew.
    Leaves,
}

/// `if` that switch off what stands beside them.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let config = facts.view.config;
    let locations = config.scope_ids().filter(|&id| config.scope(id).kind == ScopeKind::Location);
    locations.flat_map(|location| of_location(facts, rule, location)).collect()
}

fn of_location(facts: &Facts<'_>, rule: &'static Rule, location: ScopeId) -> Vec<Hit> {
    let config = facts.view.config;
    let inside = config.children(location).filter(|&id| config.scope(id).kind == ScopeKind::IfInLocation);
    let branches: Vec<Branch> = inside.filter_map(|scope| Branch::of(facts, scope)).collect();
    let tries = config.own_last(location, directive::TRY_FILES);
    let mut hits = Vec::new();
    for (index, branch) in branches.iter().enumerate() {
        let earlier = branches.get(..index.min(MOST_COMPARED)).unwrap_or_default();
        let before = |it: &&Branch| it.end == End::GoesOn && !it.excludes(branch);
        let found = branch
            .takes_handler(facts, location, earlier.iter().filter(before))
            .or_else(|| branch.takes_settings(facts, earlier.iter().filter(before)))
            .or_else(|| tries.and_then(|node| branch.skips(node)));
        hits.extend(found.map(|(case, labels)| hit(facts, rule, branch, case, labels)));
    }
    hits
}

fn hit(facts: &Facts<'_>, rule: &'static Rule, branch: &Branch, case: &str, by: Vec<NodeId>) -> Hit {
    let mut hit = found_in(facts, rule, branch.scope, branch.node, Some(case));
    let text = rule.report.related.first().map(|related| related.message.to_string()).unwrap_or_default();
    let names: Vec<String> =
        by.iter().map(|&node| format!("`{}`", String::from_utf8_lossy(&facts.view.name(node)))).collect();
    hit.words = hit.words.with("header", names.first().cloned().unwrap_or_default());
    hit.related =
        by.into_iter().map(|node| Label { span: facts.view.head(node), message: text.clone() }).collect();
    Hit { repair: Repair::None, ..hit }
}

/// The case, and the directives that lose their effect.
type Effect = (&'static str, Vec<NodeId>);

impl Branch {
    fn of(facts: &Facts<'_>, scope: ScopeId) -> Option<Self> {
        let config = facts.view.config;
        let node = config.scope(scope).node?;
        let is_setting = |node: &NodeId| {
            let name = config.node(*node).name;
            !REWRITING.contains(&name) && name.handler().is_none()
        };
        Some(Self {
            scope,
            node,
            condition: Condition::of(facts.view, node),
            settings: config.directives(scope).filter(is_setting).take(MOST_SETTINGS).collect(),
            pass: { config.directives(scope) }.find(|&it| config.node(it).name.handler().is_some()),
            end: end(facts, scope),
        })
    }

    fn excludes(&self, other: &Self) -> bool {
        let conditions = self.condition.as_ref().zip(other.condition.as_ref());
        conditions.is_none_or(|(one, other)| one.excludes(other))
    }

    /// `try_files` is not inherited; what passes requests on in the `if` itself does not want it.
    fn skips(&self, try_files: NodeId) -> Option<Effect> {
        (self.end != End::Leaves && self.pass.is_none()).then(|| ("try-files", vec![try_files]))
    }

    /// What earlier ones set is lost here, unless it is set again.
    fn takes_settings<'b>(
        &self,
        facts: &Facts<'_>,
        earlier: impl Iterator<Item = &'b Self>,
    ) -> Option<Effect> {
        if self.settings.is_empty() {
            return None;
        }
        let lost = |&node: &NodeId| !self.settings.iter().any(|&own| replaces(facts, own, node));
        let lost: Vec<NodeId> =
            earlier.flat_map(|branch| branch.settings.iter().copied()).filter(lost).collect();
        (!lost.is_empty()).then_some(("settings", lost))
    }

    /// An earlier one has said who handles the request; where it is passed on stands in that `if` alone.
    fn takes_handler<'b>(
        &self,
        facts: &Facts<'_>,
        location: ScopeId,
        earlier: impl Iterator<Item = &'b Self>,
    ) -> Option<Effect> {
        if self.pass.is_some() || self.end == End::Leaves {
            return None;
        }
        let passes: Vec<NodeId> = earlier.filter_map(|branch| branch.pass).collect();
        let has_own = handler(facts.view.config, location).is_some();
        (!passes.is_empty()).then_some((if has_own { "other-pass" } else { "pass" }, passes))
    }
}

/// Whether the setting `own` says the same as `other`, or is a single value that stands in its place.
fn replaces(facts: &Facts<'_>, own: NodeId, other: NodeId) -> bool {
    let (view, config) = (facts.view, facts.view.config);
    let name = config.node(own).name;
    if name != config.node(other).name || name == DirectiveId::UNKNOWN {
        return false;
    }
    let mut variants = name.entry().into_iter().flat_map(|entry| entry.variants);
    let is_list = variants.any(|variant| variant.repeat == Some(Repeat::Adds));
    !is_list || view.args(own).eq(view.args(other))
}

fn end(facts: &Facts<'_>, scope: ScopeId) -> End {
    let config = facts.view.config;
    let own = |name| config.own(scope, name);
    let flag = |node: NodeId| facts.view.arg(node, 2);
    let leaves = |node: NodeId| flag(node).is_none_or(|flag| &*flag != b"break");
    if own(directive::RETURN).next().is_some() || own(directive::REWRITE).any(leaves) {
        return End::Leaves;
    }
    let stays = own(directive::BREAK).next().is_some() || own(directive::REWRITE).next().is_some();
    if stays { End::Stays } else { End::GoesOn }
}
