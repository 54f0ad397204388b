//! What a service offers to apply is what `--fix` writes.

use serde_json::Value;

use crate::harness::{Folder, HALF};

/// `HALF` with characters of two and four bytes before what is fixed, and Windows' line ends.
fn wide() -> String {
    HALF.replace("proxy_pass", "# é\n            set $a \"\u{1f600}é\"; proxy_pass").replace('\n', "\r\n")
}

fn fixed(text: &str) -> String {
    let folder = Folder::with_main(text);
    folder.run(&["--fix", "nginx.conf"]);
    folder.text("nginx.conf")
}

/// The offset of a line and a column, where `width` says how many columns a character takes.
fn offset(text: &str, place: (&Value, &Value), width: fn(char) -> usize) -> usize {
    let [line, column] = [place.0, place.1].map(|it| usize::try_from(it.as_u64().unwrap()).unwrap());
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let (mut at, mut passed) = (start, 0);
    for char in text[start..].chars() {
        if passed == column - 1 {
            break;
        }
        passed += width(char);
        at += char.len_utf8();
    }
    at
}

fn replace(text: &mut String, [start, end]: [usize; 2], by: &Value) {
    text.replace_range(start..end, by.as_str().unwrap());
}

#[test]
fn suggestions_of_rdjsonl_count_bytes_and_are_whole() {
    for text in [HALF.to_owned(), wide()] {
        let folder = Folder::with_main(&text);
        let lines = folder.run(&["--format", "rdjsonl", "nginx.conf"]).ends(1).out.clone();
        let mut suggestions = Vec::new();
        for line in lines.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            suggestions.extend(line["suggestions"].as_array().cloned().unwrap_or_default());
        }
        assert_eq!(suggestions.len(), 1, "a group is offered once: {lines}");
        let range = &suggestions[0]["range"];
        let ends = ["start", "end"]
            .map(|end| offset(&text, (&range[end]["line"], &range[end]["column"]), char::len_utf8));
        let mut applied = text.clone();
        replace(&mut applied, ends, &suggestions[0]["text"]);
        assert_eq!(applied, fixed(&text));
    }
}

#[test]
fn fixes_of_sarif_count_characters() {
    for text in [HALF.to_owned(), wide()] {
        let folder = Folder::with_main(&text);
        let log: Value =
            serde_json::from_str(&folder.run(&["--format", "sarif", "nginx.conf"]).ends(1).out).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap();
        let fixes: Vec<&Value> = results.iter().filter_map(|result| result.get("fixes")).collect();
        assert_eq!(fixes.len(), 1, "a group is offered once");
        let mut applied = text.clone();
        let replacements = fixes[0][0]["artifactChanges"][0]["replacements"].as_array().unwrap();
        for replacement in replacements.iter().rev() {
            let region = &replacement["deletedRegion"];
            let ends = ["start", "end"].map(|end| {
                let of = |what: &str| &region[format!("{end}{what}")];
                offset(&text, (of("Line"), of("Column")), |_| 1)
            });
            replace(&mut applied, ends, &replacement["insertedContent"]["text"]);
        }
        assert_eq!(applied, fixed(&text));
    }
}
