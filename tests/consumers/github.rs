//! The problem matcher as a JavaScript engine runs it, the matcher of VS Code, and the steps of the action.

use serde_json::{Value, json};

use super::{Folder, Shown, command, expected, file, run, sample, value};

/// What JavaScript makes of lines: for each matcher of a list, what its pattern finds.
const MATCH: &str = r"
const { matchers, lines } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const found = [];
for (const line of lines) for (const { owner, severity, pattern } of matchers) {
  const p = pattern[0];
  const m = new RegExp(p.regexp).exec(line);
  if (m) found.push([m[p.file], +m[p.line], +m[p.column], p.severity ? m[p.severity] : severity, m[p.message], m[p.code], owner]);
}
console.log(JSON.stringify(found));
";

fn matched(matchers: &Value, lines: &[String]) -> Vec<Value> {
    let mut node = command(&Folder::new(), "node");
    node.current_dir("/").args(["-e", MATCH]);
    let input = json!({"matchers": matchers, "lines": lines}).to_string();
    let said = run(node, input.as_bytes());
    value(&said.ends(0).out).as_array().unwrap().clone()
}

fn github_matchers() -> Value {
    value(&file("integrations/github/problem-matcher.json"))["problemMatcher"].clone()
}

fn code_matcher(task: &Value) -> Value {
    let mut matcher = task["problemMatcher"].clone();
    matcher["pattern"] = json!([matcher["pattern"]]);
    json!([matcher])
}

fn lines(folder: &Folder) -> Vec<String> {
    let said = folder.run(&["--format", "concise"]);
    said.ends(1).out.lines().map(str::to_owned).collect()
}

fn shown(found: &Value) -> Shown {
    let text = |at: usize| found[at].as_str().unwrap().to_owned();
    (text(0), found[1].as_u64().unwrap(), found[2].as_u64().unwrap(), text(3), text(4))
}

/// GitHub calls a note a notice.
fn as_notice((file, line, column, severity, message): Shown) -> Shown {
    let severity = if severity == "note" { "notice".to_owned() } else { severity };
    (file, line, column, severity, message)
}

/// A line in the colours of a terminal.
fn coloured(line: &str) -> String {
    let (place, rest) = line.split_once(": ").unwrap();
    let (severity, rest) = rest.split_once(": ").unwrap();
    let (message, code) = rest.rsplit_once(" [").unwrap();
    let place = place.replace(':', "\u{1b}[36m:\u{1b}[0m");
    let code = code.trim_end_matches(']');
    format!(
        "\u{1b}[1m{place}\u{1b}[0m: \u{1b}[1;31m{severity}\u{1b}[0m: {message} \u{1b}[2m[{code}]\u{1b}[0m"
    )
}

#[test]
#[ignore = "needs node, which tests/run installs"]
fn the_problem_matcher_finds_every_finding() {
    let folder = sample();
    let wanted: Vec<Shown> = expected(&folder, &[]).into_iter().map(as_notice).collect();
    let plain = lines(&folder);
    let found: Vec<Shown> = matched(&github_matchers(), &plain).iter().map(shown).collect();
    assert_eq!(found, wanted);
    let colours: Vec<String> = plain.iter().map(|line| coloured(line)).collect();
    let found: Vec<Shown> = matched(&github_matchers(), &colours).iter().map(shown).collect();
    assert_eq!(found, wanted, "colours");
    let windows: Vec<String> =
        plain.iter().map(|line| format!("C:\\repo\\{}\r", line.replacen('/', "\\", 1))).collect();
    let found: Vec<Shown> = matched(&github_matchers(), &windows).iter().map(shown).collect();
    let path = |file: &str| format!("C:\\repo\\{}", file.replace('/', "\\"));
    let wanted: Vec<Shown> =
        wanted.into_iter().map(|it| Shown::from((path(&it.0), it.1, it.2, it.3, it.4))).collect();
    assert_eq!(found, wanted, "Windows");
}

#[test]
#[ignore = "needs node, which tests/run installs"]
fn the_problem_matcher_takes_what_cannot_be_read_and_nothing_else() {
    let said = Folder::new().run(&["--format", "concise", "gone.conf"]);
    let errors: Vec<String> = said.ends(2).err.lines().map(str::to_owned).collect();
    let found = matched(&github_matchers(), &errors);
    assert_eq!(found.len(), 1, "{errors:?}");
    assert_eq!(
        (&found[0][0], &found[0][3], &found[0][5]),
        (&json!("gone.conf"), &json!("error"), &json!("READ"))
    );
    let others = [
        "Found 1 error in 1 file.",
        "ngxlint: --jobs takes a number",
        "  9 |  proxy_pass x;",
        "",
        "a:b:c: error: x [Y]",
    ];
    let others: Vec<String> = others.map(str::to_owned).to_vec();
    assert_eq!(matched(&github_matchers(), &others), Vec::<Value>::new());
}

