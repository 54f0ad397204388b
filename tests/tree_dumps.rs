//! `nginx -T | ngxlint -`: a dump is read as the tree it describes.
#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "tests prepare their files themselves and fail by panicking, and so do their helpers"
)]

#[path = "cli/harness.rs"]
mod harness;

use harness::Folder;

/// A location whose missing parts are reported wherever the levels above are in sight.
const CHAT: &str =
    "location /chat {\n    proxy_pass http://app;\n    proxy_set_header Upgrade $http_upgrade;\n}\n";

/// The same as a whole server.
fn server(inner: &str) -> String {
    format!("server {{\n{inner}}}\n")
}

fn main(inner: &str) -> String {
    format!("events {{}}\nhttp {{\n{inner}}}\n")
}

#[test]
fn dumps_keep_original_paths_and_lines() {
    let dump = format!(
        "nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful\n# configuration file /etc/nginx/nginx.conf:\n{}\n# configuration file /etc/nginx/conf.d/a.conf:\n{}\n# configuration file /etc/nginx/ws.inc:\n{CHAT}\n",
        main("    include /etc/nginx/conf.d/*.conf;\n"),
        "server {\n    # configuration file\n    include ws.inc;\n}\n"
    );
    let folder = Folder::new();
    let wanted = ["/etc/nginx/ws.inc:2 WS102", "/etc/nginx/ws.inc:2 WS103"];
    let plain = dump.split_once("# conf").map(|(_, rest)| format!("# conf{rest}")).expect("a header");
    for text in [&dump, &plain, &dump.replace('\n', "\r\n")] {
        let said = folder.run_with_input(&["-", "--format", "json"], text);
        assert_eq!(said.ends(1).places(), wanted);
        let chain = serde_json::json!(["/etc/nginx/nginx.conf:3", "/etc/nginx/conf.d/a.conf:3"]);
        assert_eq!(said.diagnostics()[0]["includes"], chain);
        assert_eq!(said.document()["summary"]["files"], 3);
    }
    folder.write("dump.conf", &dump);
    assert_eq!(folder.json(&["dump.conf"]).ends(1).places(), wanted);
}

#[test]
fn a_dump_reads_nothing_from_this_machine() {
    let folder = Folder::new();
    let secret = folder.write("secret.conf", server(CHAT));
    let dump = format!(
        "# configuration file /etc/nginx/nginx.conf:\nevents {{}}\nhttp {{ include {}; }}\n\n",
        secret.display()
    );
    let said = folder.run_with_input(&["-", "--format", "json"], dump);
    assert_eq!(said.ends(1).places(), ["/etc/nginx/nginx.conf:2 DI007"]);
}
