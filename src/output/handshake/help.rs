//! What helps where a URL fails, in a sentence, and which findings are about the cause.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::Blocks;
use super::route::{Decisive, asks_first};
use crate::catalogue::{DirectiveId, directive};
use crate::config::{NodeId, View};
use crate::finding::Finding;
use crate::handshake::{Answer, Reason, Verdict};
use crate::output::Style;
use crate::output::escape::Line;
use crate::output::paint::{Paint, Role};
use crate::trace::{Hop, Trace};

/// The rules about redirects and about blocks that ask no backend.
const ABOUT_THE_WAY: [&str; 4] = ["WS109", "WS122", "WS126", "WS127"];

/// The rules about one defect each; of the others the reason of the hop decides.
const ABOUT_ONE: [(&str, &[Reason]); 11] = [
    ("WS101", &[Reason::NoUpgradeHeader]),
    ("WS102", &[Reason::NoConnectionUpgrade]),
    ("WS103", &[Reason::Http10]),
    ("WS104", &[Reason::NoUpgradeHeader, Reason::NoConnectionUpgrade, Reason::HeaderBlanked]),
    ("WS105", &[Reason::HeaderBlanked]),
    ("WS106", &[Reason::DuplicateHeader]),
    ("WS107", &[Reason::ResponseHeaderHidden]),
    ("WS108", &[Reason::Method]),
    ("WS111", &[Reason::NoUpgradeHeader, Reason::NoConnectionUpgrade]),
    ("WS112", &[Reason::NoConnectionUpgrade]),
    ("WS118", &[Reason::ResponseHeaderHidden]),
];

/// Whether a finding about the block of a hop is about what makes it fail.
pub fn is_cause(hop: &Hop, finding: &Finding) -> bool {
    let (answer, code): (_, &str) = (&hop.answer, &finding.rule.code);
    let about = ABOUT_ONE.iter().find(|(one, _)| *one == code);
    match answer.reason {
        Reason::NoUpgradeHeader if !hop.asks => false,
        Reason::StatusReplaced => code == "WS127",
        Reason::SubrequestUpgrade => code == "WS117",
        Reason::Redirect | Reason::NotProxied | Reason::Protocol => ABOUT_THE_WAY.contains(&code),
        _ => about.is_some_and(|(_, defects)| defects.iter().any(|it| answer.defects.contains(it))),
    }
}

/// Writes a sentence on what helps, unless findings say it, and the codes of findings that are not about the cause.
///
/// # Errors
/// Where the writer fails.
pub fn advice(
    blocks: &Blocks<'_>,
    trace: &Trace,
    has_findings: bool,
    besides: &BTreeSet<&'static str>,
    out: &mut dyn Write,
    style: Style,
) -> io::Result<()> {
    let paint = Paint::new(style.colour);
    let sentence = if has_findings { None } else { sentence(blocks.view, trace) };
    if let Some(sentence) = &sentence {
        writeln!(out, "  {} {}", paint.role(Role::Lead, "help:"), Line(sentence))?;
    }
    if !besides.is_empty() {
        let codes: Vec<&str> = besides.iter().copied().collect();
        writeln!(out, "  besides: {} (see ngxlint check)", codes.join(", "))?;
    }
    if sentence.is_some() || !besides.is_empty() { writeln!(out) } else { Ok(()) }
}

/// What helps.
fn sentence(view: View<'_>, trace: &Trace) -> Option<String> {
    let decisive = Decisive::of(trace)?;
    if trace.answer.verdict == Verdict::Works {
        return None;
    }
    if !decisive.is_cause {
        return Some("name the backend's own address in proxy_pass: this one leads to nginx itself".into());
    }
    let last = trace.steps.iter().rev().find_map(|step| step.node);
    let at = last.map(|node| (node, view.config.node(node).name));
    match &decisive.hop.upstream {
        Some(_) => proxied(&trace.answer, decisive.hop),
        None => refused(view, trace, decisive.hop, at?),
    }
}

