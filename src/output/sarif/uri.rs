//! Names of files as URIs (RFC 3986).

use std::fmt::Write as _;

/// The URI of a file: relative, or of the scheme `file`.
pub(super) fn uri(name: &str) -> String {
    let mut uri = String::from(if name.starts_with('/') { "file://" } else { "" });
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            uri.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn names_become_uris() {
        assert_eq!(uri("conf.d/a b%:é?#.conf"), "conf.d/a%20b%25%3A%C3%A9%3F%23.conf");
        assert_eq!(uri("/etc/nginx/nginx.conf"), "file:///etc/nginx/nginx.conf");
        assert_eq!(uri("<stdin>"), "%3Cstdin%3E");
    }
}
