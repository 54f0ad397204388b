//! Who may enter: addresses, passwords, `auth_request`, `limit_except`.

use super::super::tree::{Item, block, simple};
use super::{Generator, Level, Scope};

const ADDRESSES: [&[&str]; 8] = [
    &["allow 127.0.0.1", "deny all"],
    &["allow 127.0.0.0/8", "deny all"],
    &["deny 127.0.0.1"],
    &["deny all"],
    &["allow all"],
    &["allow 10.0.0.0/8", "deny all"],
    &["deny 10.0.0.1", "allow 127.0.0.0/30"],
    &["deny unix:", "allow ::1", "deny 127.0.0.0/8"],
];

/// The locations that `auth_request` asks: the name and how often.
const AUTHORITIES: [(usize, &str); 7] = [
    (40, "/_auth"),
    (8, "/_auth401"),
    (8, "/_auth403"),
    (4, "/_auth500"),
    (3, "/_auth_proxied"),
    (2, "/nothing"),
    (3, "/_auth302"),
];

impl Generator {
    /// Rules of access for a server or a location.
    pub(super) fn access(&mut self) -> Vec<Item> {
        let mut items = Vec::new();
        if self.rng.chance(60) {
            items.extend(self.rng.pick(&ADDRESSES).iter().copied().map(simple));
        }
        if self.rng.chance(30) {
            items.extend(self.password());
        }
        match self.rng.below(100) {
            0..35 => items.push(simple(format!("auth_request {}", self.rng.weighted(&AUTHORITIES)))),
            35..39 => items.push(simple("auth_request off")),
            _ => {}
        }
        self.maybe(25, &mut items, "satisfy any");
        items
    }

    fn password(&mut self) -> Vec<Item> {
        if self.rng.chance(15) {
            return vec![simple("auth_basic off")];
        }
        let mut items = vec![simple("auth_basic \"members\"")];
        self.maybe(90, &mut items, "auth_basic_user_file users");
        items
    }

    /// The locations that `auth_request` asks.
    pub(super) fn authorities(&mut self) -> Vec<Item> {
        let answers = |name: &str, code: &str| {
            block(format!("location = {name}"), vec![simple("internal"), simple(code)])
        };
        let mut proxied = vec![simple("internal"), simple("proxy_pass http://127.0.0.1:__A__/auth")];
        self.maybe(50, &mut proxied, "proxy_set_header Content-Length \"\"");
        self.maybe(50, &mut proxied, "proxy_pass_request_body off");
        let open = self.rng.pick(&["return 204", "return 200", "return 200 ok"]);
        vec![
            answers("/_auth", open),
            answers("/_auth401", "return 401"),
            answers("/_auth403", "return 403"),
            answers("/_auth500", "return 500"),
            answers("/_auth302", "return 302 /login"),
            block("location = /_auth_proxied", proxied),
        ]
    }

    /// `limit_except` for a location.
    pub(super) fn limit_except(&mut self, scope: &Scope) -> Item {
        let methods = self.rng.pick(&["GET", "GET", "POST", "GET POST", "HEAD", "OPTIONS PUT"]);
        let inner = Scope { level: Level::LimitExcept, ..scope.clone() };
        let body = match self.rng.below(4) {
            0 => self.pass(&inner),
            1 => vec![simple("allow 127.0.0.1"), simple("deny all")],
            2 => self.password(),
            _ => vec![simple("deny all")],
        };
        block(format!("limit_except {methods}"), body)
    }
}
