//! What must hold for every input, whoever makes it: libFuzzer (`targets/`) or `tests/hostile_fuzz.rs`.
//!
//! An input is one configuration: its files are separated by the byte 0x1E; the first is `nginx.conf`, the others are
//! `1.conf`, `2.conf` and so on. A first line that begins with `url ` names what `handshake` is asked.
#![allow(dead_code, reason = "each target has a property of its own")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use ngxlint::catalogue::{Version, VersionRange};
use ngxlint::config::{Base, Context, Library, Paths, View, assemble};
use ngxlint::files::{Files as _, Memory};
use ngxlint::finding::Safety;
use ngxlint::handshake::judge;
use ngxlint::lint::{Exclude, Home, Input, Options, Outcome, lint};
use ngxlint::output::handshake::{Blocks, json, route, table};
use ngxlint::output::{Format, Report, Style, Summary, write};
use ngxlint::route::Sockets;
use ngxlint::rules::{Preferences, RULES};
use ngxlint::show::{serving_blocks, show};
use ngxlint::source::Span;
use ngxlint::syntax::{RawBodies, SyntaxErrorKind, parse as parse_tree, parse_as_nginx, tokens, verdict};
use ngxlint::times::Times;
use ngxlint::trace::{ClientRequest, Tracer};
use ngxlint::value::{Client, Definitions};
use ngxlint::{fix as fixes, parse as parsing};

const SEPARATOR: u8 = 0x1e;

/// A directive's name and its arguments.
type Setting = (Vec<u8>, String);

/// Rounds of fixes after which nothing may be left to do.
const ROUNDS: usize = 20;

/// The token stream is the text; nginx's verdict is that of the tree that goes on behind errors; every form of `parse`
/// writes JSON.
pub fn parse(data: &[u8]) {
    for bodies in [RawBodies::Known, RawBodies::None] {
        let tree = parse_tree(data, bodies);
        let mut printed = Vec::new();
        for token in tokens(data, &tree) {
            assert_eq!(token.start as usize, printed.len());
            printed.extend_from_slice(&data[token.start as usize..token.end as usize]);
        }
        assert!(printed == data, "the tokens are not the text");
        let strict = parse_as_nginx(data, bodies);
        match verdict(data, &tree) {
            None => assert!(strict.errors.is_empty(), "nginx refuses what is said to be fine"),
            Some(refusal) => {
                let is_window =
                    refusal.message.starts_with(b"too long") || refusal.message.ends_with(b"may be too long");
                assert!(is_window || !strict.errors.is_empty(), "nginx takes what is said to be refused");
            }
        }
        let swallowed = |kind| kind == SyntaxErrorKind::MissingSemicolon;
        assert!(
            !strict.errors.is_empty() || tree.errors.iter().all(|error| swallowed(error.kind)),
            "recovery finds an error that nginx does not"
        );
    }
    let (files, _) = read(data);
    for (strict, combine, tokens) in
        [(false, false, false), (true, false, false), (false, true, false), (false, false, true)]
    {
        let options = parsing::Options {
            strict,
            combine,
            tokens,
            spans: true,
            comments: true,
            ..parsing::Options::default()
        };
        let mut out = Vec::new();
        let done = parsing::run(
            &files,
            Path::new("/"),
            &["/nginx.conf".into()],
            &mut std::io::empty(),
            &options,
            &mut out,
        );
        if done.is_ok() {
            for line in out.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
                // serde_json reads 128 levels, which says nothing of what was written.
                let read: Result<serde_json::Value, _> = serde_json::from_slice(line);
                let problem = read.err().map(|error| error.to_string()).unwrap_or_default();
                assert!(problem.is_empty() || problem.contains("recursion limit"), "{problem}");
            }
        }
    }
}

/// Every rule, on or off by default, ends; its findings stand in the text; a second run says the same.
pub fn check(data: &[u8]) {
    let (files, _) = read(data);
    let found = linted(&files);
    let again = linted(&files);
    assert_eq!(summed_up(&found), summed_up(&again));
    for finding in &found.findings {
        let edits = finding.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
        for span in edits.chain([finding.span]).chain(finding.related.iter().map(|label| label.span)) {
            let length = found.texts.sources.get(span.doc).bytes().len();
            assert!(span.start <= span.end && span.end as usize <= length, "{}: {span:?}", finding.rule.code);
        }
    }
}

