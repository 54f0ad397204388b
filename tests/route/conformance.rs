//! The published cases about servers: socket, names, Host, path.

use crate::site::Site;
use ngxlint::catalogue::{Version, directive};
use ngxlint::config::ScopeId;
use ngxlint::route::{Connection, Names, Sockets, host, target};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::Path;

/// The line of the server that a probe reaches; the default server where a 400 comes before the names.
fn server(site: &Site, probe: &Value, version: Version) -> u32 {
    let sockets = Sockets::of(site.view());
    let names = Names::of(site.view(), &sockets);
    let address: SocketAddr = probe["connect"].as_str().unwrap().parse().unwrap();
    let Connection::One(socket) = sockets.connect(Some(address.ip()), address.port()) else {
        panic!("one socket")
    };
    let default = sockets.default_server(socket).unwrap();
    let merge = merges_slashes(site, default);
    if target(probe["path"].as_str().unwrap().as_bytes(), merge).is_err() {
        return site.line(default);
    }
    match probe["host"].as_str().map(|value| host(value.as_bytes(), version)) {
        Some(Err(_)) => site.line(default),
        Some(Ok(host)) => site.line(names.find(socket, &host.name).unwrap().server),
        None => site.line(names.find(socket, b"").unwrap().server),
    }
}

fn merges_slashes(site: &Site, server: ScopeId) -> bool {
    let node = ngxlint::scope::single(site.view().config, server, directive::MERGE_SLASHES);
    node.and_then(|node| site.view().arg(node, 0)).is_none_or(|value| &*value != b"off")
}

#[test]
fn every_probe_reaches_its_server() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/websocket/cases");
    let (mut checked, mut paths) = (0, 0);
    for case in std::fs::read_dir(cases).unwrap().map(|entry| entry.unwrap().path()) {
        let name = case.file_name().unwrap().to_str().unwrap().to_owned();
        let conf = std::fs::read_to_string(case.join("nginx.conf")).unwrap();
        if !(name.starts_with('s') || name.starts_with('t')) || conf.contains("include") {
            continue;
        }
        let expect: Value =
            serde_json::from_slice(&std::fs::read(case.join("expect.json")).unwrap()).unwrap();
        let site = Site::new(&conf);
        for probe in expect["probes"].as_array().unwrap() {
            let trace = &probe["trace"];
            let Some(expected) = trace["server"].as_str() else { continue };
            for version in [Version::new(1, 22, 1), Version::new(1, 30, 6)] {
                let line = server(&site, probe, version);
                assert_eq!(format!("nginx.conf:{line}"), expected, "{name} {probe}");
                checked += 1;
            }
            paths += usize::from(path_agrees(&site, probe, &name));
        }
    }
    assert!(checked > 100 && paths > 6, "{checked} probes, {paths} paths");
}

/// Where nothing changes the path on the way (the `s` cases), `$uri` is what the case says.
fn path_agrees(site: &Site, probe: &Value, name: &str) -> bool {
    let Some(expected) = probe["trace"]["uri"].as_str().filter(|_| name.starts_with('s')) else {
        return false;
    };
    let sockets = Sockets::of(site.view());
    let default = sockets.default_server(sockets.ids().next().unwrap()).unwrap();
    let read = target(probe["path"].as_str().unwrap().as_bytes(), merges_slashes(site, default));
    assert_eq!(read.map(|it| it.path).unwrap_or_default(), expected.as_bytes(), "{name} {probe}");
    true
}
