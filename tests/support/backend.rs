//! The backends and the TLS relay: processes that announce their ports and end with their owner.

use super::head::Head;
use super::{installed, repository};
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// What stands behind nginx.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Judges a request by RFC 6455 4.2.1 and nothing else, and says why it refused.
    Strict,
    /// Answers 200 to everything: the application beside the WebSocket.
    Plain,
    /// The strict one, but for an answer of 200 to what is no handshake.
    Mixed,
    /// The strict one, but for an answer of 200 to what asks for no upgrade, on connections that it keeps.
    Pages,
    /// Tornado 6, which answers 403 where Origin and Host differ.
    Tornado,
    /// Node 18 with `ws` 8, and pages on the same port.
    WsPages,
    /// Python `websockets` 12.0.
    Websockets,
    /// Node 18 with `ws` 8.
    Ws,
}

impl Kind {
    fn command(self) -> Command {
        let (interpreter, script, option) = match self {
            Self::Strict => ("python-websockets", "strict_backend.py", None),
            Self::Plain => ("python-websockets", "strict_backend.py", Some("--plain")),
            Self::Mixed => ("python-websockets", "strict_backend.py", Some("--mixed")),
            Self::Pages => ("python-websockets", "strict_backend.py", Some("--pages")),
            Self::Tornado => ("python-tornado", "tornado_backend.py", None),
            Self::WsPages => ("node-ws", "ws_backend.mjs", Some("--pages")),
            Self::Websockets => ("python-websockets", "websockets_backend.py", None),
            Self::Ws => ("node-ws", "ws_backend.mjs", None),
        };
        let mut command = lab_command(interpreter, script);
        command.args(option);
        command
    }
}

fn lab_command(interpreter: &str, script: &str) -> Command {
    let mut command = Command::new(installed(interpreter));
    command.arg(repository().join("tests/lab").join(script));
    command
}

/// A running backend or relay.
#[derive(Debug)]
pub(crate) struct Backend {
    /// The port on 127.0.0.1 that it serves.
    pub(crate) port: u16,
    control: u16,
    child: Child,
}

/// One request as it arrived.
#[derive(Debug)]
pub(crate) struct Record {
    /// Request line and headers.
    pub(crate) head: Head,
    /// What the strict backend found wrong, first the one it would name.
    pub(crate) defects: Vec<String>,
    /// The number of the connection that it came on, where that is known.
    pub(crate) connection: Option<u64>,
}

impl Backend {
    /// Starts a backend and waits for its announcement.
    pub(crate) fn start(kind: Kind) -> Self {
        Self::spawn(kind.command())
    }

    /// A relay that speaks TLS to where the first line of a connection says; one for all tests of a process, with
    /// which it ends.
    pub(crate) fn relay() -> SocketAddr {
        static RELAY: OnceLock<Backend> = OnceLock::new();
        let relay = RELAY.get_or_init(|| Self::spawn(lab_command("python-websockets", "tls_relay.py")));
        ([127, 0, 0, 1], relay.port).into()
    }

    fn spawn(mut command: Command) -> Self {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a backend that starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("an announcement");
        let ports: serde_json::Value = serde_json::from_str(&line).expect("an announcement in JSON");
        let port = |name: &str| u16::try_from(ports[name].as_u64().expect("a port")).expect("a port");
        Self { port: port("port"), control: port("control"), child }
    }

    /// The requests since the last call, oldest first. A request is recorded before it is answered.
    pub(crate) fn records(&self) -> Vec<Record> {
        let mut text = String::new();
        let mut stream = TcpStream::connect(("127.0.0.1", self.control)).expect("the control port");
        stream.read_to_string(&mut text).expect("the records");
        let records: Vec<serde_json::Value> = serde_json::from_str(&text).expect("the records in JSON");
        records.iter().map(record).collect()
    }
}

fn record(value: &serde_json::Value) -> Record {
    let defects = value["defects"].as_array().into_iter().flatten();
    Record {
        head: Head::parse(value["head"].as_str().expect("a head")),
        defects: defects.filter_map(|d| d.as_str().map(str::to_owned)).collect(),
        connection: value["connection"].as_u64(),
    }
}

impl Drop for Backend {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
