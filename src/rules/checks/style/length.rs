//! Blocks that nobody can oversee.

use super::{Text, hit, texts};
use crate::catalogue::{DirectiveId, directive};
use crate::rules::facts::Facts;
use crate::rules::hit::{Hit, Words};
use crate::rules::model::Rule;
use crate::syntax::{Statement, StatementKind};

/// The longest where the rule's parameters say nothing else.
const MOST_LINES: u32 = 100;

/// Blocks of more lines than the rule's parameter says, without those around them. What holds everything of its kind, and
/// tables, may be of any length.
pub(super) fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let most = rule.params.first().and_then(|word| word.parse().ok()).unwrap_or(MOST_LINES);
    texts(facts).flat_map(|text| of_text(rule, text, most)).collect()
}

fn of_text(rule: &'static Rule, text: Text<'_>, most: u32) -> Vec<Hit> {
    let mut found = Vec::new();
    // The nearest long block behind.
    let mut nearest = usize::MAX;
    for (number, &block) in text.tree.statements.iter().enumerate().rev() {
        if block.kind != StatementKind::Block || is_exempt(block.name) {
            continue;
        }
        let lines = lines(text, block);
        if lines <= most {
            continue;
        }
        if nearest >= block.next as usize {
            found.push(finding(rule, text, block, (lines, most)));
        }
        nearest = number;
    }
    found.reverse();
    found
}

fn lines(text: Text<'_>, block: Statement) -> u32 {
    let (start, end) = text.tree.range(block);
    text.document.line(end.saturating_sub(1)) - text.document.line(start) + 1
}

fn is_exempt(name: DirectiveId) -> bool {
    let whole = [directive::HTTP, directive::STREAM, directive::MAIL];
    whole.contains(&name) || name.is_data_block()
}

fn finding(rule: &'static Rule, text: Text<'_>, block: Statement, (lines, most): (u32, u32)) -> Hit {
    let words = text.tree.words(block);
    let (start, end) = (words.first().map_or(0, |it| it.start), words.last().map_or(0, |it| it.end));
    let label = String::from_utf8_lossy(text.document.slice(start, end)).into_owned();
    let words = Words::default().with("block", label).with("written", lines.to_string());
    hit(rule, text.span(start, end), words.with("sent", most.to_string()), Vec::new())
}
