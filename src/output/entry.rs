//! A finding with everything that formats say of it worked out: places as lines and columns, its name for services that
//! follow it, whether its fix stood at an earlier finding. Each is made when it is reached, and nothing is kept.

use std::collections::HashSet;

use super::Report;
use super::place::{Place, Places};
use crate::finding::{Finding, Fix, Safety};
use crate::fingerprint::fingerprint;
use crate::rules::Rule;

/// The page of the program.
pub(super) const HOME: &str = "https://docs.rs/ngxlint/";

/// The page of a rule is this and its code.
const RULE_PAGES: &str = "https://docs.rs/ngxlint/latest/ngxlint/rules/";

/// Where a rule is explained.
pub(super) fn rule_page(rule: &Rule) -> String {
    format!("{RULE_PAGES}{}", rule.code)
}

/// The findings of `report`, one at a time.
pub(super) fn entries<'a>(
    report: &'a Report<'_>,
    places: &'a Places<'a>,
) -> impl ExactSizeIterator<Item = Entry<'a>> {
    let mut groups = HashSet::new();
    report.findings.iter().map(move |finding| {
        let group = finding.fix.as_ref().and_then(|fix| fix.group);
        let fingerprint = fingerprint(finding, report.sources);
        let is_first_of_fix = group.is_none_or(|group| groups.insert(group));
        Entry { finding, places, fingerprint, is_first_of_fix }
    })
}

/// One finding.
pub(super) struct Entry<'a> {
    pub(super) finding: &'a Finding,
    places: &'a Places<'a>,
    /// See [`fingerprint`].
    pub(super) fingerprint: String,
    is_first_of_fix: bool,
}

/// A place and what it has to do with the finding.
#[derive(Clone, Copy)]
pub(super) struct Related<'a> {
    pub(super) place: Place<'a>,
    pub(super) message: &'a str,
}

/// A replacement of one place by a text.
#[derive(Clone, Copy)]
pub(super) struct Change<'a> {
    pub(super) place: Place<'a>,
    pub(super) text: &'a str,
}

impl<'a> Entry<'a> {
    /// Where it is.
    pub(super) fn place(&self) -> Place<'a> {
        self.places.place(self.finding.span)
    }

    /// The opening words of the block it is about, and the block's name.
    pub(super) fn block(&self) -> Option<Related<'a>> {
        let block = self.finding.block.as_ref()?;
        Some(Related { place: self.places.place(block.span), message: &block.label })
    }

    /// The other places.
    pub(super) fn related(&self) -> impl Iterator<Item = Related<'a>> {
        let of = |label: &'a crate::finding::Label| Related {
            place: self.places.place(label.span),
            message: &label.message,
        };
        self.finding.related.iter().map(of)
    }

    /// The `include` directives that lead there, outermost first.
    pub(super) fn includes(&self) -> impl Iterator<Item = Place<'a>> {
        self.finding.includes.iter().map(|&span| self.places.place(span))
    }

    /// What a fix of it replaces.
    pub(super) fn changes(&self, fix: &'a Fix) -> impl Iterator<Item = Change<'a>> {
        fix.edits.iter().map(|edit| Change { place: self.places.place(edit.span), text: &edit.text })
    }

    /// The fix that a service may offer to apply: one that may be written at all, and that no earlier finding of its
    /// group has offered already.
    pub(super) fn offered_fix(&self) -> Option<&'a Fix> {
        let fix = self.finding.fix.as_deref()?;
        (self.is_first_of_fix && fix.safety != Safety::Shown && !fix.edits.is_empty()).then_some(fix)
    }
}
