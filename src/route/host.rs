//! The Host of a request: which values nginx takes, and the name it chooses a server by (`ngx_http_validate_host`).

use super::BadRequest;
use crate::catalogue::Version;

/// From this version on only the characters of RFC 3986 section 3.2.2 are taken, and a port must be a number.
const STRICT: Version = Version::new(1, 29, 4);

/// From this version on spaces and control characters are refused.
const NO_CONTROLS: Version = Version::new(1, 21, 1);

/// A Host that nginx takes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Host {
    /// In lower case, without port and final dot: `$host`. An IPv6 address keeps its brackets.
    pub name: Vec<u8>,
    /// What stands after the colon, as spelt; empty without one. Below 1.29.4 it need not be a number.
    pub port: Vec<u8>,
}

/// Reads the value of a Host line as `version` does.
///
/// # Errors
/// 400 from the default server: see `routing.md` 3.4 for what is refused when.
pub fn host(value: &[u8], version: Version) -> Result<Host, BadRequest> {
    let end = if version >= STRICT { strict_end(value) } else { lenient_end(value, version) };
    let end = end.ok_or(BadRequest::Host)?;
    let (name, rest) = value.split_at_checked(end).ok_or(BadRequest::Host)?;
    let name =
        if has_final_dot(value, name, version) { name.split_last().map_or(name, |it| it.1) } else { name };
    if name.is_empty() {
        return Err(BadRequest::Host);
    }
    let port = rest.strip_prefix(b":").unwrap_or_default();
    Ok(Host { name: name.to_ascii_lowercase(), port: port.to_vec() })
}

/// Before 1.29.4 the dot that counts is the last one of the whole value, port included.
fn has_final_dot(value: &[u8], name: &[u8], version: Version) -> bool {
    let last = if version >= STRICT { name } else { value };
    name.ends_with(b".") && last.iter().rposition(|&byte| byte == b'.') == name.len().checked_sub(1)
}

/// The length of the name below 1.29.4, where the whole value is looked through for what is forbidden.
fn lenient_end(value: &[u8], version: Version) -> Option<usize> {
    let forbidden = |&byte: &u8| match byte {
        b'/' | 0 => true,
        0x01..=b' ' | 0x7f => version >= NO_CONTROLS,
        _ => false,
    };
    if value.iter().any(forbidden) || has_two_dots(value) {
        return None;
    }
    let colon = value.iter().position(|&byte| byte == b':');
    let bracket = value.iter().position(|&byte| byte == b']').map(|at| at + 1);
    let end = if value.starts_with(b"[") { bracket } else { colon };
    Some(end.unwrap_or(value.len()))
}

/// The length of the name from 1.29.4 on.
fn strict_end(value: &[u8]) -> Option<usize> {
    let literal = value.starts_with(b"[");
    let stop = if literal { b']' } else { b':' };
    let end = value.iter().position(|&byte| byte == stop);
    let end = if literal { end? + 1 } else { end.unwrap_or(value.len()) };
    let (name, rest) = value.split_at_checked(end)?;
    let allowed = if literal { is_literal(name) } else { name.iter().all(|&byte| is_name(byte)) };
    (allowed && !has_two_dots(name) && is_port(rest)).then_some(end)
}

fn has_two_dots(value: &[u8]) -> bool {
    value.windows(2).any(|pair| pair == b"..")
}

/// unreserved, sub-delims and the `%` of pct-encoded.
fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=%".contains(&byte)
}

fn is_literal(name: &[u8]) -> bool {
    let inner = name.strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]"));
    inner.is_some_and(|inner| inner.iter().all(|&byte| byte == b':' || (is_name(byte) && byte != b'%')))
}

/// Nothing, a colon alone, or a colon and a number up to 65535, with any number of leading zeros.
fn is_port(rest: &[u8]) -> bool {
    match rest {
        [] => true,
        [b':', digits @ ..] => {
            let next = |port: u32, &digit: &u8| {
                digit.is_ascii_digit().then(|| port * 10 + u32::from(digit - b'0')).filter(|&it| it <= 65_535)
            };
            digits.iter().try_fold(0, next).is_some()
        }
        _ => false,
    }
}
