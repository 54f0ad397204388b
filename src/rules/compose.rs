//! Puts hits into words and repairs: the findings of a tree.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::agreed::{Agreed, Safeties, WantedBy, agreed};
use super::connection::UpgradeValue;
use super::effective::{is_effective, shares_single};
use super::facts::{Facts, Proxied};
use super::hit::{Hit, Repair};
use super::model::{Case, FixSafety, FixSpec, Intent, Severity};
use crate::catalogue::directive;
use crate::config::{Config, IncludeId, ScopeId};
use crate::finding::{Block, Edit, Finding, Fix, Safety};
use crate::fix::placement::{Level, Wanted, set};
use crate::scope::{in_force, location_of};
use crate::source::DocId;

/// The findings that `hits` make.
pub fn findings(facts: &Facts<'_>, hits: Vec<Hit>) -> Vec<Finding> {
    let fixes = Fixes::of(facts, &hits);
    hits.into_iter()
        .enumerate()
        .map(|(index, hit)| finding(facts, hit, fixes.by_hit.get(&index).cloned()))
        .collect()
}

fn finding(facts: &Facts<'_>, hit: Hit, fix: Option<Arc<Fix>>) -> Finding {
    let view = facts.view;
    let case = hit.case.and_then(|case| hit.rule.cases.get(case));
    let message = case.and_then(|case| case.message.as_deref()).unwrap_or(&hit.rule.report.message);
    let help = case.and_then(|case| case.help.as_deref()).unwrap_or(&hit.rule.help);
    let block = hit.scope.map(|scope| Block {
        span: view.config.scope(scope).node.map_or(hit.at, |node| view.head(node)),
        label: view.label(scope),
    });
    Finding {
        rule: hit.rule,
        severity: severity(facts, &hit, case),
        message: hit.words.fill(message),
        help: hit.words.fill(help),
        span: hit.at,
        block,
        scopes: hit.scope.map(|scope| view.labels(scope)).unwrap_or_default(),
        related: hit
            .related
            .into_iter()
            .map(|mut label| {
                label.message = hit.words.fill(&label.message);
                label
            })
            .collect(),
        includes: view.config.include_chain(hit.include),
        fix,
        twin: 0,
    }
}

/// The user's severity for the rule, else a case's, else the rule's; weak evidence of intent lowers it.
fn severity(facts: &Facts<'_>, hit: &Hit, case: Option<&Case>) -> Severity {
    let own = || case.and_then(|case| case.severity).unwrap_or(hit.rule.severity);
    let severity = facts.preferences.severity.get(&*hit.rule.code).copied().unwrap_or_else(own);
    if hit.rule.intent.is_none() {
        return severity;
    }
    let level = evidence_level(facts, hit);
    let most = match level {
        Some(Intent::Declared | Intent::Explicit) | None => Severity::Error,
        Some(Intent::Endpoint) => Severity::Warning,
        Some(Intent::Name) => Severity::Note,
    };
    severity.min(most)
}

fn evidence_level(facts: &Facts<'_>, hit: &Hit) -> Option<Intent> {
    facts.proxied(hit.scope?)?.evidence.as_ref().map(|evidence| evidence.level)
}

/// The fixes of a tree's hits.
#[derive(Default)]
struct Fixes {
    by_hit: BTreeMap<usize, Arc<Fix>>,
}

/// The hits that are repaired together, by their numbers.
type Group = Vec<usize>;

