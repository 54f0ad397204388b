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
use std::net::SocketAddr;
use std::ops::Range;
use std::path::Path;

/// The backends behind a configuration.
#[derive(Clone, Debug)]
pub(crate) struct Upstreams {
    /// The port of the backend that every address leads to.
    pub(crate) backend: u16,
    /// The port of the plain backend.
    pub(crate) plain: u16,
    /// The ports of the configuration that lead to the plain backend instead.
    pub(crate) plain_ports: Vec<u16>,
}

/// Writes the tree into a folder; returns where it listens.
pub(crate) fn render(
    tree: &Tree,
    upstreams: &Upstreams,
    ports: &mut Ports,
    modules: &Path,
    into: &Path,
) -> Vec<(Listen, SocketAddr)> {
    let mut writer = Writer::new(tree, upstreams, ports, modules, into);
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
    upstreams: &'a Upstreams,
    ports: &'a mut Ports,
    modules: &'a Path,
    into: &'a Path,
    listens: Vec<Listen>,
    names: Vec<String>,
}

type Edit = (Range<usize>, String);

impl<'a> Writer<'a> {
    fn new(
        tree: &'a Tree,
        upstreams: &'a Upstreams,
        ports: &'a mut Ports,
        modules: &'a Path,
        into: &'a Path,
    ) -> Self {
        let written = tree.statements().filter(|(f, s)| f.name(s) == "listen");
        let listens: Vec<Listen> = written.filter_map(|(f, s)| Listen::parse(&f.arguments(s))).collect();
        for listen in &listens {
            ports.of(listen.port);
        }
        Self { tree, upstreams, ports, modules, into, listens, names: tree.upstream_names() }
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
        match name.as_str() {
            _ if matches!(within.as_str(), "map" | "split_clients") => self.edit_value(file, statement),
            dropped if DROPPED.contains(&dropped) => Some(blank(file, statement)),
            "listen" => self.edit_listen(file, statement),
            "server" if statement.body.is_none() => self.edit_word(file, statement, 1, Self::server),
            "set" => self.edit_value(file, statement),
            "include" => {
                self.edit_word(file, statement, 1, |_, w| w.strip_prefix("/etc/nginx/").map(str::to_owned))
            }
            "load_module" => self.edit_word(file, statement, 1, Self::module),
            "proxy_pass" if within == "server" => self.edit_word(file, statement, 1, Self::server),
            pass if pass.ends_with("_pass") => self.edit_word(file, statement, 1, Self::pass),
            path if path.ends_with("_cache_path") => self.edit_word(file, statement, 1, Self::cache_path),
            tls if tls.contains("ssl_") && tls.contains("certificate") => {
                self.edit_word(file, statement, 1, |_, w| Some(certificate(tls, w)))
            }
            _ => None,
        }
    }

    fn edit_word(
        &self,
        file: &File,
        statement: &Statement,
        index: usize,
        change: impl Fn(&Self, &str) -> Option<String>,
    ) -> Option<Edit> {
        let range = statement.words.get(index)?.clone();
        change(self, &file.word(statement, index)).map(|word| (range, format!("\"{word}\"")))
    }

