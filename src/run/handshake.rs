//! `ngxlint handshake`.

use std::io;
use std::path::Path;

use super::{CLEAN, Error, FINDINGS, settings, terminal, version};
use crate::cli::{Check, Handshake};
use crate::config::{Base, Context, Library, View, assemble};
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
    let conf = std::path::absolute(&arguments.conf).unwrap_or_else(|_| arguments.conf.clone());
    let folder = conf.parent().unwrap_or(Path::new("/")).to_path_buf();
    let beside = std::slice::from_ref(&arguments.conf);
    let settings = settings::settings(&files, &arguments.settings, &conf)?;
    // What `check` refuses is refused here, too.
    settings::policy(&files, &Check::default(), &settings)?;
    let target = settings::nginx_version(arguments.nginx_version.as_deref(), &settings);
    let version = version::target(target, &files, beside)?.lowest();
    let mut library = Library::new(&files, folder.clone());
    let root = library
        .open(&conf)
        .map_err(|error| Error::usage(format!("{}: {error}", arguments.conf.display())))?;
    let places = settings::paths(&arguments.places, &settings)?;
    let prefix = places.prefix.clone().unwrap_or(folder);
    let context = Context::of(library.texts.sources.get(root), library.texts.tree(root));
    let config = assemble(&mut library, root, &context, &Base::Known(prefix.clone()), &places);
    let view = View { texts: &library.texts, config: &config };
    refuse_broken(view)?;
    let (definitions, sockets) = (Definitions::of(view), Sockets::of(view));
    if !requests.is_empty() && !context.is_main() {
        return Err(Error::usage(format!(
            "{} is a fragment: a URL can only be followed through a main configuration file",
            arguments.conf.display()
        )));
    }
    let mut router = Tracer::new(view, &definitions, &sockets, version, &files, prefix);
    router.root.clone_from(&places.root);
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

/// A configuration that does not parse has no certain answer.
fn refuse_broken(view: View<'_>) -> Result<(), Error> {
    let broken = view.config.documents.iter().find(|&&doc| !view.texts.tree(doc).errors.is_empty());
    match broken {
        Some(&doc) => {
            let name = &view.texts.sources.get(doc).name;
            Err(Error::usage(format!("{name} does not parse: see `ngxlint check`")))
        }
        None => Ok(()),
    }
}
