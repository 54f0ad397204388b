//! The paths of well-known WebSocket applications.

#![expect(clippy::panic, reason = "a test fails by panicking, and so do its helpers")]

use ngxlint::intent::endpoints::{Endpoint, Kind, Strength, all, by_path};

fn apps(path: &str) -> Vec<&'static str> {
    by_path(path.as_bytes()).map(|endpoint| endpoint.app).collect()
}

fn strongest(path: &str) -> Option<Strength> {
    by_path(path.as_bytes()).map(|endpoint| endpoint.strength).max()
}

fn named(app: &str) -> &'static Endpoint {
    all().find(|endpoint| endpoint.app == app).unwrap_or_else(|| panic!("{app}"))
}

#[test]
fn strong_paths() {
    for path in [
        "/socket.io/",
        "/socket.io",
        "/chat/socket.io/",
        "/cable",
        "/cable/",
        "/myapp/cable",
        "/ws",
        "/ws/",
        "/ws?token=1",
        "/_next/webpack-hmr",
        "/api/websocket",
        "/api/kernels/3f2a/channels",
        "/jupyter/api/kernels/3f2a/channels/",
        "/sockjs-node",
        "/websockify",
        "/:/websockets/notifications",
        "/cockpit+app/socket",
        "/cockpit/socket",
        "/api/v4/websocket",
        "/api/v4/users/websocket",
        "/colibri-relay-ws/1/2",
        "/cool/a/b/ws",
        "/api/endpoints/1/docker/containers/abc/attach/ws",
        "/push/ws",
        "/live/websocket",
        "/mqtt",
        "/notifications/hub",
    ] {
        assert_eq!(strongest(path), Some(Strength::Strong), "{path}: {:?}", apps(path));
    }
}

#[test]
fn words_that_plain_http_uses_are_weak() {
    for path in [
        "/app/",
        "/graphql",
        "/events",
        "/api",
        "/live/",
        "/push/",
        "/chatHub",
        "/hubs/chat",
        "/relay/",
        "/x.ashx",
    ] {
        assert_eq!(strongest(path), Some(Strength::Weak), "{path}: {:?}", apps(path));
    }
}

#[test]
fn other_paths_tell_nothing() {
    for path in [
        "",
        "/",
        "//",
        "@ws",
        "/api/v1",
        "/static/",
        "/SOCKET.IO/",
        "/socketXio/",
        "/socket.iox/",
        "/xsocket.io/",
        "/wsdl",
        "/wss",
        "/news",
        "/tables",
        "/vegetable",
        "/cables",
        "/cable/car",
        "/_next/",
        "/_next/static",
        "/sockets/",
        "/notifications/",
        "/websocket-client/",
        "/grapher",
        "/apps/",
        "/streams",
        "/live.m3u8",
        "/cool",
        "/v3/",
        "/rtc/validate",
        "/api/kernels",
        "/github",
        "/ws.html",
        "/$1",
        "/?x=/ws",
    ] {
        let found: Vec<_> =
            by_path(path.as_bytes()).filter(|found| found.strength == Strength::Strong).collect();
        assert!(found.is_empty(), "{path}: {found:?}");
    }
    assert!(
        apps("/").is_empty()
            && apps("").is_empty()
            && apps("/static/").is_empty()
            && apps("/wsdl").is_empty()
    );
}

#[test]
fn kinds() {
    assert_eq!(named("Socket.IO / Engine.IO").kind, Kind::Mixed);
    assert_eq!(named("Rails Action Cable / AnyCable").kind, Kind::WebsocketOnly);
    assert_eq!(named("Mercure").kind, Kind::HttpStream);
    assert_eq!(named("Headscale / Tailscale control").kind, Kind::OtherUpgrade);
    assert_eq!(apps("/.well-known/mercure"), ["Mercure"]);
}

#[test]
fn an_endpoint_comes_once_and_in_order() {
    let found = apps("/ws/ws");
    let order: Vec<_> = all().map(|endpoint| endpoint.app).filter(|app| found.contains(app)).collect();
    assert_eq!(found, order);
    assert!(found.contains(&"ntfy"));
}

#[test]
fn ports_and_names() {
    let cable = named("Rails Action Cable / AnyCable");
    assert!(cable.has_port(3000) && !cable.has_port(80));
    for host in ["cable", "anycable", "AnyCable", "app_anycable-1", "cable.internal"] {
        assert!(cable.has_name(host.as_bytes()), "{host}");
    }
    for host in ["", "cables", "vegetable", "anycable2"] {
        assert!(!cable.has_name(host.as_bytes()), "{host}");
    }
    assert!(named("Socket.IO / Engine.IO").has_name(b"io_nodes"));
}

#[test]
fn every_endpoint_is_consistent() {
    for endpoint in all() {
        assert_eq!(endpoint.paths.is_empty(), endpoint.strength == Strength::None, "{}", endpoint.app);
        assert!(!endpoint.has_port(80) && !endpoint.has_port(443), "{}", endpoint.app);
        for path in endpoint.paths {
            assert!(path.split('/').all(|part| part == "**" || part.matches('*').count() <= 1), "{path}");
        }
        for example in endpoint.examples {
            assert!(
                by_path(example.as_bytes()).any(|found| found == endpoint),
                "{}: {example}",
                endpoint.app
            );
        }
    }
    let mut apps: Vec<_> = all().map(|endpoint| endpoint.app).collect();
    let count = apps.len();
    apps.sort_unstable();
    apps.dedup();
    assert_eq!(apps.len(), count);
}

#[test]
fn a_hostile_path_is_matched_in_reasonable_time() {
    let path = "/api/endpoints/docker".repeat(20_000);
    let start = std::time::Instant::now();
    let _ = by_path(path.as_bytes()).count();
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a test reads its data itself")]
fn every_application_of_the_collected_facts_is_there() {
    let Ok(text) = std::fs::read_to_string("../shared/data/endpoints.json") else {
        eprintln!("skipped: ../shared/data/endpoints.json is not there");
        return;
    };
    let facts: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    for entry in facts["entries"].as_array().expect("entries") {
        let app = entry["app"].as_str().expect("app");
        assert!(all().any(|endpoint| endpoint.app == app), "{app}");
    }
}
