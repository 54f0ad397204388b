//! A generated configuration on disk, with nginx running on it.

use super::backend::{Backend, Manner};
use super::expand::{Logged, written};
use super::tree::{Conf, Item, MAIN};
use crate::support::nginx::Nginx;
use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How many listening ports a configuration may have.
pub(crate) const PORTS: usize = 3;

/// The files below the folder that the configurations serve.
pub(crate) const PAGES: [&str; 8] = [
    "html/index.html",
    "html/err.html",
    "html/ws/index.html",
    "html/static/a.txt",
    "html/static/index.html",
    "html/api/v1/x.html",
    "html/chat/room",
    "html/a b/x.txt",
];

/// The user who may enter, with the password `open`.
const USERS: &str = "alice:{PLAIN}open\n";

/// The backends and the free ports of one worker.
#[derive(Debug)]
pub(crate) struct Bench {
    /// Behind most passes.
    pub(crate) strict: Backend,
    /// Behind the passes of `auth_request`.
    pub(crate) agreeing: Backend,
}

impl Bench {
    /// Starts the backends.
    pub(crate) fn start() -> Self {
        Self { strict: Backend::start(Manner::Strict), agreeing: Backend::start(Manner::Agreeing) }
    }
}

/// A configuration on disk.
#[derive(Debug)]
pub(crate) struct Folder {
    /// Its folder.
    pub(crate) home: TempDir,
    /// The real ports.
    pub(crate) ports: [u16; PORTS],
    /// The blocks by the number in the log.
    pub(crate) blocks: Vec<Logged>,
}

impl Folder {
    /// Writes a configuration for ports that are free now.
    pub(crate) fn write(conf: &Conf, bench: &Bench) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let ports = free_ports();
        let written = written(conf);
        for (name, text) in &written.files {
            put(folder.path(), name, &addressed(text, ports, bench));
        }
        for page in PAGES {
            put(folder.path(), page, "page\n");
        }
        put(folder.path(), "users", USERS);
        std::fs::create_dir_all(folder.path().join("lab-tmp")).expect("a folder");
        Self { home: folder, ports, blocks: written.blocks }
    }

    /// A file of it; empty where there is none.
    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.home.path().join(name)).unwrap_or_default()
    }

    /// The main file.
    pub(crate) fn main(&self) -> std::path::PathBuf {
        self.home.path().join(MAIN)
    }
}

fn put(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, text).expect("a file");
}

/// Below the ports that systems give to clients, so that no client of the test sits on one of them.
fn free_ports() -> [u16; PORTS] {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let start = std::process::id().wrapping_mul(997);
    [(); PORTS].map(|()| {
        loop {
            let number = start.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % 20_000;
            let port = 12_000 + u16::try_from(number).expect("a port");
            if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return port;
            }
        }
    })
}

fn addressed(text: &str, ports: [u16; PORTS], bench: &Bench) -> String {
    let text = text.replace("__B__", &bench.strict.port.to_string());
    let text = text.replace("__A__", &bench.agreeing.port.to_string());
    let listening = ports.iter().enumerate();
    listening.fold(text, |text, (index, port)| text.replace(&format!("__P{index}__"), &port.to_string()))
}

/// The sockets of a configuration: an address that a client can connect to, and the index of the port. `None` where a
/// server has no `listen`, which would mean port 80.
pub(crate) fn sockets(conf: &Conf) -> Option<Vec<(Ipv4Addr, usize)>> {
    let mut found = Vec::new();
    for item in conf.files.values().flatten() {
        sockets_of(item, &mut found)?;
    }
    found.sort();
    found.dedup();
    Some(found)
}

fn sockets_of(item: &Item, found: &mut Vec<(Ipv4Addr, usize)>) -> Option<()> {
    let Item::Block(head, body) = item else { return Some(()) };
    if head == "server" {
        let own = body.iter().filter_map(socket).collect::<Vec<_>>();
        found.extend(&own);
        return (!own.is_empty()).then_some(());
    }
    body.iter().try_for_each(|item| sockets_of(item, found))
}

fn socket(item: &Item) -> Option<(Ipv4Addr, usize)> {
    let Item::Simple(text) = item else { return None };
    let (address, port) = text.strip_prefix("listen ")?.split_once("__P")?;
    let address = address.trim_end_matches(':').parse().unwrap_or(Ipv4Addr::LOCALHOST);
    Some((address, port.split_once("__")?.0.parse().ok()?))
}

/// A running nginx.
#[derive(Debug)]
pub(crate) struct Site {
    /// The configuration it runs.
    pub(crate) place: Folder,
    child: Child,
}

/// Why there is nothing to compare.
#[derive(Debug)]
pub(crate) enum Failure {
    /// nginx does not accept the configuration, and says why.
    Refused(String),
    /// nginx ended, or did not log a request: a fault of the test, or of nginx.
    Lost(String),
}

impl Site {
    /// Starts nginx and waits until it listens.
    pub(crate) fn start(nginx: &Nginx, conf: &Conf, bench: &Bench) -> Result<Self, Failure> {
        if sockets(conf).is_none() {
            return Err(Failure::Refused("a server without a listen".into()));
        }
        for _ in 0..5 {
            match Self::attempt(nginx, Folder::write(conf, bench)) {
                Err(Failure::Refused(log)) if log.contains("Address already in use") => {}
                result => return result,
            }
        }
        Err(Failure::Refused("no free port".into()))
    }

    /// Starts nginx in a folder as it is.
    pub(crate) fn start_in(nginx: &Nginx, place: Folder) -> Result<Self, Failure> {
        Self::attempt(nginx, place)
    }

    fn attempt(nginx: &Nginx, place: Folder) -> Result<Self, Failure> {
        let errors = File::create(place.home.path().join("lab-stderr.log")).expect("a log");
        let mut command = nginx.command(place.home.path());
        let child = command.stdout(Stdio::null()).stderr(errors).spawn().expect("nginx");
        let mut site = Self { place, child };
        site.wait().map(|()| site)
    }

    /// nginx writes its process id once all its sockets listen.
    fn wait(&mut self) -> Result<(), Failure> {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !self.place.read("lab.pid").ends_with('\n') {
            if self.child.try_wait().expect("the state of nginx").is_some() || Instant::now() > deadline {
                return Err(Failure::Refused(
                    self.place.read("lab-stderr.log") + &self.place.read("lab-error.log"),
                ));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn finds_the_sockets_of_every_server() {
    use super::tree::{block, simple};
    let server =
        |listens: &[&str]| block("server", listens.iter().map(|l| simple(format!("listen {l}"))).collect());
    let conf = |servers| Conf { files: [(MAIN.into(), vec![block("http", servers)])].into() };
    let one = server(&["*:__P1__ default_server", "127.0.0.2:__P0__"]);
    let found = sockets(&conf(vec![one.clone(), server(&["__P1__"])]));
    assert_eq!(found.unwrap(), [(Ipv4Addr::LOCALHOST, 1), (Ipv4Addr::new(127, 0, 0, 2), 0)]);
    assert_eq!(sockets(&conf(vec![one, server(&[])])), None);
}
