//! `explain` and the list of rules.

use insta::assert_snapshot;
use ngxlint::output::{Example, Style, example, explain, rules_table};
use ngxlint::rules::RULES;

use super::sample::{DROPPED, TIMEOUT, VERSION, rule};

const FULL: &str = r#"
code: WS101
name: upgrade-not-forwarded
severity: error
default: on
nginx: ">=1.3.13"
summary: The client's Upgrade header does not reach the backend
why: |
  nginx drops hop-by-hop headers, so the backend sees an ordinary request
  and answers 400 or 426.

  A second paragraph.
help: Forward the header.
symptoms: ["Unexpected response code: 400", "426 Upgrade Required"]
dead-ends:
  - {try: "raise proxy_read_timeout", because: "the handshake is refused at once; no timer is involved, and whoever waits longer is refused as well"}
references: ["RFC 9110, section 7.8", "https://nginx.org/en/docs/http/websocket.html"]
visit: proxied-block
report: {message: x}
fix: {title: Forward the Upgrade header, safety: by-intent}
"#;

#[test]
fn a_rule_is_explained_in_full() {
    let mut out = Vec::new();
    let example = Example {
        bad: Some("location / {\n\n    bad;\n}"),
        fixed: Some("location / {\n\n    better;\n}"),
        good: Some("good;"),
    };
    explain(rule(FULL), example, &mut out, Style { width: 80, ..Style::default() }).unwrap();
    assert_snapshot!(String::from_utf8(out).unwrap());
}

#[test]
fn what_a_rule_lacks_is_left_out() {
    let mut out = Vec::new();
    explain(&DROPPED, Example::default(), &mut out, Style::default()).unwrap();
    let text = String::from_utf8(out).unwrap();
    for absent in ["Reported", "users and logs", "does not help", "References"] {
        assert!(!text.contains(absent), "{absent}: {text}");
    }
    assert!(text.contains("nginx versions\n  all\n"));
}

#[test]
fn the_table_is_aligned() {
    let mut out = Vec::new();
    rules_table([rule(FULL), *VERSION, *TIMEOUT].into_iter(), &mut out, Style::default()).unwrap();
    assert_snapshot!(String::from_utf8(out).unwrap());
}

/// The examples are the fixtures, found by the rule's name and without the marks of the fixture runner.
#[test]
fn examples_are_the_fixtures() {
    for rule in &RULES {
        let folder = std::path::Path::new("fixtures").join(rule.family()).join(&*rule.name);
        let example = example(rule);
        assert_eq!(example.good.is_some(), folder.join("good/nginx.conf").is_file(), "{}", rule.name);
        let texts = example.bad.into_iter().chain(example.good);
        assert!(texts.flat_map(str::lines).all(|line| !line.trim_start().starts_with("# expect:")));
    }
}

#[test]
fn every_websocket_rule_teaches_and_is_explained_in_full() {
    for rule in RULES.iter().filter(|rule| rule.family() == "websocket") {
        let said =
            [rule.why.is_empty(), rule.help.is_empty(), rule.symptoms.is_empty(), rule.references.is_empty()];
        assert!(!said.contains(&true), "{}: why, help, symptoms or references are missing", rule.code);
        let mut out = Vec::new();
        explain(rule, example(rule), &mut out, Style::default()).unwrap();
        let text = String::from_utf8(out).unwrap();
        let mut parts = vec![
            "Why",
            "What to do",
            "What users and logs show",
            "Reported",
            "Fix",
            "Not reported",
            "nginx versions",
            "References",
        ];
        parts.extend((!rule.dead_ends.is_empty()).then_some("What does not help"));
        for part in parts {
            assert!(text.contains(&format!("\n{part}\n  ")), "{}: no {part}", rule.code);
        }
        let changed = example(rule).fixed.is_some_and(|fixed| Some(fixed) != example(rule).bad);
        assert_eq!(text.contains("\n  @@ -"), changed, "{}: the fix as a diff", rule.code);
    }
}