#[test]
#[ignore = "needs node, which tests/run installs"]
fn the_tasks_of_vs_code_match_every_finding() {
    let folder = sample();
    let tasks = value(&file("integrations/vscode/tasks.json"));
    for task in tasks["tasks"].as_array().unwrap() {
        let words: Vec<String> = task["args"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it.as_str().unwrap().replace("${relativeFile}", "conf.d/chat.conf"))
            .collect();
        let said = folder.run(&words);
        let printed: Vec<String> = said.ends(1).out.lines().map(str::to_owned).collect();
        let found: Vec<Shown> = matched(&code_matcher(task), &printed).iter().map(shown).collect();
        assert_eq!(found, expected(&folder, &[]));
    }
}

#[test]
fn the_action_hands_inputs_over_in_the_environment_only() {
    let action: Value = serde_yaml::from_str(&file("action.yml")).unwrap();
    let steps = action["runs"]["steps"].as_array().unwrap();
    let mut used = Vec::new();
    for step in steps {
        let script = step["run"].as_str().unwrap();
        assert!(!script.contains("${{") && step["shell"] == "bash", "{script}");
        let program = script.trim_matches('"').strip_prefix("$GITHUB_ACTION_PATH/").unwrap();
        file(program);
        let folder = step["working-directory"].as_str();
        used.extend(step["env"].as_object().unwrap().values().filter_map(Value::as_str).chain(folder));
    }
    for input in action["inputs"].as_object().unwrap().keys() {
        assert!(used.contains(&format!("${{{{ inputs.{input} }}}}").as_str()), "{input} is not used");
    }
}

/// The step of the action, as the runner starts it.
fn step(folder: &Folder, paths: &str, arguments: &str) -> super::Said {
    let mut bash = command(folder, "bash");
    bash.args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c"]);
    bash.arg("\"$GITHUB_ACTION_PATH/integrations/github/lint\"");
    bash.env("GITHUB_ACTION_PATH", super::harness::repository());
    bash.env("NGXLINT_PATHS", paths).env("NGXLINT_ARGUMENTS", arguments);
    run(bash, b"")
}

#[test]
fn the_step_registers_the_matcher_and_ends_as_ngxlint_does() {
    let folder = sample();
    let said = step(&folder, "", "");
    let lines: Vec<&str> = said.ends(1).out.lines().collect();
    let matcher = super::harness::repository().join("integrations/github/problem-matcher.json");
    assert_eq!(lines[0], format!("::add-matcher::{}", matcher.display()));
    let token = lines[1].strip_prefix("::stop-commands::").unwrap();
    assert!(token.len() == 32, "{token}");
    let end = lines.iter().position(|line| *line == format!("::{token}::")).unwrap();
    assert_eq!(lines[2..end], folder.run(&["--format", "concise"]).out.lines().collect::<Vec<_>>());
    assert_eq!(
        lines[end + 1..],
        ["::remove-matcher owner=ngxlint::", "::remove-matcher owner=ngxlint-note::"]
    );
    assert_ne!(step(&folder, "", "").out.lines().nth(1), Some(lines[1]), "a token is used once");
    step(&folder, "conf.d/quiet.conf\n", "").ends(0);
    step(&folder, "", "--exit-zero\n--min-severity\nerror").ends(0);
    step(&folder, "gone.conf", "").ends(2);
}

#[test]
fn inputs_are_words_and_never_commands() {
    let folder = sample();
    step(&folder, "$(touch stolen)\n`touch stolen`; touch stolen", "").ends(2);
    step(&folder, "--fix", "").ends(2).complains("--fix");
    assert!(!folder.path("stolen").exists());
    folder.write("::error::x.conf", folder.text("conf.d/chat.conf"));
    let said = step(&folder, "::error::x.conf", "--context\nhttp");
    // The text itself is no command, and commands are stopped around it.
    let (before, after) = said.ends(1).out.split_once("::stop-commands::").unwrap();
    assert!(!before.contains("error") && after.contains("error::x.conf:"), "{}", said.out);
    assert!(!said.out.lines().any(|line| line.starts_with("::error")), "{}", said.out);
}
