//! Directives of the core and of small modules.

use std::collections::HashSet;

use super::super::call::Call;
use super::super::scalar::{number, offset, size, time};
use super::super::script::syntax;
use super::super::{Checked, quoted, says};
use super::address::{For, is_network, is_numeric, parse};
use super::parameters::{invalid, is_positive};
use crate::catalogue::{Version, directive};

/// The first version that knows `ipv4=` of `resolver`.
pub(super) const IPV4: Version = Version::new(1, 23, 1);

/// `allow` and `deny`
pub(super) fn access(call: &Call<'_>) -> Checked {
    match call.word(1) {
        b"all" | b"unix:" => Ok(()),
        network if is_network(network) => Ok(()),
        _ => Err(call.invalid_parameter(1)),
    }
}

/// `ngx_http_upstream_bind_set_slot`
pub(super) fn bind(call: &Call<'_>) -> Checked {
    let address = call.word(1);
    if call.count() == 1 && address == b"off" {
        return Ok(());
    }
    syntax(address)?;
    if !address.contains(&b'$') && !is_numeric(address) {
        return Err(invalid("address", address, 1));
    }
    if call.count() > 1 && call.word(2) != b"transparent" { Err(call.invalid_parameter(2)) } else { Ok(()) }
}

/// `ngx_conf_set_path_slot`: up to three levels of folders, their names ten characters at most in all.
pub(super) fn path(call: &Call<'_>) -> Checked {
    let mut length = 0;
    for (index, word) in call.arguments().enumerate().skip(1) {
        match number(word).filter(|&level| level > 0 && !word.is_empty()) {
            Some(level) => length += level + 1,
            None => return Err(call.directive_says("invalid value").at(index + 1)),
        }
        if length > 10 + i64::try_from(index).unwrap_or(0) {
            return Err(call.directive_says("invalid value").at(index + 1));
        }
    }
    Ok(())
}

/// `ngx_conf_set_access_slot`
pub(super) fn file_access(call: &Call<'_>) -> Checked {
    for index in 1..=call.count() {
        let word = call.word(index);
        let starts: [&[u8]; 3] = [b"user:", b"group:", b"all:"];
        let rights = starts.iter().find_map(|start| word.strip_prefix(*start));
        if !matches!(rights, Some(b"rw" | b"r")) {
            return Err(call.invalid_value(index));
        }
    }
    Ok(())
}

/// `ngx_resolver_create`
pub(super) fn resolver(call: &Call<'_>) -> Checked {
    for index in 1..=call.count() {
        let word = call.word(index);
        let wrong = || Err(says([b"invalid parameter: ", word].concat()).at(index));
        let is_switch = |value: &[u8]| value == b"on" || value == b"off";
        if let Some(value) = word.strip_prefix(b"valid=") {
            if !time(value, true) {
                return wrong();
            }
        } else if let Some(value) = word.strip_prefix(b"ipv4=").filter(|_| call.version >= IPV4) {
            if !is_switch(value) {
                return wrong();
            }
        } else if let Some(value) = word.strip_prefix(b"ipv6=") {
            if !is_switch(value) {
                return wrong();
            }
        } else if !word.starts_with(b"status_zone=") {
            parse(word, For::Connect).map_err(|problem| {
                says([problem.as_bytes(), b" in resolver \"", word, b"\""].concat()).at(index)
            })?;
        }
    }
    Ok(())
}

/// The first version that knows the method CONNECT here.
const CONNECT: Version = Version::new(1, 31, 0);

/// The methods that `limit_except` knows.
const METHODS: [&[u8]; 14] = [
    b"GET",
    b"HEAD",
    b"POST",
    b"PUT",
    b"DELETE",
    b"MKCOL",
    b"COPY",
    b"MOVE",
    b"OPTIONS",
    b"PROPFIND",
    b"PROPPATCH",
    b"LOCK",
    b"UNLOCK",
    b"PATCH",
];

pub(super) fn limit_except(call: &Call<'_>) -> Checked {
    let is_new = |word: &[u8]| call.version >= CONNECT && word.eq_ignore_ascii_case(b"CONNECT");
    let known = |word: &[u8]| is_new(word) || METHODS.iter().any(|method| method.eq_ignore_ascii_case(word));
    match call.arguments().position(|word| !known(word)) {
        Some(index) => Err(invalid("method", call.word(index + 1), index + 1)),
        None => Ok(()),
    }
}

