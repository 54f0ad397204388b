//! A client's request: as bytes for nginx, and as arguments for `ngxlint handshake`.

use std::net::Ipv4Addr;

/// How a client names the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// In the URL; the Host header is its authority, port included.
    Url(String),
    /// In a Host header; the URL holds the address.
    Header(String),
    /// Nowhere: the client sends no Host header.
    Absent,
}

/// What a client sends besides the URL and the Host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Profile {
    /// `GET`.
    pub(crate) method: &'static str,
    /// `1.1`.
    pub(crate) http: &'static str,
    /// Headers instead of or beside those of an ordinary handshake; an empty value leaves one out.
    pub(crate) headers: Vec<(&'static str, &'static str)>,
}

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// What the client sends besides.
    pub(crate) profile: Profile,
    /// The listening port, as an index.
    pub(crate) port: usize,
    /// The listening address that the client connects to.
    pub(crate) address: Ipv4Addr,
    /// How the host is named.
    pub(crate) host: Host,
    /// Path and query.
    pub(crate) target: String,
}

const ORDINARY: [(&str, &str); 4] = [
    ("Upgrade", "websocket"),
    ("Connection", "Upgrade"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ("Sec-WebSocket-Version", "13"),
];

impl Profile {
    /// A header that the client sends; empty for none.
    fn header(&self, name: &str) -> &str {
        let own = self.headers.iter().chain(&ORDINARY).find(|(n, _)| n.eq_ignore_ascii_case(name));
        own.map_or("", |(_, value)| value)
    }

    /// Whether the client asks for a WebSocket as it should.
    pub(crate) fn is_handshake(&self) -> bool {
        self.header("Upgrade").eq_ignore_ascii_case("websocket")
            && self.header("Connection").to_ascii_lowercase().contains("upgrade")
            && (self.method, self.http) == ("GET", "1.1")
    }
}

impl Request {
    /// The value of the Host header.
    pub(crate) fn host(&self, port: u16) -> Option<String> {
        match &self.host {
            Host::Url(name) => Some(format!("{name}:{port}")),
            Host::Header(value) => Some(value.clone()),
            Host::Absent => None,
        }
    }

    /// The bytes on the wire.
    pub(crate) fn text(&self, port: u16) -> String {
        let host = self.host(port).map(|host| format!("Host: {host}\r\nOrigin: http://{host}\r\n"));
        let names = ORDINARY.iter().map(|(name, _)| *name);
        let more = self.profile.headers.iter().map(|(name, _)| *name);
        let more = more.filter(|name| !ORDINARY.iter().any(|(n, _)| n.eq_ignore_ascii_case(name)));
        let lines = names.chain(more).map(|name| (name, self.profile.header(name)));
        let lines = lines.filter(|(_, value)| !value.is_empty());
        let lines: Vec<String> = lines.map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let Profile { method, http, .. } = self.profile;
        format!("{method} {} HTTP/{http}\r\n{}{}\r\n", self.target, host.unwrap_or_default(), lines.concat())
    }

    /// Whether it is a handshake as a browser sends it.
    pub(crate) fn is_ordinary(&self) -> bool {
        self.profile.headers.is_empty() && self.profile.is_handshake()
    }

    /// The URL.
    pub(crate) fn url(&self, port: u16) -> String {
        match &self.host {
            Host::Url(name) => format!("ws://{name}:{port}{}", self.target),
            _ => format!("ws://{}:{port}{}", self.address, self.target),
        }
    }

    /// The options that say what the URL does not.
    pub(crate) fn options(&self) -> Vec<String> {
        let mut options: Vec<String> =
            ["--method", self.profile.method, "--http", self.profile.http].map(str::to_owned).into();
        let mut header = |name: &str, value: &str| {
            options.extend(["--header".to_owned(), format!("{name}: {value}").trim_end().to_owned()]);
        };
        match &self.host {
            Host::Url(_) => {}
            Host::Header(value) => {
                header("Host", value);
                header("Origin", &format!("http://{value}"));
            }
            Host::Absent => {
                header("Host", "");
                header("Origin", "");
            }
        }
        for (name, value) in &self.profile.headers {
            header(name, value);
        }
        options
    }
}

#[test]
fn a_request_says_the_same_on_the_wire_and_on_the_command_line() {
    let headers = vec![("Upgrade", ""), ("X-Flag", "1"), ("connection", "close")];
    let profile = Profile { method: "HEAD", http: "1.0", headers };
    let address = Ipv4Addr::new(127, 0, 0, 2);
    let host = Host::Header("a.test".into());
    let request = Request { profile, port: 0, address, host, target: "/x?y".into() };
    let lines = request.text(80);
    assert!(
        lines.starts_with(
            "HEAD /x?y HTTP/1.0\r\nHost: a.test\r\nOrigin: http://a.test\r\nConnection: close\r\n"
        )
    );
    assert!(lines.ends_with("Version: 13\r\nX-Flag: 1\r\n\r\n") && !lines.contains("Upgrade"));
    assert_eq!(request.url(80), "ws://127.0.0.2:80/x?y");
    assert!(request.options().join(" ").ends_with(
        "--header Host: a.test --header Origin: http://a.test --header Upgrade: --header X-Flag: 1 --header connection: close"
    ));
    assert!(!request.profile.is_handshake());
}
