//! A WebSocket client that can send what a library would not, and checks what a browser checks.

use super::backend::Backend;
use super::head::header;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// The key and the answer to it that RFC 6455 1.3 works out.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
const DEADLINE: Duration = Duration::from_secs(10);
const MESSAGE: &[u8] = b"is anybody there?";

/// A listener of nginx.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Route {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Whether to speak TLS, through the relay.
    pub(crate) tls: bool,
}

impl Route {
    fn connect(self) -> std::io::Result<TcpStream> {
        let first = if self.tls { Backend::relay() } else { self.address };
        let mut stream = TcpStream::connect_timeout(&first, DEADLINE)?;
        stream.set_read_timeout(Some(DEADLINE))?;
        stream.set_write_timeout(Some(DEADLINE))?;
        if self.tls {
            writeln!(stream, "{} {}", self.address.ip(), self.address.port())?;
        }
        Ok(stream)
    }
}

/// A handshake to be tried.
#[derive(Clone, Debug)]
pub(crate) struct Handshake {
    /// `GET` unless the case is about methods.
    pub(crate) method: String,
    /// Path and query.
    pub(crate) path: String,
    /// `HTTP/1.1` unless the case is about versions.
    pub(crate) version: String,
    /// The Host header; empty leaves it and Origin out.
    pub(crate) host: String,
    /// Subprotocols asked for.
    pub(crate) protocols: Option<String>,
    /// Headers beside or instead of the ordinary ones; an empty value leaves the header out.
    pub(crate) headers: Vec<(String, String)>,
    /// How long the connection is left alone before a second message.
    pub(crate) idle: Duration,
    /// Whether the connection must be waited for until it ends: nginx tears it down some time after the 101, be it before
    /// or behind the first message.
    pub(crate) torn: bool,
    /// Whether somebody asks for the page before.
    pub(crate) after_plain: bool,
    /// Whether it is a request for the page itself, with no wish for an upgrade but what `headers` say.
    pub(crate) is_page: bool,
    /// The status that is right in place of 101, or of a page's 200.
    pub(crate) answer: Option<u16>,
}

impl Handshake {
    /// An ordinary browser's handshake.
    pub(crate) fn new(path: &str, host: &str) -> Self {
        Self {
            method: "GET".into(),
            path: path.into(),
            version: "HTTP/1.1".into(),
            host: host.into(),
            protocols: None,
            headers: Vec::new(),
            idle: Duration::ZERO,
            torn: false,
            after_plain: false,
            is_page: false,
            answer: None,
        }
    }

    /// The same address without the wish for an upgrade.
    fn page(&self) -> Self {
        let mut page = Self { idle: Duration::ZERO, after_plain: false, is_page: true, ..self.clone() };
        let own = |name: &str| self.headers.iter().any(|(n, _)| n.eq_ignore_ascii_case(name));
        let wishes = ["Upgrade", "Connection", "Sec-WebSocket-Key", "Sec-WebSocket-Version"];
        let unsaid = wishes.into_iter().filter(|name| !own(name));
        page.headers.extend(unsaid.map(|name| (name.to_owned(), String::new())));
        page
    }

    fn text(&self) -> String {
        let origin = if self.host.is_empty() { String::new() } else { format!("http://{}", self.host) };
        let ordinary = [
            ("Host", self.host.as_str()),
            ("User-Agent", "ngxlint-lab"),
            ("Upgrade", "websocket"),
            ("Connection", "Upgrade"),
            ("Origin", &origin),
            ("Sec-WebSocket-Key", KEY),
            ("Sec-WebSocket-Version", "13"),
        ];
        let own = |name: &str| self.headers.iter().any(|(n, _)| n.eq_ignore_ascii_case(name));
        let ordinary = ordinary.into_iter().filter(|(n, v)| !own(n) && !v.is_empty());
        let protocols = self.protocols.as_deref().map(|p| ("Sec-WebSocket-Protocol", p));
        let extra = self.headers.iter().map(|(n, v)| (n.as_str(), v.as_str())).filter(|(_, v)| !v.is_empty());
        let lines: Vec<String> =
            ordinary.chain(protocols).chain(extra).map(|(n, v)| format!("{n}: {v}\r\n")).collect();
        format!("{} {} {}\r\n{}\r\n", self.method, self.path, self.version, lines.concat())
    }

    /// Shakes hands and, after a 101, sends a message and waits for its echo.
    pub(crate) fn try_at(&self, route: Route) -> Answer {
        self.attempt(route).unwrap_or_else(|error| Answer { problem: error.to_string(), ..Answer::default() })
    }

