//! Makes random configurations that nginx accepts (nearly always) and requests that about half of the time reach a
//! backend. The same seed gives the same case.

mod access;
mod error;
mod header;
mod http;
mod location;
mod map;
mod pass;
mod request;
mod rewrite;
mod server;
mod words;

use super::request::Request;
use super::rng::Rng;
use super::tree::{Conf, Item, simple};
use std::collections::BTreeMap;

/// A configuration and what is asked of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Case {
    /// The configuration.
    pub(crate) conf: Conf,
    /// The requests, in order.
    pub(crate) requests: Vec<Request>,
}

/// Makes a case.
pub(crate) fn generate(seed: u64) -> Case {
    let mut generator = Generator {
        rng: Rng::new(seed),
        files: BTreeMap::new(),
        listens: Vec::new(),
        defaults: Vec::new(),
        hosts: Vec::new(),
        targets: Vec::new(),
    };
    generator.http();
    let requests = generator.requests();
    Case { conf: Conf { files: generator.files }, requests }
}

/// What is known while a case is made.
struct Generator {
    rng: Rng,
    files: BTreeMap<String, Vec<Item>>,
    /// The `listen` arguments of each server.
    listens: Vec<Vec<String>>,
    /// The ports that have a default server already.
    defaults: Vec<Option<usize>>,
    /// Host names that lead somewhere.
    hosts: Vec<&'static str>,
    /// Paths that lead somewhere.
    targets: Vec<String>,
}

/// Where directives are being written.
#[derive(Clone, Debug)]
struct Scope {
    /// The kind of the innermost block.
    level: Level,
    /// The name of the location, where it is a prefix.
    prefix: String,
    /// What a pass may lead to within the configuration.
    hops: Vec<String>,
    /// How many locations are around.
    depth: usize,
}

/// The kind of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Server,
    Prefix,
    Exact,
    Regex,
    Named,
    IfInServer,
    IfInLocation,
    LimitExcept,
}

impl Generator {
    /// Adds a directive in so many of a hundred cases.
    fn maybe(&mut self, percent: usize, body: &mut Vec<Item>, text: &str) {
        if self.rng.chance(percent) {
            body.push(simple(text));
        }
    }

    /// Puts groups of directives in any order.
    fn shuffled(&mut self, mut groups: Vec<Vec<Item>>) -> Vec<Item> {
        for last in (1..groups.len()).rev() {
            groups.swap(last, self.rng.below(last + 1));
        }
        groups.concat()
    }

    /// Files from a place on become a file of their own, which is included there.
    fn moved_to(&mut self, name: &str, items: Vec<Item>) -> Vec<Item> {
        self.files.insert(name.to_owned(), items);
        vec![simple(format!("include {name}"))]
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::{Item, MAIN};
    use super::generate;
    use std::collections::BTreeSet;

    #[test]
    fn a_seed_gives_the_same_case() {
        assert_eq!(generate(5), generate(5));
        assert_ne!(generate(5), generate(6));
    }

    #[test]
    fn everything_that_decides_a_route_is_made() {
        let mut names = BTreeSet::new();
        for seed in 0..300 {
            let case = generate(seed);
            assert!(case.conf.files.contains_key(MAIN) && case.requests.len() >= 10);
            case.conf.files.values().for_each(|items| collect(items, &mut names));
        }
        let wanted = "access_log-free map upstream server listen server_name location limit_except if set rewrite return break \
            error_page try_files auth_request auth_basic allow deny satisfy internal index root alias proxy_pass \
            proxy_http_version proxy_set_header include recursive_error_pages merge_slashes proxy_hide_header";
        let missing: Vec<&str> =
            wanted.split_whitespace().skip(1).filter(|name| !names.contains(*name)).collect();
        assert_eq!(missing, [""; 0]);
    }

    fn collect(items: &[Item], names: &mut BTreeSet<String>) {
        for item in items {
            let (Item::Simple(text) | Item::Block(text, _)) = item;
            names.insert(text.split(' ').next().unwrap_or_default().to_owned());
            if let Item::Block(_, body) = item {
                collect(body, names);
            }
        }
    }
}
