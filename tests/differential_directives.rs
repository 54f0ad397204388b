//! Random configurations of one directive through `nginx -t` of two releases and through `parse --strict`: both must
//! say the same, in verdict, message and line; and `check` must report an error exactly where nginx refuses.
//!
//! The seed is printed; `NGXLINT_SEED` takes another one, `NGXLINT_CASES` another number of configurations.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "the laboratory writes configurations by itself and fails by panicking"
)]

#[cfg(test)]
#[path = "differential_directives/generate.rs"]
mod generate;
#[cfg(test)]
#[path = "differential/rng.rs"]
#[allow(dead_code, reason = "this test uses a part of it")]
mod rng;
#[cfg(test)]
#[allow(dead_code, reason = "each crate of tests uses its own part of the laboratory")]
mod support;

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use generate::{Case, case, choices};
use ngxlint::catalogue::Version;
use ngxlint::files::Disk;
use ngxlint::parse::{Options, run};
use rng::Rng;
use serde_json::Value;
use support::nginx::Nginx;

/// What only the machine knows, so that nginx may stop there first: files, folders, names, ports, keys, hash tables in
/// its memory.
const OF_THE_MACHINE: [&str; 16] = [
    "open() ",
    "read() ",
    "pread() ",
    "stat() ",
    "opendir() ",
    "mkdir() ",
    "bind() ",
    "socket() ",
    "setsockopt",
    "host not found",
    "cannot load ",
    "no \"ssl_certificate\"",
    "SSL_",
    "could not build ",
    "still could not bind",
    "\"aio ",
];

/// One answer: nothing, or the message and the line.
type Answer = Option<(String, Option<u64>)>;

/// A folder and ports of one thread.
struct Place<'n> {
    nginx: &'n Nginx,
    folder: tempfile::TempDir,
    ports: [u16; 2],
}

impl Place<'_> {
    /// Writes a configuration and asks both.
    fn ask(&self, case: &Case) -> (Answer, Answer, bool) {
        let folder = self.folder.path();
        let module =
            support::cache().join(self.nginx.name).join("usr/lib/nginx/modules/ngx_stream_module.so");
        let text = case.text.replace("%L", &format!("load_module {};", module.display()));
        let text = text.replace("%D", &folder.display().to_string());
        let text = text
            .replace("%P", &format!("127.0.0.1:{}", self.ports[0]))
            .replace("%Q", &self.ports[1].to_string());
        std::fs::write(folder.join("nginx.conf"), text).unwrap();
        (self.nginx(folder), self.strict(folder), self.check(folder))
    }

    fn nginx(&self, folder: &Path) -> Answer {
        let output = self.nginx.command(folder).arg("-t").output().expect("nginx -t");
        if output.status.success() {
            return None;
        }
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let line = said
            .lines()
            .find(|line| ["[emerg]", "[crit]", "[alert]"].iter().any(|level| line.contains(level)));
        let message = line.and_then(|line| line.split_once("] ")).map_or(said.as_str(), |(_, rest)| rest);
        let message = message.split_once('#').map_or(message, |(number, rest)| {
            let is_process = number.bytes().all(|byte| byte.is_ascii_digit());
            if is_process { rest.split_once(": ").map_or(rest, |(_, text)| text) } else { message }
        });
        let place = format!(" in {}:", folder.join("nginx.conf").display());
        Some(match message.split_once(&place) {
            Some((message, line)) => (message.to_owned(), line.trim().parse().ok()),
            None => (message.trim().to_owned(), None),
        })
    }

    fn version(&self) -> Version {
        let [major, minor, patch] = self.nginx.version.map(|number| u16::try_from(number).unwrap());
        Version::new(major, minor, patch)
    }

    fn strict(&self, folder: &Path) -> Answer {
        let options = Options { strict: true, nginx_version: Some(self.version()), ..Options::default() };
        let mut out = Vec::new();
        run(&Disk, folder, &["nginx.conf".into()], &mut std::io::empty(), &options, &mut out).unwrap();
        let document: Value = serde_json::from_slice(&out).unwrap();
        let error = document["errors"].get(0)?;
        Some((error["error"].as_str().unwrap().to_owned(), error["line"].as_u64()))
    }

    /// Whether `check` reports an error about a directive.
    fn check(&self, folder: &Path) -> bool {
        let version = self.version().to_string();
        let arguments = ["check", "--no-config", "--select", "directive", "--min-severity", "error"];
        let status = Command::new(env!("CARGO_BIN_EXE_ngxlint"))
            .args(arguments)
            .args(["--quiet", "--nginx-version", &version, "nginx.conf"])
            .current_dir(folder)
            .output()
            .expect("ngxlint runs");
        status.status.code() == Some(1)
    }
}

