//! Writes a configuration so that an unprivileged nginx can run it beside others: free ports on loopback, the
//! laboratory's backends behind every pass, its certificate, a folder of its own. Lines keep their numbers, and what
//! is about proxying, headers and routing stays as it is.
//!
//! A pass to a port on which the configuration itself listens stays within it, one to port 1 keeps being refused;
//! `https://` to a backend becomes `http://`, for the backends speak no TLS.

use super::cache;
use super::conf::Statement;
use super::listen::{Listen, Ports};
use super::tree::{File, MAIN, Tree};
use super::upstream::{Addresses, Upstreams};
use std::ffi::OsStr;
use std::net::SocketAddr;
use std::ops::Range;
use std::path::Path;

/// Where a configuration runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    /// The folder to write it into.
    pub(crate) folder: &'a Path,
    /// The folder of nginx's modules.
    pub(crate) modules: &'a Path,
}

/// Writes the tree into its place; returns where it listens.
pub(crate) fn render(
    tree: &Tree,
    upstreams: &Upstreams,
    ports: &mut Ports,
    place: Place<'_>,
) -> Vec<(Listen, SocketAddr)> {
    let into = place.folder;
    let mut writer = Writer::new(tree, upstreams, ports, place);
    for (path, file) in &tree.files {
        let text = writer.rewrite(file, path == Path::new(MAIN));
        let path = into.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    std::fs::create_dir_all(into.join("lab-tmp")).expect("a folder");
    writer.listening()
}

/// Directives about the machine; the laboratory sets its own.
const DROPPED: [&str; 14] = [
    "user",
    "pid",
    "lock_file",
    "daemon",
    "master_process",
    "error_log",
    "access_log",
    "ssl_dhparam",
    "client_body_temp_path",
    "proxy_temp_path",
    "fastcgi_temp_path",
    "uwsgi_temp_path",
    "scgi_temp_path",
    "ssl_stapling_file",
];

struct Writer<'a> {
    tree: &'a Tree,
    addresses: Addresses<'a>,
    ports: &'a mut Ports,
    place: Place<'a>,
    listens: Vec<Listen>,
    passed: String,
}

type Edit = (Range<usize>, String);

impl<'a> Writer<'a> {
    fn new(tree: &'a Tree, upstreams: &'a Upstreams, ports: &'a mut Ports, place: Place<'a>) -> Self {
        let written = tree.statements().filter(|(f, s)| f.name(s) == "listen");
        let listens: Vec<Listen> = written.filter_map(|(f, s)| Listen::parse(&f.arguments(s))).collect();
        let with_pass = tree.statements().filter(|(f, s)| f.name(s).ends_with("_pass"));
        let passed = with_pass.map(|(f, s)| f.word(s, 1) + " ").collect();
        let addresses = Addresses::new(upstreams, tree.upstream_names(), &listens, ports);
        Self { tree, addresses, ports, place, listens, passed }
    }

    fn rewrite(&mut self, file: &File, is_main: bool) -> Vec<u8> {
        let mut edits: Vec<Edit> = Vec::new();
        for (index, statement) in file.scan.statements.iter().enumerate() {
            edits.extend(self.edit(file, statement));
            edits.extend(self.opening(file, index, statement));
        }
        if is_main {
            edits.extend(self.frame(file));
        }
        apply(&file.text, edits)
    }

    fn edit(&mut self, file: &File, statement: &Statement) -> Option<Edit> {
        let name = file.name(statement);
        let within = file.parent_name(statement);
        let first = |change: &dyn Fn(&str) -> Option<String>| edit_word(file, statement, 1, change);
        match name.as_str() {
            _ if matches!(within.as_str(), "map" | "split_clients") => self.edit_value(file, statement),
            dropped if DROPPED.contains(&dropped) => Some(blank(file, statement)),
            "listen" => self.edit_listen(file, statement),
            "server" if statement.body.is_none() => first(&|word| self.addresses.server(word)),
            "set" => self.edit_value(file, statement),
            "include" => first(&|word| word.strip_prefix("/etc/nginx/").map(str::to_owned)),
            "load_module" => first(&|word| Some(below(self.place.modules, Path::new(word).file_name()?))),
            pass if pass.ends_with("_pass") => first(&|word| self.addresses.pass(word)),
            path if path.ends_with("_cache_path") => {
                first(&|word| Some(self.temporary(&word.replace('/', "_"))))
            }
            tls if tls.contains("ssl_") && tls.contains("certificate") => {
                first(&|word| certificate(tls, word))
            }
            _ => None,
        }
    }

    /// The value of a variable that a pass uses.
    fn edit_value(&self, file: &File, statement: &Statement) -> Option<Edit> {
        let variable = match statement.parent.map(|parent| &file.scan.statements[parent]) {
            Some(map) if file.name(statement) != "set" => file.word(map, 2),
            _ => file.word(statement, 1),
        };
        let used = !variable.is_empty() && self.passed.contains(&variable);
        let change = |word: &str| {
            let url = word.contains("://");
            if url { self.addresses.pass(word) } else { self.addresses.address(word) }
        };
        edit_word(file, statement, statement.words.len() - 1, &change).filter(|_| used)
    }

