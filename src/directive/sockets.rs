//! The addresses at which servers listen: which of them stand twice (`ngx_http_add_listen`, that of stream and
//! `ngx_mail_core_listen`). Host names are left out: what they stand for only the machine knows.

use std::collections::HashMap;

use super::call::Call;
use super::values::{At, Socket, sockets};
use super::{Fault, Refusal, quoted};
use crate::catalogue::{Context, Contexts, Version, VersionRange};

/// The first version in which servers of stream may share an address.
const SHARED: Version = Version::new(1, 25, 5);

/// Ports of ranges that are looked at: a `listen` may stand for 65535.
const MOST_PORTS: usize = 200_000;

/// What is refused, and the first of the two.
type Twice<P> = Result<(), (Refusal, Option<P>)>;

/// The sockets of one `http`, `stream` or `mail` block.
pub(super) struct Sockets<P> {
    numbers: HashMap<Socket, usize>,
    /// In the order of the configuration.
    all: Vec<Listened<P>>,
    /// Ports of ranges that may still be looked at.
    room: usize,
}

/// A socket and who listens at it.
pub(super) struct Listened<P> {
    pub(super) socket: Socket,
    /// The servers by number, each with its `listen`.
    pub(super) servers: Vec<(usize, P)>,
    options: Option<P>,
    default: Option<P>,
    /// The server that answers where no name fits.
    pub(super) default_server: usize,
    /// What speaks TLS: `ssl` or `quic`.
    pub(super) tls: Option<&'static str>,
}

/// One `listen`.
struct Listen<P> {
    place: P,
    server: usize,
    /// No other server may listen at its address.
    alone: bool,
    /// It has options of the socket, which only one `listen` may give.
    options: bool,
    default: bool,
    tls: Option<&'static str>,
}

impl<P> Default for Sockets<P> {
    fn default() -> Self {
        Self { numbers: HashMap::new(), all: Vec::new(), room: MOST_PORTS }
    }
}

impl<P: Copy> Sockets<P> {
    /// Takes note of a `listen` of the server with this number, which may stand in one of `contexts`.
    pub(super) fn listen(
        &mut self,
        call: &Call<'_>,
        contexts: Contexts,
        range: VersionRange,
        (server, place): (usize, P),
    ) -> Twice<P> {
        let only = |context| contexts == Contexts::of(&[context]);
        let alone = only(Context::MailServer) || only(Context::StreamServer) && !range.contains_from(SHARED);
        let has = |names: &[&[u8]]| call.arguments().skip(1).any(|word| names.contains(&name(word)));
        let listen = Listen {
            place,
            server,
            alone,
            options: has(&OPTIONS),
            default: has(&[b"default_server", b"default"]),
            tls: if has(&[b"quic"]) { Some("quic") } else { has(&[b"ssl"]).then_some("ssl") },
        };
        let sockets = sockets(call, self.room.max(1));
        if sockets.len() > 1 {
            self.room = self.room.saturating_sub(sockets.len());
        }
        sockets.into_iter().try_for_each(|socket| self.add(socket, &listen))
    }

    /// Takes note of a server that says nothing, as one that is started as root: it listens at port 80.
    pub(super) fn silent(&mut self, (server, place): (usize, P)) {
        let socket = Socket { datagram: false, at: At::V4(0, 80) };
        let listen = Listen { place, server, alone: false, options: false, default: false, tls: None };
        // Without options of its own it clashes with nothing.
        let _ = self.add(socket, &listen);
    }

    /// The sockets in the order of the configuration.
    pub(super) fn all(&self) -> &[Listened<P>] {
        &self.all
    }

    fn add(&mut self, socket: Socket, listen: &Listen<P>) -> Twice<P> {
        let &mut number = self.numbers.entry(socket.clone()).or_insert(self.all.len());
        if let Some(listened) = self.all.get_mut(number) {
            return listened.again(listen);
        }
        self.all.push(Listened {
            socket,
            servers: vec![(listen.server, listen.place)],
            options: listen.options.then_some(listen.place),
            default: listen.default.then_some(listen.place),
            default_server: listen.server,
            tls: listen.tls,
        });
        Ok(())
    }
}

/// Options of the socket: `lsopt.set` in nginx.
const OPTIONS: [&[u8]; 11] = [
    b"bind",
    b"fastopen",
    b"backlog",
    b"rcvbuf",
    b"sndbuf",
    b"accept_filter",
    b"deferred",
    b"ipv6only",
    b"reuseport",
    b"so_keepalive",
    b"multipath",
];

fn name(word: &[u8]) -> &[u8] {
    word.split(|&byte| byte == b'=').next().unwrap_or_default()
}

impl<P: Copy> Listened<P> {
    /// Another `listen` at the address (`ngx_http_add_addresses`).
    fn again(&mut self, listen: &Listen<P>) -> Twice<P> {
        let text = self.socket.to_string();
        let twice = |before: &str, after: &str, first| {
            Err((quoted(before, text.as_bytes(), after).of(Fault::Duplicate), Some(first)))
        };
        if let Some(&(server, first)) = self.servers.last() {
            if listen.alone {
                return twice("duplicate \"", "\" address and port pair", first);
            }
            if server == listen.server {
                return twice("a duplicate listen ", "", first);
            }
        }
        self.servers.push((listen.server, listen.place));
        if let (true, Some(first)) = (listen.options, self.options) {
            return twice("duplicate listen options for ", "", first);
        }
        if let (true, Some(first)) = (listen.default, self.default) {
            return twice("a duplicate default server for ", "", first);
        }
        self.tls = self.tls.or(listen.tls);
        if listen.default {
            self.default_server = listen.server;
        }
        self.options = self.options.or(listen.options.then_some(listen.place));
        self.default = self.default.or(listen.default.then_some(listen.place));
        Ok(())
    }
}
