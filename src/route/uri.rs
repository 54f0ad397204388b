//! The path of a request, decoded and resolved (`ngx_http_parse_complex_uri`), and escaped again for sending.

use super::BadRequest;
use crate::catalogue::Version;

/// The target of a request line in origin form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Target {
    /// `$uri`: decoded once, `.` and `..` resolved, slashes merged if that is on.
    pub path: Vec<u8>,
    /// `$args`: what stands between the first `?` and a `#`, as spelt.
    pub args: Vec<u8>,
    /// `$request_uri`: everything as spelt.
    pub raw: Vec<u8>,
    /// Whether the path had a `%XX` (`quoted_uri`): then `$uri` is escaped where it is sent upstream in place of the
    /// spelling, and captures are escaped in the query of a rewrite.
    pub quoted: bool,
    /// Whether the path had a `+`, spelt or decoded (`plus_in_uri`): then captures are escaped in the query of a
    /// rewrite.
    pub plus: bool,
}

/// Reads the target of a request line as `ngx_http_parse_request_line` and `ngx_http_process_request_uri` do.
/// `merge_slashes` is the default server's.
///
/// # Errors
/// 400 for what does not start with a slash, a space or control character (refused since 1.21.1), a `%` without two hex
/// digits, `%00` and a `..` above the root.
pub fn target(raw: &[u8], merge_slashes: bool) -> Result<Target, BadRequest> {
    if raw.first() != Some(&b'/') || raw.iter().any(|&byte| byte <= b' ' || byte == 0x7f) {
        return Err(BadRequest::RequestLine);
    }
    let shown = raw.split(|&byte| byte == b'#').next().unwrap_or_default();
    let mut halves = shown.splitn(2, |&byte| byte == b'?');
    let (spelt, args) = (halves.next().unwrap_or_default(), halves.next().unwrap_or_default());
    let decoded = decode(spelt)?;
    let plus = decoded.contains(&b'+');
    let path = resolve(&decoded, merge_slashes)?;
    Ok(Target { path, args: args.to_vec(), raw: raw.to_vec(), quoted: spelt.contains(&b'%'), plus })
}

/// Decodes every `%XX` once: a decoded slash or dot counts like a spelt one, a decoded `%`, `#` or `?` like a letter.
fn decode(spelt: &[u8]) -> Result<Vec<u8>, BadRequest> {
    let mut out = Vec::with_capacity(spelt.len());
    let mut bytes = spelt.iter().copied();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let mut digit = || bytes.next().and_then(|digit| char::from(digit).to_digit(16));
        let value = digit().zip(digit()).map(|(high, low)| high * 16 + low);
        let byte = value.and_then(|value| u8::try_from(value).ok()).filter(|&byte| byte != 0);
        out.push(byte.ok_or(BadRequest::RequestLine)?);
    }
    Ok(out)
}

/// Where the reading of a path stands: after a slash, after `/.`, after `/..`, or elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Usual,
    Slash,
    Dot,
    DotDot,
}

/// Resolves `.` and `..` and merges slashes.
fn resolve(decoded: &[u8], merge_slashes: bool) -> Result<Vec<u8>, BadRequest> {
    let (mut out, mut state) = (Vec::with_capacity(decoded.len()), State::Usual);
    for &byte in decoded {
        match (state, byte) {
            (State::Slash, b'/') if merge_slashes => continue,
            (State::Dot | State::DotDot, b'/') => leave(&mut out, state)?,
            _ => out.push(byte),
        }
        state = match (state, byte) {
            (_, b'/') => State::Slash,
            (State::Slash, b'.') => State::Dot,
            (State::Dot, b'.') => State::DotDot,
            _ => State::Usual,
        };
    }
    leave(&mut out, state)?;
    Ok(out)
}

/// Takes a `.` or `..` back, with the segment before it.
fn leave(out: &mut Vec<u8>, state: State) -> Result<(), BadRequest> {
    match state {
        State::Usual | State::Slash => {}
        State::Dot => out.truncate(out.len().saturating_sub(1)),
        State::DotDot => {
            let before = out.len().checked_sub(3).and_then(|end| out.get(..end)).unwrap_or_default();
            let slash = before.iter().rposition(|&byte| byte == b'/').ok_or(BadRequest::RequestLine)?;
            out.truncate(slash + 1);
        }
    }
    Ok(())
}

/// From this version on the characters that RFC 3986 does not allow are escaped too.
const ESCAPES_MORE: Version = Version::new(1, 21, 1);

/// Escapes a path as `ngx_escape_uri` does with `NGX_ESCAPE_URI`: what goes upstream when the spelling cannot.
pub fn escape_uri(path: &[u8], version: Version) -> Vec<u8> {
    escape(path, b" #%?", version)
}

/// Escapes text inside a query as `ngx_escape_uri` does with `NGX_ESCAPE_ARGS`: captures in the query of a rewrite.
pub fn escape_args(text: &[u8], version: Version) -> Vec<u8> {
    escape(text, b" #%&+;?", version)
}

fn escape(text: &[u8], special: &[u8], version: Version) -> Vec<u8> {
    let not_allowed: &[u8] = if version >= ESCAPES_MORE { b"\"<>\\^`{|}" } else { b"" };
    let is_escaped =
        |byte: u8| !(b' '..0x7f).contains(&byte) || special.contains(&byte) || not_allowed.contains(&byte);
    let mut out = Vec::with_capacity(text.len());
    for &byte in text {
        if is_escaped(byte) {
            out.extend([b'%', hex(byte >> 4), hex(byte & 15)]);
        } else {
            out.push(byte);
        }
    }
    out
}

fn hex(digit: u8) -> u8 {
    if digit < 10 { b'0' + digit } else { b'A' + digit - 10 }
}
