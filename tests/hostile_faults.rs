//! A machine that fails: no room, no descriptors, files that cannot be read to their end, vanish or change, a process that
//! is killed. Whatever happens, a file is the old or the new one, and what was not read is not called clean.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests prepare their files themselves and fail by panicking, and so do their helpers"
)]

#[path = "cli/harness.rs"]
mod harness;

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use harness::{BAD, Folder, GOOD, HALF, Said, finish};
use ngxlint::files::{Disk, FileKind, Files, Fill};
use ngxlint::fix::{WriteError, write};
use ngxlint::source::{Document, Origin, Sources};

/// Runs the program behind a line of shell that sets limits.
fn limited(folder: &Folder, limits: &str, arguments: &[&str]) -> Said {
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(format!("{limits}; exec \"$@\"")).arg("sh");
    shell.arg(env!("CARGO_BIN_EXE_ngxlint")).args(arguments).current_dir(folder.path(""));
    finish(shell, b"")
}

/// What stands in a folder.
fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|it| it.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_fix_without_room_leaves_the_file_as_it_was() {
    let folder = Folder::with_main(HALF);
    let said = limited(&folder, "trap '' XFSZ; ulimit -f 0", &["--fix", "nginx.conf"]);
    said.ends(2).complains("cannot write nginx.conf").complains("File too large");
    assert_eq!(folder.text("nginx.conf"), HALF);
    assert_eq!(names(&folder.root()), ["nginx.conf"], "nothing is left behind");
    // The same where the system ends the process on the spot.
    let killed = limited(&folder, "ulimit -c 0; ulimit -f 0", &["--fix", "nginx.conf"]);
    assert!(killed.status.code().is_none());
    assert_eq!(folder.text("nginx.conf"), HALF);
    assert!(names(&folder.root()).iter().all(|name| name == "nginx.conf" || name.starts_with(".ngxlint-")));
}

#[test]
fn results_without_room_leave_the_old_ones() {
    let folder = Folder::with(&[("nginx.conf", BAD), ("report.json", "old\n")]);
    let base = "{\"version\": 1, \"findings\": []}\n";
    folder.write("base.json", base);
    for arguments in [
        &["--output", "report.json", "nginx.conf"][..],
        &["--format", "json=report.json", "nginx.conf"],
        &["--baseline", "base.json", "--write-baseline", "nginx.conf"],
    ] {
        let said = limited(&folder, "trap '' XFSZ; ulimit -f 0", arguments);
        said.ends(2).complains("cannot be written");
    }
    assert_eq!((folder.text("report.json").as_str(), folder.text("base.json").as_str()), ("old\n", base));
    assert_eq!(names(&folder.root()), ["base.json", "nginx.conf", "report.json"]);
}

#[test]
fn a_standard_output_without_room_is_an_error_of_every_command() {
    let folder = Folder::with_main(BAD);
    for arguments in [
        &["nginx.conf"][..],
        &["--diff", "--unsafe-fixes", "nginx.conf"],
        &["parse", "nginx.conf"],
        &["show", "nginx.conf"],
        &["handshake", "nginx.conf"],
        &["handshake", "nginx.conf", "ws://localhost/ws"],
        &["explain", "WS101"],
        &["rules"],
        &["schema"],
        &["man"],
        &["completions", "bash"],
    ] {
        let mut command = folder.program(arguments);
        command.stdin(Stdio::null()).stderr(Stdio::piped());
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ended = command.stdout(full).output().unwrap();
        let err = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert_eq!(ended.status.code(), Some(2), "{arguments:?}: {err}");
        assert!(!err.contains("panicked"), "{err}");
    }
}

#[test]
fn a_closed_standard_output_changes_no_exit_code() {
    let folder = Folder::with(&[("nginx.conf", BAD), ("good.conf", GOOD)]);
    let closed = |arguments: &[&str]| limited(&folder, "exec >&-", arguments);
    closed(&["nginx.conf"]).ends(1);
    closed(&["good.conf"]).ends(0);
    closed(&["parse", "nginx.conf"]).ends(0);
    limited(&folder, "exec <&- >&- 2>&-", &["nginx.conf"]).ends(1);
}

/// The kernel has no bytes for whoever reads its own memory from the begin: a regular file, and EIO.
#[test]
fn a_file_that_cannot_be_read_is_not_clean() {
    let folder = Folder::with_main("events {}\ninclude /proc/self/mem;\n");
    let said = folder.json(&["nginx.conf"]);
    assert_eq!(said.ends(2).places(), ["nginx.conf:2 DI007"]);
    folder.run(&["/proc/self/mem"]).ends(2).complains("cannot be read");
    folder.run(&["parse", "nginx.conf"]).ends(2);
    folder.run(&["--baseline", "/proc/self/mem", "nginx.conf"]).ends(2).complains("cannot be read");
    folder.run(&["--config", "/proc/self/mem", "nginx.conf"]).ends(2).complains("cannot be read");
}

