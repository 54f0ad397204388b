//! The way of a URL as numbered steps, the request that the backend receives, and what it answers.

use std::io::{self, Write};

use super::{Blocks, words};
use crate::handshake::{Reason, Verdict};
use crate::output::Style;
use crate::output::escape::Line;
use crate::output::paint::{Paint, Role};
use crate::trace::{Hop, Step, Trace, Upstream};

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
    let decisive = Decisive::of(trace);
    let shown = decisive.as_ref().filter(|it| it.is_cause);
    if let Some(upstream) = shown.and_then(|it| it.hop.upstream.as_ref()) {
        let receiver = receiver(trace, shown, upstream);
        writeln!(out, "\n  {}", paint.role(Role::Lead, Line(&receiver)))?;
        head(upstream, out)?;
    }
    let ending = decisive.map_or_else(|| last_words(trace), |decisive| ending(trace, &decisive));
    writeln!(out, "\n  {}\n", Line(&ending))
}

/// The hop that the verdict is about.
pub(super) struct Decisive<'t> {
    pub(super) hop: &'t Hop,
    number: usize,
    /// It is one of the hops that the verdict comes from; else the passes lead round in a circle.
    pub(super) is_cause: bool,
}

impl<'t> Decisive<'t> {
    pub(super) fn of(trace: &'t Trace) -> Option<Self> {
        let answer = &trace.answer;
        let is_cause = |hop: &Hop| {
            hop.answer == *answer || hop.upstream.as_ref().is_some_and(|it| it.response == *answer)
        };
        let works = answer.verdict == Verdict::Works;
        let found = trace.hops.iter().position(is_cause).filter(|_| !works);
        let number = found.or(trace.hops.len().checked_sub(1))?;
        Some(Self { hop: trace.hops.get(number)?, number, is_cause: works || found.is_some() })
    }
}

fn steps(blocks: &Blocks<'_>, trace: &Trace, out: &mut dyn Write, paint: Paint) -> io::Result<()> {
    let place = |node: Option<_>| node.map_or_else(String::new, |node| blocks.view.place(node));
    let places: Vec<String> = trace.steps.iter().map(|step| Line(&place(step.node)).to_string()).collect();
    let width = places.iter().map(|place| place.chars().count()).max().unwrap_or(0);
    let mut hop = 0;
    for ((number, step), place) in (1..).zip(&trace.steps).zip(&places) {
        if let Some(arrived) = trace.hops.get(step.hop).filter(|_| step.hop != hop) {
            let text = format!("arrives at the same nginx again, port {}", arrived.port);
            writeln!(out, "      {}", paint.role(Role::Lead, text))?;
        }
        hop = step.hop;
        let (place, indent) = (paint.role(Role::Dim, format!("{place:width$}")), 2 * step.depth);
        writeln!(out, "  {number:>2}. {place}  {:indent$}{}", "", Line(&step.text))?;
    }
    Ok(())
}

/// Who receives the request that is shown.
fn receiver(trace: &Trace, decisive: Option<&Decisive<'_>>, upstream: &Upstream) -> String {
    let number = decisive.map_or(0, |it| it.number);
    let is_subrequest = decisive.is_some_and(|it| asks_first(it.hop));
    let url = String::from_utf8_lossy(&upstream.url);
    match trace.hops.get(number + 1) {
        _ if is_subrequest => format!("the backend of the subrequest ({url}) receives"),
        Some(next) => format!("this nginx receives on port {}, from its own pass to {url}", next.port),
        None if number > 0 => format!("the backend behind the last hop ({url}) receives"),
        None => "the backend receives".into(),
    }
}

/// Whether the request that is shown is that of a subrequest, before which the client's own waits.
pub(super) fn asks_first(hop: &Hop) -> bool {
    let is_whole = hop.upstream.as_ref().is_some_and(|it| it.response.verdict == Verdict::Works);
    hop.answer.reason == Reason::SubrequestUpgrade && is_whole
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
fn ending(trace: &Trace, decisive: &Decisive<'_>) -> String {
    let hop = decisive.hop;
    match (trace.answer.verdict, &hop.upstream, hop.status) {
        (Verdict::Works, ..) => "and answers 101 Switching Protocols: the WebSocket is open".into(),
        (Verdict::Fails, ..) if !decisive.is_cause => last_words(trace),
        (Verdict::Depends, Some(upstream), _) => open(trace, upstream),
        (Verdict::Fails, Some(upstream), _) => proxied(trace, decisive, upstream),
        (Verdict::Fails, None, Some(code)) if trace.answer.reason == Reason::Auth => {
            format!("nginx itself answers {code}: access control refuses, see step {}", trace.steps.len())
        }
        (Verdict::Fails, None, Some(code)) => {
            format!("nginx itself answers {code}: {}", words::why(&trace.answer, None))
        }
        (Verdict::Fails, None, None) => unanswered(trace, hop),
        (Verdict::Depends, None, _) => last_words(trace),
    }
}

/// A failure without a status of nginx's own.
fn unanswered(trace: &Trace, hop: &Hop) -> String {
    match trace.answer.reason {
        Reason::Protocol => format!("The client gets an answer, but no 101: see step {}", trace.steps.len()),
        _ if hop.server.is_none() => "The client gets no connection".into(),
        _ => last_words(trace),
    }
}

/// Where the last step says it all.
fn last_words(trace: &Trace) -> String {
    let last = trace.steps.last().map_or("", |step: &Step| step.text.as_str());
    match trace.answer.verdict {
        Verdict::Depends => format!("What the client gets is not certain: {last}"),
        _ => format!("The client gets no 101: see step {}", trace.steps.len()),
    }
}

/// A request that goes upstream, and nobody knows what comes back.
fn open(trace: &Trace, upstream: &Upstream) -> String {
    let unknown = words::unknown(&upstream.request);
    match (trace.answer.reason, unknown) {
        (Reason::UnknownValue, Some(variable)) => {
            format!("What it answers hangs on ${variable}, which the request does not tell")
        }
        (Reason::UnknownValue, None) => last_words(trace),
        _ => {
            let why = words::why(&trace.answer, Some(&upstream.request));
            format!("What the client gets is not certain: {why}")
        }
    }
}

/// A failure behind nginx, or on the way back.
fn proxied(trace: &Trace, decisive: &Decisive<'_>, upstream: &Upstream) -> String {
    let (answer, hop) = (&trace.answer, decisive.hop);
    let why = words::why(answer, Some(&upstream.request));
    match answer.reason {
        Reason::NoUpgradeHeader if !hop.asks => {
            "and answers as to any other request: the client itself asks for no WebSocket (no `Upgrade`)"
                .into()
        }
        Reason::ResponseHeaderHidden => format!("and answers 101, which the client refuses: {why}"),
        Reason::StatusReplaced => {
            let code = hop.status.unwrap_or_default();
            format!("and answers 101, but the client sees {code}: {why}")
        }
        Reason::SubrequestUpgrade if asks_first(hop) => {
            "and answers 101 to nginx's own subrequest, for which the client's request waits for ever".into()
        }
        Reason::SubrequestUpgrade => {
            "and answers 101, but so does the receiver of the copy, and nginx breaks the connection off"
                .into()
        }
        _ => format!("and answers 400 or 426, no 101: {why}"),
    }
}
