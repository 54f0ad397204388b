//! What `--fix` may and may not write.
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

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::process::Command;

use harness::{Folder, HALF};

#[test]
fn a_second_fix_changes_nothing() {
    let folder = Folder::with_main(HALF);
    folder.run(&["--fix", "nginx.conf"]).ends(0).complains("fixed nginx.conf");
    let fixed = folder.text("nginx.conf");
    assert!(
        fixed.contains("proxy_http_version 1.1;") && fixed.contains("proxy_set_header Connection"),
        "{fixed}"
    );
    let second = folder.run(&["--fix", "nginx.conf"]);
    assert!(!second.ends(0).err.contains("fixed"), "{}", second.err);
    assert_eq!(folder.text("nginx.conf"), fixed);
}

#[test]
fn line_endings_and_a_missing_last_one_stay() {
    for newline in ["\n", "\r\n"] {
        let text = HALF.trim_end().replace('\n', newline);
        let folder = Folder::with_main(&text);
        folder.run(&["--fix", "nginx.conf"]).ends(0);
        let fixed = folder.text("nginx.conf");
        assert!(fixed.len() > text.len() && fixed.ends_with('}'), "{fixed:?}");
        let bare = fixed.matches('\n').count() - fixed.matches("\r\n").count();
        assert_eq!(bare == 0, newline == "\r\n", "{fixed:?}");
        for line in text.split(newline) {
            assert!(fixed.contains(line), "{line:?} is lost in {fixed:?}");
        }
    }
}

#[test]
fn mode_and_links_stay() {
    let folder = Folder::with(&[("real/site.conf", HALF)]);
    let real = folder.path("real/site.conf");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o640)).expect("a mode");
    std::os::unix::fs::symlink("real/site.conf", folder.path("link.conf")).expect("a link");
    folder.run(&["--fix", "link.conf"]).ends(0);
    assert!(std::fs::symlink_metadata(folder.path("link.conf")).expect("a link").is_symlink());
    let after = std::fs::metadata(&real).expect("the file");
    assert_eq!(after.mode() & 0o7777, 0o640);
    assert!(folder.text("real/site.conf").contains("proxy_http_version 1.1;"));
    let left: Vec<_> = std::fs::read_dir(folder.path("real")).expect("a folder").collect();
    assert_eq!(left.len(), 1, "temporary files are left: {left:?}");
}

#[test]
fn a_read_only_file_is_left_with_a_message() {
    let folder = Folder::with(&[("a.conf", HALF), ("b.conf", HALF), ("c.conf", HALF)]);
    let locked = folder.path("b.conf");
    std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(0o440)).expect("a mode");
    let said = folder.json(&["--fix", "a.conf", "b.conf", "c.conf"]);
    said.ends(2).complains("b.conf").complains("read-only");
    assert_eq!(folder.text("b.conf"), HALF);
    assert_eq!(std::fs::metadata(&locked).expect("the file").mode() & 0o7777, 0o440);
    let fixed = ["a.conf", "c.conf"].map(|name| folder.text(name).contains("proxy_http_version"));
    assert_eq!(fixed, [true, true], "one file that cannot be written does not keep the others from it");
    assert_eq!(said.places(), ["b.conf:5 WS102", "b.conf:5 WS103"], "what remains is reported");
}

#[test]
fn nothing_is_written_unless_the_result_parses() {
    let errors = ["    server {\n", "log_format x \"open;\n", "server { listen 80 \"a\"b; }\n"];
    for error in errors {
        let text = format!("{HALF}{error}");
        let folder = Folder::with_main(&text);
        let said = folder.run(&["--fix", "--unsafe-fixes", "nginx.conf"]);
        assert_eq!(folder.text("nginx.conf"), text, "written in spite of {error:?}");
        said.ends(1).complains("not fixed");
    }
}

#[test]
fn a_fix_that_mends_the_syntax_is_written() {
    let text = HALF.replace("proxy_pass http://app;", "proxy_pass http://app");
    let folder = Folder::with_main(&text);
    folder.run(&["--fix", "nginx.conf"]);
    let fixed = folder.text("nginx.conf");
    assert!(fixed.contains("proxy_pass http://app;\n"), "{fixed}");
    assert!(folder.json(&["nginx.conf"]).ends(0).codes().is_empty());
}

#[test]
fn standard_input_and_dumps_are_not_fixed() {
    let folder = Folder::new();
    folder.run_with_input(&["--fix", "-"], HALF).ends(2).complains("--fix cannot write to standard input");
    let dump = format!("# configuration file /etc/nginx/nginx.conf:\n{HALF}\n");
    folder.run_with_input(&["--fix", "-"], &dump).ends(2).complains("an `nginx -T` dump cannot be fixed");
    folder.run_with_input(&["--diff", "-"], &dump).ends(2).complains("an `nginx -T` dump cannot be fixed");
    folder.write("dump.txt", &dump);
    folder.run(&["--fix", "dump.txt"]).ends(2).complains("an `nginx -T` dump cannot be fixed");
    assert_eq!(folder.text("dump.txt"), dump);
}

#[test]
fn diff_applies_with_git() {
    for (name, text) in [
        ("nginx.conf", HALF.to_owned()),
        ("conf.d/a b.conf", HALF.replace('\n', "\r\n")),
        ("caf\u{e9}.conf", HALF.trim_end().to_owned()),
    ] {
        let folder = Folder::new();
        folder.write(name, &text);
        let said = folder.run(&["--diff", name]);
        assert!(said.ends(1).out.starts_with("--- "), "{}", said.out);
        assert_eq!(folder.text(name), text, "--diff writes nothing");
        folder.write("fix.patch", &said.bytes);
        let git = Command::new("git").args(["apply", "fix.patch"]).current_dir(folder.path("")).output();
        let git = git.expect("git runs");
        assert!(git.status.success(), "{}{}", String::from_utf8_lossy(&git.stderr), said.out);
        let by_git = folder.read(name);
        folder.write(name, &text);
        folder.run(&["--fix", name]).ends(0);
        assert_eq!(by_git, folder.read(name));
    }
}

#[test]
fn diff_of_standard_input_and_output_to_a_file() {
    let folder = Folder::with_main(HALF);
    let piped = folder.run_with_input(&["--diff", "-", "--stdin-filename", "nginx.conf"], HALF);
    assert_eq!(piped.out, folder.run(&["--diff", "nginx.conf"]).out);
    let kept = folder.run(&["--diff", "nginx.conf", "--output", "fix.patch"]);
    assert_eq!((kept.out.as_str(), folder.text("fix.patch")), ("", piped.out));
}

#[test]
fn a_file_that_is_clean_is_not_touched() {
    let folder = Folder::with(&[("nginx.conf", HALF), ("good.conf", harness::GOOD)]);
    let before = std::fs::metadata(folder.path("good.conf")).expect("the file");
    folder.run(&["--fix", "."]).ends(0);
    let after = std::fs::metadata(folder.path("good.conf")).expect("the file");
    assert_eq!((before.ino(), before.mtime()), (after.ino(), after.mtime()));
    assert_ne!(folder.text("nginx.conf"), HALF);
}

#[test]
fn unsafe_and_shown_fixes_are_not_written_by_fix_alone() {
    let by_path = "http { server { location /socket.io/ { proxy_pass http://127.0.0.1:3000; } } }\n";
    let folder = Folder::with_main(by_path);
    folder.run(&["--fix", "nginx.conf"]);
    assert_eq!(folder.text("nginx.conf"), by_path);
    folder.run(&["--fix", "--unsafe-fixes", "nginx.conf"]);
    assert_ne!(folder.text("nginx.conf"), by_path);
}
