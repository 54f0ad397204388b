//! Vim's quickfix list, ALE and efm through Vim's own `errorformat`, Emacs' compilation mode.

use serde_json::{Value, json};

use super::{Folder, Shown, command, expected, file, harness, run, sample, value};

/// Runs a script in Vim, which writes JSON to `out.json`.
fn vim(folder: &Folder, script: &str) -> Value {
    folder.write("script.vim", script);
    let mut vim = command(folder, "vim");
    vim.args(["-Nu", "NONE", "-i", "NONE", "-n", "-es", "-S", "script.vim", "-c", "qall!"]);
    let said = run(vim, b"");
    let out = folder.path("out.json");
    assert!(out.exists(), "Vim wrote nothing: {}{}", said.out, said.err);
    value(&folder.text("out.json"))
}

fn integrations(path: &str) -> String {
    harness::repository().join("integrations").join(path).display().to_string()
}

const WRITE_QUICKFIX: &str = "call writefile([json_encode(map(filter(getqflist(), 'v:val.valid'), {_, it -> \
     [bufname(it.bufnr), it.lnum, it.col, it.type, it.text]}))], 'out.json')\n";

/// A quickfix list holds the letter of the severity, and the code as part of the text.
fn in_quickfix(found: &Value) -> Vec<Shown> {
    let entry = |it: &Value| {
        let text = |at: usize| it[at].as_str().unwrap().to_owned();
        let severity = match text(3).to_lowercase().as_str() {
            "e" => "error",
            "w" => "warning",
            "n" | "i" => "note",
            other => panic!("{other}"),
        };
        let message = text(4);
        let message = message.rsplit_once(" [").map_or(message.as_str(), |(message, _)| message).to_owned();
        (text(0), it[1].as_u64().unwrap(), it[2].as_u64().unwrap(), severity.to_owned(), message)
    };
    found.as_array().unwrap().iter().map(entry).collect()
}

#[test]
#[ignore = "needs vim, which tests/run installs"]
fn vims_compiler_fills_the_quickfix_list() {
    let folder = sample();
    let load = format!("set runtimepath+={}\ncompiler ngxlint\n", integrations("vim"));
    let found = vim(&folder, &format!("{load}silent make\n{WRITE_QUICKFIX}"));
    assert_eq!(in_quickfix(&found), expected(&folder, &[]));
    let found = vim(&folder, &format!("edit conf.d/chat.conf\n{load}silent make %\n{WRITE_QUICKFIX}"));
    assert_eq!(in_quickfix(&found), expected(&folder, &[]));
    let found = vim(&folder, &format!("{load}silent make conf.d/quiet.conf\n{WRITE_QUICKFIX}"));
    assert_eq!(found, json!([]));
}

/// The functions of ALE that a linter calls.
const ALE: [(&str, &str); 3] = [
    (
        "autoload/ale.vim",
        "function! ale#Set(name, value) abort\n  let g:['ale_' . a:name] = a:value\nendfunction\nfunction! ale#Var(buffer, name) abort\n  return g:['ale_' . a:name]\nendfunction\n",
    ),
    (
        "autoload/ale/util.vim",
        "function! ale#util#GetMatches(lines, pattern) abort\n  return filter(map(copy(a:lines), {_, it -> matchlist(it, a:pattern)}), '!empty(v:val)')\nendfunction\n",
    ),
    (
        "autoload/ale/linter.vim",
        "function! ale#linter#Define(filetype, linter) abort\n  let g:linter = a:linter\nendfunction\n",
    ),
];

