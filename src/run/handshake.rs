//! `ngxlint handshake`.

use std::io;

use super::tree::Tree;
use super::{CLEAN, Error, FINDINGS, terminal, version};
use crate::cli::Handshake;
use crate::files::Disk;
use crate::handshake::{Verdict, judge};
use crate::output::handshake::{Blocks, json, steps, table};
use crate::route::Sockets;
use crate::trace::{ClientRequest, HttpVersion, Trace, Tracer};
use crate::value::{Client, Definitions};

/// Prints the verdict on every block, or the way of each URL.
pub(super) fn handshake(arguments: &Handshake) -> Result<u8, Error> {
    let files = Disk;
    let requests = arguments.urls.iter().map(|url| request(arguments, url)).collect::<Result<Vec<_>, _>>()?;
    let beside = std::slice::from_ref(&arguments.conf);
    let version = version::target(arguments.nginx_version.as_deref(), &files, beside)?.lowest();
    let tree = Tree::read(&files, &arguments.conf, &arguments.places)?;
    let view = tree.view();
    let (definitions, sockets) = (Definitions::of(view), Sockets::of(view));
    if !requests.is_empty() && !tree.context.is_main() {
        return Err(Error::usage(format!(
            "{} is a fragment: a URL can only be followed through a main configuration file",
            arguments.conf.display()
        )));
    }
    let mut router = Tracer::new(view, &definitions, &sockets, version, &files, tree.prefix.clone());
    router.root.clone_from(&tree.paths.root);
    let traces: Vec<(String, Trace)> =
        requests.iter().map(|request| (request.url.clone(), router.trace(request))).collect();
    let reports = judge(view, &definitions, &Client::handshake(), version);
    print(arguments, &Blocks { view, version, reports: &reports, traces: &traces })?;
    let fails = traces.iter().any(|(_, trace)| trace.answer.verdict == Verdict::Fails);
    Ok(if fails { FINDINGS } else { CLEAN })
}

/// The request for a URL with what the options change.
fn request(arguments: &Handshake, url: &str) -> Result<ClientRequest, Error> {
    let mut request = ClientRequest::of(url).map_err(|error| Error::usage(error.to_string()))?;
    request.http = match arguments.http.as_str() {
        "1.0" => HttpVersion::Http10,
        "1.1" => HttpVersion::Http11,
        "2" | "2.0" => HttpVersion::Http2,
        other => return Err(Error::usage(format!("--http {other}: one of 1.0, 1.1, 2"))),
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

fn print(arguments: &Handshake, blocks: &Blocks<'_>) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    match arguments.format.as_str() {
        "json" => json(blocks, &mut out)?,
        "text" if blocks.traces.is_empty() => table(blocks, &mut out, terminal::style(arguments.color))?,
        "text" => steps(blocks, &mut out, terminal::style(arguments.color))?,
        other => return Err(Error::usage(format!("unknown format `{other}`: one of text, json"))),
    }
    Ok(())
}
