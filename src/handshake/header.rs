//! The verdict on an upstream request (RFC 6455 section 4.2.1) and on the way of the response.

use super::{Answer, Header, Reason, Request, Verdict};
use crate::catalogue::{DirectiveId, directive};
use crate::config::{ScopeId, View};
use crate::scope::list;
use crate::value::{Client, Environment, Outcome, Value};

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

/// Judges the request that the environment's block sends upstream for its client.
pub fn judge_headers(environment: &Environment<'_>, request: &Request) -> Judgement {
    let (view, block) = (environment.view, environment.block);
    let mut judgement = Judgement::default();
    judgement.add(Reason::NoUpgradeHeader, token(request, "Upgrade", b"websocket"));
    judgement.add(Reason::NoConnectionUpgrade, token(request, "Connection", b"upgrade"));
    judgement.add(Reason::Http10, equals(request.version.value.bytes(), b"1.1"));
    judgement.add(Reason::Method, equals(request.method.value.bytes(), b"GET"));
    judgement.add(Reason::HeaderBlanked, key(request, environment.client));
    judgement.add(Reason::HeaderBlanked, is(request, "Sec-WebSocket-Version", b"13"));
    judgement.add(Reason::HeaderBlanked, host_present(request));
    judgement.add(Reason::ResponseHeaderHidden, (!hides_handshake(view, block)).into());
    let single = ["Upgrade", "Host", "Sec-WebSocket-Key", "Sec-WebSocket-Version"];
    judgement.duplicate =
        single.iter().any(|name| request.sent(name).filter(|it| is_surely_sent(it)).count() > 1);
    judgement.unknown |= single.iter().any(|name| request.sent(name).count() > 1) && !judgement.duplicate;
    judgement
}

/// Whether nginx drops from the response what makes it a handshake's (RFC 6455 section 4.2.2).
pub fn hides_handshake(view: View<'_>, block: ScopeId) -> bool {
    hides(view, block, "Upgrade") || hides(view, block, "Sec-WebSocket-Accept")
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

/// Whether the client's own key is sent: it refuses the answer to another one (RFC 6455 section 4.1).
fn key(request: &Request, client: &Client) -> Outcome {
    let own = client.header("Sec-WebSocket-Key").unwrap_or_default();
    request.sent("Sec-WebSocket-Key").fold(Outcome::False, |found, line| {
        found.or(equals(line.value.bytes().map(<[u8]>::trim_ascii), own.as_bytes()))
    })
}

/// Variables that always hold something in a request with a Host header.
const NEVER_BLANK: [&str; 6] = ["host", "http_host", "proxy_host", "server_port", "server_addr", "hostname"];

/// Whether a Host line is sent; nginx's own default always is.
fn host_present(request: &Request) -> Outcome {
    request.sent("Host").fold(Outcome::False, |found, line| {
        found.or(if is_surely_sent(line) { Outcome::True } else { Outcome::Unknown })
    })
}

/// Whether a line that is not blank, as far as is known, surely is not.
pub fn is_surely_sent(line: &Header) -> bool {
    match &line.value {
        Value::Known(_) => true,
        Value::Unknown(name) => line.node.is_none() || NEVER_BLANK.contains(&name.as_str()),
    }
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