    fn edit_value(&self, file: &File, statement: &Statement) -> Option<Edit> {
        let last = statement.words.len() - 1;
        self.edit_word(file, statement, last, |writer, word| {
            let url = word.contains("://");
            if url { writer.pass(word) } else { writer.address_with_port(word) }
        })
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
                let listen = Listen { address: String::new(), port: 80, tls: false };
                self.listens.push(listen.clone());
                Some((body..body, format!(" listen {};", self.socket(&listen))))
            }
            _ => None,
        }
    }

    fn http_settings(&self) -> String {
        let folder = self.into.join("lab-tmp");
        let paths = DROPPED.iter().filter(|name| name.ends_with("_temp_path"));
        paths.fold(" access_log off;".to_owned(), |text, name| {
            format!("{text} {name} {}/{name};", folder.display())
        })
    }

    /// What a fragment lacks around it, and the module that Debian ships `stream` in.
    fn frame(&self, file: &File) -> Vec<Edit> {
        let top: Vec<String> = file.children(None).map(|(_, s)| file.name(s)).collect();
        let has = |name: &str| top.iter().any(|t| t == name);
        let end = file.text.len();
        let mut edits = Vec::new();
        if has("stream") && !has("load_module") {
            let module = self.modules.join("ngx_stream_module.so");
            edits.push((0..0, format!("load_module {}; ", module.display())));
        }
        if !has("events") {
            edits.push((0..0, "events {} ".into()));
        }
        if has("server") || has("upstream") {
            edits.push((0..0, format!("http {{ {} ", self.http_settings())));
            edits.push((end..end, "\n}\n".into()));
        }
        edits
    }

    /// The argument of `server` in an upstream.
    fn server(&self, word: &str) -> Option<String> {
        if self.names.iter().any(|name| name == word) {
            return None;
        }
        let (host, port) = host_and_port(word).unwrap_or((word, 80));
        Some(self.upstream(host, port))
    }

    fn address_with_port(&self, word: &str) -> Option<String> {
        let (host, port) = host_and_port(word)?;
        Some(self.upstream(host, port))
    }

    /// The argument of a pass: an address, or a URL that may go on with a URI or variables.
    fn pass(&self, word: &str) -> Option<String> {
        let Some((scheme, rest)) = word.split_once("://") else {
            return if word.starts_with('$') { None } else { self.server(word) };
        };
        if let Some(socket) = rest.strip_prefix("unix:") {
            let uri = socket.split_once(':').map_or("", |(_, uri)| uri);
            return Some(format!("http://127.0.0.1:{}{uri}", self.upstreams.backend));
        }
        let end = rest.find(['/', '?', '$']).unwrap_or(rest.len());
        let (authority, uri) = rest.split_at(end);
        self.authority(scheme, authority, uri)
    }

    fn authority(&self, scheme: &str, authority: &str, uri: &str) -> Option<String> {
        let downgraded = if scheme == "https" { "http" } else { scheme };
        if self.names.iter().any(|name| name == authority) {
            return Some(format!("{downgraded}://{authority}{uri}"));
        }
        if authority.is_empty() || authority.ends_with(':') {
            return None;
        }
        let (host, port) =
            host_and_port(authority).unwrap_or((authority, if scheme == "https" { 443 } else { 80 }));
        let scheme = if self.is_own(host, port) { scheme } else { downgraded };
        Some(format!("{scheme}://{}{uri}", self.upstream(host, port)))
    }

    fn is_own(&self, host: &str, port: u16) -> bool {
        let loopback = host == "localhost" || host.starts_with("127.") || host == "[::1]";
        loopback && self.listens.iter().any(|l| l.port == port)
    }

    fn upstream(&self, host: &str, port: u16) -> String {
        let own = self.listens.iter().find(|l| self.is_own(host, port) && l.port == port);
        match own {
            Some(listen) => format!("{}:{}", listen.loopback(), self.ports.known(port)),
            None if port == 1 => "127.0.0.1:1".into(),
            None if self.upstreams.plain_ports.contains(&port) => {
                format!("127.0.0.1:{}", self.upstreams.plain)
            }
            None => format!("127.0.0.1:{}", self.upstreams.backend),
        }
    }

    fn module(&self, word: &str) -> Option<String> {
        let name = Path::new(word).file_name()?;
        Some(self.modules.join(name).display().to_string())
    }

    fn cache_path(&self, word: &str) -> Option<String> {
        let name = word.replace('/', "_");
        Some(self.into.join("lab-tmp").join(name).display().to_string())
    }
}

fn certificate(directive: &str, word: &str) -> String {
    let name = if directive.ends_with("_key") { "key.pem" } else { "cert.pem" };
    if word.contains('$') { word.into() } else { cache().join("tls").join(name).display().to_string() }
}

fn host_and_port(word: &str) -> Option<(&str, u16)> {
    let (host, port) = word.rsplit_once(':')?;
    let plain = !host.is_empty() && !host.contains(['$', '/', ' ', '*']);
    plain.then_some((host, port.parse().ok()?))
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
