//! Statements without a `;` that nginx takes for one with the statement after them: directives that take any number of
//! words, behind which the name of another one stands as if it began a line of its own.

use crate::catalogue::{Contexts, DirectiveId, Origin, lookup};
use crate::config::{IncludeId, NodeId};
use crate::rules::facts::Facts;
use crate::rules::hit::{Hit, Repair, Words};
use crate::rules::model::Rule;
use crate::source::Span;
use crate::syntax::{StatementKind, Word};

/// A finding for each statement that has swallowed the next one.
pub(super) fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let judgement = facts.judgement();
    let taken = judgement.taken.iter().map(|taken| (taken.node, taken.contexts));
    let refused = judgement.found.iter().map(|found| (found.node, found.contexts));
    let mut seen = std::collections::HashSet::new();
    let hits = taken.chain(refused).filter_map(|(node, contexts)| {
        let hit = hit(facts, rule, node, contexts)?;
        seen.insert(hit.at).then_some(hit)
    });
    hits.collect()
}

fn hit(facts: &Facts<'_>, rule: &'static Rule, node: NodeId, contexts: Contexts) -> Option<Hit> {
    let view = facts.view;
    let (doc, id) = (view.config.node(node).doc, view.config.node(node).statement);
    let text = view.texts.sources.get(doc).read_text();
    let words = view.texts.words(doc, id);
    let (first, last) = (words.first()?, words.last()?);
    let lines = text.get(first.start as usize..last.end as usize)?;
    // Most statements stand on one line.
    memchr::memchr(b'\n', lines)?;
    let statement = view.texts.statement(doc, id);
    let count = swallowed(text, statement.name, words, statement.kind, contexts)?;
    let (own, next) = (words.get(count - 1)?, words.get(count)?);
    let cited = |word: &Word| String::from_utf8_lossy(word.raw(text)).into_owned();
    let said = Words::default().with("written", cited(next)).with("outer", cited(first));
    Some(Hit {
        rule,
        case: super::case(rule, "Swallowed"),
        at: Span::new(doc, own.end, own.end),
        include: IncludeId(0),
        scope: None,
        words: said,
        related: Vec::new(),
        repair: Repair::None,
    })
}

/// How many of the words are the statement's own.
fn swallowed(
    text: &[u8],
    name: DirectiveId,
    words: &[Word],
    kind: StatementKind,
    contexts: Contexts,
) -> Option<usize> {
    let column = column(text, *words.first()?)?;
    (2..words.len()).find(|&count| {
        let Some(&word) = words.get(count) else { return false };
        let next = lookup(word.raw(text));
        let known = next != DirectiveId::UNKNOWN && self::column(text, word) == Some(column);
        let rest = words.len() - count - 1;
        let whole = rest > 0 && takes(next, rest, kind, contexts);
        known && whole && takes(name, count - 1, StatementKind::Simple, contexts)
    })
}

/// The text before the first word of a line.
fn column(text: &[u8], word: Word) -> Option<&[u8]> {
    let before = text.get(..word.start as usize)?;
    let line = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    before.get(line..).filter(|before| before.iter().all(|byte| matches!(byte, b' ' | b'\t')))
}

/// Whether nginx has a directive of that name that takes so many words in one of `contexts`.
fn takes(id: DirectiveId, count: usize, kind: StatementKind, contexts: Contexts) -> bool {
    let variants = id.entry().map_or(&[][..], |entry| entry.variants);
    variants.iter().any(|variant| {
        variant.origin == Origin::Nginx
            && !variant.contexts.intersection(contexts).is_empty()
            && variant.block == (kind == StatementKind::Block)
            && variant.args.accepts(count)
    })
}