#[test]
#[ignore = "needs vim, which tests/run installs"]
fn ales_linter_reads_an_unsaved_buffer() {
    let folder = sample();
    let wanted = expected(&folder, &[]);
    let unsaved = folder.text("conf.d/chat.conf");
    folder.write("conf.d/chat.conf", "# saved\n");
    folder.write("unsaved", &unsaved);
    for (path, text) in ALE {
        folder.write(path, text);
    }
    let script = format!(
        "set runtimepath+=.\nsource {}\n\
         let command = substitute(substitute(linter.command, '%e', linter.executable(0), ''), '%s', 'conf.d/chat.conf', '')\n\
         let lines = systemlist(command, readfile('unsaved'))\n\
         let found = call(linter.callback, [0, lines])\n\
         call writefile([json_encode(map(found, {{_, it -> [it.filename, it.lnum, it.col, it.type, it.text . ' [' . it.code . ']']}}))], 'out.json')\n",
        integrations("vim/ale_linters/nginx/ngxlint.vim"),
    );
    assert_eq!(in_quickfix(&vim(&folder, &script)), wanted);
}

#[test]
#[ignore = "needs vim, which tests/run installs"]
fn efm_reads_an_unsaved_buffer() {
    let folder = sample();
    let wanted = expected(&folder, &[]);
    let unsaved = folder.text("conf.d/chat.conf");
    folder.write("conf.d/chat.conf", "# saved\n");
    let settings: Value = serde_yaml::from_str(&file("integrations/neovim/efm.yaml")).unwrap();
    let tool = &settings["tools"]["ngxlint"];
    let lint = tool["lint-command"].as_str().unwrap().replace("${INPUT}", "conf.d/chat.conf");
    let mut shell = command(&folder, "sh");
    shell.args(["-c", &lint]);
    let said = run(shell, unsaved.as_bytes());
    folder.write("printed", &said.ends(1).out);
    let formats: Vec<&str> =
        tool["lint-formats"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    let script = format!("let &errorformat = '{}'\ncgetfile printed\n{WRITE_QUICKFIX}", formats.join(","));
    assert_eq!(in_quickfix(&vim(&folder, &script)), wanted);
}

/// Lints a folder, prints every message of the compilation buffer, then visits one place after the other and prints
/// where point is.
const EMACS: &str = r#"
(progn
  (ngxlint default-directory)
  (let ((buffer (get-buffer "*ngxlint*")) (folder default-directory) (start t) (names ["note" "warning" "error"]))
    (while (get-buffer-process buffer) (accept-process-output nil 0.1))
    (with-current-buffer buffer
      (compilation--ensure-parse (point-max))
      (goto-char (point-min))
      (while (not (eobp))
        (let ((message (get-text-property (point) 'compilation-message)))
          (when message
            (let* ((place (compilation--message->loc message)) (file (compilation--loc->file-struct place)))
              (princ (format "message %s:%d: %s\n" (caar file) (compilation--loc->line place)
                (aref names (compilation--message->type message)))))))
        (forward-line)))
    (condition-case nil
      (while t
        (next-error 1 start)
        (setq start nil)
        (with-current-buffer (window-buffer)
          (princ (format "visit %s:%d:%d\n" (file-relative-name buffer-file-name folder) (line-number-at-pos)
            (1+ (- (point) (line-beginning-position)))))))
      (user-error nil))))
"#;

#[test]
#[ignore = "needs emacs, which tests/run installs"]
fn emacs_visits_every_finding() {
    let folder = sample();
    let mut emacs = command(&folder, "emacs");
    emacs.args(["--batch", "-Q", "-l", &integrations("emacs/ngxlint.el"), "--eval", EMACS]);
    let said = run(emacs, b"");
    let printed = |lead: &str| -> Vec<&str> {
        said.ends(0).out.lines().filter_map(|line| line.strip_prefix(lead)).collect()
    };
    let wanted = expected(&folder, &[]);
    let messages: Vec<String> =
        wanted.iter().map(|(file, line, _, severity, _)| format!("{file}:{line}: {severity}")).collect();
    assert_eq!(printed("message "), messages, "{}{}", said.out, said.err);
    // Several findings at one place are one stop.
    let mut places: Vec<String> =
        wanted.iter().map(|(file, line, column, ..)| format!("{file}:{line}:{column}")).collect();
    places.dedup();
    assert_eq!(printed("visit "), places, "{}{}", said.out, said.err);
}