/// A disk on which something happens.
struct Faulty {
    /// Called with the path before it is read.
    on_read: fn(&Path) -> io::Result<()>,
    /// Called with the path before it is replaced.
    on_replace: fn(&Path),
}

impl Files for Faulty {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        (self.on_read)(path)?;
        Disk.read(path)
    }
    fn kind(&self, path: &Path) -> io::Result<FileKind> {
        Disk.kind(path)
    }
    fn list(&self, directory: &Path) -> io::Result<Vec<OsString>> {
        Disk.list(directory)
    }
    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        Disk.canonical(path)
    }
    fn walk(&self, folder: &Path) -> Vec<Result<PathBuf, (PathBuf, io::Error)>> {
        Disk.walk(folder)
    }
    fn create_with(&self, path: &Path, fill: &mut Fill<'_>) -> io::Result<()> {
        Disk.create_with(path, fill)
    }
    fn replace(&self, path: &Path, before: &[u8], after: &[u8]) -> io::Result<()> {
        (self.on_replace)(path);
        Disk.replace(path, before, after)
    }
}

/// What comes of two repaired files `a` and `b`, both `old` before.
fn written(faulty: &Faulty) -> (Folder, Result<Vec<WriteError>, WriteError>) {
    let folder = Folder::with(&[("a", "old"), ("b", "old")]);
    let mut sources = Sources::default();
    let texts = ["a", "b"].map(|name| {
        let document = Document::new(name, Origin::File(folder.path(name)), &b"old"[..]);
        (sources.add(document), b"new".to_vec())
    });
    let done = write(faulty, &sources, &texts);
    (folder, done)
}

#[test]
fn what_changes_between_reading_and_writing_is_not_overwritten() {
    let faulty = Faulty {
        on_read: |_| Ok(()),
        on_replace: |path| {
            if path.ends_with("a") {
                fs::write(path, "theirs").unwrap();
            }
        },
    };
    let (folder, done) = written(&faulty);
    let failed = done.unwrap();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].to_string(), "cannot write a: has changed since it was read");
    assert_eq!((folder.text("a").as_str(), folder.text("b").as_str()), ("theirs", "new"));
    assert_eq!(names(&folder.root()), ["a", "b"]);
}

#[test]
fn what_vanishes_between_reading_and_writing_is_not_made_anew() {
    let vanishes = |path: &Path| {
        if path.ends_with("a") {
            fs::remove_file(path).unwrap();
        }
    };
    let (folder, done) = written(&Faulty { on_read: |_| Ok(()), on_replace: vanishes });
    assert_eq!(done.unwrap().len(), 1);
    assert_eq!(names(&folder.root()), ["b"]);
}

#[test]
fn what_cannot_be_read_again_is_not_written_and_neither_is_anything_else() {
    let on_read =
        |path: &Path| if path.ends_with("b") { Err(io::Error::from_raw_os_error(5)) } else { Ok(()) };
    let (folder, done) = written(&Faulty { on_read, on_replace: |_| () });
    assert!(done.unwrap_err().to_string().starts_with("cannot write b: "));
    assert_eq!((folder.text("a").as_str(), folder.text("b").as_str()), ("old", "old"));
}

#[test]
fn ten_thousand_includes_and_few_descriptors() {
    let folder = Folder::new();
    let count = 10_000;
    for number in 0..count {
        let next =
            if number + 1 < count { format!("include nested/{}.conf;\n", number + 1) } else { String::new() };
        folder.write(&format!("nested/{number}.conf"), next);
        folder.write(&format!("flat/{number}.conf"), "");
    }
    folder
        .write("nginx.conf", "events {}\nhttp {\n    include flat/*.conf;\n    include nested/0.conf;\n}\n");
    let said = limited(&folder, "ulimit -n 32", &["nginx.conf", "--format", "json"]);
    assert_eq!(said.ends(0).document()["summary"]["files"], 2 * count + 1);
}

#[test]
fn files_with_several_names_keep_them_and_are_left_alone() {
    let folder = Folder::with(&[("nginx.conf", HALF), ("other.conf", HALF)]);
    fs::hard_link(folder.path("nginx.conf"), folder.path("second-name")).unwrap();
    let said = folder.run(&["--fix", "nginx.conf", "other.conf"]);
    said.ends(2).complains("cannot write nginx.conf: has 2 names (hard links) that would part");
    assert_eq!((folder.text("nginx.conf").as_str(), folder.text("second-name").as_str()), (HALF, HALF));
    assert_eq!(fs::metadata(folder.path("nginx.conf")).unwrap().nlink(), 2);
    assert_ne!(folder.text("other.conf"), HALF, "other files are repaired");
}

