//! Comments that suppress findings, and those that suppress nothing.
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

use harness::{Folder, Said};

/// A main file with `server` in it from line 4 on.
fn site(server: &str) -> String {
    format!("events {{}}\nhttp {{\n  server {{\n{server}  }}\n}}\n")
}

fn check(server: &str) -> Said {
    Folder::with_main(site(server)).json(&["nginx.conf"])
}

/// `LINE CODE` of what is found in a server.
fn found(server: &str) -> Vec<String> {
    check(server).places().iter().map(|it| it.replace("nginx.conf:", "")).collect()
}

/// The server after `--fix`.
fn fixed(server: &str) -> String {
    let folder = Folder::with_main(site(server));
    folder.run(&["--fix", "nginx.conf"]);
    let once = folder.text("nginx.conf");
    folder.run(&["--fix", "nginx.conf"]);
    assert_eq!(folder.text("nginx.conf"), once, "a second --fix changes something");
    let text = once.strip_prefix("events {}\nhttp {\n  server {\n").expect("the head stays");
    text.strip_suffix("  }\n}\n").expect("the end stays").to_owned()
}

/// Three findings, at the pass.
const WS: &str = "    location /ws/ {\n      proxy_pass http://a;\n    }\n";

#[test]
fn a_comment_speaks_of_its_line_or_of_the_next() {
    assert_eq!(found(WS), ["5 WS101", "5 WS102", "5 WS103"]);
    let above = WS.replace("      proxy", "      # ngxlint: ignore WS101, WS103 -- why\n      proxy");
    assert_eq!(found(&above), ["6 WS102"]);
    let behind = WS.replace("a;", "a; # ngxlint: ignore WS101 -- why");
    assert_eq!(found(&behind), ["5 WS102", "5 WS103"]);
    let other_line = WS.replace("location", "# ngxlint: ignore WS101\n    location");
    assert_eq!(found(&other_line), ["4 LT001", "6 WS101", "6 WS102", "6 WS103"]);
    let blank_between = WS.replace("      proxy", "      # ngxlint: ignore WS101\n\n      proxy");
    assert_eq!(found(&blank_between), ["5 LT001", "7 WS101", "7 WS102", "7 WS103"]);
}

#[test]
fn several_comments_may_stand_above_a_line() {
    let comments =
        "      # ngxlint: ignore WS101\n      # the gateway\n      # ngxlint: ignore WS102,WS103\n";
    assert!(found(&WS.replace("      proxy", &format!("{comments}      proxy"))).is_empty());
}

#[test]
fn a_statement_of_several_lines_is_one_place() {
    let long = WS.replace("proxy_pass http", "proxy_pass\n        http");
    assert!(found(&long.replace("a;", "a; # ngxlint: ignore websocket")).is_empty());
    assert!(found(&long.replace("      proxy", "      # ngxlint: ignore websocket\n      proxy")).is_empty());
}

#[test]
fn a_word_is_a_code_a_name_a_prefix_or_a_family() {
    for (word, left) in [
        ("WS101", "WS102 WS103"),
        ("ws101", "WS102 WS103"),
        ("Upgrade-Not-Forwarded", "WS102 WS103"),
        ("WS10", ""),
        ("websocket", ""),
        ("all", ""),
    ] {
        let said = check(&WS.replace("a;", &format!("a; # ngxlint: ignore {word}")));
        assert_eq!(said.codes().join(" "), left, "{word}");
        let suppressed = &said.document()["summary"]["suppressed"];
        assert_eq!(suppressed, &(3 - left.split_whitespace().count()), "{word}");
    }
}

#[test]
fn a_whole_file_and_a_part_of_one() {
    let two = format!("{WS}{}", WS.replace("/ws/", "/wss/ws/"));
    assert_eq!(found(&two).len(), 6);
    let file = format!("{two}    # ngxlint: ignore-file WS101 -- why\n");
    assert_eq!(found(&file), ["5 WS102", "5 WS103", "8 WS102", "8 WS103"]);
    let part = format!(
        "    # ngxlint: disable websocket\n{WS}    # ngxlint: enable WS101\n{}",
        WS.replace("/ws/", "/b/ws/")
    );
    assert_eq!(found(&part), ["10 WS101"], "what is not enabled again stays disabled");
    let all = part.replace("enable WS101", "enable");
    assert_eq!(found(&all), ["10 WS101", "10 WS102", "10 WS103"]);
}

