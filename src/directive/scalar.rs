//! The setters that many directives share (`ngx_conf_set_*_slot`).

use super::call::Call;
use super::{Checked, says};
use crate::catalogue::ValueKind;

/// Checks the words of a directive as the setter of its kind does; what has a grammar of its own is not looked at.
pub(super) fn check(call: &Call<'_>) -> Checked {
    let value = call.word(1);
    let kind = call.variant.value_in(call.version);
    if call.variant.flag || kind == Some(ValueKind::Flag) {
        return flag(call);
    }
    if is_switch(call) {
        return flag(call);
    }
    match kind {
        Some(ValueKind::Number) => match number(value) {
            Some(count) => bounds(call, count),
            None => returned(call, false, "invalid number"),
        },
        Some(ValueKind::Size) => returned(call, size(value, b"kKmM").is_some(), "invalid value"),
        Some(ValueKind::ComplexSize) if !value.contains(&b'$') => {
            returned(call, size(value, b"kKmM").is_some(), "invalid value")
        }
        Some(ValueKind::Offset) => returned(call, size(value, b"kKmMgG").is_some(), "invalid value"),
        Some(ValueKind::TimeMs) => returned(call, time(value, false), "invalid value"),
        Some(ValueKind::TimeS) => returned(call, time(value, true), "invalid value"),
        Some(ValueKind::Buffers) => {
            let sizes = [number(value), size(call.word(2), b"kKmM")];
            returned(call, sizes.iter().all(|size| size.is_some_and(|size| size > 0)), "invalid value")
        }
        Some(ValueKind::Enum | ValueKind::Bitmask) => words(call),
        _ => Ok(()),
    }
}

fn returned(call: &Call<'_>, good: bool, reason: &str) -> Checked {
    if good { Ok(()) } else { Err(call.directive_says(reason)) }
}

/// Numbers with a smallest and a largest value (`ngx_conf_check_num_bounds`).
const BOUNDS: [(&str, i64, i64); 5] = [
    ("gzip_comp_level", 1, 9),
    ("limit_conn_status", 400, 599),
    ("limit_req_status", 400, 599),
    ("uwsgi_modifier1", 0, 255),
    ("uwsgi_modifier2", 0, 255),
];

fn bounds(call: &Call<'_>, count: i64) -> Checked {
    let name = call.id.name();
    match BOUNDS.iter().find(|&&(bound, low, high)| bound == name && !(low..=high).contains(&count)) {
        Some((_, low, high)) => Err(says(format!("value must be between {low} and {high}"))),
        None => Ok(()),
    }
}

/// `on` or `off` in any letter case.
fn flag(call: &Call<'_>) -> Checked {
    let value = call.word(1);
    if value.eq_ignore_ascii_case(b"on") || value.eq_ignore_ascii_case(b"off") {
        return Ok(());
    }
    let (start, middle) = (b"invalid value \"", b"\" in \"");
    Err(says([start, value, middle, call.word(0), b"\" directive, it must be \"on\" or \"off\""].concat()))
}

/// Whether the words are `on` and `off` and nothing else in the version at hand.
fn is_switch(call: &Call<'_>) -> bool {
    let values = call.variant.values_in(call.version);
    call.variant.value_in(call.version) == Some(ValueKind::Enum)
        && values.len() == 2
        && values.iter().all(|value| matches!(*value, "on" | "off"))
}

/// The words of an enumeration, in any letter case. A bitmask takes each of them once: nginx only warns of a second.
fn words(call: &Call<'_>) -> Checked {
    let values = call.variant.values_in(call.version);
    let known = |word: &[u8]| values.iter().any(|value| value.as_bytes().eq_ignore_ascii_case(word));
    let unknown = call.arguments().position(|word| !known(word)).filter(|_| !values.is_empty());
    unknown.map_or(Ok(()), |index| Err(call.invalid_value(index + 1)))
}

