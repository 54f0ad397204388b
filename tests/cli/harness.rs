//! Runs the built program in a folder of its own and keeps what it says. Used by the tests of the command line.
#![allow(dead_code, reason = "every test file that includes this uses a part of it")]

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use serde_json::Value;

/// A declared WebSocket location without the three parts: WS101, WS102, WS103.
pub(crate) const BAD: &str = "events {}\nhttp {\n    server {\n        location /ws {\n            # ngxlint: websocket\n            proxy_pass http://app;\n        }\n    }\n}\n";

/// A block with an explicit Upgrade that lacks the other two parts: WS102 and WS103, both safe to fix.
pub(crate) const HALF: &str = "events {}\nhttp {\n    server {\n        location /chat {\n            proxy_pass http://app;\n            proxy_set_header Upgrade $http_upgrade;\n            proxy_set_header Host $http_host;\n        }\n    }\n}\n";

/// Nothing to report.
pub(crate) const GOOD: &str = "events {}\nhttp {\n    server {\n        listen 80;\n        location / {\n            return 204;\n        }\n    }\n}\n";

/// Variables that change what the program prints.
const OUTPUT_VARIABLES: [&str; 5] = ["NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "COLUMNS"];

/// A temporary folder that the program works in.
pub(crate) struct Folder(tempfile::TempDir);

/// What a run printed and how it ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) status: ExitStatus,
    pub(crate) bytes: Vec<u8>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::Builder::new().prefix("ngxlint-test-").tempdir().expect("a temporary folder"))
    }

    /// A folder with one `nginx.conf`.
    pub(crate) fn with_main(text: impl AsRef<[u8]>) -> Self {
        let folder = Self::new();
        folder.write("nginx.conf", text);
        folder
    }

    /// A folder with these files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let folder = Self::new();
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.0.path().canonicalize().expect("the folder stands")
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(&path, text).expect("a written file");
        path
    }

    pub(crate) fn read(&self, path: &str) -> Vec<u8> {
        fs::read(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub(crate) fn text(&self, path: &str) -> String {
        String::from_utf8(self.read(path)).expect("UTF-8")
    }

    /// The program, to be run here.
    pub(crate) fn program<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Command {
        program(self.0.path(), arguments)
    }

    pub(crate) fn run<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Said {
        finish(self.program(arguments), b"")
    }

    pub(crate) fn run_with_input<A: AsRef<OsStr>>(&self, arguments: &[A], input: impl AsRef<[u8]>) -> Said {
        finish(self.program(arguments), input.as_ref())
    }

    /// `--format json` besides `arguments`.
    pub(crate) fn json(&self, arguments: &[&str]) -> Said {
        self.run(&[arguments, &["--format", "json"]].concat())
    }
}

/// The program in `folder`, without what the environment says of colour.
pub(crate) fn program<A: AsRef<OsStr>>(folder: &Path, arguments: &[A]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ngxlint"));
    command.args(arguments).current_dir(folder);
    for name in OUTPUT_VARIABLES {
        command.env_remove(name);
    }
    command
}

/// Runs `command` to its end with `input` on its standard input.
pub(crate) fn finish(mut command: Command, input: &[u8]) -> Said {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("ngxlint runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    // A program that does not read its input closes it: no error here.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().expect("an end");
    writer.join().expect("the input is written");
    Said {
        status: output.status,
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
        bytes: output.stdout,
    }
}

impl Said {
    /// The exit code; a signal (a crash) fails the test.
    pub(crate) fn code(&self) -> i32 {
        self.status.code().unwrap_or_else(|| panic!("ended by a signal: {self:?}"))
    }

    /// Fails unless the run ended with `code` and without a panic.
    #[track_caller]
    pub(crate) fn ends(&self, code: i32) -> &Self {
        assert_eq!(self.code(), code, "\n{}\n{}", self.out, self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }

    /// Fails unless standard error holds `words`.
    #[track_caller]
    pub(crate) fn complains(&self, words: &str) -> &Self {
        assert!(self.err.contains(words), "`{words}` is not in:\n{}", self.err);
        self
    }

    /// The document of `--format json`.
    #[track_caller]
    pub(crate) fn document(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|error| panic!("{error}\n{}\n{}", self.out, self.err))
    }

    #[track_caller]
    pub(crate) fn diagnostics(&self) -> Vec<Value> {
        self.document()["diagnostics"].as_array().expect("a list").clone()
    }

    /// `FILE:LINE CODE` of each finding in a JSON document, in order.
    #[track_caller]
    pub(crate) fn places(&self) -> Vec<String> {
        let word = |value: &Value| value.as_str().expect("a word").to_owned();
        self.diagnostics()
            .iter()
            .map(|it| format!("{}:{} {}", word(&it["file"]), it["line"], word(&it["code"])))
            .collect()
    }

    /// The codes of the findings in a JSON document, in order.
    #[track_caller]
    pub(crate) fn codes(&self) -> Vec<String> {
        self.diagnostics().iter().map(|it| it["code"].as_str().expect("a code").to_owned()).collect()
    }
}

/// The root of the repository.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The main files of all fixtures, relative to the repository.
pub(crate) fn fixtures() -> Vec<PathBuf> {
    let mut mains = Vec::new();
    let mut folders = vec![repository().join("fixtures")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name == "nginx.conf") {
                mains.push(path.strip_prefix(repository()).expect("below").to_path_buf());
            }
        }
    }
    mains.sort();
    assert!(mains.len() > 50, "{} fixtures", mains.len());
    mains
}