#[test]
fn a_comment_in_a_snippet_counts_once_for_all_who_include_it() {
    let main = "events {}\nhttp {\n  server { listen 80; include ws.inc; }\n  server { listen 81; include ws.inc; }\n}\n";
    let folder = Folder::with(&[
        ("nginx.conf", main),
        ("ws.inc", &WS.replace("a;", "a; # ngxlint: ignore websocket")),
    ]);
    let said = folder.json(&["nginx.conf"]);
    assert_eq!(said.ends(0).places(), [""; 0]);
    assert_eq!(said.document()["summary"]["suppressed"], 3);
}

#[test]
fn syntax_errors_can_be_suppressed_too() {
    let said = check("    listen 80; ; # ngxlint: ignore unmatched-brace\n");
    assert_eq!(said.codes(), [""; 0]);
    let quoted = check("    listen 80; ;\n    set $x \"# ngxlint: ignore-file all\";\n");
    assert_eq!(quoted.codes(), ["SY003"], "a word is no comment");
}

#[test]
fn what_is_suppressed_is_not_repaired() {
    let declared = format!("    # ngxlint: websocket\n{WS}");
    let all = fixed(&declared);
    assert!(
        all.contains("Upgrade $http_upgrade") && all.contains("\"upgrade\"") && all.contains("1.1"),
        "{all}"
    );
    let without = fixed(&declared.replace("a;", "a; # ngxlint: ignore WS101"));
    assert!(without.contains("\"upgrade\"") && without.contains("1.1"), "{without}");
    assert!(!without.contains("$http_upgrade"), "the group is repaired without it: {without}");
}

#[test]
fn what_did_not_run_is_not_unused() {
    let text = site("    # ngxlint: ignore WS101\n    location / { return 204; }\n");
    let folder = Folder::with_main(&text);
    let codes = |options: &[&str]| folder.json(&[options, &["nginx.conf"]].concat()).codes().join(" ");
    assert_eq!(codes(&[]), "LT001");
    assert_eq!(codes(&["--ignore", "WS101"]), "");
    assert_eq!(codes(&["--select", "LT001"]), "");
    assert_eq!(codes(&["--select", "LT001,WS101"]), "LT001");
    assert_eq!(codes(&["--ignore", "LT001"]), "");
    assert_eq!(codes(&["--nginx-version", "1.2"]), "", "WS101 is not about versions without WebSockets");
    folder.write("nginx.conf", text.replace("WS101", "websocket"));
    assert_eq!(codes(&["--select", "LT001,WS101"]), "", "the rest of the family did not run");
}

#[test]
fn in_a_tree_that_lacks_something_only_rules_about_the_text_are_judged() {
    let folder =
        Folder::with(&[("ws.conf", "location / {\n  # ngxlint: ignore WS101, SY002\n  return 204;\n}\n")]);
    let said = folder.json(&["ws.conf"]);
    assert_eq!(said.places(), ["ws.conf:2 LT001"]);
    assert_eq!(said.diagnostics()[0]["message"], "no finding of SY002 is suppressed by this comment");
    let tls = "    include tls.inc; # ngxlint: ignore include-not-found -- on the server only\n";
    let vain = "    # ngxlint: ignore WS112 -- the map may be in the missing file\n    return 204;\n";
    assert_eq!(found(&format!("{tls}{vain}")), [""; 0]);
    assert_eq!(found(vain), ["4 LT001"]);
}

