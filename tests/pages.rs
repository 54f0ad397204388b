//! `ngxlint rules --format markdown`: a page for each rule, from its YAML.
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

use harness::Folder;
use ngxlint::rules::RULES;

#[test]
fn every_rule_has_a_page_with_its_parts() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("docs")).unwrap();
    folder.run(&["rules", "--format", "markdown", "--output", "docs"]).ends(0);
    let index = folder.text("docs/README.md");
    for rule in &RULES {
        let page = folder.text(&format!("docs/{}.md", rule.code));
        assert!(page.starts_with(&format!("# {} {}\n\n", rule.code, rule.name)), "{page}");
        assert!(page.contains("\n## Why\n\n") && page.contains("\n## Reported\n\n```nginx\n"), "{page}");
        assert!(page.contains("\n## Not reported\n\n```nginx\n") && page.contains("\n## Fix\n\n"), "{page}");
        assert_eq!(page.contains("\n## What does not help\n"), !rule.dead_ends.is_empty(), "{page}");
        assert_eq!(page.matches("\n```").count() % 2, 0, "{page}");
        let prose = page.split("\n## Reported\n").next().unwrap();
        assert!(!prose.contains("\n\n\n") && page.ends_with('\n'), "{page}");
        assert!(index.contains(&format!("| [{0}]({0}.md) | {1} |", rule.code, rule.name)), "{index}");
    }
    let written = std::fs::read_dir(folder.path("docs")).unwrap().count();
    assert_eq!(written, RULES.len() + 1);
}

#[test]
fn all_pages_are_one_document_on_standard_output() {
    let said = Folder::new().run(&["rules", "--format", "markdown"]);
    let titles = said.ends(0).out.lines().filter(|line| line.starts_with("# ") && line.contains('-'));
    let pages =
        titles.filter(|line| RULES.iter().any(|rule| **line == format!("# {} {}", rule.code, rule.name)));
    assert_eq!(pages.count(), RULES.len());
}

#[test]
fn pages_are_written_into_a_folder_that_exists() {
    let folder = Folder::new();
    folder.run(&["rules", "--format", "markdown", "--output", "docs"]).ends(2).complains("docs");
    folder.run(&["rules", "--output", "docs"]).ends(2).complains("--format markdown");
}
