//! Which rules run.

use super::Error;
use crate::cli::Check;
use crate::rules::{RULES, Rule, Switch};

/// The rules that the options choose.
pub(super) fn rules(options: &Check) -> Result<Vec<&'static Rule>, Error> {
    for word in options.select.iter().chain(&options.ignore).chain(&options.extend_select) {
        if !RULES.iter().any(|rule| means(word, rule)) {
            return Err(Error::usage(unknown(word)));
        }
    }
    let chosen = |rule: &&'static Rule| {
        let named = |words: &[String]| words.iter().any(|word| means(word, rule));
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
    let ignored = || options.ignore.iter().filter(|word| means(word, rule));
    if options.select.iter().chain(&options.extend_select).any(|word| exact(&word)) {
        return ignored().any(|word| exact(&word));
    }
    ignored().next().is_some()
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
pub(super) fn unknown(word: &str) -> String {
    let close =
        RULES.iter().flat_map(|rule| [&*rule.code, &*rule.name]).min_by_key(|name| distance(word, name));
    let hint = close.filter(|name| distance(word, name) <= name.len() / 3 + 1);
    let hint = hint.map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
    format!("no rule is called `{word}`{hint} (`ngxlint rules` lists all)")
}

/// Edits between two words, without case.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (line, from) in a.chars().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        for (to, cell) in b.chars().zip(row.iter_mut().skip(1)) {
            let above = *cell;
            let next = (diagonal + usize::from(from != to)).min(above + 1).min(left + 1);
            (diagonal, left, *cell) = (above, next, next);
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_rule_is_guessed() {
        assert_eq!(distance("WS11", "ws101"), 1);
        assert!(unknown("upgrade-not-forwrded").contains("did you mean `upgrade-not-forwarded`"));
    }
}
