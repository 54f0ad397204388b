//! What nginx does with a request: the block that wrote its log, what it sent upstream, what the client got.

use super::backend::defects;
use super::request::Request;
use super::site::{Bench, Site};
use crate::support::head::Head;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const DEADLINE: Duration = Duration::from_secs(10);

/// What the first hop sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    /// Method and target; of a hop within nginx the target that arrived.
    pub(crate) line: String,
    /// `1.1`.
    pub(crate) http_version: String,
    /// The value, several lines joined with a comma; `None` for absent or blank.
    pub(crate) upgrade: Option<String>,
    /// Likewise.
    pub(crate) connection: Option<String>,
    /// Likewise.
    pub(crate) host: Option<String>,
    /// What the backend found wrong; `None` where another server of the configuration received it.
    pub(crate) defects: Option<Vec<&'static str>>,
}

/// One request's fate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// The number of the block that wrote the log of the first hop.
    pub(crate) block: usize,
    /// What the first hop sent upstream; `None` where nginx itself answered.
    pub(crate) sent: Option<Sent>,
    /// What the client got; 0 where the connection was closed without a response.
    pub(crate) status: u16,
    /// Whether the client got a 101 with the Upgrade header, through hops that all make a tunnel.
    pub(crate) works: bool,
    /// The blocks of further hops, in the order in which they ended.
    pub(crate) hops: Vec<usize>,
}

/// Sends requests to a site and reads what it logs.
#[derive(Debug)]
pub(crate) struct Oracle<'a> {
    site: &'a Site,
    bench: &'a Bench,
    read: usize,
}

impl<'a> Oracle<'a> {
    /// Asks a site that was just started.
    pub(crate) fn new(site: &'a Site, bench: &'a Bench) -> Self {
        Self { site, bench, read: 0 }
    }

    /// Sends one request and waits until nginx has logged it.
    pub(crate) fn ask(&mut self, request: &Request) -> Result<Seen, String> {
        let port = self.site.place.ports[request.port];
        self.bench.strict.heads();
        self.bench.agreeing.heads();
        let (local, response) = exchange(request, port).map_err(|error| format!("no answer: {error}"))?;
        let (own, others) = self.log_of(local, port)?;
        let (status, works) = judge(&response);
        let sent = self.sent(&own, &others)?;
        // A further hop makes a tunnel only where it was asked for one (`ngx_http_upstream_process_header`).
        let works =
            works && sent.as_ref().is_none_or(|sent| sent.defects.is_some() || sent.upgrade.is_some());
        Ok(Seen {
            block: number(&own)?,
            sent,
            status,
            works,
            hops: others.iter().map(number).collect::<Result<_, _>>()?,
        })
    }

    /// The log line of the connection with a client's port, and the lines of other connections beside it.
    fn log_of(&mut self, local: u16, port: u16) -> Result<(Value, Vec<Value>), String> {
        let deadline = Instant::now() + DEADLINE;
        let is_own = |line: &Value| {
            text(line, "remote_port") == local.to_string() && text(line, "server_port") == port.to_string()
        };
        loop {
            let all = self.site.place.read("lab-access.log");
            let new = &all[self.read..];
            let whole = &new[..new.rfind('\n').map_or(0, |end| end + 1)];
            let lines = whole.lines().map(serde_json::from_str::<Value>);
            let mut lines =
                lines.collect::<Result<Vec<_>, _>>().map_err(|error| format!("{error} in {whole}"))?;
            if let Some(own) = lines.iter().position(is_own)
                && self.has_hop(&lines, own)
            {
                self.read += whole.len();
                return Ok((lines.remove(own), lines));
            }
            if Instant::now() > deadline {
                return Err(format!("nginx logged nothing: {}", self.site.place.read("lab-error.log")));
            }
            std::thread::sleep(Duration::from_micros(200));
        }
    }

    /// Whether the line of the server is there that a request was sent on to; nginx may write it last.
    fn has_hop(&self, lines: &[Value], own: usize) -> bool {
        let Some((_, port)) = text(&lines[own], "upstream_addr").rsplit_once(':') else { return true };
        let within = self.site.place.ports.iter().any(|own| own.to_string() == port);
        !within || lines.iter().any(|line| text(line, "server_port") == port)
    }

    fn sent(&self, own: &Value, others: &[Value]) -> Result<Option<Sent>, String> {
        let address = text(own, "upstream_addr");
        let Some((_, port)) = address.rsplit_once(':') else { return Ok(None) };
        for backend in [&self.bench.strict, &self.bench.agreeing] {
            if port == backend.port.to_string() {
                let head = backend.heads().pop();
                return head
                    .map(|head| Some(of_head(&head)))
                    .ok_or_else(|| format!("nothing arrived at {address}"));
            }
        }
        let hop = others.iter().rev().find(|line| text(line, "server_port") == port);
        hop.map(|line| Some(of_log(line))).ok_or_else(|| format!("no hop at {address}"))
    }
}

fn text<'a>(line: &'a Value, name: &str) -> &'a str {
    line[name].as_str().unwrap_or_default()
}

fn number(line: &Value) -> Result<usize, String> {
    line["block"]
        .as_u64()
        .and_then(|number| usize::try_from(number).ok())
        .ok_or_else(|| format!("no block in {line}"))
}

fn of_head(head: &Head) -> Sent {
    let value = |name| Some(head.values(name).join(", ")).filter(|value| !value.is_empty());
    Sent {
        line: format!("{} {}", head.method, head.target),
        http_version: head.version.trim_start_matches("HTTP/").to_owned(),
        upgrade: value("Upgrade"),
        connection: value("Connection"),
        host: value("Host"),
        defects: Some(defects(head)),
    }
}

fn of_log(line: &Value) -> Sent {
    let value = |name| Some(text(line, name).to_owned()).filter(|value| !value.is_empty());
    Sent {
        line: text(line, "request_uri").to_owned(),
        http_version: text(line, "server_protocol").trim_start_matches("HTTP/").to_owned(),
        upgrade: value("http_upgrade"),
        connection: value("http_connection"),
        host: value("http_host"),
        defects: None,
    }
}

/// Sends a request and reads until the server closes: by then nginx has logged it.
fn exchange(request: &Request, port: u16) -> std::io::Result<(u16, Vec<u8>)> {
    let mut stream = TcpStream::connect((request.address, port))?;
    let local = stream.local_addr()?.port();
    stream.set_read_timeout(Some(DEADLINE))?;
    stream.write_all(request.text(port).as_bytes())?;
    let mut response = Vec::new();
    match stream.read_to_end(&mut response) {
        Err(error) if error.kind() != std::io::ErrorKind::ConnectionReset => return Err(error),
        _ => {}
    }
    Ok((local, response))
}

/// The status, and whether it is a 101 with its Upgrade header.
fn judge(response: &[u8]) -> (u16, bool) {
    let text = String::from_utf8_lossy(response);
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let upgrade = head.lines().any(|line| line.eq_ignore_ascii_case("upgrade: websocket"));
    (status, status == 101 && upgrade)
}
