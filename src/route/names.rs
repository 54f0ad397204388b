//! Which server of a socket a Host chooses (`ngx_http_find_virtual_server`).

use std::cell::OnceCell;
use std::net::IpAddr;

use super::expression::Expression;
use super::socket::{SocketId, Sockets};
use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, View};
use crate::value::{Captures, RegexError};

mod table;

use table::{Table, Way};

/// How a server was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// A name equals the Host; `""` equals an absent one.
    Exact,
    /// By `*.x` or `.x`.
    Leading,
    /// By `x.*`.
    Trailing,
    /// By `~x`; what it captured is the request's now. Empty where nginx does not run the expression because the socket
    /// has only this server and its last expression captures nothing.
    Regex(Captures),
    /// No name fits: the socket's default server.
    Default,
}

/// A name that might choose another server, which cannot be told here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unjudged {
    /// The server that has the name.
    pub server: ScopeId,
    /// The `server_name` directive.
    pub node: NodeId,
    /// Why not: the engine does not take an expression. `None` for `$hostname`, the name of nginx's own machine.
    pub error: Option<RegexError>,
}

/// The server that a Host chooses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The server.
    pub server: ScopeId,
    /// Why it.
    pub how: How,
    /// The `server_name` directive that has the name; `None` for the default server and for a missing `server_name`.
    pub node: Option<NodeId>,
    /// The first name that would come before the one chosen and cannot be judged: the answer is not certain.
    pub unknown: Option<Unjudged>,
}

/// The server names of a tree, socket by socket, put in order when a socket is first asked.
pub struct Names<'a> {
    view: View<'a>,
    sockets: &'a Sockets,
    by_socket: Vec<OnceCell<Socket>>,
}

/// One name of one server.
#[derive(Debug, Clone, Copy)]
struct Owner {
    server: ScopeId,
    node: Option<NodeId>,
}

/// The names of one socket.
#[derive(Debug, Default)]
struct Socket {
    owners: Vec<Owner>,
    table: Table,
    /// In file order.
    expressions: Vec<(Owner, Expression)>,
    hostname: Option<Owner>,
    /// Whether nginx looks at names at all: not for a single server whose last expression captures nothing.
    is_searched: bool,
}

impl<'a> Names<'a> {
    /// The names of a tree.
    pub fn of(view: View<'a>, sockets: &'a Sockets) -> Self {
        Self { view, sockets, by_socket: sockets.ids().map(|_| OnceCell::new()).collect() }
    }

    /// The server that `host` chooses among those of a socket: lower-cased and without port, empty for a request without
    /// Host. `None` where the socket is of another tree.
    pub fn find(&self, socket: SocketId, host: &[u8]) -> Option<Chosen> {
        let default = self.sockets.default_server(socket)?;
        let names = self.by_socket.get(socket.index())?.get_or_init(|| self.read(socket));
        Some(names.find(host, default))
    }

    fn read(&self, socket: SocketId) -> Socket {
        let (mut names, mut servers, mut captures) = (Socket::default(), 0, false);
        for server in self.sockets.servers(socket) {
            servers += 1;
            captures = names.read_server(self.view, server);
        }
        names.is_searched = servers > 1 || captures;
        names
    }
}

impl Socket {
    /// Takes the names of a server, and says whether its last expression captures anything (`cscf->captures`).
    fn read_server(&mut self, view: View<'_>, server: ScopeId) -> bool {
        let mut nodes = view.config.own(server, directive::SERVER_NAME).peekable();
        if nodes.peek().is_none() {
            self.add(b"", Owner { server, node: None });
        }
        let first = self.expressions.len();
        for node in nodes {
            view.args(node).for_each(|name| self.add(&name, Owner { server, node: Some(node) }));
        }
        let own = self.expressions.get(first..).unwrap_or_default();
        own.last().is_some_and(|(_, expression)| expression.has_group())
    }

