//! A user's own rules: loading, refusing, listing, and trying them on their fixtures.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test reads its data by itself and fails by panicking"
)]

#[path = "cli/harness.rs"]
mod harness;

use harness::{Folder, repository};

const BAD: &str = "events {}\nhttp {\n    server {\n        location / {\n            # expect: ACME001\n            proxy_pass http://app;\n        }\n    }\n}\n";

fn good() -> String {
    BAD.replace("# expect: ACME001", "limit_req zone=one;")
}

/// The text between two marks of the README.
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let (_, after) = text.split_once(from).unwrap_or_else(|| panic!("the README lacks {from}"));
    after.split_once(to).unwrap_or_else(|| panic!("the README lacks {to} behind {from}")).0
}

/// The README's rule.
fn rule() -> String {
    let readme = std::fs::read_to_string(repository().join("README.md")).unwrap();
    format!("# lint-rules/{}", between(&readme, "```yaml\n# lint-rules/", "```"))
}

fn folder() -> Folder {
    Folder::with(&[("lint-rules/rate-limit-missing.yaml", &rule()), ("nginx.conf", BAD)])
}

#[test]
fn the_readmes_rule_works_as_written() {
    let rule = rule();
    assert!(
        rule.starts_with("# lint-rules/rate-limit-missing.yaml\n") && rule.lines().count() == 10,
        "{rule}"
    );
    let folder = folder();
    folder.write(".ngxlint.yaml", "rules: [lint-rules]\n");
    let said = folder.json(&[]);
    assert_eq!(said.ends(1).places(), ["nginx.conf:6 ACME001"]);
    let found = &said.diagnostics()[0];
    assert_eq!(found["family"], "custom");
    assert_eq!(found["message"], "location / has no `limit_req`");
    folder.write("lint-rules/rate-limit-missing/bad/nginx.conf", BAD);
    folder.write("lint-rules/rate-limit-missing/good/nginx.conf", good());
    let said = folder.run(&["rules", "--test", "lint-rules"]);
    assert_eq!(said.ends(0).out, "ok    ACME001 rate-limit-missing: 1 bad, 1 good\n1 passed, 0 failed\n");
}

#[test]
fn own_rules_are_rules_like_any_other() {
    let folder = folder();
    let with = |options: &[&str]| folder.json(&[&["--rules", "lint-rules", "nginx.conf"], options].concat());
    assert_eq!(folder.json(&["nginx.conf"]).codes(), [""; 0]);
    assert_eq!(with(&[]).codes(), ["ACME001"]);
    for word in ["ACME001", "acme", "rate-limit-missing", "custom", "all"] {
        assert_eq!(with(&["--select", word]).codes(), ["ACME001"], "{word}");
        assert_eq!(with(&["--ignore", word]).codes(), [""; 0], "{word}");
    }
    folder.write(".ngxlint.yaml", "severity: {ACME001: error}\n");
    assert_eq!(with(&[]).diagnostics()[0]["severity"], "error");
    folder.write(".ngxlint.yaml", "rules: [lint-rules]\n");
    assert_eq!(folder.json(&["nginx.conf"]).codes(), ["ACME001"]);
    assert!(folder.run(&["rules"]).ends(0).out.contains("ACME001"));
    let page = folder.run(&["explain", "ACME001"]).ends(0).out.clone();
    assert!(page.contains("ACME001 rate-limit-missing (warning, on by default, family custom)"), "{page}");
    assert!(!page.contains("\nReferences") && page.contains("\nWhy\n"), "{page}");
    folder.run(&["nginx.conf"]).ends(1);
    folder.run(&["explain", "ACME002"]).ends(2).complains("did you mean `ACME001`?");
    folder.run(&["explain", "--no-config", "ACME001"]).ends(2);
    folder.write(".ngxlint.yaml", "broken: [\n");
    folder.run(&["explain", "WS101"]).ends(0);
    folder.run(&["explain", "ACME001"]).ends(2).complains(".ngxlint.yaml:");
    folder.run(&["rules"]).ends(2);
}

const PLAIN: &str = "code: ACME001\nname: some-name\nseverity: note\nsummary: x\nvisit: location\n";
const REPORT: &str = "report: {message: m}\n";
const FORBID: &str = "forbid: [{directive: autoindex, value: on}]\n";

