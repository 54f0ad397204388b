//! `rewrite` and what runs after it in the same script (`ngx_http_script_run` over the codes of a server or location).

use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::route::redirects_with;
use crate::rules::facts::Facts;
use crate::value::{Part, Shape, condition_words, parts, steps};

/// `set` or `if` that read `$1` to `$9` after a `rewrite` has put arguments into the URI: the script goes on escaping what
/// it copies, but not what it has measured.
pub fn capture_after_arguments(facts: &Facts<'_>) -> Vec<NodeId> {
    let config = facts.view.config;
    let owners = config
        .scope_ids()
        .filter(|&id| matches!(config.scope(id).kind, ScopeKind::Server | ScopeKind::Location));
    owners.flat_map(|owner| Script { facts, open: None, found: Vec::new() }.run(owner)).collect()
}

struct Script<'f> {
    facts: &'f Facts<'f>,
    /// The `rewrite` whose arguments are in the URI.
    open: Option<NodeId>,
    found: Vec<NodeId>,
}

impl Script<'_> {
    fn run(mut self, owner: ScopeId) -> Vec<NodeId> {
        let config = self.facts.view.config;
        for (node, branch) in steps(config, owner) {
            self.step(node);
            let inside = branch.map(|branch| steps(config, branch)).unwrap_or_default();
            for (node, _) in inside {
                self.step(node);
            }
        }
        self.found
    }

    fn step(&mut self, node: NodeId) {
        let view = self.facts.view;
        let reads = |value: &[u8]| parts(value).any(|part| matches!(part, Part::Capture(_)));
        let is_reading = match view.config.node(node).name {
            directive::REWRITE => {
                self.open = self.open.or(has_arguments(self.facts, node).then_some(node));
                return;
            }
            directive::SET => view.arg(node, 1).is_some_and(|value| reads(&value)),
            directive::IF => condition_words(view, node).get(2).is_some_and(|value| reads(value)),
            _ => false,
        };
        if is_reading {
            self.found.extend(self.open);
        }
    }
}

/// Whether the request goes on with arguments from the replacement: one `?` at its very end only drops them.
fn has_arguments(facts: &Facts<'_>, node: NodeId) -> bool {
    let view = facts.view;
    let (replacement, flag) = (view.arg(node, 1).unwrap_or_default(), view.arg(node, 2));
    let goes_on = flag.is_none() && redirects_with(&replacement, None).is_none();
    goes_on && memchr::memchr(b'?', &replacement).is_some_and(|at| at + 1 < replacement.len())
}

/// Redirects, and arguments, made of two captures of which one holds the other: they are escaped, and measured as if they
/// did not overlap. A replacement with a variable by name, or with one capture twice, is measured otherwise.
pub fn overlapping(facts: &Facts<'_>) -> Vec<NodeId> {
    let config = facts.view.config;
    let rewrites = config.scope_ids().flat_map(|scope| config.own(scope, directive::REWRITE));
    rewrites.filter(|&node| overlaps(facts, node).unwrap_or_default()).collect()
}

fn overlaps(facts: &Facts<'_>, node: NodeId) -> Option<bool> {
    let view = facts.view;
    let (pattern, replacement) = (view.arg(node, 0)?, view.arg(node, 1)?);
    if parts(&replacement).any(|part| matches!(part, Part::Variable(name) if name != b"scheme")) {
        return Some(false);
    }
    let is_redirect = redirects_with(&replacement, view.arg(node, 2).as_deref()).is_some();
    let escaped = match memchr::memchr(b'?', &replacement) {
        _ if is_redirect => &*replacement,
        Some(at) => replacement.get(at..)?,
        None => return Some(false),
    };
    let numbers: Vec<usize> = parts(escaped)
        .filter_map(|part| if let Part::Capture(number) = part { Some(usize::from(number)) } else { None })
        .collect();
    let is_twice = |number: &usize| numbers.iter().filter(|other| *other == number).count() > 1;
    if numbers.len() < 2 || numbers.iter().any(is_twice) {
        return Some(false);
    }
    let shape = Shape::of(&pattern, false)?;
    Some(numbers.iter().any(|&outer| numbers.iter().any(|&inner| shape.holds(outer, inner))))
}
