//! The comments that suppress nothing.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::read::{Kind, Remark, Word};
use super::removal::keep_only;
use super::{RemarkId, Suppressions};
use crate::catalogue::VersionRange;
use crate::comments::WORDS;
use crate::config::Texts;
use crate::finding::{Edit, Finding, Fix, Safety};
use crate::guess::hint;
use crate::rules::{RULES, Rule, Switch, Visit, Words, concerns, unknown_rule};
use crate::source::{DocId, Span};

/// The name of the rule whose findings these are.
const RULE: &str = "unused-ignore";

/// What a run has looked for: a comment for what nobody looked for is not unused.
#[derive(Debug)]
pub struct Ran<'a> {
    /// The rules.
    pub rules: &'a [&'static Rule],
    /// The target range.
    pub target: VersionRange,
    /// Texts that were seen only in part of what includes them, or that lack includes: whether there is nothing to find
    /// is known only for rules that look at the text alone.
    pub partial: HashSet<DocId>,
}

impl Ran<'_> {
    /// The built-in rules and those of the user that ran.
    fn known(&self) -> impl Iterator<Item = &'static Rule> {
        let own = self.rules.iter().copied();
        RULES.iter().chain(own.filter(|rule| !RULES.iter().any(|built_in| built_in.code == rule.code)))
    }

    fn is_known(&self, word: &Word) -> bool {
        self.known().any(|rule| rule.is_meant_by(&word.text))
    }

    /// Whether everything that a word suppresses has been looked for. Of a family these are the rules that run by default.
    fn covers(&self, word: &str, doc: DocId) -> bool {
        let meant = || self.known().filter(|rule| rule.is_meant_by(word) && &*rule.name != RULE);
        let by_default = meant().any(|rule| rule.default == Switch::On);
        let mut needed = meant().filter(|rule| !by_default || rule.default == Switch::On).peekable();
        needed.peek().is_some() && needed.all(|rule| self.has_run(rule, doc))
    }

    fn has_run(&self, rule: &Rule, doc: DocId) -> bool {
        let selected = self.rules.iter().any(|selected| selected.code == rule.code);
        let seen = rule.visit == Visit::Text || !self.partial.contains(&doc);
        selected && seen && concerns(rule, self.target)
    }
}

impl Suppressions {
    /// The findings about comments, once everything else has been found; nothing where their rule is not selected.
    pub fn unused(&self, texts: &Texts, ran: &Ran<'_>) -> Vec<Finding> {
        let Some(rule) = ran.rules.iter().find(|rule| &*rule.name == RULE) else { return Vec::new() };
        let idle = self.idle_enables(ran);
        let judge = Judge { all: self, texts, ran, rule, idle };
        let found = self.remarks.iter().enumerate().flat_map(|(id, remark)| judge.findings(id, remark));
        found.collect()
    }

    /// The words of `enable` before which nothing of what they stand for is disabled.
    fn idle_enables(&self, ran: &Ran<'_>) -> HashSet<(RemarkId, usize)> {
        let mut disabled: HashMap<DocId, HashSet<&str>> = HashMap::new();
        let mut idle = HashSet::new();
        for (id, remark) in self.remarks.iter().enumerate() {
            let off = disabled.entry(remark.span.doc).or_default();
            for (number, text) in switched(remark).enumerate() {
                let meant = ran.known().filter(|rule| rule.is_meant_by(text)).map(|rule| &*rule.code);
                match remark.kind {
                    Kind::Disable => off.extend(meant),
                    _ if meant.fold(0, |ended, code| ended + usize::from(off.remove(code))) == 0 => {
                        idle.insert((id, number));
                    }
                    _ => {}
                }
            }
        }
        idle
    }
}

/// The words of a `disable` or `enable`; one without words ends everything.
fn switched(remark: &Remark) -> impl Iterator<Item = &str> {
    let is_switch = matches!(remark.kind, Kind::Disable | Kind::Enable);
    let bare = remark.kind == Kind::Enable && remark.words.is_empty();
    let words = remark.words.iter().filter(move |_| is_switch).map(|word| word.text.as_str());
    words.chain(bare.then_some("all"))
}

