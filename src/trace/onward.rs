//! From one hop to the next: where a pass leads within the same configuration, and what arrives there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{ClientRequest, Hop, HttpVersion, Tracer, Upstream};
use crate::catalogue::directive;
use crate::config::{NodeId, ScopeId, ScopeKind};
use crate::handshake::{Reason, Verdict};
use crate::route::{self, Address, Connection, SocketId};
use crate::value::{Client, PassUrl, Value};

/// Where a pass leads.
pub(super) enum Way {
    /// Out of the configuration: to a backend.
    Out,
    /// To another server block.
    On(Box<ClientRequest>),
    /// Its peers lead to different places.
    Divided,
}

/// A socket of the same configuration, as a pass names it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Arrival {
    socket: SocketId,
    address: Option<IpAddr>,
    port: u16,
    unix: Option<Vec<u8>>,
}

impl Tracer<'_> {
    /// Where the request of a hop goes on.
    pub(super) fn onward(&self, hop: &Hop, upstream: &Upstream) -> Way {
        let is_subrequest =
            hop.answer.verdict != Verdict::Works && hop.answer.reason == Reason::SubrequestUpgrade;
        let Some(pass) = PassUrl::of(&upstream.url).filter(|_| !is_subrequest) else { return Way::Out };
        let arrivals: Vec<Option<Arrival>> =
            self.peers(&pass).iter().map(|peer| self.arrival(peer)).collect();
        let Some(first) = arrivals.iter().flatten().next() else { return Way::Out };
        let Some(request) = request(&pass, upstream, first) else { return Way::Out };
        let server = |socket: SocketId| {
            let host = request.host().and_then(|host| route::host(host.as_bytes(), self.version).ok());
            self.names.find(socket, &host.map(|host| host.name).unwrap_or_default()).map(|it| it.server)
        };
        let same = |other: &Option<Arrival>| {
            other.as_ref().is_some_and(|it| server(it.socket) == server(first.socket))
        };
        if arrivals.iter().all(same) { Way::On(Box::new(request)) } else { Way::Divided }
    }

    /// The addresses behind a pass: those of its upstream group that are in use, else its own
    /// (`ngx_http_upstream_init_round_robin`).
    fn peers(&self, pass: &PassUrl<'_>) -> Vec<String> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let Some(group) = self.group(pass.authority) else {
            let port = if pass.split_port().1.is_some() || pass.is_unix() { "" } else { ":" };
            let default = if port.is_empty() { String::new() } else { text(pass.port()) };
            return vec![format!("{}{port}{default}", text(pass.authority))];
        };
        let config = self.view.config;
        let has = |node: NodeId, word: &[u8]| self.view.args(node).skip(1).any(|it| *it == *word);
        let up: Vec<NodeId> =
            config.own(group, directive::SERVER).filter(|&node| !has(node, b"down")).collect();
        let primary: Vec<NodeId> = up.iter().copied().filter(|&node| !has(node, b"backup")).collect();
        let used = if primary.is_empty() { up } else { primary };
        used.into_iter().filter_map(|node| Some(text(&self.view.arg(node, 0)?))).collect()
    }

    fn group(&self, name: &[u8]) -> Option<ScopeId> {
        let config = self.view.config;
        config.scope_ids().filter(|&id| config.scope(id).kind == ScopeKind::Upstream).find(|&id| {
            let node = config.scope(id).node;
            node.and_then(|node| self.view.arg(node, 0)).is_some_and(|it| it.eq_ignore_ascii_case(name))
        })
    }

    /// The socket of this configuration that an address leads to. A machine has its loopback addresses, and those that a
    /// `listen` names.
    fn arrival(&self, peer: &str) -> Option<Arrival> {
        if let Some(path) = peer.strip_prefix("unix:") {
            let unix = path.as_bytes().to_vec();
            let socket = self.sockets.unix(&unix)?;
            return Some(Arrival { socket, address: None, port: 0, unix: Some(unix) });
        }
        let (host, port) = match peer.rsplit_once(':') {
            Some((host, port)) if !host.ends_with(':') && port.parse::<u16>().is_ok() => {
                (host, port.parse().ok()?)
            }
            _ => (peer, 80),
        };
        let address = own_address(host)?;
        let Connection::One(socket) = self.sockets.connect(Some(address), port) else { return None };
        let is_named = matches!(self.sockets.address(socket), Some((Address::Ip(it), _)) if *it == address);
        let arrival = Arrival { socket, address: Some(address), port, unix: None };
        (address.is_loopback() || is_named).then_some(arrival)
    }
}

/// An address as a connection takes it: the unspecified one leads to this machine.
fn own_address(host: &str) -> Option<IpAddr> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    if host.eq_ignore_ascii_case("localhost") {
        return Some(Ipv4Addr::LOCALHOST.into());
    }
    Some(match host.parse().ok()? {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
        address => address,
    })
}

/// What arrives. The address of the client is that of the route there: 127.0.0.1 for all of 127.0.0.0/8.
fn request(pass: &PassUrl<'_>, upstream: &Upstream, arrival: &Arrival) -> Option<ClientRequest> {
    let sent = [&upstream.request.set, &upstream.request.defaults, &upstream.request.passed];
    let (mut headers, mut unknown) = (Vec::new(), Vec::new());
    for line in sent.into_iter().flatten().filter(|line| !line.value.is_blank()) {
        match &line.value {
            Value::Known(value) => {
                headers.push((line.name.clone(), String::from_utf8_lossy(value).into_owned()));
            }
            Value::Unknown(variable) => unknown.push((line.name.clone(), variable.clone())),
        }
    }
    let http = match upstream.request.version.value.bytes()? {
        b"1.0" => HttpVersion::Http10,
        b"2" => HttpVersion::Http2,
        _ => HttpVersion::Http11,
    };
    let method = String::from_utf8_lossy(upstream.request.method.value.bytes()?).into_owned();
    let remote_addr = match arrival.address {
        Some(IpAddr::V4(address)) if address.is_loopback() => Ipv4Addr::LOCALHOST.to_string(),
        Some(address) => address.to_string(),
        None => "unix:".into(),
    };
    Some(ClientRequest {
        url: String::from_utf8_lossy(&upstream.url).into_owned(),
        tls: pass.tls,
        address: arrival.address,
        port: arrival.port,
        unix: arrival.unix.clone(),
        is_hop: true,
        target: upstream.target.clone(),
        http,
        client: Client { method, headers, unknown, remote_addr, host: None },
    })
}
