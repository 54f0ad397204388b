//! The address in a `proxy_pass`, taken apart as nginx does (`ngx_http_proxy_set_vars`, `ngx_parse_url`).

use std::borrow::Cow;

/// The parts of an address whose variables are filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassUrl<'u> {
    /// `https://`
    pub tls: bool,
    /// Host and port as they are written, or `unix:` and a path.
    pub authority: &'u [u8],
    /// What replaces the location's part of the path: from the first `/` or `?` on, or nothing.
    pub uri: &'u [u8],
}

impl<'u> PassUrl<'u> {
    /// Takes an address apart; `None` where it has no scheme that nginx proxies to.
    pub fn of(url: &'u [u8]) -> Option<Self> {
        let (tls, rest) = match (strip_scheme(url, b"http://"), strip_scheme(url, b"https://")) {
            (Some(rest), _) => (false, rest),
            (_, Some(rest)) => (true, rest),
            _ => return None,
        };
        let end = match rest.strip_prefix(b"unix:") {
            // The path of a socket ends with a second colon.
            Some(path) => memchr::memchr(b':', path).map(|at| "unix:".len() + at),
            None => memchr::memchr2(b'/', b'?', rest),
        };
        let (authority, uri) = rest.split_at(end.unwrap_or(rest.len()));
        Some(Self { tls, authority, uri: uri.strip_prefix(b":").unwrap_or(uri) })
    }

    /// Whether it is a Unix domain socket.
    pub fn is_unix(&self) -> bool {
        self.authority.starts_with(b"unix:")
    }

    /// `$proxy_host`: nginx leaves the scheme's own port out.
    pub fn host_header(&self) -> Cow<'u, [u8]> {
        if self.is_unix() {
            return Cow::Borrowed(b"localhost");
        }
        match self.split_port() {
            (host, Some(port)) if port == self.default_port() => Cow::Borrowed(host),
            _ => Cow::Borrowed(self.authority),
        }
    }

    /// `$proxy_port`; empty for a socket.
    pub fn port(&self) -> &'u [u8] {
        if self.is_unix() {
            return b"";
        }
        self.split_port().1.unwrap_or_else(|| self.default_port())
    }

    /// Host and port; the brackets of an IPv6 address stay.
    pub fn split_port(&self) -> (&'u [u8], Option<&'u [u8]>) {
        let after = memchr::memrchr(b']', self.authority).map_or(0, |at| at + 1);
        let colon =
            self.authority.get(after..).and_then(|rest| memchr::memchr(b':', rest)).map(|at| after + at);
        match colon {
            Some(at) => (self.authority.get(..at).unwrap_or_default(), self.authority.get(at + 1..)),
            None => (self.authority, None),
        }
    }

    fn default_port(&self) -> &'static [u8] {
        if self.tls { b"443" } else { b"80" }
    }
}

fn strip_scheme<'u>(url: &'u [u8], scheme: &[u8]) -> Option<&'u [u8]> {
    let (start, rest) = url.split_at_checked(scheme.len())?;
    start.eq_ignore_ascii_case(scheme).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(url: &str) -> (String, String, String) {
        let url = PassUrl::of(url.as_bytes()).unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (text(&url.host_header()), text(url.port()), text(url.uri))
    }

    #[test]
    fn addresses_are_taken_apart() {
        let expected = |host: &str, port: &str, uri: &str| (host.into(), port.into(), uri.into());
        assert_eq!(parts("http://app"), expected("app", "80", ""));
        assert_eq!(parts("http://app:80/x"), expected("app", "80", "/x"));
        assert_eq!(parts("HTTPS://app:80?q"), expected("app:80", "80", "?q"));
        assert_eq!(parts("https://[::1]:443"), expected("[::1]", "443", ""));
        assert_eq!(parts("http://unix:/run/app.sock:/x"), expected("localhost", "", "/x"));
        assert_eq!(parts("http://unix:/run/app.sock"), expected("localhost", "", ""));
        assert_eq!(PassUrl::of(b"app"), None);
    }
}
