//! Shared memory and what counts in it: `limit_req`, `limit_conn`, caches, `zone`, TLS sessions.

use super::super::call::Call;
use super::super::scalar::{number, offset, size, time};
use super::super::script::syntax;
use super::super::{Checked, says};
use super::parameters::{cache, invalid, is_positive, zone};

/// `must have "PARAMETER" parameter`
fn lacks(call: &Call<'_>, parameter: &str) -> Checked {
    Err(says([b"\"", call.word(0), b"\" must have \"", parameter.as_bytes(), b"\" parameter"].concat()).at(0))
}

pub(super) fn limit_conn_zone(call: &Call<'_>) -> Checked {
    syntax(call.word(1))?;
    match call.word(2) {
        word if word.starts_with(b"zone=") => zone(call, 2, 5, 8, "zone").map(drop),
        _ => Err(call.invalid_parameter(2)),
    }
}

pub(super) fn limit_conn(call: &Call<'_>) -> Checked {
    match number(call.word(2)).filter(|_| !call.word(2).is_empty()) {
        Some(65536..) => Err(says("connection limit must be less 65536").at(2)),
        Some(1..) => Ok(()),
        _ => Err(invalid("number of connections", call.word(2), 2)),
    }
}

pub(super) fn limit_req_zone(call: &Call<'_>) -> Checked {
    syntax(call.word(1))?;
    let mut has_zone = false;
    for index in 2..=call.count() {
        let word = call.word(index);
        if word.starts_with(b"zone=") {
            zone(call, index, 5, 8, "zone")?;
            has_zone = true;
        } else if let Some(rate) = word.strip_prefix(b"rate=") {
            let rate = rate.strip_suffix(b"r/s").or_else(|| rate.strip_suffix(b"r/m")).unwrap_or(rate);
            if !is_positive(rate) {
                return Err(invalid("rate", word, index));
            }
        } else {
            return Err(call.invalid_parameter(index));
        }
    }
    if has_zone { Ok(()) } else { lacks(call, "zone") }
}

pub(super) fn limit_req(call: &Call<'_>) -> Checked {
    let mut has_zone = false;
    for index in 1..=call.count() {
        let word = call.word(index);
        if word.starts_with(b"zone=") {
            has_zone = true;
        } else if let Some(burst) = word.strip_prefix(b"burst=") {
            if !is_positive(burst) {
                return Err(invalid("burst value", word, index));
            }
        } else if let Some(delay) = word.strip_prefix(b"delay=") {
            if !is_positive(delay) {
                return Err(invalid("delay value", word, index));
            }
        } else if word != b"nodelay" {
            return Err(call.invalid_parameter(index));
        }
    }
    if has_zone { Ok(()) } else { lacks(call, "zone") }
}

/// `ngx_http_upstream_zone`
pub(super) fn upstream_zone(call: &Call<'_>) -> Checked {
    if call.word(1).is_empty() {
        return Err(invalid("zone name", call.word(1), 1));
    }
    if call.count() < 2 {
        return Ok(());
    }
    match size(call.word(2), b"kKmM") {
        None => Err(invalid("zone size", call.word(2), 2)),
        Some(bytes) if bytes < 8 * 4096 => {
            Err(says([b"zone \"", call.word(1), b"\" is too small"].concat()).at(2))
        }
        Some(_) => Ok(()),
    }
}

/// `ngx_http_file_cache_set_slot`
pub(super) fn cache_path(call: &Call<'_>) -> Checked {
    let mut has_zone = false;
    for index in 2..=call.count() {
        let word = call.word(index);
        if word.starts_with(b"keys_zone=") {
            cache_zone(call, index)?;
            has_zone = true;
        } else {
            cache_parameter(call, index)?;
        }
    }
    if has_zone { Ok(()) } else { lacks(call, "keys_zone") }
}

fn cache_zone(call: &Call<'_>, index: usize) -> Checked {
    let word = call.word(index);
    let value = word.get(10..).unwrap_or_default();
    let bytes = memchr::memchr(b':', value).and_then(|at| size(value.get(at + 1..)?, b"kKmM"));
    match bytes {
        None => Err(invalid("keys zone size", word, index)),
        Some(bytes) if bytes < 2 * 4096 => {
            Err(says([b"keys zone \"", word, b"\" is too small"].concat()).at(index))
        }
        Some(_) => Ok(()),
    }
}

