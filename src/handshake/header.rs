//! The verdict on an upstream request (RFC 6455 section 4.2.1) and on the way of the response.

use super::{Answer, Reason, Request, Verdict};
use crate::catalogue::{DirectiveId, directive};
use crate::config::{ScopeId, View};
use crate::scope::list;
use crate::value::{Outcome, Value};

/// What is wrong with a request, certainly or perhaps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judgement {
    /// Certain defects, in the order of [`Reason`].
    pub certain: Vec<Reason>,
    /// Whether a needed part hangs on a value that is not known.
    pub unknown: bool,
    /// Whether a header that may stand once is sent twice.
    pub duplicate: bool,
}

impl Judgement {
    fn add(&mut self, reason: Reason, good: Outcome) {
        match good {
            Outcome::True => {}
            Outcome::False if self.certain.contains(&reason) => {}
            Outcome::False => self.certain.push(reason),
            Outcome::Unknown => self.unknown = true,
        }
    }

    /// The verdict.
    pub fn answer(&self) -> Answer {
        match self.certain.first() {
            Some(&reason) => Answer { verdict: Verdict::Fails, reason, defects: self.certain.clone() },
            None if self.unknown => Answer::depends(Reason::UnknownValue),
            None if self.duplicate => Answer::depends(Reason::DuplicateHeader),
            None => Answer::works(),
        }
    }
}

/// Judges the request that `block` sends upstream.
pub fn judge_headers(view: View<'_>, block: ScopeId, request: &Request) -> Judgement {
    let mut judgement = Judgement::default();
    judgement.add(Reason::NoUpgradeHeader, token(request, "Upgrade", b"websocket"));
    judgement.add(Reason::NoConnectionUpgrade, token(request, "Connection", b"upgrade"));
    judgement.add(Reason::Http10, equals(request.version.value.bytes(), b"1.1"));
    judgement.add(Reason::Method, equals(request.method.value.bytes(), b"GET"));
    judgement.add(Reason::HeaderBlanked, present(request, "Sec-WebSocket-Key"));
    judgement.add(Reason::HeaderBlanked, is(request, "Sec-WebSocket-Version", b"13"));
    judgement.add(Reason::HeaderBlanked, host_present(request));
    let visible = !hides(view, block, "Upgrade") && !hides(view, block, "Sec-WebSocket-Accept");
    judgement.add(Reason::ResponseHeaderHidden, visible.into());
    let single = ["Upgrade", "Host", "Sec-WebSocket-Key", "Sec-WebSocket-Version"];
    judgement.duplicate =
        single.iter().any(|name| request.sent(name).filter(|line| line.value.bytes().is_some()).count() > 1);
    judgement
}

fn equals(value: Option<&[u8]>, expected: &[u8]) -> Outcome {
    value.map_or(Outcome::Unknown, |value| (value == expected).into())
}

/// Whether one of a header's lines holds a token; of a header that may stand once the first such line decides.
fn token(request: &Request, name: &str, token: &[u8]) -> Outcome {
    request.sent(name).fold(Outcome::False, |found, line| {
        found.or(line.value.has_token(token).map_or(Outcome::Unknown, Outcome::from))
    })
}

fn present(request: &Request, name: &str) -> Outcome {
    request.sent(name).fold(Outcome::False, |found, line| {
        found.or(line.value.bytes().map_or(Outcome::Unknown, |_| Outcome::True))
    })
}

/// Variables that always hold something in a request with a Host header.
const NEVER_BLANK: [&str; 6] = ["host", "http_host", "proxy_host", "server_port", "server_addr", "hostname"];

/// Whether a Host line is sent; nginx's own default always is.
fn host_present(request: &Request) -> Outcome {
    request.sent("Host").fold(Outcome::False, |found, line| {
        found.or(match &line.value {
            Value::Known(_) => Outcome::True,
            Value::Unknown(name) if line.node.is_none() || NEVER_BLANK.contains(&name.as_str()) => {
                Outcome::True
            }
            Value::Unknown(_) => Outcome::Unknown,
        })
    })
}

fn is(request: &Request, name: &str, expected: &[u8]) -> Outcome {
    request.sent(name).fold(Outcome::False, |found, line| {
        found.or(equals(line.value.bytes().map(<[u8]>::trim_ascii), expected))
    })
}

/// Whether nginx removes a response header: `proxy_hide_header` in force names it and no `proxy_pass_header` in force
/// does; each of the two lists is inherited on its own (`ngx_http_upstream_hide_headers_hash`).
pub fn hides(view: View<'_>, block: ScopeId, header: &str) -> bool {
    names(view, block, directive::PROXY_HIDE_HEADER, header)
        && !names(view, block, directive::PROXY_PASS_HEADER, header)
}

fn names(view: View<'_>, block: ScopeId, list_of: DirectiveId, header: &str) -> bool {
    let entries = list(view.config, block, list_of);
    entries
        .iter()
        .any(|&node| view.arg(node, 0).is_some_and(|name| name.eq_ignore_ascii_case(header.as_bytes())))
}
