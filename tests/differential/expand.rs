//! A configuration with its includes in place: which blocks there are, and what each of them is in.

use super::tree::{Conf, FRAME, Item, Kind, MAIN, Path, Place, kind, write};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// A block that writes its own log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Logged {
    /// The line of its head.
    pub(crate) place: Place,
    /// What it is.
    pub(crate) kind: Kind,
    /// What it is in more detail: its words but for the name.
    pub(crate) label: &'static str,
    /// The servers it is in: several for a block in a snippet.
    pub(crate) servers: BTreeSet<Place>,
    /// The locations it is in, or itself.
    pub(crate) locations: BTreeSet<Place>,
}

/// The files as text, and the blocks by the number that stands in the log.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// Paths relative to the folder, with addresses still to be filled in.
    pub(crate) files: Vec<(String, String)>,
    /// The blocks that write a log.
    pub(crate) blocks: Vec<Logged>,
}

/// Keeps nginx within its folder and makes it close every connection at once: by then it has logged the request.
const SETTINGS: &str = "\
keepalive_timeout 0;
lingering_close off;
client_body_temp_path lab-tmp/body;
proxy_temp_path lab-tmp/proxy;
fastcgi_temp_path lab-tmp/fastcgi;
uwsgi_temp_path lab-tmp/uwsgi;
scgi_temp_path lab-tmp/scgi;
variables_hash_bucket_size 128;
";

/// What is logged of a request besides the block's number.
const VARIABLES: [&str; 10] = [
    "remote_port",
    "server_port",
    "status",
    "upstream_addr",
    "server_protocol",
    "http_upgrade",
    "http_connection",
    "http_host",
    "uri",
    "request_uri",
];

/// Writes a configuration in which every block writes its own log.
pub(crate) fn written(conf: &Conf) -> Written {
    let blocks = Expansion::of(conf);
    let mut result = Written::default();
    for (name, items) in &conf.files {
        let own = |at: &[usize]| blocks.numbers.get(&(name.clone(), at.to_vec())).copied();
        let text =
            write(items, &mut |at| own(at).map(|number| format!("access_log lab-access.log b{number};")));
        result.files.push((name.clone(), text.text));
    }
    result.files.push((FRAME.into(), frame(blocks.logged.len())));
    result.blocks = blocks.logged;
    result
}

fn frame(count: usize) -> String {
    let variables = VARIABLES.map(|name| format!("\"{name}\":\"${name}\"")).join(",");
    (0..count).fold(SETTINGS.to_owned(), |mut text, number| {
        writeln!(text, "log_format b{number} escape=json '{{\"block\":{number},{variables}}}';")
            .expect("memory");
        text
    })
}

struct Expansion<'a> {
    conf: &'a Conf,
    lines: BTreeMap<&'a String, BTreeMap<Vec<usize>, u64>>,
    numbers: BTreeMap<Path, usize>,
    logged: Vec<Logged>,
}

#[derive(Clone, Default)]
struct Around {
    kind: Option<Kind>,
    server: Option<Place>,
    location: Option<Place>,
    depth: usize,
}

impl<'a> Expansion<'a> {
    fn of(conf: &'a Conf) -> Self {
        let lines =
            conf.files.iter().map(|(name, items)| (name, write(items, &mut |_| None).lines)).collect();
        let mut expansion = Self { conf, lines, numbers: BTreeMap::new(), logged: Vec::new() };
        if let Some((name, items)) = conf.files.get_key_value(MAIN) {
            expansion.level(name, items, &mut Vec::new(), &Around::default());
        }
        expansion
    }

    fn level(&mut self, file: &'a String, items: &'a [Item], at: &mut Vec<usize>, around: &Around) {
        for (index, item) in items.iter().enumerate() {
            at.push(index);
            match item {
                Item::Simple(text) => self.include(text, around),
                Item::Block(head, body) => {
                    let inside = self.block(file, head, at, around);
                    self.level(file, body, at, &inside);
                }
            }
            at.pop();
        }
    }

    fn include(&mut self, text: &str, around: &Around) {
        let around = Around { depth: around.depth + 1, ..around.clone() };
        for (name, items) in self.conf.included(text).into_iter().flatten() {
            if around.depth < 9 {
                self.level(name, items, &mut Vec::new(), &around);
            }
        }
    }

    fn block(&mut self, file: &String, head: &str, at: &[usize], around: &Around) -> Around {
        let Some(kind) = kind(head, around.kind) else { return around.clone() };
        let place = (file.clone(), self.lines[file][at]);
        let mut inside = Around { kind: Some(kind), ..around.clone() };
        match kind {
            Kind::Server => inside.server = Some(place.clone()),
            Kind::Location => inside.location = Some(place.clone()),
            Kind::Inner => {}
        }
        let next = self.logged.len();
        let number = *self.numbers.entry((file.clone(), at.to_vec())).or_insert(next);
        if number == next {
            self.logged.push(Logged {
                place,
                kind,
                label: label(head, at.len()),
                servers: BTreeSet::new(),
                locations: BTreeSet::new(),
            });
        }
        self.logged[number].servers.extend(inside.server.clone());
        self.logged[number].locations.extend(inside.location.clone());
        inside
    }
}

/// What a block is, for counting.
fn label(head: &str, depth: usize) -> &'static str {
    let mut words = head.split(' ');
    match (words.next(), words.next().unwrap_or_default()) {
        (Some("server"), _) => "server",
        (Some("if"), _) => "if",
        (Some("limit_except"), _) => "limit_except",
        (_, "=") => "exact",
        (_, "^~") => "^~",
        (_, name) if name.starts_with('@') => "named",
        _ if depth > 3 => "nested",
        (_, "~" | "~*") => "regex",
        _ => "prefix",
    }
}

#[test]
fn a_block_in_a_snippet_is_in_several_servers() {
    use super::tree::{block, simple};
    let server = || block("server", vec![simple("include s")]);
    let branch = block("if ($a)", vec![]);
    let snippet = vec![branch.clone(), block("location /", vec![branch])];
    let files = [(MAIN.into(), vec![block("http", vec![server(), server()])]), ("s".into(), snippet)];
    let written = written(&Conf { files: files.into() });
    let place = |file: &str, line| (file.to_owned(), line);
    let blocks: Vec<_> = written.blocks.iter().map(|b| (b.place.clone(), b.kind, b.servers.len())).collect();
    assert_eq!(
        blocks,
        [
            (place(MAIN, 2), Kind::Server, 1),
            (place("s", 3), Kind::Location, 2),
            (place("s", 4), Kind::Inner, 2),
            (place(MAIN, 5), Kind::Server, 1),
        ]
    );
    assert_eq!(written.blocks[2].locations, [place("s", 3)].into());
    assert!(written.files[0].1.contains("    server { access_log lab-access.log b0;"));
    assert!(written.files[2].1.contains("log_format b3 "));
}
