//! `proxy_pass` in all its forms.

use super::super::tree::{Item, simple};
use super::{Generator, Level, Scope};

impl Generator {
    /// A pass, with the `set` that it may need.
    pub(super) fn pass(&mut self, scope: &Scope) -> Vec<Item> {
        let bare = !matches!(scope.level, Level::Prefix | Level::Exact);
        let variables = scope.level != Level::LimitExcept;
        match self.rng.weighted(&[
            (60, 0),
            (if bare { 0 } else { 30 }, 1),
            (if variables { 12 } else { 0 }, 2),
        ]) {
            0 => vec![simple(format!("proxy_pass http://{}", self.peer(scope)))],
            1 => {
                let uri = self.rng.pick(&["/", "/", "/up", "/up/", "/up/?fixed=1", "/a%20b/", "/ws/"]);
                vec![simple(format!("proxy_pass http://{}{uri}", self.peer(scope)))]
            }
            _ => self.variable_pass(scope),
        }
    }

    fn peer(&mut self, scope: &Scope) -> String {
        if !scope.hops.is_empty() && self.rng.chance(12) {
            return scope.hops[self.rng.below(scope.hops.len())].clone();
        }
        self.rng.pick(&["127.0.0.1:__B__", "127.0.0.1:__B__", "app", "pool"]).to_owned()
    }

    fn variable_pass(&mut self, scope: &Scope) -> Vec<Item> {
        let uri = self.rng.pick(&[
            "",
            "",
            "$request_uri",
            "$uri",
            "$uri$is_args$args",
            "/x$1",
            "/$seg/$1?k=$arg_v",
            "/up$uri",
        ]);
        match self.rng.weighted(&[(40, 0), (20, 1), (30, 2), (3, 3)]) {
            0 if !uri.is_empty() => vec![simple(format!("proxy_pass http://{}{uri}", self.peer(scope)))],
            0 | 1 => vec![simple(format!("proxy_pass http://$pool{uri}"))],
            2 => vec![
                simple(format!("set $up {}", self.rng.pick(&["127.0.0.1:__B__", "app"]))),
                simple(format!("proxy_pass http://$up{uri}")),
            ],
            _ => vec![simple(format!("proxy_pass http://$up{uri}"))],
        }
    }
}
