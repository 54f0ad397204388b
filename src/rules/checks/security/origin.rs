//! Lists of origins and referring pages that let strangers in.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::trust::{Trust, Whose, repaired, trust};
use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::finding::Edit;
use crate::route::{returned, served};
use crate::rules::facts::Facts;
use crate::rules::found::found_in;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::scope::contributing;
use crate::value::{Test, condition_words, test, variables};

/// A header that no client sends: the name is misspelt in the standard, `Referer`.
const MISSPELT: &[u8] = b"http_referrer";

/// Expressions that accept hosts of others, origins that are answered unseen, and `$http_referrer`.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let lists = Lists::of(facts.view);
    let found = lists.expressions.iter().filter_map(|it| expression(facts, rule, it, lists.with_credentials));
    found.chain(reflected(facts, rule, &lists)).chain(misspelt(facts, rule)).collect()
}

/// An expression by which a configuration decides whom it trusts.
struct Expression {
    scope: ScopeId,
    node: NodeId,
    /// The number of the argument; the name counts as -1, which is `None`.
    argument: Option<usize>,
    pattern: Vec<u8>,
    caseless: bool,
    whose: Whose,
}

/// What of a tree decides about origins.
struct Lists {
    expressions: Vec<Expression>,
    /// Variables that are the request's origin whatever it is.
    reflecting: HashSet<Vec<u8>>,
    /// Whether some answer lets scripts send credentials.
    with_credentials: bool,
}

impl Lists {
    fn of(view: View<'_>) -> Self {
        let config = view.config;
        let headers = config
            .scope_ids()
            .flat_map(|scope| config.own(scope, directive::ADD_HEADER).map(move |it| (scope, it)));
        let (mut allowing, mut with_credentials) = (HashSet::new(), false);
        for (scope, node) in headers {
            with_credentials |= is_named(view, node, "Access-Control-Allow-Credentials");
            if is_named(view, node, "Access-Control-Allow-Origin") {
                let value = view.arg(node, 1).unwrap_or_default();
                allowing.extend(variables(&value).map(<[u8]>::to_ascii_lowercase));
                // `if ($cors = true) { add_header ... }`
                let branch = config.scope(scope).node.filter(|_| is_branch(config.scope(scope).kind));
                let words = branch.map(|node| condition_words(view, node)).unwrap_or_default();
                allowing
                    .extend(words.iter().flat_map(|word| variables(word)).map(<[u8]>::to_ascii_lowercase));
            }
        }
        let mut lists = Self { expressions: Vec::new(), reflecting: HashSet::new(), with_credentials };
        for scope in config.scope_ids() {
            match config.scope(scope).kind {
                kind if is_branch(kind) => lists.branch(view, scope, &allowing),
                ScopeKind::Data => lists.map(view, scope, &allowing),
                _ => {}
            }
            lists.sets(view, scope);
        }
        lists
    }

    /// An `if` that answers an origin it matches, or refuses what it does not match.
    fn branch(&mut self, view: View<'_>, scope: ScopeId, allowing: &HashSet<Vec<u8>>) {
        let Some(node) = view.config.scope(scope).node else { return };
        let words = condition_words(view, node);
        let (Test::Match { subject, pattern, caseless }, inverted) = test(&words) else { return };
        let Some(whose) = whose(subject) else { return };
        let own = |name| view.config.own(scope, name);
        let allows = own(directive::ADD_HEADER).any(|it| is_named(view, it, "Access-Control-Allow-Origin"))
            || own(directive::SET).any(|it| {
                let name = view.arg(it, 0).unwrap_or_default();
                allowing.contains(&name.strip_prefix(b"$").unwrap_or(&name).to_ascii_lowercase())
            });
        let refuses = own(directive::RETURN).any(|it| returned(view, it).code >= 400);
        if (inverted && refuses) || (!inverted && !refuses && allows) {
            let argument = (0..view.arg_count(node)).find(|&index| {
                let word = view.arg(node, index).unwrap_or_default();
                word.strip_suffix(b")").unwrap_or(&word) == pattern || *word == *pattern
            });
            self.expressions.push(Expression {
                scope,
                node,
                argument,
                pattern: pattern.to_vec(),
                caseless,
                whose,
            });
        }
    }

