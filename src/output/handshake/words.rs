//! Reasons and values in words.

use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, View};
use crate::finding::Severity;
use crate::handshake::{Answer, Reason, Request, Verdict, access};
use crate::output::paint::{Paint, Painted, Role};
use crate::scope::single;
use crate::value::{Client, Value, shown};

/// What a reason means for a handshake.
fn phrase(reason: Reason) -> &'static str {
    match reason {
        Reason::Works => "works",
        Reason::NoUpgradeHeader => "`Upgrade: websocket` does not arrive",
        Reason::NoConnectionUpgrade => "`Connection` does not say `upgrade`",
        Reason::Http10 => "the HTTP version is not 1.1",
        Reason::Method => "the method is not GET",
        Reason::HeaderBlanked => "a header of the handshake is missing or changed",
        Reason::ResponseHeaderHidden => "nginx hides response headers that the client checks",
        Reason::Redirect => "a redirect, which WebSocket clients do not follow",
        Reason::Auth => "access control",
        Reason::NotProxied => "no backend is asked",
        Reason::Protocol => "the backend is spoken to in another protocol",
        Reason::StatusReplaced => "`error_page` puts its own status in the place of 101",
        Reason::UnknownValue => "hangs on what the configuration does not say",
        Reason::DuplicateHeader => "a header that may stand once is sent twice",
        Reason::SubrequestUpgrade => "a subrequest would be upgraded instead",
        Reason::Cache => "a cached answer may be given",
        Reason::Subprotocol => "clients that ask for a subprotocol fail",
    }
}

/// All that is wrong, in words; empty where nothing is.
pub(super) fn why(answer: &Answer, request: Option<&Request>) -> String {
    let phrases = answer.defects.iter().map(|&reason| match request {
        Some(request) if reason == Reason::HeaderBlanked => spoilt(request),
        _ => phrase(reason).to_owned(),
    });
    phrases.collect::<Vec<_>>().join(", ")
}

/// Which of Host, key and version is missing or not the client's.
fn spoilt(request: &Request) -> String {
    let missing = |name: &&str| request.sent(name).next().is_none();
    let names = ["Host", "Sec-WebSocket-Key", "Sec-WebSocket-Version"];
    let gone: Vec<String> =
        names.iter().filter(|name| missing(name)).map(|name| format!("`{name}`")).collect();
    if !gone.is_empty() {
        let verb = if gone.len() == 1 { "is" } else { "are" };
        return format!("{} {verb} missing", gone.join(" and "));
    }
    let version = request.value("Sec-WebSocket-Version");
    let is_13 = version.as_ref().and_then(Value::bytes).is_some_and(|value| value.trim_ascii() == b"13");
    let name = if is_13 { "Sec-WebSocket-Key" } else { "Sec-WebSocket-Version" };
    format!("`{name}` is not what the client sent")
}

/// The access control of a block: the directive that refuses or asks.
pub(super) fn guard(view: View<'_>, block: ScopeId) -> Option<NodeId> {
    let address = Client::handshake().remote_addr;
    let denied = access::entry_for(view, block, &address)
        .filter(|&node| view.config.node(node).name == directive::DENY);
    let guards = [directive::AUTH_BASIC, directive::AUTH_REQUEST].into_iter();
    let is_on = |&node: &NodeId| view.arg(node, 0).is_some_and(|value| &*value != b"off");
    denied.or_else(|| guards.filter_map(|name| single(view.config, block, name)).find(is_on))
}

/// A directive as it is written: `deny all`.
pub(super) fn written(view: View<'_>, node: NodeId) -> String {
    let words = std::iter::once(view.name(node)).chain(view.args(node));
    let words: Vec<String> = words.map(|word| String::from_utf8_lossy(&word).into_owned()).collect();
    words.join(" ")
}

/// The include around a block that was not read.
pub(super) fn unread(view: View<'_>, block: ScopeId) -> Option<String> {
    let level = view.config.ancestors(block).find(|&id| !view.config.scope(id).in_sight)?;
    let include = view.config.unresolved.iter().find(|unresolved| unresolved.scope == level)?;
    Some(include.path.clone())
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
        Value::Unknown(variable) => shown(variable),
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
