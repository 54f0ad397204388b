//! The main file: what is common to all servers, and what lies in other files.

use super::super::tree::{FRAME, Item, MAIN, block, simple};
use super::Generator;

/// Variables that only a regex or a `set` defines, and that something must define.
const VARIABLES: [&str; 7] = ["s1", "s2", "up", "seg", "sub", "key", "token"];

impl Generator {
    /// Makes all files.
    pub(super) fn http(&mut self) {
        self.snippets();
        self.shared_locations();
        let mut body: Vec<Item> = vec![simple(format!("include {FRAME}"))];
        let maps = self.maps();
        let mut groups = vec![self.upstreams(), self.headers(20), self.shared()];
        groups.push(if self.rng.chance(50) { self.moved_to("conf.d/00-maps.conf", maps) } else { maps });
        body.extend(self.shuffled(groups));
        body.extend(self.placed_servers());
        body.push(self.definitions());
        let events = block("events", vec![simple("worker_connections 256")]);
        self.files.insert(MAIN.into(), vec![events, block("http", body)]);
    }

    fn upstreams(&mut self) -> Vec<Item> {
        let server = || simple("server 127.0.0.1:__B__");
        let mut pool = vec![server()];
        self.maybe(40, &mut pool, "keepalive 4");
        vec![block("upstream app", vec![server()]), block("upstream pool", pool)]
    }

    fn shared(&mut self) -> Vec<Item> {
        let mut items = Vec::new();
        self.maybe(6, &mut items, "error_page 404 /err.html");
        self.maybe(4, &mut items, "error_page 418 = @ws");
        self.maybe(15, &mut items, "root html");
        self.maybe(3, &mut items, "merge_slashes off");
        self.maybe(3, &mut items, "deny 10.0.0.0/8");
        items
    }

    /// Servers in the main file, one to a file, or both.
    fn placed_servers(&mut self) -> Vec<Item> {
        let (mut here, mut elsewhere) = (Vec::new(), 0);
        let servers = self.servers();
        let split = self.rng.chance(50);
        for server in servers {
            if split && self.rng.chance(60) {
                let server = self.with_snippet(server, elsewhere);
                self.files.insert(format!("sites/{elsewhere}.conf"), vec![server]);
                elsewhere += 1;
            } else {
                here.push(server);
            }
        }
        if elsewhere > 0 {
            let at = self.rng.below(here.len() + 1);
            here.insert(at, simple("include sites/*.conf"));
        }
        here
    }

    /// A server whose last directives lie in a snippet.
    fn with_snippet(&mut self, server: Item, number: usize) -> Item {
        let Item::Block(head, mut body) = server else { return server };
        let last = body.split_off(body.len().saturating_sub(self.rng.between(1, 8)).max(2));
        let listens =
            last.iter().any(|item| matches!(item, Item::Simple(text) if text.starts_with("listen")));
        body.extend(if listens {
            last
        } else {
            self.moved_to(&format!("snippets/rest-{number}.conf"), last)
        });
        Item::Block(head, body)
    }

    /// A server that no request reaches defines the variables that nothing else does.
    fn definitions(&mut self) -> Item {
        let sets = VARIABLES.map(|name| simple(format!("set ${name} x")));
        let listen = self.listens[0][0].clone();
        let mut body = vec![simple(format!("listen {listen}")), simple("server_name definitions.invalid")];
        body.extend(sets);
        block("server", body)
    }
}