/// What came out.
#[derive(Debug, Default)]
struct Tally {
    compared: usize,
    refused: usize,
    machine: usize,
    disagreements: String,
}

impl Tally {
    fn count(&mut self, case: &Case, nginx: &Answer, strict: &Answer, check: bool) {
        if nginx.as_ref().is_some_and(|(message, _)| OF_THE_MACHINE.iter().any(|it| message.starts_with(it)))
        {
            self.machine += 1;
            return;
        }
        self.compared += 1;
        self.refused += usize::from(nginx.is_some());
        if nginx != strict || check != nginx.is_some() {
            writeln!(
                self.disagreements,
                "{} in {}\n    nginx: {nginx:?}\n    strict: {strict:?}\n    check reports: {check}",
                case.statement, case.context
            )
            .unwrap();
        }
    }
}

fn compare(nginx: &Nginx, cases: &[Case], thread: u16) -> Tally {
    let first = 45_000 + thread * 4;
    let place = Place { nginx, folder: tempfile::tempdir().unwrap(), ports: [first, first + 1] };
    let mut tally = Tally::default();
    for case in cases {
        let (nginx, strict, check) = place.ask(case);
        tally.count(case, &nginx, &strict, check);
    }
    tally
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |text| text.parse().expect("a number"))
}

#[test]
#[ignore = "needs the servers that tests/run installs"]
fn one_directive_is_judged_as_nginx_judges_it() {
    let (seed, wanted) = (number("NGXLINT_SEED", 20_250_101), number("NGXLINT_CASES", 2_800));
    println!("NGXLINT_SEED={seed}");
    let (mut rng, choices) = (Rng::new(seed), choices());
    assert!(choices.len() > 400, "{} directives", choices.len());
    let cases: Vec<Case> = (0..wanted).map(|_| case(&mut rng, &choices)).collect();
    let releases = Nginx::both();
    let tallies: Vec<(&str, Tally)> = std::thread::scope(|scope| {
        let threads = [0u16, 1].map(|thread| {
            let (nginx, cases) = (&releases[usize::from(thread)], &cases);
            scope.spawn(move || (nginx.name, compare(nginx, cases, thread)))
        });
        threads.map(|thread| thread.join().unwrap()).into()
    });
    for (name, tally) in &tallies {
        println!(
            "{name}: {} compared, {} of them refused; {} hang on the machine",
            tally.compared, tally.refused, tally.machine
        );
        print!("{}", tally.disagreements);
        assert!(tally.compared >= 2_000 || wanted < 2_800, "{name}: too few were compared");
        assert!(tally.refused * 4 > tally.compared, "{name}: too few are refused");
    }
    assert!(tallies.iter().all(|(_, tally)| tally.disagreements.is_empty()), "disagreements; see above");
}

/// The comparison can fail.
#[test]
fn a_disagreement_is_noticed() {
    let case = Case {
        text: String::new(),
        statement: "gzip yes;".into(),
        context: ngxlint::catalogue::Context::Http,
    };
    let answer = |message: &str, line| Some((message.to_owned(), Some(line)));
    let judged = |nginx: Answer, strict: Answer, check| {
        let mut tally = Tally::default();
        tally.count(&case, &nginx, &strict, check);
        !tally.disagreements.is_empty()
    };
    assert!(!judged(answer("a", 1), answer("a", 1), true) && !judged(None, None, false));
    assert!(judged(answer("a", 1), answer("a", 2), true) && judged(answer("a", 1), answer("b", 1), true));
    assert!(judged(None, answer("a", 1), true) && judged(answer("a", 1), answer("a", 1), false));
    assert!(!judged(answer("open() \"x\"", 1), None, false));
}
