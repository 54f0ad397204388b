//! The regular expressions of locations, compiled when a path first reaches them.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use crate::config::ScopeId;
use crate::value::{Captures, Regex, RegexError};

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

type Compiled = Rc<Result<Regex, RegexError>>;

/// Compiled expressions by pattern and `~*`: servers made from one template share them.
#[derive(Debug, Default)]
pub(super) struct Expressions {
    compiled: RefCell<HashMap<(Vec<u8>, bool), Compiled>>,
}

impl Expressions {
    fn compile(&self, pattern: &[u8], caseless: bool) -> Compiled {
        let mut compiled = self.compiled.borrow_mut();
        let entry = compiled.entry((pattern.to_vec(), caseless));
        Rc::clone(entry.or_insert_with(|| Rc::new(Regex::new(pattern, caseless))))
    }
}

/// A location with an expression.
#[derive(Debug)]
pub(super) struct Expression {
    location: ScopeId,
    pattern: Vec<u8>,
    caseless: bool,
    compiled: OnceCell<Compiled>,
}

impl Expression {
    /// `caseless` for `~*`.
    pub(super) fn new(location: ScopeId, pattern: Vec<u8>, caseless: bool) -> Self {
        Self { location, pattern, caseless, compiled: OnceCell::new() }
    }

    /// Whether it matches `uri`; `None` for no.
    pub(super) fn judge(&self, known: &Expressions, uri: &[u8]) -> Option<Match> {
        let compiled = self.compiled.get_or_init(|| known.compile(&self.pattern, self.caseless));
        match compiled.as_ref().as_ref().map(|regex| regex.captures(uri)) {
            Ok(Ok(None)) => None,
            Ok(Ok(Some(captures))) => Some(Match::Yes(self.location, captures)),
            Ok(Err(_)) | Err(_) => Some(Match::Unknown(self.location)),
        }
    }
}
