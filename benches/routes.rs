//! What following URLs costs once a configuration is read: 1,000 URLs through 1,000 servers, and how that grows with
//! the servers: `cargo bench --bench routes`.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::type_complexity,
    clippy::format_collect,
    dead_code,
    reason = "a benchmark prints its figures, makes its own inputs and stops where that fails"
)]

mod generate;

use std::path::Path;
use std::time::{Duration, Instant};

use ngxlint::catalogue::Version;
use ngxlint::config::{Base, Config, Context, Library, Paths, View, assemble};
use ngxlint::files::Disk;
use ngxlint::route::Sockets;
use ngxlint::trace::{ClientRequest, Tracer};
use ngxlint::value::Definitions;

const URLS: usize = 1_000;
const RUNS: usize = 5;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    println!(
        "{URLS} URLs, wall-clock ms: reading the configuration, then following all of them (best of {RUNS})"
    );
    for (name, server) in [("shared expressions", shared as fn(usize) -> String), ("an expression each", own)]
    {
        for servers in [250, 500, 1_000, 2_000] {
            let path = folder.path().join("nginx.conf");
            let text: String = (0..servers).map(server).collect();
            generate::write(&path, &format!("events {{}}\nhttp {{\n{text}}}\n"));
            let (read, followed) = (0..RUNS).map(|_| measure(&path, servers)).min_by_key(|it| it.1).unwrap();
            println!("{name:<20} {servers:>6} servers {:>9.1} {:>9.1}", ms(read), ms(followed));
        }
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// A server as people write it.
fn server(number: usize, expression: &str) -> String {
    format!(
        "server {{\n    listen 80;\n    server_name app{number}.example.com *.app{number}.example.org;\n    \
         proxy_http_version 1.1;\n    proxy_set_header Host $host;\n    location / {{\n        try_files /none @app;\n    }}\n    \
         location /ws/ {{\n        proxy_set_header Upgrade $http_upgrade;\n        proxy_set_header Connection \"upgrade\";\n        \
         proxy_pass http://127.0.0.1:3000;\n    }}\n    location ~ {expression} {{\n        proxy_pass http://127.0.0.1:3001;\n    }}\n    \
         location @app {{\n        proxy_pass http://127.0.0.1:3002;\n    }}\n}}\n"
    )
}

fn shared(number: usize) -> String {
    server(number, r"^/api/v(\d+)/(.*)$")
}

fn own(number: usize) -> String {
    server(number, &format!(r"^/api{number}/v(\d+)/(.*)$"))
}

fn requests(servers: usize) -> Vec<ClientRequest> {
    let url = |number: usize| {
        let server = number % servers;
        let host = if number.is_multiple_of(2) {
            format!("app{server}.example.com")
        } else {
            format!("x.app{server}.example.org")
        };
        let path = ["/ws/chat", "/api/v1/live", "/index.html"].get(number % 3).copied().unwrap_or("/");
        ClientRequest::of(&format!("ws://{host}{path}")).unwrap()
    };
    (0..URLS).map(url).collect()
}

/// What reading takes, and what following all URLs takes after that.
fn measure(path: &Path, servers: usize) -> (Duration, Duration) {
    let requests = requests(servers);
    let start = Instant::now();
    let folder = path.parent().unwrap().to_path_buf();
    let mut library = Library::new(&Disk, folder.clone());
    let root = library.open(path).unwrap();
    let config: Config =
        assemble(&mut library, root, &Context::main(), &Base::Known(folder.clone()), &Paths::default());
    let read = start.elapsed();
    let start = Instant::now();
    let view = View { texts: &library.texts, config: &config };
    let (definitions, sockets) = (Definitions::of(view), Sockets::of(view));
    let tracer = Tracer::new(view, &definitions, &sockets, Version::new(1, 24, 0), &Disk, folder);
    let hops: usize = requests.iter().map(|request| tracer.trace(request).hops.len()).sum();
    assert_eq!(hops, URLS);
    (read, start.elapsed())
}
