//! The condition of an `if` (`ngx_http_rewrite_if_condition`).

use std::borrow::Cow;

use super::regex::{Captures, Regex};
use super::{Environment, Value};
use crate::config::{NodeId, View};

/// A three-valued answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Certainly.
    True,
    /// Certainly not.
    False,
    /// It hangs on what the configuration does not say.
    Unknown,
}

impl From<bool> for Outcome {
    fn from(answer: bool) -> Self {
        if answer { Self::True } else { Self::False }
    }
}

impl Outcome {
    /// The opposite; UNKNOWN stays.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
        }
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::True, Self::True) => Self::True,
            _ => Self::Unknown,
        }
    }

    /// Either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        self.negated().and(other.negated()).negated()
    }
}

/// The words of a condition without the outer parentheses, which may stand alone.
pub fn words(view: View<'_>, node: NodeId) -> Vec<Cow<'_, [u8]>> {
    let mut words: Vec<Cow<'_, [u8]>> = view.args(node).collect();
    if words.first().is_some_and(|word| &**word == b"(") {
        words.remove(0);
    } else if let Some(first) = words.first_mut().filter(|word| word.starts_with(b"(")) {
        *first = first.get(1..).unwrap_or_default().to_vec().into();
    }
    if words.last().is_some_and(|word| &**word == b")") {
        words.pop();
    } else if let Some(last) = words.last_mut().filter(|word| word.ends_with(b")")) {
        last.to_mut().pop();
    }
    words
}

/// What a condition asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Test<'w> {
    /// A variable alone.
    Variable(&'w [u8]),
    /// `=` and `!=`.
    Same(&'w [u8], &'w [u8]),
    /// `~`, `~*`, `!~` and `!~*`.
    Match {
        /// What is searched.
        subject: &'w [u8],
        /// The expression.
        pattern: &'w [u8],
        /// `~*`.
        caseless: bool,
    },
    /// `-f`, `!-d` and the like, with their path.
    File(&'w [u8], &'w [u8]),
    /// nginx refuses it.
    Invalid,
}

/// What the words of a condition ask, and whether the answer is inverted.
pub fn test<'w>(words: &'w [Cow<'_, [u8]>]) -> (Test<'w>, bool) {
    let matches = |subject, pattern, caseless| Test::Match { subject, pattern, caseless };
    match words {
        [variable] => (Test::Variable(variable), false),
        [left, sign, right] => match &**sign {
            b"=" => (Test::Same(left, right), false),
            b"!=" => (Test::Same(left, right), true),
            b"~" => (matches(left, right, false), false),
            b"~*" => (matches(left, right, true), false),
            b"!~" => (matches(left, right, false), true),
            b"!~*" => (matches(left, right, true), true),
            _ => (Test::Invalid, false),
        },
        [test, path] => (Test::File(test, path), false),
        _ => (Test::Invalid, false),
    }
}

/// What a condition has done to the captures.
pub(super) enum Tried {
    /// It has no expression.
    Nothing,
    /// Its expression matched with these captures, or did not.
    Expression(Option<Captures>),
    /// Nobody knows.
    Unknown,
}

/// Whether the condition of the `if` at `node` holds.
pub fn condition(environment: &Environment<'_>, node: NodeId) -> Outcome {
    asked(environment, node).0
}

/// The same, and what its expression has captured.
pub(super) fn asked(environment: &Environment<'_>, node: NodeId) -> (Outcome, Tried) {
    #[cfg(test)]
    ASKED.with(|asked| asked.set(asked.get() + 1));
    let words = words(environment.view, node);
    let (test, inverted) = test(&words);
    let (outcome, tried) = match test {
        Test::Variable(variable) => (holds(&environment.evaluate(variable)), Tried::Nothing),
        Test::Same(left, right) => (compare(environment, left, right), Tried::Nothing),
        Test::Match { subject, pattern, caseless } => search(environment, subject, pattern, caseless),
        Test::File(..) | Test::Invalid => (Outcome::Unknown, Tried::Nothing),
    };
    (if inverted { outcome.negated() } else { outcome }, tried)
}

/// A lone variable is false where it is empty or `0`.
pub fn holds(value: &Value) -> Outcome {
    value.bytes().map_or(Outcome::Unknown, |bytes| (!matches!(bytes, b"" | b"0")).into())
}

fn compare(environment: &Environment<'_>, variable: &[u8], value: &[u8]) -> Outcome {
    match (environment.evaluate(variable), environment.evaluate(value)) {
        (Value::Known(left), Value::Known(right)) => (left == right).into(),
        _ => Outcome::Unknown,
    }
}

fn search(
    environment: &Environment<'_>,
    variable: &[u8],
    pattern: &[u8],
    caseless: bool,
) -> (Outcome, Tried) {
    let Value::Known(subject) = environment.evaluate(variable) else {
        return (Outcome::Unknown, Tried::Unknown);
    };
    match Regex::new(pattern, caseless).and_then(|regex| regex.captures(&subject)) {
        Ok(captures) => (captures.is_some().into(), Tried::Expression(captures)),
        Err(_) => (Outcome::Unknown, Tried::Unknown),
    }
}

#[cfg(test)]
thread_local! {
    /// How many conditions have been asked.
    pub(crate) static ASKED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}