/// What helps where the request reaches a backend.
fn proxied(answer: &Answer, hop: &Hop) -> Option<String> {
    let text = match answer.reason {
        Reason::NoUpgradeHeader if !hop.asks => {
            "let the client ask for a WebSocket: `Upgrade: websocket` and `Connection: Upgrade`"
        }
        Reason::NoUpgradeHeader | Reason::NoConnectionUpgrade => {
            "write `proxy_set_header Upgrade $http_upgrade;` and `proxy_set_header Connection \"upgrade\";` into the block that passes"
        }
        Reason::Http10 => "write `proxy_http_version 1.1;` into the block that passes",
        Reason::Method => {
            "a handshake is a GET without spaces in its path: neither the client nor proxy_method may change that"
        }
        Reason::HeaderBlanked => {
            "let Host, Sec-WebSocket-Key and Sec-WebSocket-Version through as the client sends them"
        }
        Reason::DuplicateHeader => "set each header in one proxy_set_header only",
        Reason::ResponseHeaderHidden => {
            "take the proxy_hide_header of a handshake header away, or write a proxy_pass_header for it beside; a subprotocol needs Sec-WebSocket-Protocol both ways"
        }
        Reason::StatusReplaced => {
            "write `error_page CODE = @name;`: with `=` and no number after it the backend's own status counts"
        }
        Reason::SubrequestUpgrade => subrequest(hop),
        Reason::Cache => {
            "write `proxy_cache_bypass $http_upgrade;` and `proxy_no_cache $http_upgrade;` beside the proxy_cache"
        }
        _ => return None,
    };
    Some(text.into())
}

fn subrequest(hop: &Hop) -> &'static str {
    if asks_first(hop) {
        "give the location of the auth_request a proxy_set_header of its own, e.g. `proxy_set_header Content-Length \"\";`: then it inherits no Upgrade"
    } else {
        "give the location of the mirror a proxy_set_header of its own, e.g. `proxy_set_header Content-Length \"\";`: then it inherits no Upgrade"
    }
}

/// What helps where nginx itself ends the request, by the directive that does.
fn refused(view: View<'_>, trace: &Trace, hop: &Hop, at: (NodeId, DirectiveId)) -> Option<String> {
    let text = match (trace.answer.reason, at.1) {
        (Reason::NotProxied, directive::LISTEN) => tls(hop),
        (Reason::NotProxied, _) if hop.server.is_none() => {
            "correct the port of the URL, or write a `listen` for it into a server"
        }
        (Reason::NotProxied, directive::AUTH_REQUEST) => {
            "let the location that auth_request names answer 200, 401 or 403: nginx takes all else for an error"
        }
        (Reason::NotProxied, _) if hop.status == Some(400) => "correct what the client sends",
        (Reason::NotProxied, _) => {
            "no proxy_pass is reached: write a location for this path that has one, or correct the path in the client"
        }
        (Reason::Redirect, name) => redirect(view, at.0, name),
        (Reason::Auth, name) => guarded(name),
        (Reason::Protocol, _) if hop.block.is_none() => {
            "let the client connect with HTTP/1.1, as browsers do for a WebSocket"
        }
        (Reason::Protocol, _) => return Some(protocol(view, trace, at.0)),
        _ => return None,
    };
    Some(text.into())
}

fn tls(hop: &Hop) -> &'static str {
    if hop.status.is_some() {
        "use wss:// in the client"
    } else {
        "use ws:// in the client, or write `ssl` into this `listen`"
    }
}

fn redirect(view: View<'_>, node: NodeId, name: DirectiveId) -> &'static str {
    let to_https = view.args(node).any(|word| word.starts_with(b"https:"));
    match name {
        _ if to_https => "use wss:// in the client, at the address that this redirect leads to",
        directive::LOCATION => "name the path with the slash in the client, or write a location without it",
        _ => "name in the client the address that this redirect leads to, or keep this path out of it",
    }
}

fn guarded(name: DirectiveId) -> &'static str {
    match name {
        directive::ALLOW | directive::DENY => {
            "let this address in with an `allow` before; --remote-addr ADDRESS follows another client"
        }
        directive::AUTH_BASIC => {
            "let the client send a password (here: --header \"Authorization: Basic ...\"), or write `auth_basic off;` into this location"
        }
        directive::AUTH_REQUEST => {
            "the location that auth_request names decides: send what it asks for (--header), or write `auth_request off;` here"
        }
        _ => "the configuration itself refuses here: keep this path out of it",
    }
}

fn protocol(view: View<'_>, trace: &Trace, node: NodeId) -> String {
    let name = String::from_utf8_lossy(&view.name(node)).into_owned();
    match trace.answer.verdict {
        Verdict::Fails => {
            format!("use proxy_pass instead of {name}: only HTTP/1.1 carries a WebSocket handshake")
        }
        _ => format!("use proxy_pass instead of {name} if the backend speaks HTTP"),
    }
}
