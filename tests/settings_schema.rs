//! The schema and the initial file say what the loader takes, and nothing else.
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

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use harness::{BAD, Folder};
use ngxlint::catalogue::{Context, Version};
use ngxlint::files::Memory;
use ngxlint::settings::{Choice, INITIAL, Loaded, SCHEMA, load};
use serde_json::Value;

/// A key that is close to no other.
const STRANGE: &str = "zzzzzzzzzzzzzzzzzzzz";

fn read(text: &str) -> Result<Loaded, String> {
    let mut files = Memory::default();
    files.add("/s.yaml", text);
    load(&files, Path::new("/"), &Choice::File("/s.yaml".into())).map_err(|problem| problem.to_string())
}

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

/// `text` with the JSON of `value` at the end of a way of keys.
fn at(way: &[&str], value: &Value) -> String {
    way.iter().rev().fold(value.clone(), |inside, key| serde_json::json!({ *key: inside })).to_string()
}

/// The words that the loader names where it meets a strange one.
fn named(complaint: &str) -> BTreeSet<String> {
    let (_, list) = complaint.split_once("one of ").unwrap_or_else(|| panic!("{complaint}"));
    list.split(", ").map(str::to_owned).collect()
}

/// A value that a part of the schema allows.
fn example(schema: &Value) -> Value {
    if let Some(first) = schema["enum"].as_array().and_then(|words| words.first()) {
        return first.clone();
    }
    if let Some(first) = schema["anyOf"].as_array().and_then(|kinds| kinds.first()) {
        return example(first);
    }
    let kind = schema["type"].as_array().map_or(&schema["type"], |kinds| &kinds[0]);
    match kind.as_str().unwrap() {
        "array" => Value::Array(vec![example(&schema["items"])]),
        "integer" => 1.into(),
        "object" => {
            let own = schema["properties"].as_object().into_iter().flatten();
            let named = own.map(|(key, inside)| (key.clone(), example(inside)));
            let free = schema["additionalProperties"].as_object().map(|_| &schema["additionalProperties"]);
            let free = free.map(|inside| ("WS101".to_owned(), example(inside)));
            Value::Object(named.chain(free).collect())
        }
        _ if schema.get("default").is_some() => schema["default"].clone(),
        _ => "/x".into(),
    }
}

/// Every object of the schema with the way to it.
fn objects<'s>(schema: &'s Value, way: &[&'s str], found: &mut Vec<(Vec<&'s str>, &'s Value)>) {
    if let Some(inside) = schema["properties"].as_object() {
        found.push((way.to_vec(), schema));
        for (key, inside) in inside {
            objects(inside, &[way, &[key]].concat(), found);
        }
    }
    if schema["additionalProperties"].is_object() {
        objects(&schema["additionalProperties"], &[way, &["name"]].concat(), found);
    }
}

#[test]
fn every_key_of_the_schema_is_taken_and_no_other() {
    let schema = schema();
    read(&example(&schema).to_string()).unwrap();
    let mut found = Vec::new();
    objects(&schema, &[], &mut found);
    assert_eq!(found.len(), 5, "{found:?}");
    for (way, object) in found {
        let keys: BTreeSet<String> = object["properties"].as_object().unwrap().keys().cloned().collect();
        let complaint = read(&at(&[way.as_slice(), &[STRANGE]].concat(), &1.into())).unwrap_err();
        let mut known: BTreeSet<String> = BTreeSet::new();
        if keys.len() > 2 {
            known = named(&complaint);
        } else {
            known.extend(keys.iter().filter(|key| complaint.contains(key.as_str())).cloned());
        }
        assert_eq!(known, keys, "{way:?}: {complaint}");
        assert_eq!(object["additionalProperties"], false, "{way:?}");
        for key in &keys {
            assert!(object["properties"][key]["description"].is_string(), "{way:?} {key}");
        }
    }
}

#[test]
fn every_word_of_the_schema_is_taken_and_no_other() {
    let schema = schema();
    let words = |of: &Value| -> BTreeSet<String> {
        of["enum"].as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned()).collect()
    };
    let properties = &schema["properties"];
    let severities = words(&properties["severity"]["additionalProperties"]);
    let connections = words(&properties["websocket"]["properties"]["connection"]);
    for (way, words) in [(["severity", "WS101"], severities), (["websocket", "connection"], connections)] {
        for word in &words {
            read(&at(&way, &word.as_str().into())).unwrap();
        }
        let complaint = read(&at(&way, &STRANGE.into())).unwrap_err();
        assert!(words.iter().all(|word| complaint.contains(word.as_str())), "{complaint}");
        let commas = complaint.matches(", ").count();
        assert_eq!(commas + 1, words.len(), "{complaint}");
    }
    let directive = &properties["modules"]["properties"]["directives"]["additionalProperties"]["properties"];
    let contexts = words(&directive["contexts"]["items"]);
    let known: BTreeSet<String> = Context::ALL.iter().map(|context| context.name().to_owned()).collect();
    assert_eq!(contexts, known);
}

#[test]
fn numbers_of_words() {
    let args =
        |text: &str| read(&format!("modules: {{directives: {{x: {{contexts: [http], args: {text}}}}}}}"));
    for text in ["0", "30", "[1, 2]", "1+", "\"0+\"", "30+"] {
        let preferences = args(text).unwrap().preferences(BTreeMap::default());
        let directive = preferences.directives.lookup(b"x").iter().next().unwrap();
        assert!(directive.ever_in(Context::Http) && !directive.ever_in(Context::Main));
        assert_eq!(
            directive.args_in(Version::NEWEST).accepts(1),
            ["[1, 2]", "1+", "\"0+\""].contains(&text),
            "{text}"
        );
    }
    for text in ["31", "-1", "[]", "31+", "x", "[31]", "1.5", "null"] {
        assert!(args(text).is_err(), "{text}");
    }
}

#[test]
fn the_initial_file_loads_with_and_without_its_comment_marks() {
    assert!(INITIAL.lines().all(|line| line.is_empty() || line.starts_with('#')), "it changes nothing");
    read(INITIAL).unwrap();
    let used: String = INITIAL
        .lines()
        .map(|line| {
            match line.strip_prefix('#').filter(|rest| rest.starts_with(|it: char| it.is_ascii_lowercase())) {
                Some(rest) => format!("{rest}\n"),
                None => format!("{line}\n"),
            }
        })
        .collect();
    read(&used).unwrap();
    let value: Value = serde_yaml::from_str(&used).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(keys(&value), keys(&schema()["properties"]), "every key is shown");
    for inside in ["include", "websocket", "modules"] {
        assert_eq!(keys(&value[inside]), keys(&schema()["properties"][inside]["properties"]));
    }
}

#[test]
fn init_writes_the_file_once() {
    let folder = Folder::with_main(BAD);
    let before = folder.json(&[]).out;
    folder.run(&["init"]).ends(0).complains(".ngxlint.yaml written");
    assert_eq!(folder.text(".ngxlint.yaml"), INITIAL);
    assert_eq!(folder.json(&[]).out, before);
    folder.write(".ngxlint.yaml", "ignore: []\n");
    folder.run(&["init"]).ends(2).complains(".ngxlint.yaml exists already");
    assert_eq!(folder.text(".ngxlint.yaml"), "ignore: []\n");
    assert_eq!(folder.run(&["schema"]).ends(0).out, SCHEMA);
}
