//! Would a WebSocket handshake get through? The upstream request of a block as nginx builds it, and the verdict on it.
//!
//! RFC 6455 section 4.2.1 says what the backend must see: GET, HTTP/1.1 or later, Host, `Upgrade: websocket`,
//! `Connection: Upgrade`, a key and version 13. nginx drops hop-by-hop headers unless `proxy_set_header` says otherwise
//! (`ngx_http_proxy_headers`), and tunnels only where the client sent an Upgrade header.

pub(crate) mod access;
mod block;
pub(crate) mod cache;
mod detour;
mod ending;
pub(crate) mod header;
mod paths;
mod reach;
mod request;
mod serving;
mod subrequest;
mod way;

pub use block::{Judge, judge};
pub use header::{Judgement, hides, is_surely_sent, judge_headers};
pub use request::{Header, Request, Setting, default_headers, request};

use crate::catalogue::Version;
use crate::config::{NodeId, ScopeId};

/// The first release that speaks HTTP/1.1 to upstreams by default and sends no `Connection: close`.
pub const HTTP_1_1_BY_DEFAULT: Version = Version::new(1, 29, 7);

/// The first release in which a blank `proxy_set_header Host ""` means `$proxy_host` and the last of several counts.
pub const LAST_HOST_COUNTS: Version = Version::new(1, 31, 4);

/// The answer to a handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// 101 from a backend that speaks WebSocket.
    Works,
    /// Something else, whatever the backend.
    Fails,
    /// It hangs on what the configuration does not say.
    Depends,
}

impl Verdict {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Works => "works",
            Self::Fails => "fails",
            Self::Depends => "depends",
        }
    }
}

/// Why. The order is the order in which reasons are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The backend would answer 101.
    Works,
    /// `Upgrade` reaches the backend without the token `websocket`.
    NoUpgradeHeader,
    /// `Connection` reaches it without the token `upgrade`.
    NoConnectionUpgrade,
    /// The HTTP version is not 1.1.
    Http10,
    /// The method is not GET.
    Method,
    /// Key, version or Host are missing or changed.
    HeaderBlanked,
    /// nginx removes from the response what the client needs.
    ResponseHeaderHidden,
    /// nginx answers with a redirect, which WebSocket clients do not follow.
    Redirect,
    /// Access control refuses, or asks for what is not known.
    Auth,
    /// No backend is asked.
    NotProxied,
    /// The backend is spoken to in another protocol.
    Protocol,
    /// The client sees another status instead of 101.
    StatusReplaced,
    /// A value cannot be known from the configuration.
    UnknownValue,
    /// A header that may stand once is sent twice.
    DuplicateHeader,
    /// A subrequest would be upgraded itself.
    SubrequestUpgrade,
    /// A cached answer may be given.
    Cache,
    /// A client that asks for a subprotocol fails.
    Subprotocol,
}

impl Reason {
    /// The reason that nginx's own status gives.
    pub fn of_status(code: u16) -> Self {
        match code {
            300..=399 => Self::Redirect,
            401 | 403 | 495 | 496 => Self::Auth,
            _ => Self::NotProxied,
        }
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Works => "works",
            Self::NoUpgradeHeader => "no-upgrade-header",
            Self::NoConnectionUpgrade => "no-connection-upgrade",
            Self::Http10 => "http10",
            Self::Method => "method",
            Self::HeaderBlanked => "header-blanked",
            Self::ResponseHeaderHidden => "response-header-hidden",
            Self::Redirect => "redirect",
            Self::Auth => "auth",
            Self::NotProxied => "not-proxied",
            Self::Protocol => "protocol",
            Self::StatusReplaced => "status-replaced",
            Self::UnknownValue => "unknown-value",
            Self::DuplicateHeader => "duplicate-header",
            Self::SubrequestUpgrade => "subrequest-upgrade",
            Self::Cache => "cache",
            Self::Subprotocol => "subprotocol",
        }
    }
}

/// A verdict with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The verdict.
    pub verdict: Verdict,
    /// The first reason.
    pub reason: Reason,
    /// Everything that is wrong, the reason included; empty where it works.
    pub defects: Vec<Reason>,
}

impl Answer {
    /// It works.
    pub fn works() -> Self {
        Self { verdict: Verdict::Works, reason: Reason::Works, defects: Vec::new() }
    }

    /// It fails for one reason.
    pub fn fails(reason: Reason) -> Self {
        Self { verdict: Verdict::Fails, reason, defects: vec![reason] }
    }

    /// It hangs on something.
    pub fn depends(reason: Reason) -> Self {
        Self { verdict: Verdict::Depends, reason, defects: vec![reason] }
    }
}

/// What is known about one block.
#[derive(Debug, Clone)]
pub struct BlockReport {
    /// The location, `if` or `limit_except`.
    pub scope: ScopeId,
    /// What answers requests in it.
    pub handler: Option<NodeId>,
    /// The request that would go upstream, where the handler is `proxy_pass`.
    pub request: Option<Request>,
    /// Whether a handshake that reached the block succeeds.
    pub answer: Answer,
}
