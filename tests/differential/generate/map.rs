//! Maps: every one that a configuration may use is always there.

use super::super::tree::{Item, block, simple};
use super::Generator;

const CONNECTION: [&[&str]; 8] = [
    &["default upgrade", "'' close"],
    &["default upgrade", "'' ''"],
    &["default upgrade"],
    &["websocket upgrade"],
    &["default $http_connection", "'' close"],
    &["default close", "~*^websocket$ upgrade"],
    &["default ''", "~^web upgrade"],
    &["default 'keep-alive, Upgrade'", "'' keep-alive", "h2c close"],
];

const UPGRADE: [&[&str]; 5] = [
    &["default ''", "websocket websocket"],
    &["default $http_upgrade"],
    &["default ''", "~*^(?<token>websocket)$ $token"],
    &["WebSocket WebSocket"],
    &["default websocket", "'' ''"],
];

const POOL: [&[&str]; 5] = [
    &["default 127.0.0.1:__B__"],
    &["default app"],
    &["default 127.0.0.1:__B__", "c.test ''"],
    &["hostnames", "default pool", "*.a.test 127.0.0.1:__B__", "www.* app"],
    &["hostnames", ".b.test app", "a.test pool", "~^(?<sub>x) 127.0.0.1:__B__", "default app"],
];

const SOURCES: [&str; 9] = [
    "$http_upgrade",
    "$request_method",
    "$uri",
    "$host",
    "$http_x_flag",
    "$arg_v",
    "$http_upgrade$arg_v",
    "$request_uri",
    "$s1",
];

const KEYS: [&str; 14] = [
    "1",
    "websocket",
    "GET",
    "/ws",
    "~^/(ws|chat)",
    "~*WS",
    "yes",
    "''",
    "a.test",
    "\"~^(?<key>[a-z])\"",
    "~^.(.)",
    "POST",
    "0",
    "\\default",
];

const RESULTS: [&str; 10] =
    ["1", "0", "''", "yes", "yes", "$http_x_flag", "$request_method", "$1", "\"x$key\"", "$http_connection"];

impl Generator {
    /// The maps, each for its use.
    pub(super) fn maps(&mut self) -> Vec<Item> {
        let made = [
            ("$http_upgrade $connection_upgrade", self.rng.pick(&CONNECTION)),
            ("$http_upgrade $upg", self.rng.pick(&UPGRADE)),
            ("$host $pool", self.rng.pick(&POOL)),
        ];
        let mut maps: Vec<Item> = made.map(|(names, body)| map(names, body.iter().copied())).into();
        maps.push(self.flag());
        let key = "$uri $key_default";
        maps.push(map(key, ["default ''", "\"~^/(?<key>[a-z]+)\" $key"].into_iter()));
        maps
    }

    fn flag(&mut self) -> Item {
        let mut keys: Vec<&str> = (0..self.rng.between(0, 3)).map(|_| self.rng.pick(&KEYS)).collect();
        if self.rng.chance(70) {
            keys.push("default");
        }
        keys.sort_unstable();
        keys.dedup();
        let mut body: Vec<Item> =
            keys.iter().map(|key| simple(format!("{key} {}", self.rng.pick(&RESULTS)))).collect();
        self.maybe(8, &mut body, "volatile");
        block(format!("map {} $flag", self.rng.pick(&SOURCES)), body)
    }
}

fn map<'a>(names: &str, body: impl Iterator<Item = &'a str>) -> Item {
    block(format!("map {names}"), body.map(simple).collect())
}
