//! The built-in rules.

use super::model::{
    Case, Condition, DeadEnd, Fact, FixSafety, FixSpec, Intent, NginxTest, Place, Related, Report,
    RequestPart, Rule, Sender, Severity, Switch, Text, Visit, list, text,
};

include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// The rule with this code or name, without case.
pub fn find(word: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.is_called(word))
}

impl Rule {
    /// Whether `word` is its code or name, without case.
    pub fn is_called(&self, word: &str) -> bool {
        self.code.eq_ignore_ascii_case(word) || self.name.eq_ignore_ascii_case(word)
    }

    /// The family its code belongs to.
    pub fn family(&self) -> &'static str {
        match self.code.trim_end_matches(|it: char| it.is_ascii_digit()) {
            "WS" => "websocket",
            "SY" => "syntax",
            "DI" => "directive",
            "PX" => "proxy",
            "RT" => "routing",
            "SE" => "security",
            "TL" => "tls",
            "PF" => "performance",
            "ST" => "style",
            "LT" => "lint",
            _ => "custom",
        }
    }
}

impl Severity {
    /// The word that every output format uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}
