//! Runs rules over one tree.

use std::collections::HashSet;

use super::checks;
use super::evaluate::Subject;
use super::facts::{Facts, Proxied};
use super::hit::{Hit, Repair, Words};
use super::model::{Condition, Place, RequestPart, Rule, Visit};
use crate::catalogue::{VersionRange, directive, lookup};
use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::finding::Label;
use crate::handshake::{HTTP_1_1_BY_DEFAULT, LAST_HOST_COUNTS, Request};
use crate::scope::entries;
use crate::source::Span;
use crate::syntax::{Statement, StatementId};
use crate::times::Times;
use crate::value::{Outcome, Value, shown};

/// Everything that `rules` find in a tree, what a better rule says already left out.
pub fn run(facts: &Facts<'_>, rules: &[&'static Rule], times: &Times) -> Vec<Hit> {
    let mut hits: Vec<Hit> = rules
        .iter()
        .filter(|rule| concerns(rule, facts.target))
        .flat_map(|rule| times.rule(&rule.code, || visit(facts, rule)))
        .collect();
    let superseded: HashSet<(Option<ScopeId>, &str)> =
        (hits.iter()).flat_map(|hit| hit.rule.supersedes.iter().map(|code| (hit.scope, &**code))).collect();
    let better: HashSet<(&str, Span)> = (hits.iter())
        .flat_map(|hit| hit.rule.supersedes.iter().map(|code| (&**code, statement(facts, hit))))
        .collect();
    hits.retain(|hit| match hit.rule.family() {
        // One directive of a block is no other's business.
        "directive" => !better.contains(&(&*hit.rule.code, statement(facts, hit))),
        _ => hit.scope.is_none() || !superseded.contains(&(hit.scope, &*hit.rule.code)),
    });
    hits
}

/// The words of the statement that a hit is about.
fn statement(facts: &Facts<'_>, hit: &Hit) -> Span {
    let texts = facts.view.texts;
    let tree = texts.tree(hit.at.doc);
    let starts = |statement: &Statement| tree.words(*statement).first().map_or(0, |word| word.start);
    let after = tree.statements.partition_point(|it| starts(it) <= hit.at.start);
    let id = StatementId(u32::try_from(after.saturating_sub(1)).unwrap_or(0));
    texts.head(hit.at.doc, id)
}

/// Whether a rule is about any version of the target range.
pub fn concerns(rule: &Rule, target: VersionRange) -> bool {
    let range = rule.nginx.as_deref().map(str::parse::<VersionRange>);
    range.is_none_or(|range| range.is_ok_and(|range| range.overlaps(target)))
}

fn visit(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    if let Some(check) = rule.check.as_deref() {
        return checks::run(check, facts, rule);
    }
    match rule.visit {
        Visit::ProxiedBlock | Visit::Pass => {
            facts.proxied.iter().filter_map(|it| proxied(facts, rule, it)).collect()
        }
        Visit::Directive => directives(facts, rule),
        visit => facts
            .view
            .config
            .scope_ids()
            .filter(|&id| visits(facts, visit, id))
            .filter_map(|id| scope(facts, rule, id))
            .collect(),
    }
}

fn visits(facts: &Facts<'_>, visit: Visit, scope: ScopeId) -> bool {
    let kind = facts.view.config.scope(scope).kind;
    match visit {
        Visit::Main => kind == ScopeKind::Main,
        Visit::Http => kind == ScopeKind::Http,
        Visit::Server => kind == ScopeKind::Server,
        Visit::Location => kind == ScopeKind::Location,
        Visit::Upstream => kind == ScopeKind::Upstream,
        Visit::Block => kind.is_location_level(),
        Visit::ProxiedBlock | Visit::Pass | Visit::Directive | Visit::Text => false,
    }
}

/// Judges a proxied block for every stretch of versions; the first one in which the rule fails is reported.
fn proxied(facts: &Facts<'_>, rule: &'static Rule, proxied: &Proxied) -> Option<Hit> {
    if let Some(needed) = rule.intent {
        proxied.evidence.as_ref().filter(|evidence| evidence.level >= needed && facts.serves(proxied))?;
    }
    let failures: Vec<Option<Failure<'_>>> =
        facts.requests(proxied).iter().map(|request| failure(facts, rule, proxied, request)).collect();
    let versions = concerned(facts, &failures.iter().map(Option::is_some).collect::<Vec<_>>());
    let failure = failures.into_iter().flatten().next()?;
    Some(failure.hit(facts, rule, proxied, versions))
}

