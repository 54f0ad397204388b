//! Runs `nginx -t` over many small configurations.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use ngxlint::catalogue::Version;
use tempfile::TempDir;

/// One of the laboratory's releases.
pub(crate) struct Release {
    pub(crate) version: Version,
    program: PathBuf,
    modules: PathBuf,
}

/// One configuration and what nginx must say of it.
pub(crate) struct Case {
    /// For people: the directive, and what is tried.
    pub(crate) about: String,
    /// The main file; `{folder}` stands for the folder that it runs in.
    pub(crate) text: String,
    pub(crate) expected: Expected,
}

/// What nginx must say.
pub(crate) enum Expected {
    /// That it is fine.
    Accepted,
    /// That it is fine, with a warning that holds one of the words.
    Warned(&'static [&'static str]),
    /// Something that holds one of the words.
    Refused(&'static [&'static str]),
    /// Anything but this.
    NotRefused(&'static str),
}

impl Release {
    /// The older one, then the newer.
    pub(crate) fn both() -> [Self; 2] {
        let cache = cache();
        ["nginx-old", "nginx-new"].map(|name| {
            let program = cache.join("bin").join(name);
            let output = Command::new(&program).arg("-v").output();
            let output = output.unwrap_or_else(|_| panic!("{name} is missing: run tests/lab/install"));
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            let version = text.trim().rsplit(' ').next().unwrap_or_default().parse().expect("a version");
            Self { version, program, modules: cache.join(name).join("usr/lib/nginx/modules") }
        })
    }

    /// The file of a loadable module.
    pub(crate) fn module(&self, name: &str) -> PathBuf {
        let path = self.modules.join(format!("{name}.so"));
        assert!(path.is_file(), "{} is missing: run tests/lab/install", path.display());
        path
    }

    /// nginx with a main file, as the laboratory starts it.
    pub(crate) fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("-p").arg(folder).arg("-c").arg(folder.join("nginx.conf"));
        command.arg("-e").arg(folder.join("error.log")).stdin(Stdio::null());
        command
    }

    /// Whether it accepts a configuration, and all it says.
    fn test(&self, folder: &Path, text: &str) -> (bool, String) {
        let text = text.replace("{folder}", &folder.display().to_string());
        let text = text.replace("{modules}", &self.modules.display().to_string());
        std::fs::write(folder.join("nginx.conf"), text).expect("a file");
        let output = self.command(folder).arg("-t").output().expect("nginx -t");
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// What is wrong, a line for each case that came out otherwise.
pub(crate) fn run(release: &Release, cases: &[Case]) -> Vec<String> {
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        let folder = folder();
        while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Some(said) = complaint(release, folder.path(), case) {
                wrong.lock().expect("no panic").push(format!("{} {}: {said}", release.version, case.about));
            }
        }
    };
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| (0..workers).for_each(|_| drop(scope.spawn(work))));
    println!("nginx {}: {} configurations", release.version, cases.len());
    let mut wrong = wrong.into_inner().expect("no panic");
    wrong.sort();
    wrong
}

fn complaint(release: &Release, folder: &Path, case: &Case) -> Option<String> {
    let (accepted, said) = release.test(folder, &case.text);
    let line = said.lines().find(|line| line.contains("[emerg]")).unwrap_or_default();
    let is_as_expected = match case.expected {
        Expected::Accepted => accepted,
        Expected::Warned(words) => accepted && words.iter().any(|words| said.contains(words)),
        Expected::Refused(words) => !accepted && words.iter().any(|words| line.contains(words)),
        Expected::NotRefused(words) => !line.contains(words),
    };
    (!is_as_expected).then(|| if accepted { "is accepted".into() } else { line.to_owned() })
}

/// A folder with what samples refer to.
pub(crate) fn folder() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).expect("a file");
    for name in ["cert.pem", "key.pem"] {
        write(name, &std::fs::read(cache().join("tls").join(name)).expect("tests/lab/install made it"));
    }
    std::fs::create_dir(folder.path().join("logs")).expect("a folder");
    write("empty.conf", b"");
    write("packed.gz", b"packed");
    write("users", b"user:{PLAIN}secret\n");
    write("passwords", b"secret\n");
    write("random48", &[7; 48]);
    write("entities.dtd", b"<!ENTITY nbsp \"&#xa0;\">\n");
    write("style.xsl", STYLE);
    for (name, edition) in [("country.dat", 1), ("city.dat", 2), ("org.dat", 5)] {
        // An index of one node, and behind it what tells the edition and the number of nodes.
        write(name, &[&[0; 64][..], &[0xff, 0xff, 0xff, edition, 1, 0, 0]].concat());
    }
    folder
}

const STYLE: &[u8] =
    b"<xsl:stylesheet version=\"1.0\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\"></xsl:stylesheet>\n";

/// The folder that `tests/lab/install` fills.
fn cache() -> PathBuf {
    std::env::var_os("NGXLINT_TEST_CACHE")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/.cache"), PathBuf::from)
}