/// Each text is refused with its words.
#[track_caller]
fn refused(cases: &[(String, &str)]) {
    let mut wrong = Vec::new();
    for (text, words) in cases {
        let folder = Folder::with(&[("rules/own.yaml", text), ("nginx.conf", BAD)]);
        let said = folder.run(&["--rules", "rules", "nginx.conf"]);
        let refused =
            said.code() == 2 && said.out.is_empty() && said.err.starts_with("ngxlint: rules/own.yaml:");
        if !refused || !said.err.contains(words) {
            wrong.push(format!("{text}wanted {words}\nsaid {}", said.err));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_rule_of_another_shape_is_refused_with_its_place() {
    refused(&[
        (format!("{PLAIN}{REPORT}{FORBID}whyy: x\n"), "8:1: unknown key `whyy`; did you mean `why`?"),
        (
            format!("{PLAIN}{REPORT}"),
            "1:1: the rule can never report anything: it needs `require`, `forbid` or `check`",
        ),
        (format!("{PLAIN}{FORBID}"), "the key `report` is missing"),
        (
            format!("{PLAIN}{REPORT}{FORBID}").replace("severity: note", "severity: bad"),
            "3:11: unknown value `bad`",
        ),
        (
            format!("{PLAIN}{REPORT}{FORBID}").replace("visit: location", "visit: locaton"),
            "5:8: unknown value `locaton`; did you mean `location`?",
        ),
        (
            format!("{PLAIN}{REPORT}{FORBID}").replace("ACME001", "WS999"),
            "1:7: codes that begin with WS are ngxlint's own (family websocket): choose other letters",
        ),
        (
            format!("{PLAIN}{REPORT}{FORBID}").replace("ACME001", "acme1"),
            "1:7: `acme1`: a code is two capital letters or more, and a number: ACME001",
        ),
        (
            format!("{PLAIN}{REPORT}{FORBID}").replace("some-name", "Some_Name"),
            "2:7: `Some_Name`: a name is small letters",
        ),
        (
            format!("{PLAIN}{REPORT}{FORBID}").replace("some-name", "upgrade-not-forwarded"),
            "2:7: `upgrade-not-forwarded` is taken by ngxlint itself",
        ),
        (format!("{PLAIN}{REPORT}{FORBID}nginx: one\n"), "8:8: `one` is not an nginx version"),
        (
            format!("{PLAIN}{REPORT}check: connection-mapp\n"),
            "7:8: no check is called `connection-mapp`; did you mean `connection-map`?",
        ),
        (format!("{PLAIN}{REPORT}intent: name\n{FORBID}"), "7:9: only `visit: proxied-block` knows"),
        (
            format!("{PLAIN}report: {{message: \"{{blok}} is bad\"}}\n{FORBID}"),
            "6:19: unknown placeholder `{blok}`; did you mean `block`?",
        ),
        (
            format!("{PLAIN}report: {{message: m, at: passs}}\n{FORBID}"),
            "6:26: unknown value `passs`; did you mean `pass`?",
        ),
        (format!("{PLAIN}{REPORT}{FORBID}supersedes: [WS999]\n"), "8:14: no rule has the code `WS999`"),
        (
            format!("{PLAIN}{REPORT}{FORBID}")
                .replace("visit: location", "visit: directive")
                .replace("directive: autoindex, value: on", "target: 1.20"),
            "5:8: `visit: directive` needs",
        ),
        (
            format!("{PLAIN}{REPORT}{FORBID}").replace("visit: location", "visit: text"),
            "5:8: only a `check` can look at texts",
        ),
        (format!("{PLAIN}{REPORT}{FORBID}code: X\n"), "8:1: the key `code` stands twice"),
        ("# nothing\n".into(), "own.yaml: is empty"),
        ("- a\n".into(), "1:1:"),
    ]);
}

#[test]
fn a_rule_that_asks_what_nobody_answers_is_refused_with_its_place() {
    refused(&[
        (
            format!("{PLAIN}{REPORT}forbid: [{{directive: autoindx}}]\n"),
            "7:22: no directive is called `autoindx`; did you mean `autoindex`?",
        ),
        (format!("{PLAIN}{REPORT}forbid: [{{}}]\n"), "7:10: an empty condition"),
        (format!("{PLAIN}{REPORT}forbid: [{{any: [{{}}]}}]\n"), "7:17: an empty condition"),
        (
            format!("{PLAIN}{REPORT}forbid: [{{value: x}}]\n"),
            "7:18: `value` says something about a `directive`, which is missing",
        ),
        (
            format!("{PLAIN}{REPORT}forbid: [{{directve: x}}]\n"),
            "7:11: unknown key `directve`; did you mean `directive`?",
        ),
        (format!("{PLAIN}{REPORT}forbid: [{{target: x}}]\n"), "7:19: `x` is not an nginx version"),
        (
            format!("{PLAIN}{REPORT}forbid: [{{fact: mixed}}]\n"),
            "7:17: only `visit: proxied-block` has a `fact`",
        ),
        (
            format!("{PLAIN}{REPORT}forbid: [{{fact: mixd}}]\n"),
            "7:17: unknown value `mixd`; did you mean `mixed`?",
        ),
        (
            format!("{PLAIN}{REPORT}forbid: [{{request: {{header: A, blank: true}}}}]\n"),
            "7:20: only `visit: proxied-block` has a `request`",
        ),
        (
            format!("{PLAIN}{REPORT}forbid: [{{request: {{token: A}}}}]\n")
                .replace("visit: location", "visit: proxied-block"),
            "7:20: `request` needs a `header`, a `version` or a `method`",
        ),
        (
            format!("{PLAIN}{REPORT}forbid: [{{request: {{header: A}}}}]\n")
                .replace("visit: location", "visit: proxied-block"),
            "7:29: say what the header must be",
        ),
        (
            format!("{PLAIN}{REPORT}{FORBID}fix: {{title: t, safety: safe, set: [\"gzip on\"]}}\n"),
            "8:36: only rules with `visit: proxied-block` can set something",
        ),
        (
            format!("{PLAIN}{REPORT}{FORBID}fix: {{title: t, safety: safe, set: [\"gzip_on\"]}}\n")
                .replace("visit: location", "visit: pass"),
            "8:37: `gzip_on`: a fix can set",
        ),
    ]);
}

#[test]
fn rules_are_unique_and_never_silently_missing() {
    let folder = folder();
    folder.write("lint-rules/deeper/again.yaml", rule());
    let said = folder.run(&["--rules", "lint-rules", "nginx.conf"]);
    said.ends(2).complains("`ACME001` is taken by").complains("lint-rules/rate-limit-missing.yaml:2:7:");
    let empty = Folder::with(&[("empty/readme.md", "x"), ("nginx.conf", BAD)]);
    empty.run(&["--rules", "empty", "nginx.conf"]).ends(2).complains("empty: holds no rule");
    empty.run(&["--rules", "none", "nginx.conf"]).ends(2).complains("none: cannot be read");
    empty.run(&["rules", "--test", "empty"]).ends(2).complains("empty: holds no rule");
    let file = self::folder();
    let one = file.json(&["--rules", "lint-rules/rate-limit-missing.yaml", "nginx.conf"]);
    assert_eq!(one.codes(), ["ACME001"]);
}

/// A rule with a repair: Upgrade is forwarded.
const FIXED: &str = "code: ACME002\nname: forwards\nseverity: warning\nsummary: s\nvisit: proxied-block\nforbid: [{request: {header: Upgrade, from-client: false}}]\nreport: {message: m}\nfix: {title: Forward, safety: unsafe, set: [\"proxy_set_header Upgrade $http_upgrade\"]}\n";

#[test]
fn fixtures_fail_for_each_reason() {
    let bad = "events {}\nhttp {\n    server {\n        location / {\n            # expect: ACME002\n            proxy_pass http://app;\n        }\n    }\n}\n";
    let fixed = bad.replace("app;\n", "app;\n            proxy_set_header Upgrade $http_upgrade;\n");
    let good = fixed.replace("# expect: ACME002", "");
    let run = |changes: &[(&str, &str)]| {
        let folder = Folder::with(&[
            ("r/x.yaml", FIXED),
            ("r/bad/nginx.conf", bad),
            ("r/bad.fixed/nginx.conf", &fixed),
        ]);
        folder.write("r/good/nginx.conf", &good);
        for (path, text) in changes {
            folder.write(path, text);
        }
        folder.run(&["rules", "--test", "r"])
    };
    assert_eq!(run(&[]).ends(0).out, "ok    ACME002 forwards: 1 bad, 1 good\n1 passed, 0 failed\n");
    let unmarked = bad.replace("# expect: ACME002", "# x");
    let cases: [(&str, &str, &str); 8] = [
        ("r/bad/nginx.conf", &unmarked, "bad: nothing is expected: write `# expect: ACME002` above a line"),
        ("r/bad/nginx.conf", &unmarked, "bad: flagged: nginx.conf:6 ACME002"),
        ("r/bad/nginx.conf", &fixed, "bad: not flagged: nginx.conf:6 ACME002"),
        ("r/good/nginx.conf", &unmarked, "good: flagged: nginx.conf:6 ACME002"),
        ("r/good/nginx.conf", "events {\n", "good: flagged: nginx.conf:1 SY001"),
        ("r/good/nginx.conf", bad, "good: a good fixture expects findings"),
        ("r/bad.fixed/nginx.conf", bad, "bad: the fix gives something else than bad.fixed:"),
        ("r/bad/expect", "what\n", "bad: expect: `what` is not FILE:LINE CODE"),
    ];
    for (path, text, words) in cases {
        let said = run(&[(path, text)]);
        assert!(said.ends(1).out.contains(&format!("\n      {words}")), "{path}: {words}\n{}", said.out);
        assert!(
            said.out.starts_with("FAIL  ACME002 forwards: ") && said.out.ends_with("0 passed, 1 failed\n")
        );
    }
    assert!(
        run(&[("r/bad2/nginx.conf", bad)])
            .ends(1)
            .out
            .contains("bad2: the fix changes it, and there is no bad2.fixed:")
    );
    assert!(run(&[("r/good2/x.conf", "")]).ends(1).out.contains("good2 holds no nginx.conf"));
    let none = Folder::with(&[("r/x.yaml", FIXED)]);
    let said = none.run(&["rules", "--test", "r"]);
    assert!(
        said.ends(1).out.contains("there is no bad*/nginx.conf")
            && said.out.contains("there is no good*/nginx.conf")
    );
    // The fix of an own rule is written like any other.
    let folder = Folder::with(&[("r/x.yaml", FIXED), ("nginx.conf", bad)]);
    folder.run(&["--rules", "r", "--select", "ACME002", "--fix", "--unsafe-fixes", "nginx.conf"]).ends(0);
    assert_eq!(folder.text("nginx.conf"), fixed);
}