/// `ngx_atoi`.
pub(super) fn number(text: &[u8]) -> Option<i64> {
    if !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// `ngx_parse_size` and `ngx_parse_offset`.
pub(super) fn size(text: &[u8], units: &[u8]) -> Option<i64> {
    let (digits, scale) = match text.split_last() {
        Some((unit, digits)) if units.contains(unit) => match unit.to_ascii_lowercase() {
            b'k' => (digits, 1 << 10),
            b'm' => (digits, 1 << 20),
            _ => (digits, 1 << 30),
        },
        _ => (text, 1),
    };
    number(digits).and_then(|number| number.checked_mul(scale))
}

/// `ngx_parse_offset`.
pub(super) fn offset(text: &[u8]) -> Option<i64> {
    size(text, b"kKmMgG")
}

/// The units of time in the order in which they must come.
const UNITS: [(&[u8], i64); 8] = [
    (b"y", 365 * 24 * 60 * 60),
    (b"M", 30 * 24 * 60 * 60),
    (b"w", 7 * 24 * 60 * 60),
    (b"d", 24 * 60 * 60),
    (b"h", 60 * 60),
    (b"m", 60),
    (b"s", 1),
    (b"ms", 1),
];

/// Whether `ngx_parse_time` takes `text`: without years and months unless whole seconds are asked for, without
/// milliseconds if they are.
pub(super) fn time(text: &[u8], whole_seconds: bool) -> bool {
    let (mut rest, mut next) = (text, if whole_seconds { 0 } else { 2 });
    let mut valid = false;
    while !rest.is_empty() {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (value, after) = rest.split_at_checked(digits).unwrap_or((rest, &[]));
        valid |= digits > 0;
        let Some(value) = (if digits == 0 { Some(0) } else { number(value) }) else { return false };
        if after.is_empty() {
            return valid && value.checked_mul(if whole_seconds { 1 } else { 1000 }).is_some();
        }
        let blank = after.starts_with(b" ");
        let Some((unit, after)) = unit(after) else { return false };
        if unit < next || (unit == 7 && whole_seconds) {
            return false;
        }
        let scale = UNITS.get(unit).map_or(1, |&(_, scale)| scale);
        if value.checked_mul(scale).and_then(|value| value.checked_mul(1000)).is_none() {
            return false;
        }
        next = if blank { UNITS.len() } else { unit + 1 };
        rest = after.trim_ascii_start();
    }
    valid
}

/// The number of the unit that `text` starts with, and what follows. A blank stands for seconds and ends the value.
fn unit(text: &[u8]) -> Option<(usize, &[u8])> {
    if let Some(rest) = text.strip_prefix(b"ms") {
        return Some((7, rest));
    }
    if let Some(rest) = text.strip_prefix(b" ") {
        return Some((6, rest));
    }
    let (first, rest) = text.split_first()?;
    let found = UNITS.iter().position(|(unit, _)| *unit == [*first])?;
    Some((found, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_as_nginx_takes_them() {
        for good in ["5", "5s", "1h30m", "1h 30m", "1d12h", "500ms", "1s500ms", "0", "s5", "5 "] {
            assert!(time(good.as_bytes(), false), "{good}");
        }
        for bad in ["", "s", "1 ms", "1m1h", "1y", "1M", "5x", "1.5s", "-1", "99999999999999999999"] {
            assert!(!time(bad.as_bytes(), false), "{bad}");
        }
        assert!(time(b"1y2M", true) && time(b"30d", true) && !time(b"5ms", true));
    }

    #[test]
    fn sizes_as_nginx_takes_them() {
        for good in ["0", "8k", "8K", "1m", "4096"] {
            assert!(size(good.as_bytes(), b"kKmM").is_some(), "{good}");
        }
        for bad in ["", "k", "1g", "8kb", "-1", "1.5m", "99999999999999999m"] {
            assert!(size(bad.as_bytes(), b"kKmM").is_none(), "{bad}");
        }
        assert_eq!(size(b"1g", b"kKmMgG"), Some(1 << 30));
    }
}
