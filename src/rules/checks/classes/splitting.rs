//! Line ends that a client can put into a header or a request line.

use super::target::Target;
use super::words::{hit, http_scopes, part_of, place, shown, site};
use crate::catalogue::{DirectiveId, directive};
use crate::config::{NodeId, ScopeKind, View};
use crate::finding::Edit;
use crate::route::{is_redirect, redirects_with};
use crate::rules::facts::Facts;
use crate::rules::hit::{Hit, Repair};
use crate::rules::model::Rule;
use crate::value::{Class, Classes, Part, parts};

/// Directives whose value becomes a line of a request or an answer.
const LINES: [DirectiveId; 8] = [
    directive::ADD_HEADER,
    directive::ADD_TRAILER,
    directive::ERROR_PAGE,
    directive::GRPC_SET_HEADER,
    directive::PROXY_PASS,
    directive::PROXY_SET_HEADER,
    directive::RETURN,
    directive::REWRITE,
];

/// A value that becomes a part of a line.
struct Line {
    node: NodeId,
    /// The argument it stands in.
    index: usize,
    value: Vec<u8>,
    /// Whether `$1` to `$9` are percent-encoded on the way.
    is_encoded: bool,
    is_redirect: bool,
}

/// Lines into which a client can put a line end.
pub fn check(facts: &Facts<'_>, rule: &'static Rule) -> Vec<Hit> {
    let (view, classes) = (facts.view, Classes::of(facts.view, facts.definitions));
    let scopes = http_scopes(view);
    let nodes = scopes.flat_map(|scope| LINES.iter().flat_map(move |&name| view.config.own(scope, name)));
    let lines = nodes.filter_map(|node| line(view, node)).filter(|line| line.value.contains(&b'$'));
    lines.filter_map(|line| found(facts, rule, &classes, &line)).collect()
}

fn line(view: View<'_>, node: NodeId) -> Option<Line> {
    let argument = |index: usize| Some(view.arg(node, index)?.into_owned());
    let plain = |index: usize| {
        Some(Line { node, index, value: argument(index)?, is_encoded: false, is_redirect: false })
    };
    match view.config.node(node).name {
        directive::RETURN => {
            let code = std::str::from_utf8(&view.arg(node, 0)?).ok().and_then(|code| code.parse().ok());
            let index = match (code, view.arg_count(node)) {
                (None, 1) => 0,
                (Some(code), 2) if is_redirect(code) => 1,
                _ => return None,
            };
            Some(Line { is_redirect: true, ..plain(index)? })
        }
        directive::REWRITE => {
            redirects_with(&argument(1)?, view.arg(node, 2).as_deref())?;
            Some(Line { is_redirect: true, is_encoded: true, ..plain(1)? })
        }
        directive::ERROR_PAGE => {
            let line = plain(view.arg_count(node).checked_sub(1)?)?;
            redirects_with(&line.value, None).map(|_| line)
        }
        directive::PROXY_PASS => {
            let line = plain(0)?;
            let uri = Target::of(&line.value)?.uri.to_vec();
            Some(Line { value: uri, ..line })
        }
        _ => plain(1),
    }
}

fn found(facts: &Facts<'_>, rule: &'static Rule, classes: &Classes<'_>, line: &Line) -> Option<Hit> {
    let held = |part: &Part<'_>| classes.held_by(site(facts, line.node), *part);
    let holds = |part: &Part<'_>, byte: u8| {
        let encoded = line.is_encoded && matches!(part, Part::Capture(_));
        !encoded && held(part).iter().any(|held| held.bytes.has(byte) && !is_certificate(&held.origin))
    };
    // A carriage return in the address of a pass is one of the bytes that `uri-sent-decoded` is about.
    let is_pass = facts.view.config.node(line.node).name == directive::PROXY_PASS;
    let feed = parts(&line.value).find(|part| holds(part, b'\n'));
    let carriage = || parts(&line.value).filter(|_| !is_pass).find(|part| holds(part, b'\r'));
    let (part, case) =
        feed.map(|part| (part, "line-feed")).or_else(|| Some((carriage()?, "carriage-return")))?;
    let is_body = case == "line-feed" && held(&part).iter().all(|held| held.class == Class::Any);
    let case = if is_body { "body" } else { case };
    let at = place(facts.view, line.node, line.index, part);
    let mut hit = hit(facts, rule, line.node, at, Some(case));
    hit.words = hit.words.with("variable", shown(part));
    hit.repair = repair(facts.view, line, part);
    Some(hit)
}

/// The lines of a certificate are not the client's to choose; that they are several is another matter.
fn is_certificate(origin: &str) -> bool {
    matches!(origin, "ssl_client_cert" | "ssl_client_raw_cert")
}

/// `$uri` of a redirect becomes `$request_uri`, which holds the arguments, too; not where the path has been rewritten.
fn repair(view: View<'_>, line: &Line, part: Part<'_>) -> Repair {
    const ARGUMENTS: [&[u8]; 5] =
        [b"", b"$is_args$args", b"?$args", b"?$query_string", b"$is_args$query_string"];
    let is_path = matches!(part, Part::Variable(name)
        if name.eq_ignore_ascii_case(b"uri") || name.eq_ignore_ascii_case(b"document_uri"));
    if !line.is_redirect || !is_path || is_rewritten(view, line.node) {
        return Repair::None;
    }
    let (at, whole) = (place(view, line.node, line.index, part), view.arg_span(line.node, line.index));
    let Some(whole) = whole.filter(|whole| *whole != at) else { return whole_argument(at) };
    let raw = view.arg_source(line.node, line.index);
    let from = (at.end - whole.start) as usize;
    let tail = raw.get(from..).unwrap_or_default();
    let tail = tail.strip_suffix(b"\"").or_else(|| tail.strip_suffix(b"'")).unwrap_or(tail);
    if !ARGUMENTS.contains(&tail) {
        return Repair::None;
    }
    let start = (at.start - whole.start) as usize;
    let span = part_of(whole, start, from - start + tail.len());
    Repair::Edits(vec![Edit { span, text: "$request_uri".into() }])
}

fn whole_argument(span: crate::source::Span) -> Repair {
    Repair::Edits(vec![Edit { span, text: "$request_uri".into() }])
}

fn is_rewritten(view: View<'_>, node: NodeId) -> bool {
    let scope = view.config.node(node).scope;
    let levels = view.config.ancestors(scope).filter(|&level| {
        matches!(
            view.config.scope(level).kind,
            ScopeKind::Server | ScopeKind::Location | ScopeKind::IfInLocation | ScopeKind::IfInServer
        )
    });
    { levels }
        .any(|level| view.config.own(level, directive::REWRITE).next().is_some_and(|first| first < node))
}
