//! Reasons and values in words.

use crate::finding::Severity;
use crate::handshake::{Answer, Reason, Request, Verdict};
use crate::output::paint::{Paint, Painted, Role};
use crate::value::Value;

/// What a reason means for a handshake.
fn phrase(reason: Reason) -> &'static str {
    match reason {
        Reason::Works => "works",
        Reason::NoUpgradeHeader => "`Upgrade: websocket` does not arrive",
        Reason::NoConnectionUpgrade => "`Connection` does not say `upgrade`",
        Reason::Http10 => "the HTTP version is not 1.1",
        Reason::Method => "the method is not GET",
        Reason::HeaderBlanked => "Host or a Sec-WebSocket header is missing or changed",
        Reason::ResponseHeaderHidden => "nginx hides response headers that the client checks",
        Reason::Redirect => "a redirect, which WebSocket clients do not follow",
        Reason::Auth => "access control",
        Reason::NotProxied => "no backend is asked",
        Reason::Protocol => "the backend is spoken to in another protocol",
        Reason::StatusReplaced => "the client sees another status than 101 (`error_page` without `=`)",
        Reason::UnknownValue => "hangs on what the configuration does not say",
        Reason::DuplicateHeader => "a header that may stand once is sent twice",
        Reason::SubrequestUpgrade => "a subrequest would be upgraded instead",
        Reason::Cache => "a cached answer may be given",
        Reason::Subprotocol => "clients that ask for a subprotocol fail",
    }
}

/// All that is wrong, in words; empty where nothing is.
pub(super) fn why(answer: &Answer) -> String {
    answer.defects.iter().map(|&reason| phrase(reason)).collect::<Vec<_>>().join(", ")
}

/// The variables that the verdict hangs on.
pub(super) fn unknown(request: &Request) -> Option<String> {
    let headers = ["Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version"];
    let values = headers.iter().filter_map(|name| request.value(name));
    let mut values = values.chain([request.version.value.clone(), request.method.value.clone()]);
    values.find_map(|value| match value {
        Value::Unknown(variable) => Some(variable),
        Value::Known(_) => None,
    })
}

/// A value as it is sent; a variable where nobody knows it.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Known(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::Unknown(variable) => format!("${variable}"),
    }
}

/// The word of a verdict in its colour.
pub(super) fn verdict(paint: Paint, verdict: Verdict, width: usize) -> Painted<String> {
    let role = match verdict {
        Verdict::Works => Role::Added,
        Verdict::Fails => Role::Severity(Severity::Error),
        Verdict::Depends => Role::Severity(Severity::Warning),
    };
    paint.role(role, format!("{:width$}", verdict.word()))
}
