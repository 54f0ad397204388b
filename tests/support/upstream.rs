//! Where passes and upstream servers lead in the laboratory.

use super::listen::{Listen, Ports};

/// The backends behind a configuration.
#[derive(Clone, Debug)]
pub(crate) struct Upstreams {
    /// The port of the backend that every address leads to.
    pub(crate) backend: u16,
    /// The port of the plain backend.
    pub(crate) plain: u16,
    /// The ports of the configuration that lead to the plain backend instead.
    pub(crate) plain_ports: Vec<u16>,
    /// The port of the backend that answers 200 to what is no handshake.
    pub(crate) mixed: u16,
    /// The ports of the configuration that lead to it.
    pub(crate) mixed_ports: Vec<u16>,
}

impl Upstreams {
    /// One backend behind everything.
    pub(crate) fn of(backend: u16) -> Self {
        Self { backend, plain: 1, plain_ports: Vec::new(), mixed: 1, mixed_ports: Vec::new() }
    }

    fn port(&self, written: u16) -> u16 {
        if self.mixed_ports.contains(&written) {
            self.mixed
        } else if self.plain_ports.contains(&written) {
            self.plain
        } else {
            self.backend
        }
    }
}

/// The addresses of one configuration.
#[derive(Debug)]
pub(crate) struct Addresses<'a> {
    upstreams: &'a Upstreams,
    /// The names of the `upstream` blocks, which stay.
    names: Vec<String>,
    /// Where the configuration listens, with the ports that stand for the written ones.
    own: Vec<(Listen, u16)>,
}

impl<'a> Addresses<'a> {
    /// `ports` gives every port of `listens` its free port.
    pub(crate) fn new(
        upstreams: &'a Upstreams,
        names: Vec<String>,
        listens: &[Listen],
        ports: &mut Ports,
    ) -> Self {
        let own = listens.iter().map(|listen| (listen.clone(), ports.of(listen.port))).collect();
        Self { upstreams, names, own }
    }

    /// The argument of `server` in an upstream.
    pub(crate) fn server(&self, word: &str) -> Option<String> {
        if self.names.iter().any(|name| name == word) {
            return None;
        }
        let (host, port) = host_and_port(word).unwrap_or((word, 80));
        Some(self.upstream(host, port))
    }

    /// A value that is an address with a port, and nothing else.
    pub(crate) fn address(&self, word: &str) -> Option<String> {
        let (host, port) = host_and_port(word)?;
        Some(self.upstream(host, port))
    }

    /// The argument of a pass: an address, or a URL that may go on with a URI or variables.
    pub(crate) fn pass(&self, word: &str) -> Option<String> {
        let Some((scheme, rest)) = word.split_once("://") else {
            return if word.starts_with('$') { None } else { self.server(word) };
        };
        if let Some(socket) = rest.strip_prefix("unix:") {
            let uri = socket.split_once(':').map_or("", |(_, uri)| uri);
            return Some(format!("http://127.0.0.1:{}{uri}", self.upstreams.backend));
        }
        let end = rest.find(['/', '?', '$']).unwrap_or(rest.len());
        let (authority, uri) = rest.split_at(end);
        self.authority(scheme, authority, uri)
    }

    fn authority(&self, scheme: &str, authority: &str, uri: &str) -> Option<String> {
        let downgraded = if scheme == "https" { "http" } else { scheme };
        if self.names.iter().any(|name| name == authority) {
            return Some(format!("{downgraded}://{authority}{uri}"));
        }
        if authority.is_empty() || authority.ends_with(':') {
            return None;
        }
        let standard = if scheme == "https" { 443 } else { 80 };
        let (host, port) = host_and_port(authority).unwrap_or((authority, standard));
        let scheme = if self.is_own(host, port) { scheme } else { downgraded };
        Some(format!("{scheme}://{}{uri}", self.upstream(host, port)))
    }

    fn is_own(&self, host: &str, port: u16) -> bool {
        let loopback = host == "localhost" || host.starts_with("127.") || host == "[::1]";
        loopback && self.own.iter().any(|(listen, _)| listen.port == port)
    }

    fn upstream(&self, host: &str, port: u16) -> String {
        let own = self.own.iter().find(|(listen, _)| listen.port == port && self.is_own(host, port));
        match own {
            Some((listen, free)) => format!("{}:{free}", listen.loopback()),
            None if port == 1 => "127.0.0.1:1".into(),
            None => format!("127.0.0.1:{}", self.upstreams.port(port)),
        }
    }
}

fn host_and_port(word: &str) -> Option<(&str, u16)> {
    let (host, port) = word.rsplit_once(':')?;
    let plain = !host.is_empty() && !host.contains(['$', '/', ' ', '*']);
    plain.then_some((host, port.parse().ok()?))
}

#[test]
fn every_address_leads_to_the_laboratory() {
    let upstreams = Upstreams {
        backend: 5000,
        plain: 6000,
        plain_ports: vec![9100],
        mixed: 7000,
        mixed_ports: vec![9200],
    };
    let listen = Listen { address: String::new(), port: 8081, tls: false };
    let mut ports = Ports::default();
    let own = ports.of(8081);
    let addresses = Addresses::new(&upstreams, vec!["app".into()], &[listen], &mut ports);
    let pass = |word| addresses.pass(word);
    assert_eq!(pass("http://chat.internal:3000/a$uri").unwrap(), "http://127.0.0.1:5000/a$uri");
    assert_eq!(pass("https://127.0.0.1$request_uri").unwrap(), "http://127.0.0.1:5000$request_uri");
    assert_eq!(pass("http://unix:/run/x.sock:/a").unwrap(), "http://127.0.0.1:5000/a");
    assert_eq!(pass("http://localhost:8081/").unwrap(), format!("http://127.0.0.1:{own}/"));
    assert_eq!(pass("http://auth:9100/check").unwrap(), "http://127.0.0.1:6000/check");
    assert_eq!(pass("http://auth:9200/check").unwrap(), "http://127.0.0.1:7000/check");
    assert_eq!(pass("http://127.0.0.1:1").unwrap(), "http://127.0.0.1:1");
    assert_eq!(pass("https://app/x").unwrap(), "http://app/x");
    assert_eq!((pass("http://$backend:80"), pass("$backend"), pass("app")), (None, None, None));
    assert_eq!(addresses.server("unix:/run/x.sock").unwrap(), "127.0.0.1:5000");
    assert_eq!(addresses.address("off"), None);
}
