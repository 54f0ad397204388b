//! What `ngxlint handshake` says about requests.

use super::request::Request;
use super::site::Folder;
use serde_json::Value;
use std::process::Command;

/// The answers to requests, in their order; an error is what was printed instead.
pub(crate) fn traces(place: &Folder, requests: &[Request], version: &str) -> Vec<Result<Value, String>> {
    let mut found: Vec<Option<Result<Value, String>>> = vec![None; requests.len()];
    while let Some(first) = found.iter().position(Option::is_none) {
        let options = requests[first].options();
        let alike = |index: &usize| found[*index].is_none() && requests[*index].options() == options;
        let group: Vec<usize> = (first..requests.len()).filter(alike).collect();
        let urls = group.iter().map(|&index| requests[index].url(place.ports[requests[index].port]));
        let answer = ask(place, &options, &urls.collect::<Vec<_>>(), version);
        for (at, &index) in group.iter().enumerate() {
            let trace = |answer: &Vec<Value>| answer[at].clone();
            found[index] = Some(answer.as_ref().map(trace).map_err(Clone::clone));
        }
    }
    found.into_iter().flatten().collect()
}

fn ask(place: &Folder, options: &[String], urls: &[String], version: &str) -> Result<Vec<Value>, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ngxlint"));
    command.arg("handshake").arg(place.main()).args(urls).args([
        "--format",
        "json",
        "--nginx-version",
        version,
    ]);
    let output = command.args(options).output().expect("ngxlint");
    let failed = || {
        let (out, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        format!("{command:?} ended with {}: {error}{out}", output.status)
    };
    let document: Value = serde_json::from_slice(&output.stdout).map_err(|_| failed())?;
    let traces = document["traces"].as_array().cloned().unwrap_or_default();
    let fails = traces.iter().any(|trace| trace["verdict"] == "fails");
    let expected = Some(i32::from(fails));
    (traces.len() == urls.len() && output.status.code() == expected).then_some(traces).ok_or_else(failed)
}

/// What is said about every block.
pub(crate) fn blocks(place: &Folder, version: &str) -> Result<Vec<Value>, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ngxlint"));
    command.arg("handshake").arg(place.main()).args(["--format", "json", "--nginx-version", version]);
    let output = command.output().expect("ngxlint");
    let document: Value = serde_json::from_slice(&output.stdout)
        .map_err(|_| format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)))?;
    document["blocks"].as_array().cloned().ok_or_else(|| "no blocks".into())
}
