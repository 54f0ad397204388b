//! What a configuration does on a running nginx, as it is and after the repair of one rule.

use super::nginx::{Nginx, Site};
use super::tree::{MAIN, Tree};
use super::upstream::Upstreams;
use super::{installed, listen::Ports};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

const DEADLINE: Duration = Duration::from_secs(10);

/// A configuration that a rule complains of.
#[derive(Debug)]
pub(crate) struct Case {
    folder: TempDir,
    code: &'static str,
}

impl Case {
    /// A configuration with this in its `http` block.
    pub(crate) fn http(code: &'static str, body: &str) -> Self {
        Self::new(code, &format!("events {{}}\n\nhttp {{\n{body}\n}}\n"))
    }

    /// A whole configuration.
    pub(crate) fn new(code: &'static str, text: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        std::fs::write(folder.path().join(MAIN), text).expect("a configuration");
        Self { folder, code }
    }

    /// With a file beside it.
    pub(crate) fn with(self, path: &str, text: &str) -> Self {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
        self
    }

    /// Where it stands.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The configuration as it is, of which the rule must complain.
    pub(crate) fn bad(&self) -> Tree {
        assert_eq!(self.check(&[]), Some(1), "{} says nothing", self.code);
        Tree::read(self.folder())
    }

    /// The configuration after all fixes of the rule, which must be content then.
    pub(crate) fn repaired(&self) -> Tree {
        assert_eq!(self.check(&["--fix", "--unsafe-fixes"]), Some(0), "{} is not repaired", self.code);
        Tree::read(self.folder())
    }

    fn check(&self, options: &[&str]) -> Option<i32> {
        let fixed = ["check", "--no-config", "--fail-on", "note", "--select", self.code, MAIN];
        let mut command = Command::new(env!("CARGO_BIN_EXE_ngxlint"));
        command.args(fixed).args(options).current_dir(self.folder()).stdout(Stdio::null());
        command.stderr(Stdio::null()).status().expect("ngxlint runs").code()
    }
}

/// Starts nginx with a configuration whose passes lead to the port of a backend.
pub(crate) fn serve(release: &Nginx, tree: &Tree, backend: u16) -> Site {
    let site = release.serve(tree, &Upstreams::of(backend), &mut Ports::default());
    site.unwrap_or_else(|problem| panic!("{}: {problem}", release.name))
}

/// The whole answer to a request for a path over HTTP/1.1, with more header lines.
pub(crate) fn get(site: &Site, port: u16, path: &str, headers: &str) -> String {
    let mut stream = TcpStream::connect(site.route(Some(port)).address).expect("a connection");
    stream.set_read_timeout(Some(DEADLINE)).expect("a deadline");
    stream.write_all(request(path, headers).as_bytes()).expect("a request that is sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    String::from_utf8_lossy(&answer).into_owned()
}

/// Such a request.
pub(crate) fn request(path: &str, headers: &str) -> String {
    let host = if headers.contains("Host:") { "" } else { "Host: example.com\r\n" };
    format!("GET {path} HTTP/1.1\r\n{host}Connection: close\r\n{headers}\r\n")
}

/// The status of an answer.
pub(crate) fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or_default()
}

/// The values of a header, each line of it.
pub(crate) fn values<'a>(answer: &'a str, name: &str) -> Vec<&'a str> {
    let head = answer.split("\r\n\r\n").next().unwrap_or_default();
    let lines = head.split("\r\n").skip(1).filter_map(|line| line.split_once(':'));
    lines.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).collect()
}

/// What OpenSSL's client prints that speaks TLS with the listener on a port and then sends `text`.
pub(crate) fn tls(site: &Site, port: u16, options: &[&str], text: &str) -> String {
    let address = site.route(Some(port)).address.to_string();
    let mut command = Command::new(installed("openssl-nginx-old"));
    command.args(["s_client", "-connect", &address, "-ign_eof"]).args(options);
    command
        .env("OPENSSL_CONF", "/dev/null")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("openssl");
    // A client whose handshake was refused is gone by now.
    let _ = child.stdin.take().expect("its input").write_all(text.as_bytes());
    let output = child.wait_with_output().expect("its output");
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}