    fn edit_listen(&mut self, file: &File, statement: &Statement) -> Option<Edit> {
        let arguments = file.arguments(statement);
        let Some(listen) = Listen::parse(&arguments) else { return Some(blank(file, statement)) };
        let options = arguments[1..].iter().filter(|a| !a.starts_with("ipv6only"));
        let text =
            options.fold(format!("listen {}", self.socket(&listen)), |text, option| text + " " + option);
        Some((statement.words[0].start..statement.words.last()?.end, text))
    }

    /// The address to bind: loopback, unless one port is bound both to all addresses and to a certain one, where the
    /// difference is what nginx chooses the server by.
    fn socket(&mut self, listen: &Listen) -> SocketAddr {
        let everywhere = |l: &Listen| matches!(l.address.as_str(), "" | "*" | "0.0.0.0");
        let shared = self.listens.iter().any(|l| l.port == listen.port && l.address.starts_with("127."));
        let host = if everywhere(listen) && shared { "0.0.0.0".into() } else { listen.loopback() };
        SocketAddr::new(host.parse().expect("an address"), self.ports.of(listen.port))
    }

    fn listening(&mut self) -> Vec<(Listen, SocketAddr)> {
        let mut found: Vec<(Listen, SocketAddr)> = Vec::new();
        for listen in self.listens.clone() {
            let mut address = self.socket(&listen);
            if address.ip().is_unspecified() {
                address.set_ip([127, 0, 0, 1].into());
            }
            found.push((listen, address));
        }
        found
    }

    /// What a block needs right behind its brace.
    fn opening(&mut self, file: &File, index: usize, statement: &Statement) -> Option<Edit> {
        let body = statement.body?;
        match file.name(statement).as_str() {
            "http" => Some((body..body, self.http_settings())),
            "server" if !self.tree.has(file, Some(index), "listen") => {
                Some((body..body, self.listen_on_80()))
            }
            _ => None,
        }
    }

    fn http_settings(&self) -> String {
        let names = DROPPED.iter().filter(|name| name.ends_with("_temp_path"));
        let paths: Vec<String> = names.map(|name| format!(" {name} {};", self.temporary(name))).collect();
        format!(" access_log off;{}", paths.concat())
    }

    /// What a fragment lacks around it, and the module that Debian ships `stream` in.
    fn frame(&mut self, file: &File) -> Vec<Edit> {
        let top: Vec<String> = file.children(None).map(|(_, s)| file.name(s)).collect();
        let has = |names: &[&str]| top.iter().any(|t| names.contains(&t.as_str()));
        let debian_stream = has(&["stream"]) && !has(&["load_module"]);
        let module = below(self.place.modules, "ngx_stream_module.so".as_ref());
        let mut before = if debian_stream { format!("load_module {module}; ") } else { String::new() };
        if !has(&["events"]) {
            before += "events {} ";
        }
        let inner = [&["http"][..], &["server", "upstream", "map"], &["location"], &["proxy_pass"]];
        let blocks = inner.iter().position(|names| has(names)).unwrap_or(0);
        let around =
            [format!("http {{{} ", self.http_settings()), self.bare_server(blocks), "location / { ".into()];
        before += &around[..blocks].concat();
        let end = file.text.len();
        vec![(0..0, before), (end..end, format!("\n{}", "}".repeat(blocks)))]
    }

    fn bare_server(&mut self, blocks: usize) -> String {
        let listen = (blocks > 1).then(|| self.listen_on_80());
        format!("server {{{} ", listen.unwrap_or_default())
    }

    fn listen_on_80(&mut self) -> String {
        let listen = Listen { address: String::new(), port: 80, tls: false };
        let text = format!(" listen {};", self.socket(&listen));
        self.listens.push(listen);
        text
    }

    fn temporary(&self, name: &str) -> String {
        below(&self.place.folder.join("lab-tmp"), name.as_ref())
    }
}

fn edit_word(
    file: &File,
    statement: &Statement,
    index: usize,
    change: &dyn Fn(&str) -> Option<String>,
) -> Option<Edit> {
    let range = statement.words.get(index)?.clone();
    change(&file.word(statement, index)).map(|word| (range, format!("\"{word}\"")))
}

fn below(folder: &Path, name: &OsStr) -> String {
    folder.join(name).display().to_string()
}

fn certificate(directive: &str, word: &str) -> Option<String> {
    let name = if directive.ends_with("_key") { "key.pem" } else { "cert.pem" };
    (!word.contains('$')).then(|| below(&cache().join("tls"), name.as_ref()))
}

/// Spaces instead of a directive; its line breaks stay.
fn blank(file: &File, statement: &Statement) -> Edit {
    let range = statement.words[0].start..statement.end;
    let text = &file.text[range.clone()];
    let blanked = text.iter().map(|&byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
    (range, blanked)
}

fn apply(text: &[u8], mut edits: Vec<Edit>) -> Vec<u8> {
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut result = Vec::new();
    let mut at = 0;
    for (range, new) in edits {
        result.extend_from_slice(&text[at..range.start]);
        result.extend_from_slice(new.as_bytes());
        at = range.end;
    }
    result.extend_from_slice(&text[at..]);
    result
}