/// A condition that fails, and the request that shows it.
#[derive(Clone, Copy)]
struct Failure<'f> {
    condition: &'f Condition,
    request: &'f Request,
}

fn failure<'f>(
    facts: &Facts<'_>,
    rule: &'f Rule,
    proxied: &'f Proxied,
    request: &'f Request,
) -> Option<Failure<'f>> {
    let (scope, node) = (proxied.block, Some(proxied.pass));
    let subject =
        Subject { facts, scope, proxied: Some(proxied), request: Some(request), node, failed: None };
    violated(subject, rule).map(|condition| Failure { condition, request })
}

/// The first condition of a rule that is certainly violated.
fn violated<'r>(subject: Subject<'_, '_>, rule: &'r Rule) -> Option<&'r Condition> {
    if rule.when.as_ref().is_some_and(|when| subject.holds(when) != Outcome::True) {
        return None;
    }
    let required = rule.require.iter().find(|condition| subject.holds(condition) == Outcome::False);
    required.or_else(|| rule.forbid.iter().find(|condition| subject.holds(condition) == Outcome::True))
}

/// In words, the versions of the range in which something fails: `nginx before 1.29.7`, or all of the range.
pub fn concerned(facts: &Facts<'_>, failures: &[bool]) -> String {
    let fails = |index: usize| failures.get(index) == Some(&true);
    let boundary = match failures.len() {
        2 | 3 if fails(0) && !fails(1) => HTTP_1_1_BY_DEFAULT,
        3 if fails(0) && !fails(2) => LAST_HOST_COUNTS,
        _ => return format!("nginx {}", facts.target),
    };
    format!("nginx before {boundary}")
}

impl Failure<'_> {
    fn hit(self, facts: &Facts<'_>, rule: &'static Rule, proxied: &Proxied, versions: String) -> Hit {
        let view = facts.view;
        let part = request_part(self.condition);
        let setting = part
            .and_then(|part| setting(self.request, part))
            .or_else(|| in_force_by(facts, proxied.block, self.condition));
        let assumed = part.is_some_and(|part| part.version.is_some())
            && setting.is_none()
            && self.request.version_level.unseen.is_some();
        let subject = Subject {
            facts,
            scope: proxied.block,
            proxied: Some(proxied),
            request: Some(self.request),
            node: Some(proxied.pass),
            failed: Some((setting.is_some(), assumed)),
        };
        let node = match rule.report.at {
            Place::Setting => setting.unwrap_or(proxied.pass),
            _ => proxied.pass,
        };
        let at = place(facts, rule.report.at, proxied.block, node);
        let mut words = common_words(facts, proxied).with("versions", versions);
        if let Some(part) = part {
            words = words.with("sent", sent(self.request, part));
        }
        if let Some(setting) = setting {
            words = words.with("written", written(facts, setting));
        }
        Hit {
            rule,
            case: case(subject, rule, None),
            at,
            include: view.config.node(node).include,
            scope: Some(proxied.block),
            words,
            related: related(facts, rule, proxied.block, node),
            repair: Repair::ByRule,
        }
    }
}

/// The words that every message about a proxied block may use.
pub fn common_words(facts: &Facts<'_>, proxied: &Proxied) -> Words {
    let evidence = proxied.evidence.as_ref().map_or("", |evidence| evidence.text.as_str());
    Words::default()
        .with("block", facts.view.label(proxied.block))
        .with("evidence", evidence)
        .with("level", proxied.headers.level.map_or_else(String::new, |level| facts.view.label(level)))
}

/// The part of a request that a condition asks about, the first one where there are several.
fn request_part(condition: &Condition) -> Option<&RequestPart> {
    let nested = [&condition.all, &condition.any, &condition.none];
    condition
        .request
        .as_ref()
        .or_else(|| nested.into_iter().flat_map(|list| list.iter()).find_map(request_part))
}

/// The directive that sets the part.
fn setting(request: &Request, part: &RequestPart) -> Option<NodeId> {
    match (part.header.as_deref(), &part.version, &part.method) {
        (Some(header), ..) => request.lines(header).find_map(|line| line.node),
        (None, Some(_), _) => request.version.node,
        (None, None, Some(_)) => request.method.node,
        (None, None, None) => None,
    }
}

