//! The regular expressions of locations.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use crate::config::ScopeId;
use crate::route::expression::Expression;
use crate::value::Captures;

/// What an expression says about a path, if not no.
#[derive(Debug)]
pub(super) enum Match {
    /// It matches.
    Yes(ScopeId, Captures),
    /// It cannot be judged.
    Unknown(ScopeId),
}

impl Match {
    /// The location that has the expression.
    pub(super) fn location(&self) -> ScopeId {
        match self {
            Self::Yes(location, _) | Self::Unknown(location) => *location,
        }
    }
}

/// A pattern, and whether it is `~*`.
type Key = (Vec<u8>, bool);

/// Expressions by what is written: servers made from one template share them.
#[derive(Debug, Default)]
pub(super) struct Expressions {
    known: RefCell<HashMap<Key, Rc<Expression>>>,
}

impl Expressions {
    /// The expression of a pattern; `caseless` for `~*`.
    pub(super) fn get(&self, pattern: Vec<u8>, caseless: bool) -> Rc<Expression> {
        let mut known = self.known.borrow_mut();
        let entry = known.entry((pattern, caseless));
        let expression = |key: &Key| Rc::new(Expression::new(&key.0, key.1));
        Rc::clone(entry.or_insert_with_key(expression))
    }
}

/// What a location's expression says about a path; `None` for no.
pub(super) fn judge(location: ScopeId, expression: &Expression, uri: &[u8]) -> Option<Match> {
    match expression.captures(uri) {
        Ok(None) => None,
        Ok(Some(captures)) => Some(Match::Yes(location, captures)),
        Err(_) => Some(Match::Unknown(location)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_share_what_is_written_alike() {
        let known = Expressions::default();
        let [one, other] = [(); 2].map(|()| known.get(b"a".to_vec(), false));
        assert!(Rc::ptr_eq(&one, &other));
        assert!(!Rc::ptr_eq(&one, &known.get(b"a".to_vec(), true)));
    }
}
