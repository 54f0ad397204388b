//! The client's address as another server tells it (`ngx_http_realip_handler`).

use std::net::IpAddr;

use super::phases::Run;
use crate::catalogue::directive;
use crate::handshake::access;
use crate::scope::{is_set_to, list, single};

impl Run<'_, '_> {
    /// Takes the address from the header where the connection comes from a trusted address; once for a request.
    pub(super) fn find_real_ip(&mut self) {
        let view = self.tracer.view;
        let trusted: Vec<_> = list(view.config, self.block, directive::SET_REAL_IP_FROM)
            .into_iter()
            .filter_map(|node| view.arg(node, 0))
            .collect();
        let is_trusted = |address: &str| match address.parse::<IpAddr>() {
            Ok(address) => trusted.iter().any(|range| access::holds(range, address)),
            Err(_) => address == "unix:" && trusted.iter().any(|range| &**range == b"unix:"),
        };
        if self.has_real_ip || !is_trusted(&self.request.client.remote_addr) {
            return;
        }
        let header = single(view.config, self.block, directive::REAL_IP_HEADER);
        let name = header.and_then(|node| view.arg(node, 0));
        let name =
            name.map_or_else(|| "X-Real-IP".to_owned(), |name| String::from_utf8_lossy(&name).into_owned());
        let Some(sent) = self.request.client.header(&name) else { return };
        let recursive = is_set_to(view, self.block, directive::REAL_IP_RECURSIVE, b"on");
        let Some(address) = told(&sent, recursive, &is_trusted) else { return };
        self.has_real_ip = true;
        self.step(header, &format!("the client's address is {address}, as {name} says"));
        self.request.client.remote_addr.clone_from(&address);
        if let Some(client) = &mut self.state.client {
            client.client.remote_addr = address;
        }
    }
}

/// The last address that a header tells; with `real_ip_recursive` the last that is not trusted itself
/// (`ngx_http_get_forwarded_addr`).
fn told(sent: &str, recursive: bool, is_trusted: &dyn Fn(&str) -> bool) -> Option<String> {
    let mut found = None;
    for word in sent.rsplit([',', ' ']).filter(|word| !word.is_empty()) {
        let Some(address) = address(word) else { return found };
        let goes_on = recursive && is_trusted(&address);
        found = Some(address);
        if !goes_on {
            break;
        }
    }
    found
}

/// An address with or without a port.
fn address(word: &str) -> Option<String> {
    let socket = || word.parse::<std::net::SocketAddr>().ok().map(|it| it.ip());
    let bare = word.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>().ok().or_else(socket).map(|it| it.to_string())
}
