//! What is sent upstream: `proxy_set_header` and `proxy_http_version` on every level, through snippets as well.

use super::super::tree::{Item, simple};
use super::Generator;

const UPGRADES: [(usize, &str); 8] = [
    (60, "$http_upgrade"),
    (10, "websocket"),
    (10, "$upg"),
    (4, "\"\""),
    (3, "upgrade"),
    (3, "$http_upgrad"),
    (3, "$s1"),
    (3, "${http_upgrade}"),
];

const CONNECTIONS: [(usize, &str); 10] = [
    (35, "\"upgrade\""),
    (30, "$connection_upgrade"),
    (8, "Upgrade"),
    (8, "$http_connection"),
    (4, "\"\""),
    (4, "close"),
    (4, "\"keep-alive, Upgrade\""),
    (3, "keep-alive"),
    (2, "$flag"),
    (2, "$s2"),
];

const HOSTS: [(usize, &str); 9] = [
    (40, "$host"),
    (25, "$http_host"),
    (8, "$host:$server_port"),
    (6, "$proxy_host"),
    (6, "backend.test"),
    (4, "\"\""),
    (3, "$server_name"),
    (3, "$sub.test"),
    (2, "$proxy_host:$proxy_port"),
];

const OTHERS: [&str; 8] = [
    "X-Real-IP $remote_addr",
    "X-Forwarded-For $proxy_add_x_forwarded_for",
    "X-Forwarded-Proto $scheme",
    "X-Uri $uri",
    "X-Flag $flag",
    "Origin \"\"",
    "Content-Length \"\"",
    "x-test \"$1 $seg\"",
];

/// The name of a snippet with headers.
const SNIPPETS: [&str; 2] = ["snippets/websocket.conf", "snippets/proxy.conf"];

impl Generator {
    /// The snippets that any level may include; the second one includes a third.
    pub(super) fn snippets(&mut self) {
        let trio = self.trio();
        self.files.insert(SNIPPETS[0].into(), trio);
        let host = self.host();
        let mut proxy = self.moved_to("snippets/more/host.conf", vec![host]);
        proxy.push(simple(format!("proxy_set_header {}", OTHERS[0])));
        self.files.insert(SNIPPETS[1].into(), proxy);
    }

    /// The headers of a level; where one should be left alone, nothing.
    pub(super) fn headers(&mut self, percent: usize) -> Vec<Item> {
        let mut items = Vec::new();
        self.maybe(percent, &mut items, "proxy_http_version 1.1");
        if items.is_empty() {
            self.maybe(4, &mut items, "proxy_http_version 1.0");
        }
        if self.rng.chance(percent + percent / 5) {
            items.extend(match self.rng.weighted(&[(60, 0), (14, 1), (12, 2), (14, 3)]) {
                0 => self.complete(),
                1 => self.partial(),
                2 => vec![self.other()],
                _ => vec![include(1)],
            });
        }
        self.maybe(2, &mut items, "proxy_hide_header Upgrade");
        self.maybe(1, &mut items, "proxy_pass_header Upgrade");
        self.maybe(1, &mut items, "proxy_pass_request_headers off");
        self.maybe(1, &mut items, "proxy_method POST");
        items
    }

    fn complete(&mut self) -> Vec<Item> {
        let mut items = if self.rng.chance(25) { vec![include(0)] } else { self.trio() };
        match self.rng.below(4) {
            0 => {}
            1 => items.push(include(1)),
            _ => items.push(self.host()),
        }
        if self.rng.chance(15) {
            items.push(self.other());
        }
        if self.rng.chance(1) {
            items.extend(self.trio());
        }
        items
    }

    fn trio(&mut self) -> Vec<Item> {
        vec![self.upgrade(), self.connection()]
    }

    fn partial(&mut self) -> Vec<Item> {
        match self.rng.below(3) {
            0 => vec![self.upgrade()],
            1 => vec![self.connection()],
            _ => vec![self.host()],
        }
    }

    fn upgrade(&mut self) -> Item {
        simple(format!("proxy_set_header Upgrade {}", self.rng.weighted(&UPGRADES)))
    }

    fn connection(&mut self) -> Item {
        let name = if self.rng.chance(10) { "connection" } else { "Connection" };
        simple(format!("proxy_set_header {name} {}", self.rng.weighted(&CONNECTIONS)))
    }

    fn host(&mut self) -> Item {
        simple(format!("proxy_set_header Host {}", self.rng.weighted(&HOSTS)))
    }

    fn other(&mut self) -> Item {
        simple(format!("proxy_set_header {}", self.rng.pick(&OTHERS)))
    }
}

fn include(which: usize) -> Item {
    simple(format!("include {}", SNIPPETS[which]))
}
