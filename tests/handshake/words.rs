//! What people read where a URL fails or is open, reason by reason.

use super::harness::Folder;

const TRIO: &str =
    "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection upgrade;";

/// What is printed of a URL in a configuration whose http block holds the text, with the trio as `TRIO`.
fn said(http: &str, arguments: &[&str]) -> String {
    let http = http.replace("TRIO", TRIO);
    let folder = Folder::with_main(format!("events {{}}\nhttp {{\n{http}\n}}\n"));
    let fixed = ["handshake", "nginx.conf", "--nginx-version", "1.24"];
    let said = folder.run(&[&fixed[..], arguments].concat());
    format!("{}{}", said.out, said.err)
}

/// The same for one server of port 80.
fn server(text: &str, arguments: &[&str]) -> String {
    said(&format!("server {{\nlisten 80;\n{text}\n}}"), arguments)
}

macro_rules! reads {
    ($($name:ident: $said:expr;)+) => { $(
        #[test]
        fn $name() {
            insta::assert_snapshot!($said);
        }
    )+ };
}

const PASS: &str = "proxy_pass http://10.0.0.1;";

reads! {
    a_path_without_its_slash: server(&format!("location /ws/ {{\nproxy_set_header Host $host;\n{PASS} }}"), &["ws://a/ws"]);
    a_return_to_https: server("return 301 https://$host$request_uri;", &["ws://a/ws"]);
    a_denied_address: server(&format!("location / {{\ndeny all;\nTRIO {PASS} }}"), &["ws://a/"]);
    a_password: server(
        &format!("location / {{\nauth_basic x; auth_basic_user_file users;\nTRIO {PASS} }}"), &["ws://a/"]);
    an_auth_request_that_decides: server(
        &format!("TRIO\nlocation / {{\nauth_request /auth;\n{PASS} }}\nlocation = /auth {{\nproxy_set_header Content-Length \"\";\nproxy_pass http://10.0.0.2; }}"),
        &["ws://a/"]);
    an_auth_request_that_is_upgraded: server(
        &format!("TRIO\nlocation / {{\nauth_request /auth;\n{PASS} }}\nlocation = /auth {{\nproxy_pass http://10.0.0.2; }}"),
        &["ws://a/"]);
    a_mirror_that_is_upgraded: server(
        &format!("TRIO\nlocation / {{\nmirror /copy;\n{PASS} }}\nlocation = /copy {{\nproxy_pass http://10.0.0.2; }}"),
        &["ws://a/"]);
    a_cache: said(
        &format!("proxy_cache_path /c keys_zone=z:1m;\nserver {{\nlisten 80;\nTRIO\nlocation / {{\nproxy_cache z;\n{PASS} }} }}"),
        &["ws://a/"]);
    a_hidden_response_header: server(
        &format!("TRIO\nlocation / {{\nproxy_hide_header Upgrade;\n{PASS} }}"), &["ws://a/"]);
    another_protocol: server("location / {\ngrpc_pass 10.0.0.1:50051;\n}", &["ws://a/"]);
    http_2: server(&format!("TRIO\nlocation / {{ {PASS} }}"), &["ws://a/", "--http", "2"]);
    a_port_that_nobody_listens_on: server(&format!("location / {{ {PASS} }}"), &["ws://a:81/"]);
    tls_to_a_plain_port: server(&format!("location / {{ {PASS} }}"), &["wss://a:80/"]);
    a_client_that_asks_for_nothing: server(
        &format!("TRIO\nlocation / {{ {PASS} }}"), &["ws://a/", "--header", "Upgrade:"]);
    a_replaced_status: server(
        &format!("TRIO\nlocation / {{\nerror_page 418 =200 @w;\nif ($http_upgrade = websocket) {{ return 418; }}\n}}\nlocation @w {{ {PASS} }}"),
        &["ws://a/"]);
    a_closed_connection: server("location / { return 444; }", &["ws://a/"]);
    a_pass_in_a_circle: server("location / {\nTRIO\nproxy_pass http://127.0.0.1:80; }", &["ws://a/"]);
    a_second_hop_that_drops_the_headers: said(
        &format!("TRIO\nserver {{\nlisten 80;\nlocation / {{ proxy_pass http://127.0.0.1:8080; }}\n}}\nserver {{\nlisten 8080;\nlocation / {{\nproxy_set_header Host $host;\n{PASS} }}\n}}"),
        &["ws://a/"]);
    no_header_at_all: server(&format!("location / {{ {PASS} }}"), &["ws://a/"]);
    a_post: server(&format!("TRIO\nlocation / {{ {PASS} }}"), &["ws://a/", "--method", "POST"]);
    a_key_that_is_lost: server(
        &format!("TRIO\nlocation / {{\nTRIO\nproxy_set_header Sec-WebSocket-Key \"\";\n{PASS} }}"), &["ws://a/"]);
    a_header_sent_twice: server(
        &format!("location / {{\nTRIO\nproxy_set_header Host a; proxy_set_header Host b;\n{PASS} }}"), &["ws://a/"]);
    a_variable_that_is_sent: server(
        &format!("location / {{\nproxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade;\nproxy_set_header Connection $request_id;\n{PASS} }}"),
        &["ws://a/"]);
    a_variable_that_is_tested: server(
        &format!("location / {{\nTRIO\nif ($request_id = x) {{ return 403; }}\n{PASS} }}"), &["ws://a/"]);
    an_include_that_was_not_read: server(&format!("include gone.conf;\nTRIO\nlocation / {{ {PASS} }}"), &["ws://a/"]);
    a_dispatch_that_does_not_apply: server(
        &format!("location / {{\nif ($http_upgrade = websocket2) {{\n{PASS} }}\nreturn 404; }}"), &["ws://a/"]);
    the_table_with_what_it_hangs_on: server(
        &format!("include gone.conf;\nlocation /a {{\nTRIO\ndeny all;\n{PASS} }}\nlocation /b {{\nTRIO\n{PASS} }}\nlocation /c {{\nTRIO\nauth_request /b;\n{PASS} }}"),
        &[]);
}
