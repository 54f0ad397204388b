//! A server behind nginx that answers whatever it is asked, in the protocol it is asked in, with what it has received.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::time::Duration;

/// Answers connections on a socket until the process ends.
pub(crate) fn start(socket: &Path) {
    let listener = UnixListener::bind(socket).expect("a socket");
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            std::thread::spawn(move || answer(connection));
        }
    });
}

/// A client that has gone away needs no answer.
fn answer(mut connection: UnixStream) {
    connection.set_read_timeout(Some(Duration::from_secs(10))).expect("a timeout");
    let mut received = Vec::new();
    let mut buffer = [0; 4096];
    while !is_complete(&received) {
        match connection.read(&mut buffer) {
            Ok(count @ 1..) => received.extend(buffer.iter().take(count)),
            _ => return,
        }
    }
    let _ = connection.write_all(&response(&received));
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Whether a whole request is there: the probes' own requests end with `end` where they have a body.
fn is_complete(received: &[u8]) -> bool {
    match received {
        // FastCGI: the empty record of standard input.
        [1, ..] => contains(received, &[1, 5, 0, 1, 0, 0, 0, 0]),
        // uwsgi: the length of its parameters.
        [0, low, high, _, rest @ ..] => rest.len() >= usize::from(u16::from_le_bytes([*low, *high])),
        // SCGI: a netstring.
        [b'0'..=b'9', ..] => scgi_end(received).is_some_and(|end| received.len() >= end),
        [b'g', ..] => received.ends_with(b"\r\n"),
        _ => contains(received, b"\r\n\r\n"),
    }
}

fn scgi_end(received: &[u8]) -> Option<usize> {
    let colon = received.iter().position(|&byte| byte == b':')?;
    let length: usize = std::str::from_utf8(received.get(..colon)?).ok()?.parse().ok()?;
    Some(colon + 1 + length + 1)
}

fn response(received: &[u8]) -> Vec<u8> {
    let status = if contains(received, b"status-404") { "404 Not Found" } else { "200 OK" };
    let head = concat!(
        "X-Up-A: upa\r\nX-Up-B: upb\r\nServer: up-server\r\nX-Pad: up-pad\r\nContent-Type: text/html\r\n",
        "Location: http://up-a/\r\nSet-Cookie: c=1; domain=up-domain; path=/up-path\r\n\r\n",
    );
    let cgi = [format!("Status: {status}\r\n{head}").as_bytes(), received].concat();
    match received {
        [1, ..] => fastcgi(&cgi),
        [b'0'..=b'9', ..] => cgi,
        [b'g', ..] => b"VALUE k 0 9\r\nfrom-memc\r\nEND\r\n".to_vec(),
        _ => [format!("HTTP/1.1 {status}\r\n{head}").as_bytes(), received].concat(),
    }
}

/// One record of standard output and the end of the request.
fn fastcgi(text: &[u8]) -> Vec<u8> {
    let length = u16::try_from(text.len()).expect("a short text").to_be_bytes();
    let head = [1, 6, 0, 1, length[0], length[1], 0, 0];
    [&head[..], text, &[1, 3, 0, 1, 0, 8, 0, 0], &[0; 8]].concat()
}