    /// The expressions of a map from the origin to a variable that an answer names; its default may be the origin.
    fn map(&mut self, view: View<'_>, scope: ScopeId, allowing: &HashSet<Vec<u8>>) {
        let Some(map) =
            view.config.scope(scope).node.filter(|&it| view.config.node(it).name == directive::MAP)
        else {
            return;
        };
        let (Some(source), Some(target)) = (view.arg(map, 0), view.arg(map, 1)) else { return };
        let name = target.strip_prefix(b"$").unwrap_or(&target).to_ascii_lowercase();
        for node in view.config.directives(scope).filter(|_| allowing.contains(&name)) {
            let (key, value) = (view.name(node), view.arg(node, 0).unwrap_or_default());
            if *key == *b"default" && is_origin(&value) {
                self.reflecting.insert(name.clone());
            }
            let Some(whose) = whose(&source).filter(|_| !value.is_empty() && *value != *b"0") else {
                continue;
            };
            let Some(regex) = key.strip_prefix(b"~") else { continue };
            let (pattern, caseless) = regex.strip_prefix(b"*").map_or((regex, false), |regex| (regex, true));
            self.expressions.push(Expression {
                scope,
                node,
                argument: None,
                pattern: pattern.to_vec(),
                caseless,
                whose,
            });
        }
    }

    /// `set $cors $http_origin` outside of any `if`.
    fn sets(&mut self, view: View<'_>, scope: ScopeId) {
        if !matches!(view.config.scope(scope).kind, ScopeKind::Server | ScopeKind::Location) {
            return;
        }
        for node in view.config.own(scope, directive::SET) {
            if view.arg(node, 1).is_some_and(|value| is_origin(&value)) {
                let name = view.arg(node, 0).unwrap_or_default();
                self.reflecting.insert(name.strip_prefix(b"$").unwrap_or(&name).to_ascii_lowercase());
            }
        }
    }

    /// Whether a value is the request's origin, whatever it is.
    fn reflects(&self, value: &[u8]) -> bool {
        let mut names = variables(value);
        let only = names.next().filter(|name| name.len() + 1 == value.len() || name.len() + 3 == value.len());
        is_origin(value) || only.is_some_and(|name| self.reflecting.contains(&name.to_ascii_lowercase()))
    }
}

fn is_branch(kind: ScopeKind) -> bool {
    matches!(kind, ScopeKind::IfInServer | ScopeKind::IfInLocation)
}

fn is_named(view: View<'_>, node: NodeId, name: &str) -> bool {
    view.arg(node, 0).is_some_and(|word| word.eq_ignore_ascii_case(name.as_bytes()))
}

fn is_origin(value: &[u8]) -> bool {
    value.eq_ignore_ascii_case(b"$http_origin") || value.eq_ignore_ascii_case(b"${http_origin}")
}

fn whose(subject: &[u8]) -> Option<Whose> {
    match subject.to_ascii_lowercase().as_slice() {
        b"$http_origin" | b"${http_origin}" => Some(Whose::Origin),
        b"$http_referer" | b"${http_referer}" => Some(Whose::Referer),
        _ => None,
    }
}

fn expression(
    facts: &Facts<'_>,
    rule: &'static Rule,
    it: &Expression,
    with_credentials: bool,
) -> Option<Hit> {
    let view = facts.view;
    let (case, stranger) = match trust(&it.pattern, it.caseless, it.whose)? {
        Trust::Anybody if with_credentials && it.whose == Whose::Origin => ("anybody", String::new()),
        Trust::Stranger(example) => ("stranger", example),
        Trust::Anybody | Trust::Own => return None,
    };
    let mut hit = found_in(facts, rule, it.scope, it.node, Some(case));
    hit.at = it.argument.map_or_else(|| Some(view.head(it.node)), |index| view.arg_span(it.node, index))?;
    let written = String::from_utf8_lossy(&it.pattern).into_owned();
    hit.repair = edit(view, it, &written).map_or(Repair::None, |edit| Repair::Edits(vec![edit]));
    hit.words = hit.words.with("problem", stranger).with("written", written);
    Some(hit)
}

/// The expression with its dots escaped and both ends fixed, where that is enough.
fn edit(view: View<'_>, it: &Expression, written: &str) -> Option<Edit> {
    let better = repaired(written, it.caseless, it.whose)?;
    let document = view.texts.sources.get(view.config.node(it.node).doc);
    let whole =
        it.argument.map_or_else(|| Some(view.head(it.node)), |index| view.arg_span(it.node, index))?;
    let source = document.slice(whole.start, whole.end);
    let at = memchr::memmem::find(source, written.as_bytes())?;
    let offset = |at: usize| whole.start + u32::try_from(at).unwrap_or(0);
    let span = crate::source::Span { start: offset(at), end: offset(at + written.len()), ..whole };
    Some(Edit { span, text: better })
}