/// The directive in force that a condition names.
fn in_force_by(facts: &Facts<'_>, block: ScopeId, condition: &Condition) -> Option<NodeId> {
    let view = facts.view;
    let named = condition.directive.as_deref().map(|name| lookup(name.as_bytes()));
    let found = named.into_iter().flat_map(|name| entries(view, block, name));
    let keyed = |node: &NodeId| {
        let key = condition.key.as_deref();
        key.is_none_or(|key| view.arg(*node, 0).is_some_and(|word| word.eq_ignore_ascii_case(key.as_bytes())))
    };
    { found }.rfind(keyed).or_else(|| {
        let nested = [&condition.all, &condition.any];
        nested.into_iter().flat_map(|list| list.iter()).find_map(|it| in_force_by(facts, block, it))
    })
}

/// What is sent of the part, in words.
fn sent(request: &Request, part: &RequestPart) -> String {
    let text = |value: &Value| match value {
        Value::Known(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::Unknown(variable) => shown(variable),
    };
    match (part.header.as_deref(), &part.version) {
        (Some(header), _) => match request.value(header) {
            Some(value) => format!("`{header}: {}`", text(&value)),
            None => format!("no {header} header"),
        },
        (None, Some(_)) => format!("HTTP/{}", text(&request.version.value)),
        (None, None) => text(&request.method.value),
    }
}

pub(super) fn written(facts: &Facts<'_>, setting: NodeId) -> String {
    let view = facts.view;
    let last = view.arg_count(setting).saturating_sub(1);
    String::from_utf8_lossy(view.arg_source(setting, last)).into_owned()
}

/// The first case of a rule that applies: by the name that a check gives, by its condition, or both.
pub fn case(subject: Subject<'_, '_>, rule: &Rule, named: Option<&str>) -> Option<usize> {
    rule.cases.iter().position(|case| {
        let by_name = case.case.as_deref().is_none_or(|name| named == Some(name));
        by_name && case.when.as_ref().is_none_or(|when| subject.holds(when) == Outcome::True)
    })
}

pub(super) fn related(facts: &Facts<'_>, rule: &Rule, block: ScopeId, node: NodeId) -> Vec<Label> {
    // Where a check says the place, it adds the label itself.
    let known = rule.report.related.iter().filter(|related| related.at != Place::Check);
    let labels = known.map(|related| Label {
        span: place(facts, related.at, block, node),
        message: related.message.to_string(),
    });
    labels.collect()
}

/// The span of a place. `node` is the directive that the finding is about.
fn place(facts: &Facts<'_>, place: Place, block: ScopeId, node: NodeId) -> Span {
    let view = facts.view;
    let opening = view.config.scope(block).node;
    match place {
        Place::Block => view.head(opening.unwrap_or(node)),
        Place::Pass => view.head(facts.proxied(block).map_or(node, |proxied| proxied.pass)),
        Place::Deciding => {
            let level = facts.proxied(block).and_then(|it| it.headers.level);
            let first = level.and_then(|level| view.config.own(level, directive::PROXY_SET_HEADER).next());
            view.head(first.unwrap_or(node))
        }
        Place::Setting | Place::Directive | Place::Check => view.head(node),
    }
}

/// Judges a scope that is no proxied block.
fn scope(facts: &Facts<'_>, rule: &'static Rule, scope: ScopeId) -> Option<Hit> {
    let node = facts.view.config.scope(scope).node?;
    hit_at(facts, rule, scope, node)
}

fn directives(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let named = rule.when.iter().chain(rule.forbid.iter()).chain(rule.require.iter());
    let Some(name) = { named }.find_map(|condition| condition.directive.as_deref()) else {
        return Vec::new();
    };
    let (id, config) = (lookup(name.as_bytes()), facts.view.config);
    let scopes = config.scope_ids();
    scopes
        .flat_map(|scope| config.own(scope, id).filter_map(move |node| hit_at(facts, rule, scope, node)))
        .collect()
}

fn hit_at(facts: &Facts<'_>, rule: &'static Rule, scope: ScopeId, node: NodeId) -> Option<Hit> {
    let proxied = facts.proxied(scope);
    let subject = Subject { facts, scope, proxied, request: None, node: Some(node), failed: None };
    violated(subject, rule)?;
    Some(super::found::found_in(facts, rule, scope, node, None))
}
