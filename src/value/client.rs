//! The request of a client.

use super::Value;

/// The request that a client sends. What is `None` is not known, so neither are the variables made from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// `GET`.
    pub method: String,
    /// Header lines in the order they are sent. A header that is not here is absent.
    pub headers: Vec<(String, String)>,
    /// The address of the client.
    pub remote_addr: String,
    /// `$host`: known in a trace only.
    pub host: Option<String>,
    /// Header lines whose value hangs on a variable: what another hop sends.
    pub unknown: Vec<(String, String)>,
}

impl Client {
    /// The handshake of RFC 6455 section 4.1 as a browser sends it, from this machine, to a host that is not known.
    pub fn handshake() -> Self {
        let headers = [
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("Sec-WebSocket-Version", "13"),
        ];
        Self {
            method: "GET".into(),
            headers: headers.map(|(name, value)| (name.into(), value.into())).into(),
            remote_addr: "127.0.0.1".into(),
            host: None,
            unknown: Vec::new(),
        }
    }

    /// The same client asking for a page.
    pub fn plain() -> Self {
        Self { headers: Vec::new(), ..Self::handshake() }
    }

    /// The same with `name` replaced by `value`, or removed where `value` is empty.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        if !value.is_empty() {
            self.headers.push((name.into(), value.into()));
        }
        self
    }

    /// The lines of a header, joined as nginx joins them.
    pub fn header(&self, name: &str) -> Option<String> {
        let mut lines = self.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name)).peekable();
        lines.peek()?;
        Some(lines.map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", "))
    }

    /// Whether a header is sent, with whatever value.
    pub fn sends(&self, name: &str) -> bool {
        let lines = self.headers.iter().chain(&self.unknown);
        lines.into_iter().any(|(line, _)| line.eq_ignore_ascii_case(name))
    }

    /// Whether `$http_name` hangs on a variable.
    pub(crate) fn hides(&self, name: &str) -> bool {
        self.unknown.iter().any(|(line, _)| line.replace('-', "_").eq_ignore_ascii_case(name))
    }

    /// `$http_name`: dashes are underscores, an absent header is empty. `Host` and what a browser adds of its own (its
    /// origin, cookies, agent) are not known.
    pub(super) fn http_variable(&self, name: &str) -> Option<Value> {
        let line =
            self.headers.iter().find(|(header, _)| header.replace('-', "_").eq_ignore_ascii_case(name));
        match line {
            _ if self.hides(name) => None,
            Some((header, _)) => self.header(header).map(Value::known),
            None if matches!(name, "host" | "origin" | "cookie" | "user_agent") => None,
            None => Some(Value::EMPTY),
        }
    }
}
