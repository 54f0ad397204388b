//! `routing.md` 3.1 and 3.2.

use crate::site::Site;
use ngxlint::route::{Connection, Sockets};
use std::net::IpAddr;

/// The lines of the default servers of the sockets at which a connection may arrive.
fn arrive(bodies: &[&str], address: Option<&str>, port: u16) -> Vec<u32> {
    let site = Site::servers(bodies);
    let sockets = Sockets::of(site.view());
    let address: Option<IpAddr> = address.map(|address| address.parse().unwrap());
    let found = match sockets.connect(address, port) {
        Connection::Nothing => vec![],
        Connection::One(one) => vec![one],
        Connection::Several(several) => several,
    };
    found.into_iter().map(|socket| site.line(sockets.default_server(socket).unwrap())).collect()
}

#[test]
fn all_spellings_of_every_address_are_one_socket() {
    let bodies = ["listen 80;", "listen *:80;", "listen 0.0.0.0:80;", "", "listen *; server_name e;"];
    for address in ["127.0.0.1", "10.1.2.3"] {
        assert_eq!(arrive(&bodies, Some(address), 80), [2]);
    }
    assert_eq!(arrive(&bodies, None, 80), [2]);
    assert_eq!(arrive(&bodies, Some("127.0.0.1"), 81), [0_u32; 0]);
    let site = Site::servers(&bodies);
    let sockets = Sockets::of(site.view());
    assert_eq!(sockets.ids().count(), 1);
    assert_eq!(sockets.servers(sockets.ids().next().unwrap()).count(), 5);
}

#[test]
fn the_exact_address_hides_the_socket_for_all() {
    let bodies = ["listen 80;", "listen 127.0.0.1;", "listen [::]:80;", "listen [::1]:80;"];
    for (address, line) in [("127.0.0.1", 3), ("127.0.0.2", 2), ("::1", 5), ("::2", 4)] {
        assert_eq!(arrive(&bodies, Some(address), 80), [line], "{address}");
    }
    assert_eq!(arrive(&bodies, None, 80), [2, 3, 4, 5]);
}

#[test]
fn ipv4_reaches_an_ipv6_socket_only_with_ipv6only_off() {
    assert_eq!(arrive(&["listen [::]:80;"], Some("127.0.0.1"), 80), [0_u32; 0]);
    assert_eq!(arrive(&["listen [::]:80 ipv6only=off;"], Some("127.0.0.1"), 80), [2]);
    assert_eq!(arrive(&["listen 80;"], Some("::1"), 80), [0_u32; 0]);
}

#[test]
fn a_name_stands_for_an_address_that_is_not_known() {
    let bodies = ["listen localhost:8080;", "listen 8080;", "listen LOCALHOST:8080;"];
    assert_eq!(arrive(&bodies, Some("127.0.0.1"), 8080), [2, 3]);
    assert_eq!(arrive(&bodies, None, 8080), [2, 3]);
    assert_eq!(arrive(&["listen localhost:8080;"], Some("127.0.0.1"), 8080), [2]);
    for listen in ["localhost", "web-80", "80-web", "80-", "127.1"] {
        assert_eq!(arrive(&[&format!("listen {listen};")], None, 80), [2], "{listen}");
    }
}

#[test]
fn port_ranges_open_every_port() {
    let bodies = ["listen 8000-8002;", "listen 127.0.0.1:8001-8003 default_server;"];
    assert_eq!(arrive(&bodies, Some("127.0.0.1"), 8000), [2]);
    assert_eq!(arrive(&bodies, Some("127.0.0.1"), 8001), [3]);
    assert_eq!(arrive(&bodies, Some("127.0.0.2"), 8002), [2]);
    assert_eq!(arrive(&bodies, Some("127.0.0.2"), 8003), [0_u32; 0]);
}

#[test]
fn what_is_no_address_listens_nowhere() {
    for listen in
        ["0", "65536", "8002-8000", "127.0.0.1:x", ":80", "[::1", "[x]:80", "unix:", "127.0.0.1:", "a/b"]
    {
        let site = Site::servers(&[&format!("listen {listen};")]);
        assert_eq!(Sockets::of(site.view()).ids().count(), 0, "{listen}");
    }
}

#[test]
fn the_default_server_says_so_or_is_the_first() {
    assert_eq!(arrive(&["listen 80;", "listen 80 default_server;"], None, 80), [3]);
    assert_eq!(arrive(&["listen 80;", "listen 80 default;"], None, 80), [3]);
    assert_eq!(arrive(&["listen 80;", "listen 127.0.0.1:80 default_server;"], Some("10.0.0.1"), 80), [2]);
    assert_eq!(arrive(&["listen 80 default_server;", "listen 80 default_server;"], None, 80), [2]);
}

#[test]
fn the_deciding_listen_is_that_of_the_default_server() {
    let site =
        Site::http("server {\nlisten 80;\n}\nserver {\nlisten 81;\nlisten 80 default_server;\n}\nserver { }");
    let sockets = Sockets::of(site.view());
    let Connection::One(socket) = sockets.connect(None, 80) else { panic!("several sockets") };
    assert_eq!(sockets.deciding_listen(socket).map(|node| site.view().line(node)), Some(7));
    assert_eq!(sockets.listen_of(socket, site.at(2)).map(|node| site.view().line(node)), Some(3));
    assert_eq!(sockets.listen_of(socket, site.at(9)), None);
}

#[test]
fn options_are_joined_over_the_servers_of_a_socket() {
    let bodies = ["listen 443 proxy_protocol;", "listen 443 ssl http2;", "listen 443 quic;", "listen 80;"];
    let site = Site::servers(&bodies);
    let sockets = Sockets::of(site.view());
    let Connection::One(tls) = sockets.connect(None, 443) else { panic!("QUIC is no TCP socket") };
    assert!(sockets.is_ssl(tls) && sockets.is_http2(tls) && sockets.wants_proxy_protocol(tls));
    let Connection::One(plain) = sockets.connect(None, 80) else { panic!("one socket") };
    assert!(!sockets.is_ssl(plain) && !sockets.is_http2(plain) && !sockets.wants_proxy_protocol(plain));
    let on = Site::servers(&["listen 443; ssl on;"]);
    let sockets = Sockets::of(on.view());
    assert!(sockets.is_ssl(sockets.ids().next().unwrap()));
}

#[test]
fn unix_sockets_are_reached_by_path() {
    let site = Site::servers(&["listen unix:/run/a.sock;", "listen 80;"]);
    let sockets = Sockets::of(site.view());
    let socket = sockets.unix(b"/run/a.sock").unwrap();
    assert_eq!(sockets.default_server(socket).map(|server| site.line(server)), Some(2));
    assert_eq!(sockets.unix(b"/run/b.sock"), None);
    assert_eq!(sockets.connect(None, 0), Connection::Nothing);
}