/// Blocks that answer any origin with itself and let its scripts send credentials.
fn reflected(facts: &Facts<'_>, rule: &'static Rule, lists: &Lists) -> Vec<Hit> {
    let view = facts.view;
    if !lists.with_credentials {
        return Vec::new();
    }
    let config = view.config;
    let value = |node: NodeId| view.arg(node, 1).unwrap_or_default();
    let line = |level: ScopeId, wanted: &dyn Fn(NodeId) -> bool| {
        config.own(level, directive::ADD_HEADER).find(|&node| wanted(node))
    };
    let origin = |node| is_named(view, node, "Access-Control-Allow-Origin") && lists.reflects(&value(node));
    let credentials = |node| {
        is_named(view, node, "Access-Control-Allow-Credentials") && value(node).eq_ignore_ascii_case(b"true")
    };
    let origins: HashMap<ScopeId, NodeId> =
        config.scope_ids().filter_map(|level| Some((level, line(level, &origin)?))).collect();
    let allowing: HashSet<ScopeId> =
        config.scope_ids().filter(|&level| line(level, &credentials).is_some()).collect();
    let asking = asking_levels(view);
    let is_asked = |block| config.ancestors(block).any(|level| asking.contains(&level));
    let mut found: BTreeMap<NodeId, ScopeId> = BTreeMap::new();
    for block in served(view).filter(|&block| !is_asked(block)) {
        let levels = contributing(view, block, directive::ADD_HEADER);
        let origin = levels.iter().find_map(|level| origins.get(level));
        if let Some(&node) = origin.filter(|_| levels.iter().any(|level| allowing.contains(level))) {
            found.entry(node).or_insert(block);
        }
    }
    let hits = found.into_iter().filter_map(|(node, block)| {
        let mut hit = found_in(facts, rule, block, node, Some("reflected"));
        hit.at = view.arg_span(node, 1)?;
        Some(Hit { repair: Repair::None, ..hit })
    });
    hits.collect()
}

/// Levels with an `if` that asks for more than the method: of the block itself, or of one in it that refuses some. Whom
/// it lets through is not looked into.
fn asking_levels(view: View<'_>) -> HashSet<ScopeId> {
    let config = view.config;
    let is_branch = |scope: &ScopeId| {
        matches!(config.scope(*scope).kind, ScopeKind::IfInServer | ScopeKind::IfInLocation)
    };
    let asks = |scope: &ScopeId| {
        let words = config.scope(*scope).node.map(|node| condition_words(view, node)).unwrap_or_default();
        let mut lower = words.iter().map(|word| word.to_ascii_lowercase());
        lower.any(|word| word.starts_with(b"$") && word != b"$request_method")
    };
    let refuses =
        |scope: &ScopeId| config.own(*scope, directive::RETURN).any(|node| returned(view, node).code >= 400);
    let branches: Vec<ScopeId> = config.scope_ids().filter(is_branch).filter(asks).collect();
    let around =
        branches.iter().filter(|scope| refuses(scope)).filter_map(|&scope| config.scope(scope).parent);
    branches.iter().copied().chain(around).collect()
}

/// Where `$http_referrer` is read.
fn misspelt(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let view = facts.view;
    let mentions = |text: &[u8]| memchr::memmem::find(text, MISSPELT).is_some();
    let documents: HashSet<_> = { view.config.documents.iter().copied() }
        .filter(|&doc| mentions(view.texts.sources.get(doc).bytes()))
        .collect();
    if documents.is_empty() {
        return Vec::new();
    }
    let count = u32::try_from(view.config.nodes.len()).unwrap_or(u32::MAX);
    let nodes = (0..count).map(NodeId).filter(|&node| documents.contains(&view.config.node(node).doc));
    nodes
        .filter_map(|node| {
            let reads = |word: &[u8]| variables(word).any(|name| name.eq_ignore_ascii_case(MISSPELT));
            let index = (0..view.arg_count(node))
                .find(|&index| view.arg(node, index).is_some_and(|word| reads(&word)))?;
            let branch = view.config.opened_by(node).filter(|&it| is_branch(view.config.scope(it).kind));
            let scope = branch.unwrap_or(view.config.node(node).scope);
            let mut hit = found_in(facts, rule, scope, node, Some("misspelt"));
            hit.at = view.arg_span(node, index)?;
            let written = String::from_utf8_lossy(view.arg_source(node, index)).into_owned();
            let text = written.replace("http_referrer", "http_referer");
            hit.repair = Repair::Edits(vec![Edit { span: hit.at, text }]);
            Some(hit)
        })
        .collect()
}
