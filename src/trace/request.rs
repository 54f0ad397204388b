//! The request of a client: from a URL, and from the pass of another hop.

use std::net::IpAddr;

use crate::value::Client;

/// The client's HTTP version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HttpVersion {
    /// HTTP/1.0
    Http10,
    /// HTTP/1.1
    #[default]
    Http11,
    /// HTTP/2
    Http2,
}

/// Why a URL cannot be traced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// Not ws, wss, http or https.
    #[error("`{0}` is no URL of the schemes ws, wss, http or https")]
    Scheme(String),
    /// No host.
    #[error("`{0}` names no host")]
    Host(String),
    /// The port is no number.
    #[error("`{0}`: the port is not a number from 1 to 65535")]
    Port(String),
}

/// A request as it reaches nginx.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientRequest {
    /// What the user typed.
    pub url: String,
    /// Whether it comes over TLS.
    pub tls: bool,
    /// The address it is sent to, where that is known.
    pub address: Option<IpAddr>,
    /// The port it is sent to.
    pub port: u16,
    /// The path of the UNIX socket it is sent to, where it is one.
    pub unix: Option<Vec<u8>>,
    /// Whether nginx itself sends it, from another hop.
    pub is_hop: bool,
    /// Path and query as spelt.
    pub target: Vec<u8>,
    /// Its HTTP version.
    pub http: HttpVersion,
    /// Method, header lines (Host included) and address.
    pub client: Client,
}

impl ClientRequest {
    /// The default handshake for a URL: a browser's, with the URL's authority as Host and an Origin to match.
    ///
    /// ```
    /// let request = ngxlint::trace::ClientRequest::of("wss://chat.example.com/socket.io/?EIO=4")?;
    /// assert_eq!((request.tls, request.port), (true, 443));
    /// assert_eq!(request.host().as_deref(), Some("chat.example.com"));
    /// # Ok::<(), ngxlint::trace::UrlError>(())
    /// ```
    ///
    /// # Errors
    /// Where the URL cannot be used.
    pub fn of(url: &str) -> Result<Self, UrlError> {
        let (scheme, rest) = url.split_once("://").ok_or_else(|| UrlError::Scheme(url.into()))?;
        let tls = match scheme.to_ascii_lowercase().as_str() {
            "ws" | "http" => false,
            "wss" | "https" => true,
            _ => return Err(UrlError::Scheme(url.into())),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        let (host, port) = split_port(authority);
        if host.is_empty() {
            return Err(UrlError::Host(url.into()));
        }
        let port = match port {
            None | Some("") => {
                if tls {
                    443
                } else {
                    80
                }
            }
            Some(port) => {
                port.parse().ok().filter(|&port| port > 0).ok_or_else(|| UrlError::Port(url.into()))?
            }
        };
        let path = path.split('#').next().unwrap_or_default();
        let target = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
        let origin = format!("{}://{authority}", if tls { "https" } else { "http" });
        let client = Client::handshake().with("Host", authority).with("Origin", &origin);
        Ok(Self {
            url: url.into(),
            tls,
            address: host.trim_start_matches('[').trim_end_matches(']').parse().ok(),
            port,
            unix: None,
            is_hop: false,
            target: target.into_bytes(),
            http: HttpVersion::Http11,
            client,
        })
    }

    /// Whether nothing differs between two requests but the address the client has.
    pub(super) fn is_as_sent(&self, other: &Self) -> bool {
        let sent = |it: &Self| (it.tls, it.address, it.port, it.unix.clone(), it.http);
        sent(self) == sent(other)
            && self.target == other.target
            && self.client.method == other.client.method
            && self.client.headers == other.client.headers
    }

    /// The Host line.
    pub fn host(&self) -> Option<String> {
        self.client
            .headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("host"))
            .map(|(_, value)| value.clone())
    }
}

/// Host and port; the brackets of an IPv6 address stay.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    let colon = match authority.rfind(']') {
        Some(bracket) => authority.get(bracket..).and_then(|rest| rest.find(':')).map(|at| bracket + at),
        None => authority.rfind(':'),
    };
    match colon {
        Some(at) => (authority.get(..at).unwrap_or_default(), authority.get(at + 1..)),
        None => (authority, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        let request = ClientRequest::of("wss://chat.example.com/socket.io/?EIO=4").unwrap();
        assert_eq!(
            (request.tls, request.port, request.target.as_slice()),
            (true, 443, &b"/socket.io/?EIO=4"[..])
        );
        assert_eq!(request.host().as_deref(), Some("chat.example.com"));
        let request = ClientRequest::of("ws://127.0.0.1:8080").unwrap();
        assert_eq!((request.port, request.address), (8080, "127.0.0.1".parse().ok()));
        assert_eq!(ClientRequest::of("ws://[::1]:81/x").unwrap().address, "::1".parse().ok());
        assert!(ClientRequest::of("ftp://x/").is_err());
        assert!(ClientRequest::of("ws:///x").is_err());
        assert!(ClientRequest::of("ws://x:0/").is_err());
    }
}
