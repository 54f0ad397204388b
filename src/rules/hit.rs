//! What a rule has found, before it is put into words.

use crate::config::{IncludeId, ScopeId};
use crate::finding::{Edit, Label};
use crate::rules::Rule;
use crate::source::Span;

/// Something that a rule has found.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The rule.
    pub rule: &'static Rule,
    /// The index of the case that applies.
    pub case: Option<usize>,
    /// The place.
    pub at: Span,
    /// The include that brought the place.
    pub include: IncludeId,
    /// The block or other scope that it is about.
    pub scope: Option<ScopeId>,
    /// What the placeholders of the message stand for.
    pub words: Words,
    /// Other places.
    pub related: Vec<Label>,
    /// The repair, as far as the hit itself knows it.
    pub repair: Repair,
}

/// How to repair.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Repair {
    /// As the rule's file says.
    #[default]
    ByRule,
    /// These directives are to be in force at the block.
    Set(Vec<String>),
    /// These edits.
    Edits(Vec<Edit>),
    /// These directives are to be in force at the block, and these edits with them.
    SetAnd(Vec<String>, Vec<Edit>),
    /// These edits, which are printed and never written: they would change other blocks, too.
    Shown(Vec<Edit>),
    /// Not by a tool.
    None,
}

/// The values of placeholders.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words(Vec<(&'static str, String)>);

/// The placeholders that messages may use.
pub const PLACEHOLDERS: [&str; 13] = [
    "block", "evidence", "sent", "written", "level", "outer", "variable", "map", "path", "problem", "nginx",
    "versions", "header",
];

impl Words {
    /// Says what a placeholder stands for.
    #[must_use]
    pub fn with(mut self, placeholder: &'static str, value: impl Into<String>) -> Self {
        debug_assert!(PLACEHOLDERS.contains(&placeholder), "{placeholder} is not in the closed set");
        self.0.push((placeholder, value.into()));
        self
    }

    /// The message with every placeholder filled in.
    pub fn fill(&self, message: &str) -> String {
        let mut out = String::with_capacity(message.len() + 32);
        let mut rest = message;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let name = after.split_once('}').filter(|(name, _)| PLACEHOLDERS.contains(name));
            let Some((name, behind)) = name else {
                out.push('{');
                rest = after;
                continue;
            };
            if let Some((_, value)) = self.0.iter().rev().find(|(known, _)| *known == name) {
                out.push_str(value);
            }
            rest = behind;
        }
        out.push_str(rest);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_and_other_braces_stay() {
        let words = Words::default().with("block", "location /{x}/");
        assert_eq!(
            words.fill("{block}: {sent}{ {other} {block} }"),
            "location /{x}/: { {other} location /{x}/ }"
        );
    }
}
