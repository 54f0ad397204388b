//! What `--fix` has done and what it has left, in words.

use std::collections::BTreeMap;

use super::fixing::Counts;
use crate::finding::{Finding, Fix, Safety};
use crate::lint::{Outcome, is_kept};
use crate::rules::FixSafety;

/// `fixed conf.d/chat.conf: 2 WS101, 1 WS103`
pub(super) fn done(name: &str, counts: &Counts) -> String {
    let by_rule = counts.get(name).into_iter().flatten();
    let parts: Vec<String> = by_rule.map(|(code, count)| format!("{count} {code}")).collect();
    format!("fixed {name}: {}", parts.join(", "))
}

/// Why a fix was not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    Unsafe,
    Shown,
    Shared,
    Inherited,
    Embedded,
    Tag,
    Unsound,
    Conflict,
}

impl Why {
    fn words(self) -> &'static str {
        match self {
            Self::Unsafe => "the fix is unsafe: --unsafe-fixes writes it",
            Self::Shown => "the fix is only shown: it needs a decision",
            Self::Shared => {
                "the fix is only shown: it would change a snippet for other places that include it, too"
            }
            Self::Inherited => "the fix is only shown: blocks inside would inherit it",
            Self::Embedded => "the fix is only shown: the text is a part of another file",
            Self::Tag => "the fix is only shown: it would change a tag of the template",
            Self::Unsound => "the file does not parse",
            Self::Conflict => "the fix is in conflict with another one",
        }
    }

    /// Why a fix is still there after everything that `allow` covers was written.
    fn of(finding: &Finding, fix: &Fix, after: &Outcome, allow: Safety) -> Self {
        let documents = || fix.edits.iter().map(|edit| edit.span.doc);
        match fix.safety {
            Safety::Unsafe if allow < Safety::Unsafe => Self::Unsafe,
            Safety::Shown if finding.rule.fix.as_ref().is_some_and(|it| it.safety == FixSafety::Shown) => {
                Self::Shown
            }
            Safety::Shown if documents().any(|doc| after.texts.sources.get(doc).part_of_file().is_some()) => {
                Self::Embedded
            }
            Safety::Shown if fix.edits.iter().any(|edit| is_kept(edit, &after.texts.sources)) => Self::Tag,
            Safety::Shown if documents().any(|doc| after.shared.contains(&doc)) => Self::Shared,
            Safety::Shown => Self::Inherited,
            _ if documents().any(|doc| !after.texts.tree(doc).errors.is_empty()) => Self::Unsound,
            _ => Self::Conflict,
        }
    }
}

/// One line for each file, rule and reason of what has a fix that was not written.
pub(super) fn left(after: &Outcome, allow: Safety) -> Vec<String> {
    let mut counts: BTreeMap<(&str, &str, Why), usize> = BTreeMap::new();
    for finding in &after.findings {
        let Some(fix) = finding.fix.as_deref() else { continue };
        let name = after.texts.sources.get(finding.span.doc).name.as_str();
        *counts.entry((name, &finding.rule.code, Why::of(finding, fix, after, allow))).or_default() += 1;
    }
    let line = |((name, code, why), count): (&(&str, &str, Why), &usize)| {
        format!("not fixed {name}: {count} {code}: {}", why.words())
    };
    counts.iter().map(line).collect()
}
