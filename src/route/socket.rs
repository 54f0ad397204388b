//! The sockets that a tree listens on, and their servers (`ngx_http_add_listen`, `ngx_http_add_server`).

use std::collections::HashMap;
use std::net::IpAddr;

use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind, View};
use crate::scope::is_set_to;

mod listen;

pub use listen::Address;
use listen::Options;

/// Ports that ranges may open in all; what more there is is left out.
const MOST_PORTS: usize = 200_000;

/// Number of a socket within its [`Sockets`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId(u32);

impl SocketId {
    /// Its place among all sockets.
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Where a connection arrives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Connection {
    /// At this socket.
    One(SocketId),
    /// At one of these, in file order: only the port is known, or a `listen` names its address by a name.
    Several(Vec<SocketId>),
    /// Nothing listens there.
    Nothing,
}

/// One (address, port), or the path of a UNIX socket.
#[derive(Debug)]
struct Socket {
    address: Address,
    port: u16,
    /// Joined over all servers.
    options: Options,
    /// With the `listen` of each, in file order; `None` for one that has none.
    servers: Vec<(ScopeId, Option<NodeId>)>,
    /// Place of the default server in `servers`.
    default: usize,
    /// Whether the default server says `ssl on`, which nginx took until 1.25.0.
    ssl_on: bool,
}

/// Every socket of a tree.
#[derive(Debug, Default)]
pub struct Sockets {
    all: Vec<Socket>,
    /// By address, port, and whether it is QUIC.
    by_key: HashMap<(Address, u16, bool), SocketId>,
    by_port: HashMap<u16, Vec<SocketId>>,
    opened: usize,
}

impl Sockets {
    /// Collects the sockets of all `server` blocks. One without a `listen` listens on `*:80`, as nginx does for root.
    pub fn of(view: View<'_>) -> Self {
        let mut sockets = Self::default();
        let config = view.config;
        for server in config.scope_ids().filter(|&id| config.scope(id).kind == ScopeKind::Server) {
            let mut listens = config.own(server, directive::LISTEN).peekable();
            if listens.peek().is_none() {
                sockets.open(Address::ANY_V4, 80, Options::default(), (server, None));
            }
            listens.for_each(|node| sockets.listen(view, server, node));
        }
        for socket in &mut sockets.all {
            socket.ssl_on = socket.default_server().is_some_and(|server| has_ssl_on(view, server));
        }
        sockets
    }

    fn listen(&mut self, view: View<'_>, server: ScopeId, node: NodeId) {
        let mut words = view.args(node);
        let Some((address, ports)) = words.next().and_then(|word| listen::address(&word)) else { return };
        let mut options = Options::default();
        words.for_each(|word| options.add(&word));
        for port in ports {
            if self.opened < MOST_PORTS {
                self.open(address.clone(), port, options, (server, Some(node)));
            }
        }
    }

