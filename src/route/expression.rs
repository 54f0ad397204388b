//! A regular expression of a location or server name, compiled when a subject first needs it.

use std::cell::OnceCell;

use crate::value::{Captures, Regex, RegexError};

mod literals;

use literals::Literals;

/// An expression that is compiled at most once, and not at all while every subject lacks a text that it needs.
#[derive(Debug)]
pub(super) struct Expression {
    pattern: Vec<u8>,
    caseless: bool,
    literals: Literals,
    compiled: OnceCell<Result<Regex, RegexError>>,
}

impl Expression {
    /// `caseless` as for `~*`.
    pub(super) fn new(pattern: &[u8], caseless: bool) -> Self {
        let literals = Literals::of(pattern, caseless);
        Self { pattern: pattern.to_vec(), caseless, literals, compiled: OnceCell::new() }
    }

    /// The captures of the first match in `subject`.
    pub(super) fn captures(&self, subject: &[u8]) -> Result<Option<Captures>, RegexError> {
        if !self.literals.allow(subject) {
            return Ok(None);
        }
        let compiled = self.compiled.get_or_init(|| Regex::new(&self.pattern, self.caseless));
        compiled.as_ref().map_err(Clone::clone)?.captures(subject)
    }

    /// Whether it has a group that captures (`rc.captures` of `ngx_regex_compile`).
    pub(super) fn has_group(&self) -> bool {
        literals::has_group(&self.pattern)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_is_compiled_once_and_only_when_needed() {
        let expression = Expression::new(b"^/app/(\\w+)$", false);
        assert_eq!(expression.captures(b"/other"), Ok(None));
        assert!(expression.compiled.get().is_none());
        assert!(expression.captures(b"/app/x").unwrap().is_some());
        let compiled = std::ptr::from_ref(expression.compiled.get().unwrap());
        assert_eq!(expression.captures(b"/app/"), Ok(None));
        assert_eq!(compiled, std::ptr::from_ref(expression.compiled.get().unwrap()));
    }
}