impl Fixes {
    fn of(facts: &Facts<'_>, hits: &[Hit]) -> Self {
        let mut fixes = Self::default();
        let mut groups: BTreeMap<(ScopeId, &str), Group> = BTreeMap::new();
        for (index, hit) in hits.iter().enumerate() {
            let Some(spec) = &hit.rule.fix else { continue };
            match (&hit.repair, spec.group.as_deref(), hit.scope) {
                (Repair::None, ..) => {}
                (Repair::Shown(edits), ..) => {
                    let fix = single(facts, hit, spec, edits.clone());
                    fixes.add(&[index], Fix { safety: Safety::Shown, ..fix });
                }
                (Repair::Edits(edits), ..) => fixes.add(&[index], single(facts, hit, spec, edits.clone())),
                (_, Some(group), Some(scope)) => groups.entry((scope, group)).or_default().push(index),
                (_, _, Some(scope)) => groups.entry((scope, &hit.rule.code)).or_default().push(index),
                (_, _, None) => {}
            }
        }
        let connection = UpgradeValue::of(facts, groups.keys().map(|&(block, _)| block));
        let wanted: WantedBy<'_> =
            groups.iter().map(|(key, group)| (*key, wanted(&connection, hits, group))).collect();
        let safeties: Safeties<'_> = (groups.iter())
            .filter_map(|(key, group)| Some((*key, group_safety(facts, hits, group)?)))
            .collect();
        let agreed = agreed(facts, &wanted, &safeties);
        for (key, group) in &groups {
            let Some(here) = wanted.get(key) else { continue };
            if let Some(fix) = together(facts, hits, group, *key, here, (&wanted, &agreed)) {
                fixes.add(group, connection.completed(fix, here));
            }
        }
        fixes
    }

    fn add(&mut self, group: &[usize], fix: Fix) {
        let fix = Arc::new(fix);
        for &index in group {
            self.by_hit.insert(index, Arc::clone(&fix));
        }
    }
}

fn single(facts: &Facts<'_>, hit: &Hit, spec: &FixSpec, edits: Vec<Edit>) -> Fix {
    // What is about no block, such as an error of syntax, is so wherever the file stands.
    let places = if hit.scope.is_some() {
        places(facts.view.config, hit.include, hit.scope, &edits)
    } else {
        Vec::new()
    };
    Fix { title: spec.title.to_string(), safety: safety(facts, hit, spec), group: None, edits, places }
}

/// The includes that brought the edited texts to a block: that of the hit, of what the block's location holds, of the
/// headers around it, and those that brought the includes.
fn places(config: &Config, hit: IncludeId, block: Option<ScopeId>, edits: &[Edit]) -> Vec<IncludeId> {
    let is_edited = |doc: DocId| edits.iter().any(|edit| edit.span.doc == doc);
    if edits.iter().all(|edit| edit.span.doc == config.root) {
        return vec![IncludeId::default()];
    }
    let location = block.into_iter().map(|block| location_of(config, block));
    let held = location.flat_map(|location| config.directives(location));
    let levels = block.into_iter().flat_map(|block| config.ancestors(block));
    let headers = levels.flat_map(|level| config.own(level, directive::PROXY_SET_HEADER));
    let mut ids: BTreeSet<IncludeId> = held.chain(headers).map(|node| config.node(node).include).collect();
    ids.insert(hit);
    let brought: BTreeSet<IncludeId> = ids.into_iter().flat_map(|id| config.include_path(id)).collect();
    brought.into_iter().filter(|&id| is_edited(config.included_document(id))).collect()
}

fn safety(facts: &Facts<'_>, hit: &Hit, spec: &FixSpec) -> Safety {
    match spec.safety {
        FixSafety::Safe => Safety::Safe,
        FixSafety::Unsafe => Safety::Unsafe,
        FixSafety::Shown => Safety::Shown,
        FixSafety::ByIntent => {
            let evidence = hit.scope.and_then(|scope| facts.proxied(scope)?.evidence.as_ref());
            // An outer level's headers, which a rule without an intent of its own reports, are explicit.
            let certain = hit.rule.intent.is_none()
                || evidence.is_some_and(|it| it.level >= Intent::Explicit || it.websocket_only);
            if certain { Safety::Safe } else { Safety::Unsafe }
        }
    }
}

fn group_safety(facts: &Facts<'_>, hits: &[Hit], group: &[usize]) -> Option<Safety> {
    let members = group.iter().filter_map(|&index| hits.get(index));
    members.filter_map(|hit| Some(safety(facts, hit, hit.rule.fix.as_ref()?))).max()
}