    fn add(&mut self, name: &[u8], owner: Owner) {
        match name {
            b"$hostname" => self.hostname = self.hostname.or(Some(owner)),
            [b'~', pattern @ ..] => self.expressions.push((owner, expression(pattern))),
            _ => {
                let number = u32::try_from(self.owners.len()).unwrap_or(u32::MAX);
                if self.table.add(&name.to_ascii_lowercase(), number) {
                    self.owners.push(owner);
                }
            }
        }
    }

    fn find(&self, host: &[u8], default: ScopeId) -> Chosen {
        let unknown = self.hostname.filter(|_| may_be_hostname(host));
        let unknown = unknown.map(|owner| Unjudged::new(owner, None));
        let listed = self.table.find(host);
        if let Some((owner, way)) =
            listed.and_then(|(number, way)| Some((self.owners.get(number as usize)?, way)))
        {
            return Chosen::new(*owner, how(way), unknown.filter(|_| way != Way::Exact));
        }
        let (matched, unjudged) = if host.is_empty() { (None, None) } else { self.search(host) };
        let unknown = unknown.or(unjudged);
        match matched {
            Some((owner, captures)) => {
                let captures = if self.is_searched { captures } else { Captures::default() };
                Chosen::new(owner, How::Regex(captures), unknown)
            }
            None => Chosen::new(Owner { server: default, node: None }, How::Default, unknown),
        }
    }

    /// The first expression that matches, and the first before it that cannot be judged.
    fn search(&self, host: &[u8]) -> (Option<(Owner, Captures)>, Option<Unjudged>) {
        let mut unjudged = None;
        for (owner, expression) in &self.expressions {
            match expression.captures(host) {
                Ok(None) => {}
                Ok(Some(captures)) => return (Some((*owner, captures)), unjudged),
                Err(error) => unjudged = unjudged.or_else(|| Some(Unjudged::new(*owner, Some(error)))),
            }
        }
        (None, unjudged)
    }
}

impl Chosen {
    /// What cannot be judged is of no account where it is the same server's and nothing is captured by it.
    fn new(owner: Owner, how: How, unknown: Option<Unjudged>) -> Self {
        let harmless = |it: &Unjudged| it.server == owner.server && it.error.is_none();
        Self { server: owner.server, how, node: owner.node, unknown: unknown.filter(|it| !harmless(it)) }
    }
}

impl Unjudged {
    fn new(owner: Owner, error: Option<RegexError>) -> Self {
        Self { server: owner.server, node: owner.node.unwrap_or_default(), error }
    }
}

/// Without case where the pattern has a capital letter, as `ngx_http_core_server_name` compiles it; the host has none.
fn expression(pattern: &[u8]) -> Expression {
    Expression::new(pattern, pattern.iter().any(u8::is_ascii_uppercase))
}

fn how(way: Way) -> How {
    match way {
        Way::Exact => How::Exact,
        Way::Leading => How::Leading,
        Way::Trailing => How::Trailing,
    }
}

/// The name of a machine is no address and not empty.
fn may_be_hostname(host: &[u8]) -> bool {
    let is_address = std::str::from_utf8(host).is_ok_and(|host| host.parse::<IpAddr>().is_ok());
    !host.is_empty() && !host.starts_with(b"[") && !is_address
}

/// The first name of a server: `$server_name`, and `$host` of a request without Host. `.x` gives `x`, an expression
/// itself with its `~`; without `server_name` it is empty. `None` for `$hostname` (`ngx_http_core_merge_srv_conf`).
pub fn first_name(view: View<'_>, server: ScopeId) -> Option<Vec<u8>> {
    let node = view.config.own(server, directive::SERVER_NAME).next();
    let name = node.and_then(|node| view.arg(node, 0)).unwrap_or_default();
    match &*name {
        b"$hostname" => None,
        [b'~', ..] => Some(name.into_owned()),
        _ => Some(name.strip_prefix(b".").unwrap_or(&name).to_ascii_lowercase()),
    }
}
