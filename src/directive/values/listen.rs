//! `listen` (`ngx_http_core_listen`, `ngx_stream_core_listen`).

use super::super::call::Call;
use super::super::scalar::{number, size, time};
use super::super::{Checked, Refusal, quoted, says};
use super::address::{For, parse};
use super::parameters::invalid;
use crate::catalogue::{Context, Version};

/// Versions that add parameters.
pub(super) const CHANGES: [Version; 3] = [QUIC, VIRTUAL, MULTIPATH];

/// Virtual servers come to stream.
const VIRTUAL: Version = Version::new(1, 25, 5);
const MULTIPATH: Version = Version::new(1, 29, 7);

const QUIC: Version = Version::new(1, 25, 0);

pub(super) fn check(call: &Call<'_>) -> Checked {
    parse(call.word(1), For::Listen).map_err(|problem| {
        says([problem.as_bytes(), b" in \"", call.word(1), b"\" of the \"listen\" directive"].concat())
    })?;
    (2..=call.count()).try_for_each(|index| parameter(call, index))?;
    compatible(call)
}

/// What does not go together with UDP.
fn compatible(call: &Call<'_>) -> Checked {
    let has = |name: &[u8]| {
        call.arguments().skip(1).position(|word| word.split(|&byte| byte == b'=').next() == Some(name))
    };
    let (udp, others): (&[u8], &[&str]) = match call.context {
        Context::Server => (b"quic", &["fastopen", "ssl", "http2", "proxy_protocol"]),
        _ => (b"udp", &["fastopen", "backlog", "deferred", "ssl", "so_keepalive", "proxy_protocol"]),
    };
    if has(udp).is_none() {
        return Ok(());
    }
    let Some((name, index)) = others.iter().find_map(|name| Some((name, has(name.as_bytes())?))) else {
        return Ok(());
    };
    let udp = String::from_utf8_lossy(udp);
    Err(call.directive_says(&format!("\"{name}\" parameter is incompatible with \"{udp}\"")).at(index + 2))
}

fn parameter(call: &Call<'_>, index: usize) -> Checked {
    let word = call.word(index);
    let is_http = call.context == Context::Server;
    match word {
        b"bind" | b"deferred" | b"reuseport" | b"ssl" | b"proxy_protocol" => Ok(()),
        b"default_server" | b"default" if is_http || is_default(call) => Ok(()),
        b"http2" if is_http => Ok(()),
        b"quic" if is_http && call.version >= QUIC => Ok(()),
        b"udp" if !is_http => Ok(()),
        b"multipath" if call.version >= MULTIPATH => Ok(()),
        _ => match memchr::memchr(b'=', word) {
            Some(equals) => named(call, index, equals),
            None => Err(unknown(call, index)),
        },
    }
}

fn is_default(call: &Call<'_>) -> bool {
    call.context == Context::StreamServer && call.version >= VIRTUAL
}

fn named(call: &Call<'_>, index: usize, equals: usize) -> Checked {
    let word = call.word(index);
    let (name, value) = (word.get(..equals).unwrap_or_default(), word.get(equals + 1..).unwrap_or_default());
    let positive =
        |count: Option<i64>, what: &str| match count.filter(|&count| count > 0 && !value.is_empty()) {
            Some(_) => Ok(()),
            None => Err(invalid(what, word, index)),
        };
    match name {
        b"backlog" => positive(number(value), "backlog"),
        b"rcvbuf" => given(size(value, b"kKmM"), "rcvbuf", word, index),
        b"sndbuf" => given(size(value, b"kKmM"), "sndbuf", word, index),
        b"fastopen" => given(number(value).filter(|_| !value.is_empty()), "fastopen", word, index),
        b"accept_filter" => Ok(()),
        b"ipv6only" if value == b"on" || value == b"off" => Ok(()),
        b"so_keepalive" if is_keepalive(value) => Ok(()),
        b"so_keepalive" => Err(quoted("invalid so_keepalive value: \"", value, "\"").at(index)),
        _ => Err(unknown(call, index)),
    }
}

/// Until virtual servers came to stream, it had words of its own for a parameter that it does not know.
fn unknown(call: &Call<'_>, index: usize) -> Refusal {
    if call.context == Context::Server || call.version >= VIRTUAL {
        return call.invalid_parameter(index);
    }
    quoted("the invalid \"", call.word(index), "\" parameter").at(index)
}

fn given(value: Option<i64>, what: &str, word: &[u8], index: usize) -> Checked {
    value.map(drop).ok_or_else(|| invalid(what, word, index))
}

/// `on`, `off` or `IDLE:INTERVAL:COUNT`, of which some may be empty.
fn is_keepalive(value: &[u8]) -> bool {
    if value == b"on" || value == b"off" {
        return true;
    }
    let parts: Vec<&[u8]> = value.split(|&byte| byte == b':').collect();
    let is_time = |text: &[u8]| text.is_empty() || time(text, true);
    let all_empty = parts.iter().all(|part| part.is_empty());
    match parts.as_slice() {
        [idle] => !all_empty && is_time(idle),
        [idle, interval] => !all_empty && is_time(idle) && is_time(interval),
        [idle, interval, count] => {
            !all_empty && is_time(idle) && is_time(interval) && number(count).is_some()
        }
        _ => false,
    }
}