/// What the hits of a group want to be in force, each header once.
fn wanted(connection: &UpgradeValue, hits: &[Hit], group: &[usize]) -> Vec<Wanted> {
    let mut wanted: Vec<Wanted> = Vec::new();
    let texts = group.iter().filter_map(|&index| hits.get(index)).flat_map(|hit| match &hit.repair {
        Repair::Set(texts) | Repair::SetAnd(texts, _) => texts.clone(),
        _ => hit.rule.fix.iter().flat_map(|spec| spec.set.iter()).map(ToString::to_string).collect(),
    });
    for text in texts {
        let next = Wanted { text: connection.write(text) };
        if !wanted.iter().any(|known| is_same(known, &next)) {
            wanted.push(next);
        }
    }
    // The version first, as in nginx's documentation.
    wanted.sort_by_key(|wanted| wanted.header().is_some());
    wanted
}

fn is_same(a: &Wanted, b: &Wanted) -> bool {
    match (a.header(), b.header()) {
        (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
        (None, None) if a.is_entry() => a == b,
        (None, None) => a.directive() == b.directive(),
        _ => false,
    }
}

/// The one fix of a group.
fn together(
    facts: &Facts<'_>,
    hits: &[Hit],
    group: &[usize],
    key: (ScopeId, &str),
    here: &[Wanted],
    (wanted, agreed): (&WantedBy<'_>, &Agreed<'_>),
) -> Option<Fix> {
    let proxied = facts.proxied(key.0)?;
    let everyone = proxied.headers.level.is_some_and(|level| agreed.contains(&(level, key.1)));
    let level = if everyone { Level::Deciding } else { Level::Block };
    let missing: Vec<Wanted> = here.iter().filter(|it| !is_effective(facts, proxied, it)).cloned().collect();
    let mut edits = set(facts.view, key.0, facts.requests(proxied).first()?, &missing, level);
    let members = || group.iter().filter_map(|&index| hits.get(index));
    edits.extend(members().flat_map(|hit| match &hit.repair {
        Repair::SetAnd(_, edits) => edits.clone(),
        _ => Vec::new(),
    }));
    edits.sort();
    edits.dedup();
    let titles: BTreeSet<&str> = members().filter_map(|hit| Some(&*hit.rule.fix.as_ref()?.title)).collect();
    let safety = group_safety(facts, hits, group)?;
    let disturbs = disturbs(facts, key, &missing, level, wanted) || shares_single(facts, key.0, &missing);
    let safety = if disturbs { Safety::Shown } else { safety };
    // The number is given out when all trees are done.
    let group = (members().count() > 1).then_some(0);
    let title = titles.into_iter().collect::<Vec<_>>().join("; ");
    let include = members().next().map(|hit| hit.include).unwrap_or_default();
    let places = places(facts.view.config, include, Some(key.0), &edits);
    (!edits.is_empty()).then_some(Fix { title, safety, group, edits, places })
}

/// Whether a location inside would inherit from this one what it does not want. Headers that go to the deciding level
/// are wanted by all that take theirs from there.
fn disturbs(
    facts: &Facts<'_>,
    (block, group): (ScopeId, &str),
    missing: &[Wanted],
    level: Level,
    wanted: &WantedBy<'_>,
) -> bool {
    let config = facts.view.config;
    let location = location_of(config, block);
    let inside = (location, config.scope(location).next);
    let from = facts.proxied.partition_point(|it| it.block <= inside.0);
    let others = facts.proxied.iter().skip(from).take_while(|it| it.block < inside.1);
    let missing = || missing.iter().filter(|it| level == Level::Block || it.header().is_none());
    { others }.filter(|other| location_of(config, other.block) != location).any(|other| {
        let own = wanted.get(&(other.block, group));
        missing().any(|it| inherits(config, other, it, location) && own.is_none_or(|own| !own.contains(it)))
    })
}

/// Whether a block inside `location` takes headers, or the version, from there or from further out.
fn inherits(config: &Config, proxied: &Proxied, wanted: &Wanted, location: ScopeId) -> bool {
    let level = match wanted.header() {
        Some(_) => proxied.headers.level,
        None => in_force(config, proxied.block, wanted.directive()).level,
    };
    // Outer scopes have lower numbers.
    level.is_none_or(|level| level <= location)
}
