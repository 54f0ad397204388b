//! The backends behind nginx: they keep every request head, and judge it by RFC 6455 4.2.1 as the laboratory's strict
//! backend does. They live in the test's own process, so that a record is there before the answer.

use crate::support::head::Head;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What a backend answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// 101 to a valid handshake, 400 to anything else.
    Strict,
    /// 200 to everything: the one that `auth_request` asks.
    Agreeing,
}

/// A running backend; it serves until the process ends.
#[derive(Clone, Debug)]
pub(crate) struct Backend {
    /// Its port on 127.0.0.1.
    pub(crate) port: u16,
    heads: Arc<Mutex<Vec<Head>>>,
}

impl Backend {
    /// Starts one.
    pub(crate) fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let backend = Self { port, heads: Arc::default() };
        let heads = Arc::clone(&backend.heads);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let heads = Arc::clone(&heads);
                std::thread::spawn(move || serve(stream, manner, &heads));
            }
        });
        backend
    }

    /// The heads since the last call, oldest first.
    pub(crate) fn heads(&self) -> Vec<Head> {
        std::mem::take(&mut *self.heads.lock().expect("the records"))
    }
}

/// Answers one request and closes; a tunnel ends at once.
fn serve(mut stream: TcpStream, manner: Manner, heads: &Mutex<Vec<Head>>) -> Option<()> {
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let head = read_head(&mut stream)?;
    let answer = match manner {
        Manner::Agreeing => "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        Manner::Strict if defects(&head).is_empty() => {
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
        }
        Manner::Strict => "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    };
    heads.lock().expect("the records").push(head);
    stream.write_all(answer.as_bytes()).ok()
}

/// The head as Latin-1, so that every byte survives.
fn read_head(stream: &mut TcpStream) -> Option<Head> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    while !bytes.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer) {
            Ok(count) if count > 0 => bytes.extend_from_slice(&buffer[..count]),
            _ => return None,
        }
    }
    Some(Head::parse(&bytes.iter().map(|&byte| char::from(byte)).collect::<String>()))
}

/// What keeps a request from being a handshake, in the words of the reasons and in their order. A request line with a
/// space in its target, which nginx sends as it is, has no method.
pub(crate) fn defects(head: &Head) -> Vec<&'static str> {
    let token = |name, token: &str| {
        let values = head.values(name).into_iter().flat_map(|value| value.split(','));
        values.map(|item| item.trim_matches([' ', '\t'])).any(|item| item.eq_ignore_ascii_case(token))
    };
    let version = head.values("Sec-WebSocket-Version");
    let blanked = head.values("Sec-WebSocket-Key").is_empty()
        || !version.contains(&"13")
        || head.values("Host").is_empty();
    let single = ["Upgrade", "Host", "Sec-WebSocket-Key", "Sec-WebSocket-Version"];
    let found = [
        (!token("Upgrade", "websocket"), "no-upgrade-header"),
        (!token("Connection", "upgrade"), "no-connection-upgrade"),
        (head.version != "HTTP/1.1", "http10"),
        (head.method != "GET" || head.target.contains(' '), "method"),
        (blanked, "header-blanked"),
        (single.iter().any(|name| head.values(name).len() > 1), "duplicate-header"),
    ];
    found.into_iter().filter_map(|(is, word)| is.then_some(word)).collect()
}

#[test]
fn a_backend_judges_and_keeps_what_arrives() {
    let backend = Backend::start(Manner::Strict);
    let ask = |text: &str| {
        let mut stream = TcpStream::connect(("127.0.0.1", backend.port)).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let good = "GET /a HTTP/1.1\r\nHost: x\r\nUpgrade: WebSocket\r\nConnection: keep-alive, upgrade\r\n\
                Sec-WebSocket-Key: k\r\nSec-WebSocket-Version: 13\r\n\r\n";
    assert!(ask(good).starts_with("HTTP/1.1 101 "));
    assert!(ask("GET / / HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n").starts_with("HTTP/1.1 400 "));
    let heads = backend.heads();
    assert_eq!(heads[0].target, "/a");
    let all = [
        "no-upgrade-header",
        "no-connection-upgrade",
        "http10",
        "method",
        "header-blanked",
        "duplicate-header",
    ];
    assert_eq!(defects(&heads[1]), all);
    assert!(backend.heads().is_empty());
}
