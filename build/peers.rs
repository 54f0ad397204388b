//! Turns `src/rules/peers.yaml` into the table that `src/rules/peers.rs` includes.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use serde::Deserialize;

use crate::emit::{Result, option, quoted, read, slice, write};

/// One program.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Peer {
    #[serde(rename = "peer")]
    name: String,
    version: String,
    home: String,
    rules: BTreeMap<String, Check>,
}

/// One of its rules.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Check {
    #[serde(default, rename = "as")]
    codes: Vec<String>,
    because: Option<String>,
}

/// The table.
pub(crate) fn table() -> Result<Vec<Peer>> {
    let peers: Vec<Peer> = serde_yaml::from_str(&read(Path::new("src/rules/peers.yaml"))?)?;
    let unexplained = |peer: &Peer| {
        let mut rules = peer.rules.iter();
        rules.find(|(_, it)| it.codes.is_empty() && it.because.is_none()).map(|(name, _)| name.clone())
    };
    match peers.iter().find_map(unexplained) {
        Some(name) => Err(format!("peers.yaml: {name} has neither `as` nor `because`").into()),
        None => Ok(peers),
    }
}

/// The peers' names for the rule with this code: `nginx-lint/indent`.
pub(crate) fn names(peers: &[Peer], code: &str) -> Vec<String> {
    let of = |peer: &Peer| -> Vec<String> {
        let rules = peer.rules.iter().filter(|(_, check)| check.codes.iter().any(|it| it == code));
        rules.map(|(name, _)| format!("{}/{name}", peer.name)).collect()
    };
    peers.iter().flat_map(of).collect()
}

/// Writes `peers.rs`.
pub(crate) fn compile(peers: &[Peer]) -> Result<()> {
    let mut out = format!(
        "/// Other linters with all their rules, in the order of their table.\npub static PEERS: [Peer; {}] = [\n",
        peers.len()
    );
    for Peer { name, version, home, rules } in peers {
        let checks = slice(rules, |(name, Check { codes, because })| {
            let (codes, because) = (slice(codes, quoted), option(because.as_ref(), quoted));
            format!("PeerRule {{ name: {name:?}, codes: {codes}, because: {because} }}")
        });
        writeln!(out, "Peer {{ name: {name:?}, version: {version:?}, home: {home:?}, rules: {checks} }},")?;
    }
    out.push_str("];\n");
    write("peers.rs", &out)
}
