//! Servers: where they listen, their names, what is common to their locations.

use super::super::site::PORTS;
use super::super::tree::{Item, block, simple};
use super::location::unique;
use super::words::{NAMED, NAMES};
use super::{Generator, Level, Scope};

impl Generator {
    /// The servers of a configuration.
    pub(super) fn servers(&mut self) -> Vec<Item> {
        let count = self.rng.weighted(&[(20, 1), (35, 2), (30, 3), (15, 4)]);
        let ports = self.rng.between(1, PORTS);
        self.listens = (0..count).map(|_| self.listen_arguments(ports)).collect();
        (0..count).map(|index| self.server(index)).collect()
    }

    fn listen_arguments(&mut self, ports: usize) -> Vec<String> {
        let count = if self.rng.chance(25) { 2 } else { 1 };
        let mut listens: Vec<String> = (0..count).map(|_| self.listen(ports)).collect();
        listens.sort();
        listens.dedup();
        listens
    }

    fn listen(&mut self, ports: usize) -> String {
        let address = self.rng.weighted(&[(78, "127.0.0.1:"), (12, "127.0.0.2:"), (6, "*:"), (4, "")]);
        format!("{address}__P{}__", self.rng.below(ports))
    }

    fn server(&mut self, index: usize) -> Item {
        let hops = self.hops(index);
        let scope = Scope { level: Level::Server, prefix: String::new(), hops, depth: 0 };
        let mut body = self.listening(index);
        let mut groups = vec![self.headers(30), self.common(), self.locations(&scope), self.include_shared()];
        if self.rng.chance(28) {
            groups.push(self.rewrites(&scope));
        }
        if self.rng.chance(35) {
            groups.push(self.error_pages());
        }
        if self.rng.chance(5) {
            groups.push(self.access());
        }
        body.extend(self.shuffled(groups));
        block("server", body)
    }

    /// What a pass of a server may lead to: only ports behind its own, so that no request goes in circles.
    fn hops(&self, index: usize) -> Vec<String> {
        let own = self.listens[index].iter().filter_map(|listen| port(listen)).max();
        let others = self.listens.iter().flatten().filter(|listen| port(listen) > own);
        let address = |listen: &String| {
            let bare = listen.trim_start_matches("*:");
            if bare.contains(':') { bare.to_owned() } else { format!("127.0.0.1:{bare}") }
        };
        others.map(address).collect()
    }

    fn listening(&mut self, index: usize) -> Vec<Item> {
        let listens = self.listens[index].clone();
        let mut body: Vec<Item> = Vec::new();
        for listen in listens {
            let free = !self.defaults.contains(&port(&listen));
            let default = if free && self.rng.chance(15) { " default_server" } else { "" };
            if !default.is_empty() {
                self.defaults.push(port(&listen));
            }
            body.push(simple(format!("listen {listen}{default}")));
        }
        let names: Vec<&str> = (0..self.rng.below(4)).map(|_| self.name()).collect();
        if !names.is_empty() {
            body.push(simple(format!("server_name {}", names.join(" "))));
        }
        body
    }

    fn name(&mut self) -> &'static str {
        let (name, hosts) = self.rng.pick(&NAMES);
        self.hosts.extend(hosts);
        name
    }

    fn common(&mut self) -> Vec<Item> {
        let mut items = Vec::new();
        let root = self.rng.pick(&["root html", "root html", "root html/static", "root nowhere"]);
        self.maybe(30, &mut items, root);
        self.maybe(6, &mut items, "merge_slashes off");
        self.maybe(6, &mut items, "index a.txt index.html");
        if self.rng.chance(2) {
            items.push(self.try_files());
        }
        items
    }

    fn locations(&mut self, scope: &Scope) -> Vec<Item> {
        let count = self.rng.between(2, 6);
        let mut items: Vec<Item> = (0..count).filter_map(|_| self.location(scope)).collect();
        if self.rng.chance(70) {
            items.extend(self.catch_all(scope));
        }
        for name in NAMED {
            if self.rng.chance(75) {
                items.push(self.named(name, scope));
            }
        }
        items.extend(self.authorities());
        unique(items)
    }
}

/// The index of the port that a `listen` names.
pub(super) fn port(listen: &str) -> Option<usize> {
    listen.split_once("__P")?.1.split_once("__")?.0.parse().ok()
}
