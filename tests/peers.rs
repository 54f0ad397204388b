//! The rules of other linters: each has a rule here or a reason, and is found by its name.
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

use harness::Folder;
use ngxlint::rules::{PEERS, RULES};
use serde_json::Value;

#[test]
fn every_rule_of_a_peer_has_a_rule_here_or_a_reason() {
    let counts: Vec<usize> = PEERS.iter().map(|peer| peer.rules.len()).collect();
    // nginx-lint has 33; two more are names of its older releases.
    assert_eq!(counts, [35, 36, 38, 6]);
    for (peer, rule) in PEERS.iter().flat_map(|peer| peer.rules.iter().map(move |rule| (peer, rule))) {
        let name = format!("{}/{}", peer.name, rule.name);
        assert!(!rule.codes.is_empty() || rule.because.is_some(), "{name}");
        for &code in rule.codes.iter() {
            let ours = RULES.iter().find(|rule| *rule.code == *code);
            let ours = ours.unwrap_or_else(|| panic!("{name}: there is no {code}"));
            assert!(ours.peers.iter().any(|it| **it == *name), "{code} lacks {name}");
        }
    }
}

#[test]
fn the_versions_are_those_that_the_benchmark_runs() {
    let script = include_str!("../benches/peers");
    for peer in &PEERS {
        let versions = [
            format!("\"{}\": \"{}\"", peer.name, peer.version),
            format!("\"{}-parser\": \"{}\"", peer.name, peer.version),
        ];
        assert!(versions.iter().any(|it| script.contains(it.as_str())), "{} {}", peer.name, peer.version);
    }
}

#[test]
fn a_name_that_is_one_of_ours_too_means_the_same() {
    for rule in PEERS.iter().flat_map(|peer| peer.rules) {
        if let Some(ours) = RULES.iter().find(|ours| ours.is_called(rule.name)) {
            assert_eq!(rule.codes, [&*ours.code], "{}", rule.name);
        }
    }
}

#[test]
fn explain_takes_their_names() {
    let folder = Folder::new();
    for word in ["include-path-exists", "nginx-lint/include_path_exists", "Include-Path-Exists"] {
        let said = folder.run(&["explain", word]);
        assert!(said.ends(0).out.starts_with("DI007 include-not-found "), "{}", said.out);
        assert!(said.err.contains(&format!("`{word}` is DI007 include-not-found here")), "{}", said.err);
        assert!(said.out.contains("nginx-lint include-path-exists"), "{}", said.out);
    }
    let unknown = folder.run(&["explain", "gixy-ng/include-path-exists"]);
    unknown.ends(2).complains("no rule is called");
}

#[test]
fn explain_says_so_where_several_rules_are_meant_or_none() {
    let folder = Folder::new();
    let several = folder.run(&["explain", "unmatched-braces"]);
    assert!(several.ends(0).err.contains("several rules here"), "{}", several.err);
    assert!(several.out.contains("SY001") && several.out.contains("SY003"), "{}", several.out);
    assert_eq!(several.out.lines().count(), 3, "{}", several.out);
    for (word, peers) in [
        ("try_files_is_evil_too", 2),
        ("gixy/try-files-is-evil-too", 2),
        ("gixy-ng/try_files_is_evil_too", 1),
        ("missing-error-log", 1),
    ] {
        let without = folder.run(&["explain", word]);
        assert_eq!(without.ends(0).out.matches("has no rule here: ").count(), peers, "{}", without.out);
    }
}

#[test]
fn own_rules_have_names_elsewhere_too() {
    let rule = "code: ACME001\nname: no-gzip\nseverity: note\nsummary: s\npeers: [house-lint/gzip_off]\nvisit: http\n\
                forbid: [{directive: gzip, value: \"on\"}]\nreport: {at: block, message: m}\n";
    let folder = Folder::with(&[("rules/no-gzip.yaml", rule)]);
    let said = folder.run(&["explain", "--rules", "rules", "gzip-off"]);
    assert!(said.ends(0).out.starts_with("ACME001 no-gzip "), "{}{}", said.out, said.err);
    folder.write("nginx.conf", "events {}\nhttp { gzip on; }\n");
    let chosen = ["--no-config", "--rules", "rules", "--select", "house-lint/gzip_off", "--fail-on", "note"];
    assert_eq!(folder.json(&[&chosen[..], &["nginx.conf"]].concat()).codes(), ["ACME001"]);
}

#[test]
fn the_table_is_text_markdown_and_json() {
    let folder = Folder::new();
    let text = folder.run(&["rules", "--peers"]);
    let json = folder.run(&["rules", "--peers", "--format", "json"]);
    let page = folder.run(&["rules", "--peers", "--format", "markdown"]);
    let peers: Value = serde_json::from_str(&json.ends(0).out).unwrap();
    assert_eq!(peers.as_array().unwrap().len(), PEERS.len());
    for (peer, entry) in PEERS.iter().zip(peers.as_array().unwrap()) {
        assert_eq!(
            (entry["peer"].as_str(), entry["version"].as_str()),
            (Some(peer.name), Some(peer.version))
        );
        for (rule, entry) in peer.rules.iter().zip(entry["rules"].as_array().unwrap()) {
            assert_eq!(entry["name"], rule.name);
            assert_eq!(entry["codes"], serde_json::json!(rule.codes));
            assert_eq!(entry["because"], serde_json::json!(rule.because));
            assert!(
                text.ends(0).out.contains(rule.name)
                    && page.ends(0).out.contains(&format!("| `{}` |", rule.name))
            );
        }
    }
    let all = folder.run(&["rules", "--format", "markdown"]);
    assert!(all.ends(0).out.ends_with(&page.out), "the pages end with the table");
    folder.run(&["rules", "--peers", "--output", "docs"]).ends(2);
}
