//! Completions in the shells themselves, and the manual page through `man`. PowerShell and Nushell are no packages of
//! Debian: theirs are tested by their shape.

use super::{Folder, command, run};

const SHELLS: [&str; 6] = ["bash", "elvish", "fish", "nushell", "powershell", "zsh"];

fn script(shell: &str) -> String {
    Folder::new().run(&["completions", shell]).ends(0).out.clone()
}

/// The commands and long options that `--help` lists.
fn words(of: &[&str], lead: &str) -> Vec<String> {
    let help = Folder::new().run(&[of, &["--help"]].concat()).ends(0).out.clone();
    let (_, after) = help.split_once(if lead == "--" { "Options:" } else { "Commands:" }).unwrap();
    let section = after.split("\n\n").next().unwrap();
    let section = if lead == "--" { after } else { section };
    let named = section.lines().filter_map(|line| {
        let word =
            line.trim_start().split([' ', ',']).find(|word| word.starts_with(lead) && !word.is_empty())?;
        (line.starts_with("  ") && !line.starts_with("          ")).then(|| word.to_owned())
    });
    named.collect()
}

#[test]
fn every_shell_learns_every_command_and_option() {
    let (commands, options) = (words(&[], ""), words(&["check"], "--"));
    assert!(commands.iter().any(|it| it == "handshake") && commands.len() > 8, "{commands:?}");
    assert!(options.iter().any(|it| it == "--stdin-filename") && options.len() > 20, "{options:?}");
    for shell in SHELLS {
        let script = script(shell);
        for word in commands.iter().chain(&options) {
            // fish writes options without their dashes.
            let word = if shell == "fish" { word.trim_start_matches('-') } else { word };
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    Folder::new().run(&["completions", "tcsh"]).ends(2).complains("tcsh");
}

#[test]
fn the_scripts_for_powershell_and_nushell_have_the_right_shape() {
    let (powershell, nushell) = (script("powershell"), script("nushell"));
    assert!(powershell.contains("Register-ArgumentCompleter -Native -CommandName 'ngxlint'"));
    assert!(
        nushell.contains("export extern ngxlint [")
            && nushell.contains("export extern \"ngxlint handshake\" [")
    );
    for script in [powershell, nushell] {
        for (open, close) in [('{', '}'), ('[', ']'), ('(', ')')] {
            let count = |of: char| {
                script
                    .lines()
                    .filter(|line| !line.contains("CompletionResult]::new"))
                    .filter(|line| !line.contains("# "))
                    .map(|line| line.matches(of).count())
                    .sum::<usize>()
            };
            assert_eq!(count(open), count(close), "{open}");
        }
    }
}

#[test]
#[ignore = "needs zsh and fish, which tests/run installs"]
fn shells_read_their_scripts() {
    for (shell, option) in [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")] {
        let folder = Folder::with(&[("script", &script(shell))]);
        let mut shell = command(&folder, shell);
        shell.args([option, "script"]);
        let said = run(shell, b"");
        assert_eq!((said.code(), said.err.as_str()), (0, ""), "{said:?}");
    }
}

#[test]
#[ignore = "needs zsh and fish, which tests/run installs"]
fn shells_complete_a_command_and_an_option() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish"] {
        folder.write(shell, script(shell));
    }
    let ask = |shell: &str, text: &str| {
        let mut shell = command(&folder, shell);
        shell.args(["-c", text]).env("HOME", folder.root());
        run(shell, b"").out
    };
    let bash = |words: &str, last: &str, before: &str| {
        ask(
            "bash",
            &format!(
                "source ./bash; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}}-1)); _ngxlint ngxlint '{last}' '{before}'; printf '%s\\n' \"${{COMPREPLY[@]}}\""
            ),
        )
    };
    assert_eq!(bash("ngxlint hand", "hand", "ngxlint").trim(), "handshake");
    assert!(bash("ngxlint check --stdin", "--stdin", "check").contains("--stdin-filename"));
    let fish = |line: &str| ask("fish", &format!("source ./fish; complete -C '{line}'"));
    assert!(fish("ngxlint hand").starts_with("handshake"), "{}", fish("ngxlint hand"));
    assert!(fish("ngxlint check --stdin").starts_with("--stdin-filename"));
    let zsh = ask(
        "zsh",
        "autoload -Uz compinit; compinit -u -D; source ./zsh; whence -w _ngxlint; print -r -- $_comps[ngxlint]",
    );
    assert_eq!(zsh.trim(), "_ngxlint: function\n_ngxlint");
}

#[test]
fn the_manual_page_names_every_command_and_option() {
    let folder = Folder::new();
    let page = |words: &[&str]| folder.run(&[&["man"], words].concat()).ends(0).out.replace('\\', "");
    let (main, check) = (page(&[]), page(&["check"]));
    assert!(
        words(&[], "").iter().all(|it| it == "help" || main.contains(&format!("ngxlint-{it}(1)"))),
        "{main}"
    );
    for option in words(&["check"], "--") {
        assert!(main.contains(&option) && check.contains(&option), "{option}");
    }
    assert!(main.contains("Exit status: 0"), "{main}");
    assert!(check.starts_with(".ie") && check.contains(".TH ngxlint-check 1"), "{check}");
    folder
        .run(&["man", "handshakes"])
        .ends(2)
        .complains("no command is called `handshakes`: one of check, handshake");
}

#[test]
#[ignore = "needs man, which tests/run installs"]
fn man_shows_the_page_without_a_warning() {
    let folder = Folder::new();
    for name in ["", "check", "handshake", "show", "parse", "explain", "rules", "completions", "man"] {
        let words: Vec<&str> = ["man", name].into_iter().filter(|word| !word.is_empty()).collect();
        folder.write("page.1", folder.run(&words).ends(0).out.clone());
        let mut man = command(&folder, "man");
        man.args(["--warnings", "-P", "cat", "-l", "page.1"]).env("MANWIDTH", "100");
        let said = run(man, b"");
        assert_eq!(said.ends(0).err, "", "{name}");
        assert!(said.out.contains("OPTIONS") && said.out.contains("--help"), "{}", said.out);
    }
}
