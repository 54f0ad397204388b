//! What nginx's own variables hold of a client's text.

use super::Class;
use crate::value::regex::Set;

/// The variables of the path, all of it decoded.
const PATHS: [&[u8]; 5] =
    [b"uri", b"document_uri", b"request_filename", b"fastcgi_script_name", b"fastcgi_path_info"];

/// What the client sends freely.
const ANY: [&[u8]; 3] = [b"request_body", b"ssl_client_cert", b"ssl_client_raw_cert"];

/// Whether a variable holds the path, which the location narrows.
pub(super) fn is_path(name: &[u8]) -> bool {
    PATHS.contains(&name)
}

/// The class of a variable and the bytes it can hold; `None` for what no client chooses. Its name is in lower case.
pub(super) fn held_by(name: &[u8]) -> Option<(Class, Set)> {
    Some(match name {
        b"host" | b"http_host" => (Class::Host, host()),
        b"request_uri" | b"args" | b"query_string" => (Class::Raw, request_line()),
        name if is_path(name) => (Class::Decoded, decoded()),
        name if ANY.contains(&name) => (Class::Any, Set::all()),
        name if name.starts_with(b"arg_") => (Class::Raw, request_line()),
        name if name.starts_with(b"http_") || name.starts_with(b"cookie_") => (Class::Raw, header()),
        _ => return None,
    })
}

/// A path; nginx refuses `%00` (`ngx_http_parse_complex_uri`).
pub(super) fn decoded() -> Set {
    Set::of(b"\0").negated()
}

/// `ngx_http_validate_host`
pub(super) fn host() -> Set {
    Set::matching(|byte| byte > b' ' && byte != 0x7f && byte != b'/')
}

/// Neither blanks nor control bytes (`ngx_http_parse_request_line` since 1.21.1).
fn request_line() -> Set {
    Set::matching(|byte| byte > b' ' && byte != 0x7f)
}

/// `ngx_http_parse_header_line`
fn header() -> Set {
    Set::of(b"\0\r\n").negated()
}