struct Judge<'a> {
    all: &'a Suppressions,
    texts: &'a Texts,
    ran: &'a Ran<'a>,
    rule: &'static Rule,
    idle: HashSet<(RemarkId, usize)>,
}

impl Judge<'_> {
    fn findings(&self, id: RemarkId, remark: &Remark) -> Vec<Finding> {
        let mut found = self.misspelt(remark);
        found.extend(self.in_vain(id, remark));
        found.retain(|finding| !self.all.silence_unless_by(Some(id), finding.rule, finding.span));
        found
    }

    /// What cannot be understood.
    fn misspelt(&self, remark: &Remark) -> Vec<Finding> {
        let command = remark.command.as_str();
        if remark.kind == Kind::Unknown {
            let hint = hint(command, WORDS);
            let written = if command.is_empty() { "ngxlint:" } else { command };
            let words = Words::default().with("written", written).with("problem", hint);
            return vec![self.finding("no-command", remark.span, &words, None)];
        }
        if remark.words.is_empty() && remark.kind != Kind::Enable {
            let words = Words::default().with("written", command);
            return vec![self.finding("no-rule", remark.span, &words, None)];
        }
        let unknown = remark.words.iter().filter(|word| !self.ran.is_known(word));
        let finding = |word: &Word| {
            let words = Words::default()
                .with("problem", unknown_rule(&word.text, &self.ran.known().collect::<Vec<_>>()));
            self.finding("unknown", word.span, &words, None)
        };
        unknown.map(finding).collect()
    }

    /// What does nothing.
    fn in_vain(&self, id: RemarkId, remark: &Remark) -> Option<Finding> {
        let is_vain = |&(number, word): &(usize, &Word)| match remark.kind {
            Kind::Enable => self.ran.is_known(word) && self.idle.contains(&(id, number)),
            _ => self.ran.covers(&word.text, word.span.doc) && !self.all.is_used((id, number)),
        };
        let (vain, kept): (Vec<_>, Vec<_>) = remark.words.iter().enumerate().partition(|it| is_vain(it));
        let bare = remark.kind == Kind::Enable && remark.words.is_empty() && self.idle.contains(&(id, 0));
        if vain.is_empty() && !bare {
            return None;
        }
        let kept: Vec<&Word> = kept.into_iter().map(|(_, word)| word).collect();
        let edit = keep_only(self.texts.sources.get(remark.span.doc), remark, &kept);
        let vain_words: Vec<&str> = vain.iter().map(|(_, word)| word.text.as_str()).collect();
        let written = vain_words.join(", ");
        let problem = if bare { String::new() } else { format!(": {written} is not disabled") };
        let words = Words::default().with("written", written).with("problem", problem);
        let case = if remark.kind == Kind::Enable { "nothing-disabled" } else { "unused" };
        let span = match (vain.as_slice(), kept.is_empty()) {
            ([(_, word)], false) => word.span,
            _ => remark.span,
        };
        Some(self.finding(case, span, &words, Some(edit)))
    }

    fn finding(&self, case: &str, span: Span, words: &Words, edit: Option<Edit>) -> Finding {
        finding(self.rule, Some(case), span, words, edit)
    }
}

/// A finding about a comment, in the words of the rule or of one of its cases.
pub(super) fn finding(
    rule: &'static Rule,
    case: Option<&str>,
    span: Span,
    words: &Words,
    edit: Option<Edit>,
) -> Finding {
    let case = case.and_then(|case| rule.cases.iter().find(|known| known.case.as_deref() == Some(case)));
    let message = case.and_then(|case| case.message.as_deref()).unwrap_or(&rule.report.message);
    let help = case.and_then(|case| case.help.as_deref()).unwrap_or(&rule.help);
    let title = || rule.fix.as_ref().map(|fix| fix.title.to_string()).unwrap_or_default();
    let fix = edit.map(|edit| {
        Arc::new(Fix {
            title: title(),
            safety: Safety::Safe,
            group: None,
            edits: vec![edit],
            places: Vec::new(),
        })
    });
    Finding {
        rule,
        severity: case.and_then(|case| case.severity).unwrap_or(rule.severity),
        message: words.fill(message),
        help: words.fill(help),
        span,
        block: None,
        scopes: Vec::new(),
        related: Vec::new(),
        includes: Vec::new(),
        fix,
        twin: 0,
    }
}