#[test]
fn an_unused_comment_goes_with_its_line() {
    let ok = "    location / { return 204; }\n";
    assert_eq!(fixed(&format!("    # ngxlint: ignore WS101 -- why\n{ok}")), ok);
    assert_eq!(fixed(&ok.replace("; }", "; } # ngxlint: ignore WS101 -- why")), ok);
    assert_eq!(fixed(&format!("    # ngxlint: disable WS101\n{ok}    # ngxlint: enable WS101\n")), ok);
    let some = WS.replace("a;", "a;  # ngxlint: ignore WS101, WS112,WS102 WS105, WS103 -- why");
    assert_eq!(fixed(&some), some.replace("WS101, WS112,WS102 WS105, WS103 --", "WS101, WS102, WS103 --"));
    let crlf = Folder::with_main(
        site("    # ngxlint: ignore WS101\n    return 204; # ngxlint: ignore WS102\n").replace('\n', "\r\n"),
    );
    crlf.run(&["--fix", "nginx.conf"]).ends(0);
    assert_eq!(crlf.text("nginx.conf"), site("    return 204;\n").replace('\n', "\r\n"));
    let last = Folder::with_main(format!("{}# ngxlint: ignore-file WS101", site(ok)));
    last.run(&["--fix", "nginx.conf"]).ends(0);
    assert_eq!(last.text("nginx.conf"), site(ok));
}

#[test]
fn what_is_misspelt_is_reported_and_left() {
    let server = "    # ngxlint: ignore WS1O1 -- why\n    # ngxlint: ignroe WS101\n    # ngxlint: disable -- why\n    return 204;\n";
    let said = check(server);
    let messages: Vec<String> =
        said.diagnostics().iter().map(|it| it["message"].as_str().unwrap().to_owned()).collect();
    assert_eq!(said.places(), ["nginx.conf:4 LT001", "nginx.conf:5 LT001", "nginx.conf:6 LT001"]);
    assert!(messages[0].contains("`WS1O1`; did you mean `WS101`?"), "{messages:?}");
    assert!(
        messages[1].contains("`ignroe`") && messages[1].contains("did you mean `ignore`?"),
        "{messages:?}"
    );
    assert_eq!(messages[2], "`disable` names no rule");
    assert_eq!(fixed(server), server);
}

#[test]
fn an_unused_comment_can_be_kept_by_another_but_not_by_itself() {
    let kept =
        "    # ngxlint: ignore LT001 -- for the next release\n    # ngxlint: ignore WS101\n    return 204;\n";
    let said = check(kept);
    assert_eq!(said.ends(0).codes(), [""; 0]);
    assert_eq!(said.document()["summary"]["suppressed"], 1);
    assert_eq!(found("    # ngxlint: ignore-file all\n    return 204;\n"), ["4 LT001"]);
}

#[test]
fn ten_thousand_comments_take_no_longer_than_reading_them() {
    let comments = "    # ngxlint: ignore WS101, WS102 -- why\n    # ngxlint: disable WS1\n".repeat(10_000);
    let started = std::time::Instant::now();
    let said = check(&format!("{comments}{}", WS.repeat(200)));
    // The same location again and again is a finding of its own.
    assert!(said.codes().iter().all(|code| code == "LT001" || code == "DI005"));
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn a_reason_is_asked_for_where_its_rule_is_selected() {
    let found = |comments: &str| {
        let folder = harness::Folder::with_main(site(&format!("{comments}{WS}")));
        folder.json(&["--select", "lint,WS128", "--extend-select", "LT002", "nginx.conf"]).codes()
    };
    let reasonless =
        ["ignore LT001", "ignore WS128 --", "ignore-file WS128", "disable WS128 -- --", "ignore WS128, --"];
    for comment in reasonless {
        assert!(found(&format!("# ngxlint: {comment}\n")).contains(&"LT002".to_owned()), "{comment}");
    }
    for comment in ["ignore WS128 -- why", "disable WS128 --why", "enable", "ignore", "context http"] {
        assert!(!found(&format!("# ngxlint: {comment}\n")).contains(&"LT002".to_owned()), "{comment}");
    }
    // What excuses it is used.
    assert_eq!(found("# ngxlint: ignore LT002 -- legacy\n# ngxlint: ignore-file WS121\n"), [""; 0]);
    assert!(!check("# ngxlint: ignore-file WS101\n").codes().contains(&"LT002".to_owned()));
}