    fn open(&mut self, address: Address, port: u16, options: Options, server: (ScopeId, Option<NodeId>)) {
        self.opened += 1;
        let next = SocketId(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        let id = *self.by_key.entry((address.clone(), port, options.quic)).or_insert(next);
        if id == next {
            let new = Options { default_server: false, ..options };
            self.all.push(Socket {
                address,
                port,
                options: new,
                servers: Vec::new(),
                default: 0,
                ssl_on: false,
            });
            self.by_port.entry(port).or_default().push(id);
        }
        if let Some(socket) = self.all.get_mut(id.index()) {
            socket.add(options, server);
        }
    }

    /// Where a connection to `port` arrives: at the socket of exactly that address, else at the one for all addresses.
    /// The address is known where the URL holds one; names are never resolved.
    pub fn connect(&self, address: Option<IpAddr>, port: u16) -> Connection {
        let mut candidates = match address {
            Some(address) => self.exact(address, port).into_iter().collect(),
            None => self.at_port(port, |address| matches!(address, Address::Ip(_))),
        };
        candidates.extend(self.at_port(port, |address| matches!(address, Address::Name(_))));
        candidates.sort_unstable();
        match *candidates {
            [] => Connection::Nothing,
            [one] => Connection::One(one),
            _ => Connection::Several(candidates),
        }
    }

    /// The UNIX socket at a path.
    pub fn unix(&self, path: &[u8]) -> Option<SocketId> {
        self.by_key.get(&(Address::Unix(path.to_vec()), 0, false)).copied()
    }

    fn exact(&self, address: IpAddr, port: u16) -> Option<SocketId> {
        let socket = |address: Address| self.by_key.get(&(address, port, false)).copied();
        let any_v6 = || socket(Address::ANY_V6);
        socket(Address::Ip(address)).or_else(|| match address {
            IpAddr::V6(_) => any_v6(),
            IpAddr::V4(_) => socket(Address::ANY_V4)
                .or_else(|| any_v6().filter(|&id| self.get(id).is_some_and(|it| it.options.takes_v4))),
        })
    }

    /// The TCP sockets of a port.
    fn at_port(&self, port: u16, wanted: impl Fn(&Address) -> bool) -> Vec<SocketId> {
        let ids = self.by_port.get(&port).into_iter().flatten().copied();
        ids.filter(|&id| self.get(id).is_some_and(|it| !it.options.quic && wanted(&it.address))).collect()
    }

    fn get(&self, socket: SocketId) -> Option<&Socket> {
        self.all.get(socket.index())
    }

    /// All sockets, QUIC ones included, in file order.
    pub fn ids(&self) -> impl Iterator<Item = SocketId> + use<> {
        (0..u32::try_from(self.all.len()).unwrap_or(u32::MAX)).map(SocketId)
    }

    /// The address and port that a socket listens on; the port of a UNIX socket is 0.
    pub fn address(&self, socket: SocketId) -> Option<(&Address, u16)> {
        self.get(socket).map(|it| (&it.address, it.port))
    }

    /// The server that has `default_server`, else the first in file order.
    pub fn default_server(&self, socket: SocketId) -> Option<ScopeId> {
        self.get(socket)?.default_server()
    }

    /// The servers of a socket in file order.
    pub fn servers(&self, socket: SocketId) -> impl Iterator<Item = ScopeId> {
        self.get(socket).into_iter().flat_map(|socket| socket.servers.iter().map(|&(server, _)| server))
    }

    /// The `listen` by which a server has the socket; `None` where it has none and so listens on `*:80`.
    pub fn listen_of(&self, socket: SocketId, server: ScopeId) -> Option<NodeId> {
        let servers = &self.get(socket)?.servers;
        let at = servers.binary_search_by_key(&server, |&(server, _)| server).ok()?;
        servers.get(at)?.1
    }

    /// The `listen` that makes [`Sockets::default_server`] the default: with `default_server`, or simply the first.
    pub fn deciding_listen(&self, socket: SocketId) -> Option<NodeId> {
        self.listen_of(socket, self.default_server(socket)?)
    }

    /// Whether connections must be TLS: some `listen` of the socket says `ssl`, or its default server `ssl on`.
    pub fn is_ssl(&self, socket: SocketId) -> bool {
        self.get(socket).is_some_and(|it| it.options.ssl || it.ssl_on)
    }

    /// Whether some `listen` of the socket says `http2`.
    pub fn is_http2(&self, socket: SocketId) -> bool {
        self.get(socket).is_some_and(|it| it.options.http2)
    }

    /// Whether a connection must begin with a PROXY protocol header.
    pub fn wants_proxy_protocol(&self, socket: SocketId) -> bool {
        self.get(socket).is_some_and(|it| it.options.proxy_protocol)
    }
}

impl Socket {
    fn default_server(&self) -> Option<ScopeId> {
        self.servers.get(self.default).map(|&(server, _)| server)
    }

    /// Adds a server. nginx refuses a second `default_server` and a second equal `listen` of one server; the first
    /// counts.
    fn add(&mut self, options: Options, server: (ScopeId, Option<NodeId>)) {
        if self.servers.last().is_none_or(|&(last, _)| last != server.0) {
            self.servers.push(server);
        }
        if options.default_server && !self.options.default_server {
            self.default = self.servers.len() - 1;
        }
        self.options.join(options);
    }
}

/// Whether the address of a `listen` holds this TCP port.
pub fn listens_on(word: &[u8], port: u16) -> bool {
    let parsed = listen::address(word);
    parsed.is_some_and(|(address, mut ports)| {
        !matches!(address, Address::Unix(_)) && ports.any(|it| it == port)
    })
}

/// `ssl on`, which nginx took until 1.25.0.
fn has_ssl_on(view: View<'_>, server: ScopeId) -> bool {
    is_set_to(view, server, directive::SSL, b"on")
}
