//! Requests over the paths that a configuration knows, and near them.

use super::super::request::{Host, Profile, Request};
use super::Generator;
use super::server::port;
use super::words::{ODD_HOSTS, QUERIES, SPELLINGS, TARGETS};
use std::net::Ipv4Addr;

/// Requests to each configuration.
const COUNT: usize = 15;

impl Generator {
    /// The requests to a configuration, by a few clients.
    pub(super) fn requests(&mut self) -> Vec<Request> {
        let profiles: Vec<Profile> = (0..3).map(|_| self.profile()).collect();
        (0..COUNT).map(|_| self.request(&profiles)).collect()
    }

    fn profile(&mut self) -> Profile {
        let mut headers = Vec::new();
        headers.extend(self.rng.weighted::<Option<_>>(&[
            (70, None),
            (12, Some(("Upgrade", "WebSocket"))),
            (10, Some(("Upgrade", ""))),
            (4, Some(("Upgrade", "h2c"))),
        ]));
        headers.extend(self.rng.weighted::<Option<_>>(&[
            (70, None),
            (12, Some(("Connection", "keep-alive, Upgrade"))),
            (6, Some(("Connection", "keep-alive"))),
            (6, Some(("Connection", ""))),
        ]));
        headers.extend(self.rng.weighted::<Option<_>>(&[
            (75, None),
            (20, Some(("Authorization", "Basic YWxpY2U6b3Blbg=="))),
            (5, Some(("Authorization", "Basic YWxpY2U6c2h1dA=="))),
        ]));
        headers.extend(self.rng.weighted::<Option<_>>(&[
            (60, None),
            (20, Some(("X-Flag", "1"))),
            (10, Some(("X-Flag", "0"))),
            (10, Some(("X-Flag", "yes"))),
        ]));
        let method = self.rng.weighted(&[(84, "GET"), (6, "HEAD"), (7, "POST"), (3, "OPTIONS")]);
        Profile { method, http: if self.rng.chance(5) { "1.0" } else { "1.1" }, headers }
    }

    fn request(&mut self, profiles: &[Profile]) -> Request {
        let (address, port, alone) = self.socket();
        let host = self.host_named(alone);
        let profile = profiles[self.rng.below(profiles.len())].clone();
        Request { profile, port, address, host, target: self.target() }
    }

    /// An address and a port that are listened on, and whether the port has no other address.
    fn socket(&mut self) -> (Ipv4Addr, usize, bool) {
        let all: Vec<String> = self.listens.concat();
        let chosen = &all[self.rng.below(all.len())];
        let number = port(chosen).expect("a port");
        let address = |listen: &str| listen.rsplit_once(':').and_then(|(address, _)| address.parse().ok());
        let wild = all.iter().any(|listen| port(listen) == Some(number) && address(listen).is_none());
        let second = Ipv4Addr::new(127, 0, 0, 2);
        let either = if self.rng.chance(30) { second } else { Ipv4Addr::LOCALHOST };
        let to = if wild { either } else { address(chosen).unwrap_or(either) };
        let alone =
            all.iter().all(|listen| port(listen) != Some(number) || address(listen) == address(chosen));
        (to, number, alone)
    }

    fn host_named(&mut self, alone: bool) -> Host {
        if self.rng.chance(2) {
            return Host::Absent;
        }
        if self.rng.chance(8) || self.hosts.is_empty() {
            return Host::Header(self.rng.pick(&ODD_HOSTS).to_owned());
        }
        let host = self.hosts[self.rng.below(self.hosts.len())].to_owned();
        if alone && self.rng.chance(50) { Host::Url(host) } else { Host::Header(host) }
    }

    fn target(&mut self) -> String {
        let mut target = if self.rng.chance(80) && !self.targets.is_empty() {
            self.targets[self.rng.below(self.targets.len())].clone()
        } else {
            self.rng.pick(&TARGETS).to_owned()
        };
        if self.rng.chance(12) {
            let (from, to) = self.rng.pick(&SPELLINGS);
            target = target.replacen(from, to, 1);
        }
        if self.rng.chance(8) {
            target =
                if target.ends_with('/') { target.trim_end_matches('/').to_owned() } else { target + "/" };
        }
        if self.rng.chance(20) {
            target += self.rng.pick(&QUERIES);
        }
        if target.starts_with('/') { target } else { format!("/{target}") }
    }
}