/// `ngx_http_headers_expires`
pub(super) fn expires(call: &Call<'_>) -> Checked {
    let wrong = |index: usize| Err(call.directive_says("invalid value").at(index));
    if call.count() == 2 && call.word(1) != b"modified" {
        return wrong(1);
    }
    let index = call.count();
    let value = call.word(index);
    if value.contains(&b'$') || call.count() == 1 && matches!(value, b"epoch" | b"max" | b"off") {
        return Ok(());
    }
    let daily = value.starts_with(b"@") && call.count() == 1;
    let rest = match value.split_first() {
        Some((b'@', rest)) if daily => rest,
        Some((b'+' | b'-', rest)) => rest,
        _ => value,
    };
    if time(rest, true) { Ok(()) } else { wrong(index) }
}

pub(super) fn keepalive_timeout(call: &Call<'_>) -> Checked {
    if !time(call.word(1), false) {
        return Err(call.directive_says("invalid value"));
    }
    if call.count() > 1 && !time(call.word(2), true) {
        return Err(call.directive_says("invalid value").at(2));
    }
    Ok(())
}

pub(super) fn disable_symlinks(call: &Call<'_>) -> Checked {
    for index in 1..=call.count() {
        let word = call.word(index);
        let switch = matches!(word, b"off" | b"on" | b"if_not_owner");
        let from = word.strip_prefix(b"from=").is_some_and(|value| !value.is_empty());
        if !(switch && (index == 1 || call.word(1).starts_with(b"from="))) && !from {
            return Err(call.invalid_parameter(index));
        }
    }
    match (call.count(), call.word(1)) {
        (2, b"off") => Err(call.invalid_parameter(2)),
        (1, word) if word.starts_with(b"from=") => {
            Err(says("\"disable_symlinks\" must have \"off\", \"on\" or \"if_not_owner\" parameter"))
        }
        _ => Ok(()),
    }
}

pub(super) fn aio(call: &Call<'_>) -> Checked {
    match call.word(1) {
        b"off" | b"on" | b"sendfile" | b"threads" => Ok(()),
        word if word.starts_with(b"threads=") => Ok(()),
        _ => Err(call.directive_says("invalid value")),
    }
}

pub(super) fn directio(call: &Call<'_>) -> Checked {
    match call.word(1) {
        b"off" => Ok(()),
        word if offset(word).is_some() => Ok(()),
        _ => Err(call.directive_says("invalid value")),
    }
}

/// `ngx_http_core_error_page`
pub(super) fn error_page(call: &Call<'_>) -> Checked {
    let last = call.count();
    let before = last.saturating_sub(1);
    let answers = call.word(before).strip_prefix(b"=");
    let wrong = |status: &[u8]| before == 1 || (!status.is_empty() && number(status).is_none());
    if answers.is_some_and(wrong) {
        return Err(call.invalid_value(before));
    }
    syntax(call.word(last))?;
    let codes = if answers.is_some() { last - 1 } else { last };
    for index in 1..codes {
        match number(call.word(index)).filter(|_| !call.word(index).is_empty()) {
            None | Some(0) => return Err(call.invalid_value(index)),
            Some(300..=599) => {}
            Some(_) => {
                return Err(quoted("value \"", call.word(index), "\" must be between 300 and 599").at(index));
            }
        }
    }
    Ok(())
}

/// `ngx_http_core_try_files`
pub(super) fn try_files(call: &Call<'_>) -> Checked {
    let last = call.count();
    call.arguments().take(last.saturating_sub(1)).try_for_each(syntax)?;
    let Some(code) = call.word(last).strip_prefix(b"=") else { return Ok(()) };
    match number(code).filter(|_| !code.is_empty()) {
        Some(0..=999) => Ok(()),
        _ => Err(quoted("invalid code \"", code, "\"").at(last)),
    }
}

/// A size of memory pools.
pub(super) fn pool_size(call: &Call<'_>) -> Checked {
    match size(call.word(1), b"kKmM") {
        Some(bytes) if bytes < 112 => Err(says("the pool size must be no less than 112")),
        Some(bytes) if bytes % 16 != 0 => Err(says("the pool size must be a multiple of 16")),
        _ => Ok(()),
    }
}