fn summed_up(found: &Outcome) -> Vec<(String, u32, String)> {
    let one = |it: &ngxlint::finding::Finding| (it.rule.code.to_string(), it.span.start, it.message.clone());
    found.findings.iter().map(one).collect()
}

/// Fixes come to an end; a text that parsed still does; a second run changes nothing; what is in force at each block stays,
/// but for the directives that the fixes are about.
pub fn fix(data: &[u8]) {
    let (mut files, names) = read(data);
    let before = linted(&files);
    let is_sound = |found: &Outcome| found.linted.iter().all(|&doc| found.texts.tree(doc).errors.is_empty());
    if !is_sound(&before) || before.has_dump {
        return;
    }
    let values = in_force(&files);
    let mut touched = Vec::new();
    let mut found = before;
    for round in 0.. {
        let plan = fixes::collect(&found.findings, Safety::Unsafe);
        let texts = plan.texts(&found.texts.sources);
        let changed: Vec<_> =
            texts.into_iter().filter(|(doc, text)| found.texts.sources.get(*doc).bytes() != *text).collect();
        if changed.is_empty() {
            break;
        }
        assert!(round < ROUNDS, "fixes call for one another without end");
        for (doc, edits) in plan.edits() {
            for edit in edits {
                touched.push(edit.text.clone().into_bytes());
                touched.push(found.texts.sources.text(edit.span).to_vec());
                touched.extend(changed_within(&found, edit.span));
            }
            assert!(names.contains(&found.texts.sources.get(doc).name), "an edit of another file");
        }
        for (doc, text) in changed {
            files.add(found.texts.sources.get(doc).path().expect("a file"), text);
        }
        found = linted(&files);
        assert!(is_sound(&found), "a fix breaks the syntax");
    }
    let about =
        |name: &[u8]| touched.iter().any(|text| text.windows(name.len()).any(|window| window == name));
    let after = in_force(&files);
    assert_eq!(values.len(), after.len(), "a fix changes the blocks");
    for (before, after) in values.into_iter().zip(after) {
        let others = |values: Vec<Setting>| -> Vec<String> {
            let others = values.into_iter().filter(|(name, _)| !about(name));
            others.map(|(name, arguments)| format!("{} {arguments}", name.escape_ascii())).collect()
        };
        assert_eq!(others(before), others(after), "a fix changes what it is not about");
    }
}

/// The name of the directive that has an edit inside it.
fn changed_within(found: &Outcome, edited: Span) -> Option<Vec<u8>> {
    let (tree, text) = (found.texts.tree(edited.doc), found.texts.sources.get(edited.doc).bytes());
    let around = tree.statements.iter().rev().find(|&&statement| {
        let (start, end) = tree.range(statement);
        start < edited.end.max(edited.start + 1) && edited.start < end
    });
    let name = around.and_then(|&statement| tree.words(statement).first());
    name.map(|name| name.decoded(text).into_owned())
}

/// The directives in force at each block that serves requests.
fn in_force(files: &Memory) -> Vec<Vec<Setting>> {
    with_view(files, |view| {
        let blocks = show(view, &serving_blocks(view), Version::NEWEST);
        let written = |it: ngxlint::show::Written| {
            let arguments: Vec<String> = view.args(it.node).map(|it| it.escape_ascii().to_string()).collect();
            (view.name(it.node).into_owned(), arguments.join(" "))
        };
        blocks.into_iter().map(|block| block.written.into_iter().map(written).collect()).collect()
    })
}

