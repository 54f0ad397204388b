//! Which rules run: what the settings say, and over that what the command line says.

use super::Error;
use crate::cli::Check;
use crate::rules::{Rule, Switch};
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
    let is_unknown = |word: &str| !known.iter().any(|rule| means(word, rule));
    let mut given = options.select.iter().chain(&options.ignore).chain(&options.extend_select);
    if let Some(word) = given.find(|word| is_unknown(word)) {
        return Err(Error::usage(unknown(word, known)));
    }
    for (key, words) in [("select", &settings.settings.select), ("ignore", &settings.settings.ignore)] {
        if let Some((index, word)) = words.iter().enumerate().find(|(_, word)| is_unknown(word)) {
            let problem = settings.problem(&[Step::key(key), Step::Item(index)], unknown(word, known));
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
    let named = |words: &[String]| words.iter().any(|word| means(word, rule));
    let selected = if select.is_empty() { rule.default == Switch::On } else { named(select) };
    exactly_extended
        || (selected || named(&options.extend_select)) && !is_ignored(select.iter(), ignore, rule)
}

/// An exact selection of a rule outweighs that its family or prefix is ignored.
fn is_ignored<'w>(mut select: impl Iterator<Item = &'w String>, ignore: &[String], rule: &Rule) -> bool {
    if select.any(|word| rule.is_called(word)) {
        return ignore.iter().any(|word| rule.is_called(word));
    }
    ignore.iter().any(|word| means(word, rule))
}

/// Whether a word stands for a rule: its code or name, a prefix of its code, its family, `default`, `all`.
fn means(word: &str, rule: &Rule) -> bool {
    let prefix =
        |word: &str| rule.code.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    match word.to_ascii_lowercase().as_str() {
        "all" => true,
        "default" => rule.default == Switch::On,
        "" => false,
        lower => lower == &*rule.name || lower == rule.family() || prefix(word),
    }
}

/// The message for a word that means no rule.
pub(super) fn unknown(word: &str, known: &[&'static Rule]) -> String {
    let hint = crate::guess::hint(word, known.iter().flat_map(|rule| [&*rule.code, &*rule.name]));
    format!("no rule is called `{word}`{hint} (`ngxlint rules` lists all)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RULES;

    #[test]
    fn a_misspelt_rule_is_guessed() {
        let known: Vec<&'static Rule> = RULES.iter().collect();
        assert!(unknown("upgrade-not-forwrded", &known).contains("did you mean `upgrade-not-forwarded`"));
    }
}
