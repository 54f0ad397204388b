//! Nothing of a configuration, a file name or a message reaches the terminal as a command, and no text makes a format
//! fail.

use insta::assert_snapshot;
use ngxlint::finding::{Edit, Fix, Safety};
use ngxlint::output::{Format, Style};
use ngxlint::source::{DocId, Document, Origin, Sources, Span};
use proptest::prelude::*;

use super::sample::{DROPPED, TIMEOUT, bare, report_of, span, text};

const HOSTILE: &[u8] = b"location /\x1b[2J\xe9\xe8 {\r\n\tproxy_pass http://a\xe2\x80\xae;\r\n}\r\n";

fn hostile() -> Sources {
    let mut sources = Sources::default();
    sources.add(Document::new("a\x1b]0;x\x07\u{202e}.conf\n", Origin::Buffer, HOSTILE));
    sources
}

#[test]
fn control_characters_are_spelled_out() {
    let sources = hostile();
    let mut finding = bare(&DROPPED, span(&sources, 0, "proxy_pass"), "line\none\x1b[31m\u{2066}");
    finding.help = "help\x1b[31m\nsecond\x07".to_owned();
    let edit = Edit { span: span(&sources, 0, "proxy_pass"), text: "x\x1b;\r\n\ty".to_owned() };
    let fix = Fix {
        title: "fix\x1b".to_owned(),
        safety: Safety::Shown,
        group: None,
        edits: vec![edit],
        places: Vec::new(),
    };
    finding.fix = Some(fix.into());
    let report = report_of(&sources, vec![finding]);
    for &format in Format::all() {
        let text = text(format, &report, Style::default());
        let harmful = |char: char| char.is_control() && !matches!(char, '\n' | '\t');
        assert_eq!(text.find(harmful), None, "{format:?}: {text}");
    }
    let style = Style::default();
    assert_snapshot!(text(Format::Concise, &report, style), @r"a\x1b]0;x\x07\u{202e}.conf\n:2:2: warning: line\none\x1b[31m\u{2066} [WS104]");
    let pretty = text(Format::Pretty, &report, style);
    assert!(!pretty.contains(['\u{202e}', '\u{2066}']));
    assert_snapshot!(pretty);
}

/// The middle of a line of 200 kB is shown, and nothing but that.
#[test]
fn long_lines_are_cut() {
    let mut sources = Sources::default();
    let one = "location /é/ { proxy_pass http://ü; } ";
    let line = format!("{}proxy_pass http://wanted; {}", one.repeat(2500), one.repeat(2500));
    sources.add(Document::new("min.conf", Origin::Buffer, line.as_bytes()));
    let place = span(&sources, 0, "proxy_pass http://wanted;");
    let mut finding = bare(&TIMEOUT, place, "too short");
    let edit = Edit { span: Span { start: place.end, ..place }, text: " proxy_read_timeout 1h;".to_owned() };
    finding.fix = Some(
        Fix {
            title: "Raise it".into(),
            safety: Safety::Safe,
            group: None,
            edits: vec![edit],
            places: Vec::new(),
        }
        .into(),
    );
    let text = text(Format::Pretty, &report_of(&sources, vec![finding]), Style::default());
    assert!(text.lines().all(|line| line.chars().count() < 600));
    assert_snapshot!(text);
}

/// A place at the very end of a text that has no final newline, and an empty text.
#[test]
fn the_end_of_a_text_can_be_marked() {
    for bytes in ["", "server {", "server {\n", "server {\n\n"] {
        let mut sources = Sources::default();
        let doc = sources.add(Document::new("a.conf", Origin::Buffer, bytes.as_bytes()));
        let end = u32::try_from(bytes.len()).unwrap();
        let finding = bare(&DROPPED, Span::new(doc, end, end), "unexpected end");
        let text = text(Format::Pretty, &report_of(&sources, vec![finding]), Style::default());
        assert!(text.contains("╰── This level's own headers"), "{bytes:?}: {text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Any bytes, any places, any width: no panic, no control character, and every finding is there.
    #[test]
    fn any_text_can_be_shown(
        pieces in prop::collection::vec(prop_oneof![
            any::<u8>().prop_map(|byte| vec![byte]),
            "[a-z {};]{1,60}|\\n|\\r\\n|é|\u{1f600}|\u{202e}".prop_map(String::into_bytes),
        ], 0..60),
        places in prop::collection::vec((any::<u16>(), 0_u32..80, any::<bool>()), 1..6),
        width in 0_usize..200,
        unicode in any::<bool>(),
    ) {
        let bytes = pieces.concat();
        let mut sources = Sources::default();
        sources.add(Document::new("a.conf", Origin::Buffer, bytes.clone()));
        let size = u32::try_from(bytes.len()).unwrap();
        let findings = places.iter().map(|&(start, length, fixed)| {
            let start = u32::from(start) % (size + 1);
            let span = Span::new(DocId(0), start, (start + length).min(size));
            let fix = Fix { title: "t".into(), safety: Safety::Safe, group: None, edits: vec![Edit { span, text: "\n".into() }], places: Vec::new() };
            ngxlint::finding::Finding { fix: fixed.then(|| fix.into()), ..bare(&DROPPED, span, "message") }
        });
        let report = report_of(&sources, findings.collect());
        for &format in Format::all() {
            let text = text(format, &report, Style { width, unicode, ..Style::default() });
            prop_assert!(!text.contains(|char: char| char.is_control() && !matches!(char, '\n' | '\t')));
            prop_assert_eq!(text.matches("WS104").count() >= places.len(), true);
        }
    }
}