#[test]
fn owner_and_mode_stay() {
    let folder = Folder::with_main(HALF);
    let file = folder.path("nginx.conf");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o604)).unwrap();
    if std::os::unix::fs::chown(&file, Some(65_533), Some(65_532)).is_err() {
        println!("SKIPPED: only root gives files away");
        return;
    }
    folder.run(&["--fix", "nginx.conf"]).ends(0);
    let after = fs::metadata(&file).unwrap();
    assert_eq!((after.uid(), after.gid(), after.mode() & 0o7777), (65_533, 65_532, 0o604));
    assert_ne!(folder.text("nginx.conf"), HALF);
}

/// Fails unless the folder is as a crash may leave it: whole files, and at most one with a name of ours besides.
#[track_caller]
fn is_whole(folder: &Folder, old: &[String], new: &[String], when: &str) {
    for (number, (old, new)) in old.iter().zip(new).enumerate() {
        let now = folder.text(&format!("{number}.conf"));
        assert!(
            now == *old || now == *new,
            "{when}: {number}.conf is neither the old nor the new one:\n{now}"
        );
    }
    let others: Vec<String> =
        names(&folder.root()).into_iter().filter(|name| !name.contains(".conf")).collect();
    assert!(
        others.len() <= 1 && others.iter().all(|name| name.starts_with(".ngxlint-")),
        "{when}: {others:?}"
    );
}

/// Three files to fix, and what they are to be.
fn three() -> (Vec<String>, Vec<String>) {
    let location = |it: usize| {
        format!(
            "        location /{it} {{\n            proxy_pass http://app;\n            proxy_set_header Upgrade $http_upgrade;\n        }}\n"
        )
    };
    let text = |number: usize| {
        let locations: String = (0..number * 40).map(location).collect();
        HALF.replacen("    }\n}\n", &format!("{locations}    }}\n}}\n"), 1)
    };
    let old: Vec<String> = (0..3).map(text).collect();
    let folder = three_in_a_folder(&old);
    folder.run(&["--fix", "."]).ends(0);
    let new: Vec<String> = (0..3).map(|number| folder.text(&format!("{number}.conf"))).collect();
    assert!(old.iter().zip(&new).all(|(old, new)| old != new));
    (old, new)
}

fn three_in_a_folder(old: &[String]) -> Folder {
    let folder = Folder::new();
    for (number, text) in old.iter().enumerate() {
        folder.write(&format!("{number}.conf"), text);
    }
    folder
}

/// Killed at forty moments spread over a run.
#[test]
fn a_killed_fix_leaves_the_old_or_the_new_file() {
    let (old, new) = three();
    let whole = {
        let folder = three_in_a_folder(&old);
        let start = Instant::now();
        folder.run(&["--fix", "."]).ends(0);
        start.elapsed()
    };
    for moment in 0..40 {
        let folder = three_in_a_folder(&old);
        let mut command = folder.program(&["--fix", "."]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole * moment / 40);
        child.kill().unwrap();
        child.wait().unwrap();
        is_whole(&folder, &old, &new, &format!("after {moment}/40 of {whole:?}"));
        // What is left keeps nobody from going on.
        folder.run(&["--fix", "."]).ends(0);
        assert_eq!(folder.text("2.conf"), new[2]);
    }
}

/// Killed at each system call that has to do with files.
#[test]
#[ignore = "needs strace; tests/run runs it"]
fn a_fix_killed_at_any_system_call_leaves_the_old_or_the_new_file() {
    let (old, new) = three();
    let calls = "openat,write,fchmod,fchown,chown,fsync,rename,renameat,renameat2,link,linkat,unlink,unlinkat,close,ftruncate";
    let begin = Instant::now();
    let mut moment = 0;
    loop {
        moment += 1;
        let folder = three_in_a_folder(&old);
        let mut strace = Command::new("strace");
        strace.args([
            "-f",
            "-qq",
            "-o",
            "/dev/null",
            "-e",
            &format!("inject={calls}:signal=KILL:when={moment}"),
        ]);
        strace
            .arg(env!("CARGO_BIN_EXE_ngxlint"))
            .args(["--jobs", "1", "--fix", "."])
            .current_dir(folder.path(""));
        let said = finish(strace, b"");
        is_whole(&folder, &old, &new, &format!("killed at call {moment}"));
        if said.status.code() == Some(0) {
            break;
        }
        assert!(begin.elapsed() < Duration::from_mins(10), "there is no end after {moment} calls");
    }
    println!("{moment} system calls");
    assert!(moment > 20, "strace has killed nothing");
}
