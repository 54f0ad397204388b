//! The built-in rules.

use super::model::{
    Case, Condition, DeadEnd, Fact, FixSafety, FixSpec, Intent, NginxTest, Place, Related, Report,
    RequestPart, Rule, Sender, Severity, Switch, Text, Visit, list, text,
};

include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// The rule with this code or name, without case.
pub fn find(word: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.code.eq_ignore_ascii_case(word) || rule.name.eq_ignore_ascii_case(word))
}

impl Rule {
    /// The family its code belongs to.
    pub fn family(&self) -> &'static str {
        match self.code.get(..2) {
            Some("WS") => "websocket",
            Some("SY") => "syntax",
            Some("DI") => "directive",
            Some("PX") => "proxy",
            Some("RT") => "routing",
            Some("SE") => "security",
            Some("TL") => "tls",
            Some("PF") => "performance",
            Some("ST") => "style",
            Some("LT") => "lint",
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
