//! `try_files`, handlers, index and static files (`ngx_http_try_files_handler`, `ngx_http_index_handler`,
//! `ngx_http_static_handler`).

use std::path::PathBuf;

use super::ending::split_args;
use super::phases::{End, Next, Run};
use crate::catalogue::{Handler, directive};
use crate::config::NodeId;
use crate::files::{FileKind, path_from_bytes};
use crate::handshake::{Answer, Reason};
use crate::route::{Pattern, pattern};
use crate::scope::{list, location_of, single};
use crate::value::{Outcome, Value};

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    File,
    Folder,
    Nothing,
    /// The document root is not on this machine.
    Unknown,
}

/// What an `alias` replaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Alias {
    /// So many bytes: the location's name.
    Of(usize),
    /// The whole path: the location is a regular expression.
    Whole,
}

/// A word of `try_files`.
struct Tried {
    /// Where it is looked for.
    file: Option<Vec<u8>>,
    /// What the path of the request becomes.
    uri: Vec<u8>,
}

const ALIAS_IS_LOST: &str = "`alias` cannot be used where the path was rewritten";

impl Run<'_, '_> {
    /// `try_files` of the block in force itself, then what answers.
    pub(super) fn content(&mut self) -> Next {
        self.find_root();
        let tried = self.config().own_last(self.block, directive::TRY_FILES);
        if let Some(next) = tried.and_then(|node| self.try_files(node)) {
            return next;
        }
        let Some(node) = self.content_handler else { return self.serve_file() };
        match self.config().node(node).name.handler() {
            Some(Handler::Proxy) => self.proxy(),
            Some(Handler::Uwsgi | Handler::Scgi | Handler::Script) => {
                let text = format!("{}: what it makes of a handshake, only it knows", self.name(node));
                self.leave_open(Some(node), Reason::Protocol, &text)
            }
            Some(Handler::Internal) | None => {
                let text = format!("{} answers: no backend is asked", self.name(node));
                self.end(node, &text, Reason::NotProxied)
            }
            Some(_) => {
                let text = format!("{} speaks a protocol that carries no 101", self.name(node));
                self.end(node, &text, Reason::Protocol)
            }
        }
    }

    /// `None` where a file is hit, which the block in force then serves, or proxies.
    fn try_files(&mut self, node: NodeId) -> Option<Next> {
        let mut words: Vec<Vec<u8>> = self.tracer.view.args(node).map(std::borrow::Cow::into_owned).collect();
        let last = words.pop()?;
        if self.alias_is_lost() {
            return Some(self.refuse(500, ALIAS_IS_LOST));
        }
        for word in words {
            let path = match self.evaluate(&word) {
                Value::Known(path) => path,
                Value::Unknown(variable) => return Some(self.hangs_on(Some(node), &variable)),
            };
            let (path, wanted) = match path.strip_suffix(b"/").filter(|_| word.ends_with(b"/")) {
                Some(folder) => (folder.to_vec(), Stands::Folder),
                None => (path, Stands::File),
            };
            let tried = self.tried(&word, path);
            match self.stands_at(tried.file) {
                Stands::Unknown => return Some(self.not_here(&tried.uri)),
                found if found == wanted => {
                    self.step(Some(node), &format!("{} exists", String::from_utf8_lossy(&tried.uri)));
                    if self.alias() != Some(Alias::Whole) {
                        self.state.uri = tried.uri;
                    } else if wanted == Stands::File {
                        (self.state.uri, self.adds_uri_to_alias) = (tried.uri, true);
                    }
                    self.enter(self.block);
                    return None;
                }
                _ => {}
            }
        }
        self.step(Some(node), &format!("no file exists: on to {}", String::from_utf8_lossy(&last)));
        let code = last.strip_prefix(b"=").and_then(|code| std::str::from_utf8(code).ok()?.parse().ok());
        Some(match (code, last.first()) {
            (Some(code), _) => Next::Finalize(code),
            (None, Some(b'@')) => self.jump(&last),
            _ => match self.evaluate(&last) {
                Value::Known(target) => {
                    let (uri, args) = split_args(&target);
                    self.internal_redirect(uri, args)
                }
                Value::Unknown(variable) => self.hangs_on(Some(node), &variable),
            },
        })
    }

    /// The file that a word of `try_files` stands for, and the path that it makes of the request. Of a word with
    /// variables that begins like the path, what the `alias` replaces is left out.
    fn tried(&self, word: &[u8], path: Vec<u8>) -> Tried {
        let root = self.state.document_root.as_deref();
        let below = |path: &[u8]| root.map(|root| [root, path].concat());
        let Some(Alias::Of(length)) = self.alias() else { return Tried { file: below(&path), uri: path } };
        let name = self.state.uri.get(..length).unwrap_or_default();
        let has_variables = memchr::memchr(b'$', word).is_some();
        let rest = path.strip_prefix(name).filter(|_| has_variables).unwrap_or(&path);
        Tried { file: below(rest), uri: [name, rest].concat() }
    }

