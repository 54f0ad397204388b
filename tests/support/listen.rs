//! Where a rewritten configuration listens.

use std::collections::BTreeMap;
use std::net::TcpListener;

/// The free ports that stand for the ports of a configuration. Kept from one variant of a fixture to the next, so that
/// a header that names a port is the same in both.
#[derive(Debug, Default)]
pub(crate) struct Ports(BTreeMap<u16, u16>);

impl Ports {
    /// The free port for a port of the configuration.
    pub(crate) fn of(&mut self, original: u16) -> u16 {
        *self.0.entry(original).or_insert_with(free_port)
    }
}

/// A port that was free a moment ago; whoever loses the race for it tries again.
fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// One `listen` directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listen {
    /// The address as written, empty for none.
    pub(crate) address: String,
    /// The port as written, or nginx's default 80.
    pub(crate) port: u16,
    /// Whether clients must speak TLS.
    pub(crate) tls: bool,
}

impl Listen {
    /// Reads the arguments of `listen`; `None` for a socket path.
    pub(crate) fn parse(arguments: &[String]) -> Option<Self> {
        let first = arguments.first()?;
        if first.starts_with("unix:") {
            return None;
        }
        let (address, port) = split(first);
        Some(Self { address, port: port?, tls: arguments[1..].iter().any(|a| a == "ssl" || a == "quic") })
    }

    /// The loopback address that stands for the written one. IPv6 is played by 127.0.0.2, which every machine has.
    pub(crate) fn loopback(&self) -> String {
        match self.address.as_str() {
            a if a.starts_with('[') => "127.0.0.2".into(),
            a if a.starts_with("127.") => a.into(),
            _ => "127.0.0.1".into(),
        }
    }
}

fn split(value: &str) -> (String, Option<u16>) {
    if let Ok(port) = value.parse() {
        return (String::new(), Some(port));
    }
    let colon = value.rfind(':').filter(|&at| !value[at..].contains(']'));
    let Some(colon) = colon else { return (value.into(), Some(80)) };
    (value[..colon].into(), value[colon + 1..].parse().ok())
}

#[test]
fn reads_every_form_of_listen() {
    let parse = |text: &str| Listen::parse(&text.split(' ').map(str::to_owned).collect::<Vec<_>>());
    let listen = |address: &str, port, tls| Some(Listen { address: address.into(), port, tls });
    assert_eq!(parse("80"), listen("", 80, false));
    assert_eq!(parse("*:8080 default_server"), listen("*", 8080, false));
    assert_eq!(parse("[::]:443 ssl"), listen("[::]", 443, true));
    assert_eq!(parse("[::1]"), listen("[::1]", 80, false));
    assert_eq!(parse("localhost"), listen("localhost", 80, false));
    assert_eq!(parse("unix:/run/x"), None);
}
