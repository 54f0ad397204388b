//! The JSON document has the documented keys in the documented order, and its numbers mean what they say.

use ngxlint::fingerprint::{fingerprint, number_twins};
use ngxlint::output::{Format, Style, rules_json};
use ngxlint::source::{Document, Origin, Sources};
use serde_json::Value;

use super::sample::{CHAT, DROPPED, TIMEOUT, bare, findings, report, report_of, sources, span, text, unread};

/// The keys of the object that begins `text`, in the order in which they stand there, nested ones included.
fn keys(text: &str) -> Vec<&str> {
    let lines = text.lines().filter_map(|line| line.trim_start().strip_prefix('"')?.split_once("\": "));
    lines.map(|(key, _)| key).collect()
}

#[test]
fn keys_stand_in_the_documented_order() {
    let sources = sources();
    let mut report = report(&sources);
    report.findings.truncate(1);
    report.errors.push(unread());
    let expected = "version tool name version nginx_version summary files errors warnings notes fixable suppressed \
                    diagnostics code name family severity message help url file line column end_line end_column offset \
                    end_offset block file line label scopes related file line column message includes fix title safety \
                    group edits file offset end_offset text file offset end_offset text fingerprint errors file line \
                    column message";
    let text = text(Format::Json, &report, Style::default());
    assert_eq!(keys(&text), expected.split_whitespace().collect::<Vec<_>>());
}

#[test]
fn offsets_cut_out_the_flagged_text_and_edits_repair_it() {
    let sources = sources();
    let document: Value =
        serde_json::from_str(&text(Format::Json, &report(&sources), Style::default())).unwrap();
    let at = |value: &Value, key: &str| usize::try_from(value[key].as_u64().unwrap()).unwrap();
    let third = &document["diagnostics"][2];
    assert_eq!(&CHAT[at(third, "offset")..at(third, "end_offset")], "proxy_read_timeout 5s;");
    assert_eq!((at(third, "line"), at(third, "column"), at(third, "end_column")), (12, 5, 27));
    assert_eq!(third["block"]["line"], 10);
    assert_eq!(third["includes"][0], "nginx.conf:16");
    let edit = &third["fix"]["edits"][0];
    assert_eq!(
        (&CHAT[at(edit, "offset")..at(edit, "end_offset")], edit["text"].as_str()),
        ("5s", Some("1h"))
    );
    assert_eq!(third["fix"].get("group"), None);
    let (first, second) = (&document["diagnostics"][0]["fix"], &document["diagnostics"][1]["fix"]);
    assert_eq!((first, first["group"].as_u64()), (second, Some(1)));
}

#[test]
fn what_a_finding_lacks_is_null_or_empty() {
    let sources = sources();
    let finding = bare(&DROPPED, span(&sources, 0, "events"), "m");
    let document: Value =
        serde_json::from_str(&text(Format::Json, &report_of(&sources, vec![finding]), Style::default()))
            .unwrap();
    let finding = &document["diagnostics"][0];
    assert_eq!((&finding["block"], &finding["fix"]), (&Value::Null, &Value::Null));
    assert_eq!(finding["related"], Value::Array(Vec::new()));
}

fn fingerprints(sources: &Sources) -> Vec<String> {
    findings(sources).iter().map(|finding| fingerprint(finding, sources)).collect()
}

fn sources_with(chat: &str) -> Sources {
    let mut sources = Sources::default();
    sources.add(Document::new("nginx.conf", Origin::Buffer, super::sample::MAIN.as_bytes()));
    sources.add(Document::new("conf.d/chat.conf", Origin::Buffer, chat.as_bytes()));
    sources
}

#[test]
fn fingerprints_outlive_lines_above() {
    let before = fingerprints(&sources());
    assert!(before.iter().all(|name| name.len() == 16 && name.bytes().all(|byte| byte.is_ascii_hexdigit())));
    assert_eq!(fingerprints(&sources_with(&format!("# one\n# two\n\n{CHAT}"))), before);
    // The value is fixed for ever: it stands in baselines.
    assert_eq!(before, ["47a34d30ce1131a0", "2425203f384397f8", "efcacd28071b0942"]);
}

#[test]
fn fingerprints_fold_white_space_between_words() {
    let name = |text: &str| {
        let mut sources = Sources::default();
        let doc = sources.add(Document::new("a.conf", Origin::Buffer, text.as_bytes()));
        let span = ngxlint::source::Span::new(doc, 0, u32::try_from(text.len()).unwrap());
        fingerprint(&bare(&TIMEOUT, span, "m"), &sources)
    };
    assert_eq!(name("proxy_read_timeout 5s;"), name("proxy_read_timeout\r\n\t 5s;"));
    assert_ne!(name("proxy_read_timeout 5s;"), name("proxy_read_timeout5s;"));
}

#[test]
fn fingerprints_tell_equal_findings_apart() {
    let sources = sources();
    let one = bare(&TIMEOUT, span(&sources, 1, "proxy_read_timeout 5s;"), "m");
    let other = bare(&DROPPED, one.span, "m");
    let mut findings = [one.clone(), one, other];
    number_twins(&mut findings, &sources);
    let given = findings.map(|finding| fingerprint(&finding, &sources));
    assert_ne!(given[0], given[1]);
    assert_ne!(given[0], given[2]);
}

#[test]
fn the_rule_list_has_the_documented_keys() {
    let mut out = Vec::new();
    rules_json([*DROPPED, *super::sample::VERSION].into_iter(), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    let expected = "code name family severity default fixable fix_safety nginx summary";
    assert_eq!(keys(&text)[..9].join(" "), expected);
    let rules: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&rules[1]["nginx"], &rules[0]["nginx"]), (&Value::from("<1.29.7"), &Value::Null));
    assert_eq!((&rules[0]["default"], &rules[0]["family"]), (&Value::from("on"), &Value::from("websocket")));
}
