//! What the README shows is what the program prints.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test reads its data by itself and fails by panicking"
)]

use std::path::Path;
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    std::fs::read_to_string(root().join("README.md")).unwrap()
}

fn ngxlint(arguments: &[&str]) -> String {
    let run = Command::new(env!("CARGO_BIN_EXE_ngxlint"))
        .args(arguments)
        .current_dir(root())
        .env("NO_COLOR", "1")
        .env("LC_ALL", "C.UTF-8")
        .output()
        .unwrap();
    String::from_utf8(run.stdout).unwrap()
}

/// The text between two marks.
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let (_, after) = text.split_once(from).unwrap_or_else(|| panic!("the README lacks {from}"));
    after.split_once(to).unwrap_or_else(|| panic!("the README lacks {to} behind {from}")).0
}

#[test]
fn the_example_is_what_the_program_prints() {
    let readme = readme();
    let shown = between(&readme, "$ ngxlint fixtures/readme\n", "```");
    assert_eq!(shown, ngxlint(&["fixtures/readme"]));
}

#[test]
fn the_shown_block_is_what_the_program_prints() {
    let readme = readme();
    let shown = between(&readme, "$ ngxlint show fixtures/demo/nginx.conf conf.d/chat.conf:16\n", "```");
    assert_eq!(shown, ngxlint(&["show", "fixtures/demo/nginx.conf", "conf.d/chat.conf:16"]));
}

#[test]
fn the_table_holds_every_rule() {
    let readme = readme();
    let rules: serde_json::Value = serde_json::from_str(&ngxlint(&["rules", "--format", "json"])).unwrap();
    let rows = rules.as_array().unwrap().iter().map(|rule| {
        let text = |key: &str| rule[key].as_str().unwrap_or_default().to_owned();
        format!("| {} | {} | {} | {} |\n", text("code"), text("name"), text("severity"), text("summary"))
    });
    let table = between(&readme, "|---|---|---|---|\n", "\n\n");
    assert_eq!(format!("{table}\n"), rows.collect::<String>());
}

#[test]
fn the_demo_finds_problems() {
    let run = Command::new(env!("CARGO_BIN_EXE_ngxlint"))
        .arg("fixtures/demo")
        .current_dir(root())
        .output()
        .unwrap();
    assert_eq!(run.status.code(), Some(1));
    assert!(readme().contains("cargo run --release -- fixtures/demo"));
}

/// Options of other programs that the README calls.
const FOREIGN: [&str; 10] = [
    "--all",
    "--bench",
    "--ignored",
    "--nocapture",
    "--path",
    "--release",
    "--rm",
    "--test",
    "--tests",
    "--version",
];

/// What `--help` of each command says.
fn help() -> Vec<String> {
    let main = ngxlint(&["--help"]);
    let commands: Vec<String> = commands(&main).collect();
    let all = commands.iter().map(|command| ngxlint(&[command, "--help"]));
    all.chain([main.clone()]).collect()
}

fn commands(help: &str) -> impl Iterator<Item = String> + '_ {
    let list = between(help, "Commands:\n", "\n\n").lines();
    // A line that goes on is indented further.
    { list }
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next().filter(|word| !word.is_empty()))
        .filter(|&word| word != "help")
        .map(str::to_owned)
}

#[test]
fn every_command_of_the_help_is_in_the_readme() {
    let (readme, help) = (readme(), ngxlint(&["--help"]));
    let missing: Vec<String> =
        commands(&help).filter(|command| !readme.contains(&format!("ngxlint {command}"))).collect();
    assert_eq!(missing, ["lsp"; 0]);
}

#[test]
fn every_option_of_the_readme_is_in_the_help() {
    let (readme, help) = (readme(), help().join("\n"));
    let is_word = |char: char| char.is_ascii_alphanumeric() || char == '-';
    let options = readme
        .split(|char| !is_word(char))
        .filter(|word| word.starts_with("--") && !word.starts_with("---") && word.len() > 2);
    let options: std::collections::BTreeSet<&str> = options.filter(|it| !FOREIGN.contains(it)).collect();
    assert!(options.len() > 15, "{options:?}");
    let known = |option: &str| help.split(|char| !is_word(char)).any(|word| word == option);
    let unknown: Vec<&str> = options.into_iter().filter(|option| !known(option)).collect();
    assert_eq!(unknown, [""; 0]);
}
