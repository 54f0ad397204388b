//! `ngxlint handshake`.

use std::collections::{BTreeSet, HashSet};
use std::io;

use super::settings::{self, Policy};
use super::tree::Tree;
use super::{CLEAN, Error, FINDINGS, terminal, version};
use crate::catalogue::VersionRange;
use crate::cli::{Check, Handshake, Http, TextOrJson};
use crate::config::ScopeId;
use crate::files::Disk;
use crate::finding::{Finding, Severity};
use crate::handshake::{Verdict, judge};
use crate::output::handshake::{Blocks, advice, is_cause, json, route, table};
use crate::output::{self, Format, Report, Style, Summary};
use crate::route::Sockets;
use crate::rules::{self, Facts};
use crate::source::Span;
use crate::times::Times;
use crate::trace::{ClientRequest, Hop, HttpVersion, Trace, Tracer};
use crate::value::{Client, Definitions};

/// Prints the verdict on every block, or the way of each URL.
pub(super) fn handshake(arguments: &Handshake) -> Result<u8, Error> {
    let files = Disk;
    let requests = arguments.urls.iter().map(|url| request(arguments, url)).collect::<Result<Vec<_>, _>>()?;
    let beside = std::slice::from_ref(&arguments.conf);
    let settings = settings::settings(&files, &arguments.settings, &arguments.conf)?;
    let policy = settings::policy(&files, &Check::default(), &settings)?;
    let target = settings::nginx_version(arguments.nginx_version.as_deref(), &settings);
    let version = version::target(target, &files, beside)?.lowest();
    let tree = Tree::read(&files, &arguments.conf, settings::paths(&arguments.places, &settings)?)?;
    let view = tree.view();
    let (definitions, sockets) = (Definitions::of(view), Sockets::of(view));
    if !tree.context.is_main() {
        refuse_lost_urls(arguments, sockets.ids().next().is_some())?;
        tree.mention_fragment(&arguments.conf);
    }
    let mut router = Tracer::new(view, &definitions, &sockets, version, &files, tree.prefix.clone());
    router.root.clone_from(&tree.paths.root);
    let traces: Vec<(String, Trace)> =
        requests.iter().map(|request| (request.url.clone(), router.trace(request))).collect();
    let reports = if traces.is_empty() || arguments.format == TextOrJson::Json {
        judge(view, &definitions, &Client::handshake(), version)
    } else {
        Vec::new()
    };
    let blocks = Blocks { view, version, reports: &reports, traces: &traces };
    print(arguments, &blocks, &definitions, &policy)?;
    let ends = |verdict: Verdict| traces.iter().filter(move |(_, trace)| trace.answer.verdict == verdict);
    for (url, _) in ends(Verdict::Depends).filter(|_| arguments.format == TextOrJson::Json) {
        super::complain(&format!("{url}: the configuration alone does not tell"));
    }
    Ok(if ends(Verdict::Fails).next().is_some() { FINDINGS } else { CLEAN })
}

/// In a fragment without a server of its own no URL leads anywhere.
fn refuse_lost_urls(arguments: &Handshake, has_servers: bool) -> Result<(), Error> {
    if arguments.urls.is_empty() || has_servers {
        return Ok(());
    }
    Err(Error::usage(format!(
        "{} is a fragment without servers: a URL can only be followed through a main configuration file",
        arguments.conf.display()
    )))
}

/// The request for a URL with what the options change.
fn request(arguments: &Handshake, url: &str) -> Result<ClientRequest, Error> {
    let mut request = ClientRequest::of(url).map_err(|error| Error::usage(error.to_string()))?;
    request.http = match arguments.http {
        Http::Http10 => HttpVersion::Http10,
        Http::Http11 => HttpVersion::Http11,
        Http::Http2 => HttpVersion::Http2,
    };
    arguments.method.clone_into(&mut request.client.method);
    if arguments.remote_addr.parse::<std::net::IpAddr>().is_err() {
        return Err(Error::usage(format!("--remote-addr {}: not an IP address", arguments.remote_addr)));
    }
    arguments.remote_addr.clone_into(&mut request.client.remote_addr);
    if let Some(origin) = &arguments.origin {
        request.client = request.client.with("Origin", origin);
    }
    for header in &arguments.header {
        let (name, value) = header
            .split_once(':')
            .ok_or_else(|| Error::usage(format!("--header takes `Name: value`, not `{header}`")))?;
        request.client = request.client.with(name.trim(), value.trim());
    }
    Ok(request)
}