fn cache_parameter(call: &Call<'_>, index: usize) -> Checked {
    let word = call.word(index);
    let Some(equals) = memchr::memchr(b'=', word) else { return Err(call.invalid_parameter(index)) };
    let (name, value) = (word.get(..equals).unwrap_or_default(), word.get(equals + 1..).unwrap_or_default());
    let what = |good: bool, what: &str| if good { Ok(()) } else { Err(invalid(what, word, index)) };
    match name {
        b"levels" => what(is_levels(value), "\"levels\""),
        b"use_temp_path" if value != b"on" && value != b"off" => {
            Err(says([b"invalid use_temp_path value \"", word, b"\", it must be \"on\" or \"off\""].concat())
                .at(index))
        }
        b"inactive" => what(time(value, true), "inactive value"),
        // NGINX Plus has the purger.
        b"use_temp_path" | b"purger" | b"purger_files" | b"purger_sleep" | b"purger_threshold" => Ok(()),
        b"max_size" => what(offset(value).is_some(), "max_size value"),
        b"min_free" => what(offset(value).is_some(), "min_free value"),
        b"loader_files" | b"manager_files" => what(
            number(value).is_some() && !value.is_empty(),
            &format!("{} value", String::from_utf8_lossy(name)),
        ),
        b"loader_sleep" | b"loader_threshold" | b"manager_sleep" | b"manager_threshold" => {
            what(time(value, false), &format!("{} value", String::from_utf8_lossy(name)))
        }
        _ => Err(call.invalid_parameter(index)),
    }
}

/// One to three digits 1 or 2 with colons between them.
fn is_levels(value: &[u8]) -> bool {
    let levels: Vec<&[u8]> = value.split(|&byte| byte == b':').collect();
    levels.len() <= 3 && levels.iter().all(|level| matches!(*level, b"1" | b"2"))
}

/// `ngx_http_file_cache_valid_set_slot`
pub(super) fn cache_valid(call: &Call<'_>) -> Checked {
    let last = call.count();
    if !time(call.word(last), true) {
        return Err(invalid("time value", call.word(last), last));
    }
    for index in 1..last {
        let word = call.word(index);
        let status = number(word).filter(|_| !word.is_empty());
        if word != b"any" && !status.is_some_and(|status| (100..=599).contains(&status)) {
            return Err(invalid("status", word, index));
        }
    }
    Ok(())
}

/// `ngx_http_ssl_session_cache`
pub(super) fn session_cache(call: &Call<'_>) -> Checked {
    for index in 1..=call.count() {
        let word = call.word(index);
        match word {
            b"off" | b"none" | b"builtin" => {}
            _ if word.starts_with(b"builtin:") => {
                let count = word.get(8..).unwrap_or_default();
                if count.is_empty() || number(count).is_none() {
                    return Err(invalid("session cache", word, index));
                }
            }
            _ => shared(call, index, "session cache")?,
        }
    }
    Ok(())
}

pub(super) fn ocsp_cache(call: &Call<'_>) -> Checked {
    if call.word(1) == b"off" { Ok(()) } else { shared(call, 1, "OCSP cache") }
}

/// `shared:NAME:SIZE`
fn shared(call: &Call<'_>, index: usize, what: &str) -> Checked {
    let word = call.word(index);
    let value = word.strip_prefix(b"shared:").ok_or_else(|| invalid(what, word, index))?;
    let colon = memchr::memchr(b':', value).filter(|&at| at > 0);
    let bytes = colon.and_then(|at| size(value.get(at + 1..)?, b"kKmM"));
    match bytes {
        None => Err(invalid(what, word, index)),
        Some(bytes) if bytes < 8 * 4096 => {
            Err(says([what.as_bytes(), b" \"", word, b"\" is too small"].concat()).at(index))
        }
        Some(_) => Ok(()),
    }
}

/// `ngx_http_core_open_file_cache`, `ngx_http_log_open_file_cache` and that of certificates.
pub(super) fn open_file_cache(call: &Call<'_>) -> Checked {
    let wrong = |index| {
        says([b"invalid \"open_file_cache\" parameter \"", call.word(index), b"\""].concat()).at(index)
    };
    cache(call, &[b"inactive="], wrong, "\"open_file_cache\" must have the \"max\" parameter")
}

pub(super) fn open_log_file_cache(call: &Call<'_>) -> Checked {
    let wrong = |index| {
        says([b"invalid \"open_log_file_cache\" parameter \"", call.word(index), b"\""].concat()).at(index)
    };
    let others: [&[u8]; 3] = [b"inactive=", b"min_uses=", b"valid="];
    cache(call, &others, wrong, "\"open_log_file_cache\" must have \"max\" parameter")
}

pub(super) fn certificate_cache(call: &Call<'_>) -> Checked {
    let lacks = [b"\"", call.word(0), b"\" must have the \"max\" parameter"].concat();
    let lacks = String::from_utf8_lossy(&lacks).into_owned();
    cache(call, &[b"inactive=", b"valid="], |index| call.invalid_parameter(index), &lacks)
}
