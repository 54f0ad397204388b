//! Which rules run: what the settings say, and over that what the command line says.

use super::Error;
use crate::cli::Check;
use crate::rules::{Rule, Switch, unknown_rule};
use crate::settings::Loaded;
use crate::yaml::Step;

/// The rules of `known` that options and settings choose.
pub(super) fn rules(
    options: &Check,
    settings: &Loaded,
    known: &[&'static Rule],
) -> Result<Vec<&'static Rule>, Error> {
    check_words(options, settings, known)?;
    let chosen = |rule: &&&'static Rule| runs(options, settings, rule);
    Ok(known.iter().filter(chosen).copied().collect())
}

fn check_words(options: &Check, settings: &Loaded, known: &[&'static Rule]) -> Result<(), Error> {
    let is_unknown = |word: &str| !known.iter().any(|rule| rule.is_meant_by(word));
    let mut given = options.select.iter().chain(&options.ignore).chain(&options.extend_select);
    if let Some(word) = given.find(|word| is_unknown(word)) {
        return Err(Error::usage(unknown_rule(word, known)));
    }
    for (key, words) in [("select", &settings.settings.select), ("ignore", &settings.settings.ignore)] {
        if let Some((index, word)) = words.iter().enumerate().find(|(_, word)| is_unknown(word)) {
            let problem = settings.problem(&[Step::key(key), Step::Item(index)], unknown_rule(word, known));
            return Err(Error::usage(problem.to_string()));
        }
    }
    Ok(())
}

/// A `--select` takes the place of what the settings select and ignore; `--extend-select` and `--ignore` add to it.
fn runs(options: &Check, settings: &Loaded, rule: &Rule) -> bool {
    let extended = options.extend_select.iter();
    let exactly_extended = { extended.clone() }.any(|word| rule.is_called(word));
    let by_options = options.select.iter().chain(extended);
    if is_ignored(by_options, &options.ignore, rule) {
        return false;
    }
    let (select, ignore) = match options.select.as_slice() {
        [] => (settings.settings.select.as_slice(), settings.settings.ignore.as_slice()),
        select => (select, &[][..]),
    };
    let named = |words: &[String]| words.iter().any(|word| rule.is_meant_by(word));
    let selected = if select.is_empty() { rule.default == Switch::On } else { named(select) };
    exactly_extended
        || (selected || named(&options.extend_select)) && !is_ignored(select.iter(), ignore, rule)
}

/// An exact selection of a rule outweighs that its family or prefix is ignored.
fn is_ignored<'w>(mut select: impl Iterator<Item = &'w String>, ignore: &[String], rule: &Rule) -> bool {
    if select.any(|word| rule.is_called(word)) {
        return ignore.iter().any(|word| rule.is_called(word));
    }
    ignore.iter().any(|word| rule.is_meant_by(word))
}
