//! `listen` (`ngx_http_core_listen`, `ngx_stream_core_listen`).

use super::super::call::Call;
use super::super::scalar::{number, size, time};
use super::super::{Checked, Refusal, quoted, says};
use super::address::{Address, Family, For, parse};
use super::parameters::invalid;
use crate::catalogue::{Context, Version};

/// Versions that add parameters.
pub(super) const CHANGES: [Version; 3] = [QUIC, VIRTUAL, MULTIPATH];

/// Virtual servers come to stream.
const VIRTUAL: Version = Version::new(1, 25, 5);
const MULTIPATH: Version = Version::new(1, 29, 7);

const QUIC: Version = Version::new(1, 25, 0);

pub(super) fn check(call: &Call<'_>) -> Checked {
    let at = parse(call.word(1), For::Listen).map_err(|problem| {
        says([problem.as_bytes(), b" in \"", call.word(1), b"\" of the \"listen\" directive"].concat())
    })?;
    (2..=call.count()).try_for_each(|index| parameter(call, index, &at))
}

fn parameter(call: &Call<'_>, index: usize, at: &Address<'_>) -> Checked {
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
            Some(equals) => named(call, index, equals, at),
            None => Err(unknown(call, index)),
        },
    }
}

fn is_default(call: &Call<'_>) -> bool {
    call.context == Context::StreamServer && call.version >= VIRTUAL
}

fn named(call: &Call<'_>, index: usize, equals: usize, at: &Address<'_>) -> Checked {
    let word = call.word(index);
    let (name, value) = (word.get(..equals).unwrap_or_default(), word.get(equals + 1..).unwrap_or_default());
    let positive = |count: Option<i64>, what: &str| match count.filter(|&count| count > 0 && !value.is_empty()) {
        Some(_) => Ok(()),
        None => Err(invalid(what, word, index)),
    };
    match name {
        b"backlog" => positive(number(value), "backlog"),
        b"rcvbuf" => given(size(value, b"kKmM"), "rcvbuf", word, index),
        b"sndbuf" => given(size(value, b"kKmM"), "sndbuf", word, index),
        b"fastopen" => given(number(value).filter(|_| !value.is_empty()), "fastopen", word, index),
        b"accept_filter" => Ok(()),
        b"ipv6only" if at.family != Family::Inet6 => {
            Err(quoted("ipv6only is not supported on addr \"", &shown(at), "\"").at(index))
        }
        b"ipv6only" if value == b"on" || value == b"off" => Ok(()),
        b"ipv6only" => Err(quoted("invalid ipv6only flags \"", value, "\"").at(index)),
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

/// The address as nginx prints it.
fn shown(at: &Address<'_>) -> Vec<u8> {
    let port = at.port.unwrap_or(80).to_string();
    match at.family {
        Family::Unix => [b"unix:", at.host].concat(),
        _ if at.host.is_empty() || at.host == b"*" => [b"0.0.0.0:", port.as_bytes()].concat(),
        _ => [at.host, b":", port.as_bytes()].concat(),
    }
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
