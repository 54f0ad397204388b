//! The comments that suppress and do not say why.

use super::Suppressions;
use super::read::{Kind, Remark};
use super::unused::{Ran, finding};
use crate::finding::Finding;
use crate::rules::Words;

/// The name of the rule whose findings these are.
const RULE: &str = "ignore-without-reason";

impl Suppressions {
    /// The comments without a reason; nothing where their rule is not selected. Must be asked for before
    /// [`Suppressions::unused`], since such a finding, too, may be what a comment suppresses.
    pub fn unreasoned(&self, ran: &Ran<'_>) -> Vec<Finding> {
        let Some(rule) = ran.rules.iter().find(|rule| &*rule.name == RULE) else { return Vec::new() };
        let remarks = self.remarks.iter().enumerate().filter(|(_, remark)| lacks_reason(remark));
        let unexcused = remarks.filter(|&(id, remark)| !self.silence_unless_by(Some(id), rule, remark.span));
        let words = |remark: &Remark| Words::default().with("written", remark.command.as_str());
        unexcused.map(|(_, remark)| finding(rule, None, remark.span, &words(remark), None)).collect()
    }
}

/// An `enable` needs none: it ends what was excused. What names no rule suppresses nothing.
fn lacks_reason(remark: &Remark) -> bool {
    let suppresses = matches!(remark.kind, Kind::Ignore | Kind::IgnoreFile | Kind::Disable);
    suppresses && !remark.has_reason && !remark.words.is_empty()
}
