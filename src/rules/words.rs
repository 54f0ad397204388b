//! The words that stand for rules on the command line, in settings and in comments.

use super::model::{Rule, Switch};
use super::registry::RULES;

impl Rule {
    /// Whether a word stands for this rule: its code or name, a prefix of its code, its family, `default`, `all`.
    pub fn is_meant_by(&self, word: &str) -> bool {
        let prefix =
            |word: &str| self.code.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        match word.to_ascii_lowercase().as_str() {
            "all" => true,
            "default" => self.default == Switch::On,
            "" => false,
            lower => lower == &*self.name || lower == self.family() || prefix(word),
        }
    }
}

/// The message for a word that means no rule.
pub fn unknown_rule(word: &str) -> String {
    let names = RULES.iter().flat_map(|rule| [&*rule.code, &*rule.name]);
    format!("no rule is called `{word}`{} (`ngxlint rules` lists all)", did_you_mean(word, names))
}

/// `; did you mean ...?` where one of `names` is close to `word`, else nothing.
pub fn did_you_mean<'n>(word: &str, names: impl Iterator<Item = &'n str>) -> String {
    let close = names.min_by_key(|name| distance(word, name));
    let hint = close.filter(|name| distance(word, name) <= name.len() / 3 + 1);
    hint.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
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
        assert!(unknown_rule("upgrade-not-forwrded").contains("did you mean `upgrade-not-forwarded`"));
    }
}
