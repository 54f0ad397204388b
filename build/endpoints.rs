//! Turns `src/intent/endpoints.yaml` into the table that `src/intent/endpoints.rs` includes.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use serde::Deserialize;

use crate::emit::{Result, option, pascal, quoted, read, slice, write};

/// One application.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Endpoint {
    app: String,
    #[serde(default)]
    paths: Vec<String>,
    kind: String,
    strength: String,
    #[serde(default)]
    ports: Vec<u16>,
    #[serde(default)]
    names: Vec<String>,
    source: Option<String>,
    note: Option<String>,
}

/// Patterns by the segment that a matching path must hold; `*` for those without such a segment.
type Index<'a> = BTreeMap<&'a str, Vec<(usize, &'a str)>>;

/// Writes `endpoints.rs`.
pub(crate) fn compile() -> Result<()> {
    let endpoints: Vec<Endpoint> = serde_yaml::from_str(&read(Path::new("src/intent/endpoints.yaml"))?)?;
    endpoints.iter().try_for_each(check)?;
    let mut out = String::from("static ENDPOINTS: &[Endpoint] = &[\n");
    for endpoint in &endpoints {
        writeln!(out, "{},", written(endpoint))?;
    }
    out.push_str("];\n");
    write_index(&mut out, &index(&endpoints))?;
    write("endpoints.rs", &out)
}

/// An endpoint has patterns exactly if its path tells something, and every pattern starts at a segment.
fn check(endpoint: &Endpoint) -> Result<()> {
    let Endpoint { app, paths, strength, .. } = endpoint;
    if paths.is_empty() != (strength == "none") {
        return Err(format!("{app}: `strength: none` and `paths` exclude each other").into());
    }
    match paths.iter().find(|path| !path.starts_with('/') && !path.starts_with("**/")) {
        Some(path) => Err(format!("{app}: `{path}` starts with neither `/` nor `**/`").into()),
        None => Ok(()),
    }
}

fn written(endpoint: &Endpoint) -> String {
    format!(
        "Endpoint {{ app: {:?}, paths: {}, examples: {}, kind: Kind::{}, strength: Strength::{}, ports: {}, names: {}, \
         source: {}, note: {} }}",
        endpoint.app,
        slice(&endpoint.paths, quoted),
        slice(&endpoint.paths, |path| format!("{:?}", example(path))),
        pascal(&endpoint.kind),
        pascal(&endpoint.strength),
        slice(&endpoint.ports, u16::to_string),
        slice(&endpoint.names, quoted),
        option(endpoint.source.as_ref(), quoted),
        option(endpoint.note.as_ref(), quoted),
    )
}

/// A path that a pattern matches, with `x` for what it leaves open.
fn example(path: &str) -> String {
    path.replace("/**", "").replace("**/", "/").replace('*', "x")
}

fn index(endpoints: &[Endpoint]) -> Index<'_> {
    let mut index = Index::new();
    for (at, endpoint) in endpoints.iter().enumerate() {
        for path in &endpoint.paths {
            let plain = path.split('/').filter(|segment| !segment.is_empty() && !segment.contains('*'));
            let key = plain.max_by_key(|segment| segment.len()).unwrap_or("*");
            index.entry(key).or_default().push((at, path));
        }
    }
    index
}

/// Sorted by key, for a binary search.
fn write_index(out: &mut String, index: &Index<'_>) -> Result<()> {
    writeln!(out, "static INDEX: &[(&str, &[Candidate])] = &[")?;
    for (key, patterns) in index {
        let candidates = slice(patterns, |(at, path)| {
            let segments = path.split('/').filter(|segment| !segment.is_empty());
            format!("Candidate {{ endpoint: {at}, pattern: {} }}", slice(segments, quoted))
        });
        writeln!(out, "({key:?}, {candidates}),")?;
    }
    Ok(writeln!(out, "];")?)
}
