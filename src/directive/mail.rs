//! The servers of mail (`ngx_mail_core_server`, `ngx_mail_core_merge_srv_conf`).

use super::call::Call;
use super::says;
use super::sockets::Sockets;
use super::state::Block;
use super::statement::Problem;
use super::values::{At, Socket, sockets};
use super::{Fault, Refusal};
use crate::catalogue::{Context, directive};

/// The ports of POP3, IMAP and SMTP, by which nginx knows the protocol of a server that does not say it.
const PORTS: [u16; 7] = [110, 995, 143, 993, 25, 465, 587];

/// An open `mail` block.
pub(super) struct Mail<P> {
    pub(super) sockets: Sockets<P>,
    /// Whether the ports of the open server tell its protocol.
    known: bool,
    unknown: Vec<P>,
    /// Servers that no one authenticates for.
    unchecked: Vec<P>,
}

impl<P> Default for Mail<P> {
    fn default() -> Self {
        Self { sockets: Sockets::default(), known: false, unknown: Vec::new(), unchecked: Vec::new() }
    }
}

impl<P: Copy> Mail<P> {
    pub(super) fn learn(&mut self, call: &Call<'_>) {
        if call.id == directive::LISTEN && call.context == Context::MailServer {
            // Of a range the first port counts.
            self.known |= sockets(call, 1).first().is_some_and(is_usual);
        }
    }

    /// A server ends in the block `mail`.
    pub(super) fn server_ends(&mut self, server: &Block<P>, mail: Option<&Block<P>>) -> Vec<Problem<P>> {
        let has = |id| {
            let says = |block: &Block<P>| block.seen.contains_key(&id);
            says(server) || mail.is_some_and(says)
        };
        if !has(directive::AUTH_HTTP) {
            self.unchecked.extend(server.opening);
        }
        if !std::mem::take(&mut self.known) && !has(directive::PROTOCOL) {
            self.unknown.extend(server.opening);
        }
        let listens = server.seen.contains_key(&directive::LISTEN);
        let problem = || self::problem(says("no \"listen\" is defined for server").at(0), server.opening);
        if listens { Vec::new() } else { vec![problem()] }
    }

    /// The block ends.
    pub(super) fn end(&mut self) -> Vec<Problem<P>> {
        let Self { unknown, unchecked, .. } = std::mem::take(self);
        let of = |message: &'static str| move |server| problem(says(message).at(0), Some(server));
        let unknown = unknown.into_iter().map(of("unknown mail protocol for server"));
        let unchecked = unchecked.into_iter().map(of("no \"auth_http\" is defined for server"));
        unknown.chain(unchecked).collect()
    }
}

fn problem<P: Copy>(refusal: Refusal, server: Option<P>) -> Problem<P> {
    Problem { refusal: refusal.of(Fault::Missing), at: server, cause: server, first: None }
}

fn is_usual(socket: &Socket) -> bool {
    matches!(socket.at, At::V4(_, port) | At::V6(_, port) if PORTS.contains(&port))
}