fn print(
    arguments: &Handshake,
    blocks: &Blocks<'_>,
    definitions: &Definitions,
    policy: &Policy,
) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    let style = Style { summary: false, ..terminal::style(arguments.color) };
    match arguments.format {
        TextOrJson::Json => json(blocks, &mut out)?,
        TextOrJson::Text if blocks.traces.is_empty() => table(blocks, &mut out, style)?,
        TextOrJson::Text => {
            let findings = findings(blocks, definitions, policy);
            for (url, trace) in blocks.traces {
                route(blocks, url, trace, &mut out, style)?;
                let (found, besides) = about(blocks, trace, &findings);
                advice(blocks, trace, !found.is_empty(), &besides, &mut out, style)?;
                if !found.is_empty() {
                    output::write(Format::Pretty, &report(blocks, found), &mut out, style)?;
                }
            }
        }
    }
    Ok(())
}

/// What the rules say where URLs fail: that the blocks there are meant for WebSockets is given.
fn findings(blocks: &Blocks<'_>, definitions: &Definitions, policy: &Policy) -> Vec<Finding> {
    let failing: HashSet<ScopeId> =
        blocks.traces.iter().flat_map(|(_, trace)| failing(trace)).filter_map(|hop| hop.block).collect();
    if failing.is_empty() {
        return Vec::new();
    }
    let target = VersionRange::exactly(blocks.version);
    let client = Client::handshake();
    let preferences = &policy.preferences;
    let facts = Facts::followed(blocks.view, definitions, &client, target, preferences, failing);
    rules::findings(&facts, rules::run(&facts, &policy.rules, &Times::default()))
}

/// The hops in which a URL fails.
fn failing(trace: &Trace) -> impl Iterator<Item = &Hop> {
    let fails = trace.answer.verdict == Verdict::Fails;
    trace.hops.iter().filter(move |hop| fails && hop.answer.verdict == Verdict::Fails)
}

/// The findings about what makes a URL fail, and the codes of the others about the blocks in which it does.
fn about(blocks: &Blocks<'_>, trace: &Trace, findings: &[Finding]) -> (Vec<Finding>, BTreeSet<&'static str>) {
    let view = blocks.view;
    let place = |hop: &Hop| Some(view.head(view.config.scope(hop.block?).node?));
    let hops: Vec<(&Hop, Span)> = failing(trace).filter_map(|hop| Some((hop, place(hop)?))).collect();
    let there = |finding: &Finding| {
        let span = finding.block.as_ref().map(|block| block.span);
        hops.iter().filter(move |(_, place)| Some(*place) == span)
    };
    let found = findings.iter().filter(|finding| there(finding).next().is_some());
    let is_cause = |finding: &&Finding| there(finding).any(|(hop, _)| is_cause(hop, finding));
    let (causes, others): (Vec<&Finding>, Vec<&Finding>) = found.partition(is_cause);
    let others = others.into_iter().filter(|finding| finding.severity > Severity::Note);
    (causes.into_iter().cloned().collect(), others.map(|finding| &*finding.rule.code).collect())
}

fn report<'a>(blocks: &Blocks<'a>, findings: Vec<Finding>) -> Report<'a> {
    Report {
        summary: Summary::of(&findings, 0, 0),
        findings,
        errors: Vec::new(),
        sources: &blocks.view.texts.sources,
        nginx_version: blocks.version.to_string(),
        rules: &[],
    }
}
