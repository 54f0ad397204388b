//! The way of a URL as numbered steps, the request that the backend receives, and what it answers.

use std::io::{self, Write};

use super::{Blocks, words};
use crate::handshake::{Answer, Reason, Verdict};
use crate::output::Style;
use crate::output::escape::Line;
use crate::output::paint::{Paint, Role};
use crate::trace::{Hop, Trace, Upstream};

/// Writes the way of one URL.
///
/// # Errors
/// Where the writer fails.
pub fn route(
    blocks: &Blocks<'_>,
    url: &str,
    trace: &Trace,
    out: &mut dyn Write,
    style: Style,
) -> io::Result<()> {
    let paint = Paint::new(style.colour);
    let verdict = words::verdict(paint, trace.answer.verdict, 0);
    writeln!(out, "{}: {verdict}\n", paint.role(Role::Strong, Line(url)))?;
    steps(blocks, trace, out, paint)?;
    let last = trace.hops.last();
    if let Some(upstream) = last.and_then(|hop| hop.upstream.as_ref()) {
        writeln!(out, "\n  {}", paint.role(Role::Lead, "the backend receives"))?;
        head(upstream, out)?;
    }
    writeln!(out, "\n  {}\n", ending(trace))
}

fn steps(blocks: &Blocks<'_>, trace: &Trace, out: &mut dyn Write, paint: Paint) -> io::Result<()> {
    let place = |node: Option<_>| node.map_or_else(String::new, |node| blocks.view.place(node));
    let places: Vec<String> = trace.steps.iter().map(|step| Line(&place(step.node)).to_string()).collect();
    let width = places.iter().map(|place| place.chars().count()).max().unwrap_or(0);
    for ((number, step), place) in (1..).zip(&trace.steps).zip(&places) {
        let place = paint.role(Role::Dim, format!("{place:width$}"));
        writeln!(out, "  {number:>2}. {place}  {}", Line(&step.text))?;
    }
    Ok(())
}

/// The head of the request as the backend would receive it.
fn head(upstream: &Upstream, out: &mut dyn Write) -> io::Result<()> {
    let request = &upstream.request;
    let (method, version) = (words::text(&request.method.value), words::text(&request.version.value));
    let target = String::from_utf8_lossy(&upstream.target).into_owned();
    writeln!(out, "      {} {} HTTP/{}", Line(&method), Line(&target), Line(&version))?;
    let lines = [&request.set, &request.defaults, &request.passed].into_iter().flatten();
    for line in lines.filter(|line| !line.value.is_blank()) {
        writeln!(out, "      {}: {}", Line(&line.name), Line(&words::text(&line.value)))?;
    }
    Ok(())
}

/// What the client gets, and why.
fn ending(trace: &Trace) -> String {
    let (answer, why) = (&trace.answer, words::why(&trace.answer));
    let hop = trace.hops.iter().find(|hop| hop.answer == *answer).or(trace.hops.first());
    let status = hop.and_then(|hop| hop.status);
    let upstream = hop.and_then(|hop| hop.upstream.as_ref());
    match (answer.verdict, upstream, status) {
        (Verdict::Works, ..) => "and answers 101 Switching Protocols: the WebSocket is open".into(),
        (Verdict::Depends, Some(upstream), _) => match words::unknown(&upstream.request) {
            Some(variable) => {
                format!("What it answers hangs on ${variable}, which the request does not tell")
            }
            None => format!("What the client gets is not certain: {why}"),
        },
        (Verdict::Depends, None, _) => format!("What the client gets is not certain: {why}"),
        (Verdict::Fails, Some(_), _) => proxied(answer, &why, hop),
        (Verdict::Fails, None, Some(code)) => format!("nginx itself answers {code}: {why}"),
        (Verdict::Fails, None, None) => format!("The client gets no answer to its handshake: {why}"),
    }
}

/// A failure behind nginx, or on the way back.
fn proxied(answer: &Answer, why: &str, hop: Option<&Hop>) -> String {
    match answer.reason {
        Reason::ResponseHeaderHidden => format!("and answers 101, which the client refuses: {why}"),
        Reason::StatusReplaced => {
            let code = hop.and_then(|hop| hop.status).unwrap_or_default();
            format!("and answers 101, but the client sees {code}: {why}")
        }
        Reason::SubrequestUpgrade => format!("and answers 101 to nginx's own subrequest: {why}"),
        Reason::NotProxied => format!("but it never answers: {why}"),
        _ => format!("and answers 400 or 426, no 101: {why}"),
    }
}
