//! What happens instead: `error_page` and `try_files`.

use super::super::tree::{Item, block, simple};
use super::Generator;
use super::words::NAMED;

const CODES: [&str; 10] =
    ["418", "418", "404", "404", "403", "401", "403 404", "405", "500 502 503", "301 426"];

const CHANGES: [(usize, &str); 7] =
    [(40, ""), (35, " ="), (8, " =200"), (6, " =101"), (4, " =404"), (3, " =302"), (3, " =418")];

const URIS: [&str; 7] =
    ["/err.html", "/ws/err", "/chat/x?e=1", "https://x.test/e", "/ws", "/live/$status", "/nothing"];

const TRIED: [&str; 9] = [
    "$uri",
    "$uri $uri/",
    "$uri.html",
    "/static$uri",
    "$uri/index.html",
    "/nothing",
    "/$seg/x",
    "/ws/",
    "$document_uri",
];

const FALLBACKS: [&str; 7] =
    ["=404", "=403", "/ws/", "/chat/x?t=$uri", "/index.html", "/static/a.txt", "=418"];

impl Generator {
    /// `error_page` to a named location, a URI or elsewhere.
    pub(super) fn error_page(&mut self) -> Item {
        let named = self.rng.chance(55);
        let target = if named { self.rng.pick(&NAMED) } else { self.rng.pick(&URIS) };
        simple(format!("error_page {}{} {target}", self.rng.pick(&CODES), self.rng.weighted(&CHANGES)))
    }

    /// Several of them, perhaps.
    pub(super) fn error_pages(&mut self) -> Vec<Item> {
        let mut items: Vec<Item> = (0..self.rng.between(1, 2)).map(|_| self.error_page()).collect();
        self.maybe(20, &mut items, "recursive_error_pages on");
        items
    }

    /// Handshakes are sent elsewhere, as many configurations do it.
    pub(super) fn dispatch(&mut self) -> Vec<Item> {
        let condition =
            self.rng.pick(&["$http_upgrade", "$http_upgrade ~* websocket", "$connection_upgrade = upgrade"]);
        let change = self.rng.weighted(&[(60, " ="), (15, ""), (10, " =101"), (10, " =200"), (5, " =404")]);
        let target = self.rng.pick(&["@ws", "@ws", "@app", "/ws/", "/chat/x"]);
        let code = self.rng.pick(&[418, 418, 426, 404]);
        vec![
            simple(format!("error_page {code}{change} {target}")),
            block(format!("if ({condition})"), vec![simple(format!("return {code}"))]),
        ]
    }

    /// `try_files` with any ending.
    pub(super) fn try_files(&mut self) -> Item {
        let named = self.rng.chance(50);
        let fallback = if named { self.rng.pick(&NAMED) } else { self.rng.pick(&FALLBACKS) };
        simple(format!("try_files {} {fallback}", self.rng.pick(&TRIED)))
    }
}
