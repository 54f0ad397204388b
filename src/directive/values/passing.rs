//! Directives about requests that are passed on to other servers, and about their answers.

use super::super::call::Call;
use super::super::scalar::size;
use super::super::script::syntax;
use super::super::{Checked, quoted, says};
use super::address::is_numeric;
use super::parameters::invalid;
use crate::catalogue::Version;

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
