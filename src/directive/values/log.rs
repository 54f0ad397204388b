//! `access_log` (`ngx_http_log_set_log`, `ngx_stream_log_set_log`).

use super::super::call::Call;
use super::super::scalar::{number, size, time};
use super::super::{Checked, says};
use super::parameters::invalid;
use crate::catalogue::Family;

pub(in crate::directive) fn access_log(call: &Call<'_>) -> Checked {
    if call.word(1) == b"off" {
        return if call.count() == 1 { Ok(()) } else { Err(call.invalid_parameter(2)) };
    }
    if call.count() == 1 && call.variant.family == Family::Stream {
        return Err(says("log format is not specified").at(0));
    }
    let (mut buffered, mut flushed) = (false, false);
    for index in 3..=call.count() {
        let word = call.word(index);
        if let Some(value) = word.strip_prefix(b"buffer=") {
            if size(value, b"kKmM").is_none_or(|bytes| bytes == 0) {
                return Err(invalid("buffer size", value, index));
            }
            buffered = true;
        } else if let Some(value) = word.strip_prefix(b"flush=") {
            if !time(value, false) || value.iter().all(|&byte| byte == b'0') {
                return Err(invalid("flush time", value, index));
            }
            flushed = true;
        } else if let Some(level) =
            word.strip_prefix(b"gzip").filter(|it| it.is_empty() || it.starts_with(b"="))
        {
            let level = level.strip_prefix(b"=");
            if level.is_some_and(|level| !number(level).is_some_and(|level| (1..=9).contains(&level))) {
                return Err(invalid("compression level", level.unwrap_or_default(), index));
            }
            buffered = true;
        } else if !word.starts_with(b"if=") {
            return Err(call.invalid_parameter(index));
        }
    }
    let path = call.word(1);
    if flushed && !buffered {
        return Err(says([b"no buffer is defined for access_log \"", path, b"\""].concat()));
    }
    if buffered && path.contains(&b'$') {
        return Err(says("buffered logs cannot have variables in name"));
    }
    Ok(())
}
