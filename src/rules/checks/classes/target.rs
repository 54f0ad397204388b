//! The address of a pass, with its variables.

use crate::catalogue::{DirectiveId, Handler, directive};
use crate::config::{NodeId, View};
use crate::value::{Part, parts};

/// The address of a pass taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target<'u> {
    /// Scheme, host and port.
    pub head: &'u [u8],
    /// Host and port.
    pub authority: &'u [u8],
    /// From the first `/` or `?` behind them on.
    pub uri: &'u [u8],
}

impl<'u> Target<'u> {
    /// Takes an address apart; `None` for a socket.
    pub fn of(url: &'u [u8]) -> Option<Self> {
        let start = memchr::memmem::find(url, b"://").map_or(0, |at| at + 3);
        let rest = url.get(start..)?;
        if rest.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"unix:")) {
            return None;
        }
        let end = end_of_host(rest);
        let (authority, uri) = rest.split_at(end);
        Some(Self { head: url.get(..start + end)?, authority, uri })
    }
}

/// Where host and port end: at a slash, a question mark, or a variable that begins with one of them.
fn end_of_host(rest: &[u8]) -> usize {
    const PATHS: [&[u8]; 5] = [b"uri", b"document_uri", b"request_uri", b"is_args", b"fastcgi_script_name"];
    let mut at = 0;
    for part in parts(rest) {
        match part {
            Part::Text(text) => match memchr::memchr2(b'/', b'?', text) {
                Some(end) => return at + end,
                None => at += text.len(),
            },
            Part::Variable(name) if PATHS.iter().any(|it| it.eq_ignore_ascii_case(name)) => return at,
            Part::Variable(name) => {
                let is_braced = rest.get(at + 1) == Some(&b'{');
                at += name.len() + if is_braced { 3 } else { 1 };
            }
            Part::Capture(_) => at += if rest.get(at + 1) == Some(&b'{') { 4 } else { 2 },
            Part::Invalid(text) => at += text.len(),
        }
    }
    rest.len()
}

/// The directives that pass requests on to an address, but for `tunnel_pass`, which is meant to go where clients say.
pub const PASSES: [DirectiveId; 6] = [
    directive::PROXY_PASS,
    directive::GRPC_PASS,
    directive::FASTCGI_PASS,
    directive::UWSGI_PASS,
    directive::SCGI_PASS,
    directive::MEMCACHED_PASS,
];

/// Every pass of the HTTP blocks.
pub fn passes(view: View<'_>) -> impl Iterator<Item = NodeId> + '_ {
    let scopes = super::words::http_scopes(view);
    scopes.flat_map(move |scope| PASSES.iter().flat_map(move |&name| view.config.own(scope, name)))
}

/// Whether the content of a block goes elsewhere, so that no file of its own is looked up.
pub fn is_handed_on(handler: Option<Handler>) -> bool {
    matches!(handler, Some(Handler::Proxy | Handler::Grpc | Handler::Memcached | Handler::Tunnel))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_keep_their_variables() {
        let of = |url: &'static str| Target::of(url.as_bytes()).map(|it| (it.head, it.authority, it.uri));
        assert_eq!(of("http://a$b:80/c"), Some((&b"http://a$b:80"[..], &b"a$b:80"[..], &b"/c"[..])));
        assert_eq!(
            of("$scheme://${host}$uri"),
            Some((&b"$scheme://${host}"[..], &b"${host}"[..], &b"$uri"[..]))
        );
        assert_eq!(of("http://a$1.b"), Some((&b"http://a$1.b"[..], &b"a$1.b"[..], &b""[..])));
        assert_eq!(of("$target"), Some((&b"$target"[..], &b"$target"[..], &b""[..])));
        assert_eq!(of("http://unix:/run/a.sock"), None);
    }
}
