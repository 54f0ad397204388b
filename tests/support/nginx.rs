//! The nginx of two releases: `-t` and running on loopback.

use super::client::Route;
use super::listen::{Listen, Ports};
use super::render::{Place, render};
use super::tree::{MAIN, Tree};
use super::upstream::Upstreams;
use super::{cache, installed};
use std::fs::File;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A release that the laboratory holds.
#[derive(Debug)]
pub(crate) struct Nginx {
    /// `nginx-old` (below 1.29.7) or `nginx-new`.
    pub(crate) name: &'static str,
    /// Its version.
    pub(crate) version: [u32; 3],
    program: PathBuf,
}

impl Nginx {
    /// The releases on both sides of 1.29.7.
    pub(crate) fn both() -> [Self; 2] {
        ["nginx-old", "nginx-new"].map(|name| {
            let program = installed(name);
            let output = Command::new(&program).arg("-v").output().expect("nginx -v");
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            let number = text.trim().rsplit('/').next().unwrap_or_default();
            Self { name, version: version(number).expect("a version"), program }
        })
    }

    /// Where upgrading needs `proxy_http_version 1.1`.
    pub(crate) fn is_old(&self) -> bool {
        self.version < [1, 29, 7]
    }

    fn modules(&self) -> PathBuf {
        cache().join(self.name).join("usr/lib/nginx/modules")
    }

    /// nginx in the foreground, as one process, on the `nginx.conf` of a folder.
    pub(crate) fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command
            .arg("-p")
            .arg(folder)
            .arg("-c")
            .arg(folder.join(MAIN))
            .arg("-e")
            .arg(folder.join("lab-error.log"));
        command.arg("-g").arg(format!("daemon off; master_process off; pid {}/lab.pid;", folder.display()));
        command.stdin(Stdio::null());
        command
    }

    /// What `nginx -t` says against a configuration; `None` when it accepts it.
    pub(crate) fn refuses(&self, tree: &Tree, upstreams: &Upstreams) -> Option<String> {
        retry(&mut Ports::default(), |ports| {
            let folder = TempDir::new().expect("a temporary folder");
            render(tree, upstreams, ports, Place { folder: folder.path(), modules: &self.modules() });
            let output = self.command(folder.path()).arg("-t").output().expect("nginx -t");
            if output.status.success() {
                Ok(())
            } else {
                Err(String::from_utf8_lossy(&output.stderr).into_owned())
            }
        })
        .err()
    }

    /// Starts nginx with a configuration and waits until it accepts connections.
    pub(crate) fn serve(
        &self,
        tree: &Tree,
        upstreams: &Upstreams,
        ports: &mut Ports,
    ) -> Result<Site, String> {
        retry(ports, |ports| {
            let folder = TempDir::new().expect("a temporary folder");
            let listens =
                render(tree, upstreams, ports, Place { folder: folder.path(), modules: &self.modules() });
            let log = File::create(folder.path().join("lab-stderr.log")).expect("a log");
            let child = self.command(folder.path()).stdout(Stdio::null()).stderr(log).spawn().expect("nginx");
            let mut site = Site { folder, child, listens };
            site.wait_until_it_accepts().map(|()| site)
        })
    }
}

/// `1.29.7` as numbers.
pub(crate) fn version(text: &str) -> Option<[u32; 3]> {
    let parts: Option<Vec<u32>> = text.split('.').map(|part| part.parse().ok()).collect();
    parts?.try_into().ok()
}

/// Tries again with other ports when another process took one in between.
fn retry<T>(
    ports: &mut Ports,
    mut attempt: impl FnMut(&mut Ports) -> Result<T, String>,
) -> Result<T, String> {
    for _ in 0..5 {
        match attempt(ports) {
            Err(error) if error.contains("Address already in use") => *ports = Ports::default(),
            result => return result,
        }
    }
    attempt(ports)
}

/// A running nginx.
#[derive(Debug)]
pub(crate) struct Site {
    folder: TempDir,
    child: Child,
    listens: Vec<(Listen, SocketAddr)>,
}

impl Site {
    fn wait_until_it_accepts(&mut self) -> Result<(), String> {
        let deadline = Instant::now() + Duration::from_secs(10);
        for (_, address) in self.listens.clone() {
            while TcpStream::connect(address).is_err() {
                if self.child.try_wait().expect("the state of nginx").is_some() {
                    return Err(self.log());
                }
                if Instant::now() > deadline {
                    return Err(format!("nginx does not listen at {address}: {}", self.log()));
                }
                std::thread::sleep(Duration::from_millis(2));
            }
        }
        Ok(())
    }

    /// What nginx wrote to its error log and before it was open.
    pub(crate) fn log(&self) -> String {
        let read = |name| std::fs::read_to_string(self.folder.path().join(name)).unwrap_or_default();
        read("lab-stderr.log") + &read("lab-error.log")
    }

    /// Where a client reaches the listener on a port of the configuration, or the first one.
    pub(crate) fn route(&self, port: Option<u16>) -> Route {
        let wanted = |(listen, _): &&(Listen, SocketAddr)| port.is_none_or(|p| listen.port == p);
        let (listen, address) =
            self.listens.iter().find(wanted).or(self.listens.first()).expect("a listener");
        Route { address: *address, tls: listen.tls }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