fn with_view<T>(files: &Memory, use_it: impl FnOnce(View<'_>) -> T) -> T {
    let mut library = Library::new(files, "/".into());
    let root = library.open(Path::new("/nginx.conf")).expect("the main file");
    let context = Context::of(library.texts.sources.get(root), library.texts.tree(root));
    let config = assemble(&mut library, root, &context, &Base::Known("/".into()), &Paths::default());
    use_it(View { texts: &library.texts, config: &config })
}

/// Every block gets a verdict and every URL a way, in words and as JSON.
pub fn handshake(data: &[u8]) {
    let first = data.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let (urls, text) = match first.strip_prefix(b"url ") {
        Some(url) => {
            (String::from_utf8_lossy(url).into_owned(), data.get(first.len() + 1..).unwrap_or_default())
        }
        None => {
            ("ws://localhost/ wss://a.example/ws?x=1 http://127.0.0.1:8080/chat/../%2e/ws".to_owned(), data)
        }
    };
    let (files, _) = read(text);
    with_view(&files, |view| {
        let (definitions, sockets) = (Definitions::of(view), Sockets::of(view));
        for version in [Version::new(1, 18, 0), Version::NEWEST] {
            let router = Tracer::new(view, &definitions, &sockets, version, &files, "/".into());
            let requests = urls.split_whitespace().take(4).filter_map(|url| ClientRequest::of(url).ok());
            let traces: Vec<_> = requests.map(|it| (it.url.clone(), router.trace(&it))).collect();
            let reports = judge(view, &definitions, &Client::handshake(), version);
            let blocks = Blocks { view, version, reports: &reports, traces: &traces };
            let mut out = Vec::new();
            json(&blocks, &mut out).expect("written");
            let _: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
            table(&blocks, &mut out, Style::default()).expect("written");
            for (url, trace) in &traces {
                route(&blocks, url, trace, &mut out, Style::default()).expect("written");
            }
            harmless("handshake", &out);
        }
    });
}

/// Every format is written, harmless, and JSON where it says so.
pub fn formats(data: &[u8]) {
    let (files, _) = read(data);
    let found = linted(&files);
    let rules: Vec<&'static ngxlint::rules::Rule> = RULES.iter().collect();
    let report = Report {
        summary: Summary::of(&found.findings, found.linted.len(), found.suppressed),
        findings: found.findings,
        errors: found.errors,
        sources: &found.texts.sources,
        nginx_version: VersionRange::default().to_string(),
        rules: &rules,
    };
    for &format in Format::all() {
        let mut out = Vec::new();
        write(format, &report, &mut out, Style::default()).expect("written");
        harmless(&format!("{format:?}"), &out);
        let lines: Vec<&[u8]> = out.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()).collect();
        let documents = match format {
            Format::Json | Format::Sarif | Format::Gitlab => vec![out.as_slice()],
            Format::Jsonl | Format::Rdjsonl => lines,
            _ => Vec::new(),
        };
        for document in documents {
            let _: serde_json::Value = serde_json::from_slice(document).expect("JSON");
        }
    }
}

/// No control character, no mark that reorders, no command of a service.
fn harmless(what: &str, out: &[u8]) {
    let text = std::str::from_utf8(out).expect("UTF-8");
    let acts = |char: char| {
        char.is_control() && !matches!(char, '\n' | '\t')
            || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert_eq!(text.find(acts), None, "{what}: {text:?}");
    assert!(!text.contains("##vso["), "{what}: {text:?}");
}

/// The files of an input, and their names.
fn read(data: &[u8]) -> (Memory, BTreeSet<String>) {
    let mut files = Memory::default();
    let parts = data.split(|&byte| byte == SEPARATOR).enumerate().take(8);
    let named: BTreeMap<String, &[u8]> = parts
        .map(|(number, text)| {
            (if number == 0 { "nginx.conf".into() } else { format!("{number}.conf") }, text)
        })
        .collect();
    for (name, text) in &named {
        files.add(format!("/{name}"), *text);
    }
    debug_assert!(files.kind(Path::new("/nginx.conf")).is_ok());
    (files, named.into_keys().collect())
}

fn linted(files: &Memory) -> Outcome {
    let options = Options {
        target: VersionRange::default(),
        context: None,
        paths: Paths::default(),
        rules: RULES.iter().collect(),
        exclude: Exclude::default(),
        embedded: false,
        force_exclude: false,
        home: Home::default(),
        preferences: Preferences::default(),
        allow_empty: true,
        compatible_comments: true,
        times: Arc::new(Times::new(false)),
    };
    lint(files, Path::new("/"), vec![Input::Path("/nginx.conf".into())], &options, &|_| ())
}