    /// nginx answers 500 where an `alias` is to take the place of a location's name in a path that `rewrite ... break`
    /// has replaced.
    fn alias_is_lost(&self) -> bool {
        !self.valid_location && self.alias().is_some()
    }

    fn serve_file(&mut self) -> Next {
        let readable = matches!(self.state.method.as_str(), "GET" | "HEAD" | "POST");
        if !readable {
            return self.refuse(405, "files are served to GET, HEAD and POST only");
        }
        if self.alias_is_lost() {
            return self.refuse(500, ALIAS_IS_LOST);
        }
        let uri = self.state.uri.clone();
        if uri.ends_with(b"/") {
            return self.index(&uri);
        }
        match self.stands(&uri) {
            Stands::Unknown => self.not_here(&uri),
            Stands::Nothing => self.refuse(404, "no such file"),
            Stands::Folder => self.refuse(301, "a folder without its slash"),
            Stands::File if self.state.method == "POST" => self.refuse(405, "a file takes no POST"),
            Stands::File => {
                self.step(None, "served as a file: no backend is asked");
                Next::Done(End::Answered(self.error_status.unwrap_or(200)))
            }
        }
    }

    /// The document root is not on this machine.
    fn not_here(&mut self, uri: &[u8]) -> Next {
        let root = self.state.document_root.as_deref().unwrap_or_default();
        let text = format!(
            "whether {} is a file below {} is not known: the folder is not here (see --root)",
            String::from_utf8_lossy(uri),
            String::from_utf8_lossy(root),
        );
        self.leave_open(None, Reason::UnknownValue, &text)
    }

    fn name(&self, node: NodeId) -> String {
        String::from_utf8_lossy(&self.tracer.view.name(node)).into_owned()
    }

    fn end(&mut self, node: NodeId, text: &str, reason: Reason) -> Next {
        self.step(Some(node), text);
        Next::Done(End::Verdict(Answer::fails(reason)))
    }

    fn refuse(&mut self, code: u16, why: &str) -> Next {
        self.step(None, &format!("{why}: {code}"));
        Next::Finalize(code)
    }

    /// A word that starts with `/` redirects at once; another does where such a file exists. The folder itself is looked
    /// at once, after the first word that names nothing (`ngx_http_index_test_dir`).
    fn index(&mut self, uri: &[u8]) -> Next {
        let Some(words) = self.index_words() else { return self.hangs_on(None, "index") };
        let args = self.state.args.clone();
        let mut is_folder = false;
        for name in words {
            if name.starts_with(b"/") {
                return self.internal_redirect(name, args);
            }
            match self.indexed(uri, &name) {
                Stands::Unknown => return self.not_here(uri),
                Stands::File | Stands::Folder => return self.internal_redirect([uri, &name].concat(), args),
                Stands::Nothing if is_folder => {}
                Stands::Nothing => match self.folder(uri) {
                    Stands::Unknown => return self.not_here(uri),
                    Stands::File if !self.map(uri).is_some_and(|path| path.ends_with(b"/")) => {
                        return self.refuse(500, "what should be a folder is a file");
                    }
                    Stands::File | Stands::Nothing => return self.refuse(404, "no such folder"),
                    Stands::Folder => is_folder = true,
                },
            }
        }
        let autoindex = single(self.config(), self.block, directive::AUTOINDEX);
        let autoindex = autoindex.and_then(|node| self.tracer.view.arg(node, 0));
        if autoindex.is_some_and(|value| value.eq_ignore_ascii_case(b"on")) {
            return Next::Done(End::Answered(self.error_status.unwrap_or(200)));
        }
        self.refuse(403, "a folder without an index")
    }

    /// The words of `index`; `None` where one is not known.
    fn index_words(&self) -> Option<Vec<Vec<u8>>> {
        let nodes = list(self.config(), self.block, directive::INDEX);
        if nodes.is_empty() {
            return Some(vec![b"index.html".to_vec()]);
        }
        let words = nodes.iter().flat_map(|&node| self.tracer.view.args(node));
        words.map(|word| self.evaluate(&word).bytes().map(<[u8]>::to_vec)).collect()
    }

    /// What the folder of a path and a name below it lead to.
    fn indexed(&self, uri: &[u8], name: &[u8]) -> Stands {
        self.stands_at(self.map(uri).map(|folder| [folder.as_slice(), name].concat()))
    }

    /// What a path that ends with a slash leads to; an `alias` may end without one.
    fn folder(&self, uri: &[u8]) -> Stands {
        self.stands_at(self.map(uri).map(|path| path.strip_suffix(b"/").unwrap_or(&path).to_vec()))
    }

