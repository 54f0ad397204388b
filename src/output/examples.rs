//! One bad and one good configuration for each rule: its first fixtures, compiled in.

use crate::rules::Rule;

include!(concat!(env!("OUT_DIR"), "/examples.rs"));

/// What a rule reports and what it is content with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Example {
    /// A configuration with the mistake.
    pub bad: Option<&'static str>,
    /// The same after the fix, where it has one that can be written.
    pub fixed: Option<&'static str>,
    /// A configuration without it.
    pub good: Option<&'static str>,
}

/// The example of `rule`; empty for a user's own rule.
pub fn example(rule: &Rule) -> Example {
    let found = EXAMPLES.binary_search_by(|(name, ..)| (*name).cmp(&*rule.name));
    let entry = found.ok().and_then(|index| EXAMPLES.get(index));
    entry.map(|&(_, [bad, fixed, good])| Example { bad, fixed, good }).unwrap_or_default()
}
