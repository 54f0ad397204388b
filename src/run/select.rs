//! Which rules run.

use super::Error;
use crate::cli::Check;
use crate::rules::{RULES, Rule, Switch, unknown_rule};

/// The rules that the options choose.
pub(super) fn rules(options: &Check) -> Result<Vec<&'static Rule>, Error> {
    for word in options.select.iter().chain(&options.ignore).chain(&options.extend_select) {
        if !RULES.iter().any(|rule| rule.is_meant_by(word)) {
            return Err(Error::usage(unknown_rule(word)));
        }
    }
    let chosen = |rule: &&'static Rule| {
        let named = |words: &[String]| words.iter().any(|word| rule.is_meant_by(word));
        let selected =
            if options.select.is_empty() { rule.default == Switch::On } else { named(&options.select) };
        (selected || named(&options.extend_select)) && !is_ignored(options, rule)
    };
    Ok(RULES.iter().filter(chosen).collect())
}

/// An exact `--select` or `--extend-select` of a rule outweighs an `--ignore` of its family or prefix.
fn is_ignored(options: &Check, rule: &Rule) -> bool {
    let exact =
        |word: &&String| word.eq_ignore_ascii_case(&rule.code) || word.eq_ignore_ascii_case(&rule.name);
    let ignored = || options.ignore.iter().filter(|word| rule.is_meant_by(word));
    if options.select.iter().chain(&options.extend_select).any(|word| exact(&word)) {
        return ignored().any(|word| exact(&word));
    }
    ignored().next().is_some()
}
