//! What a value with variables is for one request: known bytes, or UNKNOWN with the variable that nobody can know from
//! the configuration alone. UNKNOWN is never guessed.

mod client;
mod condition;
mod course;
mod definitions;
mod environment;
mod history;
mod map;
mod pass;
mod regex;
mod script;
mod set;

pub use client::Client;
#[cfg(test)]
pub(crate) use condition::ASKED;
pub use condition::{Outcome, Test, condition, holds, test, words as condition_words};
pub use course::{Course, Directive, Stage};
pub use definitions::Definitions;
pub use environment::{Environment, InFlight};
pub use map::{Key, MapInfo, maps_of};
pub use pass::PassUrl;
pub use regex::{Captures, Regex, RegexError};
pub use script::{Part, parts, variables};
pub use set::steps;

/// A value for one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Exactly these bytes; an unset variable is empty.
    Known(Vec<u8>),
    /// It hangs on this variable (without its `$`).
    Unknown(String),
}

impl Value {
    /// The empty value.
    pub const EMPTY: Self = Self::Known(Vec::new());

    /// A known value.
    pub fn known(bytes: impl Into<Vec<u8>>) -> Self {
        Self::Known(bytes.into())
    }

    /// The bytes, where they are known.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Known(bytes) => Some(bytes),
            Self::Unknown(_) => None,
        }
    }

    /// Whether the value is certainly empty.
    pub fn is_blank(&self) -> bool {
        self.bytes().is_some_and(<[u8]>::is_empty)
    }

    /// Whether a comma-separated header value of these bytes holds `token` (RFC 9110 section 5.6.1, without case);
    /// `None` where the value is not known.
    pub fn has_token(&self, token: &[u8]) -> Option<bool> {
        self.bytes().map(|bytes| has_token(bytes, token))
    }
}

/// A variable whose value is not known, for people: `$host`; what a template fills in is no variable of nginx's.
pub fn shown(variable: &str) -> String {
    if crate::template::is_placeholder(variable.as_bytes()) { "{…}".into() } else { format!("${variable}") }
}

/// Whether a comma-separated list holds `token`, compared without case.
pub fn has_token(list: &[u8], token: &[u8]) -> bool {
    list.split(|&byte| byte == b',').any(|item| item.trim_ascii().eq_ignore_ascii_case(token))
}
