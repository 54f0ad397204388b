//! What a rule may ask about a block.

use std::fmt;

use serde::Deserialize;

use super::{List, Text};

/// A condition: every field that is given must hold. UNKNOWN is neither true nor false.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Condition {
    /// All of these.
    pub all: List<Condition>,
    /// At least one of these.
    pub any: List<Condition>,
    /// None of these.
    pub none: List<Condition>,
    /// A fact from the closed set.
    pub fact: Option<Fact>,
    /// The directive of this name that is in force.
    pub directive: Option<Text>,
    /// Its first argument, compared without case: for directives that carry named values.
    pub key: Option<Text>,
    /// Its last argument is exactly this.
    pub value: Option<Text>,
    /// Its last argument contains this variable or text.
    pub mentions: Option<Text>,
    /// Its last argument has no variable in it.
    pub constant: Option<bool>,
    /// Its first argument is a time shorter than this.
    pub below: Option<Text>,
    /// It stands in the block itself.
    pub set_here: Option<bool>,
    /// A part of the request that nginx sends upstream.
    pub request: Option<RequestPart>,
    /// The target range holds a version of this range.
    pub target: Option<Text>,
}

/// A part of the upstream request and what it must be.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct RequestPart {
    /// Who asks: a handshake, unless another client is named.
    pub client: Option<Sender>,
    /// The header of this name.
    pub header: Option<Text>,
    /// The HTTP version is this.
    pub version: Option<Text>,
    /// The method is this.
    pub method: Option<Text>,
    /// The header holds this token, compared without case.
    pub token: Option<Text>,
    /// The header's value is exactly this, without case.
    pub is: Option<Text>,
    /// The header is absent or empty.
    pub blank: Option<bool>,
    /// The header is passed on as the client sent it.
    pub from_client: Option<bool>,
    /// At least so many lines of the header are sent.
    pub lines: Option<u32>,
}

closed_set! {
    /// Who sends a request.
    Sender {
        /// A client that asks for a page.
        Plain,
        /// A client that asks for an upgrade to HTTP/2 (`h2c`).
        H2c,
    }
}

closed_set! {
    /// The facts that a condition may ask for.
    Fact {
        /// The header or version that failed is set by a directive (wrong), not missing.
        Set,
        /// The level that decides the headers was read completely.
        HeadersInSight,
        /// The `http` block was read completely.
        HttpInSight,
        /// A second sign, besides the outer level's headers, says that the block is meant for WebSockets.
        SecondSignal,
        /// The block also serves plain HTTP.
        Mixed,
        /// Nothing but the directives says WebSocket, and requests without Upgrade are served: no path, no name.
        PlainToo,
        /// A stored answer may be given to a handshake.
        Cached,
        /// Something of this kind failed with nothing in sight that would make it certain.
        Assumed,
    }
}
