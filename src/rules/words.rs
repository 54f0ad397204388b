//! The words that stand for rules on the command line, in settings and in comments.

use super::model::{Rule, Switch};

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

/// The message for a word that means none of the known rules.
pub fn unknown_rule(word: &str, known: &[&Rule]) -> String {
    let hint = crate::guess::hint(word, known.iter().flat_map(|rule| [&*rule.code, &*rule.name]));
    format!("no rule is called `{word}`{hint} (`ngxlint rules` lists all)")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::RULES;

    #[test]
    fn a_misspelt_rule_is_guessed() {
        let known: Vec<&Rule> = RULES.iter().collect();
        assert!(
            unknown_rule("upgrade-not-forwrded", &known).contains("did you mean `upgrade-not-forwarded`")
        );
    }
}