    /// What a path of the request leads to on disk.
    fn stands(&self, path: &[u8]) -> Stands {
        self.stands_at(self.map(path))
    }

    fn stands_at(&self, file: Option<Vec<u8>>) -> Stands {
        match (&self.state.document_root, file) {
            (Some(root), Some(file)) if self.is_here(root) => self.on_disk_stands(&file),
            _ => Stands::Unknown,
        }
    }

    /// Whether files below a document root can be looked for: one below the prefix is just what nginx would see.
    fn is_here(&self, root: &[u8]) -> bool {
        let below_prefix = path_from_bytes(root).starts_with(&self.tracer.prefix);
        below_prefix || self.tracer.files.kind(&self.on_disk(root)).is_ok()
    }

    fn on_disk_stands(&self, file: &[u8]) -> Stands {
        match self.tracer.files.kind(&self.on_disk(file)) {
            Ok(FileKind::Directory) => Stands::Folder,
            Ok(FileKind::File | FileKind::Other) => Stands::File,
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Stands::Unknown,
            Err(_) => Stands::Nothing,
        }
    }

    /// `-f`, `-d`, `-e` and `-x` of an `if`, with `!` before them or not.
    pub(super) fn file_test(&mut self, test: &[u8], path: &[u8]) -> Outcome {
        let (test, negated) = test.strip_prefix(b"!").map_or((test, false), |test| (test, true));
        let Value::Known(path) = self.evaluate(path) else { return Outcome::Unknown };
        let inside = self.state.document_root.as_ref().filter(|root| path.starts_with(root));
        let visible = inside.is_none_or(|root| self.is_here(root));
        let found = match (test, self.on_disk_stands(&path)) {
            _ if !visible => return Outcome::Unknown,
            (_, Stands::Unknown) | (b"-x", Stands::File | Stands::Folder) => return Outcome::Unknown,
            (b"-f", stands) => stands == Stands::File,
            (b"-d", stands) => stands == Stands::Folder,
            (b"-e" | b"-x", stands) => stands != Stands::Nothing,
            _ => return Outcome::Unknown,
        };
        Outcome::from(found != negated)
    }

    /// `$document_root`: `root`, or `alias`, in force; `html` below the prefix by default.
    pub(super) fn document_root(&self) -> Option<Vec<u8>> {
        let config = self.config();
        let name = crate::scope::in_force(config, self.block, directive::ROOT).level;
        let node = name.and_then(|level| {
            config.own_last(level, directive::ALIAS).or_else(|| config.own_last(level, directive::ROOT))
        });
        let Some(node) = node else { return Some(self.absolute(b"html")) };
        match self.evaluate(&self.tracer.view.arg(node, 0)?) {
            Value::Known(root) => Some(self.absolute(&root)),
            Value::Unknown(_) => None,
        }
    }

    /// `$request_filename`
    pub(super) fn filename(&self) -> Option<Vec<u8>> {
        self.map(&self.state.uri)
    }

    /// The file that a path of the request stands for (`ngx_http_map_uri_to_path`). An inherited `alias` takes the place
    /// of the name of the location that has it.
    fn map(&self, path: &[u8]) -> Option<Vec<u8>> {
        let root = self.state.document_root.clone().or_else(|| self.document_root())?;
        let kept = match self.alias() {
            None => path,
            Some(Alias::Whole) if self.adds_uri_to_alias => path,
            Some(Alias::Whole) => b"",
            Some(Alias::Of(length)) => path.get(length..).unwrap_or_default(),
        };
        Some([root.as_slice(), kept].concat())
    }

    /// The `alias` in force, by the location that has it.
    fn alias(&self) -> Option<Alias> {
        let config = self.config();
        let level = crate::scope::in_force(config, self.block, directive::ALIAS).level?;
        config.own_last(level, directive::ALIAS)?;
        Some(match pattern(self.tracer.view, location_of(config, level)) {
            Some(Pattern::Exact(name) | Pattern::Prefix(name, _)) => Alias::Of(name.len()),
            _ => Alias::Whole,
        })
    }

    /// A path of the configuration as an absolute one: relative ones start from the prefix.
    fn absolute(&self, path: &[u8]) -> Vec<u8> {
        if path.first() == Some(&b'/') {
            return path.to_vec();
        }
        self.tracer.prefix.join(path_from_bytes(path)).into_os_string().into_encoded_bytes()
    }

    /// Where a path of the server is on this machine.
    pub(super) fn on_disk(&self, path: &[u8]) -> PathBuf {
        let full = path_from_bytes(&self.absolute(path));
        match &self.tracer.root {
            Some(root) if !full.starts_with(&self.tracer.prefix) => {
                root.join(full.strip_prefix("/").unwrap_or(&full))
            }
            _ => full,
        }
    }
}
