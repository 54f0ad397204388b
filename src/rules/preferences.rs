//! What the user has said about judging and repairing.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::model::Severity;
use crate::catalogue::KnownDirectives;
use crate::intent::Intended;

/// What rules and repairs ask the user's settings. The default says nothing.
#[derive(Debug, Clone, Default)]
pub struct Preferences {
    /// Severities instead of the rules' own, by code. Weak evidence of intent still lowers them.
    pub severity: BTreeMap<String, Severity>,
    /// What is declared for WebSockets.
    pub intended: Intended,
    /// How repairs write the `Connection` header. Where nothing is said, through a map that is there already, else
    /// literally.
    pub connection: Option<Connection>,
    /// Whether the user has said which versions the configuration is for.
    pub has_target: bool,
    /// The directives that are known: the catalogue's and the user's own.
    pub directives: KnownDirectives,
}

/// How a repair asks the backend for an upgrade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Connection {
    /// `Connection "upgrade"`, for every request.
    Literal,
    /// A variable of a map over `$http_upgrade`, for requests that want an upgrade.
    Map,
}
