//! What stands in `upstream` blocks, and the passes that lead to them.

use super::super::call::Call;
use super::super::scalar::{number, time};
use super::super::script::syntax;
use super::super::{Checked, says};
use super::address::{Address, Family, For, is_numeric, parse};
use super::parameters::is_positive;
use crate::catalogue::{Context, Origin, Version, directive};

/// Versions that add parameters of `server`.
pub(super) const CHANGES: [Version; 1] = [RESOLVE];

const RESOLVE: Version = Version::new(1, 27, 3);

/// What is wrong with an address, in nginx's words.
fn refused(problem: &str, url: &[u8], index: usize) -> super::super::Refusal {
    says([problem.as_bytes(), b" in upstream \"", url, b"\""].concat()).at(index)
}

/// `ngx_http_upstream_server`
pub(super) fn server(call: &Call<'_>) -> Checked {
    (2..=call.count()).try_for_each(|index| {
        if is_parameter(call, call.word(index)) { Ok(()) } else { Err(call.invalid_parameter(index)) }
    })?;
    let url = call.word(1);
    let address = parse(url, For::Connect).map_err(|problem| refused(problem, url, 1))?;
    let looked_up = call.arguments().any(|word| word.starts_with(b"service="));
    if call.context == Context::StreamUpstream && address.port.is_none() && !looked_up {
        return Err(refused("no port", url, 1));
    }
    Ok(())
}

/// `slow_start`, `route`, `drain` and `id` are known to NGINX Plus only.
fn is_parameter(call: &Call<'_>, word: &[u8]) -> bool {
    let equals = memchr::memchr(b'=', word).map_or(word.len(), |at| at + 1);
    let (name, value) = word.split_at_checked(equals).unwrap_or((word, &[]));
    let is_number = || !value.is_empty() && number(value).is_some();
    match name {
        b"weight=" => is_positive(value),
        b"max_conns=" | b"max_fails=" => is_number(),
        b"fail_timeout=" | b"slow_start=" => time(value, true),
        b"backup" | b"down" | b"route=" | b"drain" | b"id=" => true,
        b"resolve" => call.version >= RESOLVE,
        b"service=" => call.version >= RESOLVE && !value.is_empty(),
        _ => false,
    }
}

/// `keepalive`
pub(super) fn keepalive(call: &Call<'_>) -> Checked {
    if is_positive(call.word(1)) {
        return Ok(());
    }
    let (start, middle) = (&b"invalid value \""[..], &b"\" in \""[..]);
    Err(says([start, call.word(1), middle, call.word(0), b"\" directive"].concat()))
}

/// `sticky`, of which only the method is looked at.
pub(super) fn sticky(call: &Call<'_>) -> Checked {
    match call.word(1) {
        b"cookie" | b"route" | b"learn" => Ok(()),
        word => Err(says([b"unknown parameter \"", word, b"\""].concat())),
    }
}

/// `hash KEY [consistent]`
pub(super) fn hash(call: &Call<'_>) -> Checked {
    syntax(call.word(1))?;
    match call.word(2) {
        b"" if call.count() < 2 => Ok(()),
        b"consistent" => Ok(()),
        _ => Err(call.invalid_parameter(2)),
    }
}

/// `random [two [METHOD]]`
pub(super) fn random(call: &Call<'_>) -> Checked {
    match call.count() {
        0 => Ok(()),
        1 if call.word(1) == b"two" => Ok(()),
        1 => Err(call.invalid_parameter(1)),
        _ if call.word(1) != b"two" => Err(call.invalid_parameter(1)),
        // NGINX Plus has `least_time=header`, too.
        _ if call.word(2) == b"least_conn" || call.word(2).starts_with(b"least_time=") => Ok(()),
        _ => Err(call.invalid_parameter(2)),
    }
}

/// `proxy_pass`, `fastcgi_pass` and the like, where no variable is in it.
pub(super) fn pass(call: &Call<'_>) -> Checked {
    let word = call.word(1);
    if has_variables(call, word) || call.id == directive::TUNNEL_PASS {
        return Ok(());
    }
    let url = without_scheme(call, word)?;
    let of = if takes_uri(call) { For::Pass } else { For::Connect };
    let address = parse(url, of).map_err(|problem| refused(problem, url, 1))?;
    let noname = matches!(call.context, Context::IfInLocation | Context::LimitExcept);
    if call.id == directive::PROXY_PASS && noname && !address.uri.is_empty() {
        return Err(no_uri());
    }
    Ok(())
}

/// The host and the whole of a pass that names no port and has no usual one: it must be the name of an upstream.
pub(in crate::directive) fn needs_port<'a>(call: &Call<'a>) -> Option<(&'a [u8], &'a [u8])> {
    let is_tunnel = call.id == directive::TUNNEL_PASS;
    if !call.id.name().ends_with("_pass") || is_tunnel || call.variant.origin != Origin::Nginx {
        return None;
    }
    let word = call.word(1);
    let has_default = call.id == directive::PROXY_PASS && call.context != Context::StreamServer;
    if has_default || has_variables(call, word) {
        return None;
    }
    let url = without_scheme(call, word).ok()?;
    let of = if takes_uri(call) { For::Pass } else { For::Connect };
    let Ok(Address { host, port: None, .. }) = parse(url, of) else { return None };
    Some((host, url))
}

/// Whether the pass has a URI behind its address.
pub(in crate::directive) fn has_uri(call: &Call<'_>) -> bool {
    let word = call.word(1);
    let url = without_scheme(call, word).unwrap_or_default();
    !word.contains(&b'$') && parse(url, For::Pass).is_ok_and(|address| !address.uri.is_empty())
}

/// What nginx says of a URI where the location is not a prefix.
pub(in crate::directive) fn no_uri() -> super::super::Refusal {
    says(
        "\"proxy_pass\" cannot have URI part in location given by regular expression, or inside named location, \
         or inside \"if\" statement, or inside \"limit_except\" block",
    )
}

/// `memcached_pass` is the one pass that knows no variables.
fn has_variables(call: &Call<'_>, word: &[u8]) -> bool {
    call.id != directive::MEMCACHED_PASS && word.contains(&b'$')
}

/// `pass` of stream, which takes no names.
pub(super) fn stream_pass(call: &Call<'_>) -> Checked {
    let word = call.word(1);
    if word.contains(&b'$') {
        return Ok(());
    }
    let address = parse(word, For::Connect).map_err(|problem| {
        says([problem.as_bytes(), b" in \"", word, b"\" of the \"pass\" directive"].concat())
    })?;
    let named = address.family == Family::Inet && !is_numeric(word);
    if named { Err(call.directive_says("has no addresses")) } else { Ok(()) }
}

fn takes_uri(call: &Call<'_>) -> bool {
    call.id == directive::PROXY_PASS && call.context != Context::StreamServer
}

fn without_scheme<'a>(call: &Call<'_>, word: &'a [u8]) -> Result<&'a [u8], super::super::Refusal> {
    let schemes: [&[u8]; 2] = match call.id {
        directive::PROXY_PASS if call.context != Context::StreamServer => [b"http://", b"https://"],
        directive::GRPC_PASS => [b"grpc://", b"grpcs://"],
        directive::UWSGI_PASS => [b"uwsgi://", b"suwsgi://"],
        _ => return Ok(word),
    };
    let starts =
        |scheme: &&&[u8]| word.get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme));
    match schemes.iter().find(starts) {
        Some(scheme) => Ok(word.get(scheme.len()..).unwrap_or_default()),
        None if call.id == directive::PROXY_PASS => Err(says("invalid URL prefix")),
        None => Ok(word),
    }
}