/// `http2_streams_index_size`
pub(super) fn power_of_two(call: &Call<'_>) -> Checked {
    let good = number(call.word(1)).is_some_and(|size| size > 0 && size & (size - 1) == 0);
    if good { Ok(()) } else { Err(call.directive_says("must be a power of two")) }
}

/// A rate in bytes, which may hold variables.
pub(super) fn rate(call: &Call<'_>) -> Checked {
    let good = call.word(1).contains(&b'$') || size(call.word(1), b"kKmM").is_some();
    if good { Ok(()) } else { Err(call.directive_says("invalid value")) }
}

/// A switch that takes nothing but `off` in place of two words.
pub(super) fn off_alone(call: &Call<'_>) -> Checked {
    if call.count() == 1 && call.word(1) != b"off" { Err(call.invalid_parameter(1)) } else { Ok(()) }
}

/// `proxy_redirect` with one word.
pub(super) fn redirect(call: &Call<'_>) -> Checked {
    match (call.count(), call.word(1)) {
        (1, b"off" | b"default" | b"false") | (2, _) => Ok(()),
        _ => Err(call.invalid_parameter(1)),
    }
}

/// `proxy_cookie_flags`, whose flags are looked at when a cookie comes.
pub(super) fn cookie_flags(call: &Call<'_>) -> Checked {
    off_alone(call)?;
    if !call.word(1).starts_with(b"~") {
        syntax(call.word(1))?;
    }
    call.arguments().skip(1).try_for_each(syntax)
}

/// `proxy_store` and the like: 1.22.1 takes an empty path, 1.30.6 does not.
pub(super) fn store(call: &Call<'_>) -> Checked {
    if call.word(1).is_empty() && call.version >= Version::new(1, 29, 0) {
        Err(says("empty path"))
    } else {
        Ok(())
    }
}

/// `valid_referers`, each name once.
pub(super) fn referers(call: &Call<'_>) -> Checked {
    let mut seen = HashSet::new();
    for (index, word) in call.arguments().enumerate() {
        let special = matches!(word, b"none" | b"blocked" | b"server_names") || word.starts_with(b"~");
        if !special && !seen.insert(word.to_ascii_lowercase()) {
            return Err(quoted("conflicting parameter \"", word, "\"").at(index + 1));
        }
    }
    Ok(())
}

/// `server_name`
pub(super) fn server_name(call: &Call<'_>) -> Checked {
    let wrong = |name: &[u8]| match name {
        [b'*', rest @ ..] => rest.len() < 2 || !rest.starts_with(b"."),
        [b'.'] => true,
        _ => false,
    };
    match call.arguments().position(wrong) {
        Some(index) => Err(quoted("server name \"", call.word(index + 1), "\" is invalid").at(index + 1)),
        None => Ok(()),
    }
}

/// `fastcgi_param NAME VALUE [if_not_empty]`
pub(super) fn param(call: &Call<'_>) -> Checked {
    if call.count() == 3 && call.word(3) != b"if_not_empty" { Err(call.invalid_parameter(3)) } else { Ok(()) }
}

/// `fastcgi_split_path_info`, whose expression must have two groups.
pub(super) fn split_path_info(call: &Call<'_>) -> Checked {
    let escaped = |at: usize| {
        call.word(1).get(..at).unwrap_or_default().iter().rev().take_while(|&&byte| byte == b'\\').count() % 2
            == 1
    };
    let captures = |at: &usize| {
        let rest = call.word(1).get(at + 1..).unwrap_or_default();
        let named = [&b"?<"[..], b"?P<", b"?'"].iter().any(|start| rest.starts_with(start));
        let looks_behind = rest.starts_with(b"?<=") || rest.starts_with(b"?<!");
        !escaped(*at) && (!rest.starts_with(b"?") || named && !looks_behind)
    };
    if memchr::memchr_iter(b'(', call.word(1)).filter(captures).count() == 2 {
        return Ok(());
    }
    Err(quoted("pattern \"", call.word(1), "\" must have 2 captures"))
}