    fn attempt(&self, route: Route) -> std::io::Result<Answer> {
        if self.after_plain {
            self.page().try_at(route);
        }
        let mut stream = route.connect()?;
        let text = if self.is_page { self.page().text() } else { self.text() };
        stream.write_all(text.as_bytes())?;
        let mut reader = BufReader::new(stream.try_clone()?);
        let mut answer = Answer::read(&mut reader)?;
        if let Some(right) = self.answer.or(self.is_page.then_some(200)) {
            answer.read_body(&mut reader)?;
            answer.problem =
                if answer.status == right { String::new() } else { format!("status {}", answer.status) };
            return Ok(answer);
        }
        answer.problem = answer.complaint(self.protocols.is_some());
        if answer.problem.is_empty() {
            stream.write_all(&text_frame(MESSAGE))?;
            answer.problem = echo_complaint(&mut reader)?;
        }
        if answer.problem.is_empty() && !self.idle.is_zero() {
            std::thread::sleep(self.idle);
            stream.write_all(&text_frame(MESSAGE))?;
            answer.problem = echo_complaint(&mut reader)?;
        }
        if answer.problem.is_empty() && self.torn && is_at_end(&mut reader) {
            answer.problem = "torn down after the first message".into();
        }
        Ok(answer)
    }
}

fn text_frame(message: &[u8]) -> Vec<u8> {
    let mask = [0x12, 0x34, 0x56, 0x78];
    let masked = message.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask);
    let length = 0x80 | u8::try_from(message.len()).expect("a short message");
    [0x81, length].into_iter().chain(mask).chain(masked).collect()
}

fn echo_complaint(reader: &mut impl Read) -> std::io::Result<String> {
    let mut frame = vec![0; MESSAGE.len() + 2];
    reader.read_exact(&mut frame)?;
    let echoed = frame[0] == 0x81 && usize::from(frame[1]) == MESSAGE.len() && &frame[2..] == MESSAGE;
    Ok(if echoed { String::new() } else { format!("no echo but {frame:02x?}") })
}

/// Whether the connection ends before the deadline of a read.
fn is_at_end(reader: &mut impl Read) -> bool {
    let waits = |kind| matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut);
    match reader.read(&mut [0]) {
        Ok(length) => length == 0,
        Err(error) => !waits(error.kind()),
    }
}

/// What the client got.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// The status code; 0 where the connection ended without one.
    pub(crate) status: u16,
    /// The response headers.
    pub(crate) headers: Vec<(String, String)>,
    /// Why the handshake or the echo failed; empty when both worked.
    pub(crate) problem: String,
}

impl Answer {
    fn read(reader: &mut impl BufRead) -> std::io::Result<Self> {
        let mut lines = Vec::new();
        loop {
            let mut line = Vec::new();
            if reader.read_until(b'\n', &mut line)? == 0 && lines.is_empty() {
                return Err(std::io::Error::other("closed without an answer"));
            }
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            if line.is_empty() {
                break;
            }
            lines.push(line);
        }
        let status = lines[0].split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or_default();
        Ok(Self {
            status,
            headers: lines[1..].iter().filter_map(|l| header(l)).collect(),
            problem: String::new(),
        })
    }

    /// Reads the body, so that nginx is done with its backend.
    fn read_body(&self, reader: &mut impl BufRead) -> std::io::Result<()> {
        let length = self.value("Content-Length").parse().unwrap_or_default();
        reader.read_exact(&mut vec![0; length])
    }

    fn complaint(&self, protocol_asked: bool) -> String {
        let wants = [("Upgrade", "websocket"), ("Connection", "upgrade"), ("Sec-WebSocket-Accept", ACCEPT)];
        if self.status != 101 {
            return format!("status {}", self.status);
        }
        let wrong = wants.iter().find(|(name, value)| !self.value(name).eq_ignore_ascii_case(value));
        if let Some((name, _)) = wrong {
            return format!("101 with {name}: {:?}", self.value(name));
        }
        if protocol_asked && self.value("Sec-WebSocket-Protocol").is_empty() {
            return "101 without the subprotocol".into();
        }
        String::new()
    }

    /// Whether the client has a working connection.
    pub(crate) fn works(&self) -> bool {
        self.problem.is_empty()
    }

    /// Whether a backend of the laboratory answered, and not nginx itself.
    pub(crate) fn is_of_a_backend(&self) -> bool {
        !self.value("X-Lab-Backend").is_empty()
    }

    fn value(&self, name: &str) -> &str {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map_or("", |(_, v)| v)
    }
}
