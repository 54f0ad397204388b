//! Which comments of a text suppress a rule at an offset.

use std::collections::BTreeMap;

use super::read::{Kind, Remark};
use super::target::target;
use super::{RemarkId, WordId};
use crate::rules::Rule;
use crate::source::Document;
use crate::syntax::Tree;

/// The suppressions of one text, by the words that stand for rules, in lower case.
#[derive(Debug, Default)]
pub(super) struct Index {
    ranges: BTreeMap<String, Ranges>,
    switches: BTreeMap<String, Vec<Switch>>,
}

/// What one word suppresses: ordered by start.
type Ranges = Vec<Range>;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Range {
    start: u32,
    end: u32,
    by: WordId,
    /// The one of the ranges up to here that reaches furthest.
    furthest: (u32, WordId),
}

/// A `disable` or `enable`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Switch {
    at: u32,
    off: bool,
    by: WordId,
}

impl Index {
    pub(super) fn of<'r>(
        remarks: impl Iterator<Item = (RemarkId, &'r Remark)>,
        document: &Document,
        tree: &Tree,
    ) -> Self {
        let mut index = Self::default();
        for (id, remark) in remarks {
            match remark.kind {
                Kind::Ignore => index.add_range(id, remark, target(document, tree, remark.span)),
                Kind::IgnoreFile => index.add_range(id, remark, (0, u32::MAX)),
                Kind::Disable | Kind::Enable => index.add_switch(id, remark),
                Kind::Unknown => {}
            }
        }
        index.ranges.values_mut().for_each(order);
        index
    }

    fn add_range(&mut self, id: RemarkId, remark: &Remark, (start, end): (u32, u32)) {
        for (number, word) in remark.words.iter().enumerate() {
            let by = (id, number);
            let of_word = self.ranges.entry(word.text.to_ascii_lowercase()).or_default();
            of_word.push(Range { start, end, by, furthest: (end, by) });
        }
    }

    /// `enable` without a word ends everything.
    fn add_switch(&mut self, id: RemarkId, remark: &Remark) {
        let (at, off) = (remark.span.start, remark.kind == Kind::Disable);
        for (number, word) in remark.words.iter().enumerate() {
            let of_word = self.switches.entry(word.text.to_ascii_lowercase()).or_default();
            of_word.push(Switch { at, off, by: (id, number) });
        }
        if !off && remark.words.is_empty() {
            self.switches.entry("all".into()).or_default().push(Switch { at, off, by: (id, 0) });
        }
    }

    /// The words that suppress `rule` at `offset`.
    pub(super) fn at(&self, rule: &Rule, offset: u32) -> impl Iterator<Item = WordId> {
        let ranges = self.ranges.iter().filter(|(word, _)| rule.is_meant_by(word));
        let covering = ranges.filter_map(move |(_, ranges)| holder(ranges, offset));
        let switches = self.switches.iter().filter(|(word, _)| rule.is_meant_by(word));
        let last = switches.filter_map(|(_, switches)| last(switches, offset)).max_by_key(|it| it.at);
        covering.chain(last.filter(|last| last.off).map(|last| last.by))
    }
}

fn order(ranges: &mut Ranges) {
    ranges.sort_unstable();
    let mut furthest = (0, (0, 0));
    for range in ranges {
        if range.end >= furthest.0 {
            furthest = (range.end, range.by);
        }
        range.furthest = furthest;
    }
}

/// A range that holds `offset`.
fn holder(ranges: &Ranges, offset: u32) -> Option<WordId> {
    let begun = ranges.partition_point(|range| range.start <= offset);
    let (end, by) = ranges.get(begun.checked_sub(1)?)?.furthest;
    (end >= offset).then_some(by)
}

/// The switch that decides at `offset`.
fn last(switches: &[Switch], offset: u32) -> Option<Switch> {
    let before = switches.partition_point(|switch| switch.at <= offset);
    switches.get(before.checked_sub(1)?).copied()
}