/// `gzip_hash` and `gzip_window`: powers of two.
pub(super) fn gzip_sizes(call: &Call<'_>) -> Checked {
    let (most, says) = if call.id == directive::GZIP_HASH {
        (128 * 1024, "must be 512, 1k, 2k, 4k, 8k, 16k, 32k, 64k, or 128k")
    } else {
        (32 * 1024, "must be 512, 1k, 2k, 4k, 8k, 16k, or 32k")
    };
    match size(call.word(1), b"kKmM") {
        Some(bytes) if (512..=most).contains(&bytes) && bytes & (bytes - 1) == 0 => Ok(()),
        _ => Err(call.directive_says(says)),
    }
}

/// `http2_max_concurrent_pushes` before it had no effect.
pub(super) fn pushes(call: &Call<'_>) -> Checked {
    let ignored = call.version >= Version::new(1, 25, 1);
    if ignored || number(call.word(1)).is_some() {
        Ok(())
    } else {
        Err(call.directive_says("invalid number"))
    }
}

/// `thread_pool`, which overlooks what it does not know.
pub(super) fn thread_pool(call: &Call<'_>) -> Checked {
    let mut has_threads = false;
    for index in 2..=call.count() {
        let word = call.word(index);
        if let Some(count) = word.strip_prefix(b"threads=") {
            if !is_positive(count) {
                return Err(invalid("threads value", word, index));
            }
            has_threads = true;
        }
        let queue = word.strip_prefix(b"max_queue=");
        if queue.is_some_and(|count| count.is_empty() || number(count).is_none()) {
            return Err(invalid("max_queue value", word, index));
        }
    }
    if has_threads || call.word(1) == b"default" {
        return Ok(());
    }
    Err(says([b"\"", call.word(0), b"\" must have \"threads\" parameter"].concat()).at(0))
}

/// The ways in which nginx waits for events, on any system.
const EVENTS: [&[u8]; 7] = [b"epoll", b"kqueue", b"eventport", b"/dev/poll", b"poll", b"select", b"rtsig"];

pub(super) fn event_type(call: &Call<'_>) -> Checked {
    if EVENTS.contains(&call.word(1)) { Ok(()) } else { Err(invalid("event type", call.word(1), 1)) }
}

pub(super) fn userid_expires(call: &Call<'_>) -> Checked {
    let good = matches!(call.word(1), b"max" | b"off") || time(call.word(1), true);
    if good { Ok(()) } else { Err(call.directive_says("invalid value")) }
}

pub(super) fn userid_mark(call: &Call<'_>) -> Checked {
    match call.word(1) {
        b"off" | b"=" => Ok(()),
        [letter] if letter.is_ascii_alphanumeric() => Ok(()),
        _ => Err(call.directive_says("value must be \"off\" or a single letter, digit or \"=\"")),
    }
}

pub(super) fn worker_connections(call: &Call<'_>) -> Checked {
    let good = number(call.word(1)).is_some();
    if good { Ok(()) } else { Err(invalid("number", call.word(1), 1)) }
}

pub(super) fn worker_priority(call: &Call<'_>) -> Checked {
    let digits = call.word(1).strip_prefix(b"-").or_else(|| call.word(1).strip_prefix(b"+"));
    let good = number(digits.unwrap_or(call.word(1))).is_some();
    if good { Ok(()) } else { Err(call.directive_says("invalid number")) }
}

/// `worker_cpu_affinity`: masks of 0 and 1, read from their ends.
pub(super) fn cpu_affinity(call: &Call<'_>) -> Checked {
    let masks = if call.word(1) == b"auto" { 2 } else { 1 };
    for index in masks..=call.count() {
        let wrong = call.word(index).iter().rfind(|byte| !matches!(byte, b'0' | b'1' | b' '));
        if let Some(&byte) = wrong {
            return Err(quoted("invalid character \"", &[byte], "\" in \"worker_cpu_affinity\"").at(index));
        }
    }
    Ok(())
}

pub(super) fn worker_processes(call: &Call<'_>) -> Checked {
    let good = call.word(1) == b"auto" || number(call.word(1)).is_some_and(|count| count > 0);
    if good { Ok(()) } else { Err(call.directive_says("invalid value")) }
}
