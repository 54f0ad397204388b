//! `set`, `if`, `rewrite`, `return` and `break`.

use super::super::tree::{Item, block, simple};
use super::words::{CONDITIONS, FILE_TESTS, PATTERNS, REDIRECTS, REPLACEMENTS, VALUES};
use super::{Generator, Level, Scope};

const FLAGS: [(usize, &str); 5] =
    [(30, ""), (30, " last"), (30, " break"), (5, " redirect"), (5, " permanent")];

const CODES: [(usize, u16); 14] = [
    (10, 200),
    (8, 204),
    (4, 301),
    (4, 302),
    (8, 401),
    (10, 403),
    (10, 404),
    (15, 418),
    (3, 426),
    (5, 500),
    (4, 503),
    (2, 444),
    (1, 400),
    (1, 308),
];

impl Generator {
    /// A few rewrite directives for the start of a block.
    pub(super) fn rewrites(&mut self, scope: &Scope) -> Vec<Item> {
        let count = self.rng.weighted(&[(50, 1), (30, 2), (15, 3), (5, 4)]);
        (0..count).map(|_| self.rewrite_directive(scope)).collect()
    }

    fn rewrite_directive(&mut self, scope: &Scope) -> Item {
        let whole = scope.level == Level::Server;
        match self.rng.weighted(&[(25, 0), (if whole { 12 } else { 25 }, 1), (45, 2), (2, 3), (3, 4)]) {
            0 => self.set(),
            1 => self.rewrite(),
            2 => self.branch(scope),
            3 => self.answer(),
            _ => simple("break"),
        }
    }

    fn set(&mut self) -> Item {
        let name = self.rng.pick(&["s1", "s1", "s2"]);
        simple(format!("set ${name} {}", self.rng.pick(&VALUES)))
    }

    fn rewrite(&mut self) -> Item {
        let flag = self.rng.weighted(&FLAGS);
        let redirects = self.rng.chance(4);
        let target = if redirects { self.rng.pick(&REDIRECTS) } else { self.rng.pick(&REPLACEMENTS) };
        simple(format!("rewrite {} {target}{flag}", self.rng.pick(&PATTERNS)))
    }

    /// `return`, in all its forms.
    pub(super) fn answer(&mut self) -> Item {
        let code = self.rng.weighted(&CODES);
        simple(match self.rng.below(10) {
            0 | 1 if code != 444 => format!("return {code} \"text $uri\""),
            2 => format!("return {}", self.rng.pick(&["https://x.test/", "http://x.test$request_uri"])),
            3 => format!(
                "return {} {}",
                self.rng.pick(&[301, 302, 307]),
                self.rng.pick(&["/ws/", "https://$host/x"])
            ),
            _ => format!("return {code}"),
        })
    }

    /// An `if`.
    pub(super) fn branch(&mut self, scope: &Scope) -> Item {
        let on_file = self.rng.chance(4);
        let condition = if on_file { self.rng.pick(&FILE_TESTS) } else { self.rng.pick(&CONDITIONS) };
        let level = if scope.level == Level::Server { Level::IfInServer } else { Level::IfInLocation };
        let inner = Scope { level, ..scope.clone() };
        block(format!("if {condition}"), self.branch_body(&inner))
    }

    fn branch_body(&mut self, scope: &Scope) -> Vec<Item> {
        let in_location = scope.level == Level::IfInLocation;
        let mut body = Vec::new();
        match self.rng.weighted(&[(25, 0), (25, 1), (25, 2), (4, 3), (if in_location { 40 } else { 0 }, 4)]) {
            0 => body.push(self.set()),
            1 => body.push(self.rewrite()),
            2 => body.push(self.answer()),
            3 => body.push(simple("break")),
            _ => body.extend(self.served_branch(scope)),
        }
        if self.rng.chance(15) {
            body.insert(0, self.set());
        }
        body
    }

    /// What makes the branch itself serve.
    fn served_branch(&mut self, scope: &Scope) -> Vec<Item> {
        match self.rng.weighted(&[(50, 0), (30, 1), (10, 2), (5, 3)]) {
            0 => self.pass(scope),
            1 => vec![simple("add_header X-Branch 1")],
            2 => vec![self.error_page()],
            _ => vec![simple("root html/static")],
        }
    }
}
